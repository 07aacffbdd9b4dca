"""Books, players and accounts: who there is and where points can lie.

Every function here takes the transaction it works in. Only `transfers` moves what an account holds.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import hash_chain, schema
from ledger.compiled import Compiled, in_guild, insert_if_new, param
from ledger.errors import AccountEnded, InsufficientFunds, UnknownAccount, UnknownGuild, UnknownPlayer
from ledger.types import fits, to_us


class Account(NamedTuple):
    """An account, named so that a player's number or another server's account can't be taken for it."""

    guild: int
    number: int


_g, _n = param("g"), param("n")
_ADVANCE = {
    counter: Compiled(
        sa.update(schema.books)
        .where(in_guild(schema.books.c))
        .values({counter: schema.books.c[counter] + sa.literal_column("1")})
        .returning(schema.books.c[counter])
    )
    for counter in ("players", "accounts")
}
_ADD_PLAYER = sa.insert(schema.players)
_ADD_ACCOUNT = Compiled(sa.insert(schema.accounts))
_FIND_PLAYER = Compiled(
    sa.select(schema.players.c.number, schema.accounts.c.number.label("wallet"))
    .join_from(
        schema.players,
        schema.accounts,
        (schema.accounts.c.guild_id == schema.players.c.guild_id)
        & (schema.accounts.c.kind == sa.literal_column("'wallet'"))
        & (schema.accounts.c.owner == schema.players.c.number),
    )
    .where(in_guild(schema.players.c), schema.players.c.discord_id == param("d"))
)
_FIND_WALLET = Compiled(
    sa.select(schema.accounts.c.number).where(
        in_guild(schema.accounts.c),
        schema.accounts.c.kind == sa.literal_column("'wallet'"),
        schema.accounts.c.owner == _n,
    )
)
_FIND_PERSON = sa.select(schema.players.c.discord_id).where(
    in_guild(schema.players.c), schema.players.c.number == _n
)
_STATE = Compiled(
    sa.select(
        schema.accounts.c.kind, schema.accounts.c.owner, schema.accounts.c.balance, schema.accounts.c.ended_by
    ).where(in_guild(schema.accounts.c), schema.accounts.c.number == _n)
)
_LAST_TRANSFER = sa.func.coalesce(
    sa.select(schema.entries.c.transfer)
    .where(
        schema.entries.c.guild_id == schema.accounts.c.guild_id,
        schema.entries.c.account == schema.accounts.c.number,
        schema.entries.c.account_seq == schema.accounts.c.entries,
    )
    .scalar_subquery(),
    schema.NEVER_USED,
)
_END = (
    sa.update(schema.accounts)
    .where(
        in_guild(schema.accounts.c),
        schema.accounts.c.number == _n,
        schema.accounts.c.balance == 0,
        schema.accounts.c.ended_by.is_(None),
    )
    .values(ended_by=_LAST_TRANSFER)
)
_REOPEN = (
    sa.update(schema.accounts)
    .where(in_guild(schema.accounts.c), schema.accounts.c.number == _n)
    .values(ended_by=None)
)
_OPEN_BOOK = insert_if_new(schema.books)


def mint(guild: int) -> Account:
    """Return the account where points come from: below zero by what is in circulation."""
    return Account(guild, 1)


def house(guild: int) -> Account:
    """Return the server's own account."""
    return Account(guild, 2)


@dataclass(frozen=True, slots=True)
class OpenBook:
    """Asks for a server's book to exist."""

    guild: int


@dataclass(frozen=True, slots=True)
class Player:
    """A person in one server's book: the number the books use, and the wallet."""

    guild: int
    number: int
    wallet: Account


@dataclass(frozen=True, slots=True)
class AccountState:
    """What an account is and holds just now; `balance` in minor units."""

    account: Account
    kind: str
    owner: int
    balance: int
    ended: bool


