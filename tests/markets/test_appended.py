"""What somebody with the file appends to the record stands after every head that was told before, and is counted;
and what never changes is compared with what stood before (RULES A10)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.cli import verify as command
from ledger import statements
from ledger.storage.touched import TouchedRow
from markets.claims.terms import Result
from markets.core import tables
from markets.records import record_audit, record_since, recorder
from markets.records.coverage import COVERED
from tests.ledger.stories import alone
from tests.markets.club import NO, YES, Club
from tests.markets.test_exports import everything

pytestmark = pytest.mark.rule("A10")


@dataclass(frozen=True)
class Forged:
    """What anybody with the file can do with `recorder.append`; here its own hook does it."""

    guild: int
    key: str


async def forged(club: Club, change: Callable[[Connection], Any], *, key: str = "any") -> None:
    def forge(tx: Connection, request: Forged, now: datetime) -> None:
        change(tx)

    await club.db.write(forge, Forged(club.guild, key), club.now)


def told(tx: Connection, guild: int) -> str:
    """The head of the record as the log channel was told it."""
    r = tables.records.c
    asked = sa.select(r.digest).where(r.guild_id == guild).order_by(r.number.desc()).limit(1)
    return bytes(tx.execute(asked).scalar_one()).hex()


async def looked(club: Club, url: str, head: str) -> record_audit.RecordReport:
    return await alone(url, lambda tx: record_audit.look(tx, club.guild, head=head))


def set_(table: sa.Table, number: int, **values: Any) -> Callable[[Connection], Any]:
    return lambda tx: tx.execute(sa.update(table).where(table.c.number == number).values(**values))


async def test_a_bet_that_changed_sides_with_a_record_appended_is_named(club: Club, url: str):
    ada, bo = await club.member(1), await club.member(2)
    bet = await club.bet(ada, bo, await club.claim(ada))
    head = await club.db.read(told, club.guild)
    await forged(club, set_(tables.bets, bet.number, side=NO))
    await forged(club, set_(tables.offers, bet.number, side=NO), key="more")
    assert (await looked(club, url, head)).problems == tuple(
        f"Guild {club.guild}, {name} {bet.number}: what never changes in it is other than record {at} left it."
        for name, at in (("offers", 4), ("bets", 5))
    )


async def test_a_forged_bet_is_named_when_it_is_over(club: Club, url: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim)
    head = await club.db.read(told, club.guild)
    await forged(club, set_(tables.bets, bet.number, side=NO))
    club.skip(days=5)
    await club.settle(bo, claim, Result("outcome", YES))
    await club.sweep()
    assert (await club.read_bet(bet.number)).state == "settled"
    assert any(f"bets {bet.number}: what never" in one for one in (await looked(club, url, head)).problems)


async def test_a_stake_on_another_outcome_is_named(club: Club, url: str):
    ada = await club.member(1)
    claim = await club.claim(ada)
    await club.pool(ada, claim)
    await club.stake(ada, claim, YES, 500)
    head = await club.db.read(told, club.guild)
    await forged(club, set_(tables.stakes, 1, outcome=NO))
    assert any(
        f"stakes {claim.number}/1: what never changes" in one
        for one in (await looked(club, url, head)).problems
    )


async def test_what_a_moderator_did_and_what_was_argued_are_not_rewritten(club: Club, url: str):
    await everything(club)
    head = await club.db.read(told, club.guild)
    acts, reasons = tables.acts, tables.disputes
    await forged(club, set_(acts, 1, reason="It was another."))
    await forged(club, set_(reasons, 1, reason="It was another."), key="more")
    found = (await looked(club, url, head)).problems
    for name in ("acts 1", "disputes 1"):
        assert any(f"{name}: what never changes" in one for one in found), found


async def test_a_bet_that_both_moved_is_as_it_began(club: Club, url: str):
    """And all that is done by the rules, whenever the head was told."""
    await everything(club)
    first = await club.db.read(first_head, club.guild)
    report = await looked(club, url, first)
    assert report.problems == ()
    assert report.since is not None
    assert sum(report.since.records.values()) == report.rows - 1


def first_head(tx: Connection, guild: int) -> str:
    """The digest of a record's first row."""
    r = tables.records.c
    asked = sa.select(r.digest).where(r.guild_id == guild, r.number == 1)
    return bytes(tx.execute(asked).scalar_one()).hex()


