"""A judge on whom holders agreed takes office in public, and one other holder can stop that (RULES D4)."""

import pytest

from ledger.accounts import Player
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor
from markets.core.errors import (
    AgreedThemselves,
    AppealedSince,
    NotAHolder,
    NotAJudge,
    NotAModerator,
    ProposalGone,
    Recused,
    WindowOver,
)
from markets.settlement import agreed_judges
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_majorities import IS_NO, IS_YES, LOOSE, appoint, disputed
from tests.markets.test_resolution import state
from tests.markets.test_silence import posted

pytestmark = [pytest.mark.core, pytest.mark.rule("D4")]


async def answered(
    club: Club,
    who: Player,
    claim: Claim,
    judge: Player,
    *,
    accepts: bool = False,
    moderator: bool = False,
    owner: bool = False,
) -> agreed_judges.AgreedJudge:
    actor = Actor(who.number, moderator, owner)
    request = agreed_judges.AnswerJudge(
        club.guild, club.key(), actor, claim.number, judge.number, accepts=accepts
    )
    return await club.db.write(agreed_judges.answer, request, club.now)


class Halves:
    """One person's two accounts have most of either half of a market, and agree on a third."""

    def __init__(self, club: Club, claim: Claim, honest: tuple[Player, Player], judge: Player) -> None:
        self.club, self.claim, self.judge = club, claim, judge
        self.ada, self.bo = honest

    @classmethod
    async def make(cls, club: Club) -> "Halves":
        ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
        e, f, judge = [await club.member(n, 200_000) for n in (4, 5, 6)]
        claim = await club.claim(mod)
        await club.market(mod, claim)
        await club.buy(ada, claim, YES, budget=10_000, **LOOSE)
        await club.buy(bo, claim, NO, budget=10_000, **LOOSE)
        for _ in range(8):
            await club.buy(e, claim, YES, quantity=8_000, **LOOSE)
            await club.buy(f, claim, NO, quantity=8_000, **LOOSE)
        await club.buy(f, claim, NO, quantity=12_000, **LOOSE)  # the real position, on the false side
        await disputed(club, claim, ada, f)
        assert not await appoint(club, e, claim, judge)
        assert await appoint(club, f, claim, judge)
        return cls(club, claim, (ada, bo), judge)

    async def vote(self, *, ruled: bool) -> None:
        if ruled:
            assert (await self.club.vote(self.judge, self.claim, IS_NO, moderator=False)).ruled
        else:
            with pytest.raises(NotAJudge):
                await self.club.vote(self.judge, self.claim, IS_NO, moderator=False)


async def test_whom_two_accounts_of_one_person_chose_rules_nothing_once_somebody_objects(club: Club):
    h = await Halves.make(club)
    await h.vote(ruled=False)
    await club.agreed(h.judge)
    club.skip(days=1)
    by = await answered(club, h.ada, h.claim, h.judge)
    assert by.objected
    assert await posted(club, "judge.objected") == 1
    club.skip(days=3)
    await h.vote(ruled=False)
    oz = await club.member(9)
    assert (await club.vote(oz, h.claim, IS_YES, moderator=False, owner=True)).ruled
    club.skip(days=2)
    await club.sweep()
    assert await state(club, h.claim) == "settled"
    assert await club.balance(h.ada.wallet) > 100_000


async def test_nobody_takes_office_before_two_days_from_the_post_are_over(club: Club):
    h = await Halves.make(club)
    assert await posted(club, "judge.agreed") == 1
    assert await posted(club, "judge.appointed") == 0
    club.skip(days=5)
    await h.vote(ruled=False)  # nobody could read of it
    await club.agreed(h.judge)
    club.skip(hours=47, minutes=59)
    await h.vote(ruled=False)
    club.skip(minutes=1)
    with pytest.raises(WindowOver):
        await answered(club, h.ada, h.claim, h.judge)
    await h.vote(ruled=True)


