"""Pools: stakes that share one pot by what happens (RULES C6, C8, C9, D2).

A claim has one pool at a time, with one escrow; the next opens after it has closed, and all wait for the claim's one
result. A first stake freezes the claim's text. How each outcome's part of a pot is split is worked out by
`mechanisms.parimutuel` from all stakes before the first is paid, and kept with the pool until the last is: from it
what each gets follows from its own amount. They are paid in transfers of up to `CHUNK` stakes, each in a unit of its
own under a key of its own, so that a crash between any two pays each once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from ledger import accounts, money
from ledger.accounts import Account
from ledger.compiled import Compiled, columns_of, constant, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import post
from ledger.types import fits, to_us
from markets.claims import claims, judges, rests, terms, wallet_keeps
from markets.claims.claims import Claim
from markets.claims.terms import Actor
from markets.core import jobs, tables
from markets.core.errors import (
    BadOutcome,
    BadStake,
    BadTimes,
    MayNotOpen,
    PoolClosed,
    PoolThere,
    StakeTooHigh,
    TermsChanged,
    UnknownPool,
)
from markets.core.events import ClaimChanged

STAKE = "pool.stake"
OPEN_US = 7 * terms.DAY_US
"""How long a pool takes stakes where its opener says nothing else (C6)."""
LEAST_US = terms.DAY_US
"""How long it takes stakes at least, unless trading closes before: a pool of a minute would be over before anybody
heard of it (C6)."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as the transaction finds it; `backing` is what lies on each outcome, in minor units. `number` counts the
    pools of its claim."""

    guild: int
    claim: int
    opener: int
    escrow: Account
    opened_us: int
    closes_us: int
    stakes: int
    state: str
    resolution: int | None
    backing: tuple[int, ...] = ()
    number: int = 1

    @property
    def pot(self) -> int:
        return sum(self.backing)

    def takes(self, now: datetime) -> bool:
        """Return whether it still takes stakes, as far as its own time says."""
        return self.state == "open" and to_us(now) < self.closes_us


@dataclass(frozen=True, slots=True)
class OpenPool:
    """Open a claim's pool; `closes_us` None is in 7 days, and never after trading closes."""

    guild: int
    key: str
    actor: Actor
    claim: int
    closes_us: int | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """Stake on one outcome. `terms` is the hex digest of the claim's terms as the player was shown them."""

    guild: int
    key: str
    player: int
    claim: int
    outcome: int
    amount: int
    terms: str


@dataclass(frozen=True, slots=True)
class Staked:
    """A stake that stands: its number in the claim's pools, its transfer, and what the player has left."""

    claim: int
    number: int
    transfer: int
    digest: str
    balance: int


_pools = tables.pools.c
_pool_outcomes = tables.pool_outcomes.c
_of_claim = (in_guild(_pools), _pools.claim == param("c"))
_this = (*_of_claim, _pools.number == param("n"))
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_columns = columns_of(tables.pools, Pool, but=["backing"])
_load = sa.select(*_columns).where(*_of_claim)
_NEWEST = Compiled(_load.order_by(_pools.number.desc()).limit(constant(1)).offset(constant(0)))
_EVERY = Compiled(_load.order_by(_pools.number))
_NUMBERED = sa.select(sa.func.coalesce(sa.func.sum(_pools.stakes), 0)).where(*_of_claim)
_BACKING = Compiled(
    sa.select(_pool_outcomes.outcome, _pool_outcomes.staked, _pool_outcomes.pool).where(
        in_guild(_pool_outcomes), _pool_outcomes.claim == param("c")
    )
)
_OPEN = sa.insert(tables.pools)
_AGAIN = (
    sa.update(tables.pools)
    .where(*_this)
    .values(opener=param("opener"), opened_us=param("opened"), closes_us=param("closes"))
)
_COUNT = Compiled(sa.update(tables.pools).where(*_this).values(stakes=_pools.stakes + _ONE))
_STAKE = Compiled(sa.insert(tables.stakes))
_back = postgresql.insert(tables.pool_outcomes)
_BACK = Compiled(
    _back.on_conflict_do_update(
        index_elements=[
            *(_pool_outcomes.guild_id, _pool_outcomes.claim, _pool_outcomes.outcome, _pool_outcomes.pool)
        ],
        set_={"staked": _pool_outcomes.staked + _back.excluded.staked},
    )
)
_STATE = (
    sa.update(tables.pools)
    .where(*_this)
    .values(state=param("state"), resolution=param("resolution"), plan=sa.null())
)


