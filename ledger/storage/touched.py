"""Notes which rows of watched tables a transaction of ours changes, and what they hold afterwards.

Triggers note it, so that no write can be forgotten. On SQLite they belong to the writing connection alone and call a
function of ours; on PostgreSQL they stand in the schema and add to a setting that ends with the transaction. What
somebody else's program changes in the database is noted by nobody.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

SETTING = "crux.touched"
WATCH = "crux.watch"

POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION crux_touched() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN IF current_setting('crux.watch', true) = 'on' THEN"
    " PERFORM set_config('crux.touched', coalesce(current_setting('crux.touched', true), '')"
    " || jsonb_build_array(TG_TABLE_NAME, TG_OP <> 'DELETE',"
    " CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END)::text || E'\\n', true);"
    " END IF; RETURN NULL; END $$"
)
"""One line of JSON for each row: its table, whether it is there, and its columns by name. Only where a connection
says `WATCH` is on: an import writes a million rows in one transaction."""


class Watched(NamedTuple):
    """A table whose rows are noted: the columns of its key after the server, and those that are noted. `later` are
    columns that came later, with what they hold in all rows from before: that counts as nothing, in key and row."""

    table: sa.Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    later: Mapping[str, int] = {}


class TouchedRow(NamedTuple):
    """A row as a transaction left it. `thing` is its key in the server, its parts joined by `/`; `values` are those
    of the watched columns in their order, None where the row is gone."""

    guild: int
    table: str
    thing: str
    values: tuple[Any, ...] | None


def postgresql_trigger(table: str) -> str:
    """Return the statement that has a table's rows noted on PostgreSQL."""
    return (
        f"CREATE TRIGGER {table}_touched AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION crux_touched()"
    )


def watch(driver: sqlite3.Connection, watched: Sequence[Watched]) -> list[tuple[Any, ...]]:
    """Have a connection to SQLite note rows in the list that is returned, as `read` takes them."""
    noted: list[tuple[Any, ...]] = []

    def note(*row: Any) -> None:
        noted.append(row)

    driver.create_function("crux_touched", -1, note)
    for table, key, columns, later in watched:
        for act, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            kept = columns if row == "NEW" else ()
            named = [(name, f"{row}.{name}") for name in ("guild_id", *key, *kept)]
            values = ", ".join(f"nullif({at}, {later[name]})" if name in later else at for name, at in named)
            driver.execute(
                f"CREATE TEMP TRIGGER {table.name}_{act.lower()}_touched AFTER {act} ON main.{table.name}"
                f" BEGIN SELECT crux_touched('{table.name}', {values}); END"
            )
    return noted


def of_sqlite(noted: Sequence[tuple[Any, ...]], watched: Mapping[str, Watched]) -> list[TouchedRow]:
    """Return each row that was noted once, as it was last."""
    found: dict[tuple[str, str], TouchedRow] = {}
    for name, guild, *values in noted:
        parts = len(watched[name].key)
        thing = thing_of(values[:parts])
        rest = tuple(values[parts:])
        found[name, thing] = TouchedRow(guild, name, thing, rest or None)
    return list(found.values())


def of_postgresql(noted: str | None, watched: Mapping[str, Watched]) -> list[TouchedRow]:
    """Return each row that was noted once, as it was last."""
    found: dict[tuple[str, str], TouchedRow] = {}
    for line in (noted or "").split("\n")[:-1]:
        name, there, row = json.loads(line)
        table, key, columns, later = watched[name]
        row |= {column: None for column, first in later.items() if row[column] == first}
        thing = thing_of([row[part] for part in key])
        values = tuple(_plain(row[column], table.c[column]) for column in columns) if there else None
        found[name, thing] = TouchedRow(row["guild_id"], name, thing, values)
    return list(found.values())


def thing_of(key: Sequence[Any]) -> str:
    """Write a row's key in its server; a part that counts as nothing is left out."""
    return "/".join(str(part) for part in key if part is not None)


def _plain(value: Any, column: sa.Column[Any]) -> Any:
    """A value of JSON as the drivers give it: bytes are written as `\\x...`."""
    if value is not None and isinstance(column.type, sa.LargeBinary):
        return bytes.fromhex(value.removeprefix("\\x"))
    return value


def noted_by(tx: Connection) -> list[tuple[Any, ...]]:
    """Return the list in which a connection to SQLite notes rows; an empty one where nothing is watched."""
    return tx.info.get(SETTING, [])
