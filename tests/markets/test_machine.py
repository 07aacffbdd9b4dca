"""Everything that can be done with claims and all that hangs on them, in any order, with the clock, restarts and
crashes in between.

After every tenth step of a run, and at its end, the whole book is checked again from its first transfer, and what
claims, bets, shares, stakes, bonds, rewards and due work promise each other (in a campaign, and where something was
found, after each step); then time goes on until everything has ended. On PostgreSQL
each step is taken after SQLite: both answer the same, come to the same chain and hold the same rows in the end, so
only the first is asked what to do next and checked after each step.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import Connection

from ledger.audit import verify
from ledger.players import Forget
from ledger.types import to_us
from markets.core import lifecycle
from markets.records import deletion, record_audit
from tests import databases, lanes, operations
from tests.markets.machine import same, whole
from tests.markets.machine.base import Base, Watcher
from tests.markets.machine.bets import CLAUSES, Bets
from tests.markets.machine.crowd import Crowd
from tests.markets.machine.results import Results
from tests.markets.machine.seen import Seen
from tests.markets.machine.shares import Shares
from tests.markets.machine.stories import Stories
from tests.markets.test_appended import first_head

STEPS = 50

HERE = Path(__file__).parent

OFTEN = {
    *("offers.accept", "agreement.agree", "deletion.forget", "proposing.propose", "resolution.take_back"),
    *("disputes.challenge", "voting.vote", "freezing.halt", "a condition", "quick_bet.quick"),
    *("opening.open_market", "trading.buy", "trading.sell", "opening.add_liquidity", "orders.place"),
    *("pools.open_pool", "pools.stake", "forecasts.give", "crux_links.link"),
    *("rewarding.offer", "rewarding.give", "allowances.present", "moderation_posts.grant"),
    *("scenarios.tell", "story_judging.judge", "lapse.close_own"),
}
"""What every run does, however few its steps."""


class Machine(Bets, Shares, Crowd, Stories, Results):
    """A server in which people may do all of it."""

    @initialize(
        early=st.sampled_from(["allowed", "allowed", "announced", "deadline"]),
        named=st.booleans(),
        hangs=st.sampled_from([(0, None), (1, None), (0, 5)]),
    )
    def begin_with_everything(self, early: Any, named: bool, hangs: tuple[int, int | None]) -> None:
        """Three claims with something of each on them, one of them conditional on the first, and three bets between
        the same few people."""
        self.open_claim(0, 5, 0, early, CLAUSES[0], named)
        self.open_claim(1, 20, 1, "allowed", CLAUSES[2], False)
        self.open_claim(2, 30, 0, "allowed", CLAUSES[1], False, hangs, 0)
        self.open_stories(1, 3, 1, 80, True)
        for claim in range(2):
            self.open_market(claim, claim, 3_000, 40)
            self.add_liquidity(claim, 3, 1_000)
            self.buy(claim, 2, 0, 2_000, 5_000, "")
            self.rest_an_order(claim, 2, 0, 20, 2_000)
            self.sell(claim, 3)
            self.open_pool(claim, claim, 300)
            for who in range(3):
                self.stake(claim, who, who % 2, 3_000 + who, "")
            self.forecast(claim, 1, 700)
            self.link(claim, 2, claim, True)
        self.offer_reward(1, 2_000, 0)
        self.skip(hours=1)
        self.give_reward(1, 2, 600, "")
        self.offer_reward(1, 1_500, 0)
        self.give_points(0, 1, 500)
        for halted in (True, False):
            self.halt(0, 5, halted)
        self.act_with_points(0, 1_000)
        for number, (maker, taker) in enumerate([(0, 1), (1, 2), (2, 0)]):
            self.offer(number, maker, taker, 5_000 + number, 7_000, number % 2, 0)
            self.accept(number, taker, "")

    @rule(n=st.integers(0, 2), go=st.integers(0, 3))
    def be_deleted(self, n: int, go: int) -> None:
        """Somebody has themselves deleted, and another person comes."""
        if go:
            return
        self.do(deletion.forget, Forget(*self.ids(), self.persons[n], b"s" * 16))
        self.persons[n] = max(self.persons) + 1
        self.people[n] = self.member(self.persons[n], 50_000)

    # --- what holds always --------------------------------------------------------------------

    @invariant()
    def everything_is_as_promised(self) -> None:
        Base.steps += 1
        self.taken += 1
        if self.taken % self.every == 0:
            self.watcher(self._check)
        if len(self.clubs) > 1:
            self.everywhere(lambda club: club.head())

    def _check(self, tx: Connection) -> None:
        report = verify.audit(tx, self.club.guild)
        assert report.problems == (), report.problems
        head = first_head(tx, self.club.guild)  # so that what never changes is compared with how it began
        found = record_audit.look(tx, self.club.guild, head=head).problems
        assert found == (), found
        world = Seen(tx, self.club.guild)
        world.check_money(reversed_once=self.reversed)
        world.check_life(to_us(self.club.now))
        world.check_limits()
        for claim in world.claims.values():
            if claim.number in self.frozen:
                assert self.frozen[claim.number] == claim.terms, "a frozen text never changes"
            if claim.frozen:
                self.frozen[claim.number] = claim.terms

    def teardown(self) -> None:
        """Time goes on, nobody does anything any more: every freeze and every bet ends, and all that was held returns
        somewhere."""
        self.watcher(self._check)
        for _ in range(20):
            self.skip(days=30)
            self.swept()
        self.watcher(self._check_end)
        if len(self.clubs) > 1:
            first, second = (self.wait(club.db.read_long(same.everything, club.guild)) for club in self.clubs)
            for table, held in first.items():
                assert held == second[table], table
            there = self.clubs[1]
            assert self.wait(there.db.read_long(verify.audit, there.guild)).problems == ()

    def _check_end(self, tx: Connection) -> None:
        self._check(tx)
        world = Seen(tx, self.club.guild)
        assert {bet.state for bet in world.bets} <= {"settled", "agreed", "void"}
        assert not any(account.balance for account in world.held.values())
        assert {row.state for row in (*world.markets, *world.pools)} <= {"settled", "void"}
        assert {stake.state for stake in world.stakes} <= {"paid", "returned"}
        assert {reward.state for reward in world.rewards} <= {"given", "withdrawn", "expired", "ended"}
        drafts = {"draft", "dropped"}
        assert {claim.state for claim in world.claims.values()} <= set(lifecycle.ENDED) | drafts


@pytest.fixture(params=["sqlite", "postgresql"])
def quick_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """Databases of its own: one in SQLite, and perhaps another in PostgreSQL. SQLite's lie in memory where there is
    such a folder, for thousands of commits."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="crux-", dir=memory)) if os.access(memory, os.W_OK) else tmp_path
    one = databases.sqlite(folder / "crux.db")
    if request.param == "postgresql":
        yield one, request.getfixturevalue("postgresql").database()
    else:
        yield (one,)
    shutil.rmtree(folder, ignore_errors=True)


