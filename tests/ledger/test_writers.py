"""The contract of `db.write` and `db.background`: commits shared, neighbours unhurt, nothing done twice or half."""

import asyncio
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, schema, statements
from ledger.accounts import house
from ledger.errors import AlreadyDone, Busy, Closed, HeldByAnother, InsufficientFunds, Unreachable
from ledger.storage import engines, writers
from ledger.storage.database import Database
from ledger.storage.writers import WAITING
from tests import databases
from tests.ledger import rows
from tests.ledger.gates import Hold, closed_gate, outsider, settled
from tests.world import NOW, Join, Post, World, join, post


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """A database that each test opens for itself: what is told here is how it is opened, broken and closed."""
    async with databases.opened(url) as database:
        yield database


@pytest.fixture
async def sqlite_world(sqlite_url: str, guild: int) -> Any:
    async with databases.opened(sqlite_url) as db:
        yield await World.make(db, guild)


@pytest.fixture
async def postgresql_world(postgresql_url: str, guild: int) -> Any:
    async with databases.opened(postgresql_url) as db:
        yield await World.make(db, guild)


def only(*answers: bool) -> Callable[[], bool]:
    """A hook that gives these answers, and False from then on."""
    given = iter(answers)
    return lambda: next(given, False)


def counting(into: list[Any]) -> Callable[[], bool]:
    """A hook that drops nothing and notes each commit."""
    return lambda: into.append("commit") or False


def spend(world: World, person: accounts.Player, amount: int, key: str) -> asyncio.Task[Any]:
    """A transfer from a player to the house, on its way."""
    moved = {person.wallet.number: -amount, house(world.guild).number: amount}
    return asyncio.create_task(world.db.write(post, Post(world.guild, key, moved), world.now))


# --- group commit and savepoints --------------------------------------------------------------


@pytest.mark.parametrize(("callers", "commits"), [(32, 1), (63, 1), (64, 2), (200, 4)])
async def test_callers_that_wait_share_a_commit(sqlite_world: World, callers: int, commits: int):
    world, made = sqlite_world, list[str]()
    ada = await world.player(1, balance=callers)
    world.db.hooks.before_commit = counting(made)

    async with closed_gate(world.db, world.guild) as gate:
        first = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "first"), NOW))
        await gate.wait()
        others = [spend(world, ada, 1, f"spend:{number}") for number in range(callers)]
        await settled()
        await gate.open()
        posted = await asyncio.gather(*others)

    assert await first == "first"
    assert len(made) == commits
    assert [each.number for each in posted] == [*range(2, callers + 2)]
    assert await world.balance(ada.wallet) == 0


class Oops(Exception):
    pass


def faulty(tx: Connection, request: Post, now: datetime) -> None:
    """Moves points and then fails as its key says."""
    post(tx, Post(request.guild, f"moved:{request.key}", request.amounts), now)
    if request.key == "stop":
        next(iter(()))
    if request.key == "integrity":
        tx.execute(sa.insert(schema.players), {"guild_id": 0, "number": 0, "joined_us": 0})
    if request.key == "nonsense":
        tx.execute(sa.text("SELECT nonsense"))
    raise Oops(request.key)


