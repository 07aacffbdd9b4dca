"""A judge on whom holders agreed, where that can't be posted, and while the bot is away (RULES D3, D4)."""

from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import COMMANDS as COMMANDS  # all words are known
from bot.words import claims as claim_words
from bot.words import dispute_card
from bot.words.announced import Ask
from bot.words.table import POSTS
from ledger.types import to_us
from markets.core import delivery, outbox
from markets.core.errors import NotAJudge, WindowOver
from markets.core.tables import posts
from markets.settlement import absence, agreed_judges
from markets.views import claims as view_claims
from markets.views import disputes as view_disputes
from tests.markets.club import Club
from tests.markets.test_agreed_judges import Halves, answered
from tests.markets.test_frozen import names, said, stamp
from tests.markets.test_majorities import IS_NO, appoint

pytestmark = [pytest.mark.core, pytest.mark.rule("D4"), pytest.mark.rule("D3")]

DAY_US = 86_400_000_000


async def told(club: Club) -> list[dict[str, Any]]:
    """What is told privately of agreed judges."""
    asked = sa.select(posts.c.facts).where(posts.c.guild_id == club.guild, posts.c.kind == delivery.AGREED_DM)
    rows = await club.db.read(lambda tx: tx.execute(asked.order_by(posts.c.number)).scalars().all())
    return [outbox.facts(outbox.HeldPost(0, 0, 0, "", row, 0, None, None, 0, 0)) for row in rows]


async def cards(h: Halves) -> tuple[str, list[str], str, list[str]]:
    """The claim's card and the dispute's: words and buttons."""
    seen = await h.club.db.read(view_claims.claim, h.club.guild, h.claim.number, h.club.now)
    of = await h.club.db.read(view_disputes.dispute, h.club.guild, 1, h.club.now)
    one, other = claim_words.claim(seen), dispute_card.dispute_card(of)
    return said(one), names(one), said(other), names(other)


async def test_what_could_not_be_posted_is_told_to_its_people_and_counts_a_week_later(club: Club):
    h = await Halves.make(club)
    club.skip(days=13, hours=23)
    await club.sweep()
    assert await told(club) == []
    club.skip(hours=1)
    await club.sweep()
    facts = await told(club)
    assert {h.ada.number, h.bo.number} <= {one["player"] for one in facts}
    assert {one["counts_us"] for one in facts} == {to_us(club.now) + 7 * DAY_US}
    mine = next(one for one in facts if one["player"] == h.ada.number)
    dm = await club.db.read(POSTS[delivery.AGREED_DM], Ask(club.guild, club.now, facts=mine))
    assert dm is not None
    assert dm.privately == h.ada.number
    assert f"rules alone from {stamp(to_us(club.now) + 9 * DAY_US)} on, posted or not" in said(dm)
    assert "*Object to the judge*" in said(dm)
    club.skip(days=7)
    await club.sweep()
    club.skip(days=1, hours=23)
    await club.sweep()
    await h.vote(ruled=False)
    club.skip(hours=1)
    await club.sweep()
    await h.vote(ruled=True)
    assert len(await told(club)) == len(facts), "once"


async def test_whoever_was_told_so_objects_in_time(club: Club):
    h = await Halves.make(club)
    club.skip(days=14)
    await club.sweep()
    club.skip(days=8, hours=23)
    await club.sweep()
    assert (await answered(club, h.ada, h.claim, h.judge)).objected
    club.skip(days=30)
    await club.sweep()
    await h.vote(ruled=False)


async def test_a_post_that_comes_late_begins_the_two_days_itself(club: Club):
    h = await Halves.make(club)
    club.skip(days=14)
    await club.sweep()
    facts = (await told(club))[0]
    await club.agreed(h.judge)
    assert await club.db.read(POSTS[delivery.AGREED_DM], Ask(club.guild, club.now, facts=facts)) is None
    club.skip(days=2)
    await club.sweep()
    await h.vote(ruled=True)


async def test_a_second_judge_has_two_weeks_of_their_own(club: Club):
    h = await Halves.make(club)
    club.skip(days=10)
    e, f, other = await club.member(4), await club.member(5), await club.member(7)
    for who in (e, f):
        await appoint(club, who, h.claim, other)
    club.skip(days=4)
    await club.sweep()
    assert {one["judge"] for one in await told(club)} == {h.judge.number}
    club.skip(days=9, hours=23)
    await club.sweep()
    with pytest.raises(NotAJudge):
        await club.vote(other, h.claim, IS_NO, moderator=False)
    assert {one["judge"] for one in await told(club)} == {h.judge.number}
    club.skip(hours=1)
    await club.sweep()
    assert {one["judge"] for one in await told(club)} == {h.judge.number, other.number}
    club.skip(days=7)
    await club.sweep()
    club.skip(days=1, hours=23)
    with pytest.raises(NotAJudge):
        await club.vote(other, h.claim, IS_NO, moderator=False)
    club.skip(hours=2)
    await club.sweep()
    assert (await club.vote(other, h.claim, IS_NO, moderator=False)).ruled


@pytest.mark.parametrize("before", [1, 47])
async def test_hours_in_which_the_bot_was_away_do_not_count(club: Club, before: int):
    h = await Halves.make(club)
    await club.agreed(h.judge)
    club.skip(hours=before)
    from_us = to_us(club.now)
    club.skip(days=3)
    assert club.guild in await club.db.read(absence.prolonged, from_us)
    request = absence.BackAgain(club.guild, club.key(), from_us)
    assert await club.db.write(absence.back_again, request, club.now) >= 1
    club.skip(hours=max(48 - before, 24), minutes=-1)
    await h.vote(ruled=False)
    assert not (await answered(club, h.ada, h.claim, h.judge)).accepted
    club.skip(days=5)
    await h.vote(ruled=False)


async def test_whose_two_days_were_over_before_the_outage_is_in_office(club: Club):
    h = await Halves.make(club)
    await club.agreed(h.judge)
    club.skip(hours=48)
    await club.outage(days=3)
    with pytest.raises(WindowOver):
        await answered(club, h.ada, h.claim, h.judge)
    await h.vote(ruled=True)


async def test_the_week_after_it_was_told_gets_its_hours_back(club: Club):
    h = await Halves.make(club)
    club.skip(days=14)
    await club.sweep()
    club.skip(days=6)
    await club.outage(days=10)
    club.skip(hours=23)
    await club.sweep()
    club.skip(days=2)
    await h.vote(ruled=False)
    await club.sweep()
    club.skip(days=2)
    await h.vote(ruled=True)


async def test_the_cards_say_where_it_stands_and_have_a_door_of_their_own(club: Club):
    h = await Halves.make(club)
    words, buttons, more, others = await cards(h)
    for text, shown in ((words, buttons), (more, others)):
        assert "as its judge, which isn't posted yet. Two days after it is" in text
        assert "Object to the judge" in shown
    await club.agreed(h.judge)
    words, buttons, more, others = await cards(h)
    for text, shown in ((words, buttons), (more, others)):
        assert f"judges it alone from {stamp(to_us(club.now) + 2 * DAY_US)} on" in text
        assert "Object to the judge" in shown
    await answered(club, h.ada, h.claim, h.judge)
    words, buttons, more, others = await cards(h)
    for text, shown in ((words, buttons), (more, others)):
        assert "somebody objected" in text
        assert "Object to the judge" not in shown
    await answered(club, await club.member(8), h.claim, h.judge, accepts=True, moderator=True)
    assert "they were accepted" in (await cards(h))[0]
    assert agreed_judges.OFFICE_US == 2 * DAY_US
