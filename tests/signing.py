"""A publisher who signs readers in: keys, tokens good and forged, and the server of the key set."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

SECRET = "a secret that the paper and the comments share"
ISSUER, AUDIENCE = "https://paper.example", "comments"
RSA, OTHER_RSA, WEAK_RSA = (generate_private_key(65537, bits) for bits in (2048, 2048, 1024))
ED25519 = Ed25519PrivateKey.generate()

Private = RSAPrivateKey | Ed25519PrivateKey


def claims(**changed: Any) -> dict[str, Any]:
    """Return the claims of a good token; None takes one away."""
    now_s = int(time.time())
    said = {"sub": "reader-1", "name": "Ann Ferry", "iss": ISSUER, "aud": AUDIENCE, "exp": now_s + 600}
    return {name: value for name, value in (said | changed).items() if value is not None}


def signed(key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **changed: Any) -> str:
    """Sign a token; `changed` as in `claims`."""
    return jwt.encode(claims(**changed), key, algorithm, headers={"kid": kid} if kid else None)


def by_hand(header: dict[str, Any], said: dict[str, Any], signature: bytes = b"") -> str:
    """Write a token as an attacker does, who is not held back by any library."""
    return ".".join(map(encoded, (json.dumps(header).encode(), json.dumps(said).encode(), signature)))


def hmac_by(key: bytes, header: dict[str, Any], body: str) -> str:
    """Sign by HMAC with any bytes, which the library itself refuses to do with a public key."""
    head = f"{encoded(json.dumps(header).encode())}.{encoded(body.encode())}"
    return f"{head}.{encoded(hmac.digest(key, head.encode(), hashlib.sha256))}"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def listed(key: Private, kid: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a key as a key set lists it."""
    if isinstance(key, RSAPrivateKey):
        public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return public | ({"kid": kid} if kid else {}) | more


def key_set(*keys: dict[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


class KeyServer:
    """The publisher's server; `answer` is what it does with the next request."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Callable[[BaseHTTPRequestHandler], None] = gives(key_set())
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told.asked += 1
                told.answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def key_server() -> Iterator[KeyServer]:
    server = KeyServer()
    try:
        yield server
    finally:
        server.close()


def gives(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with this."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def drips(over: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer a byte at a time, for ever, so that no single byte comes late."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not over.wait(0.01):
            try:
                request.wfile.write(b" ")
            except OSError:
                return

    return answer
