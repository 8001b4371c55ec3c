"""One endpoint as data: what it takes, who may call it, what it answers.

`route` makes it a Starlette route, `openapi.py` a page of the document; so the two cannot differ.
A plain function is called in a thread (a reader's among Starlette's, staff's in `threads`), a coroutine on
the event loop.
"""

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ..actions.parts import Parts
from ..domain.errors import Field, Invalid, Unauthenticated
from ..domain.roles import Person, Role, require
from . import json
from .errors import TooLarge, TooSlow
from .identity import Origins, find_reader, find_signed, find_staff
from .threads import run_waiting

BODY_LIMIT = 1024 * 1024  # bytes; a hundred texts to score are the largest request there is
BODY_S = 20.0  # from the head to the last byte: a megabyte on a bad line needs ten
DRAIN_LIMIT = 64 * 1024 * 1024  # read and dropped, so that the client gets to see our answer

Who = Literal["anyone", "reader", "scorer", "moderator", "admin"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed. person: None where anyone may ask and nobody said who they are."""

    request: Request
    parts: Parts
    person: Person | None
    query: Any
    body: Any

    def path(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    @property
    def known(self) -> Person:
        """Return who asks. Raises Unauthenticated."""
        if self.person is None:
            raise Unauthenticated("Start a session first (POST /api/v1/session).")
        return self.person

    @property
    def address(self) -> str:
        """Return the client's address."""
        return self.request.client.host if self.request.client else ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path under /api/v1, its handler, and everything the document says of it."""

    method: str
    path: str
    handler: Callable[[Call], Any]
    summary: str
    who: Who = "anyone"
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answers: Mapping[int, Any] = field(default_factory=dict)  # status → shape, None for no content
    refusals: Sequence[int] = ()  # beyond those that follow from the rest
    media_type: str = "application/json"


def route(endpoint: Endpoint, prefix: str) -> Route:
    """Make the Starlette route of an endpoint."""

    async def answer(request: Request) -> Response:
        parts: Parts = request.app.state.parts
        origins: Origins = request.app.state.origins
        query = _query(request, endpoint.query) if endpoint.query else None
        body = endpoint.body.model_validate(json.decode(await read_body(request))) if endpoint.body else None
        if endpoint.who in {"anyone", "reader"}:
            person = await find_reader(request, parts, origins)
            if person is not None and endpoint.method != "GET":
                require(person, "reader")  # a scorer's token can only score
            return await _reader_call(endpoint, Call(request, parts, person, query, body))
        signed = await find_signed(request, parts)
        return await run_waiting(_staff_call, endpoint, request, signed, query, body)

    # The article's id may hold slashes, which arrive decoded.
    path = prefix + endpoint.path.replace("{article_id}", "{article_id:path}")
    return Route(path, answer, methods=[endpoint.method], name=f"{endpoint.method} {endpoint.path}")


async def _reader_call(endpoint: Endpoint, call: Call) -> Response:
    try:
        if inspect.iscoroutinefunction(endpoint.handler):
            response: Response = await endpoint.handler(call)
            return response
        return await run_in_threadpool(endpoint.handler, call)
    except Unauthenticated:
        if call.person is not None:  # erased by another process: the token stands for somebody new now
            call.parts.signed_in.forget(call.person.person_id)
        raise


def _staff_call(
    endpoint: Endpoint, request: Request, signed: Person | None, query: Any, body: Any
) -> Response:
    person = signed or find_staff(request, request.app.state.parts, request.app.state.origins)
    role: Role = endpoint.who  # type: ignore[assignment]  # "anyone" does not come here
    require(person, role)
    response: Response = endpoint.handler(Call(request, request.app.state.parts, person, query, body))
    return response


async def read_body(request: Request) -> bytes:
    """Return the request's body. Raises TooLarge, after reading on for a while."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size <= BODY_LIMIT:
                    chunks.append(chunk)
                elif size > DRAIN_LIMIT:
                    break
    except ClientDisconnect:
        raise Invalid("The request broke off.") from None
    except TimeoutError:
        raise TooSlow(f"The request was not complete within {BODY_S:.0f} seconds.") from None
    if size > BODY_LIMIT:
        detail = f"The request is larger than {BODY_LIMIT} bytes."
        raise TooLarge(detail, [Field("body", detail)])
    return b"".join(chunks)


def _query(request: Request, model: type[BaseModel]) -> BaseModel:
    """Read the query; a name that stands twice is a list, as is one that must be."""
    values: dict[str, Any] = {}
    if not request.scope["query_string"]:
        return model.model_validate(values)
    for name in dict.fromkeys(request.query_params):
        given = request.query_params.getlist(name)
        wanted = model.model_fields.get(name)
        is_list = wanted is not None and getattr(wanted.annotation, "__origin__", None) is list
        values[name] = given if is_list or len(given) > 1 else given[0]
    return model.model_validate(values)
