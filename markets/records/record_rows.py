"""Hold every row that the record covers against the newest line about it (`record_audit` reads on from here).

What is compared is read in one statement, or at one moment: it works while a writer runs.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.audit import rows as audit_rows
from ledger.compiled import Compiled, constant, in_guild, param, params
from markets.core import tables
from markets.records.coverage import COVERED, Covered, digest_of_row, is_secret

PAGE = 500

GONE = "it is gone"

_l = tables.record_lines.c
_same = (in_guild(_l), _l.tab == param("t"), _l.thing == param("thing"))
_NEWEST = Compiled(
    sa.select(_l.number, _l.digest).where(
        *_same, _l.number == sa.select(sa.func.max(_l.number)).where(*_same).scalar_subquery()
    )
)
_newest = (
    sa.select(_l.thing, sa.func.max(_l.number).label("number"))
    .where(in_guild(_l), _l.tab == param("t"))
    .group_by(_l.thing)
    .subquery()
)
_line = tables.record_lines.alias("line")
_SAID = Compiled(
    sa.select(sa.func.count())
    .select_from(_newest)
    .join(
        _line,
        (_line.c.guild_id == param("g"))
        & (_line.c.number == _newest.c.number)
        & (_line.c.tab == param("t"))
        & (_line.c.thing == _newest.c.thing),
    )
    .where(_line.c.digest.is_not(None))
)
"""How many rows of a table the record says are there."""


class Difference(NamedTuple):
    """A row that isn't as the record says; as text it is a sentence."""

    guild: int
    table: str
    thing: str
    why: str

    def __str__(self) -> str:
        return f"Guild {self.guild}, {self.table} {self.thing}: {self.why}."


def differences(tx: Connection, guild: int) -> Iterator[Difference]:
    """Compare each row of each table with the newest line about it, and look for rows that are missing."""
    for covered in COVERED.values():
        yield from of_table(tx, guild, covered)


def of_table(tx: Connection, guild: int, covered: Covered) -> Iterator[Difference]:
    """Compare the rows of one table."""
    name, ahead = covered.table.name, 4 + len(covered.key)
    statement, this = _asked(covered, later=False), dict[str, Any]()
    wrong, seen = False, 0
    while rows := list(statement.rows(tx, g=guild, t=name, most=PAGE, **this)):
        seen += len(rows)
        for row in rows:
            if row[1] or not _fits(covered, row[2], row[3], row[ahead:]):
                wrong = True
                why = f"it is another server's, {guild + row[1]}" if row[1] else _why(tx, guild, name, row[0])
                yield Difference(guild, name, row[0], why)
        statement = _asked(covered, later=True)
        this = {f"after_{n}": value for n, value in enumerate(rows[-1][4:ahead])}
    [(said,)] = _SAID.rows(tx, g=guild, t=name)
    # What was read is counted, and not asked for: SQLite counts an index, which a damaged table leaves as it was.
    if wrong or seen != said:
        yield from _missing(tx, guild, covered)


# --- reading ----------------------------------------------------------------------------------


@cache
def _asked(covered: Covered, *, later: bool) -> Compiled:
    """A page of a table's rows, each with the newest line about it: thing, 0 where the server is right,
    the line's digest, salt, key, body."""
    table, thing = covered.table, covered.thing()
    # Sorted by number and cut off after one row, SQLite without statistics would go through the whole record.
    newest = (
        sa.select(sa.func.max(_l.number))
        .where(_l.guild_id == table.c.guild_id, _l.tab == param("t"), _l.thing == thing)
        .correlate(table)
        .scalar_subquery()
    )
    line = tables.record_lines.alias("line")
    digest = (
        sa.select(line.c.digest)
        .where(
            *(line.c.guild_id == table.c.guild_id, line.c.number == newest),
            *(line.c.tab == param("t"), line.c.thing == thing),
        )
        .correlate(table)
        .scalar_subquery()
    )
    salt, joined = tables.record_salts.alias("salt"), table
    if covered.salted:
        joined = table.outerjoin(
            salt,
            (salt.c.guild_id == table.c.guild_id) & (salt.c.tab == param("t")) & (salt.c.thing == thing),
        )
    keys = [table.c[name] for name in covered.key]
    return Compiled(
        sa.select(
            thing.label("r_thing"),
            # What a search by server finds SQLite takes to be of that server, without looking at the row.
            (table.c.guild_id - param("g")).label("r_off"),
            digest.label("r_digest"),
            (salt.c.salt if covered.salted else sa.null()).label("r_salt"),
            *(key.label(f"r_key_{place}") for place, key in enumerate(keys)),
            *(covered.value(name).label(f"r_column_{name}") for name in covered.columns),
        )
        .select_from(joined)
        .where(in_guild(table.c), *_public(covered), *([_after(keys)] if later else []))
        .order_by(*keys)
        .limit(param("most"))
        .offset(constant(0))
    )


def _after(keys: Sequence[sa.Column[Any]]) -> sa.ColumnElement[bool]:
    return sa.tuple_(*keys) > sa.tuple_(*(param(f"after_{n}") for n in range(len(keys))))


def _public(covered: Covered) -> tuple[sa.ColumnElement[bool], ...]:
    if not covered.private:
        return ()
    return (covered.table.c.state.not_in([constant(state) for state in covered.private]),)


def _fits(covered: Covered, digest: bytes | None, salt: bytes | None, values: Sequence[Any]) -> bool:
    """Whether a row is as the newest line about it says."""
    if digest is None:
        return False
    try:
        secret = (salt or b"") if covered.secret and is_secret(covered, values) else None
        return digest_of_row(covered.columns, values, secret) == digest
    except ValueError:  # text that isn't UTF-8, of a damaged file
        return False


def _why(tx: Connection, guild: int, table: str, thing: str) -> str:
    """What is wrong with a row that doesn't fit."""
    line = _NEWEST.row(tx, g=guild, t=table, thing=thing)
    if line is None:
        return "the record knows nothing of it"
    number, digest = line
    return (
        f"record {number} says that it is gone" if digest is None else f"it isn't as record {number} left it"
    )


def _missing(tx: Connection, guild: int, covered: Covered) -> Iterator[Difference]:
    """Name the rows that the record says are there, and aren't."""
    after, name = "", covered.table.name
    newest = (
        sa.select(_l.thing, sa.func.max(_l.number).label("number"))
        .where(in_guild(_l), _l.tab == name, _l.thing > param("after"))
        .group_by(_l.thing)
        .order_by(_l.thing)
        .limit(PAGE)
        .subquery()
    )
    asked = (
        sa.select(newest.c.thing, newest.c.number, _l.digest)
        .join_from(
            newest,
            tables.record_lines,
            (_l.number == newest.c.number) & (_l.tab == name) & (_l.thing == newest.c.thing),
        )
        .where(in_guild(_l))
        .order_by(newest.c.thing)
    )
    thing = covered.thing()
    whole = [
        covered.table.c[column].label(f"r_{column}") for column in covered.columns
    ]  # not from an index alone
    found = sa.select(thing, *whole).where(
        in_guild(covered.table.c), thing.in_(params("things")), *_public(covered)
    )
    while True:
        with audit_rows.one_moment(tx):
            lines = tx.execute(asked, {"g": guild, "after": after}).all()
            things = [line.thing for line in lines]
            there = {*tx.execute(found, {"g": guild, "things": things}).scalars()} if things else set[str]()
        for line in lines:
            if line.digest is not None and line.thing not in there:
                yield Difference(guild, name, line.thing, f"{GONE}, and record {line.number} left it there")
        if len(lines) < PAGE:
            return
        after = lines[-1].thing
