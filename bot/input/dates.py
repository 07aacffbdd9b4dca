"""Read moments that people type into instants in UTC (RULES B2).

These are understood:

    2029-12-31   31 Dec 2029   Dec 31, 2029   31.12.2029       the end of that day in the claim's zone
    2029-12-31 18:00   31 Dec 2029 6pm   2029-12-31T18:00+02:00
    end of 2029   end of March 2027   end of Q3 2027   end of next year
    before 2030   before March 2027   before 2029-12-31         until that begins
    in 18 months   10 days   in 3 hours   today   tonight   tomorrow   friday   mid-2028   <t:1830211200:F>
    2030   by 2030   by March   next year   Q1 2027   2027-06   read two ways
    03/04/2027   next friday                                   read two ways

Crux never chooses between two readings in silence (RULES B7): *by 2030* may mean before it begins or until it ends,
so both are shown and the player chooses. If only one of them lies ahead, that one is meant. An hour that clocks skip
is refused; an hour that they show twice is asked about as well.

dateutil's own parser is not used: it guesses (it reads `10` as the tenth of this month, `2029` as today's date in
2029). Its calendar arithmetic is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from bot.input.date_errors import EXAMPLES, BadMoment, MissingHour, OutOfRange, TwiceHour, TwoReadings
from bot.input.date_patterns import (
    COUNTS,
    DATES,
    END,
    LEAD,
    MIDDLE,
    MONTH,
    MONTHS,
    MONTHS_OF,
    NUMBERS,
    QUARTERS,
    SHOWN,
    SPAN,
    TIME,
    UNITS,
    WEEKDAYS,
    YEAR,
)
from bot.input.date_words import written
from bot.refusals import Reading
from markets.claims import zones

MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC *before which* something must happen."""

    at: datetime


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every step needs: the field's name, the zone, the time now, and which of two hours is meant."""

    field: str
    zone: ZoneInfo
    now: datetime
    fold: int | None


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the ways to read it, and in words what it means where there are two."""

    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of the calendar: from the start of its first day to the end of its last."""

    first: date
    last: date
    name: str


def moment(
    typed: str, zone: ZoneInfo, now: datetime, *, field: str = "The deadline", fold: int | None = None
) -> Moment:
    """Read the instant that a player typed, for a claim in `zone`.

    Args:
        fold: Which one is meant where the hour comes twice: 0 the first, 1 the second, None to be asked.

    Raises:
        TwoReadings: It can be read two ways.
        MissingHour: Clocks skip that hour.
        TwiceHour: Clocks show it twice, and `fold` doesn't say which is meant.
        OutOfRange: It is not after `now`, or after the end of 2100 in this zone.
        BadMoment: It is anything else.
    """
    asked = _Asked(field, zone, now, fold)
    found = _read(_plain(typed, field), asked)
    ahead = [way for way in found if now < way.at <= zones.latest(zone)]
    if len(ahead) > 1:
        raise TwoReadings(field, tuple(Reading(way.at, way.words, written(way.at, zone)) for way in ahead))
    if ahead:
        return Moment(ahead[0].at)
    if found[-1].at > now:
        raise _too_far(asked)
    raise OutOfRange(field, "that day is over. Choose a later one", found[-1].at)


# --- reading ----------------------------------------------------------------------------------


def _plain(typed: str, field: str) -> str:
    """Put a text in lower case with single spaces. Refuse a long one, and any letter that isn't ASCII."""
    text = " ".join(typed[: 4 * MOST_LETTERS].split()).lower().removesuffix(".")
    if not text:
        raise BadMoment(field, f"it is empty; {EXAMPLES}")
    if (
        len(typed) > 4 * MOST_LETTERS
        or len(text) > MOST_LETTERS
        or not text.isascii()
        or not text.isprintable()
    ):
        raise BadMoment(field, EXAMPLES)
    return text


def _read(text: str, asked: _Asked) -> list[_Way]:
    lead = LEAD.match(text)
    word = lead[1] if lead else ""
    rest = text[lead.end() :] if lead else text
    readers: list[Callable[[str, str, _Asked], list[_Way]]] = [_end_of, _period, _from_now, _shown, _point]
    for read in readers:
        if found := read(rest, word, asked):
            return found
    raise BadMoment(asked.field, EXAMPLES)


def _end_of(text: str, word: str, asked: _Asked) -> list[_Way]:
    """Read `end of 2029`, with any little word before it; `mid-2028` ends with June."""
    if middle := MIDDLE.fullmatch(text):
        return [_Way(_day_end(date(_year(middle["year"], asked), 6, 30), asked))]
    found = END.fullmatch(text)
    if found and re.fullmatch(MONTH, found[1]):  # no question asks for the year, so it has to be written
        return []
    span = _span(found[1], asked) if found else None
    return [_Way(_day_end(span.last, asked))] if span else []


