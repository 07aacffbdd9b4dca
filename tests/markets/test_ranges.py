"""Ranges of a number or a date: whole or refused, and what their prices imply (RULES C3)."""

from decimal import Decimal
from typing import Any

import pytest

from markets.claims import ranges
from markets.claims.ranges import Quantile
from markets.claims.terms import Outcome
from markets.core.errors import BadOutcome
from tests.markets.club import Club

NUMBERS = (
    Outcome("below 100", "", None, "100"),
    Outcome("100 to 200", "", "100", "200"),
    Outcome("200 to 400", "", "200", "400"),
    Outcome("400 or more", "", "400", None),
)
DATES = (
    Outcome("before 2027", "", None, "2027-01-01"),
    Outcome("in 2027", "", "2027-01-01", "2028-01-01"),
    Outcome("later or never", ""),
)


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    ("prices", "share", "value"),
    [
        ((0.1, 0.4, 0.4, 0.1), 0.5, Quantile(Decimal(200))),
        ((0.1, 0.8, 0.05, 0.05), 0.5, Quantile(Decimal(150))),
        ((0.1, 0.4, 0.4, 0.1), 0.7, Quantile(Decimal(300))),
        ((0.6, 0.2, 0.1, 0.1), 0.5, Quantile(Decimal(100), -1)),
        ((0.1, 0.2, 0.1, 0.6), 0.5, Quantile(Decimal(400), 1)),
    ],
)
def test_the_median_lies_where_half_of_the_probability_is_below(prices: Any, share: float, value: Quantile):
    assert ranges.implied("number", NUMBERS, prices, share) == value


def test_dates_end_with_later_or_never():
    assert ranges.implied("date", DATES, (0.1, 0.3, 0.6), 0.5) == Quantile(
        ranges.read("date", "2028-01-01"), 1
    )
    found = ranges.implied("date", DATES, (0.25, 0.5, 0.25), 0.5)
    assert ranges.shown("date", found.value) == "2027-07-02"
    assert ranges.shown("number", Decimal("718.80")) == "718.8"


WRONG = [
    NUMBERS[1:],
    NUMBERS[:3],
    (NUMBERS[0], NUMBERS[2], NUMBERS[3]),
    (NUMBERS[0], Outcome("x", "", "90", "400"), NUMBERS[3]),
    (Outcome("x", ""), *NUMBERS[1:]),
]


@pytest.mark.parametrize("outcomes", WRONG)
def test_ranges_that_overlap_or_leave_a_gap_are_refused(outcomes: tuple[Outcome, ...]):
    with pytest.raises(BadOutcome):
        ranges.require_whole("number", outcomes)
    ranges.require_whole("number", NUMBERS[::-1])
    ranges.require_whole("date", DATES)


async def test_a_market_is_opened_on_whole_ranges_only(club: Club):
    ada = await club.member(1)
    with pytest.raises(BadOutcome):
        await club.market(ada, await club.claim(ada, kind="number", unit="h", outcomes=NUMBERS[:3]))
    await club.market(ada, await club.claim(ada, kind="number", unit="h", outcomes=NUMBERS))
