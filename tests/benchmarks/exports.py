"""(d) CSV export of a book against a bare `csv.writer` loop over the same rows, and the memory it takes.

The baseline reads the same columns with `sqlite3` in one go and writes them as they come; ours reads page by page,
writes times as ISO 8601 and each amount a second time in points, and guards every text. Compared is the time each
takes of the processor: neither waits for anything, and beside a busy neighbour the clock mostly measures who is
interrupted more; its ratio is told as `by_the_clock`.

    python -m tests.benchmarks.exports [--quick]
"""

import csv
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ledger.files import exports
from ledger.files.paging import Selection
from ledger.storage.database import run_alone
from tests.benchmarks import books, harness

ROUNDS = 5
SAME_ROWS = """
    SELECT e.guild_id, e.transfer, e.line, t.at_us, t.kind, t.key, t.actor, e.account, a.kind, a.owner,
           e.account_seq, e.amount, e.balance_after
    FROM entries e
    JOIN transfers t ON t.guild_id = e.guild_id AND t.number = e.transfer
    JOIN accounts a ON a.guild_id = e.guild_id AND a.number = e.account
    WHERE e.guild_id = ? ORDER BY e.transfer, e.line
"""


def figures(entries: int) -> Iterator[dict[str, Any]]:
    """The ratio of rates (higher is better), and the megabytes that the export adds to the process."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        url = books.book(place / "book.db", books.transfers_for(entries))
        clock: list[float] = []
        bare, ours = harness.alternate(
            ROUNDS,
            lambda: _processor(lambda: _bare(place), clock),
            lambda: _processor(lambda: _export(url, place), clock),
        )
        ratio = harness.median([b / o for b, o in zip(bare, ours, strict=True)])
        size = (place / "ours.csv").stat().st_size >> 20
        yield harness.report(
            "(d) CSV export against a bare csv.writer",
            ratio,
            goal=0.85,
            better="higher",
            entries=entries,
            mb=size,
            by_the_clock=round(_ratio_by_the_clock(clock), 3),
        )
        added = _memory(url, place)
        yield harness.report(
            "(d) memory added by a CSV export, of 64 MB",
            added / 64,
            goal=1.0,
            better="lower",
            mb=round(added, 1),
        )


def _processor(work: Callable[[], None], clock: list[float]) -> float:
    """Seconds of the processor; those by the clock are noted."""
    began, at = time.process_time(), time.perf_counter()
    work()
    clock.append(time.perf_counter() - at)
    return time.process_time() - began


def _ratio_by_the_clock(clock: list[float]) -> float:
    """Of bare to ours; every other round they ran in the other order."""
    rounds = [clock[place : place + 2][:: -1 if place % 4 else 1] for place in range(0, len(clock), 2)]
    return harness.median([bare / ours for bare, ours in rounds])


def _bare(place: Path) -> None:
    with (
        closing(sqlite3.connect(place / "book.db")) as driver,
        (place / "bare.csv").open("w", newline="", encoding="utf-8") as out,
    ):
        writer = csv.writer(out)
        for row in driver.execute(SAME_ROWS, (books.GUILD,)):
            writer.writerow(row)


def _export(url: str, place: Path) -> None:
    with (place / "ours.csv").open("w", newline="", encoding="utf-8") as out:
        run_alone(url, lambda tx: exports.write_csv(tx, out, Selection(books.GUILD)))


def _memory(url: str, place: Path) -> float:
    """How many megabytes higher the peak of a fresh process is after an export than before it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.exports", "--memory", url, str(place)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


def _measure_memory(url: str, place: Path) -> None:
    before = peak()
    _export(url, place)
    print(peak() - before)


def peak() -> float:
    """This process's highest memory so far, in megabytes: Linux's own count, as `getrusage` carries over what the
    process was started from."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    if "--memory" in sys.argv:
        _measure_memory(sys.argv[-2], Path(sys.argv[-1]))
    else:
        for _ in figures(30_000 if harness.quick() else 1_000_000):
            pass
