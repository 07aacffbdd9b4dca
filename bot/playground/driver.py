"""Driving a playground from Python, for tests and scripts.

async with Playground(bot=None) as play:
    answer = await play.ada.run("/wallet give", to=play.bo, amount="25")
    done = await play.ada.click(answer.message, "Give 25 points")
    assert "25" in done.text
    await play.skip(days=2)
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.playground import rules
from bot.playground.jsons import Json
from bot.playground.serve import Options, Running, running


class NotAllowed(Exception):
    """The playground refused: that person can't do that, or the call is wrong. One sentence."""


@dataclass(frozen=True)
class Seen:
    """A message as one person sees it."""

    json: Json

    @property
    def id(self) -> str:
        return self.json["id"]

    @property
    def ephemeral(self) -> bool:
        return self.json["ephemeral"]

    @property
    def thinking(self) -> bool:
        return self.json["thinking"]

    @property
    def components(self) -> list[Json]:
        """All of them, inner ones too."""
        return [component for _, component in rules.walk(self.json["components"])]

    @property
    def text(self) -> str:
        """Everything there is to read: content, text of components, embeds."""
        parts = [self.json["content"]]
        parts += [c["content"] for c in self.components if c["type"] == rules.TEXT]
        for embed in self.json["embeds"]:
            parts += [embed.get("title", ""), embed.get("description", "")]
            parts += [f"{entry['name']}: {entry['value']}" for entry in embed.get("fields", [])]
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[str]:
        """Labels of the buttons that can be pressed."""
        there = [c for c in self.components if c["type"] == rules.BUTTON and not c.get("disabled")]
        return [button.get("label") or button["emoji"]["name"] for button in there]

    @property
    def files(self) -> list[Json]:
        return self.json["attachments"]


@dataclass(frozen=True)
class Answer:
    """What a person got for what they did: `kind` as in the README."""

    json: Json

    @property
    def interaction(self) -> str:
        return self.json["interaction"]

    @property
    def kind(self) -> str:
        return self.json["answer"]["kind"]

    @property
    def error(self) -> str | None:
        return self.json["answer"].get("error")

    @property
    def message(self) -> Seen:
        assert "message" in self.json["answer"], f"No message came, but {self.json['answer']}"
        return Seen(self.json["answer"]["message"])

    @property
    def modal(self) -> Json:
        assert self.kind == "modal", f"No form came, but {self.json['answer']}"
        return self.json["answer"]["modal"]

    @property
    def text(self) -> str:
        return self.message.text


