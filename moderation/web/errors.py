"""Exceptions become RFC 9457 problem documents, in one table."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from ..domain.errors import (
    Away,
    Conflict,
    Field,
    Forbidden,
    Invalid,
    Missing,
    Refused,
    TooMany,
    Unauthenticated,
    Unproven,
)
from .json import encode
from .speech import VARIES, speech_for

log = structlog.get_logger()

STATUS: dict[type[Refused], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    Missing: 404,
    Unproven: 428,
    Conflict: 409,
    TooMany: 429,
    Away: 503,
}


class TooLarge(Invalid):
    """The request's body is larger than any request needs."""


class TooSlow(Invalid):
    """The request's body did not arrive in time."""


# Refusals that only HTTP knows.
WEB_STATUS: dict[type[Refused], int] = {TooLarge: 413, TooSlow: 408}


def problem(
    status: int,
    detail: str,
    fields: Sequence[Field] = (),
    headers: dict[str, str] | None = None,
    *,
    request: Request | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """Build a problem document, in the language of whoever asked. request None: it cannot be told."""
    say: Callable[[str], str] = speech_for(request).say if request else str
    body: dict[str, Any] = {"type": "about:blank", "title": say(HTTPStatus(status).phrase), "status": status}
    body |= {"detail": say(detail), **(more or {})}
    if named := structlog.contextvars.get_contextvars().get("id"):
        body["request_id"] = named  # what an operator finds the log's lines by
    if fields:
        body["errors"] = [
            {"field": each.name, "pointer": f"#/{each.name}", "detail": say(each.detail)} for each in fields
        ]
    return Response(
        encode(body), status, {**VARIES, **(headers or {})}, media_type="application/problem+json"
    )


async def refused(request: Request, error: Exception) -> Response:
    """Answer a refusal with the status that the table names."""
    assert isinstance(error, Refused)  # noqa: S101 - registered for nothing else
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers: dict[str, str] = {}
    if isinstance(error, TooMany | Away):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    fields = error.fields if isinstance(error, Invalid) else ()
    if isinstance(error, TooSlow):
        headers["Connection"] = "close"  # what still comes of it would be read as the next request
    more = {"challenge": error.challenge} if isinstance(error, Unproven) else None
    status = WEB_STATUS.get(type(error), status)
    return problem(status, error.detail, fields, headers, request=request, more=more)


async def not_valid(request: Request, error: Exception) -> Response:
    """Answer an input of the wrong shape; every wrong field is named."""
    assert isinstance(error, ValidationError)  # noqa: S101
    fields = [
        Field("/".join(str(part) for part in each["loc"]) or "body", each["msg"])
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return problem(422, "The request does not have the form that is asked for.", fields, request=request)


async def http_error(_: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: unknown address, wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return problem(error.status_code, error.detail, headers=dict(error.headers or {}))


async def database_away(request: Request, error: Exception) -> Response:
    """Answer while the database cannot be reached."""
    log.error("database_away", error=type(error).__name__)
    return await refused(request, Away("The database cannot be reached; try again in a moment."))


def unexpected(scope: Scope, error: Exception) -> Response:
    """Answer our own mistake; the log has the trace, the reader has not."""
    route = getattr(scope.get("route"), "path", "unmatched")
    log.error("unexpected", route=route, error=type(error).__name__, exc_info=error)
    return problem(500, "Something went wrong on our side.")


HANDLERS: dict[Any, Any] = {
    Refused: refused,
    ValidationError: not_valid,
    HTTPException: http_error,
    OperationalError: database_away,
}
