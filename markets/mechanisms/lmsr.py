"""The logarithmic market scoring rule (Hanson 2003): what shares cost, and what offering them can cost (C3, C4).

A share *unit* pays one minor unit if its outcome wins. With liquidity b, weights w (whole numbers; w/W are the prices
at which counting began) and q units sold since:

    cost        C(q)   = b ln( sum_i w_i/W exp(q_i/b) )          C(0) = 0
    price       p_i(q) = w_i exp(q_i/b) / sum_j w_j exp(q_j/b)    its slope; they sum to one
    subsidy     b ln(1/p), p the smallest opening price: no q makes max_i q_i - C(q) larger
    budget B    buys n with  C(q + n) = C(q) + B
    price t     is reached by  n = b (logit t - logit p)
    left        of what was paid for b at prices p, if k comes at prices f:  paid + b ln(p_k / f_k)

**A trade is charged ceil(C(after)) - ceil(C(before)),** not the rounded-up difference: it adds up exactly along any
path, so that pieces cost what the whole costs, a round trip gives back what it took, and the escrow holds the subsidy
plus ceil(C) after any trades, which covers the dearest outcome: q_i <= C(q) + b ln(W/w_i). One trade
lies less than a minor unit from its true difference, on either side; all of them together never less than C. A
difference of whole numbers can be nothing where the true one is a fraction, so a buy costs one minor unit at least:
that extra stays in the escrow. It can't be more than the quantity, since every price is below one.

Floats hold C to about 10^-15 of b. Where one lies within 10^-6 of a whole number (more, where b is so large that the
float knows less) the same is computed with 50 decimal digits, so that every machine charges the same.

Standard library only; nothing here knows of claims, players or money.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

MOST = 10**12
"""Units of liquidity, and of shares sold of one outcome."""

WHOLE_BPS = 10_000
LEAST_BPS, MOST_BPS = 100, 9_900
"""Prices and limits that a trade may lead to: 1% to 99%."""

WHOLE_WEIGHT = 10**17
"""What the weights of a market sum to once its liquidity was changed at prices that are no whole basis points."""

_DIGITS = Context(prec=50)
_NEAR = 1e-6
_SAME = Decimal("1e-25")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Book:
    """A market maker's state: liquidity in units, one weight and one count of units sold for each outcome."""

    liquidity: int
    weights: tuple[int, ...]
    shares: tuple[int, ...]

    def after(self, outcome: int, quantity: int) -> "Book":
        """Return the book with `quantity` more units of one outcome sold; negative where they come back."""
        shares = list(self.shares)
        shares[outcome] += quantity
        return Book(self.liquidity, self.weights, tuple(shares))


def opened(liquidity: int, opening: Sequence[int]) -> Book:
    """Return a market of which nothing is sold yet, at prices in proportion to `opening`."""
    return Book(liquidity, tuple(opening), (0,) * len(opening))


# --- the formulas, unrounded ------------------------------------------------------------------


def cost(book: Book) -> float:
    """Compute C(q) in minor units."""
    top, rest, _ = _cost(book)
    return top + rest


def prices(book: Book) -> list[float]:
    """Return the price of each outcome, 0 to 1."""
    logs = _logs(book)
    highest = max(logs)
    parts = [math.exp(log - highest) for log in logs]
    whole = math.fsum(parts)
    return [part / whole for part in parts]


def price_bps(book: Book, outcome: int) -> int:
    """Return the price of one outcome in basis points, rounded to the nearest."""
    return round(prices(book)[outcome] * WHOLE_BPS)


def _logs(book: Book) -> list[float]:
    """ln(w_i/W) + (q_i - q_top)/b, where whole numbers are subtracted before a float sees them."""
    whole, top = sum(book.weights), max(book.shares)
    return [
        math.log(weight / whole) + (shares - top) / book.liquidity
        for weight, shares in zip(book.weights, book.shares, strict=True)
    ]


