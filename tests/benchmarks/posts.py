"""The same post of three entries twice: through `db.write`, and through the bare driver.

The bare side executes the very statements of the write path (their texts are taken from it) with the same reads
and the same digest, one commit each, and none of our layers: no queue, no thread, no SQLAlchemy, no codec.
"""

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from ledger import hash_chain, transfers
from ledger.accounts import Account
from ledger.compiled import Compiled
from ledger.storage import operations
from ledger.storage.database import Database
from ledger.storage.engines import PRAGMAS
from ledger.transfers import Posted
from tests.world import NOW, World

AT_US = 1_800_000_000_000_000
ANSWER = '{"guild":1001,"number":12345,"digest":"' + "0" * 64 + '","balances":{"3":1000,"4":1000,"5":1000}}'


@dataclass(frozen=True, slots=True)
class Stake:
    """Two stakes into one escrow: the acceptance of a bet, as far as the ledger sees it."""

    guild: int
    key: str
    one: int
    other: int
    escrow: int
    amount: int


def stake(tx: Connection, request: Stake, now: datetime) -> Posted:
    amounts = {
        Account(request.guild, request.one): -request.amount,
        Account(request.guild, request.other): -request.amount,
        Account(request.guild, request.escrow): 2 * request.amount,
    }
    return transfers.post(tx, guild=request.guild, key=request.key, kind="stake", amounts=amounts, now=now)


async def crowd(db: Database, guild: int, pairs: int) -> list[tuple[int, int, int]]:
    """Pairs of rich players and an escrow for each."""
    world = await World.make(db, guild)
    made: list[tuple[int, int, int]] = []
    for pair in range(pairs):
        one = await world.player(2 * pair + 1, balance=10**12)
        other = await world.player(2 * pair + 2, balance=10**12)
        made.append((one.wallet.number, other.wallet.number, (await world.account()).number))
    return made


def texts(dialect: sa.Dialect) -> dict[str, str]:
    """The statements of one `db.write(stake, ...)` in their order, and proof that we fill them rightly."""
    statements: dict[str, tuple[Compiled, str]] = {
        "lock": (operations._LOCK[dialect.name], "g"),
        "find_done": (operations._FIND_DONE, "g key"),
        "book": (transfers._BOOK, "g"),
        "take": (transfers._TAKE_ANY, "amount g n amount"),
        "put": (transfers._PUT, "amount g n amount"),
        "add_transfer": (
            transfers._ADD_TRANSFER,
            "guild_id number format key kind actor at_us reverses words digest",
        ),
        "add_entries": (
            transfers._ADD_ENTRIES,
            "guild_id transfer line account amount balance_after account_seq",
        ),
        "advance": (transfers._ADVANCE, "number head g"),
        "add_done": (operations._ADD_DONE, "guild_id key request_digest answer at_us"),
    }
    made: dict[str, str] = {}
    for name, (statement, order) in statements.items():
        text, ordered = statement.compiled(dialect)
        names = order.split()
        if dialect.name == "postgresql":  # its parameters are numbered: one that stands twice is given once
            names = list(dict.fromkeys(names))
        assert ordered({given: given for given in names}) == tuple(names), (name, text)
        made[name] = text
    return made


def digests(
    guild: int, number: int, key: str, before: bytes, lines: list[tuple[Any, ...]]
) -> tuple[bytes, bytes]:
    """What both sides hash: the request, and the transfer with its entries."""
    canonical = hash_chain.canonical(
        before=before,
        guild=guild,
        number=number,
        key=key,
        kind="stake",
        actor=0,
        at_us=AT_US,
        reverses=None,
        words=None,
        lines=[hash_chain.ChainEntry(*line) for line in lines],
    )
    return hash_chain.digest(key.encode()), hash_chain.digest(canonical)


