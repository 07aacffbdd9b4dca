"""Objecting to a result: challenge, argue, vote, appeal, freeze, and who may judge (RULES D4 to D7)."""

from datetime import timedelta
from typing import Any

import pytest

from ledger import accounts
from ledger.accounts import Player
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Judges, Result
from markets.core.errors import (
    AlreadyDisputed,
    BadTerms,
    ClaimHalted,
    ClaimMoved,
    Needed,
    NotAHolder,
    NotAJudge,
    NotAModerator,
    OthersFirst,
    Recused,
    TooEarlyToPropose,
    TooLateToReverse,
    UnknownDispute,
    WindowOver,
)
from markets.settlement import disputes, freezing, voting
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_resolution import state

pytestmark = pytest.mark.core

IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)


class Quarrel:
    """A claim with a bet on it, its deadline past, whose proposal (YES, by Ada, who wins by it) stands."""

    def __init__(self, club: Club, ada: Player, bo: Player, mo: Player, claim: Claim, bet: int) -> None:
        self.club, self.ada, self.bo, self.mo, self.claim, self.bet = club, ada, bo, mo, claim, bet

    @classmethod
    async def make(cls, club: Club, *, named: int = 0, votes: int = 1) -> "Quarrel":
        ada, bo, mo = [await club.member(person) for person in (1, 2, 3)]
        judges = tuple([(await club.member(10 + place)).number for place in range(named)])
        claim = await club.claim(ada, judges=Judges(judges, votes))
        bet = await club.bet(ada, bo, claim)
        club.skip(days=31)
        await club.proposed(ada, claim, IT_WAS)
        return cls(club, ada, bo, mo, claim, bet.number)

    @property
    def judges(self) -> list[Player]:
        wallet = accounts.Account(self.club.guild, 0)
        return [Player(self.club.guild, number, wallet) for number in self.claim.terms.judges.named]

    async def after_a_day(self) -> None:
        self.club.now += DAY
        await self.club.sweep()

    async def balances(self) -> list[int]:
        return [await self.club.balance(who.wallet) for who in (self.ada, self.bo)]


@pytest.fixture
async def quarrel(club: Club) -> Quarrel:
    return await Quarrel.make(club)


async def appoint(club: Club, side: Player, claim: Claim, judge: Player) -> bool:
    request = voting.Appoint(club.guild, club.key(), side.number, claim.number, judge.number)
    return await club.db.write(voting.appoint, request, club.now)


async def argue(club: Club, who: Player, claim: Claim, words: str) -> int:
    request = disputes.Argue(club.guild, club.key(), who.number, claim.number, words)
    return await club.db.write(disputes.argue, request, club.now)


@pytest.mark.rule("D5")
async def test_a_challenge_holds_a_bond_that_returns_when_the_ruling_differs(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    dispute = await club.challenge(q.bo, q.claim)
    assert dispute.bond is not None
    assert await club.balance(dispute.bond) == 1_000

    await club.vote(q.mo, q.claim, IT_WAS_NOT)
    await q.after_a_day()

    assert await q.balances() == [90_000, 110_000]
    assert await club.balance(dispute.bond) == 0
    assert await club.balance(accounts.house(club.guild)) == 0


@pytest.mark.rule("D5")
async def test_the_bond_goes_to_the_house_when_the_ruling_says_the_same(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, Result("weights", weights=(7, 0)))  # the same, said otherwise
    await q.after_a_day()

    assert await q.balances() == [110_000, 89_000]
    assert await club.balance(accounts.house(club.guild)) == 1_000
    assert (await club.read_proposal(1)).state == "settled"


@pytest.mark.rule("D5")
@pytest.mark.rule("D7")
async def test_when_nobody_rules_for_a_hundred_days_the_clause_ends_it_and_the_bond_is_the_house_s(
    quarrel: Quarrel,
):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    for _ in range(120):
        await q.after_a_day()

    assert await state(club, q.claim) == "settled"
    assert await q.balances() == [100_000, 99_000]
    assert await club.balance(accounts.house(club.guild)) == 1_000


@pytest.mark.rule("D5")
@pytest.mark.rule("D6")
@pytest.mark.rule("D7")
@pytest.mark.parametrize("ruling", [IT_WAS, IT_WAS_NOT], ids=["as proposed", "otherwise"])
async def test_when_nobody_decides_an_appeal_the_first_ruling_stands_and_its_bond_is_the_house_s(
    quarrel: Quarrel, ruling: Result
):
    q, club = quarrel, quarrel.club
    dispute = await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, ruling)
    await club.appeal(q.bo if ruling == IT_WAS else q.ada, q.claim)
    for _ in range(16):
        club.skip(days=7)
        await club.sweep()
    assert await state(club, q.claim) == "settled"
    # The challenge's bond returns where the ruling differed; the appeal changed nothing, so its 20 points are lost.
    bonds = [0, -3_000] if ruling == IT_WAS else [-2_000, 0]
    pots = [110_000, 90_000] if ruling == IT_WAS else [90_000, 110_000]
    assert await q.balances() == [pot + bond for pot, bond in zip(pots, bonds, strict=True)]
    assert (await club.db.read(disputes.load, club.guild, dispute.number)).state == "final"
    assert (await club.read_bet(q.bet)).resolution is not None


