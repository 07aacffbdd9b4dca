"""What people type, read into values or refused with what to type instead."""

import pytest

from bot.input import amounts
from bot.refusals import BadInput


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("25", 2500), (" 12.5 ", 1250), ("1,000.00", 100_000), ("7 points", 700), ("1 point", 100)],
)
def test_amounts(typed: str, minor: int):
    assert amounts.points(typed) == minor


@pytest.mark.parametrize(
    "typed", ["", "points", "0", "-1", "1e3", "1_000", "٢٥", "0.001", "nan", "inf", "9" * 30, "1,00", "25 €"]
)
def test_what_is_no_amount(typed: str):
    with pytest.raises(BadInput) as refused:
        amounts.points(typed, "The stake")
    assert refused.value.field == "The stake"


def test_an_amount_may_be_off():
    assert [amounts.points_or_none(typed, "x") for typed in ("0", "off", "", "5")] == [0, 0, 0, 500]


@pytest.mark.parametrize(
    ("typed", "days"), [("0", 0), ("30", 30), ("7 days", 7), ("1 day", 1), ("3650", 3650)]
)
def test_days(typed: str, days: int):
    assert amounts.days(typed, "x") == days


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "3651", "99999", "٣", "a week"])
def test_what_is_no_number_of_days(typed: str):
    with pytest.raises(BadInput):
        amounts.days(typed, "x")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("", "UTC"),
        ("utc", "UTC"),
        ("europe/berlin", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
    ],
)
def test_time_zones(typed: str, zone: str):
    assert amounts.zone(typed) == zone


@pytest.mark.parametrize("typed", ["Berlin", "../../etc/passwd", "Europe/", "+1", "x" * 4000])
def test_what_is_no_time_zone(typed: str):
    with pytest.raises(BadInput):
        amounts.zone(typed)


def test_currencies():
    assert amounts.currency("") == "points"
    assert amounts.currency(" bread crumbs ") == "bread crumbs"
    assert amounts.currency("Münzen") == "Münzen"
    assert amounts.symbol("") == ""
    assert amounts.symbol("◆") == "◆"
    for name in ("**bold**", "<@1>", "x" * 21, "@everyone", "a`b"):
        with pytest.raises(BadInput):
            amounts.currency(name)
    for sign in ("5", "-", "*", "<@1>", "abcd", "`"):
        with pytest.raises(BadInput):
            amounts.symbol(sign)


def test_reasons():
    assert amounts.reason("  for\nthe test ") == "for the test"
    for typed in ("", "  ", "no", "\u200b\u200b\u200b\u200b", "x" * 301):
        with pytest.raises(BadInput):
            amounts.reason(typed)