def open_book(tx: Connection, request: OpenBook, now: datetime) -> bool:
    """Make a server's book, with its mint and its house, if it isn't there. Runs through `db.background`.

    Returns:
        True if the book is new.
    """
    row = {"guild_id": request.guild, "transfers": 0, "accounts": 2, "players": 0, "head": hash_chain.GENESIS}
    made = tx.execute(_OPEN_BOOK, row).rowcount
    if made:
        rows = [_account(request.guild, number, kind, 0) for number, kind in ((1, "mint"), (2, "house"))]
        _ADD_ACCOUNT.many(tx, rows)
    return bool(made)


def join(tx: Connection, guild: int, discord_id: int, now: datetime) -> Player:
    """Find the player that a person is in this book, made with an empty wallet if there is none yet."""
    try:
        return player(tx, guild, discord_id)
    except UnknownPlayer:
        number = _next(tx, guild, "players")
        row = {"guild_id": guild, "number": number, "discord_id": discord_id, "joined_us": to_us(now)}
        tx.execute(_ADD_PLAYER, row)
        return Player(guild, number, open_account(tx, guild, kind="wallet", owner=number))


def player(tx: Connection, guild: int, discord_id: int) -> Player:
    """Find the player that a person is in this book.

    Raises:
        UnknownPlayer: They have no wallet here, or had themselves deleted.
    """
    row = _FIND_PLAYER.row(tx, g=guild, d=discord_id) if fits(discord_id) else None
    if row is None:
        raise UnknownPlayer(guild)
    return Player(guild, row[0], Account(guild, row[1]))


def wallet(tx: Connection, guild: int, number: int) -> Account:
    """Return the wallet of a player by number, also of one who left or was deleted.

    Raises:
        UnknownPlayer: The book has no such number.
    """
    row = _FIND_WALLET.row(tx, g=guild, n=number) if fits(number) else None
    if row is None:
        raise UnknownPlayer(guild, number)
    return Account(guild, row[0])


def discord_id(tx: Connection, guild: int, number: int) -> int | None:
    """Return who a player number is; None after deletion or for a number that never was."""
    return tx.execute(_FIND_PERSON, {"g": guild, "n": number}).scalar()


def open_account(tx: Connection, guild: int, *, kind: str, owner: int = 0) -> Account:
    """Open a new empty account. An escrow has no owner; a reserve or a bond has the player whose points it holds.

    Raises:
        UnknownGuild: There is no such book.
    """
    assert kind in schema.KINDS[2:], kind
    number = _next(tx, guild, "accounts")
    _ADD_ACCOUNT.execute(tx, **_account(guild, number, kind, owner))
    return Account(guild, number)


def end(tx: Connection, account: Account) -> None:
    """Close an escrow, reserve or bond for good: it must be exactly zero, and takes no entry from now on (A3).

    Raises:
        InsufficientFunds: Points are left in it (`needed` is 0).
        AccountEnded: It has ended before.
    """
    ended = tx.execute(_END, {"g": account.guild, "n": account.number}).rowcount
    if not ended:
        found = state(tx, account)
        if found.ended:
            raise AccountEnded(*account)
        raise InsufficientFunds(*account, found.balance, 0)


def reopen(tx: Connection, account: Account) -> None:
    """Let an ended account take entries again: the reversal of a payout puts points back into its escrow."""
    tx.execute(_REOPEN, {"g": account.guild, "n": account.number})


def state(tx: Connection, account: Account) -> AccountState:
    """Return what an account is and holds.

    Raises:
        UnknownAccount: It is not in its guild's book.
    """
    known = fits(account.guild) and fits(account.number)
    row = _STATE.row(tx, g=account.guild, n=account.number) if known else None
    if row is None:
        raise UnknownAccount(*account)
    kind, owner, balance, ended_by = row
    return AccountState(account, kind, owner, balance, ended_by is not None)


def _account(guild: int, number: int, kind: str, owner: int) -> dict[str, object]:
    return {
        "guild_id": guild,
        "number": number,
        "kind": kind,
        "owner": owner,
        "balance": 0,
        "entries": 0,
        "ended_by": None,
        "seal": hash_chain.seal(guild, number, kind, owner),
    }


def _next(tx: Connection, guild: int, counter: str) -> int:
    row = _ADVANCE[counter].row(tx, g=guild)
    if row is None:
        raise UnknownGuild(guild)
    return row[0]
