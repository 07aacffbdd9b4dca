"""`crux playground` as people start it: a process of its own."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.playground.driver import Playground
from bot.playground.jsons import Json


async def connected(play: Playground) -> None:
    """Wait until the bot of a playground in another process is there."""
    await seen(play, lambda bot: bot["connected"])


async def ended(play: Playground) -> None:
    """Wait until the bot has ended by itself."""
    await seen(play, lambda bot: bot["exit_code"] is not None)


async def seen(play: Playground, holds: Callable[[Json], bool]) -> None:
    """Look at the bot until something holds. To ask without a pause would take the processor from it."""
    async with asyncio.timeout(60):
        while not holds(await play.bot()):  # noqa: ASYNC110 - seen from outside, through HTTP
            await asyncio.sleep(0.05)


@asynccontextmanager
async def started(
    crux: Sequence[str | Path], folder: Path, environment: Mapping[str, str]
) -> AsyncGenerator[Playground]:
    """Start it on a free port, in a folder, and wait until the bot is connected. It must end in order when it is told
    to; whatever Discord's description forbids fails the test."""
    process = await asyncio.create_subprocess_exec(
        *crux,
        *("playground", "--port", "0", "--no-browser", "--folder", "here"),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        assert line.startswith("The playground is at http://127.0.0.1:"), line
        async with Playground(url=line.split()[-1]) as play:
            await connected(play)
            yield play
            assert await play.failures() == []
    finally:
        process.terminate()
        code = await process.wait()
    assert code == 0
