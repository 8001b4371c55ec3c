"""Operations: is the process alive, can it work, what does it measure.

Asked on threads of their own: a database that hangs has taken all of Starlette's.
"""

import asyncio
from collections.abc import Iterator

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..actions import gauges, health, measures
from ..actions.parts import Parts
from ..domain.roles import require
from .identity import find_staff, is_loopback
from .json import JsonResponse

GAUGES_S = 5.0  # what SQL and Redis have not said by then is left out: Prometheus waits 10 s

log = structlog.get_logger()


async def healthz(_: Request) -> Response:
    """Answer while the process lives."""
    return JsonResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Name every part; 200 only when posts can be taken."""
    found = await asyncio.to_thread(health.readiness, request.app.state.parts)
    status = "ok" if found.can_take_posts else "unavailable"
    return JsonResponse({"status": status, "parts": found.parts}, 200 if found.can_take_posts else 503)


async def prometheus(request: Request) -> Response:
    """Give the metrics: what the processes counted, and gauges read now."""
    parts: Parts = request.app.state.parts
    if not is_loopback(request):  # what a newsroom's day looks like is not for everybody
        require(await run_in_threadpool(find_staff, request, parts, request.app.state.origins), "moderator")
    counted = generate_latest(measures.counted())
    try:
        async with asyncio.timeout(GAUGES_S):
            counted += await asyncio.to_thread(_gauges, parts)
    except TimeoutError:
        log.warning("gauges_missing")
    return Response(counted, media_type=CONTENT_TYPE_LATEST)


class _Now:
    """The gauges as a collector: read once, when asked."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        return gauges.read(self._parts)


def _gauges(parts: Parts) -> bytes:
    now = CollectorRegistry(auto_describe=False)
    now.register(_Now(parts))
    return generate_latest(now)
