"""Limit orders that rest beside a market: place, cancel, fill, end (RULES C5).

An order trades with the market maker only. In the transaction of a trade and after it, as long as a limit is better
than the price, the order with the widest gap, then the oldest, moves the price to its limit or until it is used up.
To buy, its points lie in a reserve; to sell, its shares are held back. Where whole minor units would make the owner
pay more than the limit, or get less, nothing is traded; an order too small to trade at all ends, as used up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money, returned
from ledger.accounts import Account
from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.errors import InsufficientFunds
from ledger.transfers import post
from ledger.types import Whole, fits, to_us
from markets.bets import offers
from markets.claims import claims, judges
from markets.claims.claims import Claim
from markets.core import jobs, lifecycle, tables
from markets.core.errors import (
    BadTimes,
    BadTrade,
    HousePays,
    NotEnoughShares,
    NotMaker,
    OrderGone,
    StakeTooHigh,
    TooManyOrders,
    UnknownOrder,
)
from markets.core.numbering import following
from markets.mechanisms import lmsr
from markets.people import rewards
from markets.shares import market_maker
from markets.shares.market_maker import Market, Quote

RESERVE, RETURN = "order.reserve", "order.return"

FILLS = 20
"""In one transaction; what is left is due at once, in one of its own."""

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


_FIELDS = [field.name for field in fields(Order)]
_orders = tables.orders.c
_columns = columns_of(tables.orders, Order)
_this = (in_guild(_orders), _orders.number == param("n"))
_open = _orders.state == sa.literal_column("'open'")
_of_claim = (in_guild(_orders), _orders.claim == param("claim"), _open)
_of_player = (in_guild(_orders), _orders.player == param("p"), _open)
_number = sa.literal_column("1", Whole)
_ADD = sa.insert(tables.orders)
_LOAD = sa.select(*_columns).where(*_this)
_RESTING_OF = sa.select(*_columns).where(*_of_player).order_by(_orders.number).limit(param("most"))
_RESTING_ON = sa.select(*_columns).where(*_of_claim).order_by(_orders.number).limit(param("most"))
_zero = sa.literal_column("0", Whole)
_ANY_OPEN = Compiled(sa.select(_orders.number).where(*_of_claim).limit(_number).offset(_zero))
_ANY_OF = Compiled(sa.select(_orders.number).where(*_of_player).limit(_number).offset(_zero))
_running = _orders.expires_us > param("now")
_BEST = Compiled(
    sa.select(_orders.outcome, _orders.sells, sa.func.max(_orders.limit_bps), sa.func.min(_orders.limit_bps))
    .where(*_of_claim, _running)
    .group_by(_orders.outcome, _orders.sells)
)
_OLDEST = Compiled(
    sa.select(*_columns)
    .where(
        *_of_claim,
        _running,
        _orders.outcome == param("at"),
        _orders.sells == param("sells_"),
        _orders.limit_bps == param("limit_"),
    )
    .order_by(_orders.number)
    .limit(_number)
    .offset(_zero)
)
_HELD_BACK = Compiled(
    sa.select(sa.cast(sa.func.sum(_orders.quantity - _orders.filled), Whole)).where(
        *_of_player, _orders.claim == param("claim"), _orders.outcome == param("at"), _orders.sells == _number
    )
)
_FILLED = Compiled(
    sa.update(tables.orders)
    .where(*_this)
    .values(filled=_orders.filled + param("units"), amount=_orders.amount + param("moved"))
)
_CLOSE = Compiled(sa.update(tables.orders).where(*_this).values(state=param("state"), ended_us=param("at")))


def place(tx: Connection, request: PlaceOrder, now: datetime) -> OrderPlaced:
    """Put an order beside the market.

    Raises:
        UnknownMarket, ClaimMoved, ClaimHalted, TradingClosed: Nothing is traded there now.
        HousePays, NamedJudge: Not for them.
        BadTrade: An outcome, limit or amount that can't stand, or one that would trade at once.
        BadTimes: It would expire in the past.
        TooManyOrders, StakeTooHigh: A limit keeps it back.
        NotEnoughShares, InsufficientFunds: They don't have what it would hold.
    """
    claim, market = require_place(tx, request, now)
    expires_us = _expiry(claim, request.expires_us, now)
    wallet = accounts.wallet(tx, request.guild, request.player)
    before = after = accounts.state(tx, wallet).balance
    reserve: Account | None = None
    if request.budget is not None:
        if before < request.budget:
            raise InsufficientFunds(*wallet, before, request.budget)
        reserve = accounts.open_account(tx, request.guild, kind="reserve", owner=request.player)
        amounts = {wallet: -request.budget, reserve: request.budget}
        after = _move(tx, request.key, RESERVE, amounts, now, request.player)[wallet.number]
    elif before < 0:  # a debtor has no order (C5)
        raise InsufficientFunds(*wallet, before, 0)
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
        UnknownOrder, NotMaker, OrderGone: There is nothing of theirs to take back.
    """
    order = load(tx, request.guild, request.order)
    if order.player != request.player:
        raise NotMaker(order.number)
    if order.state != "open":
        raise OrderGone(order.number, order.state)
    _end(tx, order, "cancelled", now)
    return load(tx, request.guild, request.order)


