"""A process that carries out due work, to be killed at any moment."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.errors import AlreadyDone
from ledger.storage.database import Database
from markets.core import jobs, outbox
from markets.core.jobs import Due
from markets.core.tables import due_work
from markets.settlement import consequences, handlers
from tests.databases import recorder
from tests.markets.own_jobs import handles

KIND = "test.mark"
LEASE_SECONDS = 1


@handles(KIND)
def mark(tx: Connection, work: Due, now: datetime) -> None:
    """Leaves one post for each time it is carried out."""
    outbox.enqueue(tx, work.guild, KIND, {"ref": work.ref}, now, line=work.ref)


def main(url: str, told: Callable[[], None]) -> None:
    """Work until nothing is due any more; `told` after each piece."""
    asyncio.run(_work(url, told))


async def _work(url: str, told: Callable[[], None]) -> None:
    db = await Database.open(url, follow=consequences.follow, recorder=recorder())
    while await db.read(left):
        claim = jobs.LeaseJobs(secrets.randbits(62), most=20, lease_seconds=LEASE_SECONDS)
        rows = await db.background(jobs.lease, claim, datetime.now(UTC))
        for row in rows:
            with contextlib.suppress(AlreadyDone, jobs.FenceGone):
                await db.write(handlers.perform, row, datetime.now(UTC), background=True)
            told()
        if not rows:
            await asyncio.sleep(0.05)  # what others hold, or held when they died
    await db.close()


def left(tx: Connection) -> int:
    """How many rows there are, due or not."""
    return tx.execute(sa.select(sa.func.count()).select_from(due_work)).scalar_one()
