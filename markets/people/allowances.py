"""Grants and gifts that count what a person has in bets, markets and pools (RULES A5, A6).

The ledger's own operations know wallets, reserves and bonds. What else a player holds is known here, and is read in
the transaction that grants or gives: else a player who has staked everything would draw the allowance each week,
and a profit that a void may still ask back would be given away first.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, issuance, players
from ledger import schema as book
from ledger.compiled import Compiled, in_guild, param
from ledger.errors import GrantRefused
from ledger.issuance import Allowance, Draw
from ledger.players import Given, Present
from ledger.storage.operations import happened
from ledger.transfers import Posted
from ledger.types import Whole, from_us, to_us
from markets.bets import owing
from markets.core import jobs, lifecycle, tables
from markets.core.events import WalletsPaid

LOOK = "draw.look"
"""Due work of a player who drew the yearly tenth: is what they had locked still locked?"""
DAY = timedelta(days=1)
_positions = tables.positions.c
_markets = tables.markets.c
_liquidity = tables.liquidity.c
_bets = tables.bets.c
_claims = tables.claims.c
_stakes = tables.stakes.c
_ZERO: sa.ColumnElement[int] = sa.literal_column("0")
_change = sa.case(
    (_bets.maker == param("p"), _bets.maker_paid - _bets.maker_stake),
    else_=_bets.taker_paid - _bets.taker_stake,
)
_of_player = (in_guild(_bets), sa.or_(_bets.maker == param("p"), _bets.taker == param("p")))
_stake = sa.case((_bets.maker == param("p"), _bets.maker_stake), else_=_bets.taker_stake)
_rewards = tables.rewards.c
_a = book.accounts.c


def staked(tx: Connection, guild: int, player: int) -> int:
    """Return what lies in live bets and pools, in markets at net cost, and in liquidity not yet returned; minor
    units."""
    in_markets = _whole(_COST, tx, guild, player) + _whole(_SUBSIDIES, tx, guild, player)
    return exposure(tx, guild, player) + in_markets


def exposure(tx: Connection, guild: int, player: int) -> int:
    """Return what a player has locked in live bets and pools, until those end."""
    return _whole(_IN_BETS, tx, guild, player) + in_pools(tx, guild, player)


def in_pools(tx: Connection, guild: int, player: int) -> int:
    """Return what a player has in pools that haven't ended."""
    return _whole(_IN_POOLS, tx, guild, player)


def parted_with(tx: Connection, guild: int, player: int, since: datetime) -> int:
    """Return what a player lost by agreement or gave as rewards since then; what they won so is not
    set against it."""
    at_us = to_us(since)
    return sum(_whole(lost, tx, guild, player, since=at_us) for lost in (_AGREED_AWAY, _REWARDED))


def unsettled(tx: Connection, guild: int, player: int) -> int:
    """Return the profits taken on claims that haven't ended: by selling shares, and by agreement on a bet (C2)."""
    return _whole(_TAKEN, tx, guild, player) + _whole(_AGREED_ON, tx, guild, player)


def not_to_give(tx: Connection, guild: int, player: int, now: datetime) -> int:
    """Return what of a player's points can't be given away: profits that aren't settled, what results paid that may
    be taken back soon, and the yearly tenth while it may be asked back (A4 to A6)."""
    asked_back = owing.paid_and_asked_back(tx, guild, player, now)
    return unsettled(tx, guild, player) + asked_back + issuance.owed_back(tx, guild, player, now)


def allowance(tx: Connection, request: Allowance, now: datetime) -> Posted:
    """Draw the weekly allowance, as `issuance.allowance`, with all that its player holds."""
    held = staked(tx, request.guild, request.player)
    lost = parted_with(tx, request.guild, request.player, now - issuance.QUARTER)
    return issuance.allowance(tx, replace(request, staked=held, parted_with=lost), now)


@dataclass(frozen=True, slots=True)
class Helped:
    """What a player drew, and the balance after it; `yearly` where it was the tenth that comes once a year."""

    amount: int
    balance: int
    yearly: bool = False


