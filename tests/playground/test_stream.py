"""The page's websocket: everything one person sees, and each change to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.playground.driver import Playground


class Page:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            change = await self.socket.receive_json()
            if change["type"] == kind:
                return change

    async def next(self) -> dict[str, Any]:
        return await self.socket.receive_json()


@asynccontextmanager
async def page(play: Playground, name: str) -> AsyncIterator[Page]:
    async with play.session.ws_connect(f"{play.url}/control/events?as={name}") as socket:
        yield Page(socket)


async def test_first_comes_everything(play: Playground):
    await play.ada.say("Before")
    async with page(play, "Bo") as bo:
        state = await bo.next()
    predictions = state["channels"][0]
    assert (state["type"], state["me"]["name"]) == ("state", "Bo")
    assert [c["name"] for c in state["channels"]] == ["predictions", "announcements", "claims", "log"]
    assert [c["can_send"] for c in state["channels"]] == [True, False, False, True]
    assert [m["content"] for m in state["messages"][predictions["id"]]] == ["Before"]
    kinds = {p["name"]: p["kind"] for p in state["people"]}
    assert kinds == {
        "Crux": "bot",
        "Ada": "member",
        "Bo": "member",
        "Mira": "moderator",
        "Oz": "owner",
        "Uma": "stranger",
    }


async def test_a_command_as_the_page_sees_it(echo: Playground):
    async with page(echo, "Ada") as ada, page(echo, "Bo") as bo:
        await ada.until("state")
        await bo.until("state")
        await echo.ada.run("/think")
        thinking = await ada.until("message_created")
        assert (thinking["message"]["thinking"], thinking["message"]["ephemeral"]) == (True, True)
        told: dict[str, Any] = {}
        while not {"answer", "message_updated"} <= set(told):
            change = await ada.next()
            told[change["type"]] = change
        assert told["answer"]["answer"]["kind"] == "deferred"
        assert told["message_updated"]["message"]["content"] == "Thought"

        await echo.ada.say("For all")
        message = (await bo.until("message_created"))["message"]
        assert message["content"] == "For all", "nothing of Ada's private answer"


async def test_a_form_and_a_failure_come_as_answers(echo: Playground):
    card = (await echo.ada.run("/card")).message
    async with page(echo, "Ada") as ada:
        await ada.until("state")
        await echo.ada.click(card, "form")
        answer = (await ada.until("answer"))["answer"]
        assert answer["modal"]["title"] == "A form"
        await echo.ada.delivered(late=True).click(card, "private")
        assert (await ada.until("answer"))["answer"]["error"] == "The application did not respond"


async def test_edits_deletions_and_dismissals(echo: Playground):
    card = (await echo.ada.run("/card", public=False)).message
    async with page(echo, "Ada") as ada:
        await ada.until("state")
        await echo.ada.click(card, "edit")
        assert (await ada.until("message_updated"))["message"]["content"] == "Edited in place"
        await echo.ada.dismiss(card)
        assert (await ada.until("message_deleted"))["id"] == card.id
        said = await echo.ada.say("Gone soon")
        await echo.post("delete", {"as": "Ada", "message": said.id})
        assert (await ada.until("message_deleted"))["id"] == said.id


async def test_becoming_somebody_else(play: Playground):
    async with page(play, "Ada") as ada:
        await ada.until("state")
        await ada.socket.send_json({"as": "Mira"})
        assert (await ada.until("state"))["me"]["name"] == "Mira"
        await ada.socket.send_json({"as": "Nobody"})
        assert "Nobody here is called" in (await ada.until("error"))["error"]


async def test_channels_come_and_go_with_rights(play: Playground):
    async with page(play, "Ada") as ada:
        channels = {c["name"]: c["id"] for c in (await ada.until("state"))["channels"]}
        await play.world("overwrite", channel="log", for_="@everyone", deny=["view_channel"])
        assert (await ada.until("channel_deleted"))["id"] == channels["log"]
        await play.world("overwrite", channel="log", for_="Ada", allow=["view_channel"])
        assert (await ada.until("channel_created"))["channel"]["name"] == "log"
        await play.world("add_channel", name="new", kind="forum")
        created = (await ada.until("channel_created"))["channel"]
        assert (created["name"], created["kind"]) == ("new", "forum")
        await play.world("delete_channel", channel="new")
        assert (await ada.until("channel_deleted"))["id"] == created["id"]


@pytest.mark.apart
async def test_people_roles_clock_and_bot(echo: Playground):
    async with page(echo, "Ada") as ada:
        await ada.until("state")
        await echo.world("add_person", name="Kit")
        assert "Kit" in [p["name"] for p in (await ada.until("people"))["people"]]
        await echo.world("add_role", name="Judge")
        assert "Judge" in [r["name"] for r in (await ada.until("guild"))["guild"]["roles"]]
        await echo.world("transfer_ownership", person="Ada")
        people = (await ada.until("people"))["people"]
        while next(p for p in people if p["name"] == "Ada")["kind"] != "owner":
            people = (await ada.until("people"))["people"]
        await echo.skip(hours=1)
        clock = (await ada.until("clock"))["clock"]
        while not clock["due"]:
            clock = (await ada.until("clock"))["clock"]
        assert clock["due"][0]["what"] == "The next full hour"
        await echo.kill_bot()
        bot = (await ada.until("bot"))["bot"]
        while bot["state"] != "stopped":
            bot = (await ada.until("bot"))["bot"]
        assert bot["connected"] is False


async def test_typing_and_a_first_talk_with_the_bot(echo: Playground):
    async with page(echo, "Ada") as ada:
        await ada.until("state")
        await echo.ada.at("dm").run("/echo", words="hello")
        assert (await ada.until("channel_created"))["channel"]["kind"] == "dm"
        assert (await ada.until("message_created"))["message"]["content"] == "hello"


async def test_commands_changed(echo: Playground):
    async with page(echo, "Ada") as ada:
        names = [c["name"] for c in (await ada.until("state"))["commands"]]
        assert "/echo" in names
        assert "/moderate" not in names
        await echo.world("set_roles", person="Ada", roles=["Moderator"])
        assert "/moderate" in [c["name"] for c in (await ada.until("commands"))["commands"]]


# another website must not drive it


async def test_only_its_own_origin_may_use_control(play: Playground):
    async def status(**headers: str) -> int:
        async with play.session.post(
            f"{play.url}/control/clock", json={"freeze": True}, headers=headers
        ) as answer:
            return answer.status

    assert await status() == 200
    assert await status(Origin=play.url) == 200
    assert await status(Origin="https://example.org") == 403
    assert await status(Host="example.org") == 403
    assert await status(**{"Sec-Fetch-Site": "cross-site"}) == 403
    for path in ("events?as=Ada", "clock"):
        headers = {"Origin": "https://example.org", "Upgrade": "websocket", "Connection": "Upgrade"}
        async with play.session.get(f"{play.url}/control/{path}", headers=headers) as answer:
            assert answer.status == 403


async def test_what_is_wrong_with_a_call_is_said_in_one_sentence(play: Playground):
    async def error(call: str, text: str) -> str:
        async with play.session.post(f"{play.url}/control/{call}", data=text) as answer:
            assert answer.status == 400
            return (await answer.json())["error"]

    assert "'as' is missing" in await error("run", "{}")
    assert "must be a JSON object" in await error("run", "[]")
    assert "Expecting" in await error("run", "{")
    assert "no fault called" in await error("faults", '{"kind": "x", "route": "y"}')
    assert "no change called" in await error("world", '{"do": "x"}')
    assert "no setting" in await error("settings", '{"x": 1}')
    for deep in ("[", '{"a":'):
        assert "nested too deeply" in await error("run", deep * 200_000)
    for seconds in ("1e300", "-1", "1e11", "NaN", "Infinity", '"1"'):
        assert "number from 0 up to a hundred years" in await error("clock", f'{{"skip_seconds": {seconds}}}')
    for moment in ("1e300", "9" * 30, "-1", "null"):
        assert "The clock" in await error("clock", f'{{"to_us": {moment}}}')
    assert "no permission called" in await error(
        "world", '{"do": "add_role", "name": "x", "permissions": ["fly"]}'
    )
    assert "without a bot" in await error("bot", '{"do": "start"}')
    assert "no trouble called" in await error("gateway", '{"do": "x"}')


async def test_the_page_is_served_under_this_machine_s_own_names_only(play: Playground):
    async def status(path: str, **headers: str) -> int:
        async with play.session.get(f"{play.url}/{path}", headers=headers) as answer:
            return answer.status

    for path in ("", "page.css"):
        assert await status(path, Host="example.org") == 403, path
        assert await status(path, Host="127.0.0.1.example.org:80") == 403, path
    assert await status("") in (200, 404)
