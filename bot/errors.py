"""What stops Crux from starting or a command from running, each in one sentence.

CannotRun
├── BadConfig     config.toml, the command line or the token is not as it should be
└── BookInUse     another process holds the book
"""

from pathlib import Path


class CannotRun(Exception):
    """Root of what this room tells the operator. `str()` is one plain sentence."""


class BadConfig(CannotRun):
    """Names the file, the line and the key, as far as there are such."""


class BookInUse(CannotRun):
    """Another process works on the book just now; `holder` says which, as it wrote itself down."""

    def __init__(self, book: Path, holder: str) -> None:
        self.book, self.holder = book, holder
        super().__init__(f"{book} is in use by {holder}: stop it first, or wait until it is done.")


class NobodyReads(CannotRun):
    """No failure: there is nobody left to tell anything."""
