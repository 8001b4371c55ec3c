"""What stands before the service: proxies, host names, origins, rates."""

from collections.abc import Iterator
from ipaddress import ip_network
from urllib.parse import urlsplit

from ..settings import Settings
from .findings import Finding, ok, problem, unless_found, warning

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def proxies_are_named(settings: Settings) -> Iterator[Finding]:
    """Look whose X-Forwarded-* is believed."""
    found = []
    if "*" in settings.trusted_proxies:
        do = "Name the proxy's address: else anybody chooses the address that rates are counted by."
        found.append(problem("proxy", "FIRSTWORD_TRUSTED_PROXIES is *.", do))
    for name in settings.trusted_proxies:
        if name != "*" and not _is_network(name):
            says = f"FIRSTWORD_TRUSTED_PROXIES names {name}, which is no address or network."
            found.append(problem("proxy", says, "Write it as 172.20.0.2 or 172.20.0.0/16."))
    if _is_public(settings) and not settings.trusted_proxies:
        says = "FIRSTWORD_PUBLIC_URL is set and FIRSTWORD_TRUSTED_PROXIES is not."
        do = "Name the proxy's address, else all readers share one address and one posting rate."
        found.append(warning("proxy", says, do))
    yield from unless_found(found, "proxy", "X-Forwarded-* is believed of those who are named.")


def address_is_answered(settings: Settings) -> Iterator[Finding]:
    """Look whether the address that readers know is one that is answered, and safe to use."""
    found = []
    url = urlsplit(settings.public_url or "")
    if settings.public_url and (url.scheme not in {"http", "https"} or not url.hostname):
        do = "Write it as https://comments.example.org."
        found.append(problem("address", f"FIRSTWORD_PUBLIC_URL is {settings.public_url}.", do))
    elif _is_public(settings) and url.scheme != "https":
        do = "Let the proxy speak TLS; sessions can be read on the way until then."
        found.append(warning("address", "FIRSTWORD_PUBLIC_URL is not https.", do))
    if settings.allowed_hosts and url.hostname and not _is_allowed(url.hostname, settings.allowed_hosts):
        do = f"Add {url.hostname}: readers are refused."
        found.append(problem("address", "FIRSTWORD_ALLOWED_HOSTS lacks the public address.", do))
    if settings.host not in LOOPBACK and not settings.allowed_hosts:
        says = f"{settings.host} is listened on and any host name is answered."
        found.append(warning("address", says, "Set FIRSTWORD_ALLOWED_HOSTS to the names you use."))
    yield from unless_found(
        found, "address", settings.public_url or f"http://{settings.host}:{settings.port}"
    )


def origins_are_origins(settings: Settings) -> Iterator[Finding]:
    """Look at the sites that may embed the widget."""
    found = []
    for origin in settings.allowed_origins:
        url = urlsplit(origin)
        if origin == "*":
            do = "List the sites: any page can show your comments and post as its readers."
            found.append(warning("origins", "FIRSTWORD_ALLOWED_ORIGINS is *.", do))
        elif url.scheme not in {"http", "https"} or not url.netloc or url.path or url.query:
            says = f"FIRSTWORD_ALLOWED_ORIGINS names {origin}, which no browser will ever say."
            found.append(problem("origins", says, "Write scheme and host alone: https://paper.example."))
    yield from unless_found(found, "origins", f"{len(settings.allowed_origins)} other sites may embed.")


def posts_are_limited(settings: Settings) -> Iterator[Finding]:
    """Look whether anything stops a machine that posts."""
    if settings.post_rate == "off":
        do = "Unset FIRSTWORD_POST_RATE, or set something like 10/minute."
        yield warning("rates", "Posts are not limited.", do)
    else:
        yield ok("rates", f"{settings.post_rate} per reader and per address block.")


def _is_public(settings: Settings) -> bool:
    return bool(settings.public_url) and urlsplit(settings.public_url or "").hostname not in LOOPBACK


def _is_allowed(host: str, patterns: tuple[str, ...]) -> bool:
    return any(
        pattern in {"*", host} or (pattern.startswith("*.") and host.endswith(pattern[1:]))
        for pattern in patterns
    )


def _is_network(name: str) -> bool:
    try:
        ip_network(name, strict=False)
    except ValueError:
        return False
    return True