async def test_whoever_is_agreed_on_again_waits_two_days_again(club: Club):
    """Else the days run while nobody is agreed on, and nobody sees a reason to object."""
    h = await Halves.make(club)
    await club.agreed(h.judge)
    f, other = await club.join(5), await club.member(7)
    assert not await appoint(club, f, h.claim, other)
    club.skip(days=2)
    assert await appoint(club, f, h.claim, h.judge)
    await h.vote(ruled=False)
    assert await posted(club, "judge.agreed") == 2
    await club.agreed(h.judge)
    assert await appoint(club, f, h.claim, h.judge)  # it is agreed: that says nothing new
    club.skip(hours=47, minutes=59)
    await h.vote(ruled=False)
    assert (await answered(club, h.ada, h.claim, h.judge)).objected
    assert await posted(club, "judge.agreed") == 2


async def test_after_an_objection_no_other_choice_of_theirs_takes_office_by_silence(club: Club):
    """Else they would choose one after the other, until nobody looks."""
    h = await Halves.make(club)
    await club.agreed(h.judge)
    await answered(club, h.bo, h.claim, h.judge)
    other = await club.member(7)
    e, f = await club.member(4), await club.member(5)
    for who in (e, f):
        await appoint(club, who, h.claim, other)
    await club.agreed(other)
    club.skip(days=10)
    with pytest.raises(NotAJudge):
        await club.vote(other, h.claim, IS_NO, moderator=False)


@pytest.mark.parametrize("who", ["owner", "moderator"])
async def test_the_owner_or_a_moderator_without_points_accepts_one_all_the_same(club: Club, who: str):
    h = await Halves.make(club)
    await club.agreed(h.judge)
    await answered(club, h.bo, h.claim, h.judge)
    mo = await club.member(8)
    with pytest.raises(NotAModerator):
        await answered(club, mo, h.claim, h.judge, accepts=True)
    with pytest.raises(Recused):
        await answered(club, h.ada, h.claim, h.judge, accepts=True, moderator=True)
    by = await answered(
        club, mo, h.claim, h.judge, accepts=True, moderator=who == "moderator", owner=who == "owner"
    )
    assert by.accepted
    await h.vote(ruled=True)


async def test_who_objects_has_more_than_a_trifle_there_and_did_not_agree(club: Club):
    """A hundredth of the starting balance; nobody's own second press, and nobody about a judge of no agreement."""
    h = await Halves.make(club)
    e, stranger, cy = [await club.member(n) for n in (4, 7, 8)]
    with pytest.raises(AgreedThemselves):
        await answered(club, e, h.claim, h.judge)
    for who in (stranger, h.judge):
        with pytest.raises(NotAHolder):
            await answered(club, who, h.claim, h.judge)
    with pytest.raises(NotAJudge):
        await answered(club, h.ada, h.claim, cy)


async def test_a_trifle_holds_no_judge_up(club: Club):
    ada, bo, mod, eve, judge = [await club.member(n) for n in range(1, 6)]
    claim = await club.claim(mod)
    await club.market(mod, claim)
    await club.buy(ada, claim, YES, budget=10_000, **LOOSE)
    await club.buy(bo, claim, NO, budget=10_000, **LOOSE)
    await club.buy(eve, claim, YES, budget=50, **LOOSE)
    await disputed(club, claim, ada, bo)
    await appoint(club, ada, claim, judge)
    assert await appoint(club, bo, claim, judge)
    await club.agreed(judge)
    with pytest.raises(NotAHolder):
        await answered(club, eve, claim, judge)
    club.skip(days=2)
    assert (await club.vote(judge, claim, IS_NO, moderator=False)).ruled


