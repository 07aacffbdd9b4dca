"""Books to damage, and what damage did to them: for the proofs that an audit finds and names it."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.accounts import Account, house, mint
from ledger.storage.database import Database
from ledger.transfers import VOID
from tests import databases
from tests.world import World

TABLES = ("books", "accounts", "transfers", "entries")
"""The tables whose every value an audit answers for."""

GUILDS = (81_000_000_000_000_001, 1_200_000_000_000_000_002)

Row = dict[str, Any]
Dump = dict[str, list[Row]]


# --- a book with something of everything --------------------------------------------------------


def book(path: Path, turns: int = 40) -> Path:
    """A closed SQLite file of two guilds, all of it in the file itself."""
    asyncio.run(_book(databases.sqlite(path), turns))
    with closing(sqlite3.connect(path)) as driver, driver:
        driver.execute("UPDATE notes SET words = NULL, salt = NULL, erased = 1 WHERE transfer % 2 = 0")
    with closing(sqlite3.connect(path)) as driver:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


async def _book(url: str, turns: int) -> None:
    async with databases.opened(url) as db:
        await fill(db, turns)


async def fill(db: Database, turns: int = 40) -> None:
    """Two guilds with notes, debts, reversals, voids, and accounts that ended after much or without any use."""
    for guild in GUILDS:
        await play(await World.make(db, guild), turns)


async def play(world: World, turns: int) -> None:
    """What happens in one of them."""
    for person in range(1, 8):
        await world.player(person, balance=100_000)
    funds = {mint(world.guild): -50_000, house(world.guild): 50_000}
    await world.post(funds, kind="fund", note="to begin with")
    await play_on(world, turns)


async def play_on(world: World, turns: int) -> None:
    """More of the same."""
    players = [await world.join(person) for person in range(1, 8)]
    for turn in range(turns):
        world.skip(minutes=7)
        one, other = players[turn % 7], players[(turn + 3) % 7]
        escrow = await world.account("escrow")
        stake = {one.wallet: -100 - turn, other.wallet: -250, escrow: 350 + turn}
        note = f"bet {turn}" if turn % 3 == 0 else None
        staked = await world.post(stake, kind="stake", actor=one.number, note=note)
        if turn % 5 == 0:
            await world.reverse(staked.number, note="never mind")
        else:
            await world.post({escrow: -350 - turn, one.wallet: 350 + turn}, kind="payout")
        if turn % 2:
            await world.end(escrow)
        if turn % 4 == 0:
            await _extras(world, one.wallet, one.number)


async def _extras(world: World, wallet: Account, owner: int) -> None:
    """Escrows that nothing touched, one of them ended; a reserve and a bond; the house taking and helping."""
    untouched = await world.account("escrow")
    await world.account("escrow")
    await world.end(untouched)
    reserve, bond = await world.account("reserve", owner), await world.account("bond", owner)
    await world.post({wallet: -90, reserve: 40, bond: 50}, kind="reserve")
    await world.post({reserve: -40, wallet: 40}, kind="reserve")
    await world.end(reserve)
    await world.post({bond: -50, house(world.guild): 50}, kind="forfeit", note="a wrong challenge")
    poor = await world.player(1_000 + owner)
    if not await world.balance(poor.wallet):
        await world.post({poor.wallet: -30, wallet: 30}, kind=VOID)
        await world.post({house(world.guild): -20, poor.wallet: 20}, kind="help")


# --- what damage did ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """What is different in a table: rows that went and rows that came."""

    table: str
    gone: list[Row]
    came: list[Row]

    @property
    def column(self) -> str | None:
        """`table.column`, if one value of one row is all that changed."""
        if len(self.gone) != 1 or len(self.came) != 1:
            return None
        names = [name for name, value in self.gone[0].items() if repr(value) != repr(self.came[0][name])]
        return f"{self.table}.{names[0]}" if len(names) == 1 else None

    @property
    def places(self) -> set[tuple[Any, Any]]:
        """Guild and transfer of each row; an account or a book has no transfer."""
        return {(row["guild_id"], transfer(self.table, row)) for row in [*self.gone, *self.came]}


def transfer(table: str, row: Row) -> int | None:
    """The transfer that a row belongs to."""
    return {"transfers": row.get("number"), "entries": row.get("transfer")}.get(table)


def dump(path: Path) -> Dump | None:
    """All rows of the four tables, as they stand in the file; None if they can't be read."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as driver:
            driver.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            return {table: list(_rows(driver, table)) for table in TABLES}
    except (sqlite3.Error, MemoryError, UnicodeDecodeError):
        return None


def _rows(driver: sqlite3.Connection, table: str) -> Iterator[Row]:
    found = driver.execute(f"SELECT * FROM {table} NOT INDEXED")
    names = [column[0] for column in found.description]
    for row in found:
        yield dict(zip(names, row, strict=True))


def changes(before: Dump, after: Dump) -> list[Change]:
    """The tables whose rows, or their order, are not the same."""
    found: list[Change] = []
    for table, rows in before.items():
        was, now = [repr(row) for row in rows], [repr(row) for row in after[table]]
        if was != now:
            gone = [row for row, text in zip(rows, was, strict=True) if text not in set(now)]
            came = [row for row, text in zip(after[table], now, strict=True) if text not in set(was)]
            found.append(Change(table, gone, came))
    return found


# --- where a table lies in its file -------------------------------------------------------------

PAGE = 4096
INTERIOR, LEAF = 2, 10  # kinds of page of a table WITHOUT ROWID


def pages(path: Path, name: str) -> list[int]:
    """The numbers of the pages of one table or index, its root first."""
    with closing(sqlite3.connect(path)) as driver:
        root = driver.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    return list(_tree(path.read_bytes(), root))


def _tree(data: bytes, number: int) -> Iterator[int]:
    yield number
    start = (number - 1) * PAGE
    if data[start] == INTERIOR:
        for cell in cells(data, number):
            yield from _tree(data, int.from_bytes(data[start + cell : start + cell + 4], "big"))
        yield from _tree(data, int.from_bytes(data[start + 8 : start + 12], "big"))


def cells(data: bytes, number: int) -> list[int]:
    """Where each row of a page begins, counted from the page's own beginning."""
    start = (number - 1) * PAGE
    count = int.from_bytes(data[start + 3 : start + 5], "big")
    first = start + (12 if data[start] == INTERIOR else 8)
    return [int.from_bytes(data[first + 2 * n : first + 2 * n + 2], "big") for n in range(count)]


def swap_cells(data: bytearray, number: int, one: int, other: int) -> None:
    """Let two rows of a leaf stand in each other's place."""
    first = (number - 1) * PAGE + 8
    a, b = first + 2 * one, first + 2 * other
    data[a : a + 2], data[b : b + 2] = data[b : b + 2], data[a : a + 2]
