"""What a claim hangs on (RULES C10): the condition in its terms, the links between claims, and which may be made.

It knows claims as rows only, so that `claims` can ask it. What the ending of a condition brings about is
`dependents`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, columns_of, in_guild, param, params
from ledger.types import fits, to_us
from markets.claims import sides
from markets.core import jobs, lifecycle, tables
from markets.core.errors import BadOutcome, BadTerms, UnknownClaim

MOST_LINKS = 3
MOST_DAYS = 3_650

WAITING, MET, FAILED, REVERSED = "waiting", "met", "failed", "reversed"
"""Not decided; ended as named; ended otherwise, so that the claim is void; taken back after the claim was settled."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Only if claim `on` comes out as its outcome number `outcome`, whose name is `named`.

    With `days` the deadline counts from when that was decided; the terms' own deadline is then the latest it can be.
    """

    on: int
    outcome: int
    named: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class ConditionLink:
    """A condition of a claim that is or was open, and how it stands; `decided_us` while it is decided."""

    claim: int
    on: int
    outcome: int
    days: int | None
    state: str
    decided_us: int | None


_claims = tables.claims.c
_conditions = tables.conditions.c
_this = (in_guild(_conditions), _conditions.claim == param("n"))
COLUMNS = columns_of(tables.conditions, ConditionLink, named={"on": "on_claim"})
_ON = sa.select(_claims.state, _claims.terms).where(in_guild(_claims), _claims.number == param("n"))
_ADD = sa.insert(tables.conditions)
_DROP = sa.delete(tables.conditions).where(*_this)
_FIND = Compiled(sa.select(*COLUMNS).where(*_this))
_HANGING = Compiled(
    sa.select(*COLUMNS)
    .where(in_guild(_conditions), _conditions.on_claim == param("n"))
    .order_by(_conditions.claim)
)
_BELOW = sa.select(_conditions.claim).where(in_guild(_conditions), _conditions.on_claim.in_(params("on")))
_DECIDE = sa.update(tables.conditions).where(*_this).values(state=param("to"), decided_us=param("at"))
_MOVE = sa.update(tables.conditions).where(*_this).values(outcome=param("to"))
_FREEZE = sa.update(tables.claims).where(in_guild(_claims), _claims.number == param("n")).values(frozen=1)


def require(tx: Connection, guild: int, claim: int, condition: Condition) -> None:
    """Check a condition against the claims there are.

    Raises:
        UnknownClaim: The claim it names isn't there, or is a draft still.
        BadTerms: It names itself, a claim that has ended, no outcome of that claim, too many days; it would close a
            circle, or make a chain of more than three links.
    """
    on = condition.on
    if on == claim:
        raise BadTerms("condition", "itself")
    row = tx.execute(_ON, {"g": guild, "n": on}).first() if fits(on) else None
    if row is None or row.state in (lifecycle.DRAFT, lifecycle.DROPPED):
        raise UnknownClaim(guild, on)
    if row.state in lifecycle.ENDED:
        raise BadTerms("condition", "over", on=on)
    names = _names(row.terms)
    there = 0 <= condition.outcome < len(names)
    if not there or sides.key(names[condition.outcome]) != sides.key(condition.named):
        raise BadTerms("condition", "no_outcome", on=on)
    if condition.days is not None and not 1 <= condition.days <= MOST_DAYS:
        raise BadTerms("condition", "within", most=MOST_DAYS)
    higher = above(tx, guild, on)
    if claim in higher:
        raise BadTerms("condition", "circle", on=on)
    if 1 + len(higher) + len(levels_below(tx, guild, claim)) > MOST_LINKS:
        raise BadTerms("condition", "links", most=MOST_LINKS)


def found_again(tx: Connection, guild: int, condition: Condition) -> Condition:
    """Return a condition with the place of the outcome that it names; as it is where that claim has none of that
    name."""
    row = tx.execute(_ON, {"g": guild, "n": condition.on}).first() if fits(condition.on) else None
    names = [] if row is None else _names(row.terms)
    at = sides.place(names, condition.named)
    return condition if at is None else replace(condition, outcome=at, named=names[at])


def require_kept(tx: Connection, guild: int, claim: int, before: Sequence[str], names: Sequence[str]) -> None:
    """Raise BadOutcome where an edit would rename an outcome that another claim hangs on, or take it away."""
    for link in hanging(tx, guild, claim):
        if sides.place(names, before[link.outcome]) is None:
            raise BadOutcome("outcomes", "hangs", name=before[link.outcome], claim=link.claim)


def note(tx: Connection, guild: int, claim: int, condition: Condition | None) -> None:
    """Write the link of a claim that was opened or edited; it waits."""
    tx.execute(_DROP, {"g": guild, "n": claim})
    if condition is not None:
        row = {"guild_id": guild, "claim": claim, "on_claim": condition.on, "outcome": condition.outcome}
        tx.execute(_ADD, row | {"days": condition.days, "state": WAITING, "decided_us": None})


def move(tx: Connection, guild: int, claim: int, outcome: int) -> None:
    """Move a condition with its outcome, which has another place now."""
    tx.execute(_MOVE, {"g": guild, "n": claim, "to": outcome})


def find(tx: Connection, guild: int, claim: int) -> ConditionLink | None:
    """Return what a claim hangs on, if it does."""
    row = _FIND.row(tx, g=guild, n=claim)
    return None if row is None else ConditionLink(*row)


def waits(tx: Connection, guild: int, claim: int) -> bool:
    """Return whether a claim hangs on one that isn't decided."""
    link = find(tx, guild, claim)
    return link is not None and link.state == WAITING


