"""What is ready is told from what is there: a full disk takes no posts."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from moderation.actions import health
from moderation.actions.parts import Parts
from moderation.app import running
from moderation.settings import load

pytestmark = pytest.mark.anyio


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    async with running(load(data_dir=tmp_path)) as parts:
        yield parts


async def test_a_disk_without_room_is_not_ready(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.readiness(parts).can_take_posts
    free = shutil.disk_usage(str(parts.database.writing.url.database)).free
    monkeypatch.setattr(health, "ROOM_BYTES", 2 * free)
    found = health.readiness(parts)
    assert not found.can_take_posts
    assert found.parts["database"].startswith("full")
    assert found.parts["model"] == "ok"
