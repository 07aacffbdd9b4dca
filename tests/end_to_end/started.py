"""`crux playground` as people start it: a process of its own."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.playground.driver import Playground


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
            async with asyncio.timeout(60):
                while not (await play.bot())["connected"]:
                    pass
            yield play
            assert await play.failures() == []
    finally:
        process.terminate()
        code = await process.wait()
    assert code == 0
