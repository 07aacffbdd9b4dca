"""Whose is what remains in a market's escrow: of each payment for liquidity what its own part is left with (C3).

Liquidity that was added later has seen only the trades since. What it is left with follows from the prices at which
it was paid and those at the end (`lmsr.left`); all payments together are left with what the market is.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.types import Whole
from markets.core import tables
from markets.mechanisms import lmsr
from markets.shares.market_maker import Market


class Payment(NamedTuple):
    """One payment for liquidity; `player` 0 is the house, `returned` what it got back once the market has ended."""

    number: int
    player: int
    liquidity: int
    paid: int
    transfer: int
    returned: int | None


_liquidity = tables.liquidity.c
_d = tables.trades.c
_PAYMENTS = Compiled(
    sa.select(*columns_of(tables.liquidity, Payment))
    .where(in_guild(_liquidity), _liquidity.claim == param("claim"))
    .order_by(_liquidity.number)
)
_trades = (in_guild(_d), _d.claim == param("claim"))
_TRADE = Compiled(sa.select(_d.transfer).where(*_trades, _d.number == param("n")))
_BETWEEN = Compiled(
    sa.select(_d.outcome, sa.cast(sa.func.sum(_d.quantity), Whole))
    .where(*_trades, _d.number > param("after"), _d.number <= param("until"))
    .group_by(_d.outcome)
)


def payments(tx: Connection, market: Market) -> list[Payment]:
    """Return everything that was paid for a market's liquidity, in its order; the first opened it."""
    return [Payment(*row) for row in _PAYMENTS.rows(tx, g=market.guild, claim=market.claim)]


def parts(
    tx: Connection, market: Market, paid: Sequence[Payment], weights: Sequence[int] | None
) -> list[int]:
    """Return in which proportion what remains goes to the payments; where no outcome came, each gets what it was."""
    if weights is None or len(paid) == 1:
        return [one.paid for one in paid]
    left = [
        lmsr.left(market.book, one.liquidity, one.paid, at, weights)
        for one, at in zip(paid, _prices(tx, market, paid), strict=True)
    ]
    return left if any(left) else [one.paid for one in paid]


def _prices(tx: Connection, market: Market, paid: Sequence[Payment]) -> Iterator[Sequence[int]]:
    """The prices at each payment, as weights. The first and the last are kept with the market; those between follow
    from what was traded between them, as they did when they were paid."""
    yield market.opening
    book, before = lmsr.opened(paid[0].liquidity, market.opening), 0
    for one in paid[1:-1]:
        until = _trades_before(tx, market, one.transfer)
        for outcome, quantity in _BETWEEN.rows(
            tx, g=market.guild, claim=market.claim, after=before, until=until
        ):
            book = book.after(outcome, quantity)
        book, before = lmsr.deepened(book, one.liquidity), until
        yield book.weights
    if len(paid) > 1:
        yield market.book.weights


def _trades_before(tx: Connection, market: Market, transfer: int) -> int:
    """How many trades there were before a transfer: they are numbered from 1, in the order of theirs."""

    def moved_by(number: int) -> int:
        row = _TRADE.row(tx, g=market.guild, claim=market.claim, n=number)
        assert row is not None, number
        return row[0]

    return bisect_left(range(1, market.trades + 1), transfer, key=moved_by)