def _log_sum(logs: Sequence[float]) -> float:
    highest = max(logs)
    return highest + math.log(math.fsum(math.exp(log - highest) for log in logs))


def _cost(book: Book) -> tuple[int, float, float]:
    """C as a whole number and a float to add to it, and by how much the float may be wrong."""
    log = _log_sum(_logs(book))
    return max(book.shares), book.liquidity * log, book.liquidity * (abs(log) + 64) * 2.0**-50


# --- whole numbers ----------------------------------------------------------------------------


def charged(book: Book) -> int:
    """Compute ceil(C(q)): what all trades so far have paid in together, minor units."""
    if not any(book.shares):
        return 0  # ln 1, which a float would have to be computed again for
    top, rest, error = _cost(book)
    return top + _ceil(rest, error, lambda: book.liquidity * _exact_log_sum(book))


def price_to_buy(book: Book, outcome: int, quantity: int) -> int:
    """Return the minor units charged for `quantity` more units, from 1 to `quantity`."""
    return max(charged(book.after(outcome, quantity)) - charged(book), 1)


def price_to_sell(book: Book, outcome: int, quantity: int) -> int:
    """Return the minor units paid for `quantity` units that come back, from 0 to `quantity`."""
    return charged(book) - charged(book.after(outcome, -quantity))


def shares_for(book: Book, outcome: int, budget: int) -> int:
    """Return the most units that `budget` minor units buy.

    C(q + n) may reach ceil(C(q)) + budget = K: W exp(K/b) = rest + w exp((q + n)/b), solved for n. That guess is then
    put right by what would be charged.
    """
    most = charged(book) + budget
    logs, top = _logs(book), max(book.shares)
    rest = _log_sum([log for place, log in enumerate(logs) if place != outcome])
    reach = (most - top) / book.liquidity
    left = -math.expm1(min(rest - reach, 0.0))
    guess = book.liquidity * (reach + (math.log(left) if left > 0 else -700.0) - logs[outcome])
    return _most(max(int(guess), 0), lambda n: charged(book.after(outcome, n)) <= most)


def quantity_to_price(book: Book, outcome: int, target_bps: int) -> int:
    """Return the units that lead to a price and not past it: positive to buy, negative to sell, 0 where it is there
    already."""
    assert 0 < target_bps < WHOLE_BPS
    logs = _logs(book)
    rest = _log_sum([log for place, log in enumerate(logs) if place != outcome])
    target = math.log(target_bps / (WHOLE_BPS - target_bps))
    away = target - logs[outcome] + rest
    error = book.liquidity * (abs(target) + abs(logs[outcome]) + abs(rest) + 64) * 2.0**-50
    sign = 1 if away >= 0 else -1
    # floor(x) = -ceil(-x)
    return -sign * _ceil(
        -sign * book.liquidity * away, error, lambda: -sign * _exact_way(book, outcome, target_bps)
    )


def subsidy(liquidity: int, opening: Sequence[int]) -> int:
    """Return the most that the opener of a market can lose: b ln(1/p), p the smallest opening price, rounded up."""
    log = math.log(sum(opening) / min(opening))
    error = liquidity * (log + 64) * 2.0**-50

    def exact() -> Decimal:
        with localcontext(_DIGITS):
            return liquidity * (Decimal(sum(opening)) / min(opening)).ln()

    return _ceil(liquidity * log, error, exact)


def deepened(book: Book, liquidity: int) -> Book:
    """Return the same prices with `liquidity` more units of it; counting of shares begins again.

    The weights are today's prices in whole numbers: they are off by 10^-17 at most.
    """
    with localcontext(_DIGITS):
        logs = _exact_logs(book)
        highest = max(logs)
        parts = [(log - highest).exp() for log in logs]
        whole = sum(parts)
        weights = tuple(max(int((part / whole * WHOLE_WEIGHT).to_integral_value()), 1) for part in parts)
    return Book(book.liquidity + liquidity, weights, (0,) * len(weights))


