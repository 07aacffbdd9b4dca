"""Bets between two people, as they see them: from a sentence to what is locked."""

from bot.playground.driver import Answer, Playground, Seen
from tests.end_to_end.conftest import set_up

QUICK = {
    "what": "A named AI lab announces a model that scores 90% on FrontierMath",
    "when": "2029-12-31",
    "side": "NO 3:1",
    "stake": "300",
}


async def quick(play: Playground, **changes: object) -> Answer:
    """Ada's quick bet on the best of days."""
    form = await play.ada.run("/bet quick")
    return await play.ada.submit(form, QUICK | changes)


async def posted(play: Playground, words: str) -> Seen:
    """The newest message in the announcements that says this."""
    await play.skip(seconds=1)
    found = [one for one in await play.bo.read("announcements") if words in one.text]
    assert found, [one.text for one in await play.bo.read("announcements")]
    return found[-1]


async def test_from_a_disagreement_to_both_stakes_locked(play: Playground):
    await set_up(play)
    opened = await quick(play)
    assert "You risk 300 to win 100; it pays you if your chance is above 75%." in opened.text
    assert "if it is unclear, stakes return" in opened.text
    assert "moderators judge; it is NO if it hasn't happened by then" in opened.text

    card = await posted(play, "says NO: risks 300 to win 100")
    assert "Fair for you if you think YES is likelier than 25%" in card.text
    assert card.buttons == ["Take it: risk 100 to win 300", "Counter", "Terms"]

    asked = await play.bo.click(card, card.buttons[0])
    assert asked.message.ephemeral
    for line in (
        "**YES**: 400 back, **+300**",
        "**NO**: nothing back, **−100**",
        "**unclear** (stakes return): 100 back, **±0**",
        "**void**: 100 back, **±0**",
        "Your balance 1,000.00 → **900.00**",
        "record: 0 settled, 0 agreed, 0 disputed and lost",
    ):
        assert line in asked.text
    assert asked.message.buttons == ["Lock 100 points", "Not now"]

    done = await play.bo.click(asked, "Lock 100 points")
    assert "Bet 1 stands: 100 on YES" in done.text
    assert "Your balance 1,000.00 → **900.00**" in done.text
    assert "**700 points**" in (await play.ada.run("/wallet show")).text

    told = await posted(play, "took")
    assert [one["username"] for one in told.json["mentions"]] == ["ada"]
    assert "Bet 1: 300 on NO against 100 on YES" in (await posted(play, "Bet 1: 300")).text


async def test_a_bet_on_a_message_keeps_its_link_and_its_words(play: Playground):
    await set_up(play)
    said = await play.bo.say("No lab gets to 90% on FrontierMath before 2030")
    form = await play.ada.menu("Bet on this", said)
    held = {part["component"]["custom_id"]: part["component"] for part in form.modal["components"]}
    assert held["what"]["value"] == "No lab gets to 90% on FrontierMath before 2030"
    opened = await play.ada.submit(form, when="before 2030", side="NO 60%", stake="30")
    assert "Open to <@" in opened.text

    card = await posted(play, "says NO")
    terms = await play.bo.click(card, "Terms")
    assert f"/{said.id})" in terms.text
    assert [one["username"] for one in card.json["mentions"]] == ["bo"]
