"""Pools: stakes that share one pot by what happens (RULES C6, C8, C9, D2).

A claim has one pool at most, with one escrow. Its first stake freezes the claim's text. How each outcome's part of
the pot is split is worked out by `mechanisms.parimutuel` from all stakes before the first is paid, and kept beside
the pool until the last is: from it what each gets follows from its own amount. They are paid in transfers of up to
`CHUNK` stakes, each in a unit of its own under a key of its own, so that a crash between any two pays each once.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from ledger import accounts, money
from ledger import schema as book
from ledger.accounts import Account
from ledger.compiled import Compiled, in_guild, param
from ledger.transfers import VOID, Words, post, reverse
from ledger.types import Whole, fits, to_us
from markets.bets import offers
from markets.claims import claims, instruments, judges, terms
from markets.claims.claims import Claim
from markets.claims.instruments import NOTHING_LEFT, Step
from markets.claims.terms import Actor, Result
from markets.core import jobs, outbox, tables
from markets.core.errors import (
    BadOutcome,
    BadStake,
    BadTimes,
    MayNotOpen,
    PoolClosed,
    PoolThere,
    StakeTooHigh,
    UnknownPool,
)
from markets.forecasts import leaderboard
from markets.mechanisms import parimutuel
from markets.shares import orders

STAKE, PAYOUT = "pool.stake", "pool.payout"

CHUNK = 100
"""Stakes paid in one transfer: with the escrow's own, well under the 200 entries of a unit."""

BESIDES = 3
"""Entries of a transfer beside one for each player: the escrow's, the house's, and a debt paid off."""

PAGE = 500
"""Stakes read at a time while the split is worked out."""

OPEN_US = 7 * terms.DAY_US
"""How long a pool takes stakes where its opener says nothing else (C6)."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as the transaction finds it; `backing` is what lies on each outcome, in minor units."""

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

    @property
    def pot(self) -> int:
        return sum(self.backing)

    def takes(self, now: datetime) -> bool:
        """Whether it still takes stakes, as far as its own time says."""
        return self.state == "open" and to_us(now) < self.closes_us


class PoolStake(NamedTuple):
    """A stake as it is stored; `paid` is what came back once the pool has ended. A tuple: ten thousand are read while
    somebody waits."""

    number: int
    player: int
    outcome: int
    amount: int
    at_us: int
    state: str
    late: bool
    paid: int | None
    paid_by: int | None


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
    """A stake that stands: its number in the pool, its transfer, and what the player has left."""

    claim: int
    number: int
    transfer: int
    digest: str
    balance: int


