"""post() and reverse(): the only writers of money.

A transfer is two or more entries that sum to zero, under a key that works once. Everything is decided by the
database inside the caller's transaction: each balance moves by one conditional UPDATE whose returned row is
checked, and a refusal rolls all of it back.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import hash_chain, money, schema
from ledger.accounts import Account, state
from ledger.compiled import Compiled, in_guild, insert_if_new, param
from ledger.errors import (
    AccountEnded,
    AlreadyReversed,
    BadAmount,
    BadKey,
    BadWords,
    BalanceTooLarge,
    CrossGuild,
    InsufficientFunds,
    KeyReused,
    NotReversible,
    Refused,
    Unbalanced,
    UnknownAccount,
    UnknownGuild,
    UnknownTransfer,
)
from ledger.types import Salt, Whole, fits, to_us
from ledger.types import key as checked

REVERSAL, VOID = "reversal", "void"

DEBT = "debt"
"""What a deleted person owed, moved to the number they have since they came back (RULES E4)."""

MOST_ENTRIES = 200
"""Of one transfer; longer work is cut into several, each under a key of its own."""

MOST_WORDS = 4_000

_KIND = re.compile(r"[a-z][a-z0-9_.]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """A note that goes with a transfer, and the 16 random bytes that its digest is salted with."""

    text: str
    salt: Salt


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer that now stands: its number in its book, its digest in hex, and each account's new balance."""

    guild: int
    number: int
    digest: str
    balances: dict[int, int]


_g, _n, _amount = param("g"), param("n"), param("amount")
_accounts = schema.accounts.c
_after = _accounts.balance + _amount
_BOOK = Compiled(sa.select(schema.books.c.transfers, schema.books.c.head).where(in_guild(schema.books.c)))
_ADD_TRANSFER = Compiled(insert_if_new(schema.transfers, "guild_id", "key"))
_ADD_ENTRIES = Compiled(sa.insert(schema.entries))
_ADD_NOTE = sa.insert(schema.notes)
_ADVANCE = Compiled(
    sa.update(schema.books)
    .where(in_guild(schema.books.c))
    .values(transfers=param("number"), head=param("head"))
)
_reversal = schema.transfers.alias()
_FIND_TRANSFER = (
    sa.select(schema.transfers.c.kind, _reversal.c.number.label("reversed_by"))
    .outerjoin(
        _reversal,
        (_reversal.c.guild_id == schema.transfers.c.guild_id)
        & (_reversal.c.reverses == schema.transfers.c.number),
    )
    .where(in_guild(schema.transfers.c), schema.transfers.c.number == _n)
)
_FIND_LINES = (
    sa.select(schema.entries.c.account, schema.entries.c.amount)
    .where(in_guild(schema.entries.c), schema.entries.c.transfer == _n)
    .order_by(schema.entries.c.line)
)


def post(
    tx: Connection,
    *,
    guild: int,
    key: str,
    kind: str,
    amounts: Mapping[Account, int],
    now: datetime,
    actor: int = 0,
    note: Words | None = None,
) -> Posted:
    """Move points between accounts of one book, all of it or nothing, even where a unit goes on after a refusal.

    Args:
        amounts: Minor units added to each account, negative where they are taken; they sum to zero.
        kind: What the movement is, in a word of the house's own; `reversal` belongs to `reverse`. Only `void`
            may leave a wallet below zero (RULES A4), and `debt`, which moves what was below zero already.
        actor: The number of the player who asked, 0 for Crux itself.

    Raises:
        Unbalanced, CrossGuild, BadAmount, BadKey, BadWords: The transfer is not one.
        UnknownGuild, UnknownAccount, AccountEnded: There is nowhere to move points from or to.
        InsufficientFunds, BalanceTooLarge: An account holds less than it would give, or would hold too much.
        KeyReused: The key stands already, under this or another body.
    """
    if kind == REVERSAL:
        raise BadKey(kind)
    return _post(tx, guild, key, kind, amounts, now, actor=actor, note=note, reverses=None)


