"""A press takes no more than its question showed, whatever happened between the two (RULES A9, C3)."""

from bot.playground.driver import Answer, Person, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.presses import RETIRED, template
from tests.end_to_end.test_bets import quick
from tests.end_to_end.test_markets import buys, opened


async def has(person: Person, points: str) -> bool:
    return f"**{points} points**" in (await person.run("/wallet show")).text


def button_of(asked: Answer) -> str:
    """The id of a question's first button."""
    rows = asked.message.components[0]["components"]
    return next(part["custom_id"] for row in rows if row["type"] == 1 for part in row["components"])


async def before(person: Person, asked: Answer) -> tuple[Answer, str]:
    """Presses a question's button as an earlier version sent it; and which one that was."""
    old = button_of(asked).rpartition(":")[0]
    return await person.forcing.click(asked, old), template(old)


async def test_liquidity_is_asked_again_where_a_price_moved_and_never_costs_more(play: Playground):
    await opened(play, liquidity="100")
    asked = await play.mira.run("/market liquidity", claim=1, amount="150")
    for line in ("Prices now: YES 50.0%, NO 50.0%.", "the most that you can lose", "you are asked again"):
        assert line in asked.text
    dear = await play.bo.run("/market buy", claim=1, outcome="YES", to="99%")
    await play.bo.click(dear, dear.message.buttons[0])
    again = await play.mira.click(asked, "Add it: pay 103.98 points")
    assert "The price of YES moved from 50.0% to 99.0%, and nothing happened." in again.text
    assert "You lose most if NO comes, the least likely by these prices." in again.text
    assert again.message.buttons[0] == "Add it: pay 690.78 points"
    assert await has(play.mira, "1,000")

    cheap = await play.bo.run("/market sell", claim=1, outcome="YES")
    await play.bo.click(cheap, cheap.message.buttons[0])
    third = await play.mira.click(again, again.message.buttons[0])
    assert "moved from 99.0% to 50.0%" in third.text
    await buys(play.ada, "3")  # within the tolerance: as much as what was shown pays for
    done = await play.mira.click(third, third.message.buttons[0])
    assert "The market of claim 1 is deeper" in done.text
    assert "896.0" in (await play.mira.run("/wallet show")).text


async def test_buttons_of_before_ask_once_more(play: Playground):
    """They were sent by a version whose buttons didn't say what they had shown."""
    await set_up(play)
    await quick(play)
    form = await play.ada.run("/market open", claim=1)
    asked = await play.ada.submit(form, {"liquidity": "100", "opening": "70 30"})
    asked, known = await before(play.ada, asked)
    forced = {known}
    assert "It opens at YES 70% and NO 30%." in asked.text
    done = await play.ada.click(asked, asked.message.buttons[0])
    assert "is open" in done.text
    for command, options, told in (
        ("/market buy", {"outcome": "YES", "to": "80%"}, "Bought"),
        ("/market sell", {"outcome": "YES", "to": "75%"}, "Sold"),
        ("/market liquidity", {"amount": "20"}, "is deeper"),
    ):
        asked = await play.bo.run(command, claim=1, **options)
        again, known = await before(play.bo, asked)
        forced.add(known)
        assert again.message.buttons == asked.message.buttons, command
        assert told in (await play.bo.click(again, again.message.buttons[0])).text
    # These take no points: `test_results` and `test_agreed_judges` press some, the matrix sends the others.
    assert forced == RETIRED - {
        "challenge:{claim}",
        "rule-send:{claim}:{choice}:{proposal}",
        "hold-reversal:{claim}",
        "judge-object:{claim}:{judge}",
        "judge-accept:{claim}:{judge}",
    }
