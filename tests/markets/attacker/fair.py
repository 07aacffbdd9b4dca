"""What somebody has coming to them by the results that are true: worked out once more, apart from the product.

The trades, bets and stakes are taken as they were made; the result of each claim is the one that chance chose
beforehand. What ended by agreement counts as it was signed.
"""

import math
import sqlite3
from collections import defaultdict
from fractions import Fraction
from typing import Any

from tests.markets.attacker.book import Book
from tests.markets.attacker.truth import Truth


def gains(book: Book, truth: Truth) -> tuple[dict[int, float], dict[int, int]]:
    """By how much each player should have gained on all claims, and by how many minor units rounding may differ."""
    total: dict[int, float] = defaultdict(float)
    slack: dict[int, int] = defaultdict(int)
    for bet in book.bets:
        _bet(book, truth, bet, total)
    for market in book.markets:
        came = None if _was_empty(book, market) else truth.place(book, market.claim)
        _market(book, came, market.claim, total, slack)
    for pool in book.pools:
        stakes = [row for row in book.of("stakes", pool.claim) if row.pool == pool.number]
        _pool(truth.place(book, pool.claim), stakes, total, slack)
    return total, slack


def _was_empty(book: Book, market: Any) -> bool:
    """Whether a market ended void by itself, whatever its claim came to: it changed hands, and nobody held a share of
    it any more (B8)."""
    if market.state != "void" or market.resolution is not None:
        return False
    shares: dict[tuple[int, int], int] = defaultdict(int)
    trades = book.of("trades", market.claim)
    for trade in trades:
        shares[trade.player, trade.outcome] += trade.quantity
    assert trades, f"the market of claim {market.claim} is void by itself, and nobody traded"
    assert not any(shares.values()), (
        f"the market of claim {market.claim} is void by itself, and {shares} are held"
    )
    return True


def _bet(book: Book, truth: Truth, bet: Any, total: dict[int, float]) -> None:
    pot = bet.maker_stake + bet.taker_stake
    came = truth.place(book, bet.claim)
    if bet.state == "agreed":
        maker = bet.maker_paid
    elif came is None:
        maker = bet.maker_stake
    else:
        maker = pot if (came == bet.side) != bool(bet.against) else 0
    total[bet.maker] += maker - bet.maker_stake
    total[bet.taker] += pot - maker - bet.taker_stake


def _market(book: Book, came: int | None, claim: int, total: dict[int, float], slack: dict[int, int]) -> None:
    """A share pays one if its outcome came. What liquidity gains is what the trades since lost: moved from price p to
    q, a market maker with b units of liquidity loses b ln(q/p) of the outcome that came."""
    if came is None:
        return
    trades = sorted(book.of("trades", claim), key=lambda row: row.number)
    for trade in trades:
        total[trade.player] += (trade.quantity if trade.outcome == came else 0) - trade.amount
        slack[trade.player] += 1
    paid = sorted(book.of("liquidity", claim), key=lambda row: row.number)
    outcomes = sorted(book.of("market_outcomes", claim), key=lambda row: row.outcome)
    score = [math.log(row.opening) for row in outcomes]
    deep, at = 0, list[tuple[Any, float]]()
    moves = sorted([*paid, *trades], key=lambda row: (row.transfer, row.number))
    for move in moves:
        if hasattr(move, "liquidity"):
            at.append((move, _chance(score, came)))
            score = [math.log(_chance(score, place)) for place in range(len(score))]
            deep += move.liquidity
        else:
            score[move.outcome] += move.quantity / deep
    for payment, then in at:
        total[payment.player] -= payment.liquidity * math.log(_chance(score, came) / then)
        slack[payment.player] += 2 * len(trades) + 2 * len(paid) + 4


def _chance(score: list[float], place: int) -> float:
    most = max(score)
    return math.exp(score[place] - most) / sum(math.exp(one - most) for one in score)


def _pool(came: int | None, stakes: list[Any], total: dict[int, float], slack: dict[int, int]) -> None:
    """The pot goes to who staked on what came, by stake; where that is nobody, or everybody, stakes return."""
    pot, right = sum(row.amount for row in stakes), sum(row.amount for row in stakes if row.outcome == came)
    if came is None or right in (0, pot):
        return
    for row in stakes:
        back = Fraction(pot * row.amount, right) if row.outcome == came else 0
        total[row.player] += float(back) - row.amount
        slack[row.player] += 1


MOVED = (
    "SELECT t.kind, a.owner, SUM(e.amount) AS amount FROM entries e"
    " JOIN transfers t ON t.guild_id = e.guild_id AND t.number = e.transfer"
    " JOIN accounts a ON a.guild_id = e.guild_id AND a.number = e.account"
    " WHERE e.guild_id = ? AND a.kind = 'wallet' GROUP BY t.kind, a.owner"
)
BESIDES = (
    *("start", "grant", "take", "allowance", "draw", "draw.back", "gift", "forfeit", "debt"),
    *("reward", "reward.given", "reward.back"),
)
"""Kinds of transfer that no bet, trade or stake is about."""


def besides(tx: sqlite3.Connection, guild: int) -> dict[str, dict[int, int]]:
    """What each player got and gave beside their bets, trades and stakes, by kind."""
    found: dict[str, dict[int, int]] = {kind: {} for kind in BESIDES}
    for kind, owner, amount in tx.execute(MOVED, (guild,)):
        if kind in found:
            found[kind][owner] = int(amount)
    return found
