"""What can't be taken by procedure: judging in one's own cause, by leaving and coming back, by another wording."""

from typing import Any

import pytest

from ledger.accounts import Account, Player
from markets.bets import agreement
from markets.bets.offers import Offer
from markets.claims import drafts, judges
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Judges, Result
from markets.core.errors import HousePays, NotAJudge, OthersFirst, OwnProposal, Recused
from markets.settlement import recusal
from markets.shares import opening
from tests.markets.club import NO, YES, Club

pytestmark = pytest.mark.core

IS_YES, IS_NO = Result("outcome", outcome=YES), Result("outcome", outcome=NO)


async def better(club: Club, author: Player, old: Claim, title: str) -> Claim:
    request = drafts.Supersede(
        club.guild, club.key(), Actor(author.number), old.number, club.terms(title=title)
    )
    return await club.db.write(drafts.supersede, request, club.now)


async def moved(club: Club, bet: int, to: Claim, *sides: Player) -> None:
    for who in sides:
        request = agreement.MoveBet(club.guild, club.key(), bet, who.number, to.number, to.digest)
        await club.db.write(agreement.move_bet, request, club.now)


async def recused(club: Club, claim: Claim, player: Player) -> bool:
    return await club.db.read(recusal.is_recused, claim, player.number)


async def put(club: Club, act: str, one: Player, claim: Claim, offered: Offer) -> None:
    """Put points on a claim, in one of the ways that there are."""
    match act:
        case "buy":
            await club.buy(one, claim, YES, budget=500)
        case "liquidity":
            request = opening.AddLiquidity(club.guild, club.key(), Actor(one.number), claim.number, 5_000)
            await club.db.write(opening.add_liquidity, request, club.now)
        case "offer":
            await club.offer(one, claim)
        case "accept":
            await club.accept(one, offered)
        case "stake":
            await club.stake(one, claim, YES, 500)
        case _:
            await club.order(one, claim, YES, 1_000, budget=500)


# --- going and coming back (D4, E4) ---------------------------------------------------------------


@pytest.mark.rule("D4")
@pytest.mark.rule("E4")
@pytest.mark.parametrize("how", ["bet", "shares", "sold", "pool", "order", "liquidity"])
async def test_who_had_points_on_it_judges_nothing_after_going_and_coming_back(club: Club, how: str):
    ada, mira, bo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    match how:
        case "bet":
            await club.bet(mira, bo, claim, maker_stake=100, taker_stake=5_000)
        case "shares" | "sold":
            await club.market(ada, claim)
            bought = await club.buy(mira, claim, YES, budget=500)
            if how == "sold":
                await club.sell(mira, claim, YES, quantity=bought.shares)
        case "pool":
            await club.pool(ada, claim)
            await club.stake(mira, claim, YES, 500)
        case "order":
            await club.market(ada, claim)
            await club.cancel(mira, await club.order(mira, claim, YES, 1_000, budget=500))
        case _:
            await club.market(ada, claim)
            request = opening.AddLiquidity(club.guild, club.key(), Actor(mira.number), claim.number, 5_000)
            await club.db.write(opening.add_liquidity, request, club.now)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_NO)
    await club.challenge(bo, claim)
    for _ in range(2):
        await club.forget(2)
        mira = await club.join(2)
        with pytest.raises(Recused):
            await club.vote(mira, claim, IS_YES)
    with pytest.raises(Recused):
        await club.halt(mira, claim)
    club.skip(days=8)
    with pytest.raises(Recused):  # nor where the owner rules alone
        await club.vote(mira, claim, IS_YES, owner=True)


@pytest.mark.rule("D4")
@pytest.mark.rule("E4")
async def test_whose_bond_is_held_judges_nothing_after_going_and_coming_back(club: Club):
    ada, bo, eve = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_NO)
    await club.challenge(eve, claim)
    await club.forget(3)
    with pytest.raises(Recused):
        await club.vote(await club.join(3), claim, IS_YES)