def open_pool(tx: Connection, request: OpenPool, now: datetime) -> Pool:
    """Open a pool on a claim; the next one where those before take no more stakes.

    Raises:
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes none now.
        MayNotOpen: Here only moderators open claims and what hangs on them (B8).
        PoolThere: It has one that takes stakes.
        BadTimes: It would close before it opens, or within a day.
    """
    claim = claims.load(tx, request.guild, request.claim)
    rests.trading(tx, claim, now).require("pool", now)
    if claim.settings.who_may_open == "moderators" and not request.actor.moderator:
        raise MayNotOpen
    there = find(tx, claim.guild, claim.number)
    if there is not None and there.takes(now):
        raise PoolThere(claim.number, claim.state)
    asked = to_us(now) + OPEN_US if request.closes_us is None else request.closes_us
    if asked <= to_us(now):
        raise BadTimes("closes_us", "past")
    assert claim.closes_us is not None
    if asked < min(to_us(now) + LEAST_US, claim.closes_us):
        raise BadTimes("closes_us", "day")
    closes_us = min(asked, claim.closes_us)
    if there is not None and not there.stakes and there.state == "open":  # it takes stakes again
        again = {"opener": request.actor.player, "opened": to_us(now), "closes": closes_us}
        tx.execute(_AGAIN, {"g": claim.guild, "c": claim.number, "n": there.number} | again)
        return _opened(tx, claim, closes_us)
    escrow = accounts.open_account(tx, claim.guild, kind="escrow")
    row = {
        "guild_id": claim.guild,
        "claim": claim.number,
        "number": there.number + 1 if there else 1,
        "opener": request.actor.player,
        "escrow": escrow.number,
        "opened_us": to_us(now),
        "closes_us": closes_us,
        "stakes": 0,
        "state": "open",
    }
    tx.execute(_OPEN, row)
    return _opened(tx, claim, closes_us)


def _opened(tx: Connection, claim: Claim, closes_us: int) -> Pool:
    jobs.schedule(tx, claim.guild, "pool.close", claim.number, closes_us)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    return load(tx, claim.guild, claim.number)


def stake(tx: Connection, request: Put, now: datetime) -> Staked:
    """Put points on an outcome; the first stake freezes the claim's text.

    Raises:
        UnknownPool, PoolClosed: There is no pool here that takes stakes.
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes none now.
        BadOutcome, BadStake, StakeTooHigh: It can't stand.
        BadTimes: The terms are not those that were shown (`field` is "terms").
        NamedJudge: The player judges the claim, and steps down first.
        InsufficientFunds, StaysInWallet: They don't have the points, or these stay in their wallet (A4).
    """
    claim, pool = require_stake(tx, request.guild, request.claim, request.player, request.outcome, now)
    _require_amount(claim, request.amount)
    if claim.digest != request.terms:
        raise TermsChanged()
    wallet_keeps.require_kept(tx, claim.guild, request.player, request.amount)
    wallet = accounts.wallet(tx, claim.guild, request.player)
    posted = post(
        tx,
        guild=claim.guild,
        key=request.key,
        kind=STAKE,
        amounts={wallet: -request.amount, pool.escrow: request.amount},
        now=now,
        actor=request.player,
    )
    number = _write(tx, pool, request, posted.number, now)
    claims.freeze(tx, claim)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    return Staked(claim.number, number, posted.number, posted.digest, posted.balances[wallet.number])


