"""What time brings about by itself (RULES B6, B8, C1, D3, D4, D7, E5)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.types import from_us, to_us
from markets.bets.bets import Bet
from markets.claims import ambiguity, drafts, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import delivery, jobs, outbox
from markets.core.jobs import Due, FenceGone
from markets.core.tables import due_work, posts
from markets.settlement import absence, handlers
from tests.markets.club import NO, YES, Club
from tests.markets.own_jobs import handles

DAY = timedelta(days=1)


def told(tx: Connection, guild: int) -> list[tuple[str, dict[str, Any]]]:
    """Every post's kind and facts, in order."""
    rows = tx.execute(posts.select().where(posts.c.guild_id == guild).order_by(posts.c.number))
    return [(row.kind, json.loads(row.facts)) for row in rows]


async def kinds(club: Club) -> list[str]:
    return [kind for kind, _ in await club.db.read(told, club.guild)]


async def a_bet(club: Club, **changes: Any) -> tuple[Claim, Bet]:
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, **changes)
    return claim, await club.bet(ada, bo, claim)


async def days_pass(club: Club, days: int) -> None:
    """One sweep a day."""
    for _ in range(days):
        club.skip(days=1)
        await club.sweep()


async def test_an_offer_is_reminded_of_a_day_before_it_ends(club: Club):
    ada = await club.member(1)
    offer = await club.offer(ada, await club.claim(ada))

    await days_pass(club, 5)
    assert await kinds(club) == []
    await days_pass(club, 1)

    assert await kinds(club) == ["offer.reminder"]
    assert (await club.db.read(told, club.guild))[0][1] == {"claim": offer.claim, "offer": offer.number}


async def test_a_deadline_is_reminded_of_a_week_and_a_day_before_and_then_the_judges_are_asked(club: Club):
    await a_bet(club)

    await days_pass(club, 30)

    reminders = [(kind, facts.get("days")) for kind, facts in await club.db.read(told, club.guild)][1:]
    assert reminders == [("claim.reminder", 7), ("claim.reminder", 1), ("claim.asked", None)]


@pytest.mark.rule("B8")
async def test_a_claim_with_nothing_on_it_is_filed_and_asks_nobody(club: Club):
    ada = await club.member(1)
    claim = await club.claim(ada)

    await days_pass(club, 31)

    assert (await club.read_claim(claim.number)).state == "unresolved"
    assert await kinds(club) == []


@pytest.mark.rule("D7")
async def test_a_claim_nobody_judges_goes_step_by_step_to_its_ambiguity_clause(club: Club):
    half = ambiguity.encode(ambiguity.even(2))
    claim, bet = await a_bet(club, clause=half)
    asked_on = from_us(claim.check_us or 0)

    await days_pass(club, 30)
    seen: list[tuple[int, str]] = []
    for day in range(1, 110):
        before = len(await kinds(club))
        await days_pass(club, 1)
        seen += [(day, kind) for kind in (await kinds(club))[before:]]

    assert club.now == asked_on + 109 * DAY
    assert seen == [
        (3, "judges.reminded"),
        (7, "judges.owner"),
        (14, "claim.overdue"),
        (97, "claim.lapses"),
        (104, "claim.lapsed"),
        (104, "claim.resolved"),
        (104, "bets.paid"),
    ]
    ended = await club.read_bet(bet.number)
    assert (ended.state, ended.maker_paid, ended.taker_paid) == ("settled", 10_000, 10_000)


@pytest.mark.rule("D7")
async def test_a_clause_that_leaves_it_to_judges_who_never_came_returns_all_stakes(club: Club):
    _, bet = await a_bet(club, clause=ambiguity.encode(ambiguity.JudgesChoose()))

    await days_pass(club, 30 + 104)

    ended = await club.read_bet(bet.number)
    assert (ended.maker_paid, ended.taker_paid) == (bet.maker_stake, bet.taker_stake)


@pytest.mark.rule("D7")
async def test_each_step_is_announced_a_week_ahead_also_after_an_outage(club: Club):
    await a_bet(club)

    await club.outage(days=30 + 60)
    await club.sweep()
    for _ in range(200):
        await days_pass(club, 1)

    notices = dict(await club.db.read(told, club.guild))
    assert notices["claim.overdue"]["lapses_us"] - notices["judges.owner"]["overdue_us"] >= 90 * to_us_days(1)
    asked = [kind for kind in await kinds(club) if kind.startswith(("claim.", "judges."))]
    assert asked.count("claim.lapses") == asked.count("claim.lapsed") == asked.count("claim.overdue") == 1


def to_us_days(days: int) -> int:
    return days * 86_400_000_000


