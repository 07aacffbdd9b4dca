"""Read the claims folder of an exported book into the book that `ledger.files.imports` has just made.

Every cell must stand exactly as it is written and every file have its manifest's digest; then what came of it is held
against the book (`audit`). It runs in the transaction of the book's own import: all of both, or nothing.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, param
from ledger.errors import NotABook
from ledger.files.cells import ident
from ledger.files.exports import Summary
from ledger.files.imports import CHUNK, Pending, store
from ledger.files.read_back import CsvFile, Promise
from ledger.money import points
from markets.claims import claim_words, claims, terms
from markets.core import tables
from markets.records import audit, audit_sums, record_import, worked_out
from markets.records.export_columns import Layout
from markets.records.export_layouts import LAYOUTS
from markets.records.export_tables import LATER_FILES, RECORD, Table
from markets.records.exports import FOLDER, FORMAT, MANIFEST, written
from markets.records.typed_cells import is_typed

_claims = tables.claims.c
_disputes = tables.disputes.c
_proposals = tables.proposals.c
_POSTED = (
    sa.update(tables.disputes)
    .where(in_guild(_disputes), _disputes.ruled_us.is_not(None))
    .values(posted_us=_disputes.ruled_us)
)
_DATED = (
    sa.select(_proposals.number, _proposals.result, _proposals.known_us)
    .where(in_guild(_proposals), _proposals.known_us.is_not(None))
    .order_by(_proposals.number)
)
_SAYING = (
    (tables.resolutions, tables.resolutions.c.result),
    (tables.disputes, _disputes.ruling),
    (tables.disputes, _disputes.first_ruling),
    (tables.votes, tables.votes.c.result),
)
_CLAIMS = sa.select(_claims.number).where(in_guild(_claims))
_TERMS = sa.select(_claims.number, _claims.terms).where(in_guild(_claims))
_SUPERSEDES = (
    sa.update(tables.claims)
    .where(in_guild(_claims), _claims.number == param("n"))
    .values(supersedes=param("old"))
)
_LAST = sa.select(sa.func.max(book.done.c.at_us)).where(in_guild(book.done.c))


def read(tx: Connection, folder: Path, made: Summary) -> dict[str, int]:
    """Restore what the folder of a book holds next to it; return how many rows of each file.

    The server then rests as one that the bot was removed from at the last moment that the files know: when it is
    there again, windows are prolonged by as much (E5), and what became due meanwhile comes late and says so.

    Raises:
        NotABook: The claims are not a whole export, were changed, or don't fit the book.
        BadFolder: They can't be read (from `import_folder`, in whose transaction this runs).
    """
    place = folder / FOLDER
    counts: dict[str, int] = {}
    if place.is_dir():
        promises = _promises(place / MANIFEST, made)
        for table in sorted(written(people=made.people), key=_turn):
            if f"{table}.csv" not in promises:
                continue
            counts[table] = _copy(tx, made.guild, folder, table, promises[f"{table}.csv"])
        if _layout(folder, "claims") is not LAYOUTS["claims"]:
            _bring_over(tx, made.guild)
        _find_again(tx, made.guild)
        _rest(tx, made.guild)
    try:
        found = audit.problems(tx, made.guild)
        if set(found) <= set(audit_sums.problems(tx, made.guild)):  # what a sum is of is named before the sum
            found = worked_out.problems(tx, made.guild) + found
    except Exception as wrong:  # a changed cell can make anything be raised; the record says what was changed
        found, unread = (), wrong
    else:
        unread = None
    if found:
        raise NotABook(f"The claims don't fit the book. {found[0]} Nothing was imported.")
    record_import.settle(tx, made.guild, people=made.people)
    if unread is not None:
        raise NotABook("The claims don't fit the book. Nothing was imported.") from unread
    return counts


def _turn(table: Table) -> int:
    """What others point to comes first."""
    return LAYOUTS[table].table.metadata.sorted_tables.index(LAYOUTS[table].table)


def _promises(path: Path, made: Summary) -> dict[str, Promise]:
    if not path.is_file():
        raise NotABook(f"{FOLDER}/{MANIFEST} is missing. Nothing was imported.")
    try:
        told = json.loads(path.read_bytes())
        if told["format"] != FORMAT:
            raise NotABook(
                f"{FOLDER}/{MANIFEST} says format {told['format']!r:.40}, and this Crux reads {FORMAT}."
            )
        files = {name: Promise(file["lines"], file["sha256"]) for name, file in told["files"].items()}
        whose, people = told["guild"], told["people"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotABook(f"{FOLDER}/{MANIFEST} is damaged. Nothing was imported.") from None
    if whose != str(made.guild) or people is not made.people:
        raise NotABook(f"{FOLDER}/{MANIFEST} belongs to another export. Nothing was imported.")
    wanted = {f"{table}.csv" for table in written(people=made.people)}
    record = {f"{table}.csv" for table in RECORD}
    known = [wanted]
    for later in LATER_FILES:
        known.append(known[-1] - {f"{table}.csv" for table in later})
    if not any(set(files) in (one, one - record) for one in known):
        raise NotABook(f"{FOLDER}/{MANIFEST} names other files than this Crux writes. Nothing was imported.")
    return files


def _copy(tx: Connection, guild: int, folder: Path, table: Table, promise: Promise) -> int:
    layout = _layout(folder, table)
    readers = (str, *(reader for column in layout.columns for reader in column.readers))
    file = CsvFile(folder, f"{FOLDER}/{table}.csv", ident(guild), promise, layout.header, readers)
    pending, later = Pending(), list[dict[str, Any]]()
    for cells in file:
        row = _row(file, layout, cells)
        if table == "claims" and row["supersedes"] is not None:  # it may have the smaller number
            later.append({"g": guild, "n": row["number"], "old": row["supersedes"]})
            row["supersedes"] = None
        pending.append((file.line, row))
        if len(pending) >= CHUNK:
            store(tx, guild, file, layout.table, pending)
    store(tx, guild, file, layout.table, pending)
    file.finish()
    known = set(tx.execute(_CLAIMS, {"g": guild}).scalars()) if later else set[int]()
    for supersedes in later:
        if supersedes["old"] not in known:
            raise NotABook(f"{file.name}: there is no claim {supersedes['old']}. Nothing was imported.")
        tx.execute(_SUPERSEDES, supersedes)
    return file.rows


def _layout(folder: Path, table: Table) -> Layout:
    """A file's columns; without those that came later where it was written before."""
    layout = LAYOUTS[table]
    before = layout.before()
    path = folder / FOLDER / f"{table}.csv"
    if before.header == layout.header or not path.is_file():
        return layout
    with path.open(encoding="utf-8", errors="replace") as file:
        return before if file.readline().rstrip("\r\n").split(",") == before.header else layout


