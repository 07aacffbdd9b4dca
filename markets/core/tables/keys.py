"""Foreign keys and conditions that the tables of many files have."""

import sqlalchemy as sa


def of_claim(column: str = "claim") -> sa.ForeignKeyConstraint:
    """Point to a claim of the same server."""
    return sa.ForeignKeyConstraint(["guild_id", column], ["claims.guild_id", "claims.number"])


def of_player(column: str) -> sa.ForeignKeyConstraint:
    """Point to a player of the same server."""
    return sa.ForeignKeyConstraint(["guild_id", column], ["players.guild_id", "players.number"])


def of_account(column: str) -> sa.ForeignKeyConstraint:
    """Point to an account of the same server's book."""
    return sa.ForeignKeyConstraint(["guild_id", column], ["accounts.guild_id", "accounts.number"])


def of_transfer(column: str) -> sa.ForeignKeyConstraint:
    """Point to a transfer of the same server's book."""
    return sa.ForeignKeyConstraint(["guild_id", column], ["transfers.guild_id", "transfers.number"])


def among(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    """Allow a column these values and no others."""
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)
