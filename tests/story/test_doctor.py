"""The doctor finds what is really wrong, says what to do, and touches nothing."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from models import artifact
from moderation.doctor import examine, machine
from moderation.doctor.database import drift
from moderation.live.client import connect
from moderation.live.server import EmbeddedServer
from moderation.settings import load
from tests import redis_cluster
from tests.api.texts import KIND
from tests.service import Service
from tests.signing import AUDIENCE, ED25519, ISSUER, RSA, SECRET, gives, key_server, key_set, listed

Report = list[dict[str, str]]
SIGNED = {"sso_issuer": ISSUER, "sso_audience": AUDIENCE}


class Surgery:
    """The doctor in a folder whose `var` is the data dir."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        self._monkeypatch = monkeypatch

    def __call__(self, **settings: str) -> tuple[int, Report]:
        """Return the exit status that a report means, and the report."""
        given = {"data_dir": "var", "post_rate": "10/minute", **settings}
        with self._monkeypatch.context() as environment:
            for name in [name for name in os.environ if name.startswith("FIRSTWORD_")]:
                environment.delenv(name)
            for name, value in given.items():
                environment.setenv(f"FIRSTWORD_{name.upper()}", value)
            report = [asdict(each) for each in examine()]
        assert all(each["do"] for each in report if each["level"] != "ok")
        return int(any(each["level"] == "problem" for each in report)), report


@pytest.fixture
def examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Surgery:
    return Surgery(tmp_path, monkeypatch)


def found(report: Report, level: str, about: str) -> str:
    """Return what was said of a matter at a level; nothing was if that is empty."""
    return " ".join(each["says"] for each in report if (each["level"], each["about"]) == (level, about))


def test_an_installation_before_its_first_start_is_well_and_nothing_is_made(
    examined: Surgery, tmp_path: Path
) -> None:
    status, report = examined()
    assert (status, {each["level"] for each in report}) == (0, {"ok"})
    assert list(tmp_path.iterdir()) == []


def test_a_running_service_is_well(examined: Surgery, tmp_path: Path) -> None:
    service = Service(tmp_path / "var")
    (tmp_path / "var").mkdir(mode=0o700)
    service.start()
    try:
        service.post("a", KIND)
        status, report = examined()
    finally:
        service.stop()
    assert [each for each in report if each["level"] != "ok"] == []
    assert status == 0
    assert {each["about"] for each in report} >= {"database", "schema", "redis", "model", "relay"}


def test_people_get_lines_programs_get_json_and_both_a_status(tmp_path: Path) -> None:
    service = Service(tmp_path, prot="1", allowed_origins="paper.example")
    lines, rows = service.run("doctor"), service.run("doctor", "--json")
    assert (lines.returncode, lines.stderr, rows.returncode, rows.stderr) == (1, "", 1, "")
    assert "warning  settings  FIRSTWORD_PROT is not a setting" in lines.stdout
    assert "Did you mean FIRSTWORD_PORT?" in lines.stdout
    levels = {(each["about"], each["level"]) for each in json.loads(rows.stdout)}
    assert levels >= {("settings", "warning"), ("origins", "problem"), ("disk", "ok")}


def test_a_wrong_setting_is_the_only_thing_to_see(examined: Surgery) -> None:
    status, [only] = examined(port="eighty")
    assert (status, only["level"]) == (1, "problem")
    assert "FIRSTWORD_PORT" in only["says"]


@pytest.mark.parametrize(
    ("settings", "level", "about", "word"),
    [
        ({"trusted_proxies": "*"}, "problem", "proxy", "*"),
        ({"trusted_proxies": "proxy.local"}, "problem", "proxy", "proxy.local"),
        ({"public_url": "https://c.example"}, "warning", "proxy", "FIRSTWORD_TRUSTED_PROXIES"),
        ({"public_url": "http://c.example"}, "warning", "address", "https"),
        ({"public_url": "c.example"}, "problem", "address", "c.example"),
        (
            {"public_url": "https://c.example", "allowed_hosts": "d.example"},
            "problem",
            "address",
            "FIRSTWORD_ALLOWED_HOSTS",
        ),
        ({"host": "::"}, "warning", "address", "any host name"),
        ({"allowed_origins": "*"}, "warning", "origins", "*"),
        ({"allowed_origins": "paper.example"}, "problem", "origins", "paper.example"),
        ({"post_rate": "off"}, "warning", "rates", "not limited"),
        ({**SIGNED, "sso_jwks_url": "https://127.0.0.1:1/keys"}, "problem", "sign-in", "private network"),
        (
            {**SIGNED, "sso_jwks_url": "https://no-such-host.invalid/"},
            "problem",
            "sign-in",
            "could not be read",
        ),
        ({"redis_url": "redis://127.0.0.1:1"}, "problem", "redis", "does not answer"),
        ({"database_url": "postgresql://x:Zsecret@127.0.0.1:1/d"}, "problem", "database", "does not answer"),
    ],
)
def test_a_setting_that_harms_is_found(
    examined: Surgery, settings: dict[str, str], level: str, about: str, word: str
) -> None:
    status, report = examined(**settings)
    assert word in found(report, level, about)
    assert status == int(level == "problem")
    assert "Zsecret" not in json.dumps(report)


