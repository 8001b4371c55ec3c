"""The panic switch over HTTP."""

from starlette.responses import Response

from ..actions import brakes
from ..domain.brake import Brake
from . import desk_shapes, shapes
from .comments import moment_ms, read_id
from .endpoint import Call
from .json import JsonResponse


def pull(call: Call) -> Response:
    """POST /moderation/brake."""
    said = call.body
    made = brakes.pull(
        call.parts,
        call.known,
        call.query.site,
        kind=said.kind,
        article_key=said.article,
        pause_s=said.pause_s,
        until_ms=moment_ms(said.until, "until"),
    )
    return JsonResponse(_brake(made), 201)


def show(call: Call) -> Response:
    """GET /moderation/brake."""
    return JsonResponse({"items": [_brake(each) for each in brakes.on(call.parts, call.query.site)]})


def release(call: Call) -> Response:
    """DELETE /moderation/brake/{brake_id}."""
    brakes.release(call.parts, call.known, call.query.site, read_id(call.path("brake_id")))
    return Response(status_code=204)


def _brake(brake: Brake) -> desk_shapes.BrakeOn:
    return {
        "id": brake.brake_id,
        "kind": brake.kind,
        "article": brake.article_key,
        "pause_s": brake.pause_s,
        "until": shapes.moment(brake.until_ms),
    }
