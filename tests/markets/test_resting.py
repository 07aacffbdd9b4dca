"""Trading can't be stopped for ever, nor for nothing (RULES D2), and void is signed by its sides (D3)."""

from contextlib import suppress

import pytest

from ledger import accounts
from ledger.types import to_us
from markets.bets import offers
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core.errors import AlreadySigned, ClaimMoved, MarketError, NotAHolder, OwnProposal, SignedSince
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
LOOSE = {"tolerance_bps": 9_800}


async def state(club: Club, claim: Claim) -> str:
    return (await club.read_claim(claim.number)).state


def until(club: Club, **span: float) -> dict[str, int]:
    return dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + DAY.__class__(**span)))


@pytest.mark.rule("D2")
async def test_two_accounts_in_turns_don_t_stop_trading(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    alts = [await club.member(n, 20_000) for n in (10, 11)]
    claim = await club.claim(ada, **until(club, days=84))
    await club.market(ada, claim)
    for alt in alts:
        await club.buy(alt, claim, YES, quantity=100, **LOOSE)
    free = hours = 0
    for turn in range(7):
        by = alts[turn % 2]
        proposal = None
        with suppress(MarketError):
            proposal = await club.proposed(by, claim, IS_YES)
        for _ in range(40):
            club.skip(hours=4)
            hours += 4
            with suppress(MarketError):
                await club.buy(bo, claim, NO, budget=2)
                free += 4
        if proposal is not None:
            await club.withdraw_proposal(by, proposal)
        club.skip(hours=4)
    assert free > hours * 0.8
    bonds = await club.balance(accounts.house(club.guild))
    assert bonds >= 3_000, "each costs its bond"


@pytest.mark.rule("D1")
@pytest.mark.rule("D2")
async def test_nobody_takes_back_what_somebody_else_signed(club: Club):
    """Two accounts that sign for each other would stop trading for a week, and the next week again."""
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, **until(club, days=84))
    await club.bet(ada, bo, claim)
    await club.bet(cy, bo, claim)
    proposal = await club.proposed(ada, claim, IS_YES)
    await club.sign(cy, proposal)
    for hours in (0.5, 40):
        club.skip(hours=hours)
        with pytest.raises(SignedSince):
            await club.withdraw_proposal(ada, proposal)
    await club.challenge(bo, claim)
    await club.vote(await club.member(9), claim, Result("early"))
    club.skip(days=2)
    await club.sweep()
    assert await state(club, claim) == "open"
    assert await club.balance(accounts.house(club.guild)) == 1_000, "and it cost the bond"


@pytest.mark.rule("D2")
async def test_many_accounts_in_turns_don_t_stop_trading_either(club: Club):
    """One proposes void, another replaces it by an outcome a day later and takes that back within the hour: no bond
    is lost by it, and each waits its week."""
    ada, bo = await club.member(1), await club.member(2)
    alts = [await club.member(n, 20_000) for n in range(10, 26)]
    claim = await club.claim(ada, **until(club, days=84))
    await club.market(ada, claim)
    for alt in alts:
        await club.buy(alt, claim, YES, quantity=100, **LOOSE)
    free = hours = 0
    for turn in range(16):
        first, second = alts[0], alts[1 + turn % 15]
        with suppress(MarketError):
            await club.proposed(first, claim, VOID)
        for _ in range(23):
            club.skip(hours=1)
            hours += 1
            with suppress(MarketError):
                await club.buy(bo, claim, NO, budget=2)
                free += 1
        with suppress(MarketError):
            await club.withdraw_proposal(second, await club.propose(second, claim, IS_YES))
    assert free > hours * 0.7


