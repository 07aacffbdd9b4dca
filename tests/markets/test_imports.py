"""A book with its claims goes into another database, and there they live on to the last unit."""

import asyncio
import csv
import hashlib
import io
import itertools
import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from ledger import statements
from ledger.audit import verify as book_audit
from ledger.errors import NotABook
from ledger.files import imports as book_imports
from ledger.types import to_us
from markets.bets import agreement, offers
from markets.claims.terms import Actor, Result
from markets.core import jobs, tables
from markets.core.errors import MarketError
from markets.forecasts import forecasts
from markets.records import audit, export_layouts, export_tables, exports, imports
from markets.settlement import absence, freezing, voting
from markets.shares import market_maker
from tests import databases
from tests.ledger import stories
from tests.markets.club import DAY, YES, Club
from tests.markets.test_exports import TOLD, everything, read, whole

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def other_postgresql(postgresql: databases.Server) -> str:
    return postgresql.database()


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> str:
    """A migrated database of the other kind."""
    if url.startswith("postgresql"):
        return databases.sqlite(tmp_path / "elsewhere.db")
    return request.getfixturevalue("other_postgresql")


async def bring(url: str, folder: Path) -> dict[str, int]:
    """As `crux import` does it."""
    counts: dict[str, int] = {}
    await stories.alone(
        url,
        lambda tx: book_imports.import_folder(
            tx, folder, lambda tx, made: counts.update(imports.read(tx, folder, made))
        ),
        write=True,
    )
    return counts


def contents(folder: Path) -> dict[str, str]:
    """Every file; of `done`, which each database sorts by its own letters, the lines in our order."""
    files = {
        str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.*") if file.is_file()
    }
    done = "".join(sorted(files["done.csv"].splitlines(keepends=True)))
    told = json.loads(files["manifest.json"])
    del told["files"]["done.csv"]["sha256"]
    return files | {"done.csv": done, "manifest.json": json.dumps(told)}


@pytest.mark.parametrize("people", [True, False])
async def test_what_was_exported_is_imported_and_exported_again_the_same(
    club: Club, url: str, elsewhere: str, tmp_path: Path, people: bool
):
    await everything(club)
    first, second = tmp_path / "first", tmp_path / "second"
    await whole(url, club.guild, first, people=people)

    counts = await bring(elsewhere, first)
    await whole(elsewhere, club.guild, second, people=people)

    then, now = contents(first), contents(second)
    if not people:  # what was left behind is said by one row of the record more
        for name in ("records", "record_lines"):
            assert now[f"claims/{name}.csv"].startswith(then.pop(f"claims/{name}.csv"))
            del now[f"claims/{name}.csv"]
        del then["claims/manifest.json"], now["claims/manifest.json"]
    assert then == now
    assert counts == {table: len(read(first / "claims", table)) for table in exports.written(people=people)}
    assert all(counts[table] for table in TOLD if people or table not in export_tables.PEOPLES)
    for table in (tables.tags, tables.clarifications, tables.bets):
        there, here = [
            await stories.alone(at, lambda tx, table=table: stories.rows(tx, table, club.guild))
            for at in (elsewhere, url)
        ]
        assert there == here, table


@pytest.mark.rule("C7")
async def test_what_is_hidden_moves_with_a_whole_book_and_stands_in_no_other_export(
    club: Club, url: str, elsewhere: str, tmp_path: Path
):
    ada, bo = [await club.member(person) for person in (1, 2)]
    claim = await club.claim(ada)
    hide = forecasts.Hide(club.guild, club.key(), ada.number, claim.number, True)
    await club.db.write(forecasts.hide, hide, club.now)
    await club.forecast(bo, claim, 83)
    await whole(url, club.guild, tmp_path / "public", people=False)
    assert read(tmp_path / "public" / "claims", "forecasts") == []

    await whole(url, club.guild, tmp_path / "moved", people=True)
    await bring(elsewhere, tmp_path / "moved")

    async with databases.opened(elsewhere) as other:
        moved = Club(other, club.guild, club.now + DAY, itertools.count(5_000))
        (said,) = await other.read(forecasts.history, club.guild, claim.number)
        assert said.chances[0] == 830_000
        there = await moved.read_claim(claim.number)
        assert (await other.read(forecasts.crowd, there, moved.now)).hidden


