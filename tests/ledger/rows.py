"""All that a guild's book holds, to be compared before and after."""

import asyncio
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema
from ledger.audit.verify import audit
from ledger.storage.database import Database, read_book

TABLES = (
    schema.books,
    schema.players,
    schema.accounts,
    schema.transfers,
    schema.entries,
    schema.notes,
    schema.done,
    schema.settings,
)


def of(tx: Connection, guild: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of one guild, by table, in the order of its primary key."""
    return {
        table.name: [
            tuple(row)
            for row in tx.execute(
                sa.select(table).where(table.c.guild_id == guild).order_by(*table.primary_key.columns)
            )
        ]
        for table in TABLES
    }


async def everything(db: Database, guild: int) -> dict[str, list[tuple[Any, ...]]]:
    return await db.read_long(of, guild)


async def count(db: Database, guild: int, table: sa.Table) -> int:
    asked = sa.select(sa.func.count()).select_from(table).where(table.c.guild_id == guild)
    return await db.read_long(lambda tx: tx.execute(asked).scalar_one())


async def is_right(db: Database, guild: int, head: str | None = None) -> None:
    """The audit finds nothing wrong with a guild's book."""
    url = db.address.url.render_as_string(hide_password=False)
    report = await asyncio.to_thread(read_book, url, lambda tx: audit(tx, guild, head=head))
    assert not report.problems, report.problems
