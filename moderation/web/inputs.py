"""What may be sent: strict types, unknown fields refused, every limit in one place."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Limited

from ..domain.brake import KINDS
from ..domain.content import BODY_LIMIT, NAME_LIMIT
from ..domain.reporting import CATEGORIES, EMAIL_LIMIT, TEXT_LIMIT
from ..domain.reporting import NAME_LIMIT as NOTIFIER_LIMIT
from ..domain.states import LANES, REJECTION_REASONS, Action, Status

Site = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")]


def _is_uuid(value: str) -> str:
    return str(UUID(value))


CommentId = Annotated[str, StringConstraints(max_length=36, min_length=36), AfterValidator(_is_uuid)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Query(BaseModel):
    """Query values are texts, so numbers are read from them."""

    model_config = ConfigDict(extra="forbid")


class SiteQuery(_Query):
    """Which site."""

    site: Site = "main"


class PageQuery(SiteQuery):
    """A page of comments."""

    sort: Literal["latest", "oldest", "top", "discussed", "picks"] = "latest"
    limit: Annotated[int, Limited(ge=1, le=200)] = 50
    cursor: Annotated[str | None, StringConstraints(max_length=100)] = None
    min_version: Annotated[int, Limited(ge=0, le=2**53)] = 0


class RepliesQuery(_Query):
    """A page of replies."""

    sort: Literal["latest", "oldest"] = "oldest"
    limit: Annotated[int, Limited(ge=1, le=200)] = 50
    cursor: Annotated[str | None, StringConstraints(max_length=100)] = None


class CountsQuery(SiteQuery):
    """Up to a hundred articles."""

    article: Annotated[list[str], Limited(min_length=1, max_length=100)]


class ArticleQuery(SiteQuery):
    """One article."""

    article: str


class FollowQuery(SiteQuery):
    """Where a stream resumes, for clients that cannot set the Last-Event-ID header."""

    last_event_id: Annotated[int | None, Limited(ge=0, le=2**53)] = None


def _shown(least: int, most: int) -> Any:
    """Document a length that the domain checks, where edges are cut first and the message is better."""
    return Limited(json_schema_extra={"minLength": least, "maxLength": most})


class OwnRepliesQuery(_Query):
    """A page of replies to oneself."""

    limit: Annotated[int, Limited(ge=1, le=200)] = 20
    cursor: Annotated[str | None, StringConstraints(max_length=100)] = None


class EmailInput(_Input):
    """Where one wants to be told of replies."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]


class SeenInput(_Input):
    """Replies that one has seen."""

    ids: Annotated[list[CommentId], Limited(min_length=1, max_length=200)]


class AuthorInput(_Input):
    """How a reader wants to be called."""

    name: Annotated[str, _shown(1, NAME_LIMIT)]


class PostInput(_Input):
    """A new comment. softened_from: the text before a nudge, which its author lets us keep for training."""

    body: Annotated[str, _shown(1, BODY_LIMIT)]
    parent_id: CommentId | None = None
    author: AuthorInput | None = None
    softened_from: Annotated[str | None, _shown(1, BODY_LIMIT)] = None


class PreviewInput(_Input):
    """A comment that may be posted."""

    body: Annotated[str, _shown(1, BODY_LIMIT)]
    author: AuthorInput | None = None


class EditInput(_Input):
    """A comment's new text."""

    body: Annotated[str, _shown(1, BODY_LIMIT)]


class ReportInput(_Input):
    """A report. The last four are for something illegal, of which the law asks more (DSA, Art. 16)."""

    category: Literal[tuple(CATEGORIES)]  # type: ignore[valid-type]
    text: Annotated[str | None, _shown(0, TEXT_LIMIT)] = None
    name: Annotated[str | None, _shown(0, NOTIFIER_LIMIT)] = None
    email: Annotated[str | None, _shown(0, EMAIL_LIMIT)] = None
    good_faith: bool = False
    concerns_minors: bool = False


class AppealInput(_Input):
    """What an author has to say against a refusal."""

    text: Annotated[str, _shown(1, TEXT_LIMIT)]


class OwnReportsQuery(SiteQuery):
    """A page of one's own reports."""

    limit: Annotated[int, Limited(ge=1, le=200)] = 50
    cursor: Annotated[str | None, StringConstraints(max_length=100)] = None


class SessionInput(_Input):
    """A reader's name."""

    name: Annotated[str, _shown(1, NAME_LIMIT)]


