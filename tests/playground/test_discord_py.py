"""What Crux will do on Discord, done with discord.py: cards, posts, threads, files, direct messages."""

import io
from typing import Any

import discord
import discord.gateway
import discord.http
import pytest

from bot.discord_url import CannotPoint, check_hooks, point_at
from bot.playground.driver import Playground
from bot.playground.world import World
from tests.playground.conftest import Client


def place(client: Client, name: str) -> Any:
    return discord.utils.get(client.get_all_channels(), name=name)


class Card(discord.ui.LayoutView):
    """Everything a card can hold."""

    def __init__(self, chart: str = "attachment://chart.png") -> None:
        super().__init__(timeout=None)
        container = discord.ui.Container[Any](accent_colour=discord.Colour(0x4655D4))
        container.add_item(discord.ui.TextDisplay("# A superhuman AI coder before 2030"))
        container.add_item(discord.ui.Separator(spacing=discord.SeparatorSpacing.large))
        button = discord.ui.Button[Any](label="Terms", custom_id="terms:1")
        container.add_item(discord.ui.Section(discord.ui.TextDisplay("YES 38%"), accessory=button))
        container.add_item(
            discord.ui.MediaGallery(discord.MediaGalleryItem(chart, description="YES over 30 days"))
        )
        container.add_item(discord.ui.File("attachment://book.csv"))
        row = discord.ui.ActionRow[Any]()
        for label, style in (("YES 38%", "success"), ("NO 62%", "danger"), ("Forecast", "secondary")):
            row.add_item(
                discord.ui.Button(label=label, custom_id=f"claim:{label}", style=discord.ButtonStyle[style])
            )
        row.add_item(discord.ui.Button(label="Source", url="https://example.org"))
        container.add_item(row)
        self.add_item(container)


def files() -> list[discord.File]:
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (600).to_bytes(4, "big") + (96).to_bytes(4, "big")
    return [discord.File(io.BytesIO(png), "chart.png"), discord.File(io.BytesIO(b"a,b\n1,2\n"), "book.csv")]


async def test_a_card_with_files_is_sent_and_edited(client: Client, play: Playground):
    sent = await place(client, "predictions").send(view=Card(), files=files())
    assert sent.flags.components_v2
    (seen,) = await play.ada.read()
    assert seen.buttons == ["Terms", "YES 38%", "NO 62%", "Forecast", "Source"]
    assert (seen.files[0]["width"], seen.files[0]["height"]) == (600, 96)
    assert await play.download(seen.files[1]) == b"a,b\n1,2\n"

    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay("Settled"))
    await sent.edit(view=view, attachments=[])
    (edited,) = await play.ada.read()
    assert (edited.text, edited.files) == ("Settled", [])
    assert edited.json["edited_timestamp"] is not None


async def test_a_kept_file_stays_through_an_edit(client: Client, play: Playground):
    sent = await place(client, "predictions").send(view=Card(), files=files())
    again = Card(sent.attachments[0].url)
    await sent.edit(view=again, attachments=sent.attachments)
    (seen,) = await play.ada.read()
    gallery = next(c for c in seen.components if c["type"] == 12)
    assert gallery["items"][0]["media"]["url"] == sent.attachments[0].url
    assert [f["filename"] for f in seen.files] == ["chart.png", "book.csv"]


async def test_a_forum_post_with_tags(client: Client, play: Playground):
    forum = place(client, "claims")
    made = await forum.create_thread(
        name="A superhuman AI coder", view=Card(), files=files(), applied_tags=[forum.available_tags[0]]
    )
    assert made.message.id == made.thread.id
    await made.thread.edit(applied_tags=[forum.available_tags[2]], archived=True)
    await made.message.channel.send("Settled: NO")
    assert [m.text for m in (await play.ada.read(made.thread.name))][1:] == ["Settled: NO"]
    channels = {c["name"]: c for c in await play.ada.channels()}
    assert channels["A superhuman AI coder"]["applied_tags"] == [str(forum.available_tags[2].id)]


async def test_a_thread_under_a_message(client: Client, play: Playground):
    sent = await place(client, "predictions").send("To discuss")
    thread = await sent.create_thread(name="Why NO")
    await thread.send("Because")
    await thread.edit(locked=True, archived=True)
    fetched = await client.fetch_channel(thread.id)
    assert isinstance(fetched, discord.Thread)
    assert (fetched.locked, fetched.archived, fetched.message_count) == (True, True, 1)
    assert (await sent.fetch()).flags.has_thread
    with pytest.raises(Exception, match="is locked"):
        await play.ada.at("Why NO").say("x")


async def test_a_direct_message(client: Client, play: Playground, world: World):
    user = await client.fetch_user(next(u.id for u in world.users.values() if u.name == "Ada"))
    await user.send("Your bet was taken")
    assert [m.text for m in await play.ada.read("dm")] == ["Your bet was taken"]
    assert "dm" in [c["kind"] for c in await play.ada.channels()]
    assert "dm" not in [c["kind"] for c in await play.bo.channels()]


