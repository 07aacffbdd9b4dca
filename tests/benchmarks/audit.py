"""(c) `crux verify` against `ledger balance` and `hledger check` on the same entries.

All three are whole commands, started anew each time: ours reads the database, theirs the journal that `crux export`
makes of it, which asserts the balance after every posting. Compared is the time each takes of the processor: none
waits for anything, and beside a busy neighbour the clock mostly measures who is interrupted more; its ratio is told
as `by_the_clock`. hledger takes minutes at a million entries, so it runs three times there, the others five.

    python -m tests.benchmarks.audit [--quick]
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ledger.files import journals
from ledger.files.paging import Selection
from ledger.storage.database import run_alone
from tests.benchmarks import books, harness

ENTRIES = 1_000_000
SLOW = 300_000  # entries from which on hledger runs three times instead of five


class Taken(NamedTuple):
    """What one run of a command took."""

    processor: float
    clock: float


def figures(entries: int) -> Iterator[dict[str, Any]]:
    """Rates of ours to theirs (higher is better); nothing where a program is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        url = books.book(place / "book.db", books.transfers_for(entries))
        journal = _journal(url, place / "book.journal")
        theirs = {
            "ledger balance": (["ledger", "-f", str(journal), "balance"], 2.0, 5),
            "hledger check": (["hledger", "-f", str(journal), "check"], 7.0, 3 if entries >= SLOW else 5),
        }
        for name, (command, goal, rounds) in theirs.items():
            if shutil.which(command[0]):
                yield _figure(name, _runs([*_VERIFY, url], command, rounds), goal, entries)


_VERIFY = [sys.executable, "-m", "bot", "verify", "--database"]


def _figure(name: str, runs: list[tuple[Taken, Taken]], goal: float, entries: int) -> dict[str, Any]:
    return harness.report(
        f"(c) verify against {name}",
        harness.median([theirs.processor / ours.processor for ours, theirs in runs]),
        goal=goal,
        better="higher",
        entries=entries,
        by_the_clock=round(harness.median([theirs.clock / ours.clock for ours, theirs in runs]), 2),
        ours_seconds=round(harness.median([ours.processor for ours, _ in runs]), 2),
        theirs_seconds=round(harness.median([theirs.processor for _, theirs in runs]), 2),
        rounds=len(runs),
    )


def _runs(ours: list[str], theirs: list[str], rounds: int) -> list[tuple[Taken, Taken]]:
    """Both in turns, after one run of ours that warms the file."""
    _run(ours)
    pairs: list[tuple[Taken, Taken]] = []
    for number in range(rounds):
        first, second = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        taken = _run(first), _run(second)
        pairs.append(taken if number % 2 == 0 else (taken[1], taken[0]))
    return pairs


def _run(command: list[str]) -> Taken:
    """Run a command that must succeed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (command[0], process.returncode)
    return Taken(usage.ru_utime + usage.ru_stime, time.perf_counter() - began)


def _journal(url: str, path: Path) -> Path:
    with path.open("w", encoding="utf-8") as out:
        run_alone(url, lambda tx: journals.write_journal(tx, out, Selection(books.GUILD)))
    return path


if __name__ == "__main__":
    for _ in figures(20_000 if harness.quick() else ENTRIES):
        pass
