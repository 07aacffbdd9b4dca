"""Pay a claim's pools by a result, take that back, and say what each result would bring (RULES C6)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import VOID, post, reverse
from ledger.types import Whole
from markets.bets import bets
from markets.claims import instruments
from markets.claims.claims import Claim
from markets.claims.instruments import Step, Undoing
from markets.claims.terms import Result
from markets.core import jobs, outbox, tables
from markets.core.events import Profit, ProfitsMade, ProfitsUndone, WalletsPaid
from markets.mechanisms import parimutuel
from markets.pools.pool_stakes import LIVE, PoolStake, columns, is_late, placed, stakes_of
from markets.pools.pools import Pool, end, every
from markets.shares import order_filling

_pools = tables.pools.c
_stakes = tables.stakes.c
_this = (in_guild(_pools), _pools.claim == param("c"), _pools.number == param("pool"))
_of_claim = (in_guild(_stakes), _stakes.claim == param("c"))
_of = (*_of_claim, _stakes.pool == param("pool"))
_zero = sa.literal_column("0", Whole)
PAYOUT = "pool.payout"


CHUNK = 100
"""Stakes paid in one transfer: with the escrow's own, well under the 200 entries of a unit."""


BESIDES = 3
"""Entries of a transfer as well as one for each player: the escrow's, the house's, and a debt paid off."""


PAGE = 500
"""Stakes read at a time while the split is worked out."""


_PLAN = Compiled(sa.select(_pools.plan).where(*_this))


_KEEP = Compiled(sa.update(tables.pools).where(*_this).values(plan=param("plan")))


_WAITING = Compiled(
    sa.select(*columns)
    .where(*_of, _stakes.state == LIVE)
    .order_by(_stakes.number)
    .limit(param("most"))
    .offset(_zero)
)


_in_time = (*_of, _stakes.at_us <= param("until"))


_IN_TIME = Compiled(
    sa.select(_stakes.outcome, sa.cast(sa.func.sum(_stakes.amount), Whole))
    .where(*_in_time)
    .group_by(_stakes.outcome)
)


_NEXT_IN_TIME = Compiled(
    sa.select(_stakes.number, _stakes.outcome, _stakes.amount)
    .where(*_in_time, _stakes.number > param("after"))
    .order_by(_stakes.number)
    .limit(param("most"))
    .offset(_zero)
)


_PAID = Compiled(
    sa.update(tables.stakes)
    .where(*_of_claim, _stakes.number == param("n"))
    .values(state=param("state"), late=param("late"), paid=param("paid"), paid_by=param("paid_by"))
)


_LAST_PAID = sa.select(sa.func.max(_stakes.paid_by)).where(*_of)


_PAID_BEFORE = sa.select(_stakes.number).where(*_of, _stakes.paid_by != param("by")).limit(1)


def _splits(
    tx: Connection, claim: Claim, pool: int, weights: tuple[int, ...], known_us: int | None
) -> list[parimutuel.Split]:
    """How each outcome's part of a pool's pot is shared by the stakes that were placed in time."""
    asked = {"g": claim.guild, "c": claim.number, "pool": pool}
    asked["until"] = _MOST if known_us is None else known_us
    backing = [0] * len(weights)
    for outcome, staked in _IN_TIME.rows(tx, **asked):
        backing[outcome] = staked
    splitting, after = parimutuel.Splitting(backing, weights), 0
    while rows := list(_NEXT_IN_TIME.rows(tx, **asked, after=after, most=PAGE)):
        for number, outcome, amount in rows:
            splitting.add(parimutuel.Stake(outcome, amount), number)
        after = rows[-1][0]
    return splitting.done()


def _gets(one: PoolStake, splits: Sequence[parimutuel.Split] | None, known_us: int | None) -> int:
    """What a stake gets back; where nothing is shared, or it was placed after the result was public, itself (D2)."""
    if splits is None or is_late(one, known_us):
        return one.amount
    return splits[one.outcome].gets(one.amount, one.number)


def pay_some(
    tx: Connection,
    claim: Claim,
    resolution: int,
    result: Result,
    room: int,
    now: datetime,
) -> Step:
    """Pay the next stakes of a claim's pools, as many as fit into `room` entries."""
    entries = 0
    for pool in every(tx, claim.guild, claim.number):
        if pool.state == "open":
            step = _pay_pool(tx, claim, pool, resolution, result, room - entries, now)
            entries += step.entries
            if not step.done:
                return Step(done=False, entries=entries)
    return Step(done=True, entries=entries)


