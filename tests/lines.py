"""Raw connections to a service: what no well-behaved client would say, or leave unread."""

import re
import socket

from moderation.web.stream import BEAT_S
from tests.service import API, Service

PATIENCE_S = BEAT_S + 45  # longer than the service's own


def line(service: Service, said: bytes = b"", *, is_small: bool = False) -> socket.socket:
    """Connect and say something. is_small: the system takes a few kilobytes that nobody reads, no more."""
    port = int(service.url.rsplit(":", 1)[1])
    opened = socket.socket()
    opened.settimeout(PATIENCE_S)
    if is_small:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    try:
        opened.connect(("127.0.0.1", port))
        opened.sendall(said)
    except BaseException:
        opened.close()
        raise
    return opened


def get(path: str, *headers: str) -> bytes:
    """Return a request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: comments.example", *headers, "", ""]).encode()


def half_a_post(article: str) -> bytes:
    """Return a post of which the larger part never comes."""
    head = f"POST {API}/articles/{article}/comments HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"
    return head.encode() + b'{"body": "I was'


def rest(opened: socket.socket) -> bytes:
    """Return all that comes until the other side closes, or resets."""
    heard = b""
    try:
        while piece := opened.recv(65536):
            heard += piece
    except ConnectionError:
        pass
    return heard


def hear(opened: socket.socket, wanted: bytes) -> bytes:
    """Return what comes up to something that is waited for. Raises AssertionError if it never does."""
    heard = b""
    while wanted not in heard:
        piece = opened.recv(65536)
        assert piece, heard
        heard += piece
    return heard


def measure(service: Service, name: str) -> float:
    """Return a figure of the service."""
    with line(service, get("/metrics", "Connection: close")) as asked:
        shown = rest(asked).decode()
    found = re.search(rf"^{re.escape(name)} (\S+)$", shown, re.MULTILINE)
    return float(found.group(1)) if found else 0.0
