"""What a driver's error means to the operator."""

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy.exc

from ledger.errors import (
    DiskFull,
    HeldByAnother,
    LedgerError,
    NotADatabase,
    ReadOnly,
    ReadTooLong,
    StorageError,
    Unreachable,
)

READ_LIMIT_MS = 500

_ROOM = 64 * 1024  # bytes: SQLite's shared memory file alone takes 32 KiB


def storage_error(error: BaseException, shown: str) -> LedgerError | None:
    """Return the StorageError behind a driver's error, or None where it says nothing about the storage.

    Args:
        shown: The database as its owner knows it: the file's path, or the address without its password.
    """
    if isinstance(error, LedgerError):
        return error
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _sqlite(cause, shown)
    if isinstance(cause, UnicodeDecodeError):  # a damaged name or text, or SQLite's complaint that quotes one
        return NotADatabase(shown)
    if isinstance(
        error, sqlalchemy.exc.TimeoutError
    ):  # no connection came free; writes wait for theirs elsewhere
        return ReadTooLong(READ_LIMIT_MS)
    if isinstance(error, OSError):
        return Unreachable(shown, getattr(cause, "strerror", None) or str(cause) or type(cause).__name__)
    state = str(getattr(cause, "sqlstate", None) or "")
    if state == "57014":
        return ReadTooLong(READ_LIMIT_MS)
    if state == "53100":
        return DiskFull(shown)
    if state == "25006":
        return ReadOnly(shown)
    if state[:2] in ("08", "28", "3D", "53", "57") or getattr(error, "connection_invalidated", False):
        return Unreachable(shown, str(cause).splitlines()[0] if str(cause) else "the connection was lost")
    return None


@contextmanager
def telling(shown: str) -> Generator[None]:
    """Raise what stands for a driver's error in its place, caused by it."""
    try:
        yield
    except Exception as error:
        told = told_as(error, shown)
        if told is error:
            raise
        raise told from error


def told_as(error: BaseException, shown: str) -> BaseException:
    """Return the LedgerError that stands for a driver's error, or else the error itself."""
    known = storage_error(error, shown)
    if known is None or known is error:
        return error
    known.__cause__ = error
    return known


def _sqlite(cause: sqlite3.Error, shown: str) -> LedgerError | None:
    code = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return NotADatabase(shown)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return HeldByAnother(shown)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(shown)
    if code == sqlite3.SQLITE_READONLY:
        return ReadOnly(shown)
    if code == sqlite3.SQLITE_INTERRUPT:
        return ReadTooLong(READ_LIMIT_MS)
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        return _place(Path(shown).parent, shown) or Unreachable(shown, str(cause))
    return StorageUnknown(shown, cause) if isinstance(cause, sqlite3.OperationalError) and not code else None


def _place(folder: Path, shown: str) -> LedgerError | None:
    """What a file that can't be made or written owes to its folder: SQLite doesn't always say."""
    try:
        full = shutil.disk_usage(folder).free < _ROOM
    except OSError:
        return None
    if full:
        return DiskFull(shown)
    return None if os.access(folder, os.W_OK) else ReadOnly(shown)


class StorageUnknown(StorageError):
    """The connection was closed under us."""

    def __init__(self, shown: str, cause: BaseException) -> None:
        super().__init__(f"{shown}: {cause}.")
