"""The record: every operation adds to it, and whatever somebody else changes in the tables is found and named."""

import importlib
import itertools
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ledger import schema
from ledger.errors import InsufficientFunds
from ledger.players import Forget
from ledger.storage.database import run_alone
from markets.core import tables
from markets.core.tables import record_tables
from markets.records import coverage, deletion, record_audit, recorder
from markets.records.coverage import COVERED
from tests import databases
from tests.ledger.stories import alone
from tests.markets.club import YES, Club
from tests.markets.tampering import GUILD, tampered, tell, undone, without_triggers
from tests.markets.test_exports import everything
from tests.world import SALT


def look(url: str, guild: int) -> record_audit.RecordReport:
    return run_alone(url, lambda tx: record_audit.look(tx, guild))


async def looked(url: str, guild: int) -> record_audit.RecordReport:
    """The same beside an open database."""
    return await alone(url, lambda tx: record_audit.look(tx, guild))


# --- what is covered --------------------------------------------------------------------------


def test_every_table_is_covered_or_named_with_its_reason():
    there = {table.name for table in schema.metadata.tables.values()}
    assert set(COVERED) | set(coverage.NOT_COVERED) == there
    assert not set(COVERED) & set(coverage.NOT_COVERED)
    assert all(coverage.NOT_COVERED.values())
    assert tuple(record_tables.WATCHED) == tuple(COVERED)


def test_the_migration_finds_what_the_record_covers():
    """Where a later version covers more, its own migration finds that, and this compares with both."""
    step = importlib.import_module("migrations.versions.0016_the_record")
    later = {  # empty when they are made
        name
        for version in ("0017_judges_on_call", "0018_sealed_draws")
        for name in importlib.import_module(f"migrations.versions.{version}").COVERED
    }
    then = {name: covered for name, covered in COVERED.items() if name not in later}
    assert {name: tuple(key.split()) for name, key in step.KEYS.items()} == {
        name: tuple(part for part in covered.key if part not in covered.later)
        for name, covered in then.items()
    }
    assert {name: covered.salted for name, covered in then.items() if covered.salted} == step.SALTED
    assert {name: covered.without for name, covered in COVERED.items() if covered.without} == step.WITHOUT


def test_the_bytes_are_what_the_docs_say():
    """Golden vectors: other bytes are another format."""
    salt = bytes(range(16))
    assert coverage.body(("a", "b_us", "c", "d"), ('é"\n', 7, None, b"\x01\xff")) == (
        '{"a":"é\\"\\n","b_us":7,"d":"01ff"}'.encode()
    )
    assert coverage.digest_of_row(("a",), (1,), salt).hex() == (
        "aed8a0ebb5f60a8aa06554873318b8e888584ebddf7878258719930ae328cbb2"
    )
    lines = [("bets", "1", bytes(32)), ("offers", "1", None)]
    assert coverage.digest_of_record(bytes(32), 7, 1, "accept", 5, 0, bytes(32), lines).hex() == (
        "e32e338dfb1f1a220796e97b6b8010a59f55edea89350700f6c610aea6707c7b"
    )


# --- what operations add ----------------------------------------------------------------------


@pytest.mark.rule("A10")
async def test_each_operation_adds_one_row_with_the_head_of_that_moment(club: Club, url: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    before = await looked(url, club.guild)
    offer = await club.offer(ada, claim)
    await club.accept(bo, offer)

    def rows(tx: Connection) -> list[Any]:
        r = tables.records.c
        asked = sa.select(r.kind, r.transfers, r.head).where(r.guild_id == club.guild, r.number > before.rows)
        return list(tx.execute(asked.order_by(r.number)).all())

    made, accepted = await alone(url, rows)
    assert (made.kind, accepted.kind) == ("make", "accept")
    assert accepted.transfers == made.transfers + 1

    def lines(tx: Connection) -> list[Any]:
        n = tables.record_lines.c
        asked = sa.select(n.tab, n.thing).where(n.guild_id == club.guild, n.number == before.rows + 2)
        return [tuple(row) for row in tx.execute(asked.order_by(n.tab, n.thing))]

    number = str(offer.number)
    assert await alone(url, lines) == [("bets", number), ("claims", str(claim.number)), ("offers", number)]
    assert (await looked(url, club.guild)).problems == ()


async def test_what_is_refused_adds_nothing(club: Club, url: str):
    ada = await club.member(1, balance=500)
    claim = await club.claim(ada)
    before = await looked(url, club.guild)
    with pytest.raises(InsufficientFunds):
        await club.offer(ada, claim, maker_stake=50_000)
    assert await looked(url, club.guild) == before


async def test_drafts_are_their_authors_alone(club: Club, url: str):
    from markets.claims import drafts

    ada = await club.member(1)
    before = await looked(url, club.guild)
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms())
    await club.db.write(drafts.save_draft, draft, club.now)
    assert await looked(url, club.guild) == before


@pytest.mark.rule("A10")
async def test_a_whole_story_verifies_and_every_line_is_of_its_own_server(club: Club, url: str):
    await everything(club)
    report = await looked(url, club.guild)
    assert report.problems == ()
    assert report.rows > 100
    assert report.found == 0
    assert await alone(url, lambda tx: record_audit.quick(tx, club.guild)) is None


