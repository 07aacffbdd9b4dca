"""What markets and pools promise the book, share by share and stake by stake (`audit` reads on from here).

A market is made once more from what was paid in and from its trades, in their order: what each trade cost, what
everybody holds, what the market maker believes, what its orders have left, and what its escrow holds. A pool is held
against its stakes and what each of them got back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, param, params
from ledger.money import points
from ledger.transfers import VOID
from markets.core import tables
from markets.mechanisms import lmsr
from markets.pools import payouts, pools
from markets.shares import market_maker

PAGE = 500

Moved = Mapping[int, tuple[str, dict[int, int]]]


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
_e = book.entries.c
_t = book.transfers.c
_markets = tables.markets.c
_market_outcomes = tables.market_outcomes.c
_liquidity = tables.liquidity.c
_positions = tables.positions.c
_d, _o, _k, _b, _s = (
    *(tables.trades.c, tables.orders.c, tables.pools.c),
    *(tables.pool_outcomes.c, tables.stakes.c),
)
_HOUSE = sa.select(_a.number).where(in_guild(_a), _a.kind == "house")
_MARKETS = (
    sa.select(
        _markets.claim, _markets.escrow, _markets.liquidity, _markets.trades, _markets.state, _a.balance
    )
    .join(book.accounts, (_a.guild_id == _markets.guild_id) & (_a.number == _markets.escrow))
    .where(in_guild(_markets))
    .order_by(_markets.claim)
)
_OUTCOMES = (
    sa.select(
        _market_outcomes.outcome,
        _market_outcomes.opening,
        _market_outcomes.weight,
        _market_outcomes.moved,
        _market_outcomes.sold,
    )
    .where(in_guild(_market_outcomes), _market_outcomes.claim == param("claim"))
    .order_by(_market_outcomes.outcome)
)
_PAYMENTS = (
    sa.select(
        _liquidity.number, _liquidity.player, _liquidity.liquidity, _liquidity.paid, _liquidity.transfer
    )
    .where(in_guild(_liquidity), _liquidity.claim == param("claim"))
    .order_by(_liquidity.number)
)
_TRADES = (
    sa.select(_d.number, _d.player, _d.outcome, _d.quantity, _d.amount, _d.by_order, _d.transfer)
    .where(in_guild(_d), _d.claim == param("claim"), _d.number > param("after"))
    .order_by(_d.number)
    .limit(param("most"))
)
_POSITIONS = sa.select(_positions.player, _positions.outcome, _positions.shares, _positions.cost).where(
    in_guild(_positions), _positions.claim == param("claim")
)
_ORDERS = (
    sa.select(_o.number, _o.sells, _o.budget, _o.reserve, _o.filled, _o.amount, _o.state, _a.balance)
    .join(book.accounts, (_a.guild_id == _o.guild_id) & (_a.number == _o.reserve), isouter=True)
    .where(in_guild(_o), _o.claim == param("claim"))
    .order_by(_o.number)
)
_POOLS = (
    sa.select(_k.claim, _k.escrow, _k.stakes, _k.state, _a.balance)
    .join(book.accounts, (_a.guild_id == _k.guild_id) & (_a.number == _k.escrow))
    .where(in_guild(_k))
    .order_by(_k.claim)
)
_STAKES = (
    sa.select(
        *(_s.number, _s.player, _s.outcome, _s.amount, _s.transfer, _s.state, _s.paid, _s.paid_by),
    )
    .where(in_guild(_s), _s.claim == param("claim"), _s.number > param("after"))
    .order_by(_s.number)
    .limit(param("most"))
)
_BACKING = sa.select(_b.outcome, _b.staked).where(in_guild(_b), _b.claim == param("claim"))
_ENTRIES = (
    sa.select(_e.transfer, _t.kind, _e.account, _e.amount)
    .join(book.transfers, (_t.guild_id == _e.guild_id) & (_t.number == _e.transfer))
    .where(in_guild(_e), _e.transfer.in_(params("numbers")))
)


def problems(tx: Connection, guild: int, wallets: Mapping[int, int]) -> Iterator[str]:
    """Yield what doesn't fit, in sentences; `wallets` are the accounts by player."""
    this = {"g": guild}
    for market in tx.execute(_MARKETS, this).all():
        for why in _market(tx, guild, market, wallets):
            yield f"The market on claim {market.claim}: {why}."
    for pool in tx.execute(_POOLS, this).all():
        for why in _pool(tx, guild, pool, wallets):
            yield f"The pool on claim {pool.claim}: {why}."


# --- markets ----------------------------------------------------------------------------------