def _pay_pool(
    tx: Connection, claim: Claim, pool: Pool, resolution: int, result: Result, room: int, now: datetime
) -> Step:
    known_us = result.known_us
    most = max(min(CHUNK, room - BESIDES), 0)
    asked = {"g": claim.guild, "c": claim.number, "pool": pool.number}
    waiting = placed(_WAITING.rows(tx, **asked, most=most + 1))
    splits = _kept_splits(tx, claim, pool, result, known_us) if waiting and most else None
    chunk = [(one, _gets(one, splits, known_us)) for one in waiting[:most]]
    entries = _pay(tx, pool, claim, resolution, result, known_us, chunk, now) if chunk else 0
    if len(waiting) > len(chunk):
        return Step(done=False, entries=entries)
    accounts.end(tx, pool.escrow)
    jobs.cancel(tx, claim.guild, "pool.close", claim.number)
    end(tx, pool, "void" if result.kind == "void" else "settled", resolution)
    if pool.stakes:
        facts = {"claim": claim.number, "resolution": resolution}
        if pool.number > 1:
            facts["pool"] = pool.number
        outbox.enqueue(tx, claim.guild, "pool.paid", facts, now, line=claim.number)
    return Step(done=True, entries=entries)


def _kept_splits(
    tx: Connection, claim: Claim, pool: Pool, result: Result, known_us: int | None
) -> list[parimutuel.Split] | None:
    """The split of the pot, worked out before the first payment and kept until the last; None where stakes return."""
    weights = instruments.weights(claim, result)
    if weights is None:
        return None
    this = {"g": claim.guild, "c": claim.number, "pool": pool.number}
    kept = _PLAN.row(tx, **this)
    if kept is not None and kept[0] is not None:
        return [parimutuel.Split(*one) for one in json.loads(kept[0])]
    splits = _splits(tx, claim, pool.number, weights, known_us)
    plan = json.dumps([astuple(one) for one in splits], separators=(",", ":"))
    _KEEP.execute(tx, **this, plan=plan)
    return splits


def _pay(
    tx: Connection,
    pool: Pool,
    claim: Claim,
    resolution: int,
    result: Result,
    known_us: int | None,
    chunk: Sequence[tuple[PoolStake, int]],
    now: datetime,
) -> int:
    """Pay some stakes in one transfer; how many entries it has."""
    voids = result.kind == "void"
    shared = instruments.weights(claim, result) is not None
    amounts = _amounts(tx, pool, chunk, now)
    key = f"resolution:{resolution}:pool:{claim.number}:{chunk[0][0].number}"
    kind = VOID if voids else PAYOUT
    by = post(tx, guild=pool.guild, key=key, kind=kind, amounts=amounts, now=now).number if amounts else None
    happened(tx, WalletsPaid(pool.guild, bets.paid_of(amounts)))
    rows: list[dict[str, Any]] = []
    for one, share in chunk:
        late = shared and is_late(one, known_us)
        state = "returned" if late or not shared else "paid"
        row = {"n": one.number, "state": state, "late": int(late), "paid": share}
        rows.append({"g": pool.guild, "c": pool.claim, "paid_by": by if share else None, **row})
    _PAID.many(tx, rows)
    if not voids:
        took_part = [(one, share) for one, share in chunk if not (shared and is_late(one, known_us))]
        happened(tx, ProfitsMade(pool.guild, pool.claim, _came(took_part)))
    return len(amounts)


def _came(paid: Iterable[tuple[PoolStake, int]]) -> tuple[Profit, ...]:
    """What each player in a part of a pool staked and got."""
    sums: dict[int, tuple[int, int]] = {}
    for one, share in paid:
        staked, got = sums.get(one.player, (0, 0))
        sums[one.player] = staked + one.amount, got + share
    return tuple(Profit(player, staked, got) for player, (staked, got) in sums.items())


def _amounts(
    tx: Connection, pool: Pool, chunk: Sequence[tuple[PoolStake, int]], now: datetime
) -> dict[Account, int]:
    """The entries of one payout; none where nobody in it gets anything."""
    sums: dict[int, int] = {}
    for one, share in chunk:
        sums[one.player] = sums.get(one.player, 0) + share
    amounts: dict[Account, int] = {}
    for player, share in sums.items():
        for account, amount in bets.credited(tx, pool.guild, player, share, now).items():
            amounts[account] = amounts.get(account, 0) + amount
    return {pool.escrow: -sum(amounts.values()), **amounts} if amounts else {}


def take_back_some(tx: Connection, undoing: Undoing, room: int, now: datetime) -> Step:
    """Undo the payouts of a claim's pools by their opposites, the newest first, one in each unit; after its first a
    pool is open again, though its time may be over."""
    claim, entries = undoing.claim, 0
    for pool in reversed(every(tx, claim.guild, claim.number)):
        ended = [
            one for one in stakes_of(tx, claim.guild, claim.number, pool=pool.number) if one.state != "live"
        ]
        if pool.resolution == undoing.resolution or (pool.state == "open" and ended):
            step = _take_back_pool(tx, undoing, pool, ended, room - entries, now)
            entries += step.entries
            if not step.done:
                return Step(done=False, entries=entries)
    return Step(done=True, entries=entries)


