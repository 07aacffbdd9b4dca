"""Tables of what people chose, and of rewards."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger import money
from ledger.schema import STRICT, TableModel, core
from ledger.types import Moment, Whole, Words
from markets.core.tables.keys import among, of_account, of_claim, of_player, of_transfer

REWARD_STATES = ("open", "given", "expired", "withdrawn", "ended")


class PreferencesTable(TableModel, table=True):
    """How a person wants to be told of what concerns them (E2), where it isn't by a mention: "dm" or "off"."""

    __table_args__ = (
        of_player("player"),
        among("mentions", ("dm", "off")),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    mentions: str = Field(sa_type=Words)


preferences = core(PreferencesTable)


class HushedTable(TableModel, table=True):
    """Who wants no more mentions by what one other person does: an offer to them, an ending that is suggested (E2).

    It is its owner's alone. So `other` points nowhere: what is stored about a person is found by such pointers, and
    nobody finds who is tired of them.
    """

    __table_args__ = (
        of_player("player"),
        sa.CheckConstraint("other >= 1 AND other <> player", name="other"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    other: int = Field(sa_type=Whole, primary_key=True)


hushed = core(HushedTable)


class RewardsTable(TableModel, table=True):
    """Points locked for the argument that moves their owner's forecast on a claim (E8). `words` is what would move
    them, `why` which argument did. `locked_by` and `ended_by` are the two transfers that it takes."""

    __table_args__ = (
        of_claim(),
        of_player("owner"),
        of_player("winner"),
        of_account("reserve"),
        of_transfer("locked_by"),
        of_transfer("ended_by"),
        among("state", REWARD_STATES),
        sa.CheckConstraint(f"amount BETWEEN 1 AND {money.MOST}", name="amount"),
        sa.CheckConstraint("until_us > made_us", name="times"),
        sa.CheckConstraint(
            "(state = 'open') = (ended_us IS NULL) AND (state = 'open') = (ended_by IS NULL)"
            " AND (state = 'given') = (winner IS NOT NULL) AND (winner IS NULL OR winner <> owner)",
            name="ending",
        ),
        sa.Index("ix_rewards_claim", "guild_id", "claim", "state"),
        sa.Index("ix_rewards_owner", "guild_id", "owner", "state"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    owner: int = Field(sa_type=Whole)
    amount: int = Field(sa_type=Whole)
    reserve: int = Field(sa_type=Whole)
    words: str | None = Field(sa_type=Words, default=None)
    locked_by: int = Field(sa_type=Whole)
    made_us: int = Field(sa_type=Moment)
    until_us: int = Field(sa_type=Moment)
    state: str = Field(sa_type=Words)
    winner: int | None = Field(sa_type=Whole, default=None)
    why: str | None = Field(sa_type=Words, default=None)
    ended_us: int | None = Field(sa_type=Moment, default=None)
    ended_by: int | None = Field(sa_type=Whole, default=None)


rewards = core(RewardsTable)
