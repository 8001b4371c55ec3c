"""Ask for a proof of work while a storm is on: cheap for a browser, dear for whoever posts by the thousand.

ALTCHA's first protocol, by its library: a challenge is signed, bound to an article and over after TTL_S, so
nothing is stored for it; what was solved is spent once. A storm is more posts of strangers on a site than the
rate allows; those within it pass as ever. Programs with a token and staff are not asked.
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from altcha import v1

from ..domain.errors import Unproven
from .drafts import Draft
from .parts import Parts

TTL_S = 600
MOST = 40_000  # hashes at worst, half of that on average: under two seconds of a phone
SPENT = f"1 per {TTL_S} seconds"


async def ask_in_storm(parts: Parts, draft: Draft) -> None:
    """Let a draft pass, or raise Unproven with a challenge. Where posts are not counted there is no storm."""
    if parts.post_rate == "off" or (draft.reader is not None and not draft.reader.is_stranger):
        return
    if not parts.rates.hit_here(parts.storm_rate, scope="storm", key=draft.site_id):
        return
    article = _article(draft)
    key = _key(parts)
    done = solved(draft.proof, article, key) if draft.proof else None
    if done is None or await parts.rates.hit(SPENT, scope="proof", key=done):
        raise Unproven("Many comments are coming in at once. Please try again.", challenge=_new(article, key))


def solved(proof: str, article: str, key: str) -> str | None:
    """Return the challenge that was solved; None: nothing of ours, of another article, or over."""
    try:
        said = json.loads(base64.b64decode(proof, validate=True))
        names = ("algorithm", "challenge", "number", "salt", "signature")
        texts = {name: said[name] for name in names if isinstance(said[name], str | int)}
        payload = v1.Payload(**texts)
        is_right, _ = v1.verify_solution(payload, key, check_expires=True)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError):
        return None
    params = v1.extract_params(payload.to_dict()) if is_right else {}
    return payload.challenge if params.get("article") == [article] else None


def _new(article: str, key: str) -> dict[str, Any]:
    until = datetime.now(UTC) + timedelta(seconds=TTL_S)
    made = v1.create_challenge(
        v1.ChallengeOptions(max_number=MOST, hmac_key=key, expires=until, params={"article": article})
    )
    found: dict[str, Any] = made.to_dict()
    return found


def _article(draft: Draft) -> str:
    named = f"{draft.site_id}\0{draft.article_key}".encode()
    return hashlib.blake2b(named, digest_size=12).hexdigest()


def _key(parts: Parts) -> str:
    return hmac.digest(parts.signing.secret_key.encode(), b"proof of work", "sha256").hex()
