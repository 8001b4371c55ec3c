"""Fetch a small document from an address that the operator named, and be led nowhere else.

The name is resolved once, every address it has must be a public one, and the connection goes to the address
that was looked at, so no second answer of the name server counts. TLS with the name's certificate; no
redirect, no proxy of the environment, no compressed body. Blocks: for a thread.
"""

import ipaddress
import socket
import ssl
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from ..domain.errors import Away

LIMIT = 256 * 1024  # bytes
WITHIN_S = 5.0  # for all of it: a server that drips is as good as none

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def fetch(url: str, *, allow_private: bool = False, within_s: float = WITHIN_S) -> bytes:
    """Return what a URL gives. Raises Away, with the reason and nothing of what was answered.

    allow_private: take it from loopback and private networks too, and from loopback without TLS.
    """
    try:
        asked = urlsplit(url)
    except ValueError:
        raise Away("This is not an https address.") from None
    try:
        address = _address(asked, allow_private=allow_private)
        with closing(_connection(asked, address, within_s)) as connection:
            return _read(connection, asked, within_s)
    except TimeoutError:
        raise _away(asked, f"did not answer within {within_s:g} s") from None
    except ssl.SSLError as error:
        raise _away(asked, f"has no certificate that is trusted ({error.reason})") from None
    except (OSError, HTTPException, ValueError) as error:
        raise _away(asked, f"could not be read ({type(error).__name__})") from None


def _address(asked: SplitResult, *, allow_private: bool) -> Address:
    """Resolve a name once. Raises Away for one that leads, by any of its addresses, where it must not."""
    if asked.scheme not in {"http", "https"} or not asked.hostname or asked.username is not None:
        raise _away(asked, "is not an https address")
    port = asked.port or (443 if asked.scheme == "https" else 80)
    found = socket.getaddrinfo(asked.hostname, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for address in addresses:
        if not allow_private and not is_public(address):
            raise _away(asked, "leads into a private network")
        if asked.scheme == "http" and not (allow_private and address.is_loopback):
            raise _away(asked, "is not an https address")
    return addresses[0]


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the internet, also by what is wrapped in it."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if wrapped or address in _TRANSLATED:
            return is_public(wrapped or ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return address.is_global and not address.is_multicast


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # NAT64: the last 32 bits are the address that is reached


class _Pinned(HTTPSConnection):
    """TLS with a name, over a connection to an address."""

    def __init__(self, name: str, address: Address, port: int, within_s: float) -> None:
        super().__init__(name, port, timeout=within_s)
        self._address = address
        self._trusting = ssl.create_default_context()

    def connect(self) -> None:
        """Connect to the address that was looked at, whatever the name means by now."""
        plain = socket.create_connection((str(self._address), self.port), self.timeout)
        self.sock = self._trusting.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock.do_handshake()  # now that it can be cut off


def _connection(asked: SplitResult, address: Address, within_s: float) -> HTTPConnection:
    if asked.scheme == "https":
        return _Pinned(asked.hostname or "", address, asked.port or 443, within_s)
    return HTTPConnection(str(address), asked.port or 80, timeout=within_s)


def _read(connection: HTTPConnection, asked: SplitResult, within_s: float) -> bytes:
    is_over = threading.Event()
    held: list[socket.socket | None] = []  # an answer that ends with its connection takes that along

    def cut() -> None:
        is_over.set()
        for each in (connection.sock, *held):
            with suppress(OSError):
                if each:
                    each.shutdown(socket.SHUT_RDWR)

    clock = threading.Timer(within_s, cut)  # a time-out of the socket begins anew with each byte
    clock.daemon = True
    clock.start()
    try:
        connection.connect()
        held.append(connection.sock)
        body = _answered(connection, asked)
    except (OSError, HTTPException, AttributeError):  # the last: TLS that was cut off amid its handshake
        if is_over.is_set():
            raise TimeoutError from None
        raise
    finally:
        clock.cancel()
    if is_over.is_set():
        raise TimeoutError
    if len(body) > LIMIT:
        raise _away(asked, f"gave more than {LIMIT} bytes")
    return body


def _answered(connection: HTTPConnection, asked: SplitResult) -> bytes:
    headers = {"Host": asked.netloc, "Accept": "application/json", "Accept-Encoding": "identity"}
    connection.request(
        "GET", (asked.path or "/") + (f"?{asked.query}" if asked.query else ""), headers=headers
    )
    with connection.getresponse() as answer:
        if answer.status != 200:
            raise _away(asked, f"answered {answer.status}")
        return answer.read(LIMIT + 1)


def _away(asked: SplitResult, reason: str) -> Away:
    return Away(f"The address at {asked.hostname or 'no host'} {reason}.", retry_after_s=10)