def _period(text: str, word: str, asked: _Asked) -> list[_Way]:
    """Read a year, a quarter, a month or a week: `2030`, `by 2030`, `before 2030`, `in 2030`."""
    span = _span(text, asked)
    if span is None:
        return []
    begins = _Way(_day_end(span.first - timedelta(days=1), asked), f"before {span.name} begins")
    if word == "before":
        return [begins]
    ends = _Way(_day_end(span.last, asked), f"until {span.name} ends")
    if word in ("in", "within", "during"):
        return [ends]
    return [begins, ends]


def _from_now(text: str, word: str, asked: _Asked) -> list[_Way]:
    """Read `in 18 months`: minutes and hours to the second, longer spans to the end of that local day."""
    found = SPAN.fullmatch(text)
    if found is None or word not in ("", "in", "within"):
        return []
    count = int(found[1]) if found[1].isdecimal() else COUNTS.get(found[1])
    if count is None:
        return []
    if found[2] in ("minute", "hour"):
        minutes = count * (60 if found[2] == "hour" else 1)
        return [_Way(asked.now.replace(microsecond=0) + timedelta(minutes=minutes))]
    try:
        return [_Way(_day_end(_today(asked) + UNITS[found[2]] * count, asked))]
    except (ValueError, OverflowError):  # beyond the year 9999
        raise _too_far(asked) from None


def _shown(text: str, word: str, asked: _Asked) -> list[_Way]:
    """Read Discord's own timestamp; `stamp` shows the end of a day as its last second."""
    found = SHOWN.fullmatch(text)
    if found is None:
        return []
    if int(found[1]) > zones.latest(asked.zone).timestamp():
        raise _too_far(asked)
    at = datetime.fromtimestamp(int(found[1]), UTC)
    after = at + timedelta(seconds=1)
    return [_Way(after if zones.is_day_end(after, asked.zone) else at)]


def _point(text: str, word: str, asked: _Asked) -> list[_Way]:
    """Read a day, with or without a time of day."""
    if days := _days(text, asked):
        back = timedelta(days=word == "before")
        return [_Way(_day_end(day - back, asked), _named(day, word)) for day in days]
    timed = TIME.fullmatch(text)
    days = _days(timed["day"], asked) if timed else ()
    if timed is None or not days:
        return []
    if timed["minute"] is None and timed["half"] is None:  # `2029-12-31 18` says too little
        return []
    return [
        _Way(_instant(_local(day, timed, asked), timed["offset"], asked), _named(day, word)) for day in days
    ]


def _named(day: date, word: str) -> str:
    return f"{'before ' if word == 'before' else ''}{day.day} {day:%B %Y}"


def _span(text: str, asked: _Asked) -> _Span | None:
    """Read a year, quarter, month or week; without a year, the current or next one."""
    today = _today(asked)
    if relative := re.fullmatch("(this |next |)(year|quarter|month|week)", text):
        return _relative_span(relative[2], later=relative[1] == "next ", today=today)
    for form in QUARTERS:
        if quarter := form.fullmatch(text):
            return _quarter(_year_of(quarter, 3 * int(quarter["quarter"]), asked), int(quarter["quarter"]))
    for form in MONTHS_OF:
        if month := form.fullmatch(text):
            number = _month(month["month"])
            return _of_month(_year_of(month, number, asked), number)
    if year := re.fullmatch(f"(?:(?:the )?year )?{YEAR}", text):
        return _of_year(_year(year["year"], asked))
    return None


def _year_of(found: re.Match[str], last_month: int, asked: _Asked) -> int:
    """Return the year that is written, or the one in which the month comes next."""
    today = _today(asked)
    return _year(found["year"], asked) if found["year"] else today.year + (last_month < today.month)


def _relative_span(unit: str, *, later: bool, today: date) -> _Span:
    if unit == "year":
        return _of_year(today.year + later)
    if unit == "quarter":
        first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1) + relativedelta(months=3 * later)
        return _quarter(first.year, (first.month + 2) // 3)
    if unit == "month":
        first = today.replace(day=1) + relativedelta(months=int(later))
        return _of_month(first.year, first.month)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=int(later))
    return _Span(monday, monday + timedelta(days=6), "next week" if later else "this week")


def _of_year(year: int) -> _Span:
    return _months(year, 1, 12, str(year))


def _quarter(year: int, quarter: int) -> _Span:
    return _months(year, 3 * quarter - 2, 3, f"Q{quarter} {year}")