class ArticleInput(_Input):
    """What the publisher says of an article; what is left out stays as it is."""

    title: Annotated[str | None, StringConstraints(max_length=500)] = None
    url: Annotated[str | None, StringConstraints(max_length=2000, pattern=r"^https?://")] = None
    state: Literal["open", "closed", "premoderated"] = "open"
    closes_at: str | None = None
    pause_s: Annotated[int, Limited(ge=0, le=86_400)] = 0  # slow mode; 0: off


class BrakeInput(_Input):
    """What to put on, and until when. article: the publisher's id; without it the whole site."""

    kind: Literal[KINDS]  # type: ignore[valid-type]
    article: str | None = None
    pause_s: Annotated[int, Limited(ge=0, le=2**31 - 1)] = 0
    until: str


class SiteInput(_Input):
    """What the publisher says of a site; what is left out stays as it is."""

    title: Annotated[str, _shown(1, NAME_LIMIT)] = ""
    sign_in: Literal["optional", "required"] = "optional"


class ClaimInput(_Input):
    """How many comments to lease, and from where."""

    limit: Annotated[int, Limited(ge=1, le=50)] = 10
    lane: Literal[LANES] | None = None  # type: ignore[valid-type]  # a tuple of literals, spelled once
    order: Literal["priority", "oldest", "newest"] = "priority"


class DecisionInput(_Input):
    """A moderator's decision on the version that was looked at."""

    action: Action
    version: Annotated[int, Limited(ge=1, le=2**31 - 1)]
    reason: Literal[REJECTION_REASONS] | None = None  # type: ignore[valid-type]
    note: Annotated[str | None, StringConstraints(max_length=2000)] = None
    lease: Annotated[str | None, StringConstraints(max_length=100)] = None


class AppealsQuery(SiteQuery):
    """Appeals that nobody has answered yet, or those that were."""

    status: Literal["open", "closed"] = "open"
    limit: Annotated[int, Limited(ge=1, le=200)] = 50
    cursor: Annotated[str | None, StringConstraints(max_length=100)] = None


class ReportsQuery(AppealsQuery):
    """Reports of comments that nobody has decided since, or of those that were."""

    category: Literal[tuple(CATEGORIES)] | None = None  # type: ignore[valid-type]


class AnswerInput(_Input):
    """The answer to an appeal. answer: to the author; reason: of a refusal, if it is another one now."""

    outcome: Literal["upheld", "dismissed"]
    answer: Annotated[str | None, StringConstraints(max_length=2000)] = None
    reason: Literal[REJECTION_REASONS] | None = None  # type: ignore[valid-type]
    note: Annotated[str | None, StringConstraints(max_length=2000)] = None
    lease: Annotated[str | None, StringConstraints(max_length=100)] = None


class SearchQuery(SiteQuery):
    """Which comments a moderator looks for; all conditions must hold."""

    status: Status | None = None
    q: Annotated[str | None, StringConstraints(max_length=200)] = None
    author: CommentId | None = None
    article: str | None = None
    label: Annotated[str | None, StringConstraints(pattern=r"^[a-z_]{1,40}$")] = None
    min_score: Annotated[float | None, Limited(ge=0, le=1)] = None
    limit: Annotated[int, Limited(ge=1, le=200)] = 50
    cursor: Annotated[str | None, StringConstraints(max_length=100)] = None


class LimitsInput(_Input):
    """Probabilities at and above which a label is held or refused; null: it never is."""

    queue: Annotated[float | None, Limited(ge=0, le=1, strict=False)] = None
    reject: Annotated[float | None, Limited(ge=0, le=1, strict=False)] = None


_Phrases = Annotated[list[Annotated[str, StringConstraints(max_length=200)]], Limited(max_length=20_000)]


class PolicyInput(_Input):
    """What changes in the policy; what is left out stays. number: the version that was looked at."""

    number: Annotated[int | None, Limited(ge=1, le=2**31 - 1)] = None
    banned: _Phrases = []
    suspect: _Phrases = []
    links_queue: Annotated[int, Limited(ge=1, le=1000)] = 3
    repeats_queue: Annotated[int, Limited(ge=1, le=1000)] = 2
    newcomers_queue: Annotated[int, Limited(ge=0, le=1000)] = 0
    reports_queue: Annotated[float, Limited(gt=0, le=1000, strict=False)] = 1.0
    reports_hide: Annotated[float | None, Limited(gt=0, le=1000, strict=False)] = None
    limits: Annotated[dict[str, LimitsInput], Limited(max_length=20)] = {}
    shows_limits: bool = False


class ScoreInput(_Input):
    """Texts to score."""

    texts: Annotated[
        list[Annotated[str, StringConstraints(max_length=20_000)]], Limited(min_length=1, max_length=100)
    ]
