"""Who decides a claim takes nothing on it or around it until that is final (RULES D4)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from ledger import players
from ledger.accounts import Player
from ledger.players import Enter
from ledger.types import to_us
from markets.bets import agreement
from markets.claims import conditions, on_call
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Judges, Result
from markets.core.errors import DecidesIt, MakerDecidesIt, MarketThere, PoolThere
from markets.shares import opening
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_disputes import IT_WAS, IT_WAS_NOT, appoint
from tests.markets.test_offers import better, move
from tests.world import OLD

pytestmark = [pytest.mark.core, pytest.mark.rule("D4")]

Door = Callable[[Club, Player, Player, Claim], Awaitable[Any]]


async def opened(club: Club, who: Player, claim: Claim) -> None:
    with suppress(MarketThere):
        await club.market(who, claim)


async def bets_as_maker(club: Club, who: Player, other: Player, claim: Claim) -> None:
    await club.bet(who, other, claim)


async def bets_as_taker(club: Club, who: Player, other: Player, claim: Claim) -> None:
    await club.bet(other, who, claim)


async def buys(club: Club, who: Player, other: Player, claim: Claim) -> None:
    await opened(club, other, claim)
    await club.buy(who, claim, YES, budget=1_000)


async def orders(club: Club, who: Player, other: Player, claim: Claim) -> None:
    await opened(club, other, claim)
    await club.order(who, claim, YES, 2_000, budget=1_000)


async def pays_for_liquidity(club: Club, who: Player, other: Player, claim: Claim) -> None:
    await club.market(who, claim)


async def deepens(club: Club, who: Player, other: Player, claim: Claim) -> None:
    await opened(club, other, claim)
    request = opening.AddLiquidity(club.guild, club.key(), opening.Actor(who.number), claim.number, 5_000)
    await club.db.write(opening.add_liquidity, request, club.now)


async def stakes(club: Club, who: Player, other: Player, claim: Claim) -> None:
    with suppress(PoolThere):
        await club.pool(other, claim, closes_us=to_us(club.now + 20 * DAY))
    await club.stake(who, claim, YES, 1_000)


DOORS: list[Door] = [
    bets_as_maker,
    bets_as_taker,
    buys,
    orders,
    pays_for_liquidity,
    deepens,
    stakes,
]


async def below(club: Club, author: Player, claim: Claim, title: str = "A lower thing by then") -> Claim:
    at_us = to_us(club.now + 300 * DAY)
    times = dict.fromkeys(("closes_us", "deadline_us", "check_us"), at_us)
    return await club.claim(author, title=title, condition=Condition(claim.number, YES, "YES"), **times)


async def disputed(club: Club, claim: Claim, by: Player, against: Player) -> None:
    club.skip(days=31)
    await club.sweep()
    await club.proposed(by, claim, IT_WAS)
    await club.challenge(against, claim)


async def refused(door: Awaitable[Any]) -> None:
    with pytest.raises(DecidesIt):
        await door


@pytest.mark.parametrize("door", DOORS)
async def test_whoever_voted_takes_nothing_on_what_hangs_below(club: Club, door: Door):
    """By each door; once the ruling is paid all are open again."""
    ada, bo, m1, m2, cy = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(ada, judges=Judges(votes=2))
    await club.bet(ada, bo, claim)
    low = await below(club, ada, claim)
    lowest = await below(club, ada, low, "The lowest thing by then")
    another = await below(club, ada, claim, "Another thing by then")
    await disputed(club, claim, ada, bo)
    await club.vote(m1, claim, IT_WAS)
    await refused(door(club, m1, cy, low))
    await refused(door(club, m1, cy, lowest))
    assert (await club.vote(m2, claim, IT_WAS)).ruled
    await refused(door(club, m2, cy, another))
    club.skip(days=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "settled"
    await door(club, m2, cy, another)


async def test_whoever_voted_takes_nothing_on_another_wording_or_above(club: Club):
    ada, bo, m1, cy, dee = [await club.member(n) for n in range(1, 6)]
    top = await club.claim(ada, title="The highest thing by then", **_far(club, 400))
    await club.bet(cy, dee, top)
    claim = await club.claim(
        ada, judges=Judges(votes=2), condition=Condition(top.number, YES, "YES"), title="If so, this"
    )
    await club.bet(ada, bo, claim)
    new = await better(club, ada, claim)
    await disputed(club, claim, ada, bo)
    await club.vote(m1, claim, IT_WAS)
    await refused(club.bet(m1, cy, top))
    await refused(club.bet(cy, m1, top))
    assert new.number != claim.number
    if (await club.read_claim(new.number)).closes_us > to_us(club.now):  # type: ignore[operator]
        await refused(club.bet(m1, cy, new))


def _far(club: Club, days: int) -> dict[str, int]:
    return dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + days * DAY))


async def test_an_offer_of_before_the_vote_is_not_taken_while_its_maker_decides(club: Club):
    ada, bo, m1, m2, cy = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(ada, judges=Judges(votes=2))
    await club.bet(ada, bo, claim)
    low = await below(club, ada, claim)
    await disputed(club, claim, ada, bo)
    offer = await club.offer(m1, low)
    await club.vote(m1, claim, IT_WAS)
    with pytest.raises(MakerDecidesIt):
        await club.accept(cy, offer)
    await club.vote(m2, claim, IT_WAS)
    club.skip(days=2)
    await club.sweep()
    await club.accept(cy, offer)


async def test_a_vote_of_whoever_has_points_there_by_then_counts_no_more(club: Club):
    """By a door that nothing bars: the bet was moved below before the two hung together."""
    ada, bo, m1, m2, m3 = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(ada, judges=Judges(votes=2))
    await club.bet(ada, bo, claim)
    await disputed(club, claim, ada, bo)
    free = await club.claim(ada, title="A free thing by then", **_far(club, 300))
    await club.vote(m1, claim, IT_WAS_NOT)
    await club.bet(m1, m3, free)
    low = await below(club, ada, claim)
    await club.db.write(
        _hang, agreement.Agree(club.guild, club.key(), free.number, claim.number, 0, 0), club.now
    )
    assert low.number > claim.number
    assert not (await club.vote(m2, claim, IT_WAS_NOT)).ruled
    judge = await club.member(9)
    assert (await club.vote(judge, claim, IT_WAS_NOT)).ruled


def _hang(tx: Any, request: agreement.Agree, now: Any) -> None:
    """Have one claim hang on another, past all checks."""
    conditions.note(tx, request.guild, request.bet, Condition(request.player, YES, "YES"))


@pytest.mark.parametrize("who", ["challenger", "appellant", "named", "on call", "agreed"])
async def test_whoever_has_a_part_in_a_dispute_takes_nothing_below(club: Club, who: str):
    ada, bo, m1, cy, judge = [await club.member(n) for n in range(1, 6)]
    judges = Judges(named=(judge.number,)) if who == "named" else Judges(votes=2)
    if who == "on call":
        request = on_call.Volunteer(club.guild, club.key(), judge.number, on=True)
        await club.db.write(on_call.volunteer, request, club.now)
    claim = await club.claim(ada, judges=judges)
    await club.bet(ada, bo, claim)
    low = await below(club, ada, claim)
    await disputed(club, claim, ada, bo)
    barred = bo
    if who == "named":
        await club.vote(judge, claim, IT_WAS, moderator=False)
        barred = judge
    elif who == "appellant":
        await club.vote(m1, claim, IT_WAS_NOT)
        await club.vote(judge, claim, IT_WAS_NOT)
        await club.appeal(ada, claim)
        barred = ada
    elif who == "agreed":
        club.skip(days=8)
        await club.sweep()
        for side in (ada, bo):
            await appoint(club, side, claim, judge)
        await club.vote(judge, claim, IT_WAS, moderator=False)
        barred = judge
    elif who == "on call":
        club.skip(days=6)
        await club.sweep()
        await club.called()
        club.skip(days=1)
        await club.sweep()
        await club.vote(judge, claim, IT_WAS, moderator=False)
        barred = judge
    await refused(club.bet(barred, cy, low))
    await refused(club.bet(cy, barred, low))


async def test_a_challengers_order_that_rested_below_is_not_filled_meanwhile(club: Club):
    """The others' are; theirs is, once that is final. What they have there they may sell."""
    ada, bo, m1, cy, dee = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    low = await below(club, ada, claim)
    await club.market(ada, low)
    await club.buy(bo, low, NO, budget=500)
    first = await club.order(bo, low, YES, 4_400, budget=1_000)
    second = await club.order(dee, low, YES, 4_200, budget=1_000)
    await disputed(club, claim, ada, bo)
    await club.buy(cy, low, NO, budget=4_000, tolerance_bps=9_000)
    assert (await club.read_order(first.order)).filled == 0
    assert (await club.read_order(second.order)).filled > 0
    await club.sell(bo, low, NO, quantity=100)
    with pytest.raises(DecidesIt):
        await club.buy(bo, low, NO, budget=100)
    await club.vote(m1, claim, IT_WAS)
    club.skip(days=2)
    await club.sweep()
    await club.buy(cy, low, NO, budget=1_000, tolerance_bps=9_000)
    assert (await club.read_order(first.order)).filled > 0


