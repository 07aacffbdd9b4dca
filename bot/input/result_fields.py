"""Read the forms that name a result: its choice, evidence, weights and dates."""

import re
from datetime import datetime, time

from bot import text
from bot.input import dates, form_fields
from bot.input.result_codes import ResultCode
from bot.refusals import BadInput
from ledger.types import from_us, to_us
from markets.claims import zones
from markets.claims.terms import Result, Terms

PUBLIC = "When it became public"

_ZONE_BEHIND = re.compile(
    r"(?P<moment>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)\s*(?P<zone>[A-Za-z][A-Za-z0-9_]+(?:[/+-][A-Za-z0-9_+-]+)*)",
    re.ASCII,
)
_FAR_OFF = re.compile(r"\d:\d\d\s*[+-]\d\d:?\d\d$", re.ASCII)


def result(terms: Terms, choice: int, detail: str, now: datetime) -> Result:
    """Read the result that was chosen in a form: an outcome by its number, or a `ResultCode`.

    Raises:
        BadInput: The value, the weights or the date that belong to it can't be read.
    """
    match choice:
        case ResultCode.UNCLEAR:
            return Result("unclear", weights=_weights(terms, detail) if detail else ())
        case ResultCode.VOID:
            return Result("void")
        case ResultCode.EARLY:
            zone = zones.zone(terms.zone or "UTC")
            again = dates.moment(detail, zone, now, field="When to ask again").at if detail else None
            return Result("early", check_us=to_us(again) if again else None)
        case ResultCode.WEIGHTS:
            return Result("weights", weights=_weights(terms, detail))
        case ResultCode.VALUE:
            if not detail:
                raise BadInput("The value", "write what it came out as, such as 718.8 or 2027-03-01")
            return Result("outcome", value=detail)
        case _:
            return Result("outcome", outcome=choice)


def evidence(typed: str) -> tuple[str, str]:
    """Split the first link from the words around it; without a link, the words are the evidence.

    Raises:
        BadInput: A link in it can't stand (B7).
    """
    form_fields.require_links(typed, "The evidence")
    words = typed.split()
    link = next((word for word in words if word.casefold().startswith("https://")), None)
    if link is None:
        return typed.strip(), ""
    words.remove(link)
    return link, " ".join(words)


def _weights(terms: Terms, typed: str) -> tuple[int, ...]:
    """Read whole weights, one for each outcome: `60, 40`, `60% 40%`, `60/40`."""
    found = [part.removesuffix("%") for part in re.split(r"[\s,;/:]+", typed.strip()) if part]
    names = text.listed([text.escape(one.name, 40) for one in terms.outcomes])
    if len(found) != len(terms.outcomes) or not all(re.fullmatch("[0-9]{1,6}", part) for part in found):
        raise BadInput("The weights", f"write one whole number for each of {names}, such as 60, 40")
    return tuple(map(int, found))


def day(typed: str, zone: str, now: datetime) -> int | None:
    """Read when a result became public, in microseconds; None if nothing was typed. Behind the hour a time zone may
    be named, else it is the claim's.

    Raises:
        BadInput: It is no date like 2027-03-01, names a zone that there is not, an hour that clocks skipped there, or
            is in the future.
    """
    if not typed:
        return None
    words, named = typed.strip(), _ZONE_BEHIND.fullmatch(typed.strip())
    if named is not None:
        words, zone = named["moment"], named["zone"]
    try:
        found, place = datetime.fromisoformat(words), zones.zone(zone or "UTC")
    except zones.UnknownZone:
        why = f"Crux knows no time zone {text.clean(zone, 40)}: leave it out, or write one like +02:00"
        raise BadInput(PUBLIC, why) from None
    except ValueError:
        far = _FAR_OFF.search(words)
        why = (
            "no place is so far from UTC: write a difference like +02:00"
            if far
            else "write it like 2027-03-01"
        )
        raise BadInput(PUBLIC, why) from None
    if found.tzinfo is None and not zones.exists(found, place):
        raise BadInput(PUBLIC, "clocks skipped that hour there: write the hour before or after it")
    at = found.replace(tzinfo=place) if found.tzinfo is None else found
    if at > now:
        raise BadInput(PUBLIC, "that is still to come: write when it was first known")
    return to_us(at)


def day_typed(at_us: int | None, zone: str) -> str:
    """Write a moment so that `day` reads it: the date alone if that says it, with the time otherwise."""
    if at_us is None:
        return ""
    local = from_us(at_us).astimezone(zones.zone(zone or "UTC"))
    clock = local.time().isoformat("auto" if local.second or local.microsecond else "minutes")
    shown = str(local.date()) if local.time() == time.min else f"{local.date()} {clock}"
    return shown if day(shown, zone, local) == at_us else local.isoformat(" ")
