"""Whatever somebody changes in the database's file is found and named, or stands in `docs/record.md` with its reason.

`crux verify`, `/ledger verify` and an import look at the same book each time.
"""

import random
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot import checker, doctor
from bot.cli.verify import everything as verified
from ledger import schema
from ledger.errors import LedgerError, StorageError
from ledger.storage.database import run_alone
from markets.records.coverage import COVERED, NOT_COVERED, NOT_OURS
from tests import databases, lanes
from tests.markets import test_exports, test_imports
from tests.markets.tampering import (
    GUILD,
    UNSEEN,
    UNSEEN_COLUMNS,
    changed,
    chosen,
    columns,
    copied,
    first_of,
    pair_of,
    swapped,
    tampered,
    tell,
)

DOCS = Path(__file__).parents[2] / "docs" / "record.md"


@pytest.fixture(scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A book in a file, with rows in every table that is covered."""
    url = databases.sqlite(tmp_path_factory.mktemp("told") / "crux.db")
    await tell(url)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as driver:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return url


def named(problems: tuple[str, ...], table: str) -> bool:
    """Whether one of the sentences names a row of the table."""
    return any(one.startswith(f"Guild {GUILD}, {table} ") for one in problems)


def test_what_is_not_covered_stands_in_the_docs_with_its_reason():
    listed = set(re.findall(r"`([a-z_.]+)`", DOCS.read_text().partition("## What it doesn't")[2]))
    uncovered = {*NOT_COVERED, *(f"{name}.{column}" for name, column in UNSEEN_COLUMNS)}
    record = {"records", "record_lines", "record_salts"}
    assert uncovered - record - listed == set()
    assert set(UNSEEN) <= set(NOT_COVERED)
    assert {
        name: {column for table, column in UNSEEN_COLUMNS if table == name and name in COVERED}
        for name, _ in UNSEEN_COLUMNS
        if name in COVERED
    } == {name: set(covered.without) for name, covered in COVERED.items() if covered.without}


async def test_what_litestream_adds_to_the_file_is_not_ours(told: str, tmp_path: Path):
    """Neither their being there nor any change of them is a problem, and neither goes into an export."""
    path = tmp_path / "crux.db"
    url = copied(told, path, lambda tx: None)
    with closing(sqlite3.connect(path)) as driver, driver:
        driver.execute("CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)")
        driver.execute("CREATE TABLE _litestream_lock (id INTEGER)")
        driver.execute("INSERT INTO _litestream_seq VALUES (1, 7)")
    there = {*sa.inspect(sa.create_engine(url)).get_table_names()} - {"alembic_version"}
    assert there - set(schema.metadata.tables) == set(NOT_OURS) | {"schema_version"} & there
    for change in ("SELECT 1", "UPDATE _litestream_seq SET seq = 8", "DROP TABLE _litestream_lock"):
        with closing(sqlite3.connect(path)) as driver, driver:
            driver.execute(change)
        assert found(path) == []
        assert run_alone(url, lambda tx: checker.check(tx, GUILD)).wrong == ""
        assert run_alone(url, doctor.books) == []
    await test_exports.whole(url, GUILD, tmp_path / "out", people=True)
    assert not [file for file in (tmp_path / "out").rglob("*") if "litestream" in file.name]


@pytest.mark.proof
def test_every_column_of_every_table_that_is_changed_is_found(told: str, size: int, lane: lanes.Run):
    """And the row is named where the record covers its table. Of the book's own chain `ledger/test_damage.py` says
    more; what else isn't in the record follows from it, and the sentence names the claim or player."""
    asked = chosen(columns(), size, lane)
    found = tampered(told, *(changed(*column) for column in asked))
    missed = [
        (name, column)
        for (name, column), problems in zip(asked, found, strict=True)
        if not (named(problems, name) if name in COVERED else problems)
    ]
    assert missed == []


@pytest.mark.proof
def test_every_table_that_is_emptied_is_found(told: str, size: int, lane: lanes.Run):
    every = [name for name in schema.metadata.tables if name not in UNSEEN]
    asked = chosen(every, size, lane)
    found = tampered(
        told, *(lambda tx, name=name: tx.execute(sa.delete(schema.metadata.tables[name])) for name in asked)
    )
    for name, problems in zip(asked, found, strict=True):
        assert problems, name
        assert name not in COVERED or any(
            one.startswith(f"Guild {GUILD}, {name} ") and "it is gone" in one for one in problems
        ), (name, problems[:3])


@pytest.mark.proof
def test_two_rows_of_every_table_that_are_swapped_are_found(told: str, size: int, lane: lanes.Run):
    """Who has which wallet, who is on which side, who said what."""
    every = run_alone(told, lambda tx: [name for name in COVERED if pair_of(tx, name) is not None])
    assert len(every) > 25, "a table with a single row has nothing to swap"
    asked = chosen(every, size, lane)
    found = tampered(told, *(swapped(name) for name in asked))
    missed = [name for name, problems in zip(asked, found, strict=True) if not named(problems, name)]
    assert missed == []


@pytest.mark.proof
def test_a_row_of_every_table_that_is_made_up_is_found(told: str, size: int, lane: lanes.Run):
    asked = chosen(list(COVERED), size, lane)
    found = tampered(told, *(lambda tx, name=name: made_up(tx, name) for name in asked))
    missed = [
        name
        for name, problems in zip(asked, found, strict=True)
        if not any("the record knows nothing of it" in one and f", {name} " in one for one in problems)
    ]
    assert missed == []


def made_up(tx: Connection, name: str) -> None:
    table = COVERED[name].table
    row = dict(tx.execute(sa.select(table).where(*first_of(table))).mappings().one())
    key = next(column for column in reversed(table.primary_key.columns) if column.name != "guild_id")
    row[key.name] = row[key.name] + "x" if isinstance(key.type, sa.Text) else 1_000_003
    if name == "players":
        row["discord_id"] = 555
    row["state"] = "failed" if name == "proposals" else row.get("state")
    tx.execute(sa.insert(table), {at.name: row[at.name] for at in table.c})


@pytest.mark.proof
async def test_what_is_changed_in_the_tables_is_refused_by_an_import(
    told: str, tmp_path: Path, size: int, lane: lanes.Run
):
    """A column of each table, exported as it is now and read into an empty database."""
    chance = random.Random(lane.first_seed)
    every = [
        (name, chance.choice([one for one in covered.columns if one not in covered.key]))
        for name, covered in COVERED.items()
        if set(covered.columns) - set(covered.key)
    ]
    taken: list[tuple[str, str]] = []
    for place, (name, column) in enumerate(chosen(every, size, lane)):
        url = copied(told, tmp_path / f"{place}.db", changed(name, column))
        target = databases.sqlite(tmp_path / f"target-{place}.db")
        with suppress(LedgerError):
            await test_exports.whole(url, GUILD, tmp_path / f"out-{place}", people=True)
            await test_imports.bring(target, tmp_path / f"out-{place}")
            taken.append((name, column))
    assert taken == []


# --- random bits ------------------------------------------------------------------------------


@pytest.mark.proof
def test_every_flipped_bit_that_changes_what_is_covered_is_found(
    told: str, tmp_path: Path, size: int, lane: lanes.Run
):
    """And the table is named, with the row where one alone differs. Most bits change what nobody covers, or nothing:
    indexes, free pages, the calendar."""
    data = bytearray(Path(told.removeprefix("sqlite:///")).read_bytes())
    path, chance = tmp_path / "flipped.db", random.Random(40 + lane.first_seed)
    path.write_bytes(data)
    before = dumped(path)
    assert before is not None
    told_of, torn = 0, 0
    for _ in range(size):
        offset, bit = chance.randrange(len(data)), chance.randrange(8)
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(bytes([data[offset] ^ 1 << bit]))
        after, where = dumped(path), f"byte {offset}, bit {bit}"
        if after is None:
            assert found(path), where
            torn += 1
        elif differing := [name for name in COVERED if before[name] != after[name]]:
            said = found(path)
            assert any(f", {name} " in one for one in said for name in differing), (
                where,
                differing,
                said[:3],
            )
            told_of += 1
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(data[offset : offset + 1])
    assert size < 100 or told_of + torn > size / 100


def dumped(path: Path) -> dict[str, list[tuple[Any, ...]]] | None:
    """What is covered, as the file's tables have it; None where they can't be read."""
    with closing(sqlite3.connect(path)) as driver:
        driver.text_factory = bytes
        try:
            return {name: _rows(driver, name) for name in COVERED}
        except (sqlite3.Error, UnicodeDecodeError):  # what it says of a damaged schema may be no text
            return None


def _rows(driver: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    covered = COVERED[name]
    read = ", ".join(f'"{one}"' for one in ("guild_id", *covered.columns))
    public = f" WHERE state NOT IN {tuple(covered.private)}" if covered.private else ""
    return driver.execute(f"SELECT {read} FROM {name}{public}").fetchall()


def found(path: Path) -> list[str]:
    """What `crux verify` says of a file, also that it can't be read."""
    try:
        reports = run_alone(f"sqlite:///{path}", verified)
    except StorageError as why:
        return [str(why)]
    return [str(one) for report in reports for one in report.problems]
