"""The ledger against a model in plain dicts, step by step: posts, reversals, gifts, replays, restarts, crashes."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection

from ledger import accounts, issuance, schema, statements
from ledger.accounts import Account, Player
from ledger.errors import AlreadyDone, LedgerError
from ledger.storage.database import Database
from ledger.transfers import Posted
from tests import databases, lanes, world
from tests.ledger import rows
from tests.ledger.proofs.machine import Model, Refusal, Request
from tests.world import NOW, OLD, End, Join, OpenAccount, Post, Reverse

pytestmark = pytest.mark.proof

UNITS = {
    Join: world.join,
    OpenAccount: world.open_account,
    Post: world.post,
    Reverse: world.reverse,
    End: world.end,
    issuance.Gift: issuance.give,
    issuance.Start: issuance.start,
}

ACCOUNTS = st.integers(1, 9)
AMOUNTS = st.integers(-60_000, 60_000) | st.integers(-9, 9)
MOSTLY = st.sampled_from([True, True, True, False])
RARELY = st.sampled_from([*[False] * 7, True])
PEOPLE = st.integers(1, 4)


class Crash(BaseException):
    """The process ends here, for all that the ledger knows."""


class Ledger(RuleBasedStateMachine):
    """Subclassed for each database; `guilds` gives every run a book of its own."""

    url: ClassVar[str]
    loop: ClassVar[asyncio.AbstractEventLoop]
    guilds: ClassVar[Iterator[int]]
    steps: ClassVar[Counter[str]]
    kept: ClassVar[Database | None] = None

    # --- acting on both -----------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.model, self.guild, self.keys = Model(), next(self.guilds), itertools.count(1)
        self.db = type(self).kept or self.do(Database.open(self.url))
        type(self).kept = None
        self.db.hooks.before_commit = self.db.hooks.after_commit = None
        self.do(self.db.background(accounts.open_book, accounts.OpenBook(self.guild), NOW))
        self.ask(*(issuance.Start(self.guild, self.key(), person, born=OLD) for person in (1, 2)))

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def key(self) -> str:
        return f"machine:{next(self.keys)}"

    def expected(self, request: Request) -> Any:
        """What the model says of a request: an answer, or the name of a refusal (and what was answered before)."""
        try:
            return self.model.carry_out(request)
        except Refusal as refusal:
            name = str(refusal)
            return (name, self.model.done[request.key][1]) if name == "AlreadyDone" else name

    async def found(self, request: Request, now: datetime) -> Any:
        """What the ledger says of a request, in the model's words."""
        try:
            return told(await self.db.write(UNITS[type(request)], request, now))
        except AlreadyDone as done:
            return "AlreadyDone", told(done.answer)
        except LedgerError as refused:
            return type(refused).__name__

    def ask(self, *requests: Request) -> None:
        """Ask both, all at once where there are several: they are carried out in the order asked."""
        asking = self.do(_together([self.found(request, self.model.now) for request in requests]))
        for request, found in zip(requests, asking, strict=True):
            expected = self.expected(request)
            assert found == expected, (request, found, expected)
            self.steps[f"{type(request).__name__} {_how(expected)}"] += 1

    # --- steps --------------------------------------------------------------------------------

    @rule(person=PEOPLE)
    def join(self, person: int) -> None:
        self.ask(Join(self.guild, self.key(), person))

    @rule(person=PEOPLE)
    def start(self, person: int) -> None:
        self.ask(issuance.Start(self.guild, self.key(), person, born=OLD))

    @rule(kind=st.sampled_from(["escrow", "escrow", "reserve", "bond"]))
    def open(self, kind: str) -> None:
        self.ask(OpenAccount(self.guild, self.key(), kind, owner=0 if kind == "escrow" else 1))

    @rule(amounts=st.dictionaries(ACCOUNTS, AMOUNTS, min_size=1, max_size=5), balance=MOSTLY)
    def post(self, amounts: dict[int, int], balance: bool) -> None:
        self.ask(self.posted(amounts, balance=balance))

    @rule(amounts=st.dictionaries(ACCOUNTS, AMOUNTS, min_size=2, max_size=4))
    def void(self, amounts: dict[int, int]) -> None:
        self.ask(self.posted(amounts, balance=True, kind="void"))

    @rule(
        several=st.lists(st.dictionaries(ACCOUNTS, AMOUNTS, min_size=2, max_size=3), min_size=2, max_size=6)
    )
    def post_several_at_once(self, several: list[dict[int, int]]) -> None:
        self.ask(*(self.posted(amounts, balance=True) for amounts in several))

    @rule(account=ACCOUNTS, other=ACCOUNTS, part=st.integers(1, 3))
    def pay(self, account: int, other: int, part: int) -> None:
        """A share of what an account holds, so that most of these are accepted."""
        account, other = self.place(account), self.place(other)
        held = abs(self.model.balances.get(account, 0)) // part
        self.ask(Post(self.guild, self.key(), {account: -held, other: held}))

    @rule(transfer=st.integers(0, 40))
    def reverse(self, transfer: int) -> None:
        newest = len(self.model.transfers)
        self.ask(Reverse(self.guild, self.key(), newest - transfer % (newest + 1)))

    @rule(account=st.integers(3, 10))
    def end(self, account: int) -> None:
        if self.model.kinds.get(account) != "wallet":
            self.ask(End(self.guild, self.key(), account))

    @rule(giver=PEOPLE, taker=PEOPLE, amount=st.integers(1, 11_000))
    def gift(self, giver: int, taker: int, amount: int) -> None:
        self.ask(issuance.Gift(self.guild, self.key(), giver, taker, amount))

    @rule(place=st.integers(0, 10**6), other=st.booleans())
    def replay(self, place: int, other: bool) -> None:
        if self.model.done:
            request = [*self.model.done.values()][place % len(self.model.done)][0]
            self.ask(Join(self.guild, request.key, 99) if other else request)

    @rule(hours=st.integers(0, 30))
    def wait(self, hours: int) -> None:
        self.model.now += issuance.WEEK / 168 * hours

    @rule(chance=RARELY)
    def restart(self, chance: bool) -> None:
        if chance:
            self.do(self.db.close())
            self.db = self.do(Database.open(self.url))
            self.steps["restart"] += 1

    @rule(
        amounts=st.dictionaries(ACCOUNTS, AMOUNTS, min_size=2, max_size=4),
        moment=st.sampled_from(["before_commit", "after_commit"]),
    )
    def lose_the_connection(self, amounts: dict[int, int], moment: str) -> None:
        """It goes at the commit, and the caller never learns."""
        setattr(self.db.hooks, moment, iter([True, *[False] * 9]).__next__)
        requests = [self.posted(amounts, balance=True), Join(self.guild, self.key(), 1)]
        self.ask(*requests, requests[0])
        setattr(self.db.hooks, moment, None)
        self.steps[f"lost {moment}"] += 1

    @rule(
        amounts=st.dictionaries(ACCOUNTS, AMOUNTS, min_size=2, max_size=4),
        moment=st.sampled_from(["before_commit", "after_commit"]),
        another=RARELY,
    )
    def crash(self, amounts: dict[int, int], moment: str, another: bool) -> None:
        """All ends at the commit; whoever is there next is asked again, under the same key."""
        request = self.posted(amounts, balance=True)

        def end() -> bool:
            raise Crash

        setattr(self.db.hooks, moment, end)
        try:
            self.do(self.found(request, self.model.now))
        except Crash:
            self.steps[f"crash {moment}"] += 1
            if moment == "after_commit":
                assert not isinstance(self.expected(request), str)
        setattr(self.db.hooks, moment, None)
        self.restart(another)
        self.ask(request)

    def posted(self, amounts: dict[int, int], *, balance: bool, kind: str = "test") -> Post:
        """A transfer of these amounts; balanced by changing the last where that is asked for."""
        amounts = {self.place(account): amount for account, amount in amounts.items()}
        if balance:
            *others, last = amounts
            amounts = {**amounts, last: -sum(amounts[account] for account in others)}
        return Post(self.guild, self.key(), amounts, kind=kind)

    def place(self, account: int) -> int:
        """One of the accounts that there are, or now and then one that isn't."""
        return account if account == 9 else 1 + account % len(self.model.kinds)

    # --- what holds after each ----------------------------------------------------------------

    @invariant()
    def both_hold_the_same(self) -> None:
        if not hasattr(self, "model"):
            return
        held = self.do(self.db.read(_held, self.guild))
        assert {row.number: row.balance for row in held} == self.model.balances
        assert held[0].transfers == len(self.model.transfers)
        assert sum(self.model.balances.values()) == 0
        self.steps["steps"] += 1

    @rule()
    def supply(self) -> None:
        supply = self.do(self.db.read(statements.supply, self.guild))
        assert asdict(supply) == self.model.supply()

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.supply()
            self.do(rows.is_right(self.db, self.guild))
            type(self).kept = self.db


