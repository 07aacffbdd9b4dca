"""Share markets: what the market maker has sold, who paid for it, who holds what, and limit orders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "markets",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("opener", WHOLE, nullable=False),
        sa.Column("house", WHOLE, nullable=False),
        sa.Column("let_by", WHOLE, nullable=True),
        sa.Column("escrow", WHOLE, nullable=False),
        sa.Column("liquidity", WHOLE, nullable=False),
        sa.Column("trades", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_us", WHOLE, nullable=False),
        sa.Column("resolution", WHOLE, nullable=True),
        sa.Column("phase", WHOLE, nullable=False),
        sa.Column("cursor", WHOLE, nullable=False),
        sa.Column("chunks", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_markets_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "escrow"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_markets_guild_id_escrow"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "opener"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_markets_guild_id_opener"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "resolution"],
            ["resolutions.guild_id", "resolutions.number"],
            name=op.f("fk_markets_guild_id_resolution"),
        ),
        sa.CheckConstraint(
            "house IN (0, 1) AND (house = 1) = (let_by IS NOT NULL)", name=op.f("ck_markets_house")
        ),
        sa.CheckConstraint("state IN ('open', 'ending', 'settled', 'void')", name=op.f("ck_markets_state")),
        sa.CheckConstraint("liquidity BETWEEN 1 AND 1000000000000", name=op.f("ck_markets_liquidity")),
        sa.CheckConstraint(
            "trades >= 0 AND phase >= 0 AND cursor >= 0 AND chunks >= 0", name=op.f("ck_markets_counts")
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", name=op.f("pk_markets")),
        **STRICT,
    )
    op.create_table(
        "market_outcomes",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("opening", WHOLE, nullable=False),
        sa.Column("weight", WHOLE, nullable=False),
        sa.Column("moved", WHOLE, nullable=False),
        sa.Column("sold", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["markets.guild_id", "markets.claim"],
            name=op.f("fk_market_outcomes_guild_id_claim"),
        ),
        sa.CheckConstraint(
            "sold BETWEEN 0 AND 1000000000000 AND moved BETWEEN -1000000000000 AND 1000000000000",
            name=op.f("ck_market_outcomes_shares"),
        ),
        sa.CheckConstraint(
            "outcome >= 0 AND opening >= 1 AND weight >= 1", name=op.f("ck_market_outcomes_weights")
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "outcome", name=op.f("pk_market_outcomes")),
        **STRICT,
    )
    op.create_table(
        "liquidity",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("actor", WHOLE, nullable=False),
        sa.Column("liquidity", WHOLE, nullable=False),
        sa.Column("paid", WHOLE, nullable=False),
        sa.Column("transfer", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("returned", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "actor"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_liquidity_guild_id_actor"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["markets.guild_id", "markets.claim"],
            name=op.f("fk_liquidity_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "transfer"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_liquidity_guild_id_transfer"),
        ),
        sa.CheckConstraint("liquidity BETWEEN 1 AND 1000000000000", name=op.f("ck_liquidity_liquidity")),
        sa.CheckConstraint(
            "player >= 0 AND paid >= 1 AND (returned IS NULL OR returned >= 0)",
            name=op.f("ck_liquidity_paid"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "number", name=op.f("pk_liquidity")),
        **STRICT,
    )
    op.create_index("ix_liquidity_player", "liquidity", ["guild_id", "player", "claim"], unique=False)
    op.create_table(
        "positions",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("shares", WHOLE, nullable=False),
        sa.Column("cost", WHOLE, nullable=False),
        sa.Column("paid", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["markets.guild_id", "markets.claim"],
            name=op.f("fk_positions_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_positions_guild_id_player"),
        ),
        sa.CheckConstraint(
            "outcome >= 0 AND shares BETWEEN 0 AND 1000000000000", name=op.f("ck_positions_shares")
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "player", "outcome", name=op.f("pk_positions")),
        **STRICT,
    )
    op.create_index("ix_positions_player", "positions", ["guild_id", "player", "claim"], unique=False)
    op.create_table(
        "orders",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("sells", WHOLE, nullable=False),
        sa.Column("limit_bps", WHOLE, nullable=False),
        sa.Column("budget", WHOLE, nullable=False),
        sa.Column("quantity", WHOLE, nullable=False),
        sa.Column("reserve", WHOLE, nullable=True),
        sa.Column("filled", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("expires_us", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_us", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["markets.guild_id", "markets.claim"],
            name=op.f("fk_orders_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_orders_guild_id_player"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "reserve"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_orders_guild_id_reserve"),
        ),
        sa.CheckConstraint("filled >= 0 AND amount >= 0", name=op.f("ck_orders_filled")),
        sa.CheckConstraint("limit_bps BETWEEN 100 AND 9900 AND outcome >= 0", name=op.f("ck_orders_limit")),
        sa.CheckConstraint(
            "(sells = 0 AND reserve IS NOT NULL AND budget BETWEEN 1 AND 1000000000000000 AND quantity = 0)"
            " OR (sells = 1 AND reserve IS NULL AND budget = 0 AND quantity BETWEEN 1 AND 1000000000000"
            " AND filled <= quantity)",
            name=op.f("ck_orders_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'filled', 'cancelled', 'expired', 'ended')", name=op.f("ck_orders_state")
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_orders")),
        **STRICT,
    )
    op.create_index("ix_orders_claim", "orders", ["guild_id", "claim", "state"], unique=False)
    op.create_index("ix_orders_player", "orders", ["guild_id", "player", "state"], unique=False)
    op.create_table(
        "trades",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("quantity", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("prices", sa.Text(), nullable=False),
        sa.Column("by_order", WHOLE, nullable=True),
        sa.Column("transfer", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "by_order"],
            ["orders.guild_id", "orders.number"],
            name=op.f("fk_trades_guild_id_by_order"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["markets.guild_id", "markets.claim"],
            name=op.f("fk_trades_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_trades_guild_id_player"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "transfer"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_trades_guild_id_transfer"),
        ),
        sa.CheckConstraint("number >= 1 AND outcome >= 0 AND quantity <> 0", name=op.f("ck_trades_quantity")),
        sa.CheckConstraint(
            "(quantity > 0 AND amount BETWEEN 1 AND quantity) OR (quantity < 0 AND amount BETWEEN quantity AND -1)",
            name=op.f("ck_trades_amount"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "number", name=op.f("pk_trades")),
        **STRICT,
    )
    op.create_index("ix_trades_player", "trades", ["guild_id", "player", "claim"], unique=False)
