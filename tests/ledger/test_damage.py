"""Damage: every value of books, accounts, transfers and entries that is not what was written is found and named."""

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import schema
from ledger.audit.verify import Problem, Report, audit, audit_all
from ledger.errors import NotADatabase, StorageError
from ledger.storage.database import run_alone
from tests import databases, lanes
from tests.ledger import damaged
from tests.ledger.damaged import GUILDS, PAGE, TABLES, Change, Row
from tests.ledger.forged import Forgery, forge, unguard
from tests.world import World

SEED = 20_261_120
KEYS = {"books": 1, "accounts": 2, "transfers": 2, "entries": 3}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound book of two guilds; tests damage copies of it."""
    return damaged.book(tmp_path_factory.mktemp("whole") / "crux.db")


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    path = tmp_path / "crux.db"
    path.write_bytes(whole.read_bytes())
    return path


def audited(path: Path, *, deep: bool = False, heads: dict[int, str] | None = None) -> list[Problem]:
    """What an audit of all guilds says, without SQLite's own checks unless asked."""
    reports = run_alone(f"sqlite:///{path}", lambda tx: audit_all(tx, deep=deep, heads=heads))
    return [problem for report in reports for problem in report.problems]


def test_a_sound_book_has_no_problems(whole: Path):
    reports = run_alone(f"sqlite:///{whole}", audit_all)

    assert [report.guild for report in reports] == sorted(GUILDS)
    assert [problem for report in reports for problem in report.problems] == []
    assert [report.transfers > 100 and report.entries > 300 for report in reports] == [True, True]


# --- one bit flipped in the file ----------------------------------------------------------------


@pytest.mark.proof
def test_every_flipped_bit_that_changes_a_value_is_found_and_named(
    whole: Path, copy: Path, size: int, lane: lanes.Run
):
    seed = SEED + lane.first_seed
    data, before = whole.read_bytes(), damaged.dump(whole)
    assert before is not None
    named, unreadable = 0, 0
    for offset, bit in _places(whole, random.Random(seed)):
        flipped = bytearray(data)
        flipped[offset] ^= 1 << bit
        copy.write_bytes(flipped)
        where = f"seed {seed}, byte {offset}, bit {bit}"
        after = damaged.dump(copy)
        if after is None:
            unreadable += 1
            _check_unreadable(copy, where)
        elif changed := damaged.changes(before, after):
            named += 1
            _check_named(audited(copy), changed, where)
        if named + unreadable >= size:
            break
    assert named > unreadable > 0


def _places(path: Path, chance: random.Random) -> Iterator[tuple[int, int]]:
    """Bytes and bits: four of five on pages of the four tables, half of those in their busy first bytes."""
    busy = [page for table in TABLES for page in damaged.pages(path, table)]
    pages = path.stat().st_size // PAGE
    while True:
        page = chance.choice(busy) if chance.random() < 0.8 else chance.randrange(1, pages + 1)
        byte = chance.randrange(PAGE) if chance.random() < 0.7 else chance.randrange(200)
        yield (page - 1) * PAGE + byte, chance.randrange(8)


def _check_unreadable(path: Path, where: str) -> None:
    """One sentence about the file, or the guild and how far it could be read."""
    try:
        problems = audited(path)
    except StorageError as error:
        said = str(error)
    else:
        said = str(problems[0]) if problems else ""
    assert str(path) in said or "Guild" in said or "The database" in said, f"{where}: {said}"


def _check_named(problems: list[Problem], changed: list[Change], where: str) -> None:
    told = f"{where}: {[str(problem) for problem in problems[:3]]} {changed}"
    assert problems, told
    first = problems[0]
    column = changed[0].column
    if len(changed) == 1 and column is not None:
        row = changed[0].gone[0]
        assert first.column == column, told
        assert (first.guild, first.transfer) == (row["guild_id"], damaged.transfer(changed[0].table, row)), (
            told
        )
        assert changed[0].table != "accounts" or first.account == row["number"], told
    else:  # a page that is torn or read twice: several rows at once
        assert first.guild in GUILDS, told


# --- one value changed in the database ----------------------------------------------------------


@pytest.mark.proof
@pytest.mark.parametrize("table", TABLES)
def test_every_column_changed_by_one_bit_is_found_and_named(
    copy: Path, table: str, size: int, lane: lanes.Run
):
    chance = random.Random(SEED + lane.first_seed)
    before = damaged.dump(copy)
    assert before is not None
    rows = chance.sample(before[table], min(len(before[table]), size))
    with closing(sqlite3.connect(copy, isolation_level=None)) as driver:
        for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            driver.execute(f"DROP TRIGGER {name}")
        driver.execute("PRAGMA ignore_check_constraints = ON")
        for row in rows:
            for column, value in _flips(row, chance):
                if _update(driver, table, row, column, value):
                    _check_value(audited(copy), table, row, column, value)
                    _update(driver, table, row | {column: value}, column, row[column])
    assert audited(copy, deep=True) == []


