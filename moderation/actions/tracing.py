"""Spans for OpenTelemetry, where somebody wants them: `begin` is called by `telemetry.py`, or by nobody.

Without it each call here is one comparison with None, and nothing of the library is loaded. A request has a
span; a group of the writer has one too, linked to the requests in it, with its scores and its commit
below. Spans carry numbers, routes and statuses: never texts, addresses, names or tokens, and of an
exception its kind alone.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_NOTHING: AbstractContextManager[None] = nullcontext()
_tracer: "Tracer | None" = None


def begin(tracer: "Tracer | None") -> None:
    """Make spans with this tracer from now on; None: no more."""
    global _tracer  # noqa: PLW0603 - one a process, like the metrics
    _tracer = tracer


def is_on() -> bool:
    """Tell whether spans are made."""
    return _tracer is not None


def span(name: str) -> "AbstractContextManager[Span | None]":
    """Make a span of what happens in the context, below the present one."""
    return _NOTHING if _tracer is None else _spanning(_tracer, name)


def request(headers: Iterable[tuple[bytes, bytes]]) -> "AbstractContextManager[Span | None]":
    """Make a request's span, in the trace of whoever asked (W3C Trace Context)."""
    if _tracer is None:
        return _NOTHING
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an extra
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    parent = TraceContextTextMapPropagator().extract(told)
    return _spanning(_tracer, "request", kind=SpanKind.SERVER, context=parent)


def answered(made: "Span", method: str, route: str, status: int) -> None:
    """Say of a request's span what it was; the route's pattern, as in logs and metrics."""
    made.update_name(f"{method} {route}")
    made.set_attributes(
        {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    )
    if status >= 500:
        made.set_status(_failed())


def origin() -> Any:
    """Return the present span, for the writer's group to be linked to."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span  # noqa: PLC0415

    return get_current_span().get_span_context()


def group(origins: Sequence[Any]) -> "AbstractContextManager[Span | None]":
    """Make a span of a group of the writer, linked to whoever asked for its acts."""
    if _tracer is None:
        return _NOTHING
    from opentelemetry.trace import Link  # noqa: PLC0415

    links = [Link(each) for each in origins if each is not None and each.is_valid]
    return _spanning(_tracer, "group", links=links, attributes={"firstword.size": len(origins)})


def past(name: str, took_s: float, **numbers: int) -> None:
    """Make a span of what has just ended."""
    if _tracer is None:
        return
    ended_ns = time.time_ns()
    told = {f"firstword.{key}": number for key, number in numbers.items()}
    _tracer.start_span(name, start_time=ended_ns - round(took_s * 1e9), attributes=told).end(ended_ns)


@contextmanager
def _spanning(tracer: "Tracer", name: str, **more: Any) -> "Iterator[Span]":
    # Exceptions are not recorded: their messages may repeat what somebody typed.
    with tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False, **more
    ) as made:
        try:
            yield made
        except Exception as error:
            made.set_attribute("error.type", type(error).__name__)
            made.set_status(_failed())
            raise


def _failed() -> Any:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    return StatusCode.ERROR
