"""What several commands share: which book is meant, and where text goes."""

import argparse
import io
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TextIO

from sqlalchemy import Connection

from bot.errors import CannotRun, NobodyReads
from ledger import statements


def add_guild(parser: argparse.ArgumentParser, unless: str) -> None:
    parser.add_argument("--guild", type=int, metavar="ID", help=f"the server's id{unless}")


def guild_meant(tx: Connection, asked: int | None) -> int:
    """Return the guild that was asked for, or the only one there is.

    Raises:
        CannotRun: None was asked for, and there are none or several.
    """
    if asked is not None:
        return asked
    there = statements.guilds(tx)
    if len(there) == 1:
        return there[0]
    if not there:
        raise CannotRun("There are no books in this database yet.")
    raise CannotRun(f"There are {len(there)} books in this database: say which with --guild.")


class _Output(io.FileIO):
    """Standard output, whose own failures can't be taken for the database's."""

    def write(self, data: Any, /) -> int | None:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise NobodyReads from None
        except OSError as error:
            raise CannotRun(
                f"The output can't be written: {(error.strerror or str(error)).lower()}."
            ) from None


@contextmanager
def output() -> Generator[TextIO]:
    """Give standard output as files are written: UTF-8 in every locale, and line breaks as they are."""
    raw = _Output(sys.stdout.fileno(), "w", closefd=False)
    with io.TextIOWrapper(io.BufferedWriter(raw, 2**16), encoding="utf-8", newline="") as out:
        yield out
