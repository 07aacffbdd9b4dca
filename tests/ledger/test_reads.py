"""`db.read`: short, beside the writes, cut off when it is long, and never a write."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from ledger import schema, statements
from ledger.accounts import Account, house
from ledger.errors import Busy, Closed, ReadOnly, ReadTooLong, UnknownAccount
from ledger.storage import database
from ledger.storage.database import Database
from ledger.storage.error_translation import READ_LIMIT_MS
from tests import databases
from tests.ledger import rows
from tests.ledger.gates import Hold, closed_gate, settled
from tests.world import NOW, World

COUNTED = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT max(i) FROM n"
)
ENDLESS = sa.text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")


@pytest.fixture(autouse=True)
def in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit that Crux runs with."""
    monkeypatch.setattr(database, "READ_LIMIT_MS", READ_LIMIT_MS)


@pytest.fixture
async def db(url: str, in_earnest: None) -> AsyncIterator[Database]:
    """A database opened with that limit, by each test for itself."""
    async with databases.opened(url) as database:
        yield database


def endless(tx: Connection) -> int:
    return tx.execute(ENDLESS).scalar_one()


def long(tx: Connection, seconds: float) -> int:
    """Many short statements."""
    began, asked = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        tx.execute(COUNTED).scalar_one()
        asked += 1
    return asked


async def test_a_read_that_is_too_long_is_cut_off(world: World):
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(ReadTooLong, match=r"^The read took longer than 500 ms and was cut off\.$"):
            await asyncio.wait_for(world.db.read(endless), 30)
        assert time.monotonic() - began >= 0.5

    # every connection was used, and each still reads
    ended = await asyncio.gather(*(world.db.read(endless) for _ in range(4)), return_exceptions=True)
    assert [type(each) for each in ended] == [ReadTooLong] * 4
    heads = await asyncio.gather(*(world.head() for _ in range(8)))
    assert [head.transfers for head in heads] == [0] * 8


async def test_a_read_of_many_statements_is_cut_off_as_well(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "READ_LIMIT_MS", 100)
    async with databases.opened(url) as db:
        with pytest.raises(ReadTooLong):
            await db.read(long, 30)


async def test_what_nobody_waits_for_is_read_again_without_a_limit(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "READ_LIMIT_MS", 100)
    async with databases.opened(url) as db:
        assert await db.read_patiently(long, 1) > 1
        with pytest.raises(ReadOnly):
            await db.read_patiently(lambda tx: tx.execute(sa.delete(schema.books)))


async def test_a_long_read_may_take_its_time(world: World):
    assert await world.db.read_long(long, 0.6) > 1


@pytest.mark.parametrize("how", ["read", "read_long"])
async def test_a_read_cannot_write(world: World, how: str):
    ada = await world.player(1, balance=100)
    before = await rows.everything(world.db, world.guild)
    statement = (
        sa.update(schema.accounts).where(schema.accounts.c.number == ada.wallet.number).values(balance=5)
    )

    with pytest.raises(ReadOnly):
        await getattr(world.db, how)(lambda tx: tx.execute(statement))

    assert await rows.everything(world.db, world.guild) == before


def rest(tx: Connection, seconds: float) -> int:
    """Wait for something else between two statements."""
    tx.execute(COUNTED)
    if tx.dialect.name == "sqlite":
        time.sleep(seconds)
    else:
        await_only(asyncio.sleep(seconds))
    return tx.execute(COUNTED).scalar_one()


async def test_what_a_read_waits_for_is_not_held_against_it(world: World):
    assert await world.db.read(rest, 0.6) == 20_000


@asynccontextmanager
async def every_connection_held(db: Database) -> AsyncIterator[None]:
    """Four reads stand still, one on each connection, until the end."""
    loop, came, go_on, open_gate = asyncio.get_running_loop(), asyncio.Semaphore(0), asyncio.Event(), Event()

    def stand(tx: Connection) -> bool:
        loop.call_soon_threadsafe(came.release)
        return open_gate.wait(30) if tx.dialect.name == "sqlite" else await_only(go_on.wait())

    standing = [asyncio.create_task(db.read(stand)) for _ in range(4)]
    for _ in standing:
        await came.acquire()
    yield
    go_on.set()
    open_gate.set()
    assert await asyncio.gather(*standing) == [True] * 4


async def test_a_read_that_finds_no_connection_free_waits_for_its_turn(world: World):
    async with every_connection_held(world.db):
        waiting = asyncio.create_task(world.head())
        done, _ = await asyncio.wait((waiting,), timeout=0.6)
        assert not done

    assert (await waiting).transfers == 0


async def test_of_too_many_reads_that_wait_the_last_is_refused(world: World):
    async with every_connection_held(world.db):
        waiting = [asyncio.create_task(world.head()) for _ in range(256)]
        await settled()
        with pytest.raises(Busy, match=r"^256 others are waiting: busy, nothing happened\."):
            await world.head()

    assert {head.transfers for head in await asyncio.gather(*waiting)} == {0}
    assert (await world.head()).transfers == 0


async def test_a_read_that_nobody_waits_for_any_more_is_not_begun(world: World):
    begun: list[int] = []
    async with every_connection_held(world.db):
        waiting = [asyncio.create_task(world.db.read(lambda _, n=n: begun.append(n))) for n in range(8)]
        await settled()
        for task in waiting[:4]:
            task.cancel()
        await asyncio.wait(waiting[:4])

    await asyncio.gather(*waiting[4:])
    assert sorted(begun) == [4, 5, 6, 7]


async def test_a_refusal_from_a_read_is_raised_as_it_is(world: World):
    with pytest.raises(UnknownAccount) as refused:
        await world.balance(Account(world.guild, 99))

    assert refused.value.__cause__ is None


async def test_a_driver_error_is_the_cause_of_what_is_told(world: World):
    with pytest.raises(ReadTooLong) as told:
        await world.db.read(endless)

    assert told.value.__cause__ is not None


async def test_reads_go_on_while_a_write_is_under_way_and_see_nothing_of_it(world: World):
    ada = await world.player(1, balance=100)

    async with closed_gate(world.db, world.guild) as gate:
        begun = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "begun"), NOW))
        await gate.wait()
        waiting = asyncio.create_task(world.post({ada.wallet: -1, house(world.guild): 1}))
        await settled()
        balances = await asyncio.gather(*(world.balance(ada.wallet) for _ in range(20)))
        assert balances == [100] * 20
        await gate.open()
        await asyncio.gather(begun, waiting)

    assert await world.balance(ada.wallet) == 99


async def test_closing_waits_for_reads_and_refuses_new_ones(url: str):
    db = await Database.open(url)
    reading: list[asyncio.Task[Any]] = [asyncio.create_task(db.read_long(long, 0.2)) for _ in range(2)]
    reading += [asyncio.create_task(db.read(long, 0.2)) for _ in range(4)]
    await settled()

    await db.close()

    assert all(each.done() and each.result() > 0 for each in reading)
    with pytest.raises(Closed, match="nothing happened"):
        await db.read(statements.guilds)
    with pytest.raises(Closed):
        await db.read_long(statements.guilds)
