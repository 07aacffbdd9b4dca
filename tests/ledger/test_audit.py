"""Every promise of the book, broken by somebody who may do anything to the database and makes the rest fit."""

import asyncio
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema, statements
from ledger.accounts import house, mint
from ledger.audit import locate, pages
from ledger.audit.verify import Problem, Report, audit, audit_all
from ledger.errors import UnknownGuild
from ledger.storage.database import run_alone
from ledger.transfers import VOID
from tests import databases
from tests.benchmarks import books
from tests.ledger.forged import Forgery, Row, clone, forge, unguard
from tests.world import World

pytestmark = pytest.mark.core

STORY = 1  # the guild whose book the others are copies of
MINT, HOUSE, ADA, BO, POT, SECOND = 1, 2, 3, 4, 5, 6
STAKE, PAYOUT, GIFT, BACK, DEBT, HELP, LAST = 3, 4, 5, 6, 8, 10, 12


@dataclass
class Book:
    """One guild's book, and ways to forge it; the database has other guilds' books, forged before."""

    url: str
    guild: int

    def problems(self, **told: Any) -> list[Problem]:
        return list(self.report(**told).problems)

    def report(self, **told: Any) -> Report:
        return run_alone(self.url, lambda tx: audit(tx, self.guild, **told))

    def forge(self, *changes: Callable[[Forgery], object]) -> None:
        forge(self.url, self.guild, changes)

    def first(self, *changes: Callable[[Forgery], object]) -> tuple[int | None, int | None, str]:
        """Where the audit sees the first difference after a forgery: transfer, account and column."""
        self.forge(*changes)
        found = self.problems()
        assert found, "the audit saw nothing"
        return found[0].transfer, found[0].account, found[0].column


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def forgeable(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database on each, without triggers, CHECKs and keys that would keep a row as it is."""
    if request.param == "sqlite":
        url = databases.sqlite(tmp_path_factory.mktemp("forged") / "crux.db")
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        url = server.database()
    asyncio.run(_story(url, STORY))
    run_alone(url, unguard, write=True)
    return url


@pytest.fixture
def book(forgeable: str, guild: int) -> Book:
    """A guild's book of twelve transfers, in which every rule is used once."""
    clone(forgeable, STORY, guild)
    return Book(forgeable, guild)


async def _story(url: str, guild: int) -> None:
    async with databases.opened(url) as db:
        world = await World.make(db, guild)
        ada, bo = await world.player(1, balance=1_000), await world.player(2, balance=500)
        pot = await world.account("escrow")
        await world.post({ada.wallet: -100, bo.wallet: -200, pot: 300}, kind="stake", actor=1)
        await world.post({pot: -300, ada.wallet: 300}, kind="payout")
        await world.end(pot)
        gift = await world.post({ada.wallet: -50, bo.wallet: 50}, kind="gift", actor=1, note="for lunch")
        await world.reverse(gift.number, note="not hungry")
        second = await world.account("escrow")
        await world.post({bo.wallet: -300, second: 300}, kind="stake", actor=2)
        await world.reverse(2)  # what Bo began with is taken back: a debt
        await world.post({mint(guild): -80, house(guild): 80}, kind="fund")
        await world.post({house(guild): -80, ada.wallet: 80}, kind="help")
        await world.reverse(9)  # and so is what the house had
        await world.post({second: -300, bo.wallet: 100, ada.wallet: 200}, kind=VOID)


settle, rehash = Forgery.settle, Forgery.rehash


# --- a sound book -------------------------------------------------------------------------------


def test_a_sound_book_is_read_whole_and_has_no_problems(book: Book):
    report = book.report()
    head = run_alone(book.url, lambda tx: statements.head(tx, book.guild))

    assert report == Report(book.guild, 12, 26, 6, head.digest, ())
    assert report in run_alone(book.url, audit_all)


def test_a_sound_book_never_takes_the_slow_way(book: Book, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("read row by row")

    monkeypatch.setattr(locate, "trace", refuse)
    monkeypatch.setattr(pages, "PAGE", 5)

    assert book.problems() == []


def test_the_slow_way_finds_a_sound_book_sound(book: Book, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "passes", lambda *_: False)
    monkeypatch.setattr(pages, "PAGE", 5)

    assert book.problems() == []


def test_a_guild_that_is_not_there_is_refused(book: Book):
    with pytest.raises(UnknownGuild):
        run_alone(book.url, lambda tx: audit(tx, 5))


def test_a_forgery_that_changes_nothing_is_sound(book: Book):
    book.forge(settle, rehash)

    assert book.problems() == []


# --- transfers and entries ----------------------------------------------------------------------


@pytest.mark.parametrize("transfer", [PAYOUT, LAST])
def test_entries_must_sum_to_zero(book: Book, transfer: int):
    def mint_more(forgery: Forgery) -> None:
        forgery.line(transfer, ADA)["amount"] += 7

    assert book.first(mint_more, settle, rehash) == (transfer, None, "entries.amount")


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("transfer", [GIFT, LAST])
def test_entries_must_be_at_least_two(book: Book, transfer: int, left: int):
    def drop(forgery: Forgery) -> None:
        for line in forgery.lines(transfer)[left:]:
            forgery.entries.remove(line)

    assert book.first(drop, settle, rehash)[::2] == (transfer, "entries.line")


def test_one_entry_of_nothing_is_no_transfer(book: Book):
    def empty(forgery: Forgery) -> None:
        for line in forgery.lines(LAST)[1:]:
            forgery.entries.remove(line)
        forgery.lines(LAST)[0]["amount"] = 0

    assert book.first(empty, settle, rehash)[::2] == (LAST, "entries.line")


def test_a_balance_after_must_continue_the_one_before(book: Book):
    def jump(forgery: Forgery) -> None:
        forgery.line(GIFT, BO)["balance_after"] += 1_000

    assert book.first(jump, rehash) == (GIFT, BO, "entries.balance_after")


def test_an_accounts_sequence_has_no_gaps(book: Book):
    def skip(forgery: Forgery) -> None:
        forgery.line(GIFT, BO)["account_seq"] = 40

    assert book.first(skip, rehash) == (GIFT, BO, "entries.account_seq")


def test_an_entry_of_another_account_is_told_from_a_wrong_amount(book: Book):
    def give_away(forgery: Forgery) -> None:
        forgery.line(PAYOUT, ADA)["account"] = SECOND

    assert book.first(give_away, rehash) == (PAYOUT, ADA, "entries.account")


def test_a_wrong_amount_is_told_from_a_wrong_balance(book: Book):
    def more(forgery: Forgery) -> None:
        forgery.line(PAYOUT, ADA)["amount"] += 1

    book.forge(more, rehash)

    [problem] = book.problems()
    assert (problem.column, problem.expected, problem.found) == ("entries.amount", 300, 301)


def test_transfers_are_numbered_without_gaps(book: Book):
    def renumber(forgery: Forgery) -> None:
        for row in forgery.transfers:
            row["number"] += row["number"] > 6
            row["reverses"] = row["reverses"] and row["reverses"] + (row["reverses"] > 6)
        for row in forgery.entries:
            row["transfer"] += row["transfer"] > 6

    def count(forgery: Forgery) -> None:
        forgery.books[0]["transfers"] = 13

    assert book.first(renumber, settle, rehash, count) == (7, None, "transfers.number")


def test_lines_are_numbered_from_one(book: Book):
    def renumber(forgery: Forgery) -> None:
        for line in forgery.lines(GIFT):
            line["line"] += 1

    assert book.first(renumber)[::2] == (GIFT, "entries.line")


@pytest.mark.parametrize("kind", ["", "Payout", "pay out", "x" * 41])
def test_a_transfers_kind_is_a_word_of_the_house(book: Book, kind: str):
    def rename(forgery: Forgery) -> None:
        forgery.transfer(PAYOUT)["kind"] = kind

    assert book.first(rename, rehash) == (PAYOUT, None, "transfers.kind")


def test_a_format_that_is_not_known_is_named(book: Book):
    def renew(forgery: Forgery) -> None:
        forgery.transfer(PAYOUT)["format"] = 2

    assert book.first(renew) == (PAYOUT, None, "transfers.format")


# --- who may owe --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transfer", "account"), [pytest.param(DEBT, BO, id="a wallet"), pytest.param(11, HOUSE, id="the house")]
)
def test_only_a_reversal_or_void_takes_an_account_below_zero(book: Book, transfer: int, account: int):
    def disguise(forgery: Forgery) -> None:
        forgery.transfer(transfer).update(kind="take", reverses=None)

    assert book.first(disguise, rehash) == (transfer, account, "entries.balance_after")


def test_a_void_does_not_take_the_house_below_zero(book: Book):
    def disguise(forgery: Forgery) -> None:
        forgery.transfer(11).update(kind=VOID, reverses=None)

    assert book.first(disguise, rehash) == (11, HOUSE, "entries.balance_after")


def test_a_void_may_take_a_wallet_below_zero(book: Book):
    def disguise(forgery: Forgery) -> None:
        forgery.transfer(DEBT).update(kind=VOID, reverses=None)

    book.forge(disguise, rehash)

    assert book.problems() == []


def test_what_a_debtor_receives_is_no_overdraft(book: Book):
    def in_parts(forgery: Forgery) -> None:
        """Bo, at 250 below zero, gets 100: still below, and rightly."""
        assert forgery.line(12, BO)["balance_after"] < 0

    book.forge(in_parts)

    assert book.problems() == []


@pytest.mark.parametrize("kind", ["escrow", "reserve", "bond"])
@pytest.mark.parametrize("by", ["payout", "reversal", VOID])
def test_an_escrow_reserve_or_bond_is_never_below_zero(book: Book, kind: str, by: str):
    def overpay(forgery: Forgery) -> None:
        forgery.account(POT).update(kind=kind, ended_by=None)
        forgery.transfer(PAYOUT)["kind"] = by
        forgery.line(PAYOUT, POT)["amount"] -= 5
        forgery.line(PAYOUT, ADA)["amount"] += 5

    assert book.first(overpay, settle, rehash)[0::2] in [
        (PAYOUT, "entries.balance_after"),
        (PAYOUT, "transfers.reverses"),  # a reversal of nothing is said first
    ]


# --- accounts -----------------------------------------------------------------------------------


def test_a_stored_balance_is_the_sum_of_the_entries(book: Book):
    def enrich(forgery: Forgery) -> None:
        forgery.account(ADA)["balance"] += 1

    assert book.first(enrich, rehash) == (None, ADA, "accounts.balance")


def test_a_count_of_entries_is_right(book: Book):
    def miscount(forgery: Forgery) -> None:
        forgery.account(ADA)["entries"] += 1

    assert book.first(miscount, rehash) == (None, ADA, "accounts.entries")


def test_the_supply_is_what_was_minted_less_what_was_burned(book: Book):
    def hide(forgery: Forgery) -> None:
        forgery.account(MINT)["balance"] += 100

    assert book.first(hide, rehash) == (None, MINT, "accounts.balance")


def test_an_ended_account_holds_nothing(book: Book):
    def end(forgery: Forgery) -> None:
        forgery.cut(after=7)
        forgery.settle()
        forgery.account(SECOND)["ended_by"] = 7

    assert book.first(end, rehash) == (None, SECOND, "accounts.balance")


@pytest.mark.parametrize(("account", "by"), [(POT, 3), (POT, 12), (POT, -1), (SECOND, 0)])
def test_an_account_is_ended_by_the_last_transfer_that_touched_it(book: Book, account: int, by: int):
    def end(forgery: Forgery) -> None:
        forgery.account(account)["ended_by"] = by

    assert book.first(end, rehash) == (None, account, "accounts.ended_by")


def test_a_wallet_does_not_end(book: Book):
    def end(forgery: Forgery) -> None:
        forgery.account(ADA).update(ended_by=12)

    assert book.first(end, rehash) == (None, ADA, "accounts.ended_by")


@pytest.mark.parametrize("change", [{"kind": "bond"}, {"owner": 2}, {"seal": bytes(32)}])
def test_a_seal_covers_what_never_changes(book: Book, change: Row):
    def alter(forgery: Forgery) -> None:
        forgery.account(POT).update(change)

    assert book.first(alter) == (None, POT, f"accounts.{next(iter(change))}")


@pytest.mark.parametrize(
    ("account", "change", "column"),
    [
        (POT, {"kind": "vault"}, "kind"),
        (POT, {"kind": "house"}, "kind"),
        (HOUSE, {"kind": "wallet", "owner": 1}, "kind"),
        (BO, {"owner": 0}, "owner"),
        (BO, {"owner": 3}, "owner"),
        (BO, {"owner": 1}, "owner"),
        (HOUSE, {"owner": 1}, "owner"),
    ],
)
def test_kinds_and_owners_are_valid_even_where_they_are_sealed(
    book: Book, account: int, change: Row, column: str
):
    def alter(forgery: Forgery) -> None:
        forgery.account(account).update(change)

    assert book.first(alter, rehash) == (None, account, f"accounts.{column}")


def test_an_account_that_is_missing_is_named(book: Book):
    def drop(forgery: Forgery) -> None:
        forgery.accounts.remove(forgery.account(POT))

    assert book.first(drop) == (None, POT, "accounts.number")


def test_an_account_too_many_is_named(book: Book):
    def add(forgery: Forgery) -> None:
        more = forgery.account(SECOND) | {"number": 9, "balance": 0, "entries": 0, "ended_by": None}
        forgery.accounts.append(more)

    assert book.first(add, rehash)[1:] == (9, "accounts.number")


@pytest.mark.parametrize("counter", ["transfers", "accounts", "players"])
@pytest.mark.parametrize("by", [1, -1, 2**40])
def test_the_books_counters_are_right(book: Book, counter: str, by: int):
    def miscount(forgery: Forgery) -> None:
        forgery.books[0][counter] += by

    assert book.first(miscount) == (None, None, f"books.{counter}")


def test_the_books_head_is_the_last_digest(book: Book):
    def alter(forgery: Forgery) -> None:
        forgery.books[0]["head"] = bytes(32)

    assert book.first(alter) == (None, None, "books.head")


def test_players_are_numbered_without_gaps(book: Book):
    def drop(forgery: Forgery) -> None:
        del forgery.players[0]

    assert book.first(drop) == (None, None, "players.number")


# --- notes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"words": "for dinner"},
        {"salt": bytes(16)},
        {"erased": 1},
        {"words": None, "salt": None},
        {"words": None},
        {"words": None, "salt": None, "erased": 2},
    ],
)
def test_words_are_those_of_their_digest_or_erased(book: Book, change: Row):
    def alter(forgery: Forgery) -> None:
        forgery.notes[0].update(change)

    assert book.first(alter) == (GIFT, None, "notes.words")


