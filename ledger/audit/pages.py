"""A page of a sound book, checked as fast as Python goes.

Everything is compared and nothing explained: at the first doubt the page is left as it was found, and `locate`
reads it again row by row.
"""

from itertools import pairwise
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection

from ledger import hash_chain
from ledger.audit import rows
from ledger.audit.rows import Rows
from ledger.audit.state import MINT, Standing, Walk, note_fits, overdraws
from ledger.transfers import REVERSAL

PAGE = 256
"""Transfers of one page: few enough that their rows are still in the processor's cache when they are checked."""


class Doubt(Exception):
    """Something on the page is not as it must be."""


_DOUBTS = (Doubt, rows.Unreadable, LookupError, TypeError, ValueError, AttributeError, OverflowError)
"""Numbers that are text, accounts that are not there and the like raise where they are used."""


class _Page(NamedTuple):
    """Where each transfer's entries begin, and where the last end; entries that leave an account below zero."""

    first: int
    transfers: Rows
    entries: Rows
    starts: list[int]
    below: Rows


def passes(tx: Connection, walk: Walk, first: int, last: int) -> bool:
    """Check the transfers from `first` to `last` and move the walk past them; False if anything is wrong there."""
    entries: Rows = []
    undo: list[Standing | None] = []
    asked = {"g": walk.guild, "first": first, "last": last}
    try:
        transfers = rows.rows(tx, rows.TRANSFERS, **asked)
        entries = rows.rows(tx, rows.ENTRIES, **asked)
        starts, below = _follow(walk, entries, first, last, undo)
        page = _Page(first, transfers, entries, starts, below)
        digests = _digests(walk, page)
        _check_transfers(walk, page)
        _check_notes(page, rows.rows(tx, rows.NOTES, **asked))
        if any(row[6] is not None or row[3] == REVERSAL for row in transfers):
            _check_reversals(page, rows.rows(tx, rows.REVERSALS, **asked))
    except _DOUBTS:
        for row, stood in zip(reversed(entries[: len(undo)]), reversed(undo), strict=True):
            walk.standing[row[2]] = stood
        return False
    walk.seen(digests, last, len(entries))
    return True


def _follow(
    walk: Walk, entries: Rows, first: int, last: int, undo: list[Standing | None]
) -> tuple[list[int], Rows]:
    """Follow every account through the page.

    A transfer's entries are at least two, number their lines from 1 and sum to zero; each continues the balance and
    the sequence of its account. `undo` is filled with where each entry's account stood before it.
    """
    standing: dict[int, Any] = walk.standing
    starts: list[int] = []
    below: Rows = []
    expected, place, total = first - 1, 2, 0
    for row in entries:
        transfer, line, account, amount, after, seq = row
        if line == 1:
            if total or place < 2:
                raise Doubt
            expected, place, total = expected + 1, 1, amount
            starts.append(len(undo))
        else:
            place += 1
            total += amount
            if line != place:
                raise Doubt
        stood = standing[account]
        balance, count, _ = stood
        if transfer != expected or balance + amount != after or count + 1 != seq:
            raise Doubt
        undo.append(stood)
        standing[account] = (after, seq, transfer)
        if after < 0 and account != MINT:
            below.append(row)
    if total or place < 2 or expected != last:
        raise Doubt
    starts.append(len(entries))
    return starts, below


def _digests(walk: Walk, page: _Page) -> list[bytes]:
    """The digests of the page's transfers, which are those that are stored."""
    [before] = walk.befores
    parts = hash_chain.line_texts(walk.starts, page.entries)
    lines = ["".join(parts[start:end]) for start, end in pairwise(page.starts)]
    made = hash_chain.digests(before, walk.guild, page.transfers, lines)
    if made != [row[8] for row in page.transfers]:
        raise Doubt
    return made


def _check_transfers(walk: Walk, page: _Page) -> None:
    """Numbers without gaps, a format and kinds that we know, and nobody in debt by an act of their own."""
    numbers, formats, _, kinds, *_ = zip(*page.transfers, strict=True)
    if list(numbers) != list(range(page.first, page.first + len(numbers))):
        raise Doubt
    if set(formats) != {hash_chain.FORMAT} or not walk.knows(set(kinds)):
        raise Doubt
    for transfer, _, account, amount, after, _ in page.below:
        if overdraws(kinds[transfer - page.first], walk.accounts[account].kind, amount, after):
            raise Doubt


def _check_notes(page: _Page, notes: Rows) -> None:
    """Each transfer with words has its note, and no other has one."""
    words = {row[0]: row[7] for row in page.transfers if row[7] is not None}
    if len(words) != len(notes):
        raise Doubt
    for transfer, text, salt, erased in notes:
        if not note_fits(words[transfer], text, salt, erased):
            raise Doubt


def _check_reversals(page: _Page, reversals: Rows) -> None:
    """Each reversal, and nothing else, is the exact opposite of an earlier transfer that nothing reversed before."""
    undone: dict[int, list[tuple[int, int]]] = {}
    for number, kind, times, account, amount in reversals:
        if times or kind is None or kind == REVERSAL:
            raise Doubt
        undone.setdefault(number, []).append((account, -amount))
    for place, row in enumerate(page.transfers):
        if row[6] is None and row[3] != REVERSAL:
            continue
        lines = page.entries[page.starts[place] : page.starts[place + 1]]
        number, reverses = row[0], cast(int, row[6])
        if (
            row[3] != REVERSAL
            or not 1 <= reverses < number
            or undone[number] != [line[2:4] for line in lines]
        ):
            raise Doubt
