"""The gateway: sessions that hear what they asked for, survive a lost line, and are sent off when they misbehave."""

import asyncio
import json
import secrets
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.events import GUILD_MEMBERS, GUILDS, Payloads
from bot.playground.jsons import Json, rows
from bot.playground.views import Views
from bot.playground.world import Event, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 0, 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 8, 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED = range(
    4001, 4006
)
INVALID_SEQUENCE, RATE_LIMITED, SESSION_TIMED_OUT, INVALID_SHARD, SHARDING_REQUIRED = range(4007, 4012)
INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = range(4012, 4015)

ALL_INTENTS = (1 << 26) - 1
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
TROUBLES = ("reconnect", "invalid_session", "silent", "drop", "timeout", "close", "away", "back")
SENDS_PER_MINUTE = 120
REPLAYED = 2_000
GUILDS_PER_SHARD = 2_500
"""Above this, Discord insists on more shards (4011)."""


@dataclass
class Session:
    id: str
    shard: tuple[int, int]
    intents: int
    sequence: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAYED))
    connection: "Connection | None" = None

    def hears(self, guild_id: int | None) -> bool:
        """Return whether this shard hears it. Everything outside guilds goes to shard 0."""
        return (0 if guild_id is None else (guild_id >> 22) % self.shard[1]) == self.shard[0]


class Connection:
    """One websocket. Sending never waits: a queue and one task write."""

    def __init__(self, socket: web.WebSocketResponse, *, compress: bool) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.silent = False
        self.heard = time.monotonic()
        self.beats = 0
        self._deflate = zlib.compressobj() if compress else None
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._sends: deque[float] = deque()
        self.writer = asyncio.create_task(self._write())

    def send(self, op: int, data: Any, *, sequence: int | None = None, name: str | None = None) -> None:
        self.send_text(json.dumps({"op": op, "d": data, "s": sequence, "t": name}))

    def send_text(self, text: str) -> None:
        if not self.silent:
            self._queue.put_nowait(text)

    async def _write(self) -> None:
        while (text := await self._queue.get()) is not None:
            try:
                if self._deflate is None:
                    await self.socket.send_str(text)
                else:
                    packed = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(packed)
            except (ConnectionError, RuntimeError):
                return

    def too_fast(self) -> bool:
        now = time.monotonic()
        self._sends.append(now)
        while self._sends and now - self._sends[0] > 60.0:
            self._sends.popleft()
        return len(self._sends) > SENDS_PER_MINUTE

    async def finish(self) -> None:
        """Send everything that is queued."""
        self._queue.put_nowait(None)
        await self.writer

    async def close(self, code: int, reason: str = "") -> None:
        await self.finish()
        await self.socket.close(code=code, message=reason.encode())