def test_who_signs_readers_in_is_told_and_what_keeps_them_out_is_found(
    examined: Surgery, home: Path, tmp_path: Path
) -> None:
    assert "readers are anonymous" in found(examined()[1], "ok", "sign-in")
    assert "shared secret" in found(examined(**SIGNED, sso_secret=SECRET)[1], "ok", "sign-in")
    with key_server() as server:
        given = {**SIGNED, "sso_jwks_url": server.url, "sso_allow_private": "true"}
        server.answer = gives(key_set(listed(RSA, "one"), listed(ED25519, "two")))
        assert "private networks" in found(examined(**given)[1], "warning", "sign-in")
        server.answer = gives(key_set())
        assert "no key for RS256 or EdDSA" in found(examined(**given)[1], "problem", "sign-in")
    with sqlite3.connect(home / "firstword.db") as database:
        database.execute("UPDATE site SET needs_sign_in = 1")
    assert "nobody can write" in found(examined()[1], "problem", "sign-in")
    assert found(examined(**SIGNED, sso_secret=SECRET)[1], "problem", "sign-in") == ""


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({**SIGNED, "sso_secret": "short"}, "FIRSTWORD_SSO_SECRET"),
        ({"sso_secret": SECRET}, "FIRSTWORD_SSO_ISSUER"),
        ({"sso_secret": SECRET, "sso_issuer": ISSUER}, "FIRSTWORD_SSO_AUDIENCE"),
        (SIGNED, "FIRSTWORD_SSO_SECRET"),
        ({**SIGNED, "sso_jwks_url": "http://paper.example/keys"}, "FIRSTWORD_SSO_JWKS_URL"),
        ({**SIGNED, "sso_jwks_url": "file:///etc/passwd"}, "FIRSTWORD_SSO_JWKS_URL"),
        ({**SIGNED, "sso_secret": SECRET, "sso_leeway": "900"}, "FIRSTWORD_SSO_LEEWAY"),
        ({**SIGNED, "sso_secret": SECRET, "sso_roles": "perhaps"}, "FIRSTWORD_SSO_ROLES"),
    ],
)
def test_a_sign_in_that_is_half_set_up_is_refused_with_a_sentence(
    examined: Surgery, settings: dict[str, str], word: str
) -> None:
    status, [only] = examined(**settings)
    assert (status, word in only["says"]) == (1, True)
    assert SECRET not in only["says"]


