"""People and their points, as a bot meets them: by Discord id, before it knows whether they have a wallet.

`enter` makes the wallet on a person's first press, `present` is a gift between two people, `forget` takes a person
out of the book and leaves the book whole (RULES A5, A6, E4).
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, issuance, returned, schema
from ledger.accounts import Account, Player
from ledger.compiled import Compiled, in_guild, param, params
from ledger.errors import GrantRefused
from ledger.transfers import Posted, post
from ledger.types import Salt, from_us, microseconds, to_us

FORFEIT = "forfeit"
"""A deleted person's wallet, to the house."""


@dataclass(frozen=True, slots=True)
class Enter:
    """A first press: `born` is when the Discord account was made, `waved` that a moderator let it through."""

    guild: int
    key: str
    person: int
    born: datetime
    waved: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """`started` is the starting balance in minor units, 0 if none was given this time; `again_us` says from when
    on a person who had themselves deleted can have another, `debt` what they owed and owe again since this press."""

    player: int
    started: int
    again_us: int | None = None
    debt: int = 0


@dataclass(frozen=True, slots=True)
class Meet:
    """A person whom another names, and who may not have pressed anything yet."""

    guild: int
    key: str
    person: int


@dataclass(frozen=True, slots=True)
class Present:
    """A gift between two people. `unsettled` is the giver's profit on claims that are not settled, which can't be
    given away."""

    guild: int
    key: str
    giver: int
    taker: int
    amount: int
    unsettled: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """A gift as its giver sees it; minor units."""

    transfer: int
    amount: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PersonAct:
    """A moderator's grant to a person or taking from one, or the funding of the house (`person` 0)."""

    guild: int
    key: str
    actor: int
    amount: int
    reason: str
    salt: Salt
    person: int = 0


@dataclass(frozen=True, slots=True)
class Acted:
    """An act that now stands: its transfer, and what moved."""

    transfer: int
    amount: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Asks for a person to be taken out of a server's book. The salt is 16 random bytes."""

    guild: int
    key: str
    person: int
    salt: Salt


@dataclass(frozen=True, slots=True)
class Gone:
    """What was left: `forfeited` went to the house, `debt` stays under the number and comes along if they return."""

    player: int
    forfeited: int
    debt: int


@dataclass(frozen=True, slots=True)
class Glance:
    """A person's wallet in one look. `started` says that they had their starting balance."""

    player: Player
    balance: int
    started: bool
    joined: datetime


_g, _player = param("g"), param("player")
_players = schema.players.c
_accounts = schema.accounts.c
_transfers = schema.transfers.c
_notes = schema.notes.c
_STARTED = sa.select(_transfers.number).where(in_guild(_transfers), _transfers.key == param("key"))
_started_key = sa.literal_column("'start:'", sa.Text()) + sa.cast(_players.number, sa.Text())
_GLANCE = Compiled(
    sa.select(_players.number, _players.joined_us, _accounts.number, _accounts.balance, _transfers.number)
    .join_from(
        schema.players,
        schema.accounts,
        (_accounts.guild_id == _players.guild_id)
        & (_accounts.kind == sa.literal_column("'wallet'"))
        & (_accounts.owner == _players.number),
    )
    .outerjoin(
        schema.transfers, (_transfers.guild_id == _players.guild_id) & (_transfers.key == _started_key)
    )
    .where(in_guild(_players), _players.discord_id == param("d"))
)
_ERASE_NOTES = (
    sa.update(schema.notes)
    .where(
        in_guild(_notes),
        _notes.erased == sa.literal_column("0"),
        _notes.transfer.in_(
            sa.select(_transfers.number).where(in_guild(_transfers), _transfers.actor == _player)
        )
        | _notes.transfer.in_(
            sa.select(schema.entries.c.transfer).where(
                in_guild(schema.entries.c),
                schema.entries.c.account == param("account"),
                schema.entries.c.account_seq
                > sa.literal_column("0"),  # by account, not through the whole book
            )
        ),
    )
    .values(words=None, salt=None, erased=sa.literal_column("1"))
)
_FORGET = (
    sa.update(schema.players).where(in_guild(_players), _players.number == param("n")).values(discord_id=None)
)
_REMEMBER = sa.insert(schema.forgotten)
_DROP = sa.delete(schema.forgotten).where(schema.forgotten.c.until_us <= param("now"))
_SOONEST = sa.select(sa.func.min(schema.forgotten.c.until_us))
_WRITTEN = (
    sa.select(_transfers.number, _notes.words)
    .join_from(
        schema.notes,
        schema.transfers,
        (_transfers.guild_id == _notes.guild_id) & (_transfers.number == _notes.transfer),
    )
    .where(in_guild(_notes), _transfers.actor == _player, _notes.words.is_not(None))
    .order_by(_transfers.number)
)
_IDS = sa.select(_players.number, _players.discord_id).where(
    in_guild(_players), _players.number.in_(params("numbers")), _players.discord_id.is_not(None)
)
_KNOWN = sa.select(_players.discord_id).where(in_guild(_players), _players.discord_id.in_(params("persons")))


