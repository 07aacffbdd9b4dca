"""Reading a book page by page, during the writes and up to a noted head.

An export of a large book takes minutes, and no read transaction may last over a second. So what reads is a generator
that asks for one page after another and yields text in between; its caller carries each question out by
itself: `run` on a connection, `stream` on an open database. Both hold one page at a time.
"""

from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema
from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.errors import BookDamaged, UnknownGuild, UnknownPlayer
from ledger.storage.database import Database
from ledger.types import Whole, Words, fits, to_us

PAGE = 2_000
"""Rows of one page."""

ACCOUNTS = 500
"""Accounts of one page."""

SCAN = 50_000
"""Transfers that one question looks through for a moment in time, at most."""

OWN = ("wallet", "reserve", "bond")
"""Kinds of account that are a player's own."""

Rows = list[tuple[Any, ...]]
A = TypeVar("A")


class PageQuery(NamedTuple):
    """One short read, and its values."""

    statement: Compiled | sa.Select[*tuple[Any, ...]]
    values: dict[str, Any]


class TransferRow(NamedTuple):
    """A transfer, as files tell it."""

    number: int
    at_us: int
    kind: str
    key: str
    actor: int
    reverses: int | None
    format: int
    words: bytes | None
    digest: bytes


Steps = Generator[PageQuery | str, Any, None]
"""Yields questions, is sent their rows, and yields text made of them."""

Answer = Generator[PageQuery, Any, A]
"""A part of such a reader that finds something out."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What of one guild's book is wanted.

    Attributes:
        player: Only the wallet, reserves and bonds of the player with this number.
        since, until: A period, its end not included: the transfers from the first one at or after `since` to the
            last one before the first at or after `until`. A press bears its own time, so neighbours may stand a
            moment out of order; told this way periods that meet neither share a transfer nor lose one.
    """

    guild: int
    table: Literal["entries", "transfers", "accounts"] = "entries"
    player: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        for moment in (self.since, self.until):
            if moment is not None:
                to_us(moment)  # refuses one that doesn't know its zone


@dataclass(frozen=True, slots=True)
class Scope:
    """A selection in the book's own numbers: transfers after `after` up to `last`, accounts up to `accounts`."""

    selection: Selection
    after: int
    last: int
    transfers: int
    accounts: int
    players: int
    head: bytes

    @property
    def guild(self) -> int:
        return self.selection.guild

    def owns(self, kind: str, owner: int) -> bool:
        """Return whether an account is among those that were selected."""
        return self.selection.player is None or (owner == self.selection.player and kind in OWN)

    def values(self, **more: Any) -> dict[str, Any]:
        return {"g": self.guild, "player": self.selection.player or 0, **more}


class AccountAfter(NamedTuple):
    """An account after a transfer: `sequence`, `balance` and `transfer` are 0 where nothing had touched it."""

    number: int
    kind: str
    owner: int
    ended_by: int | None
    seal: bytes
    sequence: int
    balance: int
    transfer: int


_g, _player = param("g"), param("player")
_entries = schema.entries.c
_t = schema.transfers.c
_a = schema.accounts.c
_own_kinds = [sa.literal_column(f"'{kind}'", Words) for kind in OWN]
_BOOK = Compiled(
    sa.select(
        schema.books.c.transfers, schema.books.c.accounts, schema.books.c.players, schema.books.c.head
    ).where(in_guild(schema.books.c))
)
# Left to itself SQLite, which keeps no statistics, walks the whole book to find one player's few entries. An outer
# join, whose condition does not say that there must be an entry, goes from their accounts to the entries; and
# adding zero to a number leaves only the list to look it up by.
_nothing = sa.literal_column("0", Whole)
_after, _line, _upto = param("after"), param("line"), param("upto")
_of_account = (_entries.guild_id == _a.guild_id) & (_entries.account == _a.number)
_by_account = _of_account & (_entries.account_seq > _nothing)
_is_their = (in_guild(_a)) & (_a.owner == _player) & _a.kind.in_(_own_kinds)
_their_transfer = sa.func.coalesce(_entries.transfer, _nothing)
_their_transfers = (
    sa.select(_their_transfer)
    .join_from(schema.accounts, schema.entries, _by_account, isouter=True)
    .where(_is_their, _their_transfer >= _after, _their_transfer <= _upto)
)
_transfers = sa.select(*columns_of(schema.transfers, TransferRow)).where(in_guild(_t)).order_by(_t.number)


def _lines(entries: sa.ColumnCollection[Any, Any]) -> tuple[sa.ColumnElement[Any], ...]:
    """What is read of an entry, and of its account."""
    return (
        *(entries.transfer, entries.line, entries.account, _a.kind, _a.owner),
        *(entries.account_seq, entries.amount, entries.balance_after),
    )


