"""Every class of forged token, really signed where signing is what makes it dangerous."""

import json
import time
from functools import partial
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from moderation.actions.keys import KeySet
from moderation.actions.sso import TOKEN_LIMIT, Claims, Trust, verify
from moderation.domain.errors import Unauthenticated
from tests.signing import (
    AUDIENCE,
    ED25519,
    ISSUER,
    OTHER_RSA,
    RSA,
    SECRET,
    by_hand,
    claims,
    encoded,
    hmac_by,
    key_set,
    listed,
    signed,
)

pytestmark = pytest.mark.anyio

TRUST = Trust(ISSUER, AUDIENCE, 30, secret=SECRET)
NOW_S = int(time.time())
PEM = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def keys() -> KeySet:
    return KeySet(partial(key_set, listed(RSA, "rsa"), listed(ED25519, "ed")))


async def believed(token: str, trust: Trust = TRUST) -> Claims:
    return await verify(trust, keys(), token)


async def refused(token: str, trust: Trust = TRUST) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        await believed(token, trust)
    for secret in (SECRET, ISSUER, AUDIENCE):
        assert secret not in refusal.value.detail
    return refusal.value.detail


@pytest.mark.parametrize(
    "token",
    [signed(), signed(RSA, "RS256", "rsa"), signed(ED25519, "EdDSA", "ed"), signed(RSA, "RS256")],
    ids=["HS256", "RS256", "EdDSA", "RS256 without a name"],
)
async def test_what_the_publisher_signed_is_believed(token: str) -> None:
    found = await believed(token)
    assert (found.subject, found.name, found.role) == ("reader-1", "Ann Ferry", "reader")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
async def test_a_token_without_a_signature_is_refused(algorithm: str) -> None:
    assert "alg" in await refused(by_hand({"alg": algorithm, "typ": "JWT"}, claims()))


@pytest.mark.parametrize(
    "key", [PEM, PEM.strip(), json.dumps(listed(RSA)).encode()], ids=["PEM", "line", "JWK"]
)
async def test_a_public_key_is_no_secret(key: bytes) -> None:
    """The confusion of HS256 and RS256: signed by HMAC with what everybody may read."""
    forged = hmac_by(key, {"alg": "HS256", "kid": "rsa"}, json.dumps(claims()))
    await refused(forged)
    assert "alg" in await refused(forged, Trust(ISSUER, AUDIENCE, 30))  # no secret: HS256 is not spoken


@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "RS384", "RS512", "PS256"])
async def test_another_algorithm_is_refused_however_well_it_is_signed(algorithm: str) -> None:
    key = SECRET * 2 if algorithm.startswith("HS") else RSA
    assert "alg" in await refused(signed(key, algorithm, "rsa"))


async def test_keys_and_addresses_in_the_header_are_not_looked_at() -> None:
    for more in ({"jwk": listed(OTHER_RSA)}, {"jku": "http://127.0.0.1/keys"}, {"x5u": "http://127.0.0.1/"}):
        forged = jwt.encode(claims(), OTHER_RSA, "RS256", headers={"kid": "rsa", **more})
        assert "signature" in await refused(forged)


@pytest.mark.parametrize("kid", ["../../dev/null", "rsa\0", "' OR 1=1 --", "rsa/../ed", "RSA", ""])
async def test_a_name_of_a_key_is_a_name_and_no_path(kid: str) -> None:
    assert "key that is known" in await refused(jwt.encode(claims(), RSA, "RS256", headers={"kid": kid}))


@pytest.mark.parametrize("kid", [7, None, ["rsa"], {"a": 1}, "x" * 201])
async def test_a_name_of_a_key_that_is_no_name_is_refused(kid: Any) -> None:
    await refused(by_hand({"alg": "RS256", "kid": kid}, claims(), b"signature"))


async def test_an_extension_that_is_not_understood_is_refused() -> None:
    for more in ({"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"b64": True}):
        forged = hmac_by(SECRET.encode(), {"alg": "HS256", **more}, json.dumps(claims()))
        await refused(forged)


async def test_a_signature_of_something_else_is_refused() -> None:
    head, body, signature = signed().split(".")
    other = by_hand({}, claims(sub="somebody-else")).split(".")[1]
    assert "signature" in await refused(f"{head}.{other}.{signature}")
    assert "signature" in await refused(signed("another secret that is as long as ours is"))
    assert "signature" in await refused(signed(OTHER_RSA, "RS256", "rsa"))
    await refused(f"{head}.{body}.")
    await refused(f"{head}.{body}")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"exp": NOW_S - 60}, "expired"),
        ({"exp": 0}, "expired"),
        ({"exp": -(10**18)}, "expired"),
        ({"nbf": NOW_S + 600}, "not valid yet"),
        ({"iat": NOW_S + 600}, "not valid yet"),
        ({"aud": "another service"}, "aud"),
        ({"aud": ["another", "third"]}, "aud"),
        ({"aud": []}, "aud"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": ISSUER + "/"}, "iss"),
        ({"sub": None}, "sub"),
        ({"exp": None}, "exp"),
        ({"aud": None}, "aud"),
        ({"iss": None}, "iss"),
        ({"name": None}, "name"),
        ({"sub": ""}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"sub": "line\nline"}, "sub"),
        ({"name": ""}, "name"),
        ({"name": "\u200b\u202e"}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": ["Ann"]}, "name"),
    ],
)
async def test_a_claim_that_is_wrong_or_missing_is_named(changed: dict[str, Any], said: str) -> None:
    assert said in await refused(signed(**changed))


