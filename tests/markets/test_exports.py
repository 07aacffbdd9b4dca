"""Claims and bets as files: whoever has only those can rebuild every balance and every payout."""

import csv
import hashlib
import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from ledger import schema as book
from ledger.accounts import Player
from ledger.errors import AlreadyThere, UnknownGuild
from ledger.files import cells, paging
from ledger.files import exports as book_exports
from ledger.storage.database import Database
from ledger.types import to_us
from markets.bets import agreement
from markets.claims import ambiguity, claims, drafts, on_call
from markets.claims.claims import Claim
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Outcome, Result
from markets.core import tables
from markets.forecasts import crux_links, leaderboard
from markets.people import hushing, preferences
from markets.records import export_layouts, export_tables, exports
from markets.settlement import recusal
from tests.ledger import stories
from tests.markets.club import NO, YES, Club
from tests.markets.test_disputes import appoint, argue
from tests.markets.test_offers import better, counter, move, withdraw

Row = dict[str, str]
SILENT = {"standings", "tenths", "unlisted", "counted_bets"}
TOLD = tuple(table for table in export_tables.TABLES if table not in SILENT)
"""The files that the story below has something in: what the board keeps comes with scored claims."""


async def everything(club: Club) -> None:
    """Bets of every ending, a dispute with an appeal, a reversal, a moved bet, words that a spreadsheet would run."""
    ada, bo, cy, mo, mu = [await club.member(n, balance=1_000_000) for n in range(1, 6)]
    for one in (mo, mu):
        volunteer = on_call.Volunteer(club.guild, club.key(), one.number, on=True)
        await club.db.write(on_call.volunteer, volunteer, club.now)
    half = ambiguity.encode(ambiguity.PaysHalf("taker"))
    main = await club.claim(ada, title='=HYPERLINK("http://x")', tags=("ai",))
    await withdraw(club, ada, await club.offer(ada, main))
    await club.accept(ada, await counter(club, bo, await club.offer(ada, main, maker_stake=33_333)))
    await club.bet(bo, cy, main, side=NO, maker_stake=1, taker_stake=77_777)
    await club.agree(await club.bet(ada, cy, main), cy, ada, 1_234)
    unclear = await club.claim(bo, clause=ambiguity.encode(ambiguity.FixedWeights((3_333, 6_667))))
    await club.bet(ada, bo, unclear, maker_stake=10_001, taker_stake=5_555)
    await club.bet(bo, ada, unclear, maker_stake=2_000, taker_stake=9_999, clause=half)
    graded = await club.claim(cy, kind="choice", outcomes=tuple(Outcome(name, name) for name in "abc"))
    await club.bet(ada, cy, graded, side=2, maker_stake=7_001, taker_stake=3_000)
    await club.bet(bo, cy, graded, side=1, against=True, maker_stake=7_001, taker_stake=3_002)
    await club.pool(ada, graded)
    await club.stake(ada, graded, 2, 333)
    await club.stake(bo, graded, 1, 667)
    await club.forecast(ada, graded, 20, 30, 50)
    await club.forecast(bo, graded, 30, 40, 30)
    await club.forecast(cy, graded, 30, 40, 30)  # three of them, so that they are compared (E6)
    from_us = to_us(club.now)
    season = leaderboard.MakeSeason(club.guild, club.key(), mo.number, "=1+1", from_us, from_us + 10**14)
    await club.db.write(leaderboard.make_season, season, club.now)
    void = await club.claim(cy)
    await club.bet(ada, cy, void)
    old = await club.claim(ada)
    moving = await club.bet(ada, bo, old)
    new = await better(club, ada, old)
    await move(club, moving, ada, new)
    await move(club, moving, bo, new)
    shares = await club.claim(ada)
    await club.market(bo, shares, liquidity=10_000)
    await club.buy(ada, shares, YES, budget=5_000)
    await club.buy(cy, shares, NO, budget=3_000)
    await club.sell(ada, shares, YES, quantity=1_000)
    await club.order(cy, shares, YES, 1_000, budget=77)
    await club.order(ada, shares, YES, 9_000, quantity=500)
    slow = await club.claim(ada, title="Slow")
    await club.bet(ada, bo, slow, maker_stake=3_000, taker_stake=1_001)
    await club.pool(ada, slow)
    await club.stake(ada, slow, YES, 12)
    await club.stake(bo, slow, NO, 13)
    early = await club.claim(ada, early="announced")
    await club.bet(ada, bo, early)
    await club.proposed(bo, early, Result("outcome", outcome=YES))
    club.skip(days=31)
    await club.proposed(mo, unclear, Result("unclear"), moderator=True)
    await club.proposed(mo, graded, Result("weights", weights=(1, 2, 4)), moderator=True)
    await club.proposed(mo, void, Result("void"), moderator=True)
    await club.proposed(mo, shares, Result("weights", weights=(3, 1)), moderator=True)
    await club.proposed(ada, main, Result("outcome", outcome=YES), reason="-1+1")
    await club.challenge(bo, main, "wording", "@SUM(A1)")
    await argue(club, mu, main, 'a "quoted"\nline')
    words = recusal.Clarify(club.guild, club.key(), Actor(mo.number, True), main.number, "\tA tab.")
    await club.db.write(recusal.clarify, words, club.now)
    late = await quarrelling(club, ada, bo, slow)
    await club.vote(mo, main, Result("outcome", outcome=NO))
    await club.appeal(ada, main)
    await club.vote(mu, main, Result("outcome", outcome=YES))
    await club.halt(mo, new)
    await club.sweep()
    club.skip(days=3)
    await club.sweep()
    await club.reverse_result(mu, main, owner=True)
    await club.proposed(mo, main, Result("outcome", outcome=NO), moderator=True)
    club.skip(days=3)
    await club.sweep()
    await club.forget(3)
    await unfinished(club, [ada, bo, mu], late, new)


