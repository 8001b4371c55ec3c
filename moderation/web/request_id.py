"""One name for a request, wherever it is told of: in the answer, in error bodies, in every log line.

A name that a proxy or a client gave is taken over, so that its logs and ours can be read together:
`X-Request-ID`, or the trace of a `traceparent` (W3C Trace Context). Only letters, digits and hyphens
are believed: what else people put there (tokens, addresses) would be logged.
"""

import os
import re

from starlette.types import Scope

_GIVEN = re.compile(rb"[A-Za-z0-9-]{8,64}")
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_NO_TRACE = b"0" * 32
_HEADERS = (b"x-request-id", b"traceparent")


def request_id(scope: Scope) -> str:
    """Return the request's well-formed name, else a new one of 32 hexadecimal digits."""
    traced = None
    for name, value in scope["headers"]:
        if name not in _HEADERS:
            continue
        if name == b"x-request-id" and _GIVEN.fullmatch(value):
            return str(value, "ascii")
        if name == b"traceparent" and (found := _TRACEPARENT.fullmatch(value)):
            traced = found[1]
    return str(traced, "ascii") if traced and traced != _NO_TRACE else os.urandom(16).hex()
