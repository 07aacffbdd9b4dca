"""When a claim opened; and when a result became public as a part of rulings and results, as it is of proposals.

Until now a ruling and a result had the moment of the proposal where they said the same. That is written into them
here, so that what they say is all in one place.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns))


PROPOSALS = _table("proposals", "guild_id", "number", "result", "known_us")
RESOLUTIONS = _table("resolutions", "guild_id", "proposal", "result")
DISPUTES = _table("disputes", "guild_id", "number", "proposal", "ruling", "first_ruling")
VOTES = _table("votes", "guild_id", "dispute", "result")


STANDING = sa.text(
    "SELECT p.guild_id, p.number, p.result, p.known_us, c.made_us FROM proposals p"
    " LEFT JOIN claims c ON c.guild_id = p.guild_id AND c.number = p.claim"
    " WHERE p.known_us IS NOT NULL AND p.state IN ('standing', 'disputed')"
)
UNDATE = sa.text("UPDATE proposals SET known_us = NULL WHERE guild_id = :g AND number = :n")


def _undate() -> None:
    """Drop the moment of what stands where it can't be said any more: before its claim, or of *void* and such."""
    for row in op.get_bind().execute(STANDING).all():
        dated = json.loads(row.result)["kind"] in ("outcome", "weights")
        if not dated or row.known_us < (row.made_us or 0):
            op.get_bind().execute(UNDATE, {"g": row.guild_id, "n": row.number})


def upgrade() -> None:
    op.add_column("claims", sa.Column("opened_us", WHOLE))
    _undate()
    dated = sa.select(*PROPOSALS.c).where(PROPOSALS.c.known_us.is_not(None))
    for row in op.get_bind().execute(dated).all():
        guild, number, result, known_us = tuple(row)
        disputes = sa.select(DISPUTES.c.number).where(
            DISPUTES.c.guild_id == guild, DISPUTES.c.proposal == number
        )
        for table, column, of in (
            (RESOLUTIONS, "result", RESOLUTIONS.c.proposal == number),
            (DISPUTES, "ruling", DISPUTES.c.proposal == number),
            (DISPUTES, "first_ruling", DISPUTES.c.proposal == number),
            (VOTES, "result", VOTES.c.dispute.in_(disputes)),
        ):
            _date(table, column, (table.c.guild_id == guild) & of, result, known_us)


def _date(table: sa.TableClause, name: str, of: sa.ColumnElement[bool], proposed: str, known_us: int) -> None:
    """Add the moment to what says the same as was proposed."""
    column = table.c[name]
    found = sa.select(column).where(of, column.is_not(None)).distinct()
    for said in op.get_bind().execute(found).scalars().all():
        if _essence(said) == _essence(proposed):
            dated = json.loads(said) | {"known_us": known_us}
            text = json.dumps(dated, separators=(",", ":"), ensure_ascii=False)
            change = sa.update(table).where(of, column == said).values({name: text})
            op.get_bind().execute(change)


def _essence(result: str) -> tuple[object, ...]:
    """What a result says and pays, however it was entered."""
    said = json.loads(result)
    weights = said.get("weights") or []
    weighted = [place for place, weight in enumerate(weights) if weight]
    if said["kind"] == "weights" and len(weighted) == 1:
        return "outcome", weighted[0]
    whole = sum(weights) or 1
    return said["kind"], said.get("outcome"), *(weight / whole for weight in weights)
