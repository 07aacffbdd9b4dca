"""`crux invite`."""

import argparse
import asyncio
import re

from bot.cli import run as running
from bot.cli.command import Command
from bot.config import Config


def options(parser: argparse.ArgumentParser) -> None:
    running.options(parser)
    parser.add_argument(
        "--application",
        type=_id,
        metavar="ID",
        help="the application's id from the developer portal: then no token is needed, and nobody is asked",
    )


def _id(typed: str) -> int:
    if not re.fullmatch("[0-9]{17,20}", typed):
        raise argparse.ArgumentTypeError(f"{typed} is no application's id, which has 17 to 20 digits")
    return int(typed)


def run(config: Config, args: argparse.Namespace) -> int:
    from bot import connections, invite, permissions, tokens
    from bot.discord_url import point_at

    application = args.application
    if application is None:
        token = tokens.checked(config.require_token(), discord_url=args.discord_url)
        if args.discord_url is not None:
            point_at(args.discord_url)
        try:
            application = asyncio.run(invite.application_of(token))
        except connections.ENDINGS as error:
            raise connections.why(error) from None
    print(invite.link(application))
    print("\nWhoever manages a server opens it there. These are the rights that it asks for:\n")
    for right in permissions.INVITED.values():
        print(f"- {right.name}: {right.why}.")
    print("\nThen start `crux run`, and type /setup in the server.")
    return 0


INVITE = Command(
    "invite",
    "print the link that lets Crux into a server, and why it asks for each right",
    "Takes the bot's token from CRUX_DISCORD_TOKEN, or an application's id by --application.",
    run,
    options,
)
