"""The `crux` command: reads the command line and the configuration, and runs one of `bot.cli.COMMANDS`."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from bot import config
from bot.errors import CannotRun, NobodyReads
from bot.loading import loading
from ledger.errors import LedgerError

FAILED = 2
_ABOUT = "Crux: claims, bets and markets in a Discord server, with books that anyone can check."
_AFTER = "`crux COMMAND --help` explains each. Points have no cash value."


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{message[:1].upper()}{message[1:]}: see `{self.prog} --help`.\n")


class _Version(argparse.Action):
    """Print the version of Crux and the schema's, which reading the migrations tells, and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> NoReturn:
        from ledger.storage import schema_version

        print(f"crux {version('crux-bot')}, schema {schema_version.known()[-1]}")
        parser.exit()


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when all is well, 2 when it couldn't be done, and as the command says."""
    args = _parser().parse_args(words)
    run: Callable[[config.Config, argparse.Namespace], int] = args.command.run
    try:
        code = run(config.load(args.config, database=args.database), args)
        sys.stdout.flush()
        return code
    except (NobodyReads, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes it at the end
        return 0
    except KeyboardInterrupt:
        return 130
    except (CannotRun, LedgerError) as refused:
        print(refused, file=sys.stderr)
    except OSError as error:
        what = f"{error.filename} can't be used" if error.filename else "The output can't be written"
        print(f"{what}: {(error.strerror or str(error)).lower()}.", file=sys.stderr)
    except Exception:
        traceback.print_exc()
        print("That is a mistake in Crux itself: please report it with the lines above.", file=sys.stderr)
    return FAILED


def _parser() -> argparse.ArgumentParser:
    with loading():
        from bot.cli import COMMANDS

    parser = _Parser(prog="crux", description=_ABOUT, epilog=_AFTER)
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the version of Crux and of its database schema"
    )
    _add_common(parser, default=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        one = commands.add_parser(
            command.name,
            help=command.says,
            description=f"{command.says[0].upper()}{command.says[1:]}.\n\n{command.explains}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.options(one)
        _add_common(one, default=argparse.SUPPRESS)  # or it would forget what stood before the command
        one.set_defaults(command=command)
    return parser


def _add_common(parser: argparse.ArgumentParser, default: str | None) -> None:
    common = parser.add_argument_group("configuration")
    common.add_argument(
        "--config", type=Path, metavar="PATH", default=default, help="read this file, not config.toml"
    )
    common.add_argument(
        "--database", metavar="URL", default=default, help="use this database, not the file's database.url"
    )


if __name__ == "__main__":
    sys.exit(main())
