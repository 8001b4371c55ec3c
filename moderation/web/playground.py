"""The playground: try what becomes of a comment, and how the widget looks. For publishers who look around.

It asks what every visitor may ask, the public preview. Scores are for moderators who are signed in.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from .console import templates
from .identity import find_console_session


async def page(request: Request) -> Response:
    """GET /docs/playground."""
    session = await run_in_threadpool(find_console_session, request, request.app.state.parts)
    base = request.app.state.origins.own or str(request.base_url).rstrip("/")
    values = {"base": base, "csrf": session.csrf if session else ""}
    headers = {"Cache-Control": "private, no-cache"}
    return templates.TemplateResponse(request, "playground.html", values, headers=headers)