@pytest.mark.rule("D5")
async def test_what_is_missing_of_a_bond_is_missing_in_the_imported_book_as_well(
    club: Club, url: str, elsewhere: str, tmp_path: Path
):
    ada, eve, mo = await club.member(1), await club.member(2, 1_100), await club.member(3)
    claim = await club.claim(ada)
    await club.bet(ada, eve, claim, maker_stake=1_000, taker_stake=1_000)
    later = dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now + 90 * DAY))
    far = await club.claim(ada, title="Something else", **later)
    club.skip(days=31)
    await club.proposed(ada, claim, Result("outcome", outcome=YES))
    await club.challenge(eve, claim)
    await club.vote(mo, claim, Result("outcome", outcome=YES))
    club.skip(days=2)
    await club.sweep()
    await whole(url, club.guild, tmp_path / "out", people=True)
    await bring(elsewhere, tmp_path / "out")
    async with databases.opened(elsewhere) as other:
        moved = Club(other, club.guild, club.now, itertools.count(5_000))
        await moved.post({ada.wallet: -1, eve.wallet: 1}, kind="gift")
        there = await moved.read_claim(far.number)
        bet = await moved.bet(eve, ada, there, maker_stake=1, taker_stake=5_000)
        await moved.agree(bet, eve, ada, 3_000)
        assert await moved.balance(eve.wallet) == 3_000 - 900


@pytest.mark.rule("B8")
async def test_a_market_that_was_void_by_itself_moves_with_its_claim(
    club: Club, url: str, elsewhere: str, tmp_path: Path
):
    ada, eve = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.market(ada, claim)
    await club.forecast(ada, claim, 50)
    fill = await club.buy(eve, claim, YES, budget=5_000)
    more = await club.buy(ada, claim, YES, budget=5_000)
    await club.sell(eve, claim, YES, quantity=fill.shares)
    await club.sell(ada, claim, YES, quantity=more.shares)
    club.skip(days=31)
    await club.sweep()
    await whole(url, club.guild, tmp_path / "out", people=True)
    await bring(elsewhere, tmp_path / "out")
    async with databases.opened(elsewhere) as other:
        there = await other.read(market_maker.load, club.guild, claim.number)
        assert (there.state, there.resolution) == ("void", None)
        assert not await other.read(audit.problems, club.guild)


