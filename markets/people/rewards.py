"""Rewards: points locked for the argument that moves their owner's forecast (RULES E8).

The owner names the winner once their forecast has moved, or it returns at its date, with its claim's end, or when the
owner is in debt or deleted. Its points lie in a reserve of the owner's. It counts in no ranking, and since it hands
points over on one person's word, it keeps the limits of gifts (A6).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, issuance
from ledger.accounts import Account
from ledger.compiled import columns_of, in_guild, param
from ledger.errors import InsufficientFunds, UnknownPlayer
from ledger.transfers import Posted, post
from ledger.types import fits, to_us
from markets.bets import bets
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.core import jobs, outbox, tables, text_limits
from markets.core.errors import (
    BadTimes,
    NotRewarder,
    OwnReward,
    RewardGone,
    RewardStays,
    RewardThere,
    RewardUnmoved,
    TooManyRewards,
    UnknownForecast,
    UnknownReward,
)
from markets.core.numbering import following
from markets.forecasts import forecasts
from markets.forecasts.forecasts import Forecast
from markets.people import allowances

GIVEN, BACK = "reward.given", "reward.back"
DAYS = 30
"""Until when it is locked where nobody says otherwise; never after trading closes."""

REGRET_US = 3_600_000_000
"""How long after it was locked its owner may take it back, as a slip; from then on others count on it."""

MOST_OF_PERSON, MOST_ON_CLAIM = 10, 20
"""Open rewards: all of a person's, and all on a claim, are returned in one transaction."""

MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class LockReward:
    """Lock points for the argument that moves one's forecast on a claim."""

    guild: int
    key: str
    owner: int
    claim: int
    amount: int
    until_us: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class GiveReward:
    """Name whose argument it was, and which."""

    guild: int
    key: str
    owner: int
    reward: int
    winner: int
    why: str


@dataclass(frozen=True, slots=True)
class CancelReward:
    """Take it back, within the first hour."""

    guild: int
    key: str
    owner: int
    reward: int


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward as the transaction finds it."""

    guild: int
    number: int
    claim: int
    owner: int
    amount: int
    reserve: Account
    words: str | None
    made_us: int
    until_us: int
    state: str
    winner: int | None
    why: str | None
    ended_us: int | None

    def gone(self, now: datetime) -> str | None:
        """Why it can't be given any more; past its date it is, before the calendar has come."""
        if self.state != "open":
            return self.state
        return "expired" if to_us(now) >= self.until_us else None


@dataclass(frozen=True, slots=True)
class RewardMoved:
    """A reward that points were moved for: its transfer, and what its owner has."""

    reward: Reward
    transfer: int
    digest: str
    balance: int


_rewards = tables.rewards.c
_columns = columns_of(tables.rewards, Reward)
_here = in_guild(_rewards)
_this = (_here, _rewards.number == param("n"))
_standing = (_here, _rewards.state == sa.literal_column("'open'"))
_LOAD = sa.select(*_columns).where(*_this)
_ADD = sa.insert(tables.rewards)
_END = (
    sa.update(tables.rewards)
    .where(*_this, _rewards.state == sa.literal_column("'open'"))
    .values(
        state=param("state"),
        winner=param("winner"),
        why=param("why"),
        ended_us=param("at"),
        ended_by=param("by"),
    )
)
_ON_CLAIM = sa.select(*_columns).where(*_standing, _rewards.claim == param("c")).order_by(_rewards.number)
_OF_OWNER = sa.select(*_columns).where(*_standing, _rewards.owner == param("p")).order_by(_rewards.number)
_OPEN = (
    sa.select(*_columns).where(*_standing).order_by(_rewards.until_us, _rewards.number).limit(param("limit"))
)
_CLAIMS_OF = (
    sa.select(_rewards.claim)
    .where(_here, (_rewards.owner == param("p")) | (_rewards.winner == param("p")))
    .distinct()
)
_ERASE = sa.update(tables.rewards).where(_here, _rewards.owner == param("p")).values(words=None, why=None)


def offer(tx: Connection, request: LockReward, now: datetime) -> RewardMoved:
    """Lock a reward.

    Raises:
        UnknownClaim, ClaimMoved, ClaimHalted, TradingClosed: Nobody can change a forecast on that claim now.
        UnknownForecast: They have none on it that an argument could move.
        RewardThere, TooManyRewards: They have one on this claim, or there are as many as there may be.
        BadTimes: Its date is past.
        BadAmount, GrantRefused, InsufficientFunds: As a gift of that much (A6).
    """
    claim, until_us, balance = require_offer(tx, request, now)
    words = text_limits.words("words", request.words, most=MOST_WORDS, needed=False) or None
    reserve = accounts.open_account(tx, claim.guild, kind="reserve", owner=request.owner)
    wallet = accounts.wallet(tx, claim.guild, request.owner)
    amounts = {wallet: -request.amount, reserve: request.amount}
    posted = _post(tx, request.key, issuance.REWARD, amounts, now, request.owner)
    number = following(tx, claim.guild, "rewards")
    tx.execute(
        _ADD,
        {
            "guild_id": claim.guild,
            "number": number,
            "claim": claim.number,
            "owner": request.owner,
            "amount": request.amount,
            "reserve": reserve.number,
            "words": words,
            "locked_by": posted.number,
            "made_us": to_us(now),
            "until_us": until_us,
            "state": "open",
        },
    )
    jobs.schedule(tx, claim.guild, "reward.return", number, until_us)
    made = load(tx, claim.guild, number)
    _tell(tx, made, "reward.offered", now)
    return RewardMoved(made, posted.number, posted.digest, balance - request.amount)


