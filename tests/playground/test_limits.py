"""Rate limits and trouble, met by the real discord.py: it waits, tries again, and loses nothing."""

import asyncio
import time

import aiohttp
import discord
import pytest

from bot.playground.driver import Playground
from bot.playground.ratelimits import Limits
from bot.playground.world import World
from tests.playground.conftest import Api, Client, channel_named

SEND = "POST /channels/{channel_id}/messages"


def text_channel(client: Client, name: str = "predictions") -> discord.TextChannel:
    channel = discord.utils.get(client.get_all_channels(), name=name)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_limit_is_told_in_headers_and_met_with_429(play: Playground, world: World, api: Api):
    path = f"/channels/{channel_named(world, 'predictions').id}/messages"
    replies = [await api("POST", path, {"content": str(number)}) for number in range(6)]
    assert [r.status for r in replies] == [200] * 5 + [429]
    assert [r.headers["X-RateLimit-Remaining"] for r in replies] == ["4", "3", "2", "1", "0", "0"]
    last = replies[5]
    assert last.headers["Via"], "without it discord.py gives up"
    assert last.headers["X-RateLimit-Scope"] == "user"
    assert 0 < last.body["retry_after"] <= 5
    assert last.body["global"] is False
    other = f"/channels/{channel_named(world, 'log').id}/messages"
    assert (await api("POST", other, {"content": "x"})).status == 200, "a bucket of its own"


async def test_the_global_limit(play: Playground, api: Api):
    """More than fifty at once, over many buckets, so that only the global one is met."""
    await play.settings(rate_limit_pace=30.0)
    replies = await asyncio.gather(*(api("GET", f"/channels/{number}") for number in range(1, 52)))
    refused = [r for r in replies if r.status == 429]
    assert len(refused) == 1
    assert refused[0].headers["X-RateLimit-Global"] == "true"
    assert refused[0].headers["X-RateLimit-Scope"] == "global"
    assert refused[0].body["global"] is True


def test_answers_to_interactions_are_under_no_limit():
    limits = Limits()
    route = ("POST", "/interactions/{interaction_id}/{interaction_token}/callback")
    assert all(limits.take(route, {}).retry_after is None for _ in range(500))


def test_a_scale_and_switching_off():
    route = ("POST", "/channels/{channel_id}/messages")
    wide = Limits(scale=100)
    assert all(wide.take(route, {"channel_id": "1"}).retry_after is None for _ in range(500))
    off = Limits(enabled=False)
    assert off.take(route, {}).headers == {}


async def test_discord_py_waits_for_a_bucket_and_loses_no_message(client: Client, play: Playground):
    await play.settings(rate_limit_pace=0.02)
    channel = text_channel(client)
    await asyncio.gather(*(channel.send(str(number)) for number in range(20)))
    assert sorted(int(m.text) for m in await play.ada.read()) == list(range(20))


@pytest.mark.parametrize("is_global", [False, True])
async def test_discord_py_waits_after_a_429(client: Client, play: Playground, is_global: bool):
    await play.fault("limit", SEND, times=2, retry_after=0.05, is_global=is_global)
    started = time.monotonic()
    await text_channel(client).send("Through")
    assert time.monotonic() - started >= 0.1, "it waited both times"
    assert [m.text for m in await play.ada.read()] == ["Through"]
    assert [s for m, r, s in await play.requests() if f"{m} {r}" == SEND] == [429, 429, 200]


async def test_a_503_is_an_error_at_once(client: Client, play: Playground):
    await play.fault("status", SEND, status=503)
    with pytest.raises(discord.DiscordServerError):
        await text_channel(client).send("x")
    assert await play.ada.read() == []
    await text_channel(client).send("y")


async def test_a_reply_lost_after_it_was_applied_is_found_by_its_nonce(client: Client, play: Playground):
    channel = text_channel(client)
    await play.fault("lost", SEND)
    with pytest.raises(aiohttp.ClientError):
        await channel.send("Once", nonce="announce-7")
    assert (await channel.send("Once", nonce="announce-7")).content == "Once"
    assert [m.text for m in await play.ada.read()] == ["Once"]


async def test_a_dropped_request_was_not_applied(client: Client, play: Playground):
    await play.fault("drop", SEND)
    with pytest.raises(aiohttp.ClientError):
        await text_channel(client).send("Never")
    assert await play.ada.read() == []


async def test_a_held_reply_comes_when_it_is_released(client: Client, play: Playground):
    fault = await play.fault("hold", SEND)
    async with play.session.ws_connect(f"{play.url}/control/events?as=Ada") as page:
        assert (await page.receive_json())["type"] == "state"
        sending = asyncio.create_task(text_channel(client).send("Slow"))
        assert (await page.receive_json())["type"] == "message_created"
    assert not sending.done(), "applied, not answered"
    await play.release(fault)
    assert (await sending).content == "Slow"


async def test_a_slow_reply(client: Client, play: Playground):
    await play.fault("slow", SEND, seconds=0.01)
    assert (await text_channel(client).send("Slow")).content == "Slow"


async def test_a_fault_meets_only_its_route_and_only_so_often(play: Playground, world: World, api: Api):
    await play.fault("status", "GET /users/*", status=502, times=2)
    assert [(await api("GET", "/users/@me")).status for _ in range(3)] == [502, 502, 200]
    assert (await api("GET", f"/channels/{channel_named(world, 'log').id}")).status == 200
    assert (await play.get("faults"))[0]["met"] == 2
    await play.release()
    assert await play.get("faults") == []
