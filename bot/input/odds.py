"""Read odds that people type for an offer (RULES C1) into two stakes.

    their stake           a field of its own, an amount of points
    my chance             75% or 0.75
    my stake to theirs    3:1, 3 to 1    I risk 3 to win 1, which is 75%
    decimal odds          x4.0, ×4       1 returns 4, which is 25%

A bare number could be any of these and is refused with the examples. So is 3/1: a bookmaker's 3/1 means the reverse.
The answer is `bot.words.odds.sentence`, which is worked out from the two whole stakes.
"""

import re
from fractions import Fraction

from bot.refusals import BadInput
from markets.mechanisms import two_party
from markets.mechanisms.two_party import BadOdds, Stakes

EXAMPLES = (
    "write your chance as 75% or 0.75, your stake to theirs as 3:1 (you risk 3 to win 1, which is 75%), "
    "or decimal odds as x4.0 (1 returns 4, which is 25%)"
)
MOST_LETTERS = 40

# ASCII digits, no sign, exponent, separator or leading zeros. Four decimals say any odds within the limits.
_NUMBER = r"((?:0|[1-9][0-9]{0,9})(?:\.[0-9]{1,4})?)"
_PERCENT = re.compile(f"{_NUMBER} ?%")
_SHARE = re.compile(r"(0?\.[0-9]{1,6})")
_RATIO = re.compile(f"{_NUMBER} ?(?::| to ) ?{_NUMBER}")
_SLASH = re.compile(f"{_NUMBER} ?/ ?{_NUMBER}")
_DECIMAL = re.compile(f"[x×] ?{_NUMBER}")


def stakes(mine: int, *, theirs: int | None = None, odds: str = "", field: str = "The odds") -> Stakes:
    """Work out both stakes of an offer in minor units, from `mine` and either `theirs` or the typed `odds`.

    Raises:
        BadInput: Neither or both were given, the odds can't be read, or a stake is outside its limits.
    """
    if (theirs is None) == (not odds.strip()):
        raise BadInput(
            field,
            "give their stake or the odds, not both" if odds.strip() else f"give their stake, or {EXAMPLES}",
        )
    try:
        return Stakes(mine, theirs) if theirs is not None else two_party.at_chance(mine, chance(odds, field))
    except BadOdds as bad:
        raise BadInput(field, _WHY[bad.code]) from None


def chance(typed: str, field: str = "The odds") -> Fraction:
    """Read the player's own chance of being right, exactly, from 0.1% to 99.9%.

    Raises:
        BadInput: It can't be read, or lies outside that.
    """
    text = " ".join(typed[: 4 * MOST_LETTERS].split()).lower()
    if len(text) > MOST_LETTERS:
        raise BadInput(field, EXAMPLES)
    try:
        found = _chance(text)
    except BadOdds as bad:
        raise BadInput(field, _WHY[bad.code]) from None
    if found is None:
        raise BadInput(field, _reversed(text) or EXAMPLES)
    if not two_party.LEAST_CHANCE <= found <= two_party.MOST_CHANCE:
        raise BadInput(field, _WHY["chance"])
    return found


def _chance(text: str) -> Fraction | None:
    if percent := _PERCENT.fullmatch(text):
        return Fraction(percent[1]) / 100
    if share := _SHARE.fullmatch(text):
        return Fraction(share[1])
    if ratio := _RATIO.fullmatch(text):
        return two_party.chance_of_ratio(Fraction(ratio[1]), Fraction(ratio[2]))
    if decimal := _DECIMAL.fullmatch(text):
        return two_party.chance_of_decimal(Fraction(decimal[1]))
    return None


def _reversed(text: str) -> str | None:
    """Say what to write instead of 3/1."""
    slash = _SLASH.fullmatch(text)
    if slash is None:
        return None
    one, other = slash[1], slash[2]
    ways = f"write {one}:{other} to risk {one} and win {other}, or {other}:{one} for the reverse"
    return f"{text} is read both ways: {ways}"


_WHY: dict[str, str] = {
    "chance": f"they must leave each side a chance, from 0.1% to 99.9%: {EXAMPLES}",
    "stake": "each stake lies between 0.01 and 10,000,000,000,000 points: write an amount in between",
    "too_small": "at these odds they would risk less than 0.01 points: stake more, or give other odds",
    "too_large": "at these odds they would risk more than can be staked: stake less, or give other odds",
}
