"""Read a whole server for its audit: tables side by side in the order of their claims, a page of each in memory.

trades = Groups(tx, guild, _TRADES, moved=(6,))
for market in ...:                       # by claim
    for trade in trades.of(market.claim):
        trades.moved[trade[6]]           # what its transfer moved
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import Compiled, constant, in_guild, param

PAGE = 500

Moved = Mapping[int, tuple[str, dict[int, int]]]
"""By transfer, its kind and the amounts by account."""

_e = book.entries.c
_t = book.transfers.c
FEW = 16


def _entries(count: int) -> tuple[Compiled, tuple[str, ...]]:
    """Of so many transfers at once, and what they are called: a statement is prepared for a number of them."""
    names = tuple(f"n{place}" for place in range(count))
    return Compiled(
        sa.select(_e.transfer, _t.kind, _e.account, _e.amount)
        .join(book.transfers, (_t.guild_id == _e.guild_id) & (_t.number == _e.transfer))
        .where(in_guild(_e), _e.transfer.in_([param(name) for name in names]))
    ), names


_OF_FEW, _OF_MANY = _entries(FEW), _entries(PAGE)


def seldom() -> None:
    """Let the collector of garbage look at a process of its own less often: rows come and go by the million, and none
    of them holds another in a circle."""
    gc.set_threshold(100_000, 50, 100)


def moved(tx: Connection, guild: int, transfers: Iterable[int]) -> Moved:
    """Return what some transfers moved."""
    found: dict[int, tuple[str, dict[int, int]]] = {}
    numbers = sorted(set(transfers))
    statement, names = _OF_FEW if len(numbers) <= FEW else _OF_MANY
    for at in range(0, len(numbers), PAGE):
        asked = numbers[at : at + PAGE]
        asked += [0] * (len(names) - len(asked))  # no transfer has that number
        for transfer, kind, account, amount in statement.rows(
            tx, g=guild, **dict(zip(names, asked, strict=True))
        ):
            found.setdefault(transfer, (kind, {}))[1][account] = amount
    return found


def paged(statement: sa.Select[*tuple[Any, ...]], *key: sa.Column[Any]) -> Compiled:
    """Complete a statement that `pages` reads: in the order of its key, which its first columns are."""
    after = [param(f"after_{place}") for place in range(len(key))]
    later = key[0] > after[0] if len(key) == 1 else sa.tuple_(*key) > sa.tuple_(*after)
    return Compiled(
        statement.where(in_guild(key[0].table.c), later)
        .order_by(*key)
        .limit(constant(PAGE))
        .offset(constant(0))
    )


def pages(tx: Connection, guild: int, statement: Compiled, *, key: int = 1) -> Iterator[list[Sequence[Any]]]:
    """Yield the rows of a `paged` statement, some at a time.

    Args:
        key: How many of its first columns are its key: whole numbers.
    """
    after: Sequence[int] = (-1,) * key
    while page := list(
        statement.rows(tx, g=guild, **{f"after_{place}": value for place, value in enumerate(after)})
    ):
        yield page
        after = page[-1][:key]


def rows(tx: Connection, guild: int, statement: Compiled, *, key: int = 1) -> Iterator[Sequence[Any]]:
    """Yield the rows of a `paged` statement."""
    for page in pages(tx, guild, statement, key=key):
        yield from page


class Groups:
    """The rows of a `paged` statement whose first column is a claim, handed out claim by claim.

    Attributes:
        moved: What the transfers moved that the rows of this page name, in their columns `moves`.
    """

    def __init__(
        self, tx: Connection, guild: int, statement: Compiled, *, key: int = 2, moves: tuple[int, ...] = ()
    ) -> None:
        self.moved: Moved = {}
        self._rows = self._read(tx, guild, statement, key, moves)
        self._next = next(self._rows, None)

    def _read(
        self, tx: Connection, guild: int, statement: Compiled, key: int, moves: tuple[int, ...]
    ) -> Iterator[Sequence[Any]]:
        for rows in pages(tx, guild, statement, key=key):
            if moves:
                self.moved = moved(
                    tx, guild, [row[at] for row in rows for at in moves if row[at] is not None]
                )
            yield from rows

    def of(self, claim: int) -> Iterator[Sequence[Any]]:
        """Yield the rows of a claim; what stands before it is passed over. Claims are asked for in order."""
        while self._next is not None and self._next[0] < claim:
            self._next = next(self._rows, None)
        while (row := self._next) is not None and row[0] == claim:
            yield row
            self._next = next(self._rows, None)
