"""The week's post: one message, edited through the week, and none for a week in which nothing happened."""

from bot.playground.driver import Playground, Seen
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick


async def weeks(play: Playground) -> list[Seen]:
    await play.skip(seconds=1)
    return [one for one in await play.bo.read("announcements", limit=100) if "The week of" in one.text]


async def test_what_is_new_closes_and_is_settled_stands_in_one_post_a_week(play: Playground):
    """It begins on a Tuesday."""
    await set_up(play)
    await play.skip(days=7)
    assert await weeks(play) == []

    await quick(play, when="in 2 days")
    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, "Lock 100 points")
    (first,) = await weeks(play)
    title = "A named AI lab announces a model that scores 90% on FrontierMath"
    assert f"**New**\n- 1: {title}\n**Closing**\n- 1: {title}" in first.text
    assert "**Settled**" not in first.text

    await play.skip(days=3)
    form = await play.mira.run("/resolve propose", claim=1)
    await play.mira.submit(form, result="NO", evidence="https://example.org/report")
    await posted(play, "Proposed: NO")
    await play.skip(days=2, minutes=5)
    (same,) = await weeks(play)
    assert same.id == first.id
    assert f"**Settled**\n- 1: {title}" in same.text
    assert same.json["mentions"] == []

    await play.skip(days=14)
    assert [one.id for one in await weeks(play)] == [first.id]
    await quick(play, when="2029-12-31")
    _, later = await weeks(play)
    assert "**New**\n- 2: " in later.text
    assert "**Closing**" not in later.text
