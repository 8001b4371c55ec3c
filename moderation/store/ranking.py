"""Pages by what readers made of comments: most likes first, or most replies."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, literal, tuple_

from .comments import WITH_ARTICLE
from .tables import comment

Ranking = Literal["top", "discussed"]
NUMBERS = {"top": comment.c.like_count, "discussed": comment.c.reply_count}


def listed(
    connection: Connection,
    article_id: str,
    *,
    by: Ranking,
    after: tuple[int, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return one page of an article's top-level comments, most likes or replies first, `limit` + 1.

    after: (number, id) of the last one shown. Numbers change meanwhile, so one may come twice or not at all.
    """
    place = tuple_(NUMBERS[by], comment.c.id)
    wanted = WITH_ARTICLE.where(
        comment.c.article_id == article_id, comment.c.parent_id.is_(None), comment.c.is_listed.is_(True)
    )
    if after:
        number, last_id = after
        wanted = wanted.where(place < tuple_(literal(number), literal(last_id, comment.c.id.type)))
    wanted = wanted.order_by(NUMBERS[by].desc(), comment.c.id.desc()).limit(limit + 1)
    return connection.execute(wanted).all()