_w = schema.entries.alias("whole")
_of_whole = (_w.c.guild_id == _a.guild_id) & (_w.c.account == _a.number)
_accounts = (
    sa.select(_a.number, _a.entries, _a.kind, _a.owner, _a.ended_by, _a.seal)
    .where(in_guild(_a), _a.number > _after, _a.number <= _upto)
    .order_by(_a.number)
)


def run(tx: Connection, steps: Steps) -> Iterator[str]:
    """Drive a reader on one connection; blocks of whole lines."""
    step = next(steps, None)
    while step is not None:
        if isinstance(step, str):
            yield step
            step = next(steps, None)
        else:
            step = _send(steps, fetch(tx, step))


def find(tx: Connection, answer: Answer[A]) -> A:
    """Return what a part of a reader finds out, on one connection."""
    try:
        ask = next(answer)
        while True:
            ask = answer.send(fetch(tx, ask))
    except StopIteration as found:
        return found.value


async def stream(db: Database, steps: Steps) -> AsyncIterator[str]:
    """Drive a reader on an open database, each question a read of its own."""
    step = next(steps, None)
    while step is not None:
        if isinstance(step, str):
            yield step
            step = next(steps, None)
        else:
            step = _send(steps, await db.read_long(fetch, step))


def guarded(guild: int, steps: Steps) -> Steps:
    """Return a reader of a book that may be damaged: a row that is missing or a time that never was is no bug of
    ours.

    Raises:
        BookDamaged: The reader met such a thing.
    """
    try:
        yield from steps
    except (KeyError, ValueError, OverflowError) as error:
        raise BookDamaged(guild) from error


def page(statement: sa.Select[*tuple[Any, ...]]) -> Compiled:
    """Return a statement that gives at most `limit` rows. Without an offset SQLite's compiler adds a parameter for
    one."""
    return Compiled(statement.limit(param("limit")).offset(sa.literal_column("0")))


_FIRST = page(
    sa.select(_t.number)
    .where(in_guild(_t), _t.number > param("after"), _t.number <= param("upto"), _t.at_us >= param("at"))
    .order_by(_t.number)
)
_ENTRIES = page(
    sa.select(*_lines(_entries))
    .join_from(schema.entries, schema.accounts, _of_account)
    .where(
        in_guild(_entries),
        sa.tuple_(_entries.transfer, _entries.line) > sa.tuple_(_after, _line),
        _entries.transfer <= _upto,
    )
    .order_by(_entries.transfer, _entries.line)
)
_THEIR_ENTRIES = page(
    sa.select(*_lines(_entries))
    .join_from(schema.accounts, schema.entries, _by_account, isouter=True)
    .where(
        _is_their,
        sa.tuple_(_their_transfer, _entries.line) > sa.tuple_(_after, _line),
        _their_transfer <= _upto,
    )
    .order_by(_entries.transfer, _entries.line)
)
_WHOLE_ENTRIES = page(
    sa.select(*_lines(_w.c))
    .join_from(_w, schema.accounts, _of_whole)
    .where(
        in_guild(_w.c),
        _w.c.transfer.in_(_their_transfers.correlate(None)),
        sa.tuple_(_w.c.transfer + _nothing, _w.c.line) > sa.tuple_(_after, _line),
    )
    .order_by(_w.c.transfer, _w.c.line)
)


def fetch(tx: Connection, ask: PageQuery) -> Rows:
    """Return all rows of one page."""
    if isinstance(ask.statement, Compiled):
        return cast(Rows, list(ask.statement.rows(tx, **ask.values)))
    return cast(Rows, list(tx.execute(ask.statement, ask.values)))


def _send(steps: Steps, rows: Rows) -> PageQuery | str | None:
    try:
        return steps.send(rows)
    except StopIteration:
        return None


def note(selection: Selection) -> Answer[Scope]:
    """Note the head and what the selection comes to.

    Raises:
        UnknownGuild, UnknownPlayer: There is nothing to read.
    """
    guild = selection.guild
    rows: Rows = (yield PageQuery(_BOOK, {"g": guild})) if fits(guild) else []
    if not rows:
        raise UnknownGuild(guild)
    transfers, accounts, players, head = rows[0]
    if selection.player is not None and not 1 <= selection.player <= players:
        raise UnknownPlayer(guild, selection.player)
    after = yield from _before(guild, selection.since, transfers, default=0)
    last = yield from _before(guild, selection.until, transfers, default=transfers)
    return Scope(selection, after, max(after, last), transfers, accounts, players, head)


