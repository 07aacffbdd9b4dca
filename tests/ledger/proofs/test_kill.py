"""`kill -9` at random moments: what was acknowledged stands, and nothing else is half there."""

import asyncio
import multiprocessing
import random
import time
from multiprocessing.context import ForkServerContext

import pytest

from tests import databases, lanes
from tests.ledger import rows
from tests.ledger.proofs import writing
from tests.ledger.proofs.writing import CALLERS, PURSE, Ack, Job
from tests.world import World

pytestmark = pytest.mark.proof

PURSES = 10**9


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Processes that have imported everything when they begin: fifty kills must not cost fifty imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "asyncpg", "tests.ledger.proofs.writing"])
    return context


async def new_book(url: str, guild: int) -> tuple[Ack, ...]:
    async with databases.opened(url) as db:
        world = await World.make(db, guild)
        players = [await world.player(person, balance=PURSES) for person in range(1, CALLERS + 1)]
        assert [player.wallet.number for player in players] == [*range(PURSE, PURSE + CALLERS)]
        head = await world.head()
    return tuple(Ack(caller, 0, head.transfers, head.digest) for caller in range(CALLERS))


def write_and_kill(processes: ForkServerContext, job: Job, chance: random.Random) -> list[Ack]:
    """Let a process write until it was heard of a random number of times, kill it, and hear the rest out."""
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(target=writing.run, args=(job, theirs), daemon=True)
    process.start()
    theirs.close()
    heard = list[Ack]()
    try:
        count = chance.choice((0, 1, *[chance.randrange(300)] * 6))
        for _ in range(count):
            heard.append(Ack(*ours.recv()))
        # Anywhere in the commits that follow; before the first, anywhere in opening the database.
        moment = time.perf_counter_ns() + chance.randrange(4_000_000 if count else 100_000_000)
        while time.perf_counter_ns() < moment:
            pass
    finally:
        process.kill()
        process.join()
    try:
        while True:
            heard.append(Ack(*ours.recv()))
    except (EOFError, OSError):  # the latter in the middle of a message
        return heard
    finally:
        ours.close()


def continued(last: tuple[Ack, ...], heard: list[Ack]) -> tuple[Ack, ...]:
    """Each caller's newest acknowledgement; none skipped a place."""
    newest = {ack.caller: ack for ack in last}
    for ack in heard:
        assert ack.place == newest[ack.caller].place + 1
        newest[ack.caller] = ack
    return tuple(newest[caller] for caller in range(CALLERS))


async def check_what_was_heard(url: str, guild: int, heard: list[Ack], head: str) -> None:
    """Each acknowledged transfer stands under its key with its digest, and the book is right up to them."""
    async with databases.opened(url) as db:
        book = await rows.everything(db, guild)
        await rows.is_right(db, guild, head=head)
    stored = {row[3]: (row[1], row[-1].hex()) for row in book["transfers"]}
    done = {row[1] for row in book["done"]}
    for ack in heard:
        key = f"caller:{ack.caller}:{ack.place}"
        assert stored[key] == (ack.number, ack.digest)
        assert key in done


async def check_everything(url: str, guild: int, last: tuple[Ack, ...]) -> None:
    """With what was not acknowledged asked for again, the book holds what each caller asked for, once."""
    async with databases.opened(url) as db:
        last = tuple([await writing.ask(db, guild, ack) for ack in last])
        book = await rows.everything(db, guild)
        await rows.is_right(db, guild)
    held = dict.fromkeys(range(PURSE, PURSE + CALLERS), PURSES) | {1: -PURSES * CALLERS, 2: 0}
    keys = {row[3] for row in book["transfers"]}
    for ack in last:
        for place in range(1, ack.place + 1):
            assert f"caller:{ack.caller}:{place}" in keys
            taken_back = place % 5 == 0 or (place % 5 == 4 and place < ack.place)
            for account, amount in {} if taken_back else writing.moved(ack.caller, place).items():
                held[account] += amount
    assert {row[1]: row[4] for row in book["accounts"]} == held
    assert len(keys) == CALLERS + sum(ack.place for ack in last)


async def kill_often(processes: ForkServerContext, url: str, guild: int, *, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    chance, last = random.Random(seed), await new_book(url, guild)
    for kill in range(kills):
        heard = await asyncio.to_thread(write_and_kill, processes, Job(url, guild, last), chance)
        last = continued(last, heard)
        if heard or kill % 10 == 0:
            await check_what_was_heard(url, guild, heard, max(last, key=lambda ack: ack.number).digest)
    assert sum(ack.place for ack in last) > kills, "the writers hardly wrote"
    await check_everything(url, guild, last)


async def test_nothing_acknowledged_is_lost_when_a_writing_process_is_killed(
    processes: ForkServerContext, own_sqlite: str, guild: int, size: int, lane: lanes.Run
):
    await kill_often(processes, own_sqlite, guild, kills=size, seed=lane.first_seed)


async def test_nothing_acknowledged_is_lost_when_a_process_on_postgresql_is_killed(
    processes: ForkServerContext, postgresql_url: str, guild: int, size: int, lane: lanes.Run
):
    await kill_often(processes, postgresql_url, guild, kills=size, seed=lane.first_seed)