@pytest.mark.rule("D7")
async def test_a_proposal_stops_the_way_to_the_clause(club: Club):
    claim, bet = await a_bet(club)
    await days_pass(club, 30 + 100)

    proposal = await club.propose(await club.player(1), claim, Result("outcome", outcome=YES))
    await club.announced(proposal)
    await days_pass(club, 8)

    assert "claim.lapsed" not in await kinds(club)
    assert (await club.read_claim(claim.number)).state == "settled"
    assert (await club.read_bet(bet.number)).maker_paid == bet.pot


@pytest.mark.rule("D3")
async def test_two_days_of_outage_are_owed_once_in_order_marked_late_and_pay_nothing_for_a_day(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    ending = await club.claim(ada)
    bet = await club.bet(ada, bo, ending)
    deadline = to_us(club.now + 33 * DAY)
    coming = await club.claim(ada, closes_us=deadline, deadline_us=deadline, check_us=deadline)
    await club.bet(ada, bo, coming)
    await days_pass(club, 30)
    proposal = await club.propose(bo, ending, Result("outcome", outcome=NO))
    opened = await club.announced(proposal)
    assert opened.window_to_us is not None
    await days_pass(club, 6)  # of the seven of whoever gains
    before = len(await kinds(club))

    prolonged = await club.outage(days=2)
    await club.sweep()
    await club.sweep()

    assert prolonged == 1
    assert (await club.read_bet(bet.number)).state == "live"
    after = (await club.db.read(told, club.guild))[before:]
    assert [kind for kind, _ in after if kind == "claim.asked"] == []
    club.skip(hours=23)
    await club.sweep()
    assert (await club.read_bet(bet.number)).state == "live"
    club.skip(hours=1)
    await club.sweep()
    assert (await club.read_bet(bet.number)).state == "settled"


@pytest.mark.rule("D3")
async def test_what_an_outage_delayed_says_so(club: Club):
    await a_bet(club)

    await club.outage(days=25)
    await club.sweep()

    late = {kind: facts.get("late_seconds") for kind, facts in await club.db.read(told, club.guild)}
    assert late["claim.reminder"] == 2 * 86_400


@pytest.mark.rule("E5")
async def test_due_work_of_a_server_without_the_bot_rests_until_it_is_invited_again(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    await days_pass(club, 30)
    await club.announced(await club.propose(bo, claim, Result("outcome", outcome=NO)))
    before = len(await kinds(club))

    left = to_us(club.now)
    assert await club.db.background(absence.removed, absence.Removed(club.guild), club.now)
    assert not await club.db.background(absence.removed, absence.Removed(club.guild), club.now)
    await days_pass(club, 20)

    assert len(await kinds(club)) == before
    taken = await club.db.background(delivery.take_posts, delivery.Take(owner=1, most=10_000), club.now)
    assert [post for post in taken if post.guild == club.guild] == []
    assert (await club.read_bet(bet.number)).state == "live"
    await club.db.write(absence.back_again, absence.BackAgain(club.guild, club.key(), left), club.now)
    await club.sweep()
    assert (await club.read_bet(bet.number)).state == "live"
    await days_pass(club, 8)
    assert (await club.read_bet(bet.number)).state == "settled"


@pytest.mark.rule("E5")
@pytest.mark.rule("E9")
async def test_an_outage_wakes_no_server_that_rests(club: Club):
    """The bot was removed from it, or it waits for its owner's word; then the bot was away everywhere."""
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    await days_pass(club, 30)
    await club.announced(await club.propose(bo, claim, Result("outcome", outcome=NO)))
    left = to_us(club.now)
    await club.db.background(absence.removed, absence.Removed(club.guild), club.now)
    assert club.guild not in await club.db.read(absence.prolonged, to_us(club.now))
    await days_pass(club, 9)
    assert (await club.read_bet(bet.number)).state == "live"
    assert (await club.db.read(absence.removals))[club.guild] == left, "invited again, it gets all of it back"


@pytest.mark.rule("B6")
async def test_a_draft_asks_once_and_goes_after_90_days(club: Club):
    ada = await club.member(1)
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, terms.Terms(title="Perhaps"))
    number = await club.db.write(drafts.save_draft, draft, club.now)

    await days_pass(club, 90)

    assert await kinds(club) == ["draft.ask"]
    dropped = await club.read_claim(number)
    assert (dropped.state, dropped.terms.title) == ("dropped", "")


async def test_a_bet_for_years_is_noted_every_year(club: Club):
    deadline = to_us(club.now + 1_500 * DAY)
    await a_bet(club, closes_us=deadline, deadline_us=deadline, check_us=deadline)

    for _ in range(50):
        club.skip(days=28)
        await club.sweep()

    years = [facts["years"] for kind, facts in await club.db.read(told, club.guild) if kind == "bet.year"]
    assert years == [1, 2, 3]


# --- rows, leases, fences ---------------------------------------------------------------------


@handles("test.fails")
def fails(tx: Connection, work: Due, now: object) -> None:
    raise ZeroDivisionError


async def plan(club: Club, kind: str, ref: int = 1) -> None:
    def write(tx: Connection, request: Any, now: Any) -> None:
        jobs.schedule(tx, club.guild, kind, ref, to_us(club.now))

    await club.db.background(write, None, club.now)


async def held(club: Club, owner: int) -> list[jobs.LeasedJob]:
    rows = await club.db.background(jobs.lease, jobs.LeaseJobs(owner=owner), club.now)
    return [row for row in rows if row.guild == club.guild]


async def test_a_row_that_fails_waits_longer_each_time_and_is_parked_after_twelve(club: Club):
    await plan(club, "test.fails")
    waits: list[float] = []
    for attempt in range(1, 13):
        (row,) = await held(club, attempt)
        with pytest.raises(ZeroDivisionError):
            await club.db.write(handlers.perform, row, club.now)
        parked = await club.db.write(jobs.failed, jobs.JobFailed(row, "ZeroDivisionError"), club.now)
        assert parked == (attempt == 12)
        assert await held(club, attempt + 100) == []
        began = club.now
        while attempt < 12 and not await club.db.read(_free, club.guild, to_us(club.now)):
            club.skip(seconds=1)
        waits.append((club.now - began).total_seconds())

    assert waits[:-1] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]
    club.skip(days=30)
    assert await held(club, 999) == []
    assert [row.error for row in await club.db.read(jobs.parked, club.guild)] == ["ZeroDivisionError"]
    cards = await club.db.background(delivery.take_cards, delivery.Take(owner=5, most=10_000), club.now)
    assert "parked" in [card.kind for card in cards if card.guild == club.guild]


