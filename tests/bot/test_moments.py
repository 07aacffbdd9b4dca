"""Moments that people type: RULES B2 and B7, and the bad input of deadlines."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.input.date_errors import BadMoment, MissingHour, OutOfRange, TwiceHour, TwoReadings
from bot.input.date_words import stamp
from bot.input.dates import moment
from markets.claims import zones

NOW = datetime(2026, 11, 20, 13, 0, 30, 500, tzinfo=UTC)  # a Friday
BERLIN = ZoneInfo("Europe/Berlin")
U = ZoneInfo("UTC")
NAMES = sorted(zones.names())


def read(typed: str, zone: ZoneInfo = U, fold: int | None = None) -> datetime:
    return moment(typed, zone, NOW, fold=fold).at


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- B2: a bare date is the end of that day ---------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "2029-12-31",
        " 2029-12-31\n",
        "2029/12/31",
        "31 Dec 2029",
        "31 december 2029",
        "31st of December 2029",
        "Dec 31, 2029",
        "DEC. 31 2029",
        "31.12.2029",
        "31/12/2029",
        "12/31/2029",
        "end of 2029",
        "the end of the year 2029",
        "by the end of 2029",
        "before the end of December 2029",
        "end of Q4 2029",
        "by 31 Dec 2029",
        "until 2029-12-31",
        "on or before 2029-12-31",
        "before 2030",
        "before January 2030",
        "before 2030-01-01",
        "before q1 2030",
        "in 2029",
        "during December 2029",
    ],
)
def test_b2_all_of_these_are_the_end_of_2029(typed: str):
    assert read(typed) == at("2030-01-01")
    assert read(typed, BERLIN) == at("2029-12-31T23:00")


@given(st.sampled_from(NAMES), st.dates(date(2026, 11, 23), zones.LAST_DAY))
def test_b2_a_bare_date_is_the_end_of_that_day_in_every_zone(name: str, day: date):
    zone = zones.zone(name)

    assert read(f"{day}", zone) == zones.day_end(day, zone)
    assert read(f"{day:%d %B %Y}", zone) == zones.day_end(day, zone)
    assert read(f"before {day}", zone) == zones.day_end(day - timedelta(days=1), zone)


@pytest.mark.parametrize(
    ("typed", "zone", "end"),
    [
        ("2028-02-29", "UTC", "2028-03-01"),
        ("29 Feb 2028", "Pacific/Kiritimati", "2028-02-29T10:00"),
        ("end of 2029", "Pacific/Kiritimati", "2029-12-31T10:00"),
        ("end of 2029", "Pacific/Honolulu", "2030-01-01T10:00"),
        ("2100-12-31", "Pacific/Honolulu", "2101-01-01T10:00"),
        ("2027-03-28", "Europe/Berlin", "2027-03-28T22:00"),
        ("before 2101", "UTC", "2101-01-01"),
    ],
)
def test_b2_leap_days_year_ends_and_2100(typed: str, zone: str, end: str):
    assert read(typed, ZoneInfo(zone)) == at(end)


# --- a time of day ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "2029-12-31 18:00",
        "2029-12-31T18:00",
        "2029-12-31 18:00:00",
        "31 Dec 2029 6pm",
        "31 Dec 2029, 6:00 PM",
        "Dec 31, 2029 at 18:00",
        "2029-12-31 18:00 +01:00",
        "2029-12-31T17:00Z",
        "2029-12-31 17:00 UTC",
        "2029-12-31 19:00 utc+2",
        "2029-12-31 12:00 -0500",
        "before 2029-12-31 18:00",
    ],
)
def test_a_time_of_day_is_that_instant(typed: str):
    assert read(typed, BERLIN) == at("2029-12-31T17:00")


def test_noon_and_midnight_in_twelve_hours():
    assert read("31 Dec 2029 12pm") == at("2029-12-31T12:00")
    assert read("31 Dec 2029 12am") == at("2029-12-31")


local_times = st.datetimes(
    datetime(2026, 11, 23),  # noqa: DTZ001 - a local time, on purpose
    datetime(2100, 12, 30),  # noqa: DTZ001 - a local time, on purpose
).map(lambda when: when.replace(second=0, microsecond=0))


@given(st.sampled_from(NAMES), local_times)
def test_b2_a_local_time_is_one_instant_or_asked_about_in_every_zone(name: str, local: datetime):
    zone = zones.zone(name)

    assert instants_of(f"{local:%Y-%m-%d %H:%M}", zone) == shown_at(local, zone)


def instants_of(typed: str, zone: ZoneInfo) -> set[datetime]:
    """What Crux makes of it: none for the hour that doesn't exist, two for the one that comes twice."""
    try:
        return {read(typed, zone)}
    except MissingHour:
        return set()
    except TwiceHour as twice:
        return {twice.first, twice.second}