def _bring_over(tx: Connection, guild: int) -> None:
    """Say what an export of before says as it is said now, as migrations 0012 and 0014 do in a book: when a result
    became public is a part of each ruling, vote and result that says what was proposed; a ruling was posted when it
    was made."""
    tx.execute(_POSTED, {"g": guild})
    for row in tx.execute(_DATED, {"g": guild}).all():
        meant = terms.read_result(row.result)
        for table, column in _SAYING:
            told = sa.select(*table.primary_key.columns, column).where(
                table.c.guild_id == guild, column.is_not(None), _of_proposal(table, guild, row.number)
            )
            for *key, said in tx.execute(told).all():
                if terms.same(terms.read_result(said), meant):
                    dated = terms.result_json(replace(terms.read_result(said), known_us=row.known_us))
                    this = [one == value for one, value in zip(table.primary_key.columns, key, strict=True)]
                    tx.execute(sa.update(table).where(*this).values({column.name: dated}))


def _of_proposal(table: sa.Table, guild: int, number: int) -> sa.ColumnElement[bool]:
    if table is not tables.votes:
        return table.c.proposal == number
    own = sa.select(_disputes.number).where(_disputes.guild_id == guild, _disputes.proposal == number)
    return table.c.dispute.in_(own)


def _row(file: CsvFile, layout: Layout, cells: list[Any]) -> dict[str, Any]:
    """A row for the database; amounts must say the same twice."""
    row, place = layout.left | layout.later, 1
    for column in layout.columns:
        row[column.source.name] = value = cells[place]
        typed = is_typed(layout.table.name, column.source.name, value)
        file.require(typed, f"{file.columns[place]} can't be read as what it should be")
        if len(column.cells) > 1:
            said = "" if value is None else points(value)
            file.require(cells[place + 1] == said, f"{file.columns[place + 1]} should be {said}")
        place += len(column.cells)
    return row


def _find_again(tx: Connection, guild: int) -> None:
    """Write the tags and words of all terms where lists and the search find them."""
    for row in tx.execute(_TERMS, {"g": guild}).all():
        try:
            said = terms.read_terms(row.terms)
        except ValueError:
            raise NotABook(f"The terms of claim {row.number} can't be read. Nothing was imported.") from None
        claims.tag(tx, guild, row.number, said)
        claim_words.note(tx, guild, row.number, said)


def _rest(tx: Connection, guild: int) -> None:
    last_us = tx.execute(_LAST, {"g": guild}).scalar()
    tx.execute(sa.insert(tables.removals), {"guild_id": guild, "from_us": last_us or 0})