@dataclass(frozen=True)
class Person:
    """A person in the playground. The copies that `at`, `first`, `delivered` and `forcing` make act differently."""

    play: "Playground"
    name: str
    channel: str | None = "predictions"
    wait: str = "final"
    deliver: Json = field(default_factory=dict[str, Any])
    force: bool = False

    def at(self, channel: str) -> "Person":
        """Return the same person in another channel; "dm" is the talk with the bot."""
        return replace(self, channel=channel)

    @property
    def first(self) -> "Person":
        """Content with the bot's first answer, "thinking…" included."""
        return replace(self, wait="first")

    def delivered(
        self,
        *,
        times: int = 1,
        late: bool | float = False,
        guild: str | None = None,
        installed_by_user: bool = False,
    ) -> "Person":
        """Return the same person, whose next act reaches the bot twice, too late (or so many seconds late), under
        another server's id, or from a server that the bot isn't in."""
        trick: Json = {"times": times, "late": late, "installed_by_user": installed_by_user}
        return replace(self, deliver=trick if guild is None else {**trick, "guild": guild})

    @property
    def forcing(self) -> "Person":
        """Who does what Discord's client would not let them: a forged button, a missing option."""
        return replace(self, force=True)

    async def _act(self, call: str, **about: Any) -> Answer:
        body: Json = {
            "as": self.name,
            "wait": self.wait,
            "deliver": self.deliver,
            "force": self.force,
            **about,
        }
        answer = Answer(await self.play.post(call, body))
        if not self.force:
            self.play.answers.append(answer)
        return answer

    async def run(self, command: str, /, **options: Any) -> Answer:
        """Run a slash command: `await ada.run("/wallet give", to=bo, amount="25")`."""
        given = {name.rstrip("_"): _plain(value) for name, value in options.items()}
        return await self._act("run", channel=self.channel, command=command, options=given)

    async def autocomplete(self, command: str, focused: str, /, **options: Any) -> list[Json]:
        given = {name.rstrip("_"): _plain(value) for name, value in options.items()}
        body: Json = {"as": self.name, "channel": self.channel, "command": command, "focused": focused}
        asked = {**body, "options": given, "deliver": self.deliver}
        return (await self.play.post("autocomplete", asked))["choices"]

    async def menu(self, command: str, on: "Seen | Person | str") -> Answer:
        """Run a command of the right-click menu, on a message or a person."""
        target = {"user": on.name} if isinstance(on, Person) else {"message": _message_id(on)}
        return await self._act("menu", channel=self.channel, command=command, **target)

    async def click(self, message: "Seen | Answer | str", button: str) -> Answer:
        return await self._act("click", message=_message_id(message), button=button)

    async def select(self, message: "Seen | Answer | str", select: str, *values: Any) -> Answer:
        chosen = [_plain(value) for value in values]
        return await self._act("select", message=_message_id(message), select=select, values=chosen)

    async def submit(self, modal: "Answer | Json", fields: Json | None = None, /, **more: Any) -> Answer:
        """Send a form, with fields by custom_id or label. The others stay as the form had them."""
        form = modal.modal if isinstance(modal, Answer) else modal
        given = {name: _plain(value) for name, value in {**(fields or {}), **more}.items()}
        return await self._act("submit", modal=form["interaction"], fields=given)

    async def send(self, form: str, fields: Json | None = None, /, **more: Any) -> Answer:
        """Send a form by its custom_id that nobody opened: only `forcing` can."""
        given = {name: _plain(value) for name, value in {**(fields or {}), **more}.items()}
        return await self._act("submit", channel=self.channel, form=form, fields=given)

    async def say(
        self, content: str, *, reply_to: Seen | None = None, files: list[Json] | None = None
    ) -> Seen:
        body: Json = {"as": self.name, "channel": self.channel, "content": content, "files": files}
        said = await self.play.post("say", {**body, "reply_to": None if reply_to is None else reply_to.id})
        return Seen(said["message"])

    async def dismiss(self, message: Seen) -> None:
        await self.play.post("dismiss", {"as": self.name, "message": message.id})

    async def read(self, channel: str | None = None, *, limit: int = 50) -> list[Seen]:
        """Read the messages that this person sees, oldest first."""
        query = {"as": self.name, "limit": str(limit)}
        where = channel or self.channel
        if where is not None:
            query["channel"] = where
        return [Seen(message) for message in await self.play.get("read", query)]

    async def commands(self) -> list[str]:
        query = {"as": self.name} if self.channel is None else {"as": self.name, "channel": self.channel}
        return [command["name"] for command in await self.play.get("commands", query)]

    async def channels(self) -> list[Json]:
        return await self.play.get("channels", {"as": self.name})


def _plain(value: Any) -> Any:
    if isinstance(value, Person):
        return value.name
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _message_id(message: "Seen | Answer | str") -> str:
    if isinstance(message, Answer):
        message = message.message
    return message.id if isinstance(message, Seen) else message


