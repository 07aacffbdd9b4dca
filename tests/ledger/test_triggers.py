"""What the database itself refuses, whoever asks: edited history, amounts out of bounds, values of another type."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import money
from ledger.schema import NEVER_NEGATIVE
from ledger.storage.database import run_alone
from tests.world import World


@pytest.fixture
async def guild_with_history(world: World) -> int:
    """A guild with transfers, entries and a note."""
    ada, bo = await world.player(1, balance=1000), await world.player(2)
    posted = await world.post({ada.wallet: -300, bo.wallet: 300}, note="for the coffee")
    await world.reverse(posted.number, note="it was tea")
    for kind in NEVER_NEGATIVE:
        await world.account(kind)
    return world.guild


APPEND_ONLY = [
    "UPDATE {table} SET {column} = {column} + 1 WHERE guild_id = :g",
    "UPDATE {table} SET guild_id = guild_id WHERE guild_id = :g",
    "DELETE FROM {table} WHERE guild_id = :g",
    "INSERT INTO {table} SELECT * FROM {table} WHERE guild_id = :g"
    " ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column} + 1",
]
SQLITE_ONLY = [
    "REPLACE INTO {table} SELECT * FROM {table} WHERE guild_id = :g",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE guild_id = :g",
    "UPDATE OR REPLACE {table} SET {column} = {column} + 1 WHERE guild_id = :g",
]
POSTGRESQL_ONLY = [
    "TRUNCATE {table} CASCADE",
    "TRUNCATE books CASCADE",
    "MERGE INTO {table} a USING {table} b ON a.guild_id = :g AND a.guild_id = b.guild_id"
    " WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM {table} WHERE guild_id = :g RETURNING 1) SELECT count(*) FROM gone",
]
TABLES = {
    "transfers": {"column": "actor", "key": "guild_id, number"},
    "entries": {"column": "amount", "key": "guild_id, transfer, line"},
}


@pytest.mark.parametrize("table", TABLES)
def test_history_is_neither_edited_nor_removed_nor_replaced(url: str, guild_with_history: int, table: str):
    sqlite = url.startswith("sqlite")
    before = rows(url, table)
    assert before

    for statement in [*APPEND_ONLY, *(SQLITE_ONLY if sqlite else POSTGRESQL_ONLY)]:
        wanted = statement.format(table=table, **TABLES[table])
        assert "append-only" in refusal(url, wanted, g=guild_with_history), wanted

    assert rows(url, table) == before


def test_a_row_that_history_stands_on_is_not_removed(url: str, guild_with_history: int):
    for table in ("books", "accounts"):
        assert (
            "foreign key"
            in refusal(url, f"DELETE FROM {table} WHERE guild_id = :g", g=guild_with_history).lower()
        )


def test_a_note_is_blanked_and_nothing_else_is_done_to_it(url: str, guild_with_history: int):
    for statement in (
        "UPDATE notes SET words = 'for nothing' WHERE guild_id = :g",
        "UPDATE notes SET transfer = 1, erased = 1, words = NULL, salt = NULL WHERE guild_id = :g",
        "DELETE FROM notes WHERE guild_id = :g",
        "INSERT INTO notes SELECT * FROM notes WHERE guild_id = :g"
        " ON CONFLICT (guild_id, transfer) DO UPDATE SET words = 'x'",
    ):
        assert "can only be blanked" in refusal(url, statement, g=guild_with_history)
    if not url.startswith("sqlite"):
        assert "append-only" in refusal(url, "TRUNCATE notes")

    blank = "UPDATE notes SET erased = 1, words = NULL, salt = NULL WHERE guild_id = :g"
    assert run_alone(url, _run(blank, g=guild_with_history), write=True) == 2
    assert "can only be blanked" in refusal(
        url,
        "UPDATE notes SET erased = 0, words = 'x', salt = :s WHERE guild_id = :g",
        g=guild_with_history,
        s=b"",
    )


def test_what_an_entry_moves_and_leaves_is_bounded(url: str, guild_with_history: int):
    add = "INSERT INTO entries VALUES (:g, 1, 99, 1, :amount, :after, 99)"
    for amount, after in [
        (0, 0),
        (money.MOST + 1, 0),
        (-money.MOST - 1, 0),
        (1, money.MOST_BALANCE + 1),
        (1, -money.MOST_BALANCE - 1),
    ]:
        said = refusal(url, add, g=guild_with_history, amount=amount, after=after)
        assert "check constraint" in said.lower()


def test_what_an_account_holds_is_bounded(url: str, guild_with_history: int):
    for balance in (money.MOST_BALANCE + 1, -money.MOST_BALANCE - 1):
        said = refusal(
            url, "UPDATE accounts SET balance = :b WHERE guild_id = :g", g=guild_with_history, b=balance
        )
        assert "check constraint" in said.lower()


@pytest.mark.parametrize("kind", NEVER_NEGATIVE)
def test_what_is_held_for_others_is_never_below_zero(url: str, guild_with_history: int, kind: str):
    below = "UPDATE accounts SET balance = -1 WHERE guild_id = :g AND kind = :k"

    assert "check constraint" in refusal(url, below, g=guild_with_history, k=kind).lower()


@pytest.mark.parametrize("column", ["players", "head"])
def test_a_column_holds_nothing_of_another_type(url: str, guild_with_history: int, column: str):
    refusal(url, f"UPDATE books SET {column} = 'three' WHERE guild_id = :g", g=guild_with_history)


def refusal(url: str, statement: str, **values: Any) -> str:
    """What the database says when it refuses a statement."""
    with pytest.raises(DBAPIError) as refused:
        run_alone(url, _run(statement, **values), write=True)
    return str(refused.value.orig)


def rows(url: str, table: str) -> list[Any]:
    return run_alone(url, lambda tx: list(tx.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1, 2, 3"))))


def _run(statement: str, **values: Any) -> Callable[[Connection], int]:
    return lambda tx: tx.execute(sa.text(statement), values).rowcount
