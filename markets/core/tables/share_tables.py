"""Tables of share markets: their outcomes, liquidity, positions, trades and limit orders."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger import money
from ledger.schema import STRICT, TableModel, core
from ledger.types import Flag, Moment, Whole, Words
from markets.core.tables.keys import among, of_account, of_claim, of_player, of_transfer

MARKET_STATES = ("open", "ending", "settled", "void")
ORDER_STATES = ("open", "filled", "cancelled", "expired", "ended")
MOST_UNITS = 10**12
"""Of one market's liquidity, and of the shares of one outcome."""


class MarketsTable(TableModel, table=True):
    """A claim's share market: the market maker's liquidity, and how far its ending has come (C3, C4).

    `house` is 1 where the house pays; then `let_by` is the moderator who let it. `trades` numbers its trades. While
    it is `ending`, `phase` and `cursor` say who is next, and `chunks` how many transfers its end has taken.
    """

    __table_args__ = (
        of_claim(),
        of_player("opener"),
        of_account("escrow"),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        among("state", MARKET_STATES),
        sa.CheckConstraint(f"liquidity BETWEEN 1 AND {MOST_UNITS}", name="liquidity"),
        sa.CheckConstraint("house IN (0, 1) AND (house = 1) = (let_by IS NOT NULL)", name="house"),
        sa.CheckConstraint("trades >= 0 AND phase >= 0 AND cursor >= 0 AND chunks >= 0", name="counts"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    opener: int = Field(sa_type=Whole)
    house: int = Field(sa_type=Flag)
    let_by: int | None = Field(sa_type=Whole, default=None)
    escrow: int = Field(sa_type=Whole)
    liquidity: int = Field(sa_type=Whole)
    trades: int = Field(sa_type=Whole, default=0)
    state: str = Field(sa_type=Words)
    opened_us: int = Field(sa_type=Moment)
    resolution: int | None = Field(sa_type=Whole, default=None)
    phase: int = Field(sa_type=Whole, default=0)
    cursor: int = Field(sa_type=Whole, default=0)
    chunks: int = Field(sa_type=Whole, default=0)


markets = core(MarketsTable)


class MarketOutcomesTable(TableModel, table=True):
    """One outcome of a market: its opening weight, and the market maker's count (`mechanisms.lmsr.Book`).

    `moved` counts the units sold since `weight` was set, at the opening or when liquidity was added; `sold` all that
    people hold. All in units, of which one pays one minor unit.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        sa.CheckConstraint("outcome >= 0 AND opening >= 1 AND weight >= 1", name="weights"),
        sa.CheckConstraint(
            f"sold BETWEEN 0 AND {MOST_UNITS} AND moved BETWEEN -{MOST_UNITS} AND {MOST_UNITS}", name="shares"
        ),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole, primary_key=True)
    opening: int = Field(sa_type=Whole)
    weight: int = Field(sa_type=Whole)
    moved: int = Field(sa_type=Whole, default=0)
    sold: int = Field(sa_type=Whole, default=0)


market_outcomes = core(MarketOutcomesTable)


class LiquidityTable(TableModel, table=True):
    """Who paid which part of a market's subsidy: the opening is number 1. `player` is 0 for the house.

    `returned` is what came back of it when the market ended.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        of_player("actor"),
        of_transfer("transfer"),
        sa.CheckConstraint(f"liquidity BETWEEN 1 AND {MOST_UNITS}", name="liquidity"),
        sa.CheckConstraint("player >= 0 AND paid >= 1 AND (returned IS NULL OR returned >= 0)", name="paid"),
        sa.Index("ix_liquidity_player", "guild_id", "player", "claim"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole)
    actor: int = Field(sa_type=Whole)
    liquidity: int = Field(sa_type=Whole)
    paid: int = Field(sa_type=Whole)
    transfer: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)
    returned: int | None = Field(sa_type=Whole, default=None)


liquidity = core(LiquidityTable)


class PositionsTable(TableModel, table=True):
    """What a player holds of one outcome, in units, and what it has cost them, less what they sold; below zero for
    a profit already taken. A row stays when all is sold: a void asks for it. `paid` is what it paid in the end."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        of_player("player"),
        sa.CheckConstraint(f"outcome >= 0 AND shares BETWEEN 0 AND {MOST_UNITS}", name="shares"),
        sa.Index("ix_positions_player", "guild_id", "player", "claim"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole, primary_key=True)
    shares: int = Field(sa_type=Whole)
    cost: int = Field(sa_type=Whole)
    paid: int | None = Field(sa_type=Whole, default=None)


positions = core(PositionsTable)


class TradesTable(TableModel, table=True):
    """Every purchase and sale of a market in order, with the prices after it: its history.

    `quantity` is in units and below zero for a sale, `amount` what the player paid, below zero for what they got.
    `prices` are those of all outcomes in millionths, as a JSON array. `by_order` is the limit order that it filled.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        of_player("player"),
        of_transfer("transfer"),
        sa.ForeignKeyConstraint(["guild_id", "by_order"], ["orders.guild_id", "orders.number"]),
        sa.CheckConstraint("number >= 1 AND outcome >= 0 AND quantity <> 0", name="quantity"),
        sa.CheckConstraint(
            "(quantity > 0 AND amount BETWEEN 1 AND quantity) OR (quantity < 0 AND amount BETWEEN quantity AND -1)",
            name="amount",
        ),
        sa.Index("ix_trades_player", "guild_id", "player", "claim"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole)
    outcome: int = Field(sa_type=Whole)
    quantity: int = Field(sa_type=Whole)
    amount: int = Field(sa_type=Whole)
    prices: str = Field(sa_type=Words)
    by_order: int | None = Field(sa_type=Whole, default=None)
    transfer: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)


trades = core(TradesTable)


class OrdersTable(TableModel, table=True):
    """A limit order (C5). To buy: `reserve` holds what is left of `budget`. To sell (`sells` 1): `quantity` units are
    held back, less those of `filled`. `filled` units moved `amount` minor units so far."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        of_player("player"),
        of_account("reserve"),
        among("state", ORDER_STATES),
        sa.CheckConstraint("limit_bps BETWEEN 100 AND 9900 AND outcome >= 0", name="limit"),
        sa.CheckConstraint(
            f"(sells = 0 AND reserve IS NOT NULL AND budget BETWEEN 1 AND {money.MOST} AND quantity = 0)"
            f" OR (sells = 1 AND reserve IS NULL AND budget = 0 AND quantity BETWEEN 1 AND {MOST_UNITS}"
            " AND filled <= quantity)",
            name="kind",
        ),
        sa.CheckConstraint("filled >= 0 AND amount >= 0", name="filled"),
        sa.Index("ix_orders_claim", "guild_id", "claim", "state"),
        sa.Index("ix_orders_player", "guild_id", "player", "state"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    player: int = Field(sa_type=Whole)
    outcome: int = Field(sa_type=Whole)
    sells: int = Field(sa_type=Flag)
    limit_bps: int = Field(sa_type=Whole)
    budget: int = Field(sa_type=Whole, default=0)
    quantity: int = Field(sa_type=Whole, default=0)
    reserve: int | None = Field(sa_type=Whole, default=None)
    filled: int = Field(sa_type=Whole, default=0)
    amount: int = Field(sa_type=Whole, default=0)
    made_us: int = Field(sa_type=Moment)
    expires_us: int = Field(sa_type=Moment)
    state: str = Field(sa_type=Words)
    ended_us: int | None = Field(sa_type=Moment, default=None)


orders = core(OrdersTable)
