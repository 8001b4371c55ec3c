"""The classifier for other programs: `POST /score`."""

from anyio import from_thread
from starlette.responses import Response

from ..actions import score
from ..actions.language import detect
from . import shapes
from .endpoint import Call
from .json import JsonResponse


def post_score(call: Call) -> Response:
    """Score up to a hundred texts; spans are code points of the text as it was sent."""
    texts = call.body.texts
    from_thread.run(score.limit, call.parts, call.known)
    scored, model_id = score.score(call.parts, texts)
    items = [
        {
            "scores": shapes.scores(each.scores),
            "spans": [
                {"begin": span.begin, "end": span.end, "label": span.label, "weight": round(span.weight, 4)}
                for span in each.spans
            ],
            "language": detect(text),
        }
        for text, each in zip(texts, scored, strict=True)
    ]
    return JsonResponse({"items": items, "model": model_id})
