"""Every address of the service on one page."""

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from . import classifier, comments, console, feeds, hosted, inputs, ops, queue, session, shapes, stream
from .endpoint import Endpoint, route
from .json import JsonResponse
from .openapi import document

VERSION = "0.1.0"
API = "/api/v1"

READERS = (
    Endpoint(
        "GET",
        "/articles/{article_id}/comments",
        comments.page,
        "A page of an article's comments",
        query=inputs.PageQuery,
        answers={200: shapes.Page, 304: None},
    ),
    Endpoint(
        "POST",
        "/articles/{article_id}/comments",
        comments.post,
        "Post a comment",
        query=inputs.SiteQuery,
        body=inputs.PostInput,
        answers={201: shapes.PostedComment},
        refusals=(403, 409, 429),
    ),
    Endpoint(
        "POST",
        "/articles/{article_id}/comments:preview",
        comments.show_preview,
        "Whether a comment would be published, held or refused, and for which words",
        query=inputs.SiteQuery,
        body=inputs.PreviewInput,
        answers={200: shapes.Preview},
        refusals=(403, 409, 429),
    ),
    Endpoint(
        "PUT",
        "/articles/{article_id}",
        comments.put_article,
        "Say what an article is, and whether it takes comments",
        who="admin",
        query=inputs.SiteQuery,
        body=inputs.ArticleInput,
        answers={200: shapes.Article},
    ),
    Endpoint(
        "GET",
        "/articles/{article_id}/events",
        stream.events,
        "Follow an article's changes",
        query=inputs.FollowQuery,
        answers={200: str},
        media_type="text/event-stream",
    ),
    Endpoint("GET", "/comments/{comment_id}", comments.one, "One comment", answers={200: shapes.Comment}),
    Endpoint(
        "PATCH",
        "/comments/{comment_id}",
        comments.edit,
        "Edit one's own comment within five minutes",
        who="reader",
        body=inputs.EditInput,
        answers={200: shapes.PostedComment},
        refusals=(403, 409, 429),
    ),
    Endpoint(
        "DELETE",
        "/comments/{comment_id}",
        comments.withdraw,
        "Withdraw one's own comment",
        who="reader",
        answers={204: None},
        refusals=(403, 409),
    ),
    Endpoint(
        "PUT",
        "/comments/{comment_id}/reactions/like",
        comments.put_like,
        "Like a comment",
        who="reader",
        answers={200: shapes.Liked},
        refusals=(403, 429),
    ),
    Endpoint(
        "DELETE",
        "/comments/{comment_id}/reactions/like",
        comments.drop_like,
        "Take a like back",
        who="reader",
        answers={200: shapes.Liked},
        refusals=(403, 429),
    ),
    Endpoint(
        "GET",
        "/comments/{comment_id}/replies",
        comments.replies,
        "A page of replies",
        query=inputs.RepliesQuery,
        answers={200: shapes.Page},
    ),
    Endpoint(
        "GET",
        "/counts",
        comments.counts,
        "How many comments articles have",
        query=inputs.CountsQuery,
        answers={200: shapes.Counts},
    ),
    Endpoint(
        "POST",
        "/session",
        session.start,
        "Begin as an anonymous reader with a name",
        query=inputs.SiteQuery,
        body=inputs.SessionInput,
        answers={201: shapes.ReaderSession},
        refusals=(429,),
    ),
    Endpoint("GET", "/me", session.me, "Who the server takes you for", answers={200: shapes.Me}),
    Endpoint(
        "DELETE",
        "/me",
        session.erase,
        "Erase all that is kept of oneself",
        who="reader",
        answers={204: None},
        refusals=(404, 429),
    ),
    Endpoint(
        "GET",
        "/me/export",
        session.export,
        "All that is kept of oneself",
        who="reader",
        answers={200: shapes.Kept},
        refusals=(404, 429),
    ),
    Endpoint(
        "GET",
        "/me/comments",
        comments.list_own,
        "One's own comments on an article, whatever their status",
        who="reader",
        query=inputs.ArticleQuery,
        answers={200: shapes.OwnComments},
    ),
)

MODERATORS = (
    Endpoint(
        "POST",
        "/moderation/queue:claim",
        queue.claim,
        "Lease waiting comments",
        who="moderator",
        query=inputs.SiteQuery,
        body=inputs.ClaimInput,
        answers={200: shapes.Cards},
    ),
    Endpoint(
        "GET",
        "/moderation/queue",
        queue.status,
        "The queue at a glance",
        who="moderator",
        query=inputs.SiteQuery,
        answers={200: shapes.QueueStatus},
    ),
    Endpoint(
        "POST",
        "/moderation/leases/{token}:extend",
        queue.extend,
        "Keep a lease",
        who="moderator",
        query=inputs.SiteQuery,
        answers={200: shapes.CardLease},
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
        answers={201: shapes.DecisionMade},
        refusals=(409,),
    ),
    Endpoint(
        "POST",
        "/moderation/decisions/{decision_id}:undo",
        queue.undo,
        "Undo a decision by a new one",
        who="moderator",
        answers={201: shapes.DecisionMade},
        refusals=(409,),
    ),
    Endpoint(
        "GET",
        "/moderation/comments",
        queue.search,
        "Search comments",
        who="moderator",
        query=inputs.SearchQuery,
        answers={200: shapes.FoundCards},
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
        answers={200: shapes.Scores},
        refusals=(429,),
    ),
)

ENDPOINTS = READERS + MODERATORS + PROGRAMS


class _Static(StaticFiles):
    """Scripts and styles that pages of other origins may load as modules."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        # Asked anew with the ETag each time: modules of two versions must not meet in one page.
        response.headers["Cache-Control"] = "no-cache"
        return response


@cache  # made once: it takes as long as a hundred posts
def _document() -> dict[str, Any]:
    return document(ENDPOINTS, VERSION)


async def openapi(_: Request) -> Response:
    """Give the OpenAPI document."""
    return JsonResponse(_document())


async def docs(request: Request) -> Response:
    """Show the OpenAPI document to people."""
    return console.templates.TemplateResponse(request, "docs.html", {"document": _document()})


def routes() -> list[BaseRoute]:
    """Return every route of the service; they are tried in turn, so what readers ask comes first."""
    return [
        *(route(endpoint, API) for endpoint in ENDPOINTS),
        Route("/", console.demo),
        Route("/embed.js", console.script),
        Route("/count.js", console.script),
        Route("/docs/embed", console.embed_docs),
        Route("/a/{site}/{article_id:path}", hosted.thread, methods=["GET"]),
        Route("/a/{site}/{article_id:path}", hosted.post, methods=["POST"]),
        Route("/feeds/{site}/{article_id:path}.atom", feeds.feed),
        Route("/feeds/{site}.atom", feeds.feed),
        Route("/moderation", console.console),
        Route("/moderation/sign-in", console.sign_in_form, methods=["GET"]),
        Route("/moderation/sign-in", console.sign_in, methods=["POST"]),
        Route("/moderation/sign-out", console.sign_out, methods=["POST"]),
        Route("/healthz", ops.healthz),
        Route("/readyz", ops.readyz),
        Route("/metrics", ops.prometheus),
        Route(f"{API}/openapi.json", openapi),
        Route(f"{API}/docs", docs),
        Mount("/static", _Static(directory=console.HERE / "static"), name="static"),
    ]
