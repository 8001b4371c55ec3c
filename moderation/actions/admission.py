"""May this author write here, now; and what SQL knows of the circumstances as signals.

Asked by a new comment and by an edit alike, inside the transaction that writes.
"""

import math
from typing import Any

from sqlalchemy import Row

from ..domain.brake import State, pause_under, state_under
from ..domain.errors import Conflict, Forbidden, TooMany, Unauthenticated
from ..domain.roles import Person
from ..live.rates import address_block
from ..store import brakes, comments, people
from ..store.writer import Transaction
from .parts import Parts
from .person import ERASED
from .scoring import Bench
from .sessions import SIGN_IN

REPEAT_WINDOW_MS = 24 * 3600 * 1000


async def limit_posts(parts: Parts, reader_id: str | None, address: str, *, act: str = "post") -> None:
    """Count an act against its reader and its address block. Raises TooMany."""
    block = address_block(address)
    waits = [await parts.rates.hit(parts.post_rate, scope=f"{act}-address", key=block)]
    if reader_id:
        waits.append(await parts.rates.hit(parts.post_rate, scope=f"{act}-reader", key=reader_id))
    if wait_s := max(waits):
        raise TooMany("You are posting very fast. Please wait a moment.", retry_after_s=wait_s)


def refuse_strangers(bench: Bench, reader: Person | None) -> None:
    """Raise Unauthenticated where a site wants to know who writes, and nobody vouches for this one."""
    if bench.needs_sign_in and (reader is None or reader.is_stranger):
        raise Unauthenticated(SIGN_IN)


def admitted_state(transaction: Transaction, bench: Bench, key: str, article: Row[Any] | None) -> State:
    """Return the state of an article under the brakes. Raises Conflict when it takes no comments now.

    key: the publisher's own id; article None: nobody has commented there yet.
    """
    closes_at_ms = article.closes_at_ms if article else None
    is_over = closes_at_ms is not None and closes_at_ms <= transaction.now_ms
    if is_over or (article is not None and article.state == "closed"):
        raise Conflict("Comments on this article are closed.")
    own: State = article.state if article else "open"
    state = state_under(bench.brakes, key, own, transaction.now_ms)
    if state == "closed":
        raise Conflict("Comments are closed for the moment. Your text can wait; please come back later.")
    return state


def refuse_hasty(
    transaction: Transaction, bench: Bench, article: Row[Any] | None, author: Row[Any] | None
) -> None:
    """Raise TooMany when an article is in slow mode and its last comment of this author is too young."""
    if article is None or author is None:
        return
    pause_s = pause_under(bench.brakes, article.key, article.pause_s, transaction.now_ms)
    last_ms = brakes.last_comment_at(transaction.connection, author.id, article.id) if pause_s else None
    if last_ms is None:
        return
    wait_s = math.ceil((last_ms - transaction.now_ms) / 1000) + pause_s
    if wait_s > 0:
        detail = f"This discussion is in slow mode: one comment in {pause_s} seconds. Your text can wait."
        raise TooMany(detail, retry_after_s=wait_s)


def signals_of(
    transaction: Transaction, bench: Bench, state: str, author: Row[Any] | None, words_hash: str
) -> dict[str, Any]:
    """Return the signals that only SQL knows. state: the article's; author None: made just now.

    Raises Forbidden if banned.
    """
    signals = circumstances(state, author, transaction.now_ms)
    if author is None:
        return signals
    since_ms = transaction.now_ms - REPEAT_WINDOW_MS
    signals["repeat_count"] = comments.repeats(transaction.connection, author.id, words_hash, since_ms)
    return signals | approved_before(transaction, bench, author.id)


def circumstances(state: str, author: Row[Any] | None, now_ms: int) -> dict[str, Any]:
    """Return the signals of an article's state and an author's standing. Raises Forbidden if banned."""
    signals: dict[str, Any] = {"is_article_premoderated": state == "premoderated"}
    if author is None:
        return signals
    if author.standing == ERASED:
        raise Unauthenticated("This reader no longer exists; start a new session.")
    is_over = author.standing_until_ms is not None and author.standing_until_ms <= now_ms
    if author.standing == "banned" and not is_over:
        raise Forbidden("You cannot post here at present.")
    return signals | {"is_author_premoderated": author.standing == "premoderated" and not is_over}


def approved_before(transaction: Transaction, bench: Bench, author_id: str) -> dict[str, Any]:
    """Return how many comments of an author were approved, where the rules ask."""
    if not bench.rules.newcomers_queue:
        return {}
    return {"author_approved": people.standing(transaction.connection, author_id).get("approved", 0)}
