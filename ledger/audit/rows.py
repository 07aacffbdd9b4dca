"""Reading a book for its audit, also where it is damaged.

A damaged file lies in its own ways. A row may stand where its key does not belong: a walk from one key to another
takes it for one of those between, and a search goes past it and all that follow on its page. So the statements that
read by key have the guild in what they return (`_number`), and where rows are missing others walk through the whole
table in its own order (`_own`). A text may not be UTF-8, a whole number may come back as text, and a page may not be
readable at all: `read` hands back what there was before it and says why it ended.
"""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import schema
from ledger.audit.state import Phrase, StoredAccount
from ledger.compiled import Compiled, columns_of, in_guild, param

Rows = list[Sequence[Any]]

_OTHERS = ("accounts", "transfers", "entries", "players", "notes")


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


_g, _first, _last = param("g"), param("first"), param("last")
_books = schema.books.c
_players = schema.players.c
_accounts = schema.accounts.c
_transfers = schema.transfers.c
_entries = schema.entries.c
_notes = schema.notes.c
_nothing = sa.literal_column("0", sa.BigInteger)
_book = sa.select(_books.guild_id, _books.transfers, _books.accounts, _books.players, _books.head)
BOOK = Compiled(_book.where(in_guild(_books)))
BOOKS = Compiled(_book.order_by(_books.guild_id))
"""In the order of their numbers: SQLite's own, so that a damaged one is seen to be out of it; PostgreSQL has none."""
_account = columns_of(schema.accounts, StoredAccount, but=["number"])
_transfer = columns_of(schema.transfers, Transfer, but=["guild_id", "number"])
_entry = columns_of(schema.entries, Entry, but=["guild_id", "transfer"])
_o, _again = schema.transfers.alias("o"), schema.transfers.alias("again")
_times = (
    sa.select(sa.func.count())
    .where(
        _again.c.guild_id == _transfers.guild_id,
        _again.c.reverses == _transfers.reverses,
        _again.c.number < _transfers.number,
    )
    .correlate(schema.transfers)
    .scalar_subquery()
)
REVERSALS = Compiled(
    sa.select(_transfers.number, _o.c.kind, _times, _entries.account, _entries.amount)
    .join_from(
        schema.transfers,
        _o,
        (_o.c.guild_id == _transfers.guild_id) & (_o.c.number == _transfers.reverses),
        isouter=True,
    )
    .join(
        schema.entries,
        (_entries.guild_id == _o.c.guild_id) & (_entries.transfer == _o.c.number),
        isouter=True,
    )
    .where(
        in_guild(_transfers),
        _transfers.number.between(_first, _last),
        (_transfers.reverses + _nothing).is_not(None),
    )
    .order_by(_transfers.number, _entries.line)
)
"""For each reversal: the kind and the entries of what it reverses, and how many earlier transfers reverse it too."""
TRANSFER = Compiled(sa.select(*schema.transfers.c).where(in_guild(_transfers), _transfers.number == _first))
ENTRIES_OF = Compiled(
    sa.select(*schema.entries.c)
    .where(in_guild(_entries), _entries.transfer == _first)
    .order_by(_entries.line)
)
OWN_ACCOUNTS = Compiled(sa.select(_accounts.number, *_account).where(_accounts.guild_id + _nothing == _g))
# What may be a row that is missing, anywhere in its table: `first` is its number.
_either, _both = _transfers.number.bitwise_or(_first), _transfers.number.bitwise_and(_first)
_differing = _either - _both
_one_bit_off = _differing.bitwise_and(_differing - sa.literal_column("1")) == _nothing
_out_of_range = (_transfers.number + _nothing > _last) | (
    _transfers.number + _nothing < sa.literal_column("1")
)
STRAY_TRANSFERS = Compiled(
    sa.select(*schema.transfers.c)
    .where(
        ((_transfers.number + _nothing == _first) & (_transfers.guild_id + _nothing != _g))
        | ((_transfers.guild_id + _nothing == _g) & (_out_of_range | _one_bit_off))
    )
    .limit(param("limit"))
    .offset(_nothing)
)
STRAY_ENTRIES = Compiled(
    sa.select(*schema.entries.c)
    .where(_entries.amount == param("amount"))
    .limit(param("limit"))
    .offset(_nothing)
)
STRAY_ACCOUNTS = Compiled(
    sa.select(*schema.accounts.c)
    .where(_accounts.number + _nothing == _first, _accounts.guild_id + _nothing != _g)
    .limit(param("limit"))
    .offset(_nothing)
)
HIGHEST_ACCOUNT = Compiled(sa.select(sa.func.max(_entries.account)).where(in_guild(_entries)))
NEXT = Compiled(
    sa.select(sa.func.min(_transfers.number)).where(in_guild(_transfers), _transfers.number >= _first)
)
GUILDS = {
    name: Compiled(
        sa.select(sa.func.min(schema.metadata.tables[name].c.guild_id)).where(
            schema.metadata.tables[name].c.guild_id > _g
        )
    )
    for name in _OTHERS
}
"""The next guild of each table but books: reads one row a guild and not the whole table."""


