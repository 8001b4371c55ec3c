"""A thread as a page of its own, without JavaScript: read, reply, post by a form.

For readers whose browser runs no scripts, for those who follow a link to one comment, and for machines
that index or read aloud. Everything is rendered here from what the API shows; nothing is decided here.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..actions import own, read, submit
from ..actions.drafts import Draft
from ..actions.pages import Content, Sort, Wanted
from ..actions.parts import Parts
from ..actions.sessions import SIGN_IN
from ..domain.content import checked_article_key
from ..domain.errors import Conflict, Field, Invalid, Refused
from . import cursors, hosted_cases, metrics, shapes
from .comments import RANKINGS, cursor_behind, read_id
from .console import templates
from .cookies import set_cookie
from .endpoint import read_body
from .errors import refused
from .identity import READER_COOKIE, READER_COOKIE_S, find_form_reader, find_reader, host
from .speech import VARIES, speech_for, spoken

SORTS: dict[Sort, str] = {
    "latest": "latest",
    "oldest": "oldest",
    "top": "most liked",
    "discussed": "most discussed",
    "picks": "editors' picks",
}
UNSHOWN = frozenset({"pending", "rejected"})
PAGE = 50
TRAP = "website"  # a field that people do not see, and that machines fill in


async def thread(request: Request) -> Response:
    """GET /a/{site}/{article_id}. Raises Missing (site) and Invalid (article id, cursor)."""
    return await _shown(request)


async def post(request: Request) -> Response:
    """POST /a/{site}/{article_id}: the form of that page."""
    parts: Parts = request.app.state.parts
    form = parse_qs((await read_body(request)).decode("utf-8", "replace"), keep_blank_values=True)
    said = {name: values[0] for name, values in form.items()}
    try:
        if request.app.state.origins.is_foreign(request):
            raise Conflict("This form was sent from another site's page.")
        if said.get(TRAP):
            raise Invalid("The form was filled in by a machine.", [Field(TRAP, "leave it empty")])
        reader = await find_form_reader(request, parts, request.app.state.origins)
        if act := hosted_cases.ACTS.get(said.get("act", "")):
            return await act(request, _link(request), said, reader)
        draft = Draft(
            site_id=request.path_params["site"],
            article_key=request.path_params["article_id"],
            body=said.get("body", ""),
            parent_id=said.get("parent_id") or None,
            name=said.get("name") or None,
            reader=reader,
            address=host(request),
        )
        posted = await submit.submit(parts, draft)
    except Refused as refusal:
        return await _shown(request, said=said, refusal=refusal)
    metrics.POSTED.labels(posted.comment.status).inc()
    response = RedirectResponse(f"{_link(request)()}#{posted.comment.id}", 303)
    if reader is None:
        token = parts.signing.reader_token(posted.reader_id)
        set_cookie(response, request, READER_COOKIE, token, READER_COOKIE_S)
    return response


async def _shown(
    request: Request, *, said: dict[str, str] | None = None, refusal: Refused | None = None
) -> Response:
    parts: Parts = request.app.state.parts
    find = find_reader if request.method == "GET" else find_form_reader
    reader = await find(request, parts, request.app.state.origins)
    values = await run_in_threadpool(_values, request, reader.person_id if reader else None)
    speech = speech_for(request)
    error = speech.say(refusal.detail) if refusal else None
    values |= {"said": said or {}, "error": error, "trap": TRAP, "speech": speech}
    status = (await refused(request, refusal)).status_code if refusal else 200
    headers = {"Cache-Control": "private, no-cache", "Content-Language": speech.language, **VARIES}
    return templates.TemplateResponse(request, "thread.html", values, status_code=status, headers=headers)


def _values(request: Request, reader_id: str | None) -> dict[str, Any]:
    """Return what the page shows. Raises Missing (site, comment) and Invalid (article id, cursor)."""
    parts: Parts = request.app.state.parts
    wanted, thread_id = _wanted(request), _known_id(request, "thread")
    content = parts.pages.content(wanted)
    shown = _one_thread(request, thread_id) if thread_id else _page(wanted, content)
    site_id, key = wanted.site_id, wanted.article_key
    mine = own.list_own(parts, reader_id, site_id=site_id, article_key=key) if reader_id else []
    return shown | {
        "site": site_id,
        "article": shapes.article(content.article, key, parts.scoring.bench(site_id).brakes),
        "mine": [
            spoken(request, shapes.own(each.comment, each.reasons, each.grounds))
            for each in mine
            if each.comment.status in UNSHOWN
        ],
        "me": reader_id,
        "sort": wanted.order,
        "sorts": [
            (key, word) for key, word in SORTS.items() if key != "picks" or _has_picks(content, wanted)
        ],
        "badge_words": shapes.BADGES,
        "asks": SIGN_IN if parts.scoring.bench(site_id).needs_sign_in else None,
        "thread": thread_id,
        "link": _link(request),
        "feed": f"/feeds/{quote(site_id)}/{quote(key, safe='')}.atom",
        "answered": _answered(parts, _known_id(request, "reply")),
        **hosted_cases.values(parts, reader_id, _known_id(request, "report"), _known_id(request, "reported")),
    }


def _has_picks(content: Content, wanted: Wanted) -> bool:
    return wanted.order == "picks" or bool(content.article and content.article.pick_count)


def _wanted(request: Request) -> Wanted:
    site_id, key = request.path_params["site"], checked_article_key(request.path_params["article_id"])
    request.app.state.parts.scoring.bench(site_id)  # an unknown site is refused
    asked = request.query_params.get("sort")
    sort: Sort = next((each for each in SORTS if each == asked), "latest")
    wanted = Wanted(site_id, key, sort, PAGE)
    if "thread" in request.query_params:
        return wanted  # the cursor is the thread's
    after = cursors.read(request.query_params.get("cursor"), is_ranked=sort in RANKINGS)
    return replace(wanted, after_id=after.id, after_number=after.number or 0) if after else wanted


def _page(wanted: Wanted, content: Content) -> dict[str, Any]:
    replies: dict[str, list[shapes.Comment]] = defaultdict(list)
    for row in content.replies:
        replies[row.parent_id].append(shapes.comment(row))
    cursor = cursor_behind(wanted, content.last)
    return {
        "items": [
            shapes.comment(row) | {"replies": replies[row.id]} for row in (*content.pinned, *content.comments)
        ],
        "more": {"sort": wanted.order, "cursor": cursor} if cursor else None,
    }


def _one_thread(request: Request, comment_id: str) -> dict[str, Any]:
    """Show one comment with all its replies, a page at a time."""
    after = cursors.read(request.query_params.get("cursor"))
    parent, rows, next_id = read.replies(
        request.app.state.parts, comment_id, order="oldest", limit=PAGE, after_id=after.id if after else None
    )
    cursor = cursors.write(next_id)
    return {
        "items": [shapes.comment(parent) | {"replies": [shapes.comment(row) for row in rows]}],
        "more": {"thread": comment_id, "cursor": cursor} if cursor else None,
    }


def _answered(parts: Parts, comment_id: str | None) -> shapes.Comment | None:
    if comment_id is None:
        return None
    row, *_ = read.one(parts, comment_id, None)
    return shapes.comment(row)


def _known_id(request: Request, name: str) -> str | None:
    raw = request.query_params.get(name)
    return read_id(raw) if raw else None


def _link(request: Request) -> Callable[..., str]:
    """Return what makes addresses of this page with other parameters; a language that was asked for stays."""
    here = address(request.path_params["site"], request.path_params["article_id"])
    kept = {"lang": request.query_params["lang"]} if "lang" in request.query_params else {}

    def link(**parameters: str) -> str:
        wanted = kept | parameters
        return f"{here}?{urlencode(wanted)}" if wanted else here

    return link


def address(site_id: str, article_key: str) -> str:
    """Return where a thread is a page of its own."""
    return f"/a/{quote(site_id)}/{quote(article_key, safe='')}"
