"""Books that older code wrote open, verify, go on and export the same; what was pressed before is still understood.

The books lie in `tests/stored`, whose README says how they were made. Where something is renamed that a book, a key
or a button remembers, this is the test that goes red: the old spelling then belongs into a table of the product.
"""

import asyncio
import io
import itertools
import json
import lzma
import re
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_type_hints

import pytest
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

import bot.app  # noqa: F401 - all are registered who carry out, word and route what is stored
from bot import server_settings
from bot.background import digests, finder
from bot.cli.verify import everything, tell
from bot.commands.routes import ROUTES
from bot.routes import Routes
from bot.text import Currency
from bot.ui import components
from bot.words import announced, wallet
from bot.words import table as words_table
from bot.words.announced import Ask
from ledger import issuance, players, schema
from ledger.errors import AlreadyDone, KeyReused
from ledger.statements import StatementLine
from ledger.storage import operations, schema_version
from ledger.storage.database import Database, run_alone
from ledger.types import to_us
from markets.bets import agreement, offering, offers, quick_bet
from markets.claims import claims, drafts, editing, judges, kept_edits
from markets.claims.terms import Result
from markets.core import delivery, jobs, moderation_posts, parked_sends, tables
from markets.core.settings import Settings
from markets.forecasts import crux_links, forecasts, leaderboard
from markets.people import allowances, notes, preferences, rewarding
from markets.pools import pools
from markets.records import audit, deletion
from markets.settlement import (
    absence,
    calendar,
    confirmation,
    disputes,
    freezing,
    handlers,
    proposals,
    proposing,
    recusal,
    resolution,
    rulings,
    scenarios,
    sent_posts,
    story_judging,
    voting,
)
from markets.shares import opening, orders, trading
from tests import databases
from tests.ledger import stories
from tests.markets import club as clubs
from tests.markets.club import DAY, YES, Club
from tests.markets.test_imports import bring, contents
from tests.stored import make

STORED = Path(make.__file__).parent
BOOKS = sorted(path.name.removesuffix(".db.xz") for path in STORED.glob("*.db.xz"))
STEPS = ("0011 by way of 0012", "0011 by way of 0013")
"""Of versions 0012 and 0013 no commit was ever the head: a book passes through them on its way."""

NEWEST = "0014"
PRESSED: list[dict[str, Any]] = json.loads((STORED / f"{NEWEST}.asked.json").read_text())
SENT: dict[str, Any] = json.loads((STORED / f"{NEWEST}.sent.json").read_text())

TODAY: dict[str, Callable[..., Any]] = {
    "acts.fund": moderation_posts.fund,
    "acts.grant": moderation_posts.grant,
    "acts.take": moderation_posts.take,
    "board.make_season": leaderboard.make_season,
    "board.show": leaderboard.show,
    "calendar.back_again": absence.back_again,
    "calendar.needs_confirmation": calendar.needs_confirmation,
    "claims.drop": drafts.drop,
    "claims.edit": editing.edit,
    "claims.follow": claims.follow,
    "claims.open_claim": editing.open_claim,
    "claims.save_draft": drafts.save_draft,
    "claims.supersede": drafts.supersede,
    "cruxes.link": crux_links.link,
    "cruxes.unlink": crux_links.unlink,
    "digests.tell": digests.tell,
    "disputes.appeal": disputes.appeal,
    "disputes.appoint": voting.appoint,
    "disputes.argue": disputes.argue,
    "disputes.challenge": disputes.challenge,
    "disputes.halt": freezing.halt,
    "disputes.posted": rulings.posted,
    "disputes.vote": voting.vote,
    "due.failed": jobs.failed,
    "due.perform": handlers.perform,
    "due.perform_some": handlers.perform_some,
    "forecasts.give": forecasts.give,
    "forecasts.hide": forecasts.hide,
    "judges.clarify": recusal.clarify,
    "judges.step_down": judges.step_down,
    "kept.keep_change": kept_edits.keep_change,
    "means.draw": allowances.draw,
    "means.present": allowances.present,
    "notes.dissent": notes.dissent,
    "notes.note": notes.note,
    "offers.accept": offers.accept,
    "offers.agree": agreement.agree,
    "offers.counter": offering.counter,
    "offers.make": offering.make,
    "offers.move_bet": agreement.move_bet,
    "offers.renew": offering.renew,
    "offers.suggest": agreement.suggest,
    "offers.withdraw": offering.withdraw,
    "orders.cancel": orders.cancel,
    "orders.place": orders.place,
    "outbox.sent": sent_posts.sent,
    "outbox.shown": delivery.shown,
    "people.enter": players.enter,
    "people.forget": deletion.forget,
    "people.meet": players.meet,
    "places.save": server_settings.save,
    "pools.open_pool": pools.open_pool,
    "pools.stake": pools.stake,
    "preferences.choose": preferences.choose,
    "proposals.announced": proposals.announced,
    "proposals.confirm": confirmation.confirm,
    "proposals.propose": proposing.propose,
    "proposals.withdraw": proposals.withdraw,
    "quick.quick": quick_bet.quick,
    "resolution.take_back": resolution.take_back,
    "rewards.cancel": rewarding.cancel,
    "rewards.give": rewarding.give,
    "rewards.offer": rewarding.offer,
    "scenarios.judge": story_judging.judge,
    "scenarios.keep": scenarios.keep,
    "scenarios.share": scenarios.share,
    "scenarios.take_out": scenarios.take_out,
    "scenarios.tell": scenarios.tell,
    "trading.add_liquidity": opening.add_liquidity,
    "trading.buy": trading.buy,
    "trading.open_market": opening.open_market,
    "trading.sell": trading.sell,
}
"""What the operations of before are called now: whoever renames or moves one changes it here, and nothing else."""

