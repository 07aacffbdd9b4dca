"""When a result became public: within what bounds that is said, what it returns, and what a ruling makes of it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.accounts import Player
from ledger.types import to_us
from markets.claims import became_public, drafts
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Judges, Result
from markets.core.errors import BadResult, BadTimes, NotAJudge, Recused
from markets.records import audit
from markets.settlement import moment_effect, resolution, voting
from markets.views import claims as view_claims
from markets.views import portfolio
from tests import databases
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club

IT_WAS = Result("outcome", outcome=YES)


async def staked(club: Club) -> tuple[Claim, list[Player], list[int], int]:
    """A pool in which Ada has 1,000 on NO, then Eve 100 on YES, then Bo 1,000 on YES, an hour apart; the moments of
    these stakes, and one just after Eve's."""
    ada, bo, eve, mod = [await club.member(n, 200_000) for n in (1, 2, 3, 4)]
    claim = await club.claim(mod)
    await club.pool(mod, claim)
    moments: list[int] = []
    for who, outcome, amount in ((ada, NO, 100_000), (eve, YES, 10_000), (bo, YES, 100_000)):
        club.skip(hours=1)
        await club.stake(who, claim, outcome, amount)
        moments.append(to_us(club.now))
    club.skip(days=31)
    await club.sweep()
    return claim, [ada, bo, eve, mod], moments, moments[1] + 1


async def changed(club: Club, *people: Player) -> list[int]:
    return [await club.balance(who.wallet) - 200_000 for who in people]


HONEST = [-100_000, 90_909, 9_091]
"""What Ada, Bo and Eve end with where nothing returns."""


@pytest.mark.rule("D1")
async def test_a_result_became_public_between_its_claims_opening_and_its_proposal(club: Club):
    ada = await club.member(1)
    before = to_us(club.now)
    club.skip(days=1)
    claim = await club.claim(ada)
    opened = to_us(club.now)
    club.skip(days=1)
    for known_us in (-1, 0, 1, before, opened - 1, to_us(club.now) + 1, 2**62):
        with pytest.raises(BadTimes) as refused:
            await club.propose(ada, claim, IT_WAS, known_us=known_us)
        assert refused.value.code == "public"
        assert refused.value.facts == {"from_us": opened, "until_us": to_us(club.now)}
    for known_us in (opened, to_us(club.now)):
        made = await club.propose(ada, claim, IT_WAS, known_us=known_us)
        assert made.known_us == made.result.known_us == known_us
        club.skip(days=31)
        await club.withdraw_proposal(ada, made)
        club.skip(days=7)


@pytest.mark.rule("D3")
async def test_whoever_gains_or_loses_by_the_moment_counts_as_gaining_or_losing_by_the_result(club: Club):
    claim, (ada, bo, eve, _), moments, after_eve = await staked(club)
    opened = moments[0] - 1

    made = await club.proposed(ada, claim, IT_WAS, known_us=opened)
    assert made.gains, "her stake returns"
    assert made.window_seconds == 7 * 86_400
    assert await club.db.read(resolution.losers, claim, made.result) == [bo.number, eve.number]
    await club.withdraw_proposal(ada, made)

    made = await club.proposed(eve, claim, IT_WAS, known_us=after_eve)
    assert made.gains
    assert await club.db.read(resolution.losers, claim, made.result) == [ada.number, bo.number]


@pytest.mark.rule("D1")
@pytest.mark.parametrize("how", ["honest", "loser", "winner"])
async def test_a_ruling_that_says_no_moment_returns_nothing(club: Club, how: str):
    claim, (ada, bo, eve, mod), moments, after_eve = await staked(club)
    if how == "honest":
        await club.settle(mod, claim, IT_WAS)
        assert await changed(club, ada, bo, eve) == HONEST
        return
    who, known_us = (ada, moments[0] - 1) if how == "loser" else (eve, after_eve)
    await club.proposed(who, claim, IT_WAS, known_us=known_us)
    await club.challenge(bo, claim, "known")
    assert (await club.vote(mod, claim, IT_WAS)).ruled
    club.skip(days=2)
    await club.sweep()
    assert await changed(club, ada, bo, eve) == HONEST, "and the challenger's bond is back"


