"""The wording check (RULES B7): what about a claim would make two people argue in three years.

`check` reads a draft and returns remarks: a code, whether it blocks or warns, and the words it is about. What to do
about each is said in `bot/words/wording.py`. What blocks, blocks; a warning can be overridden, and the taker of the
other side is shown which ones were.

Blocks are few and exact, for nobody can get past a false one. Warnings are guesses over English words: they look
where the judges will look, at the criteria if these measure anything, else at the statement as well. Measured on the
forty starter claims: none is blocked, and beyond "one source only" few are warned (the tests list them).
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Literal, Protocol

from markets.claims import look_alikes, sides
from markets.claims.wording_patterns import (
    A_DATE,
    ABOUT_CRUX,
    ABOUT_ITSELF,
    ACT,
    AMOUNT,
    BASE,
    BY_YEAR,
    CHANGES,
    COMPARED,
    CONDITIONAL,
    DATED,
    HEDGED,
    NAME,
    NAMED,
    NAMED_LIFE,
    NUMBER,
    PRIVATE,
    QUOTE,
    SUBJECTIVE,
    THAN,
    UNIVERSAL,
    VAGUE,
    WHOSE,
    N,
)

MOST_LETTERS = 4_000
"""As much as Discord lets anybody type into one field: of each text, more isn't read."""
MOST_SHOWN = 120
"""Letters of a draft's own words in one remark."""

BLOCKS = (
    *("no_deadline", "no_outcomes", "same_twice", "alike", "disguised", "overlap", "no_source", "no_clause"),
    *("about_crux", "private_person"),
)
WARNS = (
    *("no_zone", "by_year", "after_deadline", "one_source", "gap", "conditional", "maybe_private"),
    *("whose", "hedged", "subjective", "vague", "no_measure", "no_base", "no_threshold", "universal"),
    "nothing_to_observe",
)
"""Every code that a remark can have, in the order in which remarks are listed."""