def require_offer(tx: Connection, request: LockReward, now: datetime) -> tuple[Claim, int, int]:
    """What `offer` refuses, also before anybody is asked to confirm: the claim, until when, and the balance."""
    claim = claims.load(tx, request.guild, request.claim)
    forecasts.require_open(claim, now)
    if forecasts.current(tx, claim.guild, claim.number, request.owner) is None:
        raise UnknownForecast(claim.guild, claim.number)
    asked_us = to_us(now) + DAYS * terms.DAY_US if request.until_us is None else request.until_us
    if asked_us <= to_us(now):
        raise BadTimes("until_us", "past")
    standing = open_of(tx, claim.guild, owner=request.owner)
    if any(one.claim == claim.number for one in standing):
        raise RewardThere(claim.number, claim.state)
    if len(standing) >= MOST_OF_PERSON:
        raise TooManyRewards(MOST_OF_PERSON)
    if len(open_of(tx, claim.guild, claim=claim.number)) >= MOST_ON_CLAIM:
        raise TooManyRewards(MOST_ON_CLAIM)
    wallet = accounts.wallet(tx, claim.guild, request.owner)
    unsettled = allowances.unsettled(tx, claim.guild, request.owner)
    balance = issuance.allow_gift(tx, wallet, request.amount, now, unsettled=unsettled)
    assert claim.closes_us is not None
    return claim, min(asked_us, claim.closes_us), balance


def give(tx: Connection, request: GiveReward, now: datetime) -> RewardMoved:
    """Pay a reward to whoever made the argument.

    Raises:
        What `require_give` raises.
        Needed, BadTerms: Which argument it was isn't said, or at too great a length.
        UnknownPlayer: The winner isn't in this book.
    """
    found = require_give(tx, request, now)
    why = text_limits.words("reason", request.why, most=MOST_WORDS)
    if accounts.discord_id(tx, found.guild, request.winner) is None:
        raise UnknownPlayer(found.guild, request.winner)  # nobody is that number, or not any more
    to = bets.credited(tx, found.guild, request.winner, found.amount, now)
    posted = _empty(tx, found, to, GIVEN, "given", now, actor=found.owner)
    _end(tx, found, "given", posted, now, winner=request.winner, why=why)
    given = load(tx, found.guild, found.number)
    _tell(tx, given, "reward.given", now)
    balance = accounts.state(tx, accounts.wallet(tx, found.guild, found.owner)).balance
    return RewardMoved(given, posted.number, posted.digest, balance)


def require_give(tx: Connection, request: GiveReward, now: datetime) -> Reward:
    """What `give` refuses, also before anybody is asked to confirm.

    Raises:
        UnknownReward, NotRewarder, OwnReward: It isn't there, isn't theirs to give, or would go to themselves.
        RewardGone: It was given, has returned, or its date is over.
        ClaimMoved, ClaimHalted: Its claim has come out, or a moderator stopped everything on it.
        RewardUnmoved: Their forecast is what it was when they locked it.
        InsufficientFunds: They are in debt (A4).
    """
    found = load(tx, request.guild, request.reward)
    if found.owner != request.owner:
        raise NotRewarder(found.number)
    if found.owner == request.winner:
        raise OwnReward(found.number)
    gone = found.gone(now)
    if gone:
        raise RewardGone(found.number, gone)
    claims.load(tx, found.guild, found.claim).require("reward", now)
    wallet = accounts.wallet(tx, found.guild, found.owner)
    balance = accounts.state(tx, wallet).balance
    if balance < 0:
        raise InsufficientFunds(*wallet, balance, found.amount)
    before, since = moved(tx, found)
    if since is None or (before is not None and since.chances == before.chances):
        raise RewardUnmoved(found.number, found.claim)
    return found


def cancel(tx: Connection, request: CancelReward, now: datetime) -> RewardMoved:
    """Take a reward back within its first hour.

    Raises:
        UnknownReward, NotRewarder: It isn't there, or isn't theirs.
        RewardGone: It was given, or has returned.
        RewardStays: Others count on it by now.
    """
    found = load(tx, request.guild, request.reward)
    if found.owner != request.owner:
        raise NotRewarder(found.number)
    gone = found.gone(now)
    if gone:
        raise RewardGone(found.number, gone)
    if to_us(now) >= found.made_us + REGRET_US:
        raise RewardStays(found.number, found.until_us)
    posted = _return(tx, found, "withdrawn", now, actor=found.owner)
    balance = accounts.state(tx, accounts.wallet(tx, found.guild, found.owner)).balance
    return RewardMoved(load(tx, found.guild, found.number), posted.number, posted.digest, balance)


