"""Wake what has work to do: due work, announcements, and the book's own dates.

Due work stands in the database, with everything that protects it. APScheduler, with its store in memory, only says
when to look: every few seconds, and at the moment of the next due row. After each move of the playground's clock all
work is done until nothing is owed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import (  # pyright: ignore[reportMissingTypeStubs]
    AsyncIOScheduler,
)

from bot.background import digests
from bot.background.announcer import Announcer
from bot.background.healing import Healing
from bot.background.presence import Presence
from bot.background.worker import Worker
from bot.client import Client
from bot.clock import Idle
from bot.words import due_work, ledger
from ledger import players, statements
from ledger.errors import LedgerError
from ledger.types import from_us
from markets.core import delivery, jobs
from markets.records import deletion

EVERY_SECONDS = 5.0
PAGE_SECONDS = 0.5
"""Seconds, at least, between two updates of the playground's page after presses."""

BEAT_SECONDS = 30.0
HOUSEKEEPING_SECONDS = 60.0

log = logging.getLogger("crux.scheduler")


class Scheduler:
    def __init__(self, crux: Client) -> None:
        self.crux = crux
        self.healing = Healing(crux)
        self.presence = Presence(crux, self.healing.heard)
        self.worker = Worker(crux)
        self.announcer = Announcer(crux)
        self._due, self._told, self._beat, self._house = (asyncio.Event() for _ in range(4))
        self._page = asyncio.Event()
        self._clock: Any = AsyncIOScheduler(timezone=UTC)
        self._one_house = asyncio.Lock()

    async def run(self) -> None:
        """Work until cancelled, after Discord is connected and an absence was given back."""
        await self.arrive()
        await self.go()

    async def arrive(self) -> None:
        """Wait for Discord, and give back what an absence took; from then on `sweep` does what is owed."""
        await self.presence.ready.wait()
        if self.crux.clock.follows:
            await self.crux.clock.told.wait()
        await self._until_done(self._let_go)
        await self._until_done(self.presence.arrive)
        self.healing.begin()

    async def go(self) -> None:
        """Work until cancelled."""
        try:
            self._start_clock()
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._loop(self._due, self._work))
                loops.create_task(self._loop(self._told, self._tell))
                loops.create_task(self._loop(self.healing.woken, self._heal))
                loops.create_task(self._loop(self._beat, self.presence.beat))
                loops.create_task(self._loop(self._house, self._keep_house))
                loops.create_task(self._follow_writes())
                if self.crux.clock.follows:
                    loops.create_task(self._loop(self._page, self._tell_page))
        finally:
            if self._clock.running:
                self._clock.shutdown(wait=False)

    async def _let_go(self) -> None:
        """Free all leases on SQLite: only one process has the book, so their holders are gone."""
        if self.crux.db.address.path is not None:
            now = self.crux.clock.now()
            await self.crux.db.background(jobs.let_go, None, now)
            await self.crux.db.background(delivery.let_go, None, now)

    async def sweep(self, now: datetime) -> Idle:
        """Do all that is owed after the playground moved its clock, and say what comes next."""
        self.presence.moved()
        await self.presence.arrived.wait()
        try:
            await self.presence.beat()
            await self.healing.run()
            if not self.presence.rests:
                await self._do_all()
                await self._arm()
            dates = await self._house_dates()
            await self.announcer.run(eager=True)
            return await self._idle(dates)
        except LedgerError as error:  # the playground keeps following the clock
            _note_refused(error)
        except Exception:
            log.exception("sweep failed")
        return Idle()

    async def _do_all(self) -> None:
        """Work until nothing is owed, or three rounds made no progress: what keeps failing waits for its turn."""
        fruitless = 0
        while fruitless < 3:
            rounds = (await self.worker.run(eager=True), await self.announcer.run(eager=True))
            if not any(round_.taken for round_ in rounds):
                return
            fruitless = 0 if any(round_.done for round_ in rounds) else fruitless + 1

    # the clock

    def _start_clock(self) -> None:
        for wakes, seconds in (
            (self._due, EVERY_SECONDS),
            (self._told, EVERY_SECONDS),
            (self._beat, BEAT_SECONDS),
            (self._house, HOUSEKEEPING_SECONDS),
        ):
            self._clock.add_job(
                wakes.set, "interval", seconds=seconds, coalesce=True, misfire_grace_time=None
            )
            wakes.set()
        self._clock.start()

    async def _arm(self) -> None:
        """Set the one date job to the next due row, or wake the worker where that is past."""
        next_us = await self.crux.db.read(jobs.next_us)
        if next_us is None:
            return
        wait = from_us(next_us) - self.crux.clock.now()
        if wait <= timedelta():
            self._due.set()
        else:
            at = datetime.now(UTC) + min(wait, timedelta(days=1))
            self._clock.add_job(
                self._due.set, "date", run_date=at, id="next", replace_existing=True, misfire_grace_time=None
            )

    async def _follow_writes(self) -> None:
        """Wake the announcer and the worker after each press that wrote something."""
        while True:
            await self.crux.wrote.wait()
            self.crux.wrote.clear()
            self._told.set()
            self._page.set()
            with contextlib.suppress(LedgerError):
                await self._arm()

    # what is woken

    async def _work(self) -> None:
        if not self.presence.rests:
            if (await self.worker.run()).done:
                self._told.set()
            await self._arm()

    async def _tell(self) -> None:
        await self.announcer.run()

    async def _heal(self) -> None:
        if await self.healing.run():
            self._told.set()

    async def _keep_house(self) -> None:
        await self._house_dates()
        self._told.set()

    async def _tell_page(self) -> None:
        await self.crux.clock.tell(await self._idle(await self._house_dates()))
        await asyncio.sleep(PAGE_SECONDS)

    async def _loop(self, woken: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await woken.wait()
            woken.clear()
            try:
                await work()
            except LedgerError as error:
                _note_refused(error)
            except Exception:
                log.exception("sweep failed")

    async def _until_done(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except LedgerError as error:
                log.warning("could not arrive", extra={"facts": {"error": type(error).__name__}})
                await asyncio.sleep(1.0)
            else:
                return

    async def _idle(self, house: list[tuple[datetime, str]]) -> Idle:
        rows = await self.crux.db.read(jobs.coming_everywhere)
        coming = [(from_us(at_us), due_work.due_words(kind, ref)) for kind, ref, at_us in rows]
        coming = sorted([*coming, *house])
        books = await self.crux.db.read(statements.balanced)
        return Idle(min((at for at, _ in coming), default=None), tuple(coming[:20]), ledger.books(books))

    # the book's own dates

    async def _house_dates(self) -> list[tuple[datetime, str]]:
        """Do what the book's own dates ask for, and tell which come next."""
        async with self._one_house:
            db, now = self.crux.db, self.crux.clock.now()
            expiry = await db.read(players.next_expiry)
            if expiry is not None and expiry <= now:
                await db.background(deletion.drop_expired, None, now)
                expiry = await db.read(players.next_expiry)
            waiting = await digests.tell_owed(self.crux, now)
        dates = [(expiry, "A digest kept for a year is deleted")] if expiry is not None else []
        if waiting:
            dates.append((digests.next_day(now), "The book's newest digest is posted"))
        return dates


def _note_refused(error: LedgerError) -> None:
    """Note that a round found the database away, say: it is tried again, and no mistake of ours."""
    log.warning("sweep refused", extra={"facts": {"error": type(error).__name__}})
