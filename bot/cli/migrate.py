"""`crux migrate`."""

import argparse

from bot.cli.command import Command
from bot.config import Config
from bot.lockfile import held
from ledger.storage import schema_version
from ledger.storage.address import Address
from ledger.storage.database import run_alone


def run(config: Config, _: argparse.Namespace) -> int:
    address = Address.of(config.database.url)
    with held(config.database.url, "crux migrate"):
        before, after = run_alone(
            config.database.url, lambda tx: schema_version.migrate(tx, address.shown), write=True
        )
    if before == after:
        print(f"{address.shown} is at version {after}: nothing to do.")
    elif before is None:
        print(f"{address.shown} is new, at version {after}.")
    else:
        print(f"{address.shown} went from version {before} to {after}.")
    return 0


MIGRATE = Command(
    "migrate",
    "make a database, or bring it to this version",
    "Makes the SQLite file if there is none. A database is brought over wholly or not at all; one that a newer\n"
    "Crux made is refused and left as it is. Make a backup first.",
    run,
)
