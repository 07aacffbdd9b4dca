"""Limit orders that rest at a market: place, cancel, fill, end (RULES C5).

An order trades with the market maker only. In the transaction of a trade and after it, as long as a limit is better
than the price, the order with the widest gap, then the oldest, moves the price to its limit or until it is used up.
To buy, its points lie in a reserve; to sell, its shares are held back. Where whole minor units would make the owner
pay more than the limit, or get less, nothing is traded; an order too small to trade at all ends, as used up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money
from ledger.accounts import Account
from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import post
from ledger.types import Whole, fits, to_us
from markets.bets import bets
from markets.claims import claims, judges, rests, wallet_keeps
from markets.claims.claims import Claim
from markets.core import jobs, tables
from markets.core.errors import (
    BadTimes,
    BadTrade,
    NotEnoughShares,
    NotOrderOwner,
    OrderGone,
    StakeTooHigh,
    TooManyOrders,
    UnknownOrder,
)
from markets.core.events import WalletsPaid
from markets.core.numbering import following
from markets.mechanisms import lmsr
from markets.shares import market_maker
from markets.shares.market_maker import Market

RESERVE, RETURN = "order.reserve", "order.return"


MOST_OPEN = 40
"""Orders of one person in one server: all of them can end in one transaction."""


@dataclass(frozen=True, slots=True)
class Order:
    """A limit order as the transaction finds it: `filled` units moved `amount` minor units so far."""

    guild: int
    number: int
    claim: int
    player: int
    outcome: int
    sells: bool
    limit_bps: int
    budget: int
    quantity: int
    reserve: Account | None
    filled: int
    amount: int
    made_us: int
    expires_us: int
    state: str
    ended_us: int | None


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Rest an order: to buy for up to `budget` minor units, or to sell `quantity` units, at `limit_bps` or better.

    Without `expires_us` it rests until trading closes.
    """

    guild: int
    key: str
    player: int
    claim: int
    outcome: int
    limit_bps: int
    budget: int | None = None
    quantity: int | None = None
    expires_us: int | None = None

    @property
    def sells(self) -> bool:
        return self.quantity is not None


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order that rests: what it locks, and the own balance before and after; minor units."""

    order: int
    claim: int
    locked: int
    expires_us: int
    balance_before: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class CancelOrder:
    guild: int
    key: str
    player: int
    order: int


_orders = tables.orders.c
columns = columns_of(tables.orders, Order)
_this = (in_guild(_orders), _orders.number == param("n"))
open = _orders.state == sa.literal_column("'open'")
_of_claim = (in_guild(_orders), _orders.claim == param("claim"), open)
_of_player = (in_guild(_orders), _orders.player == param("p"), open)
ONE_ROW = sa.literal_column("1", Whole)
_ADD = sa.insert(tables.orders)
_LOAD = sa.select(*columns).where(*_this)
_RESTING_OF = sa.select(*columns).where(*_of_player).order_by(_orders.number).limit(param("most"))
RESTING_ON = sa.select(*columns).where(*_of_claim).order_by(_orders.number).limit(param("most"))
_zero = sa.literal_column("0", Whole)
ANY_OPEN = Compiled(sa.select(_orders.number).where(*_of_claim).limit(ONE_ROW).offset(_zero))
ANY_OF = Compiled(sa.select(_orders.number).where(*_of_player).limit(ONE_ROW).offset(_zero))
_HELD_BACK = Compiled(
    sa.select(sa.cast(sa.func.sum(_orders.quantity - _orders.filled), Whole)).where(
        *_of_player,
        _orders.claim == param("claim"),
        _orders.outcome == param("at"),
        _orders.sells == ONE_ROW,
    )
)
_CLOSE = Compiled(sa.update(tables.orders).where(*_this).values(state=param("state"), ended_us=param("at")))


def place(tx: Connection, request: PlaceOrder, now: datetime) -> OrderPlaced:
    """Put an order at the market.

    Raises:
        UnknownMarket, ClaimMoved, ClaimHalted, TradingClosed: Nothing is traded there now.
        HousePays, NamedJudge: Not for them.
        BadTrade: An outcome, limit or amount that can't stand, or one that would trade at once.
        BadTimes: It would expire in the past.
        TooManyOrders, StakeTooHigh: A limit keeps it back.
        NotEnoughShares, InsufficientFunds, StaysInWallet: They don't have what it would hold, or it stays in their
            wallet (A4).
    """
    claim, market = require_place(tx, request, now)
    expires_us = _expiry(claim, request.expires_us, now)
    wallet = accounts.wallet(tx, request.guild, request.player)
    before = after = accounts.state(tx, wallet).balance
    reserve: Account | None = None
    if request.budget is not None:
        reserve = accounts.open_account(tx, request.guild, kind="reserve", owner=request.player)
        amounts = {wallet: -request.budget, reserve: request.budget}
        after = _move(tx, request.key, RESERVE, amounts, now, request.player)[wallet.number]
    number = following(tx, request.guild, "orders")
    row = {
        "guild_id": request.guild,
        "number": number,
        "claim": request.claim,
        "player": request.player,
        "outcome": request.outcome,
        "sells": int(request.sells),
        "limit_bps": request.limit_bps,
        "budget": request.budget or 0,
        "quantity": request.quantity or 0,
        "reserve": reserve.number if reserve else None,
        "filled": 0,
        "amount": 0,
        "made_us": to_us(now),
        "expires_us": expires_us,
        "state": "open",
    }
    tx.execute(_ADD, row)
    jobs.schedule(tx, request.guild, "order.expire", number, expires_us)
    return OrderPlaced(number, market.claim, request.budget or 0, expires_us, before, after)


def cancel(tx: Connection, request: CancelOrder, now: datetime) -> Order:
    """Take a resting order back, with all that it holds.

    Raises:
        UnknownOrder, NotOrderOwner, OrderGone: There is nothing of theirs to take back.
    """
    order = load(tx, request.guild, request.order)
    if order.player != request.player:
        raise NotOrderOwner(order.number)
    if order.state != "open":
        raise OrderGone(order.number, order.state)
    end(tx, order, "cancelled", now)
    return load(tx, request.guild, request.order)


def load(tx: Connection, guild: int, number: int) -> Order:
    """Return an order by its number.

    Raises:
        UnknownOrder: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).first() if fits(number) else None
    if row is None:
        raise UnknownOrder(guild, number)
    return order_of(row)