async def quarrelling(club: Club, ada: Player, bo: Player, claim: Claim) -> Claim:
    """A dispute that nobody decides soon."""
    await club.proposed(ada, claim, Result("outcome", outcome=YES))
    await club.challenge(bo, claim)
    return claim


async def unfinished(club: Club, people: list[Player], disputed: Claim, halted: Claim) -> None:
    """What is only half done: an ending and a move that one side signed, a judge whom holders agreed on and who waits
    for objections, a proposal that Discord doesn't have yet, an open offer, a draft, and what people chose for
    themselves."""
    ada, bo, mu = people
    await club.called(dispute=2)
    for days in (2, 3):  # judges on call are drawn, and leave it too
        club.skip(days=days)
        await club.sweep()
    for side in (ada, bo):
        await appoint(club, side, disputed, mu)
    await club.halt(mu, halted, halted=False)
    goes_on = await club.claim(ada, title="Goes on", tags=("Later", "ai"))
    bet = await club.bet(ada, bo, goes_on, maker_stake=2_003, taker_stake=1_000)
    split = agreement.Suggest(club.guild, club.key(), bet.number, bo.number, "split", 1_000, 2_003)
    await club.db.write(agreement.suggest, split, club.now)
    await club.offer(bo, goes_on, maker_stake=77, taker_stake=78)
    await move(club, bet, ada, await better(club, ada, goes_on, tags=("ai",)))
    told = await club.claim(bo, title="Soon told")
    await club.bet(ada, bo, told, maker_stake=51, taker_stake=49)
    await club.propose(mu, told, Result("outcome", outcome=YES), moderator=True)
    hangs = await club.claim(mu, title="Hangs", condition=Condition(told.number, YES, "YES", days=3))
    await club.bet(ada, bo, hangs, maker_stake=11, taker_stake=12)
    await club.market(mu, goes_on, liquidity=5_000)
    await club.buy(mu, goes_on, YES, budget=700)
    await club.order(mu, goes_on, YES, 1_000, budget=77)
    await club.pool(mu, goes_on)
    await club.stake(mu, goes_on, YES, 500)
    await club.forecast(mu, goes_on, 70)
    follow = claims.Follow(club.guild, club.key(), mu.number, goes_on.number, True)
    await club.db.write(claims.follow, follow, club.now)
    chosen = preferences.Choose(club.guild, club.key(), bo.number, "dm")
    await club.db.write(preferences.choose, chosen, club.now)
    quiet = hushing.Hush(club.guild, club.key(), bo.number, ada.number, on=True)
    await club.db.write(hushing.hush, quiet, club.now)
    crux = crux_links.LinkClaims(club.guild, club.key(), mu.number, told.number, goes_on.number, True)
    await club.db.write(crux_links.link, crux, club.now)
    await club.reward(mu, goes_on, 1_234, words="=A1")
    await club.forecast(bo, goes_on, 50)
    won = await club.reward(bo, goes_on, 99)
    club.skip(minutes=1)
    await club.forecast(bo, goes_on, 60)
    await club.give_reward(won, ada)
    tale = await club.scenario(bo, mu, title="=A tale")
    await club.bet(bo, mu, tale, maker_stake=7, taker_stake=8)
    await club.judge_item(ada, tale, 1, "true", reason="+1")
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms(title="Nobody else's"))
    await club.db.write(drafts.save_draft, draft, club.now)