def _of_month(year: int, month: int) -> _Span:
    return _months(year, month, 1, f"{MONTHS[month - 1].capitalize()} {year}")


def _days(text: str, asked: _Asked) -> tuple[date, ...]:
    """Read a day, or the two that can be meant; none if it is no day."""
    today = _today(asked)
    if text in ("today", "tonight", "tomorrow"):
        return (today + timedelta(days=text == "tomorrow"),)
    if weekday := re.fullmatch(f"(this |next |)({'|'.join(WEEKDAYS)})", text):
        return _weekday(weekday[1], WEEKDAYS.index(weekday[2]), asked)
    for form in DATES:
        if found := form.fullmatch(text):
            return (_date(found["year"], _month(found["month"]), int(found["day"]), asked),)
    if numbers := NUMBERS.fullmatch(text):
        return _numbers(int(numbers["first"]), int(numbers["second"]), numbers["year"], asked)
    return ()


def _weekday(which: str, weekday: int, asked: _Asked) -> tuple[date, ...]:
    today = _today(asked)
    coming = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return (coming, coming + timedelta(days=7)) if which == "next " else (coming,)


def _numbers(first: int, second: int, year: str, asked: _Asked) -> tuple[date, ...]:
    """Read `31/12/2029` and `12/31/2029` as one day each; `03/04/2027` may be in March or April."""
    if first <= 12 and second <= 12 and first != second:
        return tuple(sorted((_date(year, second, first, asked), _date(year, first, second, asked))))
    day, month = (first, second) if second <= 12 else (second, first)
    return (_date(year, month, day, asked),)


def _date(year: str, month: int, day: int, asked: _Asked) -> date:
    number = _year(year, asked)
    try:
        return date(number, month, day)
    except ValueError:
        raise BadMoment(asked.field, f"there is no such day; {EXAMPLES}") from None


def _year(text: str, asked: _Asked) -> int:
    """Read a year in which a deadline can lie, so that no later step meets a date beyond what Python counts."""
    year = int(text)
    if year > zones.LAST_DAY.year + 1:
        raise _too_far(asked)
    if year < asked.now.year - 1:
        raise OutOfRange(asked.field, "that day is over. Choose a later one")
    return year


def _month(text: str) -> int:
    return (
        int(text)
        if text.isdecimal()
        else 1 + next(at for at, name in enumerate(MONTHS) if name[:3] == text[:3])
    )


def _months(year: int, month: int, count: int, name: str) -> _Span:
    first = date(year, month, 1)
    return _Span(first, first + relativedelta(months=count) - timedelta(days=1), name)


def _local(day: date, timed: re.Match[str], asked: _Asked) -> datetime:
    hour, minute, second = (int(timed[part] or 0) for part in ("hour", "minute", "second"))
    if timed["half"]:
        hour = hour % 12 + 12 * (timed["half"] == "pm") if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59 or second > 59:
        raise BadMoment(asked.field, f"there is no such time of day; {EXAMPLES}")
    return datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001  a local time, on purpose


def _instant(local: datetime, offset: str | None, asked: _Asked) -> datetime:
    """Turn a local time into its one instant in UTC."""
    if offset:
        return local.replace(tzinfo=_offset(offset, asked)).astimezone(UTC)
    if not zones.exists(local, asked.zone):
        raise MissingHour(asked.field, asked.zone, *zones.around_gap(local, asked.zone))
    ways = zones.both(local, asked.zone)
    if ways[0] != ways[1] and asked.fold is None:
        raise TwiceHour(asked.field, asked.zone, *ways)
    return ways[asked.fold or 0]


def _offset(text: str, asked: _Asked) -> tzinfo:
    digits = re.sub("z|utc|gmt|:", "", text)
    if not digits:
        return UTC
    hours, minutes = (
        int(digits[1:3] if len(digits) != 4 else digits[1:2]),
        int(digits[-2:] if len(digits) > 3 else 0),
    )
    if hours > 14 or minutes > 59:
        raise BadMoment(asked.field, f"there is no such offset; {EXAMPLES}")
    return timezone((-1 if digits[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def _day_end(day: date, asked: _Asked) -> datetime:
    if day.year > zones.LAST_DAY.year + 1:
        raise _too_far(asked)
    return zones.day_end(day, asked.zone)


def _today(asked: _Asked) -> date:
    return asked.now.astimezone(asked.zone).date()


def _too_far(asked: _Asked) -> OutOfRange:
    return OutOfRange(asked.field, f"the latest is {zones.LAST_DAY:%Y-%m-%d}, so write an earlier one")
