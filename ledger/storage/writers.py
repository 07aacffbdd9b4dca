"""Carrying out writes: one thread with group commit on SQLite, a few connections on PostgreSQL.

Both keep two queues, presses before background work, and refuse beyond `WAITING`. Both run a piece of work again
when they can't know whether its commit went through, and tell the caller only then.
"""

import asyncio
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger.errors import Busy, Closed
from ledger.storage.error_translation import told_as

WAITING = 256
"""Writes of one kind that may wait; one more is refused with Busy."""

GROUP = 64
"""Operations that share one commit on SQLite, at most."""

CONNECTIONS = 16
"""Writing connections on PostgreSQL; background work takes at most a quarter of them."""

ATTEMPTS = 7
"""On PostgreSQL, over three seconds: a server that is restarted takes as long."""

Work = Callable[[Connection, bool], Any]
"""A unit bound to its request; the flag says that this work may have been committed (see `operations.perform`)."""


@dataclass(slots=True)
class Hooks:
    """For tests: called at the named moment, and where it answers True the connection is dropped there."""

    before_commit: Callable[[], bool] | None = None
    after_commit: Callable[[], bool] | None = None


@dataclass(slots=True, eq=False)
class QueuedWrite:
    work: Work
    guild: int | None
    background: bool
    told: asyncio.Future[Any]
    begun: bool = False
    abandoned: bool = False
    unheard: bool = False  # its commit was asked for, and nothing was heard of it
    outcome: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.told.done():
            return
        if isinstance(self.error, StopIteration):  # which no future takes; the others still have to be told
            wrapped = RuntimeError("the unit raised StopIteration")
            wrapped.__cause__ = self.error
            self.told.set_exception(wrapped)
        elif self.error is not None:
            self.told.set_exception(self.error)
        else:
            self.told.set_result(self.outcome)


@dataclass(slots=True)
class Waiting:
    """The two queues. Appended to by the event loop, taken from by the workers."""

    presses: deque[QueuedWrite] = field(default_factory=deque[QueuedWrite])
    background: deque[QueuedWrite] = field(default_factory=deque[QueuedWrite])

    def add(self, job: QueuedWrite) -> None:
        queue = self.background if job.background else self.presses
        if len(queue) >= WAITING:
            raise Busy(len(queue))
        queue.append(job)

    def take(self, *, background: bool) -> QueuedWrite | None:
        """Return the next job that a caller still waits for; background work only if it may be."""
        for queue in (self.presses, self.background) if background else (self.presses,):
            while queue:
                job = queue.popleft()
                if not job.abandoned:
                    job.begun = True
                    return job
        return None


class Writer(ABC):
    """What both databases share: `submit` waits for the answer, and giving up does not undo what has begun."""

    def __init__(self, shown: str) -> None:
        self.hooks = Hooks()
        self._shown = shown
        self._waiting = Waiting()
        self._closing = False

    async def submit(self, work: Work, *, guild: int | None, background: bool) -> Any:
        if self._closing:
            raise Closed
        job = QueuedWrite(work, guild, background, asyncio.get_running_loop().create_future())
        self._waiting.add(job)
        self._wake()
        try:
            return await job.told
        except asyncio.CancelledError:  # nobody waits any more, and `tell` finds that it was heard
            job.abandoned = not job.begun
            raise

    @abstractmethod
    async def close(self) -> None:
        """Finish what has begun and waits, and take nothing more."""

    @abstractmethod
    def _wake(self) -> None:
        """Something waits to be written."""


