"""Which outcome a value belongs to, where a claim's outcomes are ranges of a number or a date (RULES B1, D1).

Ranges hold their lower edge and not their upper; an edge is a number or an ISO date, as text.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from markets.core.errors import BadOutcome, BadResult


class Range(Protocol):
    @property
    def low(self) -> str | None: ...
    @property
    def high(self) -> str | None: ...


def is_range(outcome: Range) -> bool:
    return outcome.low is not None or outcome.high is not None


def outcome_of(kind: Literal["number", "date"], outcomes: Sequence[Range], value: str) -> int:
    """Return the outcome whose range holds a value.

    Raises:
        BadResult: It is no number or date (`unread`), or none of the ranges holds it (`outside`).
    """
    found = read(kind, value)
    for place, outcome in enumerate(outcomes):
        if is_range(outcome) and _holds(kind, outcome, found):
            return place
    raise BadResult("value", "outside", value=value[:40])


class Quantile(NamedTuple):
    """A value that a crowd's prices imply; of an open range only its edge is known: `tail` -1 is "below it", 1 is "it
    or above"."""

    value: Decimal
    tail: int = 0


def implied(
    kind: Literal["number", "date"], outcomes: Sequence[Range], prices: Sequence[float], share: float
) -> Quantile:
    """Return the value below which `share` of the probability lies (0.5 for the median), even within each range (C3).

    An outcome without edges ("later or never") counts as above all others.
    """
    ordered = sorted(zip(outcomes, prices, strict=True), key=lambda one: _place(kind, one[0]))
    below, edge = 0.0, Decimal(0)
    for outcome, price in ordered:
        low = None if outcome.low is None else read(kind, outcome.low)
        high = None if outcome.high is None else read(kind, outcome.high)
        if low is None and high is None:
            return Quantile(edge, 1)
        if below + price >= share or high is None:
            if low is None:
                assert high is not None
                return Quantile(high, -1)
            if high is None:
                return Quantile(low, 1)
            part = min(max((share - below) / price, 0.0), 1.0) if price else 0.0
            return Quantile(low + (high - low) * Decimal(repr(round(part, 6))))
        below, edge = below + price, high
    return Quantile(edge, 1)


def shown(kind: Literal["number", "date"], value: Decimal) -> str:
    """Return a value as it is typed: a number with at most two decimals, a date as its day."""
    if kind == "date":
        return date.fromordinal(int(value)).isoformat()
    return f"{value:.2f}".rstrip("0").rstrip(".")


def require_whole(kind: Literal["number", "date"], outcomes: Sequence[Range]) -> None:
    """Check that every value lies in exactly one outcome: a tail on each side, where the upper may be one without
    edges.

    Raises:
        BadOutcome: Two ranges overlap, or values lie in none.
    """
    ordered = sorted(outcomes, key=lambda one: _place(kind, one))
    last: Decimal | None = None
    for place, outcome in enumerate(ordered):
        if not is_range(outcome):
            if place != len(ordered) - 1:
                raise BadOutcome("outcomes", "gap")
            return
        low = None if outcome.low is None else read(kind, outcome.low)
        if (low is None) != (place == 0) or (place and last is None):
            raise BadOutcome("outcomes", "overlap" if place else "gap")
        if low is not None and last is not None and low != last:
            raise BadOutcome("outcomes", "overlap" if low < last else "gap")
        last = None if outcome.high is None else read(kind, outcome.high)
    if last is not None:
        raise BadOutcome("outcomes", "gap")


def _place(kind: Literal["number", "date"], outcome: Range) -> tuple[int, Decimal]:
    if not is_range(outcome):
        return 2, Decimal(0)
    return (0, Decimal(0)) if outcome.low is None else (1, read(kind, outcome.low))


def read(kind: Literal["number", "date"], value: str) -> Decimal:
    """Return a value as a number; a date as its day's.

    Raises:
        BadResult: It is neither.
    """
    text = value.strip()
    if kind == "number" and re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", text, re.ASCII):
        return Decimal(text)
    if kind == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return Decimal(date.fromisoformat(text).toordinal())
        except ValueError:
            pass
    raise BadResult("value", "unread", value=value[:40])


def _holds(kind: Literal["number", "date"], outcome: Range, value: Decimal) -> bool:
    above = outcome.low is None or read(kind, outcome.low) <= value
    return above and (outcome.high is None or value < read(kind, outcome.high))