def test_each_operation_that_people_can_reach_has_a_rule():
    said = "".join(path.read_text() for path in (HERE / "test_machine.py", *(HERE / "machine").glob("*.py")))
    called = {name: ".".join(name.split(".")[-2:]) for name in operations.people_s()}

    assert [name for name, call in called.items() if not re.search(rf"\b{re.escape(call)}\b", said)] == []


@pytest.mark.proof
@pytest.mark.rule("A3")
@pytest.mark.rule("D7")
def test_whatever_is_done_in_whatever_order_the_books_balance_and_everything_ends(
    quick_urls: tuple[str, ...], size: int, lane: lanes.Run
):
    Base.urls, Base.opened, Base.steps, Base.done = quick_urls, {}, 0, Counter()
    with asyncio.Runner() as runner:
        Base.runner, Base.watcher = runner, Watcher(quick_urls[0], runner)
        try:
            whole.run(
                Machine,
                every=1 if lane.lane == "campaign" else whole.TENTH,
                examples=size // 32,  # a run may end before its last step
                steps=STEPS,
                first=lane.first_seed,
            )
        finally:
            Base.watcher.close()
            for opened in Base.opened.values():
                runner.run(opened.close())
    print(Base.steps, Base.done)
    assert sorted(OFTEN - set(Base.done)) == [], "what the machine is for was never done"
    assert Base.steps >= size