async def test_whoever_froze_it_takes_nothing_on_it_until_it_is_decided(club: Club):
    ada, bo, m1, cy = [await club.member(n) for n in range(1, 5)]
    claim = await club.claim(ada)
    low = await below(club, ada, claim)
    await club.halt(m1, claim)
    await refused(club.bet(m1, cy, low))
    await club.halt(m1, claim, halted=False)
    await refused(club.bet(m1, cy, claim))
    await refused(club.bet(cy, m1, claim))
    await club.bet(ada, bo, claim)
    await club.settle(cy, claim, IT_WAS)
    await club.bet(m1, cy, low)


async def test_no_bet_moves_to_where_a_side_decides(club: Club):
    ada, bo, m1, m2 = [await club.member(n) for n in range(1, 5)]
    above = await club.claim(ada, judges=Judges(votes=2))
    await club.bet(ada, bo, above)
    old = await club.claim(m2, title="Something else by then", **_far(club, 300))
    bet = await club.bet(m1, bo, old)
    await disputed(club, above, ada, bo)
    await club.vote(m1, above, IT_WAS)
    new = await better(club, m2, old, condition=Condition(above.number, YES, "YES"), **_far(club, 250))
    await refused(move(club, bet, m1, new))
    await refused(move(club, bet, bo, new))


