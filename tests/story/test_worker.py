"""A worker has no web process around it: it gives its figures on a port of its own, where it has one."""

import re
from collections.abc import Callable

import httpx2

from moderation.live.server import EmbeddedServer
from tests.conditions import until
from tests.redis_cluster import free_ports
from tests.story.conftest import Start
from tests.story.many import worker


def test_what_a_worker_does_is_measured(
    new_service: Start, new_database: Callable[[], str], valkey: EmbeddedServer
) -> None:
    [port] = free_ports(1)
    service = new_service(database_url=new_database(), redis_url=f"{valkey.url}?db=9", worker_port=str(port))
    assert service.run("migrate").returncode == 0

    def rebuilt() -> bool:
        metrics = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
        found = re.search(r"^firstword_queue_rebuild_seconds_count (\S+)$", metrics, re.MULTILINE)
        return found is not None and float(found[1]) >= 1

    with worker(service):
        until(rebuilt)
        second = service.run("worker")
        assert (second.returncode, second.stdout) == (1, "")
        assert "FIRSTWORD_WORKER_PORT" in second.stderr
