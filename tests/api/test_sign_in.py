"""Readers whom the publisher signs in, on a service that believes a secret and a key set."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.api.texts import KIND
from tests.conditions import until
from tests.service import Service
from tests.signing import (
    AUDIENCE,
    ED25519,
    ISSUER,
    OTHER_RSA,
    RSA,
    SECRET,
    KeyServer,
    by_hand,
    claims,
    gives,
    key_server,
    key_set,
    listed,
    signed,
)


@pytest.fixture(scope="module")
def keys() -> Iterator[KeyServer]:
    with key_server() as server:
        server.answer = gives(key_set(listed(RSA, "one"), listed(ED25519, "two")))
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def service(
    request: pytest.FixtureRequest, keys: KeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    settings = {
        "sso_secret": SECRET,
        "sso_jwks_url": keys.url,
        "sso_allow_private": "true",
        "sso_issuer": ISSUER,
        "sso_audience": AUDIENCE,
        "sso_roles": "true",
    }
    if request.param == "postgres":
        settings["database_url"] = request.getfixturevalue("new_database")()
    service = Service(tmp_path_factory.mktemp("signed"), **settings).start()
    yield service
    service.stop()


@pytest.fixture
def sub() -> str:
    return f"reader-{uuid4().hex}"


@pytest.fixture
def name(sub: str) -> str:
    return f"Ann {sub[-8:]}"


@pytest.fixture
def clients(service: Service) -> Iterator["Clients"]:
    with ExitStack() as stack:
        yield Clients(service, stack)


class Clients:
    """Opens clients that are closed with the test."""

    def __init__(self, service: Service, stack: ExitStack) -> None:
        self._service, self._stack = service, stack

    def __call__(self, token: str | None = None) -> httpx2.Client:
        return self._stack.enter_context(self._service.client(token))


def post(client: httpx2.Client, article: str, body: str = KIND, **more: Any) -> dict[str, Any]:
    answer = client.post(f"/articles/{article}/comments", json={"body": body} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_signed_in_reader_posts_edits_and_likes_under_the_publishers_name(
    clients: Clients, article: str, sub: str, name: str
) -> None:
    ann, bob = clients(signed(sub=sub, name=name)), clients(signed(sub=f"{sub}-b", name=f"Bob {name}"))
    mine = post(ann, article)
    assert mine["author"]["name"] == name
    edited = ann.patch(f"/comments/{mine['id']}", json={"body": f"{KIND} And so is the bridge."})
    assert (edited.status_code, edited.json()["author"]["name"]) == (200, name)
    assert bob.put(f"/comments/{mine['id']}/reactions/like").json()["reactions"] == {"like": 1}
    assert ann.get("/me/comments", params={"article": article}).json()["items"][0]["id"] == mine["id"]
    me = ann.get("/me").json()
    assert (me["id"], me["name"], me["role"], me["signed_in"]) == (mine["author"]["id"], name, "reader", True)
    assert bob.patch(f"/comments/{mine['id']}", json={"body": KIND}).status_code == 403


def test_a_person_is_the_same_whatever_signs_the_token(clients: Clients, article: str, sub: str) -> None:
    tokens = [signed(sub=sub), signed(RSA, "RS256", "one", sub=sub), signed(ED25519, "EdDSA", "two", sub=sub)]
    ids = {post(clients(token), article, f"{KIND} {n}")["author"]["id"] for n, token in enumerate(tokens)}
    assert len(ids) == 1


def test_another_sub_and_another_site_are_another_person(
    service: Service, clients: Clients, article: str, sub: str
) -> None:
    admin = clients(service.token("admin"))
    assert (
        admin.put(f"/articles/{article}", params={"site": "second"}, json={"title": "B"}).status_code == 200
    )
    ann = clients(signed(sub=sub))
    there = ann.post(f"/articles/{article}/comments", params={"site": "second"}, json={"body": KIND}).json()
    ids = {post(ann, article)["author"]["id"], post(clients(signed(sub=f"{sub}2")), article)["author"]["id"]}
    assert len({there["author"]["id"], *ids}) == 3
    nowhere = ann.post(f"/articles/{article}/comments", params={"site": "third"}, json={"body": KIND})
    assert nowhere.status_code == 404


def test_a_name_is_the_tokens_and_a_change_of_it_leaves_what_was_written(
    service: Service, clients: Clients, article: str, sub: str, name: str
) -> None:
    first = post(clients(signed(sub=sub, name=name)), article, author={"name": "Somebody Else"})
    second = post(clients(signed(sub=sub, name=f"{name} Married")), article, f"{KIND} Again.")
    assert first["author"]["id"] == second["author"]["id"]
    names = {item["id"]: item["author"]["name"] for item in service.page(article)["items"]}
    assert names == {first["id"]: name, second["id"]: f"{name} Married"}


def test_looking_at_a_page_makes_nobody(clients: Clients, article: str, sub: str, name: str) -> None:
    ann = clients(signed(sub=sub, name=name))
    me = ann.get("/me").json()
    assert (me["id"], me["name"], me["signed_in"]) == (None, name, True)
    assert ann.get("/me/comments", params={"article": article}).json()["items"] == []
    assert ann.get("/me/export").status_code == 404
    assert post(ann, article)["author"]["id"] is not None
    assert ann.get("/me").json()["id"] is not None


@pytest.mark.parametrize(
    "token",
    [
        by_hand({"alg": "none"}, claims()),
        signed("another secret that is as long as ours is"),
        signed(OTHER_RSA, "RS256", "one"),
        signed(RSA, "RS256", "unknown"),
        signed(exp=1),
        signed(aud="another"),
        signed(padding="x" * 9000),
        "not.a.token",
        "nonsense",
    ],
    ids=["none", "secret", "key", "kid", "expired", "audience", "huge", "no token", "nonsense"],
)
def test_a_forged_token_is_a_problem_document_with_a_reason(
    clients: Clients, article: str, token: str
) -> None:
    asked = clients(token)
    for answer in (
        asked.post(f"/articles/{article}/comments", json={"body": KIND}),
        asked.get("/me"),
        asked.get("/moderation/queue"),
    ):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["detail"]
        assert SECRET not in answer.text
        assert ISSUER not in answer.text


def test_a_key_that_is_rotated_in_is_believed_and_one_that_is_rotated_out_is_not(
    clients: Clients, keys: KeyServer, article: str, sub: str
) -> None:
    kid = uuid4().hex
    fresh = clients(signed(OTHER_RSA, "RS256", kid, sub=sub))
    before = keys.answer
    keys.answer = gives(key_set(listed(RSA, "one"), listed(ED25519, "two"), listed(OTHER_RSA, kid)))
    until(lambda: fresh.get("/me").status_code == 200, within_s=20)
    keys.answer = gives(b"", 500)
    assert post(fresh, article)["author"]["name"] == "Ann Ferry"
    keys.answer = before
    other = clients(signed(OTHER_RSA, "RS256", "no such key", sub=sub))
    # Asking for an unknown key brings the new set, in which the rotated one is no more.
    until(lambda: other.get("/me").status_code == 401 and fresh.get("/me").status_code == 401, within_s=20)


def test_who_is_erased_is_nobody_and_may_begin_anew(
    clients: Clients, article: str, sub: str, name: str
) -> None:
    ann = clients(signed(sub=sub, name=name))
    before = post(ann, article)["author"]["id"]
    assert sub in ann.get("/me/export").text
    assert ann.delete("/me").status_code == 204
    assert ann.get("/me").json()["id"] is None
    assert post(ann, article)["author"]["id"] != before


def test_who_is_erased_by_a_command_is_forgotten_by_the_service_that_runs(
    service: Service, clients: Clients, article: str, sub: str
) -> None:
    ann = clients(signed(sub=sub))
    before = post(ann, article)["author"]["id"]
    assert service.run("person", "erase", before).returncode == 0
    refused = ann.post(f"/articles/{article}/comments", json={"body": KIND})
    assert refused.status_code == 401
    assert post(ann, article)["author"]["id"] != before


def test_a_moderator_of_the_publisher_works_the_queue_and_is_no_admin(
    service: Service, clients: Clients, article: str, sub: str, name: str
) -> None:
    desk = clients(signed(sub=sub, name=name, role="admin"))
    held = service.post(article, "My neighbour said kys to the referee, which was not kind.")
    assert held["status"] == "pending"
    decided = desk.post(
        f"/moderation/comments/{held['id']}/decisions", json={"action": "approve", "version": 1}
    )
    assert decided.status_code == 201, decided.text
    assert desk.put(f"/articles/{article}", json={"title": "Mine"}).status_code == 403
    assert clients(signed(sub=f"{sub}-r")).get("/moderation/queue").status_code == 403


def test_badges_tell_who_runs_the_site_and_who_wrote_the_article(
    service: Service, clients: Clients, article: str, sub: str, name: str
) -> None:
    posted = {
        "moderator": clients(signed(sub=f"{sub}1", name=f"{name} M", role="moderator")),
        "staff": clients(signed(sub=f"{sub}2", name=f"{name} S", role="staff")),
        "author": clients(signed(sub=f"{sub}3", name=f"{name} A", author_of=[article, "another"])),
        "staff,author": clients(signed(sub=f"{sub}4", name=f"{name} B", role="staff", author_of=article)),
        "": clients(signed(sub=f"{sub}5", name=f"{name} R")),
    }
    for wanted, client in posted.items():
        assert ",".join(post(client, article, f"{KIND} I am {wanted}.")["author"]["badges"]) == wanted
    admin = clients(service.token("admin"))
    assert post(admin, article)["author"]["badges"] == ["staff"]
    shown = [",".join(item["author"]["badges"]) for item in service.page(article)["items"]]
    assert shown == ["staff", "", "staff,author", "author", "staff", "moderator"]
    assert service.page(f"{article}-2")["items"] == []


def test_badges_stand_on_the_page_without_scripts_and_in_the_feed(
    service: Service, clients: Clients, article: str, sub: str, name: str
) -> None:
    post(clients(signed(sub=sub, name=name, role="staff")), article)
    page = httpx2.get(f"{service.url}/a/main/{article}").text
    assert f'{name}</bdi></b> <span class="badge">Staff</span>' in page
    feed = httpx2.get(f"{service.url}/feeds/main/{article}.atom").text
    assert f"<author><name>{name} (Staff)</name></author>" in feed


@pytest.mark.parametrize(
    "disguise",
    [
        lambda name: name,
        str.upper,
        str.lower,
        lambda name: name.replace("a", "\u0430").replace("e", "\u0435"),  # Cyrillic
        lambda name: f" {name[:3]}\u200b{name[3:]} ",
        lambda name: f"\u202e{name}\u202c",
        lambda name: name.replace(" ", ""),
        lambda name: name.replace(" ", "."),
        lambda name: "".join(f"{char}\u0301" if char in "aeo" else char for char in name),
        lambda name: "".join(chr(ord(char) - 0x61 + 0x1D41A) if char.islower() else char for char in name),
        lambda name: name.replace("o", "0").replace("l", "1"),
    ],
)
def test_nobody_takes_a_name_that_looks_like_a_signed_in_readers(
    clients: Clients, article: str, sub: str, disguise: Any
) -> None:
    letters = "".join(chr(ord("a") + int(char, 16)) for char in sub[-8:])
    name = f"Carole {letters}"
    post(clients(signed(sub=sub, name=name)), article)
    stranger = clients()
    session = stranger.post("/session", json={"name": disguise(name)})
    first = stranger.post(
        f"/articles/{article}/comments", json={"body": KIND, "author": {"name": disguise(name)}}
    )
    fields = [answer.json()["errors"][0]["field"] for answer in (session, first)]
    assert (session.status_code, first.status_code, fields) == (422, 422, ["name", "author/name"])
    assert session.json()["errors"][0]["detail"].startswith("This name looks like")


def test_a_known_reader_cannot_change_to_such_a_name_and_keeps_their_own(
    service: Service, clients: Clients, article: str, sub: str, name: str
) -> None:
    reader = clients(service.reader(name))  # before anybody of that name was signed in
    assert post(reader, article, author={"name": name})["author"]["name"] == name
    other = clients(service.reader("Noa"))
    post(clients(signed(sub=sub, name=name)), article)
    assert post(reader, article, f"{KIND} Again.", author={"name": name})["author"]["name"] == name
    changed = other.post(f"/articles/{article}/comments", json={"body": KIND, "author": {"name": name}})
    assert changed.status_code == 422
    assert post(other, article)["author"]["name"] == "Noa"


def test_a_name_is_free_again_once_its_person_is_erased_or_renamed(
    clients: Clients, article: str, sub: str, name: str
) -> None:
    ann = clients(signed(sub=sub, name=name))
    post(ann, article)
    post(clients(signed(sub=sub, name=f"{name} Married")), article)
    assert clients().post("/session", json={"name": name}).status_code == 201
    assert clients().post("/session", json={"name": f"{name} Married"}).status_code == 422
    assert ann.delete("/me").status_code == 204
    assert clients().post("/session", json={"name": f"{name} Married"}).status_code == 201


@pytest.mark.parametrize(
    "name",
    [
        "Moderator",
        "ADMIN",
        "Adm1n",
        "\u0410dmin",
        "M o d e r a t o r",
        "Moderator Mike",
        "Redaktion",
        "Firstword",
    ],
)
def test_nobody_is_called_like_those_who_run_the_site(clients: Clients, article: str, name: str) -> None:
    assert clients().post("/session", json={"name": name}).status_code == 422
    posted = clients().post(f"/articles/{article}/comments", json={"body": KIND, "author": {"name": name}})
    assert posted.json()["errors"][0]["field"] == "author/name"


def test_nobody_is_called_like_an_account_of_the_console(service: Service, clients: Clients) -> None:
    name = f"Mara {uuid4().hex[:6]}"
    made = service.run("moderator", "add", name, "--role", "moderator", stdin="correct horse battery\n")
    assert made.returncode == 0, made.stderr
    assert clients().post("/session", json={"name": name.lower()}).status_code == 422


def test_an_anonymous_name_is_nobodys(clients: Clients, article: str, sub: str) -> None:
    post(clients(signed(sub=sub, name="Anonymous")), article)
    assert clients().post("/session", json={"name": "Anonymous"}).status_code == 201
    assert post(clients(), article)["author"]["name"] == "Anonymous"


@pytest.fixture
def asking(service: Service, clients: Clients) -> Iterator[str]:
    """A site of its own on which readers must sign in; returns its name."""
    site = f"closed-{uuid4().hex[:8]}"
    admin = clients(service.token("admin"))
    made = admin.put("/articles/known", params={"site": site}, json={"title": "Known"})
    assert made.status_code == 200, made.text
    said = admin.put("/site", params={"site": site}, json={"sign_in": "required"})
    assert said.json() == {"id": site, "title": site, "sign_in": "required"}
    yield site
    admin.put("/site", params={"site": site}, json={"sign_in": "optional"})


def test_where_readers_must_sign_in_strangers_only_read(
    service: Service, clients: Clients, asking: str, article: str, sub: str
) -> None:
    query, path = {"site": asking}, f"/articles/{article}/comments"
    stranger, known = clients(), clients(service.reader("Noa"))
    for who in (stranger, known):
        assert who.post(path, params=query, json={"body": KIND}).status_code == 401
        assert who.post(f"{path}:preview", params=query, json={"body": KIND}).status_code == 401
    refused = stranger.post("/session", params=query, json={"name": "Noa"})
    assert (refused.status_code, "sign in" in refused.json()["detail"]) == (401, True)
    page = stranger.get(path, params=query).json()
    assert (page["sign_in"], page["article"]["version"]) == ("required", 0)  # no stranger made the article
    posted = clients(signed(sub=sub)).post(path, params=query, json={"body": KIND})
    assert posted.status_code == 201
    assert stranger.get(path, params=query).json()["items"][0]["id"] == posted.json()["id"]
    form = httpx2.post(
        f"{service.url}/a/{asking}/{article}", data={"body": KIND}, headers={"Origin": service.url}
    )
    assert form.status_code == 401
    for page in (form, httpx2.get(f"{service.url}/a/{asking}/{article}")):
        assert "Please sign in first." in page.text
        assert "<textarea" not in page.text
    german = httpx2.get(f"{service.url}/a/{asking}/{article}", headers={"Accept-Language": "de"})
    assert "Bitte melden Sie sich zuerst an." in german.text


def test_a_cached_page_follows_what_the_site_asks(clients: Clients, service: Service, asking: str) -> None:
    reader, admin = clients(), clients(service.token("admin"))

    def said() -> str | None:
        found: str | None = (
            reader.get("/articles/known/comments", params={"site": asking}).json().get("sign_in")
        )
        return found

    assert [said(), said()] == ["required", "required"]
    assert admin.put("/site", params={"site": asking}, json={"sign_in": "optional"}).status_code == 200
    assert said() is None
    ran = service.run("site", "set", asking, "--sign-in", "required", "--title", "The Paper")
    assert ran.returncode == 0, ran.stderr
    assert f"{asking}: The Paper, sign-in required." in ran.stdout
    until(lambda: said() == "required")
    assert f"{asking}  The Paper  sign-in required" in service.run("site", "list").stdout
    refused = reader.post("/session", params={"site": asking}, json={"name": "The Paper"})
    assert refused.status_code == 401


@pytest.mark.parametrize(
    "said", [{"sign_in": "maybe"}, {"sign_in": True}, {"title": ""}, {"title": "x" * 61}, {"other": 1}, []]
)
def test_what_cannot_be_said_of_a_site_is_refused(service: Service, clients: Clients, said: Any) -> None:
    admin = clients(service.token("admin"))
    assert admin.put("/site", json=said).status_code == 422
    assert admin.put("/site", params={"site": "nowhere"}, json={"title": "X"}).status_code == 404
    assert clients(service.token("moderator")).put("/site", json={"title": "X"}).status_code == 403
    assert clients().put("/site", json={"title": "X"}).status_code == 401
    for command in (
        ("set", "main"),
        ("set", "nowhere", "--title", "X"),
        ("set", "main", "--sign-in", "maybe"),
    ):
        assert service.run("site", *command).returncode in {1, 2}


def test_the_form_of_the_page_without_scripts_refuses_a_taken_name_too(
    service: Service, clients: Clients, article: str, sub: str, name: str
) -> None:
    post(clients(signed(sub=sub, name=name)), article)
    said = {"body": KIND, "name": name.upper()}
    refused = httpx2.post(f"{service.url}/a/main/{article}", data=said, headers={"Origin": service.url})
    assert refused.status_code == 422
    assert "This name looks like that of somebody who is known here." in refused.text


def test_reports_of_signed_in_readers_count_for_themselves(
    service: Service, clients: Clients, article: str, sub: str
) -> None:
    told = service.post(article, KIND)
    anonymous = [clients(service.reader(f"Noa {n}")) for n in range(2)]
    known = [clients(signed(sub=f"{sub}{n}")) for n in range(2)]
    for reader in (*anonymous, *known):
        sent = reader.post(f"/comments/{told['id']}/reports", json={"category": "spam"})
        assert sent.status_code == 201, sent.text
    shown = clients(service.token("moderator")).get("/moderation/reports").json()["items"]
    assert len([each for each in shown if each["comment"]["id"] == told["id"]]) >= 1
