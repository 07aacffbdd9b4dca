"""Claims that hang on another's outcome (RULES C10), and what that means for judges (D4) and for edits (B5)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.accounts import Player
from ledger.audit.verify import audit as audit_book
from ledger.types import from_us, to_us
from markets.claims import ambiguity, claims, conditions, drafts, editing, judges
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.conditions import Condition, ConditionLink
from markets.claims.terms import Actor, Judges, Outcome, Result
from markets.core import jobs
from markets.core.errors import (
    BadOutcome,
    BadTerms,
    ClaimMoved,
    ConditionOpen,
    NamedJudge,
    Recused,
    TradingClosed,
    UnknownClaim,
)
from markets.core.tables import posts
from markets.people import notes as note_words
from markets.records import audit
from markets.settlement import resolution
from markets.settlement.dependents import verdict
from markets.views import claims as view_claims
from markets.views import lists, moderation_queue, offers
from markets.views import people as view_people
from tests.markets.club import DAY, NO, YES, Club

pytestmark = pytest.mark.core

IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
EITHER: dict[str, Any] = {
    "kind": "choice",
    "outcomes": (Outcome("YES", "A named lab states it."), Outcome("NEVER", "All labs give it up.")),
}
"""Both outcomes can come before the deadline, which NO can't."""
OTHERWISE = (
    IT_WAS_NOT,
    Result("weights", weights=(3, 1)),
    Result("unclear"),
    Result("void"),
)


async def hung(club: Club, author: Player, on: Claim, days: int | None = None, **changes: Any) -> Claim:
    """A claim that counts only if `on` ends YES."""
    changes = {"title": "And then a second lab"} | changes
    outcome = changes.pop("outcome", YES)
    named = changes.pop("named", on.terms.outcomes[outcome].name)
    return await club.claim(author, condition=Condition(on.number, outcome, named, days), **changes)


async def edit(club: Club, author: Player, claim: Claim, **changes: Any) -> list[int]:
    terms = replace((await club.read_claim(claim.number)).terms, **changes)
    request = editing.Edit(club.guild, club.key(), author.number, claim.number, terms)
    return await club.db.write(editing.edit, request, club.now)


async def link(club: Club, claim: Claim) -> ConditionLink:
    found = await club.db.read(conditions.find, club.guild, claim.number)
    assert found is not None
    return found


async def state(club: Club, claim: Claim) -> str:
    return (await club.read_claim(claim.number)).state


async def ends(club: Club, judge: Player, claim: Claim, result: Result) -> None:
    """A claim is settled by a moderator's proposal, an early one if it has to be."""
    proposal = await club.proposed(judge, claim, result, moderator=True)
    club.skip(seconds=proposal.window_seconds, hours=1)
    await club.sweep()


async def told(club: Club) -> list[str]:
    """The kinds of the posts that wait to be told, the oldest first."""
    asked = sa.select(posts.c.kind).where(posts.c.guild_id == club.guild).order_by(posts.c.number)
    return list(await club.db.read(lambda tx: tx.execute(asked).scalars().all()))


async def sound(club: Club) -> None:
    """The book and the claims still promise each other the same."""
    assert (await club.db.read(audit_book, club.guild)).problems == ()
    assert await club.db.read(audit.problems, club.guild) == ()


def test_c10_only_the_outcome_itself_meets_a_condition():
    assert verdict("open", None, YES) == "waiting"
    assert verdict("proposed", None, YES) == verdict("ruled", None, YES) == "waiting"
    assert verdict("settled", IT_WAS, YES) == "met"
    assert verdict("settled", Result("weights", weights=(5, 0)), YES) == "met"
    assert verdict("settled", IT_WAS, NO) == "failed"
    assert [verdict("settled", result, YES) for result in OTHERWISE[:3]] == ["failed"] * 3
    assert verdict("void", Result("void"), YES) == "failed"
    assert verdict("unresolved", None, YES) == "failed"


