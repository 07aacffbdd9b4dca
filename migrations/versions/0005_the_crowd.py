"""Pools, forecasts and their scores, and the board."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "seasons",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_us", WHOLE, nullable=False),
        sa.Column("to_us", WHOLE, nullable=False),
        sa.Column("made_by", WHOLE, nullable=False),
        sa.CheckConstraint("number >= 1 AND from_us < to_us", name=op.f("ck_seasons_times")),
        sa.ForeignKeyConstraint(
            ["guild_id", "made_by"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_seasons_guild_id_made_by"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_seasons")),
        **STRICT,
    )
    op.create_table(
        "standings",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("season", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("listed", WHOLE, nullable=False),
        sa.Column("claims", WHOLE, nullable=False),
        sa.Column("peer", WHOLE, nullable=False),
        sa.Column("coverage", WHOLE, nullable=False),
        sa.Column("brier", WHOLE, nullable=False),
        sa.Column("log", WHOLE, nullable=False),
        sa.Column("baseline", WHOLE, nullable=False),
        sa.Column("settled", WHOLE, nullable=False),
        sa.Column("staked", WHOLE, nullable=False),
        sa.Column("profit", WHOLE, nullable=False),
        sa.Column("accuracy", WHOLE, nullable=True),
        sa.Column("miss", WHOLE, nullable=True),
        sa.Column("gain", WHOLE, nullable=True),
        sa.Column("return_bps", WHOLE, nullable=True),
        sa.CheckConstraint("listed IN (0, 1)", name=op.f("ck_standings_listed")),
        sa.CheckConstraint(
            "season >= 0 AND claims >= 0 AND settled >= 0 AND staked >= 0", name=op.f("ck_standings_counts")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_standings_guild_id_player"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "season", "player", name=op.f("pk_standings")),
        **STRICT,
    )
    op.create_index(
        "ix_standings_accuracy", "standings", ["guild_id", "season", "listed", "accuracy", "player"]
    )
    op.create_index("ix_standings_gain", "standings", ["guild_id", "season", "listed", "gain", "player"])
    op.create_index("ix_standings_miss", "standings", ["guild_id", "season", "listed", "miss", "player"])
    op.create_index(
        "ix_standings_return", "standings", ["guild_id", "season", "listed", "return_bps", "player"]
    )
    op.create_table(
        "tenths",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("season", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("tenth", WHOLE, nullable=False),
        sa.Column("given", WHOLE, nullable=False),
        sa.Column("came", WHOLE, nullable=False),
        sa.Column("said", WHOLE, nullable=False),
        sa.CheckConstraint(
            "tenth BETWEEN 0 AND 9 AND given >= came AND came >= 0 AND said >= 0 AND season >= 0",
            name=op.f("ck_tenths_counts"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_tenths_guild_id_player"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "season", "player", "tenth", name=op.f("pk_tenths")),
        **STRICT,
    )
    op.create_table(
        "unlisted",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_unlisted_guild_id_player"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "player", name=op.f("pk_unlisted")),
        **STRICT,
    )
    op.create_table(
        "forecasting",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("from_us", WHOLE, nullable=False),
        sa.Column("hidden", WHOLE, nullable=False),
        sa.Column("revealed_us", WHOLE, nullable=True),
        sa.CheckConstraint(
            "hidden IN (0, 1) AND (revealed_us IS NULL OR hidden = 1)", name=op.f("ck_forecasting_hidden")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_forecasting_guild_id_claim"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", name=op.f("pk_forecasting")),
        **STRICT,
    )
    op.create_table(
        "profits",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("staked", WHOLE, nullable=False),
        sa.Column("profit", WHOLE, nullable=False),
        sa.CheckConstraint("staked >= 0", name=op.f("ck_profits_staked")),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_profits_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_profits_guild_id_player"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "player", name=op.f("pk_profits")),
        **STRICT,
    )
    op.create_index("ix_profits_player", "profits", ["guild_id", "player", "at_us"])
    op.create_table(
        "forecasts",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("chances", sa.Text(), nullable=False),
        sa.Column("quantiles", sa.Text(), nullable=True),
        sa.Column("from_us", WHOLE, nullable=False),
        sa.Column("until_us", WHOLE, nullable=True),
        sa.CheckConstraint(
            "number >= 1 AND (until_us IS NULL OR until_us >= from_us)", name=op.f("ck_forecasts_times")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["forecasting.guild_id", "forecasting.claim"],
            name=op.f("fk_forecasts_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_forecasts_guild_id_player"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "player", "number", name=op.f("pk_forecasts")),
        **STRICT,
    )
    op.create_index("ix_forecasts_player", "forecasts", ["guild_id", "player", "until_us"])
    op.create_table(
        "pools",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("opener", WHOLE, nullable=False),
        sa.Column("escrow", WHOLE, nullable=False),
        sa.Column("opened_us", WHOLE, nullable=False),
        sa.Column("closes_us", WHOLE, nullable=False),
        sa.Column("stakes", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("resolution", WHOLE, nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled', 'void')", name=op.f("ck_pools_state")),
        sa.CheckConstraint("stakes >= 0 AND opened_us < closes_us", name=op.f("ck_pools_times")),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_pools_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "escrow"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_pools_guild_id_escrow"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "opener"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_pools_guild_id_opener"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "resolution"],
            ["resolutions.guild_id", "resolutions.number"],
            name=op.f("fk_pools_guild_id_resolution"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", name=op.f("pk_pools")),
        **STRICT,
    )
    op.create_table(
        "scores",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("resolution", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("brier", WHOLE, nullable=False),
        sa.Column("log", WHOLE, nullable=False),
        sa.Column("baseline", WHOLE, nullable=False),
        sa.Column("peer", WHOLE, nullable=False),
        sa.Column("coverage", WHOLE, nullable=False),
        sa.Column("chances", sa.Text(), nullable=False),
        sa.Column("outcome", WHOLE, nullable=True),
        sa.Column("counted", WHOLE, nullable=False),
        sa.CheckConstraint(
            "coverage BETWEEN 1 AND 1000000 AND counted IN (0, 1)", name=op.f("ck_scores_coverage")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_scores_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_scores_guild_id_player"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "resolution"],
            ["resolutions.guild_id", "resolutions.number"],
            name=op.f("fk_scores_guild_id_resolution"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "resolution", "player", name=op.f("pk_scores")),
        **STRICT,
    )
    op.create_index("ix_scores_counted", "scores", ["guild_id", "resolution", "counted", "player"])
    op.create_index("ix_scores_player", "scores", ["guild_id", "player", "at_us"])
    op.create_table(
        "counted_bets",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("bet", WHOLE, nullable=False),
        sa.Column("resolution", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "bet"], ["bets.guild_id", "bets.number"], name=op.f("fk_counted_bets_guild_id_bet")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "resolution"],
            ["resolutions.guild_id", "resolutions.number"],
            name=op.f("fk_counted_bets_guild_id_resolution"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "bet", name=op.f("pk_counted_bets")),
        **STRICT,
    )
    op.create_table(
        "pool_outcomes",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("staked", WHOLE, nullable=False),
        sa.CheckConstraint("outcome >= 0 AND staked >= 0", name=op.f("ck_pool_outcomes_staked")),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["pools.guild_id", "pools.claim"],
            name=op.f("fk_pool_outcomes_guild_id_claim"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "outcome", name=op.f("pk_pool_outcomes")),
        **STRICT,
    )
    op.create_table(
        "stakes",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("outcome", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("transfer", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("late", WHOLE, nullable=False),
        sa.Column("paid", WHOLE, nullable=True),
        sa.Column("paid_by", WHOLE, nullable=True),
        sa.CheckConstraint(
            "(state = 'live') = (paid IS NULL) AND (paid IS NULL OR paid >= 0) AND late IN (0, 1)"
            " AND (paid_by IS NULL OR paid > 0)",
            name=op.f("ck_stakes_paid"),
        ),
        sa.CheckConstraint("state IN ('live', 'paid', 'returned')", name=op.f("ck_stakes_state")),
        sa.CheckConstraint(
            "outcome >= 0 AND amount BETWEEN 1 AND 1000000000000000", name=op.f("ck_stakes_amount")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["pools.guild_id", "pools.claim"], name=op.f("fk_stakes_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "paid_by"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_stakes_guild_id_paid_by"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_stakes_guild_id_player"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "transfer"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_stakes_guild_id_transfer"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "number", name=op.f("pk_stakes")),
        **STRICT,
    )
    op.create_index("ix_stakes_player", "stakes", ["guild_id", "player", "state"])
    op.create_index("ix_stakes_state", "stakes", ["guild_id", "claim", "state", "number"])