RENAMED: dict[str, str] = {}
"""Fields of requests that have another name now: the old name, and today's."""

PLACES = server_settings.Places(101, 0, 103, 104, "Europe/Berlin", "crowns", "♔")
"""What the newest of the stored books chose."""

ROOMS = (server_settings.Places, issuance.PointSettings, Settings, digests.DigestTold, digests.RecordTold)


# --- a stored book ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """A stored book in a file of its own; `url` is where, `exported` what the code of its time exported."""

    name: str
    url: str
    version: str
    guild: int
    now: datetime
    exported: dict[str, dict[str, Any]]

    def club(self, db: Database) -> Club:
        """Its people go on under keys that nobody had before."""
        return Club(db, self.guild, self.now, itertools.count(500_000))


def unpacked(name: str, folder: Path) -> Stored:
    told = json.loads((STORED / f"{name}.json").read_text())
    book = folder / f"{name}.db"
    book.write_bytes(lzma.decompress((STORED / f"{name}.db.xz").read_bytes()))
    now = datetime.fromisoformat(told["now"])
    return Stored(name, f"sqlite:///{book}", told["version"], told["guild"], now, told["files"])


def upgraded(name: str, folder: Path) -> Stored:
    """A stored book, brought to this code's version, as `crux migrate` does it."""
    book = unpacked(name.partition(" by way of ")[0], folder)
    (folder / f"{book.name}.db").write_bytes(_migrated(name))
    return book


@cache
def _migrated(name: str) -> bytes:
    """Its file, once for all tests of it."""
    name, _, by_way_of = name.partition(" by way of ")
    with TemporaryDirectory() as folder:
        book = unpacked(name, Path(folder))
        for version in filter(None, (by_way_of, schema_version.known()[-1])):
            run_alone(book.url, lambda tx, to=version: schema_version.migrate(tx, book.url, to), write=True)
        files = [path.name for path in Path(folder).iterdir()]
        assert files == [f"{name}.db"], "closed, all of it stands in one file"
        return (Path(folder) / f"{name}.db").read_bytes()


@pytest.fixture(params=[*BOOKS, *STEPS])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Stored:
    return upgraded(request.param, tmp_path)


@pytest.fixture
def newest(tmp_path: Path) -> Stored:
    return upgraded(NEWEST, tmp_path)


@pytest.fixture(autouse=True)
def workers_of_today(monkeypatch: pytest.MonkeyPatch):
    """A worker's number stands in the keys of what it does: those of the stored books are taken."""
    monkeypatch.setattr(clubs, "_OWNERS", itertools.count(1_000_000))


def require_verified(url: str, guild: int) -> None:
    """As `crux verify` does it, and what it asks of the claims by itself."""
    reports = run_alone(url, everything)
    assert [report.problems for report in reports] == [()]
    assert tell(reports) == 0
    assert run_alone(url, lambda tx: audit.problems(tx, guild)) == ()


