"""A comment on its way: what was sent, what was checked, what became of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..domain import content
from ..domain.roles import Person
from ..live.rates import address_block
from ..store import idempotency
from .scoring import Bench, Written

DEFAULT_NAME = "Anonymous"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader sent. reader None: no session yet, one is made with the comment."""

    site_id: str
    article_key: str
    body: str
    parent_id: str | None
    name: str | None
    reader: Person | None
    address: str
    idempotency_key: str | None = None
    proof: str | None = None  # of work, see actions/proof
    softened_from: str | None = None  # what was written before a nudge; only with its author's consent


def checked(draft: Draft) -> Draft:
    """Return a draft as it would be stored. Raises Invalid naming what is wrong."""
    is_given = draft.reader is not None and draft.reader.is_vouched  # the name is not theirs to choose
    name = None if is_given else draft.name
    body = content.checked_body(draft.body)
    first = draft.softened_from
    if first is not None:
        first = content.checked_body(first, field="softened_from")
    return replace(
        draft,
        article_key=content.checked_article_key(draft.article_key),
        body=body,
        softened_from=first if first != body else None,  # nothing was softened
        name=content.checked_name(name, field="author/name") if name is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of it. comment: what `store.comments.get` would give, without asking again."""

    comment: Any
    reasons: Sequence[dict[str, Any]]
    article_version: int
    reader_id: str
    is_replay: bool = False  # an earlier request was answered again: whoever asks now may be somebody else


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft with what could be known of it outside the transaction."""

    draft: Draft
    body_html: str
    written: Written
    bench: Bench

    @property
    def article(self) -> tuple[str, str]:
        """Site and key of the article."""
        return self.draft.site_id, self.draft.article_key

    @property
    def key(self) -> idempotency.Key | None:
        """Owner, route and key of the request, if it can be repeated."""
        draft = self.draft
        if not draft.idempotency_key:
            return None
        owner = draft.reader.person_id if draft.reader else f"address:{address_block(draft.address)}"
        return owner, f"post:{draft.site_id}:{draft.article_key}", draft.idempotency_key

    @property
    def request_hash(self) -> str:
        """What a repeated request has in common with the first."""
        said = f"{self.draft.body}\0{self.draft.parent_id}\0{self.draft.name}"
        if self.draft.softened_from:
            said += f"\0{self.draft.softened_from}"
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