def resting(tx: Connection, guild: int, player: int) -> list[Order]:
    """Return a player's orders that rest, the oldest first. Nobody else is shown them (E1)."""
    return [
        order_of(row) for row in tx.execute(_RESTING_OF, {"g": guild, "p": player, "most": MOST_OPEN + 1})
    ]


def free_shares(tx: Connection, market: Market, player: int, outcome: int) -> int:
    """Return the units that a player may sell: what they hold less what their resting orders hold back."""
    held = market_maker.holdings(tx, market.guild, market.claim, player)
    shares = next((one.shares for one in held if one.outcome == outcome), 0)
    if not shares:
        return 0
    row = _HELD_BACK.row(tx, g=market.guild, claim=market.claim, p=player, at=outcome)
    return shares - (row[0] or 0 if row else 0)


def require_may_trade(tx: Connection, claim: Claim, player: int, *, takes: bool = True) -> None:
    """Check that a player may trade in this market.

    Raises:
        HousePays: The house pays, and they opened this market or let it pay (C3).
        NamedJudge, DecidesIt: They judge the claim, and step down first (D4), or decided it.
    """
    judges.require_may_bet(tx, claim, player, takes=takes)


# --- ending -----------------------------------------------------------------------------------


def end(tx: Connection, order: Order, state: str, now: datetime) -> int:
    """End an order, with its calendar, and return what its reserve holds; how many entries that took."""
    _CLOSE.execute(tx, g=order.guild, n=order.number, state=state, at=to_us(now))
    jobs.cancel(tx, order.guild, "order.expire", order.number)
    if order.reserve is None:
        return 0
    left, entries = accounts.state(tx, order.reserve).balance, 0
    if left:
        amounts = {order.reserve: -left} | bets.credited(tx, order.guild, order.player, left, now)
        entries = len(_move(tx, f"order:{order.number}:return", RETURN, amounts, now, 0))
        happened(tx, WalletsPaid(order.guild, bets.paid_of(amounts)))
    accounts.end(tx, order.reserve)
    return entries


