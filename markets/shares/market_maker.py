"""The market maker of a claim: what it has sold, what a trade would cost, and carrying one out (RULES C3, C4).

Who may trade, and when, is decided in `trading` and `orders`; the arithmetic is in `mechanisms.lmsr`. Shares are
counted in units of which each pays one minor unit; people see 100 of them as one share.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.accounts import Account
from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import Posted, post
from ledger.types import fits, to_us
from markets.core import tables
from markets.core.errors import BadTrade, UnknownMarket
from markets.core.events import ClaimChanged, MarketEmptied, WalletsPaid
from markets.mechanisms import lmsr
from markets.mechanisms.lmsr import Book

BUY, SELL, SUBSIDY = "market.buy", "market.sell", "market.subsidy"

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Market:
    """A market as the transaction finds it. `book` prices, `sold` is what people hold of each outcome, in units."""

    guild: int
    claim: int
    opener: int
    house: bool
    let_by: int | None
    escrow: Account
    liquidity: int
    trades: int
    state: str
    opened_us: int
    resolution: int | None
    phase: int
    cursor: int
    chunks: int
    opening: tuple[int, ...]
    book: Book
    sold: tuple[int, ...]

    @property
    def prices(self) -> list[float]:
        """Of each outcome, 0 to 1."""
        return lmsr.prices(self.book)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a trade would do just now. `quantity` in units, below zero for a sale; `amount` in minor units, what is
    paid, or got for a sale. The average is per share, so it compares with the prices; all three in basis points."""

    claim: int
    outcome: int
    quantity: int
    amount: int
    average_bps: int
    before_bps: int
    after_bps: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What a player has of one outcome: units, and what they cost less what was sold of them."""

    outcome: int
    shares: int
    cost: int


@dataclass(frozen=True, slots=True)
class TradeDone:
    """A trade that was carried out: the market after it, and the trade's number there."""

    market: Market
    quote: Quote
    posted: Posted
    number: int


_markets = tables.markets.c
_market_outcomes = tables.market_outcomes.c
_positions = tables.positions.c
_columns = columns_of(tables.markets, Market, but=["opening", "book", "sold"])
_LOAD = Compiled(
    sa.select(
        *_columns,
        _market_outcomes.opening,
        _market_outcomes.weight,
        _market_outcomes.moved,
        _market_outcomes.sold,
    )
    .join_from(
        tables.markets,
        tables.market_outcomes,
        (_market_outcomes.guild_id == _markets.guild_id) & (_market_outcomes.claim == _markets.claim),
    )
    .where(in_guild(_markets), _markets.claim == param("claim"))
    .order_by(_market_outcomes.outcome)
)
_HOLDINGS = Compiled(
    sa.select(*columns_of(tables.positions, Holding))
    .where(in_guild(_positions), _positions.claim == param("claim"), _positions.player == param("p"))
    .order_by(_positions.outcome)
)
_trades = tables.trades.c
_PRICES = Compiled(
    sa.select(_trades.prices).where(
        in_guild(_trades), _trades.claim == param("claim"), _trades.number == param("n")
    )
)
_MOVE = Compiled(
    sa.update(tables.market_outcomes)
    .where(
        in_guild(_market_outcomes),
        _market_outcomes.claim == param("claim"),
        _market_outcomes.outcome == param("outcome"),
    )
    .values(moved=param("moved"), sold=param("sold"))
)
_COUNT = Compiled(
    sa.update(tables.markets)
    .where(in_guild(_markets), _markets.claim == param("claim"))
    .values(trades=param("trades"))
)
_HOLD = Compiled(
    sa.update(tables.positions)
    .where(
        in_guild(_positions),
        _positions.claim == param("claim"),
        _positions.player == param("p"),
        _positions.outcome == param("outcome"),
    )
    .values(shares=_positions.shares + param("quantity"), cost=_positions.cost + param("amount"))
)
_POSITION = Compiled(sa.insert(tables.positions))
_TRADE = Compiled(sa.insert(tables.trades))


def find(tx: Connection, guild: int, claim: int) -> Market | None:
    """Return the market of a claim; None where it has none."""
    rows = list(_LOAD.rows(tx, g=guild, claim=claim)) if fits(claim) else []
    if not rows:
        return None
    values = _columns.values(rows[0][: len(_columns)])
    values["house"] = bool(values["house"])
    values["escrow"] = Account(guild, values["escrow"])
    opening, weights, moved, sold = zip(*(row[len(_columns) :] for row in rows), strict=True)
    return Market(**values, opening=opening, book=Book(values["liquidity"], weights, moved), sold=sold)


def load(tx: Connection, guild: int, claim: int) -> Market:
    """Return the market of a claim.

    Raises:
        UnknownMarket: It has none.
    """
    found = find(tx, guild, claim)
    if found is None:
        raise UnknownMarket(guild, claim)
    return found