def enter(tx: Connection, request: Enter, now: datetime) -> Entered:
    """Make sure that a person has a wallet, and give the starting balance where it is due, once. What they owed
    before they had themselves deleted comes along.

    Raises:
        GrantRefused: A5: the Discord account is too young (`days_left`); nothing was made.
    """
    who = accounts.join(tx, request.guild, request.person, now)
    key = f"start:{who.number}"
    debt = returned.bring(tx, request.guild, request.person, who.number, now)
    if tx.execute(_STARTED, {"g": request.guild, "key": key}).first():
        return Entered(who.number, 0, debt=debt)
    again_us = returned.until_us(tx, request.guild, request.person, now)
    if again_us is not None:
        return Entered(who.number, 0, again_us, debt)
    before = accounts.state(tx, who.wallet).balance  # a gift may have come first
    start = issuance.Start(request.guild, key, request.person, request.born, request.waved)
    return Entered(who.number, issuance.start(tx, start, now).balances[who.wallet.number] - before)


def meet(tx: Connection, request: Meet, now: datetime) -> int:
    """Return the number of a person, who gets an empty wallet if they have none."""
    return accounts.join(tx, request.guild, request.person, now).number


def glance(tx: Connection, guild: int, person: int) -> Glance | None:
    """Return a person's wallet; None where they have none in this book."""
    row = _GLANCE.row(tx, g=guild, d=person)
    if row is None:
        return None
    number, joined_us, wallet, balance, started = row
    return Glance(
        Player(guild, number, Account(guild, wallet)), balance, started is not None, from_us(joined_us)
    )


def preview(tx: Connection, request: Present, now: datetime) -> int:
    """Return the giver's balance, if this gift could be given just now.

    Raises:
        GrantRefused, InsufficientFunds, UnknownPlayer: As `present` would.
    """
    if request.giver == request.taker:
        raise GrantRefused("A6", "a gift goes to somebody else")
    giver = accounts.player(tx, request.guild, request.giver)
    return issuance.allow_gift(tx, giver.wallet, request.amount, now, unsettled=request.unsettled)


def present(tx: Connection, request: Present, now: datetime) -> Given:
    """Give points to a person, who gets an empty wallet first if they have none.

    Raises:
        GrantRefused, InsufficientFunds: As `issuance.give`.
        UnknownPlayer: The giver has no wallet here.
    """
    if request.giver == request.taker:
        raise GrantRefused("A6", "a gift goes to somebody else")
    giver = accounts.player(tx, request.guild, request.giver)
    returned.bring(
        tx, request.guild, request.giver, giver.number, now
    )  # given points before their first press
    taker = accounts.join(tx, request.guild, request.taker, now)
    issuance.allow_gift(tx, giver.wallet, request.amount, now, unsettled=request.unsettled)
    amounts = {giver.wallet: -request.amount, taker.wallet: request.amount}
    posted = post(
        tx,
        guild=request.guild,
        key=request.key,
        kind=issuance.GIFT,
        amounts=amounts,
        now=now,
        actor=giver.number,
    )
    after = posted.balances[giver.wallet.number]
    return Given(posted.number, request.amount, after + request.amount, after)


