"""What readers are shown: types for the OpenAPI document, and how a row becomes one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NotRequired

from sqlalchemy import Row
from typing_extensions import TypedDict  # pydantic asks for it before Python 3.12

from ..actions.grounds import Grounds
from ..actions.parts import now_ms
from ..domain import statements
from ..domain.brake import Brake, State, pause_under, state_under
from ..domain.reporting import OUTCOMES
from ..domain.states import Status

Outcome = Literal["open", "upheld", "dismissed", "moot"]
BADGES = {"staff": "Staff", "moderator": "Moderator", "author": "Author"}  # as pages without scripts say it


class Author(TypedDict):
    id: str | None
    name: str
    badges: list[str]


class Reason(TypedDict):
    code: str
    outcome: Literal["approve", "queue", "reject"]
    detail: str
    label: NotRequired[str]
    score: NotRequired[float]


class Statement(TypedDict):
    """Why a comment is not shown (DSA, Art. 17)."""

    measure: Literal["not_published", "removed"]
    rule: str
    ground: Literal["terms", "law"]
    source: Literal["report", "classifier", "word_list", "moderator"]
    automated_detection: bool
    automated_decision: bool
    decided_at: str
    facts: list[str]
    explanation: str
    may_appeal: bool
    redress: str


class Appeal(TypedDict):
    id: str
    comment_id: str
    status: Outcome
    text: str
    answer: str | None
    created_at: str
    decided_at: str | None


class Report(TypedDict):
    """A receipt, and what became of it."""

    id: str
    comment_id: str
    article_id: str
    category: str
    text: str | None
    status: Outcome
    detail: str
    created_at: str
    decided_at: str | None


class Reports(TypedDict):
    items: list[Report]
    next_cursor: str | None


class Reactions(TypedDict):
    like: int


class Comment(TypedDict):
    id: str
    article_id: str
    parent_id: str | None
    author: Author
    body: str
    body_html: str
    status: Status
    created_at: str
    edited_at: str | None
    reply_count: int
    reactions: Reactions
    pinned: NotRequired[bool]  # said where it is so
    featured: NotRequired[bool]
    replies: NotRequired[list["Comment"]]
    reasons: NotRequired[list[Reason]]
    statement: NotRequired[Statement]
    appeal: NotRequired[Appeal]


class Liked(TypedDict):
    reactions: Reactions
    article_version: int


class PostedComment(Comment):
    article_version: int


class Article(TypedDict):
    id: str
    title: str | None
    url: str | None
    state: Literal["open", "closed", "premoderated"]
    comment_count: int
    closes_at: NotRequired[str]  # from when on it takes no comments; past: since when
    version: int
    pause_s: NotRequired[int]  # slow mode: seconds between two comments of one reader
    pick_count: NotRequired[int]  # said where there are some


class Site(TypedDict):
    id: str
    title: str
    sign_in: Literal["optional", "required"]


class Page(TypedDict):
    article: Article
    sort: str
    pinned: NotRequired[list[Comment]]
    items: list[Comment]
    next_cursor: str | None
    sign_in: NotRequired[Literal["required"]]  # strangers only read here


class OwnComments(TypedDict):
    items: list[Comment]
    usual_wait_s: NotRequired[int]  # within which a moderator usually decides here, where that is known


class Reader(TypedDict):
    id: str
    name: str


class ReaderSession(TypedDict):
    token: str
    reader: Reader


class Me(TypedDict):
    id: str | None
    name: str | None
    role: str
    signed_in: bool
    mute_count: int
    unread_replies: int


class Kept(TypedDict):
    reader: dict[str, Any]
    comments: list[dict[str, Any]]
    likes: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    appeals: list[dict[str, Any]]
    mutes: list[dict[str, Any]]
    replies: list[dict[str, Any]]
    reply_email: str | None


class Counts(TypedDict):
    counts: dict[str, int]


class Phrase(TypedDict):
    begin: int
    end: int
    text: str


class PreviewReason(TypedDict):
    code: str
    detail: str


class Preview(TypedDict):
    body_html: str
    outcome: Literal["published", "held", "refused"]
    reasons: list[PreviewReason]
    phrases: list[Phrase]


class FieldError(TypedDict):
    field: str
    pointer: str
    detail: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[FieldError]]
    request_id: NotRequired[str]
    challenge: NotRequired[dict[str, Any]]  # with 428: what to solve (ALTCHA), answered in X-Proof


def moment(at_ms: int) -> str:
    """Show a time: RFC 3339, UTC, milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03}Z"


