"""(x) Four people export at once on 100,000 claims: 250 MB for the whole process.

They wait in line, as the bot lets them, and each keeps what was packed until all have theirs, as if Discord took it
slowly. Two export all claims, two the server's entries. The process has imported what the bot imports.

    python -m tests.benchmarks.exporters [--quick | --book book.db]
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot import app as _app  # for its size
from bot.commands import packing
from ledger.storage.database import Database
from tests.benchmarks import harness, many_claims
from tests.benchmarks.exports import peak

MOST_MB = 250
LIMITS = (10 * 2**20, 100 * 2**20)
"""What Discord takes of one file: at least, and in a server with every boost."""


def figures(copies: int, book: Path | None = None) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        made = book or Path(folder) / "book.db"
        url = f"sqlite:///{made}" if book else many_claims.book(made, copies)
        for limit in LIMITS:
            command = [sys.executable, "-m", "tests.benchmarks.exporters", "--run", url, str(limit)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            mb, seconds, sizes, before = json.loads(done.stdout)
            yield harness.report(
                f"(x) memory of four exporters, of {MOST_MB} MB",
                mb / MOST_MB,
                goal=1.0,
                better="lower",
                claims=copies * many_claims.CLAIMS,
                limit_mb=limit >> 20,
                mb=round(mb),
                before_mb=round(before),
                packed_mb=[round(size / 2**20, 1) if size else "refused: too large" for size in sizes],
                by_the_clock=round(seconds, 1),
            )


async def _measure(url: str, limit: int) -> tuple[float, float, list[int], float]:
    assert _app
    line = asyncio.Lock()
    db = await Database.open(url)
    before, began = peak(), time.perf_counter()

    async def claims() -> bytes | None:
        async with line:
            return (await packing.claims_packed(db, many_claims.GUILD, limit)).content

    async def entries() -> bytes | None:
        async with line:
            return (await packing.entries_packed(db, many_claims.GUILD, None, limit)).content

    try:
        packed = await asyncio.gather(claims(), entries(), claims(), entries())
    finally:
        await db.close()
    return peak(), time.perf_counter() - began, [len(one or b"") for one in packed], before


if __name__ == "__main__":
    if "--run" in sys.argv:
        print(json.dumps(asyncio.run(_measure(sys.argv[-2], int(sys.argv[-1])))))
    else:
        given = Path(sys.argv[-1]) if "--book" in sys.argv else None
        for _ in figures(25 if harness.quick() else many_claims.COPIES, given):
            pass
