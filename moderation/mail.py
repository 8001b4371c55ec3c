"""Letters, where a mail server is set up: composition like `telemetry.py`, nothing without a setting."""

from collections.abc import Iterator
from contextlib import contextmanager

from .actions.parts import Parts
from .actions.post import Post
from .actions.post_office import PostOffice
from .settings import Settings


def post_of(settings: Settings) -> Post | None:
    """Return where letters go out; None: nowhere."""
    if settings.smtp_url is None:
        return None
    home = (settings.public_url or "").rstrip("/")
    return Post(settings.smtp_url.get_secret_value(), settings.mail_from or "", home)


@contextmanager
def post_office(parts: Parts) -> Iterator[None]:
    """Send letters as long as the context lasts."""
    if parts.post is None:
        yield
        return
    office = PostOffice(parts, parts.post)
    office.start()
    try:
        yield
    finally:
        office.stop()
