"""A small disk of its own for a test, and one that can be made read-only."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path) -> Generator[Path]:
    """Three megabytes mounted on a new folder. Skips the test where mounting isn't permitted, fails it in CI."""
    disk = folder / "disk"
    disk.mkdir()
    _mount("-t", "tmpfs", "-o", "size=3m,mode=777", "tmpfs", str(disk))
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def make_read_only(place: Path) -> None:
    """Nobody writes to a small disk, or to one file on it, from now on; permissions alone wouldn't stop root."""
    if place.is_file():
        _mount("--bind", str(place), str(place))
        _mount("-o", "remount,bind,ro", str(place))
    else:
        _mount("-o", "remount,ro", str(place))


def _mount(*words: str) -> None:
    try:
        done = subprocess.run(["mount", *words], capture_output=True, text=True)
        why = done.stderr.strip()
        if not done.returncode:
            return
    except FileNotFoundError:
        why = "there is no mount program"
    if os.environ.get("CRUX_REQUIRE_TOOLS") == "1":
        pytest.fail(f"this proof needs a small disk: {why}")
    pytest.skip(f"a small disk can't be mounted here: {why}")
