"""Read a pool's stakes: in their order, who has one, and whose owner is gone."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import Compiled, columns_of, in_guild, param
from markets.claims.claims import Claim
from markets.core import tables

_stakes = tables.stakes.c
_of = (in_guild(_stakes), _stakes.claim == param("c"))
_l = book.players.c


class PoolStake(NamedTuple):
    """A stake as it is stored; `paid` is what came back once the pool has ended, `late` is 1 where it was
    placed after the result was public. A tuple: ten thousand are read while a player waits."""

    number: int
    player: int
    outcome: int
    amount: int
    at_us: int
    state: str
    late: int
    paid: int | None
    paid_by: int | None
    pool: int = 1


LIVE: sa.ColumnElement[str] = sa.literal_column("'live'")
columns = columns_of(tables.stakes, PoolStake)
_STAKES = Compiled(sa.select(*columns).where(*_of).order_by(_stakes.number))
_STAKES_IN = Compiled(sa.select(*columns).where(*_of, _stakes.pool == param("pool")).order_by(_stakes.number))
_STAKES_OF = Compiled(sa.select(*columns).where(*_of, _stakes.player == param("p")).order_by(_stakes.number))
_HOLDERS = (
    sa.select(_stakes.player, sa.func.sum(_stakes.amount).label("staked"))
    .where(*_of, _stakes.state == LIVE)
    .group_by(_stakes.player)
)
_ANY = sa.select(_stakes.number).where(*_of, _stakes.state == LIVE).limit(1)
_HOLDS = _ANY.where(_stakes.player == param("p"))
_EVER = sa.select(_stakes.number).where(*_of, _stakes.player == param("p")).limit(1)


def is_late(one: PoolStake, known_us: int | None) -> bool:
    """Return whether a stake was placed after the result was public."""
    return known_us is not None and one.at_us > known_us


def stakes_of(
    tx: Connection, guild: int, claim: int, *, player: int | None = None, pool: int | None = None
) -> list[PoolStake]:
    """Return the stakes in a claim's pools in the order in which they were placed; of one player or in one pool if
    named."""
    if pool is not None:
        found = placed(_STAKES_IN.rows(tx, g=guild, c=claim, pool=pool))
        return [one for one in found if player in (None, one.player)]
    if player is None:
        return placed(_STAKES.rows(tx, g=guild, c=claim))
    return placed(_STAKES_OF.rows(tx, g=guild, c=claim, p=player))


def placed(rows: Iterable[Sequence[Any]]) -> list[PoolStake]:
    """Read rows of `columns` as stakes."""
    return [PoolStake._make(row) for row in rows]


def holders(tx: Connection, claim: Claim) -> dict[int, int]:
    """Return who has a live stake in a claim's pool, and how much."""
    rows = tx.execute(_HOLDERS, {"g": claim.guild, "c": claim.number})
    return {row.player: int(row.staked) for row in rows}


def holds(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player has a live stake in a claim's pool."""
    return tx.execute(_HOLDS, {"g": claim.guild, "c": claim.number, "p": player}).first() is not None


def hangs(tx: Connection, claim: Claim) -> bool:
    """Return whether there is a live stake in a claim's pool."""
    return tx.execute(_ANY, {"g": claim.guild, "c": claim.number}).first() is not None


def has_money(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player has, or ever had, a stake in a claim's pool (D4)."""
    return tx.execute(_EVER, {"g": claim.guild, "c": claim.number, "p": player}).first() is not None


def somebody_deleted(tx: Connection, claim: Claim) -> bool:
    """Return whether a player with a live stake had themselves deleted (E4)."""
    return tx.execute(_DELETED, {"g": claim.guild, "c": claim.number}).first() is not None


_DELETED = _ANY.join(
    book.players, (_l.guild_id == _stakes.guild_id) & (_l.number == _stakes.player) & _l.discord_id.is_(None)
)
