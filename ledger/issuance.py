"""Points that come into being, go away, or change hands as a present: RULES A4 to A7.

Each is a unit for `db.write`. What only a room above can know (points locked in bets, profit on a claim that is
not settled) comes in as an argument, with nothing as its default.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
from pydantic import BeforeValidator, Field
from sqlalchemy import Connection

from ledger import accounts, money, returned, schema, settings, transfers
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param
from ledger.errors import BadSetting, GrantRefused, InsufficientFunds
from ledger.transfers import Posted, Words, post
from ledger.types import Salt, microseconds, to_us

START, ALLOWANCE, DRAW, GIFT, GRANT, TAKE, FUND = (
    "start",
    "allowance",
    "draw",
    "gift",
    "grant",
    "take",
    "fund",
)

DRAW_BACK = "draw.back"
"""The yearly tenth, paid back because the lock ended early (A5)."""

REWARD = "reward"
"""Points laid aside for a player whom the owner will name: limited as gifts are."""

ACTS = (GRANT, TAKE, FUND, transfers.REVERSAL)
"""Kinds of transfer that a moderator or the owner answers for: listed for all (A7)."""

WEEK, QUARTER, YEAR = timedelta(days=7), timedelta(days=90), timedelta(days=365)


MOST_START = 100_000 * money.UNIT
"""Of the starting balance (A7)."""


def _at_most(value: object) -> object:
    return MOST_START if isinstance(value, int) and MOST_START < value <= money.MOST else value


@dataclass(frozen=True, slots=True)
class PointSettings:
    """What a server chose for section A of the rules; amounts in minor units. A larger starting balance of before A7
    had its bound is read as the most there may be."""

    starting_balance: Annotated[int, BeforeValidator(_at_most), Field(ge=money.UNIT, le=MOST_START)] = (
        1_000 * money.UNIT
    )
    weekly_allowance: Annotated[int, Field(ge=0, le=money.MOST)] = 50 * money.UNIT
    account_age_days: Annotated[int, Field(ge=0, le=3_650)] = 30
    gifts: bool = True


@dataclass(frozen=True, slots=True)
class Start:
    """The starting balance, asked for by a person's first press.

    `born` is when their Discord account was made; `waved` says that a moderator let a younger one through.
    """

    guild: int
    key: str
    person: int
    born: datetime
    waved: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """The weekly allowance. `staked` is what the player has locked in escrows, `parted_with` what they lost by
    agreement or gave as rewards in the last 90 days, both in minor units."""

    guild: int
    key: str
    player: int
    staked: int = 0
    parted_with: int = 0


@dataclass(frozen=True, slots=True)
class Draw:
    """A tenth of the starting balance for a player with everything locked until `locked_until`."""

    guild: int
    key: str
    player: int
    locked_until: datetime


@dataclass(frozen=True, slots=True)
class Gift:
    """`unsettled` is the giver's profit on claims that are not settled, which can't be given away."""

    guild: int
    key: str
    giver: int
    taker: int
    amount: int
    unsettled: int = 0


@dataclass(frozen=True, slots=True)
class IssuanceAct:
    """A moderator's grant to a player or taking from one, or the funding of the house; `reason` is required."""

    guild: int
    key: str
    actor: int
    player: int
    amount: int
    reason: str
    salt: Salt


_entries = schema.entries.c
_transfers = schema.transfers.c
_accounts = schema.accounts.c
_of_kind = (
    (_transfers.guild_id == _entries.guild_id)
    & (_transfers.number == _entries.transfer)
    & (in_guild(_entries))
    & (_entries.account == param("n"))
    & (
        _entries.account_seq > sa.literal_column("0")
    )  # or SQLite, without statistics, walks the guild's whole book
    & (_transfers.kind == param("kind"))
)
_LAST = sa.select(sa.func.max(_transfers.at_us)).where(_of_kind, _entries.amount > 0)
_sum = sa.select(sa.func.coalesce(sa.func.sum(_entries.amount), sa.literal_column("0"))).where(
    _of_kind, _transfers.at_us > param("since")
)
_GIVEN, _RECEIVED = (
    Compiled(_sum.where(way))
    for way in (_entries.amount < sa.literal_column("0"), _entries.amount > sa.literal_column("0"))
)
_HELD = sa.select(sa.func.coalesce(sa.func.sum(_accounts.balance), 0)).where(
    in_guild(_accounts),
    _accounts.owner == param("owner"),
    _accounts.kind.in_([sa.literal_column(f"'{kind}'") for kind in ("wallet", "reserve", "bond")]),
)


def require_start(starting_balance: int) -> None:
    """Check a starting balance that is chosen now.

    Raises:
        BadSetting: It is more than there may be (A7).
    """
    if starting_balance > MOST_START:
        raise BadSetting("starting_balance", f"should be {money.points(MOST_START)} at most")