def test_erased_words_are_in_order(book: Book):
    def erase(forgery: Forgery) -> None:
        forgery.notes[0].update(words=None, salt=None, erased=1)

    book.forge(erase)

    assert book.problems() == []


def test_a_note_that_is_missing_is_named(book: Book):
    assert book.first(lambda forgery: forgery.notes.pop(0)) == (GIFT, None, "notes.transfer")


@pytest.mark.parametrize("transfer", [PAYOUT, 13])
def test_a_note_without_its_transfer_is_named(book: Book, transfer: int):
    def add(forgery: Forgery) -> None:
        forgery.notes.append(forgery.notes[0] | {"transfer": transfer})

    assert book.first(add) == (transfer, None, "notes.transfer")


# --- reversals ----------------------------------------------------------------------------------


def test_a_reversal_is_the_exact_opposite(book: Book):
    def soften(forgery: Forgery) -> None:
        forgery.line(BACK, ADA)["amount"] -= 1
        forgery.line(BACK, BO)["amount"] += 1

    assert book.first(soften, settle, rehash) == (BACK, None, "entries.amount")


def test_a_transfer_is_reversed_once(book: Book):
    def again(forgery: Forgery) -> None:
        forgery.undo(GIFT, by=HELP)

    assert book.first(again, settle, rehash) == (HELP, None, "transfers.reverses")


