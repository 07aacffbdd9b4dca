"""What markets and pools promise the book, share by share and stake by stake (`audit` reads on from here).

A market is made once more from what was paid in and from its trades, in their order: what each trade cost, what
everybody holds, what the market maker believes, what its orders have left, and what its escrow holds. A pool is held
against its stakes and what each of them got back.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import columns_of, in_guild
from ledger.money import points
from ledger.transfers import VOID
from markets.core import tables
from markets.mechanisms import lmsr
from markets.pools import payouts, pools
from markets.records import streams
from markets.records.streams import Groups, Moved, paged
from markets.shares import market_maker


@dataclass(slots=True)
class _Again:
    """A market as its payments and trades make it."""

    book: lmsr.Book
    sold: list[int]
    escrow: int
    held: dict[tuple[int, int], list[int]] = field(default_factory=dict[tuple[int, int], list[int]])
    filled: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    trades: int = 0


_a = book.accounts.c
_markets = tables.markets.c
_market_outcomes = tables.market_outcomes.c
_liquidity = tables.liquidity.c
_positions = tables.positions.c
_d, _o, _k, _b, _s = (
    *(tables.trades.c, tables.orders.c, tables.pools.c),
    *(tables.pool_outcomes.c, tables.stakes.c),
)


class _Market(NamedTuple):
    claim: int
    escrow: int
    liquidity: int
    trades: int
    state: str
    balance: int


class _Outcome(NamedTuple):
    claim: int
    outcome: int
    opening: int
    weight: int
    moved: int
    sold: int


class _Payment(NamedTuple):
    claim: int
    number: int
    player: int | None
    liquidity: int
    paid: int
    transfer: int


class _Trade(NamedTuple):
    claim: int
    number: int
    player: int
    outcome: int
    quantity: int
    amount: int
    by_order: int | None
    transfer: int


class _Order(NamedTuple):
    claim: int
    number: int
    sells: int
    budget: int
    reserve: int | None
    filled: int
    amount: int
    state: str
    balance: int | None


class _Pool(NamedTuple):
    claim: int
    number: int
    escrow: int
    stakes: int
    state: str
    opened_us: int
    closes_us: int
    balance: int


class _Stake(NamedTuple):
    claim: int
    number: int
    player: int
    outcome: int
    amount: int
    transfer: int
    state: str
    paid: int | None
    paid_by: int | None
    pool: int
    at_us: int


_HOUSE = sa.select(_a.number).where(in_guild(_a), _a.kind == "house")
_MARKETS = paged(
    sa.select(*columns_of(tables.markets, _Market, but=["balance"]), _a.balance).join(
        book.accounts, (_a.guild_id == _markets.guild_id) & (_a.number == _markets.escrow)
    ),
    _markets.claim,
)
_OUTCOMES = paged(
    sa.select(*columns_of(tables.market_outcomes, _Outcome)),
    *(_market_outcomes.claim, _market_outcomes.outcome),
)
_PAYMENTS = paged(sa.select(*columns_of(tables.liquidity, _Payment)), *(_liquidity.claim, _liquidity.number))
_TRADES = paged(sa.select(*columns_of(tables.trades, _Trade)), *(_d.claim, _d.number))
_POSITIONS = paged(
    sa.select(_positions.claim, _positions.player, _positions.outcome, _positions.shares, _positions.cost),
    *(_positions.claim, _positions.player, _positions.outcome),
)
_ORDERS = paged(
    sa.select(*columns_of(tables.orders, _Order, but=["balance"]), _a.balance).join(
        book.accounts, (_a.guild_id == _o.guild_id) & (_a.number == _o.reserve), isouter=True
    ),
    *(_o.claim, _o.number),
)
_POOLS = paged(
    sa.select(*columns_of(tables.pools, _Pool, but=["balance"]), _a.balance).join(
        book.accounts, (_a.guild_id == _k.guild_id) & (_a.number == _k.escrow)
    ),
    *(_k.claim, _k.number),
)
_STAKES = paged(sa.select(*columns_of(tables.stakes, _Stake)), *(_s.claim, _s.number))
_BACKING = paged(sa.select(_b.claim, _b.outcome, _b.pool, _b.staked), *(_b.claim, _b.outcome, _b.pool))


def problems(tx: Connection, guild: int, wallets: Mapping[int, int]) -> Iterator[str]:
    """Yield what doesn't fit, in sentences; `wallets` are the accounts by player."""
    house: int | None = tx.execute(_HOUSE, {"g": guild}).scalar()
    markets = _Markets(tx, guild, wallets, house)
    for row in streams.rows(tx, guild, _MARKETS):
        for why in markets.check(_Market(*row)):
            yield f"The market on claim {row[0]}: {why}."
    stakes = Groups(tx, guild, _STAKES, moves=(5,))
    backing = Groups(tx, guild, _BACKING, key=3)
    found = map(_Pool._make, streams.rows(tx, guild, _POOLS, key=2))
    for claim, pools_of in groupby(found, key=lambda pool: pool.claim):
        for why in _pools(tx, guild, list(pools_of), wallets, stakes, backing):
            yield f"The pool on claim {claim}: {why}."


