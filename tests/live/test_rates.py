"""Rates hold across processes, and go on holding while Redis is away."""

import os
import signal
import time
from collections.abc import AsyncIterator

import anyio
import pytest
import redis

from moderation.domain.errors import Invalid
from moderation.live import rates as rates_module
from moderation.live.client import connect
from moderation.live.rates import Rates, address_block, parse_rate
from moderation.live.server import EmbeddedServer
from tests.conditions import eventually

pytestmark = pytest.mark.anyio


@pytest.fixture
async def rates(url: str, client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rates]:
    assert list(client.scan_iter()) == []
    monkeypatch.setattr(rates_module, "ANSWER_S", 5.0)  # a busy test machine is not a hung Redis
    rates = Rates(url)
    yield rates
    await rates.aclose()


@pytest.fixture
async def lonely(own_server: EmbeddedServer) -> AsyncIterator[Rates]:
    rates = Rates(own_server.url)
    yield rates
    await rates.aclose()


async def hits(rates: Rates, times: int, *, rate: str = "3/minute", key: str = "reader") -> list[int]:
    return [await rates.hit(rate, scope="post", key=key) for _ in range(times)]


async def test_more_than_the_rate_waits_for_the_window(rates: Rates) -> None:
    assert await hits(rates, 5) == [0, 0, 0, 60, 60]
    assert await hits(rates, 1, key="someone else") == [0]
    assert await rates.hit("3/minute", scope="preview", key="reader") == 0


async def test_two_processes_share_the_count(rates: Rates, url: str) -> None:
    other = Rates(url)
    assert await hits(rates, 2) == [0, 0]
    assert await hits(other, 3) == [0, 60, 60]
    await other.aclose()


async def test_a_clock_that_was_set_back_locks_nobody_out(
    rates: Rates, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await hits(rates, 4) == [0, 0, 0, 60]
    other, present = Rates(url), time.time
    monkeypatch.setattr(time, "time", lambda: present() - 3600)
    assert await hits(rates, 1) == [60]
    assert await hits(other, 4) == [0, 0, 0, 60]
    await other.aclose()


async def test_after_the_seconds_named_the_next_one_passes(rates: Rates) -> None:
    assert await hits(rates, 3, rate="2/second") == [0, 0, 1]
    refused_at = time.monotonic()

    async def passes() -> bool:
        return await rates.hit("2/second", scope="post", key="reader") == 0

    await eventually(passes)
    assert time.monotonic() - refused_at <= 1.1


async def passed_at_once(rates: Rates) -> int:
    answers: list[int] = []

    async def one() -> None:
        answers.append(await rates.hit("10/minute", scope="post", key="reader"))

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(one)
    assert len(answers) == 50
    return answers.count(0)


async def test_at_once_is_not_more_than_the_rate(rates: Rates) -> None:
    assert await passed_at_once(rates) == 10


async def test_at_once_without_redis_is_not_more_than_the_rate() -> None:
    rates = Rates("unix:///nowhere/redis.sock")
    assert await passed_at_once(rates) == 10
    await rates.aclose()


async def test_off_counts_nothing(rates: Rates, client: redis.Redis) -> None:
    assert await hits(rates, 20, rate="off") == [0] * 20
    assert list(client.scan_iter()) == []


@pytest.mark.parametrize("rate", ["", "ten a minute", "10", "0/minute", "-1/minute"])
async def test_a_rate_that_is_none_is_refused(rates: Rates, rate: str) -> None:
    with pytest.raises(Invalid):
        await rates.hit(rate, scope="post", key="reader")
    assert parse_rate(" OFF ") is None


async def test_nobody_gets_a_second_allowance_when_redis_dies(
    lonely: Rates, own_server: EmbeddedServer
) -> None:
    assert await hits(lonely, 2) == [0, 0]
    own_server.stop()
    assert await hits(lonely, 3) == [0, 60, 60]


async def test_a_hung_redis_does_not_slow_every_post(
    lonely: Rates, own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates_module, "OPEN_S", 60.0)
    assert await hits(lonely, 2) == [0, 0]
    assert own_server.pid is not None
    os.kill(own_server.pid, signal.SIGSTOP)
    began = time.monotonic()
    assert await hits(lonely, 20) == [0] + [60] * 19
    assert await hits(lonely, 4, key="newcomer") == [0, 0, 0, 60]
    assert time.monotonic() - began < 1.0
    os.kill(own_server.pid, signal.SIGCONT)


async def test_counting_goes_back_to_redis_once_it_answers(
    lonely: Rates, own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates_module, "OPEN_S", 0.05)
    assert own_server.pid is not None
    os.kill(own_server.pid, signal.SIGKILL)
    with connect(own_server.url) as client:

        async def is_counted_in_redis() -> bool:
            assert await lonely.hit("1000/minute", scope="post", key="reader") == 0
            try:
                return client.dbsize() > 0
            except redis.RedisError:
                return False

        await eventually(is_counted_in_redis)


async def test_the_local_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates_module, "MAX_WINDOWS", 3)
    rates = Rates("unix:///nowhere/redis.sock")
    for key in "abcd":
        assert await hits(rates, 1, rate="1/minute", key=key) == [0]
    assert await hits(rates, 1, rate="1/minute", key="d") == [60]
    assert await hits(rates, 1, rate="1/minute", key="a") == [0]
    await rates.aclose()


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "unknown"),
        ("", "unknown"),
        ("192.0.2.7:80", "unknown"),
        ("1.2.3", "unknown"),
    ],
)
def test_an_address_stands_for_its_block(address: str, block: str) -> None:
    assert address_block(address) == block
