"""Take a comment: check it and hand it to the writer; acknowledged only when it is durable."""

from starlette.concurrency import run_in_threadpool

from . import posting, tracing
from .admission import limit_posts, refuse_strangers
from .drafts import Checked, Draft, Posted, checked
from .parts import Parts
from .proof import ask_in_storm
from .rendering import is_plain, render
from .scoring import Written

__all__ = ["Draft", "Posted", "submit"]

QUICK = 500  # characters whose markup takes at most 2 ms; 4,000 may take 14


async def submit(parts: Parts, draft: Draft) -> Posted:
    """Post a comment.

    Raises Invalid, Unauthenticated (sign in), Conflict (closed), Forbidden (banned), Unproven (in a storm),
    TooMany or Away.
    """
    draft = checked(draft)
    bench = parts.scoring.bench(draft.site_id)
    refuse_strangers(bench, draft.reader)
    await limit_posts(parts, draft.reader.person_id if draft.reader else None, draft.address)
    await ask_in_storm(parts, draft)
    made = Checked(draft, await _rendered(draft.body), Written(draft.body), bench)
    with tracing.span("write"):
        return await parts.writer.write(posting.write, made, key=draft.article_key)


async def _rendered(body: str) -> str:
    """Render here what is quick, for a thread would cost more; the rest must not hold up the loop."""
    if len(body) <= QUICK or is_plain(body):
        return render(body)
    return await run_in_threadpool(render, body)
