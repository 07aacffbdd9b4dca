"""Exports: every row once, to the unit, in cells that a spreadsheet leaves alone, beside the writes."""

import csv
import io
import itertools
import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import money, schema
from ledger.errors import AlreadyThere, BadFolder, BookDamaged, UnknownGuild, UnknownPlayer
from ledger.files import cells, exports, paging
from ledger.files.paging import Selection
from ledger.storage.database import Database
from ledger.types import to_us
from tests import databases
from tests.ledger import points, stories
from tests.world import NOW, World

Row = dict[str, str]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a small book takes many."""
    monkeypatch.setattr(paging, "PAGE", 3)
    monkeypatch.setattr(paging, "ACCOUNTS", 2)
    monkeypatch.setattr(paging, "SCAN", 4)


@pytest.fixture
async def story(db: Database, guild: int) -> World:
    return await stories.everything(db, guild)


async def told(url: str, selection: Selection) -> list[Row]:
    """A table as a reader of CSV sees it."""
    text = await stories.alone(url, lambda tx: "".join(exports.blocks(tx, selection)))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def only(rows: list[Row], kind: str) -> list[Row]:
    return [row for row in rows if row["row"] == kind]


# --- what is in them --------------------------------------------------------------------------


async def test_entries_are_all_there_with_minor_units_and_points(story: World, url: str):
    rows = await told(url, Selection(story.guild))

    stored = await stories.alone(url, lambda tx: stories.rows(tx, schema.entries, story.guild))
    assert [
        tuple(int(row[name]) for name in ("transfer", "line", "account", "amount", "balance", "sequence"))
        for row in only(rows, "entry")
    ] == [row[1:] for row in stored]
    for row in rows:
        for amount in ("amount", "balance"):
            assert points.minor(row[f"{amount}_points"]) == int(row[amount])


async def test_what_an_account_held_at_the_end_closes_the_file(story: World, url: str):
    rows = await told(url, Selection(story.guild))

    closing = {int(row["account"]): int(row["balance"]) for row in only(rows, "closing")}
    stored = await stories.alone(url, lambda tx: stories.rows(tx, schema.accounts, story.guild))
    assert closing == {row[1]: row[4] for row in stored if row[5]}
    assert sum(closing.values()) == 0
    assert only(rows, "opening") == []


async def test_ids_are_text_and_times_are_iso_in_utc(story: World, url: str):
    row = (await told(url, Selection(story.guild)))[0]

    assert row["guild"] == f"'{story.guild}"
    assert datetime.fromisoformat(row["at"]) == NOW
    assert row["at"].endswith("Z")


async def test_a_key_that_looks_negative_is_guarded_and_a_negative_amount_is_not(story: World, url: str):
    rows = await told(url, Selection(story.guild))

    (taken,) = [row for row in rows if row["key"].endswith("looks-negative") and row["line"] == "1"]
    assert taken["key"] == "'-a:key-that-looks-negative"
    assert taken["amount"] == "-5000"


async def test_transfers_carry_their_digest_and_what_they_reverse(story: World, url: str):
    rows = await told(url, Selection(story.guild, "transfers"))

    stored = await stories.alone(url, lambda tx: stories.rows(tx, schema.transfers, story.guild))
    assert [cells.unguard(row["digest"]) for row in rows] == [row[-1].hex() for row in stored]
    assert [row["reverses"] for row in rows if row["kind"] == "reversal"] == ["11"]


async def test_an_account_s_period_opens_where_the_one_before_it_closed(story: World, url: str):
    cuts = [None, NOW + timedelta(days=1), NOW + timedelta(days=2, hours=1), None]
    periods = [
        await told(url, Selection(story.guild, "accounts", since=since, until=until))
        for since, until in itertools.pairwise(cuts)
    ]

    for earlier, later in itertools.pairwise(periods):
        assert [row["closing"] for row in earlier] == [row["opening"] for row in later]
    assert {row["opening"] for row in periods[0]} == {"0"}
    whole = await told(url, Selection(story.guild, "accounts"))
    assert [row["closing"] for row in periods[-1]] == [row["closing"] for row in whole]
    counts = [sum(int(period[place]["entries"]) for period in periods) for place in range(len(whole))]
    assert counts == [int(row["entries"]) for row in whole]


@pytest.mark.usefixtures("small_pages")
async def test_periods_that_meet_share_no_entry_and_lose_none(story: World, url: str):
    whole = only(await told(url, Selection(story.guild)), "entry")
    moments = sorted({datetime.fromisoformat(row["at"]) for row in whole})
    for cut in [*moments, moments[0] - timedelta(days=1), moments[-1] + timedelta(microseconds=1)]:
        before = await told(url, Selection(story.guild, until=cut))
        after = await told(url, Selection(story.guild, since=cut))

        assert only(before, "entry") + only(after, "entry") == whole
        opening = [(row["account"], row["balance"], row["sequence"]) for row in only(after, "opening")]
        assert opening == [
            (row["account"], row["balance"], row["sequence"]) for row in only(before, "closing")
        ]


@pytest.mark.usefixtures("small_pages")
async def test_a_player_s_export_holds_their_wallet_reserves_and_bonds_and_nothing_else(
    story: World, url: str
):
    rows = await told(url, Selection(story.guild, player=1))

    whole = await told(url, Selection(story.guild))
    assert {row["account_kind"] for row in rows} == {"wallet", "reserve"}
    assert rows == [row for row in whole if row["player"] == "1"]
    transfers = await told(url, Selection(story.guild, "transfers", player=1))
    assert [row["transfer"] for row in transfers] == list(
        dict.fromkeys(row["transfer"] for row in only(rows, "entry"))
    )
    accounts = await told(url, Selection(story.guild, "accounts", player=1))
    assert [(row["kind"], row["closing"]) for row in accounts] == [
        (row["account_kind"], row["balance"]) for row in only(rows, "closing")
    ]


@pytest.mark.usefixtures("small_pages")
async def test_a_player_s_period_is_their_part_of_the_period(story: World, url: str):
    since, until = NOW + timedelta(hours=1), NOW + timedelta(days=3)
    for player in ("1", "2", "3"):
        rows = await told(url, Selection(story.guild, "entries", int(player), since, until))

        whole = await told(url, Selection(story.guild, since=since, until=until))
        assert rows == [row for row in whole if row["player"] == player]
        assert only(rows, "opening")
        acts = await told(url, Selection(story.guild, "transfers", int(player), since, until))
        assert {row["transfer"] for row in acts} == {row["transfer"] for row in only(rows, "entry")}


async def test_an_account_that_ended_later_had_not_ended_yet(story: World, url: str):
    whole = await told(url, Selection(story.guild, "accounts"))
    ended = [row for row in whole if row["kind"] == "bond"]
    assert [row["ended_by"] for row in ended] == ["17"]

    earlier = await told(url, Selection(story.guild, "accounts", until=NOW + timedelta(days=3)))
    assert [row["ended_by"] for row in earlier if row["kind"] == "bond"] == [""]


@pytest.mark.usefixtures("small_pages")
async def test_small_pages_say_the_same_as_large_ones(
    story: World, url: str, monkeypatch: pytest.MonkeyPatch
):
    selections = [
        Selection(story.guild, table, player, since)
        for table in ("entries", "transfers", "accounts")
        for player in (None, 1, 3)
        for since in (None, NOW + timedelta(days=1))
    ]
    small = [await told(url, selection) for selection in selections]
    monkeypatch.undo()

    assert [await told(url, selection) for selection in selections] == small


async def test_nobody_and_nowhere_are_refused(story: World, url: str):
    for guild in (404, 0, -1, 2**63, 2**70):
        with pytest.raises(UnknownGuild):
            await told(url, Selection(guild))
    for player in (0, 4, -1, 2**63):
        with pytest.raises(UnknownPlayer):
            await told(url, Selection(story.guild, player=player))


def test_a_period_without_a_zone_is_no_period():
    with pytest.raises(ValueError, match="a moment needs a zone"):
        Selection(1, since=datetime(2026, 1, 1))  # noqa: DTZ001  no zone is what is refused


async def test_an_empty_book_is_headers_only(world: World, url: str):
    for table in ("entries", "transfers"):
        assert await told(url, Selection(world.guild, table)) == []
    assert [row["kind"] for row in await told(url, Selection(world.guild, "accounts"))] == ["mint", "house"]


@pytest.mark.parametrize("table", ["entries", "transfers"])
async def test_a_damaged_book_is_said_to_be_damaged(own_sqlite: str, tmp_path: Path, table: Any):
    async with databases.opened(own_sqlite) as db:
        await stories.everything(db, 5)
    damages = ["UPDATE transfers SET at_us = 1 << 62 WHERE number = 3"]
    if table == "entries":
        damages.append("DELETE FROM transfers WHERE number = 4")
    for damage in damages:
        with closing(sqlite3.connect(tmp_path / "crux.db", isolation_level=None)) as driver:
            for trigger in ("transfers_no_update", "transfers_no_delete"):
                driver.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            driver.execute(damage)

        with pytest.raises(BookDamaged):
            await told(own_sqlite, Selection(5, table))
        with pytest.raises(BookDamaged):
            await stories.export(own_sqlite, 5, tmp_path / "out")
        assert names(tmp_path) == ["crux.db"]
        with closing(sqlite3.connect(tmp_path / "crux.db", isolation_level=None)) as driver:
            driver.execute("UPDATE transfers SET at_us = 0 WHERE number = 3")


# --- beside the writes ------------------------------------------------------------------------


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("table", ["entries", "transfers", "accounts"])
async def test_what_is_written_meanwhile_is_not_in_it(story: World, url: str, table: Any):
    selection = Selection(story.guild, table)
    before = await told(url, selection)

    text = ""
    async for block in exports.stream(story.db, selection):
        text += block
        ada, cy = [await story.join(8_000_000_000_000_000_000 + person) for person in (11, 13)]
        await story.post({ada.wallet: -7, cy.wallet: 7})
        await story.account()

    assert list(csv.DictReader(io.StringIO(text, newline=""))) == before


@pytest.mark.usefixtures("small_pages")
async def test_one_page_at_a_time_is_read(story: World, monkeypatch: pytest.MonkeyPatch):
    sizes: list[int] = []
    read = paging.fetch

    def fetch(tx: Any, ask: paging.PageQuery) -> paging.Rows:
        rows = read(tx, ask)
        sizes.append(len(rows))
        return rows

    monkeypatch.setattr(paging, "fetch", fetch)
    async for _ in exports.stream(story.db, Selection(story.guild)):
        pass

    assert len(sizes) > 20
    assert max(sizes) == 3


# --- cells ------------------------------------------------------------------------------------


@given(st.text())
def test_whatever_text_there_is_comes_back_out_of_a_cell(text: str):
    line = f"before,{cells.word(text)},after\n"

    ((before, cell, after),) = csv.reader(io.StringIO(line, newline=""), strict=True)

    assert (before, cells.unguard(cell), after) == ("before", text, "after")


@given(st.sampled_from("=+-@\t\r'＝＋－＠"), st.text())
def test_no_text_cell_begins_like_a_formula(first: str, rest: str):
    assert cells.guard(first + rest) == f"'{first}{rest}"


@pytest.mark.parametrize("text", ["1", "007", "123456789012345678", "1e5", "12.50", "0"])
def test_text_that_looks_like_a_number_is_kept_as_text(text: str):
    assert cells.guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a", "a=b", "interaction:12", "1st", "e5", "1e", " =1"])
def test_other_text_is_left_as_it_is(text: str):
    assert cells.guard(text) == text


@given(st.integers(-(10**18), 10**18) | st.integers(-300, 300))
def test_points_are_those_of_money(minor: int):
    assert cells.amount(minor) == f"{minor},{money.points(minor)}"


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis adds it
def test_a_moment_is_exact(moment: datetime):
    assert datetime.fromisoformat(cells.moment(to_us(moment))) == moment


# --- the folder -------------------------------------------------------------------------------


async def test_a_folder_says_what_it_holds(story: World, url: str, tmp_path: Path):
    summary = await stories.export(url, story.guild, tmp_path / "out")

    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    head = await story.head()
    assert manifest["guild"] == str(story.guild)
    assert (manifest["head"], manifest["transfers"]) == (head.digest, head.transfers)
    assert (summary.head, summary.transfers, summary.entries) == (head.digest, 21, 43)
    assert str(tmp_path) not in "".join(file.read_text() for file in (tmp_path / "out").iterdir())


async def test_without_people_nothing_tells_who_they_are(story: World, url: str, tmp_path: Path):
    await stories.export(url, story.guild, tmp_path / "out")

    text = "".join(file.read_text() for file in (tmp_path / "out").iterdir())
    stored = await stories.alone(url, lambda tx: stories.rows(tx, schema.done, story.guild))
    assert "80000000000000000" not in text
    assert not any(row[2].hex() in text for row in stored), "a request's digest lets a guess be checked"
    assert not (tmp_path / "out" / "forgotten.csv").exists()


async def test_with_people_they_are_in_one_file(story: World, url: str, tmp_path: Path):
    await stories.export(url, story.guild, tmp_path / "out", with_people=True)

    telling = {file.name for file in (tmp_path / "out").iterdir() if "80000000000000000" in file.read_text()}
    assert telling == {"players.csv"}
    assert (tmp_path / "out" / "forgotten.csv").read_text().count("\n") == 2


async def test_every_table_of_a_guild_goes_along(story: World, url: str, tmp_path: Path):
    await stories.export(url, story.guild, tmp_path / "out", with_people=True)

    of_guild = {name for name, table in vars(schema).items() if "guild_id" in getattr(table, "c", ())}
    exported = {file.stem for file in (tmp_path / "out").glob("*.csv")}
    assert exported == of_guild - {"books"}, "a new table must be exported, and read back"


async def test_a_folder_with_something_in_it_is_left_alone(story: World, url: str, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")

    for place in (tmp_path, tmp_path / "file"):
        with pytest.raises(AlreadyThere):
            await stories.export(url, story.guild, place)

    assert names(tmp_path) == ["file", "mine.txt"]


async def test_an_empty_folder_is_used(story: World, url: str, tmp_path: Path):
    (tmp_path / "out").mkdir()

    await stories.export(url, story.guild, tmp_path / "out")

    assert (tmp_path / "out" / "manifest.json").exists()


async def test_an_export_of_nothing_makes_no_folder(url: str, tmp_path: Path):
    with pytest.raises(UnknownGuild):
        await stories.export(url, 404, tmp_path / "out")

    assert names(tmp_path) == []


async def test_a_place_that_is_not_there_is_named(story: World, url: str, tmp_path: Path):
    with pytest.raises(BadFolder, match="No such file or directory"):
        await stories.export(url, story.guild, tmp_path / "no" / "such" / "out")


async def test_a_full_disk_leaves_no_half_a_folder(story: World, url: str, tmp_path: Path):
    (tmp_path / "exports").mkdir()
    with files_up_to(2_000), pytest.raises(BadFolder, match="File too large"):
        await stories.export(url, story.guild, tmp_path / "exports" / "out")

    assert names(tmp_path / "exports") == []


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a disk without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