def load(tx: Connection, guild: int, number: int) -> Order:
    """An order by its number.

    Raises:
        UnknownOrder: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).first() if fits(number) else None
    if row is None:
        raise UnknownOrder(guild, number)
    return _order(row)


def resting(tx: Connection, guild: int, player: int) -> list[Order]:
    """Somebody's orders that rest, the oldest first. Nobody else is shown them (E1)."""
    return [_order(row) for row in tx.execute(_RESTING_OF, {"g": guild, "p": player, "most": MOST_OPEN + 1})]


def free_shares(tx: Connection, market: Market, player: int, outcome: int) -> int:
    """The units that a player may sell: what they hold less what their resting orders hold back."""
    held = market_maker.holdings(tx, market.guild, market.claim, player)
    shares = next((one.shares for one in held if one.outcome == outcome), 0)
    if not shares:
        return 0
    row = _HELD_BACK.row(tx, g=market.guild, claim=market.claim, p=player, at=outcome)
    return shares - (row[0] or 0 if row else 0)


def require_may_trade(tx: Connection, claim: Claim, market: Market, player: int) -> None:
    """
    Raises:
        HousePays: The house pays, and they opened this market or let it pay (C3).
        NamedJudge: They judge the claim, and step down first (D4).
    """
    if market.house and player in (market.opener, market.let_by):
        raise HousePays(claim.number)
    judges.require_may_bet(tx, claim, player)


# --- filling ----------------------------------------------------------------------------------


def after_trade(tx: Connection, market: Market, now: datetime) -> Market:
    """Fill what the price makes due, at most `FILLS` orders; the market after that."""
    for _ in range(FILLS):
        found = _next(tx, market, now)
        if found is None:
            return market
        order, quote = found
        if quote is None:  # what is left of it buys or brings nothing at its limit
            _end(tx, order, "filled", now)
        else:
            market = _fill(tx, market, order, quote, now)
    if _next(tx, market, now) is not None:
        jobs.schedule(tx, market.guild, "orders.fill", market.claim, to_us(now))
    return market


def resume(tx: Connection, claim: Claim, now: datetime) -> None:
    """Trading goes on: what was due when it stopped is due again."""
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is not None and _ANY_OPEN.row(tx, g=claim.guild, claim=claim.number) is not None:
        jobs.schedule(tx, claim.guild, "orders.fill", claim.number, to_us(now))


def _next(tx: Connection, market: Market, now: datetime) -> tuple[Order, Quote | None] | None:
    """The order that fills next and the trade it makes; None for the trade of one that is used up."""
    asked = {"g": market.guild, "claim": market.claim, "now": to_us(now)}
    best = list(_BEST.rows(tx, **asked))
    if not best:
        return None
    prices = market.prices
    crossing: list[tuple[float, int, Order]] = []
    for row in best:
        outcome, sells, highest, lowest = (int(value) for value in row)
        limit = lowest if sells else highest
        gap = limit / lmsr.WHOLE_BPS - prices[outcome]
        if (gap < 0) if sells else (gap > 0):
            oldest = _OLDEST.row(tx, **asked, at=outcome, sells_=sells, limit_=limit)
            assert oldest is not None, market.claim
            order = _order(oldest)
            crossing.append((-abs(gap), order.number, order))
    for _, _, order in sorted(crossing, key=lambda one: one[:2]):
        quote, used_up = _trade(tx, market, order)
        if quote is not None or used_up:
            return order, quote
    return None


def _trade(tx: Connection, market: Market, order: Order) -> tuple[Quote | None, bool]:
    """The trade that an order makes now, within its limit to the last minor unit; else whether it is used up."""
    to_limit = lmsr.quantity_to_price(market.book, order.outcome, order.limit_bps)
    if order.sells:
        left = order.quantity - order.filled
        quantity = -min(-to_limit, left)
    else:
        assert order.reserve is not None
        left = lmsr.shares_for(market.book, order.outcome, accounts.state(tx, order.reserve).balance)
        quantity = min(to_limit, left, lmsr.MOST - market.sold[order.outcome])
    by_its_size = abs(quantity) == left
    if not quantity:
        return None, False
    quote = market_maker.quoted(market, order.outcome, quantity)
    at_limit = order.limit_bps * abs(quantity)
    paid = quote.amount * lmsr.WHOLE_BPS
    if quote.amount and (paid >= at_limit if order.sells else paid <= at_limit):
        return quote, False
    return None, by_its_size


