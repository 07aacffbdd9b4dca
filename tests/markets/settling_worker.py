"""A process that carries out what is due in one server, and is killed in the middle of a piece or right after it."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import event

from ledger.storage.database import Database
from ledger.types import from_us
from markets.core import jobs
from markets.settlement import calendar, consequences, handlers
from tests.databases import recorder

assert calendar.__name__, "it names the handlers"


@dataclass(frozen=True, slots=True)
class Job:
    """What to work on, at which moment, and how it dies at the first piece of one of these kinds: in its transaction,
    with all of it written, or after its commit, before anybody was told. A number is the write before which it dies,
    of that piece's statements that write; where it has fewer, it dies after the commit."""

    url: str
    guild: int
    owner: int
    now_us: int
    dies: Literal["inside", "after"] | int
    at: tuple[str, ...]


def die() -> bool:
    """SIGKILL, as the operator or the machine would."""
    os.kill(os.getpid(), signal.SIGKILL)
    return True


def main(job: Job, told: Callable[[str], None]) -> None:
    """Work until nothing is due any more, or until it is killed; `told` the kind of each piece before it begins."""
    asyncio.run(_work(job, told))


async def _work(job: Job, told: Callable[[str], None]) -> None:
    db, now = (
        await Database.open(job.url, follow=consequences.follow, recorder=recorder()),
        from_us(job.now_us),
    )
    writes = Writes(db) if isinstance(job.dies, int) else None
    while rows := await db.background(jobs.lease, jobs.LeaseJobs(job.owner), now):
        for row in rows:
            told(row.kind)
            if row.kind in job.at:
                setattr(db.hooks, "before_commit" if job.dies == "inside" else "after_commit", die)
                if writes is not None:
                    writes.left = job.dies
                    db.hooks.after_commit = lambda: bool(told(COMMITTED)) or die()
            await db.write(handlers.perform, row, now, background=True)
    await db.close()


COMMITTED = "committed"
"""Told when a piece is over, right before its process dies."""


class Writes:
    """Kills this process before a statement that writes, once `left` is counted down."""

    def __init__(self, db: Database) -> None:
        self.left: Any = 0
        writer: Any = db._writer
        if db.address.path is None:
            event.listen(writer._engine.sync_engine, "before_cursor_execute", self._asked)
        else:
            event.listen(writer._engine, "checkout", lambda driver, *_: driver.set_trace_callback(self.see))

    def _asked(self, tx: Any, cursor: Any, statement: str, *_: Any) -> None:
        self.see(statement)

    def see(self, statement: str) -> None:
        if self.left and statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self.left -= 1
            if not self.left:
                die()
