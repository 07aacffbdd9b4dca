"""Whose story was closer (RULES E7): stories give chances to the same dated items, each of which comes true or not.

    miss of one item     (chance - came)^2      came is 1 if the item came true by its date, else 0
    score of a story     the mean of its misses over the items that count; the lowest is the closest

That is the Brier score (G. W. Brier, *Verification of forecasts expressed in terms of probability*, Monthly Weather
Review 78, 1950) as it is usual for events that happen or don't: half of Brier's own sum over both answers, so 0 is
perfect, 1/4 is what 50% always gets, and 1 is as wrong as can be. An item that nobody could decide counts for no
story. Where more than a third of the items is left out, or where two stories share the lowest score, none wins.

Chances are whole basis points, and all is worked out in integers and exact fractions: two stories tie only where they
are exactly as close, and a third is exactly a third. Standard library only, as all of this folder is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

WHOLE = 10_000
"""Basis points of certainty."""

EVEN = WHOLE // 2
"""What a story says of an item that it has no opinion on."""

Answer = bool | None
"""Whether an item came true by its date; None where nobody could decide it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which story was closest, by its place; None where none wins: a `tie`, or too many items `dropped`."""

    story: int | None
    why: Literal["won", "tie", "dropped"]


def miss(chance_bps: int, came: bool) -> Fraction:
    """Return how far a chance was from what came: the squared difference, from 0 to 1."""
    return Fraction(chance_bps - WHOLE * came, WHOLE) ** 2


def score(chances: Sequence[int], answers: Sequence[Answer]) -> Fraction | None:
    """Return a story's mean miss over the items that count; None where none does.

    Args:
        chances: What the story says of each item, in basis points.
        answers: What became of each item, in the same order.
    """
    misses = [miss(chance, came) for chance, came in zip(chances, answers, strict=True) if came is not None]
    return sum(misses, Fraction(0)) / len(misses) if misses else None


def verdict(stories: Sequence[Sequence[int]], answers: Sequence[Answer]) -> Verdict:
    """Return which of the stories was closest to what came; `stories` holds the chances of each.

    Raises:
        ValueError: There are no items or no stories, or a story hasn't one chance for each item.
    """
    if not stories or not answers:
        raise ValueError("there is nothing to compare")
    scores = [score(chances, answers) for chances in stories]
    if 3 * sum(answer is None for answer in answers) > len(answers):
        return Verdict(None, "dropped")
    known = [one for one in scores if one is not None]
    lowest = min(known)
    if known.count(lowest) > 1:
        return Verdict(None, "tie")
    return Verdict(known.index(lowest), "won")