def shown_at(local: datetime, zone: ZoneInfo) -> set[datetime]:
    """The instants at which clocks in the zone show this time, found by trying every quarter of an hour."""
    tried = (local.replace(tzinfo=UTC) + timedelta(minutes=15 * quarters) for quarters in range(-112, 113))
    return {instant for instant in tried if instant.astimezone(zone).replace(tzinfo=None) == local}


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Australia/Lord_Howe", date(2027, 4, 4)),
        ("Australia/Lord_Howe", date(2027, 10, 3)),
        ("Europe/Berlin", date(2027, 3, 28)),
        ("Europe/Berlin", date(2027, 10, 31)),
        ("America/Havana", date(2027, 3, 14)),
        ("America/Havana", date(2027, 11, 7)),
    ],
)
def test_b2_also_through_every_quarter_of_an_hour_of_a_day_on_which_clocks_change(name: str, day: date):
    zone = zones.zone(name)
    found = set[int]()
    for quarters in range(96):
        local = datetime.combine(day, time()) + timedelta(minutes=15 * quarters)
        instants = instants_of(f"{local:%Y-%m-%d %H:%M}", zone)
        assert instants == shown_at(local, zone)
        found.add(len(instants))
    assert found in ({0, 1}, {1, 2})


# --- the hour that doesn't exist, and the one that comes twice --------------------------------


@pytest.mark.parametrize(
    ("typed", "zone", "before", "after"),
    [
        ("2027-03-28 02:30", "Europe/Berlin", "2027-03-28T01:30", "2027-03-28T03:30"),
        ("2027-03-14 2:30am", "America/New_York", "2027-03-14T01:30", "2027-03-14T03:30"),
        ("2027-10-03 02:15", "Australia/Lord_Howe", "2027-10-03T01:45", "2027-10-03T02:45"),
    ],
)
def test_the_hour_that_does_not_exist_is_refused_with_its_neighbours(
    typed: str, zone: str, before: str, after: str
):
    with pytest.raises(MissingHour) as refused:
        read(typed, ZoneInfo(zone))

    assert (refused.value.before, refused.value.after) == (
        datetime.fromisoformat(before),
        datetime.fromisoformat(after),
    )
    for way in (refused.value.before, refused.value.after):
        assert (
            read(f"{way:%Y-%m-%d %H:%M}", ZoneInfo(zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            == way
        )


@pytest.mark.parametrize(
    ("typed", "zone", "first", "second"),
    [
        ("2027-10-31 02:30", "Europe/Berlin", "2027-10-31T00:30", "2027-10-31T01:30"),
        ("2027-11-07 01:30", "America/New_York", "2027-11-07T05:30", "2027-11-07T06:30"),
        ("2027-04-04 01:45", "Australia/Lord_Howe", "2027-04-03T14:45", "2027-04-03T15:15"),
    ],
)
def test_the_hour_that_comes_twice_is_asked_about(typed: str, zone: str, first: str, second: str):
    with pytest.raises(TwiceHour) as asked:
        read(typed, ZoneInfo(zone))

    assert (asked.value.first, asked.value.second) == (at(first), at(second))
    assert read(typed, ZoneInfo(zone), fold=0) == at(first)
    assert read(typed, ZoneInfo(zone), fold=1) == at(second)


def test_what_the_refusal_says_to_write_can_be_written():
    with pytest.raises(TwiceHour) as asked:
        read("2027-10-31 02:30", BERLIN)

    assert "2027-10-31 02:30 +0200 or 2027-10-31 02:30 +0100" in asked.value.why
    assert read("2027-10-31 02:30 +0200", BERLIN) == asked.value.first
    assert read("2027-10-31 02:30 +0100", BERLIN) == asked.value.second


# --- two readings -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["03/04/2027", "3.4.2027", "03-04-2027", "by 04/03/2027", "03/04/2027 18:00"]
)
def test_a_date_that_is_another_in_america_is_refused_with_both(typed: str):
    with pytest.raises(TwoReadings) as refused:
        read(typed)

    hour = " 18:00" if "18" in typed else ""
    assert [one.typed for one in refused.value.readings] == [f"2027-03-04{hour}", f"2027-04-03{hour}"]
    assert all(way.typed in refused.value.why for way in refused.value.readings)


def test_the_same_number_twice_is_one_day_in_any_order():
    assert read("04/04/2027") == at("2027-04-05")


def test_next_friday_is_refused_with_both_and_friday_is_the_coming_one():
    with pytest.raises(TwoReadings) as refused:
        read("next friday")

    assert [one.typed for one in refused.value.readings] == ["2026-11-27", "2026-12-04"]
    assert read("friday") == read("this friday") == at("2026-11-28")
    assert read("saturday 18:00") == at("2026-11-21T18:00")


@pytest.mark.parametrize("typed", ["by 2030", "2030", "until 2030", "by the year 2030"])
def test_b7_by_a_year_is_read_as_before_it_or_until_its_end(typed: str):
    with pytest.raises(TwoReadings) as asked:
        read(typed)

    assert [one.at for one in asked.value.readings] == [at("2030-01-01"), at("2031-01-01")]


def test_b7_by_a_month_is_too():
    with pytest.raises(TwoReadings) as asked:
        read("by March 2027")

    assert [one.at for one in asked.value.readings] == [at("2027-03-01"), at("2027-04-01")]


def test_what_has_begun_can_only_mean_its_end():
    assert read("by 2026") == read("this year") == read("end of the year") == at("2027-01-01")
    assert read("by 2101") == at("2101-01-01")


# --- from now ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("in 18 months", "2028-05-21"),
        ("18 months", "2028-05-21"),
        ("within a year", "2027-11-21"),
        ("10 days from now", "2026-12-01"),
        ("in two weeks", "2026-12-05"),
        ("today", "2026-11-21"),
        ("tomorrow", "2026-11-22"),
        ("end of this week", "2026-11-23"),
        ("end of next month", "2027-01-01"),
        ("end of next year", "2028-01-01"),
        ("in 3 hours", "2026-11-20T16:00:30"),
        ("in 90 minutes", "2026-11-20T14:30:30"),
        ("tomorrow 9am", "2026-11-21T09:00"),
    ],
)
def test_counted_from_now(typed: str, end: str):
    assert read(typed) == at(end)


