"""Whose story was closer: the arithmetic (RULES E7), held against the formula and its own edges."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from markets.mechanisms.story_scores import EVEN, WHOLE, Verdict, miss, score, verdict

CHANCES = some.integers(0, WHOLE)
ANSWERS = some.sampled_from([True, False, None])


def test_a_miss_is_brier_s_squared_difference():
    assert miss(9_000, True) == Fraction(1, 100)
    assert miss(9_000, False) == Fraction(81, 100)
    assert miss(WHOLE, True) == miss(0, False) == 0
    assert miss(0, True) == miss(WHOLE, False) == 1
    assert miss(EVEN, True) == miss(EVEN, False) == Fraction(1, 4)


def test_brier_s_own_sum_over_both_answers_is_twice_the_miss():
    """The paper's own example: ten chances of rain, which fell on three of the days; it finds 0.19."""
    chances = [7_000, 9_000, 8_000, 4_000, 2_000, 0, 0, 0, 0, 1_000]
    rain = [False, True, True, True, False, False, False, False, False, False]

    found = score(chances, rain)

    assert found is not None
    assert 2 * found == Fraction(19, 100)
    assert score([9_000, 2_000], [True, None]) == Fraction(1, 100), "what was dropped isn't in the mean"
    assert score([9_000], [None]) is None


def test_e7_the_lower_mean_wins_and_a_tie_is_nobody_s():
    fast, slow = [9_000, 8_000, 7_000], [4_000, 3_000, 2_000]

    assert verdict([fast, slow], [True, True, False]) == Verdict(0, "won")
    assert verdict([fast, slow], [False, False, True]) == Verdict(1, "won")
    assert verdict([[6_000], [4_000]], [True]) == Verdict(0, "won")
    assert verdict([[7_000, 3_000], [3_000, 7_000]], [True, True]) == Verdict(None, "tie")
    assert verdict([[WHOLE], [WHOLE], [0]], [True]) == Verdict(None, "tie"), "the two best share it"
    assert verdict([[WHOLE], [0], [0]], [True]) == Verdict(0, "won"), (
        "that others share a worse one is no tie"
    )


def test_e7_a_basis_point_decides_where_floats_would_blur():
    thirds = [3_333] * 11 + [3_334]
    other = [3_333] * 10 + [3_334] * 2

    assert verdict([thirds, other], [True] * 12) == Verdict(1, "won")
    assert verdict([thirds, thirds[::-1]], [True] * 12) == Verdict(None, "tie"), (
        "in whatever order it is added"
    )


@pytest.mark.parametrize(
    ("items", "dropped", "why"),
    [
        *((1, 1, "dropped"), (3, 1, "won"), (3, 2, "dropped"), (4, 1, "won"), (4, 2, "dropped")),
        *((6, 2, "won"), (6, 3, "dropped"), (12, 4, "won"), (12, 5, "dropped")),
    ],
)
def test_e7_exactly_a_third_dropped_still_counts_and_more_does_not(items: int, dropped: int, why: str):
    answers = [None] * dropped + [True] * (items - dropped)

    assert verdict([[9_000] * items, [1_000] * items], answers).why == why


def test_what_can_not_be_compared_is_refused():
    for stories, answers in (([], [True]), ([[1], [2]], []), ([[1, 2], [2]], [True, True])):
        with pytest.raises(ValueError, match=r"nothing to compare|zip"):
            verdict(stories, answers)


@given(some.lists(some.tuples(CHANCES, CHANCES, ANSWERS), min_size=1, max_size=12), some.data())
def test_who_wins_hangs_on_nothing_else(items: list[tuple[int, int, bool | None]], data: some.DataObject):
    """Not on the order of the items, nor on which story is told first, nor on what was dropped; and turning every
    item round changes nothing."""
    one, other, answers = (
        [item[0] for item in items],
        [item[1] for item in items],
        [item[2] for item in items],
    )
    found = verdict([one, other], answers)
    swapped = verdict([other, one], answers)
    shuffled = data.draw(some.permutations(items))
    assert verdict([[i[0] for i in shuffled], [i[1] for i in shuffled]], [i[2] for i in shuffled]) == found
    turned = [None if answer is None else not answer for answer in answers]
    round_ = verdict([[WHOLE - c for c in one], [WHOLE - c for c in other]], turned)
    assert round_ == found
    assert swapped.why == found.why
    if found.story is not None:
        assert swapped.story == 1 - found.story
        mine, theirs = score((one, other)[found.story], answers), score((other, one)[found.story], answers)
        assert mine is not None
        assert theirs is not None
        assert 0 <= mine < theirs <= 1
