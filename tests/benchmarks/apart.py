"""Crux as it is, with the CPU of its calendar and announcer counted: `python -m tests.benchmarks.apart FILE run ...`

Both share the process, the event loop and the threads with the presses, so `press` can't tell them apart from
outside. Whatever the scheduler's and the clock's tasks start carries a mark from task to task, and the time of the
thread is noted around each of its steps on the event loop, each of its reads and writes, and each commit of nothing
but those. All else is the press's: reading from sockets, waking threads, commits that both share.
FILE holds the seconds so far, one double.
"""

import asyncio.events
import mmap
import struct
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from bot.__main__ import main
from bot.background.scheduler import Scheduler
from bot.clock import Clock
from ledger.storage.readers import SqliteReaders
from ledger.storage.writers import QueuedWrite, SqliteWriter

_SECONDS = struct.Struct("<d")
_apart: ContextVar[bool] = ContextVar("apart", default=False)


def seconds(file: Path) -> float:
    """What the bot has noted so far."""
    return _SECONDS.unpack(file.read_bytes())[0]


class Count:
    """Seconds of CPU, shared with whoever reads the file."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(_SECONDS.pack(0.0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SECONDS.size)
        self._lock = threading.Lock()
        self._total = 0.0
        self._own = threading.local()

    @property
    def of_this_thread(self) -> float:
        return getattr(self._own, "seconds", 0.0)

    def add(self, used: float) -> None:
        self._own.seconds = self.of_this_thread + used
        with self._lock:
            self._total += used
            _SECONDS.pack_into(self._shared, 0, self._total)

    @contextmanager
    def noted(self) -> Generator[None]:
        """Count what this thread uses meanwhile."""
        began = time.thread_time()
        try:
            yield
        finally:
            self.add(time.thread_time() - began)


class Work:
    """A read or a write of the calendar's or the announcer's."""

    def __init__(self, count: Count, work: Callable[..., Any]) -> None:
        self._count, self._work = count, work

    def __call__(self, *args: Any) -> Any:
        with self._count.noted():
            return self._work(*args)


def install(count: Count) -> None:
    """Mark the tasks, and count what bears the mark."""
    step, read, submit = asyncio.events.Handle._run, SqliteReaders.run, SqliteWriter.submit
    commit = SqliteWriter._in_one_commit

    def stepped(self: Any) -> None:
        # A connection's own steps are for whoever uses it next.
        if not self._context.get(_apart) or isinstance(
            getattr(self._callback, "__self__", None), asyncio.BaseTransport
        ):
            return step(self)
        with count.noted():
            return step(self)

    async def reading(self: SqliteReaders, reader: Callable[..., Any]) -> Any:
        return await read(self, Work(count, reader) if _apart.get() else reader)

    async def submitting(self: SqliteWriter, work: Callable[..., Any], **named: Any) -> Any:
        return await submit(self, Work(count, work) if _apart.get() else work, **named)

    def committing(self: SqliteWriter, first: QueuedWrite, group: list[QueuedWrite]) -> None:
        began, noted = time.thread_time(), count.of_this_thread
        commit(self, first, group)
        if all(isinstance(job.work, Work) for job in group):
            count.add(time.thread_time() - began - (count.of_this_thread - noted))

    asyncio.events.Handle._run = stepped
    SqliteReaders.run = reading
    SqliteWriter.submit = submitting
    SqliteWriter._in_one_commit = committing
    Scheduler.run = _marking(Scheduler.run)
    Clock.follow = _marking(Clock.follow)


def _marking(work: Callable[..., Any]) -> Any:
    async def marked(*args: Any) -> None:
        _apart.set(True)  # each of them is a task of its own
        await work(*args)

    return marked


if __name__ == "__main__":
    install(Count(Path(sys.argv[1])))
    sys.exit(main(sys.argv[2:]))
