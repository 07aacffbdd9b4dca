"""How a value stands in a CSV file, so that a spreadsheet neither computes nor rounds it, and back again.

Numbers stand bare, negative ones too. Text that a spreadsheet would take for a formula or for a number gets an
apostrophe before it, and so does text that begins with one: taking one leading apostrophe away undoes it exactly.
"""

import re
from datetime import datetime, timedelta

from ledger import money
from ledger.money import UNIT

# What OWASP lists for CSV injection, the full-width forms that some spreadsheets read alike, and the guard itself.
_LEADING = frozenset("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"[0-9]+(?:[.eE][0-9]+)?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9._:/-]*", re.ASCII)
_NEEDS_QUOTES = re.compile(r'[,"\r\n]')
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, said by the Z that is written after it


def guard(text: str) -> str:
    """Return `text` as a spreadsheet will leave it alone."""
    return f"'{text}" if text[:1] in _LEADING or _NUMBER.fullmatch(text) else text


def unguard(cell: str) -> str:
    """Return the text behind a guarded cell."""
    return cell.removeprefix("'")


def word(text: str) -> str:
    """Return a guarded text cell, in quotes where CSV needs them."""
    if _PLAIN.fullmatch(text):
        return text
    cell = guard(text)
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


def ident(number: int) -> str:
    """Write a Discord id as text, because spreadsheets keep 15 digits of a number."""
    return f"'{number}"


def moment(us: int) -> str:
    """Write microseconds since 1970 as ISO 8601 in UTC: `2026-11-20T12:00:00.000000Z`."""
    return (_EPOCH + timedelta(0, 0, us)).isoformat("T", "microseconds") + "Z"


def amount(minor: int) -> str:
    """Write two cells, for the millions that go through here: minor units, and the same in points."""
    if -UNIT < minor < UNIT:
        return f"{minor},{money.points(minor)}"
    text = str(minor)
    return f"{text},{text[:-2]}.{text[-2:]}"