def grant(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Grant points to a person, who gets a wallet first if they have none (A7)."""
    return _acted(request, issuance.grant(tx, _act(tx, request, now), now))


def take(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Take points from a person, by a moderator (A7).

    Raises:
        InsufficientFunds: They hold less.
    """
    return _acted(request, issuance.take(tx, _act(tx, request, now), now))


def fund(tx: Connection, request: PersonAct, now: datetime) -> Acted:
    """Fund the house, by setup (A7)."""
    return _acted(request, issuance.fund(tx, _act(tx, request, now), now))


def forget(tx: Connection, request: Forget, now: datetime) -> Gone:
    """Take a person out of the book: the wallet goes to the house, a debt stays, and the number with it; what they
    wrote, and what was written with transfers of theirs, is erased.

    Raises:
        UnknownPlayer: They are not in this book.
    """
    guild = request.guild
    who = accounts.player(tx, guild, request.person)
    balance = accounts.state(tx, who.wallet).balance
    if balance > 0:
        amounts = {who.wallet: -balance, accounts.house(guild): balance}
        post(tx, guild=guild, key=request.key, kind=FORFEIT, amounts=amounts, now=now, actor=who.number)
    tx.execute(_ERASE_NOTES, {"g": guild, "player": who.number, "account": who.wallet.number})
    tx.execute(_FORGET, {"g": guild, "n": who.number})
    row = {
        "guild_id": guild,
        "player": who.number,
        "salt": request.salt,
        "digest": returned.digest(request.person, request.salt),
        "until_us": to_us(now) + microseconds(issuance.YEAR),
    }
    tx.execute(_REMEMBER, row)
    return Gone(who.number, max(balance, 0), max(-balance, 0))


def drop_expired(tx: Connection, _: None, now: datetime) -> int:
    """Delete the digests whose year is over, in every book; how many. Runs through `db.background`."""
    return tx.execute(_DROP, {"now": to_us(now)}).rowcount


def next_expiry(tx: Connection) -> datetime | None:
    """Return when the next digest's year is over."""
    soonest = tx.execute(_SOONEST).scalar()
    return None if soonest is None else from_us(soonest)


def ids(tx: Connection, guild: int, numbers: list[int]) -> dict[int, int]:
    """Return the Discord ids of some players by number, without those who were deleted."""
    rows = tx.execute(_IDS, {"g": guild, "numbers": numbers}).all()
    return {row.number: row.discord_id for row in rows}


def known(tx: Connection, guild: int, persons: list[int]) -> set[int]:
    """Return which of some Discord ids are those of this book's players."""
    return set(tx.execute(_KNOWN, {"g": guild, "persons": persons}).scalars())


def written(tx: Connection, guild: int, player: int) -> list[tuple[int, str]]:
    """Return every note that a player wrote: the transfer's number and the words."""
    return [(row.number, row.words) for row in tx.execute(_WRITTEN, {"g": guild, "player": player})]


def _act(tx: Connection, request: PersonAct, now: datetime) -> issuance.IssuanceAct:
    """The same by player numbers."""
    actor = accounts.join(tx, request.guild, request.actor, now).number
    player = accounts.join(tx, request.guild, request.person, now).number if request.person else 0
    return issuance.IssuanceAct(
        request.guild, request.key, actor, player, request.amount, request.reason, request.salt
    )


def _acted(request: PersonAct, posted: Posted) -> Acted:
    return Acted(posted.number, request.amount)
