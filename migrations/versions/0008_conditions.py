"""Claims that are conditional on another's outcome."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "conditions",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("on_claim", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("days", WHOLE, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_us", WHOLE, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'met', 'failed', 'reversed')", name=op.f("ck_conditions_state")
        ),
        sa.CheckConstraint(
            "claim <> on_claim AND outcome >= 0 AND (days IS NULL OR days >= 1)",
            name=op.f("ck_conditions_link"),
        ),
        sa.CheckConstraint("(state = 'waiting') = (decided_us IS NULL)", name=op.f("ck_conditions_decided")),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_conditions_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "on_claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_conditions_guild_id_on_claim"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", name=op.f("pk_conditions")),
        **STRICT,
    )
    op.create_index("ix_conditions_on_claim", "conditions", ["guild_id", "on_claim", "claim"])
