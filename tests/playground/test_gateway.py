"""The gateway, from the other end of the socket."""

import asyncio
from typing import Any

import discord
import pytest

from bot.playground.driver import Playground
from bot.playground.world import World
from tests.playground.conftest import GUILD_MESSAGES, GUILDS, Client, Connect, Socket


async def test_identify_is_answered_with_ready_and_every_guild(
    connect: Connect, world: World, play: Playground
):
    socket = await connect()
    await socket.identify(world.token)

    ready = await socket.until("READY")
    guilds = [await socket.until("GUILD_CREATE") for _ in world.guilds]

    assert ready["resume_gateway_url"] == play.url.replace("http", "ws") + "/gateway"
    assert [g["id"] for g in guilds] == [g["id"] for g in ready["guilds"]]
    assert {c["name"] for c in guilds[0]["channels"]} == {"predictions", "announcements", "claims", "log"}
    assert [m["user"]["username"] for m in guilds[0]["members"]] == ["crux"], (
        "only oneself, without the intent"
    )


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"token": "nonsense"}, 4004),
        ({"shard": (1, 1)}, 4010),
        ({"shard": (0,)}, 4010),
        ({"intents": 1 << 30}, 4013),
        ({"intents": GUILDS | 1 << 1}, 4014),
    ],
)
async def test_a_wrong_identify_is_closed_with_its_code(
    connect: Connect, world: World, about: dict[str, Any], code: int
):
    socket = await connect()
    await socket.identify(**{"token": world.token, **about})
    assert await socket.closed() == code


async def test_a_wrong_version_a_wrong_opcode_and_nonsense_are_closed(
    connect: Connect, ready: Socket, world: World
):
    assert await (await connect(query="v=6", hello=False)).closed() == 4012

    await ready.send(99, None)
    assert await ready.closed() == 4001

    socket = await connect()
    await socket.socket.send_str("{")
    assert await socket.closed() == 4002

    socket = await connect()
    await socket.send(3, {})
    assert await socket.closed() == 4003


async def test_identifying_twice_is_closed(ready: Socket, world: World):
    await ready.identify(world.token)
    assert await ready.closed() == 4005


async def test_more_than_120_sends_a_minute_are_closed(ready: Socket):
    for _ in range(121):
        await ready.send(1, None)
    assert await ready.closed() == 4008


async def test_a_heartbeat_is_acknowledged_and_silence_ends_the_session(
    play: Playground, connect: Connect, world: World
):
    await play.settings(heartbeat_ms=40)
    socket = await connect()
    await socket.identify(world.token)
    await socket.send(1, None)
    while (await socket.receive())["op"] != 11:
        pass
    assert await socket.closed() == 4009


async def test_resume_replays_what_was_missed(play: Playground, connect: Connect, world: World):
    socket = await connect()
    await socket.identify(world.token, intents=GUILDS | GUILD_MESSAGES)
    session = (await socket.until("READY"))["session_id"]
    for _ in world.guilds:
        await socket.until("GUILD_CREATE")
    await play.gateway("drop")
    await play.ada.say("While you were away")

    again = await connect()
    await again.send(6, {"token": world.token, "session_id": session, "seq": socket.sequence})

    assert (await again.receive())["t"] == "MESSAGE_CREATE"
    assert (await again.receive())["t"] == "RESUMED"


async def test_a_resume_of_nothing_known_asks_for_a_fresh_identify(connect: Connect, world: World):
    socket = await connect()
    await socket.send(6, {"token": world.token, "session_id": "unknown", "seq": 1})
    answer = await socket.receive()
    assert (answer["op"], answer["d"]) == (9, False)

    await socket.identify(world.token)
    session = (await socket.until("READY"))["session_id"]
    ahead = await connect()
    await ahead.send(6, {"token": world.token, "session_id": session, "seq": 10_000})
    assert await ahead.closed() == 4007

    wrong = await connect()
    await wrong.send(6, {"token": "nonsense", "session_id": session, "seq": 1})
    assert await wrong.closed() == 4004


async def test_a_session_closed_politely_is_over(
    ready: Socket, play: Playground, connect: Connect, world: World
):
    assert play.running is not None
    gateway = play.running.core.gateway
    (session,) = gateway.sessions
    await ready.socket.close(code=1000)
    while gateway.sessions:
        await gateway.changed.wait()

    socket = await connect()
    await socket.send(6, {"token": world.token, "session_id": session, "seq": 1})
    assert (await socket.receive())["op"] == 9


