"""A small world for tests: one guild's book, named people, and a clock that is moved by assignment."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection

from ledger import accounts, issuance, statements, transfers
from ledger.accounts import Account, Player
from ledger.storage.database import Database
from ledger.transfers import Posted, Words

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLD = datetime(2020, 1, 1, tzinfo=UTC)
SALT = bytes(range(16))


@dataclass(frozen=True, slots=True)
class Join:
    guild: int
    key: str
    person: int


@dataclass(frozen=True, slots=True)
class OpenAccount:
    guild: int
    key: str
    kind: str
    owner: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """A transfer as a test asks for it: amounts by account number."""

    guild: int
    key: str
    amounts: dict[int, int]
    kind: str = "test"
    actor: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reverse:
    guild: int
    key: str
    transfer: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    guild: int
    key: str
    account: int


def join(tx: Connection, request: Join, now: datetime) -> Player:
    return accounts.join(tx, request.guild, request.person, now)


def open_account(tx: Connection, request: OpenAccount, now: datetime) -> Account:
    return accounts.open_account(tx, request.guild, kind=request.kind, owner=request.owner)


def post(tx: Connection, request: Post, now: datetime) -> Posted:
    return transfers.post(
        tx,
        guild=request.guild,
        key=request.key,
        kind=request.kind,
        amounts={Account(request.guild, number): amount for number, amount in request.amounts.items()},
        now=now,
        actor=request.actor,
        note=Words(request.note, SALT) if request.note else None,
    )


def reverse(tx: Connection, request: Reverse, now: datetime) -> Posted:
    note = Words(request.note, SALT) if request.note else None
    return transfers.reverse(
        tx, guild=request.guild, key=request.key, transfer=request.transfer, now=now, note=note
    )


def end(tx: Connection, request: End, now: datetime) -> None:
    accounts.end(tx, Account(request.guild, request.account))


@dataclass
class World:
    """Acts in one guild through `db.write`, as the bot would."""

    db: Database
    guild: int
    now: datetime = NOW
    _keys: Any = field(default_factory=lambda: itertools.count(1))

    @classmethod
    async def make(cls, db: Database, guild: int) -> Self:
        await db.background(accounts.open_book, accounts.OpenBook(guild), NOW)
        return cls(db, guild)

    def key(self) -> str:
        return f"test:{next(self._keys)}"

    def skip(self, **span: float) -> None:
        self.now += timedelta(**span)

    async def join(self, person: int) -> Player:
        return await self.db.write(join, Join(self.guild, self.key(), person), self.now)

    async def player(self, person: int, *, balance: int = 0) -> Player:
        """A person with a wallet that holds `balance` minor units from the mint."""
        who = await self.join(person)
        if balance:
            await self.post({accounts.mint(self.guild): -balance, who.wallet: balance}, kind="grant")
        return who

    async def account(self, kind: str = "escrow", owner: int = 0) -> Account:
        return await self.db.write(open_account, OpenAccount(self.guild, self.key(), kind, owner), self.now)

    async def post(self, amounts: Mapping[Account, int], *, key: str | None = None, **more: Any) -> Posted:
        request = Post(
            self.guild, key or self.key(), {a.number: amount for a, amount in amounts.items()}, **more
        )
        return await self.db.write(post, request, self.now)

    async def reverse(self, transfer: int, *, key: str | None = None, note: str | None = None) -> Posted:
        return await self.db.write(reverse, Reverse(self.guild, key or self.key(), transfer, note), self.now)

    async def end(self, account: Account) -> None:
        await self.db.write(end, End(self.guild, self.key(), account.number), self.now)

    async def start(self, person: int, *, key: str | None = None, **more: Any) -> Posted:
        more.setdefault("born", OLD)
        return await self.db.write(
            issuance.start, issuance.Start(self.guild, key or self.key(), person, **more), self.now
        )

    async def give(
        self, giver: Player, taker: Player, amount: int, *, key: str | None = None, **more: Any
    ) -> Posted:
        gift = issuance.Gift(self.guild, key or self.key(), giver.number, taker.number, amount, **more)
        return await self.db.write(issuance.give, gift, self.now)

    async def balance(self, account: Account) -> int:
        return await self.db.read(statements.balance, account)

    async def history(self, account: Account, **more: Any) -> list[statements.StatementLine]:
        return await self.db.read(statements.history, account, **more)

    async def supply(self) -> statements.Supply:
        return await self.db.read(statements.supply, self.guild)

    async def head(self) -> statements.Head:
        return await self.db.read(statements.head, self.guild)
