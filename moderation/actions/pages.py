"""Pages of comments as bytes: public, the same for everyone, kept until their article changes.

An entry is fresh while nobody told of a newer version of its article. This process's own commits
tell at once (before the writer is answered), those of other processes through the bus; and because
a message can be lost, an entry older than RECHECK_S asks SQL for the version, which is one look-up.
That nobody has commented on an article is remembered too, until a comment begins any article at all.
"""

import asyncio
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection, Row
from starlette.concurrency import run_in_threadpool

from ..store import articles, comments, ranking
from ..store.comments import Order
from ..store.db import Database
from ..store.ranking import Ranking
from . import measures

Sort = Order | Ranking | Literal["picks"]  # picks: only what moderators featured, newest first

CAPACITY_BYTES = 64 * 1024 * 1024
OVERHEAD_BYTES = 1200  # of an entry beside its body: key, address, object; it bounds a flood of empty pages
CAPACITY_ARTICLES = 100_000
CAPACITY_ADDRESSES = 50_000
LONGEST_ADDRESS = 1000  # bytes; an id of 200 bytes takes 600, percent-encoded
RECHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page: of an article, or of the replies to one comment."""

    site_id: str
    article_key: str
    order: Sort = "latest"
    limit: int = 50
    after_id: str | None = None
    after_number: int = 0  # likes or replies of that one, where the order is a ranking
    needs_sign_in: bool = False  # what the page says of the site: another page once that changes


@dataclass(frozen=True, slots=True)
class Content:
    """What a page shows. article None: nobody has commented there yet. last None: the last page."""

    article: Row[Any] | None
    comments: Sequence[Row[Any]]
    replies: Sequence[Row[Any]]
    last: Row[Any] | None  # after which the next page begins
    pinned: Sequence[Row[Any]] = ()  # above all others, on the first page of every order; never below as well


@dataclass(slots=True)
class _Entry:
    """article_id None: nobody had commented when `begun` articles had begun."""

    article_id: str | None
    version: int
    body: bytes
    etag: str
    checked_s: float
    begun: int


class Pages:
    """A cache of rendered pages, least recently used first out."""

    def __init__(self, database: Database, render: Callable[[Wanted, Content], bytes]) -> None:
        self._database = database
        self._render = render
        self._entries: OrderedDict[Wanted, _Entry] = OrderedDict()
        self._addresses: dict[bytes, tuple[Wanted, int]] = {}
        self._versions: dict[str, int] = {}  # the newest version told or seen of each article
        self._begun = 0  # articles told of that were not known here
        self._forgotten = 0  # how often all pages were
        self._size = 0
        self._lock = threading.Lock()
        self._loading: dict[Wanted, asyncio.Future[tuple[bytes, str]]] = {}

    def tell(self, article_id: str, version: int) -> None:
        """Hear that an article has reached a version."""
        with self._lock:
            known = self._versions.get(article_id)
            self._versions[article_id] = max(version, known or 0)
            self._begun += known is None

    def name(self, address: bytes, wanted: Wanted, min_version: int) -> None:
        """Learn that an address, as it was asked for, means this page."""
        if len(address) > LONGEST_ADDRESS:  # "?&&&…" means the same page, whatever its length
            return
        if len(self._addresses) >= CAPACITY_ADDRESSES:
            self._addresses.clear()
        self._addresses[address] = wanted, min_version

    def forget_names(self) -> None:
        """Forget which address means which page: what pages say of their site has changed."""
        self._addresses.clear()

    def forget(self) -> None:
        """Forget all pages, also those that are being loaded: what they say of their articles has changed."""
        with self._lock:
            self._forgotten += 1
            self._entries.clear()
            self._size = 0

    def at(self, address: bytes) -> tuple[bytes, str] | None:
        """Return (body, etag) of a fresh entry by an address that was named before."""
        found = self._addresses.get(address)
        return self.cached(*found) if found else None

    def cached(self, wanted: Wanted, min_version: int = 0) -> tuple[bytes, str] | None:
        """Return (body, etag) of a fresh entry; no I/O, so the event loop may ask."""
        with self._lock:
            entry = self._entries.get(wanted)
            if entry is None or time.monotonic() - entry.checked_s > RECHECK_S:
                return None
            if entry.version < min_version or not self._is_newest(entry):
                return None
            self._entries.move_to_end(wanted)
            return entry.body, entry.etag

    async def fetch(self, wanted: Wanted, min_version: int = 0) -> tuple[bytes, str]:
        """Return (body, etag); of all who ask for a page at once, one loads it, and the others look again.

        After a comment everybody asks anew. Whoever waited takes what was loaded only if nothing newer was
        told of meanwhile, so one's own write is seen as if each had loaded for themselves.
        """
        while (found := self.cached(wanted, min_version)) is None:
            loading = self._loading.get(wanted)
            if loading is None:
                return await self._load_for_all(wanted)
            await asyncio.wait([loading])
        return found

    async def _load_for_all(self, wanted: Wanted) -> tuple[bytes, str]:
        loading = asyncio.ensure_future(run_in_threadpool(self.load, wanted))
        self._loading[wanted] = loading
        loading.add_done_callback(lambda done: self._loaded(wanted, done))
        return await asyncio.shield(loading)  # a reader who hangs up ends the wait, not the work

    def _loaded(self, wanted: Wanted, done: "asyncio.Future[tuple[bytes, str]]") -> None:
        del self._loading[wanted]
        if not done.cancelled():
            done.exception()  # heard by whoever still waits; nobody else has to be told

    def _is_newest(self, entry: _Entry) -> bool:
        if entry.article_id is None:
            return entry.begun == self._begun
        return entry.version >= self._versions[entry.article_id]

    @measures.timed(measures.PAGE_READ, "page")
    def load(self, wanted: Wanted) -> tuple[bytes, str]:
        """Return (body, etag) from SQL, or from an entry that SQL confirms. Blocks: for a thread."""
        begun, forgotten = self._begun, self._forgotten  # before the look: nothing meanwhile is overlooked
        with self._database.read() as connection:
            article = articles.find(connection, wanted.site_id, wanted.article_key)
            if article and (confirmed := self._confirmed(wanted, article.version)):
                return confirmed
            body = self._render(wanted, read(connection, wanted, article))
        etag = f'"{hashlib.blake2b(body, digest_size=9).hexdigest()}"'
        article_id, version = (article.id, article.version) if article else (None, 0)
        self._keep(wanted, forgotten, _Entry(article_id, version, body, etag, time.monotonic(), begun))
        return body, etag

    def content(self, wanted: Wanted) -> Content:
        """Read a page from SQL, to be shown in another form; it is not kept. Blocks: for a thread."""
        with self._database.read() as connection:
            article = articles.find(connection, wanted.site_id, wanted.article_key)
            return read(connection, wanted, article)

    def _confirmed(self, wanted: Wanted, version: int) -> tuple[bytes, str] | None:
        with self._lock:
            entry = self._entries.get(wanted)
            if entry is None or entry.article_id is None or entry.version != version:
                return None
            entry.checked_s = time.monotonic()
            return entry.body, entry.etag

    def _keep(self, wanted: Wanted, forgotten: int, entry: _Entry) -> None:
        with self._lock:
            if forgotten != self._forgotten:
                return  # of before: whoever asks next looks again
            if len(self._versions) >= CAPACITY_ARTICLES:  # forget everything rather than who was when
                self._entries.clear()
                self._versions.clear()
                self._size = 0
            self._drop(wanted)
            self._entries[wanted] = entry
            if entry.article_id is not None:
                known = self._versions.get(entry.article_id, 0)
                self._versions[entry.article_id] = max(entry.version, known)
            self._size += len(entry.body) + OVERHEAD_BYTES
            while self._size > CAPACITY_BYTES:
                self._drop(next(iter(self._entries)))
            measures.PAGES_BYTES.set(self._size)

    def _drop(self, wanted: Wanted) -> None:
        if entry := self._entries.pop(wanted, None):
            self._size -= len(entry.body) + OVERHEAD_BYTES


def read(connection: Connection, wanted: Wanted, article: Row[Any] | None) -> Content:
    """Read one page of top-level comments with their first replies."""
    if article is None:
        return Content(None, (), (), None)
    if wanted.order == "picks":
        rows = comments.featured(connection, article.id, after_id=wanted.after_id, limit=wanted.limit)
        shown = rows[: wanted.limit]
        return Content(article, shown, (), shown[-1] if len(rows) > len(shown) else None)
    pinned = comments.pinned(connection, article.id) if article.pin_count and not wanted.after_id else ()
    rows = _unpinned(connection, wanted, article)
    shown = rows[: wanted.limit]
    parents = [row.id for row in (*pinned, *shown) if row.reply_count]
    replies = comments.first_replies(connection, parents) if parents else ()
    return Content(article, shown, replies, shown[-1] if len(rows) > len(shown) else None, pinned)


def _unpinned(connection: Connection, wanted: Wanted, article: Row[Any]) -> Sequence[Row[Any]]:
    """Read as many more as may be pinned, and leave those out: no index has to know of pins."""
    if not article.pin_count:
        return _listed(connection, wanted, article.id)
    rows = _listed(connection, replace(wanted, limit=wanted.limit + article.pin_count), article.id)
    return [row for row in rows if row.pinned_at_ms is None]


def _listed(connection: Connection, wanted: Wanted, article_id: str) -> Sequence[Row[Any]]:
    if wanted.order == "latest" or wanted.order == "oldest":  # noqa: PLR1714 - mypy understands no set
        return comments.listed(
            connection,
            article_id,
            parent_id=None,
            order=wanted.order,
            after_id=wanted.after_id,
            limit=wanted.limit,
        )
    after = (wanted.after_number, wanted.after_id) if wanted.after_id else None
    assert wanted.order != "picks"  # noqa: S101 - read by itself
    return ranking.listed(connection, article_id, by=wanted.order, after=after, limit=wanted.limit)


def cut(rows: Sequence[Row[Any]], limit: int) -> tuple[Sequence[Row[Any]], str | None]:
    """Split `limit` + 1 rows into the page and the key after which the next one begins."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], rows[limit - 1].id