# --- markets ----------------------------------------------------------------------------------


class _Markets:
    """What hangs on the markets of a server, read in the order of their claims."""

    def __init__(self, tx: Connection, guild: int, wallets: Mapping[int, int], house: int | None) -> None:
        self._wallets, self._house = wallets, house
        self._outcomes = Groups(tx, guild, _OUTCOMES)
        self._payments = Groups(tx, guild, _PAYMENTS, moves=(5,))
        self._orders = Groups(tx, guild, _ORDERS)
        self._trades = Groups(tx, guild, _TRADES, moves=(7,))
        self._positions = Groups(tx, guild, _POSITIONS, key=3)

    def check(self, market: _Market) -> Iterator[str]:
        """Make a market once more."""
        claim = market.claim
        outcomes = [_Outcome(*row) for row in self._outcomes.of(claim)]
        orders = {row[1]: _Order(*row) for row in self._orders.of(claim)}
        payments: list[_Payment] = []
        for row in self._payments.of(claim):
            payments.append(payment := _Payment(*row))
            yield from _payment(market, payment, self._payments.moved, self._wallets, self._house)
        if not payments or [row.number for row in payments] != [*range(1, len(payments) + 1)]:
            yield "its payments aren't numbered from 1"
            return
        again = yield from self._again(market, outcomes, payments, orders)
        yield from _as_stored(market, outcomes, again)
        stored = {(row[1], row[2]): [row[3], row[4]] for row in self._positions.of(claim)}
        for player, outcome in sorted(stored.keys() | again.held.keys()):
            is_, was = stored.get((player, outcome), [0, 0]), again.held.get((player, outcome), [0, 0])
            if is_ != was:
                yield (
                    f"player {player} holds {is_[0]} of outcome {outcome} at {points(is_[1])} points, and by the "
                    f"trades {was[0]} at {points(was[1])}"
                )
        yield from _orders(orders.values(), again)

    def _again(
        self,
        market: _Market,
        outcomes: Sequence[_Outcome],
        payments: Sequence[_Payment],
        orders: Mapping[int, _Order],
    ) -> Generator[str, None, _Again]:
        opened = lmsr.opened(payments[0].liquidity, [row.opening for row in outcomes])
        again = _Again(opened, [0] * len(outcomes), sum(row.paid for row in payments))
        deeper = [*payments[1:]]
        for row in self._trades.of(market.claim):
            trade = _Trade(*row)
            while deeper and deeper[0].transfer < trade.transfer:
                again.book = lmsr.deepened(again.book, deeper.pop(0).liquidity)
            account = self._wallets.get(trade.player)
            if trade.by_order is not None and (order := orders.get(trade.by_order)) is not None:
                account = account if order.sells else order.reserve
            for why in _trade(again, market.escrow, trade, self._trades.moved, account):
                yield f"trade {trade.number} {why}"
        for payment in deeper:
            again.book = lmsr.deepened(again.book, payment.liquidity)
        return again


def _payment(
    market: _Market, row: _Payment, moved: Moved, wallets: Mapping[int, int], house: int | None
) -> Iterator[str]:
    payer = wallets.get(row.player) if row.player else house
    if moved.get(row.transfer) != (market_maker.SUBSIDY, {market.escrow: row.paid, payer: -row.paid}):
        yield f"transfer {row.transfer} didn't pay {points(row.paid)} points of its subsidy"


def _trade(again: _Again, escrow: int, trade: _Trade, moved: Moved, account: int | None) -> Iterator[str]:
    """Make a trade once more."""
    again.trades += 1
    if trade.number != again.trades:
        yield f"should be number {again.trades}"
    buys = trade.quantity > 0
    if not trade.quantity or not 0 <= trade.outcome < len(again.sold):
        yield "is none"
        return
    if buys:
        price = lmsr.price_to_buy(again.book, trade.outcome, trade.quantity)
    else:
        price = -lmsr.price_to_sell(again.book, trade.outcome, -trade.quantity)
    if trade.amount != price:
        yield f"moved {points(trade.amount)} points instead of {points(price)}"
    kind = market_maker.BUY if buys else market_maker.SELL
    if moved.get(trade.transfer) != (kind, {escrow: trade.amount, account: -trade.amount}):
        yield f"isn't what transfer {trade.transfer} moved"
    again.book = again.book.after(trade.outcome, trade.quantity)
    again.sold[trade.outcome] += trade.quantity
    again.escrow += trade.amount
    held = again.held.setdefault((trade.player, trade.outcome), [0, 0])
    held[0] += trade.quantity
    held[1] += trade.amount
    if held[0] < 0:
        yield "sold more than was held"
    if again.escrow < max(again.sold):
        yield "left the escrow with less than the dearest outcome pays"
    if trade.by_order is not None:
        filled = again.filled.setdefault(trade.by_order, [0, 0])
        filled[0] += abs(trade.quantity)
        filled[1] += abs(trade.amount)


