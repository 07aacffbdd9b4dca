"""What the book says: balances, history, supply, acts. Reads only; every amount in minor units."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from ledger import schema
from ledger.accounts import Account, mint, state
from ledger.compiled import in_guild, param, params
from ledger.errors import UnknownGuild, UnknownTransfer
from ledger.issuance import ACTS
from ledger.types import from_us

PAGE = 100
"""Lines of one page, at most."""


@dataclass(frozen=True, slots=True)
class Side:
    """Another account of the same transfer, and what it got or gave."""

    account: int
    kind: str
    owner: int
    amount: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a statement: what moved, what was there after it, and who was on the other side."""

    sequence: int
    transfer: int
    kind: str
    actor: int
    at: datetime
    amount: int
    balance_after: int
    others: tuple[Side, ...]
    note: str | None


class BalanceStep(NamedTuple):
    """What an account held from a moment on; `sequence` numbers its entries."""

    sequence: int
    at_us: int
    balance: int


@dataclass(frozen=True, slots=True)
class Supply:
    """All points of a book. `circulating` is what every account but the mint holds: minted - burned."""

    minted: int
    burned: int
    circulating: int
    house: int
    debts: int


@dataclass(frozen=True, slots=True)
class Head:
    """The newest transfer of a book and its digest; two people with the same head hold the same book."""

    transfers: int
    digest: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something a moderator or the owner did with points, with its reason (A7)."""

    transfer: int
    kind: str
    actor: int
    at: datetime
    reason: str | None
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Balanced:
    """Over all books: how many there are, and the guilds whose balances do not add up to zero."""

    books: int
    transfers: int
    off: tuple[int, ...]


_g, _n = param("g"), param("n")
_entries = schema.entries.c
_transfers = schema.transfers.c
_accounts = schema.accounts.c
_noted = (schema.notes.c.guild_id == _transfers.guild_id) & (schema.notes.c.transfer == _transfers.number)
_of_entry = (_transfers.guild_id == _entries.guild_id) & (_transfers.number == _entries.transfer)
_HISTORY = (
    sa.select(
        _entries.account_seq,
        _entries.transfer,
        _transfers.kind,
        _transfers.actor,
        _transfers.at_us,
        _entries.amount,
        _entries.balance_after,
        schema.notes.c.words,
    )
    .join_from(schema.entries, schema.transfers, _of_entry)
    .outerjoin(schema.notes, _noted)
    .where(in_guild(_entries), _entries.account == _n, _entries.account_seq < param("before"))
    .order_by(_entries.account_seq.desc())
    .limit(param("limit"))
)
_LINE = (
    sa.select(_entries.account_seq, _transfers.at_us, _entries.balance_after)
    .join_from(schema.entries, schema.transfers, _of_entry)
    .where(in_guild(_entries), _entries.account == _n, _entries.account_seq > param("after"))
    .order_by(_entries.account_seq)
    .limit(param("limit"))
)
_SIDES = (
    sa.select(_entries.transfer, _entries.account, _accounts.kind, _accounts.owner, _entries.amount)
    .join_from(
        schema.entries,
        schema.accounts,
        (_accounts.guild_id == _entries.guild_id) & (_accounts.number == _entries.account),
    )
    .where(in_guild(_entries), _entries.transfer.in_(params("transfers")))
    .order_by(_entries.transfer, _entries.line)
)
_minted = sa.select(
    sa.func.coalesce(sa.func.sum(sa.case((_entries.amount < 0, -_entries.amount), else_=0)), 0).label(
        "minted"
    ),
    sa.func.coalesce(sa.func.sum(sa.case((_entries.amount > 0, _entries.amount), else_=0)), 0).label(
        "burned"
    ),
).where(in_guild(_entries), _entries.account == param("mint"))
_held = sa.select(
    sa.func.sum(sa.case((_accounts.kind != "mint", _accounts.balance), else_=0)).label("circulating"),
    sa.func.sum(sa.case((_accounts.kind == "house", _accounts.balance), else_=0)).label("house"),
    sa.func.sum(
        sa.case(((_accounts.balance < 0) & (_accounts.kind != "mint"), -_accounts.balance), else_=0)
    ).label("debts"),
).where(in_guild(_accounts))
_m, _h = _minted.subquery(), _held.subquery()
# One statement, which sees the book at one moment: points that are made between two would be in one of them only.
_SUPPLY = sa.select(_m, _h).select_from(sa.join(_m, _h, sa.true()))
_ORIGINS = (
    sa.select(_transfers.kind, sa.func.sum(_entries.amount))
    .join_from(schema.entries, schema.transfers, _of_entry)
    .where(in_guild(_entries), _entries.account == param("mint"))
    .group_by(_transfers.kind)
)
_HEAD = sa.select(schema.books.c.transfers, schema.books.c.head).where(in_guild(schema.books.c))
_ACTS = (
    sa.select(_transfers.number, _transfers.kind, _transfers.actor, _transfers.at_us, schema.notes.c.words)
    .outerjoin(schema.notes, _noted)
    .where(
        in_guild(_transfers),
        _transfers.kind.in_([sa.literal_column(f"'{kind}'") for kind in ACTS]),
        _transfers.number < param("before"),
    )
    .order_by(_transfers.number.desc())
    .limit(param("limit"))
)
_NOTE = (
    sa.select(_transfers.number, schema.notes.c.words)
    .outerjoin(schema.notes, _noted)
    .where(in_guild(_transfers), _transfers.number == _n)
)
_BOOKS = sa.select(
    sa.func.count(), sa.func.coalesce(sa.func.sum(schema.books.c.transfers), sa.literal_column("0"))
)
_OFF = (
    sa.select(schema.accounts.c.guild_id)
    .group_by(schema.accounts.c.guild_id)
    .having(sa.func.sum(schema.accounts.c.balance) != sa.literal_column("0"))
    .order_by(schema.accounts.c.guild_id)
)
_GUILDS = sa.select(schema.books.c.guild_id).order_by(schema.books.c.guild_id)


def not_undone(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Select from the entries of an account, given as `g` and `n`, and their transfers, but for those that were taken
    back since."""
    entries, transfers, back = schema.entries.c, schema.transfers.c, schema.transfers.alias("back").c
    return (
        sa.select(*columns)
        .select_from(schema.entries)
        .join(
            schema.transfers,
            (transfers.guild_id == entries.guild_id) & (transfers.number == entries.transfer),
        )
        .where(
            in_guild(entries),
            entries.account == param("n"),
            entries.account_seq > sa.literal_column("0"),  # by account, not through the whole book
            ~sa.exists().where(back.guild_id == transfers.guild_id, back.reverses == transfers.number),
        )
    )


