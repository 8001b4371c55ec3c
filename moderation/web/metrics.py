"""What can be measured, for Prometheus. One registry a process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

REQUESTS = Counter(
    "firstword_http_requests_total", "Requests by route and status.", ["route", "status"], registry=REGISTRY
)
DURATION = Histogram(
    "firstword_http_request_seconds",
    "Time to answer, by route.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
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
WRITABLE = Gauge(
    "firstword_database_writable", "1 when the last transaction was made durable.", registry=REGISTRY
)
WRITER_DEPTH = Gauge("firstword_writer_waiting", "Acts that wait for the writer.", registry=REGISTRY)
OUTBOX = Gauge("firstword_outbox_unsent", "Committed events that were not sent yet.", registry=REGISTRY)
STREAMS = Gauge("firstword_streams", "Open event streams.", registry=REGISTRY)
QUEUE_READY = Gauge("firstword_queue_ready", "1 when the review queue in Redis is whole.", registry=REGISTRY)
MODEL = Gauge("firstword_model", "1 for the champion that answers.", ["model"], registry=REGISTRY)
