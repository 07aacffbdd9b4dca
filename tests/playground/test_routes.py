"""Every route answers, in a shape that Discord's own description allows (the `play` fixture asserts that)."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground import openapi
from bot.playground.driver import Playground
from bot.playground.rest.router import all_routes
from bot.playground.world import Channel, Message, World
from tests.playground.conftest import Api, channel_named

Steps = list[tuple[str, str, Any, int]]


def people(world: World) -> dict[str, int]:
    return {user.name: user.id for user in world.users.values()}


class Told:
    """What the paths below are made of, and what earlier steps have made."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.application = world.application_id
        self.guild = next(iter(world.guilds))
        self.text = channel_named(world, "predictions").id
        self.forum = channel_named(world, "claims")
        self.ada = people(world)["Ada"]
        self.made: dict[str, Any] = {}

    def channel(self, **about: Any) -> Channel:
        return next(
            c for c in self.world.channels.values() if all(getattr(c, k) == v for k, v in about.items())
        )

    @property
    def message(self) -> Message:
        return list(self.world.channels[self.text].messages.values())[-1]

    @property
    def thread(self) -> int:
        return self.channel(name="A thread").id

    @property
    def post(self) -> int:
        return self.channel(name="A post").id


COMMAND = {
    "name": "wallet",
    "description": "Your points",
    "default_member_permissions": 8192,
    "options": [
        {
            "type": 1,
            "name": "give",
            "description": "Give",
            "options": [
                {"type": 6, "name": "to", "description": "Who", "required": True},
                {
                    "type": 3,
                    "name": "amount",
                    "description": "How much",
                    "autocomplete": True,
                    "max_length": 20,
                },
            ],
        }
    ],
}
MENU = {"name": "Bet on this", "type": 3}
CARD = {
    "flags": 1 << 15,
    "components": [
        {
            "type": 17,
            "accent_color": 0x4655D4,
            "components": [
                {"type": 10, "content": "# A card"},
                {"type": 14},
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "beside"}],
                    "accessory": {"type": 2, "style": 1, "label": "Press", "custom_id": "press"},
                },
                {"type": 12, "items": [{"media": {"url": "attachment://chart.png"}}]},
                {"type": 13, "file": {"url": "attachment://book.csv"}},
                {"type": 1, "components": [{"type": 8, "custom_id": "where", "channel_types": [0]}]},
            ],
        }
    ],
    "attachments": [
        {"id": 0, "filename": "chart.png", "description": "A chart"},
        {"id": 1, "filename": "book.csv"},
    ],
}


def users(t: Told) -> Steps:
    return [
        ("GET", "/users/@me", None, 200),
        ("GET", f"/users/{t.ada}", None, 200),
        ("GET", "/users/@me/guilds", None, 200),
        ("POST", "/users/@me/channels", {"recipient_id": t.ada}, 200),
        ("GET", "/applications/@me", None, 200),
        ("GET", "/oauth2/applications/@me", None, 200),
        ("GET", f"/applications/{t.application}/emojis", None, 200),
        ("GET", "/gateway", None, 200),
        ("GET", "/gateway/bot", None, 200),
    ]


def leaving(t: Told) -> Steps:
    return [("DELETE", f"/users/@me/guilds/{t.guild}", None, 204), ("GET", f"/guilds/{t.guild}", None, 404)]


def commands(t: Told) -> Steps:
    everywhere = f"/applications/{t.application}/commands"
    here = f"/applications/{t.application}/guilds/{t.guild}/commands"
    steps: Steps = []
    for path in (everywhere, here):
        steps += [
            ("PUT", path, [COMMAND, MENU], 200),
            ("GET", path, None, 200),
            ("POST", path, {"name": "new", "description": "Another"}, 201),
            ("POST", path, {"name": "new", "description": "The same again"}, 200),
            ("GET", f"{path}/{{command}}", None, 200),
            ("PATCH", f"{path}/{{command}}", {"description": "Changed"}, 200),
            ("DELETE", f"{path}/{{command}}", None, 204),
        ]
    return [
        *steps,
        ("GET", f"{here}/permissions", None, 200),
        ("GET", f"{here}/{{any_command}}/permissions", None, 404),
    ]


