"""What a database is made of, object by object, as text that can be compared.

Alembic's own comparison sees neither CHECKs, triggers nor STRICT, so this asks the database itself.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

import sqlalchemy as sa
from sqlalchemy import Connection

import ledger
import markets

Objects = dict[str, str]


def models() -> sa.MetaData:
    """The metadata with every room's tables in it."""
    for room in (ledger, markets):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if module.name.endswith(".tables"):
                importlib.import_module(module.name)
    return importlib.import_module("ledger.schema").metadata


def objects(tx: Connection) -> Objects:
    """Everything in the database that somebody declared, by kind and name; Alembic's own table left out."""
    found = _sqlite(tx) if tx.dialect.name == "sqlite" else _postgresql(tx)
    return {name: text for name, text in found if "alembic_version" not in name}


def differences(migrated: Objects, modelled: Objects) -> list[str]:
    """One line for each object that is missing on a side or reads differently."""
    return [
        f"{name}: migrated {migrated.get(name, 'nothing')!r}, models {modelled.get(name, 'nothing')!r}"
        for name in sorted(migrated.keys() | modelled.keys())
        if migrated.get(name) != modelled.get(name)
    ]


def _sqlite(tx: Connection) -> Iterator[tuple[str, str]]:
    for kind, name, sql in tx.exec_driver_sql("SELECT type, name, sql FROM sqlite_master"):
        if kind == "table":
            yield from _parts(name, sql)
        else:
            yield f"{kind} {name}", " ".join((sql or "made by its table").split())


@cache
def _parts(table: str, sql: str) -> tuple[tuple[str, str], ...]:
    return tuple(_apart(table, sql))


def _apart(table: str, sql: str) -> Iterator[tuple[str, str]]:
    """A CREATE TABLE in parts, since the order of constraints means nothing and that of columns does."""
    body, _, options = sql[sql.index("(") + 1 :].rpartition(")")
    yield f"table {table} options", " ".join(sorted(options.replace(",", " ").split()))
    place = 0
    for part in _at_top_level(" ".join(body.split())):
        if part.startswith("CONSTRAINT"):
            yield f"table {table} {' '.join(part.split()[:2])}", part
        else:
            place += 1
            yield f"table {table} column {place}", part


def _at_top_level(body: str) -> Iterator[str]:
    """What stands between the commas that aren't inside parentheses or quotes."""
    depth, part = 0, ""
    for piece in re.findall(r"'[^']*'|[(),]|[^'(),]+", body):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and not depth:
            yield part.strip()
            part = ""
        else:
            part += piece
    yield part.strip()


_POSTGRESQL = {
    "relation": """
        SELECT c.relname, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, pg_get_viewdef(c.oid))
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace""",
    "column": """
        SELECT c.relname || '.' || a.attname,
            concat_ws(' ', a.attnum, format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation,
                CASE WHEN a.attnotnull THEN 'NOT NULL' END, a.attidentity, a.attgenerated,
                pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, concat_ws(' ', pg_get_constraintdef(oid), convalidated)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "trigger": """
        SELECT tgrelid::regclass || '.' || tgname, concat_ws(' ', pg_get_triggerdef(oid), tgenabled)
        FROM pg_trigger WHERE NOT tgisinternal""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "function": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}


def _postgresql(tx: Connection) -> Iterator[tuple[str, str]]:
    for kind, sql in _POSTGRESQL.items():
        for name, text in tx.exec_driver_sql(sql):
            yield f"{kind} {name}", " ".join(text.split())
