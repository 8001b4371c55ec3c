"""The table of keys is the truth about what lies in Redis."""

import re

import pytest
import redis

from moderation.live import keys
from moderation.live.queue import Queue, Waiting
from moderation.live.rates import Rates


def row_of(name: str) -> keys.Key:
    def matches(row: keys.Key) -> bool:
        pattern = re.sub(r"<(\w+)>", ".+", row.pattern.replace("{", r"\{").replace("}", r"\}"))
        return re.fullmatch(pattern, name) is not None

    return next(row for row in keys.TABLE if matches(row))


@pytest.mark.anyio
async def test_every_key_we_write_is_in_the_table(url: str, client: redis.Redis) -> None:
    queue, rates = Queue(client), Rates(url)
    queue.push([Waiting(f"c{n}", lane, n, n) for n, lane in enumerate(keys.LANES * 2)])
    queue.claim(limit=7, lanes=keys.LANES, holder="mia")
    queue.set_epoch("one")
    await rates.hit("3/minute", scope="post", key="reader")
    await rates.aclose()
    found = list(client.scan_iter())
    assert {row_of(name).pattern for name in found} == {
        row.pattern for row in keys.TABLE if row.kind != "channel"
    }
    for name in found:
        assert client.type(name) == row_of(name).kind
        assert (client.ttl(name) > 0) == (row_of(name).lives != "for ever")


def test_all_keys_of_a_site_share_a_hash_tag() -> None:
    assert {re.findall(r"\{(.*?)\}", name)[0] for name in keys.of_queue("blog")} == {"fw:blog"}


def test_a_site_with_a_brace_would_move_the_tag_and_is_refused() -> None:
    with pytest.raises(ValueError, match="braces"):
        keys.of_queue("a}b")
