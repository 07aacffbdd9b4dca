"""What a pool pays each of its stakes, worked out at once instead of page by page."""

from collections.abc import Sequence

from markets.mechanisms.parimutuel import Splitting, Stake, backed


def payouts(stakes: Sequence[Stake], weights: Sequence[int]) -> list[int]:
    """What each stake gets back, in minor units; together exactly the pot.

    Args:
        weights: One for each outcome, not negative, one of them above zero; (0, 1) is a win for outcome 1.
    """
    backing = backed(stakes, len(weights))
    splitting = Splitting(backing, weights)
    for place, stake in enumerate(stakes):
        splitting.add(stake, place)
    splits = splitting.done()
    return [splits[stake.outcome].gets(stake.amount, place) for place, stake in enumerate(stakes)]
