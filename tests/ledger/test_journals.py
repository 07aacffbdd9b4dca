"""Journals: what the accounting tools themselves say about them, and that they notice a missing unit."""

import csv
import io
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction
from sqlalchemy import Connection

from ledger import accounts, money, schema
from ledger.errors import UnknownGuild, UnknownPlayer
from ledger.files import journals
from ledger.files.journals import Style
from ledger.files.paging import Selection
from ledger.storage.database import Database, run_alone
from tests import lanes, tools
from tests.benchmarks import books
from tests.ledger import points, stories
from tests.world import NOW, World

BEAN_CHECK = str(Path(sys.executable).with_name("bean-check"))

Check = Callable[..., str]


def hledger(journal: Path, *, code: int = 0) -> str:
    return tools.run(tools.need("hledger"), "-f", str(journal), "check", code=code)


def ledger(journal: Path, *, code: int = 0) -> str:
    return tools.run(tools.need("ledger"), "-f", str(journal), "--args-only", "balance", code=code)


def bean_check(journal: Path, *, code: int = 0) -> str:
    return tools.run(BEAN_CHECK, "--no-cache", str(journal), code=code)


def write(url: str, path: Path, selection: Selection, style: Style) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        run_alone(url, lambda tx: journals.write_journal(tx, out, selection, style))
    return path


async def told(url: str, selection: Selection, style: Style) -> str:
    return await stories.alone(url, lambda tx: "".join(journals.blocks(tx, selection, style)))


def balances(tx: Connection, guild: int) -> dict[str, int]:
    """What our own book says, by the names that hledger's journals use."""
    found: dict[str, int] = {}
    for _, number, kind, owner, balance, *_ in stories.rows(tx, schema.accounts, guild):
        whose = [f"player-{owner}"] if owner else []
        which = [] if kind in ("mint", "house", "wallet") else [str(number)]
        found[":".join([kind, *whose, *which])] = balance
    return {name: balance for name, balance in found.items() if balance}


# --- read by the real tools -------------------------------------------------------------------


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory, lane: lanes.Run) -> str:
    """A book of as many transfers as its proofs are to read: a million entries in a campaign."""
    count = lane.size("test_hledger_accepts_every_assertion_and_comes_to_our_balances")
    return books.book(tmp_path_factory.mktemp("big") / "crux.db", count)


