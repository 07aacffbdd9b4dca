"""A side is an outcome's name (RULES B5): where a name stands among other outcomes, and what follows it there.

Rows speak of an outcome by its place. While nothing but offers hangs on a claim its author may change the outcomes,
and a bet may move to another claim: there the place is found again by the name, or the side doesn't fit.
It knows claims as rows only, so that `claims` can ask it.
"""

import json
import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from markets.claims import ambiguity, look_alikes
from markets.claims.ambiguity import FixedWeights
from markets.core import tables
from markets.core.events import ClaimChanged

YES, NO = "YES", "NO"


# --- names ------------------------------------------------------------------------------------


_links = tables.links.c
_this = (
    in_guild(_links),
    _links.player == param("p"),
    _links.claim == param("c"),
    _links.target == param("t"),
)
_CUT = sa.delete(tables.links).where(*_this)


def key(name: str) -> str:
    """Return what makes two names one and the same: not case, spaces, forms of the same letter, or what can't be
    seen."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(one for one in plain if unicodedata.category(one) != "Cf").split())


def place(names: Sequence[str], name: str) -> int | None:
    """Return where an outcome of this name stands; None where none does, or where two have the same."""
    if names.count(name) == 1:
        return names.index(name)
    keys = [key(one) for one in names]
    return keys.index(key(name)) if keys.count(key(name)) == 1 else None


def are_distinct(names: Sequence[str]) -> bool:
    """Return whether each outcome has a name, of its own."""
    keys = {key(name) for name in names}
    return "" not in keys and len(keys) == len(names)


def disguised(names: Sequence[str]) -> tuple[str, str] | None:
    """Return a name that looks like YES or NO and is written with other letters, and which of them; NO that is none
    would be no binary claim's (D1)."""
    for name in names:
        for known in (YES, NO):
            if key(name) != key(known) and look_alikes.alike(name, known):
                return name, known
    return None


def are_yes_and_no(names: Sequence[str]) -> bool:
    """Return whether the outcomes are YES and NO, in either order."""
    return sorted(map(key, names)) == sorted(map(key, (YES, NO)))


def usual(names: Sequence[str]) -> int:
    """Return the outcome that is meant where none is named: YES, or of others the first."""
    return (place(names, YES) or 0) if are_yes_and_no(names) else 0


# --- carrying ---------------------------------------------------------------------------------


def carried(before: Sequence[str], names: Sequence[str], side: int) -> int | None:
    """Return where a bet's side stands among other outcomes; None where one of its two sides doesn't fit them.

    Of two outcomes the other side is the other name, and must be there too. Of more it is "not" this one, which is
    something else where there are two.
    """
    if (len(before) == 2) != (len(names) == 2) or missing(before, names, side) is not None:
        return None
    return place(names, before[side])


def missing(before: Sequence[str], names: Sequence[str], side: int) -> str | None:
    """Return the name of a bet's side, or of the other one of two, that isn't among other outcomes."""
    wanted = [before[side], *([before[1 - side]] if len(before) == 2 else [])]
    return next((name for name in wanted if place(names, name) is None), None)


def carried_clause(before: Sequence[str], names: Sequence[str], clause: str | None) -> str | None:
    """Return an ambiguity clause, as it is stored, for other outcomes: each weight follows its outcome's name.

    Raises:
        BadClause: An outcome that has weight isn't among them (`weights`).
    """
    given = None if clause is None else ambiguity.decode(clause)
    if not isinstance(given, FixedWeights) or list(before) == list(names):
        return clause
    if len(given.weights) != len(before):
        raise ambiguity.BadClause("weights")
    weights = [0] * len(names)
    for name, weight in zip(before, given.weights, strict=True):
        at = place(names, name)
        if at is None and weight:
            raise ambiguity.BadClause("weights")
        if at is not None:
            weights[at] = weight
    return ambiguity.encode(FixedWeights(tuple(weights), given.days))


# --- what else speaks of a claim's outcomes ---------------------------------------------------


def follow(tx: Connection, guild: int, claim: int, before: Sequence[str], names: Sequence[str]) -> None:
    """Follow a change of a claim's outcomes: links follow their names or end, and what was said before keeps its
    words.

    Offers that ended and proposals that came to nothing note the outcomes that they were made on.
    """
    if list(before) == list(names):
        return
    for table in (tables.offers, tables.proposals):
        c = table.c
        here = (c.guild_id == guild, c.claim == claim, c.outcomes.is_(None))
        tx.execute(sa.update(table).where(*here).values(outcomes=written(before)))
    for column in (_links.outcome, _links.target_outcome):
        _follow_links(tx, guild, claim, column, [place(names, name) for name in before])


def _follow_links(
    tx: Connection, guild: int, claim: int, column: sa.Column[int], places: Sequence[int | None]
) -> None:
    of = _links.claim if column is _links.outcome else _links.target
    asked = sa.select(_links.player, _links.claim, _links.target, column).where(
        _links.guild_id == guild, of == claim
    )
    for player, source, target, at in tx.execute(asked).all():
        to = places[at]
        if to == at:
            continue
        this = {"g": guild, "p": player, "c": source, "t": target}
        if to is None:
            tx.execute(_CUT, this)
        else:
            tx.execute(sa.update(tables.links).where(*_this).values({column: to}), this)
        for number in (source, target):
            happened(tx, ClaimChanged(guild, number))


def written(names: Sequence[str]) -> str:
    """Write outcomes' names as they are stored."""
    return json.dumps(list(names), ensure_ascii=False, separators=(",", ":"))


def read(stored: str | None) -> tuple[str, ...]:
    """Read what `written` wrote; nothing where nothing was noted, since the claim's outcomes are still the same."""
    return tuple(json.loads(stored)) if stored else ()
