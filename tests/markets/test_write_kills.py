"""A claim with something of each on it is paid, taken back and made void by processes that are killed before each
statement that writes: every kill leaves whole books, and in the end everybody has what they would have without."""

import itertools
import multiprocessing
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from ledger.accounts import Player
from ledger.audit import verify
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.records import audit as markets_audit
from markets.records import record_audit
from tests import databases, lanes
from tests.ledger import stories
from tests.markets import settling_worker
from tests.markets.attacker.book import Book
from tests.markets.club import NO, YES, Club
from tests.markets.settling_worker import COMMITTED, Job

KINDS = (
    *("proposal.settle", "resolution.pay", "reversal.take", "resolution.back"),
    *("scores.make", "scores.count", "scores.back", "reward.return", "cruxes.tell", "ruling.pay"),
)
IT_WAS, VOID = Result("outcome", outcome=YES), Result("void")
FEW = 1
"""Kills of a phase, where a proof is small."""

_owners = itertools.count(7_000_000)
spawn = multiprocessing.get_context("forkserver")
spawn.set_forkserver_preload(["pytest", "asyncpg", "tests.markets.settling_worker"])


class Killed:
    """Has a server's due work carried out by processes that die at one write after another; or by a `chance` at a
    few of them only."""

    def __init__(self, club: Club, url: str, chance: random.Random | None) -> None:
        self.club, self.url, self.chance = club, url, chance
        self.kills = 0

    async def work(self) -> None:
        """Until nothing is due. Each process dies at a later write of the same piece; where none is left, after the
        piece's commit, and the next piece begins."""
        at, before = self.next(0), self.kills
        while (last := self.killed(at)) is not None:
            self.kills += 1
            self.club.skip(minutes=2)  # what the dead held is free again
            await whole(self.club, self.url, every=self.chance is not None or self.kills % 10 == 0)
            if self.chance is not None and self.kills - before == FEW:
                await self.club.sweep()
                return
            at = self.next(0 if last == COMMITTED else at)

    def next(self, at: int) -> int:
        return at + (1 if self.chance is None else self.chance.randint(1, 30))

    def killed(self, at: int) -> str | None:
        """What the process last told before it was killed; None where nothing was left to do."""
        ours, theirs = spawn.Pipe(duplex=False)
        job = Job(self.url, self.club.guild, next(_owners), to_us(self.club.now), at, KINDS)
        process = spawn.Process(target=run, args=(job, theirs), daemon=True)
        process.start()
        theirs.close()
        last = ""
        with suppress(EOFError):
            while True:
                last = ours.recv()
        process.join()
        assert process.exitcode in (0, -9), process.exitcode
        return last if process.exitcode == -9 else None


def run(job: Job, pipe: Any) -> None:
    settling_worker.main(job, pipe.send)


async def whole(club: Club, url: str, *, every: bool) -> None:
    """Every escrow holds what it should; and all that the audits look at, now and then."""

    def look(tx: Any) -> None:
        Book(lambda asked: tx.exec_driver_sql(asked).mappings(), club.guild).check()
        if every:
            assert verify.audit(tx, club.guild).problems == ()
            assert markets_audit.problems(tx, club.guild) == ()
            assert record_audit.look(tx, club.guild).problems == ()

    await stories.alone(url, look)


async def begun(club: Club) -> tuple[Claim, list[Player]]:
    """A claim with two bets, a market with a resting order, a pool, forecasts, a crux and a reward."""
    people = ada, bo, cy, mod = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mod)
    other = await club.claim(mod, title="Another by then")
    await club.bet(ada, bo, claim, maker_stake=2_000, taker_stake=3_000)
    await club.bet(bo, cy, claim, maker_stake=500, taker_stake=700)
    await club.market(ada, claim, liquidity=3_000)
    bought = await club.buy(bo, claim, YES, budget=900)
    await club.buy(cy, claim, NO, budget=1_500)
    await club.sell(bo, claim, YES, quantity=bought.shares // 2)
    await club.order(bo, claim, NO, 500, budget=400)
    await club.pool(ada, claim)
    for who, outcome, amount in ((ada, YES, 300), (bo, NO, 501), (cy, YES, 77)):
        await club.stake(who, claim, outcome, amount)
    for who, chance in ((ada, 80), (bo, 30), (cy, 55)):
        await club.forecast(who, claim, chance)
    await club.reward(bo, claim, 600)
    await club.link(ada, claim, other)
    club.skip(days=31)
    return claim, people


async def phases(club: Club, carry_out: Any) -> list[list[int]]:
    """Paid, taken back, made void: what the four have after each."""
    claim, people = await begun(club)
    await club.sweep()
    mod, had = people[3], list[list[int]]()

    async def over() -> None:
        await carry_out()
        had.append([await club.balance(who.wallet) for who in people])

    await club.proposed(mod, claim, IT_WAS, moderator=True)
    club.skip(days=8)
    await over()
    assert (await club.read_claim(claim.number)).state == "settled"
    await club.ask_reversal(mod, claim)
    club.skip(days=1, minutes=1)
    await over()
    assert (await club.read_claim(claim.number)).state == "open"
    await club.proposed(mod, claim, VOID, moderator=True)
    club.skip(days=8)
    await over()
    assert (await club.read_claim(claim.number)).state == "void"
    return had


@pytest.fixture(params=["sqlite", "postgresql"])
def own_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return request.getfixturevalue("own_sqlite")
    return request.getfixturevalue("postgresql").database()


@pytest.mark.proof
@pytest.mark.rule("A3")
@pytest.mark.rule("C9")
async def test_a_kill_before_each_write_of_a_payment_its_reversal_and_a_void_changes_nothing(
    own_url: str, size: int, lane: lanes.Run
):
    guilds: Iterator[int] = itertools.count(11)
    async with databases.opened(own_url) as db:
        club = await Club.make(db, next(guilds))
        assert isinstance(club, Club)
        wanted = await phases(club, club.sweep)
        assert wanted[2] == [100_000] * 4, "as if it had never happened"
        kills = 0
        while kills < size:
            club = await Club.make(db, next(guilds))
            assert isinstance(club, Club)
            killed = Killed(club, own_url, random.Random(lane.first_seed) if lane.lane == "ci" else None)
            assert await phases(club, killed.work) == wanted
            await whole(club, own_url, every=True)
            kills += killed.kills
            print(f"{killed.kills} kills")
