"""Notice a book that is older than what its log channel was told (RULES E9).

At start the newest digests that Crux posted there are looked for in the book's chain and in its record. If one is
missing, an old backup was put back, or the book was changed: the operator and the channel are told, and the server
waits for its owner's word.
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

from bot.client import Client
from bot.server_settings import Places
from bot.ui import components
from bot.words import ledger as render
from ledger import schema
from ledger.compiled import in_guild, param
from markets.core import numbering, tables
from markets.settlement import absence

MOST_LOOKED_AT = 200
"""Messages of the log channel, the newest first; the digest is posted once a day."""

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


def missing(tx: Connection, guild: int, told: list[ToldDigest]) -> ToldDigest | None:
    """Return the first of some digests that the book doesn't hold."""
    for one in told:
        found = tx.execute(_IN[one.what], {"g": guild, "n": one.number}).scalar()
        if found is None or bytes(found).hex() != one.digest:
            return one
    return None


async def look(crux: Client, guild: discord.Guild, chosen: Places) -> None:
    """Compare a server's book with its log channel, and let the server wait where the channel knows more."""
    told = await _newest(crux, guild, chosen.log_channel)
    lost = await crux.db.read(missing, guild.id, told) if told else None
    if lost is None:
        return
    crux.waiting.add(guild.id)
    await crux.db.background(absence.removed, absence.Removed(guild.id), crux.clock.now())
    facts = {"guild": guild.id, "what": lost.what, "number": lost.number}
    log.critical("the book is older than what its log channel was told", extra={"facts": facts})
    try:
        place = crux.get_partial_messageable(chosen.log_channel, guild_id=guild.id)
        await place.send(view=components.view(render.older(lost.what, lost.number)))
    except discord.HTTPException:
        log.warning("could not tell the log channel", extra={"facts": {"guild": guild.id}})


async def _newest(crux: Client, guild: discord.Guild, channel: int) -> list[ToldDigest]:
    """Return the newest digests that Crux posted; none where there are none, or where it can't read."""
    if not channel or guild.get_channel(channel) is None:
        return []
    place = crux.get_partial_messageable(channel, guild_id=guild.id)
    try:
        async for message in place.history(limit=MOST_LOOKED_AT):
            if crux.user is not None and message.author.id == crux.user.id:
                text = "\n".join(_texts(message.components))
                told = [
                    ToldDigest(what, int(number.replace(",", "")), digest)
                    for digest, what, number in _DIGEST.findall(text)
                ]
                if told:
                    return told
    except discord.HTTPException:
        pass
    return []


def _texts(parts: Any) -> Iterator[str]:
    for part in parts:
        if isinstance(content := getattr(part, "content", None), str):
            yield content
        yield from _texts(getattr(part, "children", ()))