# --- each version opens, verifies and exports the same ----------------------------------------


def test_every_version_is_there():
    """Whoever adds a migration stores a book of the version before it, as `tests/stored/README.md` says."""
    stored = {name[:4] for name in BOOKS} | {"0012", "0013"}
    *before, newest = schema_version.known()
    assert {*before} <= stored <= {*before, newest}


def test_it_is_at_the_version_that_it_is_stored_for(tmp_path: Path):
    for name in BOOKS:
        book = unpacked(name, tmp_path)
        assert run_alone(book.url, schema_version.found) == book.version == name[:4]


def test_it_verifies_and_exports_what_the_code_of_its_time_exported(book: Stored, tmp_path: Path):
    require_verified(book.url, book.guild)

    today = make.exported(book.url, tmp_path / "out")
    if book.version == schema_version.known()[-1]:
        assert {name: make.described(data) for name, data in today.items()} == book.exported
        return
    for name, then in book.exported.items():
        assert name in today, f"{name} is exported no more"
        seen = as_it_was(name, today[name], then["header"], before=book.version < "0012")
        assert make.described(seen) == then, f"{name} differs from what was exported then"


CELL = re.compile(rb'("(?:[^"]|"")*"|[^,\n]*)(,|\n)')


def as_it_was(name: str, data: bytes, header: str, *, before: bool) -> bytes:
    """Today's file with the columns of then alone, in their order, cells as they stand.

    `before` version 0012 a ruling, vote or result didn't say when it became public; its migration writes that there
    where it says what was proposed, so that it is left out here.
    """
    if name.startswith("journal."):
        return data
    rows: list[list[bytes]] = [[]]
    for cell in CELL.finditer(data):
        rows[-1].append(cell[1])
        if cell[2] == b"\n":
            rows.append([])
    assert rows.pop() == []
    columns = [cell.decode() for cell in rows[0]]
    places = [columns.index(column) for column in header.split(",")]
    assert places == sorted(places), f"{name}: the columns of before stand in another order"
    seen = b"".join(b",".join([row[place] for place in places]) + b"\n" for row in rows)
    if before and name.endswith(("/disputes.csv", "/resolutions.csv", "/votes.csv")):
        seen = re.sub(rb',""known_us"":[0-9]+', b"", seen)
    return seen


@pytest.mark.parametrize("name", BOOKS)
def test_a_migration_changes_nothing_that_was_written_before(name: str, tmp_path: Path):
    """Every row of every table, in the columns that there were: but for what 0012 says of when it became public."""
    book = unpacked(name, tmp_path)
    then = run_alone(book.url, rows)
    run_alone(book.url, lambda tx: schema_version.migrate(tx, book.url), write=True)

    now = run_alone(book.url, lambda tx: rows(tx, {table: columns for table, (columns, _) in then.items()}))

    for table in then.keys() - {"alembic_version"}:
        assert undated(now[table]) == undated(then[table]), table


Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def rows(tx: Connection, only: dict[str, list[str]] | None = None) -> Rows:
    found: Rows = {}
    for table in only or sa.inspect(tx).get_table_names():
        columns = (only or {}).get(table) or [one["name"] for one in sa.inspect(tx).get_columns(table)]
        asked = sa.select(*map(sa.column, columns)).select_from(sa.table(table))
        found[table] = (columns, sorted((tuple(row) for row in tx.execute(asked)), key=repr))
    return found


def undated(told: tuple[list[str], list[tuple[Any, ...]]]) -> str:
    return re.sub(r',"known_us":[0-9]+', "", repr(told))


# --- and goes on ------------------------------------------------------------------------------


async def test_it_goes_on(book: Stored):
    async with databases.opened(book.url) as db:
        await go_on(book.club(db))
    require_verified(book.url, book.guild)


