"""Freezes end by themselves (RULES D4), bonds can't be parked away, and what came to nothing waits (D2, D5)."""

from contextlib import suppress

import pytest

from ledger import accounts
from ledger.accounts import Player
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core.errors import BondNeeded, BondsMissing, ClaimHalted, FrozenLongEnough, WaitFirst
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
    bond = (await club.propose(mo, claim, IS_YES, moderator=True)).bond
    assert bond is not None
    assert await club.balance(bond) == 0, "kept back from what they are paid next"
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


# --- what is missing of a bond (D5) ---------------------------------------------------------------


async def short(
    club: Club, has: int = 100, votes_for: Result = IS_YES
) -> tuple[Player, Player, Player, Claim]:
    """Eve, who has `has` beside her bet, challenged YES, and a ruling says so: her bond is lost."""
    ada, eve, mo = await club.member(1), await club.member(2, 1_000 + has), await club.member(3)
    claim = await club.claim(ada)
    await club.bet(ada, eve, claim, maker_stake=1_000, taker_stake=1_000)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(eve, claim)
    assert await club.balance(eve.wallet) == 0
    await club.vote(mo, claim, votes_for)
    return ada, eve, mo, claim


async def paid(club: Club, who: Player, other: Player, gets: int, on: Claim | None = None) -> None:
    """A bet of theirs that pays them so much, of which they staked 1."""
    claim = on or await club.claim(other, title="Something else")
    bet = await club.bet(who, other, claim, maker_stake=1, taker_stake=5_000)
    await club.agree(bet, who, other, gets)


@pytest.mark.rule("D5")
@pytest.mark.parametrize("has", [1, 100, 999])
async def test_what_is_missing_of_a_bond_is_kept_back_from_the_next_payment(club: Club, has: int):
    ada, eve, _, _ = await short(club, has)
    club.skip(days=2)
    await club.sweep()
    house = accounts.house(club.guild)
    assert await club.balance(house) == has, "what was there of the bond"
    await club.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
    await paid(club, eve, ada, 3_000)
    assert await club.balance(house) == BOND
    assert await club.balance(eve.wallet) == 3_000 - (BOND - has)
    await club.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
    before = await club.balance(eve.wallet)
    await paid(club, eve, ada, 3_000)
    assert await club.balance(eve.wallet) == before - 1 + 3_000, "once"


@pytest.mark.rule("D5")
async def test_of_small_payments_each_is_kept_back_until_it_is_whole(club: Club):
    ada, eve, _, _ = await short(club)
    club.skip(days=2)
    await club.sweep()
    house = accounts.house(club.guild)
    for got in (300, 500, 400):
        await club.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
        await paid(club, eve, ada, got)
    assert await club.balance(house) == BOND
    assert await club.balance(eve.wallet) == 300 + 500 + 400 - 900


@pytest.mark.rule("D5")
@pytest.mark.rule("E4")
async def test_going_and_coming_back_sheds_nothing_of_it(club: Club):
    ada, _, _, _ = await short(club)
    club.skip(days=2)
    await club.sweep()
    await club.forget(2)
    eve = await club.player(2, balance=1)
    house = await club.balance(accounts.house(club.guild))
    await paid(club, eve, ada, 3_000)
    assert await club.balance(eve.wallet) == 3_000 - 900
    assert await club.balance(accounts.house(club.guild)) == house + 900


@pytest.mark.rule("D5")
async def test_what_was_kept_back_returns_with_the_bond(club: Club):
    ada, eve, _, claim = await short(club, votes_for=IS_NO)
    await club.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
    await paid(club, eve, ada, 700)
    assert await club.balance(eve.wallet) == 0, "the bond is held still, and not whole"
    club.skip(days=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "settled"
    assert await club.balance(eve.wallet) == 2_000 + 100 + 700


@pytest.mark.rule("D6")
async def test_a_reversal_gives_back_all_parts_of_a_bond_and_asks_no_more(club: Club):
    ada, eve, _, claim = await short(club)
    club.skip(days=2)
    await club.sweep()
    side = await club.claim(ada, title="Something else")
    for _ in range(12):  # more parts than one transaction takes back
        await club.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
        await paid(club, eve, ada, 20, side)
    assert await club.balance(eve.wallet) == 0
    mu = await club.member(9)
    await club.reverse_result(mu, claim)
    for _ in range(3):
        await club.sweep()
    assert (await club.read_claim(claim.number)).state == "open"
    assert await club.balance(accounts.house(club.guild)) == 0
    assert await club.balance(eve.wallet) == 100 + 12 * 20
    await club.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
    await paid(club, eve, ada, 50)
    assert await club.balance(eve.wallet) == 100 + 12 * 20 + 50


@pytest.mark.rule("D5")
@pytest.mark.parametrize("comes_back", [False, True])
async def test_an_empty_wallet_with_the_least_of_stakes_challenges_three_results_and_no_more(
    club: Club, comes_back: bool
):
    ada, bo, eve = await club.member(1), await club.member(2), await club.member(9, 5)
    made = [await club.claim(ada, title=f"Claim number {k} about something") for k in range(5)]
    for claim in made:
        await club.bet(ada, bo, claim, maker_stake=100, taker_stake=100)
        await club.pool(ada, claim)
        await club.stake(eve, claim, YES, 1)
    club.skip(days=31)
    for claim in made:
        await club.proposed(ada, claim, IS_NO)
    for claim in made[:3]:
        assert (await club.challenge(eve, claim)).bond
    if comes_back:
        await club.forget(9)
        eve = await club.player(9, balance=0)
    with pytest.raises(BondNeeded) as refused:
        await club.challenge(eve, made[3])
    assert isinstance(refused.value, BondsMissing) != comes_back  # who came back has nothing on it
    await club.post({ada.wallet: -BOND, eve.wallet: BOND}, kind="gift")
    assert (await club.challenge(eve, made[4])).bond, "with the whole bond as ever"


@pytest.mark.rule("D5")
async def test_who_owes_points_challenges_three_results_at_once_without_a_bond_and_no_more(club: Club):
    ada, bo, eve = [await club.member(n) for n in (1, 2, 9)]
    made = [await club.claim(ada, title=f"Claim number {k} about something") for k in range(5)]
    for claim in made:
        await club.bet(ada, eve, claim, maker_stake=1, taker_stake=1)
    await club.post({eve.wallet: -200_000, bo.wallet: 200_000}, kind="debt")
    club.skip(days=31)
    for claim in made:
        await club.proposed(ada, claim, IS_NO)
    for claim in made[:3]:
        assert (await club.challenge(eve, claim)).bond is None
    with pytest.raises(BondsMissing):
        await club.challenge(eve, made[3])


@pytest.mark.rule("D5")
async def test_what_could_not_be_kept_back_for_a_year_is_asked_no_more(club: Club):
    ada, eve, _, _ = await short(club)
    club.skip(days=2)
    await club.sweep()
    club.skip(days=366)
    await club.sweep()
    await club.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
    await paid(club, eve, ada, 3_000)
    assert await club.balance(eve.wallet) == 3_000
