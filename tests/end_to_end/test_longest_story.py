"""The longest story of a bet, with the bot killed between every two of its steps: nothing lost, nothing twice."""

import itertools
from collections import Counter

import pytest

from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick

pytestmark = [pytest.mark.proof, pytest.mark.apart]  # it is about processes

MOMENTS = 22
"""How many times one step of the story is over and the next hasn't begun."""

_moments = itertools.count()
_kills = MOMENTS


async def _reborn(play: Playground) -> None:
    """SIGKILL, and a new process on the same book: after every step, or after so many, evenly spread."""
    moment = next(_moments)
    if moment * _kills // MOMENTS == (moment + 1) * _kills // MOMENTS:
        return
    await play.kill_bot()
    await play.start_bot()
    await play.connected()


async def _ruling(play: Playground, by: str, result: str, reason: str) -> Answer:
    """A moderator's vote, with a kill between looking, the form and sending it."""
    case = await play.person(by).run("/mod decide", claim=1)
    await _reborn(play)
    form = await play.person(by).click(case, result)
    await _reborn(play)
    return await play.person(by).submit(form, reason=reason)


async def test_a_kill_between_every_two_steps_loses_and_doubles_nothing(play: Playground, size: int):
    global _moments, _kills
    _moments, _kills = itertools.count(), size
    await set_up(play)
    await quick(play, when="in 30 days", who=["Bo"])
    await _reborn(play)

    card = await posted(play, "says NO: risks 300 to win 100")
    form = await play.bo.click(card, "Counter")
    await _reborn(play)
    await play.bo.submit(form, stake="50", theirs="200")
    await _reborn(play)

    told = await posted(play, "says YES: risks 50 to win 200")
    asked = await play.ada.click(told, "Take it: risk 200 to win 50")
    await _reborn(play)
    assert "Bet 2 stands: 200 on NO" in (await play.ada.click(asked, "Lock 200 points")).text
    await _reborn(play)

    for days, words in ((23.5, "is a week away"), (6, "is a day away"), (1, "wants its result")):
        await play.skip(days=days)
        await posted(play, words)
        await _reborn(play)

    form = await play.bo.run("/resolve propose", claim=1)
    await _reborn(play)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    await _reborn(play)

    form = await play.ada.click(await posted(play, "Proposed: YES"), "Challenge")
    await _reborn(play)
    await play.ada.submit(form, ground="a fact is wrong", reason="The report says 60%.")
    await _reborn(play)

    assert "That is the ruling" in (await _ruling(play, "Mira", "NO", "It says 60%.")).text
    await _reborn(play)

    form = await play.bo.click(await posted(play, "Ruled NO"), "Appeal")
    await _reborn(play)
    await play.bo.submit(form, reason="They published a correction.")
    await _reborn(play)

    await _ruling(play, "Oz", "YES", "The correction says 90%.")
    await _reborn(play)
    await posted(play, "Settled YES")
    assert "**1,200 points**" in (await play.bo.run("/wallet show")).text

    form = await play.oz.run("/mod reverse", claim=1)
    await _reborn(play)
    await play.oz.submit(form, reason="The correction was forged.")
    await _reborn(play)
    await posted(play, "A result is to be taken back")
    await play.skip(days=1, minutes=1)

    await posted(play, "A result is taken back")
    titles = [one.text.splitlines()[0] for one in await play.oz.read("announcements", limit=100)]
    told = Counter(titles)
    for words in (
        "Bet 2 stands",
        "The deadline of claim 1 is a week away",
        "The deadline of claim 1 is a day away",
        "Proposed: YES",
        "A result is taken back",
    ):
        assert told[f"### {words}"] == 1, titles
    # Its judges are asked at the deadline, and once more when its result is taken back.
    assert told["### Claim 1 wants its result"] == 2, titles
    assert {words: times for words, times in told.items() if times > 1} == {"### Claim 1 wants its result": 2}
    assert "**950 points**" in (await play.bo.run("/wallet show")).text
    assert "200.00" in (await play.ada.run("/bet mine")).text
    assert "right" in (await play.mira.run("/ledger verify")).text
    assert next(_moments) == MOMENTS
