"""Make files and folders that their owner alone may read, whatever the process's umask is: they hold people's ids,
balances and hidden forecasts."""

import os
from pathlib import Path
from typing import IO

FILE, FOLDER = 0o600, 0o700


def new_file(path: Path) -> IO[bytes]:
    """Open a file that isn't there yet, for writing.

    Raises:
        OSError: It is there, or can't be made.
    """
    number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, FILE)
    os.fchmod(number, FILE)
    return os.fdopen(number, "wb")


def write_text(path: Path, text: str) -> None:
    """Write a text into a file that isn't there yet."""
    with new_file(path) as file:
        file.write(text.encode())
