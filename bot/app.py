"""Builds the parts and joins them; the only place that does."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator
from typing import Any

from discord import app_commands

from bot.client import Crux
from bot.clock import Clock, Idle
from bot.commands.help import help_
from bot.commands.ledger import ledger
from bot.commands.mod import mod
from bot.commands.privacy import privacy
from bot.commands.setup import setup
from bot.commands.wallet import wallet
from bot.discord_url import point_at
from ledger.database import Database

COMMANDS: tuple[app_commands.Group | app_commands.Command[Any, ..., None], ...] = (
    wallet,
    ledger,
    help_,
    privacy,
    mod,
    setup,
)

STOP_SECONDS = 6.0
"""How long what has begun may take once we are asked to stop; the rest of ten seconds is for closing."""

log = logging.getLogger("crux.app")


@contextlib.asynccontextmanager
async def built(url: str, *, discord_url: str | None = None) -> AsyncGenerator[Crux]:
    """The client with all its commands, not connected yet, on an open database."""
    if discord_url is not None:
        point_at(discord_url)
    db = await Database.open(url)
    crux = Crux(db, Clock())
    for command in COMMANDS:
        crux.tree.add_command(command)
    try:
        yield crux
    finally:
        await crux.checker.close()
        await crux.close()
        await db.close()


async def run(url: str, token: str, *, discord_url: str | None = None) -> None:
    """Serve Discord until SIGTERM or SIGINT: then answer what has begun, write what waits, close, and return."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with built(url, discord_url=discord_url) as crux, asyncio.TaskGroup() as tasks:
        following = None
        if discord_url is not None:
            following = tasks.create_task(crux.clock.follow(discord_url, sweep))
        serving = tasks.create_task(crux.start(token))
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await crux.finish(STOP_SECONDS)
        if following is not None:
            following.cancel()
        await crux.close()
        log.info("stopped")


async def sweep(now: object) -> Idle:
    return Idle()
