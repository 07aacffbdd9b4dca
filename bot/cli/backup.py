"""`crux backup`."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.command import Command
from bot.cli.verify import everything, tell
from bot.config import Config
from ledger.files.backup import backup
from ledger.storage.address import Address


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where to; beside the book, with the time in its name, if not said",
    )


def run(config: Config, args: argparse.Namespace) -> int:
    address = Address.of(config.database.url)
    made = backup(config.database.url, args.out or _beside(address.path or Path("crux.db")), everything)
    print(f"{made.path} is a copy of {address.shown}.")
    if made.reports is None:
        print(
            f"It is whole, and at version {made.version or 'none'}: `crux verify` of that version can check it."
        )
        return 0
    return tell(made.reports)


def _beside(book: Path) -> Path:
    return book.with_name(f"{book.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}{book.suffix}")


BACKUP = Command(
    "backup",
    "copy a SQLite book that is in use, and verify the copy",
    "The copy is the book as it stands at one moment, in one file that needs nothing beside it, and it is read back\n"
    "whole before it gets its name. It holds people's ids. To go back to it, stop Crux and put it in place.\n"
    "On PostgreSQL this names the pg_dump command to use. Exits with 1 if a book in the copy isn't right.",
    run,
    options,
)