@pytest.mark.rule("D4")
async def test_a_lost_role_ends_the_right_to_judge_and_votes_given_count(club: Club):
    ada, bo, mo, mu = [await club.member(person) for person in (1, 2, 3, 4)]
    claim = await club.claim(ada, judges=Judges((), 2))
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)
    assert not (await club.vote(mo, claim, IT_WAS_NOT)).ruled
    with pytest.raises(NotAJudge):
        await club.vote(mo, claim, IT_WAS, moderator=False)
    assert (await club.vote(mu, claim, IT_WAS_NOT)).ruled


@pytest.mark.rule("D4")
@pytest.mark.rule("D7")
async def test_where_every_moderator_and_the_owner_has_money_on_it_the_sides_name_somebody_or_the_clause_ends_it(
    club: Club,
):
    ada, bo, cy = [await club.member(person) for person in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)
    club.skip(days=7)
    await club.sweep()
    for who, owner in ((ada, True), (bo, False)):
        with pytest.raises(Recused):
            await club.vote(who, claim, IT_WAS, owner=owner)
    for side in (ada, bo):
        await appoint(club, side, claim, cy)
    for _ in range(8):
        club.skip(days=30)
        await club.sweep()
    assert await state(club, claim) == "settled"
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [100_000, 99_000]


