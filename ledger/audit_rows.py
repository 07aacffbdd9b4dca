"""Reading a book for its audit, also where it is damaged.

A damaged file lies in its own ways. A row may stand where its key does not belong, and a search by key goes past it;
so every statement here asks for the guild once more in a form that no index answers. A text may not be UTF-8, a
whole number may come back as text, and a page may not be readable at all: `read` hands back what there was before it
and says why it ended.
"""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import tables
from ledger.audit_state import Phrase
from ledger.prepared import Prepared, param

Rows = list[Sequence[Any]]

TABLES = ("books", "players", "accounts", "transfers", "entries", "notes")


class Transfer(NamedTuple):
    """A row of transfers, as it was found."""

    guild_id: Any
    number: Any
    format: Any
    key: Any
    kind: Any
    actor: Any
    at_us: Any
    reverses: Any
    words: Any
    digest: Any


class Entry(NamedTuple):
    """A row of entries, as it was found."""

    guild_id: Any
    transfer: Any
    line: Any
    account: Any
    amount: Any
    balance_after: Any
    account_seq: Any


class Unreadable(Exception):
    """The database can't give a row; `why` is in its own words."""

    def __init__(self, why: str) -> None:
        self.why = Phrase(f"unreadable ({why})")
        super().__init__(why)


def rows(tx: Connection, statement: Prepared, **values: Any) -> Rows:
    """All rows at once.

    Raises:
        Unreadable: One of them can't be read.
    """
    try:
        return list(statement.rows(tx, **values))
    except Exception as error:
        raise unreadable(error) or error from error


def read(tx: Connection, statement: Prepared, **values: Any) -> tuple[Rows, Unreadable | None]:
    """The rows up to the first that can't be read, and why it can't."""
    found: Rows = []
    try:
        for row in statement.rows(tx, **values):
            found.append(row)
    except Exception as error:
        failed = unreadable(error)
        if failed is None:
            raise
        return found, failed
    return found, None