async def go_on(club: Club) -> None:
    """What waited is told and done, new things are made beside it, and come to their end months later."""
    await tell_all(club)
    ada, bo, mo = [await club.member(person, balance=500_000) for person in (901, 902, 903)]
    claim = await club.claim(ada, title="Made today")
    bet = await club.bet(ada, bo, claim, maker_stake=1_000, taker_stake=2_000)
    await club.market(ada, claim, liquidity=5_000)
    await club.buy(bo, claim, YES, budget=700)
    await club.pool(ada, claim)
    await club.stake(bo, claim, YES, 300)
    for who, chance in ((bo, 70), (ada, 60), (mo, 50)):  # three of them, so that they are compared (E6)
        await club.forecast(who, claim, chance)
    end = club.now + 31 * DAY
    await until(club, end)
    await club.proposed(mo, claim, Result("outcome", outcome=YES), moderator=True)
    await until(club, end + 90 * DAY)
    await tell_all(club)

    assert (await club.read_claim(claim.number)).state == "settled"
    assert (await club.read_bet(bet.number)).state == "settled"
    for ended in (
        tables.markets,
        tables.pools,
        tables.stakes,
        tables.scores,
    ):  # all kinds that hang on a claim
        of = sa.select(ended).where(ended.c.guild_id == club.guild, ended.c.claim == claim.number)
        found = await club.db.read(lambda tx, asked=of: tx.execute(asked).mappings().all())
        assert found, ended.name
        assert not {row.get("state") for row in found} & {"open", "live"}, ended.name
    assert await club.db.read(jobs.parked, club.guild) == []
    owed = [
        kind for kind, _, due_us in await club.db.read(jobs.coming, club.guild) if due_us < to_us(club.now)
    ]
    assert owed == []


async def until(club: Club, end: datetime) -> None:
    while (next_us := await club.db.read(jobs.next_us)) is not None and next_us <= to_us(end):
        await club.skip_to_next()
    club.now = max(club.now, end)
    await club.sweep()


async def tell_all(club: Club) -> None:
    """Discord takes each post, in order, and shows each card; what waits for that happens."""
    numbers = itertools.count(2_000_000)
    while held := await club.db.background(delivery.take_posts, delivery.Take(next(numbers)), club.now):
        for post in held:
            sent = delivery.Sent(post.guild, f"post:{post.number}", post.number, 201, next(numbers))
            assert await club.db.write(sent_posts.sent, sent, club.now)
    while shown := await club.db.background(delivery.take_cards, delivery.Take(next(numbers)), club.now):
        for card in shown:
            await club.db.background(
                delivery.shown, delivery.CardShown("", card, 201, next(numbers)), club.now
            )


async def test_what_waits_to_be_told_finds_its_words(book: Stored):
    async with databases.opened(book.url) as db:
        waits = await db.read(told, book.guild)
        said: list[announced.Told | None] = []
        for kind, facts in waits["posts"]:
            ask = Ask(book.guild, book.now, facts=json.loads(facts), places=PLACES)
            said.append(await db.read(words_table.POSTS[kind], ask))
        for kind, ref in waits["cards"]:
            said.append(
                await db.read(words_table.CARDS[kind], Ask(book.guild, book.now, ref=ref, places=PLACES))
            )
    for one in said:
        require_shown(one)
    assert sum(one is not None for one in said) >= len(said) / 2, "most of it is news still"


def told(tx: Connection, guild: int) -> dict[str, list[tuple[Any, ...]]]:
    posts, cards = tables.posts.c, tables.cards.c
    asked = {"posts": sa.select(posts.kind, posts.facts), "cards": sa.select(cards.kind, cards.ref)}
    return {name: [tuple(row) for row in tx.execute(select)] for name, select in asked.items()}


def require_shown(said: announced.Told | None) -> None:
    """A card that can be sent: all its buttons have a route."""
    if said is not None:
        components.view(said.card)
        for button in said.card.buttons:
            Routes(ROUTES).find(button.id)


# --- it moves to another database -------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of this version."""
    if request.param == "sqlite":
        return databases.sqlite(tmp_path / "elsewhere.db")
    server: databases.Server = request.getfixturevalue("postgresql")
    return server.database()


async def exported(url: str, folder: Path) -> Path:
    await stories.alone(url, lambda tx: make.export(tx, folder, people=True))
    return folder


@pytest.mark.parametrize("name", BOOKS)
async def test_its_export_is_imported_and_exported_the_same(name: str, tmp_path: Path):
    book, target = upgraded(name, tmp_path), databases.sqlite(tmp_path / "elsewhere.db")
    first = await exported(book.url, tmp_path / "first")

    await bring(target, first)

    assert contents(await exported(target, tmp_path / "second")) == contents(first)
    require_verified(target, book.guild)


