"""What can hang on a claim, and what each kind must be able to do when the claim comes out (RULES C, D).

A claim has one resolution, and all that hangs on it settles from it: bets, a market, a pool, forecasts. Each kind is
one `Instrument`; `markets.settlement.kinds` lists them, and callers that ask all of them in turn know none by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

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


class PaySome(Protocol):
    """Pay the next part of what a resolution brings, once and for all."""

    def __call__(
        self, tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime
    ) -> Step: ...


@dataclass(frozen=True, slots=True)
class Undoing:
    """A paid resolution that is taken back: the result that it paid by, who takes it back, and the words that the
    opposite transfers carry."""

    claim: Claim
    resolution: int
    result: Result
    actor: int
    note: Words | None


TakeBackSome = Callable[[Connection, Undoing, int, datetime], Step]
"""Undo the next part of what a resolution has paid, the last first, until it is as before. The number is `room`."""


class Changes(Protocol):
    """By how much each player would end above what they put in, minor units; of one player if named."""

    def __call__(
        self, tx: Connection, claim: Claim, result: Result, player: int | None = None
    ) -> dict[int, int]: ...


class ChangesByOutcome(Protocol):
    """`Changes` by each outcome of the claim, in their order. A kind that thousands hold reads them once here."""

    def __call__(self, tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]: ...


OfClaim = Callable[[Connection, Claim], bool]
OfPlayer = Callable[[Connection, Claim, int], bool]
OfMove = Callable[[Connection, Claim, datetime], None]


def take_nothing_back(tx: Connection, undoing: Undoing, room: int, now: datetime) -> Step:
    """Take nothing back, of a kind whose payments stay."""
    return NOTHING_LEFT


def change_nobody(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """Change nobody's points, of a kind that pays the same for every result."""
    return {}


def change_nobody_by_outcome(tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]:
    """Return `change_nobody` by each outcome."""
    return [{} for _ in claim.terms.outcomes]


def held_by_nobody(tx: Connection, claim: Claim) -> dict[int, int]:
    """Return no holders, of a kind by which nobody has money on the claim."""
    return {}


def not_of_player(tx: Connection, claim: Claim, player: int) -> bool:
    """Return False, of a kind by which nobody has money on the claim."""
    return False


def not_of_claim(tx: Connection, claim: Claim) -> bool:
    """Return False, of a kind on which nobody's answer hangs."""
    return False


def stay(tx: Connection, claim: Claim, now: datetime) -> None:
    """Do nothing, of a kind that a move of the claim leaves as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One kind of thing that hangs on a claim, by what it can do. What a kind has no use for is left out.

    Paying and taking back go on over several transactions, a crash between any two included, so the rows themselves
    say how far it has come. `room` is how many entries may be written in this one. An instrument whose next step
    needs more does nothing and isn't done.
    """

    pay_some: PaySome
    take_back_some: TakeBackSome = take_nothing_back
    changes: Changes = change_nobody
    changes_by_outcome: ChangesByOutcome = change_nobody_by_outcome

    stakes: Callable[[Connection, Claim], dict[int, int]] = held_by_nobody
    """Who has something on it now, and how much, minor units: its holders (D1, D4)."""

    unanimous: bool = False
    """Whether all its holders have to agree on a judge (D4); else more than half of them do, by stake."""

    holds: OfPlayer = not_of_player
    """Whether a player has something on it now."""

    had_money: OfPlayer = not_of_player
    """Whether a player has or ever had money or a resting order on it (D4)."""

    somebody_deleted: OfClaim = not_of_claim
    """Whether a player who has something on it had themselves deleted: their silence is no consent (E4)."""

    hangs: OfClaim = not_of_claim
    """Whether anything hangs on it that people have to judge (B8)."""

    resume: OfMove = stay
    """The claim is open again, after a proposal or a moderator had stopped it (D2)."""

    clear: OfMove = stay
    """The claim is filed with nothing on it (B8): give back what is left of no use."""


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
