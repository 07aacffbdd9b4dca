"""One key replayed, with the same body and with another: done once, and everybody told which of the two it was."""

import asyncio
import itertools
import random
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from ledger.accounts import Player, house
from ledger.errors import AlreadyDone, KeyReused
from ledger.storage.database import Database
from ledger.transfers import Posted
from tests import databases, lanes
from tests.ledger import rows
from tests.world import NOW, Post, World, post

pytestmark = pytest.mark.proof

REPLAYS = 10_000
BODIES = 4


async def ask(db: Database, ada: Player, amount: int) -> tuple[str, Posted | None]:
    """Ask under the one key: what was told, and the answer that it carried."""
    moved = {ada.wallet.number: -amount, house(ada.guild).number: amount}
    try:
        return "done", await db.write(post, Post(ada.guild, "the:key", moved), NOW)
    except AlreadyDone as done:
        return "repeat", done.answer
    except KeyReused:
        return "reused", None


@pytest.mark.parametrize("programs", [1, 4])
async def test_one_key_replayed_is_done_once(url: str, guild: int, programs: int, lane: lanes.Run):
    """From several programs, most bodies unlike the first, with a connection that goes now and then."""
    chance = random.Random(lane.first_seed)
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(databases.opened(url)) for _ in range(programs)]
        world = await World.make(opened[0], guild)
        ada = await world.player(1, balance=1_000_000)
        for db in opened:
            db.hooks.before_commit = lambda: chance.random() < 0.003
        amounts = [chance.randrange(1, BODIES + 1) for _ in range(REPLAYS // 2)]
        left = iter(amounts)

        async def replay(db: Database) -> list[tuple[int, str, Posted | None]]:
            return [(amount, *await ask(db, ada, amount)) for amount in left]

        replays = await asyncio.gather(*(replay(opened[n % programs]) for n in range(64)))
        told = [*itertools.chain(*replays)]
        for db in opened:
            db.hooks.before_commit = None

        ((amount, _, first),) = [each for each in told if each[1] == "done"]
        assert first is not None
        assert all(answer == first for given, _, answer in told if given == amount)
        counted = Counter(how for _, how, _ in told)
        assert counted == {
            "done": 1,
            "repeat": amounts.count(amount) - 1,
            "reused": len(amounts) - amounts.count(amount),
        }
        assert await world.balance(ada.wallet) == 1_000_000 - amount
        assert (await world.head()).transfers == 2
        await rows.is_right(world.db, guild)
