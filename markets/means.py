"""Grants and gifts that count what a person has in bets, markets and pools (RULES A5, A6).

The ledger's own operations know wallets, reserves and bonds. What else somebody holds is known here, and is read in
the transaction that grants or gives: else whoever has staked everything would draw the allowance week after week,
and a profit that a void may still ask back would be given away first.
"""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, grants, people
from ledger.grants import Allowance
from ledger.people import Given, Present
from ledger.prepared import Prepared, param
from ledger.transfers import Posted
from ledger.types import Whole, to_us
from markets import lifecycle, tables


def staked(tx: Connection, guild: int, player: int) -> int:
    """What lies in live bets and pools, in markets at net cost, and in liquidity not yet returned; minor units."""
    in_markets = _whole(_COST, tx, guild, player) + _whole(_SUBSIDIES, tx, guild, player)
    return exposure(tx, guild, player) + in_markets


def exposure(tx: Connection, guild: int, player: int) -> int:
    """What somebody has locked in live bets and pools, until those end."""
    return _whole(_IN_BETS, tx, guild, player) + in_pools(tx, guild, player)


def in_pools(tx: Connection, guild: int, player: int) -> int:
    """What somebody has in pools that haven't ended."""
    return _whole(_IN_POOLS, tx, guild, player)


def parted_with(tx: Connection, guild: int, player: int, since: datetime) -> int:
    """What somebody lost by agreement or gave as rewards since then; what they won so is not set against it."""
    at_us = to_us(since)
    return sum(_whole(lost, tx, guild, player, since=at_us) for lost in (_AGREED_AWAY, _REWARDED))


def unsettled(tx: Connection, guild: int, player: int) -> int:
    """The profits taken on claims that haven't ended: by selling shares, and by agreement on a bet (C2)."""
    return _whole(_TAKEN, tx, guild, player) + _whole(_AGREED_ON, tx, guild, player)


def allowance(tx: Connection, request: Allowance, now: datetime) -> Posted:
    """The weekly allowance, as `grants.allowance`, with all that its player holds."""
    held = staked(tx, request.guild, request.player)
    lost = parted_with(tx, request.guild, request.player, now - grants.QUARTER)
    return grants.allowance(tx, replace(request, staked=held, parted_with=lost), now)


def present(tx: Connection, request: Present, now: datetime) -> Given:
    """A gift, as `people.present`, but never from a profit on a claim that isn't settled."""
    return people.present(tx, _counted(tx, request), now)


def preview(tx: Connection, request: Present, now: datetime) -> int:
    """The giver's balance, if this gift could be given just now; refusals as `present`."""
    return people.preview(tx, _counted(tx, request), now)


def _counted(tx: Connection, request: Present) -> Present:
    giver = accounts.player(tx, request.guild, request.giver)
    return replace(request, unsettled=unsettled(tx, request.guild, giver.number))


def _whole(statement: Prepared, tx: Connection, guild: int, player: int, **more: int) -> int:
    row = statement.row(tx, g=guild, p=player, **more)
    return int(row[0] or 0) if row else 0


_p, _m, _l = tables.positions.c, tables.markets.c, tables.liquidity.c
_b, _c = tables.bets.c, tables.claims.c
_s = tables.stakes.c


def _words(*states: str) -> list[sa.ColumnElement[str]]:
    return [sa.literal_column(f"'{state}'") for state in states]


_ZERO: sa.ColumnElement[int] = sa.literal_column("0")


def _sum(what: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(what), Whole)


def _above(what: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """What is over zero of each row."""
    return sa.case((what > _ZERO, what), else_=_ZERO)


_net = (
    sa.select(_sum(_p.cost).label("cost"))
    .join(tables.markets, (_m.guild_id == _p.guild_id) & (_m.claim == _p.claim))
    .where(
        _p.guild_id == param("g"),
        _p.player == param("p"),
        _p.paid.is_(None),
        _m.state.in_(_words("open", "ending")),
    )
    .group_by(_p.claim)
    .subquery()
)
_COST = Prepared(sa.select(_sum(_above(_net.c.cost))))
_TAKEN = Prepared(sa.select(_sum(_above(-_net.c.cost))))
_SUBSIDIES = Prepared(
    sa.select(_sum(_l.paid)).where(_l.guild_id == param("g"), _l.player == param("p"), _l.returned.is_(None))
)
_change = sa.case(
    (_b.maker == param("p"), _b.maker_paid - _b.maker_stake), else_=_b.taker_paid - _b.taker_stake
)
_of_player = (_b.guild_id == param("g"), sa.or_(_b.maker == param("p"), _b.taker == param("p")))
_stake = sa.case((_b.maker == param("p"), _b.maker_stake), else_=_b.taker_stake)
_IN_BETS = Prepared(sa.select(_sum(_stake)).where(*_of_player, _b.state.in_(_words("live"))))
_IN_POOLS = Prepared(
    sa.select(_sum(_s.amount)).where(
        _s.guild_id == param("g"), _s.player == param("p"), _s.state.in_(_words("live"))
    )
)
_agreed = (
    *_of_player,
    _b.state.in_(_words("agreed")),
)
_AGREED_AWAY = Prepared(sa.select(_sum(_above(-_change))).where(*_agreed, _b.ended_us >= param("since")))
_AGREED_ON = Prepared(
    sa.select(_sum(_above(_change)))
    .select_from(tables.bets)
    .join(tables.claims, (_c.guild_id == _b.guild_id) & (_c.number == _b.claim))
    .where(*_agreed, _c.state.not_in(_words(*lifecycle.ENDED)))
)
_w = tables.rewards.c
_REWARDED = Prepared(
    sa.select(_sum(_w.amount)).where(
        _w.guild_id == param("g"),
        _w.owner == param("p"),
        _w.state.in_(_words("given")),
        _w.ended_us >= param("since"),
    )
)