def test_a_public_address_behind_a_named_proxy_is_well(examined: Surgery) -> None:
    _, report = examined(
        public_url="https://c.example", allowed_hosts="*.example", trusted_proxies="10.0.0.0/8"
    )
    assert {each["level"] for each in report} == {"ok"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data dir that was used once, and is private."""
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    assert Service(folder).run("token", "create", "--role", "admin", "--name", "x").returncode == 0
    (folder / "secret.key").write_text("k" * 40)
    (folder / "secret.key").chmod(0o600)
    return folder


def test_keys_and_files_that_others_can_read_are_found(examined: Surgery, home: Path, tmp_path: Path) -> None:
    assert examined()[0] == 0
    (home / "secret.key").chmod(0o644)
    (home / "firstword.db").chmod(0o604)
    (tmp_path / ".env").write_text("FIRSTWORD_SECRET_KEY=\n")
    (tmp_path / ".env").chmod(0o644)
    home.chmod(0o755)
    status, report = examined()
    assert status == 1
    assert "mode 644" in found(report, "problem", "key")
    files = found(report, "warning", "files")
    assert all(word in files for word in (".env", "mode 604", "mode 755"))


def test_a_key_that_is_too_short_is_found(examined: Surgery, home: Path) -> None:
    (home / "secret.key").write_text("short")
    assert "shorter" in found(examined()[1], "problem", "key")


def test_a_damaged_database_is_found(examined: Surgery, home: Path) -> None:
    file = home / "firstword.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\0" * 8192 + whole[16384:])
    assert "damaged" in found(examined()[1], "problem", "database")
    file.write_bytes(b"no database at all" * 100)
    assert "damaged" in found(examined()[1], "problem", "database")


def test_a_disk_without_room_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(data_dir=tmp_path / "not" / "yet")
    free = shutil.disk_usage(tmp_path).free
    monkeypatch.setattr(machine, "SCARCE_BYTES", 2 * free)
    assert [each.level for each in machine.disk_has_room(settings)] == ["warning"]
    monkeypatch.setattr(machine, "ROOM_BYTES", 2 * free)
    assert [each.level for each in machine.disk_has_room(settings)] == ["problem"]


def test_a_clock_that_the_servers_do_not_share_is_found(
    tmp_path: Path, new_database: Callable[[], str], valkey: tuple[str, redis.Redis]
) -> None:
    program = (
        "import sys, time; real = time.time; time.time = lambda: real() - 3600\n"
        "sys.argv = ['firstword', 'doctor']; from moderation.cli import main; main()"
    )
    service = Service(tmp_path / "var", database_url=new_database(), redis_url=valkey[0])
    ran = subprocess.run(
        [sys.executable, "-c", program], env=service.environment, capture_output=True, text=True, check=False
    )
    assert "The database's clock and ours are 36" in ran.stdout
    assert "The clock of Redis and ours are 36" in ran.stdout
    assert ran.returncode == 1


def test_a_clock_that_differs_is_judged_by_how_much() -> None:
    assert drift("It", 100.5, 100.0, 101.0).level == "ok"
    assert drift("It", 103.0, 100.0, 101.0).level == "warning"
    assert drift("It", 90.0, 100.0, 101.0).level == "problem"


def test_a_model_that_was_changed_is_found(examined: Surgery, tmp_path: Path) -> None:
    folder = tmp_path / artifact.shipped().name
    shutil.copytree(artifact.shipped(), folder)
    assert examined(model=str(folder))[0] == 0
    weights = max(folder.iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    assert "refused" in found(examined(model=str(folder))[1], "problem", "model")


def test_an_earlier_model_that_is_gone_is_found(examined: Surgery, home: Path, tmp_path: Path) -> None:
    with sqlite3.connect(home / "firstword.db") as connection:
        for number, folder in enumerate((str(tmp_path / "gone"), str(artifact.SHIPPED)), 1):
            connection.execute("INSERT INTO model VALUES (?, ?, 0)", (f"m{number}", folder))
            connection.execute("INSERT INTO promotion VALUES (?, ?, 'x', 0)", (number, f"m{number}"))
    connection.close()
    status, report = examined()
    assert status == 0
    assert str(tmp_path / "gone") in found(report, "warning", "model")


def test_events_that_nobody_carries_on_are_found(examined: Surgery, home: Path) -> None:
    with sqlite3.connect(home / "firstword.db") as connection:
        connection.execute(
            "INSERT INTO outbox (id, kind, site_id, article_id, created_at_ms) VALUES (?, ?, ?, ?, ?)",
            ("a" * 32, "queue.push", "main", "b" * 32, time.time_ns() // 1_000_000 - 120_000),
        )
    connection.close()
    assert "nobody carries" in found(examined()[1], "warning", "relay")


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[tuple[str, redis.Redis]]:
    server = EmbeddedServer(tmp_path / "redis")
    server.start()
    try:
        with connect(server.url) as client:
            yield server.url, client
    finally:
        server.stop()


def test_a_redis_that_forgets_is_found(examined: Surgery, valkey: tuple[str, redis.Redis]) -> None:
    url, client = valkey
    assert examined(redis_url=url)[0] == 0
    client.config_set("appendonly", "no")
    assert "append-only" in found(examined(redis_url=url)[1], "warning", "queue")
    client.config_set("maxmemory-policy", "allkeys-lru")
    assert "allkeys-lru" in found(examined(redis_url=url)[1], "problem", "queue")


def test_one_forgetful_node_of_a_cluster_is_found(examined: Surgery, tmp_path: Path) -> None:
    with redis_cluster.running(tmp_path / "cluster") as cluster:
        status, report = examined(redis_url=cluster.url)
        assert "3 nodes" in found(report, "ok", "redis")
        assert [each for each in report if each["level"] != "ok"] == []
        cluster.nodes[1].client.config_set("maxmemory-policy", "allkeys-lru")
        status, report = examined(redis_url=cluster.url)
    assert status == 1
    assert "allkeys-lru" in found(report, "problem", "queue")


def test_a_postgresql_that_loses_or_takes_no_writes_is_found(
    examined: Surgery, new_database: Callable[[], str]
) -> None:
    url = new_database()
    settings: dict[str, Any] = {"database_url": url}
    status, report = examined(**settings)
    assert status == 1
    assert "fsync is off" in found(report, "problem", "server")  # so that our tests are faster
    assert "full_page_writes" not in found(report, "problem", "server")
    assert "max_connections" in found(examined(**settings, workers="40")[1], "warning", "server")
    with psycopg.connect(url, autocommit=True) as connection:
        name = url.rpartition("/")[2]
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    says = found(examined(**settings)[1], "problem", "server")
    assert "synchronous_commit is off" in says
    assert "takes no writes" in says


def test_a_schema_that_is_not_ours_is_found(examined: Surgery, tmp_path: Path) -> None:
    home = tmp_path / "var"
    home.mkdir(mode=0o700)
    assert Service(home).run("migrate").returncode == 0
    with sqlite3.connect(home / "firstword.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    status, report = examined()
    assert status == 1
    assert "9999" in found(report, "problem", "schema")
