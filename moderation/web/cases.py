"""Reports and appeals: of readers, and for those who decide them."""

from typing import Any

from sqlalchemy import Row
from starlette.responses import Response

from ..actions import appeal as appealing
from ..actions import report as reporting
from ..actions.settling import is_barred
from ..domain.reporting import Complaint
from . import cursors, desk_shapes, metrics, shapes
from .comments import idempotency_key, read_id
from .endpoint import Call
from .json import JsonResponse
from .queue import decided_shape
from .speech import speech_for

UNSTORED = {"Cache-Control": "no-store"}


async def report(call: Call) -> Response:
    """POST /comments/{comment_id}/reports."""
    said = Complaint(**call.body.model_dump())
    comment_id = read_id(call.path("comment_id"))
    made = await reporting.file(call.parts, call.known, comment_id, said, call.address)
    return JsonResponse(_own(call, made), 201, UNSTORED)


def list_own(call: Call) -> Response:
    """GET /me/reports."""
    after = cursors.read(call.query.cursor)
    rows, next_id = reporting.list_own(
        call.parts, call.known.person_id, after_id=after.id if after else None, limit=call.query.limit
    )
    page = {"items": [_own(call, row) for row in rows], "next_cursor": cursors.write(next_id)}
    return JsonResponse(page, headers=UNSTORED)


async def appeal(call: Call) -> Response:
    """POST /comments/{comment_id}/appeals."""
    comment_id = read_id(call.path("comment_id"))
    made = await appealing.appeal(call.parts, call.known, comment_id, call.body.text, call.address)
    return JsonResponse(shapes.appeal(made), 201, UNSTORED)


def reports(call: Call) -> Response:
    """GET /moderation/reports."""
    query, after = call.query, cursors.read(call.query.cursor)
    rows, comments, next_id = reporting.listed(
        call.parts,
        call.known,
        site_id=query.site,
        is_open=query.status == "open",
        category=query.category,
        after_id=after.id if after else None,
        limit=query.limit,
    )
    items = [_report(row, comments[row.comment_id]) for row in rows]
    return JsonResponse({"items": items, "next_cursor": cursors.write(next_id)}, headers=UNSTORED)


def appeals(call: Call) -> Response:
    """GET /moderation/appeals."""
    query, after = call.query, cursors.read(call.query.cursor)
    rows, comments, next_id = appealing.listed(
        call.parts,
        call.known,
        site_id=query.site,
        is_open=query.status == "open",
        after_id=after.id if after else None,
        limit=query.limit,
    )
    items = [
        _appeal(row, comments[row.comment_id])
        | {"may_decide": row.status == "open" and not is_barred(row, call.known)}
        for row in rows
    ]
    return JsonResponse({"items": items, "next_cursor": cursors.write(next_id)}, headers=UNSTORED)


def answer(call: Call) -> Response:
    """POST /moderation/appeals/{appeal_id}/decision."""
    said = call.body
    closed, decided = appealing.answer(
        call.parts,
        call.known,
        read_id(call.path("appeal_id")),
        appealing.Answer(
            outcome=said.outcome,
            text=said.answer,
            reason=said.reason,
            note=said.note,
            lease=said.lease,
            idempotency_key=idempotency_key(call.request),
        ),
    )
    metrics.DECIDED.labels(decided.decision.action).inc()
    return JsonResponse({"appeal": shapes.appeal(closed), **decided_shape(decided)}, 201)


def _own(call: Call, row: Row[Any]) -> shapes.Report:
    """Show a report to whoever wrote it, in their language."""
    shown = shapes.report(row)
    return {**shown, "detail": speech_for(call.request).say(shown["detail"])}


def _report(row: Row[Any], comment: Row[Any]) -> dict[str, Any]:
    shown = {
        "id": row.id,
        "category": row.category,
        "text": row.text,
        "weight": round(row.weight, 2),
        "status": row.status,
        "created_at": shapes.moment(row.created_at_ms),
        "decided_at": shapes.moment(row.closed_at_ms) if row.closed_at_ms else None,
        "decided_by": row.decided_by,
        "reporter_id": row.reporter_id,
        "comment": shapes.comment(comment),
        "version": comment.version,
    }
    is_named = row.name is not None
    return shown | ({"notifier": {"name": row.name or None, "email": row.email or None}} if is_named else {})


def _appeal(row: Row[Any], comment: Row[Any]) -> dict[str, Any]:
    shown: dict[str, Any] = dict(shapes.appeal(row))
    del shown["comment_id"]
    return shown | {
        "against": desk_shapes.appeal(row),
        "comment": shapes.comment(comment),
        "version": comment.version,
    }
