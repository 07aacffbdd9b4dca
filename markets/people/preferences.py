"""How each person wants to be told of what concerns them (RULES E2): by a mention, by DM, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, param, params
from markets.core import tables
from markets.core.errors import BadTerms

By = Literal["mention", "dm", "off"]
CHOICES: tuple[By, ...] = get_args(By)


@dataclass(frozen=True, slots=True)
class Reached:
    """A person who can be told something, and how they chose to be."""

    discord_id: int
    by: By


@dataclass(frozen=True, slots=True)
class Choose:
    """Be told by a mention, by DM, or not at all."""

    guild: int
    key: str
    player: int
    by: By


_preferences = tables.preferences.c
_b = book.players.c
_FORGET = sa.delete(tables.preferences).where(in_guild(_preferences), _preferences.player == param("p"))
_ADD = sa.insert(tables.preferences)
_CHOSEN = (
    sa.select(_b.number, _b.discord_id, _preferences.mentions)
    .join(
        tables.preferences,
        (_preferences.guild_id == _b.guild_id) & (_preferences.player == _b.number),
        isouter=True,
    )
    .where(in_guild(_b), _b.number.in_(params("players")), _b.discord_id.is_not(None))
)


def choose(tx: Connection, request: Choose, now: datetime) -> By:
    """Remember what a person chose; a mention is what everybody begins with."""
    if request.by not in CHOICES:
        raise BadTerms("by", "unknown")
    row = {"guild_id": request.guild, "player": request.player}
    tx.execute(_FORGET, {"g": request.guild, "p": request.player})
    if request.by != "mention":
        tx.execute(_ADD, row | {"mentions": request.by})
    return request.by


def chosen(tx: Connection, guild: int, players: Sequence[int]) -> dict[int, Reached]:
    """Return how to reach players, by number, without those who had themselves deleted."""
    if not players:
        return {}
    rows = [
        row
        for at in range(0, len(players), _AT_ONCE)
        for row in tx.execute(_CHOSEN, {"g": guild, "players": list(players[at : at + _AT_ONCE])}).all()
    ]
    return {row.number: Reached(row.discord_id, row.mentions or "mention") for row in rows}


_AT_ONCE = 5_000
