"""The publisher's keys: fetched, rotated, kept while their server is away, and not asked for too often."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import anyio
import pytest
from jwt.algorithms import RSAAlgorithm

from moderation.actions.fetching import fetch
from moderation.actions.keys import AGAIN_S, FRESH_S, KEPT_S, KeySet, read
from moderation.domain.errors import Away, Unauthenticated
from tests.conditions import eventually
from tests.signing import ED25519, OTHER_RSA, RSA, WEAK_RSA, KeyServer, gives, key_server, key_set, listed

pytestmark = pytest.mark.anyio


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Desk:
    """A key set with its server and its clock; `gone` counts how often a key had gone."""

    def __init__(self, server: KeyServer) -> None:
        self.server = server
        self.clock = Clock()
        self.gone = 0
        fetching = partial(fetch, server.url, allow_private=True)
        self.keys = KeySet(fetching, changed=self._lost, clock_s=self.clock)

    def _lost(self) -> None:
        self.gone += 1

    def lists(self, *keys: dict[str, Any]) -> None:
        self.server.answer = gives(key_set(*keys))

    async def knows(self, kid: str | None, algorithm: str = "RS256") -> bool:
        try:
            await self.keys.find(kid, algorithm)
        except Unauthenticated:
            return False
        return True


@pytest.fixture
def desk() -> Iterator[Desk]:
    with key_server() as server:
        yield Desk(server)


async def test_a_key_is_found_by_name_and_algorithm(desk: Desk) -> None:
    desk.lists(listed(RSA, "one"), listed(ED25519, "two"))
    found = await desk.keys.find("one", "RS256")
    assert found.key.public_numbers() == RSA.public_key().public_numbers()
    assert await desk.knows("two", "EdDSA")
    assert not await desk.knows("two", "RS256")  # an Ed25519 key verifies nothing else
    assert not await desk.knows("one", "EdDSA")
    assert desk.server.asked == 1


async def test_a_crowd_of_first_tokens_costs_one_request(desk: Desk) -> None:
    desk.lists(listed(RSA, "one"))
    async with anyio.create_task_group() as crowd:
        for _ in range(20):
            crowd.start_soon(desk.knows, "one")
    assert desk.server.asked == 1


async def test_a_new_key_is_fetched_when_a_token_names_it(desk: Desk) -> None:
    desk.lists(listed(RSA, "one"))
    assert await desk.knows("one")
    desk.lists(listed(RSA, "one"), listed(OTHER_RSA, "two"))
    assert not await desk.knows("two")  # just asked
    desk.clock.now_s += AGAIN_S
    assert await desk.knows("two")
    assert (desk.server.asked, desk.gone) == (2, 0)


async def test_invented_names_do_not_make_us_ask_more_often(desk: Desk) -> None:
    desk.lists(listed(RSA, "one"))
    for number in range(50):
        assert not await desk.knows(f"../../etc/{number}")
        desk.clock.now_s += AGAIN_S / 10
    assert desk.server.asked <= 6


async def test_a_key_that_has_gone_counts_no_more_and_ends_what_it_signed(desk: Desk) -> None:
    desk.lists(listed(RSA, "one"))
    assert await desk.knows("one")
    desk.lists(listed(OTHER_RSA, "two"))
    desk.clock.now_s += FRESH_S + 1
    assert await desk.knows("one")  # nobody waits while what is old is fetched anew
    await eventually(lambda: lost(desk, 1))
    assert not await desk.knows("one")
    assert await desk.knows("two")


async def test_while_the_server_is_away_the_last_good_set_goes_on_for_a_day(desk: Desk) -> None:
    desk.lists(listed(RSA, "one"))
    assert await desk.knows("one")
    for answer in (gives(b"", 500), gives(b"<html>"), gives(b'{"keys": []}'), gives(b"", 302, Location="/x")):
        desk.server.answer = answer
        desk.clock.now_s += FRESH_S + 1
        before = desk.server.asked
        assert await desk.knows("one")
        await eventually(lambda before=before: asked(desk, before + 1))  # type: ignore[misc]
        assert await desk.knows("one")
    desk.clock.now_s += KEPT_S
    with pytest.raises(Away):
        await desk.keys.find("one", "RS256")
    assert desk.gone == 1


async def test_without_any_set_the_sign_in_is_away_not_wrong_and_comes_back_by_itself(desk: Desk) -> None:
    desk.server.answer = gives(b"", 503)
    for _ in range(3):
        with pytest.raises(Away):
            await desk.keys.find("one", "RS256")
    assert desk.server.asked == 1
    desk.lists(listed(RSA, "one"))
    desk.clock.now_s += AGAIN_S
    assert await desk.knows("one")


async def test_a_token_that_names_no_key_means_the_only_one_there_is(desk: Desk) -> None:
    desk.lists(listed(RSA, "one"), listed(ED25519))
    assert await desk.knows(None, "RS256")
    assert await desk.knows(None, "EdDSA")
    desk.lists(listed(RSA, "one"), listed(OTHER_RSA, "two"))
    desk.clock.now_s += FRESH_S + 1
    assert await desk.knows("one")
    await eventually(lambda: lost(desk, 1))
    assert not await desk.knows(None, "RS256")


@pytest.mark.parametrize(
    "key",
    [
        listed(WEAK_RSA, "weak"),
        listed(RSA, "other use", use="enc"),
        listed(RSA, "other algorithm", alg="RS512"),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "symmetric", "alg": "HS256"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "RSA"},
        {"kty": ["RSA"]},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
    ],
)
async def test_a_key_that_is_weak_or_for_something_else_is_not_used(key: dict[str, Any]) -> None:
    good = listed(ED25519, "good")
    try:
        assert set(read(key_set(key, good))) == {("good", "EdDSA")}
    except Away:
        assert not isinstance(key["kty"], str)  # no key set at all
    with pytest.raises(Away):
        read(key_set(key))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"keys": 3}', b'{"keys": ["x"]}', b"[" * 5000, b"\xff"]
)
async def test_what_is_no_key_set_is_refused(body: bytes) -> None:
    with pytest.raises(Away):
        read(body)


async def test_a_private_key_that_was_published_by_mistake_is_read_as_a_public_one() -> None:
    leaked = RSAAlgorithm.to_jwk(RSA, as_dict=True) | {"kid": "leaked"}
    ((_, key),) = read(key_set(leaked)).items()
    assert not hasattr(key.key, "private_numbers")


async def lost(desk: Desk, times: int) -> bool:
    return desk.gone == times


async def asked(desk: Desk, times: int) -> bool:
    return desk.server.asked >= times