@pytest.mark.core
@pytest.mark.parametrize("name", [name for name in BOOKS if (STORED / f"{name}.export.tar.xz").exists()])
async def test_an_export_of_its_time_is_imported_and_goes_on(name: str, elsewhere: str, tmp_path: Path):
    """The older ones have fewer files than this Crux reads; such a book moves by its database."""
    book = unpacked(name, tmp_path)
    with tarfile.open(
        fileobj=io.BytesIO(lzma.decompress((STORED / f"{name}.export.tar.xz").read_bytes()))
    ) as tar:
        tar.extractall(tmp_path / "then", filter="data")

    await bring(elsewhere, tmp_path / "then")

    again = await exported(elsewhere, tmp_path / "again")
    for path in sorted((tmp_path / "then").rglob("*.csv")):
        inside = f"with people/{path.relative_to(tmp_path / 'then')}"
        seen = (again / path.relative_to(tmp_path / "then")).read_bytes()
        seen = as_it_was(inside, seen, book.exported[inside]["header"], before=book.version < "0012")
        assert sorted(seen.splitlines()) == sorted(path.read_bytes().splitlines()), inside
    async with databases.opened(elsewhere) as db:
        club = book.club(db)
        from_us = (await db.read(absence.removals))[book.guild]
        await db.write(absence.back_again, absence.BackAgain(book.guild, club.key(), from_us), club.now)
        await go_on(club)
    await asyncio.to_thread(require_verified, elsewhere, book.guild)


# --- a press that is repeated -----------------------------------------------------------------


def operation(one: dict[str, Any]) -> tuple[Callable[..., Any], Any]:
    """Today's function, and its request made of the fields of then."""
    unit = TODAY[one["operation"]]
    (kind,) = [hint for name, hint in get_type_hints(unit).items() if name not in ("tx", "now", "return")]
    asked = {RENAMED.get(name, name): value for name, value in one["fields"].items()}
    if "salt" in {field.name for field in fields(kind)}:  # it is part of no request's digest
        asked["salt"] = "sixteen letters."
    return unit, TypeAdapter(kind).validate_json(json.dumps(asked))


def says(answer: Any, first: Any) -> bool:
    """Whether an answer says what was said first, whatever its fields are called. Fields that came since stand after
    those of before."""
    if isinstance(first, dict):
        same = list(answer.values())[: len(first)]
        return len(same) == len(first) and all(map(says, same, first.values()))
    if isinstance(first, list):
        return len(answer) == len(first) and all(map(says, answer, first))
    return answer == first


def test_every_operation_of_before_has_a_name_today():
    assert {one["operation"] for one in PRESSED} == set(TODAY)


def state(tx: Connection) -> list[tuple[Any, ...]]:
    """How far the book goes, and how much was ever done in it."""
    done = sa.select(sa.func.count()).select_from(schema.done).scalar_subquery()
    return [tuple(row) for row in tx.execute(sa.select(schema.books, done))]


@pytest.mark.parametrize("name", sorted(TODAY))
async def test_a_press_of_before_gets_its_first_answer(newest: Stored, name: str):
    found = sa.select(schema.done.c.answer).where(schema.done.c.guild_id == newest.guild)
    before = run_alone(newest.url, state)
    async with databases.opened(newest.url) as db:
        for one in (one for one in PRESSED if one["operation"] == name):
            unit, request = operation(one)
            assert request.key == one["key"]
            with pytest.raises(AlreadyDone) as again:
                await db.write(unit, request, newest.now + timedelta(days=30))
            first = await db.read(
                lambda tx, key=one["key"]: tx.execute(found.where(schema.done.c.key == key)).scalar()
            )
            answer = operations._answers(unit).dump_json(again.value.answer)
            assert says(json.loads(answer), json.loads(str(first))), (answer, first)
    assert run_alone(newest.url, state) == before


async def test_another_request_under_an_old_key_is_refused(newest: Stored):
    (one, *_) = [one for one in PRESSED if one["operation"] == "offers.accept"]
    unit, request = operation(one | {"fields": one["fields"] | {"taker": 4}})
    async with databases.opened(newest.url) as db:
        with pytest.raises(KeyReused):
            await db.write(unit, request, newest.now)


