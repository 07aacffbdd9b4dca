"""One process at a time on a SQLite book: a lock file next to it, held by the kernel as long as the holder lives.

`run`, `migrate` and `import` hold it; what only reads works at the same time. PostgreSQL needs none of this.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import BookInUse
from ledger.errors import ReadOnly, Unreachable
from ledger.storage.address import Address


@contextmanager
def held(url: str, who: str) -> Generator[None]:
    """Hold a book for one process; a crash lets go of it as well.

    Args:
        who: What another process is told holds it, such as "crux run".

    Raises:
        BookInUse: Another process holds it.
        Unreachable, ReadOnly: No lock file can stand next to the book.
    """
    address = Address.of(url)
    if address.path is None:
        yield
        return
    # Resolved, so that two names of one book meet in one lock. The file stays when we are done: a process that
    # removed it could remove it from under a process that has just opened it.
    book = address.path.resolve()
    with _opened(book.with_name(f"{book.name}.lock"), address) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BookInUse(
                address.path, os.pread(lock, 200, 0).decode().strip() or "another process"
            ) from None
        with suppress(OSError):  # on a full disk the lock is as good without a name
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{who} (process {os.getpid()})\n".encode(), 0)
        yield


@contextmanager
def _opened(path: Path, address: Address) -> Generator[int]:
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except (FileNotFoundError, NotADirectoryError):
        raise Unreachable(address.shown, f"there is no folder {path.parent}") from None
    except OSError:
        raise ReadOnly(address.shown) from None
    try:
        yield lock
    finally:
        os.close(lock)