@pytest.mark.parametrize("target", [BACK, 11, 40, 0, -3])
def test_a_reversal_names_an_earlier_transfer_that_is_none(book: Book, target: int):
    def aim(forgery: Forgery) -> None:
        forgery.undo(target, by=11)

    assert book.first(aim, settle, rehash) == (11, None, "transfers.reverses")


@pytest.mark.parametrize("change", [{"kind": "help"}, {"reverses": None}])
def test_a_reversal_and_nothing_else_reverses(book: Book, change: Row):
    def alter(forgery: Forgery) -> None:
        forgery.transfer(BACK).update(change)

    assert book.first(alter, rehash) == (BACK, None, "transfers.reverses")


# --- orphans ------------------------------------------------------------------------------------


def test_entries_of_no_transfer_are_named(book: Book):
    def add(forgery: Forgery) -> None:
        forgery.entries.append(forgery.lines(GIFT)[0] | {"transfer": 13, "account_seq": 99})

    assert book.first(add) == (13, None, "entries.transfer")


def test_a_transfer_behind_the_end_of_the_book_is_named(book: Book):
    def add(forgery: Forgery) -> None:
        forgery.transfers.append(forgery.transfer(GIFT) | {"number": 20, "key": "test:another"})

    assert book.first(add) == (20, None, "transfers.number")


