"""`crux import`."""

import argparse
from pathlib import Path

from bot.cli.command import Command
from bot.config import Config
from bot.lockfile import held
from ledger import imports
from ledger.database import read_book, run_alone


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `crux export --out` wrote")


def run(config: Config, args: argparse.Namespace) -> int:
    url = config.database.url
    with held(url, "crux import"):
        read_book(url, lambda _: None)  # or writing would make the file
        made = run_alone(url, lambda tx: imports.import_folder(tx, args.folder), write=True)
    print(
        f"Guild {made.guild}: {made.transfers} transfers, {made.entries} entries, {made.accounts} accounts."
    )
    print(f"Verified to the head that was exported, {made.head}")
    if not made.people:
        print("The export was made without people: its players are numbers that nobody is.")
    return 0


IMPORT = Command(
    "import",
    "read a folder that `crux export` wrote",
    "Takes a whole book into a database that has none of that server yet, verified to the exported head, or nothing\n"
    "of it. People's Discord ids are there only if the export was made --with-people.",
    run,
    options,
)
