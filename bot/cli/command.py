"""What a command is made of, for `bot.__main__` to put together."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from bot.config import Config


def _none(parser: argparse.ArgumentParser) -> None:
    """No options beyond those every command takes."""


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `crux`.

    Attributes:
        says: One line for `crux --help`.
        explains: What `crux NAME --help` adds to that.
        run: Does it and returns the exit code. It may raise CannotRun or LedgerError: one sentence, exit code 2.
        options: Adds the command's own arguments.
    """

    name: str
    says: str
    explains: str
    run: Callable[[Config, argparse.Namespace], int]
    options: Callable[[argparse.ArgumentParser], None] = _none
