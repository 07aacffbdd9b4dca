"""The same script on both databases: the same numbers, the same answers, the same rows, the same head."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ledger import accounts, issuance
from ledger.accounts import Account, house, mint
from ledger.errors import LedgerError
from tests import databases, lanes
from tests.ledger import recomputed, rows
from tests.world import NOW, OLD, World

pytestmark = pytest.mark.proof

STEPS = 400


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", lanes.Run.of(metafunc.config).seeds(metafunc.function.__name__))


class Script:
    """Random acts in one guild, decided by a seed alone and never by what the database answers."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.told = list[str]()

    async def run(self) -> None:
        acts: list[Callable[[], Awaitable[Any]]] = [self.join, self.start, self.open, self.post, self.post]
        acts += [
            self.post,
            self.void,
            self.reverse,
            self.give,
            self.allowance,
            self.act,
            self.end,
            self.again,
        ]
        for _ in range(STEPS):
            self.world.skip(microseconds=self.chance.randrange(10**11))
            if self.chance.random() < 0.05:
                hook = self.chance.choice(["before_commit", "after_commit"])
                setattr(self.world.db.hooks, hook, iter([True, False]).__next__)
            try:
                self.told.append(repr(await self.chance.choice(acts)()))
            except LedgerError as refused:
                self.told.append(f"{type(refused).__name__}: {refused}")
            self.world.db.hooks.before_commit = self.world.db.hooks.after_commit = None

    def account(self) -> Account:
        return Account(self.world.guild, self.chance.randrange(1, 14))

    def text(self) -> str | None:
        return self.chance.choice(
            [None, None, "plain", "Ünïcode „Zitat“ 🎲", "two\nlines\t\u2028", "x" * 4000, "y" * 4001]
        )

    async def join(self) -> Any:
        return await self.world.join(self.chance.randrange(1, 8))

    async def start(self) -> Any:
        return await self.world.start(self.chance.randrange(1, 8), born=self.chance.choice([OLD, NOW]))

    async def open(self) -> Any:
        kind = self.chance.choice(["escrow", "reserve", "bond"])
        return await self.world.account(kind, owner=0 if kind == "escrow" else 1)

    def amounts(self) -> dict[Account, int]:
        moved = {
            self.account(): self.chance.randrange(-(10**6), 10**6) for _ in range(self.chance.randrange(1, 6))
        }
        moved[self.account()] = 0
        last = [*moved][-1]
        moved[last] = -sum(amount for account, amount in moved.items() if account != last)
        return moved

    async def post(self) -> Any:
        kind = self.chance.choice(["stake", "payout", "a.b_c9"])
        return await self.world.post(
            self.amounts(), kind=kind, actor=self.chance.randrange(4), note=self.text()
        )

    async def void(self) -> Any:
        return await self.world.post(self.amounts(), kind="void", note=self.text())

    async def reverse(self) -> Any:
        return await self.world.reverse(self.chance.randrange(1, 60), note=self.text())

    async def give(self) -> Any:
        one, two, amount = (self.chance.randrange(1, most) for most in (6, 6, 4_000))
        gift = issuance.Gift(self.world.guild, self.world.key(), one, two, amount)
        return await self.world.db.write(issuance.give, gift, self.world.now)

    async def allowance(self) -> Any:
        asked = issuance.Allowance(self.world.guild, self.world.key(), self.chance.randrange(1, 6))
        return await self.world.db.write(issuance.allowance, asked, self.world.now)

    async def act(self) -> Any:
        unit = self.chance.choice([issuance.grant, issuance.take, issuance.fund])
        amount, player = self.chance.randrange(10**6), self.chance.randrange(1, 6)
        reason, salt = self.text() or " ", self.chance.randbytes(16)
        act = issuance.IssuanceAct(self.world.guild, self.world.key(), 1, player, amount, reason, salt)
        return await self.world.db.write(unit, act, self.world.now)

    async def end(self) -> Any:
        account = self.account()
        if account in (mint(self.world.guild), house(self.world.guild)):
            return None
        found = await self.world.db.read(accounts.state, account)
        return await self.world.end(account) if found.kind != "wallet" else None

    async def again(self) -> Any:
        key, amount = f"test:{self.chance.randrange(1, 40)}", self.chance.randrange(1, 3)
        moved = {mint(self.world.guild): -amount, house(self.world.guild): amount}
        return await self.world.post(moved, key=key)


async def play(url: str, guild: int, seed: int) -> tuple[list[str], dict[str, list[tuple[Any, ...]]]]:
    async with databases.opened(url) as db:
        script = Script(await World.make(db, guild), seed)
        await script.run()
        await rows.is_right(db, guild)
        return script.told, await rows.everything(db, guild)


async def test_both_databases_come_to_the_same_book(
    sqlite_url: str, postgresql_url: str, guild: int, seed: int
):
    told, book = await play(sqlite_url, guild, seed)
    told_there, book_there = await play(postgresql_url, guild, seed)

    assert told_there == told
    assert book_there == book
    assert recomputed.heads(book)[-1] == book["books"][0][-1].hex()
    assert len(book["transfers"]) > STEPS // 8
    assert len({text.split("(")[0].split(":")[0] for text in told}) > 10, "the script met too little"
