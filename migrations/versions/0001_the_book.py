"""The book: players, accounts, transfers, entries, notes, done and settings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "books",
        sa.Column("guild_id", WHOLE, nullable=False, autoincrement=False),
        sa.Column("transfers", WHOLE, nullable=False),
        sa.Column("accounts", WHOLE, nullable=False),
        sa.Column("players", WHOLE, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("guild_id > 0", name=op.f("ck_books_guild")),
        sa.CheckConstraint(
            "transfers >= 0 AND accounts >= 2 AND players >= 0", name=op.f("ck_books_counters")
        ),
        sa.CheckConstraint("length(head) = 32", name=op.f("ck_books_head")),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_books")),
        **STRICT,
    )
    op.create_table(
        "players",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("discord_id", WHOLE, nullable=True),
        sa.Column("joined_us", WHOLE, nullable=False),
        sa.UniqueConstraint("guild_id", "discord_id", name=op.f("uq_players_guild_id_discord_id")),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_players_guild_id")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_players_number")),
        sa.CheckConstraint("discord_id IS NULL OR discord_id > 0", name=op.f("ck_players_discord_id")),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_players")),
        **STRICT,
    )
    op.create_table(
        "accounts",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", WHOLE, nullable=False),
        sa.Column("balance", WHOLE, nullable=False),
        sa.Column("entries", WHOLE, nullable=False),
        sa.Column("ended_by", WHOLE, nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_accounts_guild_id")),
        sa.CheckConstraint(
            "kind IN ('mint', 'house', 'wallet', 'escrow', 'reserve', 'bond')", name=op.f("ck_accounts_kind")
        ),
        sa.CheckConstraint(
            "number >= 1 AND (kind = 'mint') = (number = 1) AND (kind = 'house') = (number = 2)",
            name=op.f("ck_accounts_number"),
        ),
        sa.CheckConstraint(
            "owner >= 0 AND (kind NOT IN ('mint', 'house') OR owner = 0)", name=op.f("ck_accounts_owner")
        ),
        sa.CheckConstraint("kind <> 'wallet' OR owner >= 1", name=op.f("ck_accounts_wallet")),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_accounts_entries")),
        sa.CheckConstraint(
            "balance BETWEEN -1000000000000000000 AND 1000000000000000000"
            " AND (balance >= 0 OR NOT kind IN ('escrow', 'reserve', 'bond'))",
            name=op.f("ck_accounts_balance"),
        ),
        sa.CheckConstraint(
            "ended_by IS NULL OR (ended_by >= -1 AND balance = 0 AND kind IN ('escrow', 'reserve', 'bond'))",
            name=op.f("ck_accounts_ended"),
        ),
        sa.CheckConstraint("length(seal) = 32", name=op.f("ck_accounts_seal")),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_accounts")),
        **STRICT,
    )
    op.create_table(
        "transfers",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("format", WHOLE, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", WHOLE, nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.Column("reverses", WHOLE, nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("guild_id", "key", name=op.f("uq_transfers_guild_id_key")),
        sa.UniqueConstraint("guild_id", "reverses", name=op.f("uq_transfers_guild_id_reverses")),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_transfers_guild_id")),
        sa.ForeignKeyConstraint(
            ["guild_id", "reverses"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_transfers_guild_id_reverses"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_transfers_number")),
        sa.CheckConstraint(
            "length(key) BETWEEN 1 AND 120 AND length(kind) BETWEEN 1 AND 40", name=op.f("ck_transfers_key")
        ),
        sa.CheckConstraint("actor >= 0", name=op.f("ck_transfers_actor")),
        sa.CheckConstraint(
            "reverses IS NULL OR (reverses >= 1 AND reverses < number)", name=op.f("ck_transfers_reverses")
        ),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_transfers_reversal")
        ),
        sa.CheckConstraint(
            "length(digest) = 32 AND (words IS NULL OR length(words) = 32)", name=op.f("ck_transfers_digest")
        ),
        sa.PrimaryKeyConstraint("guild_id", "number", name=op.f("pk_transfers")),
        **STRICT,
    )
    op.create_table(
        "entries",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("transfer", WHOLE, nullable=False),
        sa.Column("line", WHOLE, nullable=False),
        sa.Column("account", WHOLE, nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("balance_after", WHOLE, nullable=False),
        sa.Column("account_seq", WHOLE, nullable=False),
        sa.UniqueConstraint(
            "guild_id", "account", "account_seq", name=op.f("uq_entries_guild_id_account_account_seq")
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "transfer"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_entries_guild_id_transfer"),
        ),
        sa.ForeignKeyConstraint(
            ["guild_id", "account"],
            ["accounts.guild_id", "accounts.number"],
            name=op.f("fk_entries_guild_id_account"),
        ),
        sa.CheckConstraint("line >= 1 AND account_seq >= 1", name=op.f("ck_entries_counts")),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000",
            name=op.f("ck_entries_amount"),
        ),
        sa.CheckConstraint(
            "balance_after BETWEEN -1000000000000000000 AND 1000000000000000000",
            name=op.f("ck_entries_balance_after"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "transfer", "line", name=op.f("pk_entries")),
        **STRICT,
    )
    op.create_table(
        "notes",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("transfer", WHOLE, nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("erased", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "transfer"],
            ["transfers.guild_id", "transfers.number"],
            name=op.f("fk_notes_guild_id_transfer"),
        ),
        sa.CheckConstraint("erased IN (0, 1)", name=op.f("ck_notes_erased")),
        sa.CheckConstraint(
            "(erased = 1) = (words IS NULL) AND (erased = 1) = (salt IS NULL) AND (words IS NULL "
            "OR length(words) BETWEEN 1 AND 4000)",
            name=op.f("ck_notes_words"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "transfer", name=op.f("pk_notes")),
        **STRICT,
    )
    op.create_table(
        "done",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_us", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_done_guild_id")),
        sa.CheckConstraint("length(key) BETWEEN 1 AND 120", name=op.f("ck_done_key")),
        sa.CheckConstraint("length(request_digest) = 32", name=op.f("ck_done_request_digest")),
        sa.PrimaryKeyConstraint("guild_id", "key", name=op.f("pk_done")),
        **STRICT,
    )
    op.create_table(
        "settings",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"], name=op.f("fk_settings_guild_id")),
        sa.PrimaryKeyConstraint("guild_id", "name", name=op.f("pk_settings")),
        **STRICT,
    )
    op.create_index(
        "ix_accounts_wallet",
        "accounts",
        ["guild_id", "owner"],
        unique=True,
        sqlite_where=sa.text("kind = 'wallet'"),
        postgresql_where=sa.text("kind = 'wallet'"),
    )
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


SQLITE = (
    "CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers BEGIN SELECT RAISE(ABORT, "
    "'transfers is append-only'); END",
    "CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, "
    "'transfers is append-only'); END",
    "CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries is"
    " append-only'); END",
    "CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries is"
    " append-only'); END",
    "CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes WHEN NOT (NEW.erased = 1 AND NEW.guild_id"
    " = OLD.guild_id AND NEW.transfer = OLD.transfer) BEGIN SELECT RAISE(ABORT, 'notes can only be "
    "blanked'); END",
    "CREATE TRIGGER notes_no_delete BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'notes can only"
    " be blanked'); END",
)

POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION crux_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
    "CREATE OR REPLACE FUNCTION crux_blank_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
    "TG_OP = 'UPDATE' THEN IF NEW.erased = 1 AND NEW.guild_id = OLD.guild_id AND NEW.transfer = "
    "OLD.transfer THEN RETURN NEW; END IF; END IF; RAISE EXCEPTION '% can only be blanked', "
    "TG_TABLE_NAME; END $$",
    "CREATE TRIGGER transfers_append_only BEFORE UPDATE OR DELETE ON transfers FOR EACH ROW EXECUTE "
    "FUNCTION crux_append_only()",
    "CREATE TRIGGER transfers_no_truncate BEFORE TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE "
    "FUNCTION crux_append_only()",
    "CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE "
    "FUNCTION crux_append_only()",
    "CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries FOR EACH STATEMENT EXECUTE "
    "FUNCTION crux_append_only()",
    "CREATE TRIGGER notes_append_only BEFORE UPDATE OR DELETE ON notes FOR EACH ROW EXECUTE FUNCTION"
    " crux_blank_only()",
    "CREATE TRIGGER notes_no_truncate BEFORE TRUNCATE ON notes FOR EACH STATEMENT EXECUTE FUNCTION "
    "crux_append_only()",
)
