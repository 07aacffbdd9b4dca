"""A unit that stands still inside its transaction until a test lets it go on, on both databases."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.storage.database import Database


@dataclass(frozen=True, slots=True)
class Hold:
    guild: int
    key: str


class Gate:
    """`unit` waits at the gate; `entered` counts those that came; `open()` lets all of them through."""

    def __init__(self, outside: asyncpg.Connection | None, number: int) -> None:
        self.entered = 0
        self._outside = outside
        self._number = number
        self._loop = asyncio.get_running_loop()
        self._came = asyncio.Condition()
        self._open = threading.Event()

    def unit(self, tx: Connection, request: Hold, now: datetime) -> str:
        self._loop.call_soon_threadsafe(self._enter)
        if self._outside is None:
            assert self._open.wait(30), "nobody opened the gate"
        else:
            tx.execute(sa.text("SELECT pg_advisory_xact_lock_shared(:n)"), {"n": self._number})
        return request.key

    def _enter(self) -> None:
        self.entered += 1
        self._announced = asyncio.ensure_future(self._announce())

    async def _announce(self) -> None:
        async with self._came:
            self._came.notify_all()

    async def wait(self, entered: int = 1) -> None:
        """Until so many units stand at the gate."""
        async with self._came:
            await asyncio.wait_for(self._came.wait_for(lambda: self.entered >= entered), 30)

    async def open(self) -> None:
        self._open.set()
        if self._outside is not None and not self._outside.is_closed():
            await self._outside.close()  # and with it goes the lock


@asynccontextmanager
async def closed_gate(db: Database, number: int) -> AsyncIterator[Gate]:
    """A gate that is closed; opened at the end at the latest."""
    outside = None
    if db.address.path is None:
        outside = await outsider(db)
        await outside.execute("SELECT pg_advisory_lock($1)", number)
    gate = Gate(outside, number)
    try:
        yield gate
    finally:
        await gate.open()


async def outsider(db: Database) -> asyncpg.Connection:
    """A connection to the same PostgreSQL database that Crux knows nothing of."""
    return await asyncpg.connect(db.address.url.render_as_string(hide_password=False))


async def settled() -> None:
    """Let every task that was just made run up to its first wait."""
    for _ in range(3):
        await asyncio.sleep(0)
