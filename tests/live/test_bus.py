"""Pokes arrive, and whoever missed some is told to look again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import anyio
import pytest
import redis

from moderation.live import bus as bus_module
from moderation.live.bus import RESYNC, Bus, Poke
from moderation.live.client import connect, connect_async
from moderation.live.keys import BUS_CHANNEL
from moderation.live.server import EmbeddedServer
from tests.conditions import until

pytestmark = pytest.mark.anyio


def pings(client: redis.Redis) -> int:
    return int(client.info("commandstats").get("cmdstat_ping", {}).get("calls", 0))


async def heard(listener: AsyncIterator[Poke]) -> Poke:
    with anyio.fail_after(10):
        return await anext(listener)


async def test_a_listener_is_told_to_look_and_then_of_each_change(url: str) -> None:
    bus = Bus(url)
    listener = bus.listen()
    assert await heard(listener) is RESYNC
    assert bus.publish("news/1 ü", 7)
    assert await heard(listener) == Poke("news/1 ü", 7)
    await listener.aclose()
    bus.close()


async def test_words_of_another_version_are_passed_over(url: str) -> None:
    bus = Bus(url)
    listener = bus.listen()
    assert await heard(listener) is RESYNC
    with connect(url) as client:
        for text in ("", "[]", "{", '{"article": "a"}', '{"article": "a", "version": "x"}'):
            client.publish(BUS_CHANNEL, text)
    bus.publish("a", 1)
    assert await heard(listener) == Poke("a", 1)
    await listener.aclose()
    bus.close()


async def test_after_the_server_was_killed_a_listener_is_told_to_look_again(
    own_server: EmbeddedServer,
) -> None:
    bus = Bus(own_server.url)
    listener = bus.listen()
    assert await heard(listener) is RESYNC
    assert own_server.pid is not None
    os.kill(own_server.pid, signal.SIGKILL)
    assert await heard(listener) is RESYNC
    assert bus.publish("a", 2)
    assert await heard(listener) == Poke("a", 2)
    await listener.aclose()
    bus.close()


async def test_a_hung_server_is_noticed(own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = own_server.pid
    assert pid is not None

    def connect_and_wake(url: str) -> redis.asyncio.Redis:
        os.kill(pid, signal.SIGCONT)
        return connect_async(url)

    bus = Bus(own_server.url)
    monkeypatch.setattr(bus_module, "BEAT_S", 0.1)
    listener = bus.listen()
    assert await heard(listener) is RESYNC
    monkeypatch.setattr(bus_module, "connect_async", connect_and_wake)
    os.kill(pid, signal.SIGSTOP)
    assert await heard(listener) is RESYNC
    await listener.aclose()
    bus.close()


async def test_a_silent_server_that_lives_is_left_alone(
    own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_module, "BEAT_S", 0.02)
    bus = Bus(own_server.url)
    listener = bus.listen()
    assert await heard(listener) is RESYNC
    poke = asyncio.ensure_future(anext(listener))
    with connect(own_server.url) as client:
        await asyncio.to_thread(until, lambda: pings(client) >= 5)
    bus.publish("a", 1)
    assert await poke == Poke("a", 1)
    await listener.aclose()
    bus.close()


def test_publishing_to_nobody_is_not_an_error() -> None:
    bus = Bus("unix:///nowhere/redis.sock")
    assert bus.publish("a", 1) is False
    bus.close()
