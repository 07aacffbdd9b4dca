"""`crux doctor`."""

import argparse
import asyncio

from bot.cli.command import Command
from bot.cli.run import options
from bot.config import Config


def run(config: Config, args: argparse.Namespace) -> int:
    return asyncio.run(_examine(config, args.discord_url))


async def _examine(config: Config, discord_url: str | None) -> int:
    from bot import doctor

    well = True
    async for finding in doctor.examine(config, discord_url=discord_url):
        print(finding, flush=True)
        well = well and finding.well
    return 0 if well else 1


DOCTOR = Command(
    "doctor",
    "look for what keeps Crux from working",
    "Looks at the token, the database, and, once connected, at what Crux lacks in each chosen channel, by name.\n"
    "Exit code 0: all is well; 1: something isn't. Beside a running Crux it does no harm.",
    run,
    options,
)
