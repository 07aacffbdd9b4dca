"""Pools from opening to payment and back (RULES C6, C8, C9, D2, A3, A4, B5, B8)."""

from datetime import timedelta

import pytest

from ledger.accounts import Player
from ledger.errors import AlreadyDone, InsufficientFunds
from ledger.types import from_us, to_us
from markets.claims import ambiguity, drafts, editing, terms
from markets.claims.claims import Claim
from markets.claims.terms import Judges, Outcome, Result
from markets.core.errors import (
    BadOutcome,
    BadStake,
    BadTimes,
    ClaimHalted,
    ClaimMoved,
    MayNotOpen,
    NotAHolder,
    PoolClosed,
    PoolThere,
    Recused,
    StakeTooHigh,
    TermsChanged,
    TradingClosed,
    UnknownPool,
)
from markets.mechanisms import parimutuel
from markets.pools import pool_stakes, pools
from tests.markets import shared_pools
from tests.markets.club import NO, YES, Club
from tests.markets.test_claims import choose

pytestmark = pytest.mark.core

DAY = timedelta(days=1)


async def read(club: Club, claim: Claim) -> pools.Pool:
    return await club.db.read(pools.load, club.guild, claim.number)


async def placed(club: Club, claim: Claim) -> list[pool_stakes.PoolStake]:
    return await club.db.read(pool_stakes.stakes_of, club.guild, claim.number)


async def balances(club: Club, *people: Player) -> list[int]:
    return [await club.balance(who.wallet) for who in people]


@pytest.mark.rule("C6")
@pytest.mark.rule("B5")
async def test_a_stake_goes_to_the_pool_s_escrow_and_freezes_the_claim(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    opened = await club.pool(bo, claim)
    assert opened.closes_us == to_us(club.now + 7 * DAY)
    assert not (await club.read_claim(claim.number)).frozen

    first = await club.stake(ada, claim, YES, 30_000)
    await club.stake(bo, claim, NO, 10_000)

    pool = await read(club, claim)
    assert (first.number, first.balance, pool.backing, pool.pot) == (1, 70_000, (30_000, 10_000), 40_000)
    assert await club.balance(pool.escrow) == 40_000
    assert (await club.read_claim(claim.number)).frozen


@pytest.mark.rule("C6")
async def test_a_pool_closes_after_seven_days_and_never_after_trading_closes(club: Club):
    ada = await club.member(1)
    claim, other = await club.claim(ada), await club.claim(ada)
    await club.pool(ada, claim)
    long = await club.pool(ada, other, closes_us=to_us(club.now + 365 * DAY))
    assert long.closes_us == other.closes_us
    club.now += 7 * DAY
    with pytest.raises(PoolClosed):
        await club.stake(ada, claim, YES, 100)
    await club.stake(ada, other, YES, 100)
    assert other.closes_us is not None
    club.now = from_us(other.closes_us)
    with pytest.raises(TradingClosed):
        await club.stake(ada, other, YES, 100)


@pytest.mark.rule("C6")
async def test_what_cant_be_staked_is_refused_and_leaves_nothing(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    await choose(club, most_on_one_bet=50_000)
    claim = await club.claim(ada, judges=Judges((bo.number,)))
    with pytest.raises(UnknownPool):
        await club.stake(ada, claim, YES, 100)
    await club.pool(ada, claim)
    with pytest.raises(PoolThere):
        await club.pool(bo, claim)
    for outcome, amount, error in (
        (2, 100, BadOutcome),
        (-1, 100, BadOutcome),
        (YES, 0, BadStake),
        (YES, -5, BadStake),
        (YES, 10**15 + 1, BadStake),
        (YES, 50_001, StakeTooHigh),
    ):
        with pytest.raises(error):
            await club.stake(ada, claim, outcome, amount)
    with pytest.raises(TermsChanged):
        await club.stake(ada, claim, YES, 100, terms="0" * 64)
    poor = await club.member(3, balance=99)
    with pytest.raises(InsufficientFunds):
        await club.stake(poor, claim, YES, 100)
    assert (await read(club, claim)).pot == 0
    with pytest.raises(BadTimes):
        await club.pool(ada, await club.claim(ada), closes_us=to_us(club.now))


@pytest.mark.rule("B8")
async def test_where_only_moderators_open_claims_only_they_open_pools(club: Club):
    ada = await club.member(1)
    await choose(club, who_may_open="moderators")
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms())
    number = await club.db.write(drafts.save_draft, draft, club.now)
    actor = terms.Actor(ada.number, moderator=True)
    claim = await club.db.write(
        editing.open_claim, editing.Open(club.guild, club.key(), actor, number), club.now
    )
    with pytest.raises(MayNotOpen):
        await club.pool(ada, claim)
    await club.pool(ada, claim, moderator=True)


async def test_the_same_press_stakes_once(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 100, key="press")
    with pytest.raises(AlreadyDone):
        await club.stake(ada, claim, YES, 100, key="press")
    assert (await read(club, claim)).pot == 100


@pytest.mark.rule("C6")
async def test_the_pot_goes_to_those_who_backed_what_happened(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    pool = await club.pool(ada, claim)
    for who, outcome, amount in ((ada, YES, 100), (bo, YES, 200), (cy, NO, 1_000), (ada, NO, 33)):
        await club.stake(who, claim, outcome, amount)
    club.skip(days=31)
    await club.settle(ada, claim, Result("outcome", outcome=YES))
    assert await balances(club, ada, bo, cy) == [100_000 - 133 + 444, 100_000 - 200 + 889, 99_000]
    assert await club.balance(pool.escrow) == 0
    assert [(one.state, one.paid) for one in await placed(club, claim)] == [
        ("paid", 444),
        ("paid", 889),
        ("paid", 0),
        ("paid", 0),
    ]


@pytest.mark.rule("C8")
@pytest.mark.rule("C9")
@pytest.mark.parametrize(
    ("result", "change"),
    [
        (Result("weights", weights=(3, 1)), [200, -200]),
        (Result("void"), [0, 0]),
        (Result("unclear"), [100, -100]),
        (Result("outcome", outcome=NO), [-100, 100]),
    ],
)
async def test_every_ending_pays_a_pool_whole(club: Club, result: Result, change: list[int]):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, clause=ambiguity.encode(ambiguity.even(2)))
    pool = await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 100)
    await club.stake(bo, claim, NO, 300)
    club.skip(days=31)
    await club.settle(mo, claim, result)
    assert await balances(club, ada, bo) == [100_000 + by for by in change]
    assert await club.balance(pool.escrow) == 0