@pytest.mark.parametrize("table", ["accounts", "transfers", "entries", "players", "notes"])
def test_rows_of_a_guild_without_a_book_are_named(book: Book, table: str):
    stranger = 10**9 + book.guild

    def stray(tx: Connection) -> None:
        made = schema.metadata.tables[table]
        found = tx.execute(sa.select(made).where(made.c.guild_id == book.guild).limit(1)).mappings().one()
        unguard(tx)
        tx.execute(sa.insert(made), [{**found, "guild_id": stranger}])

    run_alone(book.url, stray, write=True)

    reports = {report.guild: report for report in run_alone(book.url, lambda tx: audit_all(tx, deep=False))}
    assert reports[book.guild].problems == ()
    assert [problem.column for problem in reports[stranger].problems] == ["books.guild_id"]


# --- what only a noted head can show ------------------------------------------------------------


def test_a_book_rewritten_with_all_its_digests_is_found_by_a_noted_head_alone(book: Book):
    """Points minted for Ada long ago, everything made to fit: a sound book, of other transfers."""
    noted = book.report().head

    def mint_more(forgery: Forgery) -> None:
        forgery.line(1, MINT)["amount"] -= 1_000_000
        forgery.line(1, ADA)["amount"] += 1_000_000

    book.forge(mint_more, settle, rehash)

    assert book.problems() == []
    [problem] = book.problems(head=noted)
    assert problem.column == "books.head"


