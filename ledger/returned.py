"""A person who had themselves deleted and came back: what comes with them (RULES A4 to A6, E4).

A deleted person leaves a keyed digest of their id with the number they had, for a year. Every press brings the
id, and so tells which numbers were theirs. For these they get no grant again. What those owe is moved to the number
they have now, and what those gave away counts.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money, schema
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param, params
from ledger.transfers import DEBT, post
from ledger.types import to_us


@dataclass(frozen=True, slots=True)
class KeptIdentity:
    """What tells that a person was a player of this book: the number they had, until when it is kept."""

    player: int
    until_us: int


_g, _n = param("g"), param("n")
_forgotten = schema.forgotten.c
_players = schema.players.c
_accounts = schema.accounts.c
_KEPT = (
    sa.select(_forgotten.player, _forgotten.salt, _forgotten.digest, _forgotten.until_us)
    .where(in_guild(_forgotten), _forgotten.until_us > param("now"))
    .order_by(_forgotten.player)
)
_DIGEST = sa.select(_forgotten.salt, _forgotten.digest).where(
    in_guild(_forgotten), _forgotten.player == _n, _forgotten.until_us > param("now")
)
_KEPT_ALL = (
    sa.select(_forgotten.player, _forgotten.salt, _forgotten.digest)
    .where(in_guild(_forgotten))
    .order_by(_forgotten.player)
)
_LATER = (
    sa.select(_players.number, _players.discord_id)
    .where(in_guild(_players), _players.number > _n, _players.discord_id.is_not(None))
    .order_by(_players.number)
)
_WALLET = Compiled(
    sa.select(_accounts.number, _accounts.balance, _accounts.entries).where(
        in_guild(_accounts), _accounts.kind == sa.literal_column("'wallet'"), _accounts.owner == _n
    )
)
_GONE = (
    sa.select(_accounts.owner)
    .join(schema.players, (_players.guild_id == _accounts.guild_id) & (_players.number == _accounts.owner))
    .where(
        in_guild(_accounts),
        _accounts.number.in_(params("numbers")),
        _accounts.kind == sa.literal_column("'wallet'"),
        _accounts.balance != sa.literal_column("0"),
        _players.discord_id.is_(None),
    )
    .order_by(_accounts.owner)
)
_own = schema.entries.alias("own").c
_other = schema.entries.alias("other").c
_from = schema.accounts.alias("from_wallet").c
_to = schema.accounts.alias("to_wallet").c
_transfers = schema.transfers.c
_moved = sa.func.sum(_own.amount)
_MOVED = (
    sa.select(_to.owner, _moved)
    .where(
        in_guild(_from),
        _from.kind == sa.literal_column("'wallet'"),
        _from.owner == _n,
        in_guild(_own),
        _own.account == _from.number,
        _own.account_seq > sa.literal_column("0"),  # by account, not through the whole book
        in_guild(_transfers),
        _transfers.number == _own.transfer,
        _transfers.kind == sa.literal_column(f"'{DEBT}'"),
        in_guild(_other),
        _other.transfer == _own.transfer,
        _other.account != _own.account,
        in_guild(_to),
        _to.number == _other.account,
    )
    .group_by(_to.owner)
    .having(_moved > sa.literal_column("0"))
    .order_by(_to.owner)
)


def digest(person: int, salt: bytes) -> bytes:
    """Return what is kept of a deleted person's id."""
    return hashlib.blake2b(str(person).encode(), key=salt, digest_size=32).digest()


def kept(tx: Connection, guild: int, person: int, now: datetime) -> list[KeptIdentity]:
    """Return the numbers that this person had before they had themselves deleted, as far as a digest still tells."""
    return [
        KeptIdentity(row.player, row.until_us)
        for row in tx.execute(_KEPT, {"g": guild, "now": to_us(now)})
        if hmac.compare_digest(digest(person, row.salt), row.digest)
    ]


def until_us(tx: Connection, guild: int, person: int, now: datetime) -> int | None:
    """Return until when this person gets nothing that comes once: the end of the newest digest; None without one."""
    return max((one.until_us for one in kept(tx, guild, person, now)), default=None)


def kept_of(tx: Connection, guild: int, number: int, now: datetime) -> list[KeptIdentity]:
    """Return the same for a person who has a number now."""
    person = accounts.discord_id(tx, guild, number)
    return [] if person is None else kept(tx, guild, person, now)


def any_kept(tx: Connection, guild: int) -> bool:
    """Return whether a server keeps any digest."""
    return tx.execute(_KEPT_ALL.limit(1), {"g": guild}).first() is not None


