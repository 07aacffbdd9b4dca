"""One address, one database: writes under their contract, short reads, long reads, and what opening checks.

db = await Database.open("sqlite:///crux.db")
posted = await db.write(grants.start, request, now)      # one transaction, under request.key, once
balance = await db.read(statements.balance, account)     # short, during the writes
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger.errors import Busy, Closed, ReadTooLong
from ledger.storage import schema_version
from ledger.storage.address import Address
from ledger.storage.engines import (
    READERS,
    postgresql_engine,
    sqlite_engine,
    sqlite_readers,
    take_write_lock,
    timed,
)
from ledger.storage.error_translation import READ_LIMIT_MS, telling
from ledger.storage.operations import (
    Follow,
    Recording,
    Request,
    Unit,
    carry_out,
    nobody,
    perform,
    stored_name,
)
from ledger.storage.readers import SqliteReaders
from ledger.storage.writers import CONNECTIONS, WAITING, PostgresWriter, SqliteWriter, Writer

A = TypeVar("A")
P = ParamSpec("P")
RequestT = TypeVar("RequestT", bound=Request)
AnyT = TypeVar("AnyT")


class Database:
    """An open database. Make it with `open`, end it with `close`."""

    def __init__(
        self,
        address: Address,
        writer: Writer,
        reads: AsyncEngine | SqliteReaders,
        longs: AsyncEngine,
        follow: Follow,
        recorder: Recording | None,
    ) -> None:
        self.address = address
        self._follow = follow
        self._recorder = recorder
        self._writer = writer
        self._reads = reads
        self._longs = longs
        self._reading: set[asyncio.Future[None]] = set()
        self._closing = False
        self.hooks = writer.hooks

    @classmethod
    async def open(
        cls, url: str, *, follow: Follow = nobody, recorder: Recording | None = None
    ) -> "Database":
        """Open a database that is at this code's version.

        Args:
            follow: Does what follows from the events of each unit. Without it none may happen.
            recorder: Writes down what each operation changed of the rows that it has watched.

        Raises:
            BadUrl, NotADatabase, Unreachable, ReadOnly, HeldByAnother: It can't be used, and why.
            NotMigrated, NewerThanCode: It is at another version; nothing was written.
        """
        address = Address.of(url)
        await asyncio.to_thread(read_book, url, lambda _: None)
        if address.path is None:
            return await cls._open_postgresql(address, follow, recorder)
        engine = sqlite_engine(address, watched=recorder.watched if recorder else ())
        try:
            with telling(address.shown):
                await asyncio.to_thread(take_write_lock, engine)
        except BaseException:
            engine.dispose()
            raise
        writer = SqliteWriter(engine, address.shown)
        make = partial(sqlite_engine, address, mode="read")
        reads = SqliteReaders(make, threads=READERS, limit_ms=READ_LIMIT_MS)
        return cls(address, writer, reads, sqlite_readers(address), follow, recorder)

    @classmethod
    async def _open_postgresql(
        cls, address: Address, follow: Follow, recorder: Recording | None
    ) -> "Database":
        writes = postgresql_engine(address, size=CONNECTIONS, watches=recorder is not None)
        read = partial(postgresql_engine, address, autocommit=True, read_only=True)
        reads, longs = read(size=READERS, limit_ms=READ_LIMIT_MS), read(size=2)
        return cls(address, PostgresWriter(writes, address.shown), reads, longs, follow, recorder)

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
            return perform(tx, unit, request, now, again=again, follow=self._follow, recorder=self._recorder)

        return await self._writer.submit(work, guild=request.guild, background=background)

    async def background(
        self, unit: Unit[AnyT, A], request: AnyT, now: datetime, *, at_once: bool = False
    ) -> A:
        """Run a unit without a guild's lock: it looks over guilds or makes a new book, moves no points and may happen
        twice. `at_once` lets it go before what else waits in the background, as a press does."""

        def work(tx: Connection, again: bool) -> A:
            if self._recorder is not None:
                self._recorder.begin(tx)
            answer = carry_out(tx, unit, request, now, self._follow)
            if self._recorder is not None:
                self._recorder.end_everywhere(tx, stored_name(unit), now)
            return answer

        return await self._writer.submit(work, guild=None, background=not at_once)

    async def read(
        self, reader: Callable[Concatenate[Connection, P], A], *args: P.args, **named: P.kwargs
    ) -> A:
        """Run a short read during the writes.

        Raises:
            ReadTooLong: It took more than half a second of work, or five by the clock, and was cut off.
            ReadOnly: It tried to write.
            Busy, Closed: Too many wait for their turn, or the database was closed: it was not even tried.
        """
        return await self._run(self._reads, lambda tx: reader(tx, *args, **named))

    async def read_patiently(
        self, reader: Callable[Concatenate[Connection, P], A], *args: P.args, **named: P.kwargs
    ) -> A:
        """Run `read` for what nobody waits for: where that is cut off, the same once more without a limit."""
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
                    return await connection.run_sync(timed(reader))
        finally:
            self._reading.discard(over)
            over.set_result(None)


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
    """Run `run_alone` for a read of a database that is at this code's version.

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
    engine = postgresql_engine(address, size=1, autocommit=True)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()