async def test_c10_a_claim_whose_condition_is_met_goes_on_and_is_paid(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(ada)
    second = await hung(club, ada, first)
    await club.bet(ada, bo, first)
    await club.bet(ada, bo, second)
    await ends(club, mo, first, IT_WAS)
    assert (await link(club, second)).state == "met"
    assert await state(club, second) == "open"
    assert "condition.met" in await told(club)
    await ends(club, mo, second, IT_WAS)
    assert await state(club, second) == "settled"
    assert await club.balance(ada.wallet) == 100_000 + 20_000
    await sound(club)


@pytest.mark.parametrize("result", OTHERWISE, ids=lambda result: result.kind)
@pytest.mark.rule("C10", "C9")
async def test_any_other_ending_voids_all_that_hangs_on_it(club: Club, result: Result):
    ada, bo, cy, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    first = await club.claim(ada)
    await club.bet(ada, bo, first, maker_stake=300, taker_stake=300)
    second = await hung(club, ada, first)
    before = [await club.balance(who.wallet) for who in (ada, bo, cy)]
    await club.bet(ada, bo, second)
    await club.market(cy, second, liquidity=1_000)
    await club.buy(ada, second, YES, budget=2_000)
    await club.sell(ada, second, YES, quantity=500)
    await club.order(bo, second, YES, 1_000, budget=700)
    await club.pool(ada, second)
    await club.stake(bo, second, NO, 900)
    await club.forecast(cy, second, 30)
    club.skip(days=31)
    await ends(club, mo, first, result)
    assert await state(club, second) == "void"
    assert (await link(club, second)).state == "failed"
    gained = [300, -300, 0] if result == IT_WAS else [-300, 300, 0] if result == IT_WAS_NOT else None
    if result.kind == "weights":
        gained = [150, -150, 0]
    after = [await club.balance(who.wallet) for who in (ada, bo, cy)]
    bet = (await club.read_bet(1)).maker_stake
    back = [was + by for was, by in zip(before, gained or [0, 0, 0], strict=True)]
    assert after == [back[0] + bet, back[1] + bet, back[2]]
    await sound(club)


@pytest.mark.rule("C10", "B8")
async def test_what_others_wait_for_is_asked_about_and_what_nobody_waits_for_is_filed(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    asked, filed = await club.claim(ada), await club.claim(ada)
    counts, empty = await hung(club, ada, asked), await hung(club, ada, filed)
    await club.bet(ada, bo, counts)
    club.skip(days=31)
    await club.sweep()
    assert [await state(club, one) for one in (asked, filed, counts)] == ["open", "unresolved", "open"]
    assert await state(club, empty) in ("void", "unresolved")
    await ends(club, mo, asked, IT_WAS)
    assert (await link(club, counts)).state == "met"


# --- decided first, it waits ------------------------------------------------------------------


async def pair(club: Club, **changes: Any) -> tuple[list[Player], Claim, Claim]:
    """Ada has 100 points on YES of a claim that hangs on another, against Bo; Mo judges."""
    people = [await club.member(n) for n in (1, 2, 3, 4)]
    ada, bo = people[:2]
    deadline = to_us(club.now + 400 * DAY)
    first = await club.claim(ada, closes_us=deadline, deadline_us=deadline, check_us=deadline, **EITHER)
    second = await hung(club, ada, first, **changes)
    await club.bet(ada, bo, second)
    return people, first, second


@pytest.mark.rule("C10")
async def test_decided_first_it_waits_and_is_settled_when_the_condition_is_met(club: Club):
    (ada, _bo, mo, _mu), first, second = await pair(club)
    club.skip(days=31)
    proposal = await club.proposed(ada, second, IT_WAS)
    club.skip(days=8)
    await club.sweep()
    assert await state(club, second) == "proposed"
    assert "condition.holds" in await told(club)
    with pytest.raises(ConditionOpen):
        await club.confirm(mo, proposal)
    club.skip(days=200)
    assert await club.sweep() == 0, "nobody is reminded of what can't be decided"
    await ends(club, mo, first, IT_WAS)
    assert await state(club, second) == "settled"
    assert await club.balance(ada.wallet) == 110_000
    await sound(club)


@pytest.mark.rule("C10")
async def test_decided_first_it_is_void_all_the_same_if_the_condition_fails(club: Club):
    (ada, bo, mo, _mu), first, second = await pair(club)
    await club.proposed(ada, second, IT_WAS)
    assert await club.balance(ada.wallet) == 89_000, "a bond, as it was early"
    club.skip(days=8)
    await club.sweep()
    await ends(club, mo, first, Result("void"))
    assert await state(club, second) == "void"
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [100_000, 100_000]
    record = await club.db.read(view_people.record, club.guild, ada.number)
    assert record.disputed_lost == 0
    await sound(club)


@pytest.mark.rule("C10")
@pytest.mark.parametrize("ruled", [False, True])
@pytest.mark.parametrize("came", [YES, NO])
async def test_a_dispute_waits_too_and_its_bonds_return_when_there_is_nothing_left_to_judge(
    club: Club, ruled: bool, came: int
):
    (ada, bo, mo, mu), first, second = await pair(club)
    club.skip(days=31)
    await club.proposed(ada, second, IT_WAS)
    await club.challenge(bo, second)
    if ruled:
        await club.vote(mo, second, IT_WAS)
        club.skip(days=2)
        await club.sweep()
        assert await state(club, second) == "ruled"
    await ends(club, mu, first, Result("outcome", outcome=came))
    left = [await club.balance(who.wallet) for who in (ada, bo)]
    if came == NO:
        assert await state(club, second) == "void"
        assert left == [100_000, 100_000]
    elif ruled:
        assert await state(club, second) == "settled"
        assert left == [110_000, 89_000]
    else:
        assert await state(club, second) == "disputed"
        await club.vote(mo, second, IT_WAS)
        club.skip(days=1)
        await club.sweep()
        assert await state(club, second) == "settled"
    await sound(club)


@pytest.mark.rule("C10")
async def test_nobody_is_asked_before_the_condition_is_decided_and_then_they_are(club: Club):
    (_ada, _bo, mo, _mu), first, second = await pair(club)
    club.skip(days=100)
    await club.sweep()
    assert "claim.asked" not in await told(club)
    assert await club.db.read(moderation_queue.queue, club.guild, club.now) == []
    await ends(club, mo, first, IT_WAS)
    assert "claim.asked" in await told(club)
    waiting = await club.db.read(moderation_queue.queue, club.guild, club.now)
    assert [(kind, number) for kind, number, _ in waiting] == [("ask", second.number)]
    for _ in range(17):
        club.skip(days=7)
        await club.sweep()
    assert await state(club, second) == "settled", (
        "by its ambiguity clause, counted from when it could be decided"
    )


async def test_what_a_moderator_stopped_is_void_when_it_goes_on(club: Club):
    (_ada, _bo, mo, _mu), first, second = await pair(club)
    await club.halt(mo, second)
    await ends(club, mo, first, IT_WAS_NOT)
    assert await state(club, second) == "open"
    await club.halt(mo, second, halted=False)
    await club.sweep()
    assert await state(club, second) == "void"


# --- a deadline that counts from it -----------------------------------------------------------


@pytest.mark.rule("C10", "B2")
async def test_a_deadline_may_count_from_the_condition(club: Club):
    latest = to_us(club.now + 300 * DAY)
    late = {
        "closes_us": latest,
        "deadline_us": latest,
        "check_us": latest + claim_terms.DAY_US,
        "zone": "Asia/Tokyo",
    }
    (ada, _bo, mo, _mu), first, second = await pair(club, days=90, **late)
    await ends(club, mo, first, IT_WAS)
    decided = (await link(club, second)).decided_us
    assert decided is not None
    read = await club.read_claim(second.number)
    assert read.deadline_us is not None
    # The end of the ninetieth day after it in Tokyo, which keeps no summer time: 15:00 UTC.
    at = from_us(read.deadline_us)
    assert (at.hour, at.minute) == (15, 0)
    assert 90 * claim_terms.DAY_US < read.deadline_us - decided <= 91 * claim_terms.DAY_US
    assert read.closes_us == read.deadline_us
    assert read.check_us == read.deadline_us + claim_terms.DAY_US
    assert read.terms == second.terms, "the words stay as they were agreed"
    club.now = at
    with pytest.raises(TradingClosed):
        await club.offer(ada, second)
    club.skip(days=1)
    await club.sweep()
    assert "claim.asked" in await told(club)
    await sound(club)


async def test_an_offer_from_before_the_condition_was_met_is_not_taken_after_the_counted_close(club: Club):
    """Its own expiry was set by the terms' close, which is later."""
    latest = to_us(club.now + 300 * DAY)
    late = dict.fromkeys(("closes_us", "deadline_us", "check_us"), latest)
    (ada, bo, mo, _mu), first, second = await pair(club, days=10, **late)
    offer = await club.offer(ada, second, expires_us=latest)
    await ends(club, mo, first, IT_WAS)
    closes_us = (await club.read_claim(second.number)).closes_us
    assert closes_us is not None
    assert closes_us < offer.expires_us == latest
    club.now = from_us(closes_us)
    with pytest.raises(TradingClosed):
        await club.accept(bo, offer)


def test_c10_a_counted_deadline_is_never_later_than_the_terms_own():
    def us(*day: int) -> int:
        return to_us(datetime(*day, tzinfo=UTC))  # type: ignore[arg-type]

    terms = claim_terms.Terms(
        title="t",
        zone="UTC",
        closes_us=us(2030, 1, 1),
        deadline_us=us(2030, 6, 1),
        check_us=us(2030, 6, 11),
        condition=Condition(1, 0, "YES", days=90),
    )
    # 2029-12-01 and 90 days is 2030-03-01, whose end is the next midnight.
    early = claims.counted_times(terms, us(2029, 12, 1, 18))
    assert early == (us(2030, 1, 1), us(2030, 3, 2), us(2030, 3, 12))
    assert claims.counted_times(terms, us(2029, 6, 1)) == (us(2029, 8, 31), us(2029, 8, 31), us(2029, 9, 10))
    own = us(2030, 1, 1), us(2030, 6, 1), us(2030, 6, 11)
    assert claims.counted_times(terms, us(2030, 5, 1)) == own
    assert claims.counted_times(terms, None) == own


# --- what can't be hung on --------------------------------------------------------------------


@pytest.mark.rule("C10")
async def test_a_condition_that_can_not_stand_is_refused_and_nothing_is_lost(club: Club):
    ada, mo = await club.member(1), await club.member(2)
    first, ended = await club.claim(ada), await club.claim(ada)
    await ends(club, mo, ended, Result("void"))
    second = await club.claim(ada)
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms())
    hidden = await club.db.write(drafts.save_draft, draft, club.now)

    def on(number: int, outcome: int = YES, named: str = "YES", days: int | None = None) -> Condition:
        return Condition(number, outcome, named, days)

    bad = [
        (on(second.number), BadTerms, "itself"),
        (on(ended.number), BadTerms, "over"),
        (on(first.number, 2, "maybe"), BadTerms, "no_outcome"),
        (on(first.number, -1, "NO"), BadTerms, "no_outcome"),
        (on(first.number, YES, "NO"), BadTerms, "no_outcome"),
        (on(first.number, days=0), BadTerms, "within"),
        (on(first.number, days=3_651), BadTerms, "within"),
        (on(99), UnknownClaim, ""),
        (on(0), UnknownClaim, ""),
        (on(10**30), UnknownClaim, ""),
        (on(hidden), UnknownClaim, ""),
    ]
    for condition, error, code in bad:
        with pytest.raises(error) as refused:
            await edit(club, ada, second, condition=condition)
        assert getattr(refused.value, "code", "") == code
        assert (await club.read_claim(second.number)).terms.condition is None
    assert await club.db.read(conditions.find, club.guild, second.number) is None


@pytest.mark.rule("C10")
async def test_no_circles_and_three_links_at_most(club: Club):
    ada = await club.member(1)
    first = await club.claim(ada)
    second = await hung(club, ada, first)
    third = await hung(club, ada, second)
    fourth = await hung(club, ada, third)
    for lower in (second, third, fourth):
        with pytest.raises(BadTerms) as refused:
            await edit(club, ada, first, condition=Condition(lower.number, YES, "YES"))
        assert refused.value.code == "circle"
    with pytest.raises(BadTerms) as refused:
        await hung(club, ada, fourth)
    assert refused.value.code == "links"
    other = await club.claim(ada)
    with pytest.raises(BadTerms) as refused:  # from above as well
        await edit(club, ada, first, condition=Condition(other.number, YES, "YES"))
    assert refused.value.code == "links"
    await edit(club, ada, second, condition=None)
    await edit(club, ada, first, condition=Condition(other.number, YES, "YES"))
    assert await club.db.read(conditions.below, club.guild, second.number) == [third.number, fourth.number]


@pytest.mark.rule("C10")
async def test_a_failed_condition_goes_down_the_whole_chain(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(ada, **EITHER)
    second = await hung(club, ada, first)
    third = await hung(club, ada, second, outcome=NO)
    await club.bet(ada, bo, second)
    await club.bet(ada, bo, third)
    await ends(club, mo, first, IT_WAS_NOT)
    await club.sweep()
    assert [await state(club, one) for one in (second, third)] == ["void", "void"]
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [100_000, 100_000]
    await sound(club)


# --- when it is taken back later --------------------------------------------------------------


@pytest.mark.rule("C10")
async def test_what_was_voided_stays_void(club: Club):
    (_ada, _bo, mo, _mu), first, second = await pair(club)
    await ends(club, mo, first, IT_WAS_NOT)
    await club.reverse_result(mo, first)
    await club.sweep()
    with pytest.raises(ClaimMoved) as refused:
        await club.reverse_result(mo, second)
    assert refused.value.state == "condition"
    await ends(club, mo, first, IT_WAS)
    assert await state(club, second) == "void"
    assert (await link(club, second)).state == "failed"


@pytest.mark.rule("C10")
async def test_of_what_ended_void_by_itself_the_times_follow_its_condition_and_nothing_else_does(club: Club):
    latest = to_us(club.now + 300 * DAY)
    late = dict.fromkeys(("closes_us", "deadline_us", "check_us"), latest)
    (_ada, _bo, mo, mu), first, second = await pair(club, days=10, **late)
    await ends(club, mo, first, IT_WAS)
    assert (await club.read_claim(second.number)).closes_us != latest
    await ends(club, mo, second, Result("void"))
    assert await state(club, second) == "void"

    await club.reverse_result(mu, first)
    await club.sweep()
    assert (await link(club, second)).state == "waiting"
    assert (await club.read_claim(second.number)).closes_us == latest
    await sound(club)
    club.skip(days=2)
    await ends(club, mo, first, IT_WAS)
    await club.sweep()
    met = await link(club, second)
    assert met.state == "met"
    assert met.decided_us is not None
    closes_us = (await club.read_claim(second.number)).closes_us
    assert closes_us is not None
    assert met.decided_us < closes_us < latest
    await sound(club)
    told_before = await told(club)
    club.skip(days=400)
    await club.sweep()
    assert await told(club) == told_before, "nobody is asked for what has ended"
    assert await state(club, second) == "void"


@pytest.mark.rule("C10")
async def test_what_was_paid_goes_to_the_judges(club: Club):
    (ada, bo, mo, mu), first, second = await pair(club)
    await ends(club, mo, first, IT_WAS)
    await ends(club, mo, second, IT_WAS)
    assert await club.balance(ada.wallet) == 110_000

    await club.reverse_result(mu, first)
    await club.sweep()
    assert (await link(club, second)).state == "reversed"
    assert "condition.reversed" in await told(club)
    assert await state(club, second) == "settled"
    assert await club.balance(ada.wallet) == 110_000, "until its judges say otherwise"
    assert await queued(club) == [("condition", second.number, to_us(club.now))]
    await sound(club)

    await club.reverse_result(mo, second)
    await club.sweep()
    assert (await link(club, second)).state == "waiting"
    assert await state(club, second) == "open"
    assert await queued(club) == []
    await ends(club, mo, first, IT_WAS_NOT)
    assert await state(club, second) == "void"
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [100_000, 100_000]
    await sound(club)


async def queued(club: Club) -> list[tuple[str, int, int]]:
    """What waits for moderators, the claims that want a result aside."""
    found = await club.db.read(moderation_queue.queue, club.guild, club.now)
    return [row for row in found if row[0] != "ask"]


async def notes(club: Club, who: Player, claim: Claim) -> None:
    request = note_words.Note(
        club.guild, club.key(), Actor(who.number, True), claim.number, "It was right then."
    )
    await club.db.write(note_words.note, request, club.now)


@pytest.mark.rule("C10")
async def test_what_was_paid_waits_for_moderators_until_one_without_money_says_why_it_stands(club: Club):
    (ada, _bo, mo, mu), first, second = await pair(club)
    await ends(club, mo, first, IT_WAS)
    await ends(club, mo, second, IT_WAS)
    await notes(club, mo, second)
    club.skip(days=1)
    await club.reverse_result(mu, first)
    await club.sweep()
    waits = [("condition", second.number, to_us(club.now))]
    assert await queued(club) == waits
    club.skip(days=1)
    await notes(club, ada, second)  # who gained by it
    assert await queued(club) == waits
    await notes(club, mo, second)
    assert await queued(club) == []


@pytest.mark.rule("C10")
async def test_what_was_paid_waits_for_moderators_as_long_as_they_may_take_it_back(club: Club):
    (_ada, _bo, mo, mu), first, second = await pair(club)
    await ends(club, mo, first, IT_WAS)
    await ends(club, mo, second, IT_WAS)
    await club.reverse_result(mu, first)
    await club.sweep()
    assert await queued(club) != []
    club.skip(days=30)
    assert await queued(club) == []


@pytest.mark.rule("C10")
async def test_judges_hear_how_a_condition_ends_the_second_time(club: Club):
    (ada, _bo, mo, mu), first, second = await pair(club)
    await ends(club, mo, first, IT_WAS)
    await ends(club, mo, second, IT_WAS)
    await club.reverse_result(mu, first)
    await club.sweep()
    await ends(club, mo, first, IT_WAS)
    assert (await link(club, second)).state == "met"
    await club.reverse_result(mu, first, owner=True)
    await club.sweep()
    before = (await told(club)).count("condition.reversed")
    await ends(club, mo, first, IT_WAS_NOT)
    assert (await told(club)).count("condition.reversed") == before + 1
    assert (await link(club, second)).state == "reversed"
    await club.reverse_result(mo, second)
    await club.sweep()
    assert await state(club, second) == "void", (
        "it is open for a moment, and its condition came out otherwise"
    )
    assert await club.balance(ada.wallet) == 100_000


@pytest.mark.rule("C10")
async def test_what_was_not_paid_yet_waits_again_with_its_own_times(club: Club):
    latest = to_us(club.now + 300 * DAY)
    late = {"closes_us": latest, "deadline_us": latest, "check_us": latest}
    (_ada, _bo, mo, mu), first, second = await pair(club, days=10, **late)
    await ends(club, mo, first, IT_WAS)
    assert (await club.read_claim(second.number)).deadline_us != latest
    await club.reverse_result(mu, first)
    await club.sweep()
    assert (await link(club, second)).state == "waiting"
    assert (await club.read_claim(second.number)).deadline_us == latest
    assert "condition.waits" in await told(club)
    await sound(club)


# --- judges, edits, digests -------------------------------------------------------------------


@pytest.mark.rule("D4", "C10")
async def test_nobody_judges_what_their_own_claim_hangs_on(club: Club):
    ada, bo, cy, mo = [await club.member(n) for n in (1, 2, 3, 4)]
    first = await club.claim(ada)
    second = await hung(club, ada, first)
    third = await hung(club, ada, second)
    await club.bet(ada, bo, first)
    await club.bet(cy, bo, third)
    await club.proposed(ada, first, IT_WAS)
    await club.challenge(bo, first)
    with pytest.raises(Recused):
        await club.vote(cy, first, IT_WAS)
    assert (await club.vote(mo, first, IT_WAS)).ruled


@pytest.mark.rule("D4", "C10")
async def test_a_named_judge_steps_down_before_betting_on_what_hangs_on_it(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    first = await club.claim(ada, judges=Judges((bo.number, cy.number)))
    second = await hung(club, ada, first)
    with pytest.raises(NamedJudge) as refused:
        await club.bet(ada, bo, second)
    assert refused.value.number == first.number
    await club.db.write(
        judges.step_down, judges.StepDown(club.guild, club.key(), bo.number, first.number), club.now
    )
    await club.bet(ada, bo, second)


@pytest.mark.rule("B5", "C10")
async def test_the_first_bet_freezes_what_it_hangs_on_and_before_that_its_outcome_stays(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    first = await club.claim(ada)
    second = await hung(club, bo, first)
    third = await hung(club, bo, second)
    offer = await club.offer(bo, third)
    renamed = (Outcome("It does", "As before."), first.terms.outcomes[NO])
    with pytest.raises(BadOutcome) as refused:
        await edit(club, ada, first, outcomes=renamed)
    assert refused.value.code == "hangs"
    await edit(club, ada, first, statement="In other words.")
    died = await club.db.read(offers.offer, club.guild, offer.number, club.now)
    assert died.state == "dead", "it was made for the old words"
    await club.bet(bo, ada, third)
    assert all([(await club.read_claim(one.number)).frozen for one in (first, second, third)])
    with pytest.raises(ClaimMoved):
        await edit(club, ada, first, statement="Once more.")


async def test_a_claim_without_a_condition_has_the_digest_it_always_had(club: Club):
    ada = await club.member(1)
    first = await club.claim(ada)
    assert '"condition"' not in claim_terms.canonical(first.terms)
    second = await hung(club, ada, first)
    assert '"condition":{"on":1,"outcome":0,"named":"YES","days":null}' in claim_terms.canonical(second.terms)
    assert claim_terms.read_terms(claim_terms.canonical(second.terms)) == second.terms


async def test_both_cards_show_the_link(club: Club):
    ada = await club.member(1)
    first = await club.claim(ada)
    second = await hung(club, ada, first)
    upper = await club.db.read(view_claims.claim, club.guild, first.number, club.now)
    lower = await club.db.read(view_claims.claim, club.guild, second.number, club.now)
    assert upper.hanging == (second.number,)
    assert lower.hangs_on is not None
    assert (lower.hangs_on.on, lower.hangs_on.state) == (first.number, "waiting")
    found = await club.db.read(lists.linked, club.guild, (await club.member(2)).number)
    assert found == []


async def test_a_graded_clause_of_the_dependent_does_not_matter_when_it_is_void(club: Club):
    half = ambiguity.encode(ambiguity.FixedWeights((2_500, 7_500)))
    (ada, bo, mo, _mu), first, second = await pair(club, clause=half)
    await ends(club, mo, first, IT_WAS_NOT)
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [100_000, 100_000]
    assert await club.db.read(resolution.hangs, second) is False
    assert [row for row in await club.db.read(jobs.coming, club.guild) if row[0] == "condition.look"] == []


async def test_a_condition_that_comes_true_twice_leaves_the_times_that_were_judged_by(club: Club):
    """The deadline counts from it; the claim is paid before its condition is taken back and comes true again."""
    ada, eve, mo = [await club.member(n) for n in (1, 2, 3)]
    soon = to_us(club.now + 5 * DAY)
    first = await club.claim(mo, title="First this", closes_us=soon, deadline_us=soon, check_us=soon)
    second = await hung(club, mo, first, 15)
    await club.bet(ada, eve, first)
    await club.bet(ada, eve, second)
    club.skip(days=6)
    await club.sweep()
    for claim in (first, second):
        await club.settle(mo, claim, Result("outcome", outcome=YES))
    await club.reverse_result(mo, first)
    await club.sweep()
    await sound(club)
    club.skip(days=1)
    await club.settle(mo, first, Result("outcome", outcome=YES))
    assert [await state(club, one) for one in (first, second)] == ["settled"] * 2
    await sound(club)