# --- buttons, forms, due work and posts of before ---------------------------------------------


@pytest.mark.parametrize("template", sorted(SENT["buttons"]))
def test_a_button_of_before_has_its_route(template: str):
    custom_id = SENT["buttons"][template]
    numbers = re.fullmatch(re.sub(r"{\w+}", "([0-9]+)", template), custom_id)
    assert numbers is not None

    found = Routes(ROUTES).find(custom_id)

    assert found.route.template == template
    assert list(found.numbers.values()) == list(map(int, numbers.groups()))


def test_a_refused_form_of_before_leads_back_to_its_button():
    for form in SENT["forms"]:
        filled = {
            name: values[:1] or ["1"] if kind == "PickOne" else "" for kind, name, values in form["fields"]
        }
        again = Routes(ROUTES).again(form["id"], filled)
        if again:
            Routes(ROUTES).find(again)


def test_what_is_due_or_waits_to_be_told_is_known_by_its_name():
    known = SENT["known"]
    assert set(known["due"]) <= set(handlers.JOBS)
    assert all(handlers.JOBS[kind].moves_points for kind in known["alone"])
    assert set(known["cards"]) <= set(words_table.CARDS)
    assert set(known["posts"]) <= set(words_table.POSTS)
    assert set(known["sent"]) <= set(sent_posts.SENT)


def test_what_waits_for_a_right_is_known_by_the_name_of_its_error():
    """A parked row holds the class's name: `parked_sends.again` tells by it what is worth another try."""
    assert finder.HistoryHidden.__name__ in parked_sends.REFUSED
    assert set(parked_sends.REFUSED) >= {"Forbidden", "NotFound", "HistoryHidden"}


THERE: dict[str, dict[str, Any]] = {"bet.year": {"bet": 22, "claim": 22}}
"""What posts were about in other books, as it is in the stored one."""


async def test_posts_of_before_are_worded_by_the_facts_they_hold(tmp_path: Path):
    """One of each kind and shape, about whatever has these numbers in the stored book, if anything has."""
    book = upgraded("0014-a-year-on", tmp_path)
    async with databases.opened(book.url) as db:
        for kind, shapes in SENT["posts"].items():
            for facts in shapes:
                ask = Ask(book.guild, book.now, facts=facts | THERE.get(kind, {}), places=PLACES)
                require_shown(await db.read(words_table.POSTS[kind], ask))


def test_what_a_server_chose_is_read_under_its_name(newest: Stored):
    named = [field.name for room in ROOMS for field in fields(room)]
    assert set(SENT["known"]["settings"]) <= set(named)
    chosen = run_alone(newest.url, lambda tx: server_settings.load(tx, newest.guild))
    assert chosen == PLACES
    rules = run_alone(newest.url, lambda tx: server_settings.load_rules(tx, newest.guild))
    assert rules == issuance.PointSettings(weekly_allowance=7_700)
    bets = run_alone(newest.url, lambda tx: server_settings.load_bets(tx, newest.guild))
    assert bets == Settings(bond=1_100, who_holds_what="closed")


def test_a_wallets_history_has_words_for_every_kind_of_movement(tmp_path: Path):
    book = upgraded("0014-a-year-on", tmp_path)
    of = (schema.entries.c.guild_id, schema.entries.c.transfer, schema.entries.c.account)
    wallets = (schema.accounts.c.guild_id, schema.accounts.c.number, schema.accounts.c.kind)
    statement = (
        sa.select(schema.transfers.c.kind)
        .join(schema.entries, (of[0] == schema.transfers.c.guild_id) & (of[1] == schema.transfers.c.number))
        .join(schema.accounts, (wallets[0] == of[0]) & (wallets[1] == of[2]) & (wallets[2] == "wallet"))
        .distinct()
    )
    kinds = run_alone(book.url, lambda tx: tx.execute(statement).scalars().all())
    assert len(kinds) > 20
    for kind in kinds:
        line = StatementLine(1, 1, kind, 0, book.now, -100, 0, (), None)
        shown = wallet.history(wallet.History([line], {}, 1, Currency()))
        assert f"** {kind} ·" not in shown.text[0], f"{kind} is shown as it is stored"
