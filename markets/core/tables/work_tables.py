"""Tables of the calendar, of announcements and of the numbers that are given."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger.schema import STRICT, TableModel, core
from ledger.types import Moment, Whole, Words


class CountersTable(TableModel, table=True):
    """The last number given in one server, by what it numbers: claims, offers, proposals and so on."""

    __table_args__ = (sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    name: str = Field(sa_type=Words, primary_key=True)
    last: int = Field(sa_type=Whole)


counters = core(CountersTable)


class DueWorkTable(TableModel, table=True):
    """Something that time will make necessary, written in the transaction of the thing it belongs to.

    A worker claims a row by setting `owner`, `lease_us` and the next `fence`; it finishes only while the fence is
    still its own. `tries` counts failures; a parked row waits for an operator.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint("state IN ('waiting', 'parked')", name="state"),
        sa.Index("ix_due_work_due", "state", "due_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    kind: str = Field(sa_type=Words, primary_key=True)
    ref: int = Field(sa_type=Whole, primary_key=True)
    due_us: int = Field(sa_type=Moment)
    state: str = Field(sa_type=Words)
    owner: int = Field(sa_type=Whole, default=0)
    lease_us: int = Field(sa_type=Moment, default=0)
    fence: int = Field(sa_type=Whole, default=0)
    tries: int = Field(sa_type=Whole, default=0)
    last_error: str | None = Field(sa_type=Words, default=None)


due_work = core(DueWorkTable)


class CardsTable(TableModel, table=True):
    """A message that always shows the newest state of one thing; older edits vanish.

    `wanted` is counted up whenever the thing changes, `shown` is the version that Discord has.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint("state IN ('waiting', 'shown', 'parked')", name="state"),
        sa.Index("ix_cards_state", "state", "lease_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    kind: str = Field(sa_type=Words, primary_key=True)
    ref: int = Field(sa_type=Whole, primary_key=True)
    channel: int | None = Field(sa_type=Whole, default=None)
    message: int | None = Field(sa_type=Whole, default=None)
    wanted: int = Field(sa_type=Whole)
    shown: int = Field(sa_type=Whole, default=0)
    state: str = Field(sa_type=Words)
    begun_us: int | None = Field(sa_type=Moment, default=None)
    owner: int = Field(sa_type=Whole, default=0)
    lease_us: int = Field(sa_type=Moment, default=0)
    fence: int = Field(sa_type=Whole, default=0)
    tries: int = Field(sa_type=Whole, default=0)
    last_error: str | None = Field(sa_type=Words, default=None)


cards = core(CardsTable)


class PostsTable(TableModel, table=True):
    """A message that is sent once, in order for its claim (`line`). Facts as JSON, never words."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'parked')", name="state"),
        sa.Index("ix_posts_state", "state", "lease_us"),
        sa.Index("ix_posts_line", "guild_id", "line", "state", "number"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    line: int = Field(sa_type=Whole)
    kind: str = Field(sa_type=Words)
    facts: str = Field(sa_type=Words)
    made_us: int = Field(sa_type=Moment)
    channel: int | None = Field(sa_type=Whole, default=None)
    message: int | None = Field(sa_type=Whole, default=None)
    state: str = Field(sa_type=Words)
    begun_us: int | None = Field(sa_type=Moment, default=None)
    owner: int = Field(sa_type=Whole, default=0)
    lease_us: int = Field(sa_type=Moment, default=0)
    fence: int = Field(sa_type=Whole, default=0)
    tries: int = Field(sa_type=Whole, default=0)
    last_error: str | None = Field(sa_type=Words, default=None)


posts = core(PostsTable)


class RemovalsTable(TableModel, table=True):
    """A server that the bot was removed from: while the row is there, its due work and announcements rest (E5)."""

    __table_args__ = (sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    from_us: int = Field(sa_type=Moment)


removals = core(RemovalsTable)
