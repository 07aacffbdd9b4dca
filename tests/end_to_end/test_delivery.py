"""Presses and commands that reach Crux late, twice, forged, or under another server's name: every one of them.

What isn't told is in nobody's log as a mistake (the fixture looks), and nothing is done twice or to somebody else.
"""

import re
from typing import Any

import pytest

from bot.playground.driver import Answer, Person, Playground
from bot.ui.components import routes
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import quick
from tests.end_to_end.test_permissions import BY_COMMAND

pytestmark = pytest.mark.proof

LARGEST = 2**63 - 1
NO_ANSWER = "The application did not respond"


async def balance(person: Person) -> str:
    return (await person.run("/wallet show")).text.partition("You have **")[2].partition(" points")[0]


def templates() -> list[str]:
    return sorted(routes.templates)


def forged(template: str, number: int) -> str:
    return re.sub(r"{\w+}", str(number), template)


def told(answer: Answer) -> bool:
    return answer.kind == "modal" or (answer.kind in ("message", "updated") and "incident" not in answer.text)


async def test_every_button_with_numbers_that_mean_nothing_is_answered(play: Playground):
    """By a moderator, so that no right stops it: nothing has number 0 or 7, and nothing so large a number."""
    await set_up(play)
    await quick(play)
    card = await play.mira.run("/help")
    for template in templates():
        for number in (0, 7, LARGEST):
            custom_id = forged(template, number)
            if len(custom_id) <= 100:
                assert told(await play.mira.forcing.click(card, custom_id)), custom_id
    assert "The book is right" in (await play.mira.run("/ledger verify")).text


async def test_every_button_that_arrives_twice_is_answered_once(play: Playground):
    await set_up(play)
    await quick(play)
    card = await play.oz.run("/help")
    before = await play.oz.read()
    for template in templates():
        custom_id = forged(template, 1)
        assert told(await play.oz.forcing.delivered(times=2).click(card, custom_id)), custom_id
    await play.settle()
    answers = [one for one in await play.oz.read(limit=1_000) if one.ephemeral]
    assert len(answers) <= len(before) + len(templates())


def options_of(command: str, people: dict[str, str]) -> dict[str, Any]:
    """As Discord sends them: people by id."""
    return {name: people.get(value, value) for name, value in BY_COMMAND[command][1].items()}


@pytest.mark.parametrize("late", [True, 900], ids=["3 seconds", "a quarter of an hour"])
async def test_every_command_that_arrives_late_leaves_no_trouble(play: Playground, late: bool | int):
    await set_up(play)
    for command in BY_COMMAND:
        answer = await play.oz.delivered(late=late).run(command, **BY_COMMAND[command][1])
        assert answer.error == NO_ANSWER, command
    await play.settle()
    assert "The book is right" in (await play.oz.run("/ledger verify")).text
    assert {status for _, route, status in await play.requests() if route.endswith("/callback")} <= {
        200,
        204,
        404,
    }


async def test_every_command_and_button_of_a_stranger_is_refused_by_name(play: Playground):
    """Uma is in another server; her interaction says that it is from this one."""
    await set_up(play)
    await quick(play)
    people = {person["name"]: person["id"] for person in await play.get("people")}
    stranger = play.uma.delivered(guild="The Crux Club").forcing
    for command in set(BY_COMMAND) & set(await play.uma.commands()):
        answer = await stranger.run(command, **options_of(command, people))
        assert "another server's name" in answer.text, command
    card = await play.uma.run("/help")
    for template in templates():
        answer = await stranger.click(card, forged(template, 1))
        assert "another server's name" in answer.text, template


async def test_a_press_in_its_minute_that_arrives_a_quarter_of_an_hour_later_counts_once(play: Playground):
    """As a resumed gateway brings it. Nobody could be told; whoever presses again is told what is true."""
    await play.freeze()
    asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
    await play.skip(minutes=16)
    lost = await play.ada.delivered(late=15 * 60 + 30).click(asked, "Give 25 points")
    assert lost.error == NO_ANSWER
    await play.settle()
    again = await play.ada.click(asked, "Give 25 points")
    assert "That was done when you pressed it before" in again.text
    assert await balance(play.ada) == "975"

    asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
    await play.skip(minutes=2)
    assert "nothing happened" in (await play.ada.click(asked, "Give 25 points")).text
    assert await balance(play.ada) == "975"


async def test_each_confirmation_that_was_done_unheard_says_so_after_its_minute(play: Playground):
    await play.freeze()
    await set_up(play)
    await quick(play)
    asked: list[tuple[Person, Answer]] = [(play.bo, await play.bo.run("/bet accept", offer=1))]
    form = await play.ada.run("/market open", claim=1)
    asked += [(play.ada, await play.ada.submit(form, liquidity="50"))]
    for who, shown in asked:
        assert (await who.delivered(late=True).click(shown, shown.message.buttons[0])).error == NO_ANSWER
        await play.settle()
    more = [  # a purchase before it would move the price that it shows
        (play.ada, await play.ada.run("/market liquidity", claim=1, amount="10")),
        (play.bo, await play.bo.run("/market buy", claim=1, outcome="YES", points="5")),
        (play.mira, await play.mira.run("/market order", claim=1, outcome="YES", limit="40%", points="5")),
    ]
    await play.bo.run("/market pool", claim=1)
    more += [(play.bo, await play.bo.run("/market stake", claim=1, outcome="YES", stake="5"))]
    for who, shown in more:
        assert (await who.delivered(late=True).click(shown, shown.message.buttons[0])).error == NO_ANSWER
        await play.settle()  # what is pressed late goes on unheard: the next press may not overtake it
    held = [await balance(who) for who in (play.ada, play.bo, play.mira)]
    await play.skip(minutes=2)
    for who, shown in [*asked, *more]:
        again = await who.click(shown, shown.message.buttons[0])
        assert "That was done when you pressed it before" in again.text, shown.text
    assert [await balance(who) for who in (play.ada, play.bo, play.mira)] == held


async def test_a_channel_that_was_deleted_is_named_and_all_else_goes_on(play: Playground):
    await set_up(play)
    form = await play.oz.click(await play.oz.run("/setup"), "Channels and moderators")
    await play.oz.submit(form, {"forum": ["claims"]})
    await quick(play)
    await play.skip(seconds=1)
    for channel in ("claims", "log"):
        await play.world("delete_channel", channel=channel)
    asked = await play.bo.run("/bet accept", offer=1)
    assert "Bet 1 stands" in (await play.bo.click(asked, "Lock 100 points")).text
    assert (
        "Your offer 2 stands"
        in (await quick(play, what="A lab announces 95% on FrontierMath", stake="30")).text
    )
    await play.skip(days=1)
    assert (await play.oz.run("/setup")).text.count("was deleted: choose another") == 2
