"""All that two databases must agree on about a server in which the same was done."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from markets.core import tables
from markets.records import exports
from tests.ledger import rows

BESIDES = (
    (tables.due_work, ("kind", "ref", "due_us")),
    (tables.posts, ("number", "kind", "facts", "line")),
    (tables.cards, ("kind", "ref", "wanted")),
)
"""What stands in no file, but for whose turn it is and how often they tried."""


def everything(tx: Connection, guild: int) -> dict[str, Any]:
    """The book's rows, every file of an export, what is due and what is told."""
    found: dict[str, Any] = dict(rows.of(tx, guild))
    found["done"] = [row for row in found["done"] if not str(row[1]).startswith("due:")]  # bears who swept
    for table in exports.written(people=True):
        found[f"{table}.csv"] = "".join(exports.blocks(tx, guild, table, hidden=True))
    for table, columns in BESIDES:
        asked = sa.select(*(table.c[name] for name in columns)).where(table.c.guild_id == guild)
        found[table.name] = list(tx.execute(asked.order_by(*table.primary_key.columns)).all())
    return found