def hanging(tx: Connection, guild: int, on: int) -> list[ConditionLink]:
    """Return the claims that hang on this one directly, by number."""
    return [ConditionLink(*row) for row in _HANGING.rows(tx, g=guild, n=on)]


def above(tx: Connection, guild: int, claim: int) -> list[int]:
    """Return the claims that a claim hangs on, the nearest first."""
    found: list[int] = []
    while (link := find(tx, guild, claim)) is not None and link.on not in found:
        found.append(claim := link.on)
    return found


def levels_below(tx: Connection, guild: int, claim: int) -> list[list[int]]:
    """Return the claims that hang on this one: directly, by two links, and so on."""
    levels: list[list[int]] = []
    last = [claim]
    while last := list(tx.execute(_BELOW, {"g": guild, "on": last}).scalars()):
        levels.append(last)
        assert len(levels) <= MOST_LINKS, claim
    return levels


def below(tx: Connection, guild: int, claim: int) -> list[int]:
    """Return all claims that hang on this one, by however many links."""
    return sorted(number for level in levels_below(tx, guild, claim) for number in level)


def decide(tx: Connection, guild: int, claim: int, state: str, decided_us: int | None) -> None:
    """Set how a claim's condition stands from now on."""
    tx.execute(_DECIDE, {"g": guild, "n": claim, "to": state, "at": decided_us})


def freeze_above(tx: Connection, guild: int, claim: int) -> None:
    """Freeze what a frozen claim hangs on: its words are part of what was agreed (B5)."""
    for number in above(tx, guild, claim):
        tx.execute(_FREEZE, {"g": guild, "n": number})


def changed(tx: Connection, guild: int, on: int, now: datetime) -> None:
    """Schedule a look at every claim that hangs on this one, which has ended or whose result is taken back. Each look
    is a unit of its own."""
    for link in hanging(tx, guild, on):
        look(tx, guild, link.claim, now)


def look(tx: Connection, guild: int, claim: int, now: datetime) -> None:
    """Have a claim's condition looked at, at once (`dependents.look`)."""
    jobs.schedule(tx, guild, "condition.look", claim, to_us(now))


def _names(terms: str) -> list[str]:
    return [outcome["name"] for outcome in json.loads(terms)["outcomes"]]
