"""How a story is typed (RULES E7): a date, what has happened by then, and a chance, one item a line."""

from datetime import UTC, datetime

import pytest

from bot.input import story_lines
from bot.refusals import BadInput
from ledger.types import from_us
from markets.claims.stories import MOST_ITEMS
from markets.claims.terms import Item, Outcome, Scenario, Terms

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_each_line_is_a_date_words_and_a_chance():
    typed = """
    2027-06-30: A lab scores 90% on FrontierMath: its own number, 80%
    - by 2027-12-31: A second one; 12.5 %

    2027-12-31 18:00: A law, 0%
    """
    found = story_lines.said(typed, "UTC", NOW)
    assert [(one.words, one.chance_bps) for one in found] == [
        ("A lab scores 90% on FrontierMath: its own number", 8_000),
        ("A second one", 1_250),
        ("A law", 0),
    ]
    assert [from_us(one.by_us) for one in found] == [
        datetime(2027, 7, 1, tzinfo=UTC),
        datetime(2028, 1, 1, tzinfo=UTC),
        datetime(2027, 12, 31, 18, tzinfo=UTC),
    ]


def test_what_was_read_is_written_as_it_can_be_read_again():
    typed = "2027-06-30: One, 80%\n2027-12-31 18:00: Two, 0.25%"
    items = tuple(
        Item(one.words, one.by_us, (one.chance_bps, 1)) for one in story_lines.said(typed, "UTC", NOW)
    )
    terms = Terms(
        title="T", zone="UTC", outcomes=(Outcome("a", ""), Outcome("b", "")), scenario=Scenario((1, 2), items)
    )
    assert story_lines.written(terms, 0) == typed
    assert story_lines.written(terms, None) == "2027-06-30: One, 50%\n2027-12-31 18:00: Two, 50%"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "there are 1 to 12"),
        ("\n".join(f"2027-06-30: Item {n}, 5%" for n in range(MOST_ITEMS + 1)), "there are 1 to 12"),
        ("2027-06-30: One", "write it like 2027-06-30"),
        ("2027-06-30: One, 80", "write it like 2027-06-30"),
        ("One, 80%", "write it like 2027-06-30"),
        ("2027-06-30: One, 101%", "between 0% and 100%"),
        ("2027-06-30: One, -1%", "between 0% and 100%"),
        ("2027-06-30: One, 1.234%", "between 0% and 100%"),
        ("2027-06-30: One, 0,5%", "between 0% and 100%"),
        ("2026-11-19: One, 50%", "that day is over. Choose a later one"),
        ("2101-01-01: One, 50%", "2100"),
        ("2027-02-30: One, 50%", "date"),
        (f"2027-06-30: {'x' * 201}, 50%", "1 to 200 letters"),
    ],
)
def test_what_can_not_be_read_says_what_to_write(typed: str, why: str):
    with pytest.raises(BadInput) as refused:
        story_lines.said(typed, "UTC", NOW)
    assert why in refused.value.why or why in refused.value.field