class Playground:
    """A playground of one's own, in this process; with `url`, one that runs already."""

    def __init__(
        self,
        *,
        bot: Sequence[str] | None = None,
        folder: Path | None = None,
        guilds: int = 0,
        checked: bool = True,
        port: int = 0,
        url: str | None = None,
        begins: datetime | None = None,
    ) -> None:
        self.options = Options(port, folder, bot, checked, guilds, begins)
        self.url = url or ""
        self.running: Running | None = None
        self.answers: list[Answer] = []  # to all that people did as Discord's client lets them
        self._held = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        if not self.url:
            self.running = await self._held.enter_async_context(running(self.options))
            self.url = self.running.url
        self.session = await self._held.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *about: object) -> None:
        await self._held.aclose()

    # people

    def person(self, name: str) -> Person:
        return Person(self, name)

    @property
    def ada(self) -> Person:
        return self.person("Ada")

    @property
    def bo(self) -> Person:
        return self.person("Bo")

    @property
    def mira(self) -> Person:
        return self.person("Mira")

    @property
    def oz(self) -> Person:
        return self.person("Oz")

    @property
    def uma(self) -> Person:
        """From another server: her channel is #general there."""
        return self.person("Uma").at("general")

    # time

    async def skip(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> Json:
        """Move time on. Return when every bot has done what was due by then."""
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        return await self.post("clock", {"skip_seconds": total})

    async def skip_to_next_due(self) -> Json:
        return await self.post("clock", {"to": "next_due"})

    async def settle(self) -> Json:
        """Wait until every bot is idle now, without a move."""
        return await self.skip()

    async def freeze(self) -> Json:
        return await self.post("clock", {"freeze": True})

    # the bot

    async def bot(self) -> Json:
        return await self.get("bot")

    async def connected(self, seconds: float = 120.0) -> None:
        """Wait until the bot is there; if it gives up first, the error holds its last words. It takes a second, or
        half a minute where a dozen other programs want the processor."""
        assert self.running is not None
        await asyncio.wait_for(self.running.control.connected(), seconds)
        state = await self.bot()
        if not state["connected"]:
            raise AssertionError("\n".join([state["sentence"], *await self.log()]))

    async def stop_bot(self) -> Json:
        return await self.post("bot", {"do": "stop"})

    async def kill_bot(self) -> Json:
        return await self.post("bot", {"do": "kill"})

    async def start_bot(self) -> Json:
        return await self.post("bot", {"do": "start"})

    async def restart_bot(self) -> Json:
        return await self.post("bot", {"do": "restart"})

    async def log(self, lines: int = 200) -> list[str]:
        return (await self.get("bot/log", {"lines": str(lines)}))["lines"]

    # trouble, and what came of it

    async def fault(self, kind: str, route: str, **about: Any) -> int:
        return (await self.post("faults", {"kind": kind, "route": route, **about}))["id"]

    async def release(self, fault: int | None = None) -> None:
        await self.delete("faults", {} if fault is None else {"id": fault})

    async def gateway(self, do: str, **about: Any) -> int:
        return (await self.post("gateway", {"do": do, **about}))["connections"]

    async def failures(self) -> list[Json]:
        """Return what Discord would not have done or taken: empty, or something is wrong."""
        return await self.get("failures")

    async def requests(self) -> list[tuple[str, str, int]]:
        return [(r["method"], r["route"], r["status"]) for r in await self.get("requests")]

    async def world(self, do: str, **about: Any) -> Json:
        return await self.post(
            "world", {"do": do, **{key.rstrip("_"): _plain(v) for key, v in about.items()}}
        )

    async def settings(self, **changed: Any) -> Json:
        return await self.post("settings", changed)

    async def download(self, file: Json) -> bytes:
        async with self.session.get(file["url"]) as response:
            assert response.status == 200, f"{file['url']}: {response.status}"
            return await response.read()

    # HTTP

    async def get(self, call: str, query: dict[str, str] | None = None) -> Any:
        async with self.session.get(f"{self.url}/control/{call}", params=query) as response:
            return await _result(response)

    async def post(self, call: str, body: Json) -> Any:
        async with self.session.post(f"{self.url}/control/{call}", json=body) as response:
            return await _result(response)

    async def delete(self, call: str, body: Json | None = None) -> Any:
        async with self.session.delete(f"{self.url}/control/{call}", json=body or {}) as response:
            return await _result(response)


async def _result(response: aiohttp.ClientResponse) -> Any:
    result: Any = await response.json()
    if response.status >= 400:
        raise NotAllowed(result["error"])
    return result
