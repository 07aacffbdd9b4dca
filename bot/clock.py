"""The one clock of the program. Everything that asks for the time asks this, and gets it aware, in UTC.

With the real Discord it is the machine's. In the playground it follows a stream: what the playground says, plus
what has passed on this machine since it said so, or exactly that while its clock is frozen.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from ledger.types import from_us, to_us

DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)

log = logging.getLogger("crux.clock")


@dataclass(frozen=True, slots=True)
class Idle:
    """What a sweep found: nothing is owed any more. `due` is what comes next, with its words."""

    next_due: datetime | None = None
    due: tuple[tuple[datetime, str], ...] = ()
    books: str | None = None


Sweep = Callable[[datetime], Awaitable[Idle]]


class Clock:
    """The machine's time until `follow` says otherwise."""

    def __init__(self) -> None:
        self._said_us: int | None = None
        self._said_at = 0.0
        self._frozen = False
        self.follows = False
        self.told = asyncio.Event()  # the first word of the clock that is followed
        self._stream: aiohttp.ClientWebSocketResponse | None = None

    def now(self) -> datetime:
        if self._said_us is None:
            return datetime.now(UTC)
        passed = 0.0 if self._frozen else time.monotonic() - self._said_at
        return from_us(self._said_us) + timedelta(seconds=passed)

    def of(self, snowflake: int) -> datetime:
        """Return when Discord made this id, but never later than now: a press must not bring a future with it."""
        return min(created(snowflake), self.now())

    def set(self, now_us: int, *, frozen: bool = False) -> None:
        """Take the time from another source, from now on."""
        self._said_us, self._said_at, self._frozen = now_us, time.monotonic(), frozen
        self.told.set()

    async def follow(self, url: str, sweep: Sweep) -> None:
        """Follow the playground at `url` until cancelled, sweeping after each move of its clock."""
        self.follows = True
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    await self._follow_once(session, f"{url}/control/clock", sweep)
                except aiohttp.ClientError as lost:
                    log.warning("clock stream lost", extra={"facts": {"error": type(lost).__name__}})
                await asyncio.sleep(0.2)

    async def _follow_once(self, session: aiohttp.ClientSession, url: str, sweep: Sweep) -> None:
        async with session.ws_connect(url) as stream:
            self._stream = stream
            try:
                async for message in stream:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        said = json.loads(message.data)
                        self.set(said["now_us"], frozen=said["frozen"])
                        await stream.send_json(_word(said["now_us"], await sweep(self.now())))
            finally:
                self._stream = None

    async def tell(self, idle: Idle) -> None:
        """Tell the clock that is followed what comes next by now, unasked: a press may have changed it."""
        if self._stream is not None:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._stream.send_json(_word(None, idle))


def created(snowflake: int) -> datetime:
    """Return when an id of Discord's was made, to the millisecond."""
    return DISCORD_EPOCH + timedelta(milliseconds=snowflake >> 22)


def _word(now_us: int | None, idle: Idle) -> dict[str, Any]:
    """What the playground is told after a sweep: the same time back, and what comes next; unasked, no time."""
    return {
        "now_us": now_us,
        "idle": True,
        "next_due_us": None if idle.next_due is None else to_us(idle.next_due),
        "due": [{"at_us": to_us(at), "what": what} for at, what in idle.due],
        "books": idle.books,
    }
