"""A backup is taken while people post, restored elsewhere, and refused when it is not what was written."""

import io
import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from tests.conditions import until
from tests.service import Service
from tests.story.conftest import Start

KIND = "Thank you for this thoughtful article, I learned a lot about harbour number {}."
HELD = "My neighbour said kys to the referee, which was not kind."


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive, made without a running service."""
    service = Service(tmp_path_factory.mktemp("source"))
    service.token("admin")
    file = service.data_dir / "backup"
    assert service.run("backup", str(file)).returncode == 0
    return file


def refused(service: Service, *command: str) -> str:
    """Run a command that must be refused in one sentence, which is returned."""
    ran = service.run(*command)
    assert (ran.returncode, ran.stdout) == (1, ""), ran.stderr
    [sentence] = ran.stderr.splitlines()
    return sentence


def repacked(archive: Path, target: Path, **replaced: bytes) -> Path:
    """Write the archive anew, some parts replaced; names in `replaced` have `_` for `.`."""
    with tarfile.open(archive) as source, tarfile.open(target, "w:gz") as tar:
        for header in source:
            content = source.extractfile(header)
            assert content is not None
            body = replaced.get(header.name.replace(".", "_"), content.read())
            header.size = len(body)
            tar.addfile(header, io.BytesIO(body))
    return target


def with_evil_part(archive: Path, target: Path, name: str) -> Path:
    """Write the archive anew with one more part of this name, described in its manifest."""
    with tarfile.open(archive) as source:
        parts = {each.name: source.extractfile(each).read() for each in source}  # type: ignore[union-attr]
    manifest = json.loads(parts["manifest.json"])
    manifest["parts"][name] = {"bytes": 4, "sha256": "0" * 64}
    with tarfile.open(target, "w:gz") as tar:
        for each, body in {**parts, "manifest.json": json.dumps(manifest).encode(), name: b"evil"}.items():
            header = tarfile.TarInfo(each)
            header.size = len(body)
            tar.addfile(header, io.BytesIO(body))
    return target


def test_what_was_acknowledged_before_a_backup_began_is_there_after_restoring_it_elsewhere(
    new_service: Start, tmp_path: Path
) -> None:
    first = new_service("first").start()
    acknowledged: list[str] = []
    enough = threading.Event()

    def post() -> None:
        while not enough.is_set():
            acknowledged.append(first.post("harbour", KIND.format(len(acknowledged)))["id"])

    held = first.post("harbour", HELD)
    moderator = first.token("moderator")
    poster = threading.Thread(target=post)
    poster.start()
    try:
        until(lambda: len(acknowledged) >= 30, within_s=60)
        before = list(acknowledged)
        made = first.run("backup", str(tmp_path / "backup"))
    finally:
        enough.set()
        poster.join()
    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob(".firstword-*")] == []

    second = new_service("second")
    restored = second.run("restore", str(tmp_path / "backup"))
    assert (restored.returncode, restored.stderr) == (0, "")
    with closing(sqlite3.connect(second.data_dir / "firstword.db")) as connection:
        stored = {str(UUID(found)) for (found,) in connection.execute("SELECT id FROM comment")}
    assert {*before, held["id"]} <= stored
    second.start()
    with second.client(moderator) as client:  # the token made in the first service still counts

        def waits() -> bool:
            status = json.loads(second.run("queue", "status", "--json").stdout)
            return bool(status["state"] == "ready" and sum(lane["waiting"] for lane in status["lanes"]) >= 1)

        until(waits, within_s=30)
        assert client.get("/moderation/queue").status_code == 200
    assert (second.data_dir / "secret.key").read_text() == (first.data_dir / "secret.key").read_text()


def test_a_restore_is_refused_while_the_service_runs_and_over_data_unless_forced(
    new_service: Start, archive: Path
) -> None:
    service = new_service().start()
    mine = service.post("harbour", KIND.format(1))
    assert "already runs" in refused(service, "restore", "--force", str(archive))
    assert [each["id"] for each in service.page("harbour")["items"]] == [mine["id"]]
    service.stop()
    assert "--force" in refused(service, "restore", str(archive))
    forced = service.run("restore", "--force", str(archive))
    assert forced.returncode == 0, forced.stderr
    [kept] = service.data_dir.glob("replaced-*")
    with closing(sqlite3.connect(kept / "firstword.db")) as connection:
        assert connection.execute(
            "SELECT count(*) FROM comment WHERE id = ?", (UUID(mine["id"]).hex,)
        ).fetchone() == (1,)
    with closing(sqlite3.connect(service.data_dir / "firstword.db")) as connection:
        assert connection.execute("SELECT count(*) FROM comment").fetchone() == (0,)


@pytest.mark.parametrize("harm", ["cut", "changed", "not an archive", "outside", "absolute"])
def test_an_archive_that_is_not_what_was_written_is_refused_and_nothing_is_changed(
    harm: str, archive: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    if harm == "cut":
        bad.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    elif harm == "changed":
        repacked(archive, bad, firstword_db=b"x" * 64)
    elif harm == "not an archive":
        bad.write_bytes(b"hello")
    else:
        with_evil_part(archive, bad, {"outside": "../evil", "absolute": str(tmp_path / "evil")}[harm])
    service = Service(tmp_path / "empty")
    assert "archive" in refused(service, "restore", str(bad))
    assert [path.name for path in service.data_dir.iterdir()] == ["service.lock"]
    assert not (tmp_path / "evil").exists()


def test_an_archive_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    source = Service(tmp_path / "source")
    source.token("admin")
    with closing(sqlite3.connect(source.data_dir / "firstword.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert source.run("backup", str(tmp_path / "newer")).returncode == 0
    sentence = refused(Service(tmp_path / "empty"), "restore", str(tmp_path / "newer"))
    assert "schema 9999" in sentence
