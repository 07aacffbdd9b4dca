"""Read every row of a page on which something is wrong, and check the order in which they are met."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ledger.audit import rows as audit_rows
from ledger.audit.candidates import Lines
from ledger.audit.rows import Entry, Transfer, Unreadable
from ledger.audit.state import Phrase, Walk


@dataclass(slots=True)
class DoubtedPage:
    """What could be read of a page, by transfer. Two rows have one number where a number is damaged."""

    transfers: dict[int, list[Transfer]] = field(default_factory=dict[int, list[Transfer]])
    entries: dict[int, Lines] = field(default_factory=dict[int, Lines])
    notes: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]])
    reversals: dict[int, list[Any]] = field(default_factory=dict[int, list[Any]])
    unreadable: dict[int, tuple[str, Unreadable]] = field(default_factory=dict[int, tuple[str, Unreadable]])
    stray_transfers: list[Transfer] = field(default_factory=list[Transfer])
    stray_entries: list[Entry] = field(default_factory=list[Entry])


def read_page(tx: Connection, walk: Walk, first: int, last: int) -> DoubtedPage:
    """Read everything on a page: by the key of each transfer, and where that leaves gaps through the whole table."""
    page, asked = DoubtedPage(), {"g": walk.guild, "first": first, "last": last}
    for number in range(first, last + 1):
        transfers = audit_rows.read(tx, audit_rows.TRANSFER, g=walk.guild, first=number)
        entries = audit_rows.read(tx, audit_rows.ENTRIES_OF, g=walk.guild, first=number)
        _place(page, walk.guild, map(Transfer._make, transfers[0]), map(Entry._make, entries[0]))
        for table, (_, failed) in (("transfers", transfers), ("entries", entries)):
            if failed:
                page.unreadable.setdefault(number, (table, failed))
    if not all(_is_whole(page, number) for number in range(first, last + 1)) and walk.may_search():
        transfers, _ = audit_rows.read(tx, audit_rows.OWN_TRANSFERS, **asked)
        entries, _ = audit_rows.read(tx, audit_rows.OWN_ENTRIES, **asked)
        _place(page, walk.guild, map(Transfer._make, transfers), map(Entry._make, entries))
    for row in audit_rows.read(tx, audit_rows.NOTES, **asked)[0]:
        page.notes.setdefault(row[0], []).append(row[1:])
    for row in audit_rows.read(tx, audit_rows.REVERSALS, **asked)[0]:
        page.reversals.setdefault(row[0], []).append(row[1:])
    return page


def check_order(tx: Connection, walk: Walk, page: DoubtedPage, first: int, last: int) -> None:
    """Check the order of a doubted page whose every transfer is right: does a walk along it meet a row that is none
    of them?"""
    asked = {"g": walk.guild, "first": first, "last": last}
    transfers, _ = audit_rows.read(tx, audit_rows.TRANSFERS, **asked)
    entries, _ = audit_rows.read(tx, audit_rows.ENTRIES, **asked)
    numbers = list(range(first, last + 1))
    lines = [(number, line.line) for number in numbers for line in page.entries.get(number, ())]
    for column, found, expected in (
        ("transfers.number", [row[0] for row in transfers], numbers),
        ("entries.transfer", [tuple(row[:2]) for row in entries], lines),
    ):
        same = [one == other for one, other in zip(found, expected, strict=False)]
        if len(found) != len(expected) or not all(same):
            place = min(same.index(False) if False in same else len(same), len(expected) - 1)
            at = expected[place]
            transfer = at[0] if isinstance(at, tuple) else at
            walk.report(
                column, Phrase("each row once"), Phrase("met with a row that is none"), transfer=transfer
            )


def _place(page: DoubtedPage, guild: int, transfers: Iterable[Transfer], entries: Iterable[Entry]) -> None:
    """Add rows that aren't there yet. A search may come upon rows of another guild, where that is what is damaged."""
    for transfer in transfers:
        there = (
            page.transfers.setdefault(transfer.number, [])
            if transfer.guild_id == guild
            else page.stray_transfers
        )
        if transfer not in there:
            there.append(transfer)
    for entry in entries:
        there = page.entries.setdefault(entry.transfer, []) if entry.guild_id == guild else page.stray_entries
        if entry not in there:
            there.append(entry)


def _is_whole(page: DoubtedPage, number: int) -> bool:
    """Whether a transfer is there with two entries or more, and they number from 1."""
    lines = [line.line for line in page.entries.get(number, ())]
    return (
        len(page.transfers.get(number, ())) == 1
        and len(lines) > 1
        and lines == list(range(1, len(lines) + 1))
    )
