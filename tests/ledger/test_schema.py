"""The migrated database and the models are the same, and the comparison that says so can see."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema
from ledger.storage.database import run_alone
from markets.core import tables
from tests import databases
from tests.schemas import Objects, differences, models, objects


def modelled(url: str) -> Objects:
    """The objects of an empty database after the models were made in it."""

    def make(tx: Connection) -> Objects:
        models().create_all(tx)
        return objects(tx)

    return run_alone(url, make, write=True)


def test_a_migrated_sqlite_file_is_what_the_models_say(own_sqlite: str, tmp_path: Path):
    migrated = run_alone(own_sqlite, objects)

    assert differences(migrated, modelled(f"sqlite:///{tmp_path / 'models.db'}")) == []
    assert {name.split()[1] for name in migrated if name.startswith("table")} == set(models().tables)


def test_a_migrated_postgresql_database_is_what_the_models_say(postgresql: databases.Server):
    migrated = run_alone(postgresql.database(), objects)

    assert differences(migrated, modelled(postgresql.empty())) == []
    assert {name.split()[1].split(".")[0] for name in migrated if name.startswith("column")} == set(
        models().tables
    )


def test_the_comparison_sees_each_promise_that_sqlite_loses(own_sqlite: str):
    def break_each(tx: Connection) -> tuple[list[str], int]:
        whole, breaks = objects(tx), list(sqlite_breaks(tx))
        missed = [statement for statement in breaks if not seen(tx, whole, statement)]
        return missed, len(breaks)

    missed, tried = run_alone(own_sqlite, break_each, write=True)

    assert missed == []
    assert tried > 60


def sqlite_breaks(tx: Connection) -> Iterator[str]:
    """Statements that take one promise each out of a SQLite file: every CHECK, key, trigger, NOT NULL and option."""
    for kind, name, sql in tx.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE sql <> '' AND name <> 'alembic_version'"
    ).all():
        if kind != "table":
            yield f"DROP {kind} {name}"
            continue
        lost = [r" STRICT", r"WITHOUT ROWID", *(rf"(?<={re.escape(c)}) NOT NULL" for c in columns(sql))]
        lost += [re.escape(line.rstrip(",")) for line in re.findall(r"CONSTRAINT .*", sql)]
        for pattern in lost:
            less, found = re.subn(pattern, "", sql, count=1)
            if found:
                quoted = less.replace("'", "''")
                yield f"UPDATE sqlite_master SET sql = '{quoted}' WHERE name = '{name}'"


def columns(sql: str) -> list[str]:
    """`name TYPE` of each column of a CREATE TABLE."""
    return re.findall(r"^\s*(\w+ (?:INTEGER|TEXT|BLOB))", sql, re.MULTILINE)


def test_the_comparison_sees_each_promise_that_postgresql_loses(postgresql: databases.Server):
    def break_each(tx: Connection) -> tuple[list[str], int]:
        whole, breaks = objects(tx), list(postgresql_breaks(tx))
        missed = [statement for statement in breaks if not seen(tx, whole, statement)]
        return missed, len(breaks)

    missed, tried = run_alone(postgresql.database(), break_each, write=True)

    assert missed == []
    assert tried > 60


def postgresql_breaks(tx: Connection) -> Iterator[str]:
    for table, name in tx.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid <> 'alembic_version'::regclass"
        " AND contype <> 'n'"  # NOT NULL is a constraint with a name from PostgreSQL 18 on
    ).all():
        yield f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"
    for table, name in tx.exec_driver_sql(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    ).all():
        yield f"DROP TRIGGER {name} ON {table}"
        yield f"ALTER TABLE {table} DISABLE TRIGGER {name}"
    yield "DROP INDEX ix_accounts_wallet"
    yield "ALTER TABLE entries ALTER amount TYPE numeric"
    yield "ALTER TABLE entries ALTER amount SET DEFAULT 5"
    yield "ALTER TABLE books ALTER head DROP NOT NULL"
    yield "ALTER TABLE notes SET UNLOGGED"
    yield "CREATE TABLE surplus (n bigint)"
    for function in ("crux_append_only", "crux_blank_only"):
        yield (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$"
        )


def seen(tx: Connection, whole: Objects, statement: str) -> bool:
    """Whether the comparison notices what a statement does; it is undone again."""
    sqlite = tx.dialect.name == "sqlite"
    if sqlite:
        tx.exec_driver_sql("PRAGMA writable_schema = ON")
    tx.exec_driver_sql("BEGIN")
    tx.execute(sa.text(statement.replace(":", "\\:")))
    noticed = differences(objects(tx), whole)
    tx.exec_driver_sql("ROLLBACK")
    return bool(noticed)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP TRIGGER transfers_no_delete", "trigger transfers_no_delete"),
        ("UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '')", "table accounts options"),
        (
            "UPDATE sqlite_master SET sql = replace(sql, 'CHECK (amount <> 0 AND', 'CHECK (')",
            "table entries CONSTRAINT ck_entries_amount",
        ),
    ],
)
def test_a_difference_is_named(own_sqlite: str, statement: str, named: str):
    def damage(tx: Connection) -> list[str]:
        whole = objects(tx)
        tx.exec_driver_sql("PRAGMA writable_schema = ON")
        tx.exec_driver_sql(statement)
        return differences(objects(tx), whole)

    assert run_alone(own_sqlite, damage, write=True)[0].startswith(named)


def test_each_table_stands_below_its_model_and_in_the_list_of_its_room():
    rooms = {name for name, table in vars(schema).items() if isinstance(table, sa.Table)}
    listed = [table.name for table in tables.ALL]

    assert len(listed) == len(set(listed))
    assert sorted({*listed, *rooms}) == sorted(models().tables)
    assert all(getattr(tables, name).name == name for name in listed)
