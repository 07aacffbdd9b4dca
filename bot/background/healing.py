"""Send what could not be sent, when the right to send it comes back.

That is on the gateway's word, at start, and by *Check again*. A send that Discord refused waits for a right in one
channel. It is tried again when that channel's rights have changed since and allow it, so nothing is refused twice for
the same reason. What failed for another reason is tried once more at start. A server where nothing waits costs only
its part of one read.
"""

import asyncio
import logging

import discord

from bot.client import Client
from markets.core import parked_sends
from markets.core.parked_sends import Parked

log = logging.getLogger("crux.healing")

Rights = tuple[int, ...]


class Healing:
    """Hears of rights that changed; `run` then tells what waited for them. `woken` is set when there is something to
    look at."""

    def __init__(self, crux: Client) -> None:
        self.woken = asyncio.Event()
        self._crux = crux
        self._wanted: set[int] = set()
        self._seen: set[int] = set()  # servers looked at since the start
        self._tried: dict[tuple[int, int], Rights] = {}  # by server and channel: the rights at the last try
        self._one = asyncio.Lock()
        for hears in (self.on_guild_channel_create, self.on_guild_channel_update, self.on_member_update):
            crux.event(hears)
        for hears in (self.on_guild_role_create, self.on_guild_role_update, self.on_guild_role_delete):
            crux.event(hears)

    def begin(self) -> None:
        """Look at every server that is there."""
        for guild in self._crux.guilds:
            self.heard(guild)

    def heard(self, guild: discord.Guild) -> None:
        """Note that a server's rights may have changed."""
        for server, channel in [place for place in self._tried if place[0] == guild.id]:
            if self._tried[server, channel] != _rights(guild, channel):
                del self._tried[server, channel]
        self._wanted.add(guild.id)
        self.woken.set()

    async def run(self) -> int:
        """Send what waited for rights that are there now; the number of rows."""
        async with self._one:
            wanted, self._wanted = self._wanted, set()
            if not wanted:
                return 0
            try:
                kept = await self._crux.db.read(parked_sends.kept)
                return sum([await self._look(guild, kept) for guild in sorted(wanted)])
            except BaseException:
                self._wanted |= wanted  # looked at the next time
                raise

    async def _look(self, number: int, kept: list[Parked]) -> int:
        guild = self._crux.get_guild(number)
        if guild is None:
            return 0
        first = number not in self._seen
        mine = [one for one in kept if one.guild == number]
        rights = {channel: _rights(guild, channel) for channel in _refused_in(guild, mine)}
        changed = {at: now for at, now in rights.items() if self._tried.get((number, at)) != now}
        told = await _tell(self._crux, number, mine, tuple(sorted(changed)), others=first)
        self._tried |= {(number, channel): now for channel, now in changed.items()}
        self._seen.add(number)
        return told

    # heard from Discord

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        self.heard(channel.guild)

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        self.heard(after.guild)

    async def on_guild_role_create(self, role: discord.Role) -> None:
        self.heard(role.guild)

    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        self.heard(after.guild)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        self.heard(role.guild)

    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        if after.id == after.guild.me.id:
            self.heard(after.guild)


async def again(crux: Client, guild: discord.Guild) -> int:
    """Send once more what is parked in a server, in every channel where Crux has the rights now."""
    kept = [one for one in await crux.db.read(parked_sends.kept) if one.guild == guild.id]
    told = await _tell(crux, guild.id, kept, tuple(sorted(_refused_in(guild, kept))), others=True)
    if told:
        crux.wrote.set()
    return told


async def _tell(
    crux: Client, guild: int, kept: list[Parked], channels: tuple[int, ...], *, others: bool
) -> int:
    others = others and any(not one.refused or one.channel is None for one in kept)
    if not channels and not others:
        return 0
    request = parked_sends.Again(guild, channels, others)
    told = await crux.db.background(parked_sends.again, request, crux.clock.now())
    if told:
        log.info("told again", extra={"facts": {"guild": guild, "parked": told}})
    return told


def _refused_in(guild: discord.Guild, kept: list[Parked]) -> set[int]:
    """List the channels in which a send was refused and Crux may write now."""
    found = {one.channel for one in kept if one.refused and one.channel is not None}
    return {channel for channel in found if _may_tell(guild, channel)}


def _may_tell(guild: discord.Guild, channel: int) -> bool:
    for place in _places(guild, channel):
        may = place.permissions_for(guild.me)
        inside = isinstance(place, discord.Thread) or place.id != channel
        if may.view_channel and (may.send_messages_in_threads if inside else may.send_messages):
            return True
    return False


def _rights(guild: discord.Guild, channel: int) -> Rights:
    return tuple(place.permissions_for(guild.me).value for place in _places(guild, channel))


def _places(
    guild: discord.Guild, channel: int
) -> list[discord.abc.GuildChannel | discord.Thread | discord.ForumChannel]:
    """Return a channel, or all forums if it isn't known: discord.py forgets archived posts."""
    found = guild.get_channel_or_thread(channel)
    if isinstance(found, discord.Thread) and found.parent is None:
        return []
    return [found] if found is not None else list(guild.forums)