def numbers(tx: Connection, guild: int, number: int) -> list[int]:
    """Return a player's number, and those they had before they had themselves deleted, as far as digests are there.

    Rights and limits ask this: a digest that is still there tells, also one whose year has just ended.
    """
    person = accounts.discord_id(tx, guild, number)
    if person is None:
        return [number]
    former = [
        row.player
        for row in tx.execute(_KEPT_ALL, {"g": guild})
        if hmac.compare_digest(digest(person, row.salt), row.digest)
    ]
    return [number, *former]


def wallets(tx: Connection, wallet: Account, now: datetime) -> list[Account]:
    """Return a person's wallet, and those they had before."""
    former = kept_of(tx, wallet.guild, accounts.state(tx, wallet).owner, now)
    return [wallet, *(accounts.wallet(tx, wallet.guild, one.player) for one in former)]


def gone(tx: Connection, guild: int, numbers: list[int]) -> list[int]:
    """Return the deleted players whose wallets, among these accounts, hold or owe something."""
    return list(tx.execute(_GONE, {"g": guild, "numbers": numbers}).scalars())


def bring(tx: Connection, guild: int, person: int, number: int, now: datetime) -> int:
    """Move what a person owes under earlier numbers to the one they have now; minor units."""
    return sum(_move(tx, guild, one.player, number, now) for one in kept(tx, guild, person, now))


def follow(tx: Connection, guild: int, number: int, now: datetime) -> int:
    """Let what a deleted number owes, or was given back, follow the person, if they are here again.

    A void or a reversal may collect from it long after its owner went. What an opposite entry puts back on it goes to
    the number that the debt was moved to.

    Returns:
        The number the person has now, or the same number if they are not here.
    """
    if accounts.discord_id(tx, guild, number) is not None:
        return number
    for carrier, moved in tx.execute(_MOVED, {"g": guild, "n": number}).all():
        _give_back(tx, guild, number, carrier, int(moved), now)
    successor = _successor(tx, guild, number, now)
    if successor is None:
        return number
    _move(tx, guild, number, successor, now)
    return successor


def moved(tx: Connection, guild: int, number: int) -> int:
    """Return how much that a deleted number owed was moved to the numbers its owner had later, and wasn't given back
    since; minor units. What this number gets pays that first, as it would have paid the debt."""
    return sum(int(amount) for _, amount in tx.execute(_MOVED, {"g": guild, "n": number}).all())


def _give_back(tx: Connection, guild: int, number: int, carrier: int, moved: int, now: datetime) -> None:
    wallet, balance, key = _standing(tx, guild, number)
    back = min(balance, moved, money.MOST)
    if back > 0:
        to = accounts.wallet(tx, guild, carrier)
        post(tx, guild=guild, key=key, kind=DEBT, amounts={wallet: -back, to: back}, now=now)
        follow(tx, guild, carrier, now)
        if accounts.discord_id(tx, guild, carrier) is None:
            _pass_on(tx, guild, carrier, now)


def _pass_on(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Empty the wallet of a number that is gone too: its owner paid the debt, so it goes to the number that they have
    now, or to the house (E4)."""
    wallet, balance, key = _standing(tx, guild, number)
    left = min(balance, money.MOST)
    if left > 0:
        heir = _successor(tx, guild, number, now)
        to = accounts.house(guild) if heir is None else accounts.wallet(tx, guild, heir)
        post(tx, guild=guild, key=key, kind=DEBT, amounts={wallet: -left, to: left}, now=now)


def _move(tx: Connection, guild: int, number: int, to: int, now: datetime) -> int:
    """Move what one number owes to another; how much. A second time finds nothing."""
    wallet, balance, key = _standing(tx, guild, number)
    debt = min(-balance, money.MOST)
    if debt <= 0 or number == to:
        return 0
    amounts = {accounts.wallet(tx, guild, to): -debt, wallet: debt}
    post(tx, guild=guild, key=key, kind=DEBT, amounts=amounts, now=now)
    return debt


def _standing(tx: Connection, guild: int, number: int) -> tuple[Account, int, str]:
    """A number's wallet, what it holds, and the key of the debt that moves next: once for this state."""
    row = _WALLET.row(tx, g=guild, n=number)
    assert row is not None, number
    return Account(guild, row[0]), row[1], f"debt:{number}:{row[2]}"


def _successor(tx: Connection, guild: int, number: int, now: datetime) -> int | None:
    """The number that a deleted player has now; None if they are not here, or their digest is gone."""
    left = tx.execute(_DIGEST, {"g": guild, "n": number, "now": to_us(now)}).first()
    if left is None:
        return None
    for row in tx.execute(_LATER, {"g": guild, "n": number}).all():
        if hmac.compare_digest(digest(row.discord_id, left.salt), left.digest):
            return row.number
    return None
