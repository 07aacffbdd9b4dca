"""Crux in the playground: the real discord.py in a child process, with a book of its own, for each test."""

import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.playground.driver import Playground
from tests import databases
from tests.end_to_end.presses import require_pressed

PACE = 0.1
"""How long Discord's rate limits last here: they are met, but nobody waits five seconds each time."""
BEGINS = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""A Tuesday's noon: whatever hour the tests run at, midnight, the week's end and New Year lie where they lie."""


def command(url: str) -> Sequence[str]:
    return (sys.executable, "-m", "bot", "run", "--discord-url", "{url}", "--database", url)


@asynccontextmanager
async def living(url: str) -> AsyncGenerator[Playground]:
    """Whatever Discord's description forbids fails the test, as does an incident, unless it cleared the list."""
    async with Playground(bot=command(url), begins=BEGINS) as play:
        await play.connected()
        await play.settings(rate_limit_pace=PACE)
        yield play
        assert await play.failures() == []
        require_pressed(play)
        log = await play.log(2_000)
        assert not [line for line in log if " error " in line or "Traceback" in line], "\n".join(log)


@pytest.fixture
def book(tmp_path: Path) -> str:
    """The address of a migrated SQLite book."""
    return databases.sqlite(tmp_path / "crux.db")


@pytest.fixture
async def play(book: str) -> AsyncGenerator[Playground]:
    async with living(book) as play:
        yield play


async def set_up(play: Playground) -> None:
    """What an owner does first: channels, and the moderator role that Mira has."""
    card = await play.oz.run("/setup")
    form = await play.oz.click(card, "Channels and moderators")
    fields = {"announcements": ["announcements"], "log": ["log"], "moderators": ["Moderator"]}
    await play.oz.submit(form, fields)
