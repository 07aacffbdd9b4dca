"""The starter claims that ship with Crux, read from `library.toml` into values.

What the file's words mean here:

| in the file | to Crux |
|---|---|
| status `historical` | a forecasting game whose answer is shown after the forecast; never for stakes |
| kind `probability_forecast` | open, and never for stakes either |
| kind `numeric_threshold` | a number, YES and NO its two ranges: a result is entered as the value (RULES D1) |
| options with years | ranges of a date, likewise |
| early_resolution `yes`, `announce_only`, `no` | B3: allowed, announced, not before the deadline |
| ambiguity_payout `refund`, `void` | B4: stakes return |
| `split_50_50` | fixed weights, the same for each outcome; for a bet on one of many outcomes half of the pot each |
| `favour_yes` | fixed weights, all on YES |
| `split_tied` | the judges choose: they know which are tied |
| `half_from_offerer` | speaks of the maker of an offer, so it is the clause of each bet; the claim's returns stakes |
| "... 30 days after the deadline" in the clause | the days to wait before it may be used |
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

from markets.claims import ambiguity, zones
from markets.claims.ambiguity import Clause

Kind = Literal["binary", "choice", "number", "date"]
Early = Literal["allowed", "announced", "deadline"]

_EARLY: dict[str, Early] = {"yes": "allowed", "announce_only": "announced", "no": "deadline"}
_FORMS = (
    *("binary", "numeric_threshold", "date", "multiple_choice"),
    *("probability_forecast", "conditional", "scenario_comparison", "two_party_bet"),
)
_PAYOUTS = ("refund", "void", "split_50_50", "favour_yes", "split_tied", "half_from_offerer")
_JUDGE = re.compile(r"(moderators|named persons), ([1-9]) votes?(?: of ([1-9]))?")
_DAYS = re.compile(r"\b([0-9]+) days\b")
_YEARS = re.compile(r"(?:(before) )?(\d{4})(?: to (\d{4}))?", re.ASCII)


class BadLibrary(ValueError):
    """The shipped file is not what this module reads: our mistake, found by the tests and not by a person."""


class LibraryOutcome(NamedTuple):
    """An outcome. Ranges hold their lower edge and not their upper; an edge is a number or an ISO date, as text."""

    name: str
    criteria: str = ""
    low: str | None = None
    high: str | None = None


class LibraryJudges(NamedTuple):
    """Moderators, or so many named persons, and how many votes for one result a ruling needs (D4)."""

    named: int
    votes: int


@dataclass(frozen=True, slots=True)
class Check:
    """How a machine could read the answer, kept whole; "manual" where none can. Empty where it doesn't apply."""

    adapter: str
    comparator: str
    threshold: Decimal
    unit: str
    url: str = ""
    member: str = ""
    board: str = ""
    field: str = ""
    date_field: str = ""
    aggregate: str = ""
    source_unit: str = ""
    operation: str = ""
    base_date: date | None = None
    target_date: date | None = None
    multiple: Decimal | None = None
    flag_above: Decimal | None = None

    def facts(self) -> dict[str, str]:
        """Return all that is set, as text, in a fixed order: for terms, exports and the card. Numbers stay exact."""
        every = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: _text(value) for name, value in every if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Starter:
    """One claim of the library. `form` is its kind in the file's words, `clause_words` the clause in people's."""

    id: str
    title: str
    statement: str
    yes_criteria: str
    no_criteria: str
    source: str
    fallback: str
    deadline: date
    zone: str
    form: str
    options: tuple[str, ...]
    early: Early
    judges: LibraryJudges
    clause_words: str
    payout: str
    related: tuple[str, ...]
    tags: tuple[str, ...]
    historical: bool
    known_answer: str
    known_value: str
    known_on: date | None
    check: Check

    @property
    def for_stakes(self) -> bool:
        """Whether anybody may bet on it."""
        return not self.historical and self.form != "probability_forecast"

    @property
    def deadline_at(self) -> datetime:
        """The instant before which what counts must happen, in UTC (B2)."""
        return zones.day_end(self.deadline, zones.zone(self.zone))

    @property
    def kind(self) -> Kind:
        if self.options:
            return "date" if self.form == "date" else "choice"
        # A range holds its lower edge only, so "at most 180" is left to YES and NO.
        is_range = self.form == "numeric_threshold" and self.check.comparator in (">=", "<")
        return "number" if is_range else "binary"

    @property
    def said(self) -> str:
        """The statement; where the outcomes are named options, with the criteria that hold for all of them."""
        return f"{self.statement} {self.yes_criteria} {self.no_criteria}" if self.options else self.statement

    @property
    def answers(self) -> tuple[LibraryOutcome, ...]:
        """The outcomes, from two to ten."""
        if self.kind == "date":
            return _date_ranges(self.options)
        if self.options:
            return tuple(LibraryOutcome(option) for option in self.options)
        edge = _text(self.check.threshold) if self.kind == "number" else None
        above, below = {"low": edge}, {"high": edge}
        yes, no = (above, below) if self.check.comparator == ">=" else (below, above)
        return (LibraryOutcome("YES", self.yes_criteria, **yes), LibraryOutcome("NO", self.no_criteria, **no))

    @property
    def days(self) -> int:
        """The days to wait before the ambiguity clause may be used."""
        found = _DAYS.search(self.clause_words)
        return int(found[1]) if found else 0

    @property
    def clause(self) -> Clause:
        """The claim's ambiguity clause (B4)."""
        outcomes = len(self.options) or 2
        match self.payout:
            case "split_50_50":
                return ambiguity.even(outcomes, self.days)
            case "favour_yes":
                return ambiguity.counts_as(outcomes, 0, self.days)
            case "split_tied":
                return ambiguity.JudgesChoose(self.days)
            case _:
                return ambiguity.StakesReturn(self.days)

    def bet_clause(self, side: int) -> Clause | None:
        """Return the own clause of a new bet on outcome `side`; None where the claim's will do."""
        if self.payout == "half_from_offerer":
            return ambiguity.PaysHalf("maker", self.days)
        if self.payout == "split_50_50" and self.options:
            return ambiguity.half_of_the_pot(len(self.options), side, self.days)
        return None