@pytest.mark.rule("D2")
async def test_after_three_proposals_in_vain_only_a_signature_stops_trading(club: Club):
    people = [await club.member(n) for n in range(1, 7)]
    claim = await club.claim(people[0], **until(club, days=84))
    await club.market(people[0], claim)
    for who in people:
        await club.buy(who, claim, YES, quantity=100, **LOOSE)

    async def trades() -> None:
        await club.buy(people[5], claim, NO, budget=10, **LOOSE)

    for who in people[:3]:
        proposal = await club.proposed(who, claim, IS_YES)
        with pytest.raises(ClaimMoved):
            await trades()
        await club.withdraw_proposal(who, proposal)
    proposal = await club.proposed(people[3], claim, IS_YES)
    await trades()
    await club.sign(people[4], proposal)
    with pytest.raises(ClaimMoved):
        await trades()
    await club.challenge(people[5], claim)
    await club.vote(await club.member(9), claim, Result("early"))
    club.skip(days=31)
    await club.sweep()
    await club.proposed(people[4], claim, IS_YES)
    with pytest.raises(ClaimMoved):
        await trades()


@pytest.mark.rule("D2")
@pytest.mark.parametrize("signed", [False, True])
async def test_trading_rests_for_a_day_or_to_the_end_once_somebody_else_signed(club: Club, signed: bool):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, **until(club, days=60))
    await club.market(ada, claim)
    await club.pool(ada, claim, closes_us=to_us(club.now + 30 * DAY))
    await club.bet(bo, cy, claim)
    offered = await club.offer(bo, claim, maker_stake=100, taker_stake=100)
    order = await club.order(cy, claim, YES, 4_000, budget=500)
    proposal = await club.proposed(bo, claim, IS_YES)
    if signed:
        await club.sign(cy, proposal)
    club.skip(hours=23)
    with pytest.raises(ClaimMoved):
        await club.accept(cy, offered)
    club.skip(hours=1)
    await club.sweep()
    assert await state(club, claim) == "proposed"

    async def trades() -> None:
        await club.buy(cy, claim, NO, budget=100, **LOOSE)

    acts = (
        trades,
        lambda: club.accept(cy, offered),
        lambda: club.stake(cy, claim, NO, 100),
        lambda: club.offer(cy, claim, maker_stake=100, taker_stake=100),
        lambda: club.forecast(cy, claim, 50),
    )
    for act in acts:
        if signed:
            with pytest.raises(ClaimMoved):
                await act()
        else:
            await act()
    assert (await club.read_order(order.order)).state == "open"
    if not signed:  # signed later, it rests again
        await club.sign(cy, proposal)
        with pytest.raises(ClaimMoved):
            await trades()
    await club.challenge(cy, claim)
    with pytest.raises(ClaimMoved):
        await trades()


