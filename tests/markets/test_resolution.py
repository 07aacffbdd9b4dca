"""Proposing a result, the window, paying it, and taking it back (RULES D1 to D3, D6, D8, B3, B4)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.audit import verify
from ledger.types import from_us, to_us
from markets.claims import ambiguity, claims
from markets.claims.terms import LATEST_US, Actor, Outcome, Result
from markets.core import jobs
from markets.core.errors import (
    BadResult,
    BadTerms,
    BadTimes,
    ClaimHalted,
    ClaimMoved,
    Needed,
    NotAHolder,
    NotAJudge,
    NotYours,
    Recused,
    TooEarlyToPropose,
    TooLateToReverse,
    UnknownProposal,
    WaitFirst,
)
from markets.settlement import absence, confirmation, pay_bets, proposals, proposing
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_claims import choose, due_kinds

pytestmark = pytest.mark.core

IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)


async def withdraw(club: Club, who: Any, proposal: proposals.Proposal) -> proposals.Proposal:
    request = proposals.WithdrawProposal(club.guild, club.key(), who.number, proposal.number)
    return await club.db.write(proposals.withdraw, request, club.now)


async def confirm(
    club: Club, who: Any, proposal: proposals.Proposal, *, moderator: bool = True
) -> proposals.Proposal:
    actor = Actor(who.number, moderator)
    request = confirmation.Confirm(club.guild, club.key(), actor, proposal.number)
    return await club.db.write(confirmation.confirm, request, club.now)


async def state(club: Club, claim: claims.Claim) -> str:
    return (await club.read_claim(claim.number)).state


@pytest.mark.rule("D1")
async def test_a_party_the_author_or_a_moderator_proposes_and_nobody_else(club: Club):
    ada, bo, cy, dee = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(dee)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    with pytest.raises(NotAHolder):
        await club.propose(cy, claim, IT_WAS)
    for who, more in ((ada, {}), (dee, {}), (cy, {"moderator": True})):
        proposal = await club.propose(who, claim, IT_WAS, **more)
        with pytest.raises(ClaimMoved):
            await club.propose(who, claim, IT_WAS, **more)
        await withdraw(club, who, proposal)
    assert await state(club, claim) == "open"


@pytest.mark.rule("D1")
async def test_whose_bet_was_ended_by_agreement_is_no_party_any_more(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(cy)
    await club.agree(await club.bet(ada, bo, claim), ada, bo, 1)
    with pytest.raises(NotAHolder):
        await club.propose(ada, claim, IT_WAS)


@pytest.mark.rule("D1")
@pytest.mark.parametrize("no", [IT_WAS_NOT, Result("weights", weights=(0, 5))])
async def test_no_waits_for_the_check_date_however_it_is_said(club: Club, no: Result):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, check_us=to_us(club.now + 40 * DAY))
    await club.bet(ada, bo, claim)
    club.skip(days=39)
    with pytest.raises(TooEarlyToPropose) as refused:
        await club.propose(bo, claim, no)
    assert from_us(refused.value.from_us) == club.now + DAY
    club.skip(days=1)
    await club.propose(bo, claim, no)


@pytest.mark.rule("D1")
@pytest.mark.parametrize(
    "result",
    [
        Result("outcome"),
        Result("outcome", outcome=2),
        Result("outcome", outcome=-1),
        Result("outcome", outcome=YES, weights=(0, 1)),
        Result("outcome", outcome=YES, value="7"),
        Result("weights"),
        Result("weights", weights=(1,)),
        Result("weights", weights=(0, 0)),
        Result("weights", weights=(-1, 2)),
        Result("weights", weights=(1, 10**30)),
        Result("weights", weights=(1, 1), outcome=YES),
        Result("void", outcome=YES),
        Result("unclear", weights=(1, 2, 3)),
        Result("early", check_us=1),
        Result("early", check_us=LATEST_US + 1),
        Result("early", outcome=NO),
    ],
)
async def test_a_result_that_is_none_of_this_claim_s_is_refused(club: Club, result: Result):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    with pytest.raises(BadResult):
        await club.propose(ada, claim, result)
    assert await state(club, claim) == "open"
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)
    with pytest.raises(BadResult):
        await club.vote(await club.member(3), claim, result)


@pytest.mark.rule("D1")
async def test_evidence_is_asked_for_and_nothing_becomes_public_tomorrow(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    for evidence, known_us, error in (
        (" ", None, Needed),
        ("x" * 4_001, None, BadTerms),
        ("a\0b", None, BadTerms),
        ("https://example.org", to_us(club.now) + 1, BadTimes),
        ("https://example.org", -1, BadTimes),
    ):
        request = proposing.Propose(
            club.guild, club.key(), Actor(ada.number), claim.number, Result("void"), evidence, None, known_us
        )
        with pytest.raises(error):
            await club.db.write(proposing.propose, request, club.now)
    assert await club.balance(ada.wallet) == 100_000


@pytest.mark.rule("B1")
@pytest.mark.rule("D1")
async def test_a_number_s_outcome_is_worked_out_from_the_value(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    outcomes = (
        Outcome("under 10", "", None, "10"),
        Outcome("10 or more", "", "10"),
        Outcome("never told", ""),
    )
    claim = await club.claim(ada, kind="number", outcomes=outcomes)
    await club.bet(ada, bo, claim, side=0)
    club.skip(days=31)
    for value, why in (("ten", "unread"), ("1e5", "unread"), (None, "missing")):
        with pytest.raises(BadResult) as refused:
            await club.propose(ada, claim, Result("outcome", value=value, outcome=None if value else 1))
        assert refused.value.code == why
    with pytest.raises(BadResult):
        await club.propose(ada, claim, Result("outcome", value="9.99", outcome=1))
    for person, (value, outcome) in enumerate((("9.99", 0), ("10", 1), ("-3", 0)), 10):
        mod = await club.member(person)
        proposal = await club.propose(mod, claim, Result("outcome", value=value), moderator=True)
        assert proposal.result.outcome == outcome
        await withdraw(club, mod, proposal)
    assert (await club.propose(ada, claim, Result("outcome", outcome=2))).result.outcome == 2


@pytest.mark.rule("B1")
async def test_a_date_lies_in_the_range_that_begins_with_it(club: Club):
    ada = await club.member(1)
    outcomes = (Outcome("before", "", None, "2028-01-01"), Outcome("2028", "", "2028-01-01", "2029-01-01"))
    claim = await club.claim(ada, kind="date", outcomes=outcomes)
    club.skip(days=30)
    for person, (value, outcome) in enumerate((("2027-12-31", 0), ("2028-01-01", 1), ("2028-02-29", 1)), 10):
        mod = await club.member(person)
        proposal = await club.propose(mod, claim, Result("outcome", value=value), moderator=True)
        assert proposal.result.outcome == outcome
        await withdraw(club, mod, proposal)
    for value in ("2029-01-01", "2029-02-29", "soon", "2028"):
        with pytest.raises(BadResult):
            await club.propose(ada, claim, Result("outcome", value=value))


@pytest.mark.rule("D2")
async def test_before_the_deadline_a_bond_is_held_trading_stops_and_goes_on_after_a_withdrawal(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    proposal = await club.propose(ada, claim, IT_WAS)
    assert proposal.bond is not None
    assert await club.balance(proposal.bond) == 1_000
    with pytest.raises(ClaimMoved):
        await club.offer(bo, claim)
    with pytest.raises(NotYours):
        await withdraw(club, bo, proposal)

    await withdraw(club, ada, proposal)

    assert await club.balance(ada.wallet) == 90_000
    assert await club.balance(proposal.bond) == 0
    await club.offer(bo, claim)
    with pytest.raises(UnknownProposal):
        await withdraw(club, ada, replace(proposal, number=2**70))


@pytest.mark.rule("D2")
async def test_after_the_deadline_no_bond_is_held(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    club.skip(days=30)
    assert (await club.propose(ada, claim, IT_WAS)).bond is None


@pytest.mark.rule("D2")
async def test_whose_early_proposal_failed_waits_seven_days_from_then(club: Club):
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    far = to_us(club.now + 300 * DAY)
    claim = await club.claim(ada, closes_us=far, deadline_us=far, check_us=far)
    await club.bet(ada, bo, claim)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim, "early")
    club.skip(days=20)
    await club.vote(judge, claim, Result("early"))
    club.skip(days=1)
    await club.sweep()

    assert await state(club, claim) == "open"
    assert await club.balance(ada.wallet) == 89_000, "the bond is lost"
    await club.offer(bo, claim)  # trading goes on where it stood
    club.now += timedelta(days=7, microseconds=-1)
    with pytest.raises(WaitFirst):
        await club.propose(ada, claim, IT_WAS)
    await withdraw(club, bo, await club.propose(bo, claim, IT_WAS))
    club.now += timedelta(microseconds=1)
    await club.propose(ada, claim, IT_WAS)


@pytest.mark.rule("D2")
@pytest.mark.parametrize("ends", ["withdrawn", "too early"])
async def test_who_stops_trading_for_nothing_pays_a_bond_and_waits_seven_days(club: Club, ends: str):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    far = to_us(club.now + 300 * DAY)
    claim = await club.claim(ada, closes_us=far, deadline_us=far, check_us=far)
    await club.bet(ada, bo, claim)
    proposal = await club.proposed(ada, claim, IT_WAS if ends == "withdrawn" else Result("early"))
    assert await club.balance(ada.wallet) == 89_000
    if ends == "withdrawn":
        await withdraw(club, ada, proposal)
    else:
        club.skip(days=7)
        await club.sweep()
        await club.confirm(mo, proposal)
    assert await club.balance(ada.wallet) == 90_000, "it returns, as nobody objected"
    await club.offer(bo, claim)
    for result in (IT_WAS, Result("early")):
        with pytest.raises(WaitFirst) as refused:
            await club.propose(ada, claim, result)
        assert from_us(refused.value.limit) == club.now + 7 * DAY
    await withdraw(club, bo, await club.propose(bo, claim, IT_WAS))
    club.now += 7 * DAY
    await withdraw(club, ada, await club.propose(ada, claim, IT_WAS))
    club.now = from_us(far)
    await club.propose(ada, claim, IT_WAS)  # nothing is stopped any more


@pytest.mark.rule("D3")
async def test_the_window_begins_with_the_announcement_and_is_longer_for_who_gains(club: Club):
    ada, bo, dee = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(dee)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    loses = await club.propose(bo, claim, IT_WAS)
    assert loses.window_to_us is None
    club.skip(days=60)
    await club.sweep()
    assert await state(club, claim) == "proposed", "nothing settles by silence that nobody could read"
    loses = await club.announced(loses)
    assert from_us(loses.window_to_us or 0) == club.now + timedelta(hours=48)
    assert await club.announced(loses) == loses, "the second message begins nothing anew"
    await withdraw(club, bo, loses)
    gains = await club.proposed(ada, claim, IT_WAS)
    assert from_us(gains.window_to_us or 0) == club.now + timedelta(days=7)


@pytest.mark.rule("D3")
async def test_hours_of_an_outage_or_a_freeze_dont_count_and_a_day_is_left(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.proposed(bo, claim, IT_WAS)
    club.skip(hours=40)
    await club.halt(mo, claim)
    club.skip(hours=100)
    await club.sweep()
    assert await state(club, claim) == "proposed"
    with pytest.raises(ClaimHalted):
        await club.challenge(ada, claim)
    with pytest.raises(ClaimMoved):
        await club.halt(mo, claim)  # again: the hours so far would be forgotten
    await club.halt(mo, claim, halted=False)
    assert from_us((await club.read_proposal(proposal.number)).window_to_us or 0) == club.now + DAY

    assert await club.outage(days=3) == 1
    assert from_us((await club.read_proposal(proposal.number)).window_to_us or 0) == club.now + DAY
    club.now += DAY - timedelta(seconds=1)
    await club.sweep()
    assert await state(club, claim) == "proposed"
    club.skip(seconds=1)
    await club.sweep()
    assert await state(club, claim) == "settled"


@pytest.mark.rule("D3")
async def test_only_the_hours_of_a_halt_since_the_window_began_prolong_it(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.propose(bo, claim, IT_WAS)
    await club.halt(mo, claim)
    club.skip(days=2)
    begun = await club.announced(proposal)  # the post was late
    club.skip(hours=5)
    await club.halt(mo, claim, halted=False)
    window_to_us = (await club.read_proposal(proposal.number)).window_to_us
    assert begun.window_to_us is not None
    assert window_to_us == begun.window_to_us + 5 * 3_600_000_000


@pytest.mark.rule("D3")
async def test_only_the_hours_away_since_the_window_began_prolong_it(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.propose(bo, claim, IT_WAS)
    away_from_us = to_us(club.now)
    club.skip(days=2)
    begun = await club.announced(proposal)
    club.skip(hours=5)
    assert await club.db.write(
        absence.back_again, absence.BackAgain(club.guild, club.key(), away_from_us), club.now
    )
    window_to_us = (await club.read_proposal(proposal.number)).window_to_us
    assert begun.window_to_us is not None
    assert window_to_us == begun.window_to_us + 5 * 3_600_000_000


@pytest.mark.rule("D3")
async def test_a_short_freeze_in_a_long_window_adds_its_own_length(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    before = (await club.proposed(ada, claim, IT_WAS)).window_to_us or 0
    club.skip(hours=1)
    await club.halt(mo, claim)
    club.skip(hours=5)
    await club.halt(mo, claim, halted=False)
    assert ((await club.read_proposal(1)).window_to_us or 0) - before == 5 * 3_600_000_000


@pytest.mark.rule("D3")
@pytest.mark.rule("E3")
async def test_where_silence_is_no_consent_a_moderator_without_money_confirms(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.propose(ada, claim, IT_WAS)
    await club.announced(proposal, confirm=True)
    with pytest.raises(ClaimMoved):
        await confirm(club, mo, proposal)
    club.skip(days=7)
    await club.sweep()
    assert (await club.read_bet(bet.number)).state == "live"
    with pytest.raises(Recused):
        await confirm(club, bo, proposal)
    with pytest.raises(NotAJudge):
        await confirm(club, mo, proposal, moderator=False)
    await confirm(club, mo, proposal)
    assert (await club.read_bet(bet.number)).maker_paid == 20_000
    with pytest.raises(ClaimMoved):
        await confirm(club, mo, proposal)


@pytest.mark.rule("D3")
@pytest.mark.rule("E4")
async def test_who_was_deleted_after_the_proposal_doesnt_consent_by_silence(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    await club.forget(2)
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_bet(bet.number)).state == "live"
    assert (await club.read_proposal(1)).confirm


@pytest.mark.rule("B3")
async def test_early_is_as_the_claim_says(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    late = await club.claim(ada, early="deadline")
    await club.bet(ada, bo, late)
    with pytest.raises(TooEarlyToPropose):
        await club.propose(ada, late, IT_WAS)
    announced = await club.claim(ada, early="announced")
    bet = await club.bet(ada, bo, announced)
    await club.proposed(ada, announced, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, announced) == "settled"
    assert (await club.read_bet(bet.number)).state == "live"
    club.skip(days=22)
    await club.sweep()
    assert (await club.read_bet(bet.number)).maker_paid == 20_000


@pytest.mark.rule("B3", "C9")
async def test_a_void_returns_all_stakes_at_once_also_where_a_result_is_announced_early(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, early="announced")
    bet = await club.bet(ada, bo, claim)
    await club.settle(mo, claim, Result("void"))
    assert claim.deadline_us is not None
    assert to_us(club.now) < claim.deadline_us
    assert (await club.read_bet(bet.number)).state == "void"
    assert await club.balance(ada.wallet) == 100_000


@pytest.mark.rule("B4")
async def test_unclear_waits_its_days_and_judges_weights_are_asked_for(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, clause=ambiguity.encode(ambiguity.JudgesChoose(10)))
    bet = await club.bet(ada, bo, claim)
    club.skip(days=39)
    with pytest.raises(TooEarlyToPropose):
        await club.propose(ada, claim, Result("unclear", weights=(1, 3)))
    club.skip(days=1)
    with pytest.raises(BadResult):
        await club.propose(ada, claim, Result("unclear"))
    await club.proposed(await club.member(3), claim, Result("unclear", weights=(1, 3)), moderator=True)
    club.skip(days=2)
    await club.sweep()
    assert (await club.read_bet(bet.number)).maker_paid == 5_000


@pytest.mark.rule("D8")
async def test_too_early_pays_nothing_and_sets_a_new_check_date(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    club.skip(days=31)
    soon = to_us(club.now + timedelta(days=2))
    proposal = await club.proposed(ada, claim, Result("early", check_us=soon))  # by a side of a live bet
    club.skip(days=10)
    await club.sweep()
    await club.confirm(await club.member(3), proposal)

    after = await club.read_claim(claim.number)
    assert after.state == "open"
    assert from_us(after.check_us or 0) == club.now + DAY, "the day asked for had passed"
    assert (await due_kinds(club, claim.number))["claim.check"] == after.check_us
    assert (await club.read_bet(bet.number)).state == "live"
    with pytest.raises(TooEarlyToPropose):
        await club.propose(ada, claim, IT_WAS_NOT)


@pytest.mark.rule("D6")
async def test_a_paid_result_is_taken_back_to_the_unit_and_asked_about_again(club: Club, url: str):
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    await club.post({ada.wallet: -110_000, judge.wallet: 110_000}, kind="gift")
    with pytest.raises(Recused):
        await club.reverse_result(bo, claim)
    with pytest.raises(NotAJudge):
        await club.reverse_result(judge, claim, moderator=False)

    await club.reverse_result(judge, claim)

    assert await state(club, claim) == "open"
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [-20_000, 90_000]
    assert (await club.read_bet(bet.number)).state == "live"
    assert "claim.check" in await due_kinds(club, claim.number)
    with pytest.raises(ClaimMoved):
        await club.reverse_result(judge, claim)
    await club.proposed(judge, claim, Result("void"), moderator=True)
    club.skip(days=2)
    await club.sweep()
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [-10_000, 100_000]
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()


@pytest.mark.rule("D6")
async def test_after_thirty_days_only_the_owner_without_money_takes_back(club: Club):
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, early="announced")
    await club.bet(ada, bo, claim)
    await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    club.skip(days=22 + 30)
    await club.sweep()
    club.skip(seconds=1)
    with pytest.raises(TooLateToReverse):
        await club.reverse_result(judge, claim)
    with pytest.raises(Recused):
        await club.reverse_result(ada, claim, owner=True)
    await club.reverse_result(judge, claim, moderator=False, owner=True)
    assert await state(club, claim) == "open"


@pytest.mark.rule("D6")
async def test_thirty_days_count_from_the_payment(club: Club):
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, early="announced")
    await club.bet(ada, bo, claim)
    await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    club.skip(days=22 + 30)  # paid at the deadline, after 22 of these
    await club.sweep()
    await club.reverse_result(judge, claim)
    assert await state(club, claim) == "open"


@pytest.mark.rule("C9")
@pytest.mark.rule("D6")
async def test_many_bets_are_paid_and_taken_back_in_units_with_the_claim_held_meanwhile(
    club: Club, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pay_bets, "CHUNK", 2)
    monkeypatch.setattr(pay_bets, "TAKEN_BACK", 2)
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    bets = [await club.bet(ada, bo, claim, maker_stake=1_000 + n, taker_stake=2_000) for n in range(5)]
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    assert {(await club.read_bet(bet.number)).state for bet in bets} == {"settled"}

    await club.reverse_result(judge, claim)

    assert [(await club.read_bet(bet.number)).state for bet in bets] == ["live"] * 2 + ["settled"] * 3
    for attempt in (club.propose(ada, claim, IT_WAS), club.reverse_result(judge, claim)):
        with pytest.raises(ClaimMoved):
            await attempt
    await club.sweep()
    assert await state(club, claim) == "open"
    assert {(await club.read_bet(bet.number)).state for bet in bets} == {"live"}
    assert await club.balance(bo.wallet) == 90_000
    for bet in bets:
        assert await club.balance(bet.escrow) == bet.pot


@pytest.mark.rule("D6")
async def test_taking_back_in_the_middle_of_paying_takes_what_was_paid_and_pays_no_more(
    club: Club, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pay_bets, "CHUNK", 2)
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    bets = [await club.bet(ada, bo, claim, maker_stake=1_000, taker_stake=2_000) for _ in range(5)]
    club.skip(days=31)
    proposal = await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.db.background(
        lambda tx, work, now: confirmation.settle_by_silence(tx, work, now),
        jobs.Due(club.guild, "proposal.settle", proposal.number, to_us(club.now), 0),
        club.now,
    )
    assert [(await club.read_bet(bet.number)).state for bet in bets].count("settled") == 2

    await club.reverse_result(judge, claim)
    await club.sweep()

    assert {(await club.read_bet(bet.number)).state for bet in bets} == {"live"}
    assert await club.balance(ada.wallet) == 95_000


@pytest.mark.rule("A3")
async def test_when_a_claim_has_ended_its_escrows_and_bonds_are_zero_and_closed(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    proposal = await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    assert proposal.bond is not None
    for account in (bet.escrow, proposal.bond):
        assert await club.balance(account) == 0


async def test_a_bond_is_the_server_s_choice_or_the_free_balance(club: Club):
    ada, bo = await club.member(1), await club.member(2, balance=300)
    await choose(club, bond=5_000)
    first = await club.propose(ada, await club.claim(ada), IT_WAS)
    second = await club.propose(bo, await club.claim(bo), IT_WAS, moderator=True)
    third = await club.propose(bo, await club.claim(bo), IT_WAS, moderator=True)
    assert [await club.balance(one.bond) for one in (first, second) if one.bond] == [5_000, 300]
    assert third.bond is not None
    assert (
        await club.balance(third.bond) == 0
    )  # what is missing is kept back from what they are paid next (D5)


def test_taking_back_stays_within_the_entries_of_a_unit():
    assert pay_bets.TAKEN_BACK * 3 <= 200
    assert pay_bets.CHUNK * 3 <= 200
