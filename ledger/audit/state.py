"""What an audit knows so far, and the words in which it says what is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger import hash_chain, schema
from ledger.transfers import DEBT, REVERSAL, VOID

MOST_PROBLEMS = 50
"""Of one guild: after so many its audit stops, since what follows is mostly their consequence."""

MOST_SEARCHES = 10
"""Walks through a whole table for a row that is missing, in one guild's audit."""

MINT, HOUSE = 1, 2

_KIND = re.compile(r"[a-z][a-z0-9_.]{0,39}", re.ASCII)
_MOST_KINDS = 1_000

FILE = 0
"""The guild of a problem that concerns the whole database."""


class Phrase(str):
    """Words of our own, which a problem may tell as they are."""


MISSING = Phrase("missing")

_MAY_OWE = {VOID: ("wallet",), DEBT: ("wallet",), REVERSAL: ("wallet", "house")}
"""Which accounts a kind of transfer may take below zero, apart from the mint (RULES A4, A7)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One difference between what a book says and what it must say.

    Attributes:
        guild: 0 where it concerns the database as a whole.
        transfer: The transfer it was found at; None where it is the guild's row or an account's.
        account: The account, where one is concerned.
        column: `table.column`; where it can't be told which of several, `table.one|another`.
        expected, found: Numbers, digests in hex, or a few words; never a text of the book's own.
    """

    guild: int
    transfer: int | None
    account: int | None
    column: str
    expected: int | str | None
    found: int | str | None

    def __str__(self) -> str:
        place = [f"Guild {self.guild}"] if self.guild else ["The database"]
        if self.transfer is not None:
            place.append(f"transfer {self.transfer}")
        if self.account is not None:
            place.append(f"account {self.account}")
        should, is_ = _worded(self.expected), _worded(self.found)
        return f"{', '.join(place)}: {self.column} should be {should} and is {is_}."


def _worded(value: int | str | None) -> str:
    return "empty" if value is None else str(value)


def shown(value: object) -> int | str | None:
    """Return a stored value as a problem may tell it: numbers and digests as they are, texts by their length."""
    if value is None or type(value) is int or (type(value) is str and value in schema.KINDS):
        return value
    if isinstance(value, Phrase):
        return str(value)
    if isinstance(value, bytes):
        return value.hex() if len(value) == 32 else f"{len(value)} bytes"
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    return f"a {type(value).__name__}"


class StoredAccount(NamedTuple):
    """An account as it is stored; `balance`, `entries` and `ended_by` as they are after the last transfer."""

    number: int
    kind: str
    owner: int
    balance: int
    entries: int
    ended_by: int | None
    seal: bytes


Standing = tuple[int, int, int]
"""Where an account stands after the transfers read so far: its balance, how many entries it has had, and the newest
transfer that touched it."""


