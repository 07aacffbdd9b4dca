"""A club in the playground whose bot is a process of its own, and a hand in its book beside it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.playground.driver import Playground, Seen
from ledger.accounts import Player
from ledger.types import from_us
from markets.claims import drafts, terms
from markets.core import jobs, outbox
from markets.core.tables import posts
from tests import databases
from tests.end_to_end.conftest import Begun, living, set_up
from tests.markets.club import Club


@dataclass(frozen=True, slots=True)
class Say:
    guild: int
    key: str
    kind: str
    facts: dict[str, int]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Redraw:
    guild: int
    key: str
    kind: str
    ref: int


@dataclass(frozen=True, slots=True)
class Plan:
    guild: int
    key: str
    kind: str
    ref: int
    due_us: int


def say(tx: Connection, request: Say, now: datetime) -> int:
    return outbox.enqueue(tx, request.guild, request.kind, request.facts, now, line=request.line)


def redraw(tx: Connection, request: Redraw, now: datetime) -> None:
    outbox.redraw(tx, request.guild, request.kind, request.ref)


def plan(tx: Connection, request: Plan, now: datetime) -> None:
    jobs.schedule(tx, request.guild, request.kind, request.ref, request.due_us)


@dataclass
class Telling:
    """The playground, and the club whose book the bot keeps, at the playground's time."""

    play: Playground
    club: Club

    async def time(self) -> datetime:
        self.club.now = from_us((await self.play.get("time"))["now_us"])
        return self.club.now

    async def say(self, kind: str, facts: dict[str, int], line: int = 0) -> int:
        await self.time()
        return await self.club.db.write(
            say, Say(self.club.guild, self.club.key(), kind, facts, line), self.club.now
        )

    async def redraw(self, kind: str, ref: int) -> None:
        await self.time()
        await self.club.db.write(redraw, Redraw(self.club.guild, self.club.key(), kind, ref), self.club.now)

    async def told(self, channel: str = "announcements") -> list[Seen]:
        """What the bot wrote there, as Ada sees it."""
        return [seen for seen in await self.play.oz.read(channel) if seen.json["author"]["bot"]]

    async def titles(self, channel: str = "announcements") -> list[str]:
        """The first line of each."""
        return [seen.text.splitlines()[0].removeprefix("### ") for seen in await self.told(channel)]

    async def member(self, name: str) -> Player:
        """One of the playground's people, with points."""
        people = await self.play.get("people", {"as": "Ada"})
        found = next(person for person in people if person["name"] == name)
        return await self.club.member(int(found["id"]))

    async def draft(self, author: Player) -> int:
        """Somebody's draft, kept for later."""
        request = drafts.SaveDraft(
            self.club.guild, self.club.key(), author.number, terms.Terms(title="Perhaps")
        )
        return await self.club.db.write(drafts.save_draft, request, self.club.now)

    async def dms(self, name: str) -> list[Seen]:
        """What the bot wrote to somebody privately."""
        return [seen for seen in await self.play.person(name).read("dm") if seen.json["author"]["bot"]]

    async def until(self, holds: Callable[[], Awaitable[bool]], *, seconds: float = 20.0) -> None:
        """Wait for something that the bot is doing just now."""
        async with asyncio.timeout(seconds):
            while not await holds():  # noqa: ASYNC110 - seen from outside, through HTTP
                await asyncio.sleep(0.02)

    async def posts(self) -> list[Any]:
        """Every post's number, state, tries, error and kind."""
        return await self.club.db.read(_posts)


def _posts(tx: Connection) -> list[Any]:
    columns = (posts.c.number, posts.c.state, posts.c.tries, posts.c.last_error, posts.c.kind)
    return [
        tuple(row) for row in tx.execute(posts.select().with_only_columns(*columns).order_by(posts.c.number))
    ]


@asynccontextmanager
async def telling(url: str, begun: Begun = living) -> AsyncGenerator[Telling]:
    """Set up, with the book's server and a clock that stands still unless it is moved."""
    async with begun(url) as play, databases.opened(url) as db:
        await set_up(play)
        await play.freeze()
        guild = int((await play.get("state", {"as": "Ada"}))["guild"]["id"])
        club = await Club.make(db, guild)
        there = Telling(play, club)
        await there.time()
        yield there
