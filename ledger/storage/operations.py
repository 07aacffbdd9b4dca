"""One operation: a plain function carried out under its key, exactly once, with what follows from it.

A unit takes the transaction, one frozen request and the time, and does everything that belongs together. It may run
more than once before its answer is told, so it changes nothing outside the database, takes ids and randomness as
arguments, and never catches a database error.

What others have to do about it, it says by `happened`: one event for each thing. When the unit is over, the follower
that the database was opened with follows these, in the same savepoint and before the answer is written down. A
refused unit leaves no events, and a follower that fails undoes the unit.
"""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, get_type_hints

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection

from ledger import schema
from ledger.compiled import Compiled, in_guild, insert_if_new, param
from ledger.errors import AlreadyDone, BadWords, KeyReused, UnknownGuild
from ledger.storage.touched import Watched
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

OLD_NAMES: Mapping[str, str] = {}
"""Operations that were renamed since a book may hold their presses: today's `module.name`, and the bare name that is
stored. A press repeated across the upgrade is known by its digest, which the stored name is a part of."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened in a server, said by the unit in which it did."""

    guild: int


Follow = Callable[[Connection, Sequence[Happening], datetime], None]
"""Does what follows from the events of one unit, in the order in which they happened."""


class Recording(Protocol):
    """Keeps a record of what operations changed, beside the book."""

    @property
    def watched(self) -> Sequence[Watched]: ...

    def begin(self, tx: Connection) -> None:
        """A unit is about to run."""

    def end(self, tx: Connection, guild: int, kind: str, now: datetime) -> None:
        """The unit `kind` is over, with all that follows from it."""

    def end_everywhere(self, tx: Connection, kind: str, now: datetime) -> None:
        """The same of a unit that looked over servers, without a lock on any."""


_HAPPENED = "crux_happened"


def happened(tx: Connection, event: Happening) -> None:
    """Add an event to those of the unit that runs; what follows from it is done when the unit is over.

    Raises:
        KeyError: No unit runs: a read, or a follower, lets nothing happen.
    """
    tx.info[_HAPPENED].append(event)


def nobody(tx: Connection, events: Sequence[Happening], now: datetime) -> None:
    """Follow nothing, where only points move.

    Raises:
        LookupError: Something happened, and would be lost.
    """
    raise LookupError(f"the database was opened without anybody who follows {events[0]!r}")


def carry_out(tx: Connection, unit: Unit[R, A], request: R, now: datetime, follow: Follow) -> A:
    """Run a unit, then what follows from it.

    Raises:
        What the unit raises, and then nothing that it said has happened.
    """
    info = tx.info  # asked for now: it can't be where the connection breaks meanwhile
    info[_HAPPENED] = events = list[Happening]()
    try:
        answer = unit(tx, request, now)
    finally:
        del info[_HAPPENED]
    if events:
        follow(tx, events, now)
    return answer


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


def perform(
    tx: Connection,
    unit: Unit[Any, A],
    request: Request,
    now: datetime,
    *,
    again: bool,
    follow: Follow,
    recorder: Recording | None = None,
) -> A:
    """Lock the guild's row, look the key up, run the unit with what follows from it, and record what it answered.

    Args:
        follow: Does what follows from the unit's events.
        recorder: Writes down what changed by both.
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
    if recorder is not None:
        recorder.begin(tx)
    answer = carry_out(tx, unit, request, now, follow)
    if recorder is not None:
        recorder.end(tx, request.guild, stored_name(unit), now)
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
    return hashlib.sha256(stored_name(unit).encode() + b"\0" + body).digest()


def stored_name(unit: Unit[Any, Any]) -> str:
    """Return the name of an operation as digests hold it: the one that it had when a book first could hold its
    presses."""
    name = unit.__qualname__
    return OLD_NAMES.get(f"{unit.__module__}.{name}", name)


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
