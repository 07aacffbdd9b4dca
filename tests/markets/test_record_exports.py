"""What somebody changes in an exported folder is refused, whatever the manifest says."""

import asyncio
import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import NotABook
from markets.claims.terms import Result
from markets.records import export_layouts, export_tables
from markets.records.coverage import COVERED
from tests import databases, lanes
from tests.ledger import stories
from tests.markets import test_imports
from tests.markets.club import YES, Club
from tests.markets.tampering import chosen
from tests.markets.test_exports import everything, whole
from tests.stored.presses import all_of_them

GUILD = 78

BELIEVED = {
    "due": "when the calendar looks again; it decides nothing by itself",
    "cards": "which message shows what",
    "posts": "what is still to be told",
    "follows": "who wants to hear of a claim",
    "preferences": "how somebody wants to be told",
    "unlisted": "who asked to be left out of the board",
    "counters": "a larger number leaves a gap",
}
"""Files in which another value may be taken, if it is one."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One exported folder with people, with rows in every file."""
    base = tmp_path_factory.mktemp("told")
    url = databases.sqlite(base / "crux.db")

    async def tell() -> None:
        async with databases.opened(url) as db:
            club = await Club.make(db, GUILD)
            assert isinstance(club, Club)
            await everything(club)
            await all_of_them(club)
            ada, bo = await club.member(1, balance=50_000), await club.member(2, balance=50_000)
            claim = await club.claim(ada, title="As they had agreed")
            await club.forecast(ada, claim, 80)
            await club.forecast(bo, claim, 30)
            await club.forecast(await club.join(4), claim, 60)  # three, so that they are compared (E6)
            club.skip(days=2)
            await club.agree(await club.bet(ada, bo, claim), ada, bo, 20_000)
            await club.settle(bo, claim, Result("outcome", YES))
            await club.sweep()
        await whole(url, GUILD, base / "out", people=True)

    asyncio.run(tell())
    return base / "out"


def other(cell: str) -> str:
    """Another value of the same kind."""
    if cell.lstrip("-").isdigit():
        return str(int(cell) + 1)
    if len(cell) == 27 and cell.endswith("Z"):
        return f"2033{cell[4:]}"
    if len(cell) in (32, 64) and all(letter in "0123456789abcdef" for letter in cell):
        return ("0" if cell[0] != "0" else "1") + cell[1:]
    return cell + "x" if cell else "1"


@pytest.mark.proof
@pytest.mark.parametrize("table", [name for name in export_tables.TABLES if name not in BELIEVED])
def test_every_column_of_an_export_that_is_changed_is_refused(
    told: Path, tmp_path: Path, table: export_tables.Table, size: int, lane: lanes.Run
):
    """The manifest is made to fit. Either the cell is no value of its kind, or something else says another."""
    every = [
        (name, column)
        for name in export_tables.TABLES
        if name not in BELIEVED
        for column in export_layouts.LAYOUTS[name].header[1:]
    ]
    asked = [column for name, column in chosen(every, size, lane) if name == table]
    if not asked:
        return
    path = told / "claims" / f"{table}.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows, f"{table}.csv has no row to change"
    target = databases.sqlite(tmp_path / "target.db")
    taken: list[str] = []
    for column in asked:
        row = next((n for n, one in enumerate(rows) if one[column]), 0)

        def change(rows: test_imports.Rows, row: int = row, column: str = column) -> None:
            rows[row][column] = other(rows[row][column])

        if refused(told, tmp_path / "copy", target, table, change) is None:
            taken.append(column)
    assert taken == []


def refused(
    told: Path, copy: Path, target: str, table: str, change: Callable[[test_imports.Rows], object]
) -> str | None:
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(told, copy)
    test_imports._edit(copy, table, change)
    try:
        asyncio.run(test_imports.bring(target, copy))
    except NotABook as why:
        return str(why)
    return None


@pytest.mark.parametrize(
    ("table", "change", "named"),
    [
        ("bets", {"side": "1"}, "bets "),
        ("votes", {"reason": "I never said this."}, "votes "),
        ("scores", {"peer": "1"}, "scores "),
        ("acts", {"what": "halt"}, "acts "),
        ("record_lines", {"digest": "ab" * 32}, "it doesn't come to its digest"),
    ],
)
def test_a_cell_that_nothing_else_says_is_in_the_record(
    told: Path, tmp_path: Path, table: str, change: dict[str, str], named: str
):
    """Finding 8: `bets.side` says who wins, and import took another."""

    def edit(rows: test_imports.Rows) -> None:
        assert any(rows[0][name] != value for name, value in change.items())
        rows[0].update(change)

    target = databases.sqlite(tmp_path / "target.db")
    why = refused(told, tmp_path / "copy", target, table, edit)
    assert why is not None
    assert named in why


async def test_an_export_without_a_record_begins_one(told: Path, tmp_path: Path):
    from markets.records import record_audit

    shutil.copytree(told, tmp_path / "copy")
    test_imports._without_record(tmp_path / "copy")
    target = databases.sqlite(tmp_path / "target.db")
    await test_imports.bring(target, tmp_path / "copy")
    report = await stories.alone(target, lambda tx: record_audit.look(tx, GUILD))
    assert report.problems == ()
    assert report.rows == report.found > 20


def test_every_file_is_held_against_the_record_or_named():
    sources = {name: layout.table.name for name, layout in export_layouts.LAYOUTS.items()}
    held = {name for name, table in sources.items() if table in COVERED}
    assert set(sources) - held - set(BELIEVED) == {"standings", "tenths", *export_tables.RECORD}
