"""What a result must be before it is proposed or ruled (RULES B3, B4, D1)."""

from dataclasses import replace
from datetime import datetime

from ledger.types import to_us
from markets.claims import ambiguity, ranges, sides
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core.errors import BadResult, TooEarlyToPropose

MOST_WEIGHT = 1_000_000

LATER_US = 90 * claim_terms.DAY_US
"""By how much *too early* moves a claim's check date at most (D8)."""


def required(claim: Claim, result: Result, now: datetime) -> Result:
    """Check a result against the claim's outcomes; of a number or a date, return it with the outcome that its value
    lies in.

    Raises:
        BadResult: An outcome that isn't one, a value in no range, weights that don't fit or that the clause asks
            for, a check date that is past, more than 90 days off or after 2100, or fields that don't belong together.
    """
    _require_fields(result)
    outcomes = len(claim.terms.outcomes)
    if result.weights:
        small = all(type(weight) is int and 0 <= weight <= MOST_WEIGHT for weight in result.weights)
        if len(result.weights) != outcomes or not small or not sum(result.weights):
            raise BadResult("weights", "fit", outcomes=outcomes)
    elif result.kind == "weights":
        raise BadResult("weights", "fit", outcomes=outcomes)
    elif result.kind == "unclear" and isinstance(
        ambiguity.decode(claim.terms.clause), ambiguity.JudgesChoose
    ):
        raise BadResult("weights", "missing", outcomes=outcomes)
    if result.check_us is not None and not to_us(now) < result.check_us <= claim_terms.LATEST_US:
        raise BadResult("check_us", "late" if result.check_us > to_us(now) else "past")
    latest_us = max(claim.check_us or 0, to_us(now)) + LATER_US
    if result.check_us is not None and result.check_us > latest_us:
        raise BadResult("check_us", "check_late", until_us=latest_us)
    return _with_outcome(claim, result) if result.kind == "outcome" else result


def _require_fields(result: Result) -> None:
    """Each kind of result has its own fields: what else were given would be paid, or counted apart, by surprise."""
    belongs = {
        "outcome": ("outcome", "value", "known_us"),
        "weights": ("weights", "known_us"),
        "unclear": ("weights",),
        "early": ("check_us",),
    }.get(result.kind, ())
    if result.voids_late and result.known_us is None:
        raise BadResult("voids_late", "moment")
    for name in ("outcome", "value", "weights", "check_us", "known_us"):
        if getattr(result, name) not in (None, ()) and name not in belongs:
            raise BadResult(name, "foreign")


def _with_outcome(claim: Claim, result: Result) -> Result:
    terms = claim.terms
    if result.value is None:
        found = result.outcome
    elif terms.kind in ("number", "date"):
        found = ranges.outcome_of(terms.kind, terms.outcomes, result.value)
    else:
        raise BadResult("value", "foreign")
    if type(found) is not int or not 0 <= found < len(terms.outcomes):
        raise BadResult("outcome", "unknown")
    if result.outcome not in (None, found):
        raise BadResult("outcome", "value")
    if result.value is None and ranges.is_range(terms.outcomes[found]):
        raise BadResult("value", "missing")
    return replace(result, outcome=found)


def require_time(claim: Claim, result: Result, now: datetime) -> None:
    """Check the time: NO waits for the check date, *unclear* for the clause's days, all for a deadline that insists
    (B3, D1).

    Raises:
        TooEarlyToPropose: And from when it may be proposed, or ruled.
    """
    earliest = 0
    deadline_us = claim.deadline_us or 0
    no = _no_of(claim)
    if no is not None and claim_terms.only_outcome(result) == no:
        earliest = claim.check_us or 0
    if result.kind == "unclear":
        earliest = deadline_us + ambiguity.decode(claim.terms.clause).days * claim_terms.DAY_US
    if claim.terms.early == "deadline" and result.kind in ("outcome", "weights"):
        earliest = max(earliest, deadline_us)
    if to_us(now) < earliest:
        raise TooEarlyToPropose(claim.number, claim.state, earliest)


def _no_of(claim: Claim) -> int | None:
    """The outcome that is NO, at any place: claims from before it came last keep their order."""
    names = claim.terms.names
    if sides.are_yes_and_no(names):
        return sides.place(names, sides.NO)
    return NO if claim.terms.kind == "binary" else None


NO = 1
"""Of a binary claim whose outcomes have other names, the one that stands for NO."""
