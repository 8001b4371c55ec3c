"""A TLS proxy with the name of Google's host, for clients that have it written into them.

It shows a certificate of a throwaway CA, and passes on what comes, a request at a time.
"""

import asyncio
import datetime
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "commentanalyzer.googleapis.com"


def certify(folder: Path) -> tuple[Path, Path]:
    """Make a CA and a certificate of the host; return (what clients must trust, what the proxy shows)."""
    authority, authority_key = _signed("Throwaway CA", None)
    shown, key = _signed(HOST, (authority, authority_key))
    trusted, chain = folder / "ca.pem", folder / "chain.pem"
    pem = serialization.Encoding.PEM
    trusted.write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(private + shown.public_bytes(pem))
    return trusted, chain


def _signed(
    name: str, by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = (by[0].subject, by[1]) if by else (subject, key)
    now = datetime.datetime.now(datetime.UTC)
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if by:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(by[1].public_key())
        builder = builder.add_extension(identifier, critical=False)
    return builder.sign(signer, hashes.SHA256()), key


@contextmanager
def proxying(chain: Path, port: int) -> Iterator[int]:
    """Give the port of a TLS proxy in front of the service on `port`, for as long as the context lasts."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    found: Future[int] = Future()
    ended: Future[None] = Future()

    async def serve() -> None:
        server = await asyncio.start_server(lambda r, w: _relay(r, w, port), "127.0.0.1", 0, ssl=context)
        found.set_result(server.sockets[0].getsockname()[1])
        await asyncio.wrap_future(ended)
        server.close()

    thread = threading.Thread(target=asyncio.run, args=[serve()])
    thread.start()
    try:
        yield found.result(10)
    finally:
        ended.set_result(None)
        thread.join(10)


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    there, to_there = await asyncio.open_connection("127.0.0.1", port)
    back = asyncio.create_task(_pump(there, writer))
    try:
        while True:
            await _pass_on(reader, to_there)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        back.cancel()
        for each in (to_there, writer):
            each.close()
            with suppress(OSError):
                await each.wait_closed()


async def _pass_on(reader: asyncio.StreamReader, to_there: asyncio.StreamWriter) -> None:
    """Pass one request on, and say that it came over TLS."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    sizes = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
    body = await reader.readexactly(sizes[0]) if sizes else b""
    first, _, rest = head.partition(b"\r\n")
    to_there.write(first + b"\r\nX-Forwarded-Proto: https\r\n" + rest + body)
    await to_there.drain()


async def _pump(there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await there.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
