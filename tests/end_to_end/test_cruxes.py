"""Cruxes as people see them, from the link to the one note and the change of mind beside it."""

import pytest

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK, posted, quick
from tests.end_to_end.test_crowd import settle


@pytest.mark.apart
async def test_a_crux_from_the_link_to_the_note_and_the_change_of_mind(play: Playground):
    await set_up(play)
    await quick(play)
    await quick(play, what=QUICK["what"].replace("90%", "95%"))
    linked = await play.bo.run("/claim link", claim=1, to=2, moves="raise")
    assert "Claim 1 is a crux of yours for claim 2" in linked.text
    form = await play.bo.click(linked, "Forecast on claim 2")
    assert "You say 60% YES" in (await play.bo.submit(form, chances="60%")).text
    await play.mira.run("/claim link", claim=1, to=2, moves="lower", outcome="NO")
    await play.oz.run("/claim link", claim=1, to=2, moves="lower")
    await play.mira.run("/bet reminders", how="dm")
    await play.oz.run("/bet reminders", how="off")
    here = await posted(play, "Crux: if this comes out YES")
    assert "would **raise** YES of claim 2" in here.text
    assert "Crux: if claim 1 “A named AI lab announces" in (await posted(play, "**raise** YES here")).text
    assert "A named AI lab" in (await play.ada.run("/claim list", which="linked")).text

    await settle(play, "0")
    await play.kill_bot()
    await play.start_bot()
    await play.connected()
    note = await posted(play, "A crux: claim 1 came out YES")
    assert "would **raise** YES of claim 2" in note.text
    assert "if it came out YES; says 60%" in note.text
    assert [one["username"] for one in note.json["mentions"]] == ["bo"]
    told = [one for one in await play.bo.read("announcements") if "A crux: claim 1 came out" in one.text]
    assert len(told) == 1
    for person, talks in ((play.mira, 1), (play.bo, 0), (play.oz, 0)):
        own = [one for one in await person.read("dm") if one.json["author"]["bot"]]
        assert len(own) == talks
    assert "Forecast on claim 2" in note.buttons

    form = await play.bo.click(note, "Forecast on claim 2")
    await play.bo.submit(form, chances="75%")
    for words in ("Crux: if this comes out YES", "**raise** YES here"):
        assert "Said 60% before, **75%** since" in (await posted(play, words)).text
    assert "Said 60% before, **75%** since" in (await play.bo.run("/claim links")).text
    assert "has ended: it is settled" in (await play.bo.run("/claim unlink", claim=1, to=2)).text


async def test_what_cant_be_linked_says_what_to_do(play: Playground):
    await set_up(play)
    await quick(play)
    await quick(play)
    for options, said in (
        ({"claim": 1, "to": 1}, "one and the same claim"),
        ({"claim": 1, "to": 9}, "There is no claim 9 here"),
        ({"claim": 1, "to": 2, "outcome": "MAYBE"}, "choose YES or NO"),
    ):
        assert said in (await play.bo.run("/claim link", **options, moves="raise")).text
    linked = await play.bo.run("/claim link", claim=1, to=2, moves="raise", outcome="NO")
    again = await play.bo.run("/claim link", claim=1, to=2, moves="lower")
    assert "You linked claim 1 to claim 2 already" in again.text
    assert "is no crux of yours" in (await play.bo.click(linked, "Take the link back")).text
    assert "You haven't linked claim 1" in (await play.bo.run("/claim unlink", claim=1, to=2)).text
    assert "You have none" in (await play.bo.run("/claim links")).text
