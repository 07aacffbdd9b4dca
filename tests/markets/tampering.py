"""A book with rows in every table, and what somebody with its file may do to them."""

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot import checker
from bot.cli.verify import everything as verified
from ledger import schema
from ledger.storage.database import run_alone
from markets.claims.terms import Result
from markets.core import tables
from markets.core.tables import record_tables
from markets.records.coverage import COVERED
from tests import databases, lanes
from tests.markets.club import YES, Club
from tests.markets.test_exports import everything
from tests.stored.presses import all_of_them

GUILD = 1_000_000_000_000_000_001

Column = tuple[str, str]
Change = Callable[[Connection], Any]

UNSEEN: dict[str, str] = {
    "done": "answers of presses",
    "due_work": "when the calendar looks again",
    "cards": "which message shows what",
    "posts": "what is still to be told",
    "counters": "a larger number leaves a gap",
    "tellings": "their author's alone",
    "follows": "what somebody chose for themselves",
    "preferences": "what somebody chose for themselves",
    "hushed": "what somebody chose for themselves",
    "call_secrets": "its digest is covered, and so is it once lots were drawn",
    "unlisted": "what somebody chose for themselves",
    "forgotten": "digests that end after a year",
    "removals": "whether the bot is in the server",
    "marks": "what the program remembers of itself",
}
"""Tables in which a change needn't be found: `docs/record.md` says why."""

UNSEEN_COLUMNS: dict[Column, str] = {
    ("claims", "typed"): "a draft's forms",
    ("pools", "plan"): "computed again",
    ("standings", "listed"): "whether somebody asked to be left out",
}


async def tell(url: str) -> None:
    """Tell a story that leaves rows in every table that is covered."""
    async with databases.opened(url) as db:
        club = await Club.make(db, GUILD)
        assert isinstance(club, Club)
        await everything(club)
        await all_of_them(club)
        ada, bo = await club.member(1, balance=50_000), await club.member(2, balance=50_000)
        claim = await club.claim(ada, title="As they had agreed")
        for who, chance in (
            (ada, 80),
            (bo, 30),
            (await club.join(4), 60),
        ):  # three, so that they are compared (E6)
            await club.forecast(who, claim, chance)
        club.skip(days=5)
        await club.agree(await club.bet(ada, bo, claim), ada, bo, 20_000)
        await club.settle(bo, claim, Result("outcome", YES))
        await club.sweep()


def columns() -> list[Column]:
    """Every column of every table in which a change must be found."""
    return [
        (name, column.name)
        for name, table in schema.metadata.tables.items()
        if name not in UNSEEN
        for column in table.c
        if (name, column.name) not in UNSEEN_COLUMNS
    ]


def found_in(name: str) -> bool:
    """Whether the record covers a table: then the row that differs is named."""
    return name in COVERED


def chosen(of: list[Any], size: int, lane: lanes.Run) -> list[Any]:
    """So many of them, by chance; all where there are no more."""
    return of if size >= len(of) else random.Random(20 + lane.first_seed).sample(of, size)


@contextmanager
def undone(tx: Connection) -> Iterator[None]:
    """Whatever is changed is taken back."""
    tx.exec_driver_sql("BEGIN")
    try:
        yield
    finally:
        tx.exec_driver_sql("ROLLBACK")


def without_triggers(tx: Connection) -> None:
    """As somebody with the database's password takes them off."""
    if tx.dialect.name == "postgresql":
        for table in (*record_tables.APPEND_ONLY, "notes"):
            tx.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    names = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    for name in names:
        tx.exec_driver_sql(f"DROP TRIGGER {name}")


def unguarded(tx: Connection) -> None:
    """As a program that opens the file without its rules."""
    tx.exec_driver_sql("PRAGMA foreign_keys = OFF")
    tx.exec_driver_sql("PRAGMA ignore_check_constraints = ON")


