"""Short reads of a SQLite book: a few threads, each with a connection of its own that can't write.

A read is handed to a thread as a whole. Through aiosqlite each statement of it would be handed over and back four
times, and a look at a wallet cost 350 microseconds of CPU where it costs 65 this way and 7 on the connection itself.

What a read waits for is not held against it: neither its turn, nor the other threads of this process between two of
its rows. Else a good read would be refused to people just because many of them press at once.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

A = TypeVar("A")

_STEPS = 20_000  # of SQLite's virtual machine: about a millisecond

PATIENCE = 10
"""How many times its limit a read may take by the clock, with all its waiting."""


@dataclass(slots=True, eq=False)
class _Job:
    reader: Callable[[Connection], Any]
    told: asyncio.Future[Any]
    outcome: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.told.done():  # nobody waits any more
            return
        if self.error is not None:
            self.told.set_exception(self.error)
        else:
            self.told.set_result(self.outcome)


class SqliteReaders:
    """
    make       an engine of one connection in driver autocommit that only reads
    limit_ms   SQLite cuts off a read that uses more of the processor than this, or takes PATIENCE times as long
    """

    def __init__(self, make: Callable[[], sa.Engine], *, threads: int, limit_ms: int) -> None:
        self._make = make
        self._limit_ms = limit_ms
        self._most = threads
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._own = threading.local()
        self._opened: list[tuple[sa.Engine, Connection]] = []

    async def run(self, reader: Callable[[Connection], A]) -> A:
        job = _Job(reader, asyncio.get_running_loop().create_future())
        if len(self._threads) < self._most:
            self._begin()
        self._jobs.put(job)
        return await job.told

    async def dispose(self) -> None:
        """Finish the reads that run, and close every connection."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        for engine, connection in self._opened:
            connection.close()
            engine.dispose()

    def _begin(self) -> None:
        name = f"crux-reader-{len(self._threads)}"
        loop = asyncio.get_running_loop()
        self._threads.append(threading.Thread(target=self._serve, args=(loop,), name=name, daemon=True))
        self._threads[-1].start()

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        while (job := self._jobs.get()) is not None:
            if job.told.cancelled():
                continue
            try:
                job.outcome = self._read(job.reader)
            except BaseException as error:
                job.error = error
            loop.call_soon_threadsafe(job.tell)

    def _read(self, reader: Callable[[Connection], A]) -> A:
        tx = self._connection()
        self._own.began, self._own.used = time.monotonic(), time.thread_time()
        try:
            return reader(tx)
        finally:
            if tx.in_transaction():  # SQLAlchemy's own idea of one; the driver has none open
                tx.rollback()

    def _connection(self) -> Connection:
        """This thread's connection, made on its first read."""
        found: Connection | None = getattr(self._own, "tx", None)
        if found is None:
            engine = self._make()
            found = self._own.tx = engine.connect()
            self._opened.append((engine, found))
            driver = found.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_progress_handler(self._too_long, _STEPS)
        return found

    def _too_long(self) -> bool:
        """Asked by SQLite in the reading thread itself."""
        limit = self._limit_ms / 1000
        used, took = time.thread_time() - self._own.used, time.monotonic() - self._own.began
        return used > limit or took > PATIENCE * limit
