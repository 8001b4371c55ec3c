"""What moderators do: claim, extend, release, decide, undo, search."""

from typing import Any

from starlette.responses import Response

from ..actions import cards, review
from ..actions.health import queue_status
from ..actions.report import filed
from ..domain.reporting import total
from ..domain.states import Action, waits
from . import cursors, desk_shapes, metrics, shapes
from .comments import idempotency_key, read_id
from .endpoint import Call
from .json import JsonResponse


def claim(call: Call) -> Response:
    """POST /moderation/queue:claim."""
    said = call.body
    claimed = review.claim(
        call.parts, call.known, site_id=call.query.site, limit=said.limit, lane=said.lane, order=said.order
    )
    leases = {each.comment_id: _lease(each.token, each.expires_at_ms) for each in claimed}
    made = cards.make(call.parts, [each.comment_id for each in claimed])
    items = [_card(card) | {"lease": leases[card.comment.id]} for card in made]
    return JsonResponse({"items": items})


def extend(call: Call) -> Response:
    """POST /moderation/leases/{token}:extend."""
    lease = review.extend(call.parts, call.known, call.query.site, call.path("token"))
    return JsonResponse(_lease(lease.token, lease.expires_at_ms))


def release(call: Call) -> Response:
    """POST /moderation/leases/{token}:release."""
    review.release(call.parts, call.known, call.query.site, call.path("token"))
    return Response(status_code=204)


def decide(call: Call) -> Response:
    """POST /moderation/comments/{comment_id}/decisions."""
    said = call.body
    action: Action = said.action
    decided = review.decide(
        call.parts,
        call.known,
        review.Choice(
            comment_id=read_id(call.path("comment_id")),
            action=action,
            version=said.version,
            reason=said.reason,
            note=said.note,
            lease=said.lease,
            idempotency_key=idempotency_key(call.request),
        ),
    )
    metrics.DECIDED.labels(action).inc()
    return JsonResponse(decided_shape(decided), 201)


def undo(call: Call) -> Response:
    """POST /moderation/decisions/{decision_id}:undo."""
    undone = review.undo(call.parts, call.known, read_id(call.path("decision_id")))
    metrics.DECIDED.labels("undo").inc()
    return JsonResponse(decided_shape(undone), 201)


def status(call: Call) -> Response:
    """GET /moderation/queue."""
    now = queue_status(call.parts.database, call.parts.queue_of(call.query.site), call.query.site)
    return JsonResponse(
        {
            "state": now.state,
            "waiting": sum(lane.waiting for lane in now.lanes),
            "lanes": [
                {
                    "lane": lane.lane,
                    "waiting": lane.waiting,
                    "oldest_at": shapes.moment(lane.oldest_at_ms) if lane.oldest_at_ms else None,
                }
                for lane in now.lanes
            ],
            "oldest_at": shapes.moment(now.oldest_at_ms) if now.oldest_at_ms else None,
            "leased": now.leased,
            "decided_today": now.decided_today,
            "time_to_decision": {"p50_s": now.p50_s, "p95_s": now.p95_s},
        }
    )


def search(call: Call) -> Response:
    """GET /moderation/comments."""
    query, after = call.query, cursors.read(call.query.cursor)
    found, next_id = cards.search(
        call.parts,
        cards.Wanted(
            site_id=query.site,
            status=query.status,
            text=query.q,
            author_id=query.author,
            article_key=query.article,
            label=query.label,
            min_score=query.min_score,
        ),
        after_id=after.id if after else None,
        limit=query.limit,
    )
    return JsonResponse(
        {
            "items": [_card(card) for card in found],
            "next_cursor": cursors.write(next_id),
        }
    )


def _lease(token: str, expires_at_ms: int) -> desk_shapes.CardLease:
    return {"token": token, "expires_at": shapes.moment(expires_at_ms)}


def _card(card: cards.Card) -> dict[str, Any]:
    row = card.comment
    appeal = {"appeal": desk_shapes.appeal(card.appeal)} if card.appeal else {}
    return appeal | {
        "comment": shapes.comment(row, card.reasons),
        "article": shapes.article(card.article, row.article_key),
        "context": [shapes.comment(each) for each in card.context],
        "author": {
            "id": row.author_id,
            "name": row.author_name,
            "standing": card.standing,
            "approved": card.counts.get("approved", 0),
            "rejected": card.counts.get("rejected", 0),
            "since": shapes.moment(card.author_since_ms),
        },
        "scores": desk_shapes.scores(card.scores),
        "model": card.model_id,
        "reasons": list(card.reasons),
        "highlights": [
            {"begin": span.begin, "end": span.end, "label": span.label, "weight": round(span.weight, 4)}
            for span in card.highlights
        ],
        "language": card.language,
        "version": row.version,
        "lane": row.lane if waits(row.status, row.queued_at_ms) else None,
        "waiting_since": shapes.moment(row.queued_at_ms) if row.queued_at_ms else None,
        "reports": desk_shapes.reports(card.reports, total(filed(card.reports))),
    }


def decided_shape(decided: review.Decided) -> desk_shapes.DecisionMade:
    """Show a decision and the comment after it."""
    return {
        "decision": desk_shapes.decision(decided.decision),
        "comment": shapes.comment(decided.comment, decided.decision.reasons),
        "version": decided.comment.version,
    }