def _as_stored(market: _Market, outcomes: Sequence[_Outcome], again: _Again) -> Iterator[str]:
    if market.trades != again.trades:
        yield f"it counts {market.trades} trades, and there are {again.trades}"
    if market.liquidity != again.book.liquidity:
        yield f"its liquidity is {market.liquidity}, and {again.book.liquidity} was paid for"
    for row, weight, moved, sold in zip(
        outcomes, again.book.weights, again.book.shares, again.sold, strict=True
    ):
        if (row.weight, row.moved, row.sold) != (weight, moved, sold):
            yield f"outcome {row.outcome} has {row.sold} sold, and by the trades {sold}, or another price"
    held = {"open": again.escrow, "settled": 0, "void": 0}.get(market.state)
    if held is not None and market.balance != held:
        yield f"its escrow holds {points(market.balance)} points instead of {points(held)}"


def _orders(orders: Iterable[_Order], again: _Again) -> Iterator[str]:
    for row in orders:
        filled = again.filled.get(row.number, [0, 0])
        if [row.filled, row.amount] != filled:
            yield (
                f"order {row.number} counts {row.filled} filled for {points(row.amount)} points, and by the trades "
                f"{filled[0]} for {points(filled[1])}"
            )
        left = row.budget - row.amount if row.state == "open" else 0
        if row.reserve is not None and row.balance != left:
            yield f"order {row.number} holds {points(row.balance or 0)} points instead of {points(left)}"


# --- pools ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Stakes:
    """What the stakes of one pool come to."""

    count: int = 0
    held: int = 0
    live: int = 0
    on: dict[int, int] = field(default_factory=dict[int, int])
    paid: dict[int, int] = field(default_factory=dict[int, int])


def _pools(
    tx: Connection,
    guild: int,
    found: Sequence[_Pool],
    wallets: Mapping[int, int],
    stakes: Groups,
    backing: Groups,
) -> Iterator[str]:
    """One claim's pools, which follow each other; their stakes are numbered together."""
    for place, (before, pool) in enumerate(zip([None, *found], found, strict=False), start=1):
        if pool.number != place:
            yield f"its pool {pool.number} should be number {place}"
        if before is not None and pool.opened_us < before.closes_us:
            yield f"pool {pool.number} opened before the one before it closed"
    by_number = {pool.number: pool for pool in found}
    sums = {number: _Stakes() for number in by_number}
    for count, row in enumerate(map(_Stake._make, stakes.of(found[0].claim)), start=1):
        pool = by_number.get(row.pool)
        if row.number != count:
            yield f"stake {row.number} should be number {count}"
        if pool is None:
            yield f"stake {row.number} is in pool {row.pool}, which isn't there"
        else:
            yield from _stake(pool, row, sums[row.pool], wallets, stakes)
    lies: dict[int, dict[int, int]] = {}
    for _, outcome, number, sum_ in backing.of(found[0].claim):
        if sum_:
            lies.setdefault(number, {})[outcome] = sum_
    for pool in found:
        yield from _pool(tx, guild, pool, sums[pool.number], lies.get(pool.number, {}))


def _stake(
    pool: _Pool, row: _Stake, sums: _Stakes, wallets: Mapping[int, int], stakes: Groups
) -> Iterator[str]:
    wallet = wallets.get(row.player)
    if stakes.moved.get(row.transfer) != (pools.STAKE, {pool.escrow: row.amount, wallet: -row.amount}):
        yield f"transfer {row.transfer} didn't lock stake {row.number}"
    sums.count += 1
    sums.on[row.outcome] = sums.on.get(row.outcome, 0) + row.amount
    sums.held += row.amount - (row.paid or 0)
    sums.live += row.state == "live"
    if bool(row.paid) != (row.paid_by is not None):
        yield f"stake {row.number} doesn't say what paid it"
    elif row.paid_by is not None:
        sums.paid[row.paid_by] = sums.paid.get(row.paid_by, 0) + (row.paid or 0)


def _pool(tx: Connection, guild: int, pool: _Pool, sums: _Stakes, lies: Mapping[int, int]) -> Iterator[str]:
    if pool.stakes != sums.count:
        yield f"it counts {pool.stakes} stakes, and there are {sums.count}"
    if lies != sums.on:
        yield "what lies on its outcomes isn't what was staked on them"
    if pool.balance != sums.held:
        yield f"its escrow holds {points(pool.balance)} points instead of {points(sums.held)}"
    if sums.live and pool.state != "open":
        yield f"it is {pool.state}, and {sums.live} of its stakes aren't"
    for transfer, (kind, moved) in streams.moved(tx, guild, sums.paid).items():
        if kind not in (payouts.PAYOUT, VOID) or moved.get(pool.escrow) != -sums.paid[transfer]:
            yield f"transfer {transfer} didn't pay what its stakes say"
