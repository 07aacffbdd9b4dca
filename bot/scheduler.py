"""What time makes necessary: looked for once a minute, and after each move of the playground's clock."""

import asyncio
import contextlib
import logging
from datetime import datetime

from bot import digests, posts
from bot.client import Crux
from bot.clock import Idle
from bot.render import ledger as render
from ledger import people
from ledger.errors import AlreadyDone, LedgerError

EVERY_SECONDS = 60.0

log = logging.getLogger("crux.scheduler")


class Scheduler:
    def __init__(self, crux: Crux) -> None:
        self.crux = crux
        self._one = asyncio.Lock()

    async def run(self) -> None:
        """Sweep once a minute until cancelled."""
        await self.crux.wait_until_ready()
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
            waiting = await self._tell_digests(now)
        due = [(expiry, "A digest kept for a year is deleted")] if expiry is not None else []
        if waiting:
            due.append((digests.next_day(now), "The book's newest digest is posted"))
        return Idle(min((at for at, _ in due), default=None), tuple(sorted(due)))

    async def _tell_digests(self, now: datetime) -> bool:
        """Post the digests that are owed today; whether others wait for tomorrow."""
        if not self.crux.is_ready():
            return False
        today = digests.day(now)
        untold = await self.crux.db.read_long(digests.untold)
        for book in untold:
            if book.told_day < today:
                await self._tell(book, today, now)
        return any(book.told_day >= today for book in untold)

    async def _tell(self, book: digests.Untold, today: int, now: datetime) -> None:
        """Posted first and remembered after: the nonce keeps a second try from showing it twice."""
        card = render.digest(book.transfers, book.head)
        await posts.post(self.crux, book.guild, book.channel, card, book.guild + book.transfers)
        told = digests.Tell(book.guild, f"digest:{today}", digests.Told(book.transfers, today))
        with contextlib.suppress(AlreadyDone):
            await self.crux.db.write(digests.tell, told, now, background=True)