@pytest.mark.rule("D4")
async def test_a_moderator_with_points_on_a_claim_neither_freezes_nor_unfreezes_it(club: Club):
    ada, mira, oz = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(oz)
    await club.bet(ada, mira, claim, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    with pytest.raises(Recused):
        await club.halt(mira, claim)
    await club.halt(oz, claim)
    with pytest.raises(Recused):
        await club.halt(mira, claim, halted=False)
    await club.halt(oz, claim, halted=False)


async def ruled(club: Club, claim: Claim, judge: Player, result: Result, **more: Any) -> voting.VoteCount:
    actor = Actor(judge.number, moderator=True)
    request = voting.Vote(club.guild, club.key(), actor, claim.number, result, "So it was.", **more)
    voted = await club.db.write(voting.vote, request, club.now)
    if voted.ruled:
        await club.posted(voted.dispute)
    return voted


@pytest.mark.rule("D4")
async def test_a_moderator_without_points_takes_a_result_back_also_where_judges_are_named(club: Club):
    ada, bo, judge, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada, judges=Judges(named=(judge.number,)))
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.settle(ada, claim, IT_WAS, moderator=False)
    with pytest.raises(Recused):
        await club.reverse_result(bo, claim)
    with pytest.raises(NotAJudge):
        await club.reverse_result(mo, claim, moderator=False)
    await club.reverse_result(mo, claim)


@pytest.mark.rule("D1")
@pytest.mark.rule("D5")
async def test_a_ruling_sets_another_moment_and_returns_the_challengers_bond(club: Club):
    claim, (ada, bo, eve, mod), _, after_eve = await staked(club)
    await club.proposed(mod, claim, IT_WAS, moderator=True)
    await club.challenge(eve, claim, "known")
    with pytest.raises(BadTimes):
        await ruled(club, claim, mod, IT_WAS, known_us=to_us(club.now) + 1)
    with pytest.raises(BadResult):
        await ruled(club, claim, mod, Result("void"), known_us=after_eve)
    assert (await ruled(club, claim, mod, IT_WAS, known_us=after_eve)).ruled
    seen = await club.db.read(view_claims.claim, club.guild, claim.number, club.now)
    assert seen.known is not None
    assert seen.known.returned == ((bo.number, 100_000),)
    assert [one.most for one in seen.pays if one.result.outcome == YES] == [
        ((ada.number, -100_000), (eve.number, 100_000))
    ]
    club.skip(days=2)
    await club.sweep()
    assert await changed(club, ada, bo, eve) == [-100_000, 0, 100_000]
    assert (await club.read_proposal(1)).state == "failed"


@pytest.mark.rule("D5")
async def test_a_ruling_that_confirms_the_moment_costs_the_challenger_the_bond(club: Club):
    claim, (ada, bo, eve, mod), _, after_eve = await staked(club)
    await club.proposed(mod, claim, IT_WAS, moderator=True, known_us=after_eve)
    await club.challenge(bo, claim, "known")
    assert (await ruled(club, claim, mod, IT_WAS, known_us=after_eve)).ruled
    club.skip(days=2)
    await club.sweep()
    assert await changed(club, ada, bo, eve) == [-100_000, -1_000, 100_000]


@pytest.mark.rule("D1")
@pytest.mark.rule("D4")
async def test_votes_for_one_result_with_different_moments_are_votes_for_different_rulings(club: Club):
    ada, bo, mo, mu = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada, judges=Judges(votes=2))
    known_us = to_us(club.now)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS, known_us=known_us)
    await club.challenge(bo, claim)
    assert not (await ruled(club, claim, mo, IT_WAS, known_us=known_us)).ruled
    assert not (await ruled(club, claim, mu, IT_WAS, known_us=known_us + 1)).ruled
    assert (await ruled(club, claim, mu, IT_WAS, known_us=known_us)).ruled


@pytest.mark.rule("D6")
async def test_an_appeal_sets_the_moment_and_returns_its_bond(club: Club):
    claim, (ada, bo, eve, mod), _, after_eve = await staked(club)
    await club.proposed(eve, claim, IT_WAS, known_us=after_eve)
    await club.challenge(bo, claim, "known")
    await ruled(club, claim, mod, IT_WAS, known_us=after_eve)
    await club.appeal(bo, claim)
    await ruled(club, claim, await club.member(5), IT_WAS)
    await club.sweep()
    assert await changed(club, ada, bo, eve) == HONEST


@pytest.mark.rule("D6")
async def test_after_a_reversal_the_moment_is_another_proposals(club: Club):
    claim, (ada, bo, eve, mod), _, after_eve = await staked(club)
    await club.settle(mod, claim, IT_WAS, known_us=after_eve)
    assert await changed(club, ada, bo, eve) == [-100_000, 0, 100_000]
    await club.reverse_result(mod, claim)
    await club.sweep()
    await club.settle(mod, claim, IT_WAS)
    assert await changed(club, ada, bo, eve) == HONEST