@pytest.fixture(scope="module")
def big_hledger(big: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(big, tmp_path_factory.mktemp("h") / "crux.journal", Selection(books.GUILD), "hledger")


@pytest.fixture(scope="module")
def big_beancount(big: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(big, tmp_path_factory.mktemp("b") / "crux.beancount", Selection(books.GUILD), "beancount")


@pytest.mark.proof
@pytest.mark.tools
def test_hledger_accepts_every_assertion_and_comes_to_our_balances(big: str, big_hledger: Path):
    program = tools.need("hledger")
    hledger(big_hledger)
    tools.run(program, "-f", str(big_hledger), "check", "--strict")

    said = tools.run(program, "-f", str(big_hledger), "balance", "--flat", "--no-total", "-O", "csv")

    theirs = {row["account"]: row["balance"] for row in csv.DictReader(io.StringIO(said))}
    assert {name: from_points(balance) for name, balance in theirs.items()} == ours(big)


@pytest.mark.proof
@pytest.mark.tools
def test_ledger_accepts_every_assertion_and_comes_to_our_balances(big: str, big_hledger: Path):
    line = "%(account)\t%(display_total)\n"
    said = tools.run(
        tools.need("ledger"),
        *("--args-only", "--pedantic", "-f", str(big_hledger), "balance"),
        *("--flat", "--no-total", "--balance-format", line),
    )

    theirs = dict(found.split("\t") for found in said.splitlines())
    assert {name.strip(): from_points(balance) for name, balance in theirs.items()} == ours(big)


@pytest.mark.proof
def test_beancount_accepts_every_assertion_and_comes_to_our_balances(big: str, big_beancount: Path):
    assert bean_check(big_beancount) == ""

    entries, errors, _ = loader.load_file(str(big_beancount))
    assert errors == []
    theirs: dict[str, int] = defaultdict(int)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            assert posting.units is not None
            assert posting.units.number is not None
            theirs[posting.account] += int(posting.units.number * money.UNIT)
    named = {name.partition(":")[2].lower(): balance for name, balance in theirs.items() if balance}
    assert named == ours(big)


def ours(url: str) -> dict[str, int]:
    return run_alone(url, lambda tx: balances(tx, books.GUILD))


def from_points(text: str) -> int:
    return points.minor(text.strip().removesuffix(" points"))


@pytest.mark.tools
@pytest.mark.parametrize("style", ["hledger", "beancount"])
def test_one_unit_moved_from_one_posting_to_the_next_is_noticed(tmp_path: Path, style: Style):
    url = books.book(tmp_path / "crux.db", 500, 40)
    path = write(url, tmp_path / "journal", Selection(books.GUILD), style)
    text = path.read_text()
    middle = text.index("payout", len(text) // 2)
    first, second = list(re.finditer(r"  (-?[0-9]+\.[0-9]{2}) (?:points|POINTS)", text[middle:]))[1:3]
    more, less = (money.points(points.minor(found[1]) + by) for found, by in ((first, 1), (second, -1)))
    changed = text[middle : middle + second.end(1)]
    changed = changed[: second.start(1)] + less
    changed = changed[: first.start(1)] + more + changed[first.end(1) :]
    path.write_text(text[:middle] + changed + text[middle + second.end(1) :])

    if style == "beancount":
        bean_check(path, code=1)
    else:
        hledger(path, code=1)
        with pytest.raises(AssertionError, match=r"ended with [1-9](.|\n)*Balance assertion off by"):
            ledger(path)


@pytest.mark.tools
@pytest.mark.parametrize(
    "selected",
    [
        {},
        {"since": NOW + timedelta(days=1), "until": NOW + timedelta(days=3)},
        {"since": NOW + timedelta(hours=3)},
        {"until": NOW + timedelta(days=2, hours=1)},
        {"since": NOW + timedelta(days=900)},
        {"player": 1},
        {"player": 2, "since": NOW + timedelta(days=1)},
        {"player": 3, "until": NOW - timedelta(days=1)},
    ],
)
async def test_the_tools_accept_every_part_of_a_book(
    db: Database, url: str, guild: int, tmp_path: Path, selected: dict[str, object]
):
    await stories.everything(db, guild)
    selection = Selection(guild, **selected)  # pyright: ignore[reportArgumentType]

    (tmp_path / "crux.journal").write_text(await told(url, selection, "hledger"))
    (tmp_path / "crux.beancount").write_text(await told(url, selection, "beancount"))

    hledger(tmp_path / "crux.journal")
    ledger(tmp_path / "crux.journal")
    bean_check(tmp_path / "crux.beancount")


@pytest.mark.tools
async def test_a_press_that_reaches_back_over_midnight_breaks_no_assertion(
    world: World, url: str, tmp_path: Path
):
    """Presses bear their own time: transfer 3 was asked for a second before midnight, and came after 2."""
    ada, bo = await world.player(1, balance=1_000), await world.player(2)
    world.now = datetime(2026, 11, 22, tzinfo=UTC)
    await world.post({ada.wallet: -700, bo.wallet: 700})
    world.now -= timedelta(seconds=1)
    await world.post({bo.wallet: -650, ada.wallet: 650})
    world.skip(days=1)
    await world.post({ada.wallet: -5, bo.wallet: 5})

    checks: tuple[tuple[Style, Check], ...] = (
        ("hledger", hledger),
        ("hledger", ledger),
        ("beancount", bean_check),
    )
    for style, check in checks:
        (tmp_path / style).write_text(await told(url, Selection(world.guild), style))
        check(tmp_path / style)


# --- what stands in them ----------------------------------------------------------------------


async def test_every_posting_of_the_book_is_asserted(db: Database, url: str, guild: int):
    await stories.everything(db, guild)

    text = await told(url, Selection(guild), "hledger")

    postings = [line for line in text.splitlines() if line.startswith("    ") and line.count(" points")]
    postings.remove("    format 1000.00 points")
    asserted = [line for line in postings if " = " in line]
    assert len(postings) == len(asserted) == 43 + 8  # and eight accounts close


async def test_a_player_s_journal_asserts_their_accounts_and_no_others(db: Database, url: str, guild: int):
    await stories.everything(db, guild)

    text = await told(url, Selection(guild, player=1), "hledger")

    asserted = {line.split()[0] for line in text.splitlines() if " = " in line}
    assert asserted == {"wallet:player-1", "reserve:player-1:7"}


async def test_every_transaction_bears_its_key_time_and_digest(db: Database, url: str, guild: int):
    await stories.everything(db, guild)
    stored = await stories.alone(url, lambda tx: stories.rows(tx, schema.transfers, guild))

    for style in ("hledger", "beancount"):
        text = await told(url, Selection(guild), style)
        for row in stored:
            assert row[-1].hex() in text
            assert row[3] in text


async def test_no_words_and_nobody_s_id_are_in_a_journal(db: Database, url: str, guild: int):
    await stories.everything(db, guild)

    for style in ("hledger", "beancount"):
        text = await told(url, Selection(guild), style)
        assert not [note for note in stories.NASTY if note in text]
        assert "80000000000000000" not in text
        assert text.isascii()


async def test_a_journal_is_streamed_beside_writes(
    db: Database, url: str, guild: int, monkeypatch: pytest.MonkeyPatch
):
    world = await stories.everything(db, guild)
    monkeypatch.setattr(journals.paging, "PAGE", 3)
    monkeypatch.setattr(journals.paging, "ACCOUNTS", 2)
    for style in ("hledger", "beancount"):
        before = await told(url, Selection(guild), style)

        text = ""
        async for block in journals.stream(db, Selection(guild), style):
            text += block
            await world.post({accounts.mint(guild): -1, accounts.house(guild): 1})

        assert text == before


async def test_a_day_with_many_accounts_asserts_those_that_moved_last(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(journals, "TOUCHED", 2)
    players = [await world.player(person, balance=person) for person in (1, 2, 3)]
    world.skip(days=1)
    await world.post({players[0].wallet: -1, players[1].wallet: 1})

    text = await told(url, Selection(world.guild), "beancount")

    day = [line for line in text.splitlines() if line.startswith("2026-11-21 balance")]
    assert day == [
        "2026-11-21 balance Equity:Mint  -0.06 ~ 0 POINTS",
        "2026-11-21 balance Assets:Wallet:Player-3  0.03 ~ 0 POINTS",
    ]


async def test_nobody_and_nowhere_have_no_journal(world: World, url: str):
    with pytest.raises(UnknownGuild):
        await told(url, Selection(404), "hledger")
    with pytest.raises(UnknownPlayer):
        await told(url, Selection(world.guild, player=1), "beancount")


async def test_a_damaged_kind_stays_in_its_line(own_sqlite: str):
    kind = 'x"\n2026-01-01 * "y'

    def work(tx: Connection) -> str:
        accounts.open_book(tx, accounts.OpenBook(5), NOW)
        tx.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        row = {"guild_id": 5, "number": 1, "format": 1, "key": "a\nb", "kind": kind, "actor": 0, "at_us": 0}
        tx.execute(schema.transfers.insert(), row | {"reverses": None, "words": None, "digest": bytes(32)})
        entry = {"guild_id": 5, "transfer": 1, "line": 1, "account": 1, "amount": 1}
        tx.execute(schema.entries.insert(), entry | {"balance_after": 1, "account_seq": 1})
        tx.execute(schema.books.update().values(transfers=1))
        return "".join(
            block for style in ("hledger", "beancount") for block in journals.blocks(tx, Selection(5), style)
        )

    text = await stories.alone(own_sqlite, work, write=True)

    assert "x??2026-01-01????y" in text
    assert "a?b" in text
