"""Tables of proposals, disputes, results and of what moderators did."""

import sqlalchemy as sa
from sqlmodel import Field

from ledger.schema import STRICT, TableModel, core
from ledger.types import Digest, Flag, Moment, Whole, Words
from markets.core.tables.keys import among, of_account, of_claim, of_player

PROPOSAL_STATES = ("standing", "withdrawn", "disputed", "settled", "failed")
DISPUTE_STATES = ("open", "ruled", "appealed", "final", "lapsed")


class AppointmentsTable(TableModel, table=True):
    """Whom each side of the bets on a claim would have judge it, after its judges didn't (D4)."""

    __table_args__ = (of_claim(), of_player("side"), of_player("judge"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    claim: int = Field(sa_type=Whole, primary_key=True)
    side: int = Field(sa_type=Whole, primary_key=True)
    judge: int = Field(sa_type=Whole)
    at_us: int = Field(sa_type=Moment)


appointments = core(AppointmentsTable)


class ProposalsTable(TableModel, table=True):
    """A result that a player named for a claim (D1), and the window in which it may be challenged (D3).

    The window begins when Discord has taken the announcement: until then `window_from_us` is empty and nothing
    settles by silence. One proposal stands for a claim, or is disputed. `gains` is 1 where the proposer gains by the
    result, `confirm` where silence is no consent and a moderator confirms it. `bond` is the account that holds it.
    `ended_us` is when it stood no more, in any way (D2). `outcomes` as of an offer.
    """

    __table_args__ = (
        of_claim(),
        of_player("proposer"),
        of_account("bond"),
        among("state", PROPOSAL_STATES),
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


proposals = core(ProposalsTable)


class DisputesTable(TableModel, table=True):
    """A challenge to a proposal and what became of it (D5, D6). One dispute at a time on a claim.

    `ruling` is the newest; `first_ruling` what was decided before an appeal.
    """

    __table_args__ = (
        of_claim(),
        sa.ForeignKeyConstraint(["guild_id", "proposal"], ["proposals.guild_id", "proposals.number"]),
        of_player("challenger"),
        of_account("bond"),
        of_account("appeal_bond"),
        among("state", DISPUTE_STATES),
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


disputes = core(DisputesTable)


class ArgumentsTable(TableModel, table=True):
    """What others add to a dispute, free of charge (D5)."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        of_player("author"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    number: int = Field(sa_type=Whole, primary_key=True)
    author: int = Field(sa_type=Whole)
    words: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)


arguments = core(ArgumentsTable)


class VotesTable(TableModel, table=True):
    """A judge's vote for one result; `round` 1 is the ruling, 2 the appeal. A changed vote replaces the old one."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        of_player("judge"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    judge: int = Field(sa_type=Whole, primary_key=True)
    result: str = Field(sa_type=Words)
    reason: str = Field(sa_type=Words)
    at_us: int = Field(sa_type=Moment)


votes = core(VotesTable)


class VolunteersTable(TableModel, table=True):
    """Who is on call: a member who would judge what a claim's own judges don't decide, and since when (D4)."""

    __table_args__ = (of_player("player"), STRICT)
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    at_us: int = Field(sa_type=Moment)


volunteers = core(VolunteersTable)


class CallsTable(TableModel, table=True):
    """The announcement of a draw of judges for one round of a dispute (D4): `sealed` is the SHA-256 of 32 random
    bytes, which are the `secret` once lots were drawn; until then they stand in `call_secrets`. `told_us` is when its
    people were told of it privately, because it could not be posted (D3)."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        sa.CheckConstraint("length(sealed) = 32 AND length(secret) = 32", name="sealed"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    sealed: bytes = Field(sa_type=Digest)
    at_us: int = Field(sa_type=Moment)
    told_us: int | None = Field(sa_type=Moment, default=None)
    posted_us: int | None = Field(sa_type=Moment, default=None)
    secret: bytes | None = Field(sa_type=Digest, default=None)


calls = core(CallsTable)


class CallSecretsTable(TableModel, table=True):
    """What the lots of an announced draw will be drawn with. It is in no export and no answer until then."""

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute", "round"], ["calls.guild_id", "calls.dispute", "calls.round"]
        ),
        sa.CheckConstraint("length(secret) = 32", name="secret"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    secret: bytes = Field(sa_type=Digest)


call_secrets = core(CallSecretsTable)


class CandidatesTable(TableModel, table=True):
    """Who was on call when a draw was announced: lots are drawn among them, and nobody else."""

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute", "round"], ["calls.guild_id", "calls.dispute", "calls.round"]
        ),
        of_player("player"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)


candidates = core(CandidatesTable)


class AgreedJudgesTable(TableModel, table=True):
    """A member whom the holders of a market or a pool agreed on as judge of one round of a dispute (D4), from when
    that was posted, who objected, and who accepted the judge all the same."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        of_player("judge"),
        of_player("objector"),
        of_player("accepted_by"),
        sa.CheckConstraint(
            "(objector IS NULL) = (objected_us IS NULL) AND (accepted_by IS NULL) = (accepted_us IS NULL)",
            name="answers",
        ),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    judge: int = Field(sa_type=Whole, primary_key=True)
    at_us: int = Field(sa_type=Moment)
    posted_us: int | None = Field(sa_type=Moment, default=None)
    objector: int | None = Field(sa_type=Whole, default=None)
    objected_us: int | None = Field(sa_type=Moment, default=None)
    accepted_by: int | None = Field(sa_type=Whole, default=None)
    accepted_us: int | None = Field(sa_type=Moment, default=None)


agreed_judges = core(AgreedJudgesTable)


class DrawsTable(TableModel, table=True):
    """A draw of judges for one round of a dispute (D4): by `head`, the digest of the book's newest transfer then,
    whose number is `transfers`."""

    __table_args__ = (
        sa.ForeignKeyConstraint(["guild_id", "dispute"], ["disputes.guild_id", "disputes.number"]),
        sa.CheckConstraint("length(head) = 32 AND transfers >= 0", name="head"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    transfers: int = Field(sa_type=Whole)
    head: bytes = Field(sa_type=Digest)
    at_us: int = Field(sa_type=Moment)


draws = core(DrawsTable)


class LotsTable(TableModel, table=True):
    """A volunteer's lot in a draw. `place` is 1 to 3 where they were drawn, and 0 where they were passed over, since
    they may not judge there; of the others the lot was higher than all that were needed."""

    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["guild_id", "dispute", "round"], ["draws.guild_id", "draws.dispute", "draws.round"]
        ),
        of_player("player"),
        sa.CheckConstraint("place BETWEEN 0 AND 3", name="place"),
        STRICT,
    )
    guild_id: int = Field(sa_type=Whole, primary_key=True)
    dispute: int = Field(sa_type=Whole, primary_key=True)
    round: int = Field(sa_type=Whole, primary_key=True)
    player: int = Field(sa_type=Whole, primary_key=True)
    place: int | None = Field(sa_type=Whole, default=None)


lots = core(LotsTable)


class ResolutionsTable(TableModel, table=True):
    """How a claim came out (`claims.Result` as JSON), on what ground, and whether it was taken back.

    The salt is that of the reason's digest in the book: taking back many bets goes on in later units.

    `proposal` and `dispute` say where it came from; neither where it ended by its ambiguity clause (D7). What it
    pays is paid from `pays_us` on; `paid_us` is when the last of it was.
    """

    __table_args__ = (
        of_claim(),
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


resolutions = core(ResolutionsTable)


class ActsTable(TableModel, table=True):
    """What moderators and judges did with a claim, with the reason: a list that members can read. `proposal` is the
    one that a signature is of; those of before version 0018 don't say it."""

    __table_args__ = (
        of_claim(),
        of_player("actor"),
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
    proposal: int | None = Field(sa_type=Whole, default=None)


acts = core(ActsTable)
