"""Outcomes typed as ranges of a number or a date are whole ranges; anything else is a name (RULES B1, C3)."""

from datetime import UTC, datetime

import pytest

from bot import drafting
from bot.render import values
from ledger.types import to_us
from markets import ranges
from markets.claims import Terms

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def read(*outcomes: str) -> Terms:
    held = {"what": "What it will be", "outcomes": "\n".join(outcomes), "when": "2036-12-31"}
    terms, _, bad = drafting.claim_terms(Terms(title="T"), held, "UTC", NOW)
    assert bad == ()
    return terms


DATES = (
    (("before 2028", "2028 to 2029", "2030 or later"), "2028-01-01", "2030-01-01"),
    (("before 2028", "2028", "later or never"), "2028-01-01", "2029-01-01"),
    (("Before 2027-07-01", "2027-07-01 to 2028-01-01", "later"), "2027-07-01", "2028-01-01"),
)


@pytest.mark.parametrize(("typed", "first", "last"), DATES)
def test_ranges_of_dates_end_with_later_or_never(typed: tuple[str, ...], first: str, last: str):
    terms = read(*typed)
    assert terms.kind == "date"
    assert [(one.low, one.high) for one in terms.outcomes] == [(None, first), (first, last), (last, None)]
    ranges.require_whole("date", terms.outcomes)


def test_ranges_of_numbers():
    terms = read("below 2028", "2028 to 2030", "2030 or more")
    assert terms.kind == "number"
    ranges.require_whole("number", terms.outcomes)


@pytest.mark.parametrize(
    "typed",
    [("2028", "2029", "2030"), ("before 2028-02-31", "later or never"), ("Ada", "Bo", "later or never")],
)
def test_what_is_no_range_is_a_name(typed: tuple[str, ...]):
    assert read(*typed).kind == "choice"


def test_what_prices_of_ranges_say():
    dates = read("before 2028", "2028 to 2029", "2030 or later")
    assert values.implied(dates, (0.25, 0.5, 0.25)) == (
        "median **31 Dec 2028**, 10 to 90% from **before 1 Jan 2028** to **1 Jan 2030 or later**"
    )
    numbers = read("below 1", "1 to 3", "3 or more")
    assert (
        values.implied(numbers, (0.1, 0.7, 0.2))
        == "median **2.14**, 10 to 90% from **below 1** to **3 or more**"
    )
    assert values.implied(read("below 1", "1 or more"), (0.5, 0.5)) == ""
    assert values.implied(read("YES", "NO"), (0.5, 0.5)) == ""


@pytest.mark.parametrize(
    ("at", "typed"),
    [
        ("2027-03-01T00:00:00+01:00", "2027-03-01"),
        ("2027-03-01T15:00:00+01:00", "2027-03-01 15:00"),
        ("2027-03-01T15:00:30.000001+01:00", "2027-03-01 15:00:30.000001"),
        ("2027-10-31T02:30:00+02:00", "2027-10-31 02:30"),
        ("2027-10-31T02:30:00+01:00", "2027-10-31 02:30:00+01:00"),  # the second time that clocks show it
    ],
)
def test_a_moment_is_shown_as_it_would_be_typed(at: str, typed: str):
    at_us = to_us(datetime.fromisoformat(at))
    assert drafting.day_typed(at_us, "Europe/Berlin") == typed
    assert drafting.day(typed, "Europe/Berlin", datetime(2028, 1, 1, tzinfo=UTC)) == at_us
