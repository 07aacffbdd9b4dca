"""A guild's book rewritten by somebody who may do anything to the database: no trigger, CHECK or key holds them."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import hash_chain, schema
from ledger.storage.database import run_alone

Row = dict[str, Any]


@dataclass
class Forgery:
    """The rows of one guild, to be changed at will."""

    guild: int
    books: list[Row]
    players: list[Row]
    accounts: list[Row]
    transfers: list[Row]
    entries: list[Row]
    notes: list[Row]

    def account(self, number: int) -> Row:
        return next(row for row in self.accounts if row["number"] == number)

    def transfer(self, number: int) -> Row:
        return next(row for row in self.transfers if row["number"] == number)

    def lines(self, transfer: int) -> list[Row]:
        return [row for row in self.entries if row["transfer"] == transfer]

    def line(self, transfer: int, account: int) -> Row:
        return next(row for row in self.lines(transfer) if row["account"] == account)

    def settle(self) -> None:
        """Make every balance and sequence again from the amounts, up to the accounts as they are now."""
        held = {row["number"]: (0, 0) for row in self.accounts}
        for row in sorted(self.entries, key=lambda row: (row["transfer"], row["line"])):
            balance, entries = held[row["account"]]
            held[row["account"]] = (balance + row["amount"], entries + 1)
            row["balance_after"], row["account_seq"] = held[row["account"]]
        for row in self.accounts:
            row["balance"], row["entries"] = held[row["number"]]

    def rehash(self) -> None:
        """Make every seal and digest again, up to the book's head and its count of transfers."""
        for row in self.accounts:
            row["seal"] = hash_chain.seal(self.guild, row["number"], row["kind"], row["owner"])
        head = hash_chain.GENESIS
        for row in sorted(self.transfers, key=lambda row: row["number"]):
            body = {
                name: row[name] for name in ("number", "key", "kind", "actor", "at_us", "reverses", "words")
            }
            lines = [
                self._line(line) for line in sorted(self.lines(row["number"]), key=lambda line: line["line"])
            ]
            head = hash_chain.digest(hash_chain.canonical(before=head, guild=self.guild, lines=lines, **body))
            row["digest"] = head
        self.books[0]["head"] = head
        self.books[0]["transfers"] = len(self.transfers)

    def _line(self, line: Row) -> hash_chain.ChainEntry:
        account = self.account(line["account"])
        numbers = (line["amount"], line["balance_after"], line["account_seq"])
        return hash_chain.ChainEntry(account["kind"], line["account"], account["owner"], *numbers)

    def undo(self, target: int, *, by: int) -> None:
        """Make one transfer the exact opposite of another; without entries of its target, it keeps its own."""
        self.transfer(by).update(kind="reversal", reverses=target)
        if lines := self.lines(target):
            self.entries = [row for row in self.entries if row["transfer"] != by]
            self.entries += [row | {"transfer": by, "amount": -row["amount"]} for row in lines]

    def cut(self, after: int) -> None:
        """Drop every transfer after this one, as if they had never been."""
        self.transfers = [row for row in self.transfers if row["number"] <= after]
        self.entries = [row for row in self.entries if row["transfer"] <= after]
        self.notes = [row for row in self.notes if row["transfer"] <= after]


def forge(url: str, guild: int, changes: Iterable[Callable[[Forgery], object]]) -> None:
    """Load a guild's rows, let each of `changes` have its way with them, and store them in place of the true ones."""

    def work(tx: Connection) -> None:
        unguard(tx)
        forgery = _load(tx, guild)
        for change in changes:
            change(forgery)
        _store(tx, forgery)

    run_alone(url, work, write=True)


def clone(url: str, guild: int, other: int) -> None:
    """Give another guild the same book, with digests of its own."""

    def work(tx: Connection) -> None:
        unguard(tx)
        forgery = _load(tx, guild)
        forgery.guild = other
        for name in _TABLES:
            for row in getattr(forgery, name):
                row["guild_id"] = other
        forgery.rehash()
        _store(tx, forgery)

    run_alone(url, work, write=True)


def _load(tx: Connection, guild: int) -> Forgery:
    made = [schema.metadata.tables[name] for name in _TABLES]
    asked = [
        sa.select(table).where(table.c.guild_id == guild).order_by(*table.primary_key.columns)
        for table in made
    ]
    return Forgery(guild, *([dict(row) for row in tx.execute(statement).mappings()] for statement in asked))


def _store(tx: Connection, forgery: Forgery) -> None:
    for name in _TABLES:
        table, rows = schema.metadata.tables[name], getattr(forgery, name)
        tx.execute(sa.delete(table).where(table.c.guild_id == forgery.guild))
        if rows:
            tx.execute(sa.insert(table), rows)


_TABLES = ("books", "players", "accounts", "transfers", "entries", "notes")


def unguard(tx: Connection) -> None:
    """Take away all that keeps a row as it is, for as long as this connection lasts."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SET session_replication_role = replica")
        for name, table in tx.execute(_CHECKS).all():
            tx.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
        tx.exec_driver_sql("DROP INDEX IF EXISTS ix_accounts_wallet")
        return
    tx.exec_driver_sql("PRAGMA foreign_keys = OFF")
    tx.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    triggers = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    for name in triggers:
        tx.exec_driver_sql(f"DROP TRIGGER {name}")
    if triggers:
        driver: Any = tx.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("DROP INDEX ix_accounts_wallet")
        _without_keys(driver, "transfers")


def _without_keys(driver: sqlite3.Connection, table: str) -> None:
    """SQLite can't drop a UNIQUE: the table is made anew, with that alone which posting relies on."""
    columns = driver.execute(f"PRAGMA table_info({table})").fetchall()
    body = ", ".join(f'"{column[1]}" {column[2]}' for column in columns)
    key = ", ".join(f'"{column[1]}"' for column in sorted(columns, key=lambda c: c[5]) if column[5])
    driver.execute(
        f"CREATE TABLE loose ({body}, PRIMARY KEY ({key}), UNIQUE (guild_id, key)) STRICT, WITHOUT ROWID"
    )
    driver.execute(f"INSERT INTO loose SELECT * FROM {table}")
    driver.execute(f"DROP TABLE {table}")
    driver.execute(f"ALTER TABLE loose RENAME TO {table}")


_CHECKS = sa.text(
    "SELECT conname, conrelid::regclass::text FROM pg_constraint"
    " WHERE (contype = 'c' AND conrelid <> 0) OR conname = 'uq_transfers_guild_id_reverses'"
)