@pytest.mark.parametrize("head", ["", "no digest", "00" * 31])
def test_a_head_that_is_no_digest_is_never_found(book: Book, head: str):
    assert [problem.column for problem in book.problems(head=head)] == ["books.head"]


def test_fewer_transfers_than_were_told_are_named(book: Book):
    assert book.problems(transfers=12) == []
    assert [(p.transfer, p.column) for p in book.problems(transfers=15)] == [(13, "transfers.number")]


# --- how it is told and how it runs -------------------------------------------------------------


def test_a_problem_is_one_sentence_of_numbers(book: Book):
    def enrich(forgery: Forgery) -> None:
        forgery.account(ADA)["balance"] += 1
        forgery.transfer(GIFT)["key"] = "secret"

    book.forge(enrich)
    said = [str(problem) for problem in book.problems()]

    assert said[0].startswith(f"Guild {book.guild}, transfer 5: transfers.key|kind|")
    assert said[1] == f"Guild {book.guild}, account 3: accounts.balance should be 1480 and is 1481."
    assert not any("secret" in sentence for sentence in said)


def test_a_book_full_of_damage_is_given_up_on(book: Book):
    def ruin(forgery: Forgery) -> None:
        for _ in range(60):
            number = len(forgery.accounts) + 1
            forgery.accounts.append(forgery.account(POT) | {"number": number, "seal": bytes(32)})
        forgery.books[0]["accounts"] = len(forgery.accounts)

    book.forge(ruin)

    assert len(book.problems()) == 50