_pools = tables.pools.c
_pool_outcomes = tables.pool_outcomes.c
_stakes = tables.stakes.c
_this = (in_guild(_pools), _pools.claim == param("c"))
_of = (in_guild(_stakes), _stakes.claim == param("c"))
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_LIVE: sa.ColumnElement[str] = sa.literal_column("'live'")
_LOAD = Compiled(
    sa.select(
        _pools.claim,
        _pools.opener,
        _pools.escrow,
        _pools.opened_us,
        _pools.closes_us,
        _pools.stakes,
        _pools.state,
        _pools.resolution,
    ).where(*_this)
)
_BACKING = Compiled(
    sa.select(_pool_outcomes.outcome, _pool_outcomes.staked).where(
        in_guild(_pool_outcomes), _pool_outcomes.claim == param("c")
    )
)
_OPEN = sa.insert(tables.pools)
_COUNT = Compiled(sa.update(tables.pools).where(*_this).values(stakes=_pools.stakes + _ONE))
_STAKE = Compiled(sa.insert(tables.stakes))
_back = postgresql.insert(tables.pool_outcomes)
_BACK = Compiled(
    _back.on_conflict_do_update(
        index_elements=[_pool_outcomes.guild_id, _pool_outcomes.claim, _pool_outcomes.outcome],
        set_={"staked": _pool_outcomes.staked + _back.excluded.staked},
    )
)
_STATE = (
    sa.update(tables.pools)
    .where(*_this)
    .values(state=param("state"), resolution=param("resolution"), plan=sa.null())
)
_PLAN = Compiled(sa.select(_pools.plan).where(*_this))
_KEEP = Compiled(sa.update(tables.pools).where(*_this).values(plan=param("plan")))
_columns = (
    _stakes.number,
    _stakes.player,
    _stakes.outcome,
    _stakes.amount,
    _stakes.at_us,
    _stakes.state,
    _stakes.late,
    _stakes.paid,
    _stakes.paid_by,
)
_STAKES = Compiled(sa.select(*_columns).where(*_of).order_by(_stakes.number))
_zero = sa.literal_column("0", Whole)  # SQLite's compiler adds one of its own, as a value
_WAITING = Compiled(
    sa.select(*_columns)
    .where(*_of, _stakes.state == _LIVE)
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
_STAKES_OF = Compiled(sa.select(*_columns).where(*_of, _stakes.player == param("p")).order_by(_stakes.number))
_PAID = Compiled(
    sa.update(tables.stakes)
    .where(*_of, _stakes.number == param("n"))
    .values(state=param("state"), late=param("late"), paid=param("paid"), paid_by=param("paid_by"))
)
_LAST_PAID = sa.select(sa.func.max(_stakes.paid_by)).where(*_of)
_PAID_BEFORE = sa.select(_stakes.number).where(*_of, _stakes.paid_by != param("by")).limit(1)
_HOLDERS = (
    sa.select(_stakes.player, sa.func.sum(_stakes.amount).label("staked"))
    .where(*_of, _stakes.state == _LIVE)
    .group_by(_stakes.player)
)
_ANY = sa.select(_stakes.number).where(*_of, _stakes.state == _LIVE).limit(1)
_HOLDS = _ANY.where(_stakes.player == param("p"))
_l = book.players.c
_EVER = sa.select(_stakes.number).where(*_of, _stakes.player == param("p")).limit(1)


def open_pool(tx: Connection, request: OpenPool, now: datetime) -> Pool:
    """Open a pool on a claim.

    Raises:
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes none now.
        MayNotOpen: Here only moderators open claims and what hangs on them (B8).
        PoolThere, BadTimes: It has one already, or would close before it opens.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("pool", now)
    if claim.settings.who_may_open == "moderators" and not request.actor.moderator:
        raise MayNotOpen
    if find(tx, claim.guild, claim.number) is not None:
        raise PoolThere(claim.number, claim.state)
    asked = to_us(now) + OPEN_US if request.closes_us is None else request.closes_us
    if asked <= to_us(now):
        raise BadTimes("closes_us", "past")
    assert claim.closes_us is not None
    closes_us = min(asked, claim.closes_us)
    escrow = accounts.open_account(tx, claim.guild, kind="escrow")
    row = {
        "guild_id": claim.guild,
        "claim": claim.number,
        "opener": request.actor.player,
        "escrow": escrow.number,
        "opened_us": to_us(now),
        "closes_us": closes_us,
        "stakes": 0,
        "state": "open",
    }
    tx.execute(_OPEN, row)
    jobs.schedule(tx, claim.guild, "pool.close", claim.number, closes_us)
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    return load(tx, claim.guild, claim.number)


def stake(tx: Connection, request: Put, now: datetime) -> Staked:
    """Put points on an outcome; the first stake freezes the claim's text.

    Raises:
        UnknownPool, PoolClosed: There is no pool here that takes stakes.
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes none now.
        BadOutcome, BadStake, StakeTooHigh: It can't stand.
        BadTimes: The terms are not those that were shown (`field` is "terms").
        NamedJudge: The player judges the claim, and steps down first.
        InsufficientFunds: They don't have the points.
    """
    claim, pool = require_stake(tx, request.guild, request.claim, request.player, request.outcome, now)
    _require_amount(claim, request.amount)
    if claim.digest != request.terms:
        raise BadTimes("terms", "changed")
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
    number = pool.stakes + 1
    _COUNT.execute(tx, g=claim.guild, c=claim.number)
    _STAKE.execute(
        tx,
        guild_id=claim.guild,
        claim=claim.number,
        number=number,
        player=request.player,
        outcome=request.outcome,
        amount=request.amount,
        transfer=posted.number,
        at_us=to_us(now),
        state="live",
        late=0,
        paid=None,
        paid_by=None,
    )
    _BACK.execute(
        tx, guild_id=claim.guild, claim=claim.number, outcome=request.outcome, staked=request.amount
    )
    claims.freeze(tx, claim)
    outbox.redraw(tx, claim.guild, "claim", claim.number)
    return Staked(claim.number, number, posted.number, posted.digest, posted.balances[wallet.number])


def require_stake(
    tx: Connection, guild: int, number: int, player: int, outcome: int, now: datetime
) -> tuple[Claim, Pool]:
    """What would refuse a stake whatever its amount, before anybody is asked to confirm it.

    Raises:
        UnknownPool, PoolClosed, ClaimMoved, ClaimHalted, TradingClosed, BadOutcome, NamedJudge: As `stake`.
    """
    claim = claims.load(tx, guild, number)
    claims.require_public(claim)
    pool = load(tx, guild, number)
    claim.require("stake", now)
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


def _splits(
    tx: Connection, claim: Claim, weights: tuple[int, ...], known_us: int | None
) -> list[parimutuel.Split]:
    """How each outcome's part of the pot is shared by the stakes that were placed in time."""
    asked = {"g": claim.guild, "c": claim.number, "until": _MOST if known_us is None else known_us}
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


def is_late(one: PoolStake, known_us: int | None) -> bool:
    """Whether a stake was placed after the result was public."""
    return known_us is not None and one.at_us > known_us


def pay_some(
    tx: Connection,
    claim: Claim,
    resolution: int,
    result: Result,
    room: int,
    now: datetime,
) -> Step:
    """Pay the next stakes of a claim's pool, as many as fit into `room` entries."""
    known_us = result.known_us
    pool = find(tx, claim.guild, claim.number)
    if pool is None or pool.state != "open":
        return NOTHING_LEFT
    most = max(min(CHUNK, room - BESIDES), 0)
    waiting = _placed(_WAITING.rows(tx, g=claim.guild, c=claim.number, most=most + 1))
    splits = _kept_splits(tx, claim, result, known_us) if waiting and most else None
    chunk = [(one, _gets(one, splits, known_us)) for one in waiting[:most]]
    entries = _pay(tx, pool, claim, resolution, result, known_us, chunk, now) if chunk else 0
    if len(waiting) > len(chunk):
        return Step(done=False, entries=entries)
    accounts.end(tx, pool.escrow)
    jobs.cancel(tx, claim.guild, "pool.close", claim.number)
    _end(tx, pool, "void" if result.kind == "void" else "settled", resolution)
    if pool.stakes:
        facts = {"claim": claim.number, "resolution": resolution}
        outbox.enqueue(tx, claim.guild, "pool.paid", facts, now, line=claim.number)
    return Step(done=True, entries=entries)


def _kept_splits(
    tx: Connection, claim: Claim, result: Result, known_us: int | None
) -> list[parimutuel.Split] | None:
    """The split of the pot, worked out before the first payment and kept until the last; None where stakes return."""
    weights = instruments.weights(claim, result)
    if weights is None:
        return None
    kept = _PLAN.row(tx, g=claim.guild, c=claim.number)
    if kept is not None and kept[0] is not None:
        return [parimutuel.Split(*one) for one in json.loads(kept[0])]
    splits = _splits(tx, claim, weights, known_us)
    plan = json.dumps([astuple(one) for one in splits], separators=(",", ":"))
    _KEEP.execute(tx, g=claim.guild, c=claim.number, plan=plan)
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
    rows: list[dict[str, Any]] = []
    for one, share in chunk:
        late = shared and is_late(one, known_us)
        state = "returned" if late or not shared else "paid"
        row = {"n": one.number, "state": state, "late": int(late), "paid": share}
        rows.append({"g": pool.guild, "c": pool.claim, "paid_by": by if share else None, **row})
    _PAID.many(tx, rows)
    if not voids:
        took_part = [(one, share) for one, share in chunk if not (shared and is_late(one, known_us))]
        leaderboard.note_profits(tx, pool.guild, pool.claim, _came(took_part), now)
    return len(amounts)


def _came(paid: Iterable[tuple[PoolStake, int]]) -> list[leaderboard.Profit]:
    """What each player in a part of a pool staked and got."""
    sums: dict[int, tuple[int, int]] = {}
    for one, share in paid:
        staked, got = sums.get(one.player, (0, 0))
        sums[one.player] = staked + one.amount, got + share
    return [leaderboard.Profit(player, staked, got) for player, (staked, got) in sums.items()]


def _amounts(
    tx: Connection, pool: Pool, chunk: Sequence[tuple[PoolStake, int]], now: datetime
) -> dict[Account, int]:
    """The entries of one payout; none where nobody in it gets anything."""
    sums: dict[int, int] = {}
    for one, share in chunk:
        sums[one.player] = sums.get(one.player, 0) + share
    amounts: dict[Account, int] = {}
    for player, share in sums.items():
        for account, amount in offers.credited(tx, pool.guild, player, share, now).items():
            amounts[account] = amounts.get(account, 0) + amount
    return {pool.escrow: -sum(amounts.values()), **amounts} if amounts else {}


def take_some_back(
    tx: Connection,
    claim: Claim,
    resolution: int,
    result: Result,
    room: int,
    *,
    now: datetime,
    actor: int,
    note: Words | None,
) -> Step:
    """Undo the last payout of a pool by its opposite, one in each unit; after the first it is open again, though its
    time may be over."""
    pool = find(tx, claim.guild, claim.number)
    if pool is None or pool.resolution not in (resolution, None):
        return NOTHING_LEFT
    this = {"g": claim.guild, "c": claim.number}
    by = tx.execute(_LAST_PAID, this).scalar()
    if by is not None and room < CHUNK + BESIDES:
        return Step(done=False)
    if pool.state != "open":
        accounts.reopen(tx, pool.escrow)
    _end(tx, pool, "open", None)
    ended = [one for one in stakes_of(tx, claim.guild, claim.number) if one.state != "live"]
    entries = 0
    if by is not None:
        key = f"resolution:{resolution}:pool:{claim.number}:back:{by}"
        posted = reverse(tx, guild=claim.guild, key=key, transfer=by, now=now, actor=actor, note=note)
        orders.after_taking(tx, pool.guild, posted.balances, now)
        entries = len({one.player for one in ended if one.paid_by == by}) + BESIDES
    left = tx.execute(_PAID_BEFORE, this | {"by": by or 0}).scalar() is not None
    undone = [one for one in ended if one.paid_by == by or not (left or one.paid_by)]
    _PAID.many(tx, [this | _AGAIN | {"n": one.number} for one in undone])
    if result.kind != "void":
        took_part = [(one, one.paid or 0) for one in undone if not one.late]
        leaderboard.note_profits(tx, claim.guild, claim.number, _came(took_part), now, back=True)
    return Step(done=not left, entries=entries)


def _end(tx: Connection, pool: Pool, state: str, resolution: int | None) -> None:
    """The state it is in from now on; the split that was kept for its payments goes."""
    tx.execute(_STATE, {"g": pool.guild, "c": pool.claim, "state": state, "resolution": resolution})
    outbox.redraw(tx, pool.guild, "claim", pool.claim)


def close(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """The calendar: it takes no more stakes, which its card shows."""
    outbox.redraw(tx, work.guild, "claim", work.ref)


# --- reading ----------------------------------------------------------------------------------


def find(tx: Connection, guild: int, claim: int) -> Pool | None:
    """A claim's pool, if it has one."""
    row = _LOAD.row(tx, g=guild, c=claim) if fits(claim) else None
    if row is None:
        return None
    on = {row[0]: row[1] for row in _BACKING.rows(tx, g=guild, c=claim)}
    outcomes = len(claims.load(tx, guild, claim).terms.outcomes)
    number, opener, escrow, opened_us, closes_us, stakes, state, resolution = row
    return Pool(
        guild=guild,
        claim=number,
        opener=opener,
        escrow=Account(guild, escrow),
        opened_us=opened_us,
        closes_us=closes_us,
        stakes=stakes,
        state=state,
        resolution=resolution,
        backing=tuple(on.get(outcome, 0) for outcome in range(outcomes)),
    )


def load(tx: Connection, guild: int, claim: int) -> Pool:
    """A claim's pool.

    Raises:
        UnknownPool: It has none.
    """
    found = find(tx, guild, claim)
    if found is None:
        raise UnknownPool(guild, claim)
    return found


def stakes_of(tx: Connection, guild: int, claim: int, *, player: int | None = None) -> list[PoolStake]:
    """A pool's stakes in the order in which they were placed; of one player if named."""
    if player is None:
        return _placed(_STAKES.rows(tx, g=guild, c=claim))
    return _placed(_STAKES_OF.rows(tx, g=guild, c=claim, p=player))


def _placed(rows: Iterable[Sequence[Any]]) -> list[PoolStake]:
    made: list[PoolStake] = []
    for number, player, outcome, amount, at_us, state, late, paid, paid_by in rows:
        made.append(PoolStake(number, player, outcome, amount, at_us, state, bool(late), paid, paid_by))
    return made


def changes(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """What each player with a live stake would end up with, more or less than they staked, by a result."""
    weights, known_us = instruments.weights(claim, result), result.known_us
    splits = None if weights is None else _splits(tx, claim, weights, known_us)
    found: dict[int, int] = {}
    for one in stakes_of(tx, claim.guild, claim.number, player=player):
        if one.state == "live":
            found[one.player] = found.get(one.player, 0) + _gets(one, splits, known_us) - one.amount
    return found


def changes_by_outcome(tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]:
    """`changes` by each outcome: what it brings to the stakes on it, and takes from all others."""
    backing = [0] * len(claim.terms.outcomes)
    on: list[list[PoolStake]] = [[] for _ in backing]
    lost: dict[int, int] = {}
    for one in stakes_of(tx, claim.guild, claim.number):
        if one.state == "live":
            backing[one.outcome] += one.amount
            on[one.outcome].append(one)
            lost[one.player] = lost.get(one.player, 0) - one.amount
    return [
        {who: by for who, by in _won(backing, at, on[at], lost).items() if player in (None, who)}
        for at in range(len(backing))
    ]


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


def paid_otherwise(tx: Connection, claim: Claim, result: Result) -> list[int]:
    """The stakes of a pool that ended by a result and that got something else than comes of it, by number: worked out
    once more from all stakes and the moment at which it became public."""
    weights, known_us = instruments.weights(claim, result), result.known_us
    splits = None if weights is None else _splits(tx, claim, weights, known_us)
    return [
        one.number
        for one in stakes_of(tx, claim.guild, claim.number)
        if (one.paid, one.late)
        != (_gets(one, splits, known_us), splits is not None and is_late(one, known_us))
    ]


def holders(tx: Connection, claim: Claim) -> dict[int, int]:
    """Who has a live stake in a claim's pool, and how much."""
    rows = tx.execute(_HOLDERS, {"g": claim.guild, "c": claim.number})
    return {row.player: int(row.staked) for row in rows}


def holds(tx: Connection, claim: Claim, player: int) -> bool:
    """Whether a player has a live stake in a claim's pool."""
    return tx.execute(_HOLDS, {"g": claim.guild, "c": claim.number, "p": player}).first() is not None


def hangs(tx: Connection, claim: Claim) -> bool:
    """Whether there is a live stake in a claim's pool."""
    return tx.execute(_ANY, {"g": claim.guild, "c": claim.number}).first() is not None


def has_money(tx: Connection, claim: Claim, player: int) -> bool:
    """Whether a player has, or ever had, a stake in a claim's pool (D4)."""
    return tx.execute(_EVER, {"g": claim.guild, "c": claim.number, "p": player}).first() is not None


def somebody_deleted(tx: Connection, claim: Claim) -> bool:
    """Whether somebody with a live stake had themselves deleted (E4)."""
    return tx.execute(_DELETED, {"g": claim.guild, "c": claim.number}).first() is not None


def clear(tx: Connection, claim: Claim) -> None:
    """The claim is filed with nothing on it: a pool that nobody staked in ends."""
    pool = find(tx, claim.guild, claim.number)
    if pool is not None and pool.state == "open":
        accounts.end(tx, pool.escrow)
        jobs.cancel(tx, claim.guild, "pool.close", claim.number)
        _end(tx, pool, "void", None)


_MOST = 2**63 - 1
_AGAIN = {"state": "live", "late": 0, "paid": None, "paid_by": None}
_DELETED = _ANY.join(
    book.players, (_l.guild_id == _stakes.guild_id) & (_l.number == _stakes.player) & _l.discord_id.is_(None)
)
