"""Scores as claims settle, standings, seasons (RULES C8, D2, E6)."""

import math
from datetime import timedelta

import pytest

from ledger.accounts import Player
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Outcome, Result
from markets.core.errors import BadTimes
from markets.forecasts import leaderboard, score_keeping
from tests.markets.club import NO, YES, Club

CAME = Result("outcome", outcome=YES)


async def standing(club: Club, who: Player, season: int = 0) -> leaderboard.Standing | None:
    return await club.db.read(leaderboard.standing, club.guild, who.number, season=season)


async def sure(club: Club, who: Player, season: int = 0) -> leaderboard.Standing:
    found = await standing(club, who, season)
    assert found is not None
    return found


async def top(club: Club, by: score_keeping.Ranking, season: int = 0) -> list[int]:
    found = await club.db.read(leaderboard.top, club.guild, by, season=season)
    return [row.player for row in found.rows]


async def said(club: Club, claim: Claim, *chances: tuple[Player, float]) -> None:
    for who, chance in chances:
        await club.forecast(who, claim, chance)


@pytest.mark.rule("E6")
@pytest.mark.rule("C7")
async def test_a_settled_claim_scores_its_forecasts(club: Club):
    ada, bo, mo, cy = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await said(club, claim, (ada, 90), (bo, 60), (cy, 60))
    club.skip(days=31)
    await club.settle(mo, claim, CAME)

    one, other, third = [await sure(club, who) for who in (ada, bo, cy)]
    assert (one.claims, one.coverage) == (1, 1_000_000)
    assert one.mean("peer") == pytest.approx(100 * math.log(0.9 / 0.6), abs=1e-5)
    assert abs(one.peer + other.peer + third.peer) <= 2  # millionths
    assert one.mean("brier") == pytest.approx(0.01)
    assert one.mean("log") == pytest.approx(math.log(0.9), abs=1e-6)
    assert one.mean("baseline") == pytest.approx(84.79969066, abs=1e-6)
    assert one.accuracy is None, "ten settled claims make a rank"
    bins = await club.db.read(leaderboard.calibration, club.guild, ada.number)
    assert [(found.from_bp, found.count, found.came) for found in bins] == [(9_000, 1, 1)]


@pytest.mark.rule("C8")
@pytest.mark.parametrize("result", [Result("unclear"), Result("void")])
async def test_unclear_and_void_score_nothing(club: Club, result: Result):
    ada, mo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await said(club, claim, (ada, 90))
    club.skip(days=31)
    await club.settle(mo, claim, result)
    assert await standing(club, ada) is None


@pytest.mark.rule("C8")
async def test_judged_weights_score_by_weight(club: Club):
    ada, mo, bo, cy = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await said(club, claim, (ada, 90), (bo, 50), (cy, 50))
    club.skip(days=31)
    await club.settle(mo, claim, Result("weights", weights=(3, 1)))
    found = await sure(club, ada)
    assert found.mean("brier") == pytest.approx(0.75 * 0.01 + 0.25 * 0.81)
    assert await club.db.read(leaderboard.calibration, club.guild, ada.number) == []


@pytest.mark.rule("D2")
async def test_forecasts_after_the_result_was_public_don_t_score(club: Club):
    ada, bo, mo, cy, di = [await club.member(n) for n in (1, 2, 3, 4, 5)]
    claim = await club.claim(ada)
    await said(club, claim, (ada, 60), (cy, 50), (di, 50))
    club.skip(days=3)
    known_us = to_us(club.now)
    club.skip(hours=1)
    await said(club, claim, (ada, 99), (bo, 99))
    club.skip(days=31)
    await club.settle(mo, claim, CAME, known_us=known_us)
    assert await standing(club, bo) is None
    found = await sure(club, ada)
    assert found.mean("brier") == pytest.approx(0.16)
    assert found.coverage == 100_000, "three days of thirty"


@pytest.mark.rule("D6")
@pytest.mark.rule("E6")
async def test_a_result_taken_back_takes_its_scores_and_profits_with_it(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await said(club, claim, (ada, 90), (bo, 60))
    await club.bet(ada, bo, claim, maker_stake=300, taker_stake=100)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 50)
    await club.stake(bo, claim, NO, 70)
    club.skip(days=31)
    await club.settle(mo, claim, CAME)
    found = await sure(club, ada)
    assert (found.settled, found.staked, found.profit) == (1, 350, 170)
    first = await sure(club, bo)

    await club.reverse_result(mo, claim)
    await club.sweep()
    gone = await sure(club, ada)
    assert (gone.claims, gone.peer, gone.brier, gone.settled, gone.staked, gone.profit) == (0,) * 6
    assert await club.db.read(leaderboard.calibration, club.guild, ada.number) == []

    await club.settle(mo, claim, CAME)
    assert await sure(club, ada) == found
    assert await sure(club, bo) == first


