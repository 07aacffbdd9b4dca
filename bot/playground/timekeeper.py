"""Moving the clock, and waiting until every bot that follows it has done what was due."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.playground.core import Core
from bot.playground.errors import Refusal
from bot.playground.jsons import Json, rows
from bot.playground.world import Event

SWEEP_SECONDS = 120.0

MOST_SKIPPED = 100 * 366 * 86_400
"""Seconds: a hundred years."""

LATEST_US = 7_258_118_400_000_000
"""The end of 2199: later than any deadline, and a year that dates can still say."""


@dataclass
class Follower:
    """One bot on the stream, and its last word."""

    socket: web.WebSocketResponse
    said: Json = field(default_factory=dict[str, object])
    heard: asyncio.Event = field(default_factory=asyncio.Event)


class Timekeeper:
    def __init__(self, core: Core) -> None:
        self.core = core
        self.clock = core.world.clock
        self.followers: list[Follower] = []
        self.sweep_seconds = SWEEP_SECONDS
        self.last_word: Json = {}
        self._one_move = asyncio.Lock()

    def view(self) -> Json:
        words = [f.said for f in self.followers if f.said] or [self.last_word]
        due: list[Json] = [entry for word in words for entry in rows(word, "due")]
        next_due = [word["next_due_us"] for word in words if word.get("next_due_us") is not None]
        return {
            "now_us": self.clock.now_us(),
            "frozen": self.clock.frozen,
            "next_due_us": min(next_due, default=None),
            "due": sorted(due, key=lambda entry: entry["at_us"])[:20],
            "books": next((word["books"] for word in words if word.get("books")), None),
            "bots": len(self.followers),
        }

    # the stream

    async def handle(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        follower = Follower(socket)
        self.followers.append(follower)
        try:
            await socket.send_json(self._now())
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(follower, json.loads(message.data))
        finally:
            self.followers.remove(follower)
            follower.heard.set()
            self._told()
        return socket

    async def close(self) -> None:
        for follower in tuple(self.followers):
            await follower.socket.close()

    def _now(self) -> Json:
        return {"now_us": self.clock.now_us(), "frozen": self.clock.frozen}

    def _hear(self, follower: Follower, word: Json) -> None:
        if not word.get("idle"):
            return
        if word.get("now_us") is None:  # said unasked: it answers no move of the clock
            word["now_us"] = follower.said.get("now_us")
        follower.said = self.last_word = word
        follower.heard.set()
        self._told()

    def _told(self) -> None:
        self.core.world.publish(Event("clock_changed"))

    # moves

    async def move(self, asked: Json) -> Json:
        async with self._one_move:
            if asked.get("freeze") is not None:
                self.clock.freeze() if asked["freeze"] else self.clock.thaw()
            if "skip_seconds" in asked:
                seconds = asked["skip_seconds"]
                if not isinstance(seconds, int | float) or not 0 <= seconds <= MOST_SKIPPED:
                    raise Refusal(
                        "The clock only moves forward: skip_seconds is a number from 0 up to a hundred years."
                    )
                if seconds:
                    self._move_to(self.clock.now_us() + int(seconds * 1_000_000))
            elif asked.get("to") == "next_due":
                await self._to_next_due()
            elif "to_us" in asked:
                if type(asked["to_us"]) is not int or asked["to_us"] < self.clock.now_us():
                    raise Refusal("The clock only moves forward: to_us is a later moment in microseconds.")
                self._move_to(asked["to_us"])
            elif asked.get("freeze") is None:
                raise Refusal(
                    'Say {"skip_seconds": n}, {"to": "next_due"}, {"to_us": n} or {"freeze": true}.'
                )
            self._told()
            await self.settle()
            return self.view()

    def _move_to(self, at_us: int) -> None:
        if at_us > LATEST_US:
            raise Refusal("The clock goes to the end of 2199 at most.")
        self.clock.move_to(at_us)

    async def _to_next_due(self) -> None:
        await self.settle()
        next_due_us = self.view()["next_due_us"]
        if next_due_us is None:
            raise Refusal("Nothing is due.")
        self.clock.move_to(max(next_due_us, self.clock.now_us()))

    async def settle(self) -> None:
        """Tell every follower the time, and wait until each is idle at that time."""
        now = self._now()
        waiting = [self._ask(follower, now) for follower in tuple(self.followers)]
        try:
            await asyncio.wait_for(asyncio.gather(*waiting), self.sweep_seconds)
        except TimeoutError:
            raise Refusal(
                f"The bot has not said that it is idle within {self.sweep_seconds:g} seconds."
            ) from None

    async def _ask(self, follower: Follower, now: Json) -> None:
        follower.said = {**follower.said, "now_us": None}
        if follower.socket.closed:
            return
        await follower.socket.send_json(now)
        while follower.said.get("now_us") != now["now_us"] and follower in self.followers:
            follower.heard.clear()
            await follower.heard.wait()
