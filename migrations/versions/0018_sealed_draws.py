"""Draws that are announced under seal, judges agreed on in public, and what a signature signs (RULES D1, D4)."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}

COVERED = ("calls", "candidates", "agreed_judges")
"""What the record covers of these tables."""


def upgrade() -> None:
    # What was signed before is matched by its moment, as it was: a row that says more would be another one (A10).
    op.add_column("acts", sa.Column("proposal", WHOLE, nullable=True))
    op.create_index("ix_claims_supersedes", "claims", ["guild_id", "supersedes"])
    op.create_table(
        "calls",
        *_of_round("calls"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("told_us", WHOLE, nullable=True),
        sa.Column("posted_us", WHOLE, nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("length(sealed) = 32 AND length(secret) = 32", name=op.f("ck_calls_sealed")),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "round", name=op.f("pk_calls")),
        **STRICT,
    )
    op.create_table(
        "call_secrets",
        *_of_round("call_secrets", "calls"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(secret) = 32", name=op.f("ck_call_secrets_secret")),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "round", name=op.f("pk_call_secrets")),
        **STRICT,
    )
    op.create_table(
        "candidates",
        *_of_round("candidates", "calls"),
        sa.Column("player", WHOLE, nullable=False),
        _of_player("candidates", "player"),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "round", "player", name=op.f("pk_candidates")),
        **STRICT,
    )
    op.create_table(
        "agreed_judges",
        *_of_round("agreed_judges"),
        sa.Column("judge", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("posted_us", WHOLE, nullable=True),
        sa.Column("objector", WHOLE, nullable=True),
        sa.Column("objected_us", WHOLE, nullable=True),
        sa.Column("accepted_by", WHOLE, nullable=True),
        sa.Column("accepted_us", WHOLE, nullable=True),
        *(_of_player("agreed_judges", name) for name in ("judge", "objector", "accepted_by")),
        sa.CheckConstraint(
            "(objector IS NULL) = (objected_us IS NULL) AND (accepted_by IS NULL) = (accepted_us IS NULL)",
            name=op.f("ck_agreed_judges_answers"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "round", "judge", name=op.f("pk_agreed_judges")),
        **STRICT,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in COVERED:
            op.execute(
                f"CREATE TRIGGER {table}_touched AFTER INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION crux_touched()"
            )


def _of_round(table: str, of: str = "disputes") -> tuple[sa.Column[int] | sa.ForeignKeyConstraint, ...]:
    """The columns of a round of a dispute, which is one of that table."""
    columns = tuple(sa.Column(name, WHOLE, nullable=False) for name in ("guild_id", "dispute", "round"))
    if of == "disputes":
        here, there = ["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]
    else:
        here = ["guild_id", "dispute", "round"]
        there = [f"{of}.{name}" for name in here]
    name = op.f(f"fk_{table}_{'_'.join(here)}")
    return (*columns, sa.ForeignKeyConstraint(here, there, name=name))


def _of_player(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", column],
        ["players.guild_id", "players.number"],
        name=op.f(f"fk_{table}_guild_id_{column}"),
    )