def _held(tx: Connection, guild: int) -> Sequence[Any]:
    return tx.execute(_HELD, {"g": guild}).all()


_HELD = (
    sa.select(schema.accounts.c.number, schema.accounts.c.balance, schema.books.c.transfers)
    .join_from(schema.accounts, schema.books)
    .where(schema.accounts.c.guild_id == sa.bindparam("g"))
)


def _how(expected: Any) -> str:
    repeated = isinstance(expected, tuple) and expected[0] == "AlreadyDone"
    return "AlreadyDone" if repeated else expected if isinstance(expected, str) else "done"


async def _together(asking: list[Any]) -> list[Any]:
    return await asyncio.gather(*asking)


def told(answer: Any) -> Any:
    """An answer of the ledger, as the model tells it."""
    if isinstance(answer, Posted):
        return answer.number, answer.balances
    if isinstance(answer, Player):
        return answer.number, answer.wallet.number
    return answer.number if isinstance(answer, Account) else answer


def run(url: str, guilds: Iterator[int], *, steps: int, first: int) -> Counter[str]:
    """So many steps, in runs of sixty; the same ones each time from one first seed."""
    print(f"seed {first}")
    loop, counted = asyncio.new_event_loop(), Counter[str]()
    machine = type("Machine", (Ledger,), {"url": url, "loop": loop, "guilds": guilds, "steps": counted})
    try:
        for number in itertools.count(first):
            run_state_machine_as_test(seed(number)(machine), settings=CHOSEN)
            if counted["steps"] >= steps:
                return counted
    finally:
        if machine.kept is not None:
            loop.run_until_complete(machine.kept.close())
        loop.close()
    raise AssertionError


