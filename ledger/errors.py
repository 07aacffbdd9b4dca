"""What the ledger refuses, and what can be wrong with the place it is stored in.

    LedgerError
    ├── Refused                 ordinary: nothing happened, and the facts say why
    │   ├── BadAmount  BadKey  BadWords  Unbalanced  CrossGuild
    │   ├── UnknownGuild  UnknownPlayer  UnknownAccount  UnknownTransfer
    │   ├── InsufficientFunds  BalanceTooLarge  AccountEnded  AlreadyReversed  NotReversible  NotYours
    │   ├── KeyReused  AlreadyDone
    │   ├── GrantRefused  BadSetting
    │   └── Busy  Closed  ReadTooLong
    └── StorageError            the database itself: for the operator
        ├── BadUrl  NotThere  NotADatabase  NotOurs  NotMigrated  NewerThanCode  NotABook
        ├── ReadOnly  HeldByAnother  DiskFull  Unreachable  OldSqlite
        ├── AlreadyThere  OtherTool
        └── BadFolder  BookExists  BookDamaged

A refusal carries facts as attributes; `bot.words` finds the words for a person. `str()` of each is one plain
sentence all the same, for the command line and the log.
"""

from pathlib import Path
from typing import Any


class LedgerError(Exception):
    """Root of all that this room raises on purpose."""


# --- refusals ---------------------------------------------------------------------------------


class Refused(LedgerError):
    """An ordinary no. Nothing was changed."""


class BadAmount(Refused):
    """Not a whole number of minor units from 1 to 10^15 (RULES A2)."""

    def __init__(self, given: object, why: str) -> None:
        self.given, self.why = given, why
        super().__init__(f"{_shown(given)} is not an amount: {why}.")


class BadKey(Refused):
    """A transfer's key or kind is empty, too long, or holds characters that a key may not hold."""

    def __init__(self, given: object) -> None:
        self.given = given
        super().__init__(f"{_shown(given)} can't be a key: use 1 to 120 of a-z A-Z 0-9 . _ : / -")


class BadWords(Refused):
    """A note is empty, over 4,000 characters, or holds what no database stores (NUL, half a surrogate pair)."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"This note can't be kept: {why}.")


class Unbalanced(Refused):
    """Fewer than two entries or more than 200, an entry of zero, or a sum that is not zero."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The entries of a transfer must sum to zero: {why}.")


class CrossGuild(Refused):
    """An account of one server in another server's transfer (RULES A1)."""

    def __init__(self, guild: int, other: int) -> None:
        self.guild, self.other = guild, other
        super().__init__(f"A transfer stays in one server: book {guild}, account of {other}.")


class UnknownGuild(Refused):
    def __init__(self, guild: int) -> None:
        self.guild = guild
        super().__init__(f"There is no book for server {guild}.")


class UnknownPlayer(Refused):
    def __init__(self, guild: int, player: int | None = None) -> None:
        self.guild, self.player = guild, player
        who = "this person" if player is None else f"player {player}"
        super().__init__(f"The book of server {guild} does not know {who}.")


class UnknownAccount(Refused):
    def __init__(self, guild: int, account: int) -> None:
        self.guild, self.account = guild, account
        super().__init__(f"The book of server {guild} has no account {account}.")


class UnknownTransfer(Refused):
    def __init__(self, guild: int, transfer: int) -> None:
        self.guild, self.transfer = guild, transfer
        super().__init__(f"The book of server {guild} has no transfer {transfer}.")


class InsufficientFunds(Refused):
    """An account holds less than a transfer would take; `balance` and `needed` are minor units."""

    def __init__(self, guild: int, account: int, balance: int, needed: int) -> None:
        self.guild, self.account, self.balance, self.needed = guild, account, balance, needed
        super().__init__(f"Account {account} holds {balance} minor units and {needed} are needed.")


class BalanceTooLarge(Refused):
    """An account would hold, or owe, more than 10^18 minor units."""

    def __init__(self, guild: int, account: int, balance: int, amount: int) -> None:
        self.guild, self.account, self.balance, self.amount = guild, account, balance, amount
        super().__init__(
            f"Account {account} holds {balance} minor units: {amount} more is beyond the book's limit."
        )


class AccountEnded(Refused):
    """An escrow, reserve or bond whose claim has ended takes no more entries."""

    def __init__(self, guild: int, account: int) -> None:
        self.guild, self.account = guild, account
        super().__init__(f"Account {account} has ended and takes no more entries.")


class AlreadyReversed(Refused):
    def __init__(self, guild: int, transfer: int, by: int) -> None:
        self.guild, self.transfer, self.by = guild, transfer, by
        super().__init__(f"Transfer {transfer} was already reversed by transfer {by}.")


class NotReversible(Refused):
    def __init__(self, guild: int, transfer: int) -> None:
        self.guild, self.transfer = guild, transfer
        super().__init__(f"Transfer {transfer} is a reversal: post a new transfer instead.")


class KeyReused(Refused):
    """The key was used before, for something else."""

    def __init__(self, guild: int, key: str) -> None:
        self.guild, self.key = guild, key
        super().__init__(f"Key {key!r} was already used for something else.")


