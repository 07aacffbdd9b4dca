"""Whole minor units: limits, parsing by decimal text, and splits that leave nothing over.

A point is 100 minor units. No float enters here or leaves.
"""

import re
from collections.abc import Sequence

from ledger.errors import BadAmount

UNIT = 100
MOST = 10**15  # the largest single movement (RULES A2)
MOST_BALANCE = 10**18

# ASCII digits only: `\d` and int() also take Arabic, Devanagari and full-width ones.
_POINTS = re.compile(r"(?:(0|[1-9][0-9]*)|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?", re.ASCII)


def amount(value: object) -> int:
    """Return `value` itself if it is a whole number of minor units from 1 to 10^15.

    Raises:
        BadAmount: It is a bool, a float, a Decimal, text, zero, negative or too large.
    """
    if type(value) is not int:
        raise BadAmount(value, "it must be a whole number of minor units")
    if value < 1:
        raise BadAmount(value, "it must be more than zero")
    if value > MOST:
        raise BadAmount(value, f"the most that moves at once is {points(MOST)} points")
    return value


def from_points(text: str) -> int:
    """Read minor units from a number of points as a person writes it: `25`, `25.5`, `1,000.00`.

    At most two decimals; ASCII digits only; no sign, exponent or underscore.

    Raises:
        BadAmount: The text is anything else, or outside 0.01 to 10^13 points.
    """
    found = _POINTS.fullmatch(text.strip())
    if found is None or len(text) > 40:
        raise BadAmount(text, "write points as 25, 25.5 or 1,000.00")
    whole, _, cents = text.strip().replace(",", "").partition(".")
    return amount(int(whole) * UNIT + int(cents.ljust(2, "0") if cents else 0))


def points(minor: int) -> str:
    """Write a number of minor units as points with two decimals, for files: `-1234.50`. No separators."""
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), UNIT)
    return f"{sign}{whole}.{cents:02d}"


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` minor units in proportion to `weights`, by largest remainder.

    Each share is its exact proportion rounded down, then the units left over go one each to the largest
    remainders, ties to the earlier place. The shares sum to `total`, and none differs from its exact
    proportion by a whole unit.

    Args:
        total: Minor units, zero or more.
        weights: Whole numbers, zero or more, at least one of them above zero.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("a split needs a total and weights that are not negative, and one weight above zero")
    split = [divmod(total * weight, whole) for weight in weights]
    shares = [share for share, _ in split]
    left = total - sum(shares)
    for place in sorted(range(len(split)), key=lambda place: -split[place][1])[:left]:
        shares[place] += 1
    return shares