@pytest.mark.rule("D2")
@pytest.mark.rule("C5")
async def test_offers_and_orders_rest_and_go_on_when_the_proposal_is_taken_back(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    offered = await club.offer(bo, claim, maker_stake=100, taker_stake=100)
    proposal = await club.proposed(ada, claim, IS_YES)
    assert (await club.db.read(offers.load_offer, club.guild, offered.number)).state == "open"
    await club.withdraw_proposal(ada, proposal)
    await club.accept(cy, offered)


@pytest.mark.rule("D2")
@pytest.mark.rule("D3")
async def test_whoever_buys_of_what_they_proposed_has_the_long_window(club: Club):
    ada, bo, author = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(author, **until(club, days=60))
    await club.market(ada, claim)
    await club.buy(bo, claim, NO, budget=1_000)
    proposal = await club.proposed(author, claim, IS_YES)
    assert (proposal.gains, proposal.window_seconds) == (False, 48 * 3_600)
    club.skip(hours=25)
    await club.buy(author, claim, YES, budget=10_000, **LOOSE)
    club.skip(hours=24)
    await club.sweep()
    assert await state(club, claim) == "proposed"
    club.skip(days=5)
    await club.sweep()
    assert await state(club, claim) == "settled"


@pytest.mark.rule("D2")
@pytest.mark.rule("B2")
async def test_once_it_stands_nothing_is_traded_however_late_the_calendar_comes(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, **until(club, days=60))
    await club.market(ada, claim)
    await club.proposed(mod, claim, IS_YES, moderator=True)
    club.skip(hours=47)
    await club.buy(bo, claim, NO, budget=100)
    club.skip(hours=1)
    with pytest.raises(ClaimMoved):
        await club.buy(bo, claim, YES, budget=100)


@pytest.mark.rule("D2")
async def test_who_signs_a_proposal(club: Club):
    ada, bo, cy, stranger = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(bo, cy, claim)
    first = await club.proposed(bo, claim, IS_YES)
    club.skip(minutes=5)
    await club.withdraw_proposal(bo, first)
    club.skip(days=7)
    second = await club.proposed(bo, claim, IS_YES)
    with pytest.raises(OwnProposal):
        await club.sign(bo, second)
    for who in (ada, stranger):
        with pytest.raises(NotAHolder):
            await club.sign(who, second)
    with pytest.raises(MarketError):
        await club.sign(cy, first)
    await club.sign(cy, second)
    with pytest.raises(AlreadySigned):
        await club.sign(cy, second)


@pytest.mark.rule("D2")
@pytest.mark.rule("E4")
async def test_nobody_signs_their_own_proposal_under_another_number(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 500)
    proposal = await club.proposed(ada, claim, IS_YES)
    await club.forget(1)
    ada = await club.player(1, balance=5_000)
    club.skip(hours=25)
    await club.stake(ada, claim, YES, 500)
    with pytest.raises(OwnProposal):
        await club.sign(ada, proposal)
    assert bo


# --- what isn't settled by silence is signed by the sides (D3) ------------------------------------


@pytest.mark.rule("D3")
@pytest.mark.parametrize("when", ["in its window", "after it"])
async def test_void_that_its_other_side_signed_needs_no_moderator(club: Club, when: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.proposed(ada, claim, VOID)
    club.skip(days=1 if when == "in its window" else 8)
    await club.sweep()
    await club.sign(bo, proposal)
    club.skip(days=7)
    await club.sweep()
    assert await state(club, claim) == "void"


@pytest.mark.rule("D3")
async def test_void_that_one_of_two_other_sides_signed_waits_and_fails(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    await club.bet(ada, cy, claim, maker_stake=10, taker_stake=10)
    club.skip(days=31)
    proposal = await club.proposed(ada, claim, VOID)
    await club.sign(bo, proposal)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == "proposed"
    club.skip(days=7)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "failed"


@pytest.mark.rule("D3")
async def test_pairs_of_shares_sign_no_void(club: Club):
    ada, bo, mod, e, f = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(mod)
    await club.market(mod, claim)
    await club.buy(ada, claim, YES, budget=10_000)
    for _ in range(6):
        for who in (e, f):
            await club.buy(who, claim, YES, quantity=8_000, **LOOSE)
            await club.buy(who, claim, NO, quantity=8_000, **LOOSE)
    await club.buy(f, claim, NO, quantity=3_000, **LOOSE)
    club.skip(days=31)
    await club.sweep()
    proposal = await club.proposed(f, claim, VOID)
    await club.sign(e, proposal)
    club.skip(days=16)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "failed"
    assert bo


@pytest.mark.rule("D3")
@pytest.mark.rule("E4")
async def test_a_void_that_a_moderator_without_points_signed_stays_so_when_somebody_is_deleted(club: Club):
    ada, bo, mod, other = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.proposed(mod, claim, VOID, moderator=True)
    await club.forget(2)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, claim) == "proposed", "their silence is no consent"
    with pytest.raises(ClaimMoved):  # nothing gives way to an outcome
        await club.propose(ada, claim, IS_YES)
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_proposal(proposal.number)).state == "standing"
    await club.confirm(other, proposal)
    assert await state(club, claim) == "void"
