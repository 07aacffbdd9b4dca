"""One operation: a plain function carried out under its key, exactly once.

A unit takes the transaction, one frozen request and the time, and does everything that belongs together. It may run
more than once before its answer is told, so it changes nothing outside the database, takes ids and randomness as
arguments, and never catches a database error.
"""

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar, get_type_hints

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection

from ledger import schema
from ledger.compiled import Compiled, in_guild, insert_if_new, param
from ledger.errors import AlreadyDone, BadWords, KeyReused, UnknownGuild
from ledger.types import fits, to_us
from ledger.types import key as checked


class Request(Protocol):
    """What every request carries: the server it is about, and the key under which it is done once."""

    @property
    def guild(self) -> int: ...
    @property
    def key(self) -> str: ...


R = TypeVar("R")
A = TypeVar("A")
Unit = Callable[[Connection, R, datetime], A]


_g, _key = param("g"), param("key")
_row = sa.select(schema.books.c.transfers).where(in_guild(schema.books.c))
# BEGIN IMMEDIATE has locked SQLite's whole file by then; there the read says whether the book exists.
_LOCK = {"sqlite": Compiled(_row), "postgresql": Compiled(_row.with_for_update())}
_FIND_DONE = Compiled(
    sa.select(schema.done.c.request_digest, schema.done.c.answer).where(
        in_guild(schema.done.c), schema.done.c.key == _key
    )
)
_ADD_DONE = Compiled(insert_if_new(schema.done))


def perform(tx: Connection, unit: Unit[Any, A], request: Request, now: datetime, *, again: bool) -> A:
    """Lock the guild's row, look the key up, run the unit and record what it answered.

    Args:
        again: This very call may have been committed before without our hearing of it (a lost connection, a
            group whose commit failed): what is found done then is our own answer, not a repeat.

    Raises:
        BadKey, BadWords: The key can't be one, or what is asked holds text that is none.
        UnknownGuild: There is no such book.
        AlreadyDone: The same request was carried out before; carries the first answer.
        KeyReused: The key was used before for another request.
    """
    checked(request.key)
    if not fits(request.guild) or _LOCK[tx.dialect.name].row(tx, g=request.guild) is None:
        raise UnknownGuild(request.guild)
    asked = request_digest(unit, request)
    found = _FIND_DONE.row(tx, g=request.guild, key=request.key)
    if found is not None:
        if found[0] != asked:
            raise KeyReused(request.guild, request.key)
        answer = _answers(unit).validate_json(found[1])
        if again:
            return answer
        raise AlreadyDone(request.guild, request.key, answer)
    answer = unit(tx, request, now)
    recorded = _answers(unit).dump_json(answer).decode()
    added = _ADD_DONE.execute(
        tx, guild_id=request.guild, key=request.key, request_digest=asked, answer=recorded, at_us=to_us(now)
    )
    assert added == 1, "a key was taken although its guild was locked"
    return answer


def request_digest(unit: Unit[Any, Any], request: object) -> bytes:
    """Compute SHA-256 over the unit's name and the request's fields; it tells a repeat from a key used twice."""
    try:
        body = _requests(type(request)).dump_json(
            request, warnings=False
        )  # what is no amount, the unit refuses
    except PydanticSerializationError as error:
        raise BadWords("half a surrogate pair is not a character") from error
    return hashlib.sha256(unit.__qualname__.encode() + b"\0" + body).digest()


def was_done(tx: Connection, guild: int, key: str) -> bool:
    """Return whether something was carried out under this key."""
    return _FIND_DONE.row(tx, g=guild, key=key) is not None


@functools.cache
def _requests(kind: type[object]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@functools.cache
def _answers(unit: Unit[Any, Any]) -> TypeAdapter[Any]:
    """How a unit's answer is written down and read back: by the type it says it returns."""
    return TypeAdapter(get_type_hints(unit).get("return", Any))
