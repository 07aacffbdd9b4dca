"""Which outcome a value belongs to, where a claim's outcomes are ranges of a number or a date (RULES B1, D1).

Ranges hold their lower edge and not their upper; an edge is a number or an ISO date, as text.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from markets.errors import BadResult


class Range(Protocol):
    @property
    def low(self) -> str | None: ...
    @property
    def high(self) -> str | None: ...


def is_range(outcome: Range) -> bool:
    return outcome.low is not None or outcome.high is not None


def outcome_of(kind: Literal["number", "date"], outcomes: Sequence[Range], value: str) -> int:
    """The outcome whose range holds a value.

    Raises:
        BadResult: It is no number or date (`unread`), or none of the ranges holds it (`outside`).
    """
    found = read(kind, value)
    for place, outcome in enumerate(outcomes):
        if is_range(outcome) and _holds(kind, outcome, found):
            return place
    raise BadResult("value", "outside", value=value[:40])


def read(kind: Literal["number", "date"], value: str) -> Decimal:
    """A value as a number; a date as its day's.

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