@pytest.mark.parametrize(
    "changed",
    [{"sub": 7}, {"exp": "soon"}, {"exp": [1]}, {"exp": {"a": 1}}, {"iss": 7}, {"nbf": "x"}, {"aud": 7}],
)
async def test_a_claim_of_the_wrong_kind_is_refused(changed: dict[str, Any]) -> None:
    await refused(hmac_by(SECRET.encode(), {"alg": "HS256"}, json.dumps(claims(**changed))))


@pytest.mark.parametrize(
    "body", ["[1]", '"text"', "7", "null", "[" * 3000, '{"exp": 1e999}', '{"exp": NaN}', "{"]
)
async def test_what_is_signed_and_is_no_set_of_claims_is_refused(body: str) -> None:
    await refused(hmac_by(SECRET.encode(), {"alg": "HS256"}, body))


@pytest.mark.parametrize("value", ["1e999", "NaN", "-1e999"])
async def test_a_time_that_is_no_number_of_seconds_is_refused(value: str) -> None:
    said = json.dumps(claims() | {"exp": "TIME"}).replace('"TIME"', value)
    await refused(hmac_by(SECRET.encode(), {"alg": "HS256"}, said))


@pytest.mark.parametrize(
    "token",
    [
        *(
            "x",
            "a.b.c",
            "..",
            "....",
            "🙂.🙂.🙂",
            " ",
            "eyJ.eyJ.eyJ",
            "a" * 100,
            "e30.e30.e30",
            "bnVsbA.e30.",
        ),
        encoded(b"[" * 3000) + ".e30.x",
        encoded(b'{"alg":["HS256"]}') + ".e30.x",
        encoded(b'{"alg":"HS256","alg":"none"}') + ".e30.x",
        "\udc80.\udc80.\udc80",
    ],
)
async def test_what_is_no_token_is_refused(token: str) -> None:
    await refused(token)


async def test_a_huge_token_is_refused_unread() -> None:
    assert str(TOKEN_LIMIT) in await refused(signed(padding="x" * TOKEN_LIMIT))


async def test_clocks_may_differ_by_the_leeway_and_no_more() -> None:
    assert (await believed(signed(exp=int(time.time()) - 20))).subject == "reader-1"
    assert (await believed(signed(nbf=int(time.time()) + 20))).subject == "reader-1"
    await refused(signed(exp=int(time.time()) - 20), Trust(ISSUER, AUDIENCE, 0, secret=SECRET))


async def test_one_of_several_audiences_is_enough() -> None:
    assert (await believed(signed(aud=["another", AUDIENCE]))).subject == "reader-1"


@pytest.mark.parametrize("role", ["moderator", "admin", "staff", "owner", "", 7, ["admin"], {"admin": True}])
async def test_a_role_counts_only_where_a_setting_allows_it(role: Any) -> None:
    found = await believed(signed(role=role, author_of=["an-article"]))
    assert (found.role, found.is_staff, found.author_of) == ("reader", False, frozenset())


async def test_a_role_is_never_more_than_moderator() -> None:
    trust = Trust(ISSUER, AUDIENCE, 30, is_role_honoured=True, secret=SECRET)
    roles = {role: (await believed(signed(role=role), trust)).role for role in ("moderator", "admin", "root")}
    assert roles == {"moderator": "moderator", "admin": "moderator", "root": "reader"}
    writer = await believed(signed(role="staff", author_of=["one", "two", 3]), trust)
    assert (writer.role, writer.is_staff, writer.author_of) == ("reader", True, {"one", "two"})
    assert (await believed(signed(author_of="one"), trust)).author_of == {"one"}
    assert (await believed(signed(author_of={"one": 1}), trust)).author_of == frozenset()


async def test_a_long_name_is_cut_and_one_that_turns_the_writing_around_is_mended() -> None:
    assert len((await believed(signed(name="Ann " * 50))).name) <= 60
    assert (await believed(signed(name="\u202eAnn\u2066 Ferry"))).name == "Ann Ferry"