def draw(tx: Connection, request: Allowance, now: datetime) -> Helped:
    """Draw what A5 gives: the weekly allowance, or the yearly tenth for a player who has everything locked.

    Raises:
        GrantRefused: A5: neither does. It says why of the allowance, and of the tenth where nothing is left but what
            is locked (`locked_until_us`, `ready_us`). Of a player who had themselves deleted it says until when
            (`kept_until_us`).
    """
    wallet = accounts.wallet(tx, request.guild, request.player)
    before = accounts.state(tx, wallet).balance
    yearly = False
    try:
        posted = allowance(tx, request, now)
    except GrantRefused as refused:
        until = locked_until(tx, request.guild, request.player, now)
        if before != 0 or until is None or "kept_until_us" in refused.facts:
            raise
        if until <= now + issuance.YEAR:
            facts = refused.facts | {"locked_until_us": to_us(until)}
            raise GrantRefused(refused.rule, refused.why, **facts) from refused
        posted = issuance.draw(tx, Draw(request.guild, request.key, request.player, until), now)
        jobs.schedule(tx, request.guild, LOOK, request.player, to_us(now + DAY))
        yearly = True
    after = posted.balances[wallet.number]
    return Helped(after - before, after, yearly)


def look(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Take the yearly tenth back if something that was locked when it was drawn has ended (A5), or what there is of
    it; look again in a day, until the year is over. The calendar calls it, and an ending by agreement hastens it."""
    if accounts.discord_id(tx, work.guild, work.ref) is None:  # deleted: the wallet went to the house
        return
    drawn_us = issuance.drawn_us(tx, work.guild, work.ref, now)
    if drawn_us is None:
        return
    ended = _whole(_UNLOCKED, tx, work.guild, work.ref, since=drawn_us)
    if not ended or not issuance.return_draw(tx, work.guild, work.ref, now):
        jobs.schedule(tx, work.guild, LOOK, work.ref, to_us(now + DAY))


def locked_until(tx: Connection, guild: int, player: int, now: datetime) -> datetime | None:
    """Return the earliest moment at which something that a player has locked may come back; None where nothing is.

    That is the check date of what bets, pools, shares and liquidity hang on, unless its claim is being decided.
    Shares that can be sold are there now, and so is what lies in orders, rewards and bonds.
    """
    row = _LOCKED_UNTIL.row(tx, g=guild, p=player)
    assert row is not None, "a minimum is always one row"
    if row[0] is None:
        return None
    loose = _whole(_LAID_ASIDE, tx, guild, player) or _whole(_SELLABLE, tx, guild, player, now=to_us(now))
    return now if loose else max(from_us(row[0]), now)


def present(tx: Connection, request: Present, now: datetime) -> Given:
    """Give a gift, as `players.present`, but never from a profit on a claim that isn't settled, nor from what may be
    asked back."""
    given = players.present(tx, _counted(tx, request, now), now)
    taker = accounts.player(tx, request.guild, request.taker).wallet
    happened(tx, WalletsPaid(request.guild, ((taker.number, request.amount),)))
    return given


def preview(tx: Connection, request: Present, now: datetime) -> int:
    """Return the giver's balance, if this gift could be given just now; refuse as `present` does."""
    return players.preview(tx, _counted(tx, request, now), now)


def _counted(tx: Connection, request: Present, now: datetime) -> Present:
    giver = accounts.player(tx, request.guild, request.giver)
    return replace(request, unsettled=not_to_give(tx, request.guild, giver.number, now))


def _whole(statement: Compiled, tx: Connection, guild: int, player: int, **more: int) -> int:
    row = statement.row(tx, g=guild, p=player, **more)
    return int(row[0] or 0) if row else 0


def _words(*states: str) -> list[sa.ColumnElement[str]]:
    return [sa.literal_column(f"'{state}'") for state in states]


_agreed = (
    *_of_player,
    _bets.state.in_(_words("agreed")),
)
_theirs = [
    sa.select(of.c.claim).where(in_guild(of.c), *which)
    for of, which in (
        (
            tables.bets,
            (sa.or_(_bets.maker == param("p"), _bets.taker == param("p")), _bets.state.in_(_words("live"))),
        ),
        (tables.stakes, (_stakes.player == param("p"), _stakes.state.in_(_words("live")))),
        (
            tables.positions,
            (_positions.player == param("p"), _positions.shares > _ZERO, _positions.paid.is_(None)),
        ),
        (tables.liquidity, (_liquidity.player == param("p"), _liquidity.returned.is_(None))),
    )
]
_LOCKED_UNTIL = Compiled(
    sa.select(
        sa.func.min(sa.case((_claims.state == sa.literal_column("'open'"), _claims.check_us), else_=_ZERO))
    ).where(in_guild(_claims), _claims.number.in_(sa.union(*_theirs)))
)


_resolutions = tables.resolutions.c
_ENDED_SINCE = sa.select(_resolutions.claim).where(
    in_guild(_resolutions), _resolutions.pays_us >= param("since"), _resolutions.reversed_us.is_(None)
)


def _sum(what: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(what), Whole)


_net = (
    sa.select(_sum(_positions.cost).label("cost"))
    .join(tables.markets, (_markets.guild_id == _positions.guild_id) & (_markets.claim == _positions.claim))
    .where(
        in_guild(_positions),
        _positions.player == param("p"),
        _positions.paid.is_(None),
        _markets.state.in_(_words("open", "ending")),
    )
    .group_by(_positions.claim)
    .subquery()
)
_SUBSIDIES = Compiled(
    sa.select(_sum(_liquidity.paid)).where(
        in_guild(_liquidity), _liquidity.player == param("p"), _liquidity.returned.is_(None)
    )
)
_IN_BETS = Compiled(sa.select(_sum(_stake)).where(*_of_player, _bets.state.in_(_words("live"))))
_IN_POOLS = Compiled(
    sa.select(_sum(_stakes.amount)).where(
        in_guild(_stakes), _stakes.player == param("p"), _stakes.state.in_(_words("live"))
    )
)
_REWARDED = Compiled(
    sa.select(_sum(_rewards.amount)).where(
        in_guild(_rewards),
        _rewards.owner == param("p"),
        _rewards.state.in_(_words("given")),
        _rewards.ended_us >= param("since"),
    )
)
_SELLABLE = Compiled(
    sa.select(_sum(_positions.shares))
    .select_from(tables.positions)
    .join(tables.claims, (_claims.guild_id == _positions.guild_id) & (_claims.number == _positions.claim))
    .where(
        in_guild(_positions),
        _positions.player == param("p"),
        _positions.paid.is_(None),
        _claims.state.in_(_words("open")),
        _claims.closes_us > param("now"),
    )
)
_LAID_ASIDE = Compiled(
    sa.select(_sum(_a.balance)).where(
        in_guild(_a), _a.owner == param("p"), _a.kind.in_(_words("reserve", "bond"))
    )
)


_trades = tables.trades.c
_UNLOCKED = Compiled(
    sa.select(sa.func.count()).select_from(
        sa.union_all(
            sa.select(_bets.number).where(
                *_of_player,
                _bets.accepted_us <= param("since"),
                _bets.ended_us >= param("since"),
            ),
            sa.select(_stakes.claim).where(
                in_guild(_stakes),
                _stakes.player == param("p"),
                _stakes.at_us <= param("since"),
                _stakes.state.not_in(_words("live")),
                _stakes.claim.in_(_ENDED_SINCE),
            ),
            sa.select(_liquidity.claim).where(
                in_guild(_liquidity),
                _liquidity.player == param("p"),
                _liquidity.at_us <= param("since"),
                _liquidity.returned.is_not(None),
                _liquidity.claim.in_(_ENDED_SINCE),
            ),
            sa.select(_trades.claim).where(
                in_guild(_trades),
                _trades.player == param("p"),
                _trades.at_us <= param("since"),
                _trades.claim.in_(_ENDED_SINCE),
                _trades.claim.in_(
                    sa.select(_positions.claim).where(
                        in_guild(_positions), _positions.player == param("p"), _positions.paid.is_not(None)
                    )
                ),
            ),
        ).subquery()
    )
)


def _above(what: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """What is over zero of each row."""
    return sa.case((what > _ZERO, what), else_=_ZERO)


_COST = Compiled(sa.select(_sum(_above(_net.c.cost))))
_TAKEN = Compiled(sa.select(_sum(_above(-_net.c.cost))))
_AGREED_AWAY = Compiled(sa.select(_sum(_above(-_change))).where(*_agreed, _bets.ended_us >= param("since")))
_AGREED_ON = Compiled(
    sa.select(_sum(_above(_change)))
    .select_from(tables.bets)
    .join(tables.claims, (_claims.guild_id == _bets.guild_id) & (_claims.number == _bets.claim))
    .where(*_agreed, _claims.state.not_in(_words(*lifecycle.ENDED)))
)
