"""Rewards as people see them: locked, given for an argument, or back at their date (RULES E8)."""

import pytest

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick


async def test_a_reward_goes_to_whoever_moved_it(play: Playground):
    await set_up(play)
    await quick(play)
    assert "You have made no forecast" in (await play.bo.run("/reward offer", claim=1, amount="50")).text
    await play.bo.run("/forecast give", claim=1, chance="60%")
    form = await play.bo.run("/reward offer", claim=1, amount="50")
    assert form.kind == "modal", form.text
    locked = await play.bo.submit(form, words="A base rate that I missed")
    assert "Reward 1 is locked: 50 points" in locked.text
    assert "Your balance 1,000.00 → **950.00**" in locked.text
    shown = await play.bo.click(locked, "Show it")
    assert "A base rate that I missed" in shown.text
    assert "A base rate that I missed" in (await posted(play, "Reward 1: 50 points")).text
    assert (
        "Reward 1: **50** from"
        in (await posted(play, "for the argument that moves their forecast, until")).text
    )
    assert "is what it was when you locked" in (await play.bo.run("/reward give", reward=1, to=play.ada)).text

    await play.bo.run("/forecast give", claim=1, chance="80%")
    assert "A reward goes to somebody else" in (await play.bo.run("/reward give", reward=1, to=play.bo)).text
    assert "is somebody else's" in (await play.ada.run("/reward give", reward=1, to=play.mira)).text
    form = await play.bo.run("/reward give", reward=1, to=play.ada)
    assert "You gave 50 points" in (await play.bo.submit(form, why="Her chart of past launches")).text
    told = await posted(play, "Given to")
    assert "Her chart of past launches" in told.text
    assert "went from 60% YES to **80% YES**" in told.text
    assert "**1,050 points**" in (await play.ada.run("/wallet show")).text
    assert "was given already" in (await play.bo.run("/reward cancel", reward=1)).text
    assert "There are none" in (await play.bo.run("/reward show")).text


@pytest.mark.apart
async def test_a_reward_that_nobody_got_returns_at_its_date_after_a_restart(play: Playground):
    await set_up(play)
    await quick(play)
    await play.bo.run("/forecast give", claim=1, chance="60%")
    form = await play.bo.run("/reward offer", claim=1, amount="50", until="in 3 days")
    await play.bo.submit(form)
    assert "**950 points**" in (await play.bo.run("/wallet show")).text
    await play.kill_bot()
    await play.start_bot()
    await play.connected()
    await play.skip(days=4)
    assert "went back to" in (await posted(play, "Reward 1 has returned: its date came")).text
    assert "**1,000 points**" in (await play.bo.run("/wallet show")).text
    assert "There is no reward 9 here" in (await play.bo.run("/reward show", reward=9)).text