@dataclass(slots=True)
class Walk:
    """A guild's book, rebuilt transfer by transfer.

    Attributes:
        guild: Whose book.
        accounts: Every account by number, with what was found wrong in its kind or owner put right.
        owners: Players whose wallet is among them.
        standing: Where each account stands; None where damage has made that unknown.
        booked: Whether there is a row of the book itself.
        counter: How many transfers there are, by the book's row.
        head: The newest digest, by the book's row.
        players: How many players there are.
        wanted: A digest that must occur in the chain, and whether it has.
        befores: What the digest before the next transfer may be: one in a sound book; two where either a digest or
            what it covers is damaged; none where a transfer is lost.
        reached: The last number that was read.
        end: The last transfer that was there, in its place.
        traced: How many transfers were read row by row.
        gap: The transfer before was missing.
        lost: Rows are missing, so that balances and sequences can no longer be followed everywhere.
        missing: Accounts whose row is missing or can't be used.
        explained: Rows in the wrong place that were recognised, as table and key.
        mended: Transfers that were put right, as they should be.
        torn: Tables whose ends couldn't be read, and why.
        unsure: Transfers of which it couldn't be told how they should be.
        strays: Entries that were found with a transfer that isn't theirs.
        searches: How often a whole table was searched for a missing row.
    """

    guild: int
    booked: bool = True
    counter: int = 0
    head: bytes | None = None
    players: int = 0
    wanted: bytes | None = None
    accounts: dict[int, StoredAccount] = field(default_factory=dict[int, StoredAccount])
    owners: set[int] = field(default_factory=set[int])
    standing: dict[int, Standing | None] = field(default_factory=dict[int, Standing | None])
    starts: dict[int, str] = field(default_factory=dict[int, str])
    befores: tuple[bytes, ...] = (hash_chain.GENESIS,)
    reached: int = 0
    end: int = 0
    entries: int = 0
    kinds: set[str] = field(default_factory=set[str])
    traced: int = 0
    gap: bool = False
    lost: bool = False
    searches: int = 0
    missing: set[int] = field(default_factory=set[int])
    explained: set[tuple[Any, ...]] = field(default_factory=set[tuple[Any, ...]])
    mended: dict[int, Any] = field(default_factory=dict[int, Any])
    torn: dict[str, Phrase] = field(default_factory=dict[str, Phrase])
    unsure: set[int] = field(default_factory=set[int])
    strays: list[Any] = field(default_factory=list[Any])
    problems: list[Problem] = field(default_factory=list[Problem])

    def add(self, account: StoredAccount) -> None:
        """Begin with an account, at nothing."""
        self.accounts[account.number] = account
        self.standing[account.number] = (0, 0, 0)
        try:
            self.starts[account.number] = hash_chain.line_start(account.kind, account.number, account.owner)
        except TypeError:
            self.missing.add(
                account.number
            )  # its kind is no text, which was said: no digest can be made with it

    @property
    def full(self) -> bool:
        """Whether enough was found to stop."""
        return len(self.problems) >= MOST_PROBLEMS

    def seen(self, digests: Sequence[bytes], last: int, entries: int) -> None:
        """Move past transfers whose digests are these."""
        if self.wanted is not None:
            self.meet(*digests)
        self.befores = tuple(digests[-1:])
        self.reached = self.end = last
        self.entries += entries

    def may_search(self) -> bool:
        """Return whether a whole table may be searched once more for what is missing, and counts it."""
        self.searches += 1
        return self.searches <= MOST_SEARCHES

    def meet(self, *digests: bytes) -> None:
        """Look for the digest that must occur in the chain."""
        if self.wanted in digests:
            self.wanted = None

    def knows(self, kinds: set[str]) -> bool:
        """Return whether these are kinds of transfer, each looked at once."""
        fresh = kinds - self.kinds
        if fresh:
            if not all(map(_KIND.fullmatch, fresh)):
                return False
            if len(self.kinds) < _MOST_KINDS:
                self.kinds |= fresh
        return True

    def report(
        self,
        column: str,
        expected: object,
        found: object,
        *,
        transfer: int | None = None,
        account: int | None = None,
    ) -> None:
        """Note a difference; values of the book are told by `shown`."""
        if not self.full:
            problem = Problem(self.guild, transfer, account, column, shown(expected), shown(found))
            self.problems.append(problem)


def overdraws(transfer_kind: str, account_kind: str, amount: int, after: int) -> bool:
    """Return whether an entry leaves an account below zero that it may not (A3, A4, A7)."""
    if after >= 0 or account_kind == "mint":
        return False
    if account_kind in schema.NEVER_NEGATIVE:
        return True
    return amount < 0 and account_kind not in _MAY_OWE.get(transfer_kind, ())


def note_fits(digest: object, text: Any, salt: Any, erased: object) -> bool:
    """Return whether a note is erased, or is the one whose salted digest its transfer has."""
    if erased == 1:
        return text is None and salt is None
    return erased == 0 and hash_chain.words_digest(text, salt) == digest
