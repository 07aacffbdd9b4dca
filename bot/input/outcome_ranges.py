"""Read outcomes from lines, and the ranges of numbers or dates that their names say."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot import text
from bot.input import outcome_lines
from bot.input.form_fields import kept
from bot.refusals import BadInput
from markets.claims import sides
from markets.claims.terms import Outcome


def yes_and_no(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    yes = sides.usual([one.name for one in outcomes])
    return (replace(outcomes[yes], name=sides.YES), replace(outcomes[1 - yes], name=sides.NO))


def read_outcomes(typed: str) -> tuple[Outcome, ...]:
    """Read one outcome on each line, with its criteria after a colon.

    Nothing typed is YES and NO by the deadline. YES comes before NO, in either order of typing.
    """
    rows = outcome_lines.read(typed)
    if not rows:
        return (
            Outcome("YES", "It has happened before the deadline."),
            Outcome("NO", "It has not happened before the deadline."),
        )
    if not 2 <= len(rows) <= 10:
        raise BadInput("The outcomes", "name 2 to 10, one on each line, with what must be true after a colon")
    found = [
        Outcome(
            kept(name, f"The name “{text.clean(name, 30)}”", outcome_lines.MOST_NAME),
            kept(rest, "A criterion"),
        )
        for name, rest in rows
    ]
    if sides.are_yes_and_no([one.name for one in found]):
        return yes_and_no(found)
    names = [one.name.casefold() for one in found]
    edges = _date_edges(names) or [_edges(name) for name in names]
    if all(edge is not None for edge in edges):
        return tuple(
            replace(one, low=edge[0], high=edge[1]) for one, edge in zip(found, edges, strict=True) if edge
        )
    return tuple(found)


def _edges(name: str) -> tuple[str | None, str | None] | None:
    """Read the range that an outcome's name says: its lower edge, and the upper edge that it excludes."""
    for pattern, edges in _RANGES:
        found = pattern.fullmatch(name)
        if found:
            low, high = edges
            return found[low] if low else None, found[high] if high else None
    return None


_NUMBER = r"([+-]?[0-9]+(?:\.[0-9]+)?)"


_RANGES = [
    (re.compile(f"(?:below|under|less than) {_NUMBER}"), (0, 1)),
    (re.compile(f"{_NUMBER} to (?:below |under )?{_NUMBER}"), (1, 2)),
    (re.compile(f"{_NUMBER} or more"), (1, 0)),
    (re.compile(f"(?:at least|from) {_NUMBER}"), (1, 0)),
]


def _date_edges(names: list[str]) -> list[tuple[str | None, str | None] | None]:
    """Read ranges of dates: `before 2028`, `2028 to 2029`, `later or never`; a year counts to its last day.

    Empty where they are no ranges of dates: plain numbers that look like years are numbers.
    """
    found: list[tuple[str | None, str | None] | None] = []
    for name in names:
        last = found[-1] if found else None
        if name in ("later", "later or never") and last is not None:
            found.append((last[1], None))
            continue
        match = next((made for pattern in _DATES if (made := pattern.fullmatch(name))), None)
        if match is None:
            return []
        parts = match.groupdict()
        until = parts.get("until")
        day_until = until if until is None or parts.get("from") is None else _next_year(until)
        found.append((_first_day(parts.get("from")), _first_day(day_until)))
    open_ended = any(name.startswith("before ") or name.endswith(("later", "never")) for name in names)
    days = [day for edge in found if edge for day in edge if day]
    return found if open_ended and all(map(is_day, days)) else []


def _next_year(until: str) -> str:
    """Return where a range of dates ends: one of years after its last year, one of days at its last day."""
    return f"{int(until) + 1:04d}" if len(until) == 4 else until


def _first_day(typed: str | None) -> str | None:
    return f"{typed}-01-01" if typed and len(typed) == 4 else typed


def is_day(day: str) -> bool:
    try:
        return len(day) == 10 and bool(date.fromisoformat(day))
    except ValueError:
        return False


_WHEN = r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2})?"


_DATES = [
    re.compile(f"before (?P<until>{_WHEN})"),
    re.compile(f"(?P<from>{_WHEN}) to (?:before )?(?P<until>{_WHEN})"),
    re.compile(f"(?P<from>{_WHEN}) or later(?: or never)?"),
    re.compile("(?:in )?(?P<from>(?P<until>[0-9]{4}))"),
]
