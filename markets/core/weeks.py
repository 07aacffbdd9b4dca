"""Weeks by number, from the first Monday of 1970, in UTC: what the weekly post is named by."""

DAY_US = 86_400_000_000
WEEK_US = 7 * DAY_US

_FIRST_MONDAY_US = 4 * DAY_US


def week_of(at_us: int) -> int:
    """Return the week that a moment lies in."""
    return (at_us - _FIRST_MONDAY_US) // WEEK_US


def from_us(week: int) -> int:
    """Return when a week begins; it ends when the next one does."""
    return _FIRST_MONDAY_US + week * WEEK_US
