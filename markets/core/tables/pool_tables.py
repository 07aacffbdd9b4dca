"""Tables of pools."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger import money
from ledger.schema import STRICT, TableModel, core
from ledger.types import Flag, Moment, Whole, Words
from markets.core.tables.keys import among, of_account, of_claim, of_player, of_transfer

POOL_STATES = ("open", "settled", "void")
STAKE_STATES = ("live", "paid", "returned")


class PoolsTable(TableModel, table=True):
    """One of a claim's pools (C6): one escrow holds all of its stakes until the claim's one resolution pays them.

    `number` counts the pools of a claim: the next opens after the last has closed. `stakes` is how many it has;
    `closes_us` is never after trading closes. `resolution` is the one that paid it. While it
    is being paid `plan` says how the pot is split; it can be computed again from the stakes at any time.
    """

    __table_args__ = (
        of_claim(),
        of_player("opener"),
        of_account("escrow"),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        among("state", POOL_STATES),
        sa.CheckConstraint("stakes >= 0 AND opened_us < closes_us", name="times"),
        sa.CheckConstraint("number >= 1", name="number"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True, default=1)  # SQLite's own check wants keys in front
    opener: int = Field(sa_type=Whole)
    escrow: int = Field(sa_type=Whole)
    opened_us: int = Field(sa_type=Moment)
    closes_us: int = Field(sa_type=Moment)
    stakes: int = Field(sa_type=Whole, default=0)
    state: str = Field(sa_type=Words)
    resolution: int | None = Field(sa_type=Whole, default=None)
    plan: str | None = Field(sa_type=Words, default=None)


pools = core(PoolsTable)


def of_pool() -> sa.ForeignKeyConstraint:
    """Point `guild_id`, `claim` and `pool` to a pool."""
    return sa.ForeignKeyConstraint(
        ["guild_id", "claim", "pool"], ["pools.guild_id", "pools.claim", "pools.number"]
    )


class PoolOutcomesTable(TableModel, table=True):
    """How much lies on one outcome of a pool: what its odds are worked out from."""

    __table_args__ = (
        of_pool(),
        sa.CheckConstraint("outcome >= 0 AND staked >= 0", name="staked"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole, primary_key=True)
    pool: int = Field(sa_type=Whole, primary_key=True, default=1)
    staked: int = Field(sa_type=Whole)


pool_outcomes = core(PoolOutcomesTable)


class StakesTable(TableModel, table=True):
    """One stake in a pool, and what it got back in the end.

    `number` counts those of all pools of the claim. `late` is 1 where it was placed after the result was public and
    returned for that (D2); `paid_by` is empty where nothing came back.
    """

    __table_args__ = (
        of_pool(),
        of_player("player"),
        of_transfer("transfer"),
        of_transfer("paid_by"),
        among("state", STAKE_STATES),
        sa.CheckConstraint(f"outcome >= 0 AND amount BETWEEN 1 AND {money.MOST}", name="amount"),
        sa.CheckConstraint(
            "(state = 'live') = (paid IS NULL) AND (paid IS NULL OR paid >= 0) AND late IN (0, 1)"
            " AND (paid_by IS NULL OR paid > 0)",
            name="paid",
        ),
        sa.Index("ix_stakes_state", "guild_id", "claim", "state", "number"),
        sa.Index("ix_stakes_player", "guild_id", "player", "state"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole)
    outcome: int = Field(sa_type=Whole)
    amount: int = Field(sa_type=Whole)
    transfer: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)
    state: str = Field(sa_type=Words)
    late: int = Field(sa_type=Flag, default=0)
    paid: int | None = Field(sa_type=Whole, default=None)
    paid_by: int | None = Field(sa_type=Whole, default=None)
    pool: int = Field(sa_type=Whole, default=1)


stakes = core(StakesTable)