def unreadable(error: BaseException) -> Unreadable | None:
    """What an error says about the rows; None where it is about something else, such as a lost connection."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
        return None if code in _NOT_DAMAGE else Unreadable(_plain(cause))
    if isinstance(cause, UnicodeError | MemoryError | OverflowError):
        return Unreadable(type(cause).__name__)
    state = str(getattr(cause, "sqlstate", None) or "")
    return Unreadable(_plain(cause)) if state[:2] == "XX" or state == "22021" else None


_NOT_DAMAGE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
)


def _plain(cause: BaseException | None) -> str:
    """The first line of an error, without the text of the book that it may quote after a colon."""
    lines = str(cause).splitlines()
    return lines[0].split(" with text")[0] if lines else type(cause).__name__


@contextmanager
def one_moment(tx: Connection) -> Generator[None]:
    """Let several statements see one state of the book; within a transaction of the caller's they do already."""
    driver: Any = tx.connection.driver_connection
    sqlite = isinstance(driver, sqlite3.Connection)
    if driver.in_transaction if sqlite else driver.is_in_transaction():
        yield
        return
    tx.exec_driver_sql("BEGIN" if sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        tx.exec_driver_sql("ROLLBACK")


@contextmanager
def any_text(tx: Connection) -> Generator[None]:
    """Let texts that are no UTF-8 through, their odd bytes as lone surrogates, instead of failing the whole read."""
    driver: Any = tx.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    before = driver.text_factory
    driver.text_factory = _lenient
    try:
        yield
    finally:
        driver.text_factory = before


def _lenient(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


# --- statements -------------------------------------------------------------------------------

_g, _first, _last = param("g"), param("first"), param("last")
_b, _p, _a = tables.books.c, tables.players.c, tables.accounts.c
_t, _e, _n = tables.transfers.c, tables.entries.c, tables.notes.c
_nothing = sa.literal_column("0", sa.BigInteger)


def _of(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Of the guild: found by its key, and once more compared in the row itself."""
    return (column == _g) & (column + _nothing == _g)


BOOK = Prepared(sa.select(_b.transfers, _b.accounts, _b.players, _b.head).where(_of(_b.guild_id)))
PLAYERS = Prepared(sa.select(_p.number).where(_of(_p.guild_id)).order_by(_p.number))
ACCOUNTS = Prepared(
    sa.select(_a.number, _a.kind, _a.owner, _a.balance, _a.entries, _a.ended_by, _a.seal)
    .where(_of(_a.guild_id))
    .order_by(_a.number)
)

_page_of_transfers = sa.select(
    _t.number, _t.format, _t.key, _t.kind, _t.actor, _t.at_us, _t.reverses, _t.words, _t.digest
)
TRANSFERS = Prepared(
    _page_of_transfers.where(_of(_t.guild_id), _t.number.between(_first, _last)).order_by(_t.number)
)
ENTRIES = Prepared(
    sa.select(_e.transfer, _e.line, _e.account, _e.amount, _e.balance_after, _e.account_seq)
    .where(_of(_e.guild_id), _e.transfer.between(_first, _last))
    .order_by(_e.transfer, _e.line)
)
NOTES = Prepared(
    sa.select(_n.transfer, _n.words, _n.salt, _n.erased)
    .where(_of(_n.guild_id), _n.transfer.between(_first, _last))
    .order_by(_n.transfer)
)

_o, _again = tables.transfers.alias("o"), tables.transfers.alias("again")
_times = (
    sa.select(sa.func.count())
    .where(_again.c.guild_id == _t.guild_id, _again.c.reverses == _t.reverses, _again.c.number < _t.number)
    .correlate(tables.transfers)
    .scalar_subquery()
)
REVERSALS = Prepared(
    sa.select(_t.number, _o.c.kind, _times, _e.account, _e.amount)
    .join_from(
        tables.transfers, _o, (_o.c.guild_id == _t.guild_id) & (_o.c.number == _t.reverses), isouter=True
    )
    .join(tables.entries, (_e.guild_id == _o.c.guild_id) & (_e.transfer == _o.c.number), isouter=True)
    .where(_of(_t.guild_id), _t.number.between(_first, _last), (_t.reverses + _nothing).is_not(None))
    .order_by(_t.number, _e.line)
)
"""For each reversal: the kind and the entries of what it reverses, and how many earlier transfers reverse it too."""

# Row by row. A row whose key is damaged is found by walking past its place, which is why these select the guild
# instead of comparing it, and why the walk has a beginning and a length but no end.
TRANSFERS_FROM = Prepared(
    sa.select(*tables.transfers.c)
    .where(_t.guild_id == _g, _t.number >= _first)
    .order_by(_t.number)
    .limit(param("limit"))
)
TRANSFER = Prepared(sa.select(*tables.transfers.c).where(_t.guild_id == _g, _t.number == _first))
ENTRIES_FROM = Prepared(
    sa.select(*tables.entries.c)
    .where(_e.guild_id == _g, _e.transfer >= _first)
    .order_by(_e.transfer, _e.line)
    .limit(param("limit"))
)
ENTRIES_OF = Prepared(
    sa.select(*tables.entries.c).where(_e.guild_id == _g, _e.transfer == _first).order_by(_e.line)
)

# Looking everywhere for a row that is missing where it should be: through the whole table, by no index.
STRAY_TRANSFERS = Prepared(
    sa.select(*tables.transfers.c)
    .where(
        ((_t.number + _nothing == _first) & (_t.guild_id + _nothing != _g))
        | (
            (_t.guild_id + _nothing == _g)
            & ((_t.number + _nothing > _last) | (_t.number + _nothing < sa.literal_column("1")))
        )
    )
    .limit(param("limit"))
)
STRAY_ENTRIES = Prepared(
    sa.select(*tables.entries.c).where(_e.amount == param("amount")).limit(param("limit"))
)
STRAY_ACCOUNTS = Prepared(
    sa.select(*tables.accounts.c)
    .where(_a.number + _nothing == _first, _a.guild_id + _nothing != _g)
    .limit(param("limit"))
)

HIGHEST_ACCOUNT = Prepared(sa.select(sa.func.max(_e.account)).where(_e.guild_id == _g))


def _ends(number: sa.ColumnElement[Any], guild_id: sa.ColumnElement[Any]) -> Prepared:
    """Asked for together in one SELECT, SQLite would read all rows between."""
    both = [sa.select(end(number)).where(guild_id == _g) for end in (sa.func.min, sa.func.max)]
    return Prepared(sa.select(*[one.scalar_subquery() for one in both]))


ENDS = {
    "transfers": _ends(_t.number, _t.guild_id),
    "entries": _ends(_e.transfer, _e.guild_id),
    "notes": _ends(_n.transfer, _n.guild_id),
}
"""The lowest and the highest transfer of a guild that each table knows."""

NEXT = Prepared(sa.select(sa.func.min(_t.number)).where(_t.guild_id == _g, _t.number >= _first))

GUILDS = {
    name: Prepared(
        sa.select(sa.func.min(tables.metadata.tables[name].c.guild_id)).where(
            tables.metadata.tables[name].c.guild_id > _g
        )
    )
    for name in TABLES
}
"""The next guild of each table, in order: reads one row a guild and not the whole table."""
