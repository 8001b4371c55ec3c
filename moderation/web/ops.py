"""Operations: is the process alive, can it work, what does it measure."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..actions import health
from ..actions.parts import Parts
from ..domain.roles import require
from . import metrics
from .identity import find_staff, is_loopback
from .json import JsonResponse


async def healthz(_: Request) -> Response:
    """Answer while the process lives."""
    return JsonResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Name every part; 200 only when posts can be taken."""
    found = await run_in_threadpool(health.readiness, request.app.state.parts)
    status = "ok" if found.can_take_posts else "unavailable"
    return JsonResponse({"status": status, "parts": found.parts}, 200 if found.can_take_posts else 503)


async def prometheus(request: Request) -> Response:
    """Give the metrics of this process, with gauges read now."""
    parts: Parts = request.app.state.parts
    if not is_loopback(request):  # what a newsroom's day looks like is not for everybody
        require(await run_in_threadpool(find_staff, request, parts, request.app.state.origins), "moderator")
    gauges = await run_in_threadpool(health.gauges, parts)
    metrics.WRITABLE.set(gauges.is_writing)
    metrics.WRITER_DEPTH.set(gauges.writer_waiting)
    metrics.OUTBOX.set(gauges.outbox_unsent)
    metrics.STREAMS.set(parts.follow.subscriber_count)
    metrics.QUEUE_READY.set(gauges.queue_state == "ready")
    metrics.MODEL.clear()
    metrics.MODEL.labels(parts.scoring.classifier.model_id if parts.scoring.classifier else "none").set(1)
    return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)
