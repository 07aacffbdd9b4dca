"""Amounts, points as people write them, and splits that leave nothing over (RULES A2)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import money
from ledger.errors import BadAmount
from tests.ledger import points

pytestmark = pytest.mark.rule("A2")

WHOLE = st.integers(0, 10**18)
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any)


# --- amounts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1, 2, 99, 10**15 - 1, 10**15])
def test_whole_units_from_1_to_10_to_the_15_are_amounts(value: int):
    assert money.amount(value) == value


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        10**15 + 1,
        2**63,
        -(2**63),
        pytest.param(10**5000, id="huge"),
        True,
        False,
        1.0,
        0.001,
        float("nan"),
        float("inf"),
        Decimal(1),
        Decimal("sNaN"),
        "1",
        b"1",
        "",
        None,
        [1],
    ],
)
def test_anything_else_is_no_amount(value: object):
    with pytest.raises(BadAmount) as refused:
        money.amount(value)

    assert refused.value.given is value
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 150


# --- points as people write them --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("25", 2_500),
        ("25.5", 2_550),
        ("25.50", 2_550),
        ("0.01", 1),
        ("0.1", 10),
        ("1,000", 100_000),
        ("1,000.00", 100_000),
        ("1,234,567.89", 123_456_789),
        ("1000", 100_000),
        (" 25\n", 2_500),
        ("10000000000000", 10**15),
        ("10,000,000,000,000.00", 10**15),
    ],
)
def test_points_are_read_as_people_write_them(text: str, minor: int):
    assert money.from_points(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        ",",
        "0",
        "0.00",
        "-1",
        "+1",
        "−1",
        "nan",
        "inf",
        "-inf",
        "sNaN",
        "Infinity",
        "1e3",
        "1E3",
        "1_000",
        "0x10",
        "1 000",
        "1\u00a0000",
        "1'000",
        "0.001",
        "1.234",
        "1.",
        ".5",
        "1,5",  # five tenths, to half of the world
        "1.000,00",
        "1,00",
        "10,00.5",
        "1,0000",
        "0,100",
        ",100",
        "1,,000",
        "1000,000",
        "01",
        "00.5",
        "1.5.0",
        "1\n2",
        "٢٥",  # 25 in Arabic digits,
        "۲۵",  # Persian
        "２５",  # and full-width ones: int() would take them all
        "२५",
        "²",
        "½",
        "25 points",
        "$25",
        "ten",
        "9223372036854775808",
        "10000000000000.01",
        "1" + "0" * 40,
        pytest.param("9" * 1_000_000, id="a million nines"),
        pytest.param("0." + "0" * 1_000_000, id="a million noughts"),
        "\0",
        "1\0",
        "\ud800",
    ],
)
def test_what_could_be_misread_is_refused(text: str):
    with pytest.raises(BadAmount) as refused:
        money.from_points(text)

    assert len(str(refused.value)) < 150


@given(st.text(max_size=20))
def test_whatever_is_typed_is_read_or_refused(text: str):
    try:
        minor = money.from_points(text)
    except BadAmount:
        return
    assert 1 <= minor <= money.MOST
    assert Decimal(text.strip().replace(",", "")) * 100 == minor


@given(st.integers(1, money.MOST))
def test_points_written_for_people_are_read_back(minor: int):
    assert money.from_points(money.points(minor)) == minor
    assert money.from_points(f"{minor // 100:,}.{minor % 100:02d}") == minor


# --- points in files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minor", "text"),
    [(0, "0.00"), (1, "0.01"), (-1, "-0.01"), (-50, "-0.50"), (100, "1.00"), (-123_450, "-1234.50")],
)
def test_points_in_files_have_two_decimals(minor: int, text: str):
    assert money.points(minor) == text
    assert points.minor(text) == minor


@given(st.integers(-(10**18), 10**18))
def test_points_in_files_read_back_exactly(minor: int):
    assert points.minor(money.points(minor)) == minor
    assert Decimal(money.points(minor)) * 100 == minor


# --- splits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # ties go to the earlier
        (101, [1, 1, 1], [34, 34, 33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [0, 1, 0], [0, 10, 0]),
        (0, [3, 4], [0, 0]),
        (1, [1, 2], [0, 1]),  # the larger remainder first
        (7, [5], [7]),
        (99, [333, 334, 333], [33, 33, 33]),
        (10**18, [1, 1, 1], [333333333333333334, 333333333333333333, 333333333333333333]),
    ],
)
def test_the_last_unit_goes_to_the_largest_remainder_and_then_to_the_earlier(
    total: int, weights: list[int], shares: list[int]
):
    assert money.share_out(total, weights) == shares


@given(WHOLE, WEIGHTS)
def test_a_split_leaves_nothing_over_and_is_within_a_unit_of_its_proportion(total: int, weights: list[int]):
    shares = money.share_out(total, weights)

    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        exact = Fraction(total * weight, sum(weights))
        assert abs(share - exact) < 1
        assert share == 0 or weight > 0


@given(WHOLE, WEIGHTS)
def test_a_split_rounds_up_by_largest_remainder_with_ties_to_the_earlier(total: int, weights: list[int]):
    shares = money.share_out(total, weights)

    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    floors = [part.numerator // part.denominator for part in exact]
    up = {place for place, share in enumerate(shares) if share > floors[place]}
    for one in up:
        for other in set(range(len(weights))) - up:
            ahead = exact[one] - floors[one], -one
            behind = exact[other] - floors[other], -other
            assert ahead > behind


@given(WHOLE, WEIGHTS)
def test_more_weight_never_gets_less(total: int, weights: list[int]):
    shares = money.share_out(total, weights)

    by_weight = sorted(zip(weights, shares, strict=True))
    assert [share for _, share in by_weight] == sorted(shares)


@given(st.integers(0, 10**6), WEIGHTS, st.integers(2, 9))
def test_only_proportions_count(total: int, weights: list[int], times: int):
    assert money.share_out(total, weights) == money.share_out(total, [weight * times for weight in weights])


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0]), (1, [0, 0]), (1, [2, -1])])
def test_what_cannot_be_split_is_our_bug(total: int, weights: list[int]):
    with pytest.raises(ValueError, match="a split needs"):
        money.share_out(total, weights)
