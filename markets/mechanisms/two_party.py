"""Two people, own odds (RULES C1): saying the odds, and sharing the pot.

Amounts are whole minor units; the *maker* made the offer, the *taker* took it. Every way to say odds becomes the
maker's chance p as an exact fraction, and p becomes two stakes:

    chance           75%, 0.75   p = 0.75
    stake to stake   3:1         p = 3 / (3 + 1)    the maker risks 3 to win 1
    decimal odds     x4.0        p = 1 / 4.0        1 returns 4
    taker's stake    = maker's stake * (1 - p) / p, rounded down

**Rounded down**, because the maker says the odds and carries the rounding: the taker never risks a unit more than
they said, and the maker's break-even is never below the chance they named (their offer is never better for themselves
than said; tests hold both). The sentence people see is worked out again from the two whole stakes, so it is exact.

**Limits.** Odds that are *said* lie between 0.1% and 99.9%, as a forecast's do (C7): beyond that a slip of the finger
is likelier than an opinion. Two stakes that are both written out are only held to 1 to 10^15 (A2).

Standard library only, as all of this folder is, so that anybody can hold its arithmetic against a textbook without
the rest of Crux. The split in two is therefore written here; a test holds it to `ledger.money.share_out`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

MOST = 10**15
"""Minor units of the largest stake (RULES A2)."""

LEAST_CHANCE, MOST_CHANCE = Fraction(1, 1000), Fraction(999, 1000)

Party = Literal["maker", "taker"]


class BadOdds(ValueError):
    """These odds or stakes can't be offered.

    `code` is "chance" (outside 0.1% to 99.9%), "stake" (outside 1 to 10^15), "too_small" (at these odds the taker's
    stake would be less than one minor unit: stake more) or "too_large" (it would be more than 10^15).
    """

    def __init__(self, code: Literal["chance", "stake", "too_small", "too_large"]) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Stakes:
    """What each side risks, in minor units from 1 to 10^15.

    Raises:
        BadOdds: A stake is outside that.
    """

    maker: int
    taker: int

    def __post_init__(self) -> None:
        if not (_is_stake(self.maker) and _is_stake(self.taker)):
            raise BadOdds("stake")

    @property
    def pot(self) -> int:
        return self.maker + self.taker

    @property
    def break_even(self) -> Fraction:
        """The bet pays the maker, on average, if the chance of the maker's side is above this."""
        return Fraction(self.maker, self.pot)

    @property
    def taker_break_even(self) -> Fraction:
        """The same for the taker's side. The two add up to one."""
        return Fraction(self.taker, self.pot)


class Payout(NamedTuple):
    """What each gets back out of the pot, own stake included. The two sum to the pot."""

    maker: int
    taker: int


# --- saying the odds --------------------------------------------------------------------------


def at_chance(stake: int, chance: Fraction) -> Stakes:
    """Return the stakes where the maker risks `stake`, and breaks even at `chance` or barely above it.

    Raises:
        BadOdds: The chance, the stake or the taker's stake that follows is outside its limits.
    """
    if not LEAST_CHANCE <= chance <= MOST_CHANCE:
        raise BadOdds("chance")
    if not _is_stake(stake):
        raise BadOdds("stake")
    taker = stake * (chance.denominator - chance.numerator) // chance.numerator
    if taker < 1:
        raise BadOdds("too_small")
    if taker > MOST:
        raise BadOdds("too_large")
    return Stakes(stake, taker)


def chance_of_ratio(maker: Fraction, taker: Fraction) -> Fraction:
    """Return the maker's chance at `market_maker` to `taker`: 3:1 is 75%.

    Raises:
        BadOdds: A part is not above zero.
    """
    if maker <= 0 or taker <= 0:
        raise BadOdds("chance")
    return maker / (maker + taker)


def chance_of_decimal(odds: Fraction) -> Fraction:
    """Return the maker's chance at decimal odds, stake included: x4.0 is 25%.

    Raises:
        BadOdds: They are 1 or less: nothing would be won.
    """
    if odds <= 1:
        raise BadOdds("chance")
    return 1 / odds


# --- sharing the pot --------------------------------------------------------------------------


def side_weights(weights: Sequence[int], side: int, against: bool = False) -> tuple[int, int]:
    """Return the weights of maker and taker, from those of a claim's outcomes (C8).

    The maker backs outcome `side`, or everything but it where `against`. With YES and NO the two say the same.
    """
    if min(weights) < 0 or sum(weights) == 0:
        raise ValueError("weights are not negative, and one of them is above zero")
    backed, rest = weights[side], sum(weights) - weights[side]
    return (rest, backed) if against else (backed, rest)


def shared(stakes: Stakes, weights: tuple[int, int]) -> Payout:
    """Share the pot by the weight of each side, at any odds (C8): (1, 0) is a win for the maker.

    By largest remainder; where both remainders are one half, the odd unit is the maker's, who comes first.
    """
    maker, taker = weights
    whole = maker + taker
    if maker < 0 or taker < 0 or whole == 0:
        raise ValueError("weights are not negative, and one of them is above zero")
    gets = (2 * stakes.pot * maker + whole) // (2 * whole)
    return Payout(gets, stakes.pot - gets)


def void(stakes: Stakes) -> Payout:
    """Return each side's own stake: it never happened (C9)."""
    return Payout(stakes.maker, stakes.taker)


def pays_half(stakes: Stakes, payer: Party) -> Payout:
    """Half of the payer's stake, rounded down, goes to the other, and the rest returns (B4)."""
    half = (stakes.maker if payer == "maker" else stakes.taker) // 2
    moved = -half if payer == "maker" else half
    return Payout(stakes.maker + moved, stakes.taker - moved)


def agreed(stakes: Stakes, maker_gets: int) -> Payout:
    """Split the pot as both sides signed (C2).

    Raises:
        BadOdds: The maker would get less than nothing, or more than the pot.
    """
    if type(maker_gets) is not int or not 0 <= maker_gets <= stakes.pot:
        raise BadOdds("stake")
    return Payout(maker_gets, stakes.pot - maker_gets)


def _is_stake(given: object) -> bool:
    return type(given) is int and 1 <= given <= MOST
