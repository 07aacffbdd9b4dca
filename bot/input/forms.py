"""What the forms of claims and offers were filled in with, read into terms and stakes.

What was typed is kept as it was typed, readable or not (RULES B6); each function here either understands it or raises
the refusal that says what to write instead.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import TypeVar

from bot import text
from bot.input import amounts, dates, outcome_lines, result_codes
from bot.input import odds as parse_odds
from bot.refusals import BadInput, Outdated
from bot.unseen import cut
from ledger.types import from_us, to_us
from markets.bets.offers import Bet
from markets.claims import ambiguity, sides, zones
from markets.claims.terms import Early, Judges, Kind, Origin, Outcome, Result, Terms
from markets.core import text_limits as typed_texts
from markets.mechanisms import two_party
from markets.mechanisms.two_party import Payout, Stakes

R = TypeVar("R")

Held = Mapping[str, str]

YES, NO = 0, 1
MOST_TITLE = 100
MOST_STATEMENT, MOST_QUICK, MOST_SOURCE = 900, 400, 400
MOST_TAG, MOST_TAGS = 30, 5
"""Letters that are kept, as many as the forms take; more is refused with the count."""


def encode(held: Held) -> str:
    """What a draft's forms hold, as it is stored."""
    return json.dumps(dict(held), ensure_ascii=False, sort_keys=True)


def decode(stored: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in json.loads(stored).items()}


# --- a quick bet ------------------------------------------------------------------------------


def kept(typed: str, field: str, most: int = typed_texts.MOST) -> str:
    """What can be seen of a text as one line, whole.

    Raises:
        BadInput: It has more letters than are kept.
    """
    line = text.clean(typed, max(len(typed), 1))
    if len(line) > most:
        raise BadInput(
            field, f"it has {len(line):,} letters, and {most:,} at most are kept: write it shorter"
        )
    return line


def quick_draft(held: Held) -> Terms:
    """What a quick bet says as far as it is sure to be readable: enough for a list of drafts."""
    return Terms(title=_title(held["what"]), statement=text.clean(held["what"], typed_texts.MOST))


def quick_terms(held: Held, zone: str, now: datetime) -> Terms:
    """A quick bet's claim, with the defaults for the rest.

    Raises:
        BadInput: What happens, or before when, can't be read.
    """
    words = kept(held["what"], "What happens", MOST_QUICK)
    if len(words) < 3:
        raise BadInput("What happens", "write one sentence that will turn out true or not")
    deadline_us = to_us(dates.moment(held["when"], zones.zone(zone), now).at)
    return Terms(
        title=_title(words),
        statement=words,
        outcomes=(
            Outcome("YES", "It has happened before the deadline."),
            Outcome("NO", "It has not happened before the deadline."),
        ),
        closes_us=deadline_us,
        deadline_us=deadline_us,
        check_us=deadline_us,
        zone=zone,
        clause=ambiguity.encode(ambiguity.StakesReturn()),
        origin=Origin(held["origin"]) if held.get("origin") else None,
    )


def unread_quick(held: Held, zone: str, now: datetime) -> BadInput | None:
    """What of a quick bet can't be read, or can be read two ways."""
    try:
        quick_terms(held, zone, now)
        quick_stakes(held)
    except BadInput as bad:
        return bad
    return None


def quick_stakes(held: Held) -> tuple[int, Stakes]:
    """The maker's side and both stakes, from `NO 75%` and a stake.

    Raises:
        BadInput: One of them can't be read.
    """
    at, odds = _side_and_odds(held["side"])
    mine = amounts.points(held["stake"], "Your stake")
    return at, parse_odds.stakes(mine, odds=odds, field="Your side and your chance")


def _side_and_odds(typed: str) -> tuple[int, str]:
    first, _, rest = " ".join(typed.split()).partition(" ")
    at = {"yes": YES, "no": NO}.get(first.casefold().rstrip(",:"))
    if at is None:
        why = (
            "begin with YES or NO, then your chance of being right: YES 75%, or NO 3:1 (you risk 3 to win 1)"
        )
        raise BadInput("Your side and your chance", why)
    rest = rest.strip()
    return at, rest.removeprefix("at ").strip()


def _title(words: str) -> str:
    """A label for lists and headings: where the statement is longer, its first whole words."""
    line = text.clean(words, max(len(words), 1))
    if len(line) <= MOST_TITLE:
        return line
    whole = line[: MOST_TITLE - 1].rpartition(" ")[0]
    return f"{cut(whole)} …" if whole else text.clean(line, MOST_TITLE)


