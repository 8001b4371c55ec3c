"""What is fetched from a named address, and everything that is not."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from moderation.actions.fetching import LIMIT, fetch, is_public
from moderation.domain.errors import Away
from tests.signing import RSA, KeyServer, drips, gives, key_server

PRIVATE = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
]


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with key_server() as server:
        yield server


def refused(url: str, **how: float | bool) -> str:
    with pytest.raises(Away) as refusal:
        fetch(url, **how)  # type: ignore[arg-type]
    return refusal.value.detail


def test_a_document_is_fetched(server: KeyServer) -> None:
    server.answer = gives(b"here it is")
    assert fetch(server.url, allow_private=True) == b"here it is"


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_is_a_public_one(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_nothing_inside_is_asked_however_its_address_is_written(server: KeyServer, host: str) -> None:
    port = server.url.rpartition(":")[2]
    refused(f"https://{host}:{port}")
    assert server.asked == 0


def test_a_redirect_is_not_followed(server: KeyServer) -> None:
    server.answer = gives(b"", 302, Location=f"{server.url}/elsewhere")
    assert "answered 302" in refused(server.url, allow_private=True)
    assert server.asked == 1


def test_a_giant_is_not_read_to_its_end(server: KeyServer) -> None:
    server.answer = gives(b"x" * (LIMIT + 1))
    assert f"more than {LIMIT} bytes" in refused(server.url, allow_private=True)


def test_a_server_that_drips_is_cut_off(server: KeyServer) -> None:
    over = threading.Event()
    server.answer = drips(over)
    assert "did not answer" in refused(server.url, allow_private=True, within_s=0.3)
    over.set()


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert "did not answer" in refused(url, allow_private=True, within_s=0.3)


def test_what_is_no_http_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as strange:

        def speak() -> None:
            connection, _ = strange.accept()
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.close()

        threading.Thread(target=speak, daemon=True).start()
        assert "could not be read" in refused(
            f"http://127.0.0.1:{strange.getsockname()[1]}/", allow_private=True
        )


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://127.0.0.1/", "file:///etc/passwd", "https://", "https://a:b@127.0.0.1/", "gopher://x/"),
        *("https://127.0.0.1:99999/", "https://[::1/", "https://no-such-host.invalid/"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    refused(url, allow_private=True)


def test_plain_http_is_for_loopback_alone() -> None:
    assert "not an https address" in refused("http://10.255.255.1/", allow_private=True)
    assert "leads into a private network" in refused("http://127.0.0.1/")


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server with TLS for `localhost`, and the certificate that it signed itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(RSA.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(RSA, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = RSA.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, encryption_algorithm=serialization.NoEncryption()
    )
    certificate = tmp_path / "localhost.pem"
    certificate.write_bytes(made.public_bytes(pem) + key)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            gives(b"over TLS")(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f":{server.server_port}/", certificate
    server.shutdown()
    server.server_close()


def test_tls_needs_a_certificate_that_is_trusted_and_of_that_name(
    secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rest, certificate = secure
    assert "no certificate that is trusted" in refused(f"https://localhost{rest}", allow_private=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetch(f"https://localhost{rest}", allow_private=True) == b"over TLS"
    assert "no certificate that is trusted" in refused(f"https://127.0.0.1{rest}", allow_private=True)
