"""A solved challenge counts for its article, with our key, until its end."""

import base64
import json
from datetime import UTC, datetime, timedelta

from altcha import v1

from moderation.actions.proof import solved

KEY = "a key of ours"


def proof(article: str, *, key: str = KEY, lasts: timedelta = timedelta(minutes=5)) -> str:
    until = datetime.now(UTC) + lasts
    made = v1.create_challenge(
        v1.ChallengeOptions(hmac_key=key, number=7, expires=until, params={"article": article})
    )
    said = {"algorithm": made.algorithm, "challenge": made.challenge, "number": 7, "salt": made.salt}
    return base64.b64encode(json.dumps(said | {"signature": made.signature}).encode()).decode()


def test_what_was_solved_in_time_counts() -> None:
    assert solved(proof("one"), "one", KEY) is not None


def test_what_is_over_of_another_article_or_of_another_key_does_not() -> None:
    assert solved(proof("one", lasts=timedelta(seconds=-1)), "one", KEY) is None
    assert solved(proof("two"), "one", KEY) is None
    assert solved(proof("one", key="another"), "one", KEY) is None
