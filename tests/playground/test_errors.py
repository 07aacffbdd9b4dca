"""Each refusal by its code, met the way a bot would meet it."""

import time
from typing import Any

import discord
import pytest

from bot.playground.driver import Answer, Playground
from bot.playground.interactions import COMMAND
from bot.playground.world import Interaction, World
from tests.playground.conftest import Api, Client, channel_named


def person(world: World, name: str) -> int:
    return next(user.id for user in world.users.values() if user.name == name)


@pytest.fixture
def text(world: World) -> int:
    return channel_named(world, "predictions").id


async def test_401_without_the_right_token(api: Api):
    reply = await api("GET", "/users/@me", token="Bot nonsense")
    assert (reply.status, reply.body) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_what_is_unknown(world: World, api: Api, text: int):
    guild, uma = next(iter(world.guilds)), person(world, "Uma")
    unknown = {
        "/channels/1": 10003,
        "/guilds/1": 10004,
        f"/guilds/{guild}/members/{uma}": 10007,
        f"/guilds/{guild}/members/1": 10013,
        f"/channels/{text}/messages/1": 10008,
        f"/guilds/{guild}/roles/1": 10011,
        f"/applications/{world.application_id}/commands/1": 10063,
        f"/webhooks/{world.application_id}/unknown/messages/@original": 10015,
    }
    for path, code in unknown.items():
        reply = await api("GET", path)
        assert (reply.status, reply.code) == (404, code), path


async def test_an_id_that_is_none(api: Api):
    assert (await api("GET", "/channels/abc")).code == 50035


async def test_missing_access_and_permissions(play: Playground, world: World, api: Api, text: int):
    said = await play.ada.say("Mine")
    path = f"/channels/{text}/messages"

    assert (await api("PATCH", f"{path}/{said.id}", {"content": "x"})).code == 50005
    await play.world("overwrite", channel="predictions", for_="bot", deny=["manage_messages"])
    assert (await api("DELETE", f"{path}/{said.id}")).code == 50013
    await play.world("overwrite", channel="predictions", for_="bot", deny=["attach_files", "embed_links"])
    assert (await api("POST", path, {"content": "x"}, files=["a.txt"])).code == 50013
    assert (await api("POST", path, {"embeds": [{"title": "x"}]})).code == 50013
    await play.world("overwrite", channel="predictions", for_="bot", deny=["send_messages"])
    assert (await api("POST", path, {"content": "x"})).code == 50013
    await play.world("overwrite", channel="predictions", for_="bot", deny=["view_channel"])
    reply = await api("POST", path, {"content": "x"})
    assert (reply.status, reply.code) == (403, 50001)
    guild = next(iter(world.guilds))
    await play.world("set_role", role="Crux", permissions=["view_channel"])
    assert (await api("POST", f"/guilds/{guild}/channels", {"name": "x"})).code == 50013


async def test_50007_and_50278_where_no_message_can_be_sent(play: Playground, world: World, api: Api):
    ada = person(world, "Ada")
    dm = (await api("POST", "/users/@me/channels", {"recipient_id": str(ada)})).body["id"]
    assert (await api("POST", f"/channels/{dm}/messages", {"content": "x"})).status == 200
    await play.world("set_dms", person="Ada", open=False)
    reply = await api("POST", f"/channels/{dm}/messages", {"content": "x"})
    assert (reply.status, reply.code) == (403, 50007)
    await play.world("set_dms", person="Ada", open=True)
    await play.world("leave", person="Ada")
    assert (await api("POST", f"/channels/{dm}/messages", {"content": "x"})).code == 50278
    assert (await api("POST", "/users/@me/channels", {"recipient_id": str(world.bot_id)})).code == 50033


