"""A book as a plain-text accounting journal: for hledger and ledger, or for beancount.

One transaction a transfer, one commodity, points with two decimals. What can be checked is asserted:

- hledger and ledger check the balance after every single posting.
- beancount only knows the balance at the start of a day: asserted is what each account held after a day on which it
  moved (the last TOUCHED of them, where a day moved more), and at the end what all of them hold.

The tools sort by day, and a book is in the order of its transfers, whose own times may stand a moment out of it. So a
transaction is dated by the latest time so far, and bears its own time with its key and digest. A journal of a
period begins with what was brought forward, dated the day before, and every journal ends with the closing balances.
A player's journal holds whole transfers, and asserts only the player's own accounts.

Words stay out: a note may hold what these tools would read as a date or an expression.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from datetime import date, timedelta
from typing import Any, Literal, TextIO

from sqlalchemy import Connection

from ledger.files import paging
from ledger.files.cells import moment
from ledger.files.paging import AccountAfter, Answer, PageQuery, Rows, Scope, Selection, Steps, TransferRow
from ledger.money import points
from ledger.storage.database import Database
from ledger.types import from_us, to_us

Style = Literal["hledger", "beancount"]
"""`hledger` is what both hledger and ledger read."""

TOUCHED = 10_000
"""Accounts of one day that a beancount journal remembers, to assert them the day after."""

_DAY = timedelta(days=1)
_UNSAFE = re.compile(r"[^A-Za-z0-9._:/-]", re.ASCII)


def blocks(tx: Connection, selection: Selection, style: Style = "hledger") -> Iterator[str]:
    """Yield a journal, some whole lines at a time. The selection's table does not matter.

    Raises:
        UnknownGuild, UnknownPlayer: There is nothing to write.
        BookDamaged: There is something that was never written so.
    """
    return paging.run(tx, paging.guarded(selection.guild, _journal(selection, style)))


def stream(db: Database, selection: Selection, style: Style = "hledger") -> AsyncIterator[str]:
    """Yield the same of an open database, without stopping its writes."""
    return paging.stream(db, paging.guarded(selection.guild, _journal(selection, style)))


def write_journal(tx: Connection, out: TextIO, selection: Selection, style: Style = "hledger") -> None:
    """Write a journal. `out` is opened in UTF-8.

    Raises:
        UnknownGuild, UnknownPlayer: There is nothing to write.
        BookDamaged: There is something that was never written so.
    """
    for block in blocks(tx, selection, style):
        out.write(block)


def _journal(selection: Selection, style: Style) -> Steps:
    scope = yield from paging.note(selection)
    day = yield from _first_day(scope)
    form = _Hledger(scope) if style == "hledger" else _Beancount(scope)
    yield form.header(day)
    yield from _each_page(scope, scope.last, lambda states: form.accounts(states, day))
    if scope.after:
        yield from _each_page(scope, scope.after, lambda states: form.brought_forward(states, day))
    day = yield from _transactions(scope, form, day)
    yield from _each_page(scope, scope.last, lambda states: form.closing(states, day))


def _first_day(scope: Scope) -> Answer[date]:
    """The day of the first transaction."""
    if scope.selection.since is not None:
        return from_us(to_us(scope.selection.since)).date()
    rows: Rows = yield paging.ask_transfers(scope, scope.after, scope.last, limit=1)
    return from_us(rows[0][1] if rows else 0).date()


def _each_page(scope: Scope, at: int, write: Callable[[list[AccountAfter]], str]) -> Steps:
    last = 0
    while states := (yield from paging.states(scope, last, at=at)):
        yield write(states)
        last = states[-1].number


def _transactions(scope: Scope, form: "_Form", day: date) -> Generator[PageQuery | str, Any, date]:
    """All transfers; returns the day of the last."""
    last = (scope.after + 1, 0)
    while rows := (yield paging.ask_entries(scope, last, whole=True)):
        found: Rows = yield paging.ask_transfers(scope, rows[0][0] - 1, rows[-1][0])
        acts = {row[0]: TransferRow(*row) for row in found}
        out: list[str] = []
        for transfer, line, account, kind, owner, _, amount, balance in rows:
            if line == 1:
                act = acts[transfer]
                today = from_us(act.at_us).date()
                if today > day:
                    out.append(form.end_of(day))
                    day = today
                out.append(form.transfer(act, day))
            name = form.name(account, kind, owner)
            out.append(form.posting(name, amount, balance if scope.owns(kind, owner) else None))
        yield "".join(out)
        last = rows[-1][:2]
    return day


def _facts(act: TransferRow) -> dict[str, int | str]:
    """What a transaction carries as well as its postings."""
    facts: dict[str, int | str] = {"at": moment(act.at_us), "key": _safe(act.key), "actor": act.actor}
    if act.reverses is not None:
        facts["reverses"] = act.reverses
    return {**facts, "digest": act.digest.hex()}


def _safe(text: str) -> str:
    """Keys and kinds are plain by their own rules; in a damaged book they shall not break out of their line."""
    return _UNSAFE.sub("?", text)


def _parts(number: int, kind: str, owner: int) -> list[str]:
    """An account's name: `wallet player-1`, `reserve player-1 34`, `escrow 12`, `mint`."""
    if kind in ("mint", "house"):
        return [kind]
    whose = [f"player-{owner}"] if owner else []
    return [kind, *whose] if kind == "wallet" else [kind, *whose, str(number)]


