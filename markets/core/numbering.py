"""Numbers of one server: the next claim, offer, proposal. Read and advanced inside the transaction, without gaps."""

from typing import Literal, get_args

from sqlalchemy import Connection, literal_column
from sqlalchemy.dialects import postgresql

from ledger.compiled import Compiled
from markets.core.tables import counters

# Both compilers read PostgreSQL's insert and spell its ON CONFLICT alike.
_insert = postgresql.insert(counters)
_NEXT = Compiled(
    _insert.on_conflict_do_update(
        index_elements=[counters.c.guild_id, counters.c.name],
        set_={"last": counters.c.last + literal_column("1")},
    ).returning(counters.c.last)
)


Numbered = Literal[
    "acts",
    "claims",
    "disputes",
    "offers",
    "orders",
    "posts",
    "proposals",
    "resolutions",
    "rewards",
    "seasons",
]
"""What is numbered in each server."""

_FURTHER = Compiled(
    _insert.on_conflict_do_update(
        index_elements=[counters.c.guild_id, counters.c.name],
        set_={"last": counters.c.last + _insert.excluded.last},
    )
)


def go_further(tx: Connection, guild: int, by: int) -> None:
    """Leave out the next `by` numbers of everything in this server, also of what has none yet."""
    for name in get_args(Numbered):
        _FURTHER.execute(tx, guild_id=guild, name=name, last=by)


def following(tx: Connection, guild: int, name: Numbered) -> int:
    """Return the next number for `name` in this server, from 1."""
    row = _NEXT.row(tx, guild_id=guild, name=name, last=1)
    assert row is not None
    return row[0]