def _flips(row: Row, chance: random.Random) -> Iterator[tuple[str, Any]]:
    """Three single bits of each value; text stays text and nothing stays nothing."""
    for column, value in row.items():
        for _ in range(3):
            if isinstance(value, int):
                bit = chance.randrange(63)
                yield column, value ^ (1 << bit)
            elif isinstance(value, bytes | str):
                data = bytearray(value.encode() if isinstance(value, str) else value)
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(7)
                yield column, bytes(data) if isinstance(value, bytes) else data.decode()


def _update(driver: sqlite3.Connection, table: str, row: Row, column: str, value: object) -> bool:
    """Change one value of one row; False where its key is taken."""
    keys = list(row)[: KEYS[table]]
    where = " AND ".join(f'"{key}" = ?' for key in keys)
    try:
        driver.execute(
            f'UPDATE {table} SET "{column}" = ? WHERE {where}', (value, *(row[key] for key in keys))
        )
    except sqlite3.IntegrityError:
        return False
    return True


def _check_value(problems: list[Problem], table: str, row: Row, column: str, value: object) -> None:
    told = f"{table}.{column} {value!r} in {row}: {[str(problem) for problem in problems[:3]]}"
    assert problems, told
    first = problems[0]
    assert first.column == f"{table}.{column}", told
    assert (first.guild, first.transfer) == (row["guild_id"], damaged.transfer(table, row)), told
    assert table != "accounts" or first.account == row["number"], told
    if isinstance(value, int):
        assert (first.expected, first.found) == (row[column], value), told


@pytest.mark.parametrize("table", TABLES)
def test_the_same_on_postgresql(postgresql: databases.Server, table: str):
    url = postgresql.database()
    asyncio.run(_fill(url))

    def work(tx: Connection) -> None:
        unguard(tx)
        chance = random.Random(SEED)
        rows = [dict(row) for row in tx.execute(sa.select(schema.metadata.tables[table])).mappings()]
        for row in chance.sample(rows, min(len(rows), 3)):
            for column, value in _flips(row, chance):
                if _set(tx, table, row, column, value):
                    _check_value(_problems(audit_all(tx)), table, row, column, value)
                    _set(tx, table, row | {column: value}, column, row[column])
        assert _problems(audit_all(tx)) == []

    run_alone(url, work, write=True)


async def _fill(url: str) -> None:
    async with databases.opened(url) as db:
        await damaged.fill(db, turns=12)


def _set(tx: Connection, table: str, row: Row, column: str, value: object) -> bool:
    """Change one value of one row; False where its key is taken, or it is no text for PostgreSQL."""
    made = schema.metadata.tables[table]
    where = [made.c[key] == row[key] for key in list(row)[: KEYS[table]]]
    try:
        tx.execute(sa.update(made).where(*where).values({column: value}))
    except DBAPIError:
        return False
    return True


def _problems(reports: tuple[Report, ...]) -> list[Problem]:
    return [problem for report in reports for problem in report.problems]


# --- rows that changed places -------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_two_rows_that_stand_in_each_others_place_in_the_file_are_found(whole: Path, copy: Path, table: str):
    data = bytearray(whole.read_bytes())
    page = next(page for page in damaged.pages(whole, table) if data[(page - 1) * PAGE] == damaged.LEAF)
    damaged.swap_cells(data, page, 0, 1)
    copy.write_bytes(data)
    before, after = damaged.dump(whole), damaged.dump(copy)
    assert before is not None
    assert after is not None
    assert [change.table for change in damaged.changes(before, after)] == [table]

    problems = audited(copy)

    assert problems
    assert problems[0].guild == (0 if table == "books" else GUILDS[0])
    assert problems[0].column.startswith(table)


@pytest.mark.parametrize(
    ("table", "columns", "named"),
    [
        ("accounts", ("balance",), "accounts.balance"),
        ("accounts", ("kind", "owner", "seal"), "accounts.seal"),
        ("transfers", ("key",), "transfers.key|kind|actor|at_us|reverses|words|digest"),
        ("transfers", ("digest",), "transfers.digest"),
        ("entries", ("amount",), "entries.amount"),
        ("entries", ("account", "amount", "balance_after", "account_seq"), "entries.amount"),
    ],
)
def test_two_rows_that_swapped_what_they_say_are_found(
    copy: Path, table: str, columns: tuple[str, ...], named: str
):
    one, other = (5, 9) if table == "accounts" else (21, 30)

    def swap(forgery: Forgery) -> None:
        rows: list[Row] = getattr(forgery, table)
        number = "transfer" if table == "entries" else "number"
        a, b = (next(row for row in rows if row[number] == place) for place in (one, other))
        for column in columns:
            a[column], b[column] = b[column], a[column]

    forge(f"sqlite:///{copy}", GUILDS[0], [swap])
    first = audited(copy)[0]

    assert first.guild == GUILDS[0]
    assert (first.account if table == "accounts" else first.transfer) == one
    assert first.column == named