class BareSqlite:
    """`sqlite3` alone, on the same schema with the same pragmas."""

    def __init__(self, path: Path) -> None:
        self._x = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in (*PRAGMAS, "journal_mode = WAL"):
            self._x.execute(f"PRAGMA {pragma}")
        self._sql = texts(sqlite.dialect())

    def post(self, guild: int, key: str, one: int, other: int, escrow: int, amount: int) -> None:
        x, sql = self._x.execute, self._sql
        x("BEGIN IMMEDIATE")
        x(sql["lock"], (guild,)).fetchone()
        x(sql["find_done"], (guild, key)).fetchone()
        number, before = x(sql["book"], (guild,)).fetchone()
        number += 1
        lines: list[tuple[Any, ...]] = []
        for account in (one, other):
            balance, seq, kind, owner = x(sql["take"], (-amount, guild, account, -amount)).fetchone()
            lines.append((kind, account, owner, -amount, balance, seq))
        balance, seq, kind, owner = x(sql["put"], (2 * amount, guild, escrow, 2 * amount)).fetchone()
        lines.append((kind, escrow, owner, 2 * amount, balance, seq))
        asked, digest = digests(guild, number, key, before, lines)
        x(sql["add_transfer"], (guild, number, 1, key, "stake", 0, AT_US, None, None, digest))
        rows = [(guild, number, at, line[1], *line[3:]) for at, line in enumerate(lines, 1)]
        self._x.executemany(sql["add_entries"], rows)
        x(sql["advance"], (number, digest, guild))
        x(sql["add_done"], (guild, key, asked, ANSWER, AT_US))
        x("COMMIT")

    def close(self) -> None:
        self._x.close()


class BarePostgresql:
    """`asyncpg` alone: prepared statements that it keeps by itself, a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._sql = texts(asyncpg_dialect.dialect())

    async def post(self, guild: int, key: str, one: int, other: int, escrow: int, amount: int) -> None:
        sql = self._sql
        async with self._pool.acquire() as x, x.transaction():
            await x.fetchrow(sql["lock"], guild)
            await x.fetchrow(sql["find_done"], guild, key)
            number, before = await x.fetchrow(sql["book"], guild)
            number += 1
            lines: list[tuple[Any, ...]] = []
            for account in (one, other):
                balance, seq, kind, owner = await x.fetchrow(sql["take"], -amount, guild, account)
                lines.append((kind, account, owner, -amount, balance, seq))
            balance, seq, kind, owner = await x.fetchrow(sql["put"], 2 * amount, guild, escrow)
            lines.append((kind, escrow, owner, 2 * amount, balance, seq))
            asked, digest = digests(guild, number, key, before, lines)
            await x.execute(sql["add_transfer"], guild, number, 1, key, "stake", 0, AT_US, None, None, digest)
            rows = [(guild, number, at, line[1], *line[3:]) for at, line in enumerate(lines, 1)]
            await x.executemany(sql["add_entries"], rows)
            await x.execute(sql["advance"], number, digest, guild)
            await x.execute(sql["add_done"], guild, key, asked, ANSWER, AT_US)


Job = tuple[int, str, int, int, int, int]
"""Guild, key, the two wallets, the escrow, the amount."""


async def through_layers(db: Database, jobs: list[Job], callers: int) -> float:
    """Seconds for all jobs by `callers` at once, each waiting for its answer before it asks again."""
    left = iter(jobs)

    async def caller() -> None:
        for guild, key, one, other, escrow, amount in left:
            await db.write(stake, Stake(guild, key, one, other, escrow, amount), NOW)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return time.perf_counter() - began


def bare_sqlite(bare: BareSqlite, jobs: list[Job]) -> float:
    began = time.perf_counter()
    for job in jobs:
        bare.post(*job)
    return time.perf_counter() - began


async def bare_postgresql(bare: BarePostgresql, jobs: list[Job], callers: int) -> float:
    left = iter(jobs)

    async def caller() -> None:
        for job in left:
            await bare.post(*job)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return time.perf_counter() - began
