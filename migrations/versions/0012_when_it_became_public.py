"""When a claim opened; and when a result became public as a part of rulings and results, as it is of proposals.

Until now a ruling and a result had the moment of the proposal where they said the same. That is written into them
here, so that what they say is all in one place.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

PROPOSALS = "SELECT guild_id, number, result, known_us FROM proposals WHERE known_us IS NOT NULL"
WRITTEN = (
    ("resolutions", "result", "proposal = :p"),
    ("disputes", "ruling", "proposal = :p"),
    ("disputes", "first_ruling", "proposal = :p"),
    (
        "votes",
        "result",
        "dispute IN (SELECT d.number FROM disputes d WHERE d.guild_id = :g AND d.proposal = :p)",
    ),
)


def upgrade() -> None:
    op.add_column("claims", sa.Column("opened_us", WHOLE))
    for guild, proposal, result, known_us in op.get_bind().execute(sa.text(PROPOSALS)).all():
        for table, column, where in WRITTEN:
            date(table, column, where, {"g": guild, "p": proposal}, result, known_us)


def date(table: str, column: str, where: str, of: dict[str, int], proposed: str, known_us: int) -> None:
    """Add the moment to what says the same as was proposed."""
    these = f"guild_id = :g AND {where}"
    found = op.get_bind().execute(
        sa.text(f"SELECT DISTINCT {column} FROM {table} WHERE {these} AND {column} IS NOT NULL"), of
    )
    for said in found.scalars().all():
        if essence(said) == essence(proposed):
            dated = json.dumps(json.loads(said) | {"known_us": known_us}, separators=(",", ":"), ensure_ascii=False)
            op.get_bind().execute(
                sa.text(f"UPDATE {table} SET {column} = :new WHERE {these} AND {column} = :old"),
                of | {"new": dated, "old": said},
            )


def essence(result: str) -> tuple[object, ...]:
    """What a result says and pays, however it was entered."""
    said = json.loads(result)
    weights = said.get("weights") or []
    weighted = [place for place, weight in enumerate(weights) if weight]
    if said["kind"] == "weights" and len(weighted) == 1:
        return "outcome", weighted[0]
    whole = sum(weights) or 1
    return said["kind"], said.get("outcome"), *(weight / whole for weight in weights)
