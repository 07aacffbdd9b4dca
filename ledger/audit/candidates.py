"""What a damaged transfer may have been: every way to put one value of it right.

Pure functions of the rows and of where the accounts stood before them. `locate` asks the digest, or the sums,
which of these it was.
"""

from collections.abc import Iterable, Iterator
from itertools import chain as joined
from typing import Any, NamedTuple

from ledger.audit.rows import Entry, Transfer
from ledger.audit.state import Phrase, Standing, Walk
from ledger.transfers import REVERSAL

Lines = list[Entry]

CONTENTS = ("key", "kind", "actor", "at_us", "reverses", "words")
"""Columns of a transfer that nothing but its digest covers."""

_TYPES: dict[str, tuple[type, ...]] = {
    "key": (str,),
    "kind": (str,),
    "actor": (int,),
    "at_us": (int,),
    "reverses": (int, type(None)),
    "words": (bytes, type(None)),
    "digest": (bytes,),
}
_NUMBERS = ("account", "amount", "balance_after", "account_seq")
_FEW_LINES = 20  # up to which every bit of every entry is tried
_FEW_PLAYERS = 5_000  # up to which each is tried as the one who acted


class Fix(NamedTuple):
    """One value put right: what it is called, what it should be and is, and the transfer with it."""

    column: str
    account: int | None
    expected: object
    found: object
    row: Transfer
    lines: Lines
    stray: tuple[Any, ...] | None = None


def of_lines(walk: Walk, row: Transfer, lines: Lines) -> Iterator[Fix]:
    """Yield one column of one entry put right: first by what follows from the rest, then bit by bit."""
    for place, line in enumerate(lines):
        for column, value in _following(walk, lines, place, line):
            yield _line_fix(row, lines, place, column, value)
    if len(lines) <= _FEW_LINES:
        for place, line in enumerate(lines):
            for column in _NUMBERS:
                for value in near(getattr(line, column)):
                    yield _line_fix(row, lines, place, column, value)


def _line_fix(row: Transfer, lines: Lines, place: int, column: str, value: object) -> Fix:
    line = lines[place]
    fixed = line._replace(**{column: value})
    changed = _in_order([*lines[:place], fixed, *lines[place + 1 :]])
    account = line.account if column != "account" else value
    return Fix(f"entries.{column}", _number(account), value, getattr(line, column), row, changed)


def _following(walk: Walk, lines: Lines, place: int, line: Entry) -> Iterator[tuple[str, object]]:
    """What each number of an entry must be if the others are right; `line` among the numbers that are missing."""
    amount, after, seq = (_whole(value) for value in (line.amount, line.balance_after, line.account_seq))
    stood = walk.standing.get(line.account) if _number(line.account) is not None else None
    if stood is not None:
        balance, count, _ = stood
        yield "amount", after - balance
        yield "balance_after", balance + amount
        yield "account_seq", count + 1
    yield "amount", -sum(_whole(other.amount) for other in lines if other is not line)
    for account, there in walk.standing.items():
        if there is not None and there[:2] == (after - amount, seq - 1):
            yield "account", account
    for number in missing_lines(lines):
        yield "line", number


def of_rows(walk: Walk, row: Transfer, lines: Lines, strays: Iterable[Entry]) -> Iterator[Fix]:
    """Yield an entry that belongs elsewhere left out, or one that stands elsewhere put in its place."""
    for place, line in enumerate(lines):
        rest = [*lines[:place], *lines[place + 1 :]]
        yield Fix("entries.transfer", _number(line.account), Phrase("another"), line.transfer, row, rest)
    for number in {*missing_lines(lines), len(lines) + 1}:
        right = {"guild_id": walk.guild, "transfer": row.number, "line": number}
        for stray in strays:
            off = [column for column, value in right.items() if getattr(stray, column) != value]
            if len(off) == 1:
                whole = _in_order([*lines, stray._replace(**right)])
                column, key = off[0], ("entries", stray.guild_id, stray.transfer, stray.line)
                expected, found = right[column], getattr(stray, column)
                yield Fix(f"entries.{column}", _number(stray.account), expected, found, row, whole, key)


def _in_order(lines: Lines) -> Lines:
    return sorted(lines, key=lambda line: _whole(line.line))


