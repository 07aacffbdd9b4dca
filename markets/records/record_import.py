"""Check the record of an imported book, or begin one where it came without."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, param
from ledger.errors import NotABook
from ledger.storage.touched import TouchedRow
from ledger.types import from_us
from markets.core import tables
from markets.records import record_audit, record_rows, recorder
from markets.records.coverage import COVERED
from markets.records.record_chain import IMPORTED
from markets.records.record_rows import Difference

_r = tables.records.c
_f = tables.forecasting.c
_c = tables.claims.c
_p = book.players.c
_ANY = sa.select(_r.number).where(in_guild(_r)).limit(1)
_LAST = sa.select(sa.func.max(book.done.c.at_us)).where(in_guild(book.done.c))
_PLAYERS = sa.select(_p.number, *(_p[name] for name in COVERED["players"].columns)).where(in_guild(_p))
_HIDDEN = (
    sa.select(_f.claim)
    .join_from(tables.forecasting, tables.claims, (_c.guild_id == _f.guild_id) & (_c.number == _f.claim))
    .where(
        in_guild(_f),
        _f.hidden == 1,
        _f.revealed_us.is_(None),
        _c.state.not_in(["settled", "void", "unresolved"]),
        _f.claim == param("claim"),
    )
)


def settle(tx: Connection, guild: int, *, people: bool) -> None:
    """Hold an imported book against its record.

    An export without `people` leaves out their ids and what they forecast in hiding: that is said by a row of the
    record, and is all that may differ. A book that came without a record begins one with what is found.

    Raises:
        NotABook: Something isn't as the record says.
    """
    now = from_us(tx.execute(_LAST, {"g": guild}).scalar() or 0)
    if tx.execute(_ANY, {"g": guild}).first() is None:
        recorder.find(tx, guild, now)
    elif not people:
        _leave_behind(tx, guild, now)
    problems = record_audit.look(tx, guild).problems
    if problems:
        raise NotABook(f"The book isn't as its record says. {problems[0]} Nothing was imported.")


def _leave_behind(tx: Connection, guild: int, now: datetime) -> None:
    there = {str(row[0]): tuple(row[1:]) for row in tx.execute(_PLAYERS, {"g": guild})}
    rows: list[TouchedRow] = []
    for found in record_rows.differences(tx, guild):
        if not _may_be(tx, found, there):
            raise NotABook(f"The book isn't as its record says. {found} Nothing was imported.")
        values = there[found.thing] if _is_player(found) else None
        rows.append(TouchedRow(guild, found.table, found.thing, values))
    for at in range(0, len(rows), recorder.PAGE):
        recorder.append(tx, guild, IMPORTED, rows[at : at + recorder.PAGE], now)


def _is_player(found: Difference) -> bool:
    return found.table == "players"


def _may_be(tx: Connection, found: Difference, there: Collection[str]) -> bool:
    """Whether an export without people makes this difference."""
    gone = found.why.startswith(record_rows.GONE)
    if _is_player(found):
        return not gone and found.thing in there
    if found.table == "forecasts" and gone:
        claim = int(found.thing.split("/")[0])
        return tx.execute(_HIDDEN, {"g": found.guild, "claim": claim}).first() is not None
    return False
