"""Builds the parts and joins them; the only place that does."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator

from bot import connections
from bot.background.scheduler import Scheduler
from bot.clock import Clock
from bot.commands.routes import ROUTES
from bot.commands.slash import COMMANDS
from bot.discord_url import point_at
from bot.router import Router
from bot.routes import Routes
from ledger.storage.database import Database
from markets.records.recorder import Recorder
from markets.settlement import consequences

STOP_SECONDS = 6.0
"""How long what has begun may take once we are asked to stop; the rest of ten seconds is for closing."""

log = logging.getLogger("crux.app")


@contextlib.asynccontextmanager
async def built(url: str, *, discord_url: str | None = None) -> AsyncGenerator[Router]:
    """Build the client with all its commands, on an open database. It isn't connected yet."""
    if discord_url is not None:
        point_at(discord_url)
    db = await Database.open(url, follow=consequences.follow, recorder=Recorder())
    crux = Router(db, Clock(), Routes(ROUTES), ready_after_seconds=2.0 if discord_url is None else 0.1)
    for command in COMMANDS:
        crux.tree.add_command(command)
    try:
        yield crux
    finally:
        await crux.checker.close()
        await crux.painter.close()
        await crux.close()
        await db.close()


async def run(url: str, token: str, *, discord_url: str | None = None) -> None:
    """Serve Discord until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(url, token, stop, discord_url=discord_url)


async def serve(url: str, token: str, stop: asyncio.Event, *, discord_url: str | None = None) -> None:
    """Serve Discord until `stop` is set: then answer what has begun, write what waits, close, and return."""
    async with built(url, discord_url=discord_url) as crux:
        scheduler = Scheduler(crux)
        beside = [asyncio.create_task(scheduler.run())]
        if discord_url is not None:
            beside.append(asyncio.create_task(crux.clock.follow(discord_url, scheduler.sweep)))
        serving, stopped = asyncio.create_task(crux.start(token)), asyncio.create_task(stop.wait())
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        await crux.finish(STOP_SECONDS)
        for task in (stopped, *beside):
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await crux.close()
        await _served(serving)
        log.info("stopped")


async def _served(serving: asyncio.Task[None]) -> None:
    """What ended the connection to Discord, in a sentence where the operator can do something about it."""
    try:
        await serving
    except connections.ENDINGS as error:
        raise connections.why(error) from None