def balanced(tx: Connection) -> Balanced:
    """Check that every book's balances add up to zero; `audit` checks all the rest."""
    books, transfers = tx.execute(_BOOKS).one()
    return Balanced(books, int(transfers), tuple(tx.execute(_OFF).scalars()))


def balance(tx: Connection, account: Account) -> int:
    """Return the minor units in an account.

    Raises:
        UnknownAccount: It is not in its guild's book.
    """
    return state(tx, account).balance


def history(
    tx: Connection, account: Account, *, before: int | None = None, limit: int = PAGE
) -> list[StatementLine]:
    """Return a page of an account's entries, newest first, each with the balance after it.

    Args:
        before: Only entries whose sequence number is lower: the last one of the page before.
        limit: 1 to 100.

    Raises:
        UnknownAccount: It is not in its guild's book.
    """
    state(tx, account)
    asked = {
        "g": account.guild,
        "n": account.number,
        "before": _all(before),
        "limit": max(1, min(limit, PAGE)),
    }
    rows = tx.execute(_HISTORY, asked).all()
    others = _sides(tx, account.guild, [row.transfer for row in rows])
    return [_item(row, account, others.get(row.transfer, ())) for row in rows]


def line(tx: Connection, account: Account, *, after: int = 0, limit: int = 500) -> list[BalanceStep]:
    """Return an account's balance over time, oldest first: a page of the entries after a sequence number."""
    asked = {"g": account.guild, "n": account.number, "after": after, "limit": limit}
    return [BalanceStep(*row) for row in tx.execute(_LINE, asked)]


def supply(tx: Connection, guild: int) -> Supply:
    """Return how many points there are, and where from.

    Raises:
        UnknownGuild: There is no such book.
    """
    head(tx, guild)
    row = tx.execute(_SUPPLY, {"g": guild, "mint": mint(guild).number}).one()
    return Supply(int(row.minted), int(row.burned), int(row.circulating), int(row.house), int(row.debts))


def origins(tx: Connection, guild: int) -> list[tuple[str, int]]:
    """Return how many points each kind of transfer made, minor units, the most first; below zero where it took them
    back to the mint. A reversal counts for itself.

    Raises:
        UnknownGuild: There is no such book.
    """
    head(tx, guild)
    rows = tx.execute(_ORIGINS, {"g": guild, "mint": mint(guild).number}).all()
    return sorted(((kind, -int(moved)) for kind, moved in rows), key=lambda one: (-one[1], one[0]))


def head(tx: Connection, guild: int) -> Head:
    """Return the newest transfer's number and digest.

    Raises:
        UnknownGuild: There is no such book.
    """
    row = tx.execute(_HEAD, {"g": guild}).first()
    if row is None:
        raise UnknownGuild(guild)
    return Head(row.transfers, row.head.hex())


def acts(tx: Connection, guild: int, *, before: int | None = None, limit: int = PAGE) -> list[Act]:
    """Return a page of what moderators and the owner did with points, newest first, for all to see."""
    rows = tx.execute(_ACTS, {"g": guild, "before": _all(before), "limit": max(1, min(limit, PAGE))}).all()
    sides = _sides(tx, guild, [row.number for row in rows])
    return [
        Act(row.number, row.kind, row.actor, from_us(row.at_us), row.words, sides.get(row.number, ()))
        for row in rows
    ]


def note(tx: Connection, guild: int, transfer: int) -> str | None:
    """Return the words of a transfer; None where it has none or they were erased.

    Raises:
        UnknownTransfer: The book has no such transfer.
    """
    row = tx.execute(_NOTE, {"g": guild, "n": transfer}).first()
    if row is None:
        raise UnknownTransfer(guild, transfer)
    return row.words


def guilds(tx: Connection) -> list[int]:
    """Return every server that has a book, in order."""
    return list(tx.execute(_GUILDS).scalars())


def _all(before: int | None) -> int:
    return 2**62 if before is None else before


def _item(row: Row[*tuple[Any, ...]], account: Account, sides: tuple[Side, ...]) -> StatementLine:
    others = tuple(side for side in sides if side.account != account.number)
    return StatementLine(
        row.account_seq,
        row.transfer,
        row.kind,
        row.actor,
        from_us(row.at_us),
        row.amount,
        row.balance_after,
        others,
        row.words,
    )


def _sides(tx: Connection, guild: int, transfers: list[int]) -> dict[int, tuple[Side, ...]]:
    """The entries of some transfers, in order, by transfer."""
    if not transfers:
        return {}
    found: dict[int, list[Side]] = {}
    for row in tx.execute(_SIDES, {"g": guild, "transfers": transfers}):
        found.setdefault(row.transfer, []).append(Side(row.account, row.kind, row.owner, row.amount))
    return {transfer: tuple(sides) for transfer, sides in found.items()}