def missing_lines(lines: Lines) -> list[int]:
    """Return which of the numbers 1, 2, 3 ... no entry has."""
    return sorted(
        set(range(1, len(lines) + 1)) - {line.line for line in lines if _number(line.line) is not None}
    )


def of_contents(walk: Walk, row: Transfer, lines: Lines, words: Iterable[bytes]) -> Iterator[Fix]:
    """Yield one column of the transfer itself put right; `words` are digests that its notes would have."""
    likely: dict[str, Iterable[object]] = {
        "key": _as_text(row.key),
        "kind": joined(_as_text(row.kind), sorted({*walk.kinds, REVERSAL})),
        "actor": range(min(walk.players, _FEW_PLAYERS) + 1),
        "at_us": (),
        "reverses": (None,),
        "words": (None, *words),
    }
    for column in CONTENTS:
        found = getattr(row, column)
        for value in joined(likely[column], near(found)):
            yield Fix(f"transfers.{column}", None, value, found, row._replace(**{column: value}), lines)


def of_types(row: Transfer, lines: Lines) -> Fix | None:
    """Find a column that holds what it can't hold at all."""
    for column, kinds in _TYPES.items():
        found = getattr(row, column)
        if type(found) not in kinds or (isinstance(found, str) and not _is_utf8(found)):
            expected = Phrase({int: "a whole number", str: "a text", bytes: "a digest"}[kinds[0]])
            return Fix(f"transfers.{column}", None, expected, found, row, lines)
    return None


def of_sums(walk: Walk, row: Transfer, lines: Lines) -> Fix:
    """Find the first thing about the entries that is not as it must be; nothing is put right."""
    for place, line in enumerate(lines, start=1):
        for column in ("line", *_NUMBERS):
            if type(getattr(line, column)) is not int:
                found = getattr(line, column)
                return Fix(f"entries.{column}", None, Phrase("a whole number"), found, row, lines)
        if line.account not in walk.accounts:
            return Fix("entries.account", None, Phrase("an account of this book"), line.account, row, lines)
        stood = walk.standing[line.account]
        if stood is not None and not continues(stood, line, lost=walk.lost):
            if stood[0] + line.amount != line.balance_after:
                column, expected = "balance_after", stood[0] + line.amount
            else:
                column, expected = "account_seq", stood[1] + 1
            return Fix(f"entries.{column}", line.account, expected, getattr(line, column), row, lines)
        if line.line != place:
            return Fix("entries.line", line.account, place, line.line, row, lines)
    if len(lines) < 2:
        return Fix("entries.line", None, Phrase("two entries or more"), len(lines), row, lines)
    return Fix("entries.amount", None, 0, sum(line.amount for line in lines), row, lines)


def continues(stood: Standing, line: Entry, *, lost: bool) -> bool:
    """Return whether an entry continues its account; where rows are lost it may skip some."""
    balance, count, _ = stood
    if balance + line.amount == line.balance_after and count + 1 == line.account_seq:
        return True
    return lost and line.account_seq > count + 1


def near(value: object) -> Iterator[object]:
    """Yield every value that one flipped bit makes of this one, as SQLite stores numbers in 1, 2,
    3, 4, 6 or 8 bytes."""
    if isinstance(value, int):
        yield from sorted(_near_number(value))
    elif isinstance(value, bytes):
        yield from _near_bytes(value)
    elif isinstance(value, str):
        for data in _near_bytes(value.encode("utf-8", "surrogateescape")):
            yield data.decode("utf-8", "surrogateescape")


def _near_number(value: int) -> set[int]:
    found: set[int] = set()
    for width in (8, 16, 24, 32, 48, 64):
        if -(1 << (width - 1)) <= value < 1 << (width - 1):
            for bit in range(width):
                flipped = (value & ((1 << width) - 1)) ^ (1 << bit)
                found.add(flipped - (1 << width) if flipped >> (width - 1) else flipped)
    return found


def _near_bytes(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        for bit in range(8):
            yield data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def _as_text(value: object) -> Iterator[object]:
    """A text that is stored as bytes."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "surrogateescape")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(value: object) -> int:
    """A number to calculate with, 0 for what is none."""
    return value if type(value) is int else 0


def _number(value: object) -> int | None:
    return value if type(value) is int else None
