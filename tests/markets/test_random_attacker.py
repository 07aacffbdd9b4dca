"""Six people in three alliances who know the rules try everything, in any order, late, twice and for one another:
nobody ends with more than their trades bring by the true results, and nothing stays locked for ever."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.storage.database import Database
from markets.settlement import consequences
from tests import databases, lanes, operations
from tests.markets.attacker import script
from tests.markets.attacker.tries import TRIES
from tests.markets.club import Club

STEPS = 300
"""Of one run; then its end, which takes as long as a hundred steps."""

GUILDS = itertools.count(7_000_001)


@pytest.fixture
def quick_url(tmp_path: Path) -> Iterator[str]:
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="crux-", dir=memory)) if os.access(memory, os.W_OK) else tmp_path
    yield databases.sqlite(folder / "crux.db")
    shutil.rmtree(folder, ignore_errors=True)


def test_each_operation_that_people_can_reach_is_tried():
    assert sorted(TRIES) == sorted(operations.people_s())


@pytest.mark.proof
@pytest.mark.rule("A3")
@pytest.mark.rule("C4")
@pytest.mark.rule("D1")
@pytest.mark.rule("D3")
@pytest.mark.rule("D7")
def test_nobody_who_knows_the_rules_takes_more_than_is_fair_or_locks_anything_for_ever(
    quick_url: str, size: int, lane: lanes.Run
):
    async def attack() -> Counter[str]:
        done = Counter[str]()
        db = await Database.open(quick_url, follow=consequences.follow, recorder=databases.recorder())
        try:

            async def club() -> Club:
                made = await Club.make(db, next(GUILDS))
                assert isinstance(made, Club)
                return made

            runs = 1 if lane.seed is not None else -(-size // STEPS)
            for seed in range(lane.first_seed, lane.first_seed + runs):
                village = await script.attacked(await club(), quick_url, seed, STEPS, club)
                done += village.done
        finally:
            await db.close()
        return done

    done = asyncio.run(attack())
    print(sorted(done.items(), key=lambda one: -one[1]))
    if lane.seed is None and size >= 10_000:
        assert sorted(set(TRIES) - set(done)) == [], "what it is for was never done"
