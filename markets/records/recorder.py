"""Writes the record: one row for each operation that changed what the record covers, in the same transaction."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import Compiled, constant, in_guild, param
from ledger.hash_chain import GENESIS
from ledger.storage import touched
from ledger.storage.touched import TouchedRow
from ledger.types import to_us
from markets.core import tables
from markets.records.coverage import (
    COVERED,
    FORMAT,
    Covered,
    digest_of_record,
    digest_of_row,
    is_secret,
    watched,
)

Salts = Callable[[int, int, int], bytes]
"""Makes 16 bytes for a line: of which server, row of the record, and place in it."""

_r = tables.records.c
_s = tables.record_salts.c
_last_number = sa.select(sa.func.max(_r.number)).where(in_guild(_r)).scalar_subquery()
_last_digest = (
    sa.select(_r.digest)
    .where(in_guild(_r))
    .order_by(_r.number.desc())
    .limit(constant(1))
    .offset(constant(0))
    .scalar_subquery()
)
_newest = sa.select(book.books.c.transfers, book.books.c.head, _last_number, _last_digest).where(
    in_guild(book.books.c)
)
_NEWEST = Compiled(_newest)
_NOTED = Compiled(sa.select(sa.literal_column(f"current_setting('{touched.SETTING}', true)", sa.Text())))
_LOCK = sa.select(book.books.c.guild_id).where(in_guild(book.books.c)).with_for_update()
_ADD = Compiled(sa.insert(tables.records))
_ADD_LINES = Compiled(sa.insert(tables.record_lines))
_DROP_SALT = Compiled(
    sa.delete(tables.record_salts).where(in_guild(_s), _s.tab == param("t"), _s.thing == param("thing"))
)
_ADD_SALTS = Compiled(sa.insert(tables.record_salts))


def _random(guild: int, number: int, place: int) -> bytes:
    return os.urandom(16)


FOUND = "found"
"""Of rows of the record: what was there when it began."""

PAGE = 500


class Recorder:
    """Handed to the database where it is opened. `salts` are random but for tests that compare two databases."""

    def __init__(self, salts: Salts = _random) -> None:
        self._salts = salts
        self._watched = {table.table.name: table for table in watched}

    @property
    def watched(self) -> Sequence[touched.Watched]:
        """What the writing connections note."""
        return watched

    def begin(self, tx: Connection) -> None:
        """Forget what a transaction noted that was undone."""
        touched.noted_by(tx).clear()

    def end(self, tx: Connection, guild: int, kind: str, now: datetime) -> None:
        """Write the row of an operation that is over, where it changed something."""
        rows = self._rows(tx)
        if rows:
            append(tx, guild, kind, rows, now, self._salts)

    def end_everywhere(self, tx: Connection, kind: str, now: datetime) -> None:
        """Write a row for each server in which a unit changed something. Leases and marks of sends change nothing
        that is covered."""
        rows = self._rows(tx)
        for guild in sorted({row.guild for row in rows}):
            tx.execute(_LOCK, {"g": guild})
            append(tx, guild, kind, [row for row in rows if row.guild == guild], now, self._salts)

    def _rows(self, tx: Connection) -> list[TouchedRow]:
        if tx.dialect.name == "sqlite":
            noted = touched.noted_by(tx)
            return touched.of_sqlite(noted, self._watched) if noted else []
        noted = _NOTED.row(tx)
        return touched.of_postgresql(noted[0] if noted else None, self._watched)


def find(tx: Connection, guild: int, now: datetime) -> None:
    """Begin a server's record with what is there, a row for each page of each table: version 0016 does the same."""
    for covered in COVERED.values():
        keys = [covered.table.c[name] for name in covered.key]
        asked = (
            sa.select(
                *keys, covered.thing(), *(covered.value(name).label(f"r_{name}") for name in covered.columns)
            )
            .where(covered.table.c.guild_id == guild)
            .order_by(*keys)
            .limit(PAGE)
        )
        rows = tx.execute(asked).all()
        while rows:
            append(tx, guild, FOUND, [_touched(guild, covered, row) for row in rows], now)
            after = sa.tuple_(*(sa.literal(value) for value in rows[-1][: len(keys)]))
            rows = tx.execute(asked.where(sa.tuple_(*keys) > after)).all()


def _touched(guild: int, covered: Covered, row: Sequence[Any]) -> TouchedRow:
    parts = len(covered.key)
    return TouchedRow(guild, covered.table.name, row[parts], tuple(row[parts + 1 :]))


def append(
    tx: Connection, guild: int, kind: str, rows: Sequence[TouchedRow], now: datetime, salts: Salts = _random
) -> None:
    """Add one row to a server's record, with a line for each row of other tables, as they are now."""
    told = sorted((row.table, row.thing, row.values) for row in rows if not _is_private(row))
    assert all(row.guild == guild for row in rows), "an operation changes one server's rows"
    if not told:
        return
    newest = _NEWEST.row(tx, g=guild)
    assert newest is not None, "there is a book: its row is locked"
    transfers, head, last, before = newest
    number = (last or 0) + 1
    lines: list[tuple[str, str, bytes | None]] = []
    kept: list[dict[str, Any]] = []
    for place, (table, thing, values) in enumerate(told):
        salt = None
        if COVERED[table].salted:
            _DROP_SALT.execute(tx, g=guild, t=table, thing=thing)
            if values is not None and is_secret(COVERED[table], values):
                salt = salts(guild, number, place)
                kept.append({"guild_id": guild, "tab": table, "thing": thing, "salt": salt})
        lines.append((table, thing, None if values is None else digest_of_row(_COLUMNS[table], values, salt)))
    at_us = to_us(now)
    digest = digest_of_record(before or GENESIS, guild, number, kind, at_us, transfers, head, lines)
    _ADD.execute(
        tx,
        guild_id=guild,
        number=number,
        format=FORMAT,
        kind=kind,
        at_us=at_us,
        transfers=transfers,
        head=head,
        digest=digest,
    )
    _ADD_LINES.many(
        tx,
        [
            {"guild_id": guild, "number": number, "tab": table, "thing": thing, "digest": made}
            for table, thing, made in lines
        ],
    )
    _ADD_SALTS.many(tx, kept)


_COLUMNS = {name: covered.columns for name, covered in COVERED.items()}
_PRIVATE = {
    name: (covered.columns.index("state"), covered.private)
    for name, covered in COVERED.items()
    if covered.private
}


def _is_private(row: TouchedRow) -> bool:
    """Whether a row is its author's alone."""
    if row.values is None or row.table not in _PRIVATE:
        return False
    place, states = _PRIVATE[row.table]
    return row.values[place] in states
