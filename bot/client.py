"""The Discord client: what one connection keeps for everything that is done for a press.

What reaches us from Discord stands in `bot.router`.
"""

import asyncio
import contextlib
import time
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import TypeVar

import discord

from bot import server_settings
from bot.checker import Checker
from bot.clock import Clock
from bot.painter import Painter
from bot.refusals import TooSoon
from bot.routes import Routes
from bot.server_settings import Places
from bot.text import Currency
from ledger import accounts
from ledger.errors import AlreadyDone, LedgerError, UnknownGuild
from ledger.storage.database import Database
from ledger.storage.operations import Request, Unit

A = TypeVar("A")
R = TypeVar("R", bound=Request)

_REMEMBERED_SECONDS = 60.0

EXPORT_PAUSE = timedelta(minutes=1)
"""Between two exports of one person."""

GO_ON = "older:go-on"
"""The one button that is heard while a server waits for its owner's word (`bot/background/older.py`)."""


class Client(discord.AutoShardedClient):
    """One connection to Discord, with what every press needs at hand: the database and the clock."""

    def __init__(
        self, db: Database, clock: Clock, routes: Routes, *, ready_after_seconds: float = 2.0
    ) -> None:
        """`ready_after_seconds` is how long no further server must come for all to be there."""
        super().__init__(
            guild_ready_timeout=ready_after_seconds,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
        )
        self.db = db
        self.clock = clock
        self.routes = routes
        self.checker = Checker(db.address.url.render_as_string(hide_password=False))
        self.painter = Painter(db)
        self.stopping = False
        self.waiting: set[int] = (
            set()
        )  # servers whose book is older than what was told, and their owner hasn't said
        self.wrote = asyncio.Event()  # a press wrote something that may have to be told
        self._working = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.exporting = asyncio.Lock()
        """Held by the one export that is made: the next waits in line, so that memory holds one at a time."""
        self._exported: dict[tuple[int, int], datetime] = {}
        self._currencies: dict[int, tuple[float, Currency]] = {}

    async def write(self, unit: Unit[R, A], request: R, now: datetime) -> A:
        """Run `db.write` for what a person did: a repeat gets the first answer, and a server gets its book."""
        try:
            return await self._write_once(unit, request, now)
        except UnknownGuild:
            await self.db.background(accounts.open_book, accounts.OpenBook(request.guild), now, at_once=True)
            return await self._write_once(unit, request, now)

    async def _write_once(self, unit: Unit[R, A], request: R, now: datetime) -> A:
        try:
            answer = await self.db.write(unit, request, now)
        except AlreadyDone as done:
            return done.answer
        self.wrote.set()
        return answer

    def require_export(self, guild: int, person: int, now: datetime) -> None:
        """Note that a person asks for an export: one a minute (B8).

        Raises:
            TooSoon: Their last one is less than a minute ago.
        """
        last = self._exported.get((guild, person))
        if last is not None and last <= now < last + EXPORT_PAUSE:
            raise TooSoon("/ledger export", last + EXPORT_PAUSE)
        self._exported = {who: at for who, at in self._exported.items() if now < at + EXPORT_PAUSE}
        self._exported[guild, person] = now

    async def places(self, guild: int) -> Places:
        """Return a server's places as they stand in the database now."""
        found = await self.db.read(server_settings.load, guild)
        self.remember(guild, found)
        return found

    async def currency(self, guild: int | None) -> Currency:
        """Return what a server calls its points. Up to a minute old, where another process changed it; for words
        only."""
        if guild is None:
            return Currency()
        kept = self._currencies.get(guild)
        if kept is not None and time.monotonic() - kept[0] < _REMEMBERED_SECONDS:
            return kept[1]
        try:
            await self.places(guild)
        except LedgerError:
            return Currency()
        return self._currencies[guild][1]

    def remember(self, guild: int, chosen: Places) -> None:
        """Use this server's words from now on."""
        currency = Currency(chosen.currency_name, chosen.currency_symbol)
        self._currencies[guild] = (time.monotonic(), currency)

    @contextlib.contextmanager
    def busy(self) -> Generator[None]:
        """Count one answer in progress, which `finish` waits for."""
        self._working += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._working -= 1
            if not self._working:
                self._idle.set()

    async def finish(self, seconds: float) -> None:
        """Refuse what comes from now on, and wait until what has begun is answered."""
        self.stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)


Press = discord.Interaction[Client]
"""What a person did in Discord: a command, a button, a form."""
