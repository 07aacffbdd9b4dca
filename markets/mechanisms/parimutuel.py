"""A pool (RULES C6, C8): everybody's stakes in one pot, shared by those who backed what happened.

    odds of an outcome    pot / staked on it     decimal, stake included, as they stand
    payout of a stake     pot * stake / staked on the outcome that won

By *weights* over the outcomes the pot is first shared over those that have stakes, in proportion to their weights
(so what an unbacked outcome weighs goes to the backed ones in proportion), then within each by stake. Where none of
the weighted outcomes is backed, every stake returns. Where everybody backed the same, each gets their own stake by
the same formula.

Both splits are of whole minor units by largest remainder, ties to the earlier outcome and the earlier stake: they add
up to the pot to the unit. Standard library only, like all of this folder; a test holds `shared_out` to the ledger's
own `money.share_out`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Stake:
    """Whole minor units, above zero, on one outcome. Stakes are listed in the order in which they were placed."""

    outcome: int
    amount: int


@dataclass(frozen=True, slots=True)
class Split:
    """How one outcome's part of the pot is shared by stake, said so that each stake's payout needs no other stake.

    Every stake gets `part * stake / backing` rounded down, with a remainder; the units left over go to the largest
    remainders, ties to the earlier place. `rest` and `place` are those of the last stake that gets one; where none is
    left over `rest` is `backing`, which no remainder reaches.
    """

    part: int
    backing: int
    rest: int
    place: int

    def gets(self, amount: int, place: int) -> int:
        """Return what a stake gets, by its amount and its place in the order in which stakes were placed."""
        if not self.backing:
            return 0
        share, rest = divmod(self.part * amount, self.backing)
        return share + ((-rest, place) <= (-self.rest, self.place))


def parts(backing: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Return the pot shared over outcomes by weight; what lies on each of them where none of the
    weighted is backed."""
    if min(weights) < 0 or not sum(weights):
        raise ValueError("weights are not negative, and one of them is above zero")
    counted = [weight if on else 0 for weight, on in zip(weights, backing, strict=True)]
    return shared_out(sum(backing), counted) if any(counted) else list(backing)


class Splitting:
    """Finds each outcome's `Split` from stakes that are told one after another, in their order."""

    def __init__(self, backing: Sequence[int], weights: Sequence[int]) -> None:
        self._backing, self._parts = backing, parts(backing, weights)
        self._left = list(self._parts)
        self._rests: list[list[tuple[int, int]]] = [[] for _ in backing]

    def add(self, stake: Stake, place: int) -> None:
        share, rest = divmod(self._parts[stake.outcome] * stake.amount, self._backing[stake.outcome])
        self._left[stake.outcome] -= share
        if rest:
            self._rests[stake.outcome].append((-rest, place))

    def done(self) -> list[Split]:
        splits: list[Split] = []
        for part, on, left, rests in zip(self._parts, self._backing, self._left, self._rests, strict=True):
            last = sorted(rests)[left - 1] if on and left else (-max(on, 1), 0)
            splits.append(Split(part, on, -last[0], last[1]))
        return splits


def backed(stakes: Sequence[Stake], outcomes: int) -> list[int]:
    """Return how much is staked on each outcome."""
    sums = [0] * outcomes
    for stake in stakes:
        sums[stake.outcome] += stake.amount
    return sums


def odds(backing: Sequence[int]) -> list[Fraction | None]:
    """Return the decimal odds of each outcome as they stand; None where nobody is on it yet."""
    pot = sum(backing)
    return [Fraction(pot, on) if on else None for on in backing]


def odds_after(backing: Sequence[int], outcome: int, amount: int) -> Fraction:
    """Return the decimal odds of an outcome if `amount` more were staked on it and nothing else came."""
    return Fraction(sum(backing) + amount, backing[outcome] + amount)


def implied(backing: Sequence[int]) -> list[Fraction]:
    """Return the share of the pot on each outcome: what the pool says how likely it is. Nothing where the pot is
    empty."""
    pot = sum(backing)
    return [Fraction(on, pot) if pot else Fraction(0) for on in backing]


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Share out whole units in proportion to weights, by largest remainder, ties to the earlier place."""
    whole = sum(weights)
    split = [divmod(total * weight, whole) for weight in weights]
    shares = [share for share, _ in split]
    left = total - sum(shares)
    for place in sorted(range(len(split)), key=lambda place: -split[place][1])[:left]:
        shares[place] += 1
    return shares
