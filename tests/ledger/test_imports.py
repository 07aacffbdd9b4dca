"""Import: the same book on any database, or a sentence that says why not and nothing written."""

import asyncio
import csv
import hashlib
import io
import itertools
import json
import random
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger import statements
from ledger.errors import AlreadyDone, BookExists, DiskFull, KeyReused, NotABook, NotMigrated, UnknownPlayer
from ledger.files import imports
from ledger.files.exports import COLUMNS
from ledger.storage.database import Database
from tests import databases, world
from tests.benchmarks import books
from tests.ledger import rows, stories
from tests.mounts import small_disk
from tests.world import World

GUILD, TRAVELLER = 4_000_000_000_000_000_007, 4_000_000_000_000_000_008
ADA = 8_000_000_000_000_000_011


async def bring(url: str, folder: Path) -> Any:
    return await stories.alone(url, lambda tx: imports.import_folder(tx, folder), write=True)


def contents(folder: Path) -> dict[str, list[str]]:
    """A folder's files by line. The databases sort keys differently, which the manifest's digest of them shows."""
    files = {file.name: file.read_text(encoding="utf-8").split("\n") for file in folder.iterdir()}
    manifest = json.loads("\n".join(files["manifest.json"]))
    del manifest["files"]["done.csv"]["sha256"]
    sorted_by_database = {
        name: sorted(lines) if name == "done.csv" else lines for name, lines in files.items()
    }
    return {**sorted_by_database, "manifest.json": [json.dumps(manifest)]}


