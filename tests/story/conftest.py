"""Services that a test may kill: each in a folder of its own, none left behind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.service import Service

Start = Callable[..., Service]


@pytest.fixture
def new_service(tmp_path: Path) -> Iterator[Start]:
    """Make a service in a new folder, not started; whatever the test did, its process ends."""
    with ExitStack() as stack:

        def make(name: str = "service", **settings: str) -> Service:
            service = Service(tmp_path / name, **settings)
            stack.callback(lambda: service.process and service.stop())
            return service

        yield make
