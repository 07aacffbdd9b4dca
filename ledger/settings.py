"""A server's settings: each room says with a frozen dataclass which there are, and this file keeps them.

Only what differs from the default is stored, so a default that is improved later reaches everybody who never
chose. A setting is read inside the transaction that follows it.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam

from ledger import tables

S = TypeVar("S")


def load(tx: Connection, guild: int, kind: type[S]) -> S:
    """The settings of one room for one server; defaults where nothing was chosen."""
    assert is_dataclass(kind)
    names = {field.name for field in fields(kind)}
    stored = {row.name: row.value for row in tx.execute(_LOAD, {"g": guild}) if row.name in names}
    read = "{" + ",".join(f'"{name}":{value}' for name, value in stored.items()) + "}"
    return TypeAdapter(kind).validate_json(read)


def save(tx: Connection, guild: int, settings: Any) -> None:
    """Store a whole room's settings; what equals its default is stored as nothing."""
    kind = type(settings)
    default, chosen = asdict(kind()), _as_json(settings)
    tx.execute(_FORGET, {"g": guild, "names": list(chosen)})
    same = _as_json(kind(**default))
    rows = [
        {"guild_id": guild, "name": name, "value": value}
        for name, value in chosen.items()
        if value != same[name]
    ]
    if rows:
        tx.execute(sa.insert(tables.settings), rows)


def _as_json(settings: Any) -> Mapping[str, str]:
    return {
        field.name: TypeAdapter(Any).dump_json(getattr(settings, field.name)).decode()
        for field in fields(settings)
    }


_LOAD = sa.select(tables.settings.c.name, tables.settings.c.value).where(
    tables.settings.c.guild_id == bindparam("g")
)
_FORGET = sa.delete(tables.settings).where(
    tables.settings.c.guild_id == bindparam("g"),
    tables.settings.c.name.in_(bindparam("names", expanding=True)),
)