@pytest.mark.rule("D1")
async def test_a_ruling_may_void_the_bets_that_were_taken_after_it_was_public(club: Club):
    ada, bo, mod = [await club.member(n, 200_000) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    first = await club.bet(ada, bo, claim)
    known_us = to_us(club.now)
    club.skip(hours=1)
    late = await club.bet(ada, bo, claim)
    await club.forecast(mod, claim, 60)
    club.skip(days=31)
    with pytest.raises(BadResult):  # that is for judges
        await club.propose(ada, claim, replace(IT_WAS, voids_late=True), known_us=known_us)
    made = await club.proposed(ada, claim, IT_WAS, known_us=known_us)
    effect = await club.db.read(moment_effect.effect, claim, made.result)
    assert effect is not None
    assert (effect.bets, effect.forecasts, effect.returned, effect.moved) == ((late.number,), 1, (), ())
    await club.challenge(bo, claim, "known")
    with pytest.raises(BadResult):
        await ruled(club, claim, mod, replace(IT_WAS, voids_late=True))
    await ruled(club, claim, mod, replace(IT_WAS, voids_late=True), known_us=known_us)
    club.skip(days=2)
    await club.sweep()
    assert [(await club.read_bet(one.number)).state for one in (first, late)] == ["settled", "void"]
    assert await changed(club, ada, bo) == [10_000, -10_000]
    await club.reverse_result(mod, claim)
    await club.sweep()
    assert [(await club.read_bet(one.number)).state for one in (first, late)] == ["live", "live"]


@pytest.mark.rule("D1")
async def test_a_better_wording_has_an_opening_of_its_own_and_an_old_claim_that_of_its_draft(club: Club):
    ada = await club.member(1)
    old = await club.claim(ada)
    first_us = to_us(club.now)
    club.skip(days=1)
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms(title="A better wording of it"))
    number = await club.db.write(drafts.save_draft, draft, club.now)
    club.skip(days=1)
    better = drafts.Supersede(
        club.guild, club.key(), Actor(ada.number), old.number, club.terms(title="A better wording"), number
    )
    new = await club.db.write(drafts.supersede, better, club.now)
    assert (old.opened_us, new.opened_us) == (first_us, to_us(club.now))
    with pytest.raises(BadTimes):
        await club.propose(ada, new, IT_WAS, known_us=to_us(club.now) - 1)
    unknown = replace(new, opened_us=None)
    assert await club.db.read(became_public.opened_us, unknown) == to_us(club.now) - 86_400_000_000


@pytest.mark.rule("D1")
async def test_a_portfolio_shows_what_a_stake_gets_by_the_moment_that_stands(club: Club):
    claim, (_, bo, eve, _), _, after_eve = await staked(club)
    await club.proposed(eve, claim, IT_WAS, known_us=after_eve)
    shown = await club.db.read(portfolio.portfolio, club.guild, bo.number, 0, club.now)
    assert shown.pools[0].changes[YES] == 0


@pytest.mark.rule("D8")
async def test_too_early_moves_the_check_date_by_90_days_at_most(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    club.skip(days=31)
    latest = to_us(club.now + 90 * DAY)
    with pytest.raises(BadResult) as refused:
        await club.propose(ada, claim, Result("early", check_us=latest + 1))
    assert refused.value.facts == {"until_us": latest}
    await club.propose(ada, claim, Result("early", check_us=latest))


@pytest.mark.rule("D1")
@pytest.mark.rule("D2")
async def test_moments_and_what_they_paid_are_held_against_the_record(own_sqlite: str):
    async with databases.opened(own_sqlite) as db:
        club = await Club.make(db, 5)
        assert isinstance(club, Club)
        claim, (_, bo, eve, mod), _, after_eve = await staked(club)
        await club.proposed(eve, claim, IT_WAS, known_us=after_eve)
        await club.challenge(bo, claim, "known")
        await ruled(club, claim, mod, IT_WAS, known_us=after_eve + 1)
        club.skip(days=2)
        await club.sweep()
        assert await stories.alone(own_sqlite, lambda tx: audit.problems(tx, 5)) == ()
        for change in (
            "UPDATE proposals SET known_us = 1",
            "UPDATE proposals SET known_us = made_us + 1",
            "UPDATE claims SET opened_us = made_us - 1",
            'UPDATE resolutions SET result = \'{"kind":"outcome","outcome":0}\'',
            'UPDATE votes SET result = \'{"kind":"outcome","outcome":0,"known_us":1}\'',
            "UPDATE stakes SET late = 0",
            "UPDATE stakes SET late = 1",
        ):
            assert await stories.alone(own_sqlite, lambda tx, c=change: damaged(tx, c), write=True), change


def damaged(tx: Connection, change: str) -> tuple[str, ...]:
    point = tx.begin_nested()
    tx.exec_driver_sql(change)
    found = audit.problems(tx, 5)
    point.rollback()
    return found
