"""Local days and hours as instants (RULES B2): zoneinfo decides, and nothing here knows what time it is.

A deadline is the instant *before which* what counts must happen. A bare date means the end of that day in the
claim's zone, so it is kept as the instant at which no part of that day is left: the start of the next day, not
23:59:59 or some last fraction before it, which would leave a gap. `happened < deadline` is then the whole rule, on
the 23-hour day as on the 25-hour one.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil import tz

LAST_DAY = date(2100, 12, 31)
"""The last day that a deadline, check date or close may fall on (RULES B2)."""

_TICK = timedelta(microseconds=1)
# Names in the database that stand for no place, or for the setting of this machine.
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


class UnknownZone(ValueError):
    """No zone of the time zone database has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def zone(name: str) -> ZoneInfo:
    """Return the zone of this name, in the database's own spelling.

    Raises:
        UnknownZone: There is none.
    """
    if name not in names():
        raise UnknownZone(name)
    return ZoneInfo(name)


@cache
def names() -> frozenset[str]:
    """Return the names of all zones."""
    return frozenset(available_timezones()) - _NO_ZONES


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, from which on it is no longer `day` in this zone.

    Where clocks go back over midnight the day ends the second time; where midnight is skipped it ends at the skip.
    A day that the zone skipped altogether ends where it would have begun.
    """
    midnight = datetime.combine(day + timedelta(days=1), time())
    if not exists(midnight, zone):
        return _skip(midnight, zone)
    first, second = both(midnight, zone)
    # Midnight may come twice because clocks fall from after it to before it, or from later on to midnight itself.
    return second if (second - _TICK).astimezone(zone).date() <= day else first


def is_day_end(at: datetime, zone: ZoneInfo) -> bool:
    """Return whether this instant is the end of a local day: people are shown that day, not the
    next one's midnight."""
    return at == day_end((at - _TICK).astimezone(zone).date(), zone)


def latest(zone: ZoneInfo) -> datetime:
    """Return the end of the year 2100 in this zone."""
    return day_end(LAST_DAY, zone)


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Return whether clocks in this zone ever show this time: in spring an hour is skipped."""
    return tz.datetime_exists(local.replace(tzinfo=zone))


def both(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants in UTC at which clocks show this time: the same one twice, but for the hour that comes
    twice."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def around_gap(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return, for a local time that is skipped, the same distance before the skip and after it, as local times that
    exist."""
    later, earlier = (instant.astimezone(zone) for instant in both(local, zone))
    return earlier.replace(tzinfo=None), later.replace(tzinfo=None)


def _skip(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumps over this local time, found by halving; zones change at whole seconds."""
    after, before = both(local, zone)
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
