"""A book in which everything has happened once."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import issuance, players, settings
from ledger.files import exports
from ledger.storage.database import Database, run_alone
from tests.world import SALT, World

A = TypeVar("A")

NASTY = (
    '=HYPERLINK("http://x";1)',
    "'already guarded",
    'a "quoted", cell;\r\nand a second line\nand a third',
    "-1+1",
    "\ttab, \u202ebidi\u202c, emoji 🎲, ＝full-width",
    "@SUM(A1)",
    "123456789012345678901",
)
"""Notes that a careless CSV file would lose or let a spreadsheet compute."""


async def alone(url: str, work: Callable[[Connection], A], *, write: bool = False) -> A:
    """`run_alone` from within a running loop."""
    return await asyncio.to_thread(run_alone, url, work, write=write)


async def export(url: str, guild: int, folder: Path, **more: Any) -> exports.Summary:
    return await alone(url, lambda tx: exports.export_folder(tx, guild, folder, **more))


async def everything(db: Database, guild: int) -> World:
    """Settings, grants, gifts, words, a bet, a reserve, a bond, a reversal, a debt, and somebody forgotten."""
    world = await World.make(db, guild)
    await db.background(_choose, guild, world.now)
    for person in (11, 12, 13):
        await world.start(8_000_000_000_000_000_000 + person)
    ada, bo, cy = [await world.join(8_000_000_000_000_000_000 + person) for person in (11, 12, 13)]
    await world.give(ada, bo, 1_234)
    for text in NASTY:
        world.skip(hours=7)
        act = issuance.IssuanceAct(guild, world.key(), ada.number, cy.number, 500, text, SALT)
        await db.write(issuance.grant, act, world.now)
    mistake = (await world.head()).transfers
    await db.write(
        issuance.grant,
        issuance.IssuanceAct(guild, world.key(), 1, bo.number, 99, "hello Bo", SALT),
        world.now,
    )
    bet, reserve = await world.account(), await world.account("reserve", ada.number)
    bond = await world.account("bond", bo.number)
    await world.account("escrow")  # nothing ever happens to it
    await world.post({ada.wallet: -30_001, bo.wallet: -70_000, bet: 100_001}, kind="stake", actor=bo.number)
    await world.post({ada.wallet: -5_000, reserve: 5_000}, kind="order", key="-a:key-that-looks-negative")
    await world.post({bo.wallet: -1_000, bond: 1_000}, kind="challenge")
    world.now -= timedelta(seconds=3)  # a press that was slower to arrive than the one before it
    await world.post({bet: -100_001, ada.wallet: 100_001}, kind="payout")
    await world.end(bet)
    world.skip(days=2)
    await world.post({bond: -1_000, bo.wallet: 1_000}, kind="refund")
    await world.end(bond)
    await world.post({bo.wallet: -31_000, ada.wallet: 31_000}, kind="gift")
    await world.reverse(mistake, note="that was somebody else")
    await world.post({cy.wallet: -130_000, ada.wallet: 130_000}, kind="void")
    await db.write(
        players.forget, players.Forget(guild, world.key(), 8_000_000_000_000_000_012, SALT), world.now
    )
    return world


def _choose(tx: Connection, guild: int, now: datetime) -> None:
    settings.save(tx, guild, issuance.PointSettings(weekly_allowance=7_700))


def rows(tx: Connection, table: sa.Table, guild: int) -> list[tuple[Any, ...]]:
    """Every row of a guild in one table, in the order of its primary key."""
    asked = sa.select(table).where(table.c.guild_id == guild).order_by(*table.primary_key.columns)
    return [tuple(row) for row in tx.execute(asked)]
