"""What readers do: read a page, post, edit, withdraw, count."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..actions import grounds, like, own, preview, publish, read, submit
from ..actions.drafts import Draft
from ..actions.pages import Content, Wanted
from ..actions.parts import now_ms
from ..domain import content
from ..domain.brake import Brake, state_under
from ..domain.errors import Field, Invalid, Missing
from . import cursors, metrics, shapes
from .cookies import set_cookie
from .endpoint import Call
from .hot import CACHING, address
from .identity import READER_COOKIE, READER_COOKIE_S
from .json import JsonResponse, encode
from .speech import speech_for, spoken

RANKINGS = frozenset({"top", "discussed"})
OUTCOMES = {"approve": "published", "queue": "held", "reject": "refused"}


def render_page(brakes_of: Callable[[str], Sequence[Brake]], wanted: Wanted, shown: Content) -> bytes:
    """Render a page of an article's comments: public bytes, the same for everyone."""
    replies: dict[str, list[shapes.Comment]] = defaultdict(list)
    for row in shown.replies:
        replies[row.parent_id].append(shapes.comment(row))
    pinned, items = (
        [shapes.comment(row) | {"replies": replies[row.id]} for row in rows]
        for rows in (shown.pinned, shown.comments)
    )
    return encode(
        {
            "article": shapes.article(shown.article, wanted.article_key, brakes_of(wanted.site_id)),
            "sort": wanted.order,
            **({"pinned": pinned} if pinned else {}),
            "items": items,
            "next_cursor": cursor_behind(wanted, shown.last),
            **({"sign_in": "required"} if wanted.needs_sign_in else {}),
        }
    )


def cursor_behind(wanted: Wanted, last: Row[Any] | None) -> str | None:
    """Return where the page after the one that ends with `last` begins; None: there is none."""
    if last is None:
        return None
    number = {"top": last.like_count, "discussed": last.reply_count}.get(wanted.order)
    return cursors.write(last.id, number)


async def page(call: Call) -> Response:
    """GET /articles/{article_id}/comments."""
    query = call.query
    bench = call.parts.scoring.bench(query.site)  # an unknown site is refused
    after = cursors.read(query.cursor, is_ranked=query.sort in RANKINGS)
    wanted = Wanted(
        query.site,
        content.checked_article_key(call.path("article_id")),
        query.sort,
        query.limit,
        after.id if after else None,
        (after and after.number) or 0,
        bench.needs_sign_in,
    )
    pages = call.parts.pages
    found = pages.cached(wanted, query.min_version)
    if found is None:
        found = await pages.fetch(wanted, query.min_version)
        pages.name(address(call.request.scope), wanted, query.min_version)
    return _cacheable(call.request, *found)


def replies(call: Call) -> Response:
    """GET /comments/{comment_id}/replies."""
    query = call.query
    after = cursors.read(query.cursor)
    parent, rows, next_id = read.replies(
        call.parts,
        read_id(call.path("comment_id")),
        order=query.sort,
        limit=query.limit,
        after_id=after.id if after else None,
    )
    brakes = call.parts.scoring.bench(parent.site_id).brakes
    article: shapes.Article = {
        "id": parent.article_key,
        "title": parent.article_title,
        "url": parent.article_url,
        "state": state_under(brakes, parent.article_key, parent.article_state, now_ms()),
        "comment_count": parent.article_comment_count,
        "version": parent.article_version,
    }
    if parent.article_closes_at_ms:
        article["closes_at"] = shapes.moment(parent.article_closes_at_ms)
    items = [shapes.comment(row) for row in rows]
    return JsonResponse(
        {
            "article": article,
            "sort": query.sort,
            "items": items,
            "next_cursor": cursors.write(next_id),
        }
    )


async def one(call: Call) -> Response:
    """GET /comments/{comment_id}: public ones for everyone, one's own whatever their status."""
    person = call.person
    row, reasons, told = await run_in_threadpool(
        read.one, call.parts, read_id(call.path("comment_id")), person
    )
    if reasons is None:
        return JsonResponse(shapes.comment(row))
    return JsonResponse(spoken(call.request, shapes.own(row, reasons, told)))


async def post(call: Call) -> Response:
    """POST /articles/{article_id}/comments."""
    said = call.body
    draft = Draft(
        site_id=call.query.site,
        article_key=call.path("article_id"),
        body=said.body,
        parent_id=said.parent_id,
        name=said.author.name if said.author else None,
        reader=call.person,
        address=call.address,
        idempotency_key=idempotency_key(call.request),
        proof=call.request.headers.get("x-proof"),
        softened_from=said.softened_from,
    )
    posted = await submit.submit(call.parts, draft)
    metrics.POSTED.labels(posted.comment.status).inc()
    told = grounds.of_posted(posted)
    shown = spoken(call.request, shapes.own(posted.comment, posted.reasons, told)) | {
        "article_version": posted.article_version
    }
    response = JsonResponse(shown, 201, {"Location": f"/api/v1/comments/{posted.comment.id}"})
    is_ours = not call.request.app.state.origins.is_foreign(call.request)
    if call.person is None and is_ours and not posted.is_replay:
        token = call.parts.signing.reader_token(posted.reader_id)
        set_cookie(response, call.request, READER_COOKIE, token, READER_COOKIE_S)
    return response