def rows(tx: Connection, statement: Compiled, **values: Any) -> Rows:
    """Read all rows at once.

    Raises:
        Unreadable: One of them can't be read.
    """
    try:
        return list(statement.rows(tx, **values))
    except Exception as error:
        raise unreadable(error) or error from error


def read(tx: Connection, statement: Compiled, **values: Any) -> tuple[Rows, Unreadable | None]:
    """Read the rows up to the first that can't be read, and say why it can't."""
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
    """Return what an error says about the rows; None where it is about something else, such as a lost connection."""
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


def _number(number: sa.ColumnElement[Any], guild_id: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A row's number in its guild, which is off where its guild is. A condition would not do: what is found by
    `guild_id = ?` SQLite takes to be equal to it, without looking at the row."""
    return number + (guild_id - _g)


PLAYERS = Compiled(
    sa.select(_number(_players.number, _players.guild_id)).where(in_guild(_players)).order_by(_players.number)
)
ACCOUNTS = Compiled(
    sa.select(_number(_accounts.number, _accounts.guild_id), *_account)
    .where(in_guild(_accounts))
    .order_by(_accounts.number)
)
TRANSFERS = Compiled(
    sa.select(_number(_transfers.number, _transfers.guild_id), *_transfer)
    .where(in_guild(_transfers), _transfers.number.between(_first, _last))
    .order_by(_transfers.number)
)
ENTRIES = Compiled(
    sa.select(_number(_entries.transfer, _entries.guild_id), *_entry)
    .where(in_guild(_entries), _entries.transfer.between(_first, _last))
    .order_by(_entries.transfer, _entries.line)
)
NOTES = Compiled(
    sa.select(_number(_notes.transfer, _notes.guild_id), _notes.words, _notes.salt, _notes.erased)
    .where(in_guild(_notes), _notes.transfer.between(_first, _last))
    .order_by(_notes.transfer)
)


# Row by row, all columns: of one transfer by its key, or of a stretch of them through the whole table in its order.


def _own(table: sa.Table, number: sa.ColumnElement[Any]) -> Compiled:
    is_own = table.c.guild_id + _nothing == _g
    return Compiled(sa.select(*table.c).where(is_own, (number + _nothing).between(_first, _last)))


OWN_TRANSFERS = _own(schema.transfers, _transfers.number)
OWN_ENTRIES = _own(schema.entries, _entries.transfer)


def _ends(number: sa.ColumnElement[Any], guild_id: sa.ColumnElement[Any]) -> Compiled:
    """Asked for together in one SELECT, SQLite would read all rows between."""
    both = [sa.select(end(number)).where(guild_id == _g) for end in (sa.func.min, sa.func.max)]
    return Compiled(sa.select(*[one.scalar_subquery() for one in both]))


ENDS = {
    "transfers": _ends(_transfers.number, _transfers.guild_id),
    "entries": _ends(_entries.transfer, _entries.guild_id),
    "notes": _ends(_notes.transfer, _notes.guild_id),
}
"""The lowest and the highest transfer of a guild that each table knows."""
