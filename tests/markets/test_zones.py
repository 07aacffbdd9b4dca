"""Local days as instants, over every zone there is: RULES B2."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.claims import zones

TICK = timedelta(microseconds=1)
NAMES = sorted(zones.names())


def ends(day: date, name: str) -> datetime:
    return zones.day_end(day, zones.zone(name))


def assert_nothing_of_the_day_is_left(day: date, zone: ZoneInfo) -> None:
    end = zones.day_end(day, zone)
    assert (end - TICK).astimezone(zone).date() <= day, (zone.key, day)
    for hours in range(26):
        assert (end + timedelta(hours=hours)).astimezone(zone).date() > day, (zone.key, day, hours)
    assert zones.is_day_end(end, zone)


def days_with_a_change(zone: ZoneInfo, year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        if noon.astimezone(zone).utcoffset() != (noon + timedelta(days=1)).astimezone(zone).utcoffset():
            yield day
        day += timedelta(days=1)


@given(st.sampled_from(NAMES), st.dates(date(1970, 1, 2), zones.LAST_DAY))
def test_b2_a_day_ends_when_nothing_of_it_is_left(name: str, day: date):
    assert_nothing_of_the_day_is_left(day, zones.zone(name))


@pytest.mark.parametrize("year", [2027, 2099])
def test_b2_also_on_the_days_around_every_change_of_clocks_in_every_zone(year: int):
    found = 0
    for name in NAMES:
        zone = zones.zone(name)
        for change in days_with_a_change(zone, year):
            found += 1
            for shift in (-1, 0, 1, 2):
                assert_nothing_of_the_day_is_left(change + timedelta(days=shift), zone)
    assert found > 100


@pytest.mark.parametrize(
    ("name", "day", "end"),
    [
        ("UTC", date(2029, 12, 31), "2030-01-01T00:00"),
        ("Pacific/Kiritimati", date(2029, 12, 31), "2029-12-31T10:00"),
        ("Pacific/Honolulu", date(2029, 12, 31), "2030-01-01T10:00"),
        ("Pacific/Honolulu", date(2100, 12, 31), "2101-01-01T10:00"),
        ("Europe/Berlin", date(2028, 2, 29), "2028-02-29T23:00"),
        ("Australia/Lord_Howe", date(2027, 4, 3), "2027-04-03T13:00"),
        ("America/Havana", date(2026, 3, 7), "2026-03-08T05:00"),  # midnight is skipped
        ("America/Havana", date(2026, 10, 31), "2026-11-01T04:00"),  # midnight comes twice, both in November
        ("America/St_Johns", date(2010, 11, 6), "2010-11-07T03:30"),  # midnight comes twice: the 6th goes on
        (
            "America/Toronto",
            date(1919, 3, 30),
            "1919-03-31T04:30",
        ),  # half past eleven is followed by half past twelve
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00"),  # the whole day is skipped
    ],
)
def test_b2_year_ends_leap_days_and_strange_midnights(name: str, day: date, end: str):
    assert ends(day, name) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_b2_kiritimati_ends_a_year_a_whole_day_before_honolulu():
    day = date(2029, 12, 31)

    assert ends(day, "Pacific/Honolulu") - ends(day, "Pacific/Kiritimati") == timedelta(days=1)


def test_b2_a_day_of_23_and_a_day_of_25_hours():
    berlin = [ends(date(2027, *day), "Europe/Berlin") for day in ((3, 27), (3, 28), (10, 30), (10, 31))]

    assert berlin[1] - berlin[0] == timedelta(hours=23)
    assert berlin[3] - berlin[2] == timedelta(hours=25)


def test_b2_the_latest_is_the_end_of_2100():
    assert zones.latest(zones.zone("UTC")) == datetime(2101, 1, 1, tzinfo=UTC)


def test_an_hour_in_the_day_is_no_day_end():
    assert not zones.is_day_end(datetime(2029, 12, 31, 23, 59, tzinfo=UTC), zones.zone("UTC"))
    assert not zones.is_day_end(datetime(2030, 1, 1, tzinfo=UTC), zones.zone("Europe/Berlin"))


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "localtime", "Factory", "europe/berlin", "../etc/passwd", "\0"]
)
def test_a_zone_goes_by_its_name_in_the_database(name: str):
    with pytest.raises(zones.UnknownZone):
        zones.zone(name)