def _take_back_pool(
    tx: Connection, undoing: Undoing, pool: Pool, ended: Sequence[PoolStake], room: int, now: datetime
) -> Step:
    claim, resolution = undoing.claim, undoing.resolution
    this = {"g": claim.guild, "c": claim.number}
    by = tx.execute(_LAST_PAID, this | {"pool": pool.number}).scalar()
    if by is not None and room < CHUNK + BESIDES:
        return Step(done=False)
    if pool.state != "open":
        accounts.reopen(tx, pool.escrow)
    end(tx, pool, "open", None)
    entries = 0
    if by is not None:
        key = f"resolution:{resolution}:pool:{claim.number}:back:{by}"
        who, note = undoing.actor, undoing.note
        posted = reverse(tx, guild=claim.guild, key=key, transfer=by, now=now, actor=who, note=note)
        order_filling.after_taking(tx, pool.guild, posted.balances, now)
        entries = len({one.player for one in ended if one.paid_by == by}) + BESIDES
    left = tx.execute(_PAID_BEFORE, this | {"pool": pool.number, "by": by or 0}).scalar() is not None
    undone = [one for one in ended if one.paid_by == by or not (left or one.paid_by)]
    _PAID.many(tx, [this | _AGAIN | {"n": one.number} for one in undone])
    if undoing.result.kind != "void":
        took_part = [(one, one.paid or 0) for one in undone if not one.late]
        happened(tx, ProfitsUndone(claim.guild, claim.number, _came(took_part)))
    return Step(done=not left, entries=entries)


def changes(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """Return what each player with a live stake would end up with, more or less than they staked, by a result."""
    weights, known_us = instruments.weights(claim, result), result.known_us
    splits: dict[int, list[parimutuel.Split] | None] = {}
    found: dict[int, int] = {}
    for one in stakes_of(tx, claim.guild, claim.number, player=player):
        if one.state == "live":
            if one.pool not in splits:
                splits[one.pool] = (
                    None if weights is None else _splits(tx, claim, one.pool, weights, known_us)
                )
            gets = _gets(one, splits[one.pool], known_us)
            found[one.player] = found.get(one.player, 0) + gets - one.amount
    return found


def changes_by_outcome(tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]:
    """Return `changes` by each outcome: what it brings to the stakes on it, and takes from all others."""
    placed_in: dict[int, list[PoolStake]] = {}
    for one in stakes_of(tx, claim.guild, claim.number):
        if one.state == "live":
            placed_in.setdefault(one.pool, []).append(one)
    changed: list[dict[int, int]] = [{} for _ in claim.terms.outcomes]
    for stakes in placed_in.values():
        for sums, brought in zip(changed, _by_outcome(len(changed), stakes), strict=True):
            for who, by in brought.items():
                if player in (None, who):
                    sums[who] = sums.get(who, 0) + by
    return changed


def _by_outcome(outcomes: int, stakes: Sequence[PoolStake]) -> list[dict[int, int]]:
    """The same of one pool."""
    backing = [0] * outcomes
    on: list[list[PoolStake]] = [[] for _ in backing]
    lost: dict[int, int] = {}
    for one in stakes:
        backing[one.outcome] += one.amount
        on[one.outcome].append(one)
        lost[one.player] = lost.get(one.player, 0) - one.amount
    return [_won(backing, at, on[at], lost) for at in range(outcomes)]


def _won(backing: list[int], outcome: int, on: list[PoolStake], lost: dict[int, int]) -> dict[int, int]:
    if not on:  # nobody backed it: all stakes return (C6)
        return dict.fromkeys(lost, 0)
    splitting = parimutuel.Splitting(backing, [int(at == outcome) for at in range(len(backing))])
    for one in on:
        splitting.add(parimutuel.Stake(outcome, one.amount), one.number)
    split, changed = splitting.done()[outcome], dict(lost)
    for one in on:
        changed[one.player] += split.gets(one.amount, one.number)
    return changed


def paid_otherwise(tx: Connection, claim: Claim, pool: int, result: Result) -> list[int]:
    """Return the stakes of a pool that ended by a result and that got something else than comes of it, by number:
    computed once more from all stakes and the moment at which it became public."""
    weights, known_us = instruments.weights(claim, result), result.known_us
    splits = None if weights is None else _splits(tx, claim, pool, weights, known_us)
    return [
        one.number
        for one in stakes_of(tx, claim.guild, claim.number, pool=pool)
        if (one.paid, one.late)
        != (_gets(one, splits, known_us), splits is not None and is_late(one, known_us))
    ]


_MOST = 2**63 - 1


_AGAIN = {"state": "live", "late": 0, "paid": None, "paid_by": None}