def badges(row: Row[Any]) -> list[str]:
    """Return what a comment's author was when it was written."""
    return row.author_badges.split(",") if row.author_badges else []


def comment(row: Row[Any], reasons: Sequence[Any] | None = None) -> Comment:
    """Show a comment. Without reasons it is the public view: a withdrawn one is a placeholder."""
    is_gone = row.status == "withdrawn"
    shown: Comment = {
        "id": row.id,
        "article_id": row.article_key,
        "parent_id": row.parent_id,
        "author": {
            "id": None if is_gone else row.author_id,
            "name": "" if is_gone else row.author_name,
            "badges": [] if is_gone else badges(row),
        },
        "body": "" if is_gone else row.body,
        "body_html": "" if is_gone else row.body_html,
        "status": row.status,
        "created_at": moment(row.created_at_ms),
        "edited_at": moment(row.edited_at_ms) if row.edited_at_ms else None,
        "reply_count": row.reply_count,
        "reactions": {"like": row.like_count},
    }
    if row.pinned_at_ms is not None:
        shown["pinned"] = True
    if row.featured_at_ms is not None:
        shown["featured"] = True
    if reasons is not None:
        shown["reasons"] = list(reasons)
    return shown


def own(row: Row[Any], reasons: Sequence[Any], told: Grounds) -> Comment:
    """Show a comment to its author: with reasons, the statement of a refusal, and the appeal."""
    shown = comment(row, reasons)
    if told.statement is not None:
        shown["statement"] = statement(told.statement)
    if told.appeal is not None:
        shown["appeal"] = appeal(told.appeal)
    return shown


def statement(said: statements.Statement) -> Statement:
    """Show a statement of reasons."""
    return {
        "measure": said.measure,
        "rule": said.rule,
        "ground": said.ground,
        "source": said.source,
        "automated_detection": said.is_detected_by_machine,
        "automated_decision": said.is_decided_by_machine,
        "decided_at": moment(said.decided_at_ms),
        "facts": list(said.facts),
        "explanation": said.explanation,
        "may_appeal": said.may_appeal,
        "redress": said.redress,
    }


def appeal(row: Row[Any]) -> Appeal:
    """Show an appeal to its author: not who answered it."""
    return {
        "id": row.id,
        "comment_id": row.comment_id,
        "status": row.status,
        "text": row.text,
        "answer": row.answer,
        "created_at": moment(row.created_at_ms),
        "decided_at": moment(row.closed_at_ms) if row.closed_at_ms else None,
    }


def report(row: Row[Any]) -> Report:
    """Show a report to whoever wrote it."""
    return {
        "id": row.id,
        "comment_id": row.comment_id,
        "article_id": row.article_key,
        "category": row.category,
        "text": row.text,
        "status": row.status,
        "detail": OUTCOMES[row.status],
        "created_at": moment(row.created_at_ms),
        "decided_at": moment(row.closed_at_ms) if row.closed_at_ms else None,
    }


def article(row: Row[Any] | None, key: str, brakes: Sequence[Brake] = ()) -> Article:
    """Show an article as it is under the brakes that are on; one without a row has no comments yet."""
    own: State = row.state if row is not None else "open"
    state = state_under(brakes, key, own, now_ms()) if brakes else own
    if row is None:
        return {"id": key, "title": None, "url": None, "state": state, "comment_count": 0, "version": 0}
    shown: Article = {
        "id": row.key,
        "title": row.title,
        "url": row.url,
        "state": state,
        "comment_count": row.comment_count,
        "version": row.version,
    }
    if row.closes_at_ms:
        shown["closes_at"] = moment(row.closes_at_ms)
    if pause_s := pause_under(brakes, key, row.pause_s, now_ms()) if brakes else row.pause_s:
        shown["pause_s"] = pause_s
    if row.pick_count:
        shown["pick_count"] = row.pick_count
    return shown
