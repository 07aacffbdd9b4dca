"""Due work under several processes that are killed at any moment: each piece once."""

import asyncio
import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.types import to_us
from markets.core import jobs
from markets.core.tables import posts
from tests import databases, lanes
from tests.markets import due_worker
from tests.world import World

GUILDS = 4
spawn = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Plan:
    guild: int
    key: str
    first: int
    count: int


def plan(tx: Connection, request: Plan, now: datetime) -> None:
    """Make so many things due, one a millisecond."""
    for ref in range(request.first, request.first + request.count):
        jobs.schedule(tx, request.guild, due_worker.KIND, ref, to_us(now) + ref * 1_000)


def run(url: str, pipe: Pipe) -> None:
    due_worker.main(url, lambda: pipe.send_bytes(b"."))


class Workers:
    """Processes that work, of which one is killed whenever it has done its share."""

    def __init__(self, url: str, count: int, kills: int, seed: int) -> None:
        self.url, self.left, self.random = url, kills, random.Random(seed)
        self.killed = 0
        self.running: dict[Any, tuple[Any, int]] = {}
        for _ in range(count):
            self.start()

    def start(self) -> None:
        ours, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(target=run, args=(self.url, theirs), daemon=True)
        process.start()
        theirs.close()
        self.running[ours] = (process, self.random.randint(1, 60))

    def work(self) -> None:
        """Until each has ended because nothing is due any more."""
        while self.running:
            for ours in self._heard():
                process, share = self.running[ours]
                try:
                    ours.recv_bytes()
                except EOFError:
                    process.join()
                    assert process.exitcode in (0, -9), process.exitcode
                    del self.running[ours]
                    continue
                self.running[ours] = (process, share - 1)
                if share <= 1 and self.killed < self.left:
                    self._kill(ours)

    def _heard(self) -> Iterator[Any]:
        return iter(wait(list(self.running), timeout=60))

    def _kill(self, ours: Any) -> None:
        process, _ = self.running.pop(ours)
        process.kill()
        process.join()
        ours.close()
        self.killed += 1
        self.start()


@pytest.mark.proof
def test_due_work_is_neither_lost_nor_doubled_when_processes_are_killed(
    postgresql: databases.Server, size: int, lane: lanes.Run
):
    items, kills = size * 40, size
    url = postgresql.database()
    asyncio.run(make_due(url, items))

    spawn.set_forkserver_preload(["tests.markets.due_worker", "tests.markets.test_due_processes"])
    workers = Workers(url, count=3, kills=kills, seed=4 + lane.first_seed)
    workers.work()

    marks, left = asyncio.run(found(url))
    assert workers.killed == kills
    assert left == 0
    assert len(marks) == items
    assert set(marks.values()) == {1}


async def make_due(url: str, items: int) -> None:
    async with databases.opened(url) as db:
        for guild in range(1, GUILDS + 1):
            world = await World.make(db, guild)
            for first in range(0, items // GUILDS, 100):
                await db.write(plan, Plan(guild, world.key(), first, 100), datetime.now(UTC))


async def found(url: str) -> tuple[Counter[tuple[int, int]], int]:
    """How often each piece was carried out, and how many are left."""
    async with databases.opened(url) as db:
        return await db.read_long(_marks), await db.read_long(due_worker.left)


def _marks(tx: Connection) -> Counter[tuple[int, int]]:
    rows = tx.execute(sa.select(posts.c.guild_id, posts.c.line).where(posts.c.kind == due_worker.KIND))
    return Counter((row.guild_id, row.line) for row in rows)
