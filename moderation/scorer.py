"""Serve the Perspective API's protocol alone: a scorer for another product's comments.

Where a database is set or lies in the data dir, its tokens are the keys, its promoted model answers and
suggestions are kept there. Where there is none, nothing is stored at all: keys come from a setting, or,
on this machine alone, nobody is asked for one.
"""

import asyncio
import hmac
import ipaddress
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models import artifact
from models.classifier import Classifier

from . import logs
from .actions import api_keys, language, measures
from .actions.parts import now_ms
from .actions.programs import Programs
from .actions.scoring import Scoring
from .app import known_hosts, opened
from .domain.errors import Away, Refused, Unauthenticated
from .domain.roles import Person
from .listening import Server, listen, options
from .live.rates import Rates
from .settings import Settings
from .tasks import CHAMPION_EVERY_S, USED_EVERY_S
from .web.errors import HANDLERS
from .web.guard import Guard
from .web.identity import is_loopback
from .web.json import JsonResponse
from .web.ops import healthz
from .web.perspective.app import Perspective

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Alone:
    """All that stands behind the protocol here."""

    programs: Programs


def serve(settings: Settings) -> None:
    """Serve until stopped. Raises Refused when a part cannot start."""
    logs.configure()
    listener = listen(settings)
    config = uvicorn.Config(build(settings), lifespan="off", **options(settings))

    async def run() -> None:
        async with _running(settings) as programs:
            config.app.state.parts = Alone(programs)  # type: ignore[union-attr]  # build() gave it
            await Server(config, announce=lambda port: _announce(settings, programs, port)).serve([listener])

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(run())


def build(settings: Settings) -> Starlette:
    """Make the application: the protocol, and what machines ask of a service."""
    is_secure = (settings.public_url or "").startswith("https:")
    guard = Middleware(Guard, is_secure=is_secure)
    return Starlette(
        routes=[Route("/healthz", healthz), Route("/readyz", _readyz), Route("/metrics", _metrics)],
        middleware=[guard, *known_hosts(settings), Middleware(Perspective)],
        exception_handlers=HANDLERS,
    )


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[Programs]:
    async with AsyncExitStack() as stack:
        rates = Rates(settings.redis_url)
        stack.push_async_callback(rates.aclose)
        language.load()
        if settings.scorer_keys or not _has_database(settings):
            model = artifact.load(settings.model or artifact.shipped())
            yield Programs(lambda: model, _keys_of_setting(settings), rates, settings.score_rate, None)
            return
        database, writer = stack.enter_context(opened(settings))
        scoring = Scoring(database, settings.model)
        scoring.refresh()
        known = api_keys.Keys(api_keys.in_database(database, now_ms))
        programs = Programs(lambda: scoring.classifier, known, rates, settings.score_rate, writer)
        for work, every_s in ((scoring.refresh, CHAMPION_EVERY_S), (programs.keep_used, USED_EVERY_S)):
            task = asyncio.create_task(_again_and_again(work, every_s))
            stack.push_async_callback(_ended, task)
        yield programs


def _has_database(settings: Settings) -> bool:
    return settings.database_url is not None or (settings.data_dir / "firstword.db").exists()


def _keys_of_setting(settings: Settings) -> api_keys.Keys | None:
    """Return the keys of the setting; None: everybody may ask. Raises Refused where that is not us alone."""
    if settings.scorer_keys:
        return api_keys.Keys(_among(settings.scorer_keys))
    try:
        is_here = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        is_here = settings.host == "localhost"
    if not is_here:
        raise Refused(
            f"Without keys, {settings.host} would score for everybody: set FIRSTWORD_SCORER_KEYS, or make a "
            "token with `firstword token create --role scorer`."
        )
    return None


def _among(secrets: Sequence[str]) -> api_keys.Find:
    def find(secret: str) -> api_keys.Key:
        for number, known in enumerate(secrets, 1):
            if hmac.compare_digest(known.encode(), secret.encode("utf-8", "replace")):
                return api_keys.Key(Person(f"key {number}", "scorer", f"key {number}"))
        raise Unauthenticated(api_keys.UNKNOWN)

    return find


async def _again_and_again(work: Callable[[], Any], every_s: float) -> None:
    while True:
        try:
            await asyncio.sleep(every_s)
        finally:  # once more when it ends
            try:
                await run_in_threadpool(work)
            except Exception as error:  # the model in memory goes on; counts wait for the next time
                log.error("database_away", error=type(error).__name__)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _readyz(request: Request) -> Response:
    """Answer 200 when texts can be scored."""
    try:
        model: Classifier = request.app.state.parts.programs.model()
    except Away as refusal:
        return JsonResponse({"status": "unavailable", "parts": {"model": refusal.detail}}, 503)
    return JsonResponse({"status": "ok", "parts": {"model": model.model_id}})


async def _metrics(request: Request) -> Response:
    if not is_loopback(request):
        return JsonResponse({"detail": "Asked from this machine only."}, 403)
    return Response(generate_latest(measures.counted()), media_type=CONTENT_TYPE_LATEST)


def _announce(settings: Settings, programs: Programs, port: int) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    asked = "nobody is asked for a key" if programs.keys is None else "with a key"
    kept = "nothing is kept" if programs.writer is None else "suggestions are kept"
    sys.stdout.write(f"\n  Perspective API   http://{host}:{port}/v1alpha1   ({asked}, {kept})\n\n")
    sys.stdout.flush()