# --- an offer on a claim ----------------------------------------------------------------------


def side(terms: Terms, typed: str, field: str = "Your side") -> tuple[int, bool]:
    """An outcome of a claim by its name, or `not` it: its number, and whether it is the rest that is backed.

    Raises:
        BadInput: No outcome has that name.
    """
    wanted = sides.key(text.seen(typed))
    for words, against in ((wanted, False), (wanted.removeprefix("not "), wanted.startswith("not "))):
        at = sides.place(terms.names, words)
        if at is not None:
            return at, against
    names = text.listed([text.escape(one.name, 60) for one in terms.outcomes])
    raise BadInput(field, f"it isn't one of this claim's outcomes. Write one of {names}, or not before it")


def stakes(mine: str, theirs: str, odds: str) -> Stakes:
    """Both stakes, from mine and either theirs or the odds.

    Raises:
        BadInput: One of them can't be read.
    """
    given = amounts.points(theirs, "Their stake") if theirs.strip() else None
    return parse_odds.stakes(amounts.points(mine, "Your stake"), theirs=given, odds=odds, field="Your odds")


# --- an ending by agreement -------------------------------------------------------------------


def ending(bet: Bet, player: int, name: str, mine: str) -> Payout:
    """What each side of a bet gets by an ending that one of them suggests.

    Raises:
        BadInput: Another split was meant, and what they would get can't be read or is more than the pot.
    """
    match name:
        case "maker":
            return two_party.shared(bet.stakes, (1, 0))
        case "taker":
            return two_party.shared(bet.stakes, (0, 1))
        case "half":
            return two_party.shared(bet.stakes, (1, 1))
        case "void":
            return two_party.void(bet.stakes)
        case _:
            pass
    gets = amounts.points_or_none(mine, "What you would get")
    if gets > bet.pot:
        raise BadInput("What you would get", f"the pot is {text.number(bet.pot)}, so write that much or less")
    return two_party.agreed(bet.stakes, gets if player == bet.maker else bet.pot - gets)


# --- a result ---------------------------------------------------------------------------------


def result(terms: Terms, choice: int, detail: str, now: datetime) -> Result:
    """What was chosen in a form as a result: an outcome's number, or one of those that are none.

    Raises:
        BadInput: The value, the weights or the date that belong to it can't be read.
    """
    match choice:
        case result_codes.UNCLEAR:
            return Result("unclear", weights=_weights(terms, detail) if detail else ())
        case result_codes.VOID:
            return Result("void")
        case result_codes.EARLY:
            zone = zones.zone(terms.zone or "UTC")
            again = dates.moment(detail, zone, now, field="When to ask again").at if detail else None
            return Result("early", check_us=to_us(again) if again else None)
        case result_codes.WEIGHTS:
            return Result("weights", weights=_weights(terms, detail))
        case result_codes.VALUE:
            if not detail:
                raise BadInput("The value", "write what it came out as, such as 718.8 or 2027-03-01")
            return Result("outcome", value=detail)
        case _:
            return Result("outcome", outcome=choice)


def evidence(typed: str) -> tuple[str, str]:
    """The first link in what was typed and the words around it; without a link, the words are the evidence."""
    words = typed.split()
    link = next((word for word in words if word.startswith(("https://", "http://"))), None)
    if link is None:
        return typed.strip(), ""
    words.remove(link)
    return link, " ".join(words)


def _weights(terms: Terms, typed: str) -> tuple[int, ...]:
    """Whole weights, one for each outcome: `60, 40`, `60% 40%`, `60/40`."""
    found = [part.removesuffix("%") for part in re.split(r"[\s,;/:]+", typed.strip()) if part]
    names = text.listed([text.escape(one.name, 40) for one in terms.outcomes])
    if len(found) != len(terms.outcomes) or not all(re.fullmatch("[0-9]{1,6}", part) for part in found):
        raise BadInput("The weights", f"write one whole number for each of {names}, such as 60, 40")
    return tuple(map(int, found))


def day(typed: str, zone: str, now: datetime) -> int | None:
    """When something became public, in microseconds; nothing where nothing was typed.

    Raises:
        BadInput: It is no date like 2027-03-01, or in the future.
    """
    if not typed:
        return None
    try:
        found = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise BadInput("When it became public", "write the date like 2027-03-01") from None
    at = found.replace(tzinfo=zones.zone(zone or "UTC")) if found.tzinfo is None else found
    if at > now:
        raise BadInput("When it became public", "that is still to come: write when it was first known")
    return to_us(at)


