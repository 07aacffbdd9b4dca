"""Draw judges on call for a dispute that its own judges left alone for a week (RULES D4).

The draw can be made again by anybody. Each volunteer's lot is the SHA-256, in lower-case hex, of the text

    digest:dispute:round:player

`digest` is that of the book's newest transfer at that moment, in lower-case hex; it is posted with the draw, and the
daily post, `/ledger verify` and the export's transfers hold the same chain. `dispute` is the dispute's number,
`round` is 1 for the ruling and 2 for an appeal, `player` is the volunteer's number. The lowest lots are drawn, three
at most.

Passed over is who may not judge there: who has or had points on the claim or on what `recusal.is_recused` counts with
it, who has a part in the dispute, who judges it anyway, voted on what is appealed, or stepped down.

Only who was on call before the dispute opened takes part, so that nobody calls friends in for one that is there.
Whoever makes the last transfer before the draw has one try more than others: the digest is known to nobody before
that, and a try is a listed transfer.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger import schema as book
from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import judges, on_call, terms
from markets.claims.claims import Claim
from markets.core import lifecycle, tables
from markets.core.events import DisputeChanged
from markets.settlement import disputes, proposals, recusal
from markets.settlement.disputes import ALONE_US, RULING, Dispute, tell

DRAWN = 3
"""How many are drawn, at most."""

DRAWN_US = 3 * terms.DAY_US
"""How long they have before the owner is asked, and may rule alone."""

_draws = tables.draws.c
_lots = tables.lots.c
_votes = tables.votes.c
_this = (in_guild(_draws), _draws.dispute == param("d"), _draws.round == param("round"))
_DRAW = sa.select(_draws.transfers, _draws.head, _draws.at_us).where(*_this)
_LOTS = (
    sa.select(_lots.player, _lots.place)
    .where(in_guild(_lots), _lots.dispute == param("d"), _lots.round == param("round"))
    .order_by(_lots.player)
)
_ADD = sa.insert(tables.draws)
_ADD_LOTS = sa.insert(tables.lots)
_HEAD = sa.select(book.books.c.transfers, book.books.c.head).where(in_guild(book.books.c))
_VOTERS = sa.select(_votes.judge).where(
    in_guild(_votes), _votes.dispute == param("d"), _votes.round.in_([RULING, param("round")])
)


@dataclass(frozen=True, slots=True)
class LotsDrawn:
    """A draw: the digest of the newest transfer then and that transfer's number, all volunteers whose lots they
    were, who was passed over, and who was drawn, the lowest lot first."""

    dispute: int
    round: int
    transfers: int
    head: bytes
    at_us: int
    volunteers: tuple[int, ...]
    passed_over: tuple[int, ...]
    drawn: tuple[int, ...]

    @property
    def until_us(self) -> int:
        """When the owner is asked."""
        return self.at_us + DRAWN_US


def lot(head: bytes, dispute: int, round_: int, player: int) -> str:
    """Return a volunteer's lot, as hex; the docstring of this module says of what."""
    return hashlib.sha256(f"{head.hex()}:{dispute}:{round_}:{player}".encode()).hexdigest()


def draw(tx: Connection, claim: Claim, now: datetime) -> LotsDrawn | None:
    """Draw judges for the round of a dispute that waits, once, and announce it. Return None where they were drawn
    before, nobody on call may judge it, or nothing is disputed."""
    if claim.state != lifecycle.DISPUTED:
        return None
    dispute = disputes.standing(tx, claim)
    if found(tx, dispute) is not None:
        return None
    head = tx.execute(_HEAD, {"g": claim.guild}).one()
    passed_over, drawn = _chosen(tx, claim, dispute, bytes(head.head))
    if not drawn:
        return None
    this = {"guild_id": claim.guild, "dispute": dispute.number, "round": dispute.round}
    tx.execute(_ADD, this | {"transfers": head.transfers, "head": bytes(head.head), "at_us": to_us(now)})
    places = dict.fromkeys(passed_over, 0) | {player: at for at, player in enumerate(drawn, start=1)}
    volunteers = on_call.since_before(tx, claim.guild, dispute.opened_us)
    tx.execute(_ADD_LOTS, [this | {"player": one, "place": places.get(one)} for one in volunteers])
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    tell(tx, claim, "judges.drawn", now, dispute=dispute.number, round=dispute.round)
    return found(tx, dispute)


def found(tx: Connection, dispute: Dispute, round_: int = 0) -> LotsDrawn | None:
    """Return the draw for a round of a dispute, the one that waits if none is named; None where there was none."""
    asked = {"g": dispute.guild, "d": dispute.number, "round": round_ or dispute.round}
    row = tx.execute(_DRAW, asked).first()
    if row is None:
        return None
    lots = tx.execute(_LOTS, asked).all()
    drawn = sorted((one for one in lots if one.place), key=lambda one: one.place)
    return LotsDrawn(
        dispute=dispute.number,
        round=asked["round"],
        transfers=row.transfers,
        head=bytes(row.head),
        at_us=row.at_us,
        volunteers=tuple(one.player for one in lots),
        passed_over=tuple(one.player for one in lots if one.place == 0),
        drawn=tuple(one.player for one in drawn),
    )


def alone_from(tx: Connection, claim: Claim, dispute: Dispute) -> int:
    """Return from when on the owner, or whom the sides agree on, may rule alone: after a week without enough votes,
    and where judges on call can be drawn or were, three days after that (D4)."""
    week_us = dispute.waits_since_us + ALONE_US
    made = found(tx, dispute)
    if made is not None:
        return max(week_us, made.until_us)
    head = tx.execute(_HEAD, {"g": claim.guild}).one()
    return week_us + DRAWN_US if _chosen(tx, claim, dispute, bytes(head.head), most=1)[1] else week_us


def _chosen(
    tx: Connection, claim: Claim, dispute: Dispute, head: bytes, most: int = DRAWN
) -> tuple[list[int], list[int]]:
    """Who is passed over and who is drawn, in the order of their lots. Nobody is looked at whose lot isn't needed."""
    volunteers = on_call.since_before(tx, claim.guild, dispute.opened_us)
    if not volunteers:
        return [], []
    bystanders = _bystanders(tx, claim, dispute)
    passed_over: list[int] = []
    drawn: list[int] = []
    for player in sorted(volunteers, key=lambda one: lot(head, dispute.number, dispute.round, one)):
        if len(drawn) == most:
            break
        own = returned.numbers(tx, claim.guild, player)
        may = bystanders.isdisjoint(own) and not recusal.is_recused(tx, claim, player)
        (drawn if may else passed_over).append(player)
    return passed_over, drawn


def _bystanders(tx: Connection, claim: Claim, dispute: Dispute) -> set[int]:
    """Who isn't drawn whatever their points: both sides of the dispute, who judges it anyway, who voted in this round
    or on the ruling that is appealed, and who stepped down."""
    proposal = proposals.load(tx, claim.guild, dispute.proposal)
    sides = {proposal.proposer, dispute.challenger, dispute.appellant or 0}
    asked = {"g": claim.guild, "d": dispute.number, "round": dispute.round}
    voters = set(tx.execute(_VOTERS, asked).scalars())
    return sides | voters | set(judges.standing_judges(tx, claim)) | judges.stepped_down(tx, claim)
