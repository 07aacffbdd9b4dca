"""Figures of due work: python -m tests.benchmarks.due [--quick] [--only spread,once]

(due.spread) 10,000 items over one minute: how late each is carried out. (due.at_once) 10,000 items due at once: how
long until all are done, and how long the event loop stands still meanwhile. On SQLite, through the bot's own worker
and clock.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot.background.scheduler import Scheduler
from bot.client import Client
from bot.clock import Clock
from ledger.types import from_us, to_us
from markets.core import jobs, outbox
from tests import databases
from tests.benchmarks.harness import Stalls, percentile, report
from tests.markets.own_jobs import handles
from tests.world import World

KIND = "bench.remind"
GUILDS = 20

lateness: list[float] = []


@handles(KIND)
def remind(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """As much as a reminder does: a post for its line."""
    lateness.append(time.time() - work.due_us / 1_000_000)
    outbox.enqueue(tx, work.guild, KIND, {"claim": work.ref}, now, line=work.ref)


@dataclass(frozen=True, slots=True)
class Plan:
    guild: int
    key: str
    first: int
    count: int
    from_us: int
    every_us: int


def plan(tx: Connection, request: Plan, now: datetime) -> None:
    for ref in range(request.first, request.first + request.count):
        jobs.schedule(tx, request.guild, KIND, ref, request.from_us + ref * request.every_us)


async def figures(quick: bool, only: tuple[str, ...] = ()) -> None:
    """Print each figure as a line of JSON."""
    items, seconds = (1_000, 10) if quick else (10_000, 60)
    if not only or "spread" in only:
        await _spread(items, seconds)
    if not only or "once" in only:
        await _at_once(items)


async def _spread(items: int, seconds: int) -> None:
    async with working(items, every_us=seconds * 1_000_000 // items) as quiet:
        await quiet.all_done.wait()
    late = percentile(lateness, 0.99)
    more = {"longest": round(max(lateness), 3), "items": items, "over_seconds": seconds}
    report("due.spread.p99_seconds_late", late, goal=1.0, better="lower", **more)


async def _at_once(items: int) -> None:
    stalls = Stalls()
    async with working(items, every_us=0) as quiet, stalls:
        await quiet.all_done.wait()
        taken = time.time() - quiet.begins_us / 1_000_000
    report("due.at_once.seconds", taken, goal=15.0 * items / 10_000, better="lower", items=items)
    longest = 1_000 * max(stalls.seen)
    p999 = round(1_000 * percentile(stalls.seen, 0.999), 1)
    report("due.at_once.longest_stall_ms", longest, goal=50.0, better="lower", p999_ms=p999)


class Quiet(Scheduler):
    """Tells nothing: Discord's own limits are not what is measured."""

    def __init__(self, crux: Client, items: int, begins_us: int) -> None:
        super().__init__(crux)
        self._items, self.begins_us = items, begins_us
        self.all_done = asyncio.Event()

    async def _work(self) -> None:
        await super()._work()
        if len(lateness) >= self._items:
            self.all_done.set()

    async def _tell(self) -> None:
        pass


@asynccontextmanager
async def working(items: int, *, every_us: int) -> AsyncGenerator[Quiet]:
    """Make items due from a moment shortly ahead, and let the bot's clock and worker run."""
    lateness.clear()
    with tempfile.TemporaryDirectory() as folder:
        async with databases.opened(databases.sqlite(Path(folder) / "crux.db")) as db:
            guilds = range(1, GUILDS + 1)
            worlds = [await World.make(db, guild) for guild in guilds]
            begins = to_us(datetime.now(UTC) + timedelta(seconds=2 + items / 2_000))
            for first in range(0, items, 100):
                world = worlds[first // 100 % GUILDS]
                request = Plan(world.guild, world.key(), first, 100, begins, every_us)
                await db.write(plan, request, datetime.now(UTC))
            assert datetime.now(UTC) < from_us(begins), "planning took longer than it may"
            gc.collect()
            scheduler = Quiet(Client(db, Clock()), items, begins)
            await scheduler.presence.beat()
            scheduler.presence.arrived.set()
            running = asyncio.create_task(scheduler.go())
            yield scheduler
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    asyncio.run(figures(given.quick, tuple(filter(None, given.only.split(",")))))


if __name__ == "__main__":
    main()