def subsidy_to_deepen(before: Book, after: Book, covered: Sequence[int]) -> int:
    """Return the most that a payer who adds liquidity can lose by it, minor units rounded up: b ln(1/p) of what they
    add.

    Args:
        covered: For each outcome, what the escrow holds beyond all its shares. However the weights were rounded, it
            has to be b ln(1/p) at least for the new b.
    """
    added = after.liquidity - before.liquidity
    whole = sum(after.weights)
    with localcontext(_DIGITS):
        logs = [(Decimal(whole) / weight).ln() for weight in after.weights]
        lacking = [after.liquidity * log - held for log, held in zip(logs, covered, strict=True)]
        return _ceil_exact(max(added * max(logs), *lacking))


def left(book: Book, liquidity: int, paid: int, at: Sequence[int], result: Sequence[int]) -> int:
    """Return what is left of a payment for liquidity once the market has ended as `book`, in millionths of a minor
    unit.

    A part b of the liquidity has sold its part of every trade since prices p, so an outcome k that comes at prices f
    costs it b ln(f_k/p_k). Of all payments together that is what the market maker lost, by any way;
    and no payment can be left with less than nothing, since b ln(1/p_k) was paid at least.

    Args:
        at: The prices at which it was paid, as weights.
        result: How much of a minor unit a share of each outcome pays, as weights.
    """
    with localcontext(_DIGITS):
        logs, whole = _exact_logs(book), sum(at)
        highest = _exact_sum(logs)
        lost = sum(
            (
                weight * (log - highest - (Decimal(was) / whole).ln())
                for weight, log, was in zip(result, logs, at, strict=True)
                if weight
            ),
            Decimal(),
        )
        rest = (paid - liquidity * lost / sum(result)) * _MILLION
        return max(int(rest.to_integral_value()), 0)


# --- exactness --------------------------------------------------------------------------------


def _ceil(value: float, error: float, exact: Callable[[], Decimal]) -> int:
    """`value` rounded up, computed again in decimals where the float can't be trusted to know."""
    if abs(value - round(value)) > max(_NEAR, error):
        return math.ceil(value)
    with localcontext(_DIGITS):
        return _ceil_exact(exact())


def _ceil_exact(value: Decimal) -> int:
    """Rounded up; a value that is whole but for the last of 50 digits is that whole number.

    C is a whole number where the same was sold of every outcome, and almost nowhere else.
    """
    nearest = value.to_integral_value()
    if abs(value - nearest) <= _SAME * max(abs(nearest), 1):
        return int(nearest)
    return math.ceil(value)


def _exact_logs(book: Book) -> list[Decimal]:
    whole, top = sum(book.weights), max(book.shares)
    return [
        (Decimal(weight) / whole).ln() + Decimal(shares - top) / book.liquidity
        for weight, shares in zip(book.weights, book.shares, strict=True)
    ]


def _exact_log_sum(book: Book) -> Decimal:
    return _exact_sum(_exact_logs(book))


def _exact_sum(logs: Sequence[Decimal]) -> Decimal:
    highest = max(logs)
    return highest + sum(((log - highest).exp() for log in logs), Decimal()).ln()


def _exact_way(book: Book, outcome: int, target_bps: int) -> Decimal:
    logs = _exact_logs(book)
    rest = _exact_sum([log for place, log in enumerate(logs) if place != outcome])
    target = (Decimal(target_bps) / (WHOLE_BPS - target_bps)).ln()
    return book.liquidity * (target - logs[outcome] + rest)


def _most(guess: int, fits: Callable[[int], bool]) -> int:
    """The largest n that fits, where all smaller ones do: from a guess, by doubled steps and then by halving."""
    low, step = guess, 1
    while low and not fits(low):
        low = max(low - step, 0)
        step *= 2
    high, step = low + 1, 1
    while fits(high):
        low, high = high, high + step
        step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
