"""Freezes end by themselves (RULES D4), bonds can't be parked away, and what came to nothing waits (D2, D5)."""

from contextlib import suppress

import pytest

from ledger import accounts
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core.errors import BondNeeded, ClaimHalted, FrozenLongEnough, WaitFirst
from markets.settlement import freezing
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
BOND = 1_000


async def state(club: Club, claim: Claim) -> tuple[str, bool]:
    found = await club.read_claim(claim.number)
    return found.state, found.halted


# --- freezes --------------------------------------------------------------------------------------


@pytest.mark.rule("D4")
async def test_a_freeze_ends_by_itself_after_14_days_and_the_window_goes_on(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_YES)
    club.skip(days=1)
    await club.halt(mo, claim)
    club.skip(days=13, hours=23)
    await club.sweep()
    assert await state(club, claim) == ("proposed", True)
    club.skip(hours=1)
    await club.sweep()
    assert await state(club, claim) == ("proposed", False)
    club.skip(days=5, hours=23)
    await club.sweep()
    assert await state(club, claim) == ("proposed", False), "the fourteen days didn't count"
    club.skip(hours=2)
    await club.sweep()
    assert await state(club, claim) == ("settled", False)


@pytest.mark.rule("D4")
async def test_a_claim_is_stopped_for_60_days_in_all(club: Club):
    ada, bo, mo, mi = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    for turn in range(4):  # ended by themselves, or a little earlier by a moderator
        await club.halt(mo if turn % 2 else mi, claim)
        club.skip(days=14)
        if turn == 2:
            await club.halt(mo, claim, halted=False)
        await club.sweep()
    assert await club.db.read(
        freezing.left, await club.read_claim(claim.number), club.now
    ) == 4 * DAY.days * (86_400_000_000)
    await club.halt(mo, claim)
    club.skip(days=4)
    await club.sweep()
    assert await state(club, claim) == ("open", False)
    for who in (mo, mi):
        with pytest.raises(FrozenLongEnough):
            await club.halt(who, claim)


@pytest.mark.rule("D4")
@pytest.mark.rule("D7")
@pytest.mark.parametrize("at", ["open", "proposed", "disputed", "ruled"])
async def test_nothing_is_locked_for_ever_by_freezing_it_again_and_again(club: Club, at: str):
    ada, bo, mo, mi = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.sweep()
    if at != "open":
        await club.proposed(ada, claim, IS_YES)
    if at in ("disputed", "ruled"):
        await club.challenge(bo, claim)
    if at == "ruled":
        await club.vote(mi, claim, IS_YES)
    for _ in range(40):
        found = await club.read_claim(claim.number)
        if found.state in ("settled", "void"):
            break
        if not found.halted:
            with suppress(FrozenLongEnough):
                await club.halt(mo, claim)
        club.skip(days=15)
        await club.sweep()
    assert (await club.read_claim(claim.number)).state in ("settled", "void")
    assert await club.balance(ada.wallet) + await club.balance(bo.wallet) >= 199_000


