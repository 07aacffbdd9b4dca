"""Everything that can be done with claims and bets, in any order, with the clock, restarts and crashes in between.

After each step the whole book is checked again from its first transfer, and what claims, bets, bonds and due work
promise each other; at the end of each run time goes on until everything has ended.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection

from ledger import audit, database
from ledger import tables as book
from ledger.accounts import Player
from ledger.database import Database
from ledger.errors import Refused
from ledger.people import Forget
from ledger.types import to_us
from markets import audit as shares_audit
from markets import (
    claims,
    clauses,
    disputes,
    forecasts,
    judges,
    lifecycle,
    offers,
    orders,
    people,
    pools,
    resolution,
    tables,
    trading,
)
from markets.claims import Actor, Judges, Result
from markets.errors import MarketError
from tests import databases
from tests.markets.club import Club
from tests.world import NOW

STEPS = 50
GUILDS = itertools.count(6_000_001)
RESULTS = (
    Result("outcome", outcome=0),
    Result("outcome", outcome=1),
    Result("weights", weights=(1, 2)),
    Result("unclear"),
    Result("unclear", weights=(3, 1)),
    Result("void"),
    Result("early"),
)
CLAUSES = (
    clauses.StakesReturn(),
    clauses.FixedWeights((2_500, 7_500)),
    clauses.JudgesChoose(5),
)
OWN = (None, None, clauses.PaysHalf("maker"), clauses.JudgesChoose())

OFTEN = {
    *("offers.accept", "offers.agree", "people.forget", "resolution.propose", "resolution.take_back"),
    *("disputes.challenge", "disputes.vote", "disputes.halt"),
    *("trading.open_market", "trading.buy", "trading.sell", "trading.add_liquidity", "orders.place"),
    *("pools.open_pool", "pools.stake", "forecasts.give"),
}
"""What every run does, however few its steps."""

which = st.integers(0, 11)
stakes = st.integers(1, 40_000)


class Machine(RuleBasedStateMachine):
    """One server with six people: two are moderators, one of them the owner, one a judge that some claims name."""

    url: ClassVar[str]
    runner: ClassVar[asyncio.Runner]
    watcher: ClassVar["Watcher"]
    opened: ClassVar[Database | None] = None
    steps: ClassVar[int] = 0
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.reversed = False
        self.frozen: dict[int, str] = {}
        self.club = self.wait(self._begin())
        self.persons = list(range(1, 7))
        self.people = [self.wait(self.club.member(person, 100_000)) for person in self.persons]

    async def _begin(self) -> Club:
        if Machine.opened is None:
            Machine.opened = await Database.open(self.url)
        made = await Club.make(Machine.opened, next(GUILDS))
        assert isinstance(made, Club)
        made.now = NOW
        return made

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def do(self, unit: Callable[..., Any], request: Any) -> Any:
        """Carry it out, or be refused with one of the refusals that have words; nothing else may come of it."""
        try:
            answer = self.wait(self.club.db.write(unit, request, self.club.now))
        except (MarketError, Refused):
            return None
        Machine.done[f"{unit.__module__}.{unit.__name__}".removeprefix("markets.")] += 1
        return answer

    def who(self, n: int) -> Player:
        return self.people[n % 5]  # the owner never has money on anything

    def actor(self, n: int) -> Actor:
        at = n % len(self.people)
        return Actor(self.people[at].number, moderator=at >= 4, owner=at == 5)

    def ids(self) -> tuple[int, str]:
        return self.club.guild, self.club.key()

    def pick(self, table: sa.Table, n: int, *states: str) -> Any:
        """A row in one of these states; one time in eight, or where there is none, whichever. None of nothing."""
        asked = sa.select(table).where(table.c.guild_id == self.club.guild).order_by(table.c.number)
        rows = self.wait(self.club.db.read(lambda tx: tx.execute(asked).all()))
        fitting = [row for row in rows if row.state in states]
        rows = rows if n % 8 == 7 or not fitting else fitting
        return rows[n % len(rows)] if rows else None

    def claim(self, n: int, *states: str) -> int:
        found = self.pick(tables.claims, n, *states)
        return found.number if found is not None else 1

    # --- claims and offers --------------------------------------------------------------------

    @initialize(early=st.sampled_from(["allowed", "allowed", "announced", "deadline"]), named=st.booleans())
    def begin_with_bets(self, early: Any, named: bool) -> None:
        """Two claims, and three bets between the same few people."""
        self.open_claim(0, 5, 0, early, CLAUSES[0], named)
        self.open_claim(1, 20, 1, "allowed", CLAUSES[2], False)
        for claim in range(2):
            self.open_market(claim, claim, 3_000, 40)
            self.buy(claim, 2, 0, 2_000, 5_000, "")
            self.rest_an_order(claim, 2, 0, 20, 2_000)
            self.open_pool(claim, claim, 300)
            for who in range(3):
                self.stake(claim, who, who % 2, 3_000 + who, "")
            self.forecast(claim, 1, 700)
        for number, (maker, taker) in enumerate([(0, 1), (1, 2), (2, 0)]):
            self.offer(number % 2, maker, taker, 5_000 + number, 7_000, number % 2, 0)
            self.accept(number, taker, "")

    @rule(
        n=which,
        days=st.integers(1, 40),
        later=st.integers(0, 5),
        early=st.sampled_from(["allowed", "announced", "deadline"]),
        clause=st.sampled_from(CLAUSES),
        named=st.booleans(),
    )
    def open_claim(self, n: int, days: int, later: int, early: Any, clause: Any, named: bool) -> None:
        deadline = to_us(self.club.now + timedelta(days=days))
        terms = self.club.terms(
            closes_us=deadline - later * 3_600_000_000,
            deadline_us=deadline,
            check_us=deadline + later * claims.DAY_US,
            early=early,
            clause=clauses.encode(clause),
            judges=Judges((self.people[3].number,), 1) if named else Judges(),
        )
        number = self.do(claims.save_draft, claims.Draft(*self.ids(), self.who(n).number, terms))
        self.do(claims.open_claim, claims.Open(*self.ids(), self.actor(n), number))

    @rule(n=which, days=st.integers(1, 40))
    def edit(self, n: int, days: int) -> None:
        deadline = to_us(self.club.now + timedelta(days=days))
        terms = self.club.terms(
            closes_us=deadline, deadline_us=deadline, check_us=deadline, title=f"In {days}"
        )
        found = self.pick(tables.claims, n, "open")
        if found is not None:
            self.do(claims.edit, claims.Edit(*self.ids(), found.author, found.number, terms))

    @rule(claim=which, n=which)
    def supersede(self, claim: int, n: int) -> None:
        old = self.claim(claim, "open")
        request = claims.Supersede(*self.ids(), self.actor(n), old, self.club.terms(title="Better"))
        self.do(claims.supersede, request)

    @rule(claim=which, maker=which, taker=which, one=stakes, other=stakes, side=st.integers(0, 1), n=which)
    def offer(self, claim: int, maker: int, taker: int, one: int, other: int, side: int, n: int) -> None:
        own = OWN[n % len(OWN)]
        request = offers.Make(
            *self.ids(),
            self.who(maker).number,
            self.claim(claim, "open"),
            side,
            one,
            other,
            against=n % 2 == 1,
            taker=self.who(taker).number if n % 3 == 0 else offers.ANYONE,
            clause=clauses.encode(own) if own else None,
        )
        self.do(offers.make, request)

    @rule(offer=which, n=which, one=stakes, other=stakes)
    def counter(self, offer: int, n: int, one: int, other: int) -> None:
        found = self.pick(tables.offers, offer, "open")
        if found is not None:
            who = found.taker or self.who(n).number
            self.do(offers.counter, offers.Counter(*self.ids(), found.number, who, one, other))

    @rule(offer=which)
    def withdraw_offer(self, offer: int) -> None:
        found = self.pick(tables.offers, offer, "open")
        if found is not None:
            self.do(offers.withdraw, offers.Withdraw(*self.ids(), found.number, found.maker))

    @rule(offer=which, n=which, crash=st.sampled_from(["", "", "before_commit", "after_commit"]))
    def accept(self, offer: int, n: int, crash: str) -> None:
        found = self.pick(tables.offers, offer, "open")
        if found is None:
            return
        claim = self.row(tables.claims, found.claim)
        who = found.taker or self.who(n).number
        request = offers.Accept(*self.ids(), found.number, who, bytes(claim.digest).hex())
        self.crashing(crash)
        self.do(offers.accept, request)

    @rule(bet=which, n=which, share=st.integers(0, 100))
    def agree(self, bet: int, n: int, share: int) -> None:
        found = self.pick(tables.bets, bet, "live")
        if found is None:
            return
        pot = found.maker_stake + found.taker_stake
        maker = pot * share // 100
        first, second = (found.maker, found.taker) if n % 2 else (found.taker, found.maker)
        suggested = offers.Suggest(*self.ids(), found.number, first, "split", maker, pot - maker)
        self.do(offers.suggest, suggested)
        if n % 3:
            self.do(offers.agree, offers.Agree(*self.ids(), found.number, second, maker, pot - maker))

    @rule(bet=which)
    def move_bet(self, bet: int) -> None:
        found = self.pick(tables.bets, bet, "live")
        if found is None:
            return
        table = tables.claims
        asked = sa.select(table).where(table.c.guild_id == self.club.guild, table.c.supersedes == found.claim)
        to = self.wait(self.club.db.read(lambda tx: tx.execute(asked).first()))
        if to is None:
            return
        digest = bytes(to.digest).hex()
        for side in (found.maker, found.taker):
            self.do(offers.move_bet, offers.Move(*self.ids(), found.number, side, to.number, digest))

    # --- markets ------------------------------------------------------------------------------

    @rule(claim=which, n=which, liquidity=st.integers(1, 20_000), opening=st.integers(1, 99))
    def open_market(self, claim: int, n: int, liquidity: int, opening: int) -> None:
        number, prices = self.claim(claim, "open"), (opening * 100, 10_000 - opening * 100)
        actor = Actor(self.who(n).number, moderator=n % 5 == 4)
        request = trading.OpenMarket(*self.ids(), actor, number, liquidity, prices)
        self.do(trading.open_market, request)

    @rule(claim=which, n=which, liquidity=st.integers(1, 20_000))
    def add_liquidity(self, claim: int, n: int, liquidity: int) -> None:
        actor = Actor(self.who(n).number)
        request = trading.AddLiquidity(*self.ids(), actor, self.market(claim), liquidity)
        self.do(trading.add_liquidity, request)

    @rule(
        claim=which,
        n=which,
        outcome=st.integers(0, 1),
        budget=st.integers(1, 20_000),
        seen=st.integers(100, 9_900),
        crash=st.sampled_from(["", "", "before_commit", "after_commit"]),
    )
    def buy(self, claim: int, n: int, outcome: int, budget: int, seen: int, crash: str) -> None:
        tolerance = 9_800 if n % 4 else 200
        number, who = self.market(claim), self.who(n).number
        request = trading.Buy(*self.ids(), who, number, outcome, seen, budget=budget, tolerance_bps=tolerance)
        self.crashing(crash)
        self.do(trading.buy, request)

    @rule(n=which, part=st.integers(1, 4))
    def sell(self, n: int, part: int) -> None:
        table = tables.positions
        asked = sa.select(table).where(table.c.guild_id == self.club.guild, table.c.shares > 0)
        asked = asked.order_by(*table.primary_key.columns)
        rows = self.wait(self.club.db.read(lambda tx: tx.execute(asked).all()))
        if rows:
            held = rows[n % len(rows)]
            request = trading.Sell(
                *self.ids(),
                held.player,
                held.claim,
                held.outcome,
                5_000,
                quantity=max(held.shares // part, 1),
                tolerance_bps=9_800,
            )
            self.do(trading.sell, request)

    @rule(claim=which, n=which, outcome=st.integers(0, 1), limit=st.integers(1, 99), amount=stakes)
    def rest_an_order(self, claim: int, n: int, outcome: int, limit: int, amount: int) -> None:
        wanted = {"quantity": amount // 20 + 1} if n % 3 == 0 else {"budget": amount}
        number, who = self.market(claim), self.who(n).number
        request = orders.Place(*self.ids(), who, number, outcome, limit * 100, **wanted)
        self.do(orders.place, request)

    @rule(n=which)
    def cancel_an_order(self, n: int) -> None:
        found = self.pick(tables.orders, n, "open")
        if found is not None:
            self.do(orders.cancel, orders.Cancel(*self.ids(), found.player, found.number))

    def market(self, n: int) -> int:
        """A claim with an open market; 1 where there is none."""
        table = tables.markets
        asked = sa.select(table.c.claim).where(table.c.guild_id == self.club.guild, table.c.state == "open")
        asked = asked.order_by(table.c.claim)
        found = self.wait(self.club.db.read(lambda tx: tx.execute(asked).scalars().all()))
        return found[n % len(found)] if found else 1

    # --- pools and forecasts ------------------------------------------------------------------

    @rule(claim=which, n=which, hours=st.integers(1, 24 * 20))
    def open_pool(self, claim: int, n: int, hours: int) -> None:
        closes_us = to_us(self.club.now + timedelta(hours=hours)) if n % 2 else None
        actor = Actor(self.who(n).number)
        self.do(pools.open_pool, pools.OpenPool(*self.ids(), actor, self.claim(claim, "open"), closes_us))

    @rule(
        claim=which,
        n=which,
        outcome=st.integers(0, 1),
        amount=stakes,
        crash=st.sampled_from(["", "", "before_commit", "after_commit"]),
    )
    def stake(self, claim: int, n: int, outcome: int, amount: int, crash: str) -> None:
        table = tables.pools
        asked = sa.select(table.c.claim).where(table.c.guild_id == self.club.guild, table.c.state == "open")
        found = self.wait(
            self.club.db.read(lambda tx: tx.execute(asked.order_by(table.c.claim)).scalars().all())
        )
        if found:
            number = found[claim % len(found)]
            terms = bytes(self.row(tables.claims, number).digest).hex()
            self.crashing(crash)
            self.do(pools.stake, pools.Put(*self.ids(), self.who(n).number, number, outcome, amount, terms))

    @rule(claim=which, n=which, chance=st.integers(1, 999))
    def forecast(self, claim: int, n: int, chance: int) -> None:
        chances = chance * 1_000, 1_000_000 - chance * 1_000
        number, who = self.claim(claim, "open"), self.who(n).number
        self.do(forecasts.give, forecasts.Give(*self.ids(), who, number, chances))

    # --- results ------------------------------------------------------------------------------

    @rule(claim=which, n=which, result=st.sampled_from(RESULTS), told=st.integers(0, 5))
    def propose(self, claim: int, n: int, result: Result, told: int) -> None:
        live = self.pick(tables.bets, claim, "live")
        number = live.claim if live is not None and live.state == "live" else self.claim(claim, "open")
        known_us = to_us(self.club.now - timedelta(hours=5 * told)) if told > 3 else None
        request = resolution.Propose(
            *self.ids(), self.actor(n), number, result, "https://example.org", known_us=known_us
        )
        made = self.do(resolution.propose, request)
        if made is not None and told:
            self.do(resolution.announced, resolution.Announced(*self.ids(), made.number, told == 1))

    @rule(n=which, who=which, result=st.sampled_from(RESULTS))
    def quarrel(self, n: int, who: int, result: Result) -> None:
        """The next act of a dispute, as people who know the rules would do it."""
        found = self.pick(tables.claims, n, "proposed", "disputed", "ruled", "settled")
        if found is None:
            return
        if found.state == "open":
            self.propose(n, who, result, 2)
        elif found.state == "proposed":
            self.challenge(n, who)
        elif found.state == "disputed":
            for judge in (3, 4, 5):
                self.vote(n, judge, result)
        elif found.state == "ruled" and who % 2:
            self.appeal(n, who % 3)
        elif found.state == "settled" and who % 4 == 0:
            self.take_back(n, 5)
        else:
            self.wait_for(24, True)

    @rule(n=which, who=which, result=st.sampled_from(RESULTS))
    def quarrel_on(self, n: int, who: int, result: Result) -> None:
        """The same, so that it happens twice as often."""
        self.quarrel(n, who, result)

    @rule(n=which, days=st.integers(1, 30), result=st.sampled_from(RESULTS))
    def be_of_one_mind(self, n: int, days: int, result: Result) -> None:
        """After some days a moderator says how it was, and nobody objects."""
        self.club.skip(days=days)
        self.wait(self.club.sweep())
        self.propose(n, 4, result, 2)
        self.wait_for(49, True)

    @rule(n=which)
    def withdraw_proposal(self, n: int) -> None:
        found = self.pick(tables.proposals, n, "standing")
        if found is not None:
            self.do(resolution.withdraw, resolution.Withdraw(*self.ids(), found.proposer, found.number))

    @rule(proposal=which, n=which)
    def confirm(self, proposal: int, n: int) -> None:
        found = self.pick(tables.proposals, proposal, "standing")
        if found is not None:
            self.do(resolution.confirm, resolution.Confirm(*self.ids(), self.actor(n), found.number))

    @rule(claim=which, n=which)
    def challenge(self, claim: int, n: int) -> None:
        number = self.claim(claim, "proposed")
        request = disputes.Challenge(*self.ids(), self.who(n).number, number, "fact", "Not so.")
        self.do(disputes.challenge, request)

    @rule(claim=which, n=st.integers(3, 5), result=st.sampled_from(RESULTS))
    def vote(self, claim: int, n: int, result: Result) -> None:
        number = self.claim(claim, "disputed")
        self.do(disputes.vote, disputes.Vote(*self.ids(), self.actor(n), number, result, "It is so."))

    @rule(claim=which, n=st.integers(0, 2))
    def appeal(self, claim: int, n: int) -> None:
        number = self.claim(claim, "ruled")
        self.do(disputes.appeal, disputes.Appeal(*self.ids(), self.who(n).number, number, "Look again."))

    @rule(claim=which, judge=st.integers(3, 5))
    def appoint(self, claim: int, judge: int) -> None:
        number = self.claim(claim, "disputed")
        for side in self.people[:3]:
            request = disputes.Appoint(*self.ids(), side.number, number, self.people[judge].number)
            self.do(disputes.appoint, request)

    @rule(claim=which)
    def step_down(self, claim: int) -> None:
        request = judges.StepDown(*self.ids(), self.people[3].number, self.claim(claim, "open"))
        self.do(judges.step_down, request)

    @rule(claim=which, n=st.integers(3, 5), halted=st.booleans())
    def halt(self, claim: int, n: int, halted: bool) -> None:
        number = self.claim(claim, "proposed", "ruled", "open")
        self.do(disputes.halt, disputes.Halt(*self.ids(), self.actor(n), number, halted, "To look."))

    @rule(claim=which, n=st.integers(4, 5))
    def take_back(self, claim: int, n: int) -> None:
        number = self.claim(claim, "settled", "void")
        request = resolution.Reverse(*self.ids(), self.actor(n), number, "A wrong file.", b"s" * 16)
        self.reversed |= self.do(resolution.take_back, request) is not None

    # --- what comes from outside --------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 1, 12, 23, 24, 48, 7 * 24, 15 * 24]), sweeps=st.booleans())
    def wait_for(self, hours: int, sweeps: bool) -> None:
        self.club.skip(hours=hours)
        if sweeps:
            self.wait(self.club.sweep())

    @rule(crash=st.sampled_from(["", "before_commit", "after_commit"]))
    def sweep(self, crash: str) -> None:
        self.crashing(crash)
        self.wait(self.club.sweep())

    @rule(hours=st.integers(1, 72))
    def outage(self, hours: int) -> None:
        self.wait(self.club.outage(hours=hours))

    @rule()
    def restart(self) -> None:
        self.wait(self._restart())

    @rule(n=st.integers(0, 2), go=st.integers(0, 3))
    def be_deleted(self, n: int, go: int) -> None:
        """Somebody has themselves deleted, and another person comes."""
        if go:
            return
        request = Forget(*self.ids(), self.persons[n], b"s" * 16)
        self.do(people.forget, request)
        self.persons[n] = max(self.persons) + 1
        self.people[n] = self.wait(self.club.member(self.persons[n], 50_000))

    async def _restart(self) -> None:
        await self.club.db.close()
        Machine.opened = self.club.db = await Database.open(self.url)

    def crashing(self, moment: str) -> None:
        """The connection is lost at that moment of the next write, once."""
        if moment:
            left = [True]
            setattr(self.club.db.hooks, moment, lambda: bool(left and left.pop()))

    # --- what holds always --------------------------------------------------------------------

    def row(self, table: sa.Table, number: int) -> Any:
        asked = sa.select(table).where(table.c.guild_id == self.club.guild, table.c.number == number)
        return self.wait(self.club.db.read(lambda tx: tx.execute(asked).first()))

    @invariant()
    def everything_is_as_promised(self) -> None:
        Machine.steps += 1
        self.watcher(self._check)

    def _check(self, tx: Connection) -> None:
        report = audit.audit(tx, self.club.guild)
        assert report.problems == (), report.problems
        assert shares_audit.problems(tx, self.club.guild) == ()
        world = Seen(tx, self.club.guild)
        world.check_money(reversed_once=self.reversed)
        world.check_life(to_us(self.club.now))
        for claim in world.claims.values():
            if claim.number in self.frozen:
                assert self.frozen[claim.number] == claim.terms, "a frozen text never changes"
            if claim.frozen:
                self.frozen[claim.number] = claim.terms

    def teardown(self) -> None:
        """Time goes on, nobody does anything any more: every bet ends, and all that was held returns somewhere."""
        moderator = Actor(self.people[4].number, moderator=True)
        for number in range(1, 20):
            self.do(disputes.halt, disputes.Halt(*self.ids(), moderator, number, False, "Go on."))
        for _ in range(14):
            self.club.skip(days=30)
            self.wait(self.club.sweep())
        self.watcher(self._check_end)

    def _check_end(self, tx: Connection) -> None:
        self._check(tx)
        world = Seen(tx, self.club.guild)
        assert {bet.state for bet in world.bets} <= {"settled", "agreed", "void"}
        assert not any(account.balance for account in world.held.values())
        assert {row.state for row in (*world.markets, *world.pools)} <= {"settled", "void"}
        assert {stake.state for stake in world.stakes} <= {"paid", "returned"}
        drafts = {"draft", "dropped"}
        assert {claim.state for claim in world.claims.values()} <= set(lifecycle.ENDED) | drafts


class Watcher:
    """A connection of its own to look at the book with, beside the one that is killed and restarted."""

    def __init__(self, url: str, runner: asyncio.Runner) -> None:
        address = database.Address.of(url)
        self._runner = runner
        self._sync = database.sqlite_engine(address, mode="read") if address.path else None
        self._async = None if address.path else database._postgresql_engine(address, size=1, autocommit=True)
        self._tx = self._sync.connect() if self._sync else None

    def __call__(self, look: Callable[[Connection], None]) -> None:
        if self._tx is not None:
            look(self._tx)
        else:
            self._runner.run(self._look(look))

    async def _look(self, look: Callable[[Connection], None]) -> None:
        assert self._async is not None
        async with self._async.connect() as connection:
            await connection.run_sync(look)

    def close(self) -> None:
        if self._tx is not None and self._sync is not None:
            self._tx.close()
            self._sync.dispose()
        if self._async is not None:
            self._runner.run(self._async.dispose())


class Seen:
    """One server's rows at one moment."""

    def __init__(self, tx: Connection, guild: int) -> None:
        def rows(table: sa.Table) -> list[Any]:
            asked = sa.select(table).where(table.c.guild_id == guild).order_by(*table.primary_key.columns)
            return list(tx.execute(asked).all())

        accounts = {row.number: row for row in rows(book.accounts)}
        self.wallets = [row for row in accounts.values() if row.kind == "wallet"]
        self.held = {n: row for n, row in accounts.items() if row.kind in ("escrow", "bond", "reserve")}
        self.markets, self.positions = rows(tables.markets), rows(tables.positions)
        self.liquidity, self.orders = rows(tables.liquidity), rows(tables.orders)
        self.market_outcomes = rows(tables.market_outcomes)
        self.pools, self.stakes = rows(tables.pools), rows(tables.stakes)
        self.claims = {row.number: row for row in rows(tables.claims)}
        self.offers, self.bets = rows(tables.offers), rows(tables.bets)
        self.proposals, self.disputes = rows(tables.proposals), rows(tables.disputes)
        self.resolutions = {row.number: row for row in rows(tables.resolutions)}
        self.due = {(row.kind, row.ref) for row in rows(tables.due_work)}

    def check_money(self, *, reversed_once: bool) -> None:
        took_back = any(market.state in ("ending", "settled", "void") for market in self.markets)
        if not reversed_once and not took_back:
            assert min(wallet.balance for wallet in self.wallets) >= 0, "nobody's own act makes a debt"
        escrows: set[int] = set()
        for bet in self.bets:
            escrow = self.held[bet.escrow]
            escrows.add(bet.escrow)
            live = bet.state == "live"
            assert escrow.balance == (bet.maker_stake + bet.taker_stake if live else 0)
            assert (escrow.ended_by is None) == live
            self._check_payout(bet)
        escrows |= self._check_markets() | self._check_pools()
        assert escrows == {n for n, row in self.held.items() if row.kind == "escrow"}
        running = {
            claim.number for claim in self.claims.values() if claim.state in ("proposed", "disputed", "ruled")
        }
        bonds = {
            row[name]: row
            for row in [*(p._mapping for p in self.proposals), *(d._mapping for d in self.disputes)]
            for name in ("bond", "appeal_bond")
            if row.get(name)
        }
        for number, account in self.held.items():
            if account.kind == "bond" and account.balance:
                assert bonds[number]["claim"] in running, "a bond outlived what it was held for"
            elif account.kind == "bond":
                assert account.ended_by is not None

    def _check_markets(self) -> set[int]:
        """The escrow holds what was paid in, and that covers the dearest outcome; orders hold what they say."""
        for market in self.markets:
            escrow = self.held[market.escrow]
            held = [row for row in self.positions if row.claim == market.claim]
            paid = [row.paid for row in self.liquidity if row.claim == market.claim]
            theirs = [row for row in self.market_outcomes if row.claim == market.claim]
            sold = [row.sold for row in sorted(theirs, key=lambda row: row.outcome)]
            assert sold == [
                sum(row.shares for row in held if row.outcome == place) for place in range(len(sold))
            ]
            if market.state == "open":
                assert escrow.balance == sum(paid) + sum(row.cost for row in held)
                assert escrow.balance >= max(sold)
                assert self.claims[market.claim].state not in ("void", "unresolved")
            elif market.state in ("settled", "void"):
                assert escrow.balance == 0
                assert escrow.ended_by is not None
        for order in self.orders:
            if order.reserve is not None:
                left = order.budget - order.amount if order.state == "open" else 0
                assert self.held[order.reserve].balance == left
                assert (self.held[order.reserve].ended_by is None) == (order.state == "open")
            elif order.state == "open":
                held = [
                    row.shares
                    for row in self.positions
                    if (row.claim, row.player, row.outcome) == (order.claim, order.player, order.outcome)
                ]
                assert held >= [order.quantity - order.filled]
        return {market.escrow for market in self.markets}

    def _check_pools(self) -> set[int]:
        """The escrow holds what was staked and isn't paid back; who ended pays out exactly the pot."""
        for pool in self.pools:
            mine = [row for row in self.stakes if row.claim == pool.claim]
            held = sum(row.amount - (row.paid or 0) for row in mine)
            assert self.held[pool.escrow].balance == held
            assert (self.held[pool.escrow].ended_by is None) == (pool.state == "open")
            if pool.state != "open":
                assert held == 0
                assert all(row.paid == row.amount for row in mine if row.state == "returned")
            if pool.state == "void":
                assert {row.state for row in mine} <= {"returned"}
            assert pool.plan is None or any(row.state != "live" for row in mine), (
                "a split is kept for payments only"
            )
        return {pool.escrow for pool in self.pools}

    def _check_payout(self, bet: Any) -> None:
        """Said once more, in the simplest words: who was right gets the pot."""
        if bet.state == "void":
            assert (bet.maker_paid, bet.taker_paid) == (bet.maker_stake, bet.taker_stake)
        if bet.state == "settled":
            result = claims.read_result(self.resolutions[bet.resolution].result)
            if result.kind == "outcome":
                maker_right = (result.outcome == bet.side) != bool(bet.against)
                assert bet.maker_paid == (bet.maker_stake + bet.taker_stake if maker_right else 0)

    def check_life(self, now_us: int) -> None:
        for claim in self.claims.values():
            mine = [row for row in self.proposals if row.claim == claim.number]
            states = [row.state for row in mine if row.state in ("standing", "disputed")]
            wanted = {"proposed": ["standing"], "disputed": ["disputed"], "ruled": ["disputed"]}
            assert states == wanted.get(claim.state, []), (claim.state, states)
            last = max(
                (row for row in self.disputes if row.claim == claim.number),
                key=lambda r: r.number,
                default=None,
            )
            if claim.state in ("disputed", "ruled"):
                assert last is not None
                good = ("open", "appealed") if claim.state == "disputed" else ("ruled", "final")
                assert last.state in good
            self._check_due(claim, mine, last)
        for order in self.orders:
            if order.state == "open":
                assert ("order.expire", order.number) in self.due
        for offer in self.offers:
            if offer.state == "open":
                assert ("offer.expire", offer.number) in self.due
                assert self.claims[offer.claim].state == "open"

    def _check_due(self, claim: Any, mine: list[Any], dispute: Any) -> None:
        """Whatever holds money is never forgotten by the calendar."""
        live = [bet for bet in self.bets if bet.claim == claim.number and bet.state == "live"]
        live += [row for row in self.markets if row.claim == claim.number and row.state in ("open", "ending")]
        live += [row for row in self.stakes if row.claim == claim.number and row.state == "live"]
        if not live or claim.halted:
            return
        of_claim = (
            "claim.check",
            "claim.overdue",
            "claim.lapses",
            "claim.lapse",
            "judges.remind",
            "judges.owner",
        )
        refs = {(kind, claim.number) for kind in of_claim}
        refs |= {("proposal.settle", row.number) for row in mine}
        refs |= {("ruling.pay", dispute.number)} if dispute is not None else set()
        of_result = ("resolution.pay", "resolution.back")
        refs |= {(kind, claim.resolution) for kind in of_result if claim.resolution is not None}
        assert refs & self.due, f"claim {claim.number}, {claim.state}, holds bets and nothing is due"


