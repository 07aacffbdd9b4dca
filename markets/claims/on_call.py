"""Judges on call: members who would judge what a claim's own judges don't decide (RULES D4)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.core import tables

_v = tables.volunteers.c
_players = book.players.c
_this = (in_guild(_v), _v.player == param("p"))
_SINCE = sa.select(_v.at_us).where(*_this)
_ADD = sa.insert(tables.volunteers)
_STOP = sa.delete(tables.volunteers).where(*_this)
_here = (
    sa.select(_v.player)
    .join(book.players, (_players.guild_id == _v.guild_id) & (_players.number == _v.player))
    .where(in_guild(_v), _players.discord_id.is_not(None))
    .order_by(_v.player)
)
_ALL = _here
_SINCE_BEFORE = _here.where(_v.at_us < param("before"))


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Be a judge on call, or be none any more."""

    guild: int
    key: str
    player: int
    on: bool


@dataclass(frozen=True, slots=True)
class OnCall:
    """Whether a member is on call now, and how many are in all."""

    on: bool
    volunteers: int


@dataclass(frozen=True, slots=True)
class GoneFromServer:
    """Judges on call who left the server."""

    guild: int
    key: str
    players: tuple[int, ...]


def volunteer(tx: Connection, request: Volunteer, now: datetime) -> OnCall:
    """Be on call, or be it no more. Who is on call already stays so since the day they said it."""
    this = {"g": request.guild, "p": request.player}
    if not request.on:
        tx.execute(_STOP, this)
    elif tx.execute(_SINCE, this).first() is None:
        row = {"guild_id": request.guild, "player": request.player, "at_us": to_us(now)}
        tx.execute(_ADD, row)
    return OnCall(request.on, len(everybody(tx, request.guild)))


def gone(tx: Connection, request: GoneFromServer, now: datetime) -> None:
    """Take those who left the server off the list: whoever comes back volunteers again."""
    for player in request.players:
        tx.execute(_STOP, {"g": request.guild, "p": player})


def everybody(tx: Connection, guild: int) -> list[int]:
    """Return all who are on call."""
    return list(tx.execute(_ALL, {"g": guild}).scalars())


def since_before(tx: Connection, guild: int, before_us: int) -> list[int]:
    """Return who is on call since before a moment."""
    return list(tx.execute(_SINCE_BEFORE, {"g": guild, "before": before_us}).scalars())
