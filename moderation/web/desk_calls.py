"""What moderators and programs can ask for."""

from . import classifier, desk_shapes, inputs, queue
from .endpoint import Endpoint

MODERATORS = (
    Endpoint(
        "POST",
        "/moderation/queue:claim",
        queue.claim,
        "Lease waiting comments",
        who="moderator",
        query=inputs.SiteQuery,
        body=inputs.ClaimInput,
        answers={200: desk_shapes.Cards},
    ),
    Endpoint(
        "GET",
        "/moderation/queue",
        queue.status,
        "The queue at a glance",
        who="moderator",
        query=inputs.SiteQuery,
        answers={200: desk_shapes.QueueStatus},
    ),
    Endpoint(
        "POST",
        "/moderation/leases/{token}:extend",
        queue.extend,
        "Keep a lease",
        who="moderator",
        query=inputs.SiteQuery,
        answers={200: desk_shapes.CardLease},
        refusals=(409,),
    ),
    Endpoint(
        "POST",
        "/moderation/leases/{token}:release",
        queue.release,
        "Give a lease back",
        who="moderator",
        query=inputs.SiteQuery,
        answers={204: None},
        refusals=(409,),
    ),
    Endpoint(
        "POST",
        "/moderation/comments/{comment_id}/decisions",
        queue.decide,
        "Decide a comment",
        who="moderator",
        body=inputs.DecisionInput,
        answers={201: desk_shapes.DecisionMade},
        refusals=(409,),
    ),
    Endpoint(
        "POST",
        "/moderation/decisions/{decision_id}:undo",
        queue.undo,
        "Undo a decision by a new one",
        who="moderator",
        answers={201: desk_shapes.DecisionMade},
        refusals=(409,),
    ),
    Endpoint(
        "GET",
        "/moderation/comments",
        queue.search,
        "Search comments",
        who="moderator",
        query=inputs.SearchQuery,
        answers={200: desk_shapes.FoundCards},
    ),
)

PROGRAMS = (
    Endpoint(
        "POST",
        "/score",
        classifier.post_score,
        "Score texts",
        who="scorer",
        body=inputs.ScoreInput,
        answers={200: desk_shapes.Scores},
        refusals=(429,),
    ),
)