class DraftOutcome(Protocol):
    """An answer: ranges hold their lower edge and not their upper, as a number or an ISO date in text."""

    @property
    def name(self) -> str: ...
    @property
    def criteria(self) -> str: ...
    @property
    def low(self) -> str | None: ...
    @property
    def high(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim as far as it was typed. `judged` and `clause`: whether there are judges, and an ambiguity clause.

    `deadline_typed` is the deadline in the author's own words, `zone_given` whether they named a zone. A claim that
    is conditional on another (C10) may say "if".
    """

    statement: str
    outcomes: Sequence[DraftOutcome]
    title: str = ""
    deadline: datetime | None = None
    deadline_typed: str = ""
    zone_given: bool = False
    source: str = ""
    fallback: str = ""
    judged: bool = False
    clause: bool = False
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a draft. `words` are its own words that the remark is about, if it is about any."""

    level: Literal["blocks", "warns"]
    code: str
    words: str = ""


def check(draft: Draft) -> tuple[Remark, ...]:
    """List all remarks on a draft, what blocks first; at most one for each code."""
    draft = replace(
        draft,
        statement=draft.statement[:MOST_LETTERS],
        title=draft.title[:MOST_LETTERS],
        deadline_typed=draft.deadline_typed[:MOST_LETTERS],
    )
    found = dict(_blocks(draft))
    if "private_person" not in found:
        found |= dict(_found("maybe_private", NAMED_LIFE, _all_words(draft)))
    found |= dict(_times(draft))
    found |= dict(_shape(draft))
    found |= dict(_words(draft))
    blocks = [Remark("blocks", code, found[code]) for code in BLOCKS if code in found]
    return (*blocks, *(Remark("warns", code, found[code]) for code in WARNS if code in found))


# --- what blocks ------------------------------------------------------------------------------


def _blocks(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.deadline is None:
        yield "no_deadline", draft.deadline_typed
    if not (draft.source.strip() or draft.judged):
        yield "no_source", ""
    if not draft.clause:
        yield "no_clause", ""
    yield from _outcomes(draft.outcomes)
    everything = _all_words(draft)
    yield from _found("about_crux", ABOUT_CRUX, everything)
    yield from _found("about_crux", ABOUT_ITSELF, f"{draft.title}\n{draft.statement}")
    yield from _found("private_person", PRIVATE, everything)


def _outcomes(outcomes: Sequence[DraftOutcome]) -> Iterator[tuple[str, str]]:
    names = [_bare(outcome.name) for outcome in outcomes]
    if len(outcomes) < 2 or not all(names):
        yield "no_outcomes", ""
        return
    told = [outcome.name[:MOST_LETTERS] for outcome in outcomes]
    if both := look_alikes.pair(told) if _twice(names) == "" else None:
        yield "alike", " / ".join(both)
    if found := sides.disguised(told):
        yield "disguised", f"{found[0]}: {found[1]}"
    criteria = [
        _bare(outcome.criteria) for outcome in outcomes if outcome.low is None and outcome.high is None
    ]
    if again := _twice(names) or _twice([text for text in criteria if text]):
        yield "same_twice", again
    elif both := _overlap(_ranges(outcomes)):
        yield "overlap", both


def _twice(texts: list[str]) -> str:
    return next((text for at, text in enumerate(texts) if text in texts[:at]), "")


def _bare(text: str) -> str:
    """Without what doesn't tell two texts apart: case, spaces, punctuation."""
    return " ".join(re.findall(r"\w+|[<>=%+-]", text[:MOST_LETTERS].casefold()))


# --- ranges -----------------------------------------------------------------------------------

Edge = tuple[Fraction, int]  # a number, and 0 for just before it or 1 for just after it


@dataclass(frozen=True, slots=True)
class _Range:
    """From one edge to another; None is without end."""

    name: str
    low: Edge | None
    high: Edge | None


def _ranges(outcomes: Sequence[DraftOutcome]) -> list[_Range]:
    """The outcomes that are ranges, lowest first: by their edges, or where they have none by their names."""
    stated = [_stated(outcome) for outcome in outcomes if outcome.low is not None or outcome.high is not None]
    found = [one for one in stated or [_named(outcome.name) for outcome in outcomes] if one is not None]
    return sorted(found, key=lambda one: (one.low is not None, one.low or (Fraction(0), 0)))


def _stated(outcome: DraftOutcome) -> _Range | None:
    low, high = _edge(outcome.low), _edge(outcome.high)
    unread = (outcome.low is not None and low is None) or (outcome.high is not None and high is None)
    return None if unread else _Range(outcome.name, low, high)


def _edge(text: str | None) -> Edge | None:
    if text is None:
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return Fraction(date.fromisoformat(text).toordinal()), 0
        except ValueError:
            return None
    return (Fraction(text), 0) if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?", text, re.ASCII) else None


def _named(name: str) -> _Range | None:
    """`before 2028`, `2028 to 2029`, `10-20%`, `30+`: both ends of a span are in it."""
    text = " ".join(name[:MOST_SHOWN].casefold().split())
    for form, (low, high) in NAMED:
        if found := form.fullmatch(text):
            numbers = [Fraction(number) for number in found.groups() if number is not None]
            return _Range(name, _side(numbers[0], low), _side(numbers[-1], high))
    if found := re.fullmatch(N, text, re.ASCII):
        return _Range(name, (Fraction(found[1]), 0), _side(Fraction(found[1]), "after"))
    return None


def _side(number: Fraction, which: str | None) -> Edge | None:
    """After a whole number comes the next whole number: 2028 to 2029 and 2030 to 2032 leave nothing between."""
    if which is None:
        return None
    if which == "after":
        return (number + 1, 0) if number.denominator == 1 else (number, 1)
    return number, 0


def _overlap(ranges: list[_Range]) -> str:
    for one, following in itertools.pairwise(ranges):
        if one.high is None or following.low is None or following.low < one.high:
            return f"{one.name} / {following.name}"
    return ""


def _between(ranges: list[_Range], others: bool) -> str:
    """What no range holds: between two of them, or outside all where no other outcome could take it."""
    for one, following in itertools.pairwise(ranges):
        if one.high is not None and following.low is not None and one.high < following.low:
            return f"{one.name} / {following.name}"
    if len(ranges) > 1 and not others and ranges[0].low is not None:
        return ranges[0].name
    return ranges[-1].name if len(ranges) > 1 and not others and ranges[-1].high is not None else ""


# --- times ------------------------------------------------------------------------------------


def _times(draft: Draft) -> Iterator[tuple[str, str]]:
    if not draft.zone_given:
        yield "no_zone", ""
    yield from _found("by_year", BY_YEAR, f"{draft.deadline_typed}\n{draft.statement}\n{_criteria(draft)}")
    if draft.deadline is not None:
        yield from _after_deadline(draft.statement, draft.deadline)


def _after_deadline(statement: str, deadline: datetime) -> Iterator[tuple[str, str]]:
    """The statement speaks of a day that lies behind the deadline. Zones are a day apart at most."""
    for found in DATED.finditer(statement):
        before, year, month, day = found["before"], int(found["year"]), found["month"], found["day"]
        try:
            last = date(year, int(month or 12), int(day or 1)) if month and day else date(year, 12, 31)
        except ValueError:
            continue
        if before and not month:
            last = date(year - 1, 12, 31)
        if datetime(last.year, last.month, last.day, tzinfo=UTC) > deadline + timedelta(days=1):
            yield "after_deadline", found[0]


# --- shape ------------------------------------------------------------------------------------


def _shape(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.source.strip() and not draft.fallback.strip():
        yield "one_source", ""
    ranges = _ranges(draft.outcomes)
    if not _overlap(ranges) and (left := _between(ranges, others=len(ranges) < len(draft.outcomes))):
        yield "gap", left
    elif len(draft.outcomes) == 2 and not ranges:
        yield from _unlike_numbers(*(outcome.criteria for outcome in draft.outcomes))


def _unlike_numbers(yes: str, no: str) -> Iterator[tuple[str, str]]:
    """YES compares with 60 and NO with 50: nobody gets what is between, or both do."""
    ours, theirs = _compared(yes), _compared(no)
    if ours and theirs and not ours.keys() & theirs.keys():
        yield "gap", f"{next(iter(ours.values()))} / {next(iter(theirs.values()))}"


def _compared(text: str) -> dict[Fraction, str]:
    """The numbers that something is held against, as they were written."""
    found = [one[1] or one[2] for one in COMPARED.finditer(text[:MOST_LETTERS].casefold())]
    return {Fraction(number.replace(",", "")): number for number in found}


# --- words ------------------------------------------------------------------------------------


def _words(draft: Draft) -> Iterator[tuple[str, str]]:
    if not draft.conditional:
        yield from _found("conditional", CONDITIONAL, draft.statement)
    criteria = _criteria(draft)
    measured = _measured(criteria)
    judged = criteria if measured else f"{draft.statement}\n{criteria}"
    for code, pattern in (
        ("whose", WHOSE),
        ("hedged", HEDGED),
        ("subjective", SUBJECTIVE),
        ("vague", VAGUE),
    ):
        yield from _found(code, pattern, judged)
    if not (measured or _measured(draft.statement)):
        yield from (*_found("no_measure", THAN, judged),) or _found("no_threshold", AMOUNT, judged)
        yield from _found("universal", UNIVERSAL, judged)
    if not BASE.search(judged):
        yield from _found("no_base", CHANGES, judged)
    if not _observable(f"{draft.statement}\n{criteria}"):
        yield "nothing_to_observe", ""


def _criteria(draft: Draft) -> str:
    """What the judges hold events against. A NO that only denies the YES says nothing new."""
    told = [
        outcome.criteria[:MOST_LETTERS]
        for outcome in draft.outcomes
        if outcome.name.strip().casefold() != "no"
    ]
    return "\n".join(told)[:MOST_LETTERS]


def _all_words(draft: Draft) -> str:
    told = (text[:MOST_LETTERS] for outcome in draft.outcomes for text in (outcome.name, outcome.criteria))
    return "\n".join((draft.title, draft.statement, *told))


def _measured(text: str) -> bool:
    """Whether there is a number in it that isn't part of a date."""
    return NUMBER.search(A_DATE.sub(" ", text)) is not None


def _observable(text: str) -> bool:
    """Whether there is anything a camera, a newspaper or a table could show: a number, a name, a quote, an act."""
    return _measured(text) or any(pattern.search(text) for pattern in (NAME, QUOTE, ACT))


def _found(code: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """The first three different places, as one remark."""
    every: Iterable[str] = (" ".join(one[0].split()) for one in pattern.finditer(text))
    if some := list(dict.fromkeys(every))[:3]:
        yield code, ", ".join(some)[:MOST_SHOWN]