def read(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    return [{key: cells.unguard(cell) for key, cell in row.items()} for row in rows]


async def whole(url: str, guild: int, folder: Path, *, people: bool) -> None:
    """The export of a whole book, as `crux export --out` makes it."""
    await stories.export(url, guild, folder, with_people=people)
    await stories.alone(url, lambda tx: exports.add_to_folder(tx, guild, folder, with_people=people))


_told: dict[str, Club] = {}


@pytest.fixture
async def club(db: Database, url: str, guild: int) -> Club:
    """A server with the whole story, told once for each database: the tests here only read it."""
    if url not in _told:
        club = await Club.make(db, guild)
        await everything(club)
        _told[url] = club
    return _told[url]


@pytest.fixture
async def folder(club: Club, url: str, tmp_path: Path) -> Path:
    await whole(url, club.guild, tmp_path / "out", people=True)
    return tmp_path / "out"


@pytest.mark.rule("C8")
@pytest.mark.rule("C9")
async def test_an_analyst_rebuilds_every_balance_and_every_payout_from_the_files_alone(
    club: Club, folder: Path
):
    here = folder / "claims"
    entries = [row for row in read(folder, "entries") if row["row"] == "entry"]
    moved: dict[str, dict[str, int]] = defaultdict(dict)
    balances: dict[str, int] = defaultdict(int)
    for row in entries:
        moved[row["transfer"]][row["account"]] = int(row["amount"])
        balances[row["account"]] += int(row["amount"])
    stored = {row["account"]: row for row in read(folder, "accounts")}
    wallets = {row["player"]: row["account"] for row in stored.values() if row["kind"] == "wallet"}
    transfers = {row["key"]: row for row in read(folder, "transfers")}
    claimed = {row["claim"]: row for row in read(here, "claims")}
    resolutions = {row["resolution"]: row for row in read(here, "resolutions")}
    bets = read(here, "bets")
    assert {row["state"] for row in bets} == {"live", "settled", "agreed", "void"}

    assert {number: row["closing"] for number, row in stored.items() if balances[number]} == {
        number: str(balance) for number, balance in balances.items() if balance
    }
    for bet in bets:
        stakes = int(bet["maker_stake"]), int(bet["taker_stake"])
        sides = wallets[bet["maker"]], wallets[bet["taker"]]
        taken = moved[bet["accepted_by"]]
        assert taken == {sides[0]: -stakes[0], sides[1]: -stakes[1], bet["escrow"]: sum(stakes)}
        assert balances[bet["escrow"]] == (sum(stakes) if bet["state"] == "live" else 0)
        if bet["state"] == "live":
            continue
        gets = int(bet["maker_paid"]), int(bet["taker_paid"])
        paid = {account: amount for account, amount in zip(sides, gets, strict=True) if amount}
        assert moved[bet["paid_by"]] == {bet["escrow"]: -sum(stakes), **paid}
        if bet["state"] != "agreed":
            resolution = resolutions[bet["resolution"]]
            assert resolution["claim"] == bet["claim"]
            assert transfers[f"resolution:{bet['resolution']}:bet:{bet['bet']}"]["transfer"] == bet["paid_by"]
            terms, result = json.loads(claimed[bet["claim"]]["terms"]), json.loads(resolution["result"])
            assert gets[0] == rebuilt(bet, terms, result)
    undone = [row for row in transfers.values() if row["reverses"]]
    assert len(undone) == 3  # two payouts, and a bond that had gone to the house
    for row in undone:
        opposite = {account: -amount for account, amount in moved[row["reverses"]].items()}
        assert moved[row["transfer"]] == opposite
    held = {row["bond"] for row in read(here, "proposals")} | {
        row[name] for row in read(here, "disputes") for name in ("bond", "appeal_bond")
    }
    assert {number for number, row in stored.items() if row["kind"] == "bond"} == held - {""}


def rebuilt(bet: Row, terms: dict[str, Any], result: dict[str, Any]) -> int:
    """What a bet's maker gets, by the rules' own words and nothing of Crux."""
    stake, other = int(bet["maker_stake"]), int(bet["taker_stake"])
    outcomes = len(terms["outcomes"])
    if result["kind"] == "void":
        return stake
    weights = result.get("weights") or [int(place == result.get("outcome")) for place in range(outcomes)]
    if result["kind"] == "unclear":
        kind, *more = json.loads(bet["clause"] or terms["clause"])
        if kind == "return":
            return stake
        if kind == "half":
            return stake - stake // 2 if more[0] == "maker" else stake + other // 2
        weights = more[1]
    share = Fraction(weights[int(bet["side"])], sum(weights))
    if bet["against"] == "1":
        share = 1 - share
    exact = share * (stake + other)
    return int(exact) + (exact % 1 >= Fraction(1, 2))


async def test_every_id_in_a_file_is_found_where_it_points(folder: Path):
    here = folder / "claims"
    files = {table: read(here, table) for table in TOLD}
    known = {
        "claim": {row["claim"] for row in files["claims"]},
        "offer": {row["offer"] for row in files["offers"]},
        "proposal": {row["proposal"] for row in files["proposals"]},
        "dispute": {row["dispute"] for row in files["disputes"]},
        "resolution": {row["resolution"] for row in files["resolutions"]},
        "player": {row["player"] for row in read(folder, "players")},
        "transfer": {row["transfer"] for row in read(folder, "transfers")},
        "account": {row["account"] for row in read(folder, "accounts")},
        "order": {row["order"] for row in files["orders"]},
    }
    people = (
        "suggested_by",
        "signed_by",
        "author",
        "maker",
        "taker",
        "proposer",
        "challenger",
        "appellant",
        "judge",
        "actor",
        "reversed_by",
        "opener",
        "writer",
        "let_by",
        "made_by",
    )
    points = (
        dict.fromkeys(people, "player")
        | {"paid_by": "transfer", "accepted_by": "transfer", "supersedes": "claim", "counters": "offer"}
        | {
            "to_claim": "claim",
            "escrow": "account",
            "bond": "account",
            "appeal_bond": "account",
            "bet": "offer",
            "target": "claim",
            "told": "resolution",
            "owner": "player",
            "winner": "player",
            "reserve": "account",
            "locked_by": "transfer",
            "ended_by": "transfer",
        }
    )
    checked = 0
    for table, rows in files.items():
        assert rows, f"the story has no {table}"
        for row in rows:
            for name, cell in row.items():
                target = points.get(name, name)
                if target in known and cell and not (name == "taker" and cell == "0"):
                    assert cell in known[target], (table, name, cell)
                    checked += 1
    assert checked > 150


async def test_words_come_back_as_they_were_and_a_spreadsheet_computes_none(club: Club, folder: Path):
    stored = read(folder / "claims", "claims")
    assert json.loads(stored[0]["terms"])["title"] == '=HYPERLINK("http://x")'
    for row in stored:
        assert hashlib.sha256(row["terms"].encode()).hexdigest() == row["digest"]
    dispute, _ = read(folder / "claims", "disputes")
    assert dispute["reason"] == "@SUM(A1)"
    assert "'@SUM(A1)" in (folder / "claims" / "disputes.csv").read_text()
    assert read(folder / "claims", "arguments")[0]["words"] == 'a "quoted"\nline'


async def test_the_manifest_names_every_file_and_the_book_s_own_names_none(club: Club, folder: Path):
    manifest = json.loads((folder / "claims" / "manifest.json").read_text())
    assert manifest["guild"] == str(club.guild)
    assert set(manifest["files"]) == {f"{table}.csv" for table in export_tables.TABLES}
    assert set(export_tables.TABLES) - set(exports.written(people=False)) == set(export_tables.PEOPLES)
    for name, told in manifest["files"].items():
        data = (folder / "claims" / name).read_bytes()
        assert (told["sha256"], told["lines"]) == (hashlib.sha256(data).hexdigest(), data.count(b"\n"))
    assert set(json.loads((folder / "manifest.json").read_text())["files"]) <= {
        f"{name}.csv" for name in book_exports.COLUMNS
    }


@pytest.mark.rule("E1")
async def test_no_file_about_claims_tells_a_person_s_id_a_balance_or_a_draft(
    club: Club, url: str, folder: Path
):
    text = "".join(file.read_text() for file in (folder / "claims").glob("*.csv"))
    stored = await stories.alone(url, lambda tx: stories.rows(tx, tables.posts, club.guild))
    named = [column for table in export_tables.TABLES for column in exports.columns(table)]
    assert not any("balance" in column or "discord" in column for column in named)
    assert "Nobody else's" not in text
    facts = [json.loads(row[4]) for row in stored]
    assert facts
    assert not any("balance" in name for fact in facts for name in fact), (
        "what is told in public holds none either"
    )
    assert "draft" not in {row["state"] for row in read(folder / "claims", "claims")}
    assert text


@pytest.mark.parametrize("table", TOLD)
async def test_small_pages_say_the_same_as_large_ones(
    club: Club, url: str, monkeypatch: pytest.MonkeyPatch, table: export_tables.Table
):
    whole = await stories.alone(url, lambda tx: "".join(exports.blocks(tx, club.guild, table)))
    monkeypatch.setattr(paging, "PAGE", 1)
    small = "".join([block async for block in exports.stream(club.db, club.guild, table)])
    assert small == whole
    assert whole.count("\n") > 1


async def test_nowhere_and_a_folder_that_is_there_are_refused(club: Club, url: str, tmp_path: Path):
    with pytest.raises(UnknownGuild):
        await stories.alone(url, lambda tx: exports.add_to_folder(tx, 404, tmp_path))
    assert not (tmp_path / "claims").exists()
    (tmp_path / "claims").mkdir()
    with pytest.raises(AlreadyThere):
        await stories.alone(url, lambda tx: exports.add_to_folder(tx, club.guild, tmp_path))


def test_every_table_and_every_column_of_it_is_in_a_file():
    books = {table.name for table in vars(book).values() if isinstance(table, sa.Table)}
    everywhere = {table.name for table in SQLModel.metadata.sorted_tables if "guild_id" in table.c}
    assert {layout.table.name for layout in export_layouts.LAYOUTS.values()} == everywhere - books - {
        "call_secrets",  # nobody is told before lots are drawn
        "tags",
        "claim_words",
        "removals",
        "tellings",  # like drafts: their writer's alone
    }
    for table, layout in export_layouts.LAYOUTS.items():
        told = {column.source.name for column in layout.columns} | set(layout.left) | {"guild_id"}
        assert told == {column.name for column in layout.table.c}, table