@pytest.mark.rule("E6")
async def test_a_bet_ended_by_agreement_counts_only_if_the_claim_came_out_the_same(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.agree(await club.bet(ada, bo, claim, maker_stake=100, taker_stake=100), bo, ada, 200)
    await club.agree(await club.bet(ada, bo, claim, maker_stake=500, taker_stake=500), bo, ada, 0)
    await club.bet(ada, mo, claim, maker_stake=10, taker_stake=10)
    assert await standing(club, ada) is None
    club.skip(days=31)
    cy = await club.member(4)
    await club.settle(cy, claim, CAME)
    assert (await sure(club, ada)).profit == 110
    assert (await sure(club, bo)).profit == -100
    await club.reverse_result(cy, claim)
    await club.sweep()
    assert (await sure(club, ada)).profit == 0


@pytest.mark.rule("E6")
async def test_a_market_s_profits_and_lost_subsidies_count_and_go_with_its_result(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mo)
    await club.market(ada, claim)
    before = await club.balance(ada.wallet)
    await club.buy(bo, claim, YES, budget=5_000)
    await club.pool(mo, claim)
    await club.stake(bo, claim, YES, 100)
    club.skip(days=31)
    await club.settle(mo, claim, CAME)
    won = await club.balance(bo.wallet) - 100_000
    assert won > 0
    found = await sure(club, bo)
    assert (found.settled, found.profit) == (1, won)
    assert (await sure(club, ada)).profit == -won
    assert await club.balance(ada.wallet) > before - won, "the rest of the subsidy came back"
    await club.reverse_result(mo, claim)
    club.skip(hours=1)
    await club.sweep()
    for who in (ada, bo):
        gone = await sure(club, who)
        assert (gone.settled, gone.profit, gone.staked) == (0, 0, 0)


@pytest.mark.rule("E6")
async def test_void_counts_nowhere(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.settle(mo, claim, Result("void"))
    assert await standing(club, ada) is None


@pytest.mark.rule("E6")
async def test_ranks_need_ten_settled_claims_and_those_who_ask_are_left_out(club: Club):
    ada, bo, cy, mo, di = [await club.member(n) for n in (1, 2, 3, 4, 5)]
    authors = (mo, ada, bo, cy)  # at most a third is by one of them
    claims = [await club.claim(authors[n % 4]) for n in range(10)]
    for place, claim in enumerate(claims):
        await said(club, claim, (ada, 90), (bo, 70), (di, 50))
        if place:
            await said(club, claim, (cy, 99))
            await club.bet(ada, bo, claim, maker_stake=100, taker_stake=100)
    club.skip(days=31)
    for claim in claims:
        await club.proposed(mo, claim, CAME, moderator=True)
    club.skip(days=8)
    await club.sweep()

    assert await top(club, "accuracy") == [ada.number, bo.number, di.number], "cy has nine"
    assert await top(club, "gain") == [], "nine settled with a stake"
    assert await top(club, "miss") == [ada.number, bo.number, di.number]
    first = await sure(club, ada)
    assert await club.db.read(leaderboard.rank, club.guild, first, "accuracy") == 1
    assert await club.db.read(leaderboard.rank, club.guild, await sure(club, bo), "accuracy") == 2
    assert await club.db.read(leaderboard.rank, club.guild, await sure(club, cy), "accuracy") is None

    request = leaderboard.List(club.guild, club.key(), ada.number, False)
    await club.db.write(leaderboard.show, request, club.now)
    assert await top(club, "accuracy") == [bo.number, di.number]
    assert await club.db.read(leaderboard.rank, club.guild, await sure(club, ada), "accuracy") is None
    await club.db.write(
        leaderboard.show, leaderboard.List(club.guild, club.key(), ada.number, True), club.now
    )
    assert await top(club, "accuracy") == [ada.number, bo.number, di.number]
    await club.forget(1)
    assert await top(club, "accuracy") == [bo.number, di.number]


@pytest.mark.rule("E6")
async def test_a_season_is_a_window_of_settlement_dates_whenever_it_is_made(club: Club):
    ada, bo, mo, cy = [await club.member(n) for n in (1, 2, 3, 4)]
    first, second = await club.claim(ada), await club.claim(ada, kind="choice", outcomes=many())
    await said(club, first, (ada, 90), (bo, 60), (cy, 60))
    await club.forecast(cy, second, 30, 40, 30)
    await club.bet(ada, bo, first, maker_stake=10, taker_stake=10)
    await club.forecast(ada, second, 50, 30, 20)
    await club.forecast(bo, second, 20, 30, 50)
    begin = club.now + timedelta(days=31)
    early = await make(club, mo, begin, begin + timedelta(days=30))
    club.now = begin
    await club.settle(mo, first, CAME)
    late = await make(club, mo, begin, begin + timedelta(days=30))
    assert await sure(club, ada, early) == await sure(club, ada, late)
    assert (await sure(club, ada, late)).profit == 10
    club.now = begin + timedelta(days=31)
    await club.settle(mo, second, Result("outcome", outcome=2))
    for season in (early, late):
        assert (await sure(club, ada, season)).claims == 1
        bins = await club.db.read(leaderboard.calibration, club.guild, ada.number, season=season)
        assert sum(found.count for found in bins) == 1
    assert (await sure(club, ada)).claims == 2
    assert (
        sum(found.count for found in await club.db.read(leaderboard.calibration, club.guild, ada.number)) == 4
    )
    whole = await make(club, mo, begin, begin + timedelta(days=90))
    assert await sure(club, bo, whole) == await sure(club, bo)
    with pytest.raises(BadTimes):
        await make(club, mo, begin, begin)


def many() -> tuple[Outcome, ...]:
    return tuple(Outcome(name, name) for name in "abc")


async def make(club: Club, who: Player, begin: object, end: object) -> int:
    from_us, until_us = to_us(begin), to_us(end)  # pyright: ignore[reportArgumentType]
    request = leaderboard.MakeSeason(club.guild, club.key(), who.number, "A season", from_us, until_us)
    return await club.db.write(leaderboard.make_season, request, club.now)


async def test_more_forecasters_than_fit_into_one_unit_are_all_counted_and_taken_out(club: Club):
    mo = await club.member(1)
    claim = await club.claim(mo)
    everybody = [await club.member(n) for n in range(2, 125)]
    for place, who in enumerate(everybody):
        await club.forecast(who, claim, 20 + place % 60)
    club.skip(days=31)
    await club.settle(mo, claim, CAME)
    found = [await sure(club, who) for who in everybody]
    assert {one.claims for one in found} == {1}
    assert abs(sum(one.peer for one in found)) <= len(found)
    await club.reverse_result(mo, claim)
    await club.sweep()
    assert {(await sure(club, who)).claims for who in everybody} == {0}


@pytest.mark.rule("E6")
async def test_nobody_is_ranked_by_claims_on_which_they_stood_alone(club: Club):
    """Or beside one other: with whom would they be compared? Their own scores are told all the same."""
    me, alt, *authors = [await club.member(n) for n in range(1, 8)]
    claims = [await club.claim(authors[n % 5]) for n in range(10)]
    for place, claim in enumerate(claims):
        await said(club, claim, (me, 50), *([(alt, 40)] if place % 2 else []))
    club.skip(days=31)
    for claim in claims:
        await club.proposed(authors[0], claim, CAME, moderator=True)
    club.skip(days=8)
    await club.sweep()
    assert await top(club, "accuracy") == []
    assert await top(club, "miss") == []
    assert await standing(club, me) is None
    resolved = (await club.read_claim(claims[0].number)).resolution
    assert resolved is not None
    own = await club.db.read(leaderboard.score_of, club.guild, resolved, me.number)
    assert own is not None
    assert own.brier == 250_000


@pytest.mark.rule("E6")
@pytest.mark.parametrize(("one_author", "ranked"), [(3, True), (4, False), (10, False)])
async def test_a_third_of_the_claims_at_most_is_by_one_author(club: Club, one_author: int, ranked: bool):
    me, a, b, *authors = [await club.member(n) for n in range(1, 9)]
    claims = [await club.claim(me if n < one_author else authors[n % 5]) for n in range(10)]
    for claim in claims:
        await said(club, claim, (me, 99.9), (a, 0.1), (b, 50))
    club.skip(days=31)
    for claim in claims:
        await club.proposed(authors[0], claim, CAME, moderator=True)
    club.skip(days=8)
    await club.sweep()
    assert (me.number in await top(club, "accuracy")) is ranked
    assert (me.number in await top(club, "miss")) is ranked


@pytest.mark.rule("E6")
async def test_a_friend_s_sure_loss_lifts_by_one_percent_at_most(club: Club):
    me, a, b, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mo)
    await said(club, claim, (me, 99.9), (a, 0.1), (b, 50))
    club.skip(days=31)
    await club.settle(mo, claim, CAME)
    others = (math.log(0.01) + math.log(0.5)) / 2
    assert (await sure(club, me)).mean("peer") == pytest.approx(100 * (math.log(0.999) - others), abs=1e-4)


@pytest.mark.rule("E6")
@pytest.mark.parametrize("hours_beside", [71, 72])
async def test_beside_two_others_for_a_tenth_of_the_window(club: Club, hours_beside: int):
    me, a, b, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mo)
    await said(club, claim, (me, 90), (a, 50))
    club.skip(days=30, hours=-hours_beside)
    await said(club, claim, (b, 50))
    club.skip(days=4)
    await club.settle(mo, claim, CAME)
    assert (await standing(club, me) is not None) is (hours_beside == 72)


@pytest.mark.rule("E4")
async def test_one_s_own_earlier_number_is_no_other(club: Club):
    me, a, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mo)
    await said(club, claim, (me, 10), (a, 50))
    await club.forget(1)
    again = await club.join(1)
    await said(club, claim, (again, 90))
    club.skip(days=31)
    await club.settle(mo, claim, CAME)
    assert await standing(club, again) is None
