"""Hold what charts show as plain values, and describe them in words for people who can't see them.

Nothing here draws: `bot.charts.plot` does, in a process of its own that `bot.painter` starts when there is a chart to
draw. A chart is known by its digest, so equal content is drawn once.
"""

from __future__ import annotations  # an array names what it holds for type checkers only

import hashlib
import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from bot import text
from ledger.moments import from_us

WHOLE = 1_000_000
"""A chance of one, in millionths."""

_MOST_WORDS = 1_000  # Discord takes 1,024 characters


@dataclass(frozen=True, slots=True)
class Prices:
    """The price of every outcome over time.

    `at_us` rises; `prices` has one array an outcome, in millionths, as they stood from then on. `traded` is the
    outcome that a trade of that moment was in, −1 where the point is no trade (the opening). It ends at `until_us`.
    """

    title: str
    outcomes: tuple[str, ...]
    at_us: array[int]
    prices: tuple[array[int], ...]
    traded: array[int]
    until_us: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of about the same chance: what was said and what happened, with an interval, and how many they are.
    All but the count are shares from 0 to 1."""

    said: float
    happened: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class CalibrationChart:
    """How often what was called likely has happened."""

    title: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """A wallet over time, in minor units: what it held from each moment on, until `until_us`."""

    title: str
    at_us: array[int]
    balances: array[int]
    until_us: int


@dataclass(frozen=True, slots=True)
class PricesOf:
    """The prices of a claim's market, to be read when they are drawn."""

    guild: int
    claim: int
    title: str
    outcomes: tuple[str, ...]
    opening: tuple[int, ...]
    opened_us: int
    until_us: int


Chart = Prices | CalibrationChart | Balance


def longs(values: Sequence[int]) -> array[int]:
    """Pack whole numbers of 64 bits."""
    return array("q", values)


def digest(chart: Chart) -> str:
    """Compute a digest that is equal for equal content only."""
    made = hashlib.sha256(type(chart).__name__.encode())
    for field in fields(chart):
        _add(made, getattr(chart, field.name))
    return made.hexdigest()


def _add(made: Any, value: object) -> None:
    match value:
        case array():
            body = value.tobytes()
        case tuple():
            made.update(struct.pack("<q", len(value)))  # pyright: ignore[reportUnknownArgumentType]
            for one in value:  # pyright: ignore[reportUnknownVariableType]
                _add(made, one)  # pyright: ignore[reportUnknownArgumentType]
            return
        case Bin():
            body = struct.pack("<4dq", value.said, value.happened, value.low, value.high, value.count)
        case _:
            body = str(value).encode()
    made.update(struct.pack("<q", len(body)))
    made.update(body)


# --- in words ---------------------------------------------------------------------------------


def describe(chart: Chart) -> str:
    """Describe the picture in up to 1,000 characters."""
    match chart:
        case Prices():
            words = _prices(chart)
        case CalibrationChart():
            words = _calibration(chart)
        case Balance():
            words = _balance(chart)
    return text.clean(words, _MOST_WORDS)


def _prices(chart: Prices) -> str:
    trades = sum(1 for one in chart.traded if one >= 0)
    lines = [
        f"{name} from {_percent(line[0])} to {_percent(line[-1])}, lowest {_percent(min(line))}, "
        f"highest {_percent(max(line))}"
        for name, line in zip(chart.outcomes, chart.prices, strict=True)
    ]
    count = text.count(trades, "trade", grouped=True)
    return f"Price over time, {_span(chart.at_us[0], chart.until_us)}, {count}: {'; '.join(lines)}."


def _calibration(chart: CalibrationChart) -> str:
    if not chart.bins:
        return "Calibration: nothing is settled yet."
    lines = [
        f"said about {one.said:.0%}: happened {one.happened:.0%} of {one.count:,} "
        f"({one.low:.0%} to {one.high:.0%})"
        for one in chart.bins
    ]
    return f"Calibration, what was said against what happened: {'; '.join(lines)}."


def _balance(chart: Balance) -> str:
    line = chart.balances
    return (
        f"Balance over time, {_span(chart.at_us[0], chart.until_us)}: from {text.exact(line[0])} to "
        f"{text.exact(line[-1])} points, lowest {text.exact(min(line))}, highest {text.exact(max(line))}."
    )


def _percent(millionths: int) -> str:
    return (
        f"{millionths / WHOLE:.0%}"
        if WHOLE // 100 <= millionths <= WHOLE * 99 // 100
        else (f"{millionths / WHOLE:.1%}")
    )


def _span(from_us_: int, until_us: int) -> str:
    first, last = (f"{from_us(at):%-d %B %Y}" for at in (from_us_, until_us))
    return f"on {first}" if first == last else f"{first} to {last}"
