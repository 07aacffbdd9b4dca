"""The ambiguity clause (RULES B4): what becomes of the stakes where nobody can say how it ended.

A claim has one; a two-party bet may have its own, and only there may a person pay half. *Unclear* applies the bet's
own clause if it has one, else the claim's. A clause is part of the terms, so it goes into their digest: `encode`
gives the same text for the same clause for good, a JSON array of words and integers without spaces.

    ["return",30]                   stakes return
    ["weights",30,[5000,5000]]      fixed weights over the claim's outcomes, in basis points: half and half
    ["judges",0]                    the judges choose weights
    ["half","maker",30]             the bet's maker pays half of their stake

The number is the days to wait, counted from the deadline, before the clause may be used.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias, cast

from ledger import money
from markets.mechanisms import two_party
from markets.mechanisms.two_party import Party, Payout, Stakes

MOST_DAYS = 365
WHOLE = 10_000
"""Basis points: what fixed weights add up to."""


ClauseCode = Literal["days", "weights", "payer", "text"]


class BadClause(ValueError):
    """It can't be the clause of this claim or bet.

    `code` is "days" (not 0 to 365), "weights" (not one for each outcome, negative, or not 10,000 together),
    "payer" (pays half is a bet's alone) or "text" (not what `encode` wrote).
    """

    def __init__(self, code: ClauseCode) -> None:
        self.code: ClauseCode = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class StakesReturn:
    """Each gets their own stake."""

    days: int = 0

    def __post_init__(self) -> None:
        _check_days(self.days)


@dataclass(frozen=True, slots=True)
class FixedWeights:
    """Paid like graded weights (C8): one for each outcome of the claim, in basis points, 10,000 together."""

    weights: tuple[int, ...]
    days: int = 0

    def __post_init__(self) -> None:
        _check_days(self.days)
        whole = all(type(weight) is int and weight >= 0 for weight in self.weights)
        if not whole or len(self.weights) < 2 or sum(self.weights) != WHOLE:
            raise BadClause("weights")


@dataclass(frozen=True, slots=True)
class JudgesChoose:
    """The judges name the weights."""

    days: int = 0

    def __post_init__(self) -> None:
        _check_days(self.days)


@dataclass(frozen=True, slots=True)
class PaysHalf:
    """Half of this side's stake, rounded down, goes to the other, the rest returns. In a bet's own terms only."""

    payer: Party
    days: int = 0

    def __post_init__(self) -> None:
        _check_days(self.days)
        if self.payer not in ("maker", "taker"):
            raise BadClause("payer")


Clause: TypeAlias = StakesReturn | FixedWeights | JudgesChoose | PaysHalf


# --- making one -------------------------------------------------------------------------------


def even(outcomes: int, days: int = 0) -> FixedWeights:
    """Return the same weight for each outcome; "half and half" where there are two."""
    return FixedWeights(tuple(money.share_out(WHOLE, [1] * outcomes)), days)


def half_of_the_pot(outcomes: int, side: int, days: int = 0) -> FixedWeights:
    """Half of the pot for each side of a bet on outcome `side`, however many outcomes the claim has.

    Over many outcomes equal weights would give the side that backs one of five a fifth.
    """
    rest = iter(money.share_out(WHOLE // 2, [1] * (outcomes - 1)))
    return FixedWeights(tuple(WHOLE // 2 if at == side else next(rest) for at in range(outcomes)), days)


def counts_as(outcomes: int, outcome: int, days: int = 0) -> FixedWeights:
    """Doubt counts as this outcome."""
    return FixedWeights(tuple(WHOLE if at == outcome else 0 for at in range(outcomes)), days)


def check_for_claim(clause: Clause, outcomes: int) -> None:
    """Check a clause against a claim's outcomes.

    Raises:
        BadClause: It names one person, or hasn't one weight for each outcome.
    """
    if isinstance(clause, PaysHalf):
        raise BadClause("payer")
    check_for_bet(clause, outcomes)


def check_for_bet(clause: Clause, outcomes: int) -> None:
    """Check a bet's own clause against the outcomes of its claim.

    Raises:
        BadClause: It hasn't one weight for each outcome.
    """
    if isinstance(clause, FixedWeights) and len(clause.weights) != outcomes:
        raise BadClause("weights")


# --- what unclear does to a bet ---------------------------------------------------------------


def in_force(own: Clause | None, claims: Clause) -> Clause:
    """Return the bet's own clause if it has one, else the claim's."""
    return claims if own is None else own


def ending(clause: Clause, stakes: Stakes, side: int, against: bool = False) -> Payout | None:
    """Return what each side of a bet gets when its claim ends *unclear*; None where the judges still have to choose.

    The maker backs outcome `side`, or everything but it where `against`.
    """
    match clause:
        case StakesReturn():
            return two_party.void(stakes)
        case PaysHalf(payer=payer):
            return two_party.pays_half(stakes, payer)
        case FixedWeights(weights=weights):
            return two_party.shared(stakes, two_party.side_weights(weights, side, against))
        case JudgesChoose():
            return None


# --- text -------------------------------------------------------------------------------------


def encode(clause: Clause) -> str:
    """Return the clause as canonical JSON, for the terms and their digest."""
    return json.dumps(_as_list(clause), separators=(",", ":"))


@lru_cache(maxsize=512)
def decode(text: str) -> Clause:
    """Return the inverse of `encode`. The same few are read all day.

    Raises:
        BadClause: It isn't what `encode` writes, letter for letter.
    """
    try:
        clause = _from_list(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise BadClause("text") from None
    if encode(clause) != text:
        raise BadClause("text")
    return clause


def _as_list(clause: Clause) -> list[object]:
    match clause:
        case StakesReturn(days=days):
            return ["return", days]
        case FixedWeights(weights=weights, days=days):
            return ["weights", days, list(weights)]
        case JudgesChoose(days=days):
            return ["judges", days]
        case PaysHalf(payer=payer, days=days):
            return ["half", payer, days]


def _from_list(given: Any) -> Clause:
    match given:
        case ["return", int(days)]:
            return StakesReturn(days)
        case ["weights", int(days), list()]:
            return FixedWeights(tuple(cast(Sequence[int], given[2])), days)
        case ["judges", int(days)]:
            return JudgesChoose(days)
        case ["half", ("maker" | "taker") as payer, int(days)]:
            return PaysHalf(payer, days)
        case _:
            raise BadClause("text")


def _check_days(days: object) -> None:
    if type(days) is not int or not 0 <= days <= MOST_DAYS:
        raise BadClause("days")
