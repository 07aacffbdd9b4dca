"""Judges on call, and *No more from them*, as people meet them (RULES D4, E2)."""

import hashlib
import re

from bot.playground.driver import Person, Playground, Seen
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick
from tests.end_to_end.test_results import bet_between

NAMES = ("Cy", "Dee", "Eli", "Fay", "Gus")


async def members(play: Playground, *names: str) -> list[Person]:
    for name in names:
        await play.world("add_person", name=name, age_days=900, member=True)
    return [play.person(name) for name in names]


async def test_three_on_call_are_drawn_in_public_and_one_of_them_rules(play: Playground):
    """One left the server, one stopped: neither is drawn. A reader of the post draws again."""
    await bet_between(play, when="in 10 days")
    everybody = await members(play, *NAMES)
    for at, one in enumerate(everybody, start=1):
        answer = await one.run("/resolve on-call", on=True)
        assert "You are a judge on call" in answer.text
        assert answer.message.ephemeral
        assert f"{at} member{'s are' if at > 1 else ' is'} on call" in answer.text
    assert "You are no judge on call" in (await everybody[1].run("/resolve on-call", on=False)).text
    await play.skip(days=11)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    told = await posted(play, "Proposed: YES")
    form = await play.ada.click(told, "Challenge")
    await play.ada.submit(form, ground="the measure is challenged", reason="That is another benchmark.")
    await play.world("leave", person="Cy")

    await play.skip(days=6, minutes=1)
    announced = await posted(play, "Judges on call are drawn tomorrow")
    assert announced.json["mentions"] == []
    await play.skip(days=1, minutes=1)
    post = await posted(play, "Three judges are drawn")
    mentioned = {one["username"] for one in post.json["mentions"]}
    assert mentioned == {"dee", "eli", "fay", "gus"} - {"dee"}
    secret = re.search(r"Secret `([0-9a-f]{64})`", post.text)
    digest = re.search(r"Digest `([0-9a-f]{64})`", post.text)
    on = re.search(r"The players on call were ([\d, and]+)\. Drawn, in this order: ([\d, and]+)\.", post.text)
    of = re.search(r"seed:(\d+):(\d+):player", post.text)
    assert secret and digest and on and of  # noqa: PT018 - what a post must have
    volunteers, drawn = [re.findall(r"\d+", on[at]) for at in (1, 2)]
    assert hashlib.sha256(bytes.fromhex(secret[1])).hexdigest() in announced.text
    seed = hashlib.sha256(bytes.fromhex(secret[1] + digest[1])).hexdigest()
    lots = {one: hashlib.sha256(f"{seed}:{of[1]}:{of[2]}:{one}".encode()).hexdigest() for one in volunteers}
    assert drawn == sorted(volunteers, key=lots.__getitem__)[:3]
    verified = (await play.ada.run("/ledger verify")).text
    assert digest[1] in verified, verified
    assert not [one for one in await play.bo.read("announcements") if "All moderators without" in one.text]
    assert "by lot <@" in (await posted(play, "### Dispute 1:")).text

    assert "Only the judges of claim 1" in (await everybody[1].click(post, "Judge")).text
    case = await everybody[2].click(post, "Judge")
    form = await everybody[2].click(case, "NO")
    done = await everybody[2].submit(form, reason="It was FrontierMath that was bet on.")
    assert "That is the ruling" in done.text
    await posted(play, "Ruled NO")
    stepped = await everybody[3].run("/resolve step-down", claim=1)
    assert "Only the judges of claim 1" in stepped.text, (
        "the dispute is over, and so is what they were drawn for"
    )


async def test_a_drawn_judge_steps_down_in_public(play: Playground):
    await bet_between(play, when="in 10 days")
    (cy,) = await members(play, "Cy")
    await cy.run("/resolve on-call", on=True)
    await play.skip(days=11)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    form = await play.ada.click(await posted(play, "Proposed: YES"), "Challenge")
    await play.ada.submit(form, ground="the measure is challenged", reason="That is another benchmark.")
    await play.skip(days=6, minutes=1)
    await play.skip(days=1, minutes=1)
    post = await posted(play, "One judge is drawn")
    assert "There should be 3" in post.text
    assert "You judge claim 1 no more" in (await cy.run("/resolve step-down", claim=1)).text
    assert "judges it no more" in (await posted(play, "A judge steps down")).text
    assert "Only the judges of claim 1" in (await cy.click(post, "Judge")).text
    await play.skip(days=3)
    asked = await posted(play, "Claim 1 has waited")
    assert [one["username"] for one in asked.json["mentions"]] == ["oz"]


async def test_no_more_from_them_is_one_press_and_taken_back_by_another(play: Playground):
    await set_up(play)
    await quick(play)
    say = {"claim": 1, "side": "NO", "stake": "5", "odds": "50%", "to": play.bo}
    await play.ada.run("/bet offer", **say)
    card = await newest(play)
    assert [one["username"] for one in card.json["mentions"]] == ["bo"]
    done = await play.bo.click(card, "No more from them")
    assert done.message.ephemeral
    assert "no longer mentions you" in done.text
    await play.ada.run("/bet offer", **say)
    card = await newest(play)
    assert card.json["mentions"] == []
    assert (
        "Nobody is mentioned by what they do themselves"
        in (await play.ada.click(card, "No more from them")).text
    )
    file = (await play.bo.run("/privacy export")).message.json["attachments"][0]
    assert "hushed" in (await play.download(file)).decode()
    listed = await play.bo.run("/bet reminders", how="mention")
    assert "no more from <@" in listed.text
    back = await play.bo.click(listed, listed.message.buttons[0])
    assert "You hear from them again" in back.text
    assert "no more from" not in (await play.bo.run("/bet reminders", how="mention")).text
    await play.ada.run("/bet offer", **say)
    assert [one["username"] for one in (await newest(play)).json["mentions"]] == ["bo"]


async def newest(play: Playground) -> Seen:
    """The newest offer's card."""
    return await posted(play, "risks 5 to win")