@pytest.mark.rule("D4")
@pytest.mark.rule("C10")
async def test_what_hangs_on_a_frozen_claim_goes_on_when_the_freeze_ends(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    market = await club.market(ada, claim)
    order = await club.order(bo, claim, YES, 2_000, budget=500)
    await club.halt(mo, claim)
    with pytest.raises(ClaimHalted):
        await club.buy(bo, claim, YES, budget=100)
    club.skip(days=14)
    await club.sweep()
    await club.buy(bo, claim, NO, budget=100)
    assert (await club.read_order(order.order)).state == "open"
    assert market.liquidity


# --- bonds ----------------------------------------------------------------------------------------


@pytest.mark.rule("D5")
@pytest.mark.rule("D2")
@pytest.mark.parametrize("parked", ["order", "reward", "both"])
@pytest.mark.parametrize("act", ["propose", "challenge", "appeal"])
async def test_what_lies_in_own_orders_and_rewards_is_free_for_a_bond(club: Club, act: str, parked: str):
    ada, eve, mo = [await club.member(n) for n in (1, 2, 3)]
    claim, side = await club.claim(ada), await club.claim(ada)
    await club.market(ada, side)
    await club.bet(ada, eve, claim, maker_stake=100, taker_stake=100)
    if act != "propose":
        club.skip(days=31)
        side = await club.claim(ada, title="Another one, later")
        await club.market(ada, side)
        await club.proposed(ada, claim, IS_YES)
    if act == "appeal":
        await club.challenge(mo, claim)
        await club.vote(await club.member(4), claim, IS_YES)
    free = await club.balance(eve.wallet)
    if parked != "order":
        await club.forecast(eve, side, 50)
        await club.reward(eve, side, 5_000)
        free -= 5_000
        if parked == "reward":
            await club.post({eve.wallet: -free, mo.wallet: free}, kind="gift")
            free = 0
    if free:
        await club.order(eve, side, YES, 100, budget=free)
    assert await club.balance(eve.wallet) == 0
    match act:
        case "propose":
            bond = (await club.propose(eve, claim, IS_YES)).bond
        case "challenge":
            bond = (await club.challenge(eve, claim)).bond
        case _:
            bond = (await club.appeal(eve, claim)).appeal_bond
    assert bond is not None
    assert await club.balance(bond) == (2 * BOND if act == "appeal" else BOND)


@pytest.mark.rule("D5")
@pytest.mark.parametrize("has", [0, BOND - 1, -5_000])
async def test_who_has_nothing_on_the_claim_needs_the_whole_bond(club: Club, has: int):
    ada, bo, poor = await club.member(1), await club.member(2), await club.member(9, max(has, 0))
    if has < 0:
        await club.post({poor.wallet: has, bo.wallet: -has}, kind="void")
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_YES)
    with pytest.raises(BondNeeded):
        await club.challenge(poor, claim)
    assert (await club.challenge(bo, claim)).bond


@pytest.mark.rule("D2")
async def test_an_author_without_anything_on_it_needs_the_bond_to_stop_trading(club: Club):
    bo, cy = await club.member(1), await club.member(2)
    poor, mo = await club.member(9, 0), await club.member(8, 0)
    claim = await club.claim(poor)
    await club.bet(bo, cy, claim)
    with pytest.raises(BondNeeded):
        await club.propose(poor, claim, IS_YES)
    assert (await club.propose(mo, claim, IS_YES, moderator=True)).bond is None
    club.skip(days=31)


# --- what came to nothing (D2) --------------------------------------------------------------------


@pytest.mark.rule("D2")
@pytest.mark.parametrize(("hours", "kept"), [(1, 0), (1.01, BOND), (30, BOND)])
async def test_an_early_proposal_taken_back_after_an_hour_leaves_its_bond(
    club: Club, hours: float, kept: int
):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    before = await club.balance(ada.wallet)
    proposal = await club.proposed(ada, claim, IS_YES)
    club.skip(hours=hours)
    await club.withdraw_proposal(ada, proposal)
    assert await club.balance(ada.wallet) == before - kept
    assert await club.balance(accounts.house(club.guild)) == kept


@pytest.mark.rule("D2")
@pytest.mark.rule("E4")
@pytest.mark.parametrize("when", ["early", "late", "back again"])
async def test_whoever_takes_a_proposal_back_waits_7_days_after_the_deadline_too(club: Club, when: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    if when != "early":
        club.skip(days=31)
    await club.withdraw_proposal(ada, await club.proposed(ada, claim, IS_YES))
    if when == "back again":
        await club.forget(1)
        ada = await club.player(1, balance=5_000)
    with pytest.raises(WaitFirst):
        await club.propose(ada, claim, IS_YES, moderator=True)
    await club.withdraw_proposal(bo, await club.propose(bo, claim, IS_YES))
    club.skip(days=7)
    await club.propose(ada, claim, IS_YES, moderator=True)