async def test_what_is_hidden_or_can_be_erased_has_a_salt_that_goes_with_it(club: Club, url: str):
    await everything(club)

    def salts(tx: Connection) -> set[str]:
        s = tables.record_salts.c
        return set(tx.execute(sa.select(s.tab).where(s.guild_id == club.guild)).scalars())

    assert await alone(url, salts) >= {"players", "forecasts", "orders", "links", "rewards"}

    ada = await club.member(1)
    await club.db.write(deletion.forget, Forget(club.guild, club.key(), 1, SALT), club.now)

    def of_ada(tx: Connection) -> list[Any]:
        s = tables.record_salts.c
        asked = sa.select(s.tab).where(
            s.guild_id == club.guild, s.tab == "players", s.thing == str(ada.number)
        )
        return list(tx.execute(asked))

    assert await alone(url, of_ada) == []
    assert (await looked(url, club.guild)).problems == ()


async def test_blanking_is_no_erasure(club: Club, url: str):
    """What `/privacy delete` blanks is a row of the record; the same by hand is found."""
    ada = await club.member(1)

    def blank(tx: Connection) -> tuple[str, ...]:
        with undone(tx):
            p = schema.players.c
            tx.execute(
                sa.update(schema.players)
                .where(p.guild_id == club.guild, p.number == ada.number)
                .values(discord_id=None)
            )
            return record_audit.look(tx, club.guild).problems

    assert await alone(url, blank, write=True) == (
        f"Guild {club.guild}, players {ada.number}: it isn't as record 1 left it.",
    )


async def test_what_was_there_is_found_and_covered_from_then_on(club: Club, url: str):
    await everything(club)

    def begin_again(tx: Connection) -> record_audit.RecordReport:
        with undone(tx):
            without_triggers(tx)
            for table in (tables.record_salts, tables.record_lines, tables.records):
                tx.execute(sa.delete(table).where(table.c.guild_id == club.guild))
            recorder.find(tx, club.guild, club.now)
            return record_audit.look(tx, club.guild)

    report = await alone(url, begin_again, write=True)
    assert report.problems == ()
    assert report.rows == report.found > 20


# --- tampering --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A book in a file, with rows in every table that is covered."""
    url = databases.sqlite(tmp_path_factory.mktemp("told") / "crux.db")
    await tell(url)
    return url


def test_a_record_that_is_cut_off_or_emptied_is_found(told: str):
    def cut(tx: Connection, after: int) -> None:
        for table in (tables.record_lines, tables.records):
            tx.execute(sa.delete(table).where(table.c.number > after))

    found = tampered(told, lambda tx: cut(tx, 0), lambda tx: cut(tx, 60))
    assert all(found)


def test_a_head_that_was_told_must_be_in_the_chain(told: str):
    report = look(told, GUILD)
    early = run_alone(
        told,
        lambda tx: tx.execute(
            sa.select(tables.records.c.digest).where(tables.records.c.number == 3)
        ).scalar_one(),
    )
    for head, right in ((report.head, True), (bytes(early).hex(), True), ("ab" * 32, False)):
        seen = run_alone(told, lambda tx, head=head: record_audit.look(tx, GUILD, head=head))
        assert (seen.problems == ()) is right, head


def test_counts_and_heads_alone_show_what_was_cut_off(told: str):
    def quick(change: str) -> str | None:
        def work(tx: Connection) -> str | None:
            tx.exec_driver_sql("PRAGMA foreign_keys = OFF")
            with undone(tx):
                without_triggers(tx)
                tx.exec_driver_sql(change)
                return record_audit.quick(tx, GUILD)

        return run_alone(told, work, write=True)

    assert quick("SELECT 1") is None
    assert quick("DELETE FROM records WHERE number = 5")
    assert quick("DELETE FROM record_lines WHERE number = (SELECT max(number) FROM records)")
    assert quick("DELETE FROM transfers WHERE number = (SELECT max(number) FROM transfers)")


def test_the_database_refuses_to_change_what_was_recorded(told: str):
    def work(tx: Connection) -> list[str]:
        said: list[str] = []
        for table, act in itertools.product(
            record_tables.APPEND_ONLY, ("DELETE FROM {}", "UPDATE {} SET number = number")
        ):
            with pytest.raises(IntegrityError) as refused:
                tx.exec_driver_sql(act.format(table))
            said.append(str(refused.value.orig))
        return said

    assert set(run_alone(told, work, write=True)) == {"records is append-only", "record_lines is append-only"}


# --- many servers -----------------------------------------------------------------------------


async def test_many_servers_written_to_in_any_order_verify(url: str, guild: int, tmp_path: Path):
    """Finding 16: PostgreSQL moves a row that is written; only the order that is asked for is one."""
    from bot.cli.verify import everything as verified

    own = databases.sqlite(tmp_path / "crux.db") if url.startswith("sqlite") else url
    async with databases.opened(own) as db:
        clubs = [await Club.make(db, guild + 1_000_000 * n) for n in (7, 6, 5)]
        for club in (*clubs, *reversed(clubs), clubs[1], clubs[0]):
            assert isinstance(club, Club)
            ada = await club.member(1)
            await club.bet(ada, await club.member(2), await club.claim(ada), side=YES)
    reports = run_alone(own, verified) if own != url else await alone(url, verified)
    ours = [report for report in reports if report.points.guild in {club.guild for club in clubs}]
    assert len(ours) == 3
    assert [report.problems for report in ours] == [(), (), ()]
    assert not [report for report in reports if report.points.guild == 0 and report.problems]
