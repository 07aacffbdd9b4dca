"""Read the three forms of a claim into terms (RULES B6), and write terms as their forms would hold them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.input import amounts, date_words, dates, outcome_lines
from bot.input.clause_choices import carried, clause_name, stored_clause, weighs_places
from bot.input.form_fields import MOST_SOURCE, MOST_STATEMENT, MOST_TAG, MOST_TAGS, Held, kept, linked, title
from bot.input.outcome_ranges import is_day, read_outcomes, yes_and_no
from bot.refusals import BadInput, Outdated
from ledger.types import from_us, to_us
from markets.claims import ambiguity, sides, zones
from markets.claims.terms import Early, Judges, Kind, Outcome, Terms

R = TypeVar("R")


FIRST = ("what", "outcomes", "when", "source", "fallback")


SECOND = ("closes", "asked", "early", "clause", "judges")


THIRD = ("votes", "days", "tags", "zone")
"""The fields of the forms of a claim, by form."""


MOMENTS = {
    "when": "The deadline",
    "closes": "When trading closes",
    "asked": "When people are first asked",
}
"""The fields that take a moment, and what a refusal calls them."""


_EARLY: dict[str, Early] = {"allowed": "allowed", "announced": "announced", "deadline": "deadline"}


def in_order(terms: Terms) -> Terms:
    """Put YES first in a claim of YES and NO, as forms speak of it; weights come along (RULES B5)."""
    if terms.scenario is not None or terms.kind not in ("binary", "choice"):
        return terms
    if not sides.are_yes_and_no(terms.names):
        return terms
    outcomes = yes_and_no(terms.outcomes)
    try:
        clause = sides.carried_clause(terms.names, [one.name for one in outcomes], terms.clause or None)
    except ambiguity.BadClause:  # it is one for other outcomes, which is told when they are held against it
        clause = terms.clause
    return replace(terms, kind="binary", outcomes=outcomes, clause=clause or "")


def held_of(terms: Terms) -> dict[str, str]:
    """Write a claim's terms as its forms would hold them."""
    terms = in_order(terms)
    return {
        "what": terms.statement or terms.title,
        "outcomes": outcome_lines.written([(one.name, one.criteria) for one in terms.outcomes]),
        "when": written(terms, terms.deadline_us),
        "source": terms.source,
        "fallback": terms.fallback,
        "closes": "" if terms.closes_us == terms.deadline_us else written(terms, terms.closes_us),
        "asked": "" if terms.check_us == terms.deadline_us else written(terms, terms.check_us),
        "early": terms.early,
        "clause": clause_name(terms),
        "judges": ",".join(map(str, terms.judges.named)),
        "votes": str(terms.judges.votes),
        "days": str(ambiguity.decode(terms.clause).days) if terms.clause else "0",
        "tags": ", ".join(terms.tags),
        "zone": terms.zone,
    }


class _Reader:
    """Read fields one by one, and keep what can't be read in `bad`."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self.bad: list[BadInput] = []

    def text(self, field: str) -> str:
        return self._held.get(field, "")

    def read(self, read: Callable[[], R], otherwise: R) -> R:
        """Return what is read, or `otherwise` if it can't be."""
        try:
            return read()
        except BadInput as wrong:
            self.bad.append(wrong)
            return otherwise


def claim_terms(
    base: Terms, held: Held, zone: str, now: datetime
) -> tuple[Terms, dict[str, str], tuple[BadInput, ...]]:
    """Read the three forms of a claim. `base` keeps the terms that no form asks about.

    Returns:
        The terms; what the forms hold now; and the refusals of all fields that can't be read. A moment that was read
        is held as the date it is, so that "in 3 months" means the same tomorrow.
    """
    held, base = dict(held), in_order(base)
    reader = _Reader(held)
    found = _with_statement(reader, base, zone)
    days = reader.read(lambda: _count(reader.text("days"), "The days to wait", 0, ambiguity.MOST_DAYS), 0)
    if base.names != found.names and weighs_places(base, held):
        gone = ambiguity.encode(ambiguity.StakesReturn(days))
        clause = reader.read(lambda: carried(base, found.names, days), gone)
        found = replace(found, clause=clause)
        held["clause"] = clause_name(found)
    else:
        found = replace(found, clause=stored_clause(found, reader.text("clause"), days))
    found = _with_times(reader, found, held, now)
    shown = held_of(found)
    readable = {field: shown[field] for field in MOMENTS if shown[field]}
    return found, held | ({} if reader.bad else readable), tuple(reader.bad)