@pytest.fixture(params=["sqlite", "postgresql"])
def quick_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own; SQLite's in memory where there is such a folder, for thousands of commits."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql").database()
        return
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="crux-", dir=memory)) if os.access(memory, os.W_OK) else tmp_path
    yield databases.sqlite(folder / "crux.db")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.proof
@pytest.mark.rule("A3")
@pytest.mark.rule("D7")
def test_whatever_is_done_in_whatever_order_the_books_balance_and_everything_ends(
    quick_url: str, campaign: bool
):
    # A step takes PostgreSQL seven times as long: of 4,000 steps (a campaign: 400,000) it takes a fifth.
    share = 800 if quick_url.startswith("postgresql") else 3_200
    steps = share * (100 if campaign else 1)
    Machine.url, Machine.opened, Machine.steps, Machine.done = quick_url, None, 0, Counter()
    with asyncio.Runner() as runner:
        Machine.runner, Machine.watcher = runner, Watcher(quick_url, runner)
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=steps // 32,  # a run may end before its last step
                    stateful_step_count=STEPS,
                    deadline=None,
                    derandomize=not campaign,
                    verbosity=Verbosity.normal,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
                ),
            )
        finally:
            Machine.watcher.close()
            if Machine.opened is not None:
                runner.run(Machine.opened.close())
    print(Machine.steps, Machine.done)
    assert sorted(OFTEN - set(Machine.done)) == [], "what the machine is for was never done"
    assert Machine.steps >= steps
