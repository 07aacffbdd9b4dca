"""Say what a market counts as that changed hands and that nobody holds shares of (RULES B8).

It is filed as void, so whoever sells the last share would choose whether everything before is void. They don't: whom
a void would cost something is told, and has time to buy a share, by which the claim is asked about like any other. A
market that became empty too late for that isn't filed: who traded in it counts as still there, and its trades stand
by the claim's result.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, in_guild, param
from ledger.types import Whole, to_us
from markets.claims import terms
from markets.claims.claims import Claim
from markets.core import tables

TIME_US = terms.DAY_US
"""How long people have to react, trading being open; of a short market a quarter of its trading time."""

SHORT = 4

FREEZE = "freeze"

_markets = tables.markets.c
_positions = tables.positions.c
_trades = tables.trades.c
_proposals = tables.proposals.c
_acts = tables.acts.c
_one, _zero = sa.literal_column("1", Whole), sa.literal_column("0", Whole)
_OPENED = Compiled(
    sa.select(_markets.opened_us).where(
        in_guild(_markets),
        _markets.claim == param("claim"),
        _markets.state == sa.literal_column("'open'"),
        _markets.trades > _zero,
        ~sa.exists().where(
            _positions.guild_id == _markets.guild_id,
            _positions.claim == _markets.claim,
            _positions.shares > _zero,
        ),
    )
)
_LAST = Compiled(
    sa.select(_trades.at_us)
    .where(in_guild(_trades), _trades.claim == param("claim"))
    .order_by(_trades.number.desc())
    .limit(_one)
    .offset(_zero)
)
_TRADERS = (
    sa.select(_positions.player, sa.cast(sa.func.sum(_positions.cost), Whole))
    .where(in_guild(_positions), _positions.claim == param("claim"))
    .group_by(_positions.player)
    .having(sa.func.sum(_positions.cost) != 0)
)
_STOPPED = sa.union_all(
    sa.select(_proposals.number).where(
        in_guild(_proposals),
        _proposals.claim == param("claim"),
        _proposals.early == 1,
        _proposals.made_us < param("closes"),
        sa.or_(_proposals.ended_us.is_(None), _proposals.ended_us > param("last")),
    ),
    sa.select(_acts.number).where(
        in_guild(_acts),
        _acts.claim == param("claim"),
        _acts.act == FREEZE,
        _acts.at_us > param("last"),
        _acts.at_us < param("closes"),
    ),
)


def traders(tx: Connection, claim: Claim) -> dict[int, int]:
    """Return who has put more into a claim's market than they took out, or less, and how much, minor units."""
    rows = tx.execute(_TRADERS, {"g": claim.guild, "claim": claim.number}).all()
    return {player: int(cost) for player, cost in rows}


def late(tx: Connection, claim: Claim) -> bool:
    """Return whether a market that changed hands became empty so late that people had no time to buy again, or
    trading was stopped meanwhile."""
    opened = _OPENED.row(tx, g=claim.guild, claim=claim.number)
    if opened is None or not traders(tx, claim):
        return False
    last_us, closes_us = _last(tx, claim), claim.closes_us or 0
    if last_us > closes_us - min(TIME_US, (closes_us - int(opened[0])) // SHORT):
        return True
    asked = {"g": claim.guild, "claim": claim.number, "last": last_us, "closes": closes_us}
    return tx.execute(_STOPPED, asked).first() is not None


def lately(tx: Connection, claim: Claim, now: datetime) -> bool:
    """Return whether a market that changed hands became empty within the last day."""
    empty = _OPENED.row(tx, g=claim.guild, claim=claim.number) is not None
    return empty and to_us(now) < _last(tx, claim) + TIME_US and bool(traders(tx, claim))


def will_be_void(tx: Connection, claim: Claim) -> bool:
    """Return whether a claim's market is paid as void at the check date as it is: it changed hands, nobody holds
    shares of it, and it became empty early enough."""
    empty = _OPENED.row(tx, g=claim.guild, claim=claim.number) is not None
    return empty and bool(traders(tx, claim)) and not late(tx, claim)


def _last(tx: Connection, claim: Claim) -> int:
    row = _LAST.row(tx, g=claim.guild, claim=claim.number)
    assert row is not None, claim.number
    return int(row[0])
