"""A ruling that could not be posted: nothing is paid on it, and nothing is locked by it for ever (RULES D3, D6)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from ledger.types import to_us
from markets.claims.conditions import Condition
from markets.claims.terms import Result
from markets.core import delivery, jobs, outbox
from markets.core.errors import WindowOver
from markets.core.tables import posts
from markets.settlement import disputes, sent_posts
from tests.markets.club import DAY, NO, YES, Club
from tests.markets.test_disputes import Quarrel
from tests.markets.test_resolution import state

IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
pytestmark = [pytest.mark.rule("D3"), pytest.mark.rule("D6")]


@pytest.fixture
async def quarrel(club: Club) -> Quarrel:
    """Disputed; the judges are asked."""
    found = await Quarrel.make(club)
    await club.challenge(found.bo, found.claim)
    return found


async def told(club: Club) -> list[int]:
    """Who is told privately of a ruling."""
    asked = posts.select().where(posts.c.guild_id == club.guild, posts.c.kind == delivery.RULING_DM)
    rows = await club.db.read(lambda tx: tx.execute(asked.order_by(posts.c.number)).all())
    return [outbox.facts(_held(row.facts))["player"] for row in rows]


def _held(facts: str) -> outbox.HeldPost:
    return outbox.HeldPost(0, 0, 0, "", facts, 0, None, None, 0, 0)


async def sent(club: Club, kind: str) -> None:
    """Discord takes the oldest post of a kind that waits."""
    asked = posts.select().where(
        posts.c.guild_id == club.guild, posts.c.kind == kind, posts.c.state == "waiting"
    )
    row = await club.db.read(lambda tx: tx.execute(asked.order_by(posts.c.number)).first())
    assert row is not None
    request = delivery.Sent(club.guild, f"post:{row.number}", row.number, 7, 8)
    assert await club.db.write(sent_posts.sent, request, club.now)


async def test_the_day_of_a_ruling_begins_when_discord_has_its_post(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.vote(q.mo, q.claim, IT_WAS_NOT, posted=False)
    club.skip(days=5)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"

    await sent(club, "dispute.ruled")
    club.now += DAY - timedelta(seconds=1)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"
    club.skip(seconds=1)
    await club.sweep()
    assert await state(club, q.claim) == "settled"
    assert await told(club) == []


async def test_it_can_be_appealed_before_it_is_posted_and_the_judges_have_their_week_then(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.vote(q.mo, q.claim, IT_WAS_NOT, posted=False)
    club.skip(days=13)
    appealed = await club.appeal(q.ada, q.claim)
    assert appealed.waits_since_us == to_us(club.now)
    await sent(club, "dispute.ruled")  # the first ruling's, and it pays nothing any more
    club.skip(days=2)
    await club.sweep()
    assert await state(club, q.claim) == "disputed"

    other = await club.member(4)
    assert (await club.vote(other, q.claim, IT_WAS, posted=False)).ruled
    club.skip(days=2)
    await club.sweep()
    assert await state(club, q.claim) == "ruled", "what is final is posted too before it is paid"
    with pytest.raises(WindowOver):
        await club.appeal(q.bo, q.claim)
    await sent(club, "dispute.ruled")
    await club.sweep()
    assert await state(club, q.claim) == "settled"


async def test_after_two_weeks_its_people_are_told_and_after_three_that_counts_as_its_post(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.vote(q.mo, q.claim, IT_WAS_NOT, posted=False)
    club.now += 14 * DAY - timedelta(seconds=1)
    await club.sweep()
    assert await told(club) == []
    club.skip(seconds=1)
    await club.sweep()
    assert sorted(await told(club)) == sorted([q.ada.number, q.bo.number])

    club.skip(days=7)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"
    club.now += DAY - timedelta(seconds=1)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"
    club.skip(seconds=1)
    await club.sweep()
    assert await state(club, q.claim) == "settled"
    assert await q.balances() == [90_000, 110_000]


async def test_a_post_in_the_last_week_begins_the_day_and_one_after_it_begins_none(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.vote(q.mo, q.claim, IT_WAS_NOT, posted=False)
    for days in (14, 3):
        club.skip(days=days)
        await club.sweep()
    await sent(club, "dispute.ruled")
    posted_us = to_us(club.now)
    club.skip(hours=23)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"
    await club.posted(1)
    assert (await club.db.read(disputes.load, club.guild, 1)).posted_us == posted_us
    club.skip(hours=1)
    await club.sweep()
    assert await state(club, q.claim) == "settled"


async def test_an_absence_and_a_freeze_cut_nothing_from_those_weeks(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.vote(q.mo, q.claim, IT_WAS_NOT, posted=False)
    await club.outage(days=20)
    await club.sweep()
    assert await told(club) == []

    club.skip(days=5)
    await club.halt(q.mo, q.claim)
    club.skip(days=10)
    await club.sweep()
    assert await told(club) == [], "while it is stopped nothing counts"
    await club.halt(q.mo, q.claim, halted=False)
    await club.sweep()
    assert len(await told(club)) == 2
    club.skip(days=8)
    await club.sweep()
    club.skip(days=1)
    await club.sweep()
    assert await state(club, q.claim) == "settled"


async def test_a_freeze_after_the_post_leaves_what_was_left_of_the_day(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.vote(q.mo, q.claim, IT_WAS_NOT, posted=False)
    club.skip(days=5)
    await sent(club, "dispute.ruled")
    club.skip(hours=20)
    await club.halt(q.mo, q.claim)
    club.skip(days=9)
    await club.sweep()
    await club.halt(q.mo, q.claim, halted=False)
    club.skip(hours=3)
    await club.sweep()
    assert await state(club, q.claim) == "ruled"
    club.skip(hours=1)
    await club.sweep()
    assert await state(club, q.claim) == "settled"


async def test_a_condition_that_is_decided_pays_no_ruling_that_was_not_posted(club: Club):
    ada, bo, mo = [await club.member(person) for person in (1, 2, 3)]
    on = await club.claim(ada)
    claim = await club.claim(ada, condition=Condition(on.number, YES, "YES"))
    await club.bet(ada, bo, on)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)
    await club.vote(mo, claim, IT_WAS, posted=False)
    await club.settle(mo, on, IT_WAS)
    assert await state(club, on) == "settled"
    assert await state(club, claim) == "ruled"
    await sent(club, "dispute.ruled")
    club.skip(days=1)
    await club.sweep()
    assert await state(club, claim) == "settled"


def _before(tx: Connection, guild: int, now: datetime) -> None:
    """As an older version left a ruling: with its day in the calendar, which the migration knows as posted."""
    tx.execute(
        disputes.tables.disputes.update()
        .where(disputes.tables.disputes.c.guild_id == guild)
        .values(posted_us=disputes.tables.disputes.c.ruled_us)
    )
    jobs.cancel(tx, guild, "ruling.tell", 1)
    jobs.schedule(tx, guild, "ruling.pay", 1, to_us(now + DAY))


async def test_a_ruling_of_an_older_version_is_paid_when_that_said(quarrel: Quarrel):
    q, club = quarrel, quarrel.club
    await club.vote(q.mo, q.claim, IT_WAS_NOT, posted=False)
    await club.db.background(_before, club.guild, club.now)
    club.skip(hours=20)
    await sent(club, "dispute.ruled")
    club.skip(hours=4)
    await club.sweep()
    assert await state(club, q.claim) == "settled"
