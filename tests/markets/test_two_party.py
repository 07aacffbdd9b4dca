"""Two-party bets as arithmetic: RULES A2, B4, C1, C2, C8, C9."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ledger import money
from markets.mechanisms import two_party
from markets.mechanisms.two_party import BadOdds, Payout, Stakes

amounts = st.integers(1, 10**15)
chances = st.fractions(Fraction(1, 1000), Fraction(999, 1000), max_denominator=10**6)
stakes = st.builds(Stakes, amounts, amounts)
weights = st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).filter(any)


# --- C1: saying the odds ----------------------------------------------------------------------


def test_c1_three_to_one_is_75_percent_and_risks_300_to_win_100():
    chance = two_party.chance_of_ratio(Fraction(3), Fraction(1))

    assert chance == Fraction(3, 4)
    assert two_party.at_chance(300_00, chance) == Stakes(300_00, 100_00)


def test_c1_decimal_odds_of_four_are_25_percent():
    chance = two_party.chance_of_decimal(Fraction(4))

    assert chance == Fraction(1, 4)
    assert two_party.at_chance(100, chance) == Stakes(100, 300)


def test_c1_each_side_breaks_even_at_its_own_share_of_the_pot():
    assert Stakes(300, 100).break_even == Fraction(3, 4)
    assert Stakes(300, 100).taker_break_even == Fraction(1, 4)


@given(amounts, chances)
def test_c1_rounding_falls_on_whoever_said_the_odds_and_by_less_than_a_unit(stake: int, chance: Fraction):
    exact = stake * (1 - chance) / chance
    assume(1 <= exact <= 10**15)

    said = two_party.at_chance(stake, chance)

    assert said.maker == stake
    assert exact - 1 < said.taker <= exact
    assert said.break_even >= chance
    assert said.taker_break_even <= 1 - chance


@given(amounts, st.fractions(Fraction(1, 100), 100), st.fractions(Fraction(1, 100), 100))
def test_c1_a_ratio_means_the_same_however_large_its_numbers(stake: int, ours: Fraction, theirs: Fraction):
    chance = two_party.chance_of_ratio(ours, theirs)

    assert chance == two_party.chance_of_ratio(ours * 7, theirs * 7)
    assert chance == 1 - two_party.chance_of_ratio(theirs, ours)


@pytest.mark.parametrize(
    "chance", [Fraction(0), Fraction(1), Fraction(9991, 10_000), Fraction(1, 1001), Fraction(-1, 2)]
)
def test_a_chance_outside_a_tenth_and_99_9_percent_is_refused(chance: Fraction):
    with pytest.raises(BadOdds) as refused:
        two_party.at_chance(100, chance)

    assert refused.value.code == "chance"


@pytest.mark.parametrize("stake", [0, -1, 10**15 + 1, 2**63, True, 1.0, "1"])
def test_a2_a_stake_is_a_whole_number_from_1_to_10_to_the_15(stake: Any):
    for make in (
        lambda: Stakes(stake, 1),
        lambda: Stakes(1, stake),
        lambda: two_party.at_chance(stake, Fraction(1, 2)),
    ):
        with pytest.raises(BadOdds) as refused:
            make()
        assert refused.value.code == "stake"


def test_odds_that_leave_the_other_less_than_a_unit_or_more_than_the_limit_are_refused():
    with pytest.raises(BadOdds, match="too_small"):
        two_party.at_chance(2, Fraction(3, 4))
    with pytest.raises(BadOdds, match="too_large"):
        two_party.at_chance(10**15, Fraction(1, 4))


@pytest.mark.parametrize("odds", [Fraction(1), Fraction(1, 2), Fraction(0), Fraction(-4)])
def test_decimal_odds_of_one_or_less_win_nothing_and_are_refused(odds: Fraction):
    with pytest.raises(BadOdds):
        two_party.chance_of_decimal(odds)


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (0, 0), (-3, 1)])
def test_a_ratio_with_nothing_on_one_side_is_refused(pair: tuple[int, int]):
    with pytest.raises(BadOdds):
        two_party.chance_of_ratio(Fraction(pair[0]), Fraction(pair[1]))


# --- C8: weights ------------------------------------------------------------------------------


@given(stakes, weights)
@example(Stakes(1, 2), (1, 1))
def test_c8_the_pot_is_shared_by_weight_to_the_unit_as_the_ledger_shares_out(
    pot: Stakes, by: tuple[int, int]
):
    paid = two_party.shared(pot, by)

    assert sum(paid) == pot.pot
    assert min(paid) >= 0
    assert list(paid) == money.share_out(pot.pot, by)


def test_c8_the_odds_do_not_matter_to_weights():
    assert two_party.shared(Stakes(300, 100), (1, 1)) == Payout(200, 200)
    assert two_party.shared(Stakes(300, 100), (7_000, 3_000)) == Payout(280, 120)


def test_c8_all_the_weight_on_one_side_is_a_win():
    assert two_party.shared(Stakes(300, 100), (1, 0)) == Payout(400, 0)
    assert two_party.shared(Stakes(300, 100), (0, 10_000)) == Payout(0, 400)


def test_c8_the_odd_unit_of_an_even_split_is_the_makers():
    assert two_party.shared(Stakes(2, 1), (1, 1)) == Payout(2, 1)


@given(stakes, weights, weights)
def test_c8_more_weight_never_pays_less(pot: Stakes, one: tuple[int, int], other: tuple[int, int]):
    assume(Fraction(one[0], sum(one)) <= Fraction(other[0], sum(other)))

    assert two_party.shared(pot, one).maker <= two_party.shared(pot, other).maker


def test_c8_with_many_outcomes_a_bet_is_one_against_all_the_others():
    of_outcomes = (2_000, 5_000, 3_000)

    assert two_party.side_weights(of_outcomes, 1) == (5_000, 5_000)
    assert two_party.side_weights(of_outcomes, 0) == (2_000, 8_000)
    assert two_party.side_weights(of_outcomes, 0, against=True) == (8_000, 2_000)


@given(stakes, st.lists(st.integers(0, 10_000), min_size=2, max_size=10).filter(any), st.data())
def test_c8_both_sides_see_the_same_ending(pot: Stakes, of_outcomes: list[int], data: st.DataObject):
    side = data.draw(st.integers(0, len(of_outcomes) - 1))
    maker, taker = two_party.side_weights(of_outcomes, side)
    for_it = two_party.shared(pot, (maker, taker))
    against = two_party.shared(
        Stakes(pot.taker, pot.maker), two_party.side_weights(of_outcomes, side, against=True)
    )

    # Only the odd unit, which goes to the maker, may differ.
    assert 0 <= for_it.maker - against.taker <= 1


@pytest.mark.parametrize("by", [(0, 0), (-1, 2), (2, -1)])
def test_weights_that_are_negative_or_all_zero_are_our_mistake(by: tuple[int, int]):
    with pytest.raises(ValueError, match="weights"):
        two_party.shared(Stakes(1, 1), by)
    with pytest.raises(ValueError, match="weights"):
        two_party.side_weights(by, 0)


# --- C9, B4, C2: the other endings ------------------------------------------------------------


@given(stakes)
def test_c9_void_returns_each_their_own_stake(pot: Stakes):
    assert two_party.void(pot) == (pot.maker, pot.taker)


@given(stakes, st.sampled_from(["maker", "taker"]))
def test_b4_paying_half_moves_half_of_the_payers_own_stake_rounded_down(pot: Stakes, payer: two_party.Party):
    paid = two_party.pays_half(pot, payer)
    mirrored = two_party.pays_half(Stakes(pot.taker, pot.maker), "taker" if payer == "maker" else "maker")

    assert sum(paid) == pot.pot
    assert min(paid) >= 0
    assert (mirrored.taker, mirrored.maker) == paid
    stake, back = (pot.maker, paid.maker) if payer == "maker" else (pot.taker, paid.taker)
    assert stake - back == stake // 2


def test_b4_of_99_units_49_are_paid_and_50_return():
    assert two_party.pays_half(Stakes(99, 1_000), "maker") == Payout(50, 1_049)
    assert two_party.pays_half(Stakes(100_00, 100_00), "maker") == Payout(50_00, 150_00)


@given(stakes, st.data())
def test_c2_any_split_of_the_pot_can_be_agreed(pot: Stakes, data: st.DataObject):
    gets = data.draw(st.integers(0, pot.pot))

    assert two_party.agreed(pot, gets) == (gets, pot.pot - gets)


@pytest.mark.parametrize("gets", [-1, 401, True, 1.5])
def test_c2_nobody_gets_less_than_nothing_or_more_than_the_pot(gets: int):
    with pytest.raises(BadOdds):
        two_party.agreed(Stakes(300, 100), gets)