def _move(
    tx: Connection, key: str, kind: str, amounts: dict[Account, int], now: datetime, actor: int
) -> dict[int, int]:
    guild = next(iter(amounts)).guild
    return post(tx, guild=guild, key=key, kind=kind, amounts=amounts, now=now, actor=actor).balances


# --- what an order must be --------------------------------------------------------------------


def require_may_order(
    tx: Connection, guild: int, number: int, player: int, now: datetime, *, sells: bool
) -> tuple[Claim, Market]:
    """Check what `place` refuses for any order to buy, or to sell: also before a player fills in a form."""
    claim = claims.load(tx, guild, number)
    rests.trading(tx, claim, now).require("order", now)
    market = market_maker.load(tx, guild, number)
    require_may_trade(tx, claim, player, takes=not sells)
    return claim, market


def require_place(tx: Connection, request: PlaceOrder, now: datetime) -> tuple[Claim, Market]:
    """Check what `place` refuses: also before a player is asked to confirm."""
    claim, market = require_may_order(
        tx, request.guild, request.claim, request.player, now, sells=request.sells
    )
    if not 0 <= request.outcome < len(market.sold):
        raise BadTrade("outcome", "unknown")
    if not lmsr.LEAST_BPS <= request.limit_bps <= lmsr.MOST_BPS:
        raise BadTrade("limit", "target")
    _require_amount(tx, claim, market, request)
    ahead = lmsr.quantity_to_price(market.book, request.outcome, request.limit_bps)
    if ahead < 0 if request.sells else ahead > 0:
        raise BadTrade("limit", "crosses")
    if len(resting(tx, request.guild, request.player)) >= MOST_OPEN:
        raise TooManyOrders(MOST_OPEN)
    # Also of nothing: a debtor has no order (C5).
    wallet_keeps.require_points(tx, request.guild, request.player, request.budget or 0)
    return claim, market


def _require_amount(tx: Connection, claim: Claim, market: Market, request: PlaceOrder) -> None:
    given = [one for one in (request.budget, request.quantity) if one is not None]
    if len(given) != 1:
        raise BadTrade("amount", "one_of")
    if type(given[0]) is not int or given[0] < 1:
        raise BadTrade("amount", "too_small")
    if given[0] > money.MOST:
        raise BadTrade("amount", "too_large")
    most = claim.settings.most_on_one_bet
    if most and (request.budget or 0) > most:
        raise StakeTooHigh(most)
    if request.quantity is not None:
        free = free_shares(tx, market, request.player, request.outcome)
        if request.quantity > free:
            raise NotEnoughShares(free)


def _expiry(claim: Claim, asked_us: int | None, now: datetime) -> int:
    assert claim.closes_us is not None
    if asked_us is not None and asked_us <= to_us(now):
        raise BadTimes("expires_us", "past")
    return claim.closes_us if asked_us is None else min(asked_us, claim.closes_us)


def order_of(row: Sequence[Any]) -> Order:
    values = columns.values(row)
    values["sells"] = bool(values["sells"])
    values["reserve"] = None if values["reserve"] is None else Account(values["guild"], values["reserve"])
    return Order(**values)
