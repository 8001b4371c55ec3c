"""What the publisher says of a reader who is signed in on their site: a JSON Web Token (RFC 7519).

The token's header is what anybody may write, so it chooses nothing: HS256 is verified with the shared secret
alone, RS256 and EdDSA with keys of that kind from the key set alone; addresses and keys that a header names
are not looked at. A refusal says what is wrong with the token and never what would have been right.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt
from jwt import exceptions as wrong

from ..domain import content
from ..domain.errors import Invalid, Unauthenticated
from ..domain.roles import Role
from .keys import KeySet

TOKEN_LIMIT = 8192  # characters; ten times what the claims need
SUBJECT_LIMIT = 255  # characters, as in OpenID Connect
KEY_ID_LIMIT = 200
AUTHOR_OF_LIMIT = 200  # articles

# What each mistake is called, first that fits.
MISTAKES: Sequence[tuple[type[Exception], str]] = (
    (wrong.ExpiredSignatureError, "This sign-in has expired."),
    (wrong.ImmatureSignatureError, "This sign-in is not valid yet."),
    (wrong.InvalidAudienceError, "This sign-in is meant for another service (aud)."),
    (wrong.InvalidIssuerError, "This sign-in comes from another issuer (iss)."),
    (wrong.InvalidSubjectError, "The claim sub must be a text."),
    (wrong.InvalidSignatureError, "The signature of this sign-in is wrong."),
)
MALFORMED = "This is not a signed token that is understood here."


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens are believed. secret: for HS256; is_role_honoured: `role` and `author_of` count."""

    issuer: str
    audience: str
    leeway_s: int
    is_role_honoured: bool = False
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token. expires_s: seconds since 1970, the leeway included."""

    subject: str
    name: str
    expires_s: float
    role: Role = "reader"
    is_staff: bool = False
    author_of: frozenset[str] = frozenset()


async def verify(trust: Trust, keys: KeySet | None, token: str) -> Claims:
    """Return what a token says. Raises Unauthenticated with the mistake, or Away without any keys."""
    header = _header(token)
    algorithm = header["alg"]
    if algorithm == "HS256" and trust.secret is not None:
        key: Any = trust.secret
    elif algorithm in {"RS256", "EdDSA"} and keys is not None:
        key = await keys.find(header.get("kid"), algorithm)
    else:
        raise Unauthenticated("This sign-in is signed in a way that is not accepted here (alg).")
    return _claims(trust, _decoded(trust, token, key, algorithm))


def _header(token: str) -> Mapping[str, Any]:
    """Return the header of what might be a token. Raises Unauthenticated."""
    if len(token) > TOKEN_LIMIT:
        raise Unauthenticated(f"A token may have {TOKEN_LIMIT} characters; this one is longer.")
    try:
        header = jwt.get_unverified_header(token)
    except (wrong.PyJWTError, ValueError, TypeError, RecursionError):
        raise Unauthenticated(MALFORMED) from None
    key_id = header.get("kid", "")
    if not isinstance(key_id, str) or len(key_id) > KEY_ID_LIMIT or not isinstance(header.get("alg"), str):
        raise Unauthenticated(MALFORMED)
    if "crit" in header or "b64" in header:  # extensions: none is understood, so none may be critical
        raise Unauthenticated("This token asks for an extension that is not understood (crit).")
    return header


def _decoded(trust: Trust, token: str, key: Any, algorithm: str) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=trust.audience,
            issuer=trust.issuer,
            leeway=trust.leeway_s,
            options={"require": ["sub", "exp", "aud", "iss"]},
        )
    except wrong.MissingRequiredClaimError as error:
        raise Unauthenticated(f"The claim {error.claim} is missing.") from None
    except (wrong.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        said = next((sentence for kind, sentence in MISTAKES if isinstance(error, kind)), MALFORMED)
        raise Unauthenticated(said) from None


def _claims(trust: Trust, said: Mapping[str, Any]) -> Claims:
    subject, expires_s = said["sub"], float(said["exp"])
    if not 1 <= len(subject) <= SUBJECT_LIMIT or not subject.isprintable():
        raise Unauthenticated(f"The claim sub must be a text of 1 to {SUBJECT_LIMIT} characters.")
    if not math.isfinite(expires_s):
        raise Unauthenticated(MALFORMED)
    claims = Claims(subject, _name(said.get("name")), expires_s + trust.leeway_s)
    return _with_role(claims, said) if trust.is_role_honoured else claims


def _name(said: Any) -> str:
    if not isinstance(said, str):
        raise Unauthenticated("The claim name is missing, or is no text.")
    try:
        return content.checked_name(content.cut_name(said), field="name")
    except Invalid:
        raise Unauthenticated("The claim name cannot be shown.") from None


def _with_role(claims: Claims, said: Mapping[str, Any]) -> Claims:
    """Add what only a publisher who is trusted with it may say; nobody becomes admin this way."""
    role, articles = said.get("role"), said.get("author_of", ())
    if not isinstance(articles, list):
        articles = [articles] if isinstance(articles, str) else []
    return Claims(
        claims.subject,
        claims.name,
        claims.expires_s,
        role="moderator" if role in ("moderator", "admin") else "reader",
        is_staff=role == "staff",
        author_of=frozenset(each for each in articles[:AUTHOR_OF_LIMIT] if isinstance(each, str)),
    )
