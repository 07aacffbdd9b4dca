"""Tables of claims and of what their terms say once more for lists."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger.schema import STRICT, TableModel, core
from ledger.types import Digest, Flag, Moment, Sorted, Whole, Words
from markets.core.tables.keys import among, of_claim, of_player

CLAIM_STATES = ("draft", "open", "proposed", "disputed", "ruled", "settled", "void", "unresolved", "dropped")
CONDITION_STATES = ("waiting", "met", "failed", "reversed")
ITEM_STATES = ("open", "true", "false", "dropped")


class ClaimsTable(TableModel, table=True):
    """A statement that can be judged. `terms` is `claims.Terms` as canonical JSON and `digest` its SHA-256.

    `frozen` is 1 once an accepted bet, a stake, a trade or a forecast hangs on it: from then on nobody edits
    (B5). The times stand outside the terms as well, for the calendar and for lists. `settings` are those of the
    server when the claim was opened (B8). `resolution` is the one that stands. `typed` is what its forms held as a
    draft, as JSON, readable or not (B6); `warned` the codes of the wording check that its author overrode, by commas
    (B7). `opened_us` is empty for drafts, and for claims that opened before version 0012.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        of_player("author"),
        of_claim("supersedes"),
        among("state", CLAIM_STATES),
        sa.CheckConstraint("frozen IN (0, 1) AND halted IN (0, 1)", name="flags"),
        sa.CheckConstraint("closes_us <= deadline_us AND deadline_us <= check_us", name="times"),
        sa.CheckConstraint("state IN ('draft', 'dropped') OR closes_us IS NOT NULL", name="opened"),
        sa.Index("ix_claims_state", "guild_id", "state", "closes_us"),
        sa.Index("ix_claims_author", "guild_id", "author", "state"),
        sa.Index("ix_claims_supersedes", "guild_id", "supersedes"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    author: int = Field(sa_type=Whole)
    state: str = Field(sa_type=Words)
    kind: str = Field(sa_type=Words)
    terms: str = Field(sa_type=Words)
    digest: bytes = Field(sa_type=Digest)
    settings: str = Field(sa_type=Words)
    made_us: int = Field(sa_type=Moment)
    closes_us: int | None = Field(sa_type=Moment, default=None)
    deadline_us: int | None = Field(sa_type=Moment, default=None)
    check_us: int | None = Field(sa_type=Moment, default=None)
    frozen: int = Field(sa_type=Flag, default=0)
    halted: int = Field(sa_type=Flag, default=0)
    supersedes: int | None = Field(sa_type=Whole, default=None)
    resolution: int | None = Field(sa_type=Whole, default=None)
    typed: str | None = Field(sa_type=Words, default=None)
    warned: str | None = Field(sa_type=Words, default=None)
    opened_us: int | None = Field(sa_type=Moment, default=None)


claims = core(ClaimsTable)


class ConditionsTable(TableModel, table=True):
    """What an open claim hangs on (C10): another claim's outcome, by its number there; and whether that has come.

    `decided_us` is when it was decided; with `days` the claim's deadline counts from then. `reversed` is a condition
    that was taken back after the claim was settled.
    """

    __table_args__ = (
        of_claim(),
        of_claim("on_claim"),
        among("state", CONDITION_STATES),
        sa.CheckConstraint("claim <> on_claim AND outcome >= 0 AND (days IS NULL OR days >= 1)", name="link"),
        sa.CheckConstraint("(state = 'waiting') = (decided_us IS NULL)", name="decided"),
        sa.Index("ix_conditions_on_claim", "guild_id", "on_claim", "claim"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    on_claim: int = Field(sa_type=Whole)
    outcome: int = Field(sa_type=Whole)
    days: int | None = Field(sa_type=Whole, default=None)
    state: str = Field(sa_type=Words)
    decided_us: int | None = Field(sa_type=Moment, default=None)


conditions = core(ConditionsTable)


class StoriesTable(TableModel, table=True):
    """The stories that are the outcomes of an open scenario (E7), under their outcomes' numbers, and who wrote each.
    The claim's terms say the same."""

    __table_args__ = (
        of_claim(),
        of_player("writer"),
        sa.CheckConstraint("outcome >= 0", name="outcome"),
        sa.Index("ix_stories_writer", "guild_id", "writer"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole, primary_key=True)
    writer: int = Field(sa_type=Whole)
    name: str = Field(sa_type=Words)


stories = core(StoriesTable)


class ItemsTable(TableModel, table=True):
    """What the stories of an open scenario speak of, and what became of it. `chances` are those of each story, in
    basis points, by commas; the claim's terms say the same. `known_us` is when an item that came true did."""

    __table_args__ = (
        of_claim(),
        of_player("judge"),
        among("state", ITEM_STATES),
        sa.CheckConstraint("(state = 'open') = (judge IS NULL)", name="judged"),
        sa.CheckConstraint(
            "(judge IS NULL) = (judged_us IS NULL) AND (judge IS NULL) = (evidence IS NULL)", name="act"
        ),
        sa.CheckConstraint("known_us IS NULL OR (state = 'true' AND known_us < by_us)", name="known"),
        sa.Index("ix_items_judge", "guild_id", "judge"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    words: str = Field(sa_type=Words)
    chances: str = Field(sa_type=Words)
    by_us: int = Field(sa_type=Moment)
    state: str = Field(sa_type=Words)
    judge: int | None = Field(sa_type=Whole, default=None)
    known_us: int | None = Field(sa_type=Moment, default=None)
    judged_us: int | None = Field(sa_type=Moment, default=None)
    evidence: str | None = Field(sa_type=Words, default=None)
    reason: str | None = Field(sa_type=Words, default=None)


items = core(ItemsTable)


class TellingsTable(TableModel, table=True):
    """What a player typed for a story and that couldn't be taken as it was, kept for them (B6), as JSON."""

    __table_args__ = (of_claim(), of_player("writer"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    writer: int = Field(sa_type=Whole, primary_key=True)
    typed: str = Field(sa_type=Words)


tellings = core(TellingsTable)


class TagsTable(TableModel, table=True):
    """The tags of a claim, one a row, for lists."""

    __table_args__ = (of_claim(), sa.Index("ix_tags_tag", "guild_id", "tag", "claim"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    tag: str = Field(sa_type=Words, primary_key=True)


tags = core(TagsTable)


class ClaimWordsTable(TableModel, table=True):
    """The words of an open claim, folded as `claim_words` splits them, one a row: a prefix is a range of the key."""

    __table_args__ = (of_claim(), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    word: str = Field(sa_type=Sorted, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)


claim_words = core(ClaimWordsTable)


class FollowsTable(TableModel, table=True):
    """Who wants to hear of a claim without a bet on it."""

    __table_args__ = (of_claim(), of_player("player"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)


follows = core(FollowsTable)


class ClarificationsTable(TableModel, table=True):
    """A dated addition by a judge with no money on the claim: it fills a gap and turns nothing round (B5)."""

    __table_args__ = (of_claim(), of_player("author"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    author: int = Field(sa_type=Whole)
    words: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)


clarifications = core(ClarificationsTable)
