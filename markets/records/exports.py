"""Export claims, bets, markets and results as CSV, joined to the book's files (`ledger.files.exports`).

Streamed page by page like those, cells as `ledger.files.cells` says; `markets.records.imports` reads them back. The
ids are the stable ones: the guild, and the number of a claim, offer (a bet has its offer's), proposal, dispute,
resolution or act; players, accounts (escrow, bond) and transfers (accepted_by, paid_by) are numbered as in the book.
Rows are as they stand when they are read: what moved points, and when, is in the book's files for good. Drafts are
their author's and are left out, with all about them. Forecasts that are hidden still are in no export but the one
with people, which a whole book is moved by: it holds what the database holds, and nobody but its operator makes it.

With what people read stands what Crux needs to go on elsewhere: what is due, what isn't told yet, which message
shows what. Which process holds a row just now stays behind.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import param
from ledger.errors import AlreadyThere, BadFolder
from ledger.files import paging, private
from ledger.files.cells import ident
from ledger.files.paging import PageQuery, Rows, Steps
from ledger.storage.database import Database
from markets.records.export_columns import Layout
from markets.records.export_layouts import LAYOUTS
from markets.records.export_tables import ABOUT, PEOPLES, TABLES, Table

FORMAT = 1
MANIFEST = "manifest.json"
FOLDER = "claims"
"""The folder inside that of a whole book."""


def columns(table: Table) -> list[str]:
    """Return the header of a file."""
    return LAYOUTS[table].header


def blocks(tx: Connection, guild: int, table: Table, *, hidden: bool = False) -> Iterator[str]:
    """Yield a table as CSV, some whole lines at a time, with or without what is still `hidden` from everybody.

    Raises:
        UnknownGuild: There is no such book.
    """
    return paging.run(tx, paging.guarded(guild, _told(guild, table, hidden=hidden)))


def stream(db: Database, guild: int, table: Table, *, public: bool = False) -> AsyncIterator[str]:
    """Yield the same of an open database, without stopping its writes; where it is `public`, only what every member
    may see."""
    return paging.stream(db, paging.guarded(guild, _told(guild, table, public=public)))


def add_to_folder(tx: Connection, guild: int, folder: Path, *, with_people: bool = False) -> dict[str, int]:
    """Write every table into a new folder `claims` inside that of the book, all or none; how many rows of each.

    Nothing is written where there is no claim, but for drafts.

    Raises:
        UnknownGuild: There is no such book.
        AlreadyThere, BadFolder: It can't be written.
    """
    place = folder / FOLDER
    if place.exists():
        raise AlreadyThere(place)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder))
        try:
            counts = _write_all(tx, guild, made, with_people=with_people)
            if not counts["claims"]:  # a book without claims stays as it was
                shutil.rmtree(made)
                return counts
            made.chmod(private.FOLDER)
            made.rename(place)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise BadFolder(place, error.strerror or type(error).__name__) from error
    return counts


def written(*, people: bool) -> tuple[Table, ...]:
    """Return the tables of an export, in the order in which one may point to another before it."""
    return tuple(table for table in TABLES if people or table not in PEOPLES)


def _write_all(tx: Connection, guild: int, place: Path, *, with_people: bool) -> dict[str, int]:
    files: dict[str, dict[str, int | str]] = {}
    for table in written(people=with_people):
        digest, lines = hashlib.sha256(), 0
        with private.new_file(place / f"{table}.csv") as file:
            for block in blocks(tx, guild, table, hidden=with_people):
                data = block.encode()
                file.write(data)
                digest.update(data)
                lines += block.count("\n")
        files[f"{table}.csv"] = {"lines": lines, "sha256": digest.hexdigest()}
    private.write_text(place / "README.txt", ABOUT)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "crux": version("crux-bot"),
        "guild": str(guild),
        "people": with_people,
    }
    manifest["files"] = files
    private.write_text(place / MANIFEST, json.dumps(manifest, indent=2) + "\n")
    return {table: int(files[f"{table}.csv"]["lines"]) - 1 for table in written(people=with_people)}


def _told(guild: int, table: Table, *, hidden: bool = False, public: bool = False) -> Steps:
    yield from paging.note(paging.Selection(guild))  # raises UnknownGuild
    layout = LAYOUTS[table]
    yield ",".join(layout.header) + "\n"
    after = tuple("" if column.type.python_type is str else 0 for column in layout.key)
    statement = _statement(layout, hidden=hidden, public=public)
    while rows := (yield PageQuery(statement, _values(guild, after))):
        yield _lines(guild, layout, rows)
        after = tuple(rows[-1][: len(layout.key)])


def _values(guild: int, after: tuple[int | str, ...]) -> dict[str, Any]:
    return {"g": guild, "most": paging.PAGE} | {f"after_{place}": value for place, value in enumerate(after)}


def _lines(guild: int, layout: Layout, rows: Rows) -> str:
    start, skip = ident(guild), len(layout.key)
    made: list[str] = []
    for row in rows:
        cells = [
            "" if value is None else cell(value)
            for column, value in zip(layout.columns, row[skip:], strict=True)
            for cell in column.cells
        ]
        made.append(f"{start},{','.join(cells)}\n")
    return "".join(made)


def _statement(layout: Layout, *, hidden: bool, public: bool) -> sa.Select[*tuple[Any, ...]]:
    after = sa.tuple_(*(param(f"after_{place}") for place in range(len(layout.key))))
    return (
        sa.select(*layout.key, *(column.source.label(f"c{n}") for n, column in enumerate(layout.columns)))
        .where(
            layout.guild == param("g"),
            sa.tuple_(*layout.key) > after,
            *layout.where,
            *(() if hidden else layout.hides),
            *(layout.keeps if public else ()),
        )
        .order_by(*layout.key)
        .limit(param("most"))
    )
