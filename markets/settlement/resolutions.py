"""Store what each claim came to, and read it back (RULES D6)."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import columns_of, in_guild, param
from markets.core import tables

ROOM = 190
"""Entries that paying or taking back may write in one transaction; a bond that returns before it takes the rest."""


_resolutions = tables.resolutions.c


ADD_RESOLUTION = sa.insert(tables.resolutions)


_this_resolution = (in_guild(_resolutions), _resolutions.number == param("n"))


PAID = sa.update(tables.resolutions).where(*_this_resolution).values(paid_us=param("at"))


REVERSED = (
    sa.update(tables.resolutions)
    .where(*_this_resolution)
    .values(reversed_us=param("at"), reversed_by=param("by"))
)


REVERSING = (
    sa.update(tables.resolutions)
    .where(*_this_resolution)
    .values(reversed_why=param("why"), reversed_salt=param("salt"))
)
"""It will be taken back: the reason stands, and the moment is to come."""


MARK = sa.select(_resolutions.reversed_by, _resolutions.reversed_why, _resolutions.reversed_salt).where(
    *_this_resolution
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolution as the transaction finds it; `result` as JSON."""

    number: int
    claim: int
    result: str
    proposal: int | None
    dispute: int | None
    at_us: int
    pays_us: int
    paid_us: int | None
    reversed_us: int | None


_LOAD = sa.select(*columns_of(tables.resolutions, Resolution)).where(*_this_resolution)


def load_resolution(tx: Connection, guild: int, number: int) -> Resolution:
    """Return a resolution by its number."""
    return Resolution(*tx.execute(_LOAD, {"g": guild, "n": number}).one())