async def test_a_row_that_passing_trouble_delays_is_never_parked(club: Club):
    """Discord may be away for days: its own trouble ends by itself."""
    await plan(club, "test.fails")
    for attempt in range(1, 2 * jobs.TRIES + 1):
        (row,) = await held(club, attempt)
        trouble = jobs.JobFailed(row, "TimeoutError", passing=True)
        assert not await club.db.write(jobs.failed, trouble, club.now)
        club.skip(hours=1)

    assert await club.db.read(jobs.parked, club.guild) == []
    assert len(await held(club, 999)) == 1


def _free(tx: Connection, guild: int, now_us: int) -> bool:
    row = tx.execute(due_work.select().where(due_work.c.guild_id == guild)).one()
    return row.lease_us <= now_us


async def test_a_fence_that_no_longer_matches_rolls_back(club: Club):
    await plan(club, "test.marks")
    (first,) = await held(club, 1)
    club.skip(seconds=61)  # its lease is over, and somebody else takes the row
    (second,) = await held(club, 2)

    with pytest.raises(FenceGone):
        await club.db.write(handlers.perform, first, club.now)
    assert await kinds(club) == []
    assert await club.db.write(handlers.perform, second, club.now)
    assert await kinds(club) == ["test.marks"]
    again = replace(second, owner=77)
    assert not await club.db.write(handlers.perform, again, club.now)


@handles("test.marks")
def marks(tx: Connection, work: Due, now: Any) -> None:
    outbox.enqueue(tx, work.guild, "test.marks", {"ref": work.ref}, now)


async def test_a_row_moved_while_it_is_held_is_not_carried_out_at_its_old_time(club: Club):
    await plan(club, "test.marks")
    (row,) = await held(club, 1)
    club.skip(days=1)
    await plan(club, "test.marks")

    with pytest.raises(FenceGone):
        await club.db.write(handlers.perform, row, club.now)
    assert await kinds(club) == []


async def test_a_handler_that_makes_its_own_row_due_at_once_is_carried_out_again(club: Club):
    await plan(club, "test.again", ref=3)

    await club.sweep()

    assert await kinds(club) == ["test.again"] * 3


@handles("test.again")
def again(tx: Connection, work: Due, now: Any) -> None:
    seen = sum(kind == "test.again" for kind, _ in told(tx, work.guild))
    outbox.enqueue(tx, work.guild, "test.again", {}, now)
    if seen + 1 < work.ref:
        jobs.schedule(tx, work.guild, "test.again", work.ref, work.due_us)
