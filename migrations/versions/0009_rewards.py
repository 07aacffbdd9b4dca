"""Rewards for the argument that moves somebody's forecast."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "rewards",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("owner", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("reserve", WHOLE, nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("locked_by", WHOLE, nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("until_us", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("winner", WHOLE, nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("ended_us", WHOLE, nullable=True),
        sa.Column("ended_by", WHOLE, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'given', 'expired', 'withdrawn', 'ended')", name=op.f("ck_rewards_state")
        ),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("ck_rewards_amount")),
        sa.CheckConstraint("until_us > made_us", name=op.f("ck_rewards_times")),
        sa.CheckConstraint(
            "(state = 'open') = (ended_us IS NULL) AND (state = 'open') = (ended_by IS NULL)"
            " AND (state = 'given') = (winner IS NOT NULL) AND (winner IS NULL OR winner <> owner)",
            name=op.f("ck_rewards_ending"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_rewards_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "ended_by"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_rewards_guild_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "locked_by"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_rewards_guild_id_locked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "owner"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_rewards_guild_id_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "reserve"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_rewards_guild_id_reserve"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "winner"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_rewards_guild_id_winner"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_rewards")),
        **STRICT,
    )
    op.create_index("ix_rewards_claim", "rewards", ["guild_id", "claim", "state"])
    op.create_index("ix_rewards_owner", "rewards", ["guild_id", "owner", "state"])
