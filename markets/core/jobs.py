"""What time has made necessary: rows that are written with the thing they belong to, claimed, and carried out once.

`schedule` and `cancel` are called inside the units that make or end something. `claim` and `perform` are what a
worker does with a row: it takes it under a lease and a fence, and finishes in the transaction of the effect, so
that a row is carried out once, even if workers are killed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from ledger.compiled import Compiled, columns_of, constant, constants, in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.core.errors import MarketError
from markets.core.events import JobGivenUp
from markets.core.tables import due_work, removals

Handler = Callable[[Connection, "Due", datetime], None]
"""Carries one kind of due work out: in the row's own transaction, and may schedule what comes next."""

TRIES = 12
"""Failures after which a row is parked."""


@dataclass(frozen=True, slots=True)
class Due:
    """One row as its handler sees it. `late` is by how many seconds it is being carried out after its time."""

    guild: int
    kind: str
    ref: int
    due_us: int
    late: int


_d = due_work.c
_this = (in_guild(_d), _d.kind == param("of_kind"), _d.ref == param("of_ref"))
_waiting = _d.state == sa.literal_column("'waiting'")
_here = ~sa.exists().where(removals.c.guild_id == _d.guild_id)
LOAD = sa.select(_d.due_us, _d.fence, _d.owner).where(*_this)
_FAILED = (
    sa.update(due_work)
    .where(*_this, _d.fence == param("held_fence"), _d.owner == param("held_owner"))
    .values(
        tries=param("tries"),
        state=param("state"),
        lease_us=param("lease"),
        last_error=param("error"),
        owner=0,
    )
)
_LET_GO = sa.update(due_work).where(_waiting, _d.owner != 0).values(owner=0, lease_us=0)
_PARKED = (
    sa.select(_d.kind, _d.ref, _d.due_us, _d.last_error)
    .where(in_guild(_d), _d.state == "parked")
    .order_by(_d.due_us)
    .limit(param("limit"))
)
_NEXT = (
    sa.select(_d.due_us)
    .where(_waiting, _here, _d.owner == 0, _d.tries == 0)
    .order_by(_d.due_us)
    .limit(sa.literal_column("1"))
)
_COMING = (
    sa.select(_d.kind, _d.ref, _d.due_us)
    .where(in_guild(_d), _waiting)
    .order_by(_d.due_us)
    .limit(param("limit"))
)
_COMING_EVERYWHERE = (
    sa.select(_d.kind, _d.ref, _d.due_us).where(_waiting, _here).order_by(_d.due_us).limit(param("limit"))
)
_row = {"guild_id": param("g"), "kind": param("of_kind"), "ref": param("of_ref"), "due_us": param("at")}
_SCHEDULE = Compiled(
    postgresql.insert(due_work)
    .values(_row | constants(state="waiting", owner=0, lease_us=0, fence=0, tries=0))
    .on_conflict_do_update(
        index_elements=[_d.guild_id, _d.kind, _d.ref],
        set_={
            "due_us": sa.literal_column("excluded.due_us"),
            "state": sa.literal_column("'waiting'"),
            "owner": sa.literal_column("0"),
            "lease_us": sa.literal_column("0"),
            "tries": sa.literal_column("0"),
            "fence": _d.fence + sa.literal_column("1"),
        },
    )
)
_CANCEL = Compiled(sa.delete(due_work).where(*_this))


def schedule(tx: Connection, guild: int, kind: str, ref: int, due_us: int) -> None:
    """Make something due at a time, or move it there if it is due already at another.

    A worker that holds the row loses it: the fence goes up.
    """
    _SCHEDULE.execute(tx, g=guild, of_kind=kind, of_ref=ref, at=due_us)


def cancel(tx: Connection, guild: int, kind: str, ref: int) -> None:
    """Make it not due any more."""
    _CANCEL.execute(tx, g=guild, of_kind=kind, of_ref=ref)


def cancelling(*kinds: str) -> Callable[[Connection, int, int], None]:
    """Make what cancels several kinds about one thing in one statement, given the guild and the thing's number."""
    named = _d.kind.in_([constant(kind) for kind in kinds])
    statement = Compiled(sa.delete(due_work).where(in_guild(_d), named, _d.ref == param("of_ref")))

    def cancel_them(tx: Connection, guild: int, ref: int) -> None:
        statement.execute(tx, g=guild, of_ref=ref)

    return cancel_them


@dataclass(frozen=True, slots=True)
class LeaseJobs:
    """Take up to `most` rows whose time has come, until `lease_seconds` from now.

    `owner` is a number that no other claim has: it stands in the keys of what is then carried out. An `eager` claim
    also takes rows that wait after a failure.
    """

    owner: int
    most: int = 100
    lease_seconds: int = 60
    eager: bool = False


@dataclass(frozen=True, slots=True)
class LeasedJob:
    """A row that a worker holds. Its key is this very claim's: asking again after a lost answer is the same act, and
    the same row at the same time, written again, is another."""

    guild: int
    kind: str
    ref: int
    due_us: int
    fence: int
    tries: int
    owner: int

    @property
    def key(self) -> str:
        return f"due:{self.kind}:{self.ref}:{self.owner}"


