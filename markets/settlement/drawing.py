"""Draw judges on call for a dispute that its own judges left alone for a week (RULES D4).

The draw is announced a day before, under seal (`calling`): among whom it is made, and the SHA-256 of 32 random bytes,
its secret. It can be made again by anybody. Each candidate's lot is the SHA-256, in lower-case hex, of the text

    seed:dispute:round:player

`seed` is the SHA-256 of the secret's bytes and those of a digest, in lower-case hex. The digest is that of the book's
newest transfer when lots are drawn; both are posted with the draw, and the daily post, `/ledger verify` and the
export's transfers hold the same chain. `dispute` is the dispute's number, `round` is 1 for the ruling and 2 for an
appeal, `player` is the candidate's number. The lowest lots are drawn, three at most. Whoever makes the last transfer
before the draw tries in vain: they don't know the secret. Draws of before version 0018 had none; their seed is the
digest itself.

Passed over is who may not judge there: who has or had points on the claim or on what `recusal.is_recused` counts with
it, who has a part in the dispute, who judges it anyway, voted on what is appealed, stepped down, or is on call no
more. The next in the order of the lots takes the place.

Only who was on call before the dispute opened is a candidate, so that nobody calls friends in for one that is there.
"""

import hashlib
from collections.abc import Sequence
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
from markets.settlement import calling, disputes, proposals, recusal
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
    were, who was passed over, and who was drawn, the lowest lot first; with its secret and the SHA-256 that was
    posted of it, where it was announced under seal."""

    dispute: int
    round: int
    transfers: int
    head: bytes
    at_us: int
    volunteers: tuple[int, ...]
    passed_over: tuple[int, ...]
    drawn: tuple[int, ...]
    secret: bytes | None = None
    sealed: bytes | None = None

    @property
    def until_us(self) -> int:
        """When the owner is asked: at once where nobody could be drawn."""
        return self.at_us + (DRAWN_US if self.drawn else 0)


def lot(seed: bytes, dispute: int, round_: int, player: int) -> str:
    """Return a candidate's lot, as hex; the docstring of this module says of what."""
    return hashlib.sha256(f"{seed.hex()}:{dispute}:{round_}:{player}".encode()).hexdigest()


def call(tx: Connection, claim: Claim, now: datetime) -> bool:
    """Announce the draw for the round of a dispute that waits. False where it was announced or made before, nobody on
    call may judge it, or nothing is disputed."""
    if claim.state != lifecycle.DISPUTED:
        return False
    dispute = disputes.standing(tx, claim)
    if found(tx, dispute) is not None:
        return False
    made = calling.found(tx, dispute)
    if made is not None and not made.lost:
        return False
    volunteers = on_call.since_before(tx, claim.guild, dispute.opened_us)
    if not _chosen(tx, claim, dispute, volunteers, most=1)[1]:
        return False
    calling.announce(tx, claim, dispute, volunteers, now)
    return True


def draw(tx: Connection, claim: Claim, now: datetime) -> LotsDrawn | None:
    """Draw judges for the round of a dispute that waits, once, a day after that was announced, and tell it; nobody,
    where nobody of the candidates may judge by now. Return None where it isn't time for that."""
    if claim.state != lifecycle.DISPUTED:
        return None
    dispute = disputes.standing(tx, claim)
    announced = calling.found(tx, dispute)
    if announced is None or announced.lost or found(tx, dispute) is not None:
        return None
    if announced.posted_us is None or to_us(now) < announced.draws_us:
        return None
    head = tx.execute(_HEAD, {"g": claim.guild}).one()
    secret = calling.open_seal(tx, dispute, dispute.round)
    seed = calling.seed(secret, bytes(head.head))

    def by_lot(player: int) -> str:
        return lot(seed, dispute.number, dispute.round, player)

    passed_over, drawn = _chosen(tx, claim, dispute, sorted(announced.candidates, key=by_lot))
    this = {"guild_id": claim.guild, "dispute": dispute.number, "round": dispute.round}
    tx.execute(_ADD, this | {"transfers": head.transfers, "head": bytes(head.head), "at_us": to_us(now)})
    places = dict.fromkeys(passed_over, 0) | {player: at for at, player in enumerate(drawn, start=1)}
    tx.execute(_ADD_LOTS, [this | {"player": one, "place": places.get(one)} for one in announced.candidates])
    happened(tx, DisputeChanged(claim.guild, dispute.number))
    if drawn:
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
    announced = calling.found(tx, dispute, asked["round"])
    return LotsDrawn(
        dispute=dispute.number,
        round=asked["round"],
        transfers=row.transfers,
        head=bytes(row.head),
        at_us=row.at_us,
        volunteers=tuple(one.player for one in lots),
        passed_over=tuple(one.player for one in lots if one.place == 0),
        drawn=tuple(one.player for one in drawn),
        secret=announced.secret if announced else None,
        sealed=announced.sealed if announced else None,
    )


def alone_from(tx: Connection, claim: Claim, dispute: Dispute) -> int:
    """Return from when on the owner, or whom the sides agree on, may rule alone: after a week without enough votes,
    and where judges on call can be drawn or were, three days after that (D4)."""
    week_us = dispute.waits_since_us + ALONE_US
    made = found(tx, dispute)
    if made is not None:
        return max(week_us, made.until_us)
    announced = calling.found(tx, dispute)
    if announced is not None:
        return max(week_us, announced.draws_us) + DRAWN_US
    volunteers = on_call.since_before(tx, claim.guild, dispute.opened_us)
    return week_us + DRAWN_US if _chosen(tx, claim, dispute, volunteers, most=1)[1] else week_us


def _chosen(
    tx: Connection, claim: Claim, dispute: Dispute, candidates: Sequence[int], most: int = DRAWN
) -> tuple[list[int], list[int]]:
    """Who is passed over and who is drawn, in the order of the candidates. Nobody is looked at who isn't needed."""
    if not candidates:
        return [], []
    bystanders = _bystanders(tx, claim, dispute)
    here = set(on_call.everybody(tx, claim.guild))
    passed_over: list[int] = []
    drawn: list[int] = []
    for player in candidates:
        if len(drawn) == most:
            break
        own = returned.numbers(tx, claim.guild, player)
        may = player in here and bystanders.isdisjoint(own) and not recusal.is_recused(tx, claim, player)
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
