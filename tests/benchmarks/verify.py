"""(v) `verify` on 1,000,000 entries and 100,000 claims: both chains in 15 s, everything in 60 s, 300 MB.

Each is a process of its own. Compared with its limit is the time it takes of the processor: it waits for nothing, and
beside a busy neighbour the clock mostly measures who is interrupted more; its seconds are told as `by_the_clock`. A
smaller book has a smaller limit. The book is copied from a story that the product wrote (`many_claims`), and that
`verify` finds nothing in it is part of the run.

    python -m tests.benchmarks.verify [--quick | --book book.db]
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ledger.audit import verify
from ledger.storage.database import run_alone
from markets.records import record_audit, record_chain
from markets.records.streams import seldom
from tests.benchmarks import harness, many_claims
from tests.benchmarks.exports import peak

LIMITS = {"chains": 15.0, "everything": 60.0}
MOST_MB = 300


class Took(NamedTuple):
    processor: float
    clock: float
    mb: float


def figures(copies: int, book: Path | None = None) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        made = book or Path(folder) / "book.db"
        url = f"sqlite:///{made}" if book else many_claims.book(made, copies)
        mb = 0.0
        for what, limit in LIMITS.items():
            took = _run(what, url)
            mb = max(mb, took.mb)
            yield harness.report(
                f"(v) verify: {what}, of {limit:.0f} s",
                took.processor / (limit * copies / many_claims.COPIES),
                goal=1.0,
                better="lower",
                claims=copies * many_claims.CLAIMS,
                processor_seconds=round(took.processor, 1),
                by_the_clock=round(took.clock, 1),
                mb=round(took.mb),
            )
        yield harness.report(
            f"(v) verify: memory, of {MOST_MB} MB",
            mb / MOST_MB,
            goal=1.0,
            better="lower",
            mb=round(mb),
        )


def _run(what: str, url: str) -> Took:
    command = [sys.executable, "-m", "tests.benchmarks.verify", "--run", what, url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Took(*json.loads(done.stdout))


def _measure(what: str, url: str) -> Took:
    begun, at = time.process_time(), time.perf_counter()
    seldom()  # as the command does
    found = run_alone(url, chains if what == "chains" else everything)
    assert not found, found[:3]
    return Took(time.process_time() - begun, time.perf_counter() - at, peak())


def chains(tx: Connection) -> list[Any]:
    """Check the digests of both chains."""
    points = verify.audit(tx, many_claims.GUILD).problems
    return [*points, *record_chain.walk(tx, record_chain.Chain(many_claims.GUILD, None))]


def everything(tx: Connection) -> list[Any]:
    """Check all that `crux verify` does."""
    points = verify.audit(tx, many_claims.GUILD).problems
    return [*points, *record_audit.look(tx, many_claims.GUILD).problems]


if __name__ == "__main__":
    if "--run" in sys.argv:
        print(json.dumps(_measure(*sys.argv[-2:])))
    else:
        given = Path(sys.argv[-1]) if "--book" in sys.argv else None
        for _ in figures(25 if harness.quick() else many_claims.COPIES, given):
            pass
