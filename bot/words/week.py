"""Show what was new, closed and settled in one week."""

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Card
from bot.words.announced import MOST_LISTED, Ask, Told
from ledger.types import from_us
from markets.core import weeks
from markets.settlement import calendar


def week(tx: Connection, ask: Ask) -> Told | None:
    """Show what was new, closing and settled in one week; None if nothing was."""
    from_, to = weeks.from_us(ask.ref), weeks.from_us(ask.ref + 1)
    found = calendar.week(tx, ask.guild, from_, to)
    parts = [
        _listed(title, claims_)
        for title, claims_ in (("New", found.new), ("Closing", found.closing), ("Settled", found.settled))
        if claims_
    ]
    if not parts:
        return None
    return Told(Card(f"The week of {text.day(from_us(from_))}", tuple(parts)))


def _listed(title: str, found: Sequence[tuple[int, str]]) -> str:
    lines = [f"- {number}: {text.escape(name, 120)}" for number, name in found[:MOST_LISTED]]
    more = [f"- and {len(found) - MOST_LISTED} more"] if len(found) > MOST_LISTED else []
    return "\n".join([f"**{title}**", *lines, *more])
