"""Say what chances of ranges mean for the value: its median, and where 80% of it lies (RULES C3)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from bot import text
from markets.claims import ranges
from markets.claims.terms import Terms

_BARE = ("ratio", "fraction")
"""Units that nobody says after a number."""


def implied(terms: Terms, chances: Sequence[float]) -> str:
    """Write `median **512 hours**, 10 to 90% from **below 100 hours** to **900 hours**`; empty without ranges."""
    kind = terms.kind
    if (
        kind not in ("number", "date")
        or len(terms.outcomes) < 3
        or not any(map(ranges.is_range, terms.outcomes))
    ):
        return ""
    unit = "" if terms.unit in _BARE else terms.unit
    low, middle, high = (
        _in_words(kind, ranges.implied(kind, terms.outcomes, chances, share), unit)
        for share in (0.1, 0.5, 0.9)
    )
    return f"median **{middle}**, 10 to 90% from **{low}** to **{high}**"


def _in_words(kind: Literal["number", "date"], found: ranges.Quantile, unit: str) -> str:
    """Write a value in an open range by the edge that is known."""
    shown = _day(found.value) if kind == "date" else f"{_number(found.value)} {text.escape(unit, 20)}".strip()
    if found.tail < 0:
        return f"before {shown}" if kind == "date" else f"below {shown}"
    if found.tail > 0:
        return f"{shown} or later" if kind == "date" else f"{shown} or more"
    return shown


def _day(value: Decimal) -> str:
    return f"{date.fromordinal(int(value)):%-d %b %Y}"


def _number(value: Decimal) -> str:
    """Write a number with three digits, which is as exact as prices are; whole numbers keep all of theirs."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == value.to_integral_value() else f"{value:.3g}"
