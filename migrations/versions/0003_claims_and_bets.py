"""Claims, two-party bets, how they come out, the calendar and announcements."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "cards",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", WHOLE, nullable=False),
        sa.Column("channel", WHOLE, nullable=True),
        sa.Column("message", WHOLE, nullable=True),
        sa.Column("wanted", WHOLE, nullable=False),
        sa.Column("shown", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_us", WHOLE, nullable=True),
        sa.Column("owner", WHOLE, nullable=False),
        sa.Column("lease_us", WHOLE, nullable=False),
        sa.Column("fence", WHOLE, nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_cards_guild_id")),
        sa.CheckConstraint("state IN ('waiting', 'shown', 'parked')", name=op.f("ck_cards_state")),
        sa.PrimaryKeyConstraint("guild_id", "kind", "ref", name=op.f("pk_cards")),
        **STRICT,
    )
    op.create_table(
        "counters",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_counters_guild_id")),
        sa.PrimaryKeyConstraint("guild_id", "name", name=op.f("pk_counters")),
        **STRICT,
    )
    op.create_table(
        "due_work",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", WHOLE, nullable=False),
        sa.Column("due_us", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", WHOLE, nullable=False),
        sa.Column("lease_us", WHOLE, nullable=False),
        sa.Column("fence", WHOLE, nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_due_work_guild_id")),
        sa.CheckConstraint("state IN ('waiting', 'parked')", name=op.f("ck_due_work_state")),
        sa.PrimaryKeyConstraint("guild_id", "kind", "ref", name=op.f("pk_due_work")),
        **STRICT,
    )
    op.create_table(
        "posts",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("line", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("channel", WHOLE, nullable=True),
        sa.Column("message", WHOLE, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_us", WHOLE, nullable=True),
        sa.Column("owner", WHOLE, nullable=False),
        sa.Column("lease_us", WHOLE, nullable=False),
        sa.Column("fence", WHOLE, nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_posts_guild_id")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'parked')", name=op.f("ck_posts_state")),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_posts")),
        **STRICT,
    )
    op.create_table(
        "claims",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("author", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("closes_us", WHOLE, nullable=True),
        sa.Column("deadline_us", WHOLE, nullable=True),
        sa.Column("check_us", WHOLE, nullable=True),
        sa.Column("frozen", WHOLE, nullable=False),
        sa.Column("halted", WHOLE, nullable=False),
        sa.Column("supersedes", WHOLE, nullable=True),
        sa.Column("resolution", WHOLE, nullable=True),
        sa.Column("typed", sa.Text(), nullable=True),
        sa.Column("warned", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_claims_guild_id")),
        sa.ForeignKeyConstraint(
            ["guild_id", "author"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_claims_guild_id_author"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "supersedes"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_claims_guild_id_supersedes"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'proposed', 'disputed', 'ruled', 'settled', 'void', "
            "'unresolved', 'dropped')",
            name=op.f("ck_claims_state"),
        ),
        sa.CheckConstraint("frozen IN (0, 1) AND halted IN (0, 1)", name=op.f("ck_claims_flags")),
        sa.CheckConstraint(
            "closes_us <= deadline_us AND deadline_us <= check_us", name=op.f("ck_claims_times")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'dropped') OR closes_us IS NOT NULL", name=op.f("ck_claims_opened")
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_claims")),
        **STRICT,
    )
    op.create_table(
        "acts",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=True),
        sa.Column("actor", WHOLE, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_acts_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "actor"], ["players.guild_id", "players.number"], name=op.f("fk_acts_guild_id_actor")
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_acts")),
        **STRICT,
    )
    op.create_table(
        "clarifications",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("author", WHOLE, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_clarifications_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "author"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_clarifications_guild_id_author"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "number", name=op.f("pk_clarifications")),
        **STRICT,
    )
    op.create_table(
        "follows",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_follows_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_follows_guild_id_player"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "player", name=op.f("pk_follows")),
        **STRICT,
    )
    op.create_table(
        "offers",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("maker", WHOLE, nullable=False),
        sa.Column("taker", WHOLE, nullable=False),
        sa.Column("side", WHOLE, nullable=False),
        sa.Column("against", WHOLE, nullable=False),
        sa.Column("maker_stake", WHOLE, nullable=False),
        sa.Column("taker_stake", WHOLE, nullable=False),
        sa.Column("clause", sa.Text(), nullable=True),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("expires_us", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counters", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_offers_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "maker"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_offers_guild_id_maker"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "counters"],
            ["offers.guild_id", "offers.number"],
            name=op.f("fk_offers_guild_id_counters"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'withdrawn', 'countered', 'expired', 'dead')",
            name=op.f("ck_offers_state"),
        ),
        sa.CheckConstraint(
            "against IN (0, 1) AND side >= 0 AND taker >= 0 AND taker <> maker", name=op.f("ck_offers_sides")
        ),
        sa.CheckConstraint(
            "maker_stake BETWEEN 1 AND 1000000000000000 AND taker_stake BETWEEN 1 AND 1000000000000000",
            name=op.f("ck_offers_stakes"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_offers")),
        **STRICT,
    )
    op.create_table(
        "proposals",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("proposer", WHOLE, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("known_us", WHOLE, nullable=True),
        sa.Column("gains", WHOLE, nullable=False),
        sa.Column("early", WHOLE, nullable=False),
        sa.Column("confirm", WHOLE, nullable=False),
        sa.Column("bond", WHOLE, nullable=True),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("window_seconds", WHOLE, nullable=False),
        sa.Column("window_from_us", WHOLE, nullable=True),
        sa.Column("window_to_us", WHOLE, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_us", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_proposals_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "proposer"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_proposals_guild_id_proposer"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "bond"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_proposals_guild_id_bond"),
        ),
        sa.CheckConstraint(
            "state IN ('standing', 'withdrawn', 'disputed', 'settled', 'failed')",
            name=op.f("ck_proposals_state"),
        ),
        sa.CheckConstraint(
            "gains IN (0, 1) AND early IN (0, 1) AND confirm IN (0, 1)", name=op.f("ck_proposals_flags")
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_proposals")),
        **STRICT,
    )
    op.create_table(
        "tags",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_tags_guild_id_claim")
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "tag", name=op.f("pk_tags")),
        **STRICT,
    )
    op.create_table(
        "disputes",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("proposal", WHOLE, nullable=False),
        sa.Column("challenger", WHOLE, nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("bond", WHOLE, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_us", WHOLE, nullable=False),
        sa.Column("ruling", sa.Text(), nullable=True),
        sa.Column("ruling_reason", sa.Text(), nullable=True),
        sa.Column("ruled_us", WHOLE, nullable=True),
        sa.Column("first_ruling", sa.Text(), nullable=True),
        sa.Column("appellant", WHOLE, nullable=True),
        sa.Column("appeal_reason", sa.Text(), nullable=True),
        sa.Column("appeal_bond", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_disputes_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "proposal"],
            ["proposals.guild_id", "proposals.number"],
            name=op.f("fk_disputes_guild_id_proposal"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "challenger"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_disputes_guild_id_challenger"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "bond"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_disputes_guild_id_bond"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "appeal_bond"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_disputes_guild_id_appeal_bond"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'ruled', 'appealed', 'final', 'lapsed')", name=op.f("ck_disputes_state")
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_disputes")),
        **STRICT,
    )
    op.create_table(
        "arguments",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("dispute", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("author", WHOLE, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute"],
            ["disputes.guild_id", "disputes.number"],
            name=op.f("fk_arguments_guild_id_dispute"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "author"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_arguments_guild_id_author"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "number", name=op.f("pk_arguments")),
        **STRICT,
    )
    op.create_table(
        "resolutions",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("proposal", WHOLE, nullable=True),
        sa.Column("dispute", WHOLE, nullable=True),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("pays_us", WHOLE, nullable=False),
        sa.Column("paid_us", WHOLE, nullable=True),
        sa.Column("reversed_us", WHOLE, nullable=True),
        sa.Column("reversed_by", WHOLE, nullable=True),
        sa.Column("reversed_why", sa.Text(), nullable=True),
        sa.Column("reversed_salt", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_resolutions_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "proposal"],
            ["proposals.guild_id", "proposals.number"],
            name=op.f("fk_resolutions_guild_id_proposal"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute"],
            ["disputes.guild_id", "disputes.number"],
            name=op.f("fk_resolutions_guild_id_dispute"),
        ),
        sa.CheckConstraint(
            "(reversed_us IS NULL) = (reversed_by IS NULL)", name=op.f("ck_resolutions_reversed")
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_resolutions")),
        **STRICT,
    )
    op.create_table(
        "votes",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("dispute", WHOLE, nullable=False),
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("judge", WHOLE, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute"],
            ["disputes.guild_id", "disputes.number"],
            name=op.f("fk_votes_guild_id_dispute"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "judge"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_votes_guild_id_judge"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "dispute", "round", "judge", name=op.f("pk_votes")),
        **STRICT,
    )
    op.create_table(
        "bets",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("maker", WHOLE, nullable=False),
        sa.Column("taker", WHOLE, nullable=False),
        sa.Column("side", WHOLE, nullable=False),
        sa.Column("against", WHOLE, nullable=False),
        sa.Column("maker_stake", WHOLE, nullable=False),
        sa.Column("taker_stake", WHOLE, nullable=False),
        sa.Column("clause", sa.Text(), nullable=True),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("escrow", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("accepted_us", WHOLE, nullable=False),
        sa.Column("accepted_by", WHOLE, nullable=False),
        sa.Column("ended_us", WHOLE, nullable=True),
        sa.Column("maker_paid", WHOLE, nullable=True),
        sa.Column("taker_paid", WHOLE, nullable=True),
        sa.Column("paid_by", WHOLE, nullable=True),
        sa.Column("resolution", WHOLE, nullable=True),
        sa.Column("dissent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id", "number"], ["offers.guild_id", "offers.number"], name=op.f("fk_bets_guild_id_number")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"], ["claims.guild_id", "claims.number"], name=op.f("fk_bets_guild_id_claim")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "maker"], ["players.guild_id", "players.number"], name=op.f("fk_bets_guild_id_maker")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "taker"], ["players.guild_id", "players.number"], name=op.f("fk_bets_guild_id_taker")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "escrow"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_bets_guild_id_escrow"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "accepted_by"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_bets_guild_id_accepted_by"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "paid_by"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_bets_guild_id_paid_by"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "resolution"],
            ["resolutions.guild_id", "resolutions.number"],
            name=op.f("fk_bets_guild_id_resolution"),
        ),
        sa.CheckConstraint("state IN ('live', 'settled', 'agreed', 'void')", name=op.f("ck_bets_state")),
        sa.CheckConstraint("maker <> taker AND against IN (0, 1)", name=op.f("ck_bets_sides")),
        sa.CheckConstraint(
            "(state = 'live') = (maker_paid IS NULL) AND (maker_paid IS NULL) = (taker_paid IS "
            "NULL) AND (maker_paid IS NULL OR (maker_paid >= 0 AND taker_paid >= 0 AND maker_paid "
            "+ taker_paid = maker_stake + taker_stake))",
            name=op.f("ck_bets_paid"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_bets")),
        **STRICT,
    )
    op.create_table(
        "agreements",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("bet", WHOLE, nullable=False),
        sa.Column("suggested_by", WHOLE, nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("maker_gets", WHOLE, nullable=False),
        sa.Column("taker_gets", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "bet"], ["bets.guild_id", "bets.number"], name=op.f("fk_agreements_guild_id_bet")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "suggested_by"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_agreements_guild_id_suggested_by"),
        ),
        sa.CheckConstraint("maker_gets >= 0 AND taker_gets >= 0", name=op.f("ck_agreements_split")),
        sa.PrimaryKeyConstraint("guild_id", "bet", name=op.f("pk_agreements")),
        **STRICT,
    )
    op.create_table(
        "moves",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("bet", WHOLE, nullable=False),
        sa.Column("to_claim", WHOLE, nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("signed_by", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "bet"], ["bets.guild_id", "bets.number"], name=op.f("fk_moves_guild_id_bet")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "to_claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_moves_guild_id_to_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "signed_by"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_moves_guild_id_signed_by"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "bet", name=op.f("pk_moves")),
        **STRICT,
    )
    op.create_table(
        "appointments",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.Column("side", WHOLE, nullable=False),
        sa.Column("judge", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_appointments_guild_id_claim"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "side"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_appointments_guild_id_side"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "judge"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_appointments_guild_id_judge"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "claim", "side", name=op.f("pk_appointments")),
        **STRICT,
    )
    op.create_table(
        "preferences",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("player", WHOLE, nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "player"],
            ["players.guild_id", "players.number"],
            name=op.f("fk_preferences_guild_id_player"),
        ),
        sa.CheckConstraint("mentions IN ('dm', 'off')", name=op.f("ck_preferences_mentions")),
        sa.PrimaryKeyConstraint("guild_id", "player", name=op.f("pk_preferences")),
        **STRICT,
    )
    op.create_table(
        "removals",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("from_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_removals_guild_id")),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_removals")),
        **STRICT,
    )
    op.create_index("ix_cards_state", "cards", ["state", "lease_us"])
    op.create_index("ix_due_work_due", "due_work", ["state", "due_us"])
    op.create_index("ix_posts_line", "posts", ["guild_id", "line", "state", "number"])
    op.create_index("ix_posts_state", "posts", ["state", "lease_us"])
    op.create_index("ix_acts_claim", "acts", ["guild_id", "claim", "act"])
    op.create_index("ix_claims_author", "claims", ["guild_id", "author", "state"])
    op.create_index("ix_claims_state", "claims", ["guild_id", "state", "closes_us"])
    op.create_index("ix_offers_claim", "offers", ["guild_id", "claim", "state"])
    op.create_index("ix_offers_maker", "offers", ["guild_id", "maker", "state"])
    op.create_index("ix_offers_taker", "offers", ["guild_id", "taker", "state"])
    op.create_index("ix_proposals_claim", "proposals", ["guild_id", "claim", "state"])
    op.create_index("ix_proposals_proposer", "proposals", ["guild_id", "proposer", "state"])
    op.create_index("ix_tags_tag", "tags", ["guild_id", "tag", "claim"])
    op.create_index("ix_disputes_claim", "disputes", ["guild_id", "claim", "state"])
    op.create_index("ix_disputes_challenger", "disputes", ["guild_id", "challenger"])
    op.create_index("ix_resolutions_claim", "resolutions", ["guild_id", "claim"])
    op.create_index("ix_bets_claim", "bets", ["guild_id", "claim", "state"])
    op.create_index("ix_bets_maker", "bets", ["guild_id", "maker", "state"])
    op.create_index("ix_bets_taker", "bets", ["guild_id", "taker", "state"])
