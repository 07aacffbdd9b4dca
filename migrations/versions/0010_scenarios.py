"""Scenarios: claims whose outcomes are written stories, and the items that they are judged by."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "items",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("chances", sa.Text(), nullable=False),
        sa.Column("by_us", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("judge", WHOLE, nullable=True),
        sa.Column("known_us", WHOLE, nullable=True),
        sa.Column("judged_us", WHOLE, nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'true', 'false', 'dropped')", name=op.f("ck_items_state")),
        sa.CheckConstraint("(state = 'open') = (judge IS NULL)", name=op.f("ck_items_judged")),
        sa.CheckConstraint(
            "(judge IS NULL) = (judged_us IS NULL) AND (judge IS NULL) = (evidence IS NULL)",
            name=op.f("ck_items_act"),
        ),
        sa.CheckConstraint(
            "known_us IS NULL OR (state = 'true' AND known_us < by_us)", name=op.f("ck_items_known")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_items_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "judge"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_items_guild_id_judge"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "number", name=op.f("pk_items")),
        **STRICT,
    )
    op.create_index("ix_items_judge", "items", ["guild_id", "judge"])
    op.create_table(
        "stories",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("writer", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome >= 0", name=op.f("ck_stories_outcome")),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_stories_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "writer"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_stories_guild_id_writer"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "outcome", name=op.f("pk_stories")),
        **STRICT,
    )
    op.create_index("ix_stories_writer", "stories", ["guild_id", "writer"])
    op.create_table(
        "tellings",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("writer", WHOLE, nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_tellings_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "writer"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_tellings_guild_id_writer"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "writer", name=op.f("pk_tellings")),
        **STRICT,
    )
