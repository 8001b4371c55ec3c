"""One's own data: given out whole, and erased from everywhere."""

import json
from pathlib import Path
from typing import Any

import httpx2

from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.conditions import until
from tests.service import Service

MARK = "xylophone"


def as_reader(service: Service, name: str) -> httpx2.Client:
    return service.client(service.reader(name))


def posted(reader: httpx2.Client, article: str, body: str, **more: object) -> dict[str, Any]:
    answer = reader.post(f"/articles/{article}/comments", json={"body": body, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def files_with(service: Service, word: str) -> list[str]:
    """Name the files of the installation in which a word can still be read."""
    files = [path for path in Path(service.data_dir).rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_a_reader_gets_everything_that_is_kept_of_them_and_nothing_of_others(
    service: Service, article: str
) -> None:
    with as_reader(service, "Ann Ferry") as ann, as_reader(service, "Bea Pier") as bea:
        first = posted(ann, article, f"{KIND} First.")
        other = posted(bea, article, f"{KIND} Another.")
        assert ann.patch(f"/comments/{first['id']}", json={"body": f"{KIND} Second."}).status_code == 200
        assert posted(ann, article, NASTY)["status"] == "rejected"
        assert ann.put(f"/comments/{other['id']}/reactions/like").status_code == 200
        answer = ann.get("/me/export")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    kept = answer.json()
    assert kept["reader"]["name"] == "Ann Ferry"
    assert [each["status"] for each in kept["comments"]] == ["rejected", "approved"]
    edited = kept["comments"][1]
    assert [each["body"] for each in edited["revisions"]] == [f"{KIND} First.", f"{KIND} Second."]
    assert [each["action"] for each in edited["decisions"]] == ["approve", "approve"]
    assert edited["created_at"].endswith("+00:00")
    assert [each["comment_id"] for each in kept["likes"]] == [other["id"]]
    assert "Another." not in answer.text


def test_who_is_erased_is_nowhere_any_more_and_the_counts_stay_right(
    service: Service, moderator: httpx2.Client, article: str, tmp_path: Path
) -> None:
    secret, name = f"{KIND} {MARK}-{article}", f"Zed {article[-8:]}"
    with as_reader(service, name) as zed, as_reader(service, "Bea Pier") as bea:
        answered = posted(zed, article, f"{secret} one")
        reply = posted(bea, article, f"{KIND} A reply.", parent_id=answered["id"])
        edited = posted(zed, article, f"{secret} two")
        assert zed.patch(f"/comments/{edited['id']}", json={"body": f"{secret} three"}).status_code == 200
        held = posted(zed, article, f"{DOUBTFUL} {MARK}-{article}")
        posted(zed, article, f"{NASTY} {MARK}-{article}")
        assert zed.put(f"/comments/{reply['id']}/reactions/like").status_code == 200
        said = {"action": "approve", "version": 2}
        decided = moderator.post(f"/moderation/comments/{edited['id']}/decisions", json=said)
        assert decided.status_code == 201, decided.text
        assert files_with(service, f"{MARK}-{article}") != []

        assert zed.delete("/me").status_code == 204

        page = zed.get(f"/articles/{article}/comments").json()
        assert page["article"]["comment_count"] == 1
        assert [(each["id"], each["status"], each["body"]) for each in page["items"]] == [
            (answered["id"], "withdrawn", "")
        ]
        assert page["items"][0]["author"] == {"id": None, "name": "", "badges": []}
        assert [each["reactions"]["like"] for each in page["items"][0]["replies"]] == [0]
        assert zed.post(f"/articles/{article}/comments", json={"body": KIND}).status_code == 401
        assert zed.get("/me").json()["name"] is None
        assert zed.get("/me/export").status_code == 404
        assert zed.delete("/me").status_code == 204
        assert bea.get("/me/export").json()["reader"]["name"] == "Bea Pier"
    assert files_with(service, f"{MARK}-{article}") == []
    assert files_with(service, name) == []
    labels = tmp_path / "labels.jsonl"
    assert service.run("labels", "export", str(labels)).returncode == 0
    assert MARK not in labels.read_text()

    def is_gone() -> bool:
        claimed = moderator.post("/moderation/queue:claim", json={"limit": 50, "order": "newest"}).json()
        return held["id"] not in {card["comment"]["id"] for card in claimed["items"]}

    until(is_gone)
    found = moderator.get("/moderation/comments", params={"article": article, "q": MARK}).json()
    assert found["items"] == []


def test_many_comments_are_erased_in_slices_from_the_command_line(service: Service, article: str) -> None:
    with as_reader(service, "Ned Many") as ned:
        person_id = ned.get("/me").json()["id"]
        for number in range(230):
            posted(ned, article, f"{KIND} {MARK} {number}.")
    exported = service.run("person", "export", person_id)
    assert len(json.loads(exported.stdout)["comments"]) == 230
    erased = service.run("person", "erase", person_id)
    assert (erased.returncode, erased.stdout) == (0, "Erased, with 230 comments.\n")
    assert files_with(service, "Ned Many") == []
    until(lambda: service.page(article)["article"]["comment_count"] == 0)
    assert service.page(article)["items"] == []
    assert service.run("person", "erase", person_id).stdout == "Erased, with 0 comments.\n"
    unknown = service.run("person", "erase", "0190a0a0-0000-7000-8000-000000000000")
    assert (unknown.returncode, unknown.stderr) == (1, "firstword: There is no such reader.\n")


def test_nobody_exports_or_erases_without_saying_who(anyone: httpx2.Client) -> None:
    assert anyone.get("/me/export").status_code == 401
    assert anyone.delete("/me").status_code == 401
