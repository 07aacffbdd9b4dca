"""What a claim says, as values: its terms, the result it came to, and their canonical bytes (RULES B)."""

import hashlib
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pydantic import TypeAdapter

from markets.claims import sides
from markets.claims.conditions import Condition

Kind = Literal["binary", "choice", "number", "date"]
Early = Literal["allowed", "announced", "deadline"]

LATEST_US = 4_133_980_800_000_000 + 12 * 3_600_000_000
"""When 2100 has ended everywhere on Earth: no time of a claim lies after it (B2). Forms ask for the zone's end."""

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as Discord knows them at this moment: their number in the book, and what they may do."""

    player: int
    moderator: bool = False
    owner: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer and what has to be true for it. Ranges hold their lower edge and not their upper (C3)."""

    name: str
    criteria: str
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True, slots=True)
class Judges:
    """Who rules, and how many votes for one result it takes (D4). Nobody named means moderators."""

    named: tuple[int, ...] = ()
    votes: int = 1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a claim came from: a link, a minute in a recording, the day it was read."""

    link: str
    minute: str | None = None
    read_on: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that comes true before `by_us` or doesn't, and what each story says of it, in basis points."""

    words: str
    by_us: int
    chances: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who wrote each of a claim's outcomes, by player number, and the items that decide between them."""

    writers: tuple[int, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def last_us(self) -> int | None:
        """When the last item has come true or not: the deadline."""
        return max((item.by_us for item in self.items), default=None)

    def chances(self, story: int) -> tuple[int, ...]:
        """Return what one story says of each item."""
        return tuple(item.chances[story] for item in self.items)


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a claim says. A draft may leave times and sources empty; an open claim has what B7 asks for.

    `clause` is the ambiguity clause as `ambiguity.encode` writes it.
    """

    title: str
    statement: str = ""
    kind: Kind = "binary"
    outcomes: tuple[Outcome, ...] = ()
    unit: str = ""
    source: str = ""
    fallback: str = ""
    closes_us: int | None = None
    deadline_us: int | None = None
    check_us: int | None = None
    zone: str = ""
    early: Early = "allowed"
    clause: str = ""
    judges: Judges = Judges()
    tags: tuple[str, ...] = ()
    origin: Origin | None = None
    check: dict[str, str] | None = None
    library: str | None = None
    condition: Condition | None = None
    scenario: Scenario | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The outcomes' names, by place."""
        return tuple(outcome.name for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Result:
    """How a claim came out: an outcome's number, weights over the outcomes, unclear, void, or too early (D1).

    `value` is what was entered for a number or a date; the outcome is worked out from it. `known_us` is when an
    outcome, or judged weights, became public, if that is a part of the result, and `voids_late` that bets which were
    taken after it are void, as a ruling may say (D1).
    """

    kind: Literal["outcome", "weights", "unclear", "void", "early"]
    outcome: int | None = None
    weights: tuple[int, ...] = ()
    value: str | None = None
    check_us: int | None = None
    known_us: int | None = None
    voids_late: bool = False


def digest(terms: Terms) -> bytes:
    """Compute SHA-256 over the terms' canonical JSON: what both sides of a bet agreed to."""
    return hashlib.sha256(canonical(terms).encode()).digest()


def canonical(terms: Terms) -> str:
    """Write the terms as JSON, fields in the order of `Terms`. A condition and a scenario stand there only where
    there is one, so that the digests of claims from before there were any stay as they are."""
    without = {name for name in ("condition", "scenario") if getattr(terms, name) is None}
    return _TERMS.dump_json(terms, exclude=without).decode()


def as_binary(terms: Terms) -> Terms:
    """Return YES and NO as a binary claim, in the order in which they count (B5)."""
    if terms.kind == "choice" and terms.scenario is None and sides.are_yes_and_no(terms.names):
        return replace(terms, kind="binary")
    return terms


def result_json(result: Result) -> str:
    """Return a result as it is stored."""
    return _RESULT.dump_json(result, exclude_defaults=True).decode()


@lru_cache(maxsize=512)
def read_terms(text: str) -> Terms:
    """Read stored terms. Reading is a tenth of what an accepted bet costs, and the same few are read all day."""
    return _TERMS.validate_json(text)


@lru_cache(maxsize=512)
def read_result(text: str) -> Result:
    """Read a stored result. A proposal, its ruling and what comes of them say the same."""
    return _RESULT.validate_json(text)


def same(one: Result, other: Result) -> bool:
    """Return whether two results say and pay the same, however they were entered: another value in the same range
    does, another moment at which it became public doesn't."""
    return _essence(one) == _essence(other)


def _essence(result: Result) -> tuple[object, ...]:
    return *_came(result), result.known_us, result.voids_late


def _came(result: Result) -> tuple[str, int | None, tuple[int, ...]]:
    weighted = [place for place, weight in enumerate(result.weights) if weight]
    if result.kind == "weights" and len(weighted) == 1:
        return "outcome", weighted[0], ()
    whole = math.gcd(*result.weights) or 1
    return result.kind, result.outcome, tuple(weight // whole for weight in result.weights)


def only_outcome(result: Result) -> int | None:
    """Return the outcome that a result gives everything to, if it names one or gives weight to one alone."""
    kind, outcome, _ = _came(result)
    return outcome if kind == "outcome" else None


_TERMS, _RESULT = TypeAdapter(Terms), TypeAdapter(Result)
