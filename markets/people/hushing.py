"""Who wants no more mentions by what one other person does: the button *No more from them* (RULES E2)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, returned
from ledger.compiled import in_guild, param, params
from ledger.errors import UnknownPlayer
from ledger.types import fits
from markets.core import tables

_h = tables.hushed.c
_ADD = sa.insert(tables.hushed)
_OF = sa.select(_h.other).where(in_guild(_h), _h.player == param("p")).order_by(_h.other)
_ONE = (
    sa.select(_h.other).where(in_guild(_h), _h.player == param("p"), _h.other.in_(params("others"))).limit(1)
)
_FORGET = sa.delete(tables.hushed).where(
    in_guild(_h), _h.player == param("p"), _h.other.in_(params("others"))
)


@dataclass(frozen=True, slots=True)
class Hush:
    """Have no more mentions by what another person does; or have them again."""

    guild: int
    key: str
    player: int
    other: int
    on: bool


def hush(tx: Connection, request: Hush, now: datetime) -> bool:
    """Note that a person wants no more mentions by another, or take that back; return which of both is so now. It is
    theirs alone: the other one learns nothing of it, and going and coming back doesn't shed it.

    Raises:
        UnknownPlayer: The book has no player of that number.
    """
    if not fits(request.other):
        raise UnknownPlayer(request.guild, request.other)
    accounts.wallet(tx, request.guild, request.other)  # raises UnknownPlayer
    others = returned.numbers(tx, request.guild, request.other)
    if request.player in others:
        return False
    tx.execute(_FORGET, {"g": request.guild, "p": request.player, "others": others})
    if request.on:
        row = {"guild_id": request.guild, "player": request.player, "other": request.other}
        tx.execute(_ADD, row)
    return request.on


def is_hushed(tx: Connection, guild: int, player: int, other: int) -> bool:
    """Return whether a player wants no more mentions by another, under any number that one had (E4)."""
    others = returned.numbers(tx, guild, other)
    return tx.execute(_ONE, {"g": guild, "p": player, "others": others}).first() is not None


def hushed_by(tx: Connection, guild: int, player: int) -> list[int]:
    """Return by whom a player wants no more mentions."""
    return list(tx.execute(_OF, {"g": guild, "p": player}).scalars())
