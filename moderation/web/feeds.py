"""Atom feeds of what was published: of a site, and of one article's thread."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..actions import read
from ..actions.pages import Wanted
from ..actions.parts import Parts
from ..domain.content import checked_article_key
from . import shapes
from .console import templates
from .hosted import address
from .speech import VARIES, speech_for

NEWEST = 50
MEDIA_TYPE = "application/atom+xml"
_NO_XML = re.compile("[\ufffe\uffff]")  # all that a comment may hold and XML 1.0 may not


async def feed(request: Request) -> Response:
    """GET /feeds/{site}.atom and /feeds/{site}/{article_id}.atom."""
    about, rows = await run_in_threadpool(_newest, request)
    headers = {"Cache-Control": "public, max-age=60"}
    return atom(request, "Comments on {title}", about, rows, own=str(request.url), headers=headers)


def atom(
    request: Request,
    title: str,
    about: str,
    rows: Sequence[Row[Any]],
    *,
    own: str,
    headers: Mapping[str, str],
) -> Response:
    """Make a feed of comments in the reader's language. own: what it is known by, for good."""
    speech = speech_for(request)
    base = str(request.base_url).rstrip("/")
    values = {
        "title": speech.say(title, title=_NO_XML.sub("", about)),
        "speech": speech,
        "own": own,
        "address": str(request.url),
        "updated": max((_changed(row) for row in rows), default="1970-01-01T00:00:00.000Z"),
        "entries": [_entry(row, base) for row in rows],
    }
    return templates.TemplateResponse(
        request,
        "feed.xml",
        values,
        headers={**headers, "Content-Language": speech.language, **VARIES},
        media_type=MEDIA_TYPE,
    )


def _newest(request: Request) -> tuple[str, Sequence[Row[Any]]]:
    """Return (what it is about, comments), newest first. Raises Missing (site) and Invalid (article id)."""
    parts: Parts = request.app.state.parts
    site_id, key = request.path_params["site"], request.path_params.get("article_id")
    parts.scoring.bench(site_id)
    if key is None:
        return site_id, read.newest(parts, site_id, NEWEST)
    content = parts.pages.content(Wanted(site_id, checked_article_key(key), "latest", NEWEST))
    return (content.article and content.article.title) or key, content.comments


def _entry(row: Row[Any], base: str) -> dict[str, str]:
    return {
        "id": row.id,
        "author": _NO_XML.sub("", _called(row)),
        "html": _NO_XML.sub("", row.body_html),
        "published": shapes.moment(row.created_at_ms),
        "updated": _changed(row),
        "article": _NO_XML.sub("", row.article_title or row.article_key),
        "link": f"{base}{address(row.site_id, row.article_key)}#{row.id}",
    }


def _called(row: Row[Any]) -> str:
    held = ", ".join(shapes.BADGES[badge] for badge in shapes.badges(row))
    return f"{row.author_name} ({held})" if held else str(row.author_name)


def _changed(row: Row[Any]) -> str:
    return shapes.moment(row.edited_at_ms or row.created_at_ms)