async def test_an_imported_claim_lives_on_and_is_settled_to_the_unit(
    club: Club, url: str, elsewhere: str, tmp_path: Path
):
    await everything(club)
    await whole(url, club.guild, tmp_path / "out", people=True)
    await bring(elsewhere, tmp_path / "out")
    there = {row["title"]: row for row in _claims(tmp_path / "out")}
    async with databases.opened(elsewhere) as other:
        moved = Club(other, club.guild, club.now + 3 * DAY, itertools.count(5_000))
        ada, bo, mu = [await moved.member(person, balance=0) for person in (1, 2, 5)]
        goes_on, slow, told = [
            await moved.read_claim(int(there[title]["claim"])) for title in ("Goes on", "Slow", "Soon told")
        ]

        assert await moved.sweep() == 0, "until the bot is there, all of it rests"
        back = absence.BackAgain(moved.guild, moved.key(), (await other.read(absence.removals))[moved.guild])
        await other.write(absence.back_again, back, moved.now)
        await moved.sweep()

        # An offer is taken, a suggested ending signed, a claim comes to its deadline and its result.
        before = [await moved.balance(who.wallet) for who in (ada, bo)]
        open_offer = next(
            row
            for row in read(tmp_path / "out" / "claims", "offers")
            if row["claim"] == there["Goes on"]["claim"] and row["state"] == "open"
        )
        taken = await moved.accept(
            ada, await other.read(offers.load_offer, moved.guild, int(open_offer["offer"]))
        )
        suggested = read(tmp_path / "out" / "claims", "agreements")[0]
        signed = agreement.Agree(moved.guild, moved.key(), int(suggested["bet"]), ada.number, 1_000, 2_003)
        await other.write(agreement.agree, signed, moved.now)
        proposal = int(read(tmp_path / "out" / "claims", "proposals")[-1]["proposal"])
        await moved.announced(await moved.read_proposal(proposal))
        moved.now += 3 * DAY
        await moved.sweep()
        assert (await moved.read_claim(told.number)).state == "settled"
        moved.now += 31 * DAY
        await moved.sweep()
        await moved.proposed(mu, goes_on, Result("outcome", outcome=1), moderator=True)
        moved.now += 8 * DAY
        await moved.sweep()
        got = [await moved.balance(who.wallet) for who in (ada, bo)]
        # Of *Soon told* Ada has the pot, the ending was signed, and of the offer she has it again, who took NO.
        assert (await moved.read_bet(taken.bet)).taker_paid == 155
        assert [now - was for now, was in zip(got, before, strict=True)] == [
            100 + 1_000 - 78 + 155,
            2_003 - 77,
        ]

        # The dispute goes on: the other side names the same judge, who rules alone.
        named = voting.Appoint(moved.guild, moved.key(), bo.number, slow.number, mu.number)
        assert await other.write(voting.appoint, named, moved.now)
        await moved.vote(mu, slow, Result("outcome", outcome=YES), moderator=False)
        was = await moved.balance(ada.wallet)
        moved.now += DAY
        await moved.sweep()
        assert (await moved.read_claim(slow.number)).state == "settled"
        assert await moved.balance(ada.wallet) == was + 4_001 + 25  # of the bet, and of its pool

        moderator = Actor(mu.number, moderator=True)
        for number in range(1, 20):
            with suppress(MarketError):
                go_on = freezing.Halt(moved.guild, moved.key(), moderator, number, False, "Go on.")
                await other.write(freezing.halt, go_on, moved.now)
        for _ in range(8):
            moved.now += 30 * DAY
            await moved.sweep()
        assert await other.read(jobs.coming, moved.guild) == []
    report = await stories.alone(elsewhere, lambda tx: book_audit.audit(tx, club.guild))
    assert report.problems == ()
    assert await stories.alone(elsewhere, lambda tx: audit.problems(tx, club.guild)) == ()
    bets = await stories.alone(elsewhere, lambda tx: stories.rows(tx, tables.bets, club.guild))
    assert "live" not in {row[12] for row in bets}


def _claims(folder: Path) -> Rows:
    return [row | {"title": json.loads(row["terms"])["title"]} for row in read(folder / "claims", "claims")]


async def test_windows_are_prolonged_by_as_long_as_the_book_was_nowhere(
    club: Club, url: str, elsewhere: str, tmp_path: Path
):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.proposed(bo, claim, Result("outcome", outcome=YES))
    await whole(url, club.guild, tmp_path / "out", people=True)
    await bring(elsewhere, tmp_path / "out")
    async with databases.opened(elsewhere) as other:
        moved = Club(other, club.guild, club.now + 9 * DAY)
        since_us = (await other.read(absence.removals))[club.guild]
        await other.write(absence.back_again, absence.BackAgain(club.guild, "back", since_us), moved.now)
        found = await moved.read_proposal(proposal.number)
    assert since_us == to_us(club.now)
    assert found.window_to_us == (proposal.window_to_us or 0) + to_us(moved.now) - since_us


# --- what is refused --------------------------------------------------------------------------


async def test_escrows_without_the_claims_they_belong_to_are_no_book(
    club: Club, url: str, elsewhere: str, tmp_path: Path
):
    ada, bo = await club.member(1), await club.member(2)
    await club.bet(ada, bo, await club.claim(ada))
    await whole(url, club.guild, tmp_path / "out", people=False)
    shutil.rmtree(tmp_path / "out" / "claims")
    with pytest.raises(NotABook, match=r"\(escrow\) holds 200\.00 points and nothing says for what"):
        await bring(elsewhere, tmp_path / "out")
    assert await stories.alone(elsewhere, lambda tx: stories.rows(tx, tables.claims, club.guild)) == []


def _of_before(folder: Path) -> None:
    """An export as version 0010 wrote it: fewer columns, and moments in proposals alone."""

    def undated(rows: Rows) -> None:
        for row in rows:
            for name in ("result", "ruling", "first_ruling"):
                if row.get(name):
                    said = json.loads(row[name])
                    said.pop("known_us", None)
                    row[name] = json.dumps(said, separators=(",", ":"), ensure_ascii=False)

    _without_record(folder)
    for table in ("resolutions", "disputes", "votes"):
        _edit(folder, table, undated)
    for table, layout in export_layouts.LAYOUTS.items():
        if later := [column.name for column in layout.columns if column.source.name in layout.later]:
            _edit(folder, table, lambda rows: None, without=later)