def _with_statement(reader: _Reader, base: Terms, zone: str) -> Terms:
    """Read what is claimed, its outcomes, sources, judges and tags."""
    text = reader.text
    zone = reader.read(lambda: amounts.zone(text("zone") or base.zone or zone), zone)
    words = reader.read(lambda: kept(text("what"), "What is claimed", MOST_STATEMENT), None)
    if words is None:
        words = base.statement
    elif len(words) < 3:
        reader.bad.append(BadInput("What is claimed", "write one sentence that will turn out true or not"))
    named = _named(reader, base)
    return replace(
        base,
        title=base.title if words == base.statement else title(words),
        statement=words,
        kind=_kind(base, named),
        outcomes=named,
        source=reader.read(lambda: linked(text("source"), "Where it is looked up", MOST_SOURCE), base.source),
        fallback=reader.read(
            lambda: linked(text("fallback"), "The second source", MOST_SOURCE), base.fallback
        ),
        zone=zone,
        early=_EARLY.get(text("early"), base.early),
        judges=Judges(
            tuple(int(one) for one in text("judges").split(",") if one),
            reader.read(lambda: _count(text("votes"), "The votes", 1, 9), base.judges.votes),
        ),
        tags=reader.read(lambda: _tags(text("tags")), base.tags),
    )


def _named(reader: _Reader, base: Terms) -> tuple[Outcome, ...]:
    """Read the outcomes. A scenario's stay: they are written story by story."""
    typed = reader.text("outcomes")
    if base.scenario is not None or (base.outcomes and typed == held_of(base)["outcomes"]):
        return base.outcomes
    return reader.read(lambda: read_outcomes(typed), base.outcomes)


def _with_times(reader: _Reader, found: Terms, held: Held, now: datetime) -> Terms:
    """Read the deadline, the close of trading and the first day of asking. A scenario ends with its last item."""
    stories = found.scenario
    deadline = stories.last_us if stories else reader.read(lambda: _moment(held, "when", found, now), None)
    found = replace(found, deadline_us=deadline)
    closes = reader.read(lambda: _moment(held, "closes", found, now), deadline) or deadline
    check = reader.read(lambda: _moment(held, "asked", found, now), deadline) or deadline
    if deadline is not None and not (closes or 0) <= deadline <= (check or 0):
        why = "trading closes first, then comes the deadline, then the day people are asked"
        reader.bad.append(BadInput("The times", why))
        closes = check = deadline
    return replace(found, closes_us=closes, check_us=check)


def _moment(held: Held, name: str, terms: Terms, now: datetime) -> int | None:
    typed = held.get(name, "")
    if not typed and name != "when":
        return None
    return to_us(dates.moment(typed, zones.zone(terms.zone), now, field=MOMENTS[name]).at)


def chosen(zone: str, field: int, at_us: int) -> dict[str, str]:
    """Return one of `MOMENTS`, by its place, with the reading that was chosen.

    Raises:
        Outdated: There is no such field or moment: the button isn't one of ours.
    """
    if not 0 <= field < len(MOMENTS):
        raise Outdated
    return {list(MOMENTS)[field]: date_words.chosen(at_us, zones.zone(zone))}


def written(terms: Terms, at_us: int | None) -> str:
    """Write a moment so that it can be typed again; the end of a day as its date."""
    if at_us is None:
        return ""
    return date_words.written(from_us(at_us), zones.zone(terms.zone or "UTC"))


def _tags(typed: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(filter(None, (kept(one, "A tag", MOST_TAG) for one in typed.split(",")))))
    if len(found) > MOST_TAGS:
        why = f"there are {len(found)}, and {MOST_TAGS} at most are kept: leave some out"
        raise BadInput("The tags", why)
    return found


def _kind(base: Terms, outcomes: tuple[Outcome, ...]) -> Kind:
    if outcomes == base.outcomes:
        return base.kind
    edges = [edge for one in outcomes for edge in (one.low, one.high) if edge]
    if edges:
        return "date" if all(map(is_day, edges)) else "number"
    names = [one.name.casefold() for one in outcomes]
    return "binary" if names == ["yes", "no"] else "choice"


def _count(typed: str, field: str, least: int, most: int) -> int:
    typed = typed.strip()
    if not typed:
        return least
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 4 and least <= int(typed) <= most):
        raise BadInput(field, f"write a whole number from {least} to {most}")
    return int(typed)
