"""Claims: drafts, opening, editing, superseding, clarifying, stepping down (RULES B, D4)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger import settings as stored
from ledger.types import to_us
from markets.claims import ambiguity, drafts, editing, judges
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.terms import LATEST_US, Actor, Judges, Outcome, Result
from markets.core import jobs
from markets.core.errors import (
    BadOutcome,
    BadTerms,
    BadTimes,
    ClaimMoved,
    MayNotOpen,
    NamedJudge,
    Needed,
    NotAJudge,
    NotAuthor,
    Recused,
    TooManyClaims,
    TradingClosed,
    UnknownClaim,
)
from markets.core.settings import Settings
from markets.settlement import recusal
from tests.markets.club import NO, YES, Club

pytestmark = pytest.mark.core


async def choose(club: Club, **chosen: Any) -> None:
    await club.db.background(
        lambda tx, guild, now: stored.save(tx, guild, Settings(**chosen)), club.guild, club.now
    )


async def draft(club: Club, author: Any, **changes: Any) -> int:
    request = drafts.SaveDraft(club.guild, club.key(), author.number, club.terms(**changes))
    return await club.db.write(drafts.save_draft, request, club.now)


async def edit(club: Club, author: Any, claim: Claim, **changes: Any) -> list[int]:
    terms = replace(claim.terms, **changes)
    request = editing.Edit(club.guild, club.key(), author.number, claim.number, terms)
    return await club.db.write(editing.edit, request, club.now)


async def step_down(club: Club, judge: Any, claim: Claim) -> int:
    request = judges.StepDown(club.guild, club.key(), judge.number, claim.number)
    return await club.db.write(judges.step_down, request, club.now)


async def due_kinds(club: Club, number: int) -> dict[str, int]:
    rows = await club.db.read(jobs.coming, club.guild, limit=1_000)
    return {kind: at_us for kind, ref, at_us in rows if ref == number}


@pytest.mark.rule("B1")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"statement": ""}, Needed),
        ({"clause": ""}, Needed),
        ({"zone": ""}, Needed),
        ({"deadline_us": None}, Needed),
        ({"outcomes": (Outcome("YES", "a"),)}, BadOutcome),
        ({"outcomes": (Outcome("YES", "a"), Outcome(" yes", "b"))}, BadOutcome),
        ({"outcomes": tuple(Outcome(str(n), "c") for n in range(11)), "kind": "choice"}, BadOutcome),
        ({"outcomes": tuple(Outcome(str(n), "c") for n in range(3))}, BadOutcome),
        ({"clause": "gibberish"}, BadTerms),
        ({"clause": ambiguity.encode(ambiguity.PaysHalf("maker"))}, BadTerms),
        ({"clause": ambiguity.encode(ambiguity.FixedWeights((5_000, 3_000, 2_000)))}, BadTerms),
        ({"judges": Judges(named=(1, 1), votes=2)}, BadTerms),
        ({"judges": Judges(votes=0)}, BadTerms),
        ({"kind": "number", "outcomes": (Outcome("a", "", "x", "2"), Outcome("b", "", "2"))}, BadOutcome),
        ({"kind": "number", "outcomes": (Outcome("a", "", "2", "2"), Outcome("b", "", "2"))}, BadOutcome),
    ],
)
async def test_what_a_claim_needs_is_asked_for_and_the_draft_is_kept(
    club: Club, changes: dict[str, Any], error: type[Exception]
):
    ada = await club.member(1)
    number = await draft(club, ada, **changes)

    with pytest.raises(error):
        await club.db.write(
            editing.open_claim, editing.Open(club.guild, club.key(), Actor(ada.number), number), club.now
        )

    kept = await club.read_claim(number)
    assert kept.state == "draft"
    assert kept.terms == club.terms(**changes)


@pytest.mark.rule("B2")
async def test_times_are_in_the_future_in_order_and_within_2100(club: Club):
    ada = await club.member(1)
    now, day = to_us(club.now), claim_terms.DAY_US
    for closes, deadline, check in (
        (now, now + day, now + day),
        (now + 2 * day, now + day, now + 2 * day),
        (now + day, now + 2 * day, now + day),
        (now + day, now + day, LATEST_US + 1),
    ):
        with pytest.raises(BadTimes):
            await edit(
                club, ada, await club.claim(ada), closes_us=closes, deadline_us=deadline, check_us=check
            )

    last = await club.claim(ada, deadline_us=LATEST_US, check_us=LATEST_US)
    assert last.deadline_us == LATEST_US


@pytest.mark.rule("B2")
async def test_what_is_over_is_compared_inside_the_transaction_and_nothing_was_swept(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    club.now += timedelta(days=30) - timedelta(microseconds=1)
    await club.offer(ada, claim)
    club.now += timedelta(microseconds=1)
    with pytest.raises(TradingClosed):
        await club.offer(bo, claim)


@pytest.mark.rule("B5")
async def test_an_edit_kills_offers_moves_the_calendar_and_ends_with_the_first_bet(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim)

    sooner = to_us(club.now) + 3 * claim_terms.DAY_US
    dead = await edit(club, ada, claim, closes_us=sooner, deadline_us=sooner, check_us=sooner)

    assert dead == [offer.number]
    kinds = await due_kinds(club, claim.number)
    assert kinds["claim.check"] == sooner
    assert "claim.week" not in kinds, "the reminder of the old deadline is gone"
    claim = await club.read_claim(claim.number)
    await club.bet(ada, bo, claim)
    with pytest.raises(ClaimMoved):
        await edit(club, ada, claim, title="Another")
    with pytest.raises(NotAuthor):
        await edit(club, bo, claim, title="Mine")


@pytest.mark.rule("B5")
async def test_a_better_wording_is_a_new_claim_and_the_old_one_stays(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    old = await club.claim(ada)
    bet = await club.bet(ada, bo, old)
    request = drafts.Supersede(
        club.guild, club.key(), Actor(ada.number), old.number, club.terms(title="Better")
    )

    new = await club.db.write(drafts.supersede, request, club.now)

    assert new.supersedes == old.number
    assert (await club.read_claim(old.number)).terms == old.terms
    assert (await club.read_bet(bet.number)).claim == old.number
    assert new.digest != old.digest


@pytest.mark.rule("B5")
async def test_a_draft_is_not_superseded_and_shows_itself_to_nobody(club: Club):
    ada = await club.member(1)
    number = await draft(club, ada)
    request = drafts.Supersede(club.guild, club.key(), Actor(ada.number), number, club.terms())
    with pytest.raises(ClaimMoved):
        await club.db.write(drafts.supersede, request, club.now)


@pytest.mark.rule("B5")
async def test_only_a_judge_without_money_on_it_clarifies(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)

    async def clarify(who: Any, words: str = "Beta releases count.", *, moderator: bool = True) -> int:
        actor = Actor(who.number, moderator)
        request = recusal.Clarify(club.guild, club.key(), actor, claim.number, words)
        return await club.db.write(recusal.clarify, request, club.now)

    assert await clarify(mo) == 1
    club.skip(days=1)  # they come a day apart (B5)
    assert await clarify(mo, "And so do patches.") == 2
    club.skip(days=1)
    with pytest.raises(Recused):
        await clarify(bo)
    with pytest.raises(NotAJudge):
        await clarify(mo, moderator=False)
    with pytest.raises(Needed):
        await clarify(mo, "  ")
    with pytest.raises(BadTerms):
        await clarify(mo, "\0")
    assert (await club.read_claim(claim.number)).digest == claim.digest


@pytest.mark.rule("B6")
async def test_a_draft_is_asked_about_once_after_14_days_and_goes_after_90(club: Club):
    ada = await club.member(1)
    number = await draft(club, ada, deadline_us=None, closes_us=None, check_us=None)
    club.skip(days=14)
    assert await club.sweep() == 1
    club.skip(days=75)
    assert await club.sweep() == 0
    club.skip(days=1)
    await club.sweep()

    gone = await club.read_claim(number)
    assert (gone.state, gone.terms.title, gone.terms.statement) == ("dropped", "", "")
    assert await due_kinds(club, number) == {}


@pytest.mark.rule("B6")
async def test_a_draft_takes_no_offer_and_is_nobody_else_s(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    number = await draft(club, ada)
    with pytest.raises(ClaimMoved):
        await club.offer(ada, await club.read_claim(number))
    with pytest.raises(NotAuthor):
        await club.db.write(
            editing.open_claim, editing.Open(club.guild, club.key(), Actor(bo.number), number), club.now
        )
    request = drafts.SaveDraft(club.guild, club.key(), bo.number, club.terms(), claim=number)
    with pytest.raises(NotAuthor):
        await club.db.write(drafts.save_draft, request, club.now)


@pytest.mark.rule("B8")
async def test_a_server_limits_who_opens_and_how_many(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    await choose(club, open_claims_per_person=2)
    first, _ = await club.claim(ada), await club.claim(ada)
    with pytest.raises(TooManyClaims):
        await club.claim(ada)
    await club.claim(bo)
    await choose(club, who_may_open="moderators")
    with pytest.raises(MayNotOpen):
        await club.claim(bo)
    assert first.settings.open_claims_per_person == 2, "a claim keeps what it was opened under"
    assert first.settings.who_may_open == "everyone"


@pytest.mark.rule("B8")
async def test_a_claim_with_nothing_on_it_is_filed_and_asks_nobody(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)
    club.skip(days=31)
    await club.sweep()

    assert (await club.read_claim(claim.number)).state == "unresolved"
    assert not any(kind.startswith("judges") for kind in await due_kinds(club, claim.number))


@pytest.mark.rule("B8")
async def test_a_frozen_claim_with_nothing_on_it_is_filed_like_any_other(club: Club):
    ada, mo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.halt(mo, claim)
    club.skip(days=31)
    await club.sweep()

    assert (await club.read_claim(claim.number)).state == "unresolved"


@pytest.mark.rule("B8")
async def test_a_claim_whose_bets_were_all_ended_by_agreement_asks_nobody_either(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.agree(await club.bet(ada, bo, claim), ada, bo, 10_000)
    club.skip(days=31)
    await club.sweep()

    assert (await club.read_claim(claim.number)).state == "unresolved"


@pytest.mark.rule("D4")
async def test_a_named_judge_bets_only_after_stepping_down_in_public(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada, judges=Judges(named=(bo.number, cy.number), votes=1))
    offer = await club.offer(ada, claim)
    for attempt in (club.offer(bo, claim), club.accept(bo, offer)):
        with pytest.raises(NamedJudge):
            await attempt

    assert await step_down(club, bo, claim) == 1
    with pytest.raises(NotAJudge):
        await step_down(club, bo, claim)
    bet = await club.accept(bo, offer)

    assert (await club.read_bet(bet.bet)).taker == bo.number
    club.skip(days=31)
    await club.proposed(ada, claim, Result("outcome", outcome=YES))
    await club.challenge(await club.member(4), claim)
    with pytest.raises(NotAJudge):
        await club.vote(bo, claim, Result("outcome", outcome=NO))
    assert (await club.vote(cy, claim, Result("outcome", outcome=NO), moderator=False)).ruled


@pytest.mark.parametrize("number", [0, -1, 99, 2**63, 2**80])
async def test_a_claim_that_is_not_there_is_said_so(club: Club, number: int):
    ada = await club.member(1)
    claim = replace(await club.claim(ada), number=number)
    with pytest.raises(UnknownClaim):
        await club.offer(ada, claim)


def test_results_are_the_same_however_they_were_entered():
    same = claim_terms.same
    assert same(Result("weights", weights=(0, 3)), Result("outcome", outcome=1))
    assert same(Result("weights", weights=(1, 1)), Result("weights", weights=(50, 50)))
    assert same(Result("outcome", outcome=1, value="7.2"), Result("outcome", outcome=1, value="7.3"))
    assert same(Result("early", check_us=1), Result("early"))
    assert not same(Result("outcome", outcome=1), Result("outcome", outcome=0))
    assert not same(Result("unclear"), Result("void"))
    assert not same(Result("unclear", weights=(1, 3)), Result("unclear"))
