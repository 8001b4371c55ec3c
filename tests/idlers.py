"""Thousands of connections that say nothing, or only listen; each that the service closes is opened again."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.service import Service

OF_ONE_ADDRESS = 100  # of the loopback network; the service lets one have so many streams and more


class Idlers:
    """Holds the connections in a thread of its own."""

    def __init__(self, service: Service, count: int, said: bytes) -> None:
        self._place = ("127.0.0.1", int(service.url.rsplit(":", 1)[1]))
        self._count = count
        self._said = said
        self._selector = selectors.DefaultSelector()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._hold)
        self.opened = 0  # also again

    def start(self) -> None:
        """Open all of them."""
        for number in range(self._count):
            self._open(number)
        self._thread.start()

    def stop(self) -> None:
        """Close all of them."""
        self._is_over.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            self._close(key.fileobj)
        self._selector.close()

    def _hold(self) -> None:
        while not self._is_over.is_set():
            for key, _ in self._selector.select(timeout=0.1):
                line = key.fileobj
                assert isinstance(line, socket.socket)
                try:
                    is_open = line.recv(65536) != b""
                except ConnectionError:
                    is_open = False
                if not is_open:
                    self._close(line)
                    self._open(key.data)

    def _open(self, number: int) -> None:
        line = socket.socket()
        line.bind((f"127.0.1.{number // OF_ONE_ADDRESS + 1}", 0))
        line.connect(self._place)
        line.sendall(self._said)
        self._selector.register(line, selectors.EVENT_READ, number)
        self.opened += 1

    def _close(self, line: object) -> None:
        assert isinstance(line, socket.socket)
        self._selector.unregister(line)
        line.close()


@contextmanager
def idling(service: Service, count: int, said: bytes = b"") -> Iterator[Idlers]:
    """Hold connections for as long as the context lasts."""
    idlers = Idlers(service, count, said)
    idlers.start()
    try:
        yield idlers
    finally:
        idlers.stop()