async def show_preview(call: Call) -> Response:
    """POST /articles/{article_id}/comments:preview."""
    said, speech = call.body, speech_for(call.request)
    shown = await preview.preview(
        call.parts,
        Draft(
            site_id=call.query.site,
            article_key=call.path("article_id"),
            body=said.body,
            parent_id=None,
            name=said.author.name if said.author else None,
            reader=call.person,
            address=call.address,
        ),
    )
    return JsonResponse(
        {
            "body_html": shown.body_html,
            "outcome": OUTCOMES[shown.outcome],
            # In words: numbers would tell how to stay just below a limit.
            "reasons": [{"code": each.code, "detail": speech.say(each.detail)} for each in shown.reasons],
            "phrases": [
                {"begin": begin, "end": end, "text": shown.body[begin:end]} for begin, end in shown.phrases
            ],
        },
        headers={"Cache-Control": "no-store"},
    )


async def edit(call: Call) -> Response:
    """PATCH /comments/{comment_id}."""
    changed = await own.edit(
        call.parts, call.known.person_id, read_id(call.path("comment_id")), call.body.body, call.address
    )
    shown = spoken(call.request, shapes.own(changed.comment, changed.reasons, changed.grounds))
    return JsonResponse(shown | {"article_version": changed.article_version})


async def withdraw(call: Call) -> Response:
    """DELETE /comments/{comment_id}."""
    await own.withdraw(call.parts, call.known.person_id, read_id(call.path("comment_id")))
    return Response(status_code=204)


async def put_like(call: Call) -> Response:
    """PUT /comments/{comment_id}/reactions/like."""
    return _liked(*await like.like(call.parts, call.known, read_id(call.path("comment_id")), call.address))


async def drop_like(call: Call) -> Response:
    """DELETE /comments/{comment_id}/reactions/like."""
    return _liked(*await like.unlike(call.parts, call.known, read_id(call.path("comment_id")), call.address))


def _liked(likes: int, version: int) -> Response:
    return JsonResponse({"reactions": {"like": likes}, "article_version": version})


def list_own(call: Call) -> Response:
    """GET /me/comments."""
    changed = own.list_own(
        call.parts, call.known.person_id, site_id=call.query.site, article_key=call.query.article
    )
    items = [spoken(call.request, shapes.own(each.comment, each.reasons, each.grounds)) for each in changed]
    is_waiting = any(each.comment.status == "pending" for each in changed)
    wait_s = call.parts.waits.usual_s(call.query.site, now_ms()) if is_waiting else None
    return JsonResponse(
        {"items": items} | ({"usual_wait_s": wait_s} if wait_s else {}),
        headers={"Cache-Control": "no-store"},
    )


def counts(call: Call) -> Response:
    """GET /counts."""
    return JsonResponse({"counts": read.counts(call.parts, call.query.site, call.query.article)})


def put_article(call: Call) -> Response:
    """PUT /articles/{article_id}."""
    said = call.body.model_dump(exclude_unset=True)
    if "closes_at" in said:
        closes_at = said.pop("closes_at")
        said["closes_at_ms"] = moment_ms(closes_at, "closes_at") if closes_at is not None else None
    row = publish.put_article(call.parts, call.known, call.query.site, call.path("article_id"), said)
    return JsonResponse(shapes.article(row, row.key))


def put_site(call: Call) -> Response:
    """PUT /site."""
    said = call.body.model_dump(exclude_unset=True)
    return JsonResponse(publish.shown(publish.put_site(call.parts, call.known, call.query.site, said)))


def idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key header. Raises Invalid when it is longer than 200 characters."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= 200:
        detail = "The Idempotency-Key must have 1 to 200 characters."
        raise Invalid(detail, [Field("Idempotency-Key", detail)])
    return key


def read_id(raw: str) -> str:
    """Return a comment's id. Raises Missing for what cannot be one."""
    try:
        return str(UUID(raw))
    except ValueError:
        raise Missing("There is no such comment.") from None


def _cacheable(request: Request, body: bytes, etag: str) -> Response:
    headers = {"ETag": etag, **CACHING}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def moment_ms(raw: str, field: str) -> int:
    """Return a time in milliseconds. Raises Invalid naming the field."""
    try:
        moment = datetime.fromisoformat(raw)
        if moment.tzinfo is None:
            raise ValueError("it has no time zone")
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        detail = f"This is not an RFC 3339 time: {error}"
        raise Invalid(detail, [Field(field, detail)]) from None
