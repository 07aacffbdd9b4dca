"""(r) What the record costs: the same offers and acceptances with a recorder and without, in turns.

Both write to books of their own through `db.write`; compared is the time that the process takes of the processor.
`added_ms` is what the record adds to one operation. What a press costs as a whole is measured by `press`.

    python -m tests.benchmarks.recording [--quick]
"""

import asyncio
import tempfile
import time
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
ROUNDS, BETS = 7, 200


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
    ours, theirs = harness.median(taken[0]), harness.median(taken[1])
    harness.report(
        "(r) offers and acceptances with the record against without",
        ours / theirs,
        goal=GOAL,
        better="lower",
        added_ms=round((ours - theirs) / (2 * bets) * 1_000, 3),
        operation_ms=round(ours / (2 * bets) * 1_000, 3),
        rounds=rounds,
    )


async def _ready(db: Database) -> tuple[Club, Player, Player, Claim]:
    club = await Club.make(db, 1001)
    ada, bo = await club.member(1, balance=10**12), await club.member(2, balance=10**12)
    return club, ada, bo, await club.claim(ada)


async def _bets(club: Club, ada: Player, bo: Player, claim: Claim, count: int) -> float:
    """Seconds of the processor for so many bets."""
    began = time.process_time()
    for _ in range(count):
        await club.bet(ada, bo, claim, maker_stake=10, taker_stake=10)
    return time.process_time() - began


if __name__ == "__main__":
    asyncio.run(main())