async def test_an_export_of_before_is_read_and_says_what_it_said(
    club: Club, url: str, elsewhere: str, tmp_path: Path
):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, bo, claim)
    await club.pool(mod, claim)
    await club.stake(ada, claim, YES, 1_000)
    club.skip(days=1)
    known_us = to_us(club.now)
    club.skip(days=1)
    await club.stake(bo, claim, YES, 1_000)
    club.skip(days=30)
    await club.proposed(mod, claim, Result("outcome", outcome=YES), moderator=True, known_us=known_us)
    await club.challenge(bo, claim)
    await club.vote(mod, claim, Result("outcome", outcome=YES, known_us=known_us))
    club.skip(days=2)
    await club.sweep()
    await whole(url, club.guild, tmp_path / "out", people=False)
    shutil.copytree(tmp_path / "out", tmp_path / "before")
    _of_before(tmp_path / "before")

    await bring(elsewhere, tmp_path / "before")

    await whole(elsewhere, club.guild, tmp_path / "again", people=False)
    for table in ("resolutions", "votes", "pools", "stakes", "bets"):
        assert read(tmp_path / "again" / "claims", table) == read(tmp_path / "out" / "claims", table)
    assert [row["posted"] for row in read(tmp_path / "again" / "claims", "disputes")] == [
        row["ruled"] for row in read(tmp_path / "out" / "claims", "disputes")
    ]


def _without_record(folder: Path) -> None:
    """As exports were before version 0016."""
    manifest = folder / "claims" / "manifest.json"
    told = json.loads(manifest.read_text())
    for table in export_tables.RECORD:
        (folder / "claims" / f"{table}.csv").unlink()
        del told["files"][f"{table}.csv"]
    manifest.write_text(json.dumps(told))


def _edit(folder: Path, table: str, change: Callable[[Rows], object], *, without: Sequence[str] = ()) -> None:
    """Change rows of a file, cells as they stand, leave columns out, and have the manifest agree."""
    path = folder / "claims" / f"{table}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(), newline="")))
    header = [name for name in path.read_text().split("\n", 1)[0].split(",") if name not in without]
    change(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode())
    manifest = folder / "claims" / "manifest.json"
    told = json.loads(manifest.read_text())
    data = path.read_bytes()
    told["files"][path.name] = {"lines": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}
    manifest.write_text(json.dumps(told))


def _set(table: str, state: str, /, **cells: str) -> Callable[[Path], None]:
    """Cells of the first row in a state."""

    def change(rows: Rows) -> None:
        next(row for row in rows if row.get("state", state) == state).update(cells)

    return lambda folder: _edit(folder, table, change)


def _turn(table: str, state: str, name: str) -> Callable[[Path], None]:
    """The other one of two, in each row in a state."""

    def change(rows: Rows) -> None:
        for row in rows:
            if row.get("state", state) == state and row[name] in ("0", "1"):
                row[name] = str(1 - int(row[name]))

    return lambda folder: _edit(folder, table, change)


def _cut(folder: Path) -> None:
    path = folder / "claims" / "votes.csv"
    path.write_bytes(path.read_bytes()[:-30])