@cache
def load() -> tuple[Starter, ...]:
    """Return the claims that ship with this Crux, in the file's order."""
    return read(resources.files("markets.claims").joinpath("library.toml").read_text(encoding="utf-8"))


def find(name: str) -> Starter | None:
    """Return the claim with this id."""
    return next((starter for starter in load() if starter.id == name), None)


def own_clause(name: str | None, side: int) -> str | None:
    """Return the own clause, as it is stored, of a bet on a claim that came from here; None where the claim's will
    do."""
    starter = find(name) if name else None
    clause = starter.bet_clause(side) if starter else None
    return ambiguity.encode(clause) if clause else None


def read(text: str) -> tuple[Starter, ...]:
    """Read and check the claims of a library file.

    Raises:
        BadLibrary: A key is missing, unknown or of the wrong kind, or names a claim that isn't there.
    """
    try:
        file = tomllib.loads(text, parse_float=Decimal)
        starters = tuple(_starter(dict(row)) for row in file["claim"])
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as bad:
        raise BadLibrary(f"{type(bad).__name__}: {bad}") from None
    known = {starter.id for starter in starters}
    if file.get("schema_version") != 1 or len(known) < len(starters):
        raise BadLibrary("not version 1, or an id comes twice")
    for starter in starters:
        if not known.issuperset(starter.related):
            raise BadLibrary(f"{starter.id}: related to a claim that isn't there")
    return starters


def _starter(row: dict[str, Any]) -> Starter:
    name = row["id"]
    check = _check(name, dict(row.pop("check")), row)
    judge = _JUDGE.fullmatch(row["judge"])
    if judge is None or row["kind"] not in _FORMS or row["ambiguity_payout"] not in _PAYOUTS:
        raise BadLibrary(f"{name}: judge, kind or ambiguity_payout")
    if row["status"] not in ("open", "historical") or (row["status"] == "historical") != bool(
        row["known_answer"]
    ):
        raise BadLibrary(f"{name}: a claim is open, or historical with a known answer")
    starter = Starter(
        id=_words(row.pop("id")),
        title=_words(row.pop("title")),
        statement=_words(row.pop("statement")),
        yes_criteria=_words(row.pop("yes_criteria")),
        no_criteria=_words(row.pop("no_criteria")),
        source=_words(row.pop("source_url")),
        fallback=row.pop("fallback_source"),
        deadline=_day(row.pop("deadline")),
        zone=zones.zone(row.pop("timezone")).key,
        form=row.pop("kind"),
        options=tuple(row.pop("options")),
        early=_EARLY[row.pop("early_resolution")],
        judges=LibraryJudges(int(judge[3] or 0), int(judge[2])),
        clause_words=_words(row.pop("ambiguity")),
        payout=row.pop("ambiguity_payout"),
        related=tuple(row.pop("related")),
        tags=tuple(row.pop("tags")),
        historical=row.pop("status") == "historical",
        known_answer=row.pop("known_answer"),
        known_value=row.pop("known_value"),
        known_on=_day_or_none(row.pop("known_on")),
        check=check,
    )
    if extra := row.keys() - {"judge", "comparator", "threshold", "unit"}:
        raise BadLibrary(f"{name}: {', '.join(sorted(extra))}")
    return starter


def _check(name: str, check: dict[str, Any], row: Mapping[str, Any]) -> Check:
    """The claim's comparison, with what its own table says about reading it."""
    threshold = Decimal(row["threshold"])
    # Where the table repeats the number it says the same.
    for again in ("threshold", "multiple"):
        if Decimal(check.get(again, threshold)) != threshold:
            raise BadLibrary(f"{name}: {again}")
    check.pop("threshold", None)
    for day in ("base_date", "target_date"):
        check[day] = _day_or_none(check.get(day, ""))
    for number in ("multiple", "flag_above"):
        check[number] = Decimal(check[number]) if number in check else None
    if row["comparator"] not in (">=", "<=", "<"):
        raise BadLibrary(f"{name}: comparator")
    return Check(comparator=row["comparator"], threshold=threshold, unit=_words(row["unit"]), **check)


def _date_ranges(options: tuple[str, ...]) -> tuple[LibraryOutcome, ...]:
    """`before 2028`, `2028 to 2029`, ..., `later or never`: each from the start of its first year."""
    found = [_YEARS.fullmatch(option) for option in options[:-1]]
    lows = [None if way is None or way[1] else f"{way[2]}-01-01" for way in found]
    last = found[-1]
    if not all(found) or last is None:
        raise BadLibrary(f"options: {options}")
    lows.append(f"{int(last[3] or last[2]) + 1}-01-01")
    return tuple(
        LibraryOutcome(option, low=low, high=high)
        for option, low, high in zip(options, lows, [*lows[1:], None], strict=True)
    )


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _words(given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise BadLibrary(f"{given!r} is empty, or no text")
    return given


def _day(given: Any) -> date:
    return given if type(given) is date else date.fromisoformat(given)


def _day_or_none(given: Any) -> date | None:
    return _day(given) if given else None