@dataclass(frozen=True, slots=True)
class JobFailed:
    """A row that a worker could not carry out, and the name of the error.

    `passing` is trouble that ends by itself, as Discord's own: it is waited out, however long it lasts.
    """

    held: LeasedJob
    error: str
    passing: bool = False

    @property
    def guild(self) -> int:
        return self.held.guild

    @property
    def key(self) -> str:
        return f"{self.held.key}:failed:{self.held.tries}"


class FenceGone(MarketError):
    """Another worker holds the row by now, or it was moved: what this worker did is rolled back."""


def lease(tx: Connection, request: LeaseJobs, now: datetime) -> list[LeasedJob]:
    """Take rows that are due, over all guilds, the longest owed first. Runs through `db.background`.

    Those of a server that the bot was removed from rest (E5).
    """
    now_us = to_us(now)
    values = {
        "now": now_us,
        "most": request.most,
        "owner": request.owner,
        "lease": now_us + request.lease_seconds * 1_000_000,
    }
    rows = tx.execute(_CLAIM_EAGERLY if request.eager else _CLAIM, values).all()
    held = [LeasedJob(*row) for row in rows]
    return sorted(held, key=lambda row: (row.due_us, row.guild, row.kind, row.ref))


def failed(tx: Connection, request: JobFailed, now: datetime) -> bool:
    """Count a failure: the row waits longer each time. After twelve that are our own it is parked, and the log
    channel told.

    Returns:
        True if it is parked now.
    """
    tries = request.held.tries + 1
    gives_up = tries >= TRIES and not request.passing
    values = {
        "g": request.held.guild,
        "of_kind": request.held.kind,
        "of_ref": request.held.ref,
        "held_fence": request.held.fence,
        "held_owner": request.held.owner,
        "tries": tries,
        "state": "parked" if gives_up else "waiting",
        "lease": to_us(now) + backoff_seconds(tries) * 1_000_000,
        "error": request.error[:80],
    }
    parked = bool(tx.execute(_FAILED, values).rowcount) and gives_up
    if parked:
        happened(tx, JobGivenUp(request.guild))
    return parked


def backoff_seconds(tries: int) -> int:
    """Return how long a row waits after its nth failure: 2 s, doubled each time, at most an hour."""
    return min(2 ** min(tries, 12), 3_600)


def let_go(tx: Connection, request: None, now: datetime) -> int:
    """Free what a process held that is surely dead: where one process alone can have the book. In the background."""
    return tx.execute(_LET_GO).rowcount


def next_us(tx: Connection) -> int | None:
    """Return when something is due next; None where nothing is. What is held, failed before, or
    rests doesn't count."""
    return tx.execute(_NEXT).scalar()


def hasten(tx: Connection, guild: int, kind: str, ref: int, now: datetime) -> None:
    """Have work that is scheduled done at once; nothing where none is."""
    if at_us(tx, guild, kind, ref) is not None:
        schedule(tx, guild, kind, ref, to_us(now))


def at_us(tx: Connection, guild: int, kind: str, ref: int) -> int | None:
    """Return when something is due; None where it isn't."""
    row = tx.execute(LOAD, {"g": guild, "of_kind": kind, "of_ref": ref}).first()
    return None if row is None else row.due_us


@dataclass(frozen=True, slots=True)
class JobParked:
    """A row that failed twelve times, for the log channel and the operator."""

    kind: str
    ref: int
    due_us: int
    error: str


def parked(tx: Connection, guild: int, limit: int = 20) -> list[JobParked]:
    """Return what is parked in one server, the oldest first."""
    return [JobParked(*row) for row in tx.execute(_PARKED, {"g": guild, "limit": limit})]


def coming(tx: Connection, guild: int, limit: int = 20) -> list[tuple[str, int, int]]:
    """Return what is due next in one server: kind, what it is about, and when."""
    rows = tx.execute(_COMING, {"g": guild, "limit": limit}).all()
    return [(row.kind, row.ref, row.due_us) for row in rows]


def coming_everywhere(tx: Connection, limit: int = 20) -> list[tuple[str, int, int]]:
    """Return what is due next over all servers: kind, what it is about, and when."""
    return [(row.kind, row.ref, row.due_us) for row in tx.execute(_COMING_EVERYWHERE, {"limit": limit})]


def _claiming(free: sa.ColumnElement[bool]) -> sa.Executable:
    picked = (
        sa.select(_d.guild_id, _d.kind, _d.ref)
        .where(_waiting, _d.due_us <= param("now"), free, _here)
        .order_by(_d.due_us)
        .limit(param("most"))
        .with_for_update(skip_locked=True, of=due_work)  # PostgreSQL; SQLite has one writer and leaves it out
    )
    return (
        sa.update(due_work)
        .where(sa.tuple_(_d.guild_id, _d.kind, _d.ref).in_(picked), _waiting)
        .values(owner=param("owner"), lease_us=param("lease"), fence=_d.fence + 1)
        .returning(*columns_of(due_work, LeasedJob))
    )


_CLAIM = _claiming(_d.lease_us <= param("now"))
_CLAIM_EAGERLY = _claiming((_d.lease_us <= param("now")) | (_d.owner == 0))