# --- there and back ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def other_postgresql(postgresql: databases.Server) -> str:
    return postgresql.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of another migrated database."""
    if request.param == "sqlite":
        return databases.sqlite(tmp_path / "elsewhere.db")
    return request.getfixturevalue("other_postgresql")


@pytest.mark.parametrize("people", [True, False])
async def test_an_imported_book_is_the_book(
    db: Database, url: str, guild: int, elsewhere: str, tmp_path: Path, people: bool
):
    await stories.everything(db, guild)
    first, second = tmp_path / "first", tmp_path / "second"
    exported = await stories.export(url, guild, first, with_people=people)

    imported = await bring(elsewhere, first)
    again = await stories.export(elsewhere, guild, second, with_people=people)

    assert imported == exported == again
    if people:
        assert contents(first) == contents(second)
        async with databases.opened(elsewhere) as other:
            assert await rows.everything(other, guild) == await rows.everything(db, guild)


async def test_a_book_goes_from_sqlite_to_postgresql_and_back(
    own_sqlite: str, other_postgresql: str, tmp_path: Path
):
    async with databases.opened(own_sqlite) as db:
        await stories.everything(db, TRAVELLER)
        before = await rows.everything(db, TRAVELLER)
    there, back = other_postgresql, databases.sqlite(tmp_path / "back.db")

    await stories.export(own_sqlite, TRAVELLER, tmp_path / "out", with_people=True)
    await bring(there, tmp_path / "out")
    await stories.export(there, TRAVELLER, tmp_path / "home", with_people=True)
    await bring(back, tmp_path / "home")

    async with databases.opened(back) as db:
        assert await rows.everything(db, TRAVELLER) == before


# --- it goes on working -----------------------------------------------------------------------


@dataclass
class Exported:
    """A book, its exported folders, and what can be done to a copy of one."""

    base: Path
    target: str
    copies: int = 0

    def copy(self, *, people: bool = True) -> Path:
        self.copies += 1
        return shutil.copytree(self.base / f"people-{people}", self.base / f"copy-{self.copies}")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    base = tmp_path_factory.mktemp("told")
    url = databases.sqlite(base / "crux.db")

    async def tell() -> None:
        async with databases.opened(url) as db:
            await stories.everything(db, GUILD)
        for people in (True, False):
            await stories.export(url, GUILD, base / f"people-{people}", with_people=people)

    asyncio.run(tell())
    return Exported(base, databases.sqlite(base / "target.db"))


@pytest.fixture
async def arrived(told: Exported, tmp_path: Path) -> AsyncIterator[World]:
    """The book, imported with people and opened."""
    url = databases.sqlite(tmp_path / "arrived.db")
    await bring(url, told.copy())
    async with databases.opened(url) as db:
        yield World(db, GUILD, _keys=itertools.count(1_000))


async def test_an_imported_book_takes_new_transfers(arrived: World):
    head = await arrived.head()
    ada, new = await arrived.join(ADA), await arrived.join(77)

    posted = await arrived.post({ada.wallet: -5, new.wallet: 5}, key="after:import")

    assert (new.number, new.wallet.number) == (4, 10)
    assert posted.number == head.transfers + 1


async def test_a_key_that_was_carried_out_before_is_known_after_an_import(arrived: World):
    with pytest.raises(AlreadyDone) as refused:
        await arrived.start(ADA, key="test:1")

    assert refused.value.answer.number == 1


async def test_without_people_such_a_key_is_still_refused_and_nobody_is_known(told: Exported, tmp_path: Path):
    url = databases.sqlite(tmp_path / "arrived.db")
    await bring(url, told.copy(people=False))

    async with databases.opened(url) as db:
        arrived = World(db, GUILD)
        before = await rows.everything(db, GUILD)
        with pytest.raises(KeyReused):
            await arrived.start(ADA, key="test:1")
        with pytest.raises(UnknownPlayer):
            await db.read(lambda tx: world.accounts.player(tx, GUILD, ADA))
        assert await rows.everything(db, GUILD) == before


@pytest.mark.tools
async def test_a_disk_that_fills_up_leaves_nothing_of_an_import(tmp_path: Path):
    guild, folder = books.GUILD, tmp_path / "out"
    source = books.book(tmp_path / "source.db", 10_000, 100)
    await stories.export(source, guild, folder)
    with small_disk(tmp_path) as disk:
        url = databases.sqlite(disk / "crux.db")

        with pytest.raises(DiskFull):
            await bring(url, folder)

        assert await stories.alone(url, statements.guilds) == []
        async with databases.opened(url) as db:  # and it still takes a smaller one
            await stories.everything(db, GUILD)


async def test_a_book_that_is_there_is_not_touched(arrived: World, told: Exported):
    before = await rows.everything(arrived.db, GUILD)

    with pytest.raises(BookExists):
        await bring(f"sqlite:///{arrived.db.address.path}", told.copy())

    assert await rows.everything(arrived.db, GUILD) == before


async def test_a_database_that_is_not_migrated_is_refused(told: Exported, tmp_path: Path):
    with pytest.raises(NotMigrated):
        await bring(f"sqlite:///{tmp_path / 'empty.db'}", told.copy())


# --- what is refused --------------------------------------------------------------------------

Damage = Callable[[Path], None]


async def refusal(told: Exported, folder: Path) -> str:
    """What the import of a damaged folder says; nothing may be left of it."""
    with pytest.raises(NotABook) as refused:
        await bring(told.target, folder)
    left = await stories.alone(told.target, lambda tx: rows.of(tx, GUILD))
    assert not any(left.values())
    return str(refused.value)


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def rewrite(path: Path, changed: list[list[str]], *, promise: bool = False) -> None:
    """Write a file anew; with `promise` the manifest is made to fit, as whoever forges a book would."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(changed)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    if promise:
        keep_promise(path)


def keep_promise(path: Path) -> None:
    manifest = path.parent / "manifest.json"
    told, data = json.loads(manifest.read_text()), path.read_bytes()
    told["files"][path.name] = {"lines": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}
    manifest.write_text(json.dumps(told))


