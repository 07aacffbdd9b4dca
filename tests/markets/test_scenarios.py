"""Scenarios (RULES E7): stories of each side, items judged one by one, and what that brings to what hangs on them."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from ledger.accounts import Player
from ledger.audit import verify as book_audit
from ledger.types import to_us
from markets.claims import drafts, editing, judges, stories
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Item, Judges, Result, Scenario, Terms
from markets.core import tables
from markets.core.errors import (
    BadOutcome,
    BadResult,
    BadTerms,
    BadTimes,
    ClaimMoved,
    DraftNotShared,
    MarketError,
    Needed,
    NoScenario,
    NotAJudge,
    NotWriter,
    Recused,
    TooEarlyToPropose,
    UnknownItem,
)
from markets.mechanisms.story_scores import EVEN
from markets.records import audit, deletion
from markets.settlement import proposals, scenarios
from markets.views import moderation_queue
from tests.ledger import stories as books
from tests.markets.club import DAY, Club

pytestmark = pytest.mark.core

FAST, SLOW = 0, 1


async def sound(club: Club, url: str) -> None:
    assert (await books.alone(url, lambda tx: book_audit.audit(tx, club.guild))).problems == ()
    assert await books.alone(url, lambda tx: audit.problems(tx, club.guild)) == ()


async def told(club: Club) -> list[str]:
    asked = sa.select(tables.posts.c.kind).where(tables.posts.c.guild_id == club.guild)
    return list(await club.db.read(lambda tx: tx.execute(asked).scalars().all()))


async def begun(club: Club, **changes: Any) -> tuple[Player, Player, Player, Claim]:
    """Ada's and Bo's stories, with 100 points of each on their own, and Mo to judge."""
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.scenario(ada, bo, **changes)
    await club.bet(ada, bo, claim, side=FAST)
    return ada, bo, mo, await club.read_claim(claim.number)


async def settles(club: Club, proposal: Any) -> None:
    await club.announced(proposal)
    club.skip(days=2, hours=1)
    await club.sweep()


def scenario_of(claim: Claim) -> Scenario:
    assert claim.terms.scenario is not None
    return claim.terms.scenario


async def test_e7_the_closest_story_wins_and_one_resolution_pays_all_that_hangs_on_it(club: Club, url: str):
    ada, bo, mo, claim = await begun(club)
    cy = await club.member(4)
    await club.market(cy, claim)
    await club.buy(cy, claim, SLOW, budget=1_000)
    await club.pool(cy, claim)
    await club.stake(cy, claim, SLOW, 500)
    await club.stake(ada, claim, FAST, 700)
    await club.forecast(cy, claim, 30)
    assert (await club.judge_item(mo, claim, 1, "true")).left == 2
    club.skip(days=30)
    dropped = await club.judge_item(mo, claim, 2, "dropped", reason="Two sources, two answers.")
    assert dropped.proposal is None
    assert dropped.item.reason == "Two sources, two answers."
    done = await club.judge_item(mo, claim, 3, "false")
    assert done.proposal is not None
    # Fast: (0.1^2 + 0.3^2) / 2 = 0.05; Slow: (0.6^2 + 0.6^2) / 2 = 0.36. One of three is dropped, exactly a third.
    assert done.proposal.result == Result("outcome", outcome=FAST)
    assert (done.proposal.proposer, done.proposal.bond, done.proposal.gains) == (mo.number, None, False)
    assert (await club.read_claim(claim.number)).state == "proposed"
    with pytest.raises(ClaimMoved):
        await club.judge_item(mo, claim, 3, "true", known_us=to_us(club.now - DAY))
    await settles(club, done.proposal)
    assert (await club.read_claim(claim.number)).state == "settled"
    assert (await club.read_bet(1)).maker_paid == 20_000
    assert await club.balance(ada.wallet) == 100_000 + 10_000 + 500
    assert await club.balance(bo.wallet) == 90_000
    assert (await told(club)).count("item.judged") == 3
    acts, _ = await club.db.read(moderation_queue.acts, club.guild)
    assert [(act.act, act.actor) for act in acts] == [("item", mo.number)] * 3
    await sound(club, url)


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        (("false", "true", "dropped"), "tie"),
        (("true", "dropped", "dropped"), "dropped"),
        (("dropped",) * 3, "dropped"),
    ],
)
async def test_e7_a_tie_and_more_than_a_third_dropped_return_the_stakes(
    club: Club, url: str, answers: tuple[str, ...], result: str
):
    """Of the tie: both stories say 60% of one item and 40% of the other, in turns."""
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    number = await club.scenario_draft(ada)
    items = ("One", 10), ("Two", 20), ("Three", 30)
    for who, name, chances in ((ada, "Fast", (60, 40, 90)), (bo, "Slow", (60, 40, 10))):
        await club.tell(who, number, name, *[(*item, c) for item, c in zip(items, chances, strict=True)])
    await club.db.write(
        editing.open_claim, editing.Open(club.guild, club.key(), Actor(ada.number), number), club.now
    )
    claim = await club.read_claim(number)
    await club.bet(ada, bo, claim, side=FAST)
    club.skip(days=31)
    proposal = None
    for place, answer in enumerate(answers, 1):
        known = {"known_us": to_us(club.now - 30 * DAY)} if answer == "true" else {}
        proposal = (await club.judge_item(mo, claim, place, answer, **known)).proposal
    found = await club.db.read(stories.items, club.guild, number)
    verdict = stories.verdict(found)
    assert verdict is not None
    assert (verdict.why, proposal and proposal.result) == (result, Result("void"))
    await settles(club, proposal)
    assert (await club.read_claim(number)).state == "void"
    assert [await club.balance(one.wallet) for one in (ada, bo)] == [100_000] * 2
    await sound(club, url)


@pytest.mark.rule("D1")
@pytest.mark.rule("D4")
async def test_who_judges_an_item_and_from_when(club: Club):
    ada, bo, mo, claim = await begun(club)
    for who, more, error in (
        (ada, {}, Recused),
        (bo, {"moderator": False}, NotAJudge),
        (mo, {"moderator": False}, NotAJudge),
    ):
        with pytest.raises(error):
            await club.judge_item(who, claim, 1, "true", **more)
    first = scenario_of(claim).items[0]
    for item, answer, more, error in (
        (9, "true", {}, UnknownItem),
        (1, "false", {}, TooEarlyToPropose),
        (1, "dropped", {}, TooEarlyToPropose),
        (1, "true", {"evidence": " "}, Needed),
        (1, "true", {"known_us": to_us(club.now + DAY)}, BadTimes),
        (1, "perhaps", {}, BadTerms),
    ):
        with pytest.raises(error):
            await club.judge_item(mo, claim, item, answer, **more)
    club.skip(days=10)
    with pytest.raises(Needed):  # its date is over: when was it?
        await club.judge_item(mo, claim, 1, "true")
    with pytest.raises(BadTimes):  # late is not by its date
        await club.judge_item(mo, claim, 1, "true", known_us=first.by_us)
    with pytest.raises(BadTerms):
        await club.judge_item(mo, claim, 1, "false", known_us=first.by_us - 1)
    await club.judge_item(mo, claim, 1, "true", known_us=first.by_us - 1)
    anew = await club.judge_item(mo, claim, 1, "false")
    assert (anew.item.state, anew.item.known_us) == ("false", None)
    await club.halt(mo, claim)
    with pytest.raises(MarketError):
        await club.judge_item(mo, claim, 2, "true")


async def test_a_named_judge_goes_through_the_items_whatever_votes_a_ruling_takes(club: Club):
    ada, bo, cy, di, mo = [await club.member(n) for n in range(1, 6)]
    named = Judges((cy.number, di.number), votes=2)
    claim = await club.scenario(ada, bo, judges=named)
    await club.bet(ada, bo, claim, side=SLOW)
    with pytest.raises(NotAJudge):
        await club.judge_item(mo, claim, 1, "true")
    for item in (1, 2):
        await club.judge_item(cy, claim, item, "true", moderator=False)
    done = await club.judge_item(di, claim, 3, "true", moderator=False)
    assert done.proposal is not None
    assert done.proposal.result == Result("outcome", outcome=FAST)


@pytest.mark.rule("D5")
async def test_a_ruling_goes_before_the_arithmetic_and_nobody_proposes_against_it(club: Club, url: str):
    ada, bo, mo, claim = await begun(club)
    with pytest.raises(BadResult) as refused:
        await club.propose(mo, claim, Result("outcome", outcome=FAST), moderator=True)
    assert refused.value.code == "items_first"
    for item in (1, 2):
        await club.judge_item(mo, claim, item, "true")
    done = await club.judge_item(mo, claim, 3, "true")
    assert done.proposal is not None
    await club.withdraw_proposal(mo, done.proposal)
    for said in (Result("outcome", outcome=SLOW), Result("weights", weights=(1, 1))):
        with pytest.raises(BadResult) as refused:
            await club.propose(mo, claim, said, moderator=True)
        assert refused.value.code == "items_say"
    again = await club.judge_item(mo, claim, 3, "true", reason="Looked at once more.")
    assert again.proposal is not None
    await club.announced(again.proposal)
    await club.challenge(bo, claim)
    judge = await club.member(7)
    await club.vote(judge, claim, Result("outcome", outcome=SLOW))
    club.skip(days=2)
    await club.sweep()
    assert await club.balance(bo.wallet) == 110_000
    # Taken back it is open once more, and the next answer proposes anew.
    await club.reverse_result(judge, claim)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "open"
    assert (await club.judge_item(judge, claim, 1, "true")).proposal is not None
    assert await club.balance(ada.wallet) == 90_000
    await sound(club, url)


@pytest.mark.rule("B3")
async def test_items_that_came_early_wait_for_the_deadline_where_the_claim_says_so(club: Club):
    _, _, mo, claim = await begun(club, early="deadline")
    answered = [await club.judge_item(mo, claim, item, "true") for item in (1, 2, 3)]
    assert answered[-1].proposal is None
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "open"
    club.skip(days=30, minutes=1)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "proposed"


async def test_judges_are_asked_when_an_item_s_date_has_come(club: Club):
    _, _, mo, claim = await begun(club)
    await club.judge_item(mo, claim, 1, "true")
    club.skip(days=11)
    await club.sweep()
    assert "items.due" not in await told(club), "that one is judged"
    club.skip(days=10)
    await club.sweep()
    assert (await told(club)).count("items.due") == 1
    assert "claim.asked" not in await told(club)
    club.skip(days=10)
    await club.sweep()
    assert (await told(club)).count("items.due") == 1, "the last one is asked about with the claim"
    assert "claim.asked" in await told(club)


@pytest.mark.rule("B5")
@pytest.mark.rule("B6")
async def test_each_side_writes_its_own_story_until_somebody_bets(club: Club, url: str):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    number = await club.scenario_draft(ada)
    await club.tell(ada, number, "Fast", ("One", 10, 90), ("Two", 20, 80))
    joined = await club.tell(bo, number, "Slow", ("two", 20, 10), ("Three", 30, 70))
    scenario = scenario_of(joined)
    assert scenario.writers == (ada.number, bo.number)
    assert [(item.words, item.chances) for item in scenario.items] == [
        ("One", (9_000, EVEN)),
        ("Two", (8_000, 1_000)),
        ("Three", (EVEN, 7_000)),
    ]
    assert joined.terms.deadline_us == joined.terms.closes_us == scenario.items[2].by_us
    # The list is the author's: what isn't in their story any more is gone; what others say of the rest stays.
    changed = await club.tell(ada, number, "Fast", ("Two", 20, 85), ("Three", 30, 20), story=0)
    assert [(item.words, item.chances) for item in scenario_of(changed).items] == [
        ("Two", (8_500, 1_000)),
        ("Three", (2_000, 7_000)),
    ]
    for who, name, story, error in (
        (cy, "Mine", 0, NotWriter),
        (bo, "Mine", 0, NotWriter),
        (cy, "slow", None, BadOutcome),
        (cy, " ", None, Needed),
        (cy, "Mine", 5, BadOutcome),
    ):
        with pytest.raises(error):
            await club.tell(who, number, name, ("Two", 20, 50), story=story)
    with pytest.raises(BadTerms):
        await club.tell(cy, number, "Mine", ("Two", 20, 50), (" TWO ", 20, 60))
    await club.tell(cy, number, "Even")
    out = scenarios.TakeOut(club.guild, club.key(), ada.number, number, 2)
    assert scenario_of(await club.db.write(scenarios.take_out, out, club.now)).writers == (
        ada.number,
        bo.number,
    )
    opens = editing.Open(club.guild, club.key(), Actor(ada.number), number)
    claim = await club.db.write(editing.open_claim, opens, club.now)
    offer = await club.offer(ada, claim)
    digest = claim.digest
    changed = await club.tell(bo, number, "Slower", ("Two", 20, 5), ("Three", 30, 70), story=1)
    assert changed.digest != digest, "the digest covers the stories"
    with pytest.raises(MarketError):  # it died with the old words
        await club.accept(bo, offer)
    with pytest.raises(NotWriter):
        await club.tell(cy, number, "Mine", ("Two", 20, 50))
    await sound(club, url)
    await club.bet(ada, bo, changed, side=FAST)
    for who in (ada, bo):
        with pytest.raises(ClaimMoved):
            await club.tell(who, number, "Late", ("Two", 20, 50), story=0 if who is ada else 1)


async def test_what_somebody_else_wrote_meanwhile_is_not_undone_by_a_form(club: Club):
    ada, bo = [await club.member(n) for n in (1, 2)]
    number = await club.scenario_draft(ada)
    before = await club.tell(ada, number, "Fast", ("One", 10, 90))
    await club.tell(bo, number, "Slow", ("One", 10, 10))
    stale = drafts.SaveDraft(
        club.guild, club.key(), ada.number, replace(before.terms, source="https://example.org"), number
    )
    await club.db.write(drafts.save_draft, stale, club.now)
    found = await club.read_claim(number)
    assert scenario_of(found).writers == (ada.number, bo.number)
    assert found.terms.source == "https://example.org"


async def test_a_draft_that_is_not_shared_is_its_author_s_alone(club: Club):
    ada, bo = [await club.member(n) for n in (1, 2)]
    draft = drafts.SaveDraft(
        club.guild, club.key(), ada.number, Terms(title="Mine", kind="choice", scenario=Scenario())
    )
    number = await club.db.write(drafts.save_draft, draft, club.now)
    with pytest.raises(DraftNotShared):
        await club.tell(bo, number, "Slow", ("One", 10, 10))
    plain = await club.claim(ada)
    with pytest.raises(NoScenario):
        await club.tell(ada, plain.number, "Slow", ("One", 10, 10))
    with pytest.raises(NoScenario):
        await club.judge_item(bo, plain, 1, "true")


def _items(*changes: dict[str, Any]) -> tuple[Item, ...]:
    return tuple(Item(**({"words": "One", "chances": (1, 2)} | one)) for one in changes)


@pytest.mark.rule("B7")
async def test_what_can_not_be_opened_says_why(club: Club):
    ada, bo = [await club.member(n) for n in (1, 2)]
    good = (await club.scenario(ada, bo)).terms
    at = club.now + 10 * DAY
    by = {"by_us": to_us(at)}
    many = [by | {"words": f"Item {n}"} for n in range(stories.MOST_ITEMS + 1)]
    for items, code in (
        ((), "items"),
        (_items(*many), "items"),
        (_items(by, by | {"words": " one "}), "item_twice"),
        (_items(by | {"chances": (1, 10_001)}), "item_chance"),
        (_items(by | {"chances": (-1, 0)}), "item_chance"),
        (_items(by | {"chances": (1,)}), "item_chance"),
        (_items(by | {"words": ""}), "empty"),
        (_items(by | {"words": "x" * 201}), "long"),
        (_items({"by_us": to_us(club.now)}), "item_past"),
        (_items({"by_us": (good.deadline_us or 0) + 1}), "item_late"),
        (_items(by | {"chances": (5, 5)}), "same_story"),
    ):
        terms = replace(good, scenario=Scenario((ada.number, bo.number), items))
        with pytest.raises(BadTerms) as refused:
            editing.require_terms(terms, club.now)
        assert refused.value.code == code
    for changes in ({"kind": "binary"}, {"outcomes": good.outcomes[:1]}):
        with pytest.raises(BadOutcome):
            editing.require_terms(replace(good, **changes), club.now)
    one = await club.scenario_draft(ada)
    await club.tell(ada, one, "Alone", ("One", 10, 10))
    opens = editing.Open(club.guild, club.key(), Actor(ada.number), one)
    with pytest.raises(BadOutcome):
        await club.db.write(editing.open_claim, opens, club.now)


@pytest.mark.rule("E4")
async def test_what_a_deleted_person_wrote_goes_and_what_was_agreed_stays(club: Club, url: str):
    ada, bo, mo, claim = await begun(club)
    await club.judge_item(mo, claim, 1, "true", reason="I was there.")
    draft = await club.scenario_draft(ada)
    keeps = scenarios.Keep(club.guild, club.key(), bo.number, draft, '{"title":"Half a story"}')
    await club.db.write(scenarios.keep, keeps, club.now)
    assert await club.db.read(scenarios.kept, club.guild, draft, bo.number)
    kept = await club.db.read(deletion.stored, club.guild, bo.number)
    assert {"stories", "tellings"} <= set(kept)
    await club.forget(2)
    await club.forget(3)
    assert await club.db.read(scenarios.kept, club.guild, draft, bo.number) is None
    item = (await club.db.read(stories.items, club.guild, claim.number))[0]
    assert (item.state, item.judge, item.reason) == ("true", mo.number, None)
    assert (await club.read_claim(claim.number)).digest == claim.digest
    await sound(club, url)


async def test_the_audit_sees_a_chance_that_was_changed(club: Club, url: str):
    _, _, _, claim = await begun(club)
    table = tables.items
    changed = (
        sa.update(table).where(table.c.guild_id == club.guild, table.c.number == 2).values(chances="1,x")
    )
    await books.alone(url, lambda tx: tx.execute(changed), write=True)
    (problem,) = await books.alone(url, lambda tx: audit.problems(tx, club.guild))
    assert problem == f"Claim {claim.number} has other stories or items than its terms say."


@pytest.mark.rule("D3")
@pytest.mark.rule("E7")
@pytest.mark.parametrize("named", [False, True], ids=["moderators judge", "a named judge"])
async def test_a_void_that_nobody_signed_keeps_no_judge_from_the_items(club: Club, url: str, named: bool):
    """Whoever has the losing story could stop their judging with it, and an outcome comes from the items alone."""
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.scenario(ada, bo, **({"judges": Judges(named=(mo.number,))} if named else {}))
    await club.bet(ada, bo, claim, side=FAST)
    club.skip(days=31)
    void = await club.proposed(bo, claim, Result("void"))
    with pytest.raises(BadResult):
        await club.propose(ada, claim, Result("outcome", outcome=FAST))
    known = to_us(club.now - 30 * DAY)
    for item, answer in ((1, "true"), (2, "true")):
        more = {"known_us": known} if answer == "true" else {}
        assert (await club.judge_item(mo, claim, item, answer, moderator=not named, **more)).proposal is None
    done = await club.judge_item(mo, claim, 3, "false", moderator=not named)

    assert done.proposal is not None
    assert done.proposal.result == Result("outcome", outcome=FAST)
    assert (await club.read_proposal(void.number)).state == "failed"
    with pytest.raises(ClaimMoved):  # what the items came to is challenged, not judged anew
        await club.judge_item(mo, claim, 3, "false", moderator=not named)
    await settles(club, done.proposal)
    assert (await club.read_claim(claim.number)).state == "settled"
    assert await club.balance(ada.wallet) == 110_000
    await sound(club, url)


@pytest.mark.rule("D3")
async def test_a_result_stops_judging_unless_it_waits_for_a_signature(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.scenario(ada, bo)
    await club.bet(ada, bo, claim, side=FAST)
    club.skip(days=31)
    await club.proposed(mo, claim, Result("void"), moderator=True)
    with pytest.raises(ClaimMoved):
        await club.judge_item(mo, claim, 1, "false")


@pytest.mark.rule("B3")
@pytest.mark.parametrize("stands", ["unsigned", "signed"])
async def test_items_that_wait_for_the_deadline_are_proposed_whatever_stands_then(club: Club, stands: str):
    _, bo, mo, claim = await begun(club, early="deadline")
    for item in (1, 2, 3):
        await club.judge_item(mo, claim, item, "true")
    club.skip(days=28)
    await club.sweep()
    other = await club.proposed(
        *((bo,) if stands == "unsigned" else (mo,)), claim, Result("void"), moderator=stands == "signed"
    )
    if stands == "signed":
        club.skip(hours=47)
        await club.sweep()
        club.skip(minutes=50)
        await club.withdraw_proposal(mo, other)
    club.skip(days=3)
    await club.sweep()
    club.skip(hours=1)
    await club.sweep()
    found = await club.db.read(proposals.standing, await club.read_claim(claim.number))
    assert found is not None
    assert found.result.kind == "outcome"


@pytest.mark.rule("D3")
@pytest.mark.parametrize("named", [False, True], ids=["a moderator", "a named judge who stepped down"])
async def test_who_judged_the_items_and_bet_then_gains_by_what_they_come_to(club: Club, named: bool):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    more = {"judges": Judges(named=(mo.number,))} if named else {}
    claim = await club.scenario(ada, bo, early="deadline", **more)
    await club.bet(ada, bo, claim, maker_stake=1_000, taker_stake=1_000)
    club.skip(days=3)
    offer = await club.offer(bo, claim, side=SLOW, maker_stake=50_000, taker_stake=50_000)
    for item in (1, 2, 3):
        await club.judge_item(mo, claim, item, "true", moderator=not named)
    if named:
        steps = judges.StepDown(club.guild, club.key(), mo.number, claim.number)
        await club.db.write(judges.step_down, steps, club.now)
    await club.accept(mo, offer)
    club.skip(days=28)
    await club.sweep()
    proposal = await club.db.read(proposals.standing, await club.read_claim(claim.number))
    assert proposal is not None
    assert (proposal.result.outcome, proposal.proposer, proposal.gains) == (FAST, mo.number, True)
    assert proposal.window_seconds == 7 * 24 * 3_600
    with pytest.raises(Recused):  # and if they lose by it, they don't take it back either
        await club.withdraw_proposal(mo, await club.announced(proposal))


@pytest.mark.rule("D3")
async def test_what_returns_all_stakes_by_an_answer_of_somebody_with_points_is_unsigned(club: Club):
    ada, bo, mo, oz = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.scenario(ada, bo)
    await club.bet(ada, bo, claim, maker_stake=50_000, taker_stake=50_000)
    club.skip(days=21)
    await club.sweep()
    for item in (1, 2):
        await club.judge_item(mo, claim, item, "dropped")
    await club.bet(bo, mo, claim, side=SLOW, maker_stake=1_000, taker_stake=1_000)
    club.skip(days=10)
    done = await club.judge_item(oz, claim, 3, "true", known_us=to_us(club.now - 5 * DAY))
    assert done.proposal is not None
    assert (done.proposal.result, done.proposal.confirm) == (Result("void"), True)


@pytest.mark.rule("E7")
async def test_a_slip_that_completed_the_items_is_mended_beside_a_void(club: Club):
    """Nothing counts before the deadline, so what they come to isn't proposed yet."""
    ada, _, mo, claim = await begun(club, early="deadline")
    for item in (1, 2, 3):
        await club.judge_item(mo, claim, item, "true")
    await club.proposed(ada, claim, Result("void"))
    again = await club.judge_item(mo, claim, 3, "true", evidence="https://example.org/other")
    assert (again.left, again.proposal) == (0, None)
