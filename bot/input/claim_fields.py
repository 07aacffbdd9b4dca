"""Read the three forms of a claim into terms (RULES B6), and write terms as their forms would hold them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.input import amounts, date_words, dates, outcome_lines
from bot.input.clause_choices import carried, clause_name, stored_clause, weighs_places
from bot.input.form_fields import MOST_SOURCE, MOST_STATEMENT, MOST_TAG, MOST_TAGS, Held, kept, title
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
    """A claim of YES and NO with YES first, as forms speak of it; weights come along (RULES B5)."""
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
    """A claim's terms as its forms would hold them."""
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


def claim_terms(
    base: Terms, held: Held, zone: str, now: datetime
) -> tuple[Terms, dict[str, str], tuple[BadInput, ...]]:
    """A claim as its forms say it, what they now hold, and what of it can't be read.

    `base` keeps what no form asks about. A moment that was read is held as the date it is, so that "in 3 months"
    means the same tomorrow.
    """
    held, base = dict(held), in_order(base)
    bad: list[BadInput] = []

    def reading(read: Callable[[], R], otherwise: R) -> R:
        try:
            return read()
        except BadInput as wrong:
            bad.append(wrong)
            return otherwise

    zone = reading(lambda: amounts.zone(held.get("zone") or base.zone or zone), zone)
    words = reading(lambda: kept(held.get("what", ""), "What is claimed", MOST_STATEMENT), None)
    if words is None:
        words = base.statement
    elif len(words) < 3:
        bad.append(BadInput("What is claimed", "write one sentence that will turn out true or not"))
    stories = base.scenario  # its outcomes are written one by one, and its deadline is that of the last item
    same = stories is not None or (bool(base.outcomes) and held.get("outcomes") == held_of(base)["outcomes"])
    named = base.outcomes if same else reading(lambda: read_outcomes(held.get("outcomes", "")), base.outcomes)
    found = replace(
        base,
        title=base.title if words == base.statement else title(words),
        statement=words,
        kind=_kind(base, named),
        outcomes=named,
        source=reading(
            lambda: kept(held.get("source", ""), "Where it is looked up", MOST_SOURCE), base.source
        ),
        fallback=reading(
            lambda: kept(held.get("fallback", ""), "The second source", MOST_SOURCE), base.fallback
        ),
        zone=zone,
        early=_EARLY.get(held.get("early", ""), base.early),
        judges=Judges(
            tuple(int(one) for one in held.get("judges", "").split(",") if one),
            reading(lambda: _count(held.get("votes", ""), "The votes", 1, 9), base.judges.votes),
        ),
        tags=reading(lambda: _tags(held.get("tags", "")), base.tags),
    )
    days = reading(lambda: _count(held.get("days", ""), "The days to wait", 0, ambiguity.MOST_DAYS), 0)
    stays = base.names != found.names and weighs_places(base, held)
    chosen = stored_clause(found, held.get("clause", ""), days)
    if stays:
        gone = ambiguity.encode(ambiguity.StakesReturn(days))
        chosen = reading(lambda: carried(base, [one.name for one in named], days), gone)
    found = replace(found, clause=chosen)
    if stays:
        held["clause"] = clause_name(found)
    deadline = stories.last_us if stories else reading(lambda: _moment(held, "when", found, now), None)
    found = replace(found, deadline_us=deadline)
    closes = reading(lambda: _moment(held, "closes", found, now), deadline)
    check = reading(lambda: _moment(held, "asked", found, now), deadline)
    found = replace(found, closes_us=closes or deadline, check_us=check or deadline)
    if deadline is not None and not (found.closes_us or 0) <= deadline <= (found.check_us or 0):
        bad.append(
            BadInput(
                "The times", "trading closes first, then comes the deadline, then the day people are asked"
            )
        )
        found = replace(found, closes_us=deadline, check_us=deadline)
    readable = {
        field: value for field, value in held_of(found).items() if field in ("closes", "asked") and value
    }
    if deadline is not None:
        readable["when"] = written(found, deadline)
    return found, held | ({} if bad else readable), tuple(bad)


def _moment(held: Held, name: str, terms: Terms, now: datetime) -> int | None:
    typed = held.get(name, "")
    if not typed and name != "when":
        return None
    return to_us(dates.moment(typed, zones.zone(terms.zone), now, field=MOMENTS[name]).at)


def chosen(zone: str, field: int, at_us: int) -> dict[str, str]:
    """One of `MOMENTS`, by its place, with the reading that was chosen.

    Raises:
        Outdated: There is no such field or moment: the button isn't one of ours.
    """
    if not 0 <= field < len(MOMENTS):
        raise Outdated
    return {list(MOMENTS)[field]: date_words.chosen(at_us, zones.zone(zone))}


def written(terms: Terms, at_us: int | None) -> str:
    """A moment as it can be typed again: a date, where it is the end of one."""
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