def messages(t: Told) -> Steps:
    base = f"/channels/{t.text}/messages"
    one = base + "/{message}"
    return [
        (
            "POST",
            base,
            {"content": f"Hello <@{t.ada}>", "embeds": [{"title": "T", "description": "D"}]},
            200,
        ),
        ("GET", f"{base}?limit=10", None, 200),
        ("GET", one, None, 200),
        ("PATCH", one, {"content": "Changed", "components": []}, 200),
        ("PUT", f"{one}/reactions/%F0%9F%91%8D/@me", None, 204),
        ("DELETE", f"{one}/reactions/%F0%9F%91%8D/@me", None, 204),
        ("DELETE", f"{one}/reactions", None, 204),
        ("PUT", f"{base}/pins/{{message}}", None, 204),
        ("GET", f"{base}/pins", None, 200),
        ("DELETE", f"{base}/pins/{{message}}", None, 204),
        ("PUT", f"/channels/{t.text}/pins/{{message}}", None, 204),
        ("GET", f"/channels/{t.text}/pins", None, 200),
        ("DELETE", f"/channels/{t.text}/pins/{{message}}", None, 204),
        ("POST", f"/channels/{t.text}/typing", None, 204),
        ("DELETE", one, None, 204),
    ]


def channels(t: Told) -> Steps:
    tags = [{"name": "new", "emoji_name": "✨"}]
    return [
        ("GET", f"/channels/{t.text}", None, 200),
        ("GET", f"/guilds/{t.guild}/channels", None, 200),
        ("POST", f"/guilds/{t.guild}/channels", {"name": "New one", "type": 0, "topic": "T"}, 201),
        ("POST", f"/guilds/{t.guild}/channels", {"name": "forum", "type": 15, "available_tags": tags}, 201),
        ("PATCH", f"/channels/{t.text}", {"topic": "Changed", "rate_limit_per_user": 5}, 200),
        ("PUT", f"/channels/{t.text}/permissions/{t.ada}", {"type": 1, "allow": "1024", "deny": "0"}, 204),
        ("DELETE", f"/channels/{t.text}/permissions/{t.ada}", None, 204),
        ("DELETE", f"/channels/{t.channel(name='log').id}", None, 200),
    ]


def guilds(t: Told) -> Steps:
    moderator = next(r.id for r in t.world.guilds[t.guild].roles.values() if r.name == "Moderator")
    return [
        ("GET", f"/guilds/{t.guild}?with_counts=1", None, 200),
        ("GET", f"/guilds/{t.guild}/members/{t.ada}", None, 200),
        ("GET", f"/guilds/{t.guild}/members?limit=5", None, 403),
        ("GET", f"/guilds/{t.guild}/members/search?query=ad&limit=5", None, 200),
        ("PUT", f"/guilds/{t.guild}/members/{t.ada}/roles/{moderator}", None, 204),
        ("DELETE", f"/guilds/{t.guild}/members/{t.ada}/roles/{moderator}", None, 204),
        ("GET", f"/guilds/{t.guild}/roles", None, 200),
        ("GET", f"/guilds/{t.guild}/roles/{moderator}", None, 200),
        ("GET", f"/guilds/{t.guild}/emojis", None, 200),
        ("GET", f"/guilds/{t.guild}/stickers", None, 200),
    ]


def threads(t: Told) -> Steps:
    base = f"/channels/{t.text}"
    tag = str(t.forum.tags[0].id)
    return [
        ("POST", f"{base}/messages", {"content": "To talk about"}, 200),
        (
            "POST",
            f"{base}/messages/{{message}}/threads",
            {"name": "A thread", "auto_archive_duration": 1440},
            201,
        ),
        ("POST", f"{base}/messages/{{message}}/threads", {"name": "Again"}, 400),
        ("POST", f"{base}/threads", {"name": "Without a message", "type": 11}, 201),
        (
            "POST",
            f"/channels/{t.forum.id}/threads",
            {"name": "A post", "applied_tags": [tag], "message": {"content": "First"}},
            201,
        ),
        ("GET", f"/guilds/{t.guild}/threads/active", None, 200),
        ("GET", "/channels/{thread}/thread-members", None, 200),
        ("PUT", f"/channels/{{thread}}/thread-members/{t.ada}", None, 204),
        ("GET", f"/channels/{{thread}}/thread-members/{t.ada}", None, 200),
        ("DELETE", f"/channels/{{thread}}/thread-members/{t.ada}", None, 204),
        ("DELETE", "/channels/{thread}/thread-members/@me", None, 204),
        ("PUT", "/channels/{thread}/thread-members/@me", None, 204),
        ("GET", "/channels/{post}", None, 200),
        ("PATCH", "/channels/{post}", {"applied_tags": [], "archived": True, "locked": True}, 200),
        ("GET", f"/channels/{t.forum.id}/threads/archived/public", None, 200),
        ("GET", f"{base}/threads/archived/private", None, 200),
        ("GET", f"{base}/messages", None, 200),
    ]


