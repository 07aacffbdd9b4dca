"""Fill resting orders as prices reach them, and end them (RULES C5)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, returned
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param
from ledger.types import Whole, to_us
from markets.claims import claims, deciding, rests
from markets.claims.claims import Claim
from markets.core import jobs, lifecycle, tables
from markets.mechanisms import lmsr
from markets.people import rewards
from markets.shares import market_maker
from markets.shares.market_maker import Market, Quote
from markets.shares.orders import (
    ANY_OF,
    ANY_OPEN,
    ONE_ROW,
    RESTING_ON,
    Order,
    columns,
    end,
    load,
    open,
    order_of,
    resting,
)

_orders = tables.orders.c
_this = (in_guild(_orders), _orders.number == param("n"))
_of_claim = (in_guild(_orders), _orders.claim == param("claim"), open)
_zero = sa.literal_column("0", Whole)
FILLS = 20
"""In one transaction; what is left is due at once, in one of its own."""


_running = _orders.expires_us > param("now")


_BEST = Compiled(
    sa.select(_orders.outcome, _orders.sells, sa.func.max(_orders.limit_bps), sa.func.min(_orders.limit_bps))
    .where(*_of_claim, _running)
    .group_by(_orders.outcome, _orders.sells)
)


_OLDEST = Compiled(
    sa.select(*columns)
    .where(
        *_of_claim,
        _running,
        _orders.outcome == param("at"),
        _orders.sells == param("sells_"),
        _orders.limit_bps == param("limit_"),
    )
    .order_by(_orders.number)
    .limit(ONE_ROW)
    .offset(_zero)
)


_BUYS = (
    sa.select(*columns)
    .where(*_of_claim, _running, _orders.outcome == param("at"), _orders.sells == sa.literal_column("0"))
    .order_by(_orders.limit_bps.desc(), _orders.number)
)


_FILLED = Compiled(
    sa.update(tables.orders)
    .where(*_this)
    .values(filled=_orders.filled + param("units"), amount=_orders.amount + param("moved"))
)


def after_trade(tx: Connection, market: Market, now: datetime) -> Market:
    """Fill what the price makes due, at most `FILLS` orders; the market after that."""
    for _ in range(FILLS):
        found = _next(tx, market, now)
        if found is None:
            return market
        order, quote = found
        if quote is None:  # what is left of it buys or brings nothing at its limit
            end(tx, order, "filled", now)
        else:
            market = _fill(tx, market, order, quote, now)
    if _next(tx, market, now) is not None:
        jobs.schedule(tx, market.guild, "orders.fill", market.claim, to_us(now))
    return market


def resume(tx: Connection, claim: Claim, now: datetime) -> None:
    """Go on with trading: what was due when it stopped is due again."""
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is not None and ANY_OPEN.row(tx, g=claim.guild, claim=claim.number) is not None:
        jobs.schedule(tx, claim.guild, "orders.fill", claim.number, to_us(now))


def _next(tx: Connection, market: Market, now: datetime) -> tuple[Order, Quote | None] | None:
    """The order that fills next and the trade it makes; None for the trade of one that is used up."""
    asked = {"g": market.guild, "claim": market.claim, "now": to_us(now)}
    best = list(_BEST.rows(tx, **asked))
    if not best:
        return None
    barred = deciding.deciders(tx, market.guild, market.claim)  # what they would buy rests (D4)
    prices = market.prices
    crossing: list[tuple[float, int, Order]] = []
    for row in best:
        outcome, sells, highest, lowest = (int(value) for value in row)
        limit = lowest if sells else highest
        gap = limit / lmsr.WHOLE_BPS - prices[outcome]
        if barred and not sells:
            order = _highest(tx, asked, outcome, barred)
            gap = order.limit_bps / lmsr.WHOLE_BPS - prices[outcome] if order else 0
            if order is not None and gap > 0:
                crossing.append((-gap, order.number, order))
        elif (gap < 0) if sells else (gap > 0):
            oldest = _OLDEST.row(tx, **asked, at=outcome, sells_=sells, limit_=limit)
            assert oldest is not None, market.claim
            order = order_of(oldest)
            crossing.append((-abs(gap), order.number, order))
    for _, _, order in sorted(crossing, key=lambda one: one[:2]):
        quote, used_up = _trade(tx, market, order)
        if quote is not None or used_up:
            return order, quote
    return None


def _highest(tx: Connection, asked: dict[str, int], outcome: int, without: set[int]) -> Order | None:
    """The order to buy with the highest limit, then the oldest, that nobody of these people gave."""
    found = (order_of(row) for row in tx.execute(_BUYS, asked | {"at": outcome}))
    return next((one for one in found if one.player not in without), None)


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
        end(tx, order, "filled", now)
    return done.market


def fill_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Fill the rest of what a trade made due. Where trading stopped meanwhile, it rests until it goes on. The
    calendar calls it."""
    claim = claims.load(tx, work.guild, work.ref)
    market = market_maker.find(tx, work.guild, work.ref)
    seen = rests.trading(tx, claim, now)
    tradeable = lifecycle.at(seen.state, seen.closes_us, to_us(now)) == lifecycle.OPEN and not claim.halted
    if market is not None and tradeable:
        after_trade(tx, market, now)


def end_some(tx: Connection, market: Market, room: int, now: datetime) -> tuple[int, bool]:
    """End the next orders of a market with its claim: how many entries that took, and whether none is left."""
    most = room // 3
    found = tx.execute(RESTING_ON, {"g": market.guild, "claim": market.claim, "most": most + 1}).all()
    entries = sum(end(tx, order_of(row), "ended", now) for row in found[:most])
    return entries, len(found) <= most


def end_all_of(tx: Connection, guild: int, player: int, now: datetime) -> int:
    """End a person's resting orders in all markets: they are in debt, or had themselves deleted."""
    found = resting(tx, guild, player)
    for order in found:
        end(tx, order, "ended", now)
    return len(found)


def after_taking(tx: Connection, guild: int, balances: dict[int, int], now: datetime) -> None:
    """Do what follows from a void or reversal that took from wallets, and left them with these balances: a debt ends
    a player's resting orders (C5), and follows a deleted person who is here again (E4)."""
    for account, balance in balances.items():
        if balance < 0:
            _end_of_debtor(tx, Account(guild, account), now)
    for number in returned.gone(tx, guild, list(balances)):
        jobs.schedule(tx, guild, "orders.debt", number, to_us(now))


def _end_of_debtor(tx: Connection, wallet: Account, now: datetime) -> None:
    """A player in debt has no resting orders and no open rewards: they end at once, in a unit of their own."""
    state = accounts.state(tx, wallet)
    if state.kind != "wallet":
        return
    rests = ANY_OF.row(tx, g=wallet.guild, p=state.owner) is not None
    if rests or rewards.any_of(tx, wallet.guild, state.owner):
        jobs.schedule(tx, wallet.guild, "orders.debt", state.owner, to_us(now))


def expire_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    order = load(tx, work.guild, work.ref)
    if order.state == "open":
        end(tx, order, "expired", now)


def end_debt_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    player = returned.follow(tx, work.guild, work.ref, now)
    wallet = accounts.wallet(tx, work.guild, player)
    if accounts.state(tx, wallet).balance < 0:
        end_all_of(tx, work.guild, player, now)
        rewards.end_all_of(tx, work.guild, player, now)
