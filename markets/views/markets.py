"""Markets as people look at them: prices over time, who holds what, and one's own portfolio (read only)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.types import Whole, to_us
from markets.claims import claims, rests
from markets.claims.claims import Claim
from markets.core import lifecycle, tables
from markets.core.errors import MarketGoesOn
from markets.shares import market_maker
from markets.shares.market_maker import Holding, Market
from markets.views import claims as view_claims

HISTORY_PAGE = 500
"""Small, so that reading a long history lets presses through between pages."""
PAGE = 8
HOLDERS = 10


class Point(NamedTuple):
    """A trade as a chart shows it: the prices after it in millionths, as a JSON array."""

    number: int
    at_us: int
    outcome: int
    prices: str


@dataclass(frozen=True, slots=True)
class Holder:
    player: int
    outcome: int
    shares: int
    cost: int


@dataclass(frozen=True, slots=True)
class MarketSeen:
    """A market with its claim. `holders` are who hold most; empty where that is shown later (E1)."""

    claim: Claim
    market: Market
    trades_now: bool
    holders: tuple[Holder, ...] = ()
    hidden: bool = False
    people: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class MarketHoldings:
    """What a player has in one market: `worth` is what selling each holding would bring just now, and `paid_in` what
    they paid for liquidity. In minor units. `trades_now` is whether they can sell."""

    claim: Claim
    market: Market
    held: tuple[Holding, ...]
    worth: tuple[int, ...]
    paid_in: int
    trades_now: bool = True

    @property
    def worst(self) -> int:
        return market_maker.worst(self.market, list(self.held))


class MarketResult(NamedTuple):
    """How a market came out for a player: what they had put in less what they took out before, and what it paid."""

    player: int
    put_in: int
    paid: int


class Paid(NamedTuple):
    """What a player's shares of an outcome paid; `cost` is less what they had sold of them."""

    outcome: int
    shares: int
    cost: int
    paid: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an ended market paid a player, for shares and for liquidity; minor units."""

    claim: Claim
    market: Market
    shares: tuple[Paid, ...]
    paid_in: int
    returned: int

    @property
    def change(self) -> int:
        return sum(one.paid - one.cost for one in self.shares) + self.returned - self.paid_in


_trades = tables.trades.c
_positions = tables.positions.c
_markets = tables.markets.c
_liquidity = tables.liquidity.c
_HISTORY = (
    sa.select(_trades.number, _trades.at_us, _trades.outcome, _trades.prices)
    .where(in_guild(_trades), _trades.claim == param("claim"), _trades.number > param("after"))
    .order_by(_trades.number)
    .limit(param("most"))
)
_HOLDERS = (
    sa.select(_positions.player, _positions.outcome, _positions.shares, _positions.cost)
    .where(in_guild(_positions), _positions.claim == param("claim"), _positions.shares > 0)
    .order_by(_positions.shares.desc(), _positions.player, _positions.outcome)
    .limit(param("most"))
)
_OPEN = (
    sa.select(_markets.claim)
    .where(in_guild(_markets), _markets.state == "open", _markets.claim < param("before"))
    .order_by(_markets.claim.desc())
    .limit(param("most"))
)
_PAID_IN = sa.select(sa.func.sum(_liquidity.paid)).where(
    in_guild(_liquidity), _liquidity.claim == param("claim"), _liquidity.player == param("p")
)
_zero = sa.literal_column("0", Whole)
_in_and_out = sa.union_all(
    sa.select(
        _positions.player,
        _positions.cost.label("put_in"),
        sa.func.coalesce(_positions.paid, _zero).label("paid"),
    ).where(in_guild(_positions), _positions.claim == param("claim")),
    sa.select(
        _liquidity.player,
        _liquidity.paid.label("put_in"),
        sa.func.coalesce(_liquidity.returned, _zero).label("paid"),
    ).where(in_guild(_liquidity), _liquidity.claim == param("claim"), _liquidity.player > _zero),
).subquery()
_u = _in_and_out.c
_PEOPLE = sa.select(sa.func.count(sa.distinct(_u.player)))
_PAID_FOR = (
    sa.select(
        _positions.outcome, _positions.shares, _positions.cost, sa.func.coalesce(_positions.paid, _zero)
    )
    .where(in_guild(_positions), _positions.claim == param("claim"), _positions.player == param("p"))
    .order_by(_positions.outcome)
)


def history(tx: Connection, guild: int, claim: int, *, after: int = 0) -> list[Point]:
    """Read the trades after a number in order, a page of them."""
    found = tx.execute(_HISTORY, {"g": guild, "claim": claim, "after": after, "most": HISTORY_PAGE})
    return [Point(*row) for row in found]


def seen(tx: Connection, guild: int, number: int, now: datetime) -> MarketSeen:
    """Read a claim's market, for everybody.

    Raises:
        UnknownClaim, UnknownMarket: There is none.
    """
    claim = claims.load(tx, guild, number)
    claims.require_public(claim)
    market = market_maker.load(tx, guild, number)
    open_ = claim.state == "open" and (claim.closes_us or 0) > to_us(now)
    hidden = claim.settings.who_holds_what != "always" and open_
    rows = () if hidden else tx.execute(_HOLDERS, {"g": guild, "claim": number, "most": HOLDERS})
    holders = tuple(Holder(*row) for row in rows)
    people = view_claims.named(tx, guild, {one.player for one in holders})
    return MarketSeen(claim, market, _trades_now(tx, claim, market, now), holders, hidden, people)


def _trades_now(tx: Connection, claim: Claim, market: Market, now: datetime) -> bool:
    """Whether a purchase or a sale would be taken: not while a proposal or a moderator stops trading (D2, D4)."""
    goes_on = rests.trading(tx, claim, now)
    open_ = lifecycle.at(goes_on.state, claim.closes_us, to_us(now)) == lifecycle.OPEN
    return open_ and not claim.halted and market.state == "open"


def listed(tx: Connection, guild: int, *, before: int = 0) -> list[tuple[Claim, Market]]:
    """List markets that are open, newest first; one more than a page where there are more."""
    asked = {"g": guild, "before": before or 2**62, "most": PAGE + 1}
    found = [row[0] for row in tx.execute(_OPEN, asked)]
    return [(claims.load(tx, guild, number), market_maker.load(tx, guild, number)) for number in found]


def mine(tx: Connection, guild: int, number: int, player: int, now: datetime) -> MarketHoldings:
    """Read what a player has in one market."""
    claim = claims.load(tx, guild, number)
    market = market_maker.load(tx, guild, number)
    held = [one for one in market_maker.holdings(tx, guild, number, player) if one.shares or one.cost]
    worth = tuple(
        market_maker.quoted(market, one.outcome, -one.shares).amount if one.shares else 0 for one in held
    )
    paid = tx.execute(_PAID_IN, {"g": guild, "claim": number, "p": player}).scalar_one() or 0
    trades_now = _trades_now(tx, claim, market, now)
    return MarketHoldings(claim, market, tuple(held), worth, int(paid), trades_now)


def came(tx: Connection, guild: int, number: int, most: int) -> tuple[list[MarketResult], int]:
    """Return those for whom an ended market came out best, best first, and how many there are in all; what was paid
    for liquidity counts."""
    asked = {"g": guild, "claim": number}
    rows = [MarketResult(*map(int, row)) for row in tx.execute(_CAME, asked | {"most": most})]
    return rows, int(tx.execute(_PEOPLE, asked).scalar_one())


def receipt(tx: Connection, guild: int, number: int, player: int) -> Receipt:
    """Read what an ended market paid a player.

    Raises:
        UnknownMarket, MarketGoesOn: There is none, or it hasn't ended.
    """
    market = market_maker.load(tx, guild, number)
    if market.state not in ("settled", "void"):
        raise MarketGoesOn(number, market.state)
    asked = {"g": guild, "claim": number, "p": player}
    shares = tuple(Paid(*map(int, row)) for row in tx.execute(_PAID_FOR, asked))
    paid_in, returned = tx.execute(_LIQUIDITY, asked).one()
    return Receipt(claims.load(tx, guild, number), market, shares, int(paid_in or 0), int(returned or 0))


def _sum(of: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(of), Whole)  # PostgreSQL's sum of whole numbers is a numeric


_CAME = (
    sa.select(_u.player, _sum(_u.put_in), _sum(_u.paid))
    .group_by(_u.player)
    .order_by(_sum(_u.paid - _u.put_in).desc(), _u.player)
    .limit(param("most"))
)
_LIQUIDITY = sa.select(_sum(_liquidity.paid), _sum(_liquidity.returned)).where(
    in_guild(_liquidity), _liquidity.claim == param("claim"), _liquidity.player == param("p")
)
