"""Nothing that a person's press does walks a whole book: SQLite, which keeps no statistics, must be told how."""

import re
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from ledger import accounts, issuance, statements, transfers
from ledger.storage.database import run_alone
from tests.world import NOW, OLD, SALT

WALKS = re.compile(r"SCAN (entries|transfers)|SEARCH (entries|transfers) USING PRIMARY KEY \(guild_id=\?\)")


def _plans(tx: Connection, executed: list[str]) -> list[tuple[str, str]]:
    """Each statement that was executed with each step of its plan."""
    return [
        (statement, row[3])
        for statement in executed
        if statement.startswith(("SELECT", "UPDATE", "INSERT"))
        for row in tx.exec_driver_sql("EXPLAIN QUERY PLAN " + statement.replace("%", "%%"))
    ]


def _presses(tx: Connection) -> None:
    """What can be done with points. Deleting a person is left out: once in a life it may look through a book."""
    accounts.open_book(tx, accounts.OpenBook(1), NOW)
    for person in (1, 2):
        issuance.start(tx, issuance.Start(1, f"start:{person}", person, OLD), NOW)
    ada, bo = accounts.player(tx, 1, 1), accounts.player(tx, 1, 2)
    issuance.give(tx, issuance.Gift(1, "gift", ada.number, bo.number, 100), NOW)
    issuance.take(tx, issuance.IssuanceAct(1, "take", bo.number, ada.number, 500, "spam", SALT), NOW)
    issuance.allowance(tx, issuance.Allowance(1, "allowance", ada.number), NOW)
    with pytest.raises(issuance.GrantRefused):
        issuance.draw(tx, issuance.Draw(1, "draw", bo.number, NOW + timedelta(days=400)), NOW)
    accounts.end(tx, accounts.open_account(tx, 1, kind="escrow"))
    transfers.reverse(tx, guild=1, key="back", transfer=3, now=NOW)
    statements.history(tx, ada.wallet)
    statements.acts(tx, 1)
    statements.head(tx, 1)


def test_no_press_walks_the_whole_book(own_sqlite: str):
    def work(tx: Connection) -> list[tuple[str, str]]:
        driver = tx.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        executed: list[str] = []
        driver.set_trace_callback(executed.append)
        _presses(tx)
        driver.set_trace_callback(None)
        return _plans(tx, executed)

    plans = run_alone(own_sqlite, work, write=True)

    assert len(plans) > 30
    assert [plan for plan in plans if WALKS.search(plan[1])] == []