def _write(tx: Connection, pool: Pool, request: Put, transfer: int, now: datetime) -> int:
    """Write a stake down; returns its number."""
    this = {"g": pool.guild, "c": pool.claim}
    number = int(tx.execute(_NUMBERED, this).scalar_one()) + 1
    _COUNT.execute(tx, **this, n=pool.number)
    of_pool = {"guild_id": pool.guild, "claim": pool.claim, "pool": pool.number, "outcome": request.outcome}
    _STAKE.execute(
        tx,
        **of_pool,
        number=number,
        player=request.player,
        amount=request.amount,
        transfer=transfer,
        at_us=to_us(now),
        state="live",
        late=0,
        paid=None,
        paid_by=None,
    )
    _BACK.execute(tx, **of_pool, staked=request.amount)
    return number


def require_stake(
    tx: Connection, guild: int, number: int, player: int, outcome: int, now: datetime
) -> tuple[Claim, Pool]:
    """Check what would refuse a stake of any amount, before a player is asked to confirm it.

    Raises:
        UnknownPool, PoolClosed, ClaimMoved, ClaimHalted, TradingClosed, BadOutcome, NamedJudge: As `stake`.
    """
    claim = claims.load(tx, guild, number)
    claims.require_public(claim)
    pool = load(tx, guild, number)
    rests.trading(tx, claim, now).require("stake", now)
    if not pool.takes(now):
        raise PoolClosed(number, pool.state)
    if type(outcome) is not int or not 0 <= outcome < len(claim.terms.outcomes):
        raise BadOutcome("outcome", "unknown")
    judges.require_may_bet(tx, claim, player)
    return claim, pool


def _require_amount(claim: Claim, amount: int) -> None:
    if type(amount) is not int or amount < 1:
        raise BadStake("stake", "too_small")
    if amount > money.MOST:
        raise BadStake("stake", "too_large")
    most = claim.settings.most_on_one_bet
    if most and amount > most:
        raise StakeTooHigh(most)


# --- how it ends ------------------------------------------------------------------------------


def end(tx: Connection, pool: Pool, state: str, resolution: int | None) -> None:
    """Set the state it is in from now on; the split that was kept for its payments goes."""
    this = {"g": pool.guild, "c": pool.claim, "n": pool.number}
    tx.execute(_STATE, this | {"state": state, "resolution": resolution})
    happened(tx, ClaimChanged(pool.guild, pool.claim))


def close(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Take no more stakes, which the card shows. The calendar calls it."""
    happened(tx, ClaimChanged(work.guild, work.ref))


# --- reading ----------------------------------------------------------------------------------


def find(tx: Connection, guild: int, claim: int) -> Pool | None:
    """Find a claim's newest pool, if it has one: none but that takes stakes."""
    found = _found(tx, guild, claim, _NEWEST)
    return found[0] if found else None


def every(tx: Connection, guild: int, claim: int) -> list[Pool]:
    """Return all pools of a claim, the oldest first."""
    return _found(tx, guild, claim, _EVERY)


def _found(tx: Connection, guild: int, claim: int, statement: Compiled) -> list[Pool]:
    rows = list(statement.rows(tx, g=guild, c=claim)) if fits(claim) else []
    if not rows:
        return []
    on = {(row[2], row[0]): row[1] for row in _BACKING.rows(tx, g=guild, c=claim)}
    outcomes = len(claims.load(tx, guild, claim).terms.outcomes)
    return [_pool(row, on, outcomes) for row in rows]


def _pool(row: Sequence[Any], on: dict[tuple[int, int], int], outcomes: int) -> Pool:
    values = _columns.values(row)
    values["escrow"] = Account(values["guild"], values["escrow"])
    backing = tuple(on.get((values["number"], outcome), 0) for outcome in range(outcomes))
    return Pool(**values, backing=backing)


def load(tx: Connection, guild: int, claim: int) -> Pool:
    """Load a claim's newest pool.

    Raises:
        UnknownPool: It has none.
    """
    found = find(tx, guild, claim)
    if found is None:
        raise UnknownPool(guild, claim)
    return found


def clear(tx: Connection, claim: Claim, now: datetime) -> None:
    """End pools that nobody staked in, since their claim is filed with nothing on it."""
    for pool in every(tx, claim.guild, claim.number):
        if pool.state == "open":
            accounts.end(tx, pool.escrow)
            jobs.cancel(tx, claim.guild, "pool.close", claim.number)
            end(tx, pool, "void", None)