@pytest.mark.rule("D8")
async def test_too_early_pays_nothing_and_the_pool_goes_on(club: Club):
    ada, mo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 100)
    await club.proposed(mo, claim, Result("early"), moderator=True)
    with pytest.raises(ClaimMoved):
        await club.stake(ada, claim, YES, 100)
    club.skip(days=2)
    await club.sweep()
    await club.stake(ada, claim, YES, 100)
    assert (await read(club, claim)).pot == 200


@pytest.mark.rule("D2")
async def test_stakes_after_the_result_was_public_return_before_the_split(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 100)
    await club.stake(bo, claim, NO, 100)
    club.skip(days=1)
    known_us = to_us(club.now)
    await club.stake(ada, claim, YES, 50)
    club.skip(seconds=1)
    await club.stake(cy, claim, YES, 70_000)
    club.skip(days=31)
    await club.settle(ada, claim, Result("outcome", outcome=YES), known_us=known_us)
    assert await balances(club, ada, bo, cy) == [100_100, 99_900, 100_000]
    assert [one.late for one in await placed(club, claim)] == [False, False, False, True]


@pytest.mark.rule("D2")
async def test_a_ruling_that_found_otherwise_knows_no_such_moment(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    known_us = to_us(club.now)
    club.skip(hours=1)
    await club.stake(ada, claim, YES, 100)
    await club.stake(bo, claim, NO, 100)
    club.skip(days=31)
    await club.proposed(bo, claim, Result("outcome", outcome=NO), known_us=known_us)
    await club.challenge(ada, claim)
    await club.vote(mo, claim, Result("outcome", outcome=YES))
    club.skip(days=2)
    await club.sweep()
    assert await balances(club, ada, bo) == [100_100, 99_900]


@pytest.mark.rule("D6")
@pytest.mark.rule("A4")
async def test_taken_back_after_the_winnings_are_spent_leaves_a_debt_and_pays_the_other_result(club: Club):
    ada, bo, mo = (
        await club.member(1, balance=1_000),
        await club.member(2, balance=1_000),
        await club.member(3),
    )
    claim = await club.claim(ada)
    pool = await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 1_000)
    await club.stake(bo, claim, NO, 1_000)
    club.skip(days=31)
    await club.settle(mo, claim, Result("outcome", outcome=YES))
    await club.post({ada.wallet: -1_500, mo.wallet: 1_500}, kind="gift")

    await club.reverse_result(mo, claim)
    await club.sweep()
    assert await balances(club, ada, bo) == [-1_500, 0]
    assert await club.balance(pool.escrow) == 2_000
    assert {one.state for one in await placed(club, claim)} == {"live"}

    await club.settle(mo, claim, Result("outcome", outcome=NO))
    assert await balances(club, ada, bo) == [-1_500, 2_000]
    assert await club.balance(pool.escrow) == 0