# --- what no operation leaves -----------------------------------------------------------------


def append(kind: str, *rows: tuple[str, str]) -> Callable[[Club], Callable[[Connection], None]]:
    """Append a record of a kind, with lines about rows as they are."""

    def made(club: Club) -> Callable[[Connection], None]:
        def run(tx: Connection) -> None:
            touched: list[TouchedRow] = []
            for name, thing in rows:
                covered = COVERED[name]
                key = zip(covered.key, thing.split("/"), strict=True)
                asked = sa.select(*(covered.table.c[column] for column in covered.columns)).where(
                    covered.table.c.guild_id == club.guild,
                    *(covered.table.c[part] == int(value) for part, value in key),
                )
                touched.append(TouchedRow(club.guild, name, thing, tuple(tx.execute(asked).one())))
            recorder.append(tx, club.guild, kind, touched, club.now)

        return run

    return made


@pytest.mark.parametrize(
    ("kind", "rows", "why"),
    [
        ("found", [("bets", "1")], "only the first rows of a record do"),
        ("imported", [("offers", "1")], "no export leaves out offers"),
        ("vote", [("bets", "1")], "vote changed nothing in votes"),
        ("accept", [("offers", "1")], "accept changed nothing in bets"),
        ("buy", [("claims", "1")], "buy changed nothing in trades"),
    ],
)
async def test_a_record_that_no_operation_leaves_is_made_up(
    club: Club, url: str, kind: str, rows: list[tuple[str, str]], why: str
):
    ada, bo = await club.member(1), await club.member(2)
    await club.bet(ada, bo, await club.claim(ada))
    made = append(kind, *rows)(club)
    await alone(url, made, write=True)
    found = (await alone(url, lambda tx: record_audit.look(tx, club.guild))).problems
    assert len(found) == 1
    assert found[0].startswith(f"Guild {club.guild}, record 6: ")
    assert why in found[0]


# --- what `crux verify --head` says -----------------------------------------------------------


async def test_what_came_after_a_head_is_counted_by_kind_and_moment(
    club: Club, url: str, capsys: pytest.CaptureFixture[str]
):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim)
    of_record = await club.db.read(told, club.guild)
    of_book = (await club.db.read(statements.head, club.guild)).digest
    first = club.now
    await club.accept(bo, offer)
    club.skip(hours=1)
    await club.offer(bo, claim)
    for head, records in ((of_record, {"accept": 1, "make": 1}), (of_book, None)):
        report = await looked(club, url, head)
        assert report.problems == ()
        since = report.since
        assert since is not None
        assert since.transfers == {"bet.stake": 1}
        assert records is None or since.records == records
        assert {"accept", "make"} <= set(since.records), "a transfer's head leaves nothing out"
        points = await alone(url, lambda tx: command.verify.audit(tx, club.guild))
        assert command.tell([command.BookReport(points, report)]) == 0
        out = capsys.readouterr().out
        assert "After that head, which holds nothing of it: 1 transfer and " in out
        assert f"to {club.now:%Y-%m-%d %H:%M:%S} UTC" in out
        assert "  transfers: 1 bet.stake\n" in out
        assert "1 accept" in out
    assert since.to_us is not None
    assert first < club.now


async def test_after_the_newest_head_nothing_came(club: Club, url: str, capsys: pytest.CaptureFixture[str]):
    await club.claim(await club.member(1))
    report = await looked(club, url, await club.db.read(told, club.guild))
    points = await alone(url, lambda tx: command.verify.audit(tx, club.guild))
    command.tell([command.BookReport(points, report)])
    assert capsys.readouterr().out.endswith("Nothing came after that head.\n")
    assert await alone(url, lambda tx: record_since.place(tx, club.guild, b"x" * 32)) is None