def tampered(url: str, *changes: Change) -> list[tuple[str, ...]]:
    """What `crux verify` finds after each change alone; `/ledger verify` says the first of it."""

    def work(tx: Connection) -> list[tuple[str, ...]]:
        unguarded(tx)
        found: list[tuple[str, ...]] = []
        for change in changes:
            with undone(tx):
                without_triggers(tx)
                change(tx)
                reports = verified(tx, deep=False)
                found.append(tuple(str(one) for report in reports for one in report.problems))
                assert bool(_by_command(tx)) == bool(found[-1])
        return found

    return run_alone(url, work, write=True)


def _by_command(tx: Connection) -> str:
    """What `/ledger verify` says is wrong; where a server has no book any more, that."""
    there = tx.execute(sa.select(schema.books.c.guild_id)).scalars().all()
    return checker.check(tx, GUILD).wrong if GUILD in there else "no book"


def changed(name: str, column: str) -> Change:
    """Change a column of one row of a table."""
    table = schema.metadata.tables[name]

    def run(tx: Connection) -> None:
        new = {column: another(table, table.c[column])}
        done = tx.execute(sa.update(table).where(*first_of(table)).values(new))
        assert done.rowcount == 1, f"{name} has no row"

    return run


def another(table: sa.Table, column: sa.Column[Any]) -> Any:
    """A value that the column doesn't hold."""
    if isinstance(column.type, sa.LargeBinary):
        return sa.literal(b"\x07" * (16 if column.name == "salt" else 32))
    if isinstance(column.type, sa.Text):
        return sa.func.coalesce(column, "") + "x"
    if column.name in ("listed", "erased"):
        return 1 - column
    return sa.func.coalesce(column, 0) + 1_000_003


def first_of(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition for one row of the server."""
    keys = [column for column in table.primary_key.columns if column.name != "guild_id"]
    own = (table.c.guild_id == GUILD,) if "guild_id" in table.c else ()
    if not keys:
        return own
    one = sa.select(*keys).where(*own).order_by(*keys)
    if table is tables.claims:
        one = one.where(table.c.state == "settled")
    if table.name == "record_salts":
        one = one.where(table.c.tab == "forecasts")
    if len(keys) > 1:
        return (*own, sa.tuple_(*keys) == one.limit(1).scalar_subquery())
    return (*own, keys[0] == one.limit(1).scalar_subquery())


def pair_of(tx: Connection, name: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Two rows of a table that say different things, each under the other's key; None where there are none."""
    table = schema.metadata.tables[name]
    key = {column.name for column in table.primary_key.columns}
    rows = [dict(row) for row in tx.execute(_of(table)).mappings()]
    said = [{at: value for at, value in row.items() if at not in key} for row in rows]
    for one, other in itertools.combinations(range(len(rows)), 2):
        if said[one] != said[other]:
            return rows[one] | said[other], rows[other] | said[one]
    return None


def swapped(name: str) -> Change:
    """Let two rows of a table say what the other did: all but their keys."""
    table = schema.metadata.tables[name]
    key = [column.name for column in table.primary_key.columns]

    def run(tx: Connection) -> None:
        pair = pair_of(tx, name)
        assert pair is not None
        for row in pair:
            tx.execute(sa.delete(table).where(*(table.c[at] == row[at] for at in key)))
        tx.execute(sa.insert(table), list(pair))

    return run


def _of(table: sa.Table) -> sa.Select[Any]:
    rows = sa.select(table).where(table.c.guild_id == GUILD)
    covered = COVERED.get(table.name)
    return rows.where(table.c.state.not_in(covered.private)) if covered and covered.private else rows


def copied(url: str, to: Path, change: Change) -> str:
    """A copy of the file, with the change made to it for good."""
    to.write_bytes(Path(url.removeprefix("sqlite:///")).read_bytes())

    def work(tx: Connection) -> None:
        unguarded(tx)
        without_triggers(tx)
        change(tx)

    run_alone(f"sqlite:///{to}", work, write=True)
    return f"sqlite:///{to}"
