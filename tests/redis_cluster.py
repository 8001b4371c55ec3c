"""A Redis Cluster of our own: three real servers, each in a folder of its own on free ports."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

from moderation.live.server import find_binary
from tests.conditions import until

SLOTS = 16384
NODES = 3
NOTICED_MS = 2000  # silence after which the others take a node for dead


class Node:
    """One server; may be started again after `kill`, and knows the others then."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self.port, self._bus_port = free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None
        self.client = redis.Redis(port=self.port, decode_responses=True)

    def start(self) -> None:
        """Start, and return when it answers."""
        flags = {
            "bind": "127.0.0.1",
            "port": self.port,
            "dir": self._folder,
            "appendonly": "yes",
            "save": "",
            "cluster-enabled": "yes",
            "cluster-port": self._bus_port,
            "cluster-node-timeout": NOTICED_MS,
            "cluster-require-full-coverage": "no",
        }
        command = [
            find_binary(),
            *(str(part) for name, value in flags.items() for part in (f"--{name}", value)),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def meet(self, other: "Node") -> None:
        """Make two nodes know each other."""
        self.client.execute_command("CLUSTER MEET", "127.0.0.1", other.port, other._bus_port)

    @property
    def name(self) -> str:
        """How the nodes call this one among themselves."""
        return str(self.client.execute_command("CLUSTER MYID"))

    def is_whole(self) -> bool:
        """Tell whether this node finds all slots served, by all nodes."""
        said = self.client.cluster("INFO")
        found = (said["cluster_state"], int(said["cluster_slots_ok"]), int(said["cluster_known_nodes"]))
        return found == ("ok", SLOTS, NODES)


class Cluster:
    """Three nodes that share the slots."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes)

    def holder(self, key: str) -> Node:
        """Return the node that holds a key."""
        slot = self.slot(key)
        slots = self.nodes[0].client.execute_command("CLUSTER SLOTS")
        port = next(owner[1] for first, last, owner in slots if first <= slot <= last)
        return next(node for node in self.nodes if node.port == port)

    def slot(self, key: str) -> int:
        """Return the slot of a key."""
        return int(self.nodes[0].client.cluster("KEYSLOT", key))

    def await_whole(self) -> None:
        """Wait until every node finds the cluster whole."""
        for node in self.nodes:
            until(node.is_whole, within_s=30)


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """Run a cluster; whatever a test did to it, its processes end."""
    with ExitStack() as stack:
        nodes = [Node(folder / f"node-{number}") for number in range(NODES)]
        for number, node in enumerate(nodes):
            stack.callback(node.client.close)
            stack.callback(node.kill)
            node.start()
            first, last = SLOTS * number // NODES, SLOTS * (number + 1) // NODES - 1
            node.client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
            if number:
                nodes[0].meet(node)
        made = Cluster(nodes)
        made.await_whole()
        yield made


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
