"""The servers that tests start end with them."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests import databases

CHILD = """
import sys
from tests import databases

with databases.server() as server:
    print(server.uri, flush=True)
    sys.stdin.read()
"""


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))


def folder_of(process: int) -> Path:
    """The folder of the one server that a process has started."""
    (found,) = Path(tempfile.gettempdir()).glob(f"crux-pg-of-{process}-*")
    return found


def child() -> subprocess.Popen[bytes]:
    """A process with a running server, in a group of its own."""
    running = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=Path(databases.__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert b"postgresql://" in running.stdout.readline()
    return running


@pytest.mark.parametrize(
    ("how", "send"),
    [(signal.SIGTERM, os.kill), (signal.SIGKILL, os.kill), (signal.SIGKILL, os.killpg)],
    ids=["ended", "killed", "killed with its group"],
)
def test_a_server_ends_with_the_run_that_started_it(how: signal.Signals, send: Callable[[int, int], None]):
    with child() as running:
        folder = folder_of(running.pid)
        server = postmaster(folder)
        send(running.pid, how)
        running.wait(30)

    server.wait(30)
    _until_gone(folder)


def test_what_was_left_behind_is_stopped_at_the_next_start():
    """Such as where the watching process was killed too."""
    with child() as running:
        folder = folder_of(running.pid)
        server = postmaster(folder)
        databases.reap()
        assert server.is_running(), "whose maker is there is left alone"
        (watching,) = [one for one in psutil.Process(running.pid).children() if "watch" in one.cmdline()]
        watching.kill()
        running.kill()
        running.wait(30)
    assert server.is_running(), "nothing watched over it"

    databases.reap()

    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    assert not folder.exists()


def _until_gone(folder: Path) -> None:
    ends = time.monotonic() + 30
    while folder.exists():
        assert time.monotonic() < ends, f"{folder} is still there"