def expire(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """The calendar: its date has come, and nobody was named."""
    found = load(tx, work.guild, work.ref)
    if found.state == "open":
        _return(tx, found, "expired", now)


def end_some(tx: Connection, claim: Claim, room: int, now: datetime) -> tuple[int, bool]:
    """Return the next rewards on a claim that has ended: how many entries that took, and whether none is left."""
    most = room // 3
    standing = open_of(tx, claim.guild, claim=claim.number)
    for found in standing[:most]:
        _return(tx, found, "ended", now)
    return 3 * len(standing[:most]), len(standing) <= most


def end_all_of(tx: Connection, guild: int, player: int, now: datetime) -> None:
    """Return all of a person's rewards: they are in debt, or had themselves deleted."""
    for found in open_of(tx, guild, owner=player):
        _return(tx, found, "withdrawn", now)


def forget(tx: Connection, guild: int, player: int, now: datetime) -> None:
    """A person had themselves deleted: their rewards are withdrawn, and what they wrote with them is erased (E4)."""
    end_all_of(tx, guild, player, now)
    for number in tx.execute(_CLAIMS_OF, {"g": guild, "p": player}).scalars().all():
        outbox.redraw(tx, guild, "claim", number)
    tx.execute(_ERASE, {"g": guild, "p": player})


def _return(tx: Connection, found: Reward, state: str, now: datetime, actor: int = 0) -> Posted:
    to = bets.credited(tx, found.guild, found.owner, found.amount, now)
    posted = _empty(tx, found, to, BACK, "back", now, actor=actor)
    _end(tx, found, state, posted, now)
    _tell(tx, found, "reward.returned", now)
    return posted


def _empty(
    tx: Connection, found: Reward, to: dict[Account, int], kind: str, word: str, now: datetime, actor: int
) -> Posted:
    """The one transfer that ends a reward: a second one would find its account ended."""
    key = f"reward:{found.number}:{word}"
    posted = _post(tx, key, kind, {found.reserve: -found.amount} | to, now, actor)
    accounts.end(tx, found.reserve)
    jobs.cancel(tx, found.guild, "reward.return", found.number)
    return posted


def _end(
    tx: Connection,
    found: Reward,
    state: str,
    posted: Posted,
    now: datetime,
    winner: int | None = None,
    why: str | None = None,
) -> None:
    values = {"state": state, "winner": winner, "why": why, "at": to_us(now), "by": posted.number}
    ended = tx.execute(_END, {"g": found.guild, "n": found.number} | values).rowcount
    assert ended == 1, found.number


def _post(
    tx: Connection, key: str, kind: str, amounts: dict[Account, int], now: datetime, actor: int
) -> Posted:
    guild = next(iter(amounts)).guild
    return post(tx, guild=guild, key=key, kind=kind, amounts=amounts, now=now, actor=actor)


def _tell(tx: Connection, of: Reward, kind: str, now: datetime) -> None:
    outbox.redraw(tx, of.guild, "claim", of.claim)
    outbox.enqueue(tx, of.guild, kind, {"claim": of.claim, "reward": of.number}, now, line=of.claim)


# --- reading ----------------------------------------------------------------------------------


def load(tx: Connection, guild: int, number: int) -> Reward:
    """A reward by its number.

    Raises:
        UnknownReward: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).first() if fits(number) else None
    if row is None:
        raise UnknownReward(guild, number)
    return _reward(row)


def moved(tx: Connection, of: Reward) -> tuple[Forecast | None, Forecast | None]:
    """What its owner said when they locked it, and what they say last if they have said it since."""
    return forecasts.around(tx, of.guild, of.claim, of.owner, of.made_us)


def open_of(
    tx: Connection, guild: int, *, claim: int | None = None, owner: int | None = None
) -> list[Reward]:
    """Open rewards by number: on one claim, or of one person."""
    if claim is not None:
        rows = tx.execute(_ON_CLAIM, {"g": guild, "c": claim})
    else:
        rows = tx.execute(_OF_OWNER, {"g": guild, "p": owner})
    return [_reward(row) for row in rows]


def open_everywhere(tx: Connection, guild: int, *, limit: int) -> list[Reward]:
    """A server's open rewards, those that return soonest first."""
    return [_reward(row) for row in tx.execute(_OPEN, {"g": guild, "limit": limit})]


def any_of(tx: Connection, guild: int, owner: int) -> bool:
    """Whether a person has an open reward."""
    return tx.execute(_OF_OWNER.limit(1), {"g": guild, "p": owner}).first() is not None


def _reward(row: Sequence[Any]) -> Reward:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    values["reserve"] = Account(values["guild"], values["reserve"])
    return Reward(**values)


_FIELDS = [field.name for field in fields(Reward)]