FAULTS: dict[str, tuple[type[Exception], str]] = {
    "oops": (Oops, "oops"),
    "stop": (RuntimeError, "raised StopIteration"),  # which no future can hold
    "integrity": (Exception, r"(?i)constraint"),
    "nonsense": (Exception, "nonsense"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", [0, 2])
async def test_a_unit_that_fails_is_told_so_and_hurts_no_neighbour(world: World, fault: str, place: int):
    ada = await world.player(1, balance=100)
    bad = Post(world.guild, fault, {ada.wallet.number: -10, house(world.guild).number: 10})

    async with closed_gate(world.db, world.guild) as gate:
        first = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "first"), NOW))
        await gate.wait()
        good = [spend(world, ada, 1, f"before:{number}") for number in range(place)]
        failing = asyncio.create_task(world.db.write(faulty, bad, NOW))
        await settled()
        good += [spend(world, ada, 1, f"after:{number}") for number in range(5)]
        refused = spend(world, ada, 1000, "too-much")
        good.append(spend(world, ada, 1, "last"))
        await settled()
        await gate.open()
        await asyncio.wait_for(asyncio.gather(first, *good), 30)

    with pytest.raises(InsufficientFunds):
        await refused
    with pytest.raises(FAULTS[fault][0], match=FAULTS[fault][1]):
        await failing
    assert await world.balance(house(world.guild)) == len(good)
    assert await world.balance(ada.wallet) == 100 - len(good)
    kept = (await rows.everything(world.db, world.guild))["transfers"]
    assert [row[1] for row in kept] == [*range(1, len(good) + 2)]


async def test_a_unit_that_fails_first_of_all_hurts_no_neighbour(world: World):
    ada = await world.player(1, balance=100)
    moved = {ada.wallet.number: -10, house(world.guild).number: 10}

    for fault in FAULTS:
        failing = asyncio.create_task(world.db.write(faulty, Post(world.guild, fault, moved), NOW))
        good = [spend(world, ada, 1, f"{fault}:{number}") for number in range(3)]
        with pytest.raises(FAULTS[fault][0], match=FAULTS[fault][1]):
            await asyncio.wait_for(failing, 30)
        await asyncio.wait_for(asyncio.gather(*good), 30)

    assert await world.balance(ada.wallet) == 100 - 3 * len(FAULTS)