@pytest.mark.rule("D6")
@pytest.mark.rule("E5")
async def test_the_owner_is_whoever_owns_the_server_now(club: Club):
    ada, bo, old, new = [await club.member(person) for person in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    club.skip(days=31)
    with pytest.raises(TooLateToReverse):  # theirs as long as they owned it
        await club.reverse_result(old, claim)
    await club.reverse_result(new, claim, owner=True)
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [90_000, 90_000]


@pytest.mark.rule("D5")
async def test_one_dispute_at_a_time_and_others_add_arguments(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    with pytest.raises(ClaimMoved):
        await argue(club, q.mo, q.claim, "There is no dispute yet.")
    await club.challenge(q.bo, q.claim)
    with pytest.raises(AlreadyDisputed):
        await club.challenge(q.mo, q.claim)
    assert await argue(club, q.mo, q.claim, "The file has two sheets.") == 1
    assert await argue(club, q.ada, q.claim, "And the first one counts.") == 2
    for words, error in (("", Needed), ("\0", BadTerms), ("x" * 4_001, BadTerms)):
        with pytest.raises(error):
            await argue(club, q.mo, q.claim, words)
    assert await club.balance(q.mo.wallet) == 100_000


@pytest.mark.rule("D5")
async def test_a_challenge_needs_one_of_the_grounds_and_a_reason(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    with pytest.raises(BadTerms):
        await club.challenge(q.bo, q.claim, "spite")
    with pytest.raises(Needed):
        await club.challenge(q.bo, q.claim, "fact", " ")
    assert await q.balances() == [90_000, 90_000]


@pytest.mark.rule("D5")
async def test_a_challenge_comes_too_late_when_the_window_is_over_whether_swept_or_not(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    club.now += timedelta(days=7)
    with pytest.raises(WindowOver):
        await club.challenge(q.bo, q.claim)
    await club.sweep()
    with pytest.raises(ClaimMoved):
        await club.challenge(q.bo, q.claim)


@pytest.mark.rule("A4")
@pytest.mark.rule("D5")
async def test_a_debtor_challenges_without_bond(club: Club):
    q = await Quarrel.make(club)
    await club.post({q.bo.wallet: -95_000, q.mo.wallet: 95_000}, kind="void")
    assert await club.balance(q.bo.wallet) == -5_000
    dispute = await club.challenge(q.bo, q.claim)
    assert dispute.bond is None
    await club.vote(q.mo, q.claim, IT_WAS)
    await q.after_a_day()
    assert await q.balances() == [110_000, -5_000]


@pytest.mark.rule("D4")
async def test_nobody_judges_who_has_money_on_it_or_a_bond_in_it(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    dee = await club.member(4)
    await club.challenge(dee, q.claim)
    for who in (q.ada, q.bo, dee):
        with pytest.raises(Recused):
            await club.vote(who, q.claim, IT_WAS)
    with pytest.raises(NotAJudge):
        await club.vote(q.mo, q.claim, IT_WAS, moderator=False)
    assert (await club.vote(q.mo, q.claim, IT_WAS)).ruled


@pytest.mark.rule("D4")
async def test_a_proposer_with_a_bond_does_not_judge_their_own_proposal(club: Club):
    ada, bo, dee, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    proposal = await club.proposed(dee, claim, IT_WAS, moderator=True)  # before the deadline, so with a bond
    assert proposal.bond is not None
    await club.challenge(bo, claim)
    with pytest.raises(Recused):
        await club.vote(dee, claim, IT_WAS)
    assert (await club.vote(mo, claim, IT_WAS)).ruled


@pytest.mark.rule("D4")
@pytest.mark.parametrize(("more", "agreed"), [(0, False), (1, True)])
async def test_more_than_half_of_a_pool_appoints_a_judge(club: Club, more: int, agreed: bool):
    """Of those who would gain and of those who would lose: with one more than half on both sides, and not before."""
    ada, bo, cy, dee, eve = [await club.member(n) for n in (1, 2, 3, 4, 5)]
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 10_000 + more)
    await club.stake(bo, claim, NO, 10_000 + more)
    await club.stake(cy, claim, YES, 10_000)
    await club.stake(eve, claim, NO, 10_000)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)
    club.skip(days=7)
    assert not await appoint(club, ada, claim, dee), "more than half of one side is no majority"
    assert await appoint(club, bo, claim, dee) == agreed


@pytest.mark.rule("D4")
async def test_ever_having_had_money_on_it_is_enough(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    await club.agree(await club.bet(ada, mo, claim), ada, mo, 10_000)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)
    with pytest.raises(Recused):
        await club.vote(mo, claim, IT_WAS)


@pytest.mark.rule("D4")
async def test_a_ruling_needs_its_votes_for_one_result_and_a_vote_can_be_changed(club: Club):
    q = await Quarrel.make(club, named=3, votes=2)
    one, two, three = q.judges
    await club.challenge(q.bo, q.claim)
    with pytest.raises(NotAJudge):
        await club.vote(q.mo, q.claim, IT_WAS)
    assert not (await club.vote(one, q.claim, IT_WAS, moderator=False)).ruled
    assert not (await club.vote(one, q.claim, IT_WAS, moderator=False)).ruled
    assert not (await club.vote(two, q.claim, IT_WAS_NOT, moderator=False)).ruled
    assert not (await club.vote(one, q.claim, Result("void"), moderator=False)).ruled
    voted = await club.vote(three, q.claim, Result("weights", weights=(0, 2)), moderator=False)
    assert (voted.ruled, voted.votes, voted.needed) == (True, 2, 2)


@pytest.mark.rule("D1")
@pytest.mark.rule("D6")
async def test_a_ruling_is_bound_by_the_times_of_the_claim(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)
    with pytest.raises(TooEarlyToPropose):
        await club.vote(mo, claim, IT_WAS_NOT)
    assert (await club.vote(mo, claim, Result("early"))).ruled


@pytest.mark.rule("D6")
async def test_a_ruling_is_paid_a_day_later_and_not_before(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, IT_WAS_NOT)
    with pytest.raises(ClaimMoved):
        await club.vote(q.mo, q.claim, IT_WAS)
    club.now += DAY - timedelta(seconds=1)
    await club.sweep()
    assert (await club.read_bet(q.bet)).state == "live"
    club.skip(seconds=1)
    await club.sweep()
    assert (await club.read_bet(q.bet)).taker_paid == 20_000


@pytest.mark.rule("D6")
async def test_an_appeal_with_twice_the_bond_holds_it_once_and_what_is_decided_then_is_final(
    quarrel: Quarrel,
):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    with pytest.raises(ClaimMoved):
        await club.appeal(q.ada, q.claim)
    await club.vote(q.mo, q.claim, IT_WAS_NOT)
    with pytest.raises(NotAHolder):
        await club.appeal(q.mo, q.claim)
    with pytest.raises(Needed):
        await club.appeal(q.ada, q.claim, " ")
    dispute = await club.appeal(q.ada, q.claim)
    assert dispute.appeal_bond is not None
    assert await club.balance(dispute.appeal_bond) == 2_000
    await q.after_a_day()
    assert (await club.read_bet(q.bet)).state == "live"

    other = await club.member(4)
    assert (await club.vote(other, q.claim, IT_WAS)).ruled
    with pytest.raises(WindowOver):
        await club.appeal(q.bo, q.claim)
    await club.sweep()

    # Ada's appeal was right: hers returns. Bo's challenge was not: his goes to the house.
    assert await q.balances() == [110_000, 89_000]
    assert await club.balance(accounts.house(club.guild)) == 1_000


@pytest.mark.rule("D6")
async def test_an_appeal_that_changes_nothing_loses_its_bond(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, IT_WAS_NOT)
    await club.appeal(q.ada, q.claim)
    await club.vote(await club.member(4), q.claim, IT_WAS_NOT)
    await club.sweep()
    assert await q.balances() == [88_000, 110_000]
    assert await club.balance(accounts.house(club.guild)) == 2_000


@pytest.mark.rule("D6")
async def test_an_appeal_comes_too_late_when_the_day_is_over_whether_swept_or_not(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, IT_WAS_NOT)
    club.now += DAY
    with pytest.raises(WindowOver):
        await club.appeal(q.ada, q.claim)


@pytest.mark.rule("D6")
async def test_who_voted_on_the_ruling_leaves_the_appeal_to_other_moderators_for_a_week(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, IT_WAS_NOT)
    await club.appeal(q.ada, q.claim)
    with pytest.raises(OthersFirst) as refused:
        await club.vote(q.mo, q.claim, IT_WAS_NOT)
    assert refused.value.from_us
    club.now += 7 * DAY
    assert (await club.vote(q.mo, q.claim, IT_WAS_NOT)).ruled, "nobody else came"


@pytest.mark.rule("D6")
async def test_named_judges_leave_the_appeal_to_the_others_where_there_are_enough(club: Club):
    q = await Quarrel.make(club, named=2)
    one, two = q.judges
    await club.challenge(q.bo, q.claim)
    await club.vote(one, q.claim, IT_WAS_NOT, moderator=False)
    await club.appeal(q.ada, q.claim)
    with pytest.raises(OthersFirst):
        await club.vote(one, q.claim, IT_WAS_NOT, moderator=False)
    assert (await club.vote(two, q.claim, IT_WAS, moderator=False)).ruled


@pytest.mark.rule("D6")
async def test_the_only_named_judge_decides_the_appeal_too(club: Club):
    q = await Quarrel.make(club, named=1)
    (one,) = q.judges
    await club.challenge(q.bo, q.claim)
    await club.vote(one, q.claim, IT_WAS_NOT, moderator=False)
    await club.appeal(q.ada, q.claim)
    assert (await club.vote(one, q.claim, IT_WAS, moderator=False)).ruled


@pytest.mark.rule("D4")
async def test_after_a_week_the_owner_may_rule_alone_and_so_may_whom_all_sides_agree_on(club: Club):
    q = await Quarrel.make(club, named=3, votes=3)
    owner, dee = await club.member(5), await club.member(6)
    await club.challenge(q.bo, q.claim)
    with pytest.raises(NotAJudge):
        await club.vote(owner, q.claim, IT_WAS, moderator=False, owner=True)
    with pytest.raises(OthersFirst):
        await appoint(club, q.ada, q.claim, dee)
    club.now += 7 * DAY
    with pytest.raises(NotAHolder):
        await appoint(club, q.mo, q.claim, dee)
    with pytest.raises(Recused):
        await appoint(club, q.ada, q.claim, q.bo)
    assert not await appoint(club, q.ada, q.claim, dee)
    assert not await appoint(club, q.bo, q.claim, owner)
    with pytest.raises(NotAJudge):
        await club.vote(dee, q.claim, IT_WAS, moderator=False)
    assert await appoint(club, q.bo, q.claim, dee)
    voted = await club.vote(dee, q.claim, IT_WAS_NOT, moderator=False)
    assert (voted.ruled, voted.needed) == (True, 1)
    await club.appeal(q.ada, q.claim)
    club.now += 7 * DAY
    with pytest.raises(NotAJudge):  # whom they agreed on was for that round
        await club.vote(dee, q.claim, IT_WAS_NOT, moderator=False)
    assert (await club.vote(owner, q.claim, IT_WAS, moderator=False, owner=True)).ruled


@pytest.mark.rule("D4")
async def test_an_owner_with_money_on_it_rules_nothing(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    club.now += 8 * DAY
    with pytest.raises(Recused):
        await club.vote(q.ada, q.claim, IT_WAS, owner=True)


@pytest.mark.rule("D3")
@pytest.mark.rule("D6")
async def test_a_freeze_stops_the_day_before_a_ruling_is_paid(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, IT_WAS_NOT)
    club.skip(hours=20)
    await club.halt(q.mo, q.claim)
    with pytest.raises(ClaimHalted):
        await club.appeal(q.ada, q.claim)
    club.skip(days=9)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"
    await club.halt(q.mo, q.claim, halted=False)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"
    club.now += timedelta(hours=4)
    await club.sweep()
    assert await state(club, q.claim) == "settled"


@pytest.mark.rule("D3")
async def test_a_freeze_is_a_moderator_s_with_a_reason_and_sides_may_still_agree(quarrel: Quarrel):
    q, club = quarrel, quarrel.club

    async def halt(reason: str, *, moderator: bool = True) -> Any:
        actor = Actor(q.mo.number, moderator)
        request = freezing.Halt(club.guild, club.key(), actor, q.claim.number, True, reason)
        return await club.db.write(freezing.halt, request, club.now)

    with pytest.raises(NotAModerator):
        await halt("Because.", moderator=False)
    with pytest.raises(Needed):
        await halt("  ")
    await halt("Because.")
    with pytest.raises(ClaimHalted):
        await club.challenge(q.bo, q.claim)
    await club.agree(await club.read_bet(q.bet), q.ada, q.bo, 12_000)
    assert (await club.read_bet(q.bet)).state == "agreed"


async def test_a_second_dispute_begins_anew_after_too_early(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.challenge(q.bo, q.claim)
    await club.vote(q.mo, q.claim, Result("early"))
    await q.after_a_day()
    assert await state(club, q.claim) == "open"
    club.skip(days=31)
    await club.proposed(q.bo, q.claim, IT_WAS_NOT)
    second = await club.challenge(q.ada, q.claim)
    assert (second.number, second.ruling, second.appellant) == (2, None, None)
    assert (await club.vote(q.mo, q.claim, IT_WAS)).ruled
    await q.after_a_day()
    assert (await club.read_bet(q.bet)).maker_paid == 20_000


@pytest.mark.parametrize("number", [0, 9, 2**70])
async def test_a_dispute_that_is_not_there_is_said_so(club: Club, number: int):
    with pytest.raises(UnknownDispute):
        await club.db.read(disputes.load, club.guild, number)
