"""Show outcomes with their criteria, shortened to a card's room, and the whole of them as a file."""

from bot import text
from bot.ui.cards import File
from ledger.types import from_us
from markets.claims.terms import Outcome, Terms

LEAST = 80
"""Letters of each criterion that are always shown."""


def outcomes(terms: Terms, room: int, most: int = 10) -> tuple[list[str], bool]:
    """Write one line for each outcome, in `room` letters altogether; True if anything was left out.

    Short criteria are whole, long ones share what is left and end with a mark.
    """
    shown = terms.outcomes[:most]
    allowed = max((len(one.criteria) for one in shown), default=0)
    lines = [_line(one, allowed) for one in shown]
    while sum(len(line) + 1 for line in lines) > room and allowed > LEAST:
        allowed = max(LEAST, allowed * 9 // 10)
        lines = [_line(one, allowed) for one in shown]
    short = len(shown) < len(terms.outcomes) or any(len(one.criteria) > allowed for one in shown)
    return lines, short


def _line(one: Outcome, most: int) -> str:
    name = f"- **{text.escape(one.name, 80)}**"
    return f"{name}: {text.escape(one.criteria, max(most, 1))}" if one.criteria else name


def file(name: str, terms: Terms) -> File:
    """Write all that a claim says of how it can come out, as text."""
    deadline = from_us(terms.deadline_us).isoformat() if terms.deadline_us else "not said yet"
    parts = [
        terms.title,
        terms.statement,
        *(f"{one.name}: {one.criteria}" if one.criteria else one.name for one in terms.outcomes),
        f"Source: {terms.source}",
        f"Second source: {terms.fallback}",
        f"Deadline: {deadline} ({terms.zone})",
    ]
    return File(name, "\n\n".join(parts).encode())