def day_typed(at_us: int | None, zone: str) -> str:
    """What `day` reads as this moment: the date alone where that says it, with the time where that does."""
    if at_us is None:
        return ""
    local = from_us(at_us).astimezone(zones.zone(zone or "UTC"))
    clock = local.time().isoformat("auto" if local.second or local.microsecond else "minutes")
    shown = str(local.date()) if local.time() == time.min else f"{local.date()} {clock}"
    return shown if day(shown, zone, local) == at_us else local.isoformat(" ")


# --- a whole claim ----------------------------------------------------------------------------

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

KEEP = "keep"
"""Of the ambiguity clause: as it is, where it is none of the common ones."""

_EARLY: dict[str, Early] = {"allowed": "allowed", "announced": "announced", "deadline": "deadline"}


def in_order(terms: Terms) -> Terms:
    """A claim of YES and NO with YES first, as forms speak of it; weights come along (RULES B5)."""
    if terms.scenario is not None or terms.kind not in ("binary", "choice"):
        return terms
    if not sides.are_yes_and_no(terms.names):
        return terms
    outcomes = _yes_and_no(terms.outcomes)
    try:
        clause = sides.carried_clause(terms.names, [one.name for one in outcomes], terms.clause or None)
    except ambiguity.BadClause:  # it is one for other outcomes, which is told when they are held against it
        clause = terms.clause
    return replace(terms, kind="binary", outcomes=outcomes, clause=clause or "")


def _yes_and_no(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    yes = sides.usual([one.name for one in outcomes])
    return (replace(outcomes[yes], name=sides.YES), replace(outcomes[1 - yes], name=sides.NO))


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
        "clause": _clause_name(terms),
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
    named = base.outcomes if same else reading(lambda: _outcomes(held.get("outcomes", "")), base.outcomes)
    found = replace(
        base,
        title=base.title if words == base.statement else _title(words),
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
    stays = base.names != found.names and _weighs(base, held)
    chosen = _clause(found, held.get("clause", ""), days)
    if stays:
        gone = ambiguity.encode(ambiguity.StakesReturn(days))
        chosen = reading(lambda: _follows(base, [one.name for one in named], days), gone)
    found = replace(found, clause=chosen)
    if stays:
        held["clause"] = _clause_name(found)
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
    return {list(MOMENTS)[field]: dates.chosen(at_us, zones.zone(zone))}


def written(terms: Terms, at_us: int | None) -> str:
    """A moment as it can be typed again: a date, where it is the end of one."""
    if at_us is None:
        return ""
    return dates.written(from_us(at_us), zones.zone(terms.zone or "UTC"))


def _outcomes(typed: str) -> tuple[Outcome, ...]:
    """One outcome on each line, with its criteria after a colon; nothing is YES and NO by the deadline. YES comes
    before NO, in whatever order they were typed."""
    rows = outcome_lines.read(typed)
    if not rows:
        return (
            Outcome("YES", "It has happened before the deadline."),
            Outcome("NO", "It has not happened before the deadline."),
        )
    if not 2 <= len(rows) <= 10:
        raise BadInput("The outcomes", "name 2 to 10, one on each line, with what must be true after a colon")
    found = [
        Outcome(
            kept(name, f"The name “{text.clean(name, 30)}”", outcome_lines.MOST_NAME),
            kept(rest, "A criterion"),
        )
        for name, rest in rows
    ]
    if sides.are_yes_and_no([one.name for one in found]):
        return _yes_and_no(found)
    names = [one.name.casefold() for one in found]
    edges = _date_edges(names) or [_edges(name) for name in names]
    if all(edge is not None for edge in edges):
        return tuple(
            replace(one, low=edge[0], high=edge[1]) for one, edge in zip(found, edges, strict=True) if edge
        )
    return tuple(found)


def _edges(name: str) -> tuple[str | None, str | None] | None:
    """The range that an outcome's name says: its lower edge, and the upper which it doesn't hold."""
    for pattern, edges in _RANGES:
        found = pattern.fullmatch(name)
        if found:
            low, high = edges
            return found[low] if low else None, found[high] if high else None
    return None


_NUMBER = r"([+-]?[0-9]+(?:\.[0-9]+)?)"
_RANGES = [
    (re.compile(f"(?:below|under|less than) {_NUMBER}"), (0, 1)),
    (re.compile(f"{_NUMBER} to (?:below |under )?{_NUMBER}"), (1, 2)),
    (re.compile(f"{_NUMBER} or more"), (1, 0)),
    (re.compile(f"(?:at least|from) {_NUMBER}"), (1, 0)),
]


def _date_edges(names: list[str]) -> list[tuple[str | None, str | None] | None]:
    """The same of dates: `before 2028`, `2028 to 2029`, `later or never`; a year counts to its last day.

    Empty where they are no ranges of dates: plain numbers that look like years are numbers.
    """
    found: list[tuple[str | None, str | None] | None] = []
    for name in names:
        last = found[-1] if found else None
        if name in ("later", "later or never") and last is not None:
            found.append((last[1], None))
            continue
        match = next((made for pattern in _DATES if (made := pattern.fullmatch(name))), None)
        if match is None:
            return []
        parts = match.groupdict()
        until = parts.get("until")
        day_until = until if until is None or parts.get("from") is None else _next_year(until)
        found.append((_first_day(parts.get("from")), _first_day(day_until)))
    open_ended = any(name.startswith("before ") or name.endswith(("later", "never")) for name in names)
    days = [day for edge in found if edge for day in edge if day]
    return found if open_ended and all(map(_is_day, days)) else []


def _next_year(until: str) -> str:
    """A range of years holds its last year, one of days goes up to its last."""
    return f"{int(until) + 1:04d}" if len(until) == 4 else until


def _first_day(typed: str | None) -> str | None:
    return f"{typed}-01-01" if typed and len(typed) == 4 else typed


def _is_day(day: str) -> bool:
    try:
        return len(day) == 10 and bool(date.fromisoformat(day))
    except ValueError:
        return False


_WHEN = r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2})?"
_DATES = [
    re.compile(f"before (?P<until>{_WHEN})"),
    re.compile(f"(?P<from>{_WHEN}) to (?:before )?(?P<until>{_WHEN})"),
    re.compile(f"(?P<from>{_WHEN}) or later(?: or never)?"),
    re.compile("(?:in )?(?P<from>(?P<until>[0-9]{4}))"),
]


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
        return "date" if all(map(_is_day, edges)) else "number"
    names = [one.name.casefold() for one in outcomes]
    return "binary" if names == ["yes", "no"] else "choice"


