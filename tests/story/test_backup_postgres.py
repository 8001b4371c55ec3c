"""The same backup on PostgreSQL, through its own programs: online, whole, and all or nothing back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from models import artifact
from moderation.app import opened
from moderation.live.server import EmbeddedServer
from moderation.settings import load
from tests import postgres
from tests.conditions import until
from tests.service import Service

MODEL = "firstword-ffffffffffff"
State = tuple[list[str], str, str]


def state(service: Service) -> State:
    """Return (the accounts, the key, the promoted model as it lies there)."""
    with psycopg.connect(service.environment["FIRSTWORD_DATABASE_URL"]) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM account ORDER BY name")]
        [(folder,)] = connection.execute("SELECT folder FROM model").fetchall()
    assert Path(folder).is_relative_to(service.data_dir)
    return names, (service.data_dir / "secret.key").read_text(), (Path(folder) / "CARD.md").read_text()


def installation(data_dir: Path, url: str, name: str) -> Service:
    """Make an installation with an account, a key and a promoted model that say a name."""
    service = Service(data_dir, database_url=url)
    assert service.run("migrate").returncode == 0
    assert service.run("moderator", "add", name, stdin="correct horse battery\n").returncode == 0
    folder = data_dir / "models" / MODEL
    shutil.copytree(artifact.shipped(), folder)
    (folder / "CARD.md").write_text(name)
    (data_dir / "secret.key").write_text(name * 40)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO model VALUES (%s, %s, 0)", (MODEL, str(folder)))
        connection.execute("INSERT INTO promotion VALUES (1, %s, 'x', 0)", (MODEL,))
    return service


@pytest.fixture
def empty_database(postgres_url: str) -> str:
    """The address of a database without any table."""
    name = f"empty_{uuid4().hex[:8]}"
    postgres.administer(postgres_url, f"CREATE DATABASE {name}")
    return f"{postgres_url}/{name}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> tuple[Path, State]:
    """An archive, and the state it holds."""
    source = installation(tmp_path_factory.mktemp("new") / "var", new_database(), "New")
    file = source.data_dir.parent / "backup"
    made = source.run("backup", str(file))
    assert (made.returncode, made.stderr) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    return file, state(source)


def refused(service: Service, *command: str) -> str:
    """Run a command that must be refused in one sentence, which is returned."""
    ran = service.run(*command)
    assert (ran.returncode, ran.stdout) == (1, ""), ran.stderr
    [sentence] = ran.stderr.splitlines()
    return sentence


def test_a_backup_restored_into_an_empty_database_serves_with_its_model(
    archive: tuple[Path, State], tmp_path: Path, empty_database: str
) -> None:
    file, new = archive
    other = Service(tmp_path / "var", database_url=empty_database)
    restored = other.run("restore", str(file))
    assert (restored.returncode, restored.stderr) == (0, "")
    assert state(other) == new
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert names[:3] == ["manifest.json", "firstword.dump", "secret.key"]
    assert f"models/{MODEL}/manifest.json" in names
    with opened(load(data_dir=other.data_dir, database_url=other.environment["FIRSTWORD_DATABASE_URL"])):
        pass  # it is at the newest schema, and can be written to
    assert sorted(path.name for path in other.data_dir.iterdir()) == ["models", "secret.key", "service.lock"]


def test_what_was_there_is_kept_as_a_backup_that_can_be_restored(
    archive: tuple[Path, State], tmp_path: Path, new_database: Callable[[], str]
) -> None:
    file, new = archive
    service = installation(tmp_path / "var", new_database(), "Old")
    old = state(service)
    assert "--force" in refused(service, "restore", str(file))
    assert state(service) == old
    forced = service.run("restore", "--force", str(file))
    assert (forced.returncode, forced.stderr) == (0, "")
    assert state(service) == new
    [kept] = service.data_dir.glob("replaced-*.backup")
    assert str(kept) in forced.stdout
    assert service.run("restore", "--force", str(kept)).returncode == 0
    assert state(service) == old


def test_a_restore_is_refused_while_a_service_is_connected(
    archive: tuple[Path, State], tmp_path: Path, new_database: Callable[[], str]
) -> None:
    server = EmbeddedServer(tmp_path / "redis")
    server.start()
    try:
        service = Service(tmp_path / "var", database_url=new_database(), redis_url=server.url)
        assert service.run("migrate").returncode == 0
        service.start()
        try:
            elsewhere = Service(
                tmp_path / "other", database_url=service.environment["FIRSTWORD_DATABASE_URL"]
            )
            assert "stop all" in refused(elsewhere, "restore", "--force", str(archive[0]))
            service.post("a", "Thank you for this thoughtful article, I learned a lot about the harbour.")
            assert (
                service.run("backup", str(tmp_path / "backup")).returncode == 0
            )  # which may be made meanwhile
        finally:
            service.stop()
    finally:
        server.stop()


def test_archives_of_the_other_kind_or_of_a_newer_schema_are_refused(
    archive: tuple[Path, State], tmp_path: Path, new_database: Callable[[], str], empty_database: str
) -> None:
    assert "PostgreSQL" in refused(Service(tmp_path / "embedded"), "restore", str(archive[0]))
    embedded = Service(tmp_path / "source")
    embedded.token("admin")
    assert embedded.run("backup", str(tmp_path / "sqlite")).returncode == 0
    service = Service(tmp_path / "var", database_url=empty_database)
    assert "SQLite" in refused(service, "restore", str(tmp_path / "sqlite"))
    newer = installation(tmp_path / "newer", new_database(), "Newer")
    with psycopg.connect(newer.environment["FIRSTWORD_DATABASE_URL"]) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert newer.run("backup", str(tmp_path / "9999")).returncode == 0
    assert "schema 9999" in refused(service, "restore", str(tmp_path / "9999"))
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT to_regclass('account')").fetchall() == [(None,)]


def test_without_postgresqls_programs_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    service = Service(tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    service.environment["PATH"] = str(tmp_path)
    sentence = refused(service, "backup", str(tmp_path / "backup"))
    assert "pg_dump is not installed" in sentence
    assert "postgresql-client" in sentence


@pytest.fixture
def halted(
    archive: tuple[Path, State], tmp_path: Path, new_database: Callable[[], str]
) -> Iterator[tuple[Service, "subprocess.Popen[bytes]", Any, int]]:
    """A forced restore in the middle of its transaction: (service, process, what holds it up, its psql)."""
    url = new_database()
    service = installation(tmp_path / "var", url, "Old")
    with psycopg.connect(url) as holding:
        holding.execute("LOCK TABLE audit_entry IN SHARE MODE")  # a dump passes, a DROP waits
        process = subprocess.Popen(
            [sys.executable, "-m", "moderation", "restore", "--force", str(archive[0])],
            env=service.environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            with psycopg.connect(url, autocommit=True) as watching:
                until(lambda: _waiting(watching), within_s=60)
            [psql] = subprocess.run(
                ["pgrep", "-P", str(process.pid), "psql"], capture_output=True, text=True, check=True
            ).stdout.split()
            yield service, process, holding, int(psql)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _waiting(connection: Any) -> bool:
    waiting = """
        SELECT count(*) FROM pg_stat_activity WHERE application_name = 'firstword-restore'
        AND wait_event_type = 'Lock' AND datname = current_database()
    """
    return bool(connection.execute(waiting).fetchone() == (1,))


def test_killed_before_its_commit_a_restore_leaves_the_old_state(halted: Any) -> None:
    service, process, holding, _ = halted
    os.killpg(process.pid, signal.SIGKILL)  # and its psql
    process.wait()
    holding.rollback()
    assert service.run("token", "list").returncode == 0
    names, key, card = state(service)
    assert (names, key, card) == (["Old"], "Old" * 40, "Old")


def test_killed_while_the_server_commits_a_restore_is_finished_by_the_next_start(
    halted: Any, archive: tuple[Path, State]
) -> None:
    service, process, holding, psql = halted
    process.kill()  # psql goes on
    process.wait()
    assert (service.data_dir / "secret.key").read_text() == "Old" * 40
    holding.rollback()
    until(lambda: not Path(f"/proc/{psql}").exists(), within_s=30)
    assert json.loads(service.run("token", "list", "--json").stdout) == []
    assert state(service) == archive[1]
    assert not (service.data_dir / "restoring").exists()