def reverse(
    tx: Connection,
    *,
    guild: int,
    key: str,
    transfer: int,
    now: datetime,
    actor: int = 0,
    note: Words | None = None,
) -> Posted:
    """Undo a transfer by its exact opposite, once. May leave a wallet or the house below zero: a debt.

    Raises:
        UnknownTransfer: The book has no such transfer.
        AlreadyReversed: It was undone before; `by` names the reversal.
        NotReversible: It is itself a reversal; post a new transfer instead.
        InsufficientFunds: An escrow, reserve or bond no longer holds what would be taken back.
    """
    found = tx.execute(_FIND_TRANSFER, {"g": guild, "n": transfer}).first() if fits(transfer) else None
    if found is None:
        raise UnknownTransfer(guild, transfer)
    if found.kind == REVERSAL:
        raise NotReversible(guild, transfer)
    if found.reversed_by is not None:
        raise AlreadyReversed(guild, transfer, found.reversed_by)
    lines = tx.execute(_FIND_LINES, {"g": guild, "n": transfer}).all()
    opposite = {Account(guild, line.account): -line.amount for line in lines}
    return _post(tx, guild, key, REVERSAL, opposite, now, actor=actor, note=note, reverses=transfer)


def _post(
    tx: Connection,
    guild: int,
    key: str,
    kind: str,
    amounts: Mapping[Account, int],
    now: datetime,
    *,
    actor: int,
    note: Words | None,
    reverses: int | None,
) -> Posted:
    _check(guild, key, kind, amounts)
    words = _digest_of(note) if note else None
    (last, before), at_us = _book(tx, guild), to_us(now)
    number = last + 1
    lines = _move_all(tx, amounts, kind)
    hashed = hash_chain.canonical(
        before=before,
        guild=guild,
        number=number,
        key=key,
        kind=kind,
        actor=actor,
        at_us=at_us,
        reverses=reverses,
        words=words,
        lines=lines,
    )
    digest = hash_chain.digest(hashed)
    added = _ADD_TRANSFER.execute(
        tx,
        guild_id=guild,
        number=number,
        format=hash_chain.FORMAT,
        key=key,
        kind=kind,
        actor=actor,
        at_us=at_us,
        reverses=reverses,
        words=words,
        digest=digest,
    )
    if not added:
        _move_back(tx, guild, lines)
        raise KeyReused(guild, key)
    _add_rows(tx, guild, number, lines, note)
    _advance(tx, guild, number, digest)
    return Posted(guild, number, digest.hex(), {line.account: line.balance_after for line in lines})


def _book(tx: Connection, guild: int) -> tuple[int, bytes]:
    """The number of a book's last transfer, and its digest."""
    book = _BOOK.row(tx, g=guild)
    if book is None:
        raise UnknownGuild(guild)
    return book[0], book[1]


def _add_rows(
    tx: Connection, guild: int, number: int, lines: Sequence[hash_chain.ChainEntry], note: Words | None
) -> None:
    """Write a transfer's entries, and its note."""
    _ADD_ENTRIES.many(tx, [_row(guild, number, place, line) for place, line in enumerate(lines, 1)])
    if note:
        row = {"guild_id": guild, "transfer": number, "words": note.text, "salt": note.salt, "erased": 0}
        tx.execute(_ADD_NOTE, row)


def _advance(tx: Connection, guild: int, number: int, head: bytes) -> None:
    """Put a book past its newest transfer."""
    advanced = _ADVANCE.execute(tx, g=guild, number=number, head=head)
    assert advanced == 1, "the book's row moved although it was locked"


def _check(guild: int, key: str, kind: str, amounts: Mapping[Account, int]) -> None:
    """What can be refused before the database is asked."""
    checked(key)
    if not _KIND.fullmatch(kind):
        raise BadKey(kind)
    if not 2 <= len(amounts) <= MOST_ENTRIES:
        raise Unbalanced(f"there are {len(amounts)}, and there may be 2 to {MOST_ENTRIES}")
    for account, amount in amounts.items():
        if account.guild != guild:
            raise CrossGuild(guild, account.guild)
        if not fits(account.number):
            raise UnknownAccount(*account)
        if type(amount) is not int:
            raise BadAmount(amount, "it must be a whole number of minor units")
        if not amount:
            raise Unbalanced("an entry of nothing")
        if not -money.MOST <= amount <= money.MOST:
            raise BadAmount(amount, f"the most that moves at once is {money.points(money.MOST)} points")
    if sum(amounts.values()):
        raise Unbalanced(f"they leave {sum(amounts.values())}")


