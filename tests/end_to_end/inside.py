"""The bot in the test's own process: the real discord.py client over the playground's real sockets, and all that
`crux run` joins, without the second of imports that a process costs.

One at a time: discord.py's base address is global. What is about processes (kills, restarts, signals) has a child of
its own, `conftest.apart`.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, MutableSequence

from bot import app, logs
from bot.playground.driver import Playground
from bot.playground.gateway import Gateway


class Kept(logging.Handler):
    """Keeps the lines that `crux run` would print."""

    def __init__(self, lines: MutableSequence[str]) -> None:
        super().__init__()
        self.setFormatter(logs.Lines())
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.partition(".")[0] == "crux"
        if record.levelno >= (logging.INFO if ours else logging.WARNING):
            self.lines.extend(self.format(record).splitlines())


_serving: list[str] = []


@contextlib.asynccontextmanager
async def only_client(url: str) -> AsyncGenerator[None]:
    """Hold the place of the one discord.py client that a process can have."""
    assert not _serving, f"discord.py's base address is global, and {_serving[0]} has it"
    _serving.append(url)
    try:
        yield
    finally:
        _serving.clear()


@contextlib.asynccontextmanager
async def serving(play: Playground, url: str) -> AsyncGenerator[None]:
    """The bot serves a playground from here on, and has stopped in order at the end, with every task it began."""
    assert play.running is not None
    async with only_client(play.url), _serving_alone(play, url):
        yield


@contextlib.asynccontextmanager
async def _serving_alone(play: Playground, url: str) -> AsyncGenerator[None]:
    assert play.running is not None
    kept, root, ours = Kept(play.running.child.lines), logging.getLogger(), logging.getLogger("crux")
    level = ours.level
    root.addHandler(kept)
    ours.setLevel(logging.INFO)
    stop = asyncio.Event()
    bot = asyncio.create_task(app.serve(url, play.running.core.world.token, stop, discord_url=play.url))
    try:
        await connected(play.running.core.gateway, bot)
        yield
    finally:
        stop.set()
        try:
            await bot
        finally:
            root.removeHandler(kept)
            ours.setLevel(level)


async def connected(gateway: Gateway, bot: asyncio.Task[None]) -> None:
    """Wait until a bot that runs as a task has come to the playground, or has ended."""
    while not (bot.done() or gateway.connected):
        changed = asyncio.create_task(gateway.changed.wait())
        await asyncio.wait((bot, changed), return_when=asyncio.FIRST_COMPLETED)
        changed.cancel()


@contextlib.asynccontextmanager
async def nothing_left(seconds: float = 30) -> AsyncGenerator[None]:
    """No task that was begun within outlives it: it would meet the next test's Discord.

    Args:
        seconds: How long those that are ending have for it.
    """
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=seconds)
    assert not left, f"still running: {left}"


@contextlib.asynccontextmanager
async def all_ended() -> AsyncGenerator[None]:
    """What was begun within, and was left in its middle by a bot that is killed, ends with it as a process would."""
    before = asyncio.all_tasks()
    try:
        yield
    finally:
        left = asyncio.all_tasks() - before - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            _, left = await asyncio.wait(left, timeout=30)
        assert not left, f"still running: {left}"
