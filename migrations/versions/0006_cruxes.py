"""Cruxes: "if this comes out so, I would raise that"."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("target", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("target_outcome", WHOLE, nullable=False),
        sa.Column("raises", WHOLE, nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("told", WHOLE, nullable=True),
        sa.CheckConstraint(
            "claim <> target AND outcome >= 0 AND target_outcome >= 0 AND raises IN (0, 1)",
            name=op.f("ck_links_ends"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_links_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_links_guild_id_player"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "target"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_links_guild_id_target"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "told"],
            ["resolutions.guild_id", "resolutions.number"],
            name=op.f("fk_links_guild_id_told"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "player", "claim", "target", name=op.f("pk_links")),
        **STRICT,
    )
    op.create_index("ix_links_claim", "links", ["guild_id", "claim", "player"])
    op.create_index("ix_links_target", "links", ["guild_id", "target", "player"])
