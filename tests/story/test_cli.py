"""Every command does what it says, beside a running service and without one; refusals are sentences."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from models.artifact import shipped
from moderation.settings import Settings
from tests.conditions import until
from tests.service import Service
from tests.story.conftest import Start
from tests.story.sight import is_whole

HELD = "My neighbour said kys to the referee, which was not kind."
KIND = "Thank you for this thoughtful article, I learned a lot about the harbour."
NASTY = "You are a worthless piece of shit, you fucking idiot"
LABELS = (
    "toxicity", "severe_toxicity", "insult", "profanity",
    "threat", "identity_attack", "sexually_explicit", "spam",
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service that commands are run beside."""
    service = Service(tmp_path_factory.mktemp("desk")).start()
    try:
        yield service
    finally:
        service.stop()


def done(service: Service, *command: str, stdin: str = "") -> str:
    """Run a command that must succeed and warn of nothing; return what it prints."""
    ran = service.run(*command, stdin=stdin)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def refused(service: Service, *command: str, stdin: str = "") -> str:
    """Run a command that must be refused: status 1, nothing on stdout, one sentence, which is returned."""
    ran = service.run(*command, stdin=stdin, within_s=20)
    assert ran.returncode == 1, (ran.returncode, ran.stderr)
    assert ran.stdout == ""
    [sentence] = ran.stderr.splitlines()
    return sentence.removeprefix("firstword: ")


def test_a_token_is_shown_once_listed_without_its_secret_and_ends_when_revoked(desk: Service) -> None:
    made = done(desk, "token", "create", "--role", "moderator", "--name", "Ann's script")
    secret = made.removesuffix("\n")
    assert re.fullmatch(r"fwk_\S{40,}", secret)
    with desk.client(secret) as client:
        assert client.get("/moderation/queue").status_code == 200
        listed = json.loads(done(desk, "token", "list", "--json"))
        [row] = [row for row in listed if row["name"] == "Ann's script"]
        assert row["role"] == "moderator"
        assert secret not in json.dumps(listed)
        done(desk, "token", "revoke", row["id"])
        assert client.get("/moderation/queue").status_code == 401
    assert row["id"] in refused(desk, "token", "revoke", row["id"])


def test_a_moderators_password_is_read_from_stdin_and_reset(desk: Service) -> None:
    first, second = "correct horse battery", "another long password"
    done(desk, "moderator", "add", "Ann", "--role", "admin", stdin=f"{first}\n")
    with signed_in(desk, "Ann", first) as browser:
        assert browser.get("/moderation").status_code == 200
        assert first not in done(desk, "moderator", "reset", "Ann", stdin=f"{second}\n")
        assert browser.get("/moderation").status_code in {303, 307}  # the session has ended
    with signed_in(desk, "Ann", first) as browser:
        assert browser.get("/moderation").status_code in {303, 307}
    with signed_in(desk, "Ann", second) as browser:
        assert browser.get("/moderation").status_code == 200
    assert "Ann" in refused(desk, "moderator", "add", "Ann", stdin=f"{first}\n")


def test_a_password_that_nobody_gave_is_made_up_and_shown_and_a_short_one_is_refused(desk: Service) -> None:
    said = done(desk, "moderator", "add", "Bea")
    password = said.split("Password: ")[1].strip()
    with signed_in(desk, "Bea", password) as browser:
        assert browser.get("/moderation").status_code == 200
    assert "12" in refused(desk, "moderator", "add", "Cleo", stdin="short\n")
    assert "Nobody" in refused(desk, "moderator", "reset", "Nobody", stdin="correct horse battery\n")


def test_the_settings_are_listed_with_default_and_help(desk: Service) -> None:
    listed = {row["name"]: row for row in json.loads(done(desk, "settings", "--json"))}
    assert listed.keys() == {f"FIRSTWORD_{name.upper()}" for name in Settings.model_fields}
    assert all(row["help"] for row in listed.values())
    assert listed["FIRSTWORD_PORT"]["default"] == "8000"


def test_every_wrong_setting_stops_the_start_and_is_named(new_service: Start) -> None:
    wrong = {"port": "eighty", "post_rate": "often", "database_url": "mysql://here", "secret_key": "short"}
    wrong["redis_url"] = "redis+cluster://one,"
    sentence = refused(new_service(**wrong), "serve")
    assert all(f"FIRSTWORD_{name.upper()}" in sentence for name in wrong)


def test_two_web_processes_on_sqlite_are_refused(new_service: Start) -> None:
    sentence = refused(new_service(workers="2"), "serve")
    assert "FIRSTWORD_WORKERS" in sentence
    assert "PostgreSQL" in sentence


@pytest.mark.parametrize("command", [("dance",), ("token", "create", "--role", "king", "--name", "x")])
def test_a_usage_error_has_status_2(desk: Service, command: tuple[str, ...]) -> None:
    ran = desk.run(*command)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr


def test_texts_are_scored_one_json_object_a_line(desk: Service) -> None:
    kind, nasty = [json.loads(line) for line in done(desk, "score", KIND, NASTY).splitlines()]
    assert set(kind["scores"]) == set(LABELS)
    assert kind["scores"]["toxicity"] < 0.3
    assert nasty["scores"]["toxicity"] > 0.9
    assert kind["model"] == nasty["model"]
    assert kind["language"] == "en"
    assert "id" not in kind


