"""Build the service: the one place where everything is connected. Nothing connects on import."""

import functools
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from .actions import api_keys, language, measures, tracing
from .actions.fetching import fetch
from .actions.follow import Follow
from .actions.pages import Pages
from .actions.parts import Parts, now_ms
from .actions.probe import Probe
from .actions.programs import Programs
from .actions.publish import ensure_demo, ensure_site
from .actions.relay import Relay
from .actions.retention import Kept
from .actions.scoring import Scoring
from .actions.sessions import Signing
from .actions.signed import SignedIn
from .actions.waits import Waits
from .archive.moving import finish
from .domain.errors import Away
from .domain.events import Event
from .live.bus import Bus
from .live.client import connect, reaching
from .live.folder import FolderLock
from .live.queue import Queue
from .live.rates import Rates
from .live.server import EmbeddedServer
from .mail import post_of, post_office
from .settings import Settings, data_folder, secret_key
from .store.db import Database, open_database
from .store.migrations import is_current, upgrade
from .store.writer import Writer
from .tasks import start_tasks
from .telemetry import traces
from .web.comments import render_page
from .web.errors import HANDLERS
from .web.guard import Guard, KnownHosts
from .web.hot import EXPOSED, Hot
from .web.identity import Origins
from .web.perspective.app import Perspective
from .web.routes import routes

TAKEN = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "Last-Event-ID",
    "Traceparent",
    "X-Proof",
    "X-Request-ID",
)
SITES = 1000  # queues at hand; a moderator may ask for sites that do not exist

log = structlog.get_logger()