def swap(told: Exported, table: str, line: int, column: str, cell: str, *, promise: bool = True) -> Path:
    """A copy with one cell changed; lines count from 1, the header's."""
    folder = told.copy()
    changed = cells(folder / f"{table}.csv")
    place = COLUMNS[table].index(column)
    assert changed[line - 1][place] != cell
    changed[line - 1][place] = cell
    rewrite(folder / f"{table}.csv", changed, promise=promise)
    return folder


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "said"),
    [
        ("entries", 4, "amount", "100.0", "entries.csv, line 4: amount can't be '100.0'"),
        ("entries", 4, "amount", "+100", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", "-0", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", "١٠٠", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", "1_000", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", " 100", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", "nan", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", "", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", str(2**63), "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", "9" * 5_000, "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount", "'100", "entries.csv, line 4: amount can't be"),
        ("entries", 4, "amount_points", "-1000.01", "entries.csv, line 4: amount_points should be -1000.00"),
        ("entries", 4, "balance_points", "1", "entries.csv, line 4: balance_points should be"),
        ("entries", 4, "balance", "-200001", "entries.csv, line 4: balance_points should be -2000.01"),
        (
            "entries",
            4,
            "sequence",
            "3",
            "transfers.csv, line 3: transfer 2 and its entries don't come to its digest",
        ),
        ("entries", 4, "line", "2", "entries.csv, line 4: line 1 of transfer 2 should stand here"),
        ("entries", 4, "transfer", "9", "transfers.csv, line 3: transfer 2 and its entries don't come to"),
        (
            "entries",
            4,
            "key",
            "test:1",
            "entries.csv, line 4: time, kind, key and actor differ from transfer 2",
        ),
        (
            "entries",
            4,
            "at",
            "2026-11-20",
            "entries.csv, line 4: time, kind, key and actor differ from transfer 2",
        ),
        ("entries", 4, "account", "3", "entries.csv, line 4: account 3 is another in accounts.csv"),
        ("entries", 4, "account", "99", "entries.csv, line 4: account 99 is another in accounts.csv"),
        ("entries", 4, "player", "1", "entries.csv, line 4: account 1 is another in accounts.csv"),
        ("entries", 4, "guild", "'1", "entries.csv, line 4: it is another guild's"),
        ("entries", 4, "guild", str(GUILD), "entries.csv, line 4: it is another guild's"),
        ("entries", 4, "row", "closing", "transfers.csv, line 3: transfer 2 and its entries"),
        ("entries", 4, "row", "what", "transfers.csv, line 3: transfer 2 and its entries"),
        ("transfers", 3, "transfer", "3", "transfers.csv, line 3: transfer 2 should stand here"),
        (
            "transfers",
            3,
            "at",
            "2026-11-20T12:00:00Z",
            "transfers.csv, line 3: at can't be '2026-11-20T12:00:00Z'",
        ),
        ("transfers", 3, "at", "2026-11-20T12:00:00.000000", "transfers.csv, line 3: at can't be"),
        (
            "transfers",
            3,
            "at",
            "2026-11-20T12:00:00.000001Z",
            "entries.csv, line 4: time, kind, key and actor",
        ),
        ("transfers", 3, "kind", "=start", "transfers.csv, line 3: kind can't be '=start'"),
        ("transfers", 3, "key", "a\nb", "transfers.csv, line 3: 'a\\nb' can't be a key"),
        ("transfers", 3, "format", "2", "transfers.csv, line 3: its format is 2, and this Crux knows 1"),
        ("transfers", 3, "digest", "ab", "transfers.csv, line 3: transfer 2 and its entries don't come to"),
        ("transfers", 3, "digest", "zz", "transfers.csv, line 3: digest can't be 'zz'"),
        ("transfers", 3, "actor", "1", "entries.csv, line 4: time, kind, key and actor differ"),
        ("transfers", 3, "reverses", "1", "transfers.csv, line 3: transfer 2 and its entries don't come to"),
        (
            "transfers",
            6,
            "words",
            "'" + "00" * 32,
            "transfers.csv, line 6: transfer 5 and its entries don't come",
        ),
        ("accounts", 4, "account", "4", "accounts.csv, line 4: account 3 should stand here"),
        ("accounts", 4, "kind", "escrow", "accounts.csv, line 4: the seal doesn't fit"),
        ("accounts", 4, "player", "2", "accounts.csv, line 4: the seal doesn't fit"),
        ("accounts", 4, "closing", "1", "accounts.csv, line 4: closing_points should be 0.01"),
        ("accounts", 4, "opening", "1", "accounts.csv, line 4: a whole book opens with nothing"),
        ("accounts", 4, "entries", "99", "account 3 closes differently in accounts.csv"),
        ("accounts", 7, "ended_by", "3", "account 6: accounts.ended_by"),
        (
            "accounts",
            4,
            "ended_by",
            "3",
            "accounts.csv, line 4: the book's own rules refuse it (ck_accounts_ended)",
        ),
        ("players", 3, "player", "1", "players.csv, line 3: player 2 should stand here"),
        ("players", 3, "discord_id", "8000000000000000012", "players.csv, line 3: discord_id can't be"),
        ("players", 3, "discord_id", f"'{ADA}", "players.csv, line 3: the book's own rules refuse it"),
        ("players", 3, "joined", "yesterday", "players.csv, line 3: joined can't be 'yesterday'"),
        ("notes", 2, "erased", "2", "notes.csv, line 2: erased can't be '2'"),
        ("notes", 2, "erased", "1", "notes.csv, line 2: the book's own rules refuse it (ck_notes_words)"),
        ("notes", 2, "words", "=HYPERLINK", "notes.csv, line 2: words can't be '=HYPERLINK'"),
        ("notes", 2, "words", "other words", "transfer 5: notes.words"),
        ("notes", 2, "salt", "00" * 16, "notes.csv, line 2: salt can't be"),
        ("notes", 2, "transfer", "1", "transfer 1: notes"),
        ("notes", 2, "transfer", "404", "notes.csv, line 2: the book's own rules refuse it"),
        ("done", 4, "key", "test:1", "done.csv, line 4: the book's own rules refuse it"),
        ("done", 3, "request_digest", "ab", "done.csv, line 3: the book's own rules refuse it"),
    ],
)
async def test_a_changed_cell_is_named_even_where_the_manifest_was_made_to_fit(
    told: Exported, table: str, line: int, column: str, cell: str, said: str
):
    assert said in await refusal(told, swap(told, table, line, column, cell))


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "said"),
    [
        (
            "players",
            3,
            "discord_id",
            f"'{ADA}",
            "players.csv, line 3: the book's own rules refuse it (uq_players_",
        ),
        ("notes", 2, "transfer", "404", "notes.csv, line 2: the book's own rules refuse it (fk_notes_"),
        ("notes", 2, "erased", "1", "notes.csv, line 2: the book's own rules refuse it (ck_notes_words)"),
        ("notes", 2, "words", "other words", "transfer 5: notes.words"),
        ("notes", 2, "words", "a\0b", "notes.csv, line 2: words can't be"),
        ("entries", 4, "sequence", "3", "transfers.csv, line 3: transfer 2 and its entries don't come"),
    ],
)
async def test_postgresql_refuses_the_same(
    told: Exported, other_postgresql: str, table: str, line: int, column: str, cell: str, said: str
):
    on_postgresql = Exported(told.base, other_postgresql, told.copies)
    folder = swap(on_postgresql, table, line, column, cell)
    told.copies = on_postgresql.copies

    assert said in await refusal(on_postgresql, folder)


