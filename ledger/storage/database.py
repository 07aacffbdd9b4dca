"""One address, one database: writes under their contract, short reads, long reads, and what opening checks.

db = await Database.open("sqlite:///crux.db")
posted = await db.write(grants.start, request, now)      # one transaction, under request.key, once
balance = await db.read(statements.balance, account)     # short, beside the writes
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar
from urllib.parse import quote

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, StaticPool

from ledger.errors import BadUrl, Busy, Closed, NotThere, OldSqlite, ReadOnly, ReadTooLong, Unreachable
from ledger.storage import schema_version
from ledger.storage.error_translation import READ_LIMIT_MS, telling
from ledger.storage.operations import Follow, Request, Unit, carry_out, nobody, perform
from ledger.storage.readers import PATIENCE, SqliteReaders
from ledger.storage.writers import CONNECTIONS, WAITING, PostgresWriter, SqliteWriter, Writer

READERS = 4

A = TypeVar("A")
P = ParamSpec("P")
RequestT = TypeVar("RequestT", bound=Request)
AnyT = TypeVar("AnyT")


@dataclass(frozen=True, slots=True)
class Address:
    """A database as `database.url` names it. `shown` never holds a password."""

    url: URL
    shown: str

    @classmethod
    def of(cls, text: str) -> "Address":
        """Read `sqlite:///path` or `postgresql://...`.

        Raises:
            BadUrl: It is anything else.
        """
        try:
            url = sa.make_url(text)
        except ArgumentError:
            raise BadUrl(text.split("@")[-1]) from None
        if url.drivername == "sqlite" and url.database and url.database != ":memory:":
            return cls(url, url.database)
        if url.drivername in ("postgresql", "postgres") and url.database:
            return cls(url.set(drivername="postgresql"), url.render_as_string(hide_password=True))
        raise BadUrl(url.render_as_string(hide_password=True))

    @property
    def path(self) -> Path | None:
        """The file of a SQLite book; None on PostgreSQL."""
        return Path(self.url.database or "") if self.url.drivername == "sqlite" else None


class Database:
    """An open database. Make it with `open`, end it with `close`."""

    def __init__(
        self,
        address: Address,
        writer: Writer,
        reads: AsyncEngine | SqliteReaders,
        longs: AsyncEngine,
        follow: Follow,
    ) -> None:
        self.address = address
        self._follow = follow
        self._writer = writer
        self._reads = reads
        self._longs = longs
        self._reading: set[asyncio.Future[None]] = set()
        self._closing = False
        self.hooks = writer.hooks

    @classmethod
    async def open(cls, url: str, *, follow: Follow = nobody) -> "Database":
        """Open a database that is at this code's version.

        Args:
            follow: Does what follows from the events of each unit. Without it none may happen.

        Raises:
            BadUrl, NotADatabase, Unreachable, ReadOnly, HeldByAnother: It can't be used, and why.
            NotMigrated, NewerThanCode: It is at another version; nothing was written.
        """
        address = Address.of(url)
        await asyncio.to_thread(read_book, url, lambda _: None)
        if address.path is None:
            return await cls._open_postgresql(address, follow)
        engine = sqlite_engine(address)
        try:
            with telling(address.shown):
                await asyncio.to_thread(_take_write_lock, engine)
        except BaseException:
            engine.dispose()
            raise
        writer = SqliteWriter(engine, address.shown)
        make = partial(sqlite_engine, address, mode="read")
        reads = SqliteReaders(make, threads=READERS, limit_ms=READ_LIMIT_MS)
        return cls(address, writer, reads, _sqlite_readers(address), follow)

    @classmethod
    async def _open_postgresql(cls, address: Address, follow: Follow) -> "Database":
        writes = _postgresql_engine(address, size=CONNECTIONS)
        read = partial(_postgresql_engine, address, autocommit=True, read_only=True)
        reads, longs = read(size=READERS, limit_ms=READ_LIMIT_MS), read(size=2)
        return cls(address, PostgresWriter(writes, address.shown), reads, longs, follow)

    async def write(
        self, unit: Unit[RequestT, A], request: RequestT, now: datetime, *, background: bool = False
    ) -> A:
        """Carry one operation out, in one transaction, once for its key.

        A caller that is cancelled while it waits leaves nothing behind; once the unit has begun it is finished
        all the same.

        Args:
            unit: A plain function of the transaction, the request and the time.
            background: Let presses go first.

        Raises:
            Refused: The unit's own refusals, or UnknownGuild, AlreadyDone, KeyReused; nothing was changed.
            Busy, Closed: It was not even tried.
            StorageError: The database would not take it, or went away in the middle. Ask again under the same key:
                if it was carried out all the same, that answers AlreadyDone.
        """

        def work(tx: Connection, again: bool) -> A:
            return perform(tx, unit, request, now, again=again, follow=self._follow)

        return await self._writer.submit(work, guild=request.guild, background=background)

    async def background(
        self, unit: Unit[AnyT, A], request: AnyT, now: datetime, *, at_once: bool = False
    ) -> A:
        """Run a unit without a guild's lock: it looks over guilds or makes a new book, moves no points and may happen
        twice. `at_once` lets it go before what else waits in the background, as a press does."""

        def work(tx: Connection, again: bool) -> A:
            return carry_out(tx, unit, request, now, self._follow)

        return await self._writer.submit(work, guild=None, background=not at_once)

    async def read(
        self, reader: Callable[Concatenate[Connection, P], A], *args: P.args, **named: P.kwargs
    ) -> A:
        """Run a short read beside the writes.

        Raises:
            ReadTooLong: It took more than half a second of work, or five by the clock, and was cut off.
            ReadOnly: It tried to write.
            Busy, Closed: Too many wait for their turn, or the database was closed: it was not even tried.
        """
        return await self._run(self._reads, lambda tx: reader(tx, *args, **named))

    async def read_patiently(
        self, reader: Callable[Concatenate[Connection, P], A], *args: P.args, **named: P.kwargs
    ) -> A:
        """`read` for what nobody waits for: where that is cut off, the same once more without a limit."""
        try:
            return await self.read(reader, *args, **named)
        except ReadTooLong:
            return await self.read_long(reader, *args, **named)

    async def read_long(
        self, reader: Callable[Concatenate[Connection, P], A], *args: P.args, **named: P.kwargs
    ) -> A:
        """Run one page of a long read; no limit, and no transaction of its own outside a statement."""
        return await self._run(self._longs, lambda tx: reader(tx, *args, **named))

    async def close(self) -> None:
        """Refuse what is new, finish the writes that wait and the reads that run, and let every connection go."""
        self._closing = True
        await self._writer.close()
        if self._reading:
            await asyncio.wait(self._reading)
        await self._reads.dispose()
        await self._longs.dispose()

    async def _run(self, engine: AsyncEngine | SqliteReaders, reader: Callable[[Connection], A]) -> A:
        if self._closing:
            raise Closed
        if len(self._reading) >= READERS + WAITING:
            raise Busy(WAITING)
        over = asyncio.get_running_loop().create_future()
        self._reading.add(over)
        try:
            with telling(self.address.shown):
                if isinstance(engine, SqliteReaders):
                    return await engine.run(reader)
                async with engine.connect() as connection:
                    return await connection.run_sync(_timed(reader))
        finally:
            self._reading.discard(over)
            over.set_result(None)


_BEGAN = "crux_began"


def _timed(reader: Callable[[Connection], A]) -> Callable[[Connection], A]:
    def run(tx: Connection) -> A:
        tx.info[_BEGAN] = time.monotonic()
        return reader(tx)

    return run


def run_alone(url: str, work: Callable[[Connection], A], *, write: bool = False) -> A:
    """Run work on a connection of its own: for the command line and for worker processes.

    Each statement is a transaction of its own unless the work begins one.

    Args:
        write: Work that may write; it makes a SQLite file that isn't there.

    Raises:
        StorageError: The database can't be used, and why.
    """
    address = Address.of(url)
    with telling(address.shown):
        if address.path is not None:
            return _alone_sqlite(address, work, write=write)
        return asyncio.run(_alone_postgresql(address, work))


def read_book(url: str, work: Callable[[Connection], A]) -> A:
    """`run_alone` for a read of a database that is at this code's version.

    Raises:
        StorageError: The database can't be used, or is at another version, and why.
    """
    shown = Address.of(url).shown

    def run(tx: Connection) -> A:
        schema_version.require(schema_version.found(tx), shown)
        return work(tx)

    return run_alone(url, run)


def _alone_sqlite(address: Address, work: Callable[[Connection], A], *, write: bool) -> A:
    engine = sqlite_engine(address, mode="make" if write else "read")
    try:
        with engine.connect() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def _alone_postgresql(address: Address, work: Callable[[Connection], A]) -> A:
    engine = _postgresql_engine(address, size=1, autocommit=True)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


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


def sqlite_engine(address: Address, *, mode: Mode = "write") -> sa.Engine:
    """A synchronous engine of one connection in driver autocommit: whoever uses it says BEGIN and COMMIT.

    Raises:
        OldSqlite, NotThere, Unreachable, ReadOnly: It can't be used this way, and why.
    """
    require_library(sqlite3.sqlite_version_info)
    _require_file(address, mode)
    if mode == "make" and address.path is not None:
        _make_private(address.path)
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=lambda: sqlite3.connect(
            _file_uri(address, create=mode == "make"), uri=True, isolation_level=None, check_same_thread=False
        ),
        poolclass=StaticPool,
    )
    # The journal's kind stands in the file itself: it is set where the version is known to be ours.
    more = {"read": ["query_only = ON"], "write": ["journal_mode = WAL"], "make": []}[mode]

    def prepare(driver: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        for pragma in (*PRAGMAS, *more):
            driver.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
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
        os.close(os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _take_write_lock(engine: sa.Engine) -> None:
    """Wait for the write lock and let go of it: whoever holds it for longer is noticed before we start."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("ROLLBACK")


def _sqlite_readers(address: Address) -> AsyncEngine:
    """Four connections of aiosqlite that can't write, for long reads."""
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


def _postgresql_engine(
    address: Address,
    *,
    size: int,
    limit_ms: int | None = None,
    autocommit: bool = False,
    read_only: bool = False,
) -> AsyncEngine:
    settings = {"application_name": "crux"}
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
