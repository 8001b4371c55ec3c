"""What readers are shown of what is theirs alone: types for the OpenAPI document."""

from typing_extensions import TypedDict  # pydantic asks for it before Python 3.12

from .shapes import Comment, Reader


class RepliedArticle(TypedDict):
    id: str
    title: str | None
    url: str | None


class ReplyToMe(Comment):
    article: RepliedArticle
    is_read: bool


class MyAddress(TypedDict):
    address: str
    is_confirmed: bool


class RepliesToMe(TypedDict):
    items: list[ReplyToMe]
    unread: int
    feed_since: str | None
    sends_email: bool
    email: MyAddress | None
    next_cursor: str | None


class PrivateFeed(TypedDict):
    url: str


class Muted(TypedDict):
    author: Reader
    muted_at: str


class Mutes(TypedDict):
    items: list[Muted]
