"""Read what people type into values. Each refusal says what to type instead."""

import datetime
from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot import text
from bot.refusals import BadInput
from ledger import money
from ledger.errors import BadAmount


def points(typed: str, field: str = "The amount") -> int:
    """Read an amount such as `25`, `25.5` or `1,000.00` into minor units; "points" after it is allowed.

    Raises:
        BadInput: It is anything else, or outside 0.01 to 10^13 points.
    """
    body = typed.strip().removesuffix("points").removesuffix("point").strip()
    try:
        return money.from_points(body)
    except BadAmount as bad:
        hint = "" if "write" in bad.why else "; write an amount such as 25 or 12.50"
        raise BadInput(field, bad.why + hint) from None


def points_or_none(typed: str, field: str) -> int:
    """Read an amount in minor units; nothing or `0` is 0."""
    return 0 if typed.strip() in ("", "0", "off", "none") else points(typed, field)


def days(typed: str, field: str) -> int:
    """Read a whole number of days, 0 to 3650.

    Raises:
        BadInput: It is anything else.
    """
    body = typed.strip().removesuffix("days").removesuffix("day").strip()
    if not (body.isascii() and body.isdecimal() and len(body) <= 4 and int(body) <= 3650):
        raise BadInput(field, "write a whole number of days, up to 3650")
    return int(body)


def date(typed: str, field: str) -> datetime.date:
    """Read a day written like 2027-03-01, up to the end of 2100.

    Raises:
        BadInput: It is anything else.
    """
    body = typed.strip()
    try:
        found = datetime.date.fromisoformat(body) if len(body) == 10 else None
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise BadInput(field, "write a day like 2027-03-01, from 2000 to 2100")
    return found


def count_or_none(typed: str, field: str, most: int) -> int:
    """Read a whole number from 1 to `most`; nothing or `0` is 0, for no limit.

    Raises:
        BadInput: It is anything else.
    """
    body = typed.strip()
    if body in ("", "0", "off", "none"):
        return 0
    if not (body.isascii() and body.isdecimal() and len(body) <= 6 and 1 <= int(body) <= most):
        raise BadInput(field, f"write a whole number up to {most}, or 0 for no limit")
    return int(body)


def hours(typed: str, field: str) -> int:
    """Read a span such as `48 h`, `48` or `7 days` into seconds, from 24 hours to 30 days.

    Raises:
        BadInput: It is anything else.
    """
    number, unit = typed.strip().lower(), 3_600
    for word, seconds in (("hours", 3_600), ("hour", 3_600), ("h", 3_600), ("days", 86_400), ("day", 86_400)):
        if number.endswith(word):
            number, unit = number.removesuffix(word).strip(), seconds
            break
    span = int(number) * unit if number.isascii() and number.isdecimal() and len(number) <= 4 else 0
    if not 86_400 <= span <= 30 * 86_400:
        raise BadInput(field, "write hours or days from 24 hours to 30 days, such as 48 hours or 7 days")
    return span


@cache
def _zones() -> Mapping[str, str]:
    """Return the names of all time zones by their small letters. To look them up reads 600 files, 20 ms each time."""
    return {name.casefold(): name for name in available_timezones()}


def zone(typed: str) -> str:
    """Read the name of a time zone: `europe/berlin` is Europe/Berlin, nothing is UTC.

    Raises:
        BadInput: There is no such zone.
    """
    wanted = typed.strip().replace(" ", "_").casefold()
    if not wanted:
        return "UTC"
    if wanted in _zones():
        return ZoneInfo(_zones()[wanted]).key
    raise BadInput("The time zone", "write it like Europe/Berlin, America/New_York or UTC")


def currency(typed: str) -> str:
    """Read a currency's name, in the plural, up to 20 characters; nothing is "points".

    Raises:
        BadInput: It is longer, or holds what isn't a letter, a digit, a space, a hyphen or an apostrophe.
    """
    name = text.clean(typed, 100)
    if len(name) > 20 or not all(char.isalnum() or char in " -'’" for char in name):
        raise BadInput("The currency's name", "write up to 20 letters, digits, spaces or hyphens")
    return name or "points"


def symbol(typed: str) -> str:
    """Read a sign that stands before amounts, up to 3 characters such as ◆; nothing is no sign.

    Raises:
        BadInput: It is longer, or holds letters' markdown.
    """
    sign = text.clean(typed, 100)
    if (
        len(sign) > 3
        or text.escape(sign) != sign
        or any(char.isdecimal() or char in "+-−.," for char in sign)
    ):
        raise BadInput("The currency's sign", "write one to three characters such as ◆, without digits")
    return sign


def words(typed: str) -> str:
    """Read words for others to read, without their invisible characters.

    Raises:
        BadInput: Less than three characters are left.
    """
    found = text.seen(typed).strip()
    if len(found) < 3:
        raise BadInput("What you wrote", "write a sentence; everybody can read it")
    return found


def reason(typed: str) -> str:
    """Read a reason of 3 to 300 characters.

    Raises:
        BadInput: It is shorter or longer.
    """
    words = text.clean(typed, max(len(typed), 1))
    if not 3 <= len(words) <= 300:
        why = f"write a sentence of up to 300 characters, not {len(words)}; everybody can read it"
        raise BadInput("The reason", why)
    return words
