"""A book in which more than one proposal stands for a claim is mended when it is brought to this version."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.audit import verify
from ledger.storage import schema_version
from ledger.storage.database import run_alone
from ledger.types import to_us
from markets.claims import claims
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs, tables
from markets.records import audit as markets_audit
from markets.settlement import proposals
from tests import databases
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club

GUILD = 7_001
IT_WAS, IT_WAS_NOT, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of this test alone."""
    if request.param == "sqlite":
        yield databases.sqlite(tmp_path / "crux.db")
        shutil.rmtree(tmp_path, ignore_errors=True)
    else:
        server: databases.Server = request.getfixturevalue("postgresql")
        yield server.database()


def unpromised(tx: Connection) -> None:
    """As in the version before, whose databases held no promise about this."""
    tx.exec_driver_sql("DROP INDEX ix_proposals_standing")


def older(tx: Connection) -> None:
    tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0010'")


def newer(tx: Connection) -> None:
    tx.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{schema_version.known()[-1]}'")


def forward(url: str) -> None:
    """Through the one version that mends; the book is this code's otherwise."""
    run_alone(url, older, write=True)
    run_alone(url, lambda tx: schema_version.migrate(tx, url, "0011"), write=True)
    run_alone(url, newer, write=True)


@dataclass(frozen=True)
class Put:
    proposal: int
    state: str


def put(tx: Connection, request: Put, now: datetime) -> None:
    """A proposal in a state that nobody could bring about, its claim open again; its calendar goes on."""
    p = tables.proposals.c
    this = sa.update(tables.proposals).where(p.guild_id == GUILD, p.number == request.proposal)
    tx.execute(this.values(state=request.state))
    if request.state == "standing":
        jobs.schedule(tx, GUILD, "proposal.settle", request.proposal, to_us(now + 9 * DAY))
    else:
        claims.move(tx, claims.load(tx, GUILD, proposals.load(tx, GUILD, request.proposal).claim), "open")


@dataclass
class Left:
    """What the race left: of the first four claims what stands beside what belongs there. The last is sound."""

    claims: list[Claim]
    left: list[int]
    stands: list[int | None]


async def broken(club: Club) -> Left:
    """Four claims with a leftover: proposed again, disputed, open, and settled."""
    ada, eve, mod = [await club.member(n) for n in (1, 2, 3)]
    made = [await club.claim(mod, title=f"Claim number {n} about something") for n in range(5)]
    for claim in made:
        await club.bet(ada, eve, claim, maker_stake=1_000, taker_stake=1_000)
    left = [(await club.proposed(eve, claim, IT_WAS)).number for claim in made[:4]]  # early, each with a bond
    for number in left:
        await club.db.background(put, Put(number, "failed"), club.now)
    club.skip(days=31)
    await club.sweep()
    await club.settle(mod, made[3], IT_WAS)
    again = [await club.proposed(eve, made[n], IT_WAS_NOT) for n in (0, 1)]
    again.append(await club.proposed(eve, made[4], VOID))
    await club.challenge(ada, made[1])
    for number in left:
        await club.db.background(put, Put(number, "standing"), club.now)
    await club.db.background(unconfirmed, again[2].number, club.now)
    return Left(made, left, [again[0].number, again[1].number, None, None, again[2].number])


def unconfirmed(tx: Connection, proposal: int, now: datetime) -> None:
    """As it was proposed before silence was no consent to it."""
    p = tables.proposals.c
    this = sa.update(tables.proposals).where(p.guild_id == GUILD, p.number == proposal)
    tx.execute(this.values(confirm=0))


def states(tx: Connection) -> dict[int, str]:
    p = tables.proposals.c
    rows = tx.execute(sa.select(p.number, p.state).where(p.guild_id == GUILD))
    return {row.number: row.state for row in rows}


def due_of(tx: Connection, number: int) -> set[str]:
    d = tables.due_work.c
    asked = sa.select(d.kind).where(d.guild_id == GUILD, d.ref == number, d.kind.like("proposal.%"))
    return set(tx.execute(asked).scalars())


@pytest.mark.rule("D1")
async def test_what_the_claim_s_state_belongs_to_stays_and_the_rest_is_withdrawn(
    own: str, capsys: pytest.CaptureFixture[str]
):
    await stories.alone(own, unpromised, write=True)
    async with databases.opened(own) as db:
        club = await Club.make(db, GUILD)
        broke = await broken(club)
    capsys.readouterr()

    await asyncio.to_thread(forward, own)

    said = capsys.readouterr().out.splitlines()
    for claim, left in zip(broke.claims, broke.left, strict=False):
        (line,) = [line for line in said if f"claim {claim.number}: proposal {left} " in line]
        assert "is withdrawn" in line
        assert "Its bond returns" in line
    after: Any = await stories.alone(own, states)
    assert [after[number] for number in broke.left] == ["withdrawn"] * 4
    assert sorted(state for state in after.values() if state in ("standing", "disputed")) == [
        "disputed",
        "standing",
        "standing",
    ]
    for number in broke.left:
        assert await stories.alone(own, lambda tx, number=number: due_of(tx, number)) == {"proposal.bond"}
    async with databases.opened(own) as db:
        club.db = db
        kept = [
            await club.db.read(proposals.standing, await club.read_claim(one.number)) for one in broke.claims
        ]
        assert [one and one.number for one in kept] == broke.stands
        assert kept[0] is not None
        assert kept[0].confirm, "beside a leftover nobody could challenge it"
        assert kept[4] is not None
        assert kept[4].confirm, "nobody's silence makes it void"
        await club.sweep()
        assert await club.db.read(proposals.standing, await club.read_claim(broke.claims[3].number)) is None
        await club.propose(await club.join(2), broke.claims[2], IT_WAS)
        await club.challenge(await club.join(1), broke.claims[0])
        club.skip(days=400)
        for _ in range(8):
            await club.sweep()
            club.skip(days=30)
    report = await stories.alone(own, lambda tx: verify.audit(tx, GUILD))
    assert report.problems == ()
    assert await stories.alone(own, lambda tx: markets_audit.problems(tx, GUILD)) == ()


async def test_a_book_without_leftovers_is_left_as_it_is_and_nothing_is_said(
    own: str, capsys: pytest.CaptureFixture[str]
):
    async with databases.opened(own) as db:
        club = await Club.make(db, GUILD)
        ada, eve = await club.member(1), await club.member(2)
        claim = await club.claim(ada)
        await club.bet(ada, eve, claim)
        await club.proposed(eve, claim, IT_WAS)
        other = await club.claim(ada, title="Another one of them")
        await club.proposed(ada, other, IT_WAS)
        await club.challenge(eve, other)
    before = await stories.alone(own, states)
    await stories.alone(own, unpromised, write=True)
    capsys.readouterr()
    await asyncio.to_thread(forward, own)
    assert capsys.readouterr().out == ""
    assert await stories.alone(own, states) == before
