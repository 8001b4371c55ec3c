"""Every address of the service on one page."""

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from . import console, feeds, hosted, mailing, ops, playground, policy, replies, scripts
from .desk_calls import MODERATORS, PROGRAMS
from .endpoint import route
from .json import JsonResponse
from .openapi import document
from .reader_calls import READERS

VERSION = "0.1.0"
API = "/api/v1"

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
        Route("/embed.js", scripts.script),
        Route("/later.js", scripts.script),
        Route("/count.js", scripts.script),
        Route("/words/{language}.json", scripts.catalogue),
        Route("/docs/embed", console.embed_docs),
        Route("/docs/playground", playground.page),
        Route("/a/{site}/{article_id:path}", hosted.thread, methods=["GET"]),
        Route("/a/{site}/{article_id:path}", hosted.post, methods=["POST"]),
        Route("/policy/{site}", policy.page),
        Route("/policy/{site}/{number:int}", policy.page),
        Route("/replies/{secret}.atom", replies.feed),
        Route("/replies/confirm/{token}", mailing.confirm, methods=["GET", "POST"]),
        Route("/replies/unsubscribe/{token}", mailing.unsubscribe, methods=["GET", "POST"]),
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
