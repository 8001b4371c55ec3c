"""Reports and appeals on the page without JavaScript: plain forms, and what is shown in answer.

A form says what it is for by its field `act`. A reader without a session gets one with a report, as with a
comment; the cookie is believed for a form where the browser says that the form is ours.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..actions import appeal as appealing
from ..actions import read, sessions
from ..actions import report as reporting
from ..actions.admission import limit_posts
from ..actions.drafts import DEFAULT_NAME
from ..actions.parts import Parts
from ..domain.errors import Field, Invalid, Unauthenticated
from ..domain.reporting import CATEGORIES, Complaint
from ..domain.roles import Person
from . import shapes
from .comments import read_id
from .cookies import set_cookie
from .identity import READER_COOKIE, READER_COOKIE_S, host

Form = Mapping[str, str]
Link = Callable[..., str]  # makes addresses of the page with other parameters


async def report(request: Request, link: Link, said: Form, reader: Person | None) -> Response:
    """Take the form of a report; lead to its receipt."""
    parts: Parts = request.app.state.parts
    comment_id = read_id(said.get("comment_id", ""))
    if said.get("category") not in CATEGORIES:
        detail = "Please choose what is wrong with it."
        raise Invalid(detail, [Field("category", detail)])
    complaint = Complaint(
        category=said["category"],
        text=said.get("text"),
        name=said.get("notifier"),
        email=said.get("email"),
        good_faith="good_faith" in said,
        concerns_minors="concerns_minors" in said,
    )
    who = reader or await _new_reader(request, parts)
    await reporting.file(parts, who, comment_id, complaint, host(request))
    response = RedirectResponse(f"{link(reported=comment_id)}#receipt", 303)
    if reader is None:
        token = parts.signing.reader_token(who.person_id)
        set_cookie(response, request, READER_COOKIE, token, READER_COOKIE_S)
    return response


async def appeal(request: Request, link: Link, said: Form, reader: Person | None) -> Response:
    """Take the form of an appeal; lead to the comment, which shows it."""
    if reader is None:
        raise Unauthenticated("This browser is not known any more; appeal where you wrote the comment.")
    comment_id = read_id(said.get("comment_id", ""))
    await appealing.appeal(request.app.state.parts, reader, comment_id, said.get("text", ""), host(request))
    return RedirectResponse(f"{link()}#{comment_id}", 303)


ACTS: dict[str, Callable[[Request, Link, Form, Person | None], Awaitable[Response]]] = {
    "report": report,
    "appeal": appeal,
}


def values(parts: Parts, reader_id: str | None, reported: str | None, receipt: str | None) -> dict[str, Any]:
    """Return what the page shows of these: the comment to report, or the receipt. Raises Missing."""
    shown: dict[str, Any] = {
        "reported": None,
        "receipt": None,
        "categories": CATEGORIES,
    }
    if reported:
        row, *_ = read.one(parts, reported, None)
        shown["reported"] = shapes.comment(row)
    if receipt and reader_id:
        found = reporting.find_own(parts, reader_id, receipt)
        shown["receipt"] = shapes.report(found) if found else None
    return shown


async def _new_reader(request: Request, parts: Parts) -> Person:
    await limit_posts(parts, None, host(request), act="session")
    site_id = request.path_params["site"]
    return await sessions.start_reader(parts.writer, site_id=site_id, name=DEFAULT_NAME)
