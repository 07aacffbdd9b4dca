"""A majority of a market is measured by what people have at stake between results, never by cost (RULES D3, D4)."""

import pytest

from ledger import accounts
from ledger.accounts import Player
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core.errors import NotAHolder, NotAJudge
from markets.settlement import exposure, voting
from markets.shares import opening
from tests.markets.club import NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
LOOSE = {"tolerance_bps": 9_800}


async def appoint(club: Club, side: Player, claim: Claim, judge: Player) -> bool:
    request = voting.Appoint(club.guild, club.key(), side.number, claim.number, judge.number)
    return await club.db.write(voting.appoint, request, club.now)


async def disputed(club: Club, claim: Claim, by: Player, against: Player, result: Result = IS_YES) -> None:
    club.skip(days=31)
    await club.sweep()
    await club.proposed(by, claim, result)
    await club.challenge(against, claim)
    club.skip(days=8)
    await club.sweep()


@pytest.mark.rule("D4")
@pytest.mark.parametrize("result", [IS_YES, VOID], ids=["an outcome", "void"])
async def test_pairs_of_shares_are_no_majority(club: Club, result: Result):
    """Whoever buys both sides in turn risks next to nothing, and has paid as much as anybody."""
    ada, bo, mod, e, f, judge = [await club.member(n) for n in range(1, 7)]
    claim = await club.claim(mod)
    await club.market(mod, claim)
    await club.buy(ada, claim, YES, budget=10_000)
    await club.buy(bo, claim, NO, budget=10_000)
    for _ in range(8):
        await club.buy(e, claim, YES, quantity=8_000, **LOOSE)
        await club.buy(f, claim, NO, quantity=8_000, **LOOSE)
        await club.buy(e, claim, NO, quantity=8_000, **LOOSE)
        await club.buy(f, claim, YES, quantity=8_000, **LOOSE)
    await club.buy(f, claim, NO, quantity=6_000, **LOOSE)  # the real position, on the false side
    await disputed(club, claim, ada, f, result)
    for who in (e, f):
        assert not await appoint(club, who, claim, judge)
    with pytest.raises(NotAJudge):
        await club.vote(judge, claim, IS_NO, moderator=False)
    assert not await appoint(club, bo, claim, judge), "those who would gain didn't agree"
    assert await appoint(club, ada, claim, judge)


@pytest.mark.rule("D4")
async def test_a_pool_s_hedged_stakes_are_no_majority_either(club: Club):
    ada, bo, mod, eve, judge = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(mod)
    await club.pool(mod, claim)
    await club.stake(ada, claim, YES, 5_000)
    await club.stake(bo, claim, NO, 5_000)
    for outcome in (YES, NO):
        await club.stake(eve, claim, outcome, 40_000)
    await disputed(club, claim, ada, eve)
    assert not await appoint(club, eve, claim, judge)
    assert not await appoint(club, bo, claim, judge)
    assert await appoint(club, ada, claim, judge)


@pytest.mark.rule("D4")
async def test_one_side_alone_chooses_no_judge(club: Club):
    """However large: of those who would gain and of those who would lose more than half each."""
    ada, bo, mod, judge = [await club.member(n) for n in range(1, 5)]
    claim = await club.claim(mod)
    await club.market(mod, claim)
    await club.buy(ada, claim, YES, budget=40_000, **LOOSE)
    await club.buy(bo, claim, NO, budget=200, **LOOSE)
    await disputed(club, claim, ada, bo)
    assert not await appoint(club, ada, claim, judge)
    with pytest.raises(NotAJudge):
        await club.vote(judge, claim, IS_YES, moderator=False)


@pytest.mark.rule("D4")
async def test_where_all_shares_are_on_one_side_whoever_paid_for_the_market_is_the_other(club: Club):
    """Else those who hold the false side would choose who gives them the subsidy."""
    ada, bo, lp, judge, other = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(lp)
    await club.market(lp, claim, liquidity=50_000)
    await club.buy(ada, claim, YES, budget=10_000)
    await club.buy(bo, claim, YES, budget=10_000)
    await disputed(club, claim, ada, lp)
    for who in (ada, bo):
        assert not await appoint(club, who, claim, judge)
    with pytest.raises(NotAHolder):
        await appoint(club, other, claim, judge)
    assert await appoint(club, lp, claim, judge)


@pytest.mark.rule("D4")
async def test_nobody_agrees_where_nobody_is_on_the_other_side(club: Club):
    """The house paid, and all hold the same."""
    ada, bo, mod, judge, stranger = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(ada)
    await club.post({mod.wallet: -80_000, accounts.house(club.guild): 80_000}, kind="gift")
    await club.market(mod, claim, house=True, moderator=True)
    await club.buy(ada, claim, YES, budget=10_000)
    await club.buy(bo, claim, YES, budget=10_000)
    await disputed(club, claim, ada, stranger)
    for who in (ada, bo):
        assert not await appoint(club, who, claim, judge)


@pytest.mark.rule("D4")
async def test_over_a_market_and_a_pool_people_count_as_a_whole(club: Club):
    """Whoever is hedged between the two has nothing at stake."""
    ada, bo, mod, judge = [await club.member(n) for n in range(1, 5)]
    claim = await club.claim(mod)
    await club.market(mod, claim)
    await club.pool(mod, claim)
    bought = await club.buy(ada, claim, YES, budget=10_000)
    await club.stake(ada, claim, NO, bought.shares // 2)
    await club.stake(bo, claim, YES, bought.shares // 2)
    request = opening.AddLiquidity(club.guild, club.key(), Actor(mod.number), claim.number, 100)
    await club.db.write(opening.add_liquidity, request, club.now)
    groups = await club.db.read(exposure.majorities, await club.read_claim(claim.number), IS_YES)
    mine = {player: stake for group in groups for player, stake in group.items()}
    assert mine[ada.number] < bought.shares / 4 < mine[bo.number]
    assert judge.number not in mine
