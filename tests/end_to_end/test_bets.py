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
    assert "You risk 300 to win 100. Worth it if you think NO is likelier than 75%." in opened.text
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


async def test_a_counter_offer_ends_the_first_and_both_stay_readable(play: Playground):
    await set_up(play)
    await quick(play)
    card = await posted(play, "says NO")
    form = await play.bo.click(card, "Counter")
    countered = await play.bo.submit(form, stake="50", theirs="200")
    assert "Your offer 2 stands: YES" in countered.text
    assert "You risk 50 to win 200" in countered.text
    assert "answered with a counter-offer: offer 2" in (await play.ada.run("/bet show", number=1)).text
    assert "was answered with a counter-offer" in (await play.bo.run("/bet accept", offer=1)).text
    told = await posted(play, "says YES: risks 50 to win 200")
    assert [one["username"] for one in told.json["mentions"]] == ["ada"]
    asked = await play.ada.click(told, "Take it: risk 200 to win 50")
    await play.ada.click(asked, "Lock 200 points")
    assert "**800 points**" in (await play.ada.run("/wallet show")).text


async def test_two_sides_end_their_own_bet(play: Playground):
    await set_up(play)
    await quick(play)
    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, "Lock 100 points")
    nothing = await play.ada.run("/bet agree", bet=1)
    form = await play.ada.click(nothing, "Suggest an ending")
    suggested = await play.ada.submit(form, ending="Another split: write it below", mine="250")
    assert "can sign it with `/bet agree 1`" in suggested.text
    told = await posted(play, "an ending is suggested")
    look = await play.bo.click(told, "Look at it")
    assert "150 back, **+50**" in look.text
    ended = await play.bo.click(look, "Sign: you get 150")
    assert "Bet 1 ended by agreement" in ended.text
    assert "**1,050 points**" in (await play.bo.run("/wallet show")).text
    assert "by agreement" in (await play.ada.click(await play.ada.run("/bet mine"), "Settled")).text


async def test_who_can_not_take_or_withdraw_an_offer_is_told_why(play: Playground):
    await set_up(play)
    await quick(play, who=["Bo"])
    for person, command, words in (
        (play.ada, "/bet accept", "That would be a bet with yourself"),
        (play.mira, "/bet accept", "Offer 1 is for somebody else"),
        (play.bo, "/bet withdraw", "is somebody else's, so only they can withdraw it"),
    ):
        assert words in (await person.run(command, offer=1)).text
    assert "There is no offer 9 here" in (await play.bo.run("/bet accept", offer=9)).text
    refused = await play.ada.run("/bet offer", claim=1, side="MAYBE", stake="5", odds="50%")
    assert "choose YES or NO" in refused.text
    refused = await play.ada.run("/bet offer", claim=1, side="YES", stake="5000", odds="50%")
    assert "That takes 5,000 points" in refused.text
    refused = await play.ada.run("/bet offer", claim=1, side="YES", stake="5", odds="75")
    assert "75% or 0.75" in refused.text
    assert (
        "bots have no wallet"
        in (await play.ada.run("/bet offer", claim=1, side="YES", stake="5", odds="50%", to="Crux")).text
    )
    assert (
        "a bet with yourself"
        in (await play.ada.run("/bet offer", claim=1, side="YES", stake="5", odds="50%", to=play.ada)).text
    )
    await play.skip(days=8)
    assert "has expired" in (await play.bo.run("/bet accept", offer=1)).text


async def test_an_offer_accepted_twice_over_is_one_bet(play: Playground):
    await set_up(play)
    await quick(play)
    asked = await play.bo.run("/bet accept", offer=1)
    done = await play.bo.delivered(times=2).click(asked, "Lock 100 points")
    assert "Bet 1 stands" in done.text
    assert "was accepted already" in (await play.mira.run("/bet accept", offer=1)).text
    await play.skip(seconds=1)
    assert "**900 points**" in (await play.bo.run("/wallet show")).text


async def test_a_small_stake_is_confirmed_in_one_line(play: Playground):
    await set_up(play)
    await quick(play, stake="30")
    asked = await play.bo.run("/bet accept", offer=1)
    line = next(one for one in asked.text.splitlines() if "**YES**: 40 back, **+30**" in one)
    assert "**void**: 10 back" in line
    assert "1,000.00 → **990.00**" in line


async def test_without_a_channel_the_offer_is_its_own_card(play: Playground):
    opened = await quick(play)
    assert not opened.message.ephemeral
    assert "chooses a channel with /setup" in opened.text
    asked = await play.bo.click(opened, "Take it: risk 100 to win 300")
    assert "Bet 1 stands" in (await play.bo.click(asked, "Lock 100 points")).text


async def test_words_from_people_do_nothing_in_cards(play: Playground):
    await set_up(play)
    nasty = "**bold** @everyone <@1> [a](http://x.y) a model scores 90% on FrontierMath"
    held = await quick(play, what=nasty)
    if "Open anyway" in held.message.buttons:
        await play.ada.click(held, "Open anyway")
    card = await posted(play, "says NO")
    assert r"\*\*bold\*\* \@everyone \<\@1\> \[a\]\(http\://x.y\)" in card.text
    assert card.json["mention_everyone"] is False
    assert card.json["mentions"] == []
