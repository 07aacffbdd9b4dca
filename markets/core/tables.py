"""The tables of claims, bets and markets, of the calendar and of announcements.

As in the book, `guild_id` leads every key. Words that somebody typed stand here, never in the book. What is true
at a moment (is it closed, has it expired) is worked out from the times inside a transaction; no flag is swept.
"""

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from ledger import money
from ledger.schema import STRICT
from ledger.types import Digest, Flag, Moment, Sorted, Whole, Words

CLAIM_STATES = ("draft", "open", "proposed", "disputed", "ruled", "settled", "void", "unresolved", "dropped")
OFFER_STATES = ("open", "accepted", "withdrawn", "countered", "expired", "dead")
BET_STATES = ("live", "settled", "agreed", "void")
PROPOSAL_STATES = ("standing", "withdrawn", "disputed", "settled", "failed")
POOL_STATES = ("open", "settled", "void")
STAKE_STATES = ("live", "paid", "returned")
DISPUTE_STATES = ("open", "ruled", "appealed", "final", "lapsed")
MARKET_STATES = ("open", "ending", "settled", "void")
CONDITION_STATES = ("waiting", "met", "failed", "reversed")
ITEM_STATES = ("open", "true", "false", "dropped")
REWARD_STATES = ("open", "given", "expired", "withdrawn", "ended")
ORDER_STATES = ("open", "filled", "cancelled", "expired", "ended")

MOST_UNITS = 10**12
"""Of one market's liquidity, and of the shares of one outcome."""


def _of_claim(column: str = "claim") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["guild_id", column], ["claims.guild_id", "claims.number"])


def _player(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["guild_id", column], ["players.guild_id", "players.number"])


def _account(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["guild_id", column], ["accounts.guild_id", "accounts.number"])


def _transfer(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["guild_id", column], ["transfers.guild_id", "transfers.number"])


