"""A playground for each test, and ways to speak to it: a person, a raw request, a raw socket, discord.py."""

import asyncio
import json
import warnings
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

with warnings.catch_warnings():
    # discord.py 2.7 imports audioop where Python still has it; voice is nothing of ours.
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    import discord

from bot.discord_url import point_at
from bot.permissions import INVITED
from bot.playground.driver import Playground
from bot.playground.world import Channel, World
from tests import forks
from tests.end_to_end import inside
from tests.playground import echo_bot

GUILDS, GUILD_MESSAGES = 1 << 0, 1 << 9


def echo_command() -> Sequence[str]:
    """The small bot's command line."""
    return forks.command("tests.playground.echo_bot", "{url}")


@pytest.fixture
async def play() -> AsyncIterator[Playground]:
    """Without a bot. Whatever Discord's description forbids fails the test, unless it cleared the list."""
    async with inside.nothing_left(), Playground() as play:
        await _may_manage(play)
        yield play
        assert await play.failures() == []


@pytest.fixture
async def echo(request: pytest.FixtureRequest) -> AsyncIterator[Playground]:
    """With the small bot, connected: a child process where the test bears the mark `apart`, else in this process."""
    serving = _child if request.node.get_closest_marker("apart") else _serving
    async with inside.nothing_left(), serving() as play:
        await _may_manage(play)
        yield play
        assert await play.failures() == []


async def _may_manage(play: Playground) -> None:
    """Give the bot more rights than Crux asks for: these tests try routes that Crux doesn't use."""
    more = ["manage_messages", "manage_threads", "manage_channels", "manage_roles", "pin_messages"]
    await play.world("set_role", role="Crux", permissions=[*INVITED, *more])


@asynccontextmanager
async def _child() -> AsyncIterator[Playground]:
    async with Playground(bot=echo_command()) as play:
        await play.connected()
        yield play


@asynccontextmanager
async def _serving() -> AsyncIterator[Playground]:
    # discord.py waits for a quarter of an hour for whoever may press a message that is theirs alone.
    async with Playground() as play, inside.only_client(play.url), inside.all_ended():
        assert play.running is not None
        core, stop = play.running.core, asyncio.Event()
        bot = asyncio.create_task(echo_bot.serve(play.url, core.world.token, stop))
        try:
            await inside.connected(core.gateway, bot)
            yield play
        finally:
            stop.set()
            await bot


@pytest.fixture
def world(play: Playground) -> World:
    assert play.running is not None
    return play.running.core.world


def channel_named(world: World, name: str) -> Channel:
    return next(channel for channel in world.channels.values() if channel.name == name)


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> int:
        return self.body["code"]

    def faults(self) -> dict[str, list[str]]:
        """Each path in a 50035's tree, with its codes."""
        found: dict[str, list[str]] = {}

        def walk(node: Any, path: str) -> None:
            for key, child in node.items():
                if key == "_errors":
                    found[path.strip(".")] = [entry["code"] for entry in child]
                else:
                    walk(child, f"{path}.{key}")

        walk(self.body.get("errors", {}), "")
        return found


Api = Callable[..., Awaitable[Reply]]


@pytest.fixture
async def api(play: Playground, world: World) -> Api:
    """Raw requests as the bot makes them: `await api("GET", "/users/@me")`."""

    async def call(
        method: str, path: str, body: Any = None, *, token: str | None = None, files: list[str] | None = None
    ) -> Reply:
        headers = {"Authorization": f"Bot {world.token}" if token is None else token}
        about: dict[str, Any] = {} if body is None else {"json": body}
        if files is not None:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", json.dumps(body))
            for index, name in enumerate(files):
                form.add_field(f"files[{index}]", b"content", filename=name)
            about = {"data": form}
        url = f"{play.url}/api/v10{path}"
        async with play.session.request(method, url, headers=headers, **about) as response:
            text = await response.text()
            return Reply(response.status, json.loads(text) if text else None, response.headers)

    return call


class Socket:
    """The gateway without discord.py in between."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, packed: bool) -> None:
        self.socket = socket
        self.sequence: int | None = None
        self._inflate = zlib.decompressobj() if packed else None

    async def receive(self) -> dict[str, Any]:
        if self._inflate is not None:
            payload = json.loads(self._inflate.decompress(await self.socket.receive_bytes()))
        else:
            payload = await self.socket.receive_json()
        self.sequence = payload["s"] or self.sequence
        return payload

    async def until(self, name: str) -> dict[str, Any]:
        """The data of the next event of that name."""
        while True:
            payload = await self.receive()
            if payload["t"] == name:
                return payload["d"]

    async def send(self, op: int, data: Any) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, token: str, *, shard: Any = (0, 1), intents: int = GUILDS) -> None:
        about = {"token": token, "intents": intents, "shard": list(shard), "properties": {}}
        await self.send(2, about)

    async def closed(self) -> int | None:
        """The close code, once it is closed."""
        while True:
            message = await self.socket.receive()
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                return self.socket.close_code


Connect = Callable[..., Awaitable[Socket]]


@pytest.fixture
async def connect(play: Playground) -> Connect:
    """A gateway connection that has heard HELLO."""

    async def open_socket(*, query: str = "v=10&encoding=json", hello: bool = True) -> Socket:
        raw = await play.session.ws_connect(f"{play.url}/gateway?{query}", max_msg_size=0)
        socket = Socket(raw, packed="zlib" in query)
        if hello:
            assert (await socket.receive())["op"] == 10
        return socket

    return open_socket


@pytest.fixture
async def ready(connect: Connect, world: World) -> Socket:
    """A gateway connection that is READY and has heard of its guilds."""
    socket = await connect()
    await socket.identify(world.token)
    await socket.until("READY")
    for _ in world.guilds:
        await socket.until("GUILD_CREATE")
    return socket


class Client(discord.AutoShardedClient):
    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """The stand-in lets shards in at once."""


@pytest.fixture
async def client(play: Playground, world: World) -> AsyncIterator[Client]:
    """The real discord.py, in this process, ready."""
    point_at(play.url)
    client = Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0.02)
    async with inside.only_client(play.url), client:
        await client.login(world.token)
        running = asyncio.create_task(client.connect())
        await asyncio.wait(
            (asyncio.create_task(client.wait_until_ready()), running), return_when="FIRST_COMPLETED"
        )
        yield client
        await client.close()
        await running
