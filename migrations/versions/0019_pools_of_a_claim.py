"""A claim may have one pool after another (RULES C6): each has its number, and those that are there are the first.

The record knows them as before: a number of 1 counts as nothing, in a row's key and in its body.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}
TABLES = ("stakes", "pool_outcomes", "pools")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        _alter()


def _alter() -> None:
    first = sa.text("1")
    op.add_column("pools", sa.Column("number", WHOLE, nullable=False, server_default=first))
    for table in ("pool_outcomes", "stakes"):
        op.add_column(table, sa.Column("pool", WHOLE, nullable=False, server_default=first))
        op.drop_constraint(op.f(f"fk_{table}_guild_id_claim"), table, type_="foreignkey")
    op.drop_constraint(op.f("pk_pools"), "pools", type_="primary")
    op.drop_constraint(op.f("pk_pool_outcomes"), "pool_outcomes", type_="primary")
    op.create_primary_key(op.f("pk_pools"), "pools", ["guild_id", "claim", "number"])
    op.create_primary_key(op.f("pk_pool_outcomes"), "pool_outcomes", ["guild_id", "claim", "outcome", "pool"])
    op.create_check_constraint(op.f("ck_pools_number"), "pools", "number >= 1")
    for table in ("pool_outcomes", "stakes"):
        op.create_foreign_key(
            op.f(f"fk_{table}_guild_id_claim_pool"),
            *(table, "pools"),
            ["guild_id", "claim", "pool"],
            ["guild_id", "claim", "number"],
        )
        op.alter_column(table, "pool", server_default=None)
    op.alter_column("pools", "number", server_default=None)


def _rebuild() -> None:
    """SQLite changes no key of a table: the rows move into new ones."""
    op.drop_index("ix_stakes_player", "stakes")
    op.drop_index("ix_stakes_state", "stakes")
    for table in TABLES:
        op.rename_table(table, f"{table}_before")
    _create_pools()
    _create_stakes()
    for table in reversed(TABLES):
        columns = [
            row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table}_before)").all()
        ]
        named, number = ", ".join(columns), "number" if table == "pools" else "pool"
        op.execute(
            f"INSERT INTO {table} ({named}, {number}) SELECT {named}, 1 FROM {table}_before"  # noqa: S608
        )
    for table in TABLES:
        op.drop_table(f"{table}_before")
    op.create_index("ix_stakes_player", "stakes", ["guild_id", "player", "state"])
    op.create_index("ix_stakes_state", "stakes", ["guild_id", "claim", "state", "number"])


def _create_pools() -> None:
    op.create_table(
        "pools",
        *_whole("guild_id", "claim", "number", "opener", "escrow", "opened_us", "closes_us", "stakes"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("resolution", WHOLE, nullable=True),
        sa.Column("plan", sa.Text()),
        sa.CheckConstraint("state IN ('open', 'settled', 'void')", name=op.f("ck_pools_state")),
        sa.CheckConstraint("stakes >= 0 AND opened_us < closes_us", name=op.f("ck_pools_times")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_pools_number")),
        _refers("pools", "claim", "claims"),
        _refers("pools", "escrow", "accounts"),
        _refers("pools", "opener", "players"),
        _refers("pools", "resolution", "resolutions"),
        sa.PrimaryKeyConstraint("guild_id", "claim", "number", name=op.f("pk_pools")),
        **STRICT,
    )
    op.create_table(
        "pool_outcomes",
        *_whole("guild_id", "claim", "outcome", "pool", "staked"),
        sa.CheckConstraint("outcome >= 0 AND staked >= 0", name=op.f("ck_pool_outcomes_staked")),
        _in_pool("pool_outcomes"),
        sa.PrimaryKeyConstraint("guild_id", "claim", "outcome", "pool", name=op.f("pk_pool_outcomes")),
        **STRICT,
    )


def _create_stakes() -> None:
    op.create_table(
        "stakes",
        *_whole("guild_id", "claim", "number", "player", "outcome", "amount", "transfer", "at_us"),
        sa.Column("state", sa.Text(), nullable=False),
        *_whole("late"),
        sa.Column("paid", WHOLE, nullable=True),
        sa.Column("paid_by", WHOLE, nullable=True),
        *_whole("pool"),
        sa.CheckConstraint(
            "(state = 'live') = (paid IS NULL) AND (paid IS NULL OR paid >= 0) AND late IN (0, 1)"
            " AND (paid_by IS NULL OR paid > 0)",
            name=op.f("ck_stakes_paid"),
        ),
        sa.CheckConstraint("state IN ('live', 'paid', 'returned')", name=op.f("ck_stakes_state")),
        sa.CheckConstraint(
            "outcome >= 0 AND amount BETWEEN 1 AND 1000000000000000", name=op.f("ck_stakes_amount")
        ),
        _in_pool("stakes"),
        _refers("stakes", "paid_by", "transfers"),
        _refers("stakes", "player", "players"),
        _refers("stakes", "transfer", "transfers"),
        sa.PrimaryKeyConstraint("guild_id", "claim", "number", name=op.f("pk_stakes")),
        **STRICT,
    )


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, WHOLE, nullable=False) for name in names]


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_guild_id_{column}")
    return sa.ForeignKeyConstraint(["guild_id", column], [f"{to}.guild_id", f"{to}.number"], name=name)


def _in_pool(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["guild_id", "claim", "pool"],
        ["pools.guild_id", "pools.claim", "pools.number"],
        name=op.f(f"fk_{table}_guild_id_claim_pool"),
    )
