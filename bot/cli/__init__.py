"""One file a command. What stands in COMMANDS is what `crux` can do, in the order `crux --help` shows it."""

from bot.cli.command import Command
from bot.cli.migrate import MIGRATE
from bot.cli.playground import PLAYGROUND
from bot.cli.run import RUN

COMMANDS: tuple[Command, ...] = (RUN, PLAYGROUND, MIGRATE)
