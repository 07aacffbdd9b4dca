"""A server's settings: each room says with a frozen dataclass which there are, and this file keeps them.

Only what differs from the default is stored, so a default that is improved later reaches everybody who never
chose. A setting is read inside the transaction that follows it. No two rooms use one name.
"""

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from ledger import schema
from ledger.compiled import Compiled, in_guild, params
from ledger.errors import BadSetting

S = TypeVar("S")


_settings = schema.settings.c
_FORGET = sa.delete(schema.settings).where(in_guild(_settings), _settings.name.in_(params("names")))
_ADD = sa.insert(schema.settings)


def load(tx: Connection, guild: int, kind: type[S]) -> S:
    """Return the settings of one room for one server; defaults where nothing was chosen."""
    chosen = ",".join(f'"{name}":{value}' for name, value in _loader(kind).rows(tx, g=guild))
    return _adapter(kind).validate_json(f"{{{chosen}}}") if chosen else _default(kind)


def save(tx: Connection, guild: int, settings: object) -> None:
    """Store a whole room's settings; what equals its default is stored as nothing.

    Raises:
        BadSetting: One of them is not what its room allows; nothing is stored.
    """
    kind = type(settings)
    _require(settings)
    default = kind()
    tx.execute(_FORGET, {"g": guild, "names": _names(kind)})
    rows = [
        {"guild_id": guild, "name": name, "value": _json(getattr(settings, name))}
        for name in _names(kind)
        if getattr(settings, name) != getattr(default, name)
    ]
    if rows:
        tx.execute(_ADD, rows)


def _require(settings: object) -> None:
    """Refuse what could be stored and not be read again, which would stop the whole server."""
    adapter = _adapter(type(settings))
    try:
        adapter.validate_json(adapter.dump_json(settings, warnings=False))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise BadSetting(str(first["loc"][0]), first["msg"]) from None


def _names(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]


@cache
def _default(kind: type[S]) -> S:
    """What a server has that chose nothing; frozen, so that all can share it."""
    return kind()


@cache
def _loader(kind: type[Any]) -> Compiled:
    """One room's rows. Read with every press, so its names stand in the statement."""
    names = [sa.literal_column(f"'{name}'", sa.Text()) for name in _names(kind)]
    return Compiled(
        sa.select(_settings.name, _settings.value).where(in_guild(_settings), _settings.name.in_(names))
    )


@cache
def _adapter(kind: type[S]) -> TypeAdapter[S]:
    return TypeAdapter(kind)


def _json(value: object) -> str:
    return TypeAdapter(Any).dump_json(value).decode()
