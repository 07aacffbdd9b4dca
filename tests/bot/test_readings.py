"""Moments that can be read two ways (RULES B7): both are told, each can be typed, none is chosen in silence."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.input import claim_fields, quick_bet_fields, result_fields, story_lines
from bot.input.date_errors import TwoReadings
from bot.input.date_words import written
from bot.input.dates import moment
from bot.input.result_codes import ResultCode
from bot.refusals import BadInput, Unclear
from markets.claims.terms import Outcome, Terms

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
U, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")

TWO = {
    "next month": ("2026-11-30", "2026-12-31"),
    "by next month": ("2026-11-30", "2026-12-31"),
    "next week": ("2026-11-29", "2026-12-06"),
    "next quarter": ("2026-12-31", "2027-03-31"),
    "next year": ("2026-12-31", "2027-12-31"),
    "until next year": ("2026-12-31", "2027-12-31"),
    "2027": ("2026-12-31", "2027-12-31"),
    "the year 2027": ("2026-12-31", "2027-12-31"),
    "by 2030": ("2029-12-31", "2030-12-31"),
    "By 2030.": ("2029-12-31", "2030-12-31"),
    "no later than 2030": ("2029-12-31", "2030-12-31"),
    "Q1 2027": ("2026-12-31", "2027-03-31"),
    "by Q3 2027": ("2027-06-30", "2027-09-30"),
    "by Q3": ("2027-06-30", "2027-09-30"),
    "2027 Q1": ("2026-12-31", "2027-03-31"),
    "2027-Q1": ("2026-12-31", "2027-03-31"),
    "June 2027": ("2027-05-31", "2027-06-30"),
    "by June 2027": ("2027-05-31", "2027-06-30"),
    "by June": ("2027-05-31", "2027-06-30"),
    "by December": ("2026-11-30", "2026-12-31"),
    "2027-06": ("2027-05-31", "2027-06-30"),
    "by 2027-06": ("2027-05-31", "2027-06-30"),
    "03/04/2027": ("2027-03-04", "2027-04-03"),
    "next friday": ("2026-11-27", "2026-12-04"),
}
"""What is typed on 24 November 2026, and the last day before each of its two readings."""


@pytest.mark.parametrize("typed", TWO)
@pytest.mark.parametrize("zone", [U, BERLIN], ids=str)
def test_b7_what_can_be_read_two_ways_is_asked_about_with_both(typed: str, zone: ZoneInfo):
    with pytest.raises(TwoReadings) as asked:
        moment(typed, zone, NOW)
    assert tuple(one.typed for one in asked.value.readings) == TWO[typed]
    for one in asked.value.readings:
        assert moment(one.typed, zone, NOW).at == one.at
        assert written(one.at, zone) == one.typed
        assert one.typed in asked.value.why
        assert one.words in asked.value.why


def test_b7_its_readings_say_which_is_which():
    with pytest.raises(TwoReadings) as asked:
        moment("by next year", U, NOW)
    assert [one.words for one in asked.value.readings] == ["before 2027 begins", "until 2027 ends"]
    assert asked.value.field == "The deadline"


ONE = {
    "before 2030": "2029-12-31",
    "before next year": "2026-12-31",
    "before June": "2027-05-31",
    "end of 2027": "2027-12-31",
    "by the end of 2027": "2027-12-31",
    "by the end of next month": "2026-12-31",
    "end of next quarter": "2027-03-31",
    "end of 2027-06": "2027-06-30",
    "in 2027": "2027-12-31",
    "this year": "2026-12-31",
    "2026": "2026-12-31",
    "Q4 2026": "2026-12-31",
    "this month": "2026-11-30",
    "November": "2026-11-30",
    "mid-2028": "2028-06-30",
    "by the middle of 2028": "2028-06-30",
    "tonight": "2026-11-24",
    "2027-06-30": "2027-06-30",
}


@pytest.mark.parametrize("typed", ONE)
def test_what_can_be_read_one_way_is_read_so(typed: str):
    assert written(moment(typed, U, NOW).at, U) == ONE[typed]


def test_what_crux_shows_can_be_typed_again():
    assert moment("<t:1830211200:F>", U, NOW).at == datetime.fromtimestamp(1830211200, UTC)
    last_second = int(datetime(2029, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
    assert moment(f"<t:{last_second}:F>", U, NOW).at == datetime(2030, 1, 1, tzinfo=UTC)


def test_a_time_of_day_stays_with_both_days():
    with pytest.raises(TwoReadings) as asked:
        moment("03/04/2027 18:00", BERLIN, NOW)
    assert [one.at for one in asked.value.readings] == [
        datetime(2027, 3, 4, 17, tzinfo=UTC),
        datetime(2027, 4, 3, 16, tzinfo=UTC),
    ]


# --- every form that takes a moment -----------------------------------------------------------

HELD = {"what": "A named lab announces a model", "outcomes": "YES\nNO", "when": "2029-12-31"}


@pytest.mark.parametrize("field", ["when", "closes", "asked"])
@pytest.mark.parametrize("typed", ["next year", "Q1 2028", "by 2028", "June 2028"])
def test_b7_a_draft_keeps_what_was_typed_and_its_question(field: str, typed: str):
    held = HELD | {field: typed}
    terms, kept, bad = claim_fields.claim_terms(Terms(title=""), held, "UTC", NOW)
    assert [type(one) for one in bad] == [TwoReadings]
    assert kept[field] == typed
    if field == "when":
        assert terms.deadline_us is None

    assert isinstance(bad[0], Unclear)
    for one in bad[0].readings:
        chosen = HELD | {field: one.typed}
        _, kept, bad_now = claim_fields.claim_terms(Terms(title=""), chosen, "UTC", NOW)
        assert not [again for again in bad_now if isinstance(again, Unclear)]
        if not bad_now:  # some close after the deadline
            assert kept[field] == one.typed


@pytest.mark.parametrize("typed", ["next year", "by 2030", "2027", "June 2027"])
def test_b7_a_quick_bet_is_not_made_of_one_of_them(typed: str):
    with pytest.raises(TwoReadings):
        quick_bet_fields.quick_terms({"what": "A named lab announces it", "when": typed}, "UTC", NOW)


@pytest.mark.parametrize("typed", ["next year", "by 2030", "2027", "June 2027"])
def test_b7_nor_the_day_to_ask_again_nor_the_day_of_an_item(typed: str):
    terms = Terms(title="T", outcomes=(Outcome("YES", ""), Outcome("NO", "")), zone="UTC")
    with pytest.raises(TwoReadings):
        result_fields.result(terms, ResultCode.EARLY, typed, NOW)
    with pytest.raises(story_lines.UnclearLine):
        story_lines.said(f"2027-06-30: a lab says it, 20%\n{typed}: another says it, 80%", "UTC", NOW)


def test_a_line_of_a_story_gets_the_day_that_was_chosen():
    items = "2027-06-30: a lab says it, 20%\n\n- by 2030: another says it by 2030, 80%"
    with pytest.raises(story_lines.UnclearLine) as asked:
        story_lines.said(items, "UTC", NOW)
    chosen = story_lines.chosen(items, asked.value.line, "2030-12-31")
    assert chosen == "2027-06-30: a lab says it, 20%\n- 2030-12-31: another says it by 2030, 80%"
    assert [one.by_us for one in story_lines.said(chosen, "UTC", NOW)][1] == 1_924_992_000_000_000


@pytest.mark.parametrize("typed", ["next year", "2027", "2027-06", "Q1 2027", "by 2030"])
def test_b7_when_something_became_public_is_a_whole_date(typed: str):
    with pytest.raises(BadInput):
        result_fields.day(typed, "UTC", NOW)