@pytest.mark.rule("C5")
@pytest.mark.rule("A4")
async def test_a_debt_by_a_pool_taken_back_ends_the_debtor_s_resting_orders(club: Club):
    ada, bo, mo = await club.member(1), await club.member(2), await club.member(3)
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 1_000)
    await club.stake(bo, claim, NO, 1_000)
    deadline = to_us(club.now + 90 * DAY)
    other = await club.claim(ada, closes_us=deadline, deadline_us=deadline, check_us=deadline)
    await club.market(bo, other)
    club.skip(days=31)
    await club.settle(mo, claim, Result("outcome", outcome=YES))
    order = await club.order(ada, other, YES, 1_000, budget=5_000)
    spend = await club.balance(ada.wallet)
    await club.post({ada.wallet: -spend, mo.wallet: spend}, kind="gift")

    await club.reverse_result(mo, claim)
    await club.sweep()
    assert (await club.read_order(order.order)).state == "ended"
    assert await balances(club, ada) == [5_000 - 2_000], "what it held came back, and paid the debt off"


@pytest.mark.rule("D6")
async def test_a_result_is_taken_back_where_the_pool_has_nothing_to_take_back(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.settle(mo, claim, Result("outcome", outcome=YES))
    await club.reverse_result(mo, claim)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "open"
    assert await balances(club, ada, bo) == [90_000, 90_000]


@pytest.mark.rule("D1")
@pytest.mark.rule("D4")
async def test_a_holder_of_a_pool_may_propose_and_never_judges(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(bo, claim, NO, 100)
    club.skip(days=31)
    with pytest.raises(NotAHolder):
        await club.propose(cy, claim, Result("outcome", outcome=NO))
    proposal = await club.proposed(bo, claim, Result("outcome", outcome=YES))
    assert not proposal.gains
    await club.challenge(ada, claim)
    with pytest.raises(Recused):
        await club.vote(bo, claim, Result("outcome", outcome=YES))


@pytest.mark.rule("D2")
async def test_a_frozen_claim_takes_no_stakes(club: Club):
    ada, mo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.halt(mo, claim)
    with pytest.raises(ClaimHalted):
        await club.stake(ada, claim, YES, 100)


@pytest.mark.rule("B8")
async def test_a_pool_that_nobody_staked_in_keeps_no_claim_open(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    club.skip(days=31)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "unresolved"
    assert (await read(club, claim)).state == "void"


@pytest.mark.rule("E4")
async def test_winnings_of_somebody_deleted_go_to_the_house(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mo)
    await club.pool(mo, claim)
    await club.stake(ada, claim, YES, 100)
    await club.stake(bo, claim, NO, 100)
    await club.forget(1)
    club.skip(days=31)
    await club.proposed(bo, claim, Result("outcome", outcome=YES))
    club.skip(days=3)
    await club.sweep()
    assert (await read(club, claim)).state == "settled"
    assert await balances(club, bo) == [99_900]


async def test_a_large_pool_is_paid_in_parts_each_stake_once_and_taken_back_the_same_way(club: Club):
    everybody = [await club.member(n, balance=1_000) for n in range(1, 131)]
    mo, claim = await club.member(1_000), await club.claim(everybody[0])
    pool = await club.pool(mo, claim)
    for place, who in enumerate(everybody):
        await club.stake(who, claim, place % 2, 10 + place)
    club.skip(days=31)
    await club.settle(mo, claim, Result("outcome", outcome=YES))
    stakes = [parimutuel.Stake(one.outcome, one.amount) for one in await placed(club, claim)]
    expected = shared_pools.payouts(stakes, [1, 0])
    found = [await club.balance(who.wallet) for who in everybody]
    assert found == [1_000 - 10 - place + share for place, share in enumerate(expected)]
    assert await club.balance(pool.escrow) == 0
    await club.reverse_result(mo, claim)
    await club.sweep()
    assert [await club.balance(who.wallet) for who in everybody] == [990 - place for place in range(130)]
    assert await club.balance(pool.escrow) == sum(range(10, 140))
    assert (await club.read_claim(claim.number)).state == "open"
    await club.settle(mo, claim, Result("void"))
    assert {await club.balance(who.wallet) for who in everybody} == {1_000}


async def test_a_pool_over_many_outcomes_and_a_bet_settle_from_one_result(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, kind="choice", outcomes=tuple(Outcome(name, name) for name in "abcd"))
    await club.pool(ada, claim)
    await club.bet(ada, bo, claim, side=2, maker_stake=500, taker_stake=500)
    for who, outcome, amount in ((ada, 0, 100), (bo, 2, 300), (ada, 3, 100)):
        await club.stake(who, claim, outcome, amount)
    club.skip(days=31)
    await club.settle(mo, claim, Result("weights", weights=(1, 6, 1, 0)))
    # The bet: c weighs an eighth of 1,000; the pool: half of 500 each for a and c.
    assert await balances(club, ada, bo) == [
        100_000 - 500 - 200 + 125 + 250,
        100_000 - 500 - 300 + 875 + 250,
    ]
