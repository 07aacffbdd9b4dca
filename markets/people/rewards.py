"""Rewards: points locked for the argument that moves their owner's forecast (RULES E8).

The owner names the winner once their forecast has moved, or it returns at its date, with its claim's end, or when the
owner is in debt or deleted. Its points lie in a reserve of the owner's. It counts in no ranking, and since it hands
points over on one person's word, it keeps the limits of gifts (A6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.accounts import Account
from ledger.compiled import columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import Posted, post
from ledger.types import fits, to_us
from markets.bets import bets
from markets.claims.claims import Claim
from markets.core import jobs, outbox, tables
from markets.core.errors import (
    UnknownReward,
)
from markets.core.events import ClaimChanged, WalletsPaid
from markets.forecasts import forecasts
from markets.forecasts.forecasts import Forecast

GIVEN, BACK = "reward.given", "reward.back"


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
        """Say why it can't be given any more. Past its date it can't, even before the calendar has come."""
        if self.state != "open":
            return self.state
        return "expired" if to_us(now) >= self.until_us else None


_rewards = tables.rewards.c
_columns = columns_of(tables.rewards, Reward)
_here = in_guild(_rewards)
_this = (_here, _rewards.number == param("n"))
_standing = (_here, _rewards.state == sa.literal_column("'open'"))
_LOAD = sa.select(*_columns).where(*_this)
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


def expire(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """End a reward whose date has come, and for which nobody was named. The calendar calls it."""
    found = load(tx, work.guild, work.ref)
    if found.state == "open":
        return_reward(tx, found, "expired", now)


def end_some(tx: Connection, claim: Claim, room: int, now: datetime) -> tuple[int, bool]:
    """Return the next rewards on a claim that has ended: how many entries that took, and whether none is left."""
    most = room // 3
    standing = open_of(tx, claim.guild, claim=claim.number)
    for found in standing[:most]:
        return_reward(tx, found, "ended", now)
    return 3 * len(standing[:most]), len(standing) <= most


def end_all_of(tx: Connection, guild: int, player: int, now: datetime) -> None:
    """Return all of a person's rewards: they are in debt, or had themselves deleted."""
    for found in open_of(tx, guild, owner=player):
        return_reward(tx, found, "withdrawn", now)


def forget(tx: Connection, guild: int, player: int, now: datetime) -> None:
    """Withdraw the rewards of a player who had themselves deleted, and erase what they wrote with them (E4)."""
    end_all_of(tx, guild, player, now)
    for number in tx.execute(_CLAIMS_OF, {"g": guild, "p": player}).scalars().all():
        happened(tx, ClaimChanged(guild, number))
    tx.execute(_ERASE, {"g": guild, "p": player})


def return_reward(tx: Connection, found: Reward, state: str, now: datetime, actor: int = 0) -> Posted:
    """Give a reward's points back to its owner, and end it in a state."""
    to = bets.credited(tx, found.guild, found.owner, found.amount, now)
    posted = empty(tx, found, to, BACK, "back", now, actor=actor)
    end(tx, found, state, posted, now)
    tell(tx, found, "reward.returned", now)
    return posted


def empty(
    tx: Connection, found: Reward, to: dict[Account, int], kind: str, word: str, now: datetime, actor: int
) -> Posted:
    """Post the one transfer that ends a reward: a second one would find its account ended."""
    key = f"reward:{found.number}:{word}"
    posted = post_for(tx, key, kind, {found.reserve: -found.amount} | to, now, actor)
    happened(tx, WalletsPaid(found.guild, bets.paid_of(to)))
    accounts.end(tx, found.reserve)
    jobs.cancel(tx, found.guild, "reward.return", found.number)
    return posted


def end(
    tx: Connection,
    found: Reward,
    state: str,
    posted: Posted,
    now: datetime,
    winner: int | None = None,
    why: str | None = None,
) -> None:
    """Write down how a reward ended; it must have been open."""
    values = {"state": state, "winner": winner, "why": why, "at": to_us(now), "by": posted.number}
    ended = tx.execute(_END, {"g": found.guild, "n": found.number} | values).rowcount
    assert ended == 1, found.number


def post_for(
    tx: Connection, key: str, kind: str, amounts: dict[Account, int], now: datetime, actor: int
) -> Posted:
    """Post a transfer of a reward's points, in the server of its accounts."""
    guild = next(iter(amounts)).guild
    return post(tx, guild=guild, key=key, kind=kind, amounts=amounts, now=now, actor=actor)


def tell(tx: Connection, of: Reward, kind: str, now: datetime) -> None:
    """Queue the post of what happened to a reward, and its claim's card."""
    happened(tx, ClaimChanged(of.guild, of.claim))
    outbox.enqueue(tx, of.guild, kind, {"claim": of.claim, "reward": of.number}, now, line=of.claim)


# --- reading ----------------------------------------------------------------------------------


def load(tx: Connection, guild: int, number: int) -> Reward:
    """Load a reward by its number.

    Raises:
        UnknownReward: This server has none.
    """
    row = tx.execute(_LOAD, {"g": guild, "n": number}).first() if fits(number) else None
    if row is None:
        raise UnknownReward(guild, number)
    return _reward(row)


def moved(tx: Connection, of: Reward) -> tuple[Forecast | None, Forecast | None]:
    """Return what its owner said when they locked it, and what they say last if they have said it since."""
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
    """Return a server's open rewards, those that return soonest first."""
    return [_reward(row) for row in tx.execute(_OPEN, {"g": guild, "limit": limit})]


def any_of(tx: Connection, guild: int, owner: int) -> bool:
    """Return whether a person has an open reward."""
    return tx.execute(_OF_OWNER.limit(1), {"g": guild, "p": owner}).first() is not None


def _reward(row: Sequence[Any]) -> Reward:
    values = _columns.values(row)
    values["reserve"] = Account(values["guild"], values["reserve"])
    return Reward(**values)