class SqliteWriter(Writer):
    """One thread with one connection; all that wait share a commit, each in a savepoint of its own."""

    def __init__(self, engine: Engine, shown: str) -> None:
        super().__init__(shown)
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._signal: SimpleQueue[None] = SimpleQueue()
        self._tx: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="crux-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Refuse new work, finish what waits, and end the thread."""
        self._closing = True
        self._wake()
        await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    def _wake(self) -> None:
        self._signal.put(None)

    def _run(self) -> None:
        while True:
            self._signal.get()  # one for each job; those of jobs that joined a group find nothing to do
            job = self._waiting.take(background=True)
            if job is not None:
                self._carry_out(job)
            elif self._closing:
                self._disconnect()
                return

    def _carry_out(self, first: QueuedWrite) -> None:
        group = [first]
        try:
            self._in_one_commit(first, group)
        except BaseException:
            # Nothing of the group is known to have happened. Each is run once more by itself, so that one
            # piece of work that the database won't take doesn't fail its neighbours.
            self._disconnect()
            for job in group:
                self._alone(job)
        self._loop.call_soon_threadsafe(_tell, group)

    def _in_one_commit(self, first: QueuedWrite, group: list[QueuedWrite]) -> None:
        """Run `first` and all else that waits in one transaction."""
        tx, driver = self._connect()
        driver.execute("BEGIN IMMEDIATE")
        for job in self._members(group):
            point = job is not first  # it needs none: if it fails, the transaction holds nothing else
            if point:
                driver.execute("SAVEPOINT one")
            try:
                job.outcome, job.error = job.work(tx, False), None
            except BaseException as error:
                job.error = error
                if not driver.in_transaction:  # SQLite itself rolled all of it back, as on a full disk
                    raise
                driver.execute("ROLLBACK TO one" if point else "ROLLBACK")
                if isinstance(error, DBAPIError | sqlite3.Error):
                    raise
                if not point:
                    driver.execute("BEGIN IMMEDIATE")
            if point:
                driver.execute("RELEASE one")
        for job in group:
            job.unheard = job.error is None
        self._commit(driver)

    def _members(self, group: list[QueuedWrite]) -> Iterator[QueuedWrite]:
        """The jobs of one group, filled as they begin: those already waiting and those that come while it runs."""
        job: QueuedWrite | None = group[0]
        background = job.background
        while job is not None:
            yield job
            job = self._waiting.take(background=not background) if len(group) < GROUP else None
            if job is not None:
                background = background or job.background
                group.append(job)

    def _alone(self, job: QueuedWrite) -> None:
        try:
            tx, driver = self._connect()
            driver.execute("BEGIN IMMEDIATE")
            job.outcome, job.error = job.work(tx, job.unheard), None
            self._commit(driver)
        except BaseException as error:
            job.error = told_as(error, self._shown)
            self._disconnect()

    def _commit(self, driver: sqlite3.Connection) -> None:
        if self.hooks.before_commit and self.hooks.before_commit():
            driver.close()
        driver.execute("COMMIT")
        if self.hooks.after_commit and self.hooks.after_commit():
            driver.close()
            driver.execute("SELECT 1")  # raises: the answer is lost although the commit stands

    def _connect(self) -> tuple[Connection, sqlite3.Connection]:
        if self._tx is None:
            self._tx = self._engine.connect()
        driver = self._tx.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return self._tx, driver

    def _disconnect(self) -> None:
        """Throw the connection away with all that it had not committed."""
        if self._tx is not None:
            self._tx.invalidate()
            self._tx.close()
            self._tx = None


_TERMINATE = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")


def _tell(group: list[QueuedWrite]) -> None:
    for job in group:
        job.tell()


class PostgresWriter(Writer):
    """Up to CONNECTIONS transactions at once, and one of each guild.

    A guild's writes wait for its row anyway; waiting here instead of on the row keeps them from holding every
    connection while other guilds' writes stand behind them.
    """

    def __init__(self, engine: AsyncEngine, shown: str) -> None:
        super().__init__(shown)
        self._engine = engine
        self._running: dict[asyncio.Task[None], QueuedWrite] = {}
        self._guilds: set[int] = set()

    async def close(self) -> None:
        self._closing = True
        while self._running:
            await asyncio.wait(list(self._running))
        await self._engine.dispose()

    def _wake(self) -> None:
        while len(self._running) < CONNECTIONS:
            job = self._next()
            if job is None:
                return
            job.begun = True
            if job.guild is not None:
                self._guilds.add(job.guild)
            task = asyncio.create_task(self._carry_out(job))
            self._running[task] = job
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        job = self._running.pop(task)
        self._guilds.discard(job.guild or 0)
        self._wake()

    def _next(self) -> QueuedWrite | None:
        """The first press whose guild is free, else the first such background work, and takes it."""
        busy = sum(job.background for job in self._running.values())
        queues = [self._waiting.presses]
        if busy < CONNECTIONS // 4:
            queues.append(self._waiting.background)
        for queue in queues:
            for job in list(queue):
                if job.abandoned:
                    queue.remove(job)
                elif job.guild not in self._guilds:
                    queue.remove(job)
                    return job
        return None

    async def _carry_out(self, job: QueuedWrite) -> None:
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(0.05 * 2 ** (attempt - 1))
            try:
                async with self._engine.connect() as connection:
                    job.outcome = await connection.run_sync(self._attempt, job)
                job.error = None
                break
            except BaseException as error:
                job.error = told_as(error, self._shown)
                if not _may_pass(error):
                    break
        job.tell()

    def _attempt(self, tx: Connection, job: QueuedWrite) -> Any:
        with tx.begin():
            outcome = job.work(tx, job.unheard)
            if self.hooks.before_commit and self.hooks.before_commit():
                tx.execute(_TERMINATE)
            job.unheard = True
        if self.hooks.after_commit and self.hooks.after_commit():
            tx.execute(_TERMINATE)
        return outcome


def _may_pass(error: BaseException) -> bool:
    """True where the same work may go through next time: the connection went, or two transactions collided."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(cause, "sqlstate", None) or "")
    lost = getattr(error, "connection_invalidated", False) or isinstance(cause, OSError)
    return lost or state in ("40001", "40P01", "53300") or state.startswith(("08", "57P"))
