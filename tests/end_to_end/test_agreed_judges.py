"""A judge on whom the holders of a market agree, as people meet that (RULES D4)."""

import pytest

from bot.playground.driver import Playground, Seen
from tests.end_to_end.test_bets import posted
from tests.end_to_end.test_crowd import stake
from tests.end_to_end.test_results import bet_between


def judged(post: Seen) -> str:
    """The number of the judge whom a post is about."""
    parts = post.components[0]["components"]
    ids = [one["custom_id"] for row in parts if row["type"] == 1 for one in row["components"]]
    return next(one for one in ids if one.startswith("judge-object:")).split(":")[-1]


@pytest.mark.rule("D4")
async def test_holders_agree_on_a_judge_somebody_objects_and_a_moderator_accepts(play: Playground):
    await bet_between(play, when="in 10 days")
    for name in ("Cy", "Dee"):
        await play.world("add_person", name=name, age_days=900, member=True)
    cy, dee = play.person("Cy"), play.person("Dee")
    await play.ada.run("/market pool", claim=1)
    for who, side, much in (("Ada", "NO", "20"), ("Bo", "YES", "30"), ("Cy", "YES", "20")):
        await stake(play, who, side, much)
    await play.skip(days=11)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    form = await play.ada.click(await posted(play, "Proposed: YES"), "Challenge")
    await play.ada.submit(form, ground="the measure is challenged", reason="That is another benchmark.")
    await play.skip(days=8)
    for who in (play.ada, play.bo):
        asked = await who.run("/resolve appoint", claim=1, person=dee)
        named = await who.click(asked, "Name this judge")
    assert "More than half of each side agree" in named.text
    post = await posted(play, "Holders agree on a judge")
    assert "You agreed on that judge" in (await play.bo.click(post, "Object")).text
    for where in ((await cy.run("/claim show", claim=1)).message, await posted(play, "Dispute 1: ")):
        assert "who judges it alone from <t:" in where.text
        assert "Object to the judge" in where.buttons
    old = f"judge-object:1:{judged(post)}"
    asked = await cy.forcing.click(post, old)
    assert "Object to this judge?" in asked.text
    assert asked.message.buttons == ["Object to the judge", "Terms"]
    asked = await play.mira.forcing.click(post, old.replace("object", "accept"))
    assert "Accept this judge?" in asked.text
    assert asked.message.buttons == ["Accept this judge", "Terms"]
    shown = await cy.run("/claim show", claim=1)
    assert "You objected" in (await cy.click(shown, "Object to the judge")).text
    assert "Object to the judge" not in (await cy.run("/claim show", claim=1)).message.buttons
    again = await posted(play, "Somebody objects to the judge")
    assert "This is for moderators" in (await play.ada.click(again, "Accept this judge")).text
    assert "The judge is accepted" in (await play.mira.click(again, "Accept this judge")).text
    case = await dee.click(await posted(play, "A judge is agreed on"), "Judge")
    form = await dee.click(case, "NO")
    assert "That is the ruling" in (await dee.submit(form, reason="It was another benchmark.")).text
