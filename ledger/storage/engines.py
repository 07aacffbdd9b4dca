"""Make the connections to a book, each prepared for what it may do: SQLite's and PostgreSQL's."""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, StaticPool
from sqlalchemy.util import LRUCache

from ledger.errors import NotThere, OldSqlite, ReadOnly, ReadTooLong, Unreachable
from ledger.storage import touched
from ledger.storage.address import Address
from ledger.storage.readers import PATIENCE

READERS = 4

A = TypeVar("A")

# --- SQLite -----------------------------------------------------------------------------------

OLDEST_SQLITE = (3, 37)  # the first with STRICT tables
PRAGMAS = (
    "busy_timeout = 5000",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # or INSERT OR REPLACE slips past the append-only triggers
    "trusted_schema = OFF",
    "cell_size_check = ON",
)

Mode = Literal["write", "make", "read"]
"""Write a book that is there; write to a file that may have to be made; read only."""


def sqlite_engine(
    address: Address, *, mode: Mode = "write", watched: Sequence[touched.Watched] = ()
) -> sa.Engine:
    """Make a synchronous engine of one connection in driver autocommit: its user says BEGIN and COMMIT.

    Args:
        watched: The tables of whose rows it notes those that it changes.

    Raises:
        OldSqlite, NotThere, Unreachable, ReadOnly: It can't be used this way, and why.
    """
    require_library(sqlite3.sqlite_version_info)
    _require_file(address, mode)
    if mode == "make" and address.path is not None:
        _make_private(address.path)

    def connect() -> Any:
        uri = _file_uri(address, create=mode == "make")
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    common = _common_engine()
    engine = sa.Engine(StaticPool(connect, dialect=common.dialect), common.dialect, common.url)
    engine.update_execution_options(compiled_cache=_COMPILED)
    # The journal's kind stands in the file itself: it is set where the version is known to be ours.
    more = {"read": ["query_only = ON"], "write": ["journal_mode = WAL"], "make": []}[mode]

    def prepare(driver: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        for pragma in (*PRAGMAS, *more):
            driver.execute(f"PRAGMA {pragma}")
        if watched:
            entry.info[touched.SETTING] = touched.watch(driver, watched)

    event.listen(engine, "connect", prepare)
    return engine


_COMPILED = LRUCache[Any, Any](2_000)
"""Texts of statements, which every connection of this process shares: each reader would compile them again, and each
command. As many as a process has, and some over."""


@cache
def _common_engine() -> sa.Engine:
    """Whose dialect all engines share: what is compiled is known by it."""
    engine = sa.create_engine("sqlite+pysqlite://", poolclass=StaticPool)
    with engine.connect():  # the dialect asks the library once what it can do
        pass
    engine.dispose()
    return engine


def require_library(found: tuple[int, ...]) -> None:
    """Refuse a SQLite without STRICT tables.

    Raises:
        OldSqlite: It is older than 3.37.
    """
    if found < OLDEST_SQLITE:
        raise OldSqlite(found, OLDEST_SQLITE)


def _require_file(address: Address, mode: Mode) -> None:
    """What can be said clearer than SQLite does, which calls most of this "unable to open database file"."""
    path = address.path
    assert path is not None
    if path.is_dir():
        raise Unreachable(address.shown, "it is a folder")
    if not path.parent.is_dir():
        raise Unreachable(address.shown, f"there is no folder {path.parent}")
    if not path.exists() and mode != "make":
        raise NotThere(address.shown)
    # SQLite opens a file it may not write to all the same, and would refuse only the first write.
    if mode != "read" and not (_writable(path.parent) and (_writable(path) or not path.exists())):
        raise ReadOnly(address.shown)


def _make_private(path: Path) -> None:
    """Make a new book's file so that its owner alone may read it: it holds people's ids, balances, hidden forecasts.
    SQLite gives its log and its index the same rights. What is there keeps those that it has."""
    with suppress(OSError):  # there already, or not to be made: SQLite says why
        number = os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(number, 0o600)  # whatever the umask left of it
        finally:
            os.close(number)


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def take_write_lock(engine: sa.Engine) -> None:
    """Wait for the write lock and let go of it: a program that holds it for longer is noticed before we start."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("ROLLBACK")


def sqlite_readers(address: Address) -> AsyncEngine:
    """Open four connections of aiosqlite that can't write, for long reads."""
    engine = create_async_engine(
        "sqlite+aiosqlite://",
        async_creator=lambda: aiosqlite.connect(
            _file_uri(address, create=False), uri=True, isolation_level=None
        ),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=30,
    )

    def prepare(adapted: Any, _: ConnectionPoolEntry) -> None:
        adapted.run_async(_prepare_reader)

    event.listen(engine.sync_engine, "connect", prepare)
    return engine


async def _prepare_reader(driver: aiosqlite.Connection) -> None:
    for pragma in (*PRAGMAS, "query_only = ON"):
        await driver.execute(f"PRAGMA {pragma}")


def _file_uri(address: Address, *, create: bool) -> str:
    """A file: URI, which alone can say that a missing file is not to be made."""
    assert address.path is not None
    return f"file:{quote(str(address.path.absolute()))}?mode={'rwc' if create else 'rw'}"


# --- PostgreSQL -------------------------------------------------------------------------------

_BEGAN = "crux_began"


def postgresql_engine(
    address: Address,
    *,
    size: int,
    limit_ms: int | None = None,
    autocommit: bool = False,
    read_only: bool = False,
    watches: bool = False,
) -> AsyncEngine:
    settings = {"application_name": "crux"}
    if watches:
        settings[touched.WATCH] = "on"
    if limit_ms is not None:
        settings["statement_timeout"] = str(limit_ms)
    if read_only:
        settings["default_transaction_read_only"] = "on"
    engine = create_async_engine(
        address.url.set(drivername="postgresql+asyncpg"),
        pool_size=size,
        max_overflow=0,
        pool_timeout=30,
        isolation_level="AUTOCOMMIT" if autocommit else "READ COMMITTED",
        connect_args={"server_settings": settings},
    )
    if limit_ms is not None:
        event.listen(engine.sync_engine, "before_cursor_execute", partial(_in_time, limit_ms))
    return engine


def _in_time(limit_ms: int, tx: Connection, *_: object) -> None:
    """PostgreSQL's own limit is one statement's; a read of many may not begin one after its time."""
    began = tx.info.get(_BEGAN)
    if began is not None and time.monotonic() - began > PATIENCE * limit_ms / 1000:
        raise ReadTooLong(limit_ms)


def timed(reader: Callable[[Connection], A]) -> Callable[[Connection], A]:
    """Note when a read begins, for its limit on PostgreSQL."""

    def run(tx: Connection) -> A:
        tx.info[_BEGAN] = time.monotonic()
        return reader(tx)

    return run
