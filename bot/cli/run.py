"""`crux run`."""

import argparse
import asyncio

from bot.cli.command import Command
from bot.config import Config
from bot.loading import loading
from bot.lockfile import held


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--discord-url",
        metavar="URL",
        help="speak to a playground on this machine, such as http://127.0.0.1:8710, instead of Discord",
    )


def run(config: Config, args: argparse.Namespace) -> int:
    with loading():
        from bot import app, logs, tokens

    token = tokens.checked(config.require_token(), discord_url=args.discord_url)
    logs.begin()
    with held(config.database.url, "crux run"):
        asyncio.run(app.run(config.database.url, token, discord_url=args.discord_url))
    return 0


RUN = Command(
    "run",
    "serve Discord until it is stopped",
    "Takes the bot's token from CRUX_DISCORD_TOKEN. SIGTERM or Ctrl-C stops it: what has begun is finished first.\n"
    "Only one process runs on a SQLite book.",
    run,
    options,
)
