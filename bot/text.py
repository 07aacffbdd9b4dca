"""Write pieces of sentences: amounts, moments, people, and foreign text made harmless."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.unseen import cut, seen
from ledger import money

MOST_WORDS = 500
"""Characters of foreign text that a card shows."""

# Markdown, mentions, timestamps, emoji, links: any of these after a backslash is shown as itself.
_SPECIAL = re.compile(r"([\\*_~`|<>\[\]()#@:])")
_LIST = re.compile(r"^([-+]|[0-9]+\.)(?=\s)")


@dataclass(frozen=True, slots=True)
class Currency:
    """What a server calls its points, in the plural, and the sign it puts before an amount if it has one."""

    name: str = "points"
    symbol: str = ""

    def of(self, minor: int) -> str:
        """Write an amount: `25 points`, `1,234.50 points`, or `◆25` if the server has a sign."""
        if self.symbol:
            return f"{'−' if minor < 0 else ''}{self.symbol}{number(abs(minor))}"
        name = "point" if self.name == "points" and abs(minor) == money.UNIT else self.name
        return f"{number(minor)} {name}"


def number(minor: int) -> str:
    """Write points with separators, and with two decimals if there are any: `1,234.50`, `25`, `−3`."""
    whole, cents = divmod(abs(minor), money.UNIT)
    text = f"{whole:,}.{cents:02d}" if cents else f"{whole:,}"
    return f"−{text}" if minor < 0 else text


def shares(units: int) -> str:
    """Write a number of shares, each of 100 units: `12.50 shares`."""
    return f"{exact(units)} {'share' if units == money.UNIT else 'shares'}"


def exact(minor: int) -> str:
    """Write a balance, always with two decimals: `1,000.00`."""
    whole, cents = divmod(abs(minor), money.UNIT)
    return f"{'−' if minor < 0 else ''}{whole:,}.{cents:02d}"


def signed(minor: int) -> str:
    """Write a movement: `+25.00` or `−25.00`."""
    return exact(minor) if minor < 0 else f"+{exact(minor)}"


def count(number: int, noun: str, nouns: str = "", *, grouped: bool = False) -> str:
    """Write a number and its noun: `1 bet`, `3 bets`. `nouns` is a plural that isn't the noun with an s.

    `grouped` writes thousands with separators: `1,234 trades`.
    """
    digits = f"{number:,}" if grouped else str(number)
    return f"{digits} {noun if number == 1 else nouns or f'{noun}s'}"


def clean(text: str, most: int = MOST_WORDS) -> str:
    """Return the visible letters of a text as one line, cut at `most`."""
    line = " ".join(seen(text).split())
    return line if len(line) <= most else f"{cut(line[: most - 1])}…"


@lru_cache(maxsize=512)
def escape(text: str, most: int = MOST_WORDS) -> str:
    """Make foreign text harmless: its markdown, mentions, links and timestamps do nothing in a card.

    Results are cached, because the same few titles and outcomes are shown all day.

    The same few titles and outcomes are shown all day.
    """
    return _LIST.sub(r"\\\1", _SPECIAL.sub(r"\\\1", clean(text, most)))


def ago(moment: datetime) -> str:
    """Write a moment that Discord shows as a span: "in 3 days"."""
    return f"<t:{int(moment.timestamp())}:R>"


def at(moment: datetime) -> str:
    """Write a moment that Discord shows in the reader's own time zone: "20 November 2026 10:33"."""
    return f"<t:{int(moment.timestamp())}:f>"


def day(moment: datetime) -> str:
    """Write a moment of which Discord shows the date, in the reader's own time zone."""
    return f"<t:{int(moment.timestamp())}:d>"


def person(discord_id: int | None, number: int) -> str:
    """Write a mention, which notifies nobody; the player's number if the person was deleted."""
    return f"<@{discord_id}>" if discord_id else f"player {number}"


def channel(discord_id: int) -> str:
    return f"<#{discord_id}>"


def role(discord_id: int) -> str:
    return f"<@&{discord_id}>"


def listed(words: list[str], last: str = "and") -> str:
    """Join words: `a`, `a and b`, `a, b and c`; with "or" for `last`, as a choice."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def percent_bps(bps: int) -> str:
    """Write basis points as a percentage: `80%`, `99.5%`."""
    return f"{bps / 100:g}%"
