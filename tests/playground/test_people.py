"""People can do what they could do on Discord, and nothing else. The bot here is small and real."""

import pytest

from bot.playground.driver import NotAllowed, Playground, Seen


async def refused(sentence: str, act: object) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        await act  # type: ignore[misc]


async def test_a_command_with_its_options(echo: Playground):
    answer = await echo.ada.run("/echo", words="hi", times="2", who=echo.bo)
    assert answer.text == "hi hi to Bo"
    assert answer.message.json["used"] == {
        "person_id": (await echo.get("state", {"as": "Ada"}))["me"]["id"],
        "person": "Ada",
        "what": "/echo",
    }
    assert [m.text for m in await echo.bo.read()] == ["hi hi to Bo"]


async def test_options_are_checked_before_the_bot_hears_of_them(echo: Playground):
    ada = echo.ada
    await refused("words is required", ada.run("/echo"))
    await refused("no option word;", ada.run("/echo", word="x"))
    await refused("1 to 50 letters", ada.run("/echo", words="x" * 51))
    await refused("whole number", ada.run("/echo", words="x", times="two"))
    await refused("at most 3", ada.run("/echo", words="x", times=4))
    await refused("at least 1", ada.run("/echo", words="x", times=0))
    await refused("Nobody here is called Zed", ada.run("/echo", words="x", who="Zed"))
    await refused("true or false", ada.run("/card", public="perhaps"))
    await refused("There is no command /nothing", ada.run("/nothing"))
    assert echo.running is not None
    assert echo.running.core.world.interactions == {}


async def test_default_permissions_hide_a_command(echo: Playground):
    await refused("Ada can't use /moderate", echo.ada.run("/moderate"))
    assert (await echo.mira.run("/moderate")).text == "Moderated"
    assert (await echo.oz.run("/moderate")).text == "Moderated"
    assert "/moderate" not in await echo.ada.commands()
    assert "/moderate" in await echo.mira.commands()


async def test_a_command_needs_the_channel_and_the_right_to_write_there(echo: Playground):
    await refused("can't write in #announcements", echo.ada.at("announcements").run("/echo", words="x"))
    await refused("Uma sees no channel predictions", echo.uma.at("predictions").run("/echo", words="x"))
    assert (await echo.uma.run("/echo", words="x")).text == "x"
    await echo.world("overwrite", channel="predictions", for_="Bo", deny=["use_application_commands"])
    await refused("Bo can't use /echo", echo.bo.run("/echo", words="x"))


async def test_a_command_needs_a_server_that_the_bot_is_in(echo: Playground):
    card = (await echo.ada.run("/card")).message
    await refused("is a forum", echo.ada.at("claims").run("/echo", words="x"))
    await echo.world("kick_bot")
    await refused("no command|can't use", echo.ada.run("/echo", words="x"))
    assert (await echo.ada.click(card, "private")).error == "The application did not respond"
    await echo.world("invite_bot")
    assert (await echo.ada.run("/echo", words="back")).text == "back"


async def test_commands_in_the_talk_with_the_bot(echo: Playground):
    assert (await echo.ada.at("dm").run("/echo", words="just us")).text == "just us"
    assert await echo.bo.read("dm") == []


async def test_buttons(echo: Playground):
    card = (await echo.ada.run("/card")).message
    assert card.buttons == ["form", "edit", "later", "private"]
    await refused("disabled", echo.bo.click(card, "off"))
    await refused("no button nonsense", echo.bo.click(card, "nonsense"))
    await refused("no button press:forged", echo.bo.click(card, "press:forged"))
    assert (await echo.bo.click(card, "private")).message.ephemeral
    updated = await echo.bo.click(card, "later")
    assert (updated.kind, updated.message.id) == ("updated", card.id)
    assert (await echo.bo.click(card, "edit")).text == "Edited in place"


async def test_an_ephemeral_message_is_its_addressees_alone(echo: Playground):
    card = (await echo.ada.run("/card", public=False)).message
    assert card.ephemeral
    assert await echo.bo.read() == []
    await refused("belongs to somebody else", echo.bo.click(card, "private"))
    assert (await echo.ada.click(card, "private")).message.ephemeral
    await echo.ada.dismiss(card)
    await refused("can't see that message", echo.ada.click(card, "private"))
    assert [m.id for m in await echo.ada.read()] != []


async def test_a_deleted_message_has_no_buttons(echo: Playground):
    card = (await echo.ada.run("/card")).message
    await echo.post("delete", {"as": "Mira", "message": card.id})
    await refused("isn't there any more", echo.ada.click(card, "private"))
    said = await echo.ada.say("Mine")
    await refused("can't delete somebody else's", echo.post("delete", {"as": "Bo", "message": said.id}))
    await refused("isn't the bot's", echo.bo.forcing.click(said, "press:x"))


