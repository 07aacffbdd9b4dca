"""Outcomes typed as ranges of a number or a date are whole ranges; anything else is a name (RULES B1, C3)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.input import chances, claim_fields, result_fields
from bot.refusals import BadInput
from bot.words import forecasts, values
from ledger.types import to_us
from markets.claims import ranges
from markets.claims.terms import Terms

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def read(*outcomes: str) -> Terms:
    held = {"what": "What it will be", "outcomes": "\n".join(outcomes), "when": "2036-12-31"}
    terms, _, bad = claim_fields.claim_terms(Terms(title="T"), held, "UTC", NOW)
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


@pytest.mark.rule("B1", "B5")
@pytest.mark.parametrize("typed", [("YES: a", "NO: b"), ("NO: b", "YES: a"), ("no: b", "Yes: a")])
def test_yes_comes_before_no_in_whatever_order_they_were_typed(typed: tuple[str, ...]):
    terms = read(*typed)
    assert terms.kind == "binary"
    assert [(one.name, one.criteria) for one in terms.outcomes] == [("YES", "a"), ("NO", "b")]


def chosen(base: Terms, **held: str) -> tuple[Terms, dict[str, str], tuple[BadInput, ...]]:
    return claim_fields.claim_terms(base, claim_fields.held_of(base) | held, "UTC", NOW)


@pytest.mark.rule("B4", "B5")
def test_doubt_counts_as_the_outcome_that_was_chosen_wherever_it_goes():
    three, _, _ = chosen(read("Acme", "Globex", "Initech"), clause="first")
    assert three.clause == '["weights",0,[10000,0,0]]'

    turned, held, bad = chosen(three, outcomes="Initech\nAcme: as before\nGlobex:")
    assert (turned.clause, bad) == ('["weights",0,[0,10000,0]]', ())
    again, _, _ = claim_fields.claim_terms(turned, held, "UTC", NOW)
    assert again.clause == turned.clause, "and it stays there"
    anew, _, _ = chosen(turned, clause="last")
    assert anew.clause == '["weights",0,[0,0,10000]]'

    gone, _, bad = chosen(three, outcomes="Initech\nGlobex")
    assert [one.field for one in bad] == ["The ambiguity clause"]
    assert gone.clause == '["return",0]'
    same, _, bad = chosen(three, outcomes="Acme\nGlobex\nInitech\nHooli")
    assert (same.clause, bad) == ('["weights",0,[10000,0,0,0]]', ())


@pytest.mark.rule("B5")
def test_of_yes_and_no_the_first_is_yes_in_a_draft_that_was_typed_otherwise():
    typed = {"outcomes": "NO: it isn't\nYES: it is"}
    draft, held, _ = chosen(read("NO: it isn't", "YES: it is"), **typed)
    doubt, held, _ = claim_fields.claim_terms(draft, held | typed | {"clause": "first"}, "UTC", NOW)
    assert (doubt.outcomes[0].name, doubt.clause) == ("YES", '["weights",0,[10000,0]]')
    again, _, _ = claim_fields.claim_terms(doubt, held, "UTC", NOW)
    assert again.clause == doubt.clause


@pytest.mark.rule("B5")
def test_forms_speak_of_a_claim_that_was_stored_otherwise_with_yes_first():
    ordered = read("YES: it is", "NO: it isn't")
    stored = replace(
        ordered, kind="choice", outcomes=ordered.outcomes[::-1], clause='["weights",0,[10000,0]]'
    )
    held = claim_fields.held_of(stored)
    assert (held["outcomes"], held["clause"]) == ("YES: it is\nNO: it isn't", "last"), "doubt counts as NO"
    for outcomes in (held["outcomes"], "NO: it is not\nYES: it is"):
        changed, _, bad = claim_fields.claim_terms(stored, held | {"outcomes": outcomes}, "UTC", NOW)
        assert (changed.kind, changed.names, changed.clause, bad) == (
            *("binary", ("YES", "NO"), '["weights",0,[0,10000]]'),
            (),
        )


@pytest.mark.rule("C7")
def test_one_chance_is_that_of_yes_wherever_it_stands():
    ordered = read("YES", "NO")
    turned = replace(ordered, outcomes=ordered.outcomes[::-1])
    assert chances.chances(ordered, "60%") == (600_000, 400_000)
    assert chances.chances(turned, "60%") == (400_000, 600_000)
    assert forecasts.chances(turned, (400_000, 600_000)) == "60% YES"
    assert chances.chances(read("Acme", "Globex"), "60%") == (600_000, 400_000)


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
    assert result_fields.day_typed(at_us, "Europe/Berlin") == typed
    assert result_fields.day(typed, "Europe/Berlin", datetime(2028, 1, 1, tzinfo=UTC)) == at_us
