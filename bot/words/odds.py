"""The words for odds: they say the same however the odds were typed (RULES C1)."""

from fractions import Fraction

from bot import text
from markets.mechanisms.two_party import Stakes


def sentence(stakes: Stakes, side: str) -> str:
    """Say to the maker what they risk, what they win and how likely their side has to be."""
    return (
        f"You risk {text.number(stakes.maker)} to win {text.number(stakes.taker)}. "
        f"Worth it if you think {side} is likelier than {percent(stakes.break_even)}."
    )


def percent(share: Fraction) -> str:
    """Write `75%`, `66.67%`, `0.012%`: two decimals, or near 0 and 100 as many as show two digits of what is left.

    Rounded to the nearest; nothing between is ever shown as 0% or 100%.
    """
    above, below = (
        share.numerator,
        share.denominator,
    )  # whole numbers: `Fraction` would take ten times as long
    rest = 100 * min(above, below - above)
    decimals = 2
    while 0 < rest * 10**decimals < 10 * below:
        decimals += 1
    found, left = divmod(above * 100 * 10**decimals, below)
    if 2 * left > below or (2 * left == below and found % 2):
        found += 1
    whole, part = divmod(found, 10**decimals)
    return f"{whole}.{part:0{decimals}d}".rstrip("0").rstrip(".") + "%"
