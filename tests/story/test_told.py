"""Who was answered is told even if the service died in between."""

from pathlib import Path

from tests.api.texts import KIND
from tests.conditions import until
from tests.service import Service


def test_a_reply_is_told_after_a_kill_between_its_commit_and_the_relay(tmp_path: Path) -> None:
    service = Service(tmp_path).start()
    try:
        ann = service.reader("Ann")
        with service.client(ann) as reader:
            mine = reader.post("/articles/told/comments", json={"body": KIND}).json()["id"]
        for number in range(5):
            service.post("told", f"{KIND} Reply {number}.", parent_id=mine)
        service.kill()  # the relay gathers for a tenth of a second
        service.start()
        with service.client(ann) as reader:
            until(lambda: reader.get("/me/replies").json()["unread"] == 5)
    finally:
        service.stop()
