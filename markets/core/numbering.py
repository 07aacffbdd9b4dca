"""Numbers of one server: the next claim, offer, proposal. Read and advanced inside the transaction, without gaps."""

from sqlalchemy import Connection, literal_column
from sqlalchemy.dialects import postgresql

from ledger.compiled import Compiled
from markets.core.tables import counters

# Both compilers read PostgreSQL's insert and spell its ON CONFLICT alike.
_NEXT = Compiled(
    postgresql.insert(counters)
    .on_conflict_do_update(
        index_elements=[counters.c.guild_id, counters.c.name],
        set_={"last": counters.c.last + literal_column("1")},
    )
    .returning(counters.c.last)
)


def following(tx: Connection, guild: int, name: str) -> int:
    """Return the next number for `name` in this server, from 1."""
    row = _NEXT.row(tx, guild_id=guild, name=name, last=1)
    assert row is not None
    return row[0]