async def test_mentions_only_those_allowed(client: Client, play: Playground, world: World):
    ada = next(u.id for u in world.users.values() if u.name == "Ada")
    allowed = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(ada)])
    await place(client, "predictions").send(f"<@{ada}> @everyone", allowed_mentions=allowed)
    assert (await play.ada.read())[0].json["mentions_me"]
    assert not (await play.bo.read())[0].json["mentions_me"]


async def test_history_pins_reactions_bulk_deletion_and_a_reply(client: Client, play: Playground):
    await play.settings(rate_limits=False)
    channel = place(client, "predictions")
    sent = [await channel.send(str(number), nonce=number) for number in range(4)]
    await sent[0].pin()
    assert [m.id async for m in channel.pins()] == [sent[0].id]
    await sent[0].unpin()
    await sent[1].add_reaction("👍")
    await sent[1].remove_reaction("👍", client.user)
    await sent[1].reply("To you")
    await channel.delete_messages(sent[2:])
    assert [m.content async for m in channel.history(limit=10, oldest_first=True)] == ["0", "1", "To you"]
    assert (await play.ada.read())[2].json["referenced_message"]["content"] == "1"


async def test_members_roles_channels_and_overwrites(client: Client, play: Playground):
    club = place(client, "predictions").guild
    found = await club.query_members("ad", limit=5)
    assert [m.name for m in found] == ["ada"], "asked over the gateway"
    ada = await club.fetch_member(next(int(p["id"]) for p in await play.get("people") if p["name"] == "Ada"))
    assert (discord.utils.utcnow() - ada.created_at).days > 365
    made = await club.create_text_channel("bets", topic="For bets")
    await made.set_permissions(club.default_role, send_messages=False)
    fetched = await client.fetch_channel(made.id)
    assert isinstance(fetched, discord.TextChannel)
    assert not fetched.permissions_for(club.default_role).send_messages
    await made.edit(topic="For all bets")
    await made.delete()
    assert "bets" not in [c["name"] for c in await play.ada.channels()]


async def test_the_server_changes_under_the_client(client: Client, play: Playground):
    club = place(client, "predictions").guild
    role = (await play.world("add_role", name="Judge", permissions=["manage_messages"]))["id"]
    await _until(client, lambda: club.get_role(int(role)) is not None)
    await play.world("delete_role", role="Judge")
    await _until(client, lambda: club.get_role(int(role)) is None)
    await play.world("delete_channel", channel="log")
    await _until(client, lambda: place(client, "log") is None)
    await play.world("transfer_ownership", person="Mira")
    await _until(client, lambda: club.owner_id != 0)
    await play.world("kick_bot")
    await _until(client, lambda: club.id not in [g.id for g in client.guilds])
    with pytest.raises(discord.NotFound):
        await client.fetch_guild(club.id)
    await play.world("invite_bot")
    await _until(client, lambda: club.id in [g.id for g in client.guilds])


async def _until(client: Client, true: Any) -> None:
    while not true():
        await client.wait_for("socket_event_type", timeout=5)


async def test_a_thousand_servers(world: World):
    """What the memory benchmark runs against."""
    async with Playground(guilds=1000) as play:
        assert play.running is not None
        big = [g for g in play.running.core.world.guilds.values() if g.name.startswith("Guild ")]
        assert len(big) == 1000
        assert {(len(g.channels), len(g.roles)) for g in big} == {(20, 10)}
        assert len({g.id for g in play.running.core.world.guilds.values()}) == 1002
        point_at(play.url)
        async with Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.2) as client:
            import asyncio

            await client.login(play.running.core.world.token)
            running = asyncio.create_task(client.connect())
            await client.wait_until_ready()
            assert len(client.guilds) == 1002
            await client.close()
            await running


# the two hooks


def test_only_this_machine_can_stand_in_for_discord():
    for wrong in (
        "https://discord.com",
        "http://example.org",
        "https://127.0.0.1:1",
        "http://127.0.0.1.example.org",
    ):
        with pytest.raises(CannotPoint, match="not on this machine"):
            point_at(wrong)


def test_the_hooks_are_checked_against_the_installed_discord_py(monkeypatch: pytest.MonkeyPatch):
    check_hooks()
    with monkeypatch.context() as changed:
        changed.delattr(discord.http.Route, "BASE")
        with pytest.raises(CannotPoint, match=r"Route\.BASE"):
            point_at("http://127.0.0.1:1")
    with monkeypatch.context() as changed:
        changed.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", "wss://x")
        with pytest.raises(CannotPoint, match="DEFAULT_GATEWAY"):
            check_hooks()
    with monkeypatch.context() as changed:
        changed.setattr(discord, "__version__", "2.8.0")
        with pytest.raises(CannotPoint, match=r"2\.8\.0"):
            check_hooks()