async def test_the_books_of_several_servers_are_right_in_whatever_order_they_were_opened_and_written(
    url: str,
):
    async with databases.opened(url) as db:
        worlds = [await World.make(db, guild) for guild in (7, 6, 5)]
        for person, place in enumerate(
            (0, 1, 2, 1, 2, 0), 1
        ):  # PostgreSQL puts each row that changes elsewhere
            await worlds[place].player(person, balance=1_000)

    reports = await asyncio.to_thread(run_alone, url, audit_all)

    found = [report.guild for report in reports]
    assert {5, 6, 7} <= set(found)
    assert found[: found.index(7) + 1] == sorted(found[: found.index(7) + 1])
    # A session's tests share the database, and some leave a book damaged.
    own = [problem for report in reports for problem in report.problems if report.guild in (0, 5, 6, 7)]
    assert not [problem for problem in own if problem.guild or problem.column == "books.guild_id"]


async def test_it_reads_beside_a_writer_and_sees_one_moment(world: World, url: str):
    ada, bo = await world.player(1, balance=10_000), await world.player(2, balance=10_000)
    done = threading.Event()
    reports: list[Report] = []

    def audit_again_and_again() -> None:
        while not done.is_set() or not reports:
            reports.append(run_alone(url, lambda tx: audit(tx, world.guild)))

    reading = asyncio.create_task(asyncio.to_thread(audit_again_and_again))
    heads = {(await world.head()).digest}
    for turn in range(150):
        amount = 1 + turn % 7
        posted = await world.post({ada.wallet: -amount, bo.wallet: amount}, note="x" if turn % 3 else None)
        heads.add(posted.digest)
        if turn % 10 == 0:
            heads.add((await world.reverse(posted.number)).digest)
    done.set()
    await reading

    assert [report.problems for report in reports if report.problems] == []
    assert {report.head for report in reports} <= heads


def test_memory_does_not_grow_with_the_book(tmp_path: Path):
    def peak(transfers: int) -> int:
        url = books.book(tmp_path / f"{transfers}.db", transfers, accounts=100)
        tracemalloc.start()
        try:
            assert _audited(url).transfers == transfers
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    _audited(books.book(tmp_path / "warm.db", 1_000, accounts=100))  # statements are compiled once

    assert peak(12_000) < 1.5 * peak(1_000)


def _audited(url: str) -> Report:
    report = run_alone(url, lambda tx: audit(tx, books.GUILD))
    assert report.problems == ()
    return report


def test_no_transaction_of_a_long_read_is_long(tmp_path: Path):
    """Between pages nothing is held: whoever writes can move the -wal into the book while an audit runs."""
    path = tmp_path / "crux.db"
    url = books.book(path, 3_000, accounts=100)
    left: list[bool] = []

    def busy(tx: Connection, *asked: Any) -> bool:
        left.append(tx.connection.driver_connection.in_transaction)  # pyright: ignore[reportOptionalMemberAccess]
        return passes(tx, *asked)

    passes = pages.passes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "passes", busy)
        _audited(url)

    assert len(left) == -(-3_000 // pages.PAGE)
    assert not any(left)
