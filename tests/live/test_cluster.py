"""What a cluster adds: several nodes, slots that move, a node that dies or hangs."""

import signal
import threading

import pytest

from moderation.domain.errors import Away, Invalid
from moderation.live import keys
from moderation.live.client import connect
from moderation.live.cluster import Address, is_cluster, parse
from moderation.live.queue import Queue, Waiting
from tests.conditions import until
from tests.redis_cluster import Cluster, Node

SITES = ("main", "news", "blog", "letters")


def waiting(number: int) -> Waiting:
    return Waiting(f"c{number}", "doubtful", number, number)


def members(queue: Queue) -> set[str]:
    return {each for some in queue.members() for each in some}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis+cluster://one,two:7001", Address((("one", 6379), ("two", 7001)), None, None, False)),
        ("redis+cluster://[::1]:7000/", Address((("::1", 7000),), None, None, False)),
        (
            "rediss+cluster://fw:p%40ss@one:1,two:2",
            Address((("one", 1), ("two", 2)), "fw", "p@ss", True),
        ),
        ("redis+cluster://:secret@one", Address((("one", 6379),), None, "secret", False)),
    ],
)
def test_a_url_names_nodes_login_and_encryption(url: str, address: Address) -> None:
    assert is_cluster(url)
    assert parse(url) == address


@pytest.mark.parametrize("hosts", ["", "one,", "one:port", "one/2", "one:99999"])
def test_a_url_that_names_no_node_is_refused(hosts: str) -> None:
    with pytest.raises(Invalid, match="redis\\+cluster://host:port,host:port"):
        parse(f"redis+cluster://{hosts}")


def test_sites_lie_on_different_nodes_and_each_queue_on_one(shared_cluster: Cluster) -> None:
    with connect(shared_cluster.url) as client:
        client.flushall()
        queues = {site: Queue(client, site) for site in SITES}
        for queue in queues.values():
            queue.push([waiting(1)])
        run_ids = {site: queue.run_id() for site, queue in queues.items()}
        assert [len(queue.claim(limit=2, holder="mia")) for queue in queues.values()] == [1] * len(SITES)
    holders = {site: shared_cluster.holder(keys.lane_of(site)) for site in SITES}
    assert len(set(holders.values())) > 1
    assert run_ids == {site: node.client.info("server")["run_id"] for site, node in holders.items()}


def test_a_cluster_that_is_away_is_noticed_with_the_first_command_and_found_when_it_comes(
    own_cluster: Cluster,
) -> None:
    for node in own_cluster.nodes:
        node.kill()
    with connect(own_cluster.url) as client:
        queue = Queue(client)
        with pytest.raises(Away):
            queue.epoch()
        for node in own_cluster.nodes:
            node.start()
        own_cluster.await_whole()
        assert queue.push([waiting(1)]) == 1


def test_a_node_that_dies_takes_its_queue_along_until_it_returns_with_another_run_id(
    own_cluster: Cluster,
) -> None:
    holder = own_cluster.holder(keys.lane_of("main"))
    with connect(own_cluster.url) as client:
        queue = Queue(client)
        queue.push([waiting(1)])
        before = queue.run_id()
        holder.kill()
        with pytest.raises(Away):
            queue.epoch()
        holder.start()
        own_cluster.await_whole()
        assert queue.run_id() != before
        assert members(queue) == {"c1"}


def test_a_node_that_hangs_is_away_and_the_others_go_on(shared_cluster: Cluster) -> None:
    holders = {site: shared_cluster.holder(keys.lane_of(site)) for site in SITES}
    hung = holders["main"]
    others = [site for site, holder in holders.items() if holder is not hung]
    with connect(shared_cluster.url) as client:
        queues = {site: Queue(client, site) for site in SITES}
        assert [queue.epoch() for queue in queues.values()]
        hung.signal(signal.SIGSTOP)
        try:
            with pytest.raises(Away):
                queues["main"].epoch()
            assert [queues[site].run_id() for site in others]
        finally:
            hung.signal(signal.SIGCONT)
        shared_cluster.await_whole()
        assert queues["main"].run_id()


def test_a_queue_moves_to_another_node_while_comments_are_pushed_and_none_is_lost(
    own_cluster: Cluster,
) -> None:
    is_over = threading.Event()
    pushed: list[str] = []

    def push_on(queue: Queue) -> None:
        for number in range(100_000):
            queue.push([waiting(number)])
            pushed.append(f"c{number}")
            if is_over.is_set():
                return

    with connect(own_cluster.url) as client:
        queue = Queue(client)
        before = queue.run_id()
        thread = threading.Thread(target=push_on, args=(queue,))
        thread.start()
        until(lambda: len(pushed) > 100)
        move(own_cluster, keys.lane_of("main"))
        moved_at = len(pushed)
        until(lambda: len(pushed) > moved_at + 100)
        is_over.set()
        thread.join()
        assert members(queue) == set(pushed)
        assert queue.run_id() != before


def move(cluster: Cluster, key: str) -> None:
    """Give the slot of a key to another node, with all that lies in it, as a resharding does."""
    slot, giver = cluster.slot(key), cluster.holder(key)
    taker = next(node for node in cluster.nodes if node is not giver)
    setslot(taker, slot, "IMPORTING", giver)
    setslot(giver, slot, "MIGRATING", taker)
    while found := giver.client.execute_command("CLUSTER GETKEYSINSLOT", slot, 100):
        giver.client.execute_command("MIGRATE", "127.0.0.1", taker.port, "", 0, 5000, "KEYS", *found)
    for node in (taker, giver, *cluster.nodes):
        setslot(node, slot, "NODE", taker)


def setslot(node: Node, slot: int, state: str, other: Node) -> None:
    """Tell a node what becomes of a slot."""
    node.client.execute_command("CLUSTER SETSLOT", slot, state, other.name)
