"""Markets and pools are made once more from their trades and stakes, and whatever differs is named (A3, C3 to C6)."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from markets.core import tables
from markets.records import audit
from tests import databases
from tests.ledger import stories
from tests.markets.club import NO, YES, Club
from tests.markets.test_together import RESULTS, carried, end

_m, _x, _p, _d, _o = (
    *(tables.markets, tables.market_outcomes, tables.positions, tables.trades),
    tables.orders,
)
DAMAGE: list[tuple[sa.Table, dict[str, object], str]] = [
    (_p, {"shares": tables.positions.c.shares + 1}, "holds .* and by the trades"),
    (_p, {"cost": tables.positions.c.cost - 1}, "holds .* and by the trades"),
    (_x, {"moved": tables.market_outcomes.c.moved + 1}, "or another price"),
    (_x, {"sold": tables.market_outcomes.c.sold + 1}, "or another price"),
    (_x, {"weight": tables.market_outcomes.c.weight + 1}, "or another price"),
    (_m, {"trades": 0}, "it counts 0 trades"),
    (_m, {"liquidity": tables.markets.c.liquidity + 1}, "its liquidity is"),
    (_d, {"amount": tables.trades.c.amount + 1}, "moved .* points instead of"),
    (_d, {"quantity": tables.trades.c.quantity + 1}, "moved|holds"),
    (_d, {"player": 1}, "isn't what transfer|holds"),
    (_o, {"filled": tables.orders.c.filled + 1}, "filled for .* and by the trades"),
    (_o, {"amount": tables.orders.c.amount + 1}, "filled for .* and by the trades"),
    (tables.liquidity, {"paid": tables.liquidity.c.paid + 1}, "of its subsidy"),
    (tables.stakes, {"amount": tables.stakes.c.amount + 1}, "didn't lock stake"),
    (tables.stakes, {"outcome": 1 - tables.stakes.c.outcome}, "isn't what was staked on them"),
    (tables.pool_outcomes, {"staked": tables.pool_outcomes.c.staked + 1}, "isn't what was staked on them"),
    (tables.pools, {"stakes": 9}, "it counts 9 stakes"),
]


@pytest.mark.rule("A3")
async def test_each_damaged_number_is_named_and_nothing_else_is(own_sqlite: str):
    async with databases.opened(own_sqlite) as db:
        club = await Club.make(db, 5)
        assert isinstance(club, Club)
        claim, people, mod = await carried(club)
        await club.order(people[3], claim, NO, 1_500, budget=2_500)
        await club.buy(people[4], claim, YES, budget=60_000)
        assert await stories.alone(own_sqlite, lambda tx: audit.problems(tx, 5)) == ()
        for table, change, why in DAMAGE:
            found = await stories.alone(
                own_sqlite, lambda tx, t=table, c=change: damaged(tx, t, c), write=True
            )
            assert found, (table.name, change)
            assert any(re.search(why, one) for one in found), (table.name, found)
        await end(club, mod, claim, RESULTS[2])
        assert await stories.alone(own_sqlite, lambda tx: audit.problems(tx, 5)) == ()
        changes: tuple[dict[str, object], ...] = ({"paid": tables.stakes.c.paid + 1}, {"paid_by": 1})
        for change in changes:
            found = await stories.alone(
                own_sqlite, lambda tx, c=change: damaged(tx, tables.stakes, c, paid=True), write=True
            )
            assert any("didn't pay what its stakes say" in one for one in found), found


def damaged(
    tx: Connection, table: sa.Table, change: dict[str, object], *, paid: bool = False
) -> tuple[str, ...]:
    """What the audit says with one row changed; nothing stays changed."""
    keys = list(table.primary_key.columns)
    first = sa.select(*keys).order_by(*(key.desc() for key in keys)).limit(1)
    if paid:
        first = first.where(tables.stakes.c.paid > 0)
    row = tx.execute(first).one()
    with tx.begin_nested() as back:
        where = [key == value for key, value in zip(keys, row, strict=True)]
        assert tx.execute(sa.update(table).where(*where).values(change)).rowcount == 1
        found = audit.problems(tx, 5)
        back.rollback()
    return found
