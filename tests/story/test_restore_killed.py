"""A restore that is killed at any step leaves the old state or the new one, whole, and no mixture."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from models import artifact
from moderation.app import opened
from moderation.settings import load
from tests.service import Service

# Ends itself as `kill -9` would before the n-th time that something is renamed or a folder removed.
KILLED = """
import os, signal, sys
left = int(sys.argv[1])
def hook(event, arguments):
    global left
    if event in {"os.rename", "os.rmdir"}:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
from pathlib import Path
from moderation.archive.copies import restore
from moderation.settings import load
sys.addaudithook(hook)
restore(load(), Path(sys.argv[2]), replace=True)
"""
MODEL = "firstword-ffffffffffff"
State = tuple[list[str], str, str]


def state(data_dir: Path) -> State:
    """Return (the accounts, the key, the promoted model as it lies there)."""
    with closing(sqlite3.connect(data_dir / "firstword.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = [name for (name,) in connection.execute("SELECT name FROM account ORDER BY name")]
        [(folder,)] = connection.execute("SELECT folder FROM model").fetchall()
    assert Path(folder).is_relative_to(data_dir)
    return names, (data_dir / "secret.key").read_text(), (Path(folder) / "CARD.md").read_text()


def installation(data_dir: Path, name: str) -> Service:
    """Make an installation with an account, a key and a promoted model that say a name."""
    service = Service(data_dir)
    assert service.run("moderator", "add", name, stdin="correct horse battery\n").returncode == 0
    folder = data_dir / "models" / MODEL
    shutil.copytree(artifact.shipped(), folder)
    (folder / "CARD.md").write_text(name)
    (data_dir / "secret.key").write_text(name * 40)
    with closing(sqlite3.connect(data_dir / "firstword.db")) as connection, connection:
        connection.execute("INSERT INTO model VALUES (?, ?, 0)", (MODEL, str(folder)))
        connection.execute("INSERT INTO promotion VALUES (1, ?, 'x', 0)", (MODEL,))
    return service


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, State]:
    """An archive, and the state it holds."""
    source = installation(tmp_path_factory.mktemp("new") / "var", "New")
    file = source.data_dir.parent / "backup"
    assert source.run("backup", str(file)).returncode == 0
    return file, state(source.data_dir)


def test_a_restore_killed_at_any_step_leaves_the_old_or_the_new(
    archive: tuple[Path, State], tmp_path: Path
) -> None:
    file, new = archive
    old = state(installation(tmp_path / "template", "Old").data_dir)
    found: list[State] = []
    for step in range(1, 40):
        service = Service(tmp_path / f"step {step}")
        shutil.copytree(tmp_path / "template", service.data_dir)
        with closing(sqlite3.connect(service.data_dir / "firstword.db")) as connection, connection:
            connection.execute("UPDATE model SET folder = ?", (str(service.data_dir / "models" / MODEL),))
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(step), str(file)],
            env=service.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        with opened(load(data_dir=service.data_dir)):  # whoever opens it next makes it good
            pass
        found.append(state(service.data_dir))
        assert not (service.data_dir / "restoring").exists()
    else:
        pytest.fail("the restore never came to its end")
    assert state(service.data_dir) == new
    [kept] = service.data_dir.glob("replaced-*")
    assert {path.name for path in kept.iterdir()} >= {"firstword.db", "secret.key", MODEL}
    committed = found.index(new)
    assert found == [old] * committed + [new] * (len(found) - committed)
    assert 1 <= committed < len(found)


def test_what_a_killed_restore_left_over_is_removed_by_the_next_one(
    archive: tuple[Path, State], tmp_path: Path
) -> None:
    file, new = archive
    service = installation(tmp_path / "var", "Old")
    left_over = service.data_dir / ".restore-abc"
    left_over.mkdir()
    assert service.run("restore", "--force", str(file)).returncode == 0
    assert not left_over.exists()
    assert state(service.data_dir) == new
