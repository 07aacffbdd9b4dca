"""The page's websocket: first everything a person sees, then each change to it."""

import asyncio
import json
from collections.abc import Callable

from aiohttp import WSMsgType, web

from bot.playground import people
from bot.playground.core import Core
from bot.playground.errors import Refusal
from bot.playground.jsons import Json
from bot.playground.look import Look
from bot.playground.world import Channel, Event, Interaction

Status = Callable[[], Json]
_RIGHTS_MAY_CHANGE = (
    "CHANNEL_UPDATE",
    "GUILD_MEMBER_UPDATE",
    "GUILD_ROLE_UPDATE",
    "GUILD_ROLE_DELETE",
    "GUILD_UPDATE",
    "GUILD_CREATE",
    "people_changed",
)


class Viewer:
    """One page, looking as one person."""

    def __init__(self, core: Core, wanted: str, clock: Status, bot: Status) -> None:
        self.core = core
        self.clock = clock
        self.bot = bot
        self.queue: asyncio.Queue[Json] = asyncio.Queue()
        self.become(wanted)

    def become(self, wanted: str) -> None:
        self.look = Look(self.core, people.person(self.core.world, wanted))
        self.shown = {channel["id"] for channel in self.look.channels()}
        self.put({"type": "state", **self.look.state(), "clock": self.clock(), "bot": self.bot()})

    def put(self, change: Json) -> None:
        self.queue.put_nowait(change)

    def on_event(self, event: Event) -> None:
        name = event.name
        if name == "clock_changed":
            self.put({"type": "clock", "clock": self.clock()})
        elif name == "bot_changed":
            self.put({"type": "bot", "bot": self.bot()})
        elif event.guild_id not in (None, self.look.guild.id):
            return
        elif event.message is not None:
            self._message(event)
        elif name == "interaction_answered" and event.interaction is not None:
            self._answered(event.interaction)
        elif name == "commands_changed":
            self.put({"type": "commands", "commands": self.look.commands()})
        elif name == "typing" and event.channel is not None:
            if self.look.sees_channel(event.channel):
                person = str(event.user_id)
                self.put({"type": "typing", "channel_id": str(event.channel.id), "person_id": person})
        elif event.channel is not None and name.startswith(("CHANNEL_", "THREAD_")):
            self._channel(name, event.channel)
        elif name.startswith("GUILD_") or name == "people_changed":
            self._guild(name)
        if name in _RIGHTS_MAY_CHANGE and event.guild_id == self.look.guild.id:
            self._compare_channels()

    def _message(self, event: Event) -> None:
        message = event.message
        assert message is not None
        if event.name == "message_dismissed" and message.to_id == self.look.user.id:
            self.put(
                {"type": "message_deleted", "id": str(message.id), "channel_id": str(message.channel_id)}
            )
        if not self.look.sees(message):
            return
        if str(message.channel_id) not in self.shown and event.channel is not None:
            self._channel("CHANNEL_CREATE", event.channel)  # a first talk with the bot
        if event.name == "MESSAGE_CREATE":
            self.put({"type": "message_created", "message": self.look.message(message)})
        elif event.name in ("MESSAGE_UPDATE", "message_reacted"):
            self.put({"type": "message_updated", "message": self.look.message(message)})
        elif event.name == "MESSAGE_DELETE":
            self.put(
                {"type": "message_deleted", "id": str(message.id), "channel_id": str(message.channel_id)}
            )

    def _answered(self, interaction: Interaction) -> None:
        progress = self.core.interactions.progress(interaction.id)
        if interaction.user_id != self.look.user.id or interaction.type == 4 or progress is None:
            return
        from bot.playground.actors import Actors

        def tell(done: "asyncio.Future[Json]") -> None:
            told = Actors(self.core).answer_view(self.look.user, interaction, done.result())
            self.put({"type": "answer", **told})

        progress.first.add_done_callback(tell)

    def _channel(self, name: str, channel: Channel) -> None:
        channel_id = str(channel.id)
        if name.endswith("_DELETE") or not self.look.sees_channel(channel):
            if channel_id in self.shown:
                self.shown.discard(channel_id)
                self.put({"type": "channel_deleted", "id": channel_id})
            return
        kind = "channel_updated" if channel_id in self.shown else "channel_created"
        self.shown.add(channel_id)
        self.put({"type": kind, "channel": self.look.channel(channel)})
        if kind == "channel_created":
            for message in self.look.messages(channel):
                self.put({"type": "message_created", "message": message})

    def _guild(self, name: str) -> None:
        if "ROLE" in name or name in ("GUILD_UPDATE", "GUILD_CREATE", "GUILD_DELETE"):
            self.put({"type": "guild", "guild": self.look.guild_view()})
        self.put({"type": "people", "people": self.look.people()})
        self.put({"type": "commands", "commands": self.look.commands()})

    def _compare_channels(self) -> None:
        """Rights changed: some channels may have come into sight, others gone out of it."""
        for channel in tuple(self.look.guild.channels.values()):
            sees = self.look.sees_channel(channel)
            if sees != (str(channel.id) in self.shown):
                self._channel("CHANNEL_UPDATE", channel)


class Stream:
    def __init__(self, core: Core, clock: Status, bot: Status) -> None:
        self.core = core
        self.clock = clock
        self.bot = bot
        self.sockets: set[web.WebSocketResponse] = set()

    async def close(self) -> None:
        for socket in tuple(self.sockets):
            await socket.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query.get("as", "Ada")
        try:
            viewer = Viewer(self.core, wanted, self.clock, self.bot)
        except Refusal as refusal:
            return web.json_response({"error": str(refusal)}, status=400)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self.sockets.add(socket)
        stop = self.core.world.listen(viewer.on_event)
        writer = asyncio.create_task(_write(socket, viewer))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    _hear(viewer, message.data)
        finally:
            stop()
            writer.cancel()
            self.sockets.discard(socket)
        return socket


def _hear(viewer: Viewer, text: str) -> None:
    try:
        viewer.become(str(json.loads(text)["as"]))
    except (Refusal, ValueError, KeyError, TypeError) as wrong:
        viewer.put({"type": "error", "error": str(wrong)})


async def _write(socket: web.WebSocketResponse, viewer: Viewer) -> None:
    while True:
        change = await viewer.queue.get()
        try:
            await socket.send_json(change)
        except (ConnectionError, RuntimeError):
            return
