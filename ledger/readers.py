"""Short reads of a SQLite book: a few threads, each with a connection of its own that can't write.

A read is handed to a thread as a whole. Through aiosqlite each statement of it would be handed over and back four
times, and a look at a wallet cost 350 microseconds of CPU where it costs 65 this way and 7 on the connection itself.
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

from ledger.errors import ReadTooLong

A = TypeVar("A")

_STEPS = 20_000  # of SQLite's virtual machine: about a millisecond


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
    limit_ms   SQLite cuts off a read that runs longer; one that finds no thread free for as long is refused
    """

    def __init__(self, make: Callable[[], sa.Engine], *, threads: int, limit_ms: int) -> None:
        self._make = make
        self._limit_ms = limit_ms
        self._free = asyncio.Semaphore(threads)
        self._most = threads
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._own = threading.local()
        self._opened: list[tuple[sa.Engine, Connection]] = []

    async def run(self, reader: Callable[[Connection], A]) -> A:
        if self._free.locked():
            try:
                async with asyncio.timeout(self._limit_ms / 1000):
                    await self._free.acquire()
            except TimeoutError:
                raise ReadTooLong(self._limit_ms) from None
        else:
            await self._free.acquire()
        try:
            job = _Job(reader, asyncio.get_running_loop().create_future())
            if len(self._threads) < self._most:
                self._begin()
            self._jobs.put(job)
            return await job.told
        finally:
            self._free.release()

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
            try:
                job.outcome = self._read(job.reader)
            except BaseException as error:
                job.error = error
            loop.call_soon_threadsafe(job.tell)

    def _read(self, reader: Callable[[Connection], A]) -> A:
        tx = self._connection()
        self._own.began = time.monotonic()
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
        return time.monotonic() - self._own.began > self._limit_ms / 1000