async def test_50083_in_an_archived_thread_and_50008_in_a_forum(play: Playground, world: World, api: Api):
    forum = channel_named(world, "claims")
    assert (await api("POST", f"/channels/{forum.id}/messages", {"content": "x"})).code == 50008
    post = (
        await api("POST", f"/channels/{forum.id}/threads", {"name": "A", "message": {"content": "x"}})
    ).body
    path = f"/channels/{post['id']}"
    await api("PATCH", path, {"archived": True})
    reply = await api("PATCH", f"{path}/messages/{post['id']}", {"content": "y"})
    assert (reply.status, reply.code) == (400, 50083)
    assert (await api("PUT", f"{path}/messages/{post['id']}/reactions/%F0%9F%91%8D/@me")).code == 50083
    assert (await api("PATCH", path, {"name": "B"})).code == 50083
    assert (await api("POST", f"{path}/messages", {"content": "awake"})).status == 200
    assert world.channels[int(post["id"])].archived is False, "a message wakes it"

    await api("PATCH", path, {"archived": True, "locked": True})
    await play.world("overwrite", channel="claims", for_="bot", deny=["manage_threads"])
    assert (await api("POST", f"{path}/messages", {"content": "x"})).code == 50083
    tag = {"name": "C", "message": {"content": "x"}, "applied_tags": ["1"]}
    assert (await api("POST", f"/channels/{forum.id}/threads", tag)).faults() == {
        "applied_tags.0": ["FORUM_TAG_UNKNOWN"]
    }


async def test_30046_after_too_many_edits_of_an_old_message(
    play: Playground, world: World, api: Api, text: int
):
    await play.settings(rate_limits=False)
    sent = (await api("POST", f"/channels/{text}/messages", {"content": "0"})).body["id"]
    path = f"/channels/{text}/messages/{sent}"
    for number in range(40):
        assert (await api("PATCH", path, {"content": str(number)})).status == 200, (
            "young messages may be edited"
        )
    await play.skip(hours=2)
    replies = [await api("PATCH", path, {"content": str(number)}) for number in range(31)]
    assert [r.status for r in replies[:30]] == [200] * 30
    assert (replies[30].status, replies[30].code) == (429, 30046)
    await play.skip(hours=1)
    assert (await api("PATCH", path, {"content": "again"})).status == 200


async def test_broken_json_and_a_wrong_content_type(play: Playground, world: World, text: int):
    url = f"{play.url}/api/v10/channels/{text}/messages"
    headers = {"Authorization": f"Bot {world.token}", "Content-Type": "application/json"}
    async with play.session.post(url, data="{", headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, 50109)
    async with play.session.post(
        url, data="x", headers={**headers, "Content-Type": "text/plain"}
    ) as response:
        assert (response.status, (await response.json())["code"]) == (400, 50035)
    await play.delete("failures")


# interactions, with the token that only a person's act makes


def _interaction(play: Playground, world: World, text: int, **about: Any) -> Interaction:
    assert play.running is not None
    interactions = play.running.core.interactions
    made = interactions.make(
        COMMAND, user_id=person(world, "Ada"), channel_id=text, data={"type": 1}, used="/x"
    )
    interactions.deliver(made, reachable=True, **about)
    return made


def _callback(interaction: Interaction) -> str:
    return f"/interactions/{interaction.id}/{interaction.token}/callback"


async def test_10062_for_an_answer_too_late_or_to_nothing(
    play: Playground, world: World, api: Api, text: int
):
    late = _interaction(play, world, text, late=True)
    answer = {"type": 4, "data": {"content": "x"}}
    reply = await api("POST", _callback(late), answer)
    assert (reply.status, reply.code) == (404, 10062)
    assert (await api("POST", "/interactions/1/x/callback", answer)).code == 10062


async def test_three_real_seconds(play: Playground, world: World, api: Api, text: int):
    """Shortened here; what matters is that it is real time, whatever the clock says."""
    await play.settings(answer_seconds=0.02)
    await play.freeze()
    interaction = _interaction(play, world, text)
    assert play.running is not None
    progress = play.running.core.interactions.progress(interaction.id)
    assert progress is not None
    assert (await progress.first)["error"] == "The application did not respond"
    assert (await api("POST", _callback(interaction), {"type": 5})).code == 10062


async def test_three_seconds_it_is_unless_a_test_says_otherwise(
    play: Playground, world: World, api: Api, text: int
):
    assert (await play.get("settings"))["answer_seconds"] == 3.0
    interaction, began = _interaction(play, world, text), time.monotonic()
    assert play.running is not None
    progress = play.running.core.interactions.progress(interaction.id)
    assert progress is not None
    assert (await progress.first)["error"] == "The application did not respond"
    assert time.monotonic() - began >= 2.99
    assert (await api("POST", _callback(interaction), {"type": 5})).code == 10062