class _Form(ABC):
    """How a tool writes what a journal consists of."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @abstractmethod
    def header(self, day: date) -> str: ...

    @abstractmethod
    def accounts(self, states: list[AccountAfter], day: date) -> str: ...

    @abstractmethod
    def brought_forward(self, states: list[AccountAfter], day: date) -> str: ...

    @abstractmethod
    def transfer(self, act: TransferRow, day: date) -> str: ...

    @abstractmethod
    def posting(self, name: str, amount: int, balance: int | None) -> str:
        """One line; `balance` is to be asserted after it."""

    @abstractmethod
    def end_of(self, day: date) -> str:
        """What can be said when a day is over."""

    @abstractmethod
    def closing(self, states: list[AccountAfter], day: date) -> str: ...

    @abstractmethod
    def name(self, number: int, kind: str, owner: int) -> str: ...

    def balances(self, states: list[AccountAfter]) -> list[tuple[str, int]]:
        """Name and balance of the accounts that anything had touched."""
        return [
            (self.name(state.number, state.kind, state.owner), state.balance)
            for state in states
            if state.sequence
        ]

    def title(self) -> str:
        """Which book, and how far it goes."""
        who = f", player {self.scope.selection.player}" if self.scope.selection.player else ""
        first, last = self.scope.after + 1, self.scope.last
        return f"The book of server {self.scope.guild}{who}: transfers {first} to {last}."


class _Hledger(_Form):
    def header(self, day: date) -> str:
        return (
            f"; {self.title()}\n"
            "; Times are in UTC. A transaction is dated by the latest time so far, and bears its own.\n\n"
            "commodity points\n    format 1000.00 points\n\n"
            "account equity:opening\n"
        )

    def accounts(self, states: list[AccountAfter], day: date) -> str:
        return "".join(f"account {self.name(state.number, state.kind, state.owner)}\n" for state in states)

    def brought_forward(self, states: list[AccountAfter], day: date) -> str:
        held = self.balances(states)
        postings = "".join(self.posting(name, balance, balance) for name, balance in held)
        whole = self.posting("equity:opening", -sum(balance for _, balance in held), None)
        return f"\n{day - _DAY} brought forward\n{postings}{whole}"

    def transfer(self, act: TransferRow, day: date) -> str:
        facts = ", ".join(f"{name}:{value}" for name, value in _facts(act).items())
        return f"\n{day} ({act.number}) {_safe(act.kind)}  ; {facts}\n"

    def posting(self, name: str, amount: int, balance: int | None) -> str:
        asserted = "" if balance is None else f" = {points(balance)} points"
        return f"    {name}  {points(amount)} points{asserted}\n"

    def end_of(self, day: date) -> str:
        return ""

    def closing(self, states: list[AccountAfter], day: date) -> str:
        held = self.balances(states)
        postings = "".join(self.posting(name, 0, balance) for name, balance in held)
        return f"\n{day} closing balances\n{postings}" if held else ""

    def name(self, number: int, kind: str, owner: int) -> str:
        return ":".join(_parts(number, kind, owner))


class _Beancount(_Form):
    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._touched: dict[str, int] = {}

    def header(self, day: date) -> str:
        # A player's journal names other people's accounts as it meets them.
        plugin = 'plugin "beancount.plugins.auto_accounts"\n' if self.scope.selection.player else ""
        return (
            f"; {self.title()}\n"
            "; Times are in UTC. A transaction is dated by the latest time so far, and bears its own.\n\n"
            f'option "title" "Crux, server {self.scope.guild}"\noption "operating_currency" "POINTS"\n{plugin}'
            f"\n{day - _DAY} commodity POINTS\n{day - _DAY} open Equity:Opening POINTS\n"
        )

    def accounts(self, states: list[AccountAfter], day: date) -> str:
        names = (self.name(state.number, state.kind, state.owner) for state in states)
        return "".join(f"{day - _DAY} open {name} POINTS\n" for name in names)

    def brought_forward(self, states: list[AccountAfter], day: date) -> str:
        held = self.balances(states)
        postings = "".join(self._line(name, balance) for name, balance in held)
        whole = self._line("Equity:Opening", -sum(balance for _, balance in held))
        return f'\n{day - _DAY} * "brought forward"\n{postings}{whole}\n{self._assert(held, day)}'

    def transfer(self, act: TransferRow, day: date) -> str:
        facts = "".join(
            f"  {name}: {value}\n" if isinstance(value, int) else f'  {name}: "{value}"\n'
            for name, value in _facts(act).items()
        )
        return f'\n{day} * "{_safe(act.kind)}"\n  transfer: {act.number}\n{facts}'

    def posting(self, name: str, amount: int, balance: int | None) -> str:
        if balance is not None:
            self._touched.pop(name, None)  # so that what moved last stands last
            self._touched[name] = balance
            if len(self._touched) > TOUCHED:
                del self._touched[next(iter(self._touched))]
        return self._line(name, amount)

    def end_of(self, day: date) -> str:
        asserted = self._assert(list(self._touched.items()), day + _DAY)
        self._touched.clear()
        return f"\n{asserted}"

    def closing(self, states: list[AccountAfter], day: date) -> str:
        return "\n" + self._assert(self.balances(states), day + _DAY)

    def name(self, number: int, kind: str, owner: int) -> str:
        root = "Equity" if kind == "mint" else "Assets"
        return ":".join([root, *(part.capitalize() for part in _parts(number, kind, owner))])

    def _line(self, name: str, amount: int) -> str:
        return f"  {name}  {points(amount)} POINTS\n"

    def _assert(self, held: list[tuple[str, int]], day: date) -> str:
        # Without a tolerance beancount would let a difference of one minor unit pass.
        return "".join(f"{day} balance {name}  {points(balance)} ~ 0 POINTS\n" for name, balance in held)