def orphan(tx: Connection, request: Join, now: datetime) -> None:
    """Leaves a row whose foreign key points nowhere, which only COMMIT finds out."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        row = {"guild_id": request.guild, "transfer": 9999, "line": 1, "account": 1}
        tx.execute(sa.insert(schema.entries), row | {"amount": 1, "balance_after": 1, "account_seq": 9999})
    else:
        deferred = "DEFERRABLE INITIALLY DEFERRED"
        tx.exec_driver_sql(f"CREATE TABLE orphans (id int PRIMARY KEY, up int REFERENCES orphans {deferred})")
        tx.exec_driver_sql("INSERT INTO orphans VALUES (1, 2)")


async def test_when_a_commit_fails_each_is_run_once_more_alone(world: World):
    ada = await world.player(1, balance=100)
    before = await rows.everything(world.db, world.guild)

    async with closed_gate(world.db, world.guild) as gate:
        first = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "first"), NOW))
        await gate.wait()
        good = [spend(world, ada, 1, f"before:{number}") for number in range(3)]
        failing = asyncio.create_task(world.db.write(orphan, Join(world.guild, "orphan", 1), NOW))
        await settled()
        good += [spend(world, ada, 1, f"after:{number}") for number in range(3)]
        refused = spend(world, ada, 1000, "too-much")
        await settled()
        await gate.open()
        await asyncio.gather(first, *good)

    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await failing
    with pytest.raises(InsufficientFunds):
        await refused
    assert gate.entered == (2 if world.db.address.path else 1)
    assert await world.balance(ada.wallet) == 94
    after = await rows.everything(world.db, world.guild)
    assert len(after["entries"]) == len(before["entries"]) + 12
    assert len(after["done"]) == len(before["done"]) + 7


# --- the two queues ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Note:
    guild: int
    key: str


async def test_presses_go_before_background_work_and_one_of_it_goes_into_a_group(world: World):
    happened = list[str]()

    def noted(tx: Connection, request: Note, now: datetime) -> None:
        happened.append(request.key)

    async with closed_gate(world.db, world.guild) as gate:
        tasks: list[asyncio.Task[Any]] = [
            asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "gate"), NOW))
        ]
        await gate.wait()
        for number in range(3):
            for key, background in ((f"work:{number}", True), (f"press:{number}", False)):
                asked = world.db.write(noted, Note(world.guild, key), NOW, background=background)
                tasks.append(asyncio.create_task(asked))
        await settled()
        world.db.hooks.before_commit = counting(happened)
        await gate.open()
        await asyncio.gather(*tasks)

    presses, work = [f"press:{number}" for number in range(3)], [f"work:{number}" for number in range(3)]
    assert [key for key in happened if key != "commit"] == presses + work
    if world.db.address.path:
        assert happened == [*presses, "work:0", "commit", "work:1", "commit", "work:2", "commit"]


async def test_background_work_leaves_connections_to_presses(postgresql_world: World):
    db, guilds = postgresql_world.db, range(postgresql_world.guild + 10_000, postgresql_world.guild + 10_030)
    for guild in guilds:
        await World.make(db, guild)

    async with closed_gate(db, guilds[0]) as gate:
        work = [
            asyncio.create_task(db.write(gate.unit, Hold(guild, "work"), NOW, background=True))
            for guild in guilds[:20]
        ]
        await gate.wait(4)
        for guild in guilds:  # with sixteen connections; those of the guilds at the gate wait behind it
            if guild not in guilds[:4]:
                await asyncio.wait_for(db.write(join, Join(guild, "press", 1), NOW), 30)
        assert gate.entered == 4
        await gate.open()
        await asyncio.gather(*work)


# --- cancellation -----------------------------------------------------------------------------


async def test_a_caller_that_gives_up_before_its_turn_leaves_nothing(world: World):
    ada = await world.player(1, balance=100)

    async with closed_gate(world.db, world.guild) as gate:
        first = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "first"), NOW))
        await gate.wait()
        waiting = spend(world, ada, 10, "given-up")
        await settled()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await gate.open()
        await first

    await spend(world, ada, 1, "next")
    assert await world.balance(ada.wallet) == 99
    await spend(world, ada, 10, "given-up")


async def test_a_caller_that_gives_up_does_not_undo_what_has_begun(world: World):
    async with closed_gate(world.db, world.guild) as gate:
        begun = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "begun"), NOW))
        await gate.wait()
        begun.cancel()
        with pytest.raises(asyncio.CancelledError):
            await begun
        await gate.open()
        with pytest.raises(AlreadyDone) as done:
            await world.db.write(gate.unit, Hold(world.guild, "begun"), NOW)

    assert done.value.answer == "begun"
    assert gate.entered == 1


async def test_the_failure_of_a_write_that_nobody_waits_for_is_kept_quiet(world: World):
    ada = await world.player(1, balance=5)
    async with closed_gate(world.db, world.guild) as gate:
        first = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "first"), NOW))
        await gate.wait()
        waiting = spend(world, ada, 10, "refused")
        await settled()
        first.cancel()
        waiting.cancel()
        await asyncio.gather(first, waiting, return_exceptions=True)
        await gate.open()

    await spend(world, ada, 5, "all")


# --- connections that go ----------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
async def test_a_write_whose_connection_goes_is_done_once_and_answered(world: World, moment: str):
    ada = await world.player(1, balance=100)

    for turn in range(10):
        setattr(world.db.hooks, moment, only(True))
        posted = await spend(world, ada, 1, f"turn:{turn}")
        assert posted.number == turn + 2
        assert posted.balances[ada.wallet.number] == 99 - turn
        with pytest.raises(AlreadyDone) as repeated:
            await spend(world, ada, 1, f"turn:{turn}")
        assert repeated.value.answer == posted

    assert await world.balance(ada.wallet) == 90
    assert (await world.head()).transfers == 11


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
async def test_a_whole_group_whose_connection_goes_is_done_once_and_answered(world: World, moment: str):
    ada = await world.player(1, balance=100)

    async with closed_gate(world.db, world.guild) as gate:
        first = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "first"), NOW))
        await gate.wait()
        good = [spend(world, ada, 1, f"spend:{number}") for number in range(20)]
        refused = spend(world, ada, 1000, "too-much")
        setattr(world.db.hooks, moment, only(True))
        await settled()
        await gate.open()
        posted = await asyncio.gather(first, *good)

    with pytest.raises(InsufficientFunds):
        await refused
    assert len({str(each) for each in posted}) == 21
    assert await world.balance(ada.wallet) == 80


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
async def test_a_repeat_is_a_repeat_also_when_its_connection_goes(world: World, moment: str):
    ada = await world.player(1, balance=100)
    old = await spend(world, ada, 1, "old")

    async with closed_gate(world.db, world.guild) as gate:
        first = asyncio.create_task(world.db.write(gate.unit, Hold(world.guild, "first"), NOW))
        await gate.wait()
        presses = [spend(world, ada, 1, key) for key in ("old", "twice", "twice")]
        setattr(world.db.hooks, moment, only(True))
        await settled()
        await gate.open()
        told = await asyncio.gather(first, *presses, return_exceptions=True)

    assert [type(each).__name__ for each in told] == ["str", "AlreadyDone", "Posted", "AlreadyDone"]
    repeats = [each.answer for each in told if isinstance(each, AlreadyDone)]
    assert repeats == [old, told[2]]
    assert await world.balance(ada.wallet) == 98


async def test_a_claim_whose_connection_goes_may_happen_twice_and_is_answered(world: World):
    world.db.hooks.after_commit = only(True)

    made = await world.db.background(accounts.open_book, accounts.OpenBook(world.guild + 900_000), NOW)

    assert not made  # the second time it stood there already
    assert await rows.count(world.db, world.guild + 900_000, schema.accounts) == 2


# --- full, closing, held ----------------------------------------------------------------------


@pytest.mark.parametrize("background", [False, True])
async def test_a_full_queue_refuses_and_nothing_happens(world: World, background: bool):
    ada = await world.player(1, balance=10_000)

    def ask(key: str, background: bool) -> asyncio.Task[Any]:
        moved = {ada.wallet.number: -1, house(world.guild).number: 1}
        request = Post(world.guild, key, moved)
        return asyncio.create_task(world.db.write(post, request, NOW, background=background))

    async with closed_gate(world.db, world.guild) as gate:
        first: asyncio.Task[Any] = asyncio.create_task(
            world.db.write(gate.unit, Hold(world.guild, "first"), NOW)
        )
        await gate.wait()
        waiting = [ask(f"waiting:{number}", background) for number in range(WAITING)]
        await settled()
        with pytest.raises(Busy, match=r"^256 others are waiting: busy, nothing happened\."):
            await ask("one-more", background)
        other = ask("in-the-other-queue", not background)
        await settled()
        assert not other.done()
        await gate.open()
        await asyncio.gather(first, other, *waiting)

    assert await world.balance(ada.wallet) == 10_000 - WAITING - 1
    await ask("one-more", background)


async def test_closing_finishes_what_waits_and_refuses_what_comes(url: str, guild: int):
    db = await Database.open(url)
    world = await World.make(db, guild)
    ada = await world.player(1, balance=100)

    async with closed_gate(db, guild) as gate:
        first = asyncio.create_task(db.write(gate.unit, Hold(guild, "first"), NOW))
        await gate.wait()
        waiting = [spend(world, ada, 1, f"spend:{number}") for number in range(10)]
        await settled()
        closing = asyncio.create_task(db.close())
        await settled()
        with pytest.raises(Closed, match="nothing happened"):
            await spend(world, ada, 1, "late")
        with pytest.raises(Closed):
            await db.background(accounts.open_book, accounts.OpenBook(guild + 1), NOW)
        assert not closing.done()
        await gate.open()
        await asyncio.gather(first, *waiting)
        await closing

    await db.close()  # once more does no harm
    async with databases.opened(url) as again:
        assert await again.read(statements.balance, ada.wallet) == 90


async def test_a_file_that_stays_locked_is_said_to_be_held(own_sqlite: str, monkeypatch: pytest.MonkeyPatch):
    short = ("busy_timeout = 20", *engines.PRAGMAS[1:])
    monkeypatch.setattr(engines, "PRAGMAS", short)
    async with databases.opened(own_sqlite) as db:
        world = await World.make(db, 1)
        other = sqlite3.connect(own_sqlite.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        asked = [asyncio.create_task(world.join(person)) for person in range(1, 6)]
        for each in asked:
            with pytest.raises(HeldByAnother, match="is held by another process"):
                await asyncio.wait_for(each, 30)
        other.execute("ROLLBACK")
        other.close()

        assert (await world.join(1)).number == 1


# --- two programs on one database -------------------------------------------------------------


async def test_two_programs_on_one_database_number_a_guild_without_gaps(url: str, world: World):
    ada = await world.player(1, balance=1000)

    async with databases.opened(url) as other:
        there = World(other, world.guild)
        spends = [
            spend(program, ada, 1, f"{name}:{number}")
            for number in range(60)
            for name, program in (("here", world), ("there", there))
        ]
        people = [
            asyncio.create_task(there.db.write(join, Join(world.guild, f"j{n}", 100 + n), NOW))
            for n in range(9)
        ]
        posted = await asyncio.gather(*spends)
        players = await asyncio.gather(*people)

    assert sorted(each.number for each in posted) == [*range(2, 122)]
    assert sorted(each.number for each in players) == [*range(2, 11)]
    assert await world.balance(ada.wallet) == 880
    sequence = [item.sequence for item in await world.history(house(world.guild))]
    assert sequence == [*range(120, 20, -1)]


async def test_two_programs_that_get_one_key_do_it_once(url: str, world: World):
    ada = await world.player(1, balance=1000)

    async with databases.opened(url) as other:
        there = World(other, world.guild)
        for turn in range(20):
            told = await asyncio.gather(
                *(spend(program, ada, 1, f"turn:{turn}") for program in (world, there)),
                return_exceptions=True,
            )
            assert sorted(type(each).__name__ for each in told) == ["AlreadyDone", "Posted"]

    assert await world.balance(ada.wallet) == 980


# --- how the databases are set ----------------------------------------------------------------


def set_as(tx: Connection, names: list[str], now: datetime) -> dict[str, Any]:
    ask = "PRAGMA" if tx.dialect.name == "sqlite" else "SHOW"
    return {name: tx.exec_driver_sql(f"{ask} {name}").scalar() for name in names}


async def test_writes_are_durable_and_checked(world: World):
    if world.db.address.path:
        names = ["journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "trusted_schema"]
        wanted: list[Any] = ["wal", 2, 1, 1, 0]
    else:
        names = ["transaction_isolation", "transaction_read_only", "application_name"]
        wanted = ["read committed", "off", "crux"]

    assert await world.db.background(set_as, names, NOW) == dict(zip(names, wanted, strict=True))


# --- PostgreSQL alone -------------------------------------------------------------------------


async def test_one_guild_is_written_by_one_at_a_time_and_many_guilds_at_once(postgresql_world: World):
    db, running, most = postgresql_world.db, Counter[int](), Counter[str]()
    guilds = range(postgresql_world.guild + 20_000, postgresql_world.guild + 20_008)
    for guild in guilds:
        await World.make(db, guild)

    def overlapping(tx: Connection, request: Note, now: datetime) -> None:
        running[request.guild] += 1
        most["guild"] = max(most["guild"], running[request.guild])
        most["all"] = max(most["all"], running.total())
        for _ in range(3):
            tx.execute(sa.text("SELECT 1"))  # the event loop goes on to the others here
        running[request.guild] -= 1

    await asyncio.gather(
        *(db.write(overlapping, Note(guild, f"n{n}"), NOW) for n in range(10) for guild in guilds)
    )

    assert most["guild"] == 1
    assert most["all"] > 4


async def test_two_transactions_that_stand_in_each_others_way_both_go_through(postgresql_world: World):
    tries = Counter[int]()

    def crosswise(tx: Connection, locks: tuple[int, int], now: datetime) -> tuple[int, int]:
        tries[locks[0]] += 1
        lock = sa.text("SELECT pg_advisory_xact_lock(77, :n)")
        tx.execute(lock, {"n": locks[0]})
        both = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 77")
        while tries.total() <= 2 and tx.execute(both).scalar_one() < 2:
            pass  # the first time each waits until the other has its first lock
        tx.execute(lock, {"n": locks[1]})
        return locks

    answers = await asyncio.gather(
        postgresql_world.db.background(crosswise, (1, 2), NOW),
        postgresql_world.db.background(crosswise, (2, 1), NOW),
    )

    assert answers == [(1, 2), (2, 1)]
    assert tries.total() == 3


@pytest.mark.parametrize("state", ["40001", "40P01", "57P01", "57P03", "08006", "53300"])
async def test_what_may_pass_is_tried_again(postgresql_world: World, state: str):
    tries = itertools.count(1)

    def unlucky(tx: Connection, request: Note, now: datetime) -> int:
        tried = next(tries)
        if tried < 3:
            tx.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'bad luck' USING ERRCODE = '{state}'; END $$")
        return tried

    assert await postgresql_world.db.write(unlucky, Note(postgresql_world.guild, "lucky"), NOW) == 3


async def test_what_does_not_pass_is_told(postgresql_world: World):
    tries = itertools.count(1)

    def unlucky(tx: Connection, request: Note, now: datetime) -> int:
        next(tries)
        tx.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no luck' USING ERRCODE = '57P01'; END $$")
        return 0

    with pytest.raises(Unreachable, match="no luck"):
        await postgresql_world.db.write(unlucky, Note(postgresql_world.guild, "unlucky"), NOW)

    assert next(tries) == 8
    assert await rows.count(postgresql_world.db, postgresql_world.guild, schema.done) == 0


async def test_a_write_whose_server_process_is_killed_from_outside_is_done_once(postgresql_world: World):
    world = postgresql_world
    ada = await world.player(1, balance=100)

    async with closed_gate(world.db, world.guild) as gate:

        def moved(tx: Connection, request: Post, now: datetime) -> int:
            posted = post(tx, request, now)
            gate.unit(tx, Hold(request.guild, "inside"), now)
            return posted.number

        request = Post(world.guild, "once", {ada.wallet.number: -10, house(world.guild).number: 10})
        begun = asyncio.create_task(world.db.write(moved, request, NOW))
        await gate.wait()
        killer = await outsider(world.db)
        waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1"
        while not (pids := await killer.fetch(waiting, world.guild)):
            pass
        assert [await killer.fetchval("SELECT pg_terminate_backend($1)", row[0]) for row in pids] == [True]
        await killer.close()
        await gate.wait(2)
        await gate.open()
        assert await begun == 2

    assert await world.balance(ada.wallet) == 90


async def test_writes_wait_for_a_server_that_is_started_anew(guild: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writers, "ATTEMPTS", writers.ATTEMPTS + 5)  # beside busy neighbours it takes longer
    with databases.server() as server:
        async with databases.opened(await asyncio.to_thread(server.database)) as db:
            world = await World.make(db, guild)
            ada = await world.player(1, balance=1000)
            asked = list[asyncio.Task[Any]]()

            async def press() -> None:
                for number in itertools.count():
                    asked.append(spend(world, ada, 1, f"spend:{number}"))
                    if done.is_set():
                        return
                    await asked[-1]

            done = asyncio.Event()
            pressing = asyncio.create_task(press())
            await asyncio.to_thread(server.do, "restart")
            done.set()
            await pressing
            await asyncio.gather(*asked)

            assert await world.balance(ada.wallet) == 1000 - len(asked)
            assert (await world.head()).transfers == 1 + len(asked)