async def test_who_has_something_below_or_in_a_pool_may_object_too(club: Club):
    ada, bo, mod, cy, dee, judge, fay = [await club.member(n) for n in range(1, 8)]
    claim = await club.claim(mod)
    await club.pool(mod, claim, closes_us=to_us(club.now + 20 * DAY))
    for who, side, much in ((ada, YES, 20_000), (bo, NO, 20_000), (fay, YES, 5_000)):
        await club.stake(who, claim, side, much)
    times = dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + 300 * DAY))
    low = await club.claim(mod, title="A lower thing", condition=Condition(claim.number, YES, "YES"), **times)
    await club.bet(cy, dee, low)
    await disputed(club, claim, ada, bo)
    await appoint(club, ada, claim, judge)
    assert await appoint(club, bo, claim, judge)
    await club.agreed(judge)
    assert (await answered(club, cy, claim, judge)).objected
    assert (await answered(club, fay, claim, judge)).objected
    club.skip(days=3)
    with pytest.raises(NotAJudge):
        await club.vote(judge, claim, IS_NO, moderator=False)


@pytest.mark.rule("D1")
async def test_an_answer_of_before_an_appeal_accepts_and_stops_nobody_after_it(club: Club):
    """A button that was read in one round is no word about the judge whom holders choose in the next."""
    h = await Halves.make(club)
    mo = await club.member(8)
    old = (1, 1)
    await club.agreed(h.judge)
    club.skip(days=2)
    await h.vote(ruled=True)
    await club.appeal(h.ada, h.claim)
    club.skip(days=8)
    await club.sweep()
    club.skip(days=3)
    await club.sweep()
    other = await club.member(7)
    for who in (await club.join(4), await club.join(5)):
        await appoint(club, who, h.claim, other)
    for who, accepts in ((h.ada, False), (mo, True)):
        actor = Actor(who.number, moderator=accepts)
        said = agreed_judges.AnswerJudge(club.guild, club.key(), actor, h.claim.number, other.number, accepts)
        request = agreed_judges.AnswerJudgeInRound(club.guild, club.key(), said, *old)
        with pytest.raises(AppealedSince):
            await club.db.write(agreed_judges.answer_in_round, request, club.now)
        request = agreed_judges.AnswerJudgeInRound(club.guild, club.key(), said, 7, 2)
        with pytest.raises(ProposalGone):
            await club.db.write(agreed_judges.answer_in_round, request, club.now)
    request = agreed_judges.AnswerJudgeInRound(club.guild, club.key(), said, 1, 2)
    assert (await club.db.write(agreed_judges.answer_in_round, request, club.now)).accepted


async def test_both_sides_of_bets_agree_at_once_as_before(club: Club):
    ada, bo, mod, judge = [await club.member(n) for n in range(1, 5)]
    claim = await club.claim(mod)
    await club.bet(ada, bo, claim)
    await disputed(club, claim, ada, bo)
    await appoint(club, ada, claim, judge)
    assert await appoint(club, bo, claim, judge)
    assert await posted(club, "judge.appointed") == 1
    assert (await club.vote(judge, claim, IS_NO, moderator=False)).ruled


async def test_two_accounts_with_a_bet_between_them_choose_no_judge_for_those_below(club: Club):
    e, f, mod, cy, dee, judge = [await club.member(n) for n in range(1, 7)]
    claim = await club.claim(mod)
    await club.bet(e, f, claim, maker_stake=100, taker_stake=100)
    times = dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + 300 * DAY))
    low = await club.claim(mod, title="A lower thing", condition=Condition(claim.number, YES, "YES"), **times)
    await club.bet(cy, dee, low, maker_stake=50_000, taker_stake=50_000)
    await disputed(club, claim, e, f)
    await appoint(club, e, claim, judge)
    assert await appoint(club, f, claim, judge)
    with pytest.raises(NotAJudge):
        await club.vote(judge, claim, IS_NO, moderator=False)
    await club.agreed(judge)
    await answered(club, cy, claim, judge)
    club.skip(days=3)
    with pytest.raises(NotAJudge):
        await club.vote(judge, claim, IS_NO, moderator=False)