def start(tx: Connection, request: Start, now: datetime) -> Posted:
    """Give a person their starting balance, once, and a wallet to hold it.

    Raises:
        GrantRefused: A5: they had it before, or their Discord account is too young (`days_left` says how long).
    """
    chosen = settings.load(tx, request.guild, PointSettings)
    ready = request.born + timedelta(days=chosen.account_age_days)
    if ready > now and not request.waved:
        left = -((now - ready) // timedelta(days=1))
        raise GrantRefused("A5", "this Discord account is too young for a starting balance", days_left=left)
    who = accounts.join(tx, request.guild, request.person, now)
    if _last(tx, who.wallet, START):
        raise GrantRefused("A5", "the starting balance is given once")
    return _mint(tx, request.guild, request.key, START, who.wallet, chosen.starting_balance, now, who.number)


def allowance(tx: Connection, request: Allowance, now: datetime) -> Posted:
    """Top a player up towards the starting balance, at most once a week.

    Counted as still held: the wallet, reserves and bonds, what is staked, and what was given away or lost by
    agreement in the last 90 days. Missed weeks don't add up.

    Raises:
        GrantRefused: A5: there is none here (`off`), it was drawn less than a week ago (`ready_us` says when the next
            comes), nothing is missing (`held`), or they had themselves deleted (`kept_until_us`).
    """
    chosen = settings.load(tx, request.guild, PointSettings)
    if not chosen.weekly_allowance:
        raise GrantRefused("A5", "there is no weekly allowance in this server", off=1)
    wallet = accounts.wallet(tx, request.guild, request.player)
    _require_stayed(tx, request.guild, request.player, now)
    drawn = _last(tx, wallet, ALLOWANCE)
    if drawn and drawn > to_us(now - WEEK):
        raise GrantRefused("A5", "the allowance comes once a week", ready_us=drawn + microseconds(WEEK))
    given = -_moved(tx, wallet, GIFT, since=now - QUARTER, received=False)
    held = _held(tx, request.guild, request.player) + request.staked + given + request.parted_with
    missing = min(chosen.weekly_allowance, chosen.starting_balance - held)
    if missing <= 0:
        raise GrantRefused("A5", "the allowance goes to whoever is below the starting balance", held=held)
    return _mint(tx, request.guild, request.key, ALLOWANCE, wallet, missing, now, request.player)


def draw(tx: Connection, request: Draw, now: datetime) -> Posted:
    """Help a player who has everything locked for more than a year ahead: a tenth, once a year.

    Raises:
        GrantRefused: A5: something is still free, it is free within a year, it was drawn within the year, or they had
            themselves deleted (`kept_until_us`).
    """
    chosen = settings.load(tx, request.guild, PointSettings)
    wallet = accounts.wallet(tx, request.guild, request.player)
    _require_stayed(tx, request.guild, request.player, now)
    drawn = _last(tx, wallet, DRAW)
    if accounts.state(tx, wallet).balance != 0 or request.locked_until <= now + YEAR:
        raise GrantRefused("A5", "this is for whoever has everything locked for more than a year ahead")
    if drawn and drawn > to_us(now - YEAR):
        raise GrantRefused("A5", "this comes once a year", ready_us=drawn + microseconds(YEAR))
    return _mint(
        tx, request.guild, request.key, DRAW, wallet, chosen.starting_balance // 10, now, request.player
    )


def drawn_us(tx: Connection, guild: int, player: int, now: datetime) -> int | None:
    """Return when a player drew the yearly tenth, if it is owed back once the lock ends early: within the year, and
    as long as not all of it came back."""
    wallet = accounts.wallet(tx, guild, player)
    drawn = _last(tx, wallet, DRAW)
    return drawn if drawn and drawn > to_us(now - YEAR) and _owed_back(tx, wallet, now) > 0 else None


def owed_back(tx: Connection, guild: int, player: int, now: datetime) -> int:
    """Return what of the yearly tenth is owed back once the lock ends early, minor units; nothing after its year."""
    return max(_owed_back(tx, accounts.wallet(tx, guild, player), now), 0)


def return_draw(tx: Connection, guild: int, player: int, now: datetime) -> bool:
    """Take the yearly tenth back to the mint, or what there is of it (A4); whether all of it is back."""
    wallet = accounts.wallet(tx, guild, player)
    owed, state = _owed_back(tx, wallet, now), accounts.state(tx, wallet)
    back = min(owed, state.balance)
    if back > 0:
        key = f"draw-back:{player}:{to_us(now)}"
        amounts = {wallet: -back, accounts.mint(guild): back}
        post(tx, guild=guild, key=key, kind=DRAW_BACK, amounts=amounts, now=now)
    return back >= owed


def _owed_back(tx: Connection, wallet: Account, now: datetime) -> int:
    drawn = _moved(tx, wallet, DRAW, since=now - YEAR, received=True)
    return drawn + _moved(tx, wallet, DRAW_BACK, since=now - YEAR, received=False)


def give(tx: Connection, request: Gift, now: datetime) -> Posted:
    """Give points from one player to another, as a present.

    Raises:
        GrantRefused: A6: gifts are off, to oneself, or over a tenth of the starting balance within 24 hours
            (`left` says what may still be given).
        InsufficientFunds: The giver's free balance, unsettled profits aside, is less.
    """
    if request.giver == request.taker:
        raise GrantRefused("A6", "a gift goes to somebody else")
    giver = accounts.wallet(tx, request.guild, request.giver)
    taker = accounts.wallet(tx, request.guild, request.taker)
    allow_gift(tx, giver, request.amount, now, unsettled=request.unsettled)
    amounts = {giver: -request.amount, taker: request.amount}
    return post(
        tx, guild=request.guild, key=request.key, kind=GIFT, amounts=amounts, now=now, actor=request.giver
    )


def allow_gift(tx: Connection, giver: Account, amount: int, now: datetime, *, unsettled: int = 0) -> int:
    """Return the giver's balance, if this much may be given just now. Reads only, so a confirmation can ask first.

    Raises:
        GrantRefused, InsufficientFunds: As `give`.
    """
    money.amount(amount)
    chosen = settings.load(tx, giver.guild, PointSettings)
    if not chosen.gifts:
        raise GrantRefused("A6", "gifts are switched off in this server, and rewards with them")
    balance = accounts.state(tx, giver).balance
    if amount > balance - unsettled:
        # A debt is told as one: it is to be paid off first.
        raise InsufficientFunds(*giver, min(balance, max(balance - unsettled, 0)), amount)
    left, since = chosen.starting_balance // 10, now - timedelta(days=1)
    for wallet in returned.wallets(tx, giver, now):  # going and coming back begins no new day
        left += sum(_moved(tx, wallet, kind, since=since, received=False) for kind in (GIFT, REWARD))
    if amount > left:
        why = "gifts are limited to a tenth of the starting balance a day"
        raise GrantRefused("A6", why, left=max(left, 0))
    return balance


def grant(tx: Connection, request: IssuanceAct, now: datetime) -> Posted:
    """Grant points from the mint, by a moderator with a reason (A7)."""
    wallet = accounts.wallet(tx, request.guild, request.player)
    return _act(tx, request, GRANT, accounts.mint(request.guild), wallet, now)


def take(tx: Connection, request: IssuanceAct, now: datetime) -> Posted:
    """Take points back to the mint, by a moderator with a reason; never below zero (A4, A7)."""
    wallet = accounts.wallet(tx, request.guild, request.player)
    return _act(tx, request, TAKE, wallet, accounts.mint(request.guild), now)


def fund(tx: Connection, request: IssuanceAct, now: datetime) -> Posted:
    """Fund the house from the mint: by setup alone, each time a listed act (A7). `player` is not used."""
    return _act(tx, request, FUND, accounts.mint(request.guild), accounts.house(request.guild), now)


def _act(
    tx: Connection, request: IssuanceAct, kind: str, source: Account, target: Account, now: datetime
) -> Posted:
    money.amount(request.amount)
    if not request.reason.strip():
        raise GrantRefused("A7", "a moderator's act needs a reason")
    return post(
        tx,
        guild=request.guild,
        key=request.key,
        kind=kind,
        amounts={source: -request.amount, target: request.amount},
        now=now,
        actor=request.actor,
        note=Words(request.reason.strip(), request.salt),
    )


def _mint(
    tx: Connection, guild: int, key: str, kind: str, wallet: Account, amount: int, now: datetime, actor: int
) -> Posted:
    amounts = {accounts.mint(guild): -amount, wallet: amount}
    return post(tx, guild=guild, key=key, kind=kind, amounts=amounts, now=now, actor=actor)


def _require_stayed(tx: Connection, guild: int, player: int, now: datetime) -> None:
    """Refuse an allowance to a person who comes back after deletion, while the digest is kept."""
    until = max((one.until_us for one in returned.kept_of(tx, guild, player, now)), default=None)
    if until is not None:
        why = "whoever had themselves deleted draws no allowance for a year"
        raise GrantRefused("A5", why, kept_until_us=until)


def _last(tx: Connection, wallet: Account, kind: str) -> int | None:
    """When a wallet last got points by this kind of transfer, in microseconds since 1970."""
    return tx.execute(_LAST, {"g": wallet.guild, "n": wallet.number, "kind": kind}).scalar()


def _moved(tx: Connection, wallet: Account, kind: str, *, since: datetime, received: bool) -> int:
    """The sum of a wallet's entries of one kind since then: those received, or those given (zero or less)."""
    moved = _RECEIVED if received else _GIVEN
    row = moved.row(tx, g=wallet.guild, n=wallet.number, kind=kind, since=to_us(since))
    assert row is not None, "a sum is always one row"
    return int(row[0])


def _held(tx: Connection, guild: int, player: int) -> int:
    """What a player has in their wallet, reserves and bonds."""
    return int(tx.execute(_HELD, {"g": guild, "owner": player}).scalar_one())
