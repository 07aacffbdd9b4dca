"""One file a command. What stands in COMMANDS is what `crux` can do, in the order `crux --help` shows it."""

from bot.cli.backup import BACKUP
from bot.cli.command import Command
from bot.cli.doctor import DOCTOR
from bot.cli.export import EXPORT
from bot.cli.import_ import IMPORT
from bot.cli.invite import INVITE
from bot.cli.migrate import MIGRATE
from bot.cli.playground import PLAYGROUND
from bot.cli.run import RUN
from bot.cli.verify import VERIFY

COMMANDS: tuple[Command, ...] = (RUN, INVITE, PLAYGROUND, MIGRATE, VERIFY, EXPORT, IMPORT, BACKUP, DOCTOR)
