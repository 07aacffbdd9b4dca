"""Crux in the playground: the real discord.py in a child process, with a book of its own, for each test."""

import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.playground.driver import Playground
from tests import databases, forks
from tests.end_to_end import inside
from tests.end_to_end.presses import require_pressed

PACE = 0.1
"""How long Discord's rate limits last here: they are met, but nobody waits five seconds each time."""
ANSWER_SECONDS = 30.0
"""How long people wait for a first answer here. Discord's three seconds are a promise of a machine that does nothing
else (`test_walk.py` and the playground's own tests keep them); on a busy one a good answer takes longer."""
BEGINS = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""A Tuesday's noon: whatever hour the tests run at, midnight, the week's end and New Year lie where they lie."""


def command(url: str) -> Sequence[str]:
    return forks.command("bot", "run", "--discord-url", "{url}", "--database", url)


@asynccontextmanager
async def apart(url: str) -> AsyncGenerator[Playground]:
    """The bot in a process of its own, as `living` else."""
    async with _child(command(url)) as play:
        yield play


@asynccontextmanager
async def anew(url: str) -> AsyncGenerator[Playground]:
    """The same by a Python that has just been started, as `crux run` is: for what looks at the process itself."""
    words = ("-m", "bot", "run", "--discord-url", "{url}", "--database", url)
    async with _child((sys.executable, *words)) as play:
        yield play


@asynccontextmanager
async def _child(bot: Sequence[str]) -> AsyncGenerator[Playground]:
    async with Playground(bot=bot, begins=BEGINS) as play:
        await play.connected()
        async with held_to(play):
            yield play


@asynccontextmanager
async def living(url: str) -> AsyncGenerator[Playground]:
    """The bot in this process, in a playground of its own."""
    async with (
        inside.nothing_left(),
        Playground(begins=BEGINS) as play,
        inside.serving(play, url),
        held_to(play),
    ):
        yield play


Begun = Callable[[str], AbstractAsyncContextManager[Playground]]


def how(request: pytest.FixtureRequest) -> Begun:
    """The bot in a process of its own where the test bears the mark `apart`: what it is about is processes."""
    return apart if request.node.get_closest_marker("apart") else living


@asynccontextmanager
async def held_to(play: Playground) -> AsyncGenerator[None]:
    """Whatever Discord's description forbids fails the test, as does an incident, unless it cleared the list."""
    await play.settings(rate_limit_pace=PACE, answer_seconds=ANSWER_SECONDS)
    yield
    assert await play.failures() == []
    require_pressed(play)
    log = await play.log(2_000)
    assert not [line for line in log if " error " in line or "Traceback" in line], "\n".join(log)


def forgive(play: Playground) -> None:
    """What the log says up to here was this test's own doing."""
    assert play.running is not None
    play.running.child.lines.clear()


@pytest.fixture
def book(tmp_path: Path) -> str:
    """The address of a migrated SQLite book."""
    return databases.sqlite(tmp_path / "crux.db")


@pytest.fixture
async def play(request: pytest.FixtureRequest, book: str) -> AsyncGenerator[Playground]:
    """A playground with Crux in it."""
    async with how(request)(book) as play:
        yield play


async def set_up(play: Playground) -> None:
    """What an owner does first: channels, and the moderator role that Mira has."""
    card = await play.oz.run("/setup")
    form = await play.oz.click(card, "Channels and moderators")
    fields = {"announcements": ["announcements"], "log": ["log"], "moderators": ["Moderator"]}
    await play.oz.submit(form, fields)
