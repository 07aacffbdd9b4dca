"""The words that claims are searched by, one row a word, filled from the terms that are stored."""

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BY_BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
STRICT = {"sqlite_strict": True, "sqlite_with_rowid": False}

OPENED = sa.text(
    "SELECT guild_id, number, terms FROM claims WHERE state NOT IN ('draft', 'dropped')"
    " AND (guild_id > :g OR (guild_id = :g AND number > :n)) ORDER BY guild_id, number LIMIT 500"
)
ADD = sa.text("INSERT INTO claim_words (guild_id, word, claim) VALUES (:g, :w, :n)")


def upgrade() -> None:
    op.create_table(
        "claim_words",
        sa.Column("guild_id", WHOLE, nullable=False),
        sa.Column("word", BY_BYTES, nullable=False),
        sa.Column("claim", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "claim"],
            ["claims.guild_id", "claims.number"],
            name=op.f("fk_claim_words_guild_id_claim"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "word", "claim", name=op.f("pk_claim_words")),
        **STRICT,
    )
    guild = number = 0
    while rows := op.get_bind().execute(OPENED, {"g": guild, "n": number}).all():
        found = [
            {"g": row.guild_id, "w": word, "n": row.number} for row in rows for word in _words_of(row.terms)
        ]
        if found:
            op.get_bind().execute(ADD, found)
        guild, number = rows[-1].guild_id, rows[-1].number


def _words_of(terms: str) -> list[str]:
    """The words of title, statement, outcome names and tags, as `claim_words` split them at this version."""
    said = json.loads(terms)
    names = (outcome["name"] for outcome in said.get("outcomes") or ())
    texts = (said.get("title") or "", said.get("statement") or "", *names, *(said.get("tags") or ()))
    return sorted({word for text in texts for word in _split(text)})


def _split(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return [word[:40] for word in "".join(map(_letter, folded)).split()]


def _letter(one: str) -> str:
    if one.isalnum():
        return one
    category = unicodedata.category(one)
    if category == "Cf":
        return ""
    return one if category.startswith("M") else " "
