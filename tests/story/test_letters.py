"""Replies by e-mail, through a real SMTP server: after a yes, once each, not after a no."""

import re
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller

from tests.api.texts import KIND
from tests.conditions import until
from tests.service import Service

HOME = "https://comments.example"
NAMED = {"mail_from": "comments@paper.example", "public_url": HOME}


class Mailbox:
    """What an SMTP server took."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        with socket.create_server(("127.0.0.1", 0)) as free:  # the controller cannot ask for one itself
            port = free.getsockname()[1]
        self.server = Controller(self, hostname="127.0.0.1", port=port)

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name

        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    @property
    def url(self) -> str:
        return f"smtp+plain://127.0.0.1:{self.server.port}"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    box.server.start()
    yield box
    box.server.stop()


@pytest.fixture
def paper(tmp_path: Path, mailbox: Mailbox) -> Iterator[Service]:
    service = Service(tmp_path, smtp_url=mailbox.url, **NAMED).start()
    yield service
    service.stop()


def text(letter: Message) -> str:
    body: str = letter.get_body().get_content()  # type: ignore[attr-defined]
    return body


def link(letter: Message, kind: str) -> str:
    found = re.search(rf"{HOME}(/replies/{kind}/\S+)", text(letter))
    assert found is not None
    return found[1]


def subscribed(paper: Service, mailbox: Mailbox, token: str) -> None:
    with paper.client(token) as reader:
        answer = reader.put("/me/replies/email", json={"email": "ann@mail.example"})
        assert answer.status_code == 202, answer.text
    until(lambda: mailbox.taken)
    answer = httpx2.post(paper.url + link(mailbox.taken.pop(), "confirm"))
    assert "You will get a letter" in answer.text


def written(paper: Service, token: str) -> str:
    with paper.client(token) as reader:
        return str(reader.post("/articles/news/comments", json={"body": KIND}).json()["id"])


def answer_to(paper: Service, comment_id: str, number: int = 0) -> dict[str, Any]:
    return paper.post("news", f"{KIND} Reply {number}.", parent_id=comment_id, author={"name": "Bea"})


def test_a_yes_brings_letters_and_a_no_ends_them(paper: Service, mailbox: Mailbox) -> None:
    token = paper.reader("Ann")
    mine = written(paper, token)
    with paper.client(token) as ann:
        assert ann.put("/me/replies/email", json={"email": "ann@mail.example"}).status_code == 202
        question = until(lambda: mailbox.taken and mailbox.taken[0])
        assert question["To"] == "ann@mail.example"
        yes = paper.url + link(question, "confirm")
        assert "<form" in httpx2.get(yes).text  # looking at a link says nothing yet
        assert ann.get("/me/replies").json()["email"] == {
            "address": "ann@mail.example",
            "is_confirmed": False,
        }
        assert httpx2.post(yes).status_code == 200
        assert ann.get("/me/replies").json()["email"]["is_confirmed"] is True
        reply = answer_to(paper, mine)
        letter = until(lambda: mailbox.taken[1:] and mailbox.taken[1])
        assert letter["Subject"] == "Bea replied to you on “news”"
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"> {KIND} Reply 0." in text(letter)
        assert f"{HOME}/a/main/news#{reply['id']}" in text(letter)
        no = letter["List-Unsubscribe"].strip("<>").replace(HOME, paper.url)
        assert httpx2.post(no, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert ann.get("/me/replies").json()["email"] is None
        assert httpx2.post(no).status_code == 404
        answer_to(paper, mine, 1)
        until(lambda: ann.get("/me/replies").json()["unread"] == 2)
    assert len(mailbox.taken) == 2
    assert "ann@mail.example" not in (paper.data_dir / "stderr.txt").read_text()


def test_without_a_yes_there_are_no_letters_and_links_of_others_do_nothing(
    paper: Service, mailbox: Mailbox
) -> None:
    token = paper.reader("Ann")
    mine = written(paper, token)
    with paper.client(token) as ann:
        ann.put("/me/replies/email", json={"email": "ann@mail.example"})
        old = paper.url + link(until(lambda: mailbox.taken and mailbox.taken[0]), "confirm")
        ann.put("/me/replies/email", json={"email": "other@mail.example"})
        until(lambda: len(mailbox.taken) == 2)
        assert httpx2.post(old).status_code == 404  # the address was changed since
        assert httpx2.get(f"{paper.url}/replies/confirm/nonsense").status_code == 404
        answer_to(paper, mine)
        until(lambda: ann.get("/me/replies").json()["unread"] == 1)
        for wrong in ("nobody", "a b@mail.example", "a@b\r\nBcc: c@d.example", "x" * 300 + "@mail.example"):
            assert ann.put("/me/replies/email", json={"email": wrong}).status_code == 422
    assert len(mailbox.taken) == 2


def test_a_kill_loses_no_letter(paper: Service, mailbox: Mailbox) -> None:
    token = paper.reader("Ann")
    subscribed(paper, mailbox, token)
    mine = written(paper, token)
    for number in range(3):
        answer_to(paper, mine, number)
    paper.kill()
    paper.start()
    until(lambda: len(mailbox.taken) == 3, within_s=60)  # the dead one's lease runs out first
    assert len({letter["Message-ID"] for letter in mailbox.taken}) == 3


def test_who_is_erased_gets_no_letters_and_their_address_is_gone(paper: Service, mailbox: Mailbox) -> None:
    token = paper.reader("Ann")
    subscribed(paper, mailbox, token)
    with paper.client(token) as ann:
        assert ann.get("/me/export").json()["reply_email"] == "ann@mail.example"
        assert ann.delete("/me").status_code == 204
    assert paper.stop() == 0
    left = [
        path
        for path in paper.data_dir.rglob("*")
        if path.is_file() and b"ann@mail.example" in path.read_bytes()
    ]
    assert left == []


def test_a_half_set_up_is_refused_at_the_start(tmp_path: Path) -> None:
    service = Service(tmp_path, smtp_url="smtp://mail.example")
    refused = service.run("serve")
    assert refused.returncode == 1
    assert "FIRSTWORD_MAIL_FROM: letters need it" in refused.stderr


def test_a_service_without_a_server_says_so(service: Service) -> None:
    with service.client(service.reader()) as reader:
        assert reader.put("/me/replies/email", json={"email": "ann@mail.example"}).status_code == 409