async def test_40060_for_a_second_answer(play: Playground, world: World, api: Api, text: int):
    interaction = _interaction(play, world, text)
    assert (await api("POST", _callback(interaction), {"type": 4, "data": {"content": "x"}})).status == 204
    reply = await api("POST", _callback(interaction), {"type": 4, "data": {"content": "x"}})
    assert (reply.status, reply.code) == (400, 40060)
    assert len(await play.ada.read()) == 1


async def test_50027_after_fifteen_minutes_of_the_moved_clock(
    play: Playground, world: World, api: Api, text: int
):
    interaction = _interaction(play, world, text)
    await api("POST", _callback(interaction), {"type": 5})
    path = f"/webhooks/{world.application_id}/{interaction.token}"
    await play.skip(minutes=14)
    assert (await api("POST", path, {"content": "in time"})).status == 200
    await play.skip(minutes=2)
    reply = await api("POST", path, {"content": "too late"})
    assert (reply.status, reply.code) == (401, 50027)
    assert (await api("PATCH", f"{path}/messages/@original", {"content": "x"})).code == 50027


async def test_10015_before_the_first_answer(play: Playground, world: World, api: Api, text: int):
    interaction = _interaction(play, world, text)
    path = f"/webhooks/{world.application_id}/{interaction.token}"
    assert (await api("POST", path, {"content": "x"})).code == 10015


async def test_an_answer_of_the_wrong_kind(play: Playground, world: World, api: Api, text: int):
    interaction = _interaction(play, world, text)
    for kind in (1, 6, 7, 8, 99):
        reply = await api("POST", _callback(interaction), {"type": kind})
        assert list(reply.faults()) == ["type"], kind
    misspelt = await api("POST", _callback(interaction), {"type": 4, "daat": {}})
    assert misspelt.faults() == {"daat": ["UNKNOWN_KEY"]}
    assert (await api("POST", _callback(interaction), {"type": 4, "data": {"content": ""}})).code == 50006
    assert (await api("POST", _callback(interaction), {"type": 5})).status == 204, "a refused answer is none"
    await play.delete("failures")


async def test_10008_after_a_deletion(play: Playground, world: World, api: Api, text: int):
    sent = (await api("POST", f"/channels/{text}/messages", {"content": "x"})).body["id"]
    path = f"/channels/{text}/messages/{sent}"
    assert (await api("DELETE", path)).status == 204
    reply = await api("PATCH", path, {"content": "y"})
    assert (reply.status, reply.code) == (404, 10008)


async def test_an_ephemeral_message_is_only_behind_its_token(
    play: Playground, world: World, api: Api, text: int
):
    interaction = _interaction(play, world, text)
    await api("POST", _callback(interaction), {"type": 4, "data": {"content": "x", "flags": 64}})
    message = interaction.original_id
    path = f"/channels/{text}/messages/{message}"
    assert (await api("GET", path)).code == 10008
    assert (await api("PATCH", path, {"content": "y"})).code == 10008
    assert (await api("GET", f"/channels/{text}/messages")).body == []
    by_token = f"/webhooks/{world.application_id}/{interaction.token}/messages/@original"
    assert (await api("GET", by_token)).body["flags"] == 64
    assert [m.text for m in await play.ada.read()] == ["x"]
    assert await play.bo.read() == []


async def test_discord_py_raises_what_it_raises_for_discord(client: Client, play: Playground):
    channel = discord.utils.get(client.get_all_channels(), name="log")
    assert isinstance(channel, discord.TextChannel)
    with pytest.raises(discord.NotFound) as missing:
        await channel.fetch_message(1)
    assert missing.value.code == 10008
    await play.world("overwrite", channel="log", for_="bot", deny=["send_messages"])
    with pytest.raises(discord.Forbidden) as forbidden:
        await channel.send("x")
    assert forbidden.value.code == 50013
    with pytest.raises(discord.HTTPException) as invalid:
        await channel.send(embed=discord.Embed(title="x" * 257))
    assert invalid.value.code in (50013, 50035)
    await play.delete("failures")


def test_an_answer_without_a_message_says_what_came():
    with pytest.raises(AssertionError, match="did not respond"):
        _ = Answer(
            {"interaction": "1", "answer": {"kind": "failed", "error": "The application did not respond"}}
        ).message
