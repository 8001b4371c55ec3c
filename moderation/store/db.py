"""Open the database: engines, pragmas, and what the two dialects do differently.

SQLite gets one engine for reading (many connections) and one for the writer's only write
connection. PostgreSQL uses the same pool for both.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

READERS = 56  # of Starlette's 40 threads and the 16 of web/threads each finds a connection
IDLE_S = 15  # amid a transaction; what is longest, a group's scores on a busy machine, takes a second or two
LOCK_S = 5  # ours are held for the milliseconds of a commit; somebody else's must not hold up every post

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA wal_autocheckpoint=4000",  # pages; a post changes about twenty, and each folding syncs twice
    "PRAGMA synchronous=FULL",  # a commit is on the disk before it is acknowledged
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={LOCK_S * 1000}",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
)


@dataclass(frozen=True, slots=True)
class Database:
    """The two ways to the data. `read` is a session scope; writing goes through `store/writer`."""

    reading: Engine
    writing: Engine

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the embedded form (one web process only)."""
        return self.writing.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading; whatever it might have changed is rolled back."""
        with self.reading.connect() as connection:
            yield connection

    def settle(self) -> None:
        """Fold SQLite's log into its file: what was deleted is then nowhere any more."""
        if self.is_sqlite:
            with closing(self.writing.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give all connections back."""
        self.reading.dispose()
        self.writing.dispose()


def open_database(url: str | None, data_dir: Path) -> Database:
    """Open PostgreSQL by URL, or SQLite in the data dir when there is none. Connects lazily."""
    address = make_url(url) if url else make_url(f"sqlite:///{data_dir / 'firstword.db'}")
    if address.get_backend_name() == "sqlite":
        address = address.set(drivername="sqlite+pysqlite")
        # A reader finds its pages in the system's cache; as many caches of their own would be a gigabyte.
        reading = _sqlite(address, pool_size=READERS, begin="BEGIN", cache_kib=500, statements=64)
        writing = _sqlite(address, pool_size=1, begin="BEGIN IMMEDIATE", cache_kib=3500, statements=500)
        return Database(reading, writing)
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_size=10,
        max_overflow=READERS,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text goes to the log, what people typed does not
        json_serializer=_dump,
        json_deserializer=orjson.loads,
        connect_args={"connect_timeout": 5, "application_name": "firstword"},
    )
    event.listen(engine, "handle_error", _hide_row)
    event.listen(engine, "connect", _bound_waits)
    return Database(engine, engine)


def _bound_waits(connection: Any, _: object) -> None:
    """Have PostgreSQL end a transaction whose process was stopped, and a wait for somebody else's lock."""
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_S}s'")
    connection.execute(f"SET lock_timeout = '{LOCK_S}s'")
    connection.commit()


def _hide_row(context: Any) -> None:
    """Cut PostgreSQL's DETAIL off an error, which repeats the row with what people typed."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(str(each).partition("\n")[0] for each in error.args)


def _sqlite(address: Any, *, pool_size: int, begin: str, cache_kib: int, statements: int) -> Engine:
    """statements: prepared ones that a connection keeps, about 15 KB each; a search has hundreds of forms."""
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,  # each has a cache and statements of its own: as few as go fill theirs
        hide_parameters=True,
        json_serializer=_dump,
        json_deserializer=orjson.loads,
        connect_args={"check_same_thread": False, "cached_statements": statements},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin is ours to say, see below
        for pragma in (*_PRAGMAS, f"PRAGMA cache_size=-{cache_kib}"):
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _dump(value: object) -> str:
    return orjson.dumps(value).decode()