def _before(guild: int, moment: datetime | None, head: int, *, default: int) -> Answer[int]:
    """The number of the last transfer before the first one at or after a moment."""
    if moment is None:
        return default
    at = to_us(moment)
    for low in range(0, head, SCAN):
        upto = min(low + SCAN, head)
        rows: Rows = yield PageQuery(_FIRST, {"g": guild, "after": low, "upto": upto, "at": at, "limit": 1})
        if rows:
            return rows[0][0] - 1
    return head


def ask_transfers(scope: Scope, after: int, upto: int, limit: int | None = None) -> PageQuery:
    """Return a page of transfers, each the fields of a `TransferRow`, in order."""
    statement = _TRANSFERS if scope.selection.player is None else _THEIR_TRANSFERS
    return PageQuery(statement, scope.values(after=after, upto=upto, limit=limit or PAGE))


def ask_acts(scope: Scope, after: int, upto: int) -> PageQuery:
    """Return the first five of these only: what an entry repeats of its transfer."""
    statement = _ACTS if scope.selection.player is None else _THEIR_ACTS
    return PageQuery(statement, scope.values(after=after, upto=upto, limit=PAGE))


def ask_entries(scope: Scope, after: tuple[int, int], *, whole: bool = False) -> PageQuery:
    """Return a page of transfer, line, account, kind, owner, account_seq, amount and balance_after, in order.

    Args:
        after: The transfer and line of the entry before the page.
        whole: All entries of a player's transfers, not only those of the player's own accounts.
    """
    theirs = _WHOLE_ENTRIES if whole else _THEIR_ENTRIES
    statement = _ENTRIES if scope.selection.player is None else theirs
    values = scope.values(after=after[0], line=after[1], upto=scope.last, limit=PAGE)
    return PageQuery(statement, values)


def states(scope: Scope, after: int, *, at: int) -> Answer[list[AccountAfter]]:
    """Return a page of accounts, in order of number, as they were after transfer number `at`."""
    statement = _ACCOUNTS if scope.selection.player is None else _THEIR_ACCOUNTS
    rows: Rows = yield PageQuery(statement, scope.values(after=after, upto=scope.accounts, limit=ACCOUNTS))
    latest = yield from _latest(scope.guild, {row[0]: row[1] for row in rows}, at)
    return [
        AccountAfter(number, kind, owner, ended_by, seal, *latest.get(number, (0, 0, 0)))
        for number, _, kind, owner, ended_by, seal in rows
    ]


def _latest(guild: int, counts: dict[int, int], at: int) -> Answer[dict[int, tuple[int, int, int]]]:
    """The sequence, balance and transfer of each account's last entry up to transfer number `at`.

    An account's entries are in the order of their transfers, so it is found by halving, for all accounts at once:
    a few looks instead of a walk back through all that came later. The newest entry is looked at first.
    """
    found: dict[int, tuple[int, int, int]] = {}
    low, high, look = dict.fromkeys(counts, 0), dict(counts), dict(counts)
    while look := {number: place for number, place in look.items() if low[number] < high[number]}:
        rows: Rows = yield PageQuery(_entries_at(look), {"g": guild})
        for number, sequence, balance, transfer in rows:
            if transfer <= at:
                found[number] = (sequence, balance, transfer)
                low[number] = sequence
        for number, place in look.items():
            if low[number] < place:
                high[number] = place - 1
            look[number] = (low[number] + high[number] + 1) // 2
    return found


_every = _transfers.where(_t.number > _after, _t.number <= _upto)
_theirs = _transfers.where(
    _t.number + _nothing > _after, _t.number + _nothing <= _upto, _t.number.in_(_their_transfers)
)
_TRANSFERS, _THEIR_TRANSFERS = page(_every), page(_theirs)
_act = (_t.number, _t.at_us, _t.kind, _t.key, _t.actor)
_ACTS, _THEIR_ACTS = page(_every.with_only_columns(*_act)), page(_theirs.with_only_columns(*_act))


_ACCOUNTS, _THEIR_ACCOUNTS = page(_accounts), page(_accounts.where(_is_their))


def _entries_at(look: dict[int, int]) -> sa.Select[*tuple[Any, ...]]:
    """Entries by account and sequence. As a table of values: SQLite finds no index for a list of pairs."""
    columns = sa.column("account", Whole), sa.column("place", Whole)
    pairs = sa.values(*columns, name="look").data(list(look.items())).cte("look")
    return sa.select(
        _entries.account, _entries.account_seq, _entries.balance_after, _entries.transfer
    ).join_from(
        pairs,
        schema.entries,
        (in_guild(_entries))
        & (_entries.account == pairs.c.account)
        & (_entries.account_seq == pairs.c.place),
    )
