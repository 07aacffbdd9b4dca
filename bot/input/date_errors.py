"""Say why a typed moment can't be used."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.input.date_words import written
from bot.refusals import BadInput, Reading, Unclear

EXAMPLES = "write it like 2029-12-31, 31 Dec 2029 18:00, end of 2029, before 2030 or in 18 months"


class BadMoment(BadInput):
    """It isn't a moment Crux can use."""


class TwoReadings(BadMoment, Unclear):
    """It can be read two ways, and both lie ahead."""

    def __init__(self, field: str, readings: tuple[Reading, ...], why: str = "") -> None:
        ways = " or ".join(f"{one.words} ({one.typed})" for one in readings)
        super().__init__(field, why or f"it can mean {ways}: write the one you mean", readings)


class MissingHour(BadMoment):
    """Clocks in the zone skip this time; `before` and `after` are the nearest that exist, as local times."""

    def __init__(self, field: str, zone: ZoneInfo, before: datetime, after: datetime) -> None:
        self.zone, self.before, self.after = zone, before, after
        super().__init__(
            field,
            f"clocks in {zone.key} skip that hour: write {before:%Y-%m-%d %H:%M} or {after:%Y-%m-%d %H:%M}",
        )


class TwiceHour(TwoReadings):
    """Clocks in the zone show this time twice; `first` and `second` are the two instants, in UTC."""

    def __init__(self, field: str, zone: ZoneInfo, first: datetime, second: datetime) -> None:
        self.zone, self.first, self.second = zone, first, second
        named = ((first, "the first time"), (second, "the second time"))
        readings = tuple(Reading(at, words, written(at, zone)) for at, words in named)
        ways = " or ".join(one.typed for one in readings)
        super().__init__(field, readings, f"clocks in {zone.key} show that time twice: write {ways}")


class OutOfRange(BadMoment):
    """It is already over (`at` says when it would be), or after the end of 2100."""

    def __init__(self, field: str, why: str, at: datetime | None = None) -> None:
        self.at = at
        super().__init__(field, why)