async def test_any_other_change_shows_in_the_file_s_digest(told: Exported):
    """Ids, settings, answers, times, and that an account ended: what the chain doesn't cover."""
    for table, line, column, cell in (
        ("accounts", 7, "ended_by", ""),
        ("players", 2, "discord_id", "'8000000000000000099"),
        ("players", 2, "joined", "2026-11-20T12:00:00.000001Z"),
        ("settings", 2, "value", "'1"),
        ("done", 2, "answer", "null"),
        ("forgotten", 2, "until", "2100-01-01T00:00:00.000000Z"),
    ):
        said = await refusal(told, swap(told, table, line, column, cell, promise=False))
        assert said.startswith(f"{table}.csv was changed after the export")


async def test_no_change_of_any_cell_goes_unnoticed(told: Exported):
    chance = random.Random(2)
    for _ in range(100):
        folder = told.copy()
        path = chance.choice(sorted(folder.glob("*.csv")))
        changed = cells(path)
        row = chance.choice(changed)
        place = chance.randrange(len(row))
        row[place] = chance.choice(
            ["", "0", "1", "'1", "x", row[place] + "0", row[place][:-1], "'" + row[place]]
        )
        rewrite(path, changed)
        if path.read_bytes() != (told.base / "people-True" / path.name).read_bytes():
            assert ".csv" in await refusal(told, folder)


async def test_a_file_cut_anywhere_is_refused(told: Exported):
    chance = random.Random(3)
    for name in sorted(file.name for file in told.copy().glob("*.csv")):
        size = (told.base / "people-True" / name).stat().st_size
        for at in {0, 1, size - 1, *(chance.randrange(size) for _ in range(6))}:
            folder = told.copy()
            with (folder / name).open("r+b") as file:
                file.truncate(at)
            assert ".csv" in await refusal(told, folder)


async def test_a_missing_file_is_named(told: Exported):
    for name in sorted(file.name for file in told.copy().glob("*.csv")):
        folder = told.copy()
        (folder / name).unlink()
        assert await refusal(told, folder) == f"{name} is missing. Nothing was imported."