def _digest_of(note: Words) -> bytes:
    assert len(note.salt) == 16, "salt and text must not run into each other"
    if not 1 <= len(note.text) <= MOST_WORDS or "\0" in note.text:
        raise BadWords(f"it has 1 to {MOST_WORDS} characters, none of them NUL")
    try:
        return hash_chain.words_digest(note.text, note.salt)
    except UnicodeEncodeError:
        raise BadWords("half a surrogate pair is not a character") from None


def _move_all(tx: Connection, amounts: Mapping[Account, int], kind: str) -> list[hash_chain.ChainEntry]:
    """Add each amount to its account, or none of them: a unit may go on after a refusal."""
    lines: list[hash_chain.ChainEntry] = []
    try:
        for account, amount in amounts.items():
            lines.append(_move(tx, account, amount, kind))
    except Refused:
        _move_back(tx, next(iter(amounts)).guild, lines)
        raise
    return lines


def _move(tx: Connection, account: Account, amount: int, kind: str) -> hash_chain.ChainEntry:
    """Add `amount` to one account, if the account may give or hold it."""
    move = _PUT if amount > 0 else _TAKE.get(kind, _TAKE_ANY)
    moved = move.row(tx, g=account.guild, n=account.number, amount=amount)
    if moved is None:
        raise _refusal(tx, account, amount)
    return hash_chain.ChainEntry(moved[2], account.number, moved[3], amount, moved[0], moved[1])


def _refusal(tx: Connection, account: Account, amount: int) -> Refused:
    found = state(tx, account)  # raises UnknownAccount
    if found.ended:
        return AccountEnded(*account)
    if abs(found.balance + amount) > money.MOST_BALANCE:
        return BalanceTooLarge(*account, found.balance, amount)
    return InsufficientFunds(*account, found.balance, -amount)


def _move_back(tx: Connection, guild: int, lines: list[hash_chain.ChainEntry]) -> None:
    for line in reversed(lines):
        _MOVE_BACK.execute(tx, g=guild, n=line.account, amount=-line.amount)


def _row(guild: int, number: int, place: int, line: hash_chain.ChainEntry) -> dict[str, int]:
    return {
        "guild_id": guild,
        "transfer": number,
        "line": place,
        "account": line.account,
        "amount": line.amount,
        "balance_after": line.balance_after,
        "account_seq": line.account_seq,
    }


def _number(value: int) -> sa.ColumnElement[int]:
    """A constant, as part of a statement's text."""
    return sa.literal_column(str(value), Whole)


_MOVE = (
    sa.update(schema.accounts)
    .where(in_guild(_accounts), _accounts.number == _n, _accounts.ended_by.is_(None))
    .values(balance=_after, entries=_accounts.entries + _number(1))
    .returning(_accounts.balance, _accounts.entries, _accounts.kind, _accounts.owner)
)
_PUT = Compiled(_MOVE.where(_after <= _number(money.MOST_BALANCE)))
_MOVE_BACK = Compiled(
    sa.update(schema.accounts)
    .where(in_guild(_accounts), _accounts.number == _n)
    .values(balance=_after, entries=_accounts.entries - _number(1))
)


def _take(*overdrawn: str) -> Compiled:
    """Take points from an account that has them, or whose kind may go below zero for this transfer."""
    may = _accounts.kind.in_([sa.literal_column(f"'{kind}'") for kind in ("mint", *overdrawn)])
    least = sa.case((may, _number(-money.MOST_BALANCE)), else_=_number(0))
    return Compiled(_MOVE.where(_after >= least))


_TAKE_ANY = _take()
_TAKE = {VOID: _take("wallet"), DEBT: _take("wallet"), REVERSAL: _take("wallet", "house")}
