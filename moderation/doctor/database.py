"""SQL: does it answer, keep what it acknowledges, have our schema, tell the time as we do."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from ..settings import Settings
from ..store import migrations, outbox
from ..store.db import READERS, open_database
from .findings import Finding, ok, problem, unless_found, warning

OLDEST_POSTGRESQL = 13
DRIFT_S, BROKEN_S = 1.0, 5.0  # the relay's lease lasts 5 s by the clocks of those who want it
LATE_S = 60.0
CONNECTIONS = 10 + READERS  # of one process at most, see store/db

# Settings of PostgreSQL without which a comment that was acknowledged can be lost.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def answers(settings: Settings) -> Iterator[Finding]:
    """Look whether the database can be used."""
    if settings.is_embedded_database:
        yield from _file_answers(settings)
        return
    try:
        with reading(settings) as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
        yield ok("database", f"PostgreSQL {version} answers.")
    except SQLAlchemyError as error:
        says = f"{_shown(settings)} does not answer: {_said(error)}"
        yield problem("database", says, "Start it, or correct FIRSTWORD_DATABASE_URL.")


def server_is_fit(settings: Settings) -> Iterator[Finding]:
    """Look whether the server takes writes, keeps them over a power cut, and has room for us."""
    if settings.is_embedded_database:
        return
    with reading(settings) as connection:
        rows = connection.execute(text("SELECT name, setting FROM pg_settings"))
        shown = {row.name: row.setting for row in rows}
        is_standby = connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
    writes = _writes(shown, is_standby=is_standby)
    found = [*_version(shown), *writes, *_durable(shown), *_room(shown, settings.workers)]
    yield from unless_found(found, "server", "It takes writes and keeps them over a power cut.")


def is_migrated(settings: Settings) -> Iterator[Finding]:
    """Compare the schema with the newest that this version knows."""
    found = schema(settings)
    if found == migrations.NEWEST:
        yield ok("schema", f"{found}, the newest.")
    elif found is not None and found > migrations.NEWEST:
        says = f"The database has schema {found}, this version knows {migrations.NEWEST}."
        yield problem("schema", says, "Install the newer Firstword that wrote it.")
    elif settings.is_embedded_database:
        yield ok("schema", f"{found or 'none yet'}; the next start brings it to {migrations.NEWEST}.")
    else:
        says = f"{found or 'No schema'} instead of {migrations.NEWEST}: the service will not start."
        yield problem("schema", says, "firstword migrate")


def events_are_carried(settings: Settings) -> Iterator[Finding]:
    """Look whether anybody carries committed events on."""
    if schema(settings) != migrations.NEWEST:
        return
    with reading(settings) as connection:
        number, oldest_at_ms = outbox.backlog(connection)
    late_s = time.time() - oldest_at_ms / 1000 if oldest_at_ms else 0.0
    if late_s > LATE_S:
        says = f"{number} events wait, the oldest for {late_s:.0f} s: nobody carries them to the queue."
        yield warning("relay", says, "Start the service or `firstword worker`; if one runs, read its log.")
    else:
        yield ok("relay", f"{number} events wait to be carried on.")


def clock_agrees(settings: Settings) -> Iterator[Finding]:
    """Compare the database server's clock with ours; a file has none."""
    if settings.is_embedded_database:
        return
    try:
        with reading(settings) as connection:
            asked_s = time.time()
            said = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
            yield drift("The database's clock", float(said), asked_s, time.time())
    except SQLAlchemyError:
        return  # `answers` has told of it


def drift(whose: str, said_s: float, asked_s: float, answered_s: float) -> Finding:
    """Judge a clock that was read between two looks at ours."""
    apart_s = max(asked_s - said_s, said_s - answered_s, 0.0)
    says = f"{whose} and ours are {apart_s:.1f} s apart."
    do = "Let both machines keep time (systemd-timesyncd, chrony)."
    if apart_s > BROKEN_S:
        return problem("clock", says, do)
    return warning("clock", says, do) if apart_s > DRIFT_S else ok("clock", says)


def _version(shown: Mapping[str, str]) -> Iterator[Finding]:
    if int(shown["server_version_num"]) < OLDEST_POSTGRESQL * 10_000:
        do = f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer; 15 is tested."
        yield problem("server", f"PostgreSQL {shown['server_version']} is too old.", do)
    if shown["server_encoding"] != "UTF8":
        do = "Make the database anew with ENCODING 'UTF8'."
        yield problem("server", f"Its encoding is {shown['server_encoding']}.", do)


def _writes(shown: Mapping[str, str], *, is_standby: bool) -> Iterator[Finding]:
    if is_standby:
        do = "Let FIRSTWORD_DATABASE_URL name the primary."
        yield problem("server", "This server is a stand-by and takes no writes.", do)
    elif shown["transaction_read_only"] == "on":
        do = "Set default_transaction_read_only to off."
        yield problem("server", "This server takes no writes.", do)


def _durable(shown: Mapping[str, str]) -> Iterator[Finding]:
    for name in DURABLE:
        if shown[name] == "off":
            do = f"Set {name} to on: acknowledged comments are lost in a power cut."
            yield problem("server", f"{name} is off.", do)


def _room(shown: Mapping[str, str], workers: int) -> Iterator[Finding]:
    wanted = workers * CONNECTIONS + 10
    if wanted > int(shown["max_connections"]):
        says = f"max_connections is {shown['max_connections']}; {workers} web processes may ask for {wanted}."
        yield warning("server", says, f"Set max_connections to {wanted}.")


def _file_answers(settings: Settings) -> Iterator[Finding]:
    file = _file(settings)
    if not file.exists():
        yield ok("database", f"{file} is made at the first start.")
        return
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            [(verdict,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict == "ok":
        yield ok("database", f"{file} is whole.")
    else:
        do = "Stop the service, keep the file, and restore the last backup (docs/operations.md)."
        yield problem("database", f"{file} is damaged: {verdict}", do)


def schema(settings: Settings) -> str | None:
    """Return the schema; None also where there is no database yet."""
    if settings.is_embedded_database and not _file(settings).exists():
        return None
    with reading(settings) as connection:
        return migrations.schema(connection)


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """Give a connection that changes nothing, not even a file's pragmas."""
    engine = _engine(settings)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(settings: Settings) -> Engine:
    if not settings.is_embedded_database:
        return open_database(settings.database_url, settings.data_dir).reading
    where = _file(settings).resolve().as_uri()
    return create_engine(f"sqlite+pysqlite:///{where}?mode=ro&uri=true")


def _file(settings: Settings) -> Path:
    named = make_url(settings.database_url).database if settings.database_url else None
    return Path(named) if named else settings.data_dir / "firstword.db"


def _shown(settings: Settings) -> str:
    return make_url(settings.database_url or "").render_as_string(hide_password=True)


def _said(error: SQLAlchemyError) -> str:
    """Return the driver's first line, which names host and reason but no password."""
    return str(getattr(error, "orig", error)).partition("\n")[0]