class Gateway:
    def __init__(self, world: World, views: Views) -> None:
        self.world = world
        self.views = views
        self.payloads = Payloads(world, views)
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.heartbeat_ms = 41_250
        self.allowed_privileged = 0
        self.shards = 1
        self.away = False
        self.address = "ws://127.0.0.1"
        self.changed: asyncio.Event = asyncio.Event()
        world.listen(self._on_event)

    # who is there

    @property
    def connected(self) -> bool:
        return any(session.connection is not None for session in self.sessions.values())

    @property
    def reachable(self) -> bool:
        """Whether a client is there, or may yet RESUME and be told."""
        return bool(self.sessions)

    def _note_change(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
        self.world.publish(Event("bot_changed"))

    # events out

    def _on_event(self, event: Event) -> None:
        for session in tuple(self.sessions.values()):
            if session.hears(event.guild_id):
                for name, data in self.payloads.of(event, session.intents):
                    self.dispatch(session, name, data)

    def dispatch(self, session: Session, name: str, data: Any) -> None:
        session.sequence += 1
        text = json.dumps({"op": DISPATCH, "d": data, "s": session.sequence, "t": name})
        session.sent.append((session.sequence, text))
        if session.connection is not None:
            session.connection.send_text(text)

    # trouble on purpose

    async def trouble(self, kind: str, *, resumable: bool = True, code: int = 4000) -> int:
        """Do something to every connection; returns to how many. `code` is what `close` closes with."""
        if kind not in TROUBLES:
            raise ValueError(f"There is no trouble called {kind}; there is {', '.join(TROUBLES)}.")
        if kind in ("away", "back"):
            self.away = kind == "away"
        there = [c for c in self.connections if c.session is not None]
        for connection in there:
            if kind == "reconnect":
                connection.send(RECONNECT, None)
            elif kind == "invalid_session":
                self._invalidate(connection, resumable=resumable)
            elif kind == "silent":
                connection.silent = True
            elif kind in ("drop", "away"):
                self._detach(connection)
                if connection.socket._req is not None and connection.socket._req.transport is not None:  # pyright: ignore[reportPrivateUsage]
                    connection.socket._req.transport.abort()  # pyright: ignore[reportPrivateUsage]
            elif kind == "timeout":
                await self._end(connection, SESSION_TIMED_OUT, "Session timed out.")
            elif kind == "close":
                await self._end(connection, code, "Closed on purpose.")
        return len(there)

    def _invalidate(self, connection: Connection, *, resumable: bool) -> None:
        if not resumable and connection.session is not None:
            self.sessions.pop(connection.session.id, None)
        connection.send(INVALID_SESSION, resumable)

    # the websocket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.away:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=4096 * 4, autoping=True)
        await socket.prepare(request)
        connection = Connection(socket, compress=request.query.get("compress") == "zlib-stream")
        if request.query.get("v") != "10":
            await connection.close(INVALID_VERSION, "Invalid API version.")
            return socket
        self.connections.add(connection)
        watchdog = asyncio.create_task(self._watch(connection))
        try:
            connection.send(HELLO, {"heartbeat_interval": self.heartbeat_ms, "_trace": ["playground"]})
            await self._read(connection)
        finally:
            watchdog.cancel()
            self.connections.discard(connection)
            self._lost(connection)
            await connection.finish()
        return socket

    async def _read(self, connection: Connection) -> None:
        async for message in connection.socket:
            connection.heard = time.monotonic()
            if message.type is not WSMsgType.TEXT:
                await self._end(connection, DECODE_ERROR, "Error while decoding payload.")
                return
            try:
                payload: Json = json.loads(message.data)
                op, data = payload["op"], payload.get("d")
            except (ValueError, KeyError, TypeError):
                await self._end(connection, DECODE_ERROR, "Error while decoding payload.")
                return
            if connection.too_fast():
                await self._end(connection, RATE_LIMITED, "Rate limited.")
                return
            await self._receive(connection, op, data)

    async def _receive(self, connection: Connection, op: Any, data: Any) -> None:
        if op == HEARTBEAT:
            connection.beats += 1
            connection.send(ACK, None)
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif connection.session is None:
            await self._end(connection, NOT_AUTHENTICATED, "Not authenticated.")
        elif op == REQUEST_MEMBERS:
            self._members(connection.session, data)
        elif op not in (PRESENCE, VOICE):
            await self._end(connection, UNKNOWN_OPCODE, "Unknown opcode.")

    async def _identify(self, connection: Connection, data: Any) -> None:
        shard: Any = data.get("shard") or [0, 1]
        intents: Any = data.get("intents")
        fault = self._fault_in(connection, data.get("token"), shard, intents)
        if fault is not None:
            await self._end(connection, *fault)
            return
        pair = (int(shard[0]), int(shard[1]))
        for old in [s for s in self.sessions.values() if s.shard == pair and s.connection is None]:
            del self.sessions[old.id]
        session = Session(secrets.token_hex(16), pair, intents)
        self._attach(connection, session)
        self._greet(session)
        self._note_change()

    def _fault_in(
        self, connection: Connection, token: Any, shard: Any, intents: Any
    ) -> tuple[int, str] | None:
        if connection.session is not None:
            return ALREADY_AUTHENTICATED, "Already authenticated."
        if token != self.world.token:
            return AUTHENTICATION_FAILED, "Authentication failed."
        if len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            return INVALID_SHARD, "Invalid shard."
        installed = sum(g.bot_installed for g in self.world.guilds.values())
        if installed / shard[1] > GUILDS_PER_SHARD:
            return SHARDING_REQUIRED, "Sharding required."
        if not isinstance(intents, int) or intents & ~ALL_INTENTS:
            return INVALID_INTENTS, "Invalid intent(s)."
        if intents & PRIVILEGED & ~self.allowed_privileged:
            return DISALLOWED_INTENTS, "Disallowed intent(s)."
        return None

    def _greet(self, session: Session) -> None:
        mine = [g for g in self.world.guilds.values() if g.bot_installed and session.hears(g.id)]
        ready = {
            "v": 10,
            "user": self.views.me(),
            "guilds": [{"id": str(g.id), "unavailable": True} for g in mine],
            "session_id": session.id,
            "resume_gateway_url": self.address,
            "shard": list(session.shard),
            "application": {"id": str(self.world.application_id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "_trace": ["playground"],
        }
        self.dispatch(session, "READY", ready)
        if session.intents & GUILDS:
            for guild in mine:
                full = self.views.guild_create(guild, all_members=bool(session.intents & GUILD_MEMBERS))
                self.dispatch(session, "GUILD_CREATE", full)

    async def _resume(self, connection: Connection, data: Any) -> None:
        if data.get("token") != self.world.token:
            await self._end(connection, AUTHENTICATION_FAILED, "Authentication failed.")
            return
        session = self.sessions.get(data.get("session_id", ""))
        sequence: Any = data.get("seq")
        if session is None:
            connection.send(INVALID_SESSION, False)
            return
        if not isinstance(sequence, int) or sequence > session.sequence:
            del self.sessions[session.id]
            await self._end(connection, INVALID_SEQUENCE, "Invalid seq.")
            return
        missed = [text for number, text in session.sent if number > sequence]
        if len(missed) != session.sequence - sequence:
            del self.sessions[session.id]
            connection.send(INVALID_SESSION, False)
            return
        self._attach(connection, session)
        for text in missed:
            connection.send_text(text)
        self.dispatch(session, "RESUMED", {"_trace": ["playground"]})
        self._note_change()

    def _attach(self, connection: Connection, session: Session) -> None:
        if session.connection is not None:
            session.connection.session = None
        self.sessions[session.id] = session
        connection.session, session.connection = session, connection

    def _detach(self, connection: Connection) -> None:
        session, connection.session = connection.session, None
        if session is not None and session.connection is connection:
            session.connection = None
            self._note_change()

    def _lost(self, connection: Connection) -> None:
        """A clean goodbye (1000, 1001) ends the session; anything else leaves it to be resumed."""
        if connection.session is not None and connection.socket.close_code in (1000, 1001):
            self.sessions.pop(connection.session.id, None)
        self._detach(connection)

    async def _end(self, connection: Connection, code: int, reason: str) -> None:
        if connection.session is not None and code in (SESSION_TIMED_OUT, INVALID_SEQUENCE):
            self.sessions.pop(connection.session.id, None)
        self._detach(connection)
        await connection.close(code, reason)

    def forget(self) -> None:
        """Forget the session, since the bot's process has ended: nobody will resume, even where the broken line isn't
        noticed yet."""
        for session in self.sessions.values():
            if session.connection is not None:
                session.connection.session = None
        self.sessions.clear()
        self._note_change()

    async def _watch(self, connection: Connection) -> None:
        """No heartbeat for one and a half intervals: the connection is dead."""
        while True:
            await asyncio.sleep(self.heartbeat_ms / 1000 * 1.5)
            if connection.beats == 0:
                asyncio.get_running_loop().create_task(
                    self._end(connection, SESSION_TIMED_OUT, "Session timed out.")
                )
                return
            connection.beats = 0

    def _members(self, session: Session, data: Any) -> None:
        guild = self.world.guilds.get(int(data["guild_id"]))
        if guild is None or not guild.bot_installed or not session.hears(guild.id):
            return
        wanted = {int(u) for u in rows(data, "user_ids")}
        query, limit = str(data.get("query") or "").lower(), int(data.get("limit") or 0)
        users = self.world.users
        found = [m for m in guild.members.values() if not wanted or m.user_id in wanted]
        found = [m for m in found if users[m.user_id].username.startswith(query)]
        found = found[: limit or None]
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": [self.views.member(m) for m in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(u) for u in wanted - set(guild.members)],
        }
        if data.get("nonce") is not None:
            chunk["nonce"] = data["nonce"]
        self.dispatch(session, "GUILD_MEMBERS_CHUNK", chunk)

    async def close(self) -> None:
        for connection in tuple(self.connections):
            await self._end(connection, 1001, "Going away.")
