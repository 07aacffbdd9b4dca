"""Judges on call, and who wants no more mentions by whom (RULES D4, E2)."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}

COVERED = ("volunteers", "draws", "lots")
"""What the record covers of these tables."""


def upgrade() -> None:
    op.create_table(
        "hushed",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("other", WHOLE, nullable=False),
        _of_player("hushed"),
        sa.CheckConstraint("other >= 1 AND other <> player", name=op.f("ck_hushed_other")),
        sa.PrimaryKeyConstraint("guild_id", "player", "other", name=op.f("pk_hushed")),
        **STRICT,
    )
    op.create_table(
        "volunteers",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        _of_player("volunteers"),
        sa.PrimaryKeyConstraint("guild_id", "player", name=op.f("pk_volunteers")),
        **STRICT,
    )
    op.create_table(
        "draws",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("dispute", WHOLE, nullable=False),
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("transfers", WHOLE, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute"],
            ["disputes.guild_id", "disputes.number"],
            name=op.f("fk_draws_guild_id_dispute"),
        ),
        sa.CheckConstraint("length(head) = 32 AND transfers >= 0", name=op.f("ck_draws_head")),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "round", name=op.f("pk_draws")),
        **STRICT,
    )
    op.create_table(
        "lots",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("dispute", WHOLE, nullable=False),
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("place", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute", "round"],
            ["draws.guild_id", "draws.dispute", "draws.round"],
            name=op.f("fk_lots_guild_id_dispute_round"),
        ),
        _of_player("lots"),
        sa.CheckConstraint("place BETWEEN 0 AND 3", name=op.f("ck_lots_place")),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "round", "player", name=op.f("pk_lots")),
        **STRICT,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in COVERED:
            op.execute(
                f"CREATE TRIGGER {table}_touched AFTER INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION crux_touched()"
            )


def _of_player(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", "player"],
        ["players.guild_id", "players.number"],
        name=op.f(f"fk_{table}_guild_id_player"),
    )
