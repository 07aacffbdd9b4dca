"""Several shards, and a database that is lost while the bot runs."""

import asyncio

import pytest

from bot.playground.driver import Person, Playground
from tests import databases
from tests.end_to_end.conftest import apart, set_up

pytestmark = pytest.mark.apart  # it is about processes


async def give(play: Playground) -> None:
    asked = await play.ada.run("/wallet give", to=play.bo, amount="1")
    assert "You gave 1 point" in (await play.ada.click(asked, "Give 1 point")).text


async def heard(person: Person) -> None:
    """Until their server's shard is there: Discord lets one in every five seconds."""
    async with asyncio.timeout(40):
        while (await person.run("/help")).kind != "message":
            pass


@pytest.mark.proof
async def test_each_of_two_shards_answers_its_own_servers(play: Playground):
    await play.stop_bot()
    await play.settings(shards=2)
    await play.start_bot()
    await play.connected()

    await set_up(play)
    await give(play)
    await heard(play.uma)
    assert "Welcome" in (await play.uma.run("/wallet show")).text
    assert await play.gateway("drop") == 2
    await heard(play.ada)
    await heard(play.uma)
    await give(play)
    assert "**1,000 points**" in (await play.uma.run("/wallet show")).text
    form = await play.mira.run("/mod grant", to=play.bo, amount="5")
    await play.mira.submit(form, reason="from a shard")
    await play.settle()
    assert sum("from a shard" in seen.text for seen in await play.ada.read("announcements")) == 1


@pytest.mark.proof
async def test_a_database_lost_while_running_is_one_sentence_and_nothing_is_lost():
    with databases.server() as server:
        async with apart(await asyncio.to_thread(server.database)) as play:
            await set_up(play)
            await give(play)
            asked = await play.ada.run("/wallet give", to=play.bo, amount="2")
            form = await play.mira.run("/mod grant", to=play.bo, amount="5")

            await asyncio.to_thread(server.do, "stop")
            for pressed in (
                await play.ada.click(asked, "Give 2 points"),
                await play.mira.submit(form, reason="once it is back"),
                await play.bo.run("/wallet show"),
            ):
                assert "The book can't be reached just now" in pressed.text
                assert pressed.message.ephemeral
            assert (await play.bot())["connected"]

            await asyncio.to_thread(server.do, "start")
            assert "You gave 2 points" in (await play.ada.click(asked, "Give 2 points")).text
            form = await play.mira.run("/mod grant", to=play.bo, amount="5")
            assert "Posted in" in (await play.mira.submit(form, reason="once it is back")).text
            await play.settle()
            assert sum("once it is back" in seen.text for seen in await play.ada.read("announcements")) == 1
            assert "**1,008 points**" in (await play.bo.run("/wallet show")).text
            assert "The book is right" in (await play.bo.run("/ledger verify")).text


@pytest.mark.proof
async def test_a_database_restarted_under_presses_does_each_once():
    with databases.server() as server:
        async with apart(await asyncio.to_thread(server.database)) as play:
            await play.ada.run("/wallet show")
            asked = [await play.ada.run("/wallet give", to=play.bo, amount="1") for _ in range(8)]
            pressing = [asyncio.create_task(play.ada.click(one, "Give 1 point")) for one in asked]
            await asyncio.to_thread(server.do, "restart")
            await asyncio.gather(*pressing)
            for one in asked:  # whoever was refused presses again
                if await _stands(play, one.message.id):
                    assert "You gave 1 point" in (await play.ada.click(one, "Give 1 point")).text
            assert "**992 points**" in (await play.ada.run("/wallet show")).text


async def _stands(play: Playground, message: str) -> bool:
    """Whether it can still be pressed."""
    return any(seen.id == message and seen.buttons for seen in await play.ada.read())
