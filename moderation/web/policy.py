"""The policy: as a page for readers, and as JSON for moderators.

The page is made once a version and classifier and kept, since a link to it stands under every thread.
"""

import hashlib
from collections import OrderedDict
from typing import Any

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..actions import policy
from ..actions.parts import Parts
from ..actions.scoring import Bench
from . import desk_shapes, shapes
from .console import templates
from .endpoint import Call
from .json import JsonResponse

KEPT = 200  # pages, of some 10 KB each
CACHING = "public, max-age=60"

_pages: OrderedDict[tuple[object, ...], tuple[bytes, str]] = OrderedDict()


async def page(request: Request) -> Response:
    """GET /policy/{site} and /policy/{site}/{number}. Raises Missing."""
    parts: Parts = request.app.state.parts
    site_id, number = request.path_params["site"], request.path_params.get("number")
    bench = parts.scoring.bench(site_id)
    key = site_id, number, bench.rules.policy_id, bench.model_id, parts.kept
    if key not in _pages:
        body = await run_in_threadpool(_rendered, parts, site_id, number)
        _pages[key] = body, f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'
        while len(_pages) > KEPT:
            _pages.popitem(last=False)
    body, etag = _pages[key]
    headers = {"ETag": etag, "Cache-Control": CACHING}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/html")


def _rendered(parts: Parts, site_id: str, number: int | None) -> bytes:
    shown = policy.version(parts, site_id, number)
    values = {
        "site": site_id,
        "title": shown.site_title,
        "rules": shown.rulebook,
        "number": shown.row.number,
        "since": shapes.moment(shown.row.created_at_ms),
        "until": shapes.moment(shown.until_ms) if shown.until_ms else None,
        "versions": [
            {"number": each.number, "since": shapes.moment(each.created_at_ms)} for each in shown.all
        ],
        "kept": parts.kept,
    }
    return templates.get_template("policy.html").render(values).encode()


def show(call: Call) -> Response:
    """GET /moderation/policy."""
    return JsonResponse(_in_force(*policy.in_force(call.parts, call.query.site)))


def put(call: Call) -> Response:
    """PUT /moderation/policy."""
    said = call.body.model_dump(exclude_unset=True)
    number = said.pop("number", None)
    if "limits" in said:  # both of a label, so that nothing is left to a default of another day
        said["limits"] = {label: limits.model_dump() for label, limits in call.body.limits.items()}
    return JsonResponse(
        _in_force(*policy.change(call.parts, call.known, call.query.site, said, number=number))
    )


def _in_force(row: Row[Any], bench: Bench) -> desk_shapes.PolicyInForce:
    rules = bench.rules
    own = row.rules.get("limits", {})
    return {
        "id": row.id,
        "number": row.number,
        "rules": row.rules,
        "limits": {
            label: {
                "queue": each.queue,
                "reject": each.reject,
                "is_weak": label in rules.weak,
                "is_own": label in own,
            }
            for label, each in rules.limits.items()
        },
        "languages": sorted(rules.languages),
        "model": bench.model_id,
        "made_by": row.made_by,
        "created_at": shapes.moment(row.created_at_ms),
    }