def prices_after(tx: Connection, market: Market, trades: int) -> tuple[int, ...] | None:
    """Return the price of each outcome as it stood after so many trades, in basis points; None where there weren't so
    many.

    Nothing else moves a price, so the count of trades names all of them in a button's id.
    """
    if not trades:
        whole = sum(market.opening)
        return tuple(round(one * lmsr.WHOLE_BPS / whole) for one in market.opening)
    row = _PRICES.row(tx, g=market.guild, claim=market.claim, n=trades)
    if row is None:
        return None
    return tuple(round(int(one) * lmsr.WHOLE_BPS / MILLION) for one in json.loads(row[0]))


def holdings(tx: Connection, guild: int, claim: int, player: int) -> list[Holding]:
    """Return what a player has, or once had, in a claim's market, by outcome."""
    return [Holding(*row) for row in _HOLDINGS.rows(tx, g=guild, claim=claim, p=player)]


def quoted(market: Market, outcome: int, quantity: int) -> Quote:
    """Return what it would cost to buy `quantity` units, or what a sale of that many below zero would bring.

    Raises:
        BadTrade: There can't be so many.
    """
    sold = market.sold[outcome] + quantity
    if not quantity or not 0 <= sold <= tables.MOST_UNITS:
        raise BadTrade("quantity", "too_large" if quantity > 0 else "too_small")
    if quantity > 0:
        amount = lmsr.price_to_buy(market.book, outcome, quantity)
    else:
        amount = lmsr.price_to_sell(market.book, outcome, -quantity)
    return Quote(
        claim=market.claim,
        outcome=outcome,
        quantity=quantity,
        amount=amount,
        average_bps=round(amount * lmsr.WHOLE_BPS / abs(quantity)),
        before_bps=lmsr.price_bps(market.book, outcome),
        after_bps=lmsr.price_bps(market.book.after(outcome, quantity), outcome),
    )


def worst(market: Market, held: list[Holding]) -> int:
    """Return the least that what a player has can end with, payout less net cost: below zero for a loss."""
    shares = dict.fromkeys(range(len(market.sold)), 0) | {one.outcome: one.shares for one in held}
    return min(shares.values()) - sum(one.cost for one in held)


def carry_out(
    tx: Connection,
    market: Market,
    quote: Quote,
    player: int,
    account: Account,
    *,
    key: str,
    now: datetime,
    by_order: int | None = None,
) -> TradeDone:
    """Make a quoted trade of this very state of the market: points, shares, history, card.

    Args:
        account: Pays for a purchase, or gets what a sale brings: the wallet, or an order's reserve.

    Raises:
        InsufficientFunds: The account can't pay; nothing is moved.
    """
    buys = quote.quantity > 0
    paid = quote.amount if buys else -quote.amount
    kind, amounts = BUY if buys else SELL, {account: -paid, market.escrow: paid}
    posted = post(tx, guild=market.guild, key=key, kind=kind, amounts=amounts, now=now, actor=player)
    after = _moved(market, quote)
    assert posted.balances[market.escrow.number] >= max(after.sold), market.claim
    _hand_over(tx, after, quote, player, paid)
    _TRADE.execute(
        tx,
        guild_id=market.guild,
        claim=market.claim,
        number=after.trades,
        player=player,
        outcome=quote.outcome,
        quantity=quote.quantity,
        amount=paid,
        prices=json.dumps([round(price * MILLION) for price in after.prices], separators=(",", ":")),
        by_order=by_order,
        transfer=posted.number,
        at_us=to_us(now),
    )
    if not buys:
        happened(tx, WalletsPaid(market.guild, ((account.number, quote.amount),)))
    if not any(after.sold):
        happened(tx, MarketEmptied(market.guild, market.claim))
    happened(tx, ClaimChanged(market.guild, market.claim))
    return TradeDone(after, quote, posted, after.trades)


def _hand_over(tx: Connection, after: Market, quote: Quote, player: int, paid: int) -> None:
    """Add a trade to what the market has sold and to what the player holds; `after` is the market with it."""
    this = {"g": after.guild, "claim": after.claim, "outcome": quote.outcome}
    _MOVE.execute(tx, **this, moved=after.book.shares[quote.outcome], sold=after.sold[quote.outcome])
    _COUNT.execute(tx, g=after.guild, claim=after.claim, trades=after.trades)
    # A row that a conflict would turn into an update is held against the CHECKs first: shares below zero would fail.
    if not _HOLD.execute(tx, **this, p=player, quantity=quote.quantity, amount=paid):
        position = {"claim": after.claim, "player": player, "outcome": quote.outcome, "paid": None}
        _POSITION.execute(tx, guild_id=after.guild, shares=quote.quantity, cost=paid, **position)


def _moved(market: Market, quote: Quote) -> Market:
    sold = list(market.sold)
    sold[quote.outcome] += quote.quantity
    book = market.book.after(quote.outcome, quote.quantity)
    return replace(market, trades=market.trades + 1, book=book, sold=tuple(sold))
