"""What time makes necessary: looked for once a minute, and after each move of the playground's clock."""

import asyncio
import logging
from datetime import datetime

from bot import digests
from bot.client import Crux
from bot.clock import Idle
from ledger import people
from ledger.errors import LedgerError

EVERY_SECONDS = 60.0

log = logging.getLogger("crux.scheduler")


class Scheduler:
    def __init__(self, crux: Crux) -> None:
        self.crux = crux
        self._one = asyncio.Lock()

    async def run(self) -> None:
        """Sweep once a minute until cancelled."""
        while True:
            try:
                await self.sweep(self.crux.clock.now())
            except LedgerError as error:
                log.warning("sweep refused", extra={"facts": {"error": type(error).__name__}})
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(EVERY_SECONDS)

    async def sweep(self, now: datetime) -> Idle:
        """Do all that is owed by now, and tell what comes next."""
        async with self._one:
            db = self.crux.db
            expiry = await db.read(people.next_expiry)
            if expiry is not None and expiry <= now:
                await db.claim(people.drop_expired, None, now)
                expiry = await db.read(people.next_expiry)
            waiting = await digests.tell_owed(self.crux, now)
        due = [(expiry, "A digest kept for a year is deleted")] if expiry is not None else []
        if waiting:
            due.append((digests.next_day(now), "The book's newest digest is posted"))
        return Idle(min((at for at, _ in due), default=None), tuple(sorted(due)))