def _among(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


class Counters(SQLModel, table=True):
    """The last number given in one server, by what it numbers: claims, offers, proposals and so on."""

    __table_args__ = (sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    name: str = Field(sa_type=Words, primary_key=True)
    last: int = Field(sa_type=Whole)


class Claims(SQLModel, table=True):
    """A statement that can be judged. `terms` is `claims.Terms` as canonical JSON and `digest` its SHA-256.

    `frozen` is 1 once an accepted bet, a stake, a trade or a forecast hangs on it: from then on nobody edits
    (B5). The times stand outside the terms as well, for the calendar and for lists. `settings` are those of the
    server when the claim was opened (B8). `resolution` is the one that stands. `typed` is what its forms held as a
    draft, as JSON, readable or not (B6); `warned` the codes of the wording check that its author overrode, by commas
    (B7). `opened_us` is empty for drafts, and for claims that opened before version 0012.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]),
        _player("author"),
        _of_claim("supersedes"),
        _among("state", CLAIM_STATES),
        sa.CheckConstraint("frozen IN (0, 1) AND halted IN (0, 1)", name="flags"),
        sa.CheckConstraint("closes_us <= deadline_us AND deadline_us <= check_us", name="times"),
        sa.CheckConstraint("state IN ('draft', 'dropped') OR closes_us IS NOT NULL", name="opened"),
        sa.Index("ix_claims_state", "guild_id", "state", "closes_us"),
        sa.Index("ix_claims_author", "guild_id", "author", "state"),
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


class Conditions(SQLModel, table=True):
    """What an open claim hangs on (C10): another claim's outcome, by its number there; and whether that has come.

    `decided_us` is when it was decided; with `days` the claim's deadline counts from then. `reversed` is a condition
    that was taken back after the claim was settled.
    """

    __table_args__ = (
        _of_claim(),
        _of_claim("on_claim"),
        _among("state", CONDITION_STATES),
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


class Stories(SQLModel, table=True):
    """The stories that are the outcomes of an open scenario (E7), under their outcomes' numbers, and who wrote each.
    The claim's terms say the same."""

    __table_args__ = (
        _of_claim(),
        _player("writer"),
        sa.CheckConstraint("outcome >= 0", name="outcome"),
        sa.Index("ix_stories_writer", "guild_id", "writer"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole, primary_key=True)
    writer: int = Field(sa_type=Whole)
    name: str = Field(sa_type=Words)


class Items(SQLModel, table=True):
    """What the stories of an open scenario speak of, and what became of it. `chances` are those of each story, in
    basis points, by commas; the claim's terms say the same. `known_us` is when an item that came true did."""

    __table_args__ = (
        _of_claim(),
        _player("judge"),
        _among("state", ITEM_STATES),
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


class Tellings(SQLModel, table=True):
    """What somebody typed for a story and that couldn't be taken as it was, kept for them (B6), as JSON."""

    __table_args__ = (_of_claim(), _player("writer"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    writer: int = Field(sa_type=Whole, primary_key=True)
    typed: str = Field(sa_type=Words)


class Tags(SQLModel, table=True):
    """The tags of a claim, one a row, for lists."""

    __table_args__ = (_of_claim(), sa.Index("ix_tags_tag", "guild_id", "tag", "claim"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    tag: str = Field(sa_type=Words, primary_key=True)


class Claim_Words(SQLModel, table=True):
    """The words of an open claim, folded as `claim_words` splits them, one a row: a prefix is a range of the key."""

    __table_args__ = (_of_claim(), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    word: str = Field(sa_type=Sorted, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)


class Follows(SQLModel, table=True):
    """Who wants to hear of a claim without a bet on it."""

    __table_args__ = (_of_claim(), _player("player"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)


class Clarifications(SQLModel, table=True):
    """A dated addition by a judge with no money on the claim: it fills a gap and turns nothing round (B5)."""

    __table_args__ = (_of_claim(), _player("author"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    author: int = Field(sa_type=Whole)
    words: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)


class Offers(SQLModel, table=True):
    """A two-party bet proposed. It reserves nothing and is taken whole (C1).

    The maker backs outcome `side`, or everything but it where `against` is 1. `taker` is 0 for anyone. `numbering`
    is the offer that this one answered. `clause` is the bet's own ambiguity clause as JSON, if it has one. `outcomes`
    are the names of the claim's outcomes when it was made, as JSON, where they are others by now.
    """

    __table_args__ = (
        _of_claim(),
        _player("maker"),
        sa.ForeignKeyConstraint(["guild_id", "counters"], ["offers.guild_id", "offers.number"]),
        _among("state", OFFER_STATES),
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


class Bets(SQLModel, table=True):
    """An offer that was accepted, under the same number. Everything but its ending is frozen.

    `terms` is the digest of the claim's terms as both sides saw them. `maker_paid` and `taker_paid` are what each
    got back, `transfer` the payout, once it has ended.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "number"], ["offers.guild_id", "offers.number"]),
        _of_claim(),
        _player("maker"),
        _player("taker"),
        _account("escrow"),
        _transfer("accepted_by"),
        _transfer("paid_by"),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        _among("state", BET_STATES),
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


class Agreements(SQLModel, table=True):
    """An ending that one side of a bet suggests for their bet alone (C2); one stands at a time."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "bet"], ["bets.guild_id", "bets.number"]),
        _player("suggested_by"),
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


class Moves(SQLModel, table=True):
    """One side's signature to moving their bet to the claim that supersedes its own (B5); one stands at a time."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "bet"], ["bets.guild_id", "bets.number"]),
        _of_claim("to_claim"),
        _player("signed_by"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    bet: int = Field(sa_type=Whole, primary_key=True)
    to_claim: int = Field(sa_type=Whole)
    terms: bytes = Field(sa_type=Digest)
    signed_by: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)


class Appointments(SQLModel, table=True):
    """Whom each side of the bets on a claim would have judge it, after its judges didn't (D4)."""

    __table_args__ = (_of_claim(), _player("side"), _player("judge"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    side: int = Field(sa_type=Whole, primary_key=True)
    judge: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)


class Proposals(SQLModel, table=True):
    """A result that somebody named for a claim (D1), and the window in which it may be challenged (D3).

    The window begins when Discord has taken the announcement: until then `window_from_us` is empty and nothing
    settles by silence. One proposal stands for a claim, or is disputed. `gains` is 1 where the proposer gains by the
    result, `confirm` where silence is no consent and a moderator confirms it. `bond` is the account that holds it.
    `ended_us` is when it stood no more, by whatever way (D2). `outcomes` as of an offer.
    """

    __table_args__ = (
        _of_claim(),
        _player("proposer"),
        _account("bond"),
        _among("state", PROPOSAL_STATES),
        sa.CheckConstraint("gains IN (0, 1) AND early IN (0, 1) AND confirm IN (0, 1)", name="flags"),
        sa.Index("ix_proposals_claim", "guild_id", "claim", "state"),
        sa.Index(
            "ix_proposals_standing",
            *("guild_id", "claim"),
            unique=True,
            sqlite_where=sa.text("state IN ('standing', 'disputed')"),
            postgresql_where=sa.text("state IN ('standing', 'disputed')"),
        ),
        sa.Index("ix_proposals_proposer", "guild_id", "proposer", "state"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    proposer: int = Field(sa_type=Whole)
    result: str = Field(sa_type=Words)
    evidence: str = Field(sa_type=Words)
    reason: str | None = Field(sa_type=Words, default=None)
    known_us: int | None = Field(sa_type=Moment, default=None)
    gains: int = Field(sa_type=Flag)
    early: int = Field(sa_type=Flag)
    confirm: int = Field(sa_type=Flag, default=0)
    bond: int | None = Field(sa_type=Whole, default=None)
    made_us: int = Field(sa_type=Moment)
    window_seconds: int = Field(sa_type=Whole)
    window_from_us: int | None = Field(sa_type=Moment, default=None)
    window_to_us: int | None = Field(sa_type=Moment, default=None)
    state: str = Field(sa_type=Words)
    ended_us: int | None = Field(sa_type=Moment, default=None)
    outcomes: str | None = Field(sa_type=Words, default=None)


class Disputes(SQLModel, table=True):
    """A challenge to a proposal and what became of it (D5, D6). One dispute at a time on a claim.

    `ruling` is the newest; `first_ruling` what was decided before an appeal.
    """

    __table_args__ = (
        _of_claim(),
        sa.ForeignKeyConstraint(["guild_id", "proposal"], ["proposals.guild_id", "proposals.number"]),
        _player("challenger"),
        _account("bond"),
        _account("appeal_bond"),
        _among("state", DISPUTE_STATES),
        sa.Index("ix_disputes_claim", "guild_id", "claim", "state"),
        sa.Index("ix_disputes_challenger", "guild_id", "challenger"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    proposal: int = Field(sa_type=Whole)
    challenger: int = Field(sa_type=Whole)
    ground: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)
    bond: int | None = Field(sa_type=Whole, default=None)
    state: str = Field(sa_type=Words)
    opened_us: int = Field(sa_type=Moment)
    ruling: str | None = Field(sa_type=Words, default=None)
    ruling_reason: str | None = Field(sa_type=Words, default=None)
    ruled_us: int | None = Field(sa_type=Moment, default=None)
    first_ruling: str | None = Field(sa_type=Words, default=None)
    appellant: int | None = Field(sa_type=Whole, default=None)
    appeal_reason: str | None = Field(sa_type=Words, default=None)
    appeal_bond: int | None = Field(sa_type=Whole, default=None)
    posted_us: int | None = Field(sa_type=Moment, default=None)


class Arguments(SQLModel, table=True):
    """What others add to a dispute, free of charge (D5)."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        _player("author"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    author: int = Field(sa_type=Whole)
    words: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)


class Votes(SQLModel, table=True):
    """A judge's vote for one result; `round` 1 is the ruling, 2 the appeal. A changed vote replaces the old one."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        _player("judge"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    judge: int = Field(sa_type=Whole, primary_key=True)
    result: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)


class Resolutions(SQLModel, table=True):
    """How a claim came out (`claims.Result` as JSON), on what ground, and whether it was taken back.

    The salt is that of the reason's digest in the book: taking back many bets goes on in later units.

    `proposal` and `dispute` say where it came from; neither where it ended by its ambiguity clause (D7). What it
    pays is paid from `pays_us` on; `paid_us` is when the last of it was.
    """

    __table_args__ = (
        _of_claim(),
        sa.ForeignKeyConstraint(["guild_id", "proposal"], ["proposals.guild_id", "proposals.number"]),
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        sa.CheckConstraint("(reversed_us IS NULL) = (reversed_by IS NULL)", name="reversed"),
        sa.Index("ix_resolutions_claim", "guild_id", "claim"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    result: str = Field(sa_type=Words)
    proposal: int | None = Field(sa_type=Whole, default=None)
    dispute: int | None = Field(sa_type=Whole, default=None)
    at_us: int = Field(sa_type=Moment)
    pays_us: int = Field(sa_type=Moment)
    paid_us: int | None = Field(sa_type=Moment, default=None)
    reversed_us: int | None = Field(sa_type=Moment, default=None)
    reversed_by: int | None = Field(sa_type=Whole, default=None)
    reversed_why: str | None = Field(sa_type=Words, default=None)
    reversed_salt: bytes | None = Field(sa_type=Digest, default=None)


class Markets(SQLModel, table=True):
    """A claim's share market: the market maker's liquidity, and how far its ending has come (C3, C4).

    `house` is 1 where the house pays; then `let_by` is the moderator who let it. `trades` numbers its trades. While
    it is `ending`, `phase` and `cursor` say who is next, and `chunks` how many transfers its end has taken.
    """

    __table_args__ = (
        _of_claim(),
        _player("opener"),
        _account("escrow"),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        _among("state", MARKET_STATES),
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


class Market_Outcomes(SQLModel, table=True):
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


class Liquidity(SQLModel, table=True):
    """Who paid which part of a market's subsidy: the opening is number 1. `player` is 0 for the house.

    `returned` is what came back of it when the market ended.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        _player("actor"),
        _transfer("transfer"),
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


class Positions(SQLModel, table=True):
    """What a player holds of one outcome, in units, and what it has cost them, less what they sold; below zero for
    a profit already taken. A row stays when all is sold: a void asks for it. `paid` is what it paid in the end."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        _player("player"),
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


class Trades(SQLModel, table=True):
    """Every purchase and sale of a market in order, with the prices after it: its history.

    `quantity` is in units and below zero for a sale, `amount` what the player paid, below zero for what they got.
    `prices` are those of all outcomes in millionths, as a JSON array. `by_order` is the limit order that it filled.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        _player("player"),
        _transfer("transfer"),
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


class Orders(SQLModel, table=True):
    """A limit order (C5). To buy: `reserve` holds what is left of `budget`. To sell (`sells` 1): `quantity` units are
    held back, less those of `filled`. `filled` units moved `amount` minor units so far."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["markets.guild_id", "markets.claim"]),
        _player("player"),
        _account("reserve"),
        _among("state", ORDER_STATES),
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


class Acts(SQLModel, table=True):
    """What moderators and judges did with a claim, with the reason: a list that members can read."""

    __table_args__ = (
        _of_claim(),
        _player("actor"),
        sa.Index("ix_acts_claim", "guild_id", "claim", "act"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    claim: int | None = Field(sa_type=Whole, default=None)
    actor: int = Field(sa_type=Whole)
    act: str = Field(sa_type=Words)
    reason: str | None = Field(sa_type=Words, default=None)
    at_us: int = Field(sa_type=Moment)


class Due_Work(SQLModel, table=True):
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


class Cards(SQLModel, table=True):
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


class Posts(SQLModel, table=True):
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


class Preferences(SQLModel, table=True):
    """How a person wants to be told of what concerns them (E2), where it isn't by a mention: "dm" or "off"."""

    __table_args__ = (
        _player("player"),
        _among("mentions", ("dm", "off")),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    mentions: str = Field(sa_type=Words)


class Removals(SQLModel, table=True):
    """A server that the bot was removed from: while the row is there, its due work and announcements rest (E5)."""

    __table_args__ = (sa.ForeignKeyConstraint(["guild_id"], ["books.guild_id"]), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    from_us: int = Field(sa_type=Moment)


class Pools(SQLModel, table=True):
    """A claim's pool (C6): one escrow holds all of its stakes until the claim's one resolution pays them.

    `stakes` numbers them; `closes_us` is never after trading closes. `resolution` is the one that paid it. While it
    is being paid `plan` says how the pot is split; it can be worked out anew from the stakes at any time.
    """

    __table_args__ = (
        _of_claim(),
        _player("opener"),
        _account("escrow"),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        _among("state", POOL_STATES),
        sa.CheckConstraint("stakes >= 0 AND opened_us < closes_us", name="times"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    opener: int = Field(sa_type=Whole)
    escrow: int = Field(sa_type=Whole)
    opened_us: int = Field(sa_type=Moment)
    closes_us: int = Field(sa_type=Moment)
    stakes: int = Field(sa_type=Whole, default=0)
    state: str = Field(sa_type=Words)
    resolution: int | None = Field(sa_type=Whole, default=None)
    plan: str | None = Field(sa_type=Words, default=None)


class Pool_Outcomes(SQLModel, table=True):
    """How much lies on one outcome of a pool: what its odds are worked out from."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["pools.guild_id", "pools.claim"]),
        sa.CheckConstraint("outcome >= 0 AND staked >= 0", name="staked"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole, primary_key=True)
    staked: int = Field(sa_type=Whole)


class Stakes(SQLModel, table=True):
    """One stake in a pool, and what it got back in the end. `late` is 1 where it was placed after the result was
    public and returned for that (D2); `paid_by` is empty where nothing came back."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["pools.guild_id", "pools.claim"]),
        _player("player"),
        _transfer("transfer"),
        _transfer("paid_by"),
        _among("state", STAKE_STATES),
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


class Forecasting(SQLModel, table=True):
    """Forecasts on a claim, from the first one or from when its author made them hidden (C7): what scores are
    averaged over begins with `from_us`. Hidden ones are shown from `revealed_us` on, or once trading has closed."""

    __table_args__ = (
        _of_claim(),
        sa.CheckConstraint("hidden IN (0, 1) AND (revealed_us IS NULL OR hidden = 1)", name="hidden"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    from_us: int = Field(sa_type=Moment)
    hidden: int = Field(sa_type=Flag, default=0)
    revealed_us: int | None = Field(sa_type=Moment, default=None)


class Forecasts(SQLModel, table=True):
    """What a player said, each time they said it; the one without `until_us` is what they say now.

    `chances` are millionths, one for each outcome, adding up to a million, as a JSON array; `quantiles` the 10%, 50%
    and 90% that they were worked out from, as they were typed, where they were.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "claim"], ["forecasting.guild_id", "forecasting.claim"]),
        _player("player"),
        sa.CheckConstraint("number >= 1 AND (until_us IS NULL OR until_us >= from_us)", name="times"),
        sa.Index("ix_forecasts_player", "guild_id", "player", "until_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    chances: str = Field(sa_type=Words)
    quantiles: str | None = Field(sa_type=Words, default=None)
    from_us: int = Field(sa_type=Moment)
    until_us: int | None = Field(sa_type=Moment, default=None)


class Scores(SQLModel, table=True):
    """A player's scores on one claim, in millionths, as its resolution made them; gone when that is taken back.

    `chances` are those of the last forecast that counted. `outcome` is what happened, for calibration; empty for
    judged weights. `counted` is 1 once the standings hold it.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        _of_claim(),
        _player("player"),
        sa.CheckConstraint("coverage BETWEEN 1 AND 1000000 AND counted IN (0, 1)", name="coverage"),
        sa.Index("ix_scores_counted", "guild_id", "resolution", "counted", "player"),
        sa.Index("ix_scores_player", "guild_id", "player", "at_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    resolution: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)
    brier: int = Field(sa_type=Whole)
    log: int = Field(sa_type=Whole)
    baseline: int = Field(sa_type=Whole)
    peer: int = Field(sa_type=Whole)
    coverage: int = Field(sa_type=Whole)
    chances: str = Field(sa_type=Words)
    outcome: int | None = Field(sa_type=Whole, default=None)
    counted: int = Field(sa_type=Flag, default=0)


class Seasons(SQLModel, table=True):
    """A window of settlement dates with standings of its own (E6); it resets nothing."""

    __table_args__ = (
        _player("made_by"),
        sa.CheckConstraint("number >= 1 AND from_us < to_us", name="times"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    name: str = Field(sa_type=Words)
    from_us: int = Field(sa_type=Moment)
    to_us: int = Field(sa_type=Moment)
    made_by: int = Field(sa_type=Whole)


class Standings(SQLModel, table=True):
    """What the board shows of a player, kept as claims settle: over all time (season 0) and over each season (E6).

    Sums of scores are millionths. What ranks is empty while one has too few claims for it: `accuracy` is the mean
    peer score, `miss` how far one's chances were from what came of them on average, both in millionths; `gain` is
    the profit, `return_bps` the profit by what was staked.
    """

    __table_args__ = (
        _player("player"),
        sa.CheckConstraint("season >= 0 AND claims >= 0 AND settled >= 0 AND staked >= 0", name="counts"),
        sa.CheckConstraint("listed IN (0, 1)", name="listed"),
        sa.Index("ix_standings_accuracy", "guild_id", "season", "listed", "accuracy", "player"),
        sa.Index("ix_standings_miss", "guild_id", "season", "listed", "miss", "player"),
        sa.Index("ix_standings_gain", "guild_id", "season", "listed", "gain", "player"),
        sa.Index("ix_standings_return", "guild_id", "season", "listed", "return_bps", "player"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    season: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    listed: int = Field(sa_type=Flag, default=1)
    claims: int = Field(sa_type=Whole, default=0)
    peer: int = Field(sa_type=Whole, default=0)
    coverage: int = Field(sa_type=Whole, default=0)
    brier: int = Field(sa_type=Whole, default=0)
    log: int = Field(sa_type=Whole, default=0)
    baseline: int = Field(sa_type=Whole, default=0)
    settled: int = Field(sa_type=Whole, default=0)
    staked: int = Field(sa_type=Whole, default=0)
    profit: int = Field(sa_type=Whole, default=0)
    accuracy: int | None = Field(sa_type=Whole, default=None)
    miss: int | None = Field(sa_type=Whole, default=None)
    gain: int | None = Field(sa_type=Whole, default=None)
    return_bps: int | None = Field(sa_type=Whole, default=None)


class Tenths(SQLModel, table=True):
    """A player's calibration, kept: of the chances they gave between two tenths how many there were, how many came
    true, and their sum in millionths."""

    __table_args__ = (
        _player("player"),
        sa.CheckConstraint(
            "tenth BETWEEN 0 AND 9 AND given >= came AND came >= 0 AND said >= 0 AND season >= 0",
            name="counts",
        ),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    season: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    tenth: int = Field(sa_type=Whole, primary_key=True)
    given: int = Field(sa_type=Whole)
    came: int = Field(sa_type=Whole)
    said: int = Field(sa_type=Whole)


class Unlisted(SQLModel, table=True):
    """Who asked to be left out of the board (E6)."""

    __table_args__ = (_player("player"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)


class Profits(SQLModel, table=True):
    """What a player staked on a settled claim and gained or lost by it, on all its instruments, in minor units (E6).

    `at_us` is when it was settled. What is taken back is taken out again.
    """

    __table_args__ = (
        _of_claim(),
        _player("player"),
        sa.CheckConstraint("staked >= 0", name="staked"),
        sa.Index("ix_profits_player", "guild_id", "player", "at_us"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    at_us: int = Field(sa_type=Moment)
    staked: int = Field(sa_type=Whole)
    profit: int = Field(sa_type=Whole)


class Counted_Bets(SQLModel, table=True):
    """A bet that ended by agreement and counts, because its claim later came out the same way (E6)."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "bet"], ["bets.guild_id", "bets.number"]),
        sa.ForeignKeyConstraint(["guild_id", "resolution"], ["resolutions.guild_id", "resolutions.number"]),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    bet: int = Field(sa_type=Whole, primary_key=True)
    resolution: int = Field(sa_type=Whole)


class Links(SQLModel, table=True):
    """A crux: if `claim` comes out as `outcome`, the player would raise what they say of `target_outcome` of
    `target`, or lower it where `raises` is 0. `told` is the resolution of `claim` that they had their note of."""

    __table_args__ = (
        _player("player"),
        _of_claim(),
        _of_claim("target"),
        sa.ForeignKeyConstraint(["guild_id", "told"], ["resolutions.guild_id", "resolutions.number"]),
        sa.CheckConstraint(
            "claim <> target AND outcome >= 0 AND target_outcome >= 0 AND raises IN (0, 1)", name="ends"
        ),
        sa.Index("ix_links_claim", "guild_id", "claim", "player"),
        sa.Index("ix_links_target", "guild_id", "target", "player"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    target: int = Field(sa_type=Whole, primary_key=True)
    outcome: int = Field(sa_type=Whole)
    target_outcome: int = Field(sa_type=Whole)
    raises: int = Field(sa_type=Flag)
    made_us: int = Field(sa_type=Moment)
    told: int | None = Field(sa_type=Whole, default=None)


class Rewards(SQLModel, table=True):
    """Points locked for the argument that moves their owner's forecast on a claim (E8). `words` is what would move
    them, `why` which argument did. `locked_by` and `ended_by` are the two transfers that it takes."""

    __table_args__ = (
        _of_claim(),
        _player("owner"),
        _player("winner"),
        _account("reserve"),
        _transfer("locked_by"),
        _transfer("ended_by"),
        _among("state", REWARD_STATES),
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


# Core tables for the write path, typed.
counters = SQLModel.metadata.tables["counters"]
claims = SQLModel.metadata.tables["claims"]
conditions = SQLModel.metadata.tables["conditions"]
stories = SQLModel.metadata.tables["stories"]
items = SQLModel.metadata.tables["items"]
tellings = SQLModel.metadata.tables["tellings"]
tags = SQLModel.metadata.tables["tags"]
claim_words = SQLModel.metadata.tables["claim_words"]
follows = SQLModel.metadata.tables["follows"]
clarifications = SQLModel.metadata.tables["clarifications"]
offers = SQLModel.metadata.tables["offers"]
bets = SQLModel.metadata.tables["bets"]
agreements = SQLModel.metadata.tables["agreements"]
moves = SQLModel.metadata.tables["moves"]
appointments = SQLModel.metadata.tables["appointments"]
proposals = SQLModel.metadata.tables["proposals"]
disputes = SQLModel.metadata.tables["disputes"]
arguments = SQLModel.metadata.tables["arguments"]
votes = SQLModel.metadata.tables["votes"]
resolutions = SQLModel.metadata.tables["resolutions"]
acts = SQLModel.metadata.tables["acts"]
markets = SQLModel.metadata.tables["markets"]
market_outcomes = SQLModel.metadata.tables["market_outcomes"]
liquidity = SQLModel.metadata.tables["liquidity"]
positions = SQLModel.metadata.tables["positions"]
trades = SQLModel.metadata.tables["trades"]
orders = SQLModel.metadata.tables["orders"]
due_work = SQLModel.metadata.tables["due_work"]
cards = SQLModel.metadata.tables["cards"]
posts = SQLModel.metadata.tables["posts"]
preferences = SQLModel.metadata.tables["preferences"]
removals = SQLModel.metadata.tables["removals"]
pools = SQLModel.metadata.tables["pools"]
pool_outcomes = SQLModel.metadata.tables["pool_outcomes"]
stakes = SQLModel.metadata.tables["stakes"]
forecasting = SQLModel.metadata.tables["forecasting"]
forecasts = SQLModel.metadata.tables["forecasts"]
scores = SQLModel.metadata.tables["scores"]
seasons = SQLModel.metadata.tables["seasons"]
standings = SQLModel.metadata.tables["standings"]
tenths = SQLModel.metadata.tables["tenths"]
unlisted = SQLModel.metadata.tables["unlisted"]
profits = SQLModel.metadata.tables["profits"]
counted_bets = SQLModel.metadata.tables["counted_bets"]
links = SQLModel.metadata.tables["links"]
rewards = SQLModel.metadata.tables["rewards"]