CHOSEN = settings(
    max_examples=20,
    stateful_step_count=60,  # many more would take more random bytes than hypothesis has for one run
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
)


OFTEN = (
    *("Post done", "Post InsufficientFunds", "Post UnknownAccount", "Post Unbalanced", "Post AlreadyDone"),
    *(
        "Reverse done",
        "Reverse AlreadyReversed",
        "Gift done",
        "Gift GrantRefused",
        "Join KeyReused",
        "End done",
    ),
    *("restart", "lost before_commit", "lost after_commit", "crash before_commit", "crash after_commit"),
)
SELDOM = ("Post AccountEnded", "Reverse NotReversible", "Reverse InsufficientFunds")


def check(counted: Counter[str], happened: tuple[str, ...]) -> None:
    """It was no idle walk: what can happen has happened."""
    print(*sorted(counted.items()), sep="\n")
    assert [each for each in happened if not counted[each]] == []


def test_the_ledger_on_sqlite_does_what_the_model_says(size: int, lane: lanes.Run):
    # A few steps meet only what is met often.
    happened = OFTEN + (SELDOM if size >= 20_000 else ())
    memory = Path("/dev/shm")  # twenty thousand commits; where there is none, a disk takes a minute longer
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        url = databases.sqlite(Path(folder) / "crux.db")
        check(run(url, itertools.count(1), steps=size, first=lane.first_seed), happened)


def test_the_ledger_on_postgresql_does_what_the_model_says(postgresql_url: str, size: int, lane: lanes.Run):
    check(run(postgresql_url, itertools.count(2_000_001), steps=size, first=lane.first_seed), OFTEN)