def build(settings: Settings) -> Starlette:
    """Make the web application; it connects when its lifespan begins."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(settings) as parts:
            app.state.parts = parts
            yield

    origins = Origins(settings.public_url.rstrip("/") if settings.public_url else None)
    middleware = [
        Middleware(
            Hot,
            origins=settings.allowed_origins,
            hosts=settings.allowed_hosts,
            is_secure=origins.is_secure,
        ),
        Middleware(Guard, is_secure=origins.is_secure),
        *known_hosts(settings),
        Middleware(Perspective),  # asked by pages of any origin, so in front of what holds origins apart
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=TAKEN,
            expose_headers=EXPOSED,
        ),
    ]
    app = Starlette(routes=routes(), middleware=middleware, exception_handlers=HANDLERS, lifespan=lifespan)
    app.state.origins = origins
    return app


def known_hosts(settings: Settings) -> list[Middleware]:
    """Return what refuses other host names than those that are set, if any is."""
    names = list(settings.allowed_hosts)
    return [Middleware(KnownHosts, allowed_hosts=names)] if names else []


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Database, Writer]]:
    """Open database and writer for a command: migrated if embedded, without anything else."""
    database = open_ready_database(settings)
    writer = Writer(database.writing, clock_ms=now_ms)
    writer.start()
    try:
        ensure_site(writer, "main", "Firstword", made_by="installation")
        yield database, writer
    finally:
        writer.stop()
        database.close()


def open_ready_database(settings: Settings) -> Database:
    """Open the database; migrate it if it is embedded. Raises Away if it is not at the newest schema."""
    finish(settings)
    database = open_database(settings.database_url, data_folder(settings))
    try:
        if database.is_sqlite:
            upgrade(database.writing)
        elif not is_current(database.reading):
            raise Away("The database is not at the newest schema: run `firstword migrate` first.")
    except SQLAlchemyError as error:
        raise Away(f"The database cannot be used: {str(error).splitlines()[0]}") from error
    return database


@contextmanager
def redis_of(settings: Settings) -> Iterator[str]:
    """Give the address of Redis; the embedded server runs as long as the context does."""
    if settings.redis_url:
        yield settings.redis_url
        return
    server = EmbeddedServer(data_folder(settings) / "redis")
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def queue_at_hand(settings: Settings) -> Iterator[Queue]:
    """Give the main site's queue to a command: of the service that runs, else of a server started for it."""
    url = settings.redis_url or EmbeddedServer(data_folder(settings) / "redis").url
    with ExitStack() as stack:
        try:
            redis = stack.enter_context(closing(connect(url)))
            with reaching():
                redis.ping()
        except Away:
            if settings.redis_url:
                raise
            redis = stack.enter_context(closing(connect(stack.enter_context(redis_of(settings)))))
        yield Queue(redis, "main")


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Parts]:
    """Run everything behind the web: database, writer, Redis, relay, streams, champion."""
    async with AsyncExitStack() as stack:
        sync = stack.enter_context(ExitStack())
        sync.enter_context(traces(settings))
        finish(settings)
        if settings.is_embedded_database:  # one web process writes a SQLite file, whatever Redis it has
            lock = FolderLock(data_folder(settings) / "service.lock")
            lock.take()
            sync.callback(lock.drop)
        redis_url = sync.enter_context(redis_of(settings))
        database = open_ready_database(settings)
        sync.callback(database.close)
        redis = connect(redis_url)
        sync.callback(redis.close)
        relay_pokes: list[Relay] = []

        def committed(events: Sequence[Event]) -> None:
            changed = {event.article_id: event.version for event in events if event.version is not None}
            for article_id, version in changed.items():
                pages.tell(article_id, version)
            follow.poke(changed)
            for relay in relay_pokes:
                relay.poke()

        scoring = Scoring(database, settings.model)
        render = functools.partial(render_page, lambda site_id: scoring.bench(site_id).brakes)
        pages, follow = Pages(database, render), Follow(database)
        writer = Writer(
            database.writing,
            clock_ms=now_ms,
            committed=committed,
            measured=measures.written,
            origin=tracing.origin,
            around=tracing.group,
        )
        writer.start()
        sync.callback(writer.stop)
        ensure_site(writer, "main", "Firstword", made_by="installation")
        ensure_demo(writer)
        rates = Rates(redis_url)
        stack.push_async_callback(rates.aclose)
        bus = Bus(redis_url)
        sync.callback(bus.close)
        scoring = Scoring(database, settings.model)
        programs = Programs(
            champion=lambda: scoring.classifier,
            keys=api_keys.Keys(api_keys.in_database(database, now_ms)),
            rates=rates,
            rate=settings.score_rate,
            writer=writer,
        )
        parts = Parts(
            database=database,
            writer=writer,
            probe=Probe(writer),
            queue_of=functools.lru_cache(SITES)(lambda site_id: Queue(redis, site_id)),
            bus=bus,
            rates=rates,
            scoring=scoring,
            pages=pages,
            follow=follow,
            signing=Signing(secret_key(settings)),
            signed_in=_signed_in(settings, database, writer, scoring),
            post_rate=settings.post_rate,
            storm_rate=settings.storm_rate,
            post=post_of(settings),
            kept=Kept(settings.address_days, settings.refused_days),
            waits=Waits(database),
            programs=programs,
        )
        language.load()
        parts.scoring.refresh()
        relay = Relay(parts)
        relay_pokes.append(relay)
        relay.start()
        sync.callback(relay.stop)
        sync.enter_context(post_office(parts))
        await start_tasks(stack, parts)
        # What was made until now stays: the collector need not walk half a million objects again and again.
        gc.collect()
        gc.freeze()
        yield parts


def _signed_in(settings: Settings, database: Database, writer: Writer, scoring: Scoring) -> SignedIn:
    """Make what believes the publisher's tokens, or nobody's where no sign-in is set up."""
    if not settings.sso_issuer or not settings.sso_audience:
        return SignedIn(database, writer, scoring.bench)
    from .actions.sso import Trust  # noqa: PLC0415 - cryptography takes a tenth of a second

    secret, address = settings.sso_secret, settings.sso_jwks_url
    believed = Trust(
        settings.sso_issuer,
        settings.sso_audience,
        settings.sso_leeway,
        is_role_honoured=settings.sso_roles,
        secret=secret.get_secret_value() if secret else None,
    )
    fetch_keys = (
        functools.partial(fetch, address, allow_private=settings.sso_allow_private) if address else None
    )
    return SignedIn(database, writer, scoring.bench, believed, fetch_keys)
