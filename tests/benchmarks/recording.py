"""(r) What the record costs: the same offers and acceptances with a recorder and without, in turns.

Both write to books of their own through `db.write`; compared is the time that the process takes of the processor.
`added_ms` is what the record adds to one operation. What a press costs as a whole is measured by `press`.

    python -m tests.benchmarks.recording [--quick]
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ledger.accounts import Player
from ledger.storage.database import Database
from markets.claims.claims import Claim
from markets.records.recorder import Recorder
from markets.settlement import consequences
from tests import databases
from tests.benchmarks import harness
from tests.markets.club import Club

GOAL = 1.6
ROUNDS, BETS = 7, 150


async def main() -> None:
    rounds, bets = (1, 20) if harness.quick() else (ROUNDS, BETS)
    with tempfile.TemporaryDirectory() as folder:
        made = [databases.sqlite(Path(folder) / f"{name}.db") for name in ("with", "without")]
        recorded = await Database.open(made[0], follow=consequences.follow, recorder=Recorder())
        bare = await Database.open(made[1], follow=consequences.follow)
        try:
            ready, plain = await _ready(recorded), await _ready(bare)
            taken = await harness.alternate_async(
                rounds, lambda: _bets(*ready, bets), lambda: _bets(*plain, bets)
            )
        finally:
            await recorded.close()
            await bare.close()
    ours, theirs = min(taken[0]), min(taken[1])  # beside a busy neighbour the least disturbed round says most
    harness.report(
        "(r) offers and acceptances with the record against without",
        ours / theirs,
        goal=GOAL,
        better="lower",
        added_ms=round((ours - theirs) / (2 * bets) * 1_000, 3),
        operation_ms=round(ours / (2 * bets) * 1_000, 3),
        rounds=rounds,
    )


PEOPLE = 80
"""Each may make thirty offers a day (B8)."""


async def _ready(db: Database) -> tuple[Club, Claim, Iterator[Player]]:
    club = await Club.make(db, 1001)
    people = [await club.member(person, balance=10**12) for person in range(1, PEOPLE + 1)]
    return club, await club.claim(people[0]), itertools.cycle(people)


async def _bets(club: Club, claim: Claim, people: Iterator[Player], count: int) -> float:
    """Seconds of the processor for so many bets."""
    began = time.process_time()
    for _ in range(count):
        await club.bet(next(people), next(people), claim, maker_stake=10, taker_stake=10)
    return time.process_time() - began


if __name__ == "__main__":
    asyncio.run(main())
