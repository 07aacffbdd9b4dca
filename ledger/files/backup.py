"""A copy of a live SQLite book, taken while others go on writing to it."""

import os
import shlex
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection

from ledger.audit import verify
from ledger.errors import AlreadyThere, NotADatabase, OtherTool, Unreachable
from ledger.files import private
from ledger.storage import schema_version
from ledger.storage.address import Address
from ledger.storage.database import run_alone
from ledger.storage.error_translation import telling

_PAGES = 2_000  # of 4 KiB, copied at a time


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was read back whole.

    Attributes:
        version: The version it is at.
        reports: What its audit found; None where it is at another version than this code, which can't audit it.
    """

    path: Path
    version: str | None
    reports: tuple[Any, ...] | None


Audit = Callable[[Connection], tuple[Any, ...]]
"""Checks all of a database, and returns reports."""


def backup(url: str, target: Path, check: Audit | None = None) -> Backup:
    """Copy a book as it stands at one moment to a file that isn't there yet, and verify the copy.

    The file appears whole or not at all, and is self-contained: nothing has to be copied with it.

    Args:
        check: What reads the copy back; the book's own audit if not said.

    Raises:
        OtherTool: It is on PostgreSQL, which has a tool of its own.
        AlreadyThere: There is something at `target`.
        StorageError: The book can't be read, or the copy can't be written.
    """
    address = Address.of(url)
    if address.path is None:
        raise OtherTool(address.shown, _pg_dump(address))
    if os.path.lexists(target):
        raise AlreadyThere(target)
    if not target.parent.is_dir():
        raise Unreachable(str(target), f"there is no folder {target.parent}")
    with telling(str(target)), _unfinished(target) as part:
        run_alone(url, lambda tx: _copy(tx, part, target))
        made = _verified(part, address.shown, check or verify.audit_all)
        _sync(part)
        part.rename(target)
        _sync(target.parent)
    return Backup(target, made.version, made.reports)


def _copy(tx: Connection, part: Path, target: Path) -> None:
    book = tx.connection.driver_connection
    assert isinstance(book, sqlite3.Connection)
    # This read holds one state of the book. Without it each commit of another connection restarts the copy, which
    # on a busy book never ends. In WAL mode it keeps nobody from writing.
    book.execute("BEGIN")
    book.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with telling(str(target)), closing(sqlite3.connect(part)) as copy:
        book.backup(copy, pages=_PAGES)
        copy.execute("PRAGMA journal_mode = DELETE")  # all in one file; opening it for writing sets WAL again
    book.execute("ROLLBACK")


def _verified(part: Path, shown: str, check: Audit) -> Backup:
    """Read every page and, where we can, every row of the copy.

    Raises:
        NotADatabase: The copy is damaged, and so is the book, which goes by the name of `shown`.
    """
    url = f"sqlite:///{part}"
    try:
        if run_alone(url, lambda tx: tx.exec_driver_sql("PRAGMA integrity_check").scalar()) != "ok":
            raise NotADatabase(shown)
        version = run_alone(url, schema_version.found)
        current = version == schema_version.known()[-1]
        return Backup(part, version, run_alone(url, check) if current else None)
    except NotADatabase:
        raise NotADatabase(shown) from None


@contextmanager
def _unfinished(target: Path) -> Generator[Path]:
    """A name next to the target, which no reader takes for a backup; gone again if it isn't renamed."""
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.fchmod(number, private.FILE)  # whatever the umask left of it
    os.close(number)
    try:
        yield Path(name)
    finally:
        for left in (name, f"{name}-journal"):
            Path(left).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _pg_dump(address: Address) -> str:
    """The command for a PostgreSQL database, without its password (which pg_dump takes from ~/.pgpass)."""
    url = address.url
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    where = bare.render_as_string(hide_password=False)
    return f"pg_dump --format=custom --file=crux.dump {shlex.quote(where)}"
