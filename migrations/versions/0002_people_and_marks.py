"""People who had themselves deleted, and what the program as a whole remembers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "forgotten",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("until_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_forgotten_guild_id_player"),
        ),
        sa.CheckConstraint("length(salt) = 16 AND length(digest) = 32", name=op.f("ck_forgotten_digest")),
        sa.PrimaryKeyConstraint("guild_id", "player", name=op.f("pk_forgotten")),
        **STRICT,
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", name=op.f("ck_marks_name")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
        **STRICT,
    )
