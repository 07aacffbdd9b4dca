"""Notice a book that is older than what its log channel was told (RULES E9).

At start the newest digests that Crux posted there are looked for in the book's chain and in its record. If one is
missing, an old backup was put back, or the book was changed: the operator and the channel are told, and the server
waits for its owner's word.

Two marks say how far that is: up to which message the channel was read and found right, and which digest was missing.
The second stands until the owner's word, so that nobody writes it out of sight.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
import sqlalchemy as sa
from sqlalchemy import Connection

from bot import remembered
from bot.client import Client
from bot.remembered import Mark
from bot.server_settings import Places
from bot.ui import components
from bot.words import ledger as render
from ledger import schema
from ledger.compiled import in_guild, param
from markets.core import numbering, tables
from markets.settlement import absence

MOST_LOOKED_AT = 10_000
"""Messages of the log channel, the newest first: a hundred pages, about a minute and a half at Discord's pace. Crux
alone posts there as a rule, and what was read at an earlier start isn't read again."""

LEAP = 1_000
"""How much further numbers go on: as many claims, offers and so on may have been made after the backup."""

_DIGEST = re.compile(r"`([0-9a-f]{64})`\s+After (transfer|record) ([0-9,]+)\.")

_t = schema.transfers.c
_r = tables.records.c
_IN = {
    "transfer": sa.select(_t.digest).where(in_guild(_t), _t.number == param("n")),
    "record": sa.select(_r.digest).where(in_guild(_r), _r.number == param("n")),
}

log = logging.getLogger("crux.older")


@dataclass(frozen=True, slots=True)
class ToldDigest:
    """A digest that a channel was told: of the `transfer` or the `record` with this number."""

    what: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class GoOn:
    """The owner's word that the book stands as it is."""

    guild: int
    key: str


def go_on(tx: Connection, request: GoOn, now: datetime) -> None:
    """Have all numbers go on further, so that none is given twice."""
    numbering.go_further(tx, request.guild, LEAP)
    remembered.save(tx, Mark(_lost_of(request.guild), ""), now)


def missing(tx: Connection, guild: int, told: list[ToldDigest]) -> ToldDigest | None:
    """Return the first of some digests that the book doesn't hold."""
    for one in told:
        found = tx.execute(_IN[one.what], {"g": guild, "n": one.number}).scalar()
        if found is None or bytes(found).hex() != one.digest:
            return one
    return None


async def look(crux: Client, guild: discord.Guild, chosen: Places) -> None:
    """Compare a server's book with its log channel, and let the server wait where the channel knows more.

    Raises:
        discord.HTTPException, aiohttp.ClientError, OSError: Discord didn't answer; nothing was compared.
    """
    lost = _read(await crux.db.read(remembered.load, _lost_of(guild.id)))
    if lost is None or await crux.db.read(missing, guild.id, [lost]) is None:
        found = await _newest(crux, guild, chosen.log_channel)
        lost = await crux.db.read(missing, guild.id, found.told)
        if lost is None:
            if found.up_to:
                await _keep(crux, _read_of(guild.id), str(found.up_to))
            return
        await _keep(crux, _lost_of(guild.id), f"{lost.what}:{lost.number}:{lost.digest}")
    crux.waiting.add(guild.id)
    await crux.db.background(absence.removed, absence.Removed(guild.id), crux.clock.now())
    facts = {"guild": guild.id, "what": lost.what, "number": lost.number}
    log.critical("the book is older than what its log channel was told", extra={"facts": facts})
    try:
        place = crux.get_partial_messageable(chosen.log_channel, guild_id=guild.id)
        await place.send(view=components.view(render.older(lost.what, lost.number)))
    except discord.HTTPException:
        log.warning("could not tell the log channel", extra={"facts": {"guild": guild.id}})


@dataclass(frozen=True, slots=True)
class _Found:
    """The newest digests that the channel was told, and up to which message it was read whole; 0 where it wasn't."""

    told: list[ToldDigest]
    up_to: int = 0


async def _newest(crux: Client, guild: discord.Guild, channel: int) -> _Found:
    """Return the newest digests that Crux posted since the channel was read last. Where it can't be read, or where
    others wrote too much, the operator is told: the book was compared with nothing."""
    facts = {"guild": guild.id, "channel": channel}
    if not channel:
        return _Found([])
    if guild.get_channel(channel) is None:
        log.warning("not compared with the log channel, which isn't there", extra={"facts": facts})
        return _Found([])
    read_to = int(await crux.db.read(remembered.load, _read_of(guild.id)) or 0)
    place = crux.get_partial_messageable(channel, guild_id=guild.id)
    newest = looked_at = 0
    try:
        async for message in place.history(limit=MOST_LOOKED_AT):
            if message.id <= read_to:
                return _Found([], newest)
            looked_at += 1
            newest = max(newest, message.id)
            if told := _told(crux, message):
                return _Found(told, newest)
    except discord.Forbidden:
        log.warning("not compared with the log channel, which Crux may not read", extra={"facts": facts})
        return _Found([])
    if looked_at >= MOST_LOOKED_AT:
        facts["messages"] = looked_at
        log.critical(
            "no digest among the log channel's newest messages: not compared", extra={"facts": facts}
        )
        return _Found([])
    return _Found([], newest)


def _told(crux: Client, message: discord.Message) -> list[ToldDigest]:
    """The digests in a message of our own."""
    if crux.user is None or message.author.id != crux.user.id:
        return []
    text = "\n".join(_texts(message.components))
    return [
        ToldDigest(what, int(number.replace(",", "")), digest)
        for digest, what, number in _DIGEST.findall(text)
    ]


async def _keep(crux: Client, name: str, value: str) -> None:
    await crux.db.background(remembered.save, Mark(name, value), crux.clock.now())


def _read_of(guild: int) -> str:
    """The mark's name: up to which message the log channel was read, and found right."""
    return f"log-read:{guild}"


def _lost_of(guild: int) -> str:
    """The mark's name: which digest the book doesn't hold, until the owner's word."""
    return f"log-lost:{guild}"


def _read(mark: str | None) -> ToldDigest | None:
    """Read the mark of a missing digest."""
    if not mark:
        return None
    what, number, digest = mark.split(":")
    return ToldDigest(what, int(number), digest)


def _texts(parts: Any) -> Iterator[str]:
    for part in parts:
        if isinstance(content := getattr(part, "content", None), str):
            yield content
        yield from _texts(getattr(part, "children", ()))
