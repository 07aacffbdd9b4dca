"""Lock a reward, give it, and take it back, as its owner asks (RULES E8)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, issuance
from ledger.errors import UnknownPlayer
from ledger.types import to_us
from markets.bets import bets, owing
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.core import jobs, tables, text_limits
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
)
from markets.core.numbering import following
from markets.forecasts import forecasts
from markets.people import allowances
from markets.people.rewards import (
    GIVEN,
    Reward,
    empty,
    end,
    load,
    moved,
    open_of,
    post_for,
    return_reward,
    tell,
)

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
class RewardMoved:
    """A reward that points were moved for: its transfer, and what its owner has."""

    reward: Reward
    transfer: int
    digest: str
    balance: int


_ADD = sa.insert(tables.rewards)


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
    posted = post_for(tx, request.key, issuance.REWARD, amounts, now, request.owner)
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
    tell(tx, made, "reward.offered", now)
    return RewardMoved(made, posted.number, posted.digest, balance - request.amount)


def require_offer(tx: Connection, request: LockReward, now: datetime) -> tuple[Claim, int, int]:
    """Check what `offer` refuses, also before a player is asked to confirm. Return the claim, until when, and the
    balance."""
    claim = claims.load(tx, request.guild, request.claim)
    forecasts.require_open(tx, claim, now)
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
    unsettled = allowances.not_to_give(tx, claim.guild, request.owner, now)
    balance = issuance.allow_gift(tx, wallet, request.amount, now, unsettled=unsettled)
    assert claim.closes_us is not None
    return claim, min(asked_us, claim.closes_us), balance


def give(tx: Connection, request: GiveReward, now: datetime) -> RewardMoved:
    """Pay a reward to the player who made the argument.

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
    posted = empty(tx, found, to, GIVEN, "given", now, actor=found.owner)
    end(tx, found, "given", posted, now, winner=request.winner, why=why)
    given = load(tx, found.guild, found.number)
    tell(tx, given, "reward.given", now)
    balance = accounts.state(tx, accounts.wallet(tx, found.guild, found.owner)).balance
    return RewardMoved(given, posted.number, posted.digest, balance)


def require_give(tx: Connection, request: GiveReward, now: datetime) -> Reward:
    """Check what `give` refuses, also before a player is asked to confirm.

    Raises:
        UnknownReward, NotRewarder, OwnReward: It isn't there, isn't theirs to give, or would go to themselves.
        RewardGone: It was given, has returned, or its date is over.
        ClaimMoved, ClaimHalted: Its claim has come out, or a moderator stopped everything on it.
        RewardUnmoved: Their forecast is what it was when they locked it.
        InsufficientFunds, WouldOwe: They are in debt, or about to be (A4).
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
    owing.require_owes_nothing(tx, found.guild, found.owner, now)
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
    posted = return_reward(tx, found, "withdrawn", now, actor=found.owner)
    balance = accounts.state(tx, accounts.wallet(tx, found.guild, found.owner)).balance
    return RewardMoved(load(tx, found.guild, found.number), posted.number, posted.digest, balance)
