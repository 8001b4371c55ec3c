"""JSON in and out: orjson, with room for what only the standard parser reads."""

import json
from typing import Any

import orjson
from starlette.responses import Response

from ..domain.errors import Field, Invalid


def encode(value: Any) -> bytes:
    """Return UTF-8 JSON."""
    return orjson.dumps(value)


def decode(raw: bytes) -> Any:
    """Parse a request's body. Raises Invalid naming `body`."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        # The standard parser lets lone surrogates through, so that the field that holds one can be named.
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        detail = f"The request is not JSON: {error}"
        raise Invalid(detail, [Field("body", detail)]) from None


class JsonResponse(Response):
    """A response of JSON."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Encode the content."""
        return encode(content)
