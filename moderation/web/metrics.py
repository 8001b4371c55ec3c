"""What HTTP alone knows of itself, for Prometheus; the rest is in `actions/measures`."""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

from ..actions.measures import REGISTRY, REQUEST

REQUESTS = Counter(
    "firstword_http_requests_total",
    "Requests by method, route and status.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
DURATION = Histogram(
    "firstword_http_request_seconds",
    "Time to answer, by method and route; streams, which do not end, are left out.",
    ["method", "route"],
    buckets=REQUEST,
    registry=REGISTRY,
)
POSTED = Counter(
    "firstword_comments_posted_total",
    "Comments taken, by the status they got.",
    ["status"],
    registry=REGISTRY,
)
DECIDED = Counter(
    "firstword_decisions_total", "Decisions of moderators, by action.", ["action"], registry=REGISTRY
)
CONNECTIONS = Gauge(
    "firstword_connections", "Open connections of clients.", multiprocess_mode="livesum", registry=REGISTRY
)
DROPPED = Counter(
    "firstword_connections_dropped_total",
    "Connections ended: silent ones for newcomers, too_many, answers left unread, malformed requests.",
    ["why"],
    registry=REGISTRY,
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@lru_cache(maxsize=4096)
def answers(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return what counts and what times answers of one kind; finding them again costs a tenth."""
    method = method if method in METHODS else "other"  # thirty could be named, a histogram each
    return REQUESTS.labels(method, route, status), DURATION.labels(method, route)