def _another(folder: Path) -> None:
    path = folder / "claims" / "manifest.json"
    path.write_text(path.read_text().replace('"people": true', '"people": false'))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One exported folder, to be copied and changed."""
    base = tmp_path_factory.mktemp("told")
    url = databases.sqlite(base / "crux.db")

    async def tell() -> None:
        async with databases.opened(url) as db:
            club = await Club.make(db, 77)
            assert isinstance(club, Club)
            await everything(club)
        await whole(url, 77, base / "out", people=True)

    asyncio.run(tell())
    return base / "out"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_set("bets", "live", maker_stake="9999", maker_stake_points="99.99"), r"Bet \d+: "),
        (_set("bets", "live", maker_stake="9999"), "bets.csv, line .*: maker_stake_points should be 99.99"),
        (_set("bets", "settled", maker_paid="1", maker_paid_points="0.01"), "the book's own rules refuse it"),
        (_set("bets", "live", escrow="1"), "holds points|instead of|no escrow|nothing says for what"),
        (_set("bets", "agreed", state="live", maker_paid="", maker_paid_points="", taker_paid="",
              taker_paid_points=""), "its escrow holds"),
        (_set("bets", "live", claim="999"), "bets.csv, line .*: the book's own rules refuse it"),
        (_set("offers", "accepted", state="open"), "another than the offer it was"),
        (_set("claims", "settled", state="open"), "is open, and its result doesn't fit that"),
        (_set("claims", "disputed", state="proposed"), "is proposed, and its proposals don't fit"),
        (_set("claims", "open", terms="{}"), r"claims.csv, line .*: terms can't be read"),
        (_set("claims", "open", supersedes="999"), "there is no claim 999"),
        (_set("claims", "open", state="asleep"), "claims.csv, line .*: the book's own rules refuse it"),
        (_set("claims", "open", deadline="2033-01-01T00:00:00.000000Z", check="2033-01-01T00:00:00.000000Z"),
         "its times are others"),
        (_set("disputes", "open", bond=""), r"\(bond\) holds 10\.00 points and nothing says for what"),
        (_set("due", "waiting", due="tomorrow"), "due.csv, line 2: due can't be 'tomorrow'"),
        (_set("acts", "", reason="=1+1"), "acts.csv, line 2: reason can't be '=1.1'"),
        # What follows from something else is worked out again, and every text is what it should be.
        (_turn("bets", "live", "side"), r"Bet \d+ "),
        (_turn("bets", "settled", "side"), r"Bet \d+ is on another side"),
        (_set("bets", "live", terms="ab" * 32), r"Bet \d+ is on other terms"),
        (_set("positions", "", paid="1", paid_points="0.01"), r"player \d+ .*claim \d+"),
        (_set("resolutions", "", result='{"kind":"outcome","outcome":1}'), r"Result \d+ "),
        (_set("resolutions", "", result="YES"), "resolutions.csv, line 2: result can't be read"),
        (_set("scores", "", peer="1"), r"score of player \d+ on claim \d+, by result \d+, isn't that of"),
        (_set("scores", "", brier="1"), r"score of player \d+ on claim \d+, by result \d+, isn't that of"),
        (_set("standings", "", claims="9"), r"standing of player \d+ in season \d+ has another claims "),
        (_set("standings", "", profit="1"), r"standing of player \d+ in season \d+ has another profit "),
        (_set("forecasts", "", chances="[1,2]"), "forecasts.csv, line 2: chances can't be read"),
        (_set("due", "waiting", kind="no.such"), "due.csv, line 2: kind can't be read"),
        (_set("cards", "waiting", kind="nothing"), "cards.csv, line .*: kind can't be read"),
        (_set("posts", "waiting", facts="[]"), "posts.csv, line .*: facts can't be read"),
        (_set("claims", "open", settings="[]"), "claims.csv, line .*: settings can't be read"),
        (_set("votes", "", result="{}"), "votes.csv, line 2: result can't be read"),
        (_set("disputes", "open", ground="whim"), "disputes.csv, line .*: "),
        (_set("trades", "", prices="none"), "trades.csv, line 2: prices can't be read"),
        (_set("offers", "open", clause="?"), "offers.csv, line .*: clause can't be read"),
        (_cut, "votes.csv"),
        (_another, "belongs to another export"),
        (lambda folder: (folder / "claims" / "manifest.json").write_text("{}"), "manifest.json is damaged"),
        (lambda folder: (folder / "claims" / "acts.csv").unlink(), "claims/acts.csv is missing"),
    ],
)  # fmt: skip
async def test_claims_that_were_changed_are_refused_and_nothing_is_imported(
    told: Path, tmp_path: Path, change: Callable[[Path], object], why: str
):
    shutil.copytree(told, tmp_path / "copy")
    target = databases.sqlite(tmp_path / "target.db")
    change(tmp_path / "copy")
    with pytest.raises(NotABook, match=why):
        await bring(target, tmp_path / "copy")
    assert await stories.alone(target, lambda tx: stories.rows(tx, tables.claims, 77)) == []
    assert await stories.alone(target, statements.guilds) == []
