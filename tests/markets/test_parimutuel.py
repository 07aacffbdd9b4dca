"""Pools as arithmetic: RULES C6, C8."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import money
from markets.mechanisms import parimutuel
from markets.mechanisms.parimutuel import Stake
from tests.markets import shared_pools

amounts = st.integers(1, 10**15)
OUTCOMES = 4
stakes = st.lists(st.builds(Stake, st.integers(0, OUTCOMES - 1), amounts), min_size=1, max_size=40)
weights = st.lists(st.integers(0, 10_000), min_size=OUTCOMES, max_size=OUTCOMES).filter(any)


def pool(*placed: tuple[int, int]) -> list[Stake]:
    return [Stake(outcome, amount) for outcome, amount in placed]


def test_c6_the_textbook_pool_without_a_cut():
    """Eight runners, 514.00 in the pool and 55.00 of it on the fourth, which wins: 514 / 55 = 9.345... for each unit.

    The worked example of "Parimutuel betting" on Wikipedia, before the track's commission: here there is none.
    """
    placed = pool(
        (0, 3_000), (1, 7_000), (2, 1_200), (3, 2_750), (3, 2_750), (4, 11_000), (5, 4_700), (6, 15_000)
    )
    placed.append(Stake(7, 4_000))

    assert parimutuel.odds(parimutuel.backed(placed, 8))[3] == Fraction(514, 55)
    assert shared_pools.payouts(placed, [int(at == 3) for at in range(8)]) == [
        0,
        0,
        0,
        25_700,
        25_700,
        0,
        0,
        0,
        0,
    ]


def test_c6_units_left_over_go_to_the_largest_remainder_and_ties_to_the_earlier_stake():
    assert shared_pools.payouts(pool((0, 1), (0, 1), (0, 1), (1, 1)), [1, 0]) == [2, 1, 1, 0]
    assert shared_pools.payouts(pool((1, 2), (0, 1), (0, 2)), [1, 0]) == [0, 2, 3]


def test_c6_nobody_or_everybody_on_what_happened_returns_the_stakes():
    placed = pool((0, 70), (0, 30), (0, 1))
    assert shared_pools.payouts(placed, [0, 1]) == [70, 30, 1]
    assert shared_pools.payouts(placed, [1, 0]) == [70, 30, 1]


def test_c8_weights_share_the_pot_over_outcomes_then_by_stake():
    placed = pool((0, 100), (1, 50), (1, 250))
    assert shared_pools.payouts(placed, [1, 1]) == [200, 33, 167]
    assert shared_pools.payouts(placed, [3, 1]) == [300, 17, 83]


def test_c8_the_weight_of_an_outcome_nobody_backed_goes_to_the_backed_ones_in_proportion():
    placed = pool((0, 100), (1, 300))
    assert shared_pools.payouts(placed, [1, 1, 2]) == shared_pools.payouts(placed, [1, 1, 0]) == [200, 200]
    assert shared_pools.payouts(placed, [1, 3, 96]) == [100, 300]
    assert shared_pools.payouts(placed, [0, 0, 1]) == [100, 300], "none of the weighted is backed"


@given(stakes, weights)
@example(pool((0, 10**15), (1, 1)), [0, 1, 0, 0])
def test_nothing_is_left_over_and_every_part_is_exact_to_a_unit(
    placed: list[Stake], given_weights: list[int]
):
    paid = shared_pools.payouts(placed, given_weights)

    pot, backing = sum(stake.amount for stake in placed), parimutuel.backed(placed, OUTCOMES)
    counted = [weight if on else 0 for weight, on in zip(given_weights, backing, strict=True)]
    assert sum(paid) == pot
    assert all(type(one) is int and one >= 0 for one in paid)
    for stake, one in zip(placed, paid, strict=True):
        if any(counted):
            exact = Fraction(
                pot * counted[stake.outcome] * stake.amount, sum(counted) * backing[stake.outcome]
            )
            assert abs(one - exact) < 2, "a unit over the outcomes, a unit over the stakes"
        else:
            assert one == stake.amount


@given(stakes)
def test_a_winning_stake_never_gets_less_than_itself(placed: list[Stake]):
    for stake, one in zip(placed, shared_pools.payouts(placed, [1, 0, 0, 0]), strict=True):
        if stake.outcome == 0:
            assert one >= stake.amount


@given(stakes, amounts)
def test_odds_as_they_stand_are_what_a_stake_would_be_paid(placed: list[Stake], more: int):
    backing = parimutuel.backed(placed, OUTCOMES)
    for outcome, shown in enumerate(parimutuel.odds(backing)):
        assert (shown is None) == (backing[outcome] == 0)
        if shown is not None:
            assert shown >= 1
            assert 1 / shown == parimutuel.implied(backing)[outcome]
        after = parimutuel.odds_after(backing, outcome, more)
        paid = shared_pools.payouts(
            [*placed, Stake(outcome, more)], [int(at == outcome) for at in range(OUTCOMES)]
        )
        assert abs(paid[-1] - after * more) < 1


@given(st.integers(0, 10**18), st.lists(st.integers(0, 10**15), min_size=1, max_size=20).filter(any))
def test_the_split_here_is_the_ledger_s(total: int, parts: list[int]):
    assert parimutuel.shared_out(total, parts) == money.share_out(total, parts)


@given(stakes, weights)
def test_each_outcome_s_part_is_split_as_the_ledger_splits(placed: list[Stake], given_weights: list[int]):
    """Though each payout is worked out from its own stake and four numbers."""
    paid, backing = shared_pools.payouts(placed, given_weights), parimutuel.backed(placed, OUTCOMES)
    for outcome, part in enumerate(parimutuel.parts(backing, given_weights)):
        mine = [place for place, stake in enumerate(placed) if stake.outcome == outcome]
        if mine:
            split = money.share_out(part, [placed[place].amount for place in mine])
            assert [paid[place] for place in mine] == split


@pytest.mark.parametrize("bad", [[0, 0], [-1, 2]])
def test_weights_that_are_none_are_a_mistake_of_ours(bad: list[int]):
    with pytest.raises(ValueError, match="weights"):
        shared_pools.payouts(pool((0, 1)), bad)
