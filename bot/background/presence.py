"""Record whether people can reach the bot, and prolong windows after an absence (RULES D3, E5).

A mark in the database is the last moment at which the bot was connected. If it is older than `BRIEF` when the bot
connects, every running window gets the time back. Servers that the bot was removed from rest until it is invited
again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from importlib.metadata import version

import aiohttp
import discord

from bot import remembered
from bot.background import older
from bot.client import Client
from ledger.errors import AlreadyDone
from ledger.storage import schema_version
from ledger.types import to_us
from markets.settlement import absence

BRIEF = timedelta(minutes=15)
"""An absence that nobody is given time back for: a restart, an upgrade, a stumble of the line."""

ALIVE = "alive"

TRY_AGAIN_SECONDS = (1.0, 5.0)
"""Pauses between tries to read a server's log channel at start; discord.py has tried five times by then."""

log = logging.getLogger("crux.presence")


class Presence:
    """Knows whether the bot is here. Nothing due is carried out before `arrived` is set."""

    def __init__(self, crux: Client, heard: Callable[[discord.Guild], None]) -> None:
        """Take a function that hears of each server that comes or comes back, as `heard`."""
        self.ready = asyncio.Event()
        self.arrived = asyncio.Event()
        self._crux = crux
        self._heard = heard
        self._beat_us = 0
        self._compared: set[int] = set()  # servers whose book was held against its log channel
        self._lost: set[int] = set()  # shards without a connection
        for hears in (self.on_shard_disconnect, self.on_shard_ready, self.on_shard_resumed):
            crux.event(hears)
        for hears in (self.on_ready, self.on_guild_join, self.on_guild_available, self.on_guild_remove):
            crux.event(hears)

    async def arrive(self) -> None:
        """Give back what an absence took, then count as here."""
        said = await self._crux.db.read(remembered.load, ALIVE)
        if said is not None:
            await self._give_back(int(said))
        await self._count_servers()
        await self._compare()
        await self.beat()
        self.arrived.set()

    async def beat(self) -> None:
        """Write the mark if the bot is connected. A sleep of the whole machine counts as an absence too."""
        if self._lost:
            return
        if self.arrived.is_set():
            await self._give_back(self._beat_us)
        now = self._crux.clock.now()
        self._beat_us = to_us(now)
        await self._crux.db.background(remembered.save, remembered.Mark(ALIVE, str(self._beat_us)), now)

    def moved(self) -> None:
        """Note that the playground moved its clock: the bot counts as present all the while if it is connected."""
        if self.arrived.is_set() and not self._lost:
            self._beat_us = max(self._beat_us, to_us(self._crux.clock.now()))

    @property
    def rests(self) -> bool:
        """Tell whether due work waits until the bot is connected again, because nobody could object meanwhile."""
        return bool(self._lost) and to_us(self._crux.clock.now()) - self._beat_us > _us(BRIEF)

    async def _give_back(self, from_us: int) -> None:
        now = self._crux.clock.now()
        if to_us(now) - from_us <= _us(BRIEF):
            return
        guilds = await self._crux.db.read(absence.prolonged, from_us)
        for guild in guilds:
            await self._back(guild, from_us)
        facts = {"seconds": (to_us(now) - from_us) // 1_000_000, "servers": len(guilds)}
        log.warning("was away", extra={"facts": facts})

    async def _back(self, guild: int, from_us: int) -> None:
        request = absence.BackAgain(guild, f"back:{from_us}", from_us)
        with contextlib.suppress(AlreadyDone):
            await self._crux.db.write(absence.back_again, request, self._crux.clock.now())

    async def _count_servers(self) -> None:
        """Record the servers that the bot was removed from or invited to while it was away."""
        here = {guild.id for guild in self._crux.guilds}
        away = await self._crux.db.read(absence.removals)
        for guild in await self._crux.db.read(absence.guilds):
            if guild in here and guild in away:
                await self._back(guild, away[guild])
            elif guild not in here and guild not in away and self._ours(guild):
                await self._removed(guild)

    async def _compare(self) -> None:
        """Let servers wait whose log channel knows more than their book (E9)."""
        one_of_few = asyncio.Semaphore(8)

        async def compare(guild: discord.Guild) -> None:
            async with one_of_few:
                await self._compare_one(guild)

        await asyncio.gather(*map(compare, self._crux.guilds))

    async def _compare_one(self, guild: discord.Guild) -> None:
        """Compare a server's book once since the bot began. What isn't to be seen yet is compared when it comes."""
        if guild.unavailable or guild.id in self._compared:
            return
        chosen = await self._crux.places(guild.id)
        if not chosen.log_channel:
            return
        for pause in (*TRY_AGAIN_SECONDS, None):
            try:
                await older.look(self._crux, guild, chosen)
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                facts = {"guild": guild.id, "error": type(error).__name__}
                log.warning("the log channel wasn't read", extra={"facts": facts})
                if pause is not None:
                    await asyncio.sleep(pause)
            else:
                self._compared.add(guild.id)
                return
        facts = {"guild": guild.id}
        log.critical("not compared with the log channel, which can't be read", extra={"facts": facts})

    def _ours(self, guild: int) -> bool:
        """Tell whether this process hears of a server."""
        shards = self._crux.shard_count or 1
        return self._crux.shard_ids is None or (guild >> 22) % shards in self._crux.shard_ids

    async def _removed(self, guild: int) -> None:
        await self._crux.db.background(absence.removed, absence.Removed(guild), self._crux.clock.now())

    # heard from Discord

    async def on_ready(self) -> None:
        if not self.ready.is_set():
            self._say_who_serves()
        self.ready.set()

    def _say_who_serves(self) -> None:
        """Say at each start which bot serves how many servers from which book, and where to look."""
        address, servers = self._crux.db.address, len(self._crux.guilds)
        facts = {
            "application": self._crux.application_id,
            "servers": servers,
            "version": version("crux-bot"),
            "schema": schema_version.known()[-1],
            "database": address.path.name if address.path else "postgresql",
        }
        log.info("serves", extra={"facts": facts})
        if not servers:
            log.info("in no server yet: `crux invite` prints the link")
        else:
            log.info("what is missing in a server is said by /setup there, and by `crux doctor`")

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self._lost.add(shard_id)
        log.warning("lost the gateway", extra={"facts": {"shard": shard_id}})

    async def on_shard_ready(self, shard_id: int) -> None:
        await self._regained(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        await self._regained(shard_id)

    async def _regained(self, shard_id: int) -> None:
        self._lost.discard(shard_id)
        if self.arrived.is_set():
            await self.beat()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._removed(guild.id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._invited(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Handle a server that discord.py reports for the first time."""
        await self._invited(guild)

    async def _invited(self, guild: discord.Guild) -> None:
        if not self.arrived.is_set():
            return  # `arrive` counts them all
        self._heard(guild)
        await self._compare_one(guild)
        away = await self._crux.db.read(absence.removals)
        if guild.id in away and guild.id not in self._crux.waiting:
            await self._back(guild.id, away[guild.id])


def _us(span: timedelta) -> int:
    return int(span.total_seconds() * 1_000_000)