async def test_lists(echo: Playground):
    card = (await echo.ada.run("/card")).message
    assert (await echo.ada.select(card, "A colour", "Red")).text == "Chose red"
    await refused("no Blue among Red, Green", echo.ada.select(card, "A colour", "Blue"))
    await refused("choose 1; these are 2", echo.ada.select(card, "A colour", "Red", "Green"))
    await refused("no list size", echo.ada.select(card, "size", "Red"))
    chosen = await echo.ada.select(card, "who", echo.bo)
    assert chosen.text.startswith("Chose ")


async def test_forms(echo: Playground):
    card = (await echo.ada.run("/card")).message
    form = await echo.ada.click(card, "form")
    assert form.modal["title"] == "A form"
    await refused("Bo has no such form open", echo.bo.submit(form, {"Words": "x"}))
    await refused("Words is required", echo.ada.submit(form))
    await refused("no field Nothing", echo.ada.submit(form, {"Words": "x", "Nothing": "y"}))
    await refused("0 to 20 letters", echo.ada.submit(form, {"Words": "x" * 21}))
    await refused("single line", echo.ada.submit(form, {"Words": "a\nb"}))
    assert (await echo.ada.submit(form, {"words": "hello"})).text == "You wrote hello"
    await refused("has been sent already", echo.ada.submit(form, {"words": "hello"}))


async def test_menus(echo: Playground):
    said = await echo.ada.say("It will rain")
    assert (await echo.bo.menu("Quote", said)).text == "> It will rain"
    greeting = await echo.bo.menu("Greet", echo.ada)
    assert greeting.message.json["mentions"][0]["username"] == "ada"
    await refused("no such entry", echo.bo.menu("Greet", said))
    await refused("on a message or on a user", echo.post("menu", {"as": "Bo", "command": "Quote"}))


async def test_autocomplete(echo: Playground):
    choices = await echo.ada.autocomplete("/echo", "words", words="a")
    assert [choice["name"] for choice in choices] == ["apple", "avocado"]
    await refused("no autocomplete", echo.ada.autocomplete("/echo", "times"))


async def test_thinking(echo: Playground):
    first = await echo.ada.first.run("/think")
    assert first.kind == "deferred"
    assert first.message.thinking or first.message.text == "Thought"
    final = await echo.ada.run("/think")
    assert (final.kind, final.text, final.message.ephemeral) == ("message", "Thought", True)


async def test_plain_messages(play: Playground):
    said = await play.ada.say("One")
    reply = await play.bo.say("Two", reply_to=said)
    assert reply.json["referenced_message"]["id"] == said.id
    await refused("empty message", play.ada.say(" "))
    await refused("at most 2,000", play.ada.say("x" * 2001))
    await refused("is a forum", play.ada.at("claims").say("x"))
    with_file = await play.ada.say("", files=[{"filename": "a.txt", "content": "hello"}])
    assert await play.download(with_file.files[0]) == b"hello"
    await play.world("timeout", person="Ada", seconds=60)
    await refused("can't write", play.ada.say("x"))
    await play.skip(minutes=2)
    await play.ada.say("Back")


async def test_only_moderators_may_mention_everyone(play: Playground):
    assert (await play.ada.say("@everyone")).json["mention_everyone"] is False
    assert (await play.mira.say("@everyone")).json["mention_everyone"] is True


# what tests may do to the bot


async def test_twice_delivered_is_answered_once(echo: Playground):
    card = (await echo.ada.run("/card")).message
    await echo.ada.delivered(times=2).click(card, "private")
    await echo.ada.run("/echo", words="after")
    statuses = [s for m, r, s in await echo.requests() if r.endswith("/callback")]
    assert sorted(statuses) == [200, 200, 200, 400]


async def test_too_late_a_forged_button_and_another_server(echo: Playground):
    card = (await echo.ada.run("/card")).message
    late = await echo.ada.delivered(late=True).click(card, "private")
    assert (late.kind, late.error) == ("failed", "The application did not respond")
    assert (await echo.ada.forcing.click(card, "off")).message.ephemeral, "disabled, pressed all the same"
    foreign = await echo.ada.delivered(guild="The Quarry").run("/echo", words="x")
    assert foreign.text == "x"
    await echo.settings(answer_seconds=0.2)
    forged = await echo.ada.forcing.click(card, "press:nobody_made_this")
    assert forged.kind == "failed", "discord.py looks for the button in the message, and finds none"


async def test_no_answer_is_a_failure(echo: Playground):
    await echo.settings(answer_seconds=0.2)
    answer = await echo.ada.run("/sulk")
    assert answer.error == "The application did not respond"


@pytest.mark.apart
async def test_without_a_bot_an_old_button_fails_at_once(echo: Playground):
    card: Seen = (await echo.ada.run("/card")).message
    await echo.kill_bot()
    answer = await echo.ada.click(card, "private")
    assert answer.error == "The application did not respond"
    await echo.start_bot()
    assert (await echo.ada.click(card, "private")).message.ephemeral