SUBJECTS: list[Callable[[Told], Steps]] = [users, leaving, commands, messages, channels, guilds, threads]
MET: set[tuple[str, str]] = set()


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_routes(subject: Callable[[Told], Steps], play: Playground, world: World, api: Api):
    await play.settings(rate_limits=False)
    told = Told(world)
    for method, path, body, status in subject(told):
        names: dict[str, Any] = {"command": "", "any_command": ""}
        if "{command}" in path or "{any_command}" in path:
            in_guild = "/guilds/" in path
            ids = [c.id for c in world.commands.values() if (c.guild_id is not None) == in_guild]
            names |= {"command": ids[-1], "any_command": ids[0]}
        for name in ("message", "thread", "post"):
            if f"{{{name}}}" in path:
                found = getattr(told, name)
                names[name] = found.id if isinstance(found, Message) else found
        reply = await api(method, path.format(**names), body)
        assert reply.status == status, f"{method} {path}: {reply.body}"
    MET.update((m, r) for m, r, _ in await play.requests())


async def test_bulk_delete(play: Playground, world: World, api: Api):
    channel = channel_named(world, "predictions")
    said = [(await play.ada.say(word)).id for word in ("one", "two", "three")]
    reply = await api("POST", f"/channels/{channel.id}/messages/bulk-delete", {"messages": said[:2]})
    assert reply.status == 204
    assert [m.text for m in await play.ada.read()] == ["three"]
    MET.add(("POST", "/channels/{channel_id}/messages/bulk-delete"))


async def test_by_token(echo: Playground):
    """The routes behind an interaction, which take its token instead of the bot's."""
    assert echo.running is not None
    core = echo.running.core
    await echo.ada.run("/think")
    interaction = list(core.world.interactions.values())[-1]
    base = f"/webhooks/{core.world.application_id}/{interaction.token}"
    steps: Steps = [
        ("GET", f"{base}/messages/@original", None, 200),
        ("PATCH", f"{base}/messages/@original", {"content": "Thought again"}, 200),
        ("POST", base, {"content": "And more", "flags": 64}, 200),
        ("GET", f"{base}/messages/{{message}}", None, 200),
        ("PATCH", f"{base}/messages/{{message}}", {"content": "And less"}, 200),
        ("DELETE", f"{base}/messages/{{message}}", None, 204),
        ("DELETE", f"{base}/messages/@original", None, 204),
    ]
    for method, path, body, status in steps:
        message = list(core.world.channels[interaction.channel_id].messages)[-1:]
        url = f"{echo.url}/api/v10{path.format(message=message[0] if message else '')}"
        about: dict[str, Any] = {} if body is None else {"json": body}
        async with echo.session.request(method, url, **about) as response:
            assert response.status == status, f"{method} {path}: {await response.text()}"
    MET.update((m, r) for m, r, _ in await echo.requests())


def test_every_route_has_been_met():
    assert set(all_routes()) - MET == set()


async def test_an_unknown_route_is_501_and_recorded(play: Playground, api: Api):
    reply = await api("GET", "/guilds/1/audit-logs")
    assert reply.status == 501
    assert (await api("DELETE", "/users/@me")).status == 405
    assert [f["route"] for f in await play.failures()] == ["GET /guilds/1/audit-logs", "DELETE /users/@me"]
    await play.delete("failures")


