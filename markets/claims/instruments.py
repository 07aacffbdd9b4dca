"""What can hang on a claim, and what each kind must be able to do when the claim comes out (RULES C, D).

A claim has one resolution, and all that hangs on it settles from it: bets, a market, a pool, forecasts. Each kind is
one `Instrument`; `markets.settlement.kinds` lists them, and callers that ask all of them in turn know none by name.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.transfers import Words
from markets.claims import ambiguity
from markets.claims.claims import Claim
from markets.claims.terms import Result


class Step(NamedTuple):
    """What one unit did for one kind: whether nothing is left to do, and how many entries it wrote."""

    done: bool
    entries: int = 0


NOTHING_LEFT = Step(done=True)


class Instrument:
    """One kind of thing that hangs on a claim. What a kind has no use for it leaves as it is here.

    Paying and taking back go on over several transactions, a crash between any two included, so the rows themselves
    say how far it has come. `room` is how many entries may be written in this one. An instrument whose next step
    needs more does nothing and isn't done.
    """

    def pay_some(
        self, tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime
    ) -> Step:
        """Pay the next part of what a resolution brings, once and for all."""
        return NOTHING_LEFT

    def take_back_some(
        self,
        tx: Connection,
        claim: Claim,
        resolution: int,
        room: int,
        now: datetime,
        actor: int,
        note: Words | None,
    ) -> Step:
        """Undo the next part of what a resolution has paid, the last first, until it is as before it."""
        return NOTHING_LEFT

    def changes(
        self, tx: Connection, claim: Claim, result: Result, player: int | None = None
    ) -> dict[int, int]:
        """Return by how much each player would end above what they put in, minor units; of one player if named."""
        return {}

    def changes_by_outcome(
        self, tx: Connection, claim: Claim, player: int | None = None
    ) -> list[dict[int, int]]:
        """Return `changes` by each outcome of the claim, in their order. A kind that thousands hold reads them once
        here."""
        outcomes = range(len(claim.terms.outcomes))
        return [self.changes(tx, claim, Result("outcome", outcome=at), player) for at in outcomes]

    def stakes(self, tx: Connection, claim: Claim) -> dict[int, int]:
        """Return who has something on it now, and how much, minor units: its holders (D1, D4)."""
        return {}

    unanimous = False
    """Whether all its holders have to agree on a judge (D4); else more than half of them do, by stake."""

    def holds(self, tx: Connection, claim: Claim, player: int) -> bool:
        """Return whether a player has something on it now."""
        return False

    def had_money(self, tx: Connection, claim: Claim, player: int) -> bool:
        """Return whether a player has or ever had money or a resting order on it (D4)."""
        return False

    def somebody_deleted(self, tx: Connection, claim: Claim) -> bool:
        """Return whether a player who has something on it had themselves deleted: their silence is
        no consent (E4)."""
        return False

    def hangs(self, tx: Connection, claim: Claim) -> bool:
        """Return whether anything hangs on it that people have to judge (B8)."""
        return False

    def resume(self, tx: Connection, claim: Claim, now: datetime) -> None:
        """Go on after a proposal or a moderator had stopped the claim: it is open again (D2)."""

    def clear(self, tx: Connection, claim: Claim, now: datetime) -> None:
        """Give back what is left of no use, since the claim is filed with nothing on it (B8)."""


def weights(claim: Claim, result: Result) -> tuple[int, ...] | None:
    """Return the weights that a result gives to the claim's outcomes; None where all get back what they put in.

    *Unclear* goes by the claim's clause; where that leaves it to the judges and they chose none, stakes return (D7).
    """
    outcomes = len(claim.terms.outcomes)
    if result.kind in ("void", "early"):
        return None
    if result.kind == "unclear" and not result.weights:
        clause = ambiguity.decode(claim.terms.clause)
        return clause.weights if isinstance(clause, ambiguity.FixedWeights) else None
    if result.kind == "unclear" and not isinstance(
        ambiguity.decode(claim.terms.clause), ambiguity.JudgesChoose
    ):
        return weights(claim, Result("unclear"))
    return result.weights or tuple(int(at == result.outcome) for at in range(outcomes))