async def test_another_header_is_refused(told: Exported):
    for name in sorted(file.name for file in told.copy().glob("*.csv")):
        folder = told.copy()
        changed = cells(folder / name)
        changed[0][-1] += "s"
        rewrite(folder / name, changed, promise=True)
        assert (await refusal(told, folder)).startswith(f"{name}, line 1: the columns must be ")


async def test_rows_that_are_gone_doubled_or_swapped_are_refused(told: Exported):
    for name in ("entries", "transfers", "accounts", "players"):
        for change in (lambda r: r[:-1], lambda r: [*r[:3], *r[4:]], lambda r: [*r, r[-1]], _swapped):
            folder = told.copy()
            rewrite(folder / f"{name}.csv", change(cells(folder / f"{name}.csv")), promise=True)
            assert ".csv" in await refusal(told, folder)


def _swapped(r: list[list[str]]) -> list[list[str]]:
    return [*r[:2], r[3], r[2], *r[4:]]


async def test_a_book_cut_short_with_care_does_not_reach_its_head(told: Exported):
    """Everything fits but the head, which is what somebody else may have noted."""
    folder = told.copy()
    last = cells(folder / "transfers.csv")[-1][1]
    for name, place in (("transfers", 1), ("entries", 2)):
        kept = [row for row in cells(folder / f"{name}.csv") if row[place] != last or row[0] == "closing"]
        rewrite(folder / f"{name}.csv", kept, promise=True)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"transfers": manifest["transfers"] - 1, "entries": manifest["entries"] - 2}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    assert "closes differently" in (said := await refusal(told, folder)) or "The book ends in" in said


async def test_what_is_not_utf8_or_not_csv_is_refused(told: Exported):
    for data, said in (
        (b"\xed\xa0\x80", "it is not UTF-8"),
        (b"\xff", "it is not UTF-8"),
        (b'"', "it is not CSV, or was cut off"),
        (b"\r", "it has 0 cells instead of 5"),
        (b"a\rb", "it is not CSV, or was cut off"),
        (b"\n", "it has 0 cells instead of 5"),
    ):
        folder = told.copy()
        with (folder / "notes.csv").open("ab") as file:
            file.write(data)
        assert said in await refusal(told, folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "manifest.json says format 2, and this Crux reads 1."),
        ({"guild": GUILD}, "manifest.json is damaged"),
        ({"guild": "x"}, "manifest.json is damaged"),
        ({"guild": "-5"}, "manifest.json is damaged"),
        ({"guild": "5"}, "it is another guild's"),
        ({"head": "00"}, "manifest.json is damaged"),
        ({"head": 5}, "manifest.json is damaged"),
        ({"head": "ab" * 32}, "The book ends in"),
        ({"transfers": True}, "manifest.json is damaged"),
        ({"transfers": -1}, "manifest.json is damaged"),
        ({"transfers": 20}, "transfers.csv holds 21 transfers instead of 20"),
        ({"entries": 5}, "entries.csv holds 43 entries instead of 5"),
        ({"accounts": 5}, "accounts.csv holds 9 accounts instead of 5"),
        ({"players": 5}, "players.csv holds 3 players instead of 5"),
        ({"people": 1}, "manifest.json is damaged"),
        ({"people": False}, "manifest.json is damaged"),
        ({"files": {}}, "manifest.json is damaged"),
        ({"files": []}, "manifest.json is damaged"),
    ],
)
async def test_a_manifest_that_lies_is_refused(told: Exported, change: dict[str, Any], said: str):
    folder = told.copy()
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | change))

    assert said in await refusal(told, folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "5", '{"format": 1}', "[" * 100_000, "\ud800"])
async def test_a_manifest_that_is_none_is_refused(told: Exported, text: str):
    folder = told.copy()
    (folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))

    assert "manifest.json is damaged" in await refusal(told, folder)


async def test_a_folder_that_is_no_export_is_refused(told: Exported, tmp_path: Path):
    (tmp_path / "file").write_text("")

    assert "holds no manifest.json" in await refusal(told, tmp_path)
    assert "is not a folder" in await refusal(told, tmp_path / "nowhere")
    assert "is not a folder" in await refusal(told, tmp_path / "file")


async def test_after_all_these_refusals_the_folder_itself_still_goes_in(told: Exported):
    assert (await bring(told.target, told.copy())).transfers == 21