def test_json_lines_are_scored_in_order_and_keep_their_ids(desk: Service) -> None:
    texts = [{"text": f"{KIND} {n}", "id": n} for n in range(300)] + [{"text": NASTY}]
    stdin = "\n".join(map(json.dumps, texts)) + "\n\n"
    scored = [json.loads(line) for line in done(desk, "score", stdin=stdin).splitlines()]
    assert [row.get("id") for row in scored] == [*range(300), None]
    assert scored[-1]["scores"]["toxicity"] > 0.9


def test_any_text_in_any_language_gets_all_scores(desk: Service) -> None:
    german = "Das neue Schwimmbad ist schön geworden, aber die Preise sind viel zu hoch."
    texts = [german, "lol", "", "\0", "\ud800", "x" * 1_000_000]
    stdin = "\n".join(json.dumps({"text": text}) for text in texts)
    scored = [json.loads(line) for line in done(desk, "score", stdin=stdin).splitlines()]
    assert [row["language"] for row in scored] == ["de", "und", "und", "und", "und", "und"]
    assert all(set(row["scores"]) == set(LABELS) for row in scored)


@pytest.mark.parametrize("broken", ['{"text": "half', '{"id": 2}'])
def test_a_line_that_cannot_be_scored_is_named(desk: Service, broken: str) -> None:
    ran = desk.run("score", stdin=f'{{"text": "one"}}\n{broken}\n')
    assert ran.returncode == 1
    [sentence] = ran.stderr.splitlines()
    assert "ine 2" in sentence


def test_the_queue_is_shown_and_rebuilt_while_the_service_runs_and_while_it_does_not(
    new_service: Start,
) -> None:
    service = new_service().start()
    for n in range(3):
        service.post("held", f"{HELD} {n}")
    with service.client(service.token("moderator")) as moderator:
        until(lambda: is_whole(moderator, 3))
        assert waiting(service) == 3
        assert "3" in done(service, "queue", "rebuild")
        assert is_whole(moderator, 3)
    service.stop()
    assert waiting(service) == 3
    assert "3" in done(service, "queue", "rebuild")
    assert waiting(service) == 3


def test_a_database_is_migrated_and_its_models_are_listed(new_service: Start, tmp_path: Path) -> None:
    service = new_service()
    assert "newest schema" in done(service, "migrate")
    assert "newest schema" in done(service, "migrate")  # twice is once
    assert json.loads(done(service, "model", "list", "--json")) == []
    assert "firstword-000000000000" in refused(service, "model", "show", "firstword-000000000000")
    assert refused(service, "model", "rollback")
    assert str(tmp_path) in refused(service, "model", "register", str(tmp_path))


def test_a_registered_model_is_listed_and_its_card_shown(desk: Service) -> None:
    folder = shipped()
    assert done(desk, "model", "register", str(folder)).strip() == folder.name
    [row] = json.loads(done(desk, "model", "list", "--json"))
    assert (row["model"], row["folder"], row["champion"]) == (folder.name, str(folder.resolve()), "")
    assert done(desk, "model", "show", folder.name).strip() == (folder / "CARD.md").read_text().strip()
    done(desk, "model", "promote", folder.name)
    [row] = json.loads(done(desk, "model", "list", "--json"))
    assert row["champion"]


def test_labels_are_exported_whole_or_not_at_all(desk: Service, tmp_path: Path) -> None:
    assert "0" in done(desk, "labels", "export", str(tmp_path / "labels.jsonl"))
    assert [path.name for path in tmp_path.glob("labels*")] == ["labels.jsonl"]
    nowhere = tmp_path / "missing" / "labels.jsonl"
    assert str(nowhere.parent) in refused(desk, "labels", "export", str(nowhere))


def test_a_second_service_on_the_same_folder_is_refused(desk: Service) -> None:
    assert "another service" in refused(Service(desk.data_dir), "serve")
    with desk.client() as client:
        assert client.get("/articles/any/comments").status_code == 200


def test_a_second_service_on_the_same_sqlite_file_is_refused_whatever_redis_it_has(
    desk: Service, new_service: Start
) -> None:
    other = new_service("other").start()  # only its Redis is used
    redis_url = f"unix://{other.data_dir / 'redis' / 'redis.sock'}"
    assert "another service" in refused(Service(desk.data_dir, redis_url=redis_url), "serve")


def test_a_taken_port_is_refused(new_service: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        sentence = refused(new_service(port=port), "serve")
    assert port in sentence
    assert "FIRSTWORD_PORT" in sentence


def test_a_worker_beside_sqlite_is_refused(new_service: Start) -> None:
    assert "FIRSTWORD_DATABASE_URL" in refused(new_service(), "worker")


def waiting(service: Service) -> int:
    """Return how many comments the command line says are waiting."""
    status = json.loads(done(service, "queue", "status", "--json"))
    return sum(lane["waiting"] for lane in status["lanes"])


@contextmanager
def signed_in(service: Service, name: str, password: str) -> Iterator[httpx2.Client]:
    """Give a browser that has sent the console's sign-in form."""
    with httpx2.Client(base_url=service.url, timeout=30) as browser:
        form = browser.get("/moderation/sign-in").text
        found = re.search(r'name="csrf" value="([^"]+)"', form)
        assert found
        browser.post("/moderation/sign-in", data={"csrf": found[1], "name": name, "password": password})
        yield browser