class AlreadyDone(Refused):
    """The very same request was carried out before; `answer` is what it answered then."""

    def __init__(self, guild: int, key: str, answer: Any) -> None:
        self.guild, self.key, self.answer = guild, key, answer
        super().__init__(f"Key {key!r} was already carried out.")


class GrantRefused(Refused):
    """Points that a rule keeps back (A5 to A7): `rule` names it, `facts` are what the words need."""

    def __init__(self, rule: str, why: str, **facts: int | str) -> None:
        self.rule, self.why, self.facts = rule, why, facts
        super().__init__(f"{why} (rule {rule}).")


class BadSetting(Refused):
    """A setting that its room doesn't allow; `name` is the setting's."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"{name} can't be set so: {why}.")


class Busy(Refused):
    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        super().__init__(f"{waiting} others are waiting: busy, nothing happened. Try again in a moment.")


class Closed(Refused):
    def __init__(self) -> None:
        super().__init__("The database is closing: nothing happened.")


class ReadTooLong(Refused):
    def __init__(self, limit_ms: int) -> None:
        self.limit_ms = limit_ms
        super().__init__(f"The read took longer than {limit_ms} ms and was cut off.")


# --- the place where books are kept -----------------------------------------------------------


class StorageError(LedgerError):
    """Something is wrong with the database, not with the request."""


class BadUrl(StorageError):
    def __init__(self, shown: str) -> None:
        super().__init__(
            f"{shown!r} is not a database address: use sqlite:///path/to/crux.db or postgresql://..."
        )


class NotThere(StorageError):
    def __init__(self, shown: str) -> None:
        super().__init__(f"There is no {shown}: `crux migrate` makes it.")


class NotADatabase(StorageError):
    def __init__(self, shown: str) -> None:
        super().__init__(f"{shown} is not a database, or is damaged. Nothing was written to it.")


class NotOurs(StorageError):
    """A database with tables of another program."""

    def __init__(self, shown: str, table: str) -> None:
        self.table = table
        super().__init__(
            f"{shown} holds a table {table!r} that isn't Crux's: give Crux one of its own. Nothing was written."
        )


class NotABook(StorageError):
    """A folder that is given to import does not hold one guild's whole export, or its rows disagree."""


class NotMigrated(StorageError):
    def __init__(self, shown: str, found: str | None, wanted: str) -> None:
        self.found, self.wanted = found, wanted
        super().__init__(f"{shown} is at version {found or 'none'}, Crux needs {wanted}: run `crux migrate`.")


class NewerThanCode(StorageError):
    def __init__(self, shown: str, found: str, wanted: str) -> None:
        self.found, self.wanted = found, wanted
        super().__init__(
            f"{shown} is at version {found}, newer than this Crux ({wanted}): upgrade Crux. Nothing was written."
        )


class ReadOnly(StorageError):
    def __init__(self, shown: str) -> None:
        super().__init__(f"{shown} can't be written to: check its permissions and those of its folder.")


class HeldByAnother(StorageError):
    def __init__(self, shown: str) -> None:
        super().__init__(f"{shown} is held by another process: stop it first, or wait until it is done.")


class DiskFull(StorageError):
    def __init__(self, shown: str) -> None:
        super().__init__(f"The disk that holds {shown} is full: nothing was lost, free some space.")


class Unreachable(StorageError):
    def __init__(self, shown: str, why: str) -> None:
        super().__init__(f"{shown} can't be reached: {why}.")


class OldSqlite(StorageError):
    def __init__(self, found: tuple[int, ...], wanted: tuple[int, ...]) -> None:
        self.found, self.wanted = found, wanted
        have, need = (".".join(map(str, version)) for version in (found, wanted))
        super().__init__(
            f"This Python comes with SQLite {have}, Crux needs {need} or newer: use a newer Python."
        )


class AlreadyThere(StorageError):
    """Something stands where a file or a folder was to be made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"There is already something at {path}: nothing is overwritten.")


class BadFolder(StorageError):
    """A folder of exports can't be read or written."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path} can't be used: {why}.")


class BookExists(StorageError):
    """An import would meet a book of the same server; books are never merged."""

    def __init__(self, guild: int) -> None:
        self.guild = guild
        super().__init__(f"There is already a book of server {guild}: nothing was imported.")


class BookDamaged(StorageError):
    """Rows of a book can't be what was ever written."""

    def __init__(self, guild: int) -> None:
        self.guild = guild
        super().__init__(f"The book of server {guild} is damaged: `crux verify` says where.")


class OtherTool(StorageError):
    """The database comes with a better tool for this; `command` is what to run."""

    def __init__(self, shown: str, command: str) -> None:
        self.command = command
        super().__init__(f"{shown} is on PostgreSQL, which has its own tool for this; run: {command}")


def _shown(given: object) -> str:
    try:
        text = repr(given)
    except ValueError:  # Python won't write out a whole number of more than 4,300 digits
        return "a number that long"
    return text if len(text) <= 40 else text[:37] + "..."