needs_description = pytest.mark.skipif(
    not openapi.DOCUMENT.is_file(),
    reason="Discord's own description does not stand beside this checkout",
)


@needs_description
async def test_a_reply_that_discord_would_not_give_is_recorded(
    play: Playground, api: Api, monkeypatch: pytest.MonkeyPatch
):
    """The judge itself: break a view, and the list is no longer empty."""
    assert play.running is not None
    views = play.running.core.views
    good = views.me()
    monkeypatch.setattr(views, "me", lambda: {k: v for k, v in good.items() if k != "mfa_enabled"})
    await api("GET", "/users/@me")
    (failure,) = await play.failures()
    assert "mfa_enabled" in failure["detail"]
    await play.delete("failures")


@needs_description
async def test_a_request_that_discord_would_not_take_is_recorded(play: Playground, world: World, api: Api):
    channel = channel_named(world, "predictions")
    await api("POST", f"/channels/{channel.id}/messages", {"content": "x" * 5000})
    (failure,) = await play.failures()
    assert failure["what"] == "request"
    await play.delete("failures")


async def test_replies_are_exactly_json(api: Api):
    reply = await api("GET", "/users/@me")
    assert reply.headers["Content-Type"] == "application/json"


async def test_files_come_with_a_v2_card_and_can_be_fetched(play: Playground, world: World, api: Api):
    channel = channel_named(world, "predictions")
    reply = await api("POST", f"/channels/{channel.id}/messages", CARD, files=["chart.png", "book.csv"])
    assert reply.status == 200, reply.body
    (card,) = await play.ada.read()
    assert card.text == "# A card\nbeside"
    assert card.buttons == ["Press"]
    assert await play.download(card.files[1]) == b"content"
    gallery = next(c for c in card.components if c["type"] == 12)
    assert gallery["items"][0]["media"]["url"] == card.files[0]["url"]
    kept = {"attachments": [{"id": card.files[0]["id"]}]}
    edited = await api("PATCH", f"/channels/{channel.id}/messages/{card.id}", kept)
    assert [a["filename"] for a in edited.body["attachments"]] == ["chart.png"]


async def test_history_is_paged_as_discord_does(play: Playground, world: World, api: Api):
    channel = channel_named(world, "predictions")
    ids = [(await play.ada.say(str(number))).id for number in range(7)]

    async def read(query: str) -> list[str]:
        reply = await api("GET", f"/channels/{channel.id}/messages?{query}")
        return [message["content"] for message in reply.body]

    assert await read("limit=2") == ["6", "5"]
    assert await read(f"before={ids[3]}&limit=2") == ["2", "1"]
    assert await read(f"after={ids[3]}&limit=2") == ["5", "4"]
    assert await read(f"around={ids[3]}&limit=3") == ["4", "3", "2"]
    await play.world("overwrite", channel="predictions", for_="bot", deny=["read_message_history"])
    assert await read("limit=2") == []


async def test_nonce(play: Playground, world: World, api: Api):
    """Dropped for some minutes, and only where asked."""
    path = f"/channels/{channel_named(world, 'predictions').id}/messages"
    body = {"content": "Once", "nonce": "announce-1", "enforce_nonce": True}
    first = await api("POST", path, body)
    again = await api("POST", path, {**body, "content": "Twice"})
    assert (again.body["id"], again.body["content"]) == (first.body["id"], "Once")
    assert (await api("POST", path, {**body, "enforce_nonce": False})).body["id"] != first.body["id"]
    await play.skip(minutes=10)
    assert (await api("POST", path, body)).body["id"] != first.body["id"]


async def test_mentions_are_a_decision(play: Playground, world: World, api: Api):
    path = f"/channels/{channel_named(world, 'predictions').id}/messages"
    ada = people(world)["Ada"]
    text = f"<@{ada}> @everyone"
    loud = (await api("POST", path, {"content": text})).body
    quiet = (await api("POST", path, {"content": text, "allowed_mentions": {"parse": []}})).body
    assert (loud["mention_everyone"], [u["username"] for u in loud["mentions"]]) == (True, ["ada"])
    assert (quiet["mention_everyone"], quiet["mentions"]) == (False, [])
    assert [m.json["mentions_me"] for m in await play.ada.read()] == [True, False]
