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
    """SQLite changes no key of a table, and PostgreSQL puts no column between others: rows move into new tables."""
    op.drop_index("ix_stakes_player", "stakes")
    op.drop_index("ix_stakes_state", "stakes")
    columns = {table: _columns(table) for table in TABLES}
    for table in TABLES:
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")  # noqa: S608 - our own names
        op.drop_table(table)
    _create_pools()
    _create_stakes()
    for table in reversed(TABLES):
        named, number = ", ".join(columns[table]), "number" if table == "pools" else "pool"
        op.execute(
            f"INSERT INTO {table} ({named}, {number}) SELECT {named}, 1 FROM {table}_before"  # noqa: S608 - our own names
        )
        op.drop_table(f"{table}_before")
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_touched AFTER INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION crux_touched()"
            )
    op.create_index("ix_stakes_player", "stakes", ["guild_id", "player", "state"])
    op.create_index("ix_stakes_state", "stakes", ["guild_id", "claim", "state", "number"])


def _columns(table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]


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