def test_today_is_the_day_it_is_in_the_zone():
    assert read("today", ZoneInfo("Pacific/Kiritimati")) == at("2026-11-21T10:00")


def test_a_year_after_the_29th_of_february_is_the_28th():
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)

    assert moment("in 12 months", U, leap).at == at("2029-03-01")
    assert moment("in 4 years", U, leap).at == at("2032-03-01")


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-19",
        "2026-11-20 13:00",
        "1999-01-01",
        "0000-01-01",
        "before 2026",
        "end of 2025",
        "in 0 minutes",
        "2101-01-01",
        "2100-12-31 23:59:59 -01:00",
        "9999-12-31",
        "in 9999 years",
        "in 9999 weeks",
        "in 2101",
        "end of 2101",
    ],
)
def test_b2_a_moment_that_is_over_or_after_2100_is_refused(typed: str):
    with pytest.raises(OutOfRange):
        read(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "soon",
        "10",
        "1e3",
        "nan",
        "2029-02-29",
        "31 June 2029",
        "2029-13-01",
        "2029-00-10",
        "00/00/2029",
        "31/31/2029",
        "13/13/2029",
        "2029-12-31 24:00",
        "2029-12-31 18:60",
        "2029-12-31 13pm",
        "2029-12-31 0am",
        "2029-12-31 18",
        "2029-12-31 18:00 +25:00",
        "2029-12-31 18:00 +02:99",
        "18:00",
        "29-12-31",
        "31 Dec 29",
        "31 Dec",
        "-2029-12-31",
        "٢٠٢٩-١٢-٣١",
        "２０２９-12-31",
        "2029–12–31",
        "2029-12-31\x00",
        "2029-12-31; drop table claims",
        "in 1.5 years",
        "in -3 days",
        "in 99999 days",
        "in zero days",
        "before 18 months",
        "end of",
        "end of time",
        "end of the end of 2029",
        "x" * 1_000_000,
        " " * 1_000_000 + "2029-12-31",
        "9" * 1_000_000,
    ],
)
def test_anything_else_is_refused_in_a_sentence_that_says_what_to_write(typed: str):
    with pytest.raises(BadMoment) as refused:
        read(typed)

    assert refused.value.field == "The deadline"
    assert "write it like 2029-12-31" in refused.value.why


def test_b2_this_very_moment_is_over():
    now = at("2026-11-20T13:00")

    with pytest.raises(OutOfRange) as refused:
        moment("2026-11-20 13:00", U, now)
    assert refused.value.at == now
    assert moment("2026-11-20 13:00", U, now - timedelta(microseconds=1)).at == now


WORDS = (  # noqa: SIM905 - a list of so many quotes reads worse
    "by before end of the in next friday 2030 q4 12 31 dec may a - / . : , 18:00 pm utc +02:00 -9:99 t "
    "2027-10-31 02:30 months hour"
).split()


def moment_or_refusal(typed: str, zone: ZoneInfo) -> datetime | BadMoment:
    try:
        return moment(typed, zone, NOW).at
    except BadMoment as refused:
        return refused


@given(
    st.lists(st.sampled_from([*WORDS, " ", " "]), max_size=12).map("".join) | st.text(max_size=80),
    st.sampled_from(NAMES),
)
def test_whatever_is_typed_gives_a_moment_in_range_or_a_refusal(typed: str, name: str):
    zone = zones.zone(name)
    found = moment_or_refusal(typed, zone)

    if isinstance(found, BadMoment):
        assert found.why
    else:
        assert NOW < found <= zones.latest(zone)
        assert found.tzinfo is UTC


# --- shown back -------------------------------------------------------------------------------


def test_the_answer_is_discords_own_timestamp_and_the_end_of_a_day_is_shown_as_that_day():
    noon, new_year = at("2029-12-31T12:00"), at("2030-01-01")

    assert stamp(noon, U) == f"<t:{int(noon.timestamp())}:F>"
    assert stamp(new_year, U) == f"<t:{int(new_year.timestamp()) - 1}:F>"
    assert stamp(new_year, BERLIN) == f"<t:{int(new_year.timestamp())}:F>"