async def test_events_come_only_with_their_intent_and_to_their_shard(
    play: Playground, connect: Connect, world: World
):
    both = [await connect(), await connect()]
    for index, socket in enumerate(both):
        await socket.identify(world.token, shard=(index, 2), intents=GUILDS)
        await socket.until("READY")
    club = next(iter(world.guilds))
    mine, other = both[(club >> 22) % 2], both[1 - (club >> 22) % 2]
    assert (await mine.until("GUILD_CREATE"))["name"] == "The Crux Club"
    assert (await other.until("GUILD_CREATE"))["name"] == "The Quarry"

    await play.ada.say("Not asked for")
    await play.world("add_role", name="Judge")

    assert (await mine.receive())["t"] == "GUILD_ROLE_CREATE", "messages were not asked for"
    await play.world("add_role", name="Digger", guild="The Quarry")
    assert (await other.until("GUILD_ROLE_CREATE"))["role"]["name"] == "Digger"


async def test_message_content_is_hidden_without_its_intent(play: Playground, connect: Connect, world: World):
    socket = await connect()
    await socket.identify(world.token, intents=GUILDS | GUILD_MESSAGES)
    await play.ada.say("A secret")
    assert (await socket.until("MESSAGE_CREATE"))["content"] == ""
    await play.ada.say(f"<@{world.bot_id}> listen")
    assert (await socket.until("MESSAGE_CREATE"))["content"].endswith("listen")


async def test_a_hidden_channel_sends_no_events(play: Playground, connect: Connect, world: World):
    await play.world("overwrite", channel="log", for_="bot", deny=["view_channel"])
    socket = await connect()
    await socket.identify(world.token, intents=GUILDS | GUILD_MESSAGES)
    await play.oz.at("log").say("Unheard")
    await play.oz.say("Heard")
    message = await socket.until("MESSAGE_CREATE")
    assert message["channel_id"] == next(
        str(c.id) for c in world.channels.values() if c.name == "predictions"
    )


async def test_zlib_stream_carries_the_same(connect: Connect, world: World):
    socket = await connect(query="v=10&encoding=json&compress=zlib-stream")
    await socket.identify(world.token)
    assert (await socket.until("READY"))["v"] == 10


# with discord.py


async def _heard(client: Client, event: str) -> None:
    await asyncio.wait_for(client.wait_for(event), 10)


async def test_discord_py_knows_the_guilds(client: Client):
    assert {g.name for g in client.guilds} == {"The Crux Club", "The Quarry"}
    club = next(g for g in client.guilds if g.name == "The Crux Club")
    forum = discord.utils.get(club.channels, name="claims")
    assert isinstance(forum, discord.ForumChannel)
    assert [tag.name for tag in forum.available_tags] == ["open", "closed", "settled", "disputed"]
    news = discord.utils.get(club.text_channels, name="announcements")
    assert news is not None
    assert news.permissions_for(club.me).send_messages
    assert not news.permissions_for(club.default_role).send_messages


@pytest.mark.parametrize("trouble", ["reconnect", "drop"])
async def test_discord_py_resumes(client: Client, play: Playground, trouble: str):
    resumed = asyncio.create_task(_heard(client, "resumed"))
    await asyncio.sleep(0)
    await play.gateway(trouble)
    await resumed


async def test_discord_py_resumes_or_identifies_after_an_invalid_session(client: Client, play: Playground):
    resumed = asyncio.create_task(_heard(client, "resumed"))
    await asyncio.sleep(0)
    await play.gateway("invalid_session", resumable=True)
    await resumed

    ready = asyncio.create_task(_heard(client, "shard_ready"))
    await asyncio.sleep(0)
    await play.gateway("invalid_session", resumable=False)
    await ready


async def test_discord_py_identifies_anew_after_a_timed_out_session(client: Client, play: Playground):
    ready = asyncio.create_task(_heard(client, "shard_ready"))
    await asyncio.sleep(0)
    await play.gateway("timeout")
    await ready


async def test_discord_py_notices_a_silent_line(play: Playground, world: World):
    """Heartbeats go unanswered until its own patience ends; then it comes back and resumes."""
    from bot.discord_url import point_at

    await play.settings(heartbeat_ms=200)
    point_at(play.url)
    patient = discord.Intents(guilds=True)
    async with Client(intents=patient, guild_ready_timeout=0.02, heartbeat_timeout=0.5) as client:
        await client.login(world.token)
        running = asyncio.create_task(client.connect())
        await client.wait_until_ready()
        resumed = asyncio.create_task(_heard(client, "resumed"))
        await asyncio.sleep(0)
        await play.gateway("silent")
        await resumed
        await client.close()
        await running


async def test_several_shards(play: Playground, world: World):
    from bot.discord_url import point_at

    await play.settings(shards=2)
    point_at(play.url)
    async with Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.02) as client:
        await client.login(world.token)
        running = asyncio.create_task(client.connect())
        await client.wait_until_ready()
        assert {g.name: g.shard_id for g in client.guilds} == {"The Crux Club": 0, "The Quarry": 1}
        await client.close()
        await running
