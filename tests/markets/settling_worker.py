"""A process that carries out what is due in one server, and is killed in the middle of a piece or right after it."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ledger.storage.database import Database
from ledger.types import from_us
from markets.core import jobs
from markets.settlement import calendar, consequences, handlers
from tests.databases import recorder

assert calendar.__name__, "it names the handlers"


@dataclass(frozen=True, slots=True)
class Job:
    """What to work on, at which moment, and how it dies at the first piece of one of these kinds: in its transaction,
    with all of it written, or after its commit, before anybody was told."""

    url: str
    guild: int
    owner: int
    now_us: int
    dies: Literal["inside", "after"]
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
    while rows := await db.background(jobs.lease, jobs.LeaseJobs(job.owner), now):
        for row in rows:
            told(row.kind)
            if row.kind in job.at:
                setattr(db.hooks, "before_commit" if job.dies == "inside" else "after_commit", die)
            await db.write(handlers.perform, row, now, background=True)
    await db.close()
