"""The classifier for other programs: `POST /score`."""

from anyio import from_thread
from starlette.responses import Response

from ..actions import score
from . import desk_shapes
from .endpoint import Call
from .identity import bearer
from .json import JsonResponse


def post_score(call: Call) -> Response:
    """Score up to a hundred texts; spans are code points of the text as it was sent."""
    programs, secret = call.parts.programs, bearer(call.request)
    if secret is None:  # somebody at the console
        from_thread.run(programs.meter, call.known)
    else:
        from_thread.run(programs.admit, secret)
    scored, model_id = score.score(call.parts, call.body.texts)
    items = [
        {
            "scores": desk_shapes.scores(each.scores),
            "spans": [
                {"begin": span.begin, "end": span.end, "label": span.label, "weight": round(span.weight, 4)}
                for span in each.spans
            ],
            "language": each.language,
        }
        for each in scored
    ]
    return JsonResponse({"items": items, "model": model_id})
