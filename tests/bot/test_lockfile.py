"""One process at a time works on a SQLite book; held to with real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bot.errors import BookInUse
from bot.lockfile import held
from ledger.errors import ReadOnly, Unreachable
from tests.mounts import make_read_only, small_disk

HOLD = """
import sys
from bot.lockfile import held
with held(sys.argv[1], "crux run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(url: str) -> Generator[subprocess.Popen[str]]:
    """A process that holds the book until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_second_process_is_refused_by_the_name_of_the_first(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'crux.db'}"
    with another_process(url) as process, pytest.raises(BookInUse) as refused, held(url, "crux migrate"):
        pass

    assert str(refused.value) == (
        f"{tmp_path / 'crux.db'} is in use by crux run (process {process.pid}):"
        " stop it first, or wait until it is done."
    )


def test_a_process_that_is_done_or_killed_lets_go(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'crux.db'}"
    with another_process(url):
        pass
    with held(url, "crux migrate"):
        pass
    with another_process(url) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with held(url, "crux migrate"):
            assert (tmp_path / "crux.db.lock").read_text() == f"crux migrate (process {os.getpid()})\n"


def test_one_book_under_two_names_is_one_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crux.db").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "link.db").symlink_to(tmp_path / "crux.db")

    link = f"sqlite:///{tmp_path / 'other' / 'link.db'}"
    with another_process(link), pytest.raises(BookInUse), held("sqlite:///crux.db", "crux run"):
        pass


def test_two_books_in_one_folder_are_two_books(tmp_path: Path):
    with (
        held(f"sqlite:///{tmp_path / 'a.db'}", "crux run"),
        held(f"sqlite:///{tmp_path / 'b.db'}", "crux run"),
    ):
        pass


def test_postgresql_needs_no_lock_file(postgresql_url: str):
    with another_process(postgresql_url), held(postgresql_url, "crux run"):
        pass


def test_where_no_lock_file_can_be_the_book_is_refused(tmp_path: Path):
    with pytest.raises(Unreachable, match="there is no folder"), held(f"sqlite:///{tmp_path}/no/x.db", "x"):
        pass
    with small_disk(tmp_path) as disk:
        make_read_only(disk)
        with pytest.raises(ReadOnly), held(f"sqlite:///{disk}/crux.db", "crux run"):
            pass


def test_a_full_disk_keeps_nobody_from_holding_a_book(tmp_path: Path):
    with small_disk(tmp_path) as disk:
        url = f"sqlite:///{disk}/crux.db"
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        with (
            another_process(url),
            pytest.raises(BookInUse, match="in use by another process"),
            held(url, "x"),
        ):
            pass
