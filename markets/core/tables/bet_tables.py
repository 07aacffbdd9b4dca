"""Tables of two-party bets."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger import money
from ledger.schema import STRICT, TableModel, core
from ledger.types import Digest, Flag, Moment, Whole, Words
from markets.core.tables.keys import among, of_account, of_claim, of_player, of_transfer

OFFER_STATES = ("open", "accepted", "withdrawn", "countered", "expired", "dead")
BET_STATES = ("live", "settled", "agreed", "void")


class OffersTable(TableModel, table=True):
    """A two-party bet proposed. It reserves nothing and is taken whole (C1).

    The maker backs outcome `side`, or everything but it where `against` is 1. `taker` is 0 for anyone. `numbering`
    is the offer that this one answered. `clause` is the bet's own ambiguity clause as JSON, if it has one. `outcomes`
    are the names of the claim's outcomes when it was made, as JSON, where they are others by now.
    """

    __table_args__ = (
        of_claim(),
        of_player("maker"),
        sa.ForeignKeyConstraint(["guild_id", "counters"], ["offers.guild_id", "offers.number"]),
        among("state", OFFER_STATES),
        sa.CheckConstraint("against IN (0, 1) AND side >= 0 AND taker >= 0 AND taker <> maker", name="sides"),
        sa.CheckConstraint(
            f"maker_stake BETWEEN 1 AND {money.MOST} AND taker_stake BETWEEN 1 AND {money.MOST}",
            name="stakes",
        ),
        sa.Index("ix_offers_claim", "guild_id", "claim", "state"),
        sa.Index("ix_offers_maker", "guild_id", "maker", "state"),
        sa.Index("ix_offers_taker", "guild_id", "taker", "state"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    maker: int = Field(sa_type=Whole)
    taker: int = Field(sa_type=Whole, default=0)
    side: int = Field(sa_type=Whole)
    against: int = Field(sa_type=Flag, default=0)
    maker_stake: int = Field(sa_type=Whole)
    taker_stake: int = Field(sa_type=Whole)
    clause: str | None = Field(sa_type=Words, default=None)
    made_us: int = Field(sa_type=Moment)
    expires_us: int = Field(sa_type=Moment)
    state: str = Field(sa_type=Words)
    counters: int | None = Field(sa_type=Whole, default=None)
    outcomes: str | None = Field(sa_type=Words, default=None)


offers = core(OffersTable)


class BetsTable(TableModel, table=True):
    """An offer that was accepted, under the same number. Everything but its ending is frozen.

    `terms` is the digest of the claim's terms as both sides saw them. `maker_paid` and `taker_paid` are what each
    got back, `transfer` the payout, once it has ended.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "number"], ["offers.guild_id", "offers.number"]),
        of_claim(),
        of_player("maker"),
        of_player("taker"),
        of_account("escrow"),
        of_transfer("accepted_by"),
        of_transfer("paid_by"),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        among("state", BET_STATES),
        sa.CheckConstraint("maker <> taker AND against IN (0, 1)", name="sides"),
        sa.CheckConstraint(
            "(state = 'live') = (maker_paid IS NULL) AND (maker_paid IS NULL) = (taker_paid IS NULL)"
            " AND (maker_paid IS NULL OR (maker_paid >= 0 AND taker_paid >= 0"
            " AND maker_paid + taker_paid = maker_stake + taker_stake))",
            name="paid",
        ),
        sa.Index("ix_bets_claim", "guild_id", "claim", "state"),
        sa.Index("ix_bets_maker", "guild_id", "maker", "state"),
        sa.Index("ix_bets_taker", "guild_id", "taker", "state"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    maker: int = Field(sa_type=Whole)
    taker: int = Field(sa_type=Whole)
    side: int = Field(sa_type=Whole)
    against: int = Field(sa_type=Flag)
    maker_stake: int = Field(sa_type=Whole)
    taker_stake: int = Field(sa_type=Whole)
    clause: str | None = Field(sa_type=Words, default=None)
    terms: bytes = Field(sa_type=Digest)
    escrow: int = Field(sa_type=Whole)
    state: str = Field(sa_type=Words)
    accepted_us: int = Field(sa_type=Moment)
    accepted_by: int = Field(sa_type=Whole)
    ended_us: int | None = Field(sa_type=Moment, default=None)
    maker_paid: int | None = Field(sa_type=Whole, default=None)
    taker_paid: int | None = Field(sa_type=Whole, default=None)
    paid_by: int | None = Field(sa_type=Whole, default=None)
    resolution: int | None = Field(sa_type=Whole, default=None)
    dissent: str | None = Field(sa_type=Words, default=None)


bets = core(BetsTable)


class AgreementsTable(TableModel, table=True):
    """An ending that one side of a bet suggests for their bet alone (C2); one stands at a time."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "bet"], ["bets.guild_id", "bets.number"]),
        of_player("suggested_by"),
        sa.CheckConstraint("maker_gets >= 0 AND taker_gets >= 0", name="split"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    bet: int = Field(sa_type=Whole, primary_key=True)
    suggested_by: int = Field(sa_type=Whole)
    ending: str = Field(sa_type=Words)
    maker_gets: int = Field(sa_type=Whole)
    taker_gets: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)


agreements = core(AgreementsTable)


class MovesTable(TableModel, table=True):
    """One side's signature to moving their bet to the claim that supersedes its own (B5); one stands at a time."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "bet"], ["bets.guild_id", "bets.number"]),
        of_claim("to_claim"),
        of_player("signed_by"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    bet: int = Field(sa_type=Whole, primary_key=True)
    to_claim: int = Field(sa_type=Whole)
    terms: bytes = Field(sa_type=Digest)
    signed_by: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)


moves = core(MovesTable)