def _fill(tx: Connection, market: Market, order: Order, quote: Quote, now: datetime) -> Market:
    account = order.reserve or accounts.wallet(tx, order.guild, order.player)
    key = f"order:{order.number}:trade:{market.trades + 1}"
    done = market_maker.carry_out(
        tx, market, quote, order.player, account, key=key, now=now, by_order=order.number
    )
    units = abs(quote.quantity)
    _FILLED.execute(tx, g=order.guild, n=order.number, units=units, moved=quote.amount)
    spent = order.reserve is not None and not done.posted.balances[order.reserve.number]
    if spent or (order.sells and order.filled + units == order.quantity):
        _end(tx, order, "filled", now)
    return done.market


def fill_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """The calendar: the rest of what a trade made due. Where trading stopped meanwhile, it rests until it goes on."""
    claim = claims.load(tx, work.guild, work.ref)
    market = market_maker.find(tx, work.guild, work.ref)
    tradeable = lifecycle.at(claim.state, claim.closes_us, to_us(now)) == lifecycle.OPEN and not claim.halted
    if market is not None and tradeable:
        after_trade(tx, market, now)


# --- ending -----------------------------------------------------------------------------------


def end_some(tx: Connection, market: Market, room: int, now: datetime) -> tuple[int, bool]:
    """End the next orders of a market with its claim: how many entries that took, and whether none is left."""
    most = room // 3
    found = tx.execute(_RESTING_ON, {"g": market.guild, "claim": market.claim, "most": most + 1}).all()
    entries = sum(_end(tx, _order(row), "ended", now) for row in found[:most])
    return entries, len(found) <= most


def end_all_of(tx: Connection, guild: int, player: int, now: datetime) -> int:
    """End a person's resting orders, wherever they rest: they are in debt, or had themselves deleted."""
    found = resting(tx, guild, player)
    for order in found:
        _end(tx, order, "ended", now)
    return len(found)


def after_taking(tx: Connection, guild: int, balances: dict[int, int], now: datetime) -> None:
    """What follows from a void or reversal that took from wallets, and left them with these balances: a debt ends
    somebody's resting orders (C5), and follows a deleted person who is here again (E4)."""
    for account, balance in balances.items():
        if balance < 0:
            _end_of_debtor(tx, Account(guild, account), now)
    for number in returned.gone(tx, guild, list(balances)):
        jobs.schedule(tx, guild, "orders.debt", number, to_us(now))


def _end_of_debtor(tx: Connection, wallet: Account, now: datetime) -> None:
    """Whoever is in debt has no resting orders and no open rewards: they end at once, in a unit of their own."""
    state = accounts.state(tx, wallet)
    if state.kind != "wallet":
        return
    rests = _ANY_OF.row(tx, g=wallet.guild, p=state.owner) is not None
    if rests or rewards.any_of(tx, wallet.guild, state.owner):
        jobs.schedule(tx, wallet.guild, "orders.debt", state.owner, to_us(now))


def _end(tx: Connection, order: Order, state: str, now: datetime) -> int:
    """End an order, with its calendar, and return what its reserve holds; how many entries that took."""
    _CLOSE.execute(tx, g=order.guild, n=order.number, state=state, at=to_us(now))
    jobs.cancel(tx, order.guild, "order.expire", order.number)
    if order.reserve is None:
        return 0
    left, entries = accounts.state(tx, order.reserve).balance, 0
    if left:
        amounts = {order.reserve: -left} | offers.credited(tx, order.guild, order.player, left, now)
        entries = len(_move(tx, f"order:{order.number}:return", RETURN, amounts, now, 0))
    accounts.end(tx, order.reserve)
    return entries


def _move(
    tx: Connection, key: str, kind: str, amounts: dict[Account, int], now: datetime, actor: int
) -> dict[int, int]:
    guild = next(iter(amounts)).guild
    return post(tx, guild=guild, key=key, kind=kind, amounts=amounts, now=now, actor=actor).balances


def expire_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    order = load(tx, work.guild, work.ref)
    if order.state == "open":
        _end(tx, order, "expired", now)


def end_debt_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    player = returned.follow(tx, work.guild, work.ref, now)
    wallet = accounts.wallet(tx, work.guild, player)
    if accounts.state(tx, wallet).balance < 0:
        end_all_of(tx, work.guild, player, now)
        rewards.end_all_of(tx, work.guild, player, now)


# --- what an order must be --------------------------------------------------------------------


def require_may_order(
    tx: Connection, guild: int, number: int, player: int, now: datetime
) -> tuple[Claim, Market]:
    """What `place` refuses whatever the order is: also before anybody fills in a form."""
    claim = claims.load(tx, guild, number)
    claim.require("order", now)
    market = market_maker.load(tx, guild, number)
    require_may_trade(tx, claim, market, player)
    return claim, market


def require_place(tx: Connection, request: PlaceOrder, now: datetime) -> tuple[Claim, Market]:
    """What `place` refuses but for the points it would lock: also before anybody is asked to confirm."""
    claim, market = require_may_order(tx, request.guild, request.claim, request.player, now)
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


def _order(row: Sequence[Any]) -> Order:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    values["sells"] = bool(values["sells"])
    values["reserve"] = None if values["reserve"] is None else Account(values["guild"], values["reserve"])
    return Order(**values)
