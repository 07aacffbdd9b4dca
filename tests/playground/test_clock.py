"""The clock moves by assignment, and waits for whoever follows it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.clock import PlaygroundClock
from bot.playground.driver import NotAllowed, Playground
from bot.playground.snowflake import Snowflakes, created_ms
from bot.playground.world import World


def test_snowflakes_follow_the_moved_clock_and_never_repeat():
    clock = PlaygroundClock(frozen_us=1_795_168_800_000_000)
    ids = Snowflakes(clock)
    made = [ids.next() for _ in range(5000)]
    assert len(set(made)) == 5000
    assert made == sorted(made)
    clock.move_to(clock.now_us() + 86_400_000_000)
    assert created_ms(ids.next()) == clock.now_us() // 1000
    with pytest.raises(ValueError, match="forward"):
        clock.move_to(0)


async def test_without_a_bot_a_move_returns_at_once(play: Playground, world: World):
    before = await play.get("time")
    after = await play.skip(days=2)
    assert after["now_us"] - before["now_us"] >= 2 * 86_400_000_000
    said = await play.ada.say("Later")
    written = datetime.fromisoformat(said.json["timestamp"])
    assert written - datetime.now(UTC) > timedelta(days=1)
    assert created_ms(int(said.id)) * 1000 >= after["now_us"] - 1000
    with pytest.raises(NotAllowed, match="Nothing is due"):
        await play.skip_to_next_due()
    with pytest.raises(NotAllowed, match="only moves forward"):
        await play.post("clock", {"skip_seconds": -1})
    with pytest.raises(NotAllowed, match="Say"):
        await play.post("clock", {})


async def test_frozen_time_stands_still(play: Playground):
    first = await play.freeze()
    assert (await play.get("time"))["now_us"] == first["now_us"]
    assert (await play.skip(hours=1))["now_us"] == first["now_us"] + 3_600_000_000
    thawed = await play.post("clock", {"freeze": False})
    assert thawed["frozen"] is False
    assert thawed["now_us"] >= first["now_us"] + 3_600_000_000


async def test_a_move_waits_for_every_follower(play: Playground):
    """Nobody is idle before they say so at the new time; a word about an older time doesn't count."""
    await play.freeze()
    streams = [await play.session.ws_connect(f"{play.url}/control/clock") for _ in range(2)]
    start = [(await stream.receive_json())["now_us"] for stream in streams]
    moving = asyncio.create_task(play.skip(days=1))
    told = [await stream.receive_json() for stream in streams]
    assert {t["now_us"] for t in told} == {start[0] + 86_400_000_000}

    due = start[0] + 5 * 86_400_000_000
    await streams[0].send_json({"now_us": start[0], "idle": True})
    await streams[0].send_json({**told[0], "idle": True, "next_due_us": None, "books": "balance"})
    await play.ada.say("Meanwhile")
    assert not moving.done()
    word = {"next_due_us": due, "due": [{"at_us": due, "what": "Offer 12 expires"}]}
    await streams[1].send_json({**told[1], "idle": True, **word})
    moved = await moving
    assert (moved["next_due_us"], moved["books"], moved["bots"]) == (due, "balance", 2)
    assert moved["due"] == [{"at_us": due, "what": "Offer 12 expires"}]


async def test_a_bot_that_goes_away_is_not_waited_for(play: Playground):
    stream = await play.session.ws_connect(f"{play.url}/control/clock")
    await stream.receive_json()
    moving = asyncio.create_task(play.skip(days=1))
    await stream.receive_json()
    await stream.close()
    assert (await moving)["bots"] == 0


async def test_a_bot_that_never_gets_idle_ends_in_one_sentence(play: Playground):
    await play.settings(sweep_seconds=0.05)
    stream = await play.session.ws_connect(f"{play.url}/control/clock")
    await stream.receive_json()
    with pytest.raises(NotAllowed, match="has not said that it is idle"):
        await play.skip(days=1)


async def test_to_the_next_deadline(echo: Playground):
    await echo.freeze()
    moved = await echo.skip_to_next_due()
    assert moved["now_us"] % 3_600_000_000 == 0
    assert moved["due"][0]["what"] == "The next full hour"
    again = await echo.skip_to_next_due()
    assert again["now_us"] == moved["now_us"] + 3_600_000_000