def _market(tx: Connection, guild: int, market: Any, wallets: Mapping[int, int]) -> Iterator[str]:
    this = {"g": guild, "claim": market.claim}
    outcomes = tx.execute(_OUTCOMES, this).all()
    payments = tx.execute(_PAYMENTS, this).all()
    orders = {row.number: row for row in tx.execute(_ORDERS, this)}
    if not payments or [row.number for row in payments] != [*range(1, len(payments) + 1)]:
        yield "its payments aren't numbered from 1"
        return
    yield from _payments(tx, guild, market, payments, wallets)
    opened = lmsr.opened(payments[0].liquidity, [row.opening for row in outcomes])
    again = _Again(opened, [0] * len(outcomes), sum(row.paid for row in payments))
    deeper = [*payments[1:]]
    for trades in _pages(tx, _TRADES, this):
        moved = _moved(tx, guild, [row.transfer for row in trades])
        for trade in trades:
            while deeper and deeper[0].transfer < trade.transfer:
                again.book = lmsr.deepened(again.book, deeper.pop(0).liquidity)
            account = wallets.get(trade.player)
            if trade.by_order is not None and (order := orders.get(trade.by_order)) is not None:
                account = account if order.sells else order.reserve
            for why in _trade(again, market.escrow, trade, moved, account):
                yield f"trade {trade.number} {why}"
    for payment in deeper:
        again.book = lmsr.deepened(again.book, payment.liquidity)
    yield from _as_stored(market, outcomes, again)
    stored = {(row.player, row.outcome): [row.shares, row.cost] for row in tx.execute(_POSITIONS, this)}
    for player, outcome in sorted(stored.keys() | again.held.keys()):
        is_, was = stored.get((player, outcome), [0, 0]), again.held.get((player, outcome), [0, 0])
        if is_ != was:
            yield (
                f"player {player} holds {is_[0]} of outcome {outcome} at {points(is_[1])} points, and by the trades "
                f"{was[0]} at {points(was[1])}"
            )
    yield from _orders(orders.values(), again)


def _payments(
    tx: Connection, guild: int, market: Any, payments: Sequence[Any], wallets: Mapping[int, int]
) -> Iterator[str]:
    house = tx.execute(_HOUSE, {"g": guild}).scalar()
    moved = _moved(tx, guild, [row.transfer for row in payments])
    for row in payments:
        payer = wallets.get(row.player) if row.player else house
        if moved.get(row.transfer) != (market_maker.SUBSIDY, {market.escrow: row.paid, payer: -row.paid}):
            yield f"transfer {row.transfer} didn't pay {points(row.paid)} points of its subsidy"


def _trade(again: _Again, escrow: int, trade: Any, moved: Moved, account: int | None) -> Iterator[str]:
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


def _as_stored(market: Any, outcomes: Sequence[Any], again: _Again) -> Iterator[str]:
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


def _orders(orders: Any, again: _Again) -> Iterator[str]:
    for row in orders:
        filled = again.filled.get(row.number, [0, 0])
        if [row.filled, row.amount] != filled:
            yield (
                f"order {row.number} counts {row.filled} filled for {points(row.amount)} points, and by the trades "
                f"{filled[0]} for {points(filled[1])}"
            )
        left = row.budget - row.amount if row.state == "open" else 0
        if row.reserve is not None and row.balance != left:
            yield f"order {row.number} holds {points(row.balance)} points instead of {points(left)}"


# --- pools ------------------------------------------------------------------------------------


def _pool(tx: Connection, guild: int, pool: Any, wallets: Mapping[int, int]) -> Iterator[str]:
    this = {"g": guild, "claim": pool.claim}
    count, held, live = 0, 0, 0
    staked: dict[int, int] = {}
    paid: dict[int, int] = {}
    for stakes in _pages(tx, _STAKES, this):
        moved = _moved(tx, guild, [row.transfer for row in stakes])
        for row in stakes:
            count += 1
            wallet = wallets.get(row.player)
            if moved.get(row.transfer) != (pools.STAKE, {pool.escrow: row.amount, wallet: -row.amount}):
                yield f"transfer {row.transfer} didn't lock stake {row.number}"
            if row.number != count:
                yield f"stake {row.number} should be number {count}"
            staked[row.outcome] = staked.get(row.outcome, 0) + row.amount
            held += row.amount - (row.paid or 0)
            live += row.state == "live"
            if bool(row.paid) != (row.paid_by is not None):
                yield f"stake {row.number} doesn't say what paid it"
            elif row.paid_by is not None:
                paid[row.paid_by] = paid.get(row.paid_by, 0) + row.paid
    if pool.stakes != count:
        yield f"it counts {pool.stakes} stakes, and there are {count}"
    if {row.outcome: row.staked for row in tx.execute(_BACKING, this) if row.staked} != staked:
        yield "what lies on its outcomes isn't what was staked on them"
    if pool.balance != held:
        yield f"its escrow holds {points(pool.balance)} points instead of {points(held)}"
    if live and pool.state != "open":
        yield f"it is {pool.state}, and {live} of its stakes aren't"
    for transfer, (kind, moved) in _moved(tx, guild, [*paid]).items():
        if kind not in (payouts.PAYOUT, VOID) or moved.get(pool.escrow) != -paid[transfer]:
            yield f"transfer {transfer} didn't pay what its stakes say"


# --- reading ----------------------------------------------------------------------------------


def _moved(tx: Connection, guild: int, transfers: Sequence[int]) -> Moved:
    """What transfers moved: their kind, and the amounts by account."""
    found: dict[int, tuple[str, dict[int, int]]] = {}
    for at in range(0, len(transfers), PAGE):
        for row in tx.execute(_ENTRIES, {"g": guild, "numbers": transfers[at : at + PAGE]}):
            found.setdefault(row.transfer, (row.kind, {}))[1][row.account] = row.amount
    return found


def _pages(tx: Connection, statement: sa.Executable, this: Mapping[str, int]) -> Iterator[Sequence[Any]]:
    after = 0
    while rows := tx.execute(statement, {**this, "after": after, "most": PAGE}).all():
        yield rows
        after = rows[-1].number
