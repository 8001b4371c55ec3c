"""Cursors: the place after which a page begins, written so that nobody is tempted to compute one."""

import base64
import binascii
from typing import NamedTuple
from uuid import UUID

from ..domain.errors import Field, Invalid

COUNT_BYTES = 4


class Place(NamedTuple):
    """The last comment of a page; number: its likes or replies, where those order the page."""

    id: str
    number: int | None = None


def write(last_id: str | None, number: int | None = None) -> str | None:
    """Write where a page ends; None: it is the last one."""
    if last_id is None:
        return None
    behind = b"" if number is None else number.to_bytes(COUNT_BYTES, "big")
    return base64.urlsafe_b64encode(UUID(last_id).bytes + behind).rstrip(b"=").decode()


def read(cursor: str | None, *, is_ranked: bool = False) -> Place | None:
    """Read it back. Raises Invalid naming `cursor`, also for a cursor of another kind of page."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place, number = str(UUID(bytes=raw[:16])), raw[16:]
        if len(number) != (COUNT_BYTES if is_ranked else 0):
            raise ValueError("it is of another order")
    except (ValueError, binascii.Error):
        detail = "This cursor is not one of ours, or of another order."
        raise Invalid(detail, [Field("cursor", detail)]) from None
    return Place(place, int.from_bytes(number, "big") if is_ranked else None)
