"""Read a story as people type it (RULES E7): one item a line, `2027-06-30: what has happened by then, 80%`."""

import re
from datetime import datetime

from bot import text
from bot.input import claim_fields, dates
from bot.refusals import BadInput, Unclear
from ledger.types import to_us
from markets.claims import zones
from markets.claims.stories import MOST_ITEMS, MOST_WORDS
from markets.claims.terms import Terms
from markets.mechanisms.story_scores import EVEN
from markets.settlement.scenarios import Said

EXAMPLE = "write it like 2027-06-30: what has happened by then, 80%"

_LINE = re.compile(r"(?:[-*•] +)?(?P<when>.{1,60}?): +(?P<words>.+?)[,;:. ]+(?P<chance>[0-9.,+-]{1,12}) ?%")
_CHANCE = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,2})?", re.ASCII)
_DAY = re.compile(r"by +(?=[0-9]{4}-[0-9]{2}-[0-9]{2}\b)", re.IGNORECASE)


class UnclearLine(Unclear):
    """The date of one line can be read two ways; `line` counts from 1, without empty lines."""

    def __init__(self, line: int, unclear: Unclear) -> None:
        self.line = line
        super().__init__(unclear.field, unclear.why, unclear.readings)


def said(typed: str, zone: str, now: datetime) -> tuple[Said, ...]:
    """Read the items of a story; a bare date is the end of that day in the claim's zone (RULES B2).

    Raises:
        UnclearLine: The date of a line can be read two ways.
        BadInput: A line can't be read, its date is over, its chance is none, or there are too many or none.
    """
    rows = _rows(typed)
    if not 1 <= len(rows) <= MOST_ITEMS:
        raise BadInput("The items", f"there are 1 to {MOST_ITEMS}, one on each line: {EXAMPLE}")
    return tuple(_said(row, place, zone, now) for place, row in enumerate(rows, 1))


def chosen(typed: str, line: int, when: str) -> str:
    """Replace the date in one of the lines."""
    rows = _rows(typed)
    found = _LINE.fullmatch(rows[line - 1]) if 1 <= line <= len(rows) else None
    if found is not None:
        row = rows[line - 1]
        rows[line - 1] = row[: found.start("when")] + when + row[found.end("when") :]
    return "\n".join(rows)


def _rows(typed: str) -> list[str]:
    return [row.strip() for row in typed.splitlines() if row.strip()]


def _said(row: str, place: int, zone: str, now: datetime) -> Said:
    field = f"Line {place}"
    found = _LINE.fullmatch(row)
    if found is None:
        raise BadInput(field, EXAMPLE)
    when = _DAY.sub("", found["when"], count=1)
    try:
        at = dates.moment(when, zones.zone(zone), now, field=f"The date in {field.lower()}").at
    except Unclear as unclear:
        raise UnclearLine(place, unclear) from None
    words = " ".join(text.seen(found["words"]).split())
    if not words or len(words) > MOST_WORDS:
        raise BadInput(field, f"say what has happened by then in 1 to {MOST_WORDS} letters")
    chance = found["chance"]
    if not _CHANCE.fullmatch(chance) or not 0 <= (bps := round(float(chance) * 100)) <= 10_000:
        raise BadInput(field, "a chance lies between 0% and 100%, with two decimals at most")
    return Said(words, to_us(at), bps)


def written(terms: Terms, story: int | None) -> str:
    """Write the items as they can be typed again, with one story's chances; a new item says 50%."""
    items = terms.scenario.items if terms.scenario else ()
    lines = [
        f"{claim_fields.written(terms, item.by_us)}: {item.words}, "
        f"{text.percent_bps(EVEN if story is None else item.chances[story])}"
        for item in items
    ]
    return "\n".join(lines)
