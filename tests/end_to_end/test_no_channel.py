"""In a server that chose no channel a public answer is the card, and it is drawn again where it stands (RULES E1)."""

import asyncio

import pytest

from bot.playground.driver import Playground, Seen
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK

pytestmark = pytest.mark.rule("E1")


async def cards(play: Playground, words: str) -> list[Seen]:
    await play.settle()
    return [one for one in await play.oz.read() if words in one.text and one.json["author"]["bot"]]


async def not_to_take(play: Playground, message: str) -> Seen:
    """Wait until a card offers nothing any more: which message it is, Crux learns after the answer."""
    async with asyncio.timeout(60):
        while True:
            (found,) = [one for one in await cards(play, "") if one.id == message]
            if "Take it" not in " ".join(found.buttons):
                return found
            await asyncio.sleep(0.05)


async def test_an_offer_that_is_taken_shows_it_where_it_was_posted(play: Playground):
    await play.ada.submit(await play.ada.run("/bet quick"), QUICK)
    (card,) = await cards(play, "says NO")
    assert "Nothing is announced here yet" in card.text, "drawn again at the next change"
    asked = await play.bo.click(card, card.buttons[0])
    await play.bo.click(asked, asked.message.buttons[0])
    after = await not_to_take(play, card.id)
    assert "says NO: risks 300 to win 100" not in after.text
    assert len(await cards(play, "FrontierMath")) == 1, "and stands nowhere else"


async def test_an_offer_that_is_withdrawn_shows_it_and_another_one_stays(play: Playground):
    await play.ada.submit(await play.ada.run("/bet quick"), QUICK)
    (card,) = await cards(play, "says NO")
    offered = await play.bo.run("/bet offer", claim=1, side="YES", stake="5", odds="50%")
    assert offered.message.buttons[0].startswith("Take it")
    await play.bo.run("/bet withdraw", offer=2)
    await not_to_take(play, offered.message.id)
    (other,) = [one for one in await cards(play, "") if one.id == card.id]
    assert "Take it" in " ".join(other.buttons), "that one still stands"


async def test_cards_of_before_a_channel_was_chosen_stay_where_they_are(play: Playground):
    await play.ada.submit(await play.ada.run("/bet quick"), QUICK)
    (card,) = await cards(play, "says NO")
    await set_up(play)
    await play.settle()
    told = [one.text for one in await play.oz.read("announcements")]
    assert not [one for one in told if "Take it" in one or "Offer 1 ·" in one], told
    asked = await play.bo.click(card, card.buttons[0])
    await play.bo.click(asked, asked.message.buttons[0])
    await not_to_take(play, card.id)


async def test_where_crux_may_not_write_its_answer_stays_as_it_was(play: Playground):
    await play.world("overwrite", channel="predictions", for_="bot", deny=["send_messages"])
    await play.ada.submit(await play.ada.run("/bet quick"), QUICK)
    (card,) = await cards(play, "says NO")
    asked = await play.bo.click(card, card.buttons[0])
    await play.bo.click(asked, asked.message.buttons[0])
    assert "Offer 1 was accepted already" in (await play.mira.click(card, card.buttons[0])).text
