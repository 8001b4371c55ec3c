"""Train, register and promote, as an operator does."""

import subprocess
import sys
from pathlib import Path

from moderation.actions import registry
from tests.service import Service
from tests.story.seed import database_of

ROOT = Path(__file__).parents[2]


def promote(service: Service, folder: Path) -> None:
    """Make a model the champion, as the commands do."""
    with database_of(service) as (_, writer):
        registry.promote(writer, registry.register(writer, folder), made_by="test")


def say(service: Service, *command: str) -> str:
    """Run a command that must succeed; return what it prints."""
    done = service.run(*command)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def fit(*options: str) -> Path:
    """Train in a child process, as the service's operator does; return the model's folder."""
    done = subprocess.run(
        [sys.executable, "-m", "training", "fit", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[-1])