@pytest.mark.rule("D6")
@pytest.mark.rule("E4")
async def test_an_appeal_is_for_others_than_who_ruled_under_another_number(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(bo, claim)
    await club.vote(mod, claim, IS_YES)
    await club.appeal(bo, claim)
    await club.forget(3)
    with pytest.raises(OthersFirst):
        await club.vote(await club.join(3), claim, IS_YES)


@pytest.mark.rule("C3")
@pytest.mark.rule("E4")
@pytest.mark.parametrize("back", [False, True], ids=["as they are", "after going and coming back"])
@pytest.mark.parametrize("who", ["opener", "moderator"])
@pytest.mark.parametrize("act", ["buy", "liquidity", "offer", "accept", "stake", "order"])
async def test_where_the_house_pays_its_opener_and_who_let_it_pay_put_nothing_on_the_claim(
    club: Club, act: str, who: str, back: bool
):
    ada, opener, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    mint = Account(club.guild, 1)
    await club.post({mint: -200_000, Account(club.guild, 2): 200_000})
    await club.market(mod, claim, house=True, opener=opener.number, moderator=True)
    await club.pool(ada, claim)
    offered = await club.offer(ada, claim, maker_stake=100, taker_stake=100)
    one = opener if who == "opener" else mod
    if back:
        person = 2 if who == "opener" else 3
        await club.forget(person)
        one = await club.player(person, balance=50_000)
    with pytest.raises(HousePays):
        await put(club, act, one, claim, offered)


# --- judges ---------------------------------------------------------------------------------------


@pytest.mark.rule("D4")
async def test_who_had_a_bet_on_any_wording_judges_none_of_them(club: Club):
    ada, bo, mod, eve = [await club.member(n) for n in (1, 2, 3, 4)]
    x = await club.claim(ada)
    bet = await club.bet(mod, bo, x, maker_stake=100, taker_stake=100)
    y = await better(club, ada, x, "A better wording of it")
    await moved(club, bet.number, y, mod, bo)
    z = await better(club, ada, y, "A still better wording of it")
    await moved(club, bet.number, z, mod, bo)
    beside = await better(club, ada, x, "Another better wording of it")
    assert [await recused(club, one, mod) for one in (x, y, z, beside)] == [True] * 4
    assert [await recused(club, one, eve) for one in (x, y, z, beside)] == [False] * 4


@pytest.mark.rule("D4")
@pytest.mark.rule("C10")
async def test_who_has_something_on_what_a_claim_hangs_on_judges_neither(club: Club):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    upper = await club.claim(ada, title="Lab X ships model Y before May")
    middle = await club.claim(ada, title="If so, it beats Z", condition=Condition(upper.number, YES, "YES"))
    lower = await club.claim(ada, title="If so, by far", condition=Condition(middle.number, YES, "YES"))
    await club.bet(mod, bo, middle, maker_stake=100, taker_stake=100)
    assert [await recused(club, one, mod) for one in (upper, middle, lower)] == [True] * 3


async def disputed(club: Club, **changes: Any) -> tuple[Claim, Player, Player]:
    ada, eve = [await club.member(n) for n in (1, 2)]
    claim = await club.claim(eve, **changes)
    await club.bet(ada, eve, claim)
    club.skip(days=31)
    await club.proposed(eve, claim, IS_NO)
    await club.challenge(ada, claim)
    return claim, ada, eve


@pytest.mark.rule("D4")
async def test_where_a_named_judge_was_deleted_and_too_few_are_left_moderators_judge(club: Club):
    named, mod = await club.member(5), await club.member(6)
    claim, *_ = await disputed(club, judges=Judges(named=(named.number,)))
    with pytest.raises(NotAJudge):
        await club.vote(mod, claim, IS_YES)
    await club.forget(5)
    assert (await club.vote(mod, claim, IS_YES)).ruled


@pytest.mark.rule("D4")
async def test_two_named_judges_of_whom_one_is_left_rule_together_with_a_moderator(club: Club):
    first, second, mod = [await club.member(n) for n in (5, 6, 7)]
    claim, *_ = await disputed(club, judges=Judges(named=(first.number, second.number), votes=2))
    await club.forget(5)
    with pytest.raises(NotAJudge):  # the number that came back is nobody's judge
        await club.vote(await club.join(5), claim, IS_NO, moderator=False)
    assert not (await club.vote(second, claim, IS_YES, moderator=False)).ruled
    assert (await club.vote(mod, claim, IS_YES)).ruled


@pytest.mark.rule("D4")
async def test_what_a_judge_voted_counts_no_more_when_they_step_down(club: Club):
    first, second, mod = [await club.member(n) for n in (5, 6, 7)]
    claim, *_ = await disputed(club, judges=Judges(named=(first.number, second.number), votes=2))
    assert not (await club.vote(first, claim, IS_NO, moderator=False)).ruled
    request = judges.StepDown(club.guild, club.key(), first.number, claim.number)
    await club.db.write(judges.step_down, request, club.now)
    assert not (await club.vote(second, claim, IS_NO, moderator=False)).ruled, "theirs was forgotten"
    assert (await club.vote(mod, claim, IS_NO)).ruled


# --- one's own proposal (D5) ----------------------------------------------------------------------


@pytest.mark.rule("D5")
@pytest.mark.parametrize("who", ["holder", "author", "moderator", "back again"])
async def test_nobody_challenges_what_they_proposed_themselves(club: Club, who: str):
    ada, bo, mod, author = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(author)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    one, person = {"author": (author, 4), "moderator": (mod, 3)}.get(who, (ada, 1))
    await club.proposed(one, claim, IS_YES, moderator=who == "moderator")
    if who == "back again":
        await club.forget(person)
        one = await club.player(person, balance=5_000)
    with pytest.raises(OwnProposal):
        await club.challenge(one, claim)
    assert (await club.challenge(bo, claim)).state == "open"