async def test_whoever_would_take_a_result_back_takes_nothing_until_it_is_decided_anew(club: Club):
    ada, bo, m1, cy = [await club.member(n) for n in range(1, 5)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    low = await below(club, ada, claim)
    await club.settle(cy, claim, IT_WAS)
    await club.ask_reversal(m1, claim)
    await refused(club.bet(m1, cy, low))
    club.skip(days=1)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "open"
    await refused(club.bet(m1, cy, low))
    await club.settle(cy, claim, IT_WAS)
    await club.bet(m1, ada, low)


async def test_going_and_coming_back_opens_no_door(club: Club):
    ada, bo, _, cy = [await club.member(n) for n in range(1, 5)]
    m1 = await club.member(20)
    claim = await club.claim(ada, judges=Judges(votes=2))
    await club.bet(ada, bo, claim)
    low = await below(club, ada, claim)
    await disputed(club, claim, ada, bo)
    await club.vote(m1, claim, IT_WAS)
    await club.forget(20)
    await club.db.write(players.enter, Enter(club.guild, club.key(), 20, OLD), club.now)
    again = await club.member(20, 20_000)
    assert again.number != m1.number
    await refused(club.bet(again, cy, low))
    await refused(club.bet(cy, again, low))


async def test_too_early_is_a_final_ruling_and_old_disputes_bar_nobody(club: Club):
    ada, bo, m1, cy = [await club.member(n) for n in range(1, 5)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    low = await below(club, ada, claim)
    await disputed(club, claim, ada, bo)
    await club.vote(m1, claim, Result("early"))
    await refused(club.bet(m1, cy, low))
    club.skip(days=2)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "open"
    await club.bet(m1, cy, low)