def _count(typed: str, field: str, least: int, most: int) -> int:
    typed = typed.strip()
    if not typed:
        return least
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 4 and least <= int(typed) <= most):
        raise BadInput(field, f"write a whole number from {least} to {most}")
    return int(typed)


def _clause(terms: Terms, name: str, days: int) -> str:
    """The ambiguity clause that was chosen, as it is stored; of two outcomes, where those typed can't be read."""
    count = len(terms.outcomes) or 2
    match name:
        case "half":
            chosen: ambiguity.Clause = ambiguity.even(count, days)
        case "first":
            chosen = ambiguity.counts_as(count, 0, days)
        case "last":
            chosen = ambiguity.counts_as(count, count - 1, days)
        case "judges":
            chosen = ambiguity.JudgesChoose(days)
        case "keep":
            return terms.clause
        case _:
            chosen = ambiguity.StakesReturn(days)
    return ambiguity.encode(chosen)


def _weighs(base: Terms, held: Held) -> bool:
    """Whether the clause that stands already, and that nobody chose anew, gives weight to outcomes by their place."""
    name = _clause_name(base) if base.outcomes else ""
    return name in ("first", "last", KEEP) and held.get("clause") == name


def _follows(base: Terms, names: Sequence[str], days: int) -> str:
    """The clause that stands already, each weight with the outcome of its name (RULES B5).

    Raises:
        BadInput: One of them is gone.
    """
    try:
        stored = sides.carried_clause(base.names, names, base.clause)
    except ambiguity.BadClause:
        why = "it gives weight to an outcome that is gone, so choose another one first, for how it is decided"
        raise BadInput("The ambiguity clause", why) from None
    clause = ambiguity.decode(stored or "")
    return ambiguity.encode(replace(clause, days=days))


def _clause_name(terms: Terms) -> str:
    if not terms.clause:
        return "return"
    clause = ambiguity.decode(terms.clause)
    for name in ("return", "half", "first", "last", "judges"):
        if _clause(terms, name, clause.days) == terms.clause:
            return name
    return KEEP
