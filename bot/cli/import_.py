"""`crux import`."""

import argparse
from pathlib import Path

from sqlalchemy import Connection

from bot.cli.command import Command
from bot.config import Config
from bot.lockfile import held
from ledger.files import imports
from ledger.files.exports import Summary
from ledger.storage.database import read_book, run_alone
from markets.records import imports as claims


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `crux export --out` wrote")


def run(config: Config, args: argparse.Namespace) -> int:
    url = config.database.url
    with held(url, "crux import"):
        read_book(url, lambda _: None)  # or writing would make the file
        made, beside = run_alone(url, lambda tx: _import(tx, args.folder), write=True)
    print(
        f"Guild {made.guild}: {made.transfers} transfers, {made.entries} entries, {made.accounts} accounts."
    )
    if beside:
        print(f"Claims: {beside['claims']}, with {beside['offers']} offers and {beside['bets']} bets.")
    print(f"Verified to the head that was exported, {made.head}")
    if not made.people:
        print("The export was made without people: its players are numbers that nobody is.")
    return 0


def _import(tx: Connection, folder: Path) -> tuple[Summary, dict[str, int]]:
    """The book and the claims next to it: all of both, or nothing."""
    beside: dict[str, int] = {}
    made = imports.import_folder(tx, folder, lambda tx, made: beside.update(claims.read(tx, folder, made)))
    return made, beside


IMPORT = Command(
    "import",
    "read a folder that `crux export` wrote",
    "Takes a whole book into a database that has none of that server yet, with its claims and bets, verified\n"
    "to the exported head, or nothing of it. Drafts stay behind, and Discord ids do unless the export was made\n"
    "--with-people.",
    run,
    options,
)