# --- a book that ends too early -----------------------------------------------------------------


def _head(path: Path, guild: int) -> str:
    return run_alone(f"sqlite:///{path}", lambda tx: audit(tx, guild)).head


def test_rows_deleted_at_the_end_are_found_without_being_told_the_head(copy: Path):
    with closing(sqlite3.connect(copy)) as driver, driver:
        driver.executescript("DROP TRIGGER transfers_no_delete; DROP TRIGGER entries_no_delete")
        driver.execute("DELETE FROM entries WHERE guild_id = ? AND transfer > 120", (GUILDS[0],))
        driver.execute("DELETE FROM transfers WHERE guild_id = ? AND number > 120", (GUILDS[0],))

    first = audited(copy)[0]

    assert (first.guild, first.transfer, first.column) == (GUILDS[0], 121, "transfers.number")


def test_a_book_cut_back_without_a_trace_is_found_by_the_head_that_was_told(copy: Path):
    head = _head(copy, GUILDS[0])

    def cut(forgery: Forgery) -> None:
        forgery.cut(after=120)
        forgery.settle()
        for account in forgery.accounts:
            account["ended_by"] = None
        forgery.rehash()

    forge(f"sqlite:///{copy}", GUILDS[0], [cut])

    assert audited(copy) == []  # as sound a book as any, and shorter
    problems = audited(copy, heads={GUILDS[0]: head})
    assert [(p.guild, p.transfer, p.column) for p in problems] == [(GUILDS[0], 120, "books.head")]
    assert head in str(problems[0])


def test_a_head_from_earlier_in_the_chain_is_found_in_it(copy: Path):
    with closing(sqlite3.connect(copy)) as driver:
        asked = "SELECT digest FROM transfers WHERE guild_id = ? AND number = 100"
        earlier = driver.execute(asked, (GUILDS[0],)).fetchone()[0].hex()

    assert audited(copy, heads={GUILDS[0]: earlier, GUILDS[1]: "00" * 32}) == []


def test_a_head_that_no_book_ever_had_is_named(copy: Path):
    problems = audited(copy, heads={GUILDS[0]: "ab" * 32, 5: "cd" * 32})

    assert [(problem.guild, problem.column) for problem in problems] == [
        (GUILDS[0], "books.head"),
        (5, "books.head"),
    ]


async def test_a_book_whose_wal_was_removed_is_found_by_the_head_that_was_told(tmp_path: Path):
    path = tmp_path / "crux.db"
    async with databases.opened(databases.sqlite(path)) as db:
        world = await World.make(db, GUILDS[0])
        await damaged.play(world, turns=3)
        with closing(sqlite3.connect(path)) as driver:
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)")
        kept = (await world.head()).transfers
        await damaged.play_on(world, turns=2)
        told = await world.head()
        (tmp_path / "copy.db").write_bytes(path.read_bytes())  # and not the -wal beside it

    reports = await asyncio.to_thread(
        run_alone,
        f"sqlite:///{tmp_path / 'copy.db'}",
        lambda tx: (audit(tx, GUILDS[0]), audit(tx, GUILDS[0], head=told.digest, transfers=told.transfers)),
    )

    assert kept < told.transfers
    assert (reports[0].transfers, reports[0].problems) == (kept, ())
    assert [problem.column for problem in reports[1].problems] == ["transfers.number", "books.head"]
    assert reports[1].problems[0].transfer == kept + 1


@pytest.mark.parametrize("share", [0.99, 0.9, 0.5, 0.1])
def test_a_file_that_was_cut_is_found(whole: Path, copy: Path, share: float):
    copy.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])

    _check_unreadable(copy, f"{share} of the file")


# --- what is no value of the book ---------------------------------------------------------------


def test_a_damaged_index_is_found_by_sqlites_own_checks(whole: Path, copy: Path):
    data = bytearray(whole.read_bytes())
    page = damaged.pages(whole, "sqlite_autoindex_entries_2")[-1]
    cell = (page - 1) * PAGE + damaged.cells(bytes(data), page)[0]
    data[cell + 15] ^= 1
    copy.write_bytes(data)

    assert damaged.dump(copy) == damaged.dump(whole)
    assert audited(copy, deep=False) == []
    assert {problem.guild for problem in audited(copy, deep=True)} == {0}


def test_a_schema_that_cannot_be_read_is_told_in_one_sentence(whole: Path, copy: Path):
    data = whole.read_bytes()
    assert data.count(b"CREATE TABLE transfers") == 1
    copy.write_bytes(data.replace(b"CREATE TABLE transfers", b"CREATE\xa0TABLE transfers"))

    with pytest.raises(NotADatabase, match="is damaged"):
        audited(copy)
