"""Send spans to a collector, if one is named: OTLP over HTTP, in the background.

`FIRSTWORD_TRACES_URL` turns it on; the rest (sampling, headers, attributes of the resource) is read by
the library from OpenTelemetry's own variables (`OTEL_TRACES_SAMPLER`, …). A collector that is away
costs spans, never an answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from .actions import tracing
from .domain.errors import Invalid
from .settings import Settings
from .web.routes import VERSION

EXPORT_S = 2.0  # a stop waits for the last spans this long, and has 5 s for everything


@contextmanager
def traces(settings: Settings) -> Iterator[None]:
    """Make spans while the context lasts. Raises Invalid where the extra is not installed."""
    if settings.traces_url is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise Invalid("FIRSTWORD_TRACES_URL needs an extra: pip install 'firstword[otel]'.") from None
    resource = Resource.create({"service.name": "firstword", "service.version": VERSION})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{settings.traces_url}/v1/traces", timeout=EXPORT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, export_timeout_millis=EXPORT_S * 1000))
    tracing.begin(provider.get_tracer("firstword", VERSION))
    try:
        yield
    finally:
        tracing.begin(None)
        provider.shutdown()
