"""Turn the choice of an ambiguity clause into a stored clause, and back (RULES B5)."""

from collections.abc import Sequence
from dataclasses import replace

from bot.input.form_fields import Held
from bot.refusals import BadInput
from markets.claims import ambiguity, sides
from markets.claims.terms import Terms

KEEP = "keep"
"""The choice that leaves an uncommon ambiguity clause as it is."""


def stored_clause(terms: Terms, name: str, days: int) -> str:
    """Build the ambiguity clause that was chosen, as it is stored; for two outcomes if those typed can't be read."""
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


def weighs_places(base: Terms, held: Held) -> bool:
    """Tell whether the clause that stands, and that the form leaves as it is, weighs outcomes by their place."""
    name = clause_name(base) if base.outcomes else ""
    return name in ("first", "last", KEEP) and held.get("clause") == name


def carried(base: Terms, names: Sequence[str], days: int) -> str:
    """Carry the clause that stands to the new outcomes, each weight with its outcome's name (RULES B5).

    Raises:
        BadInput: An outcome that the clause weighs is gone.
    """
    try:
        stored = sides.carried_clause(base.names, names, base.clause)
    except ambiguity.BadClause:
        why = "it gives weight to an outcome that is gone, so choose another one first, for how it is decided"
        raise BadInput("The ambiguity clause", why) from None
    clause = ambiguity.decode(stored or "")
    return ambiguity.encode(replace(clause, days=days))


def clause_name(terms: Terms) -> str:
    if not terms.clause:
        return "return"
    clause = ambiguity.decode(terms.clause)
    for name in ("return", "half", "first", "last", "judges"):
        if stored_clause(terms, name, clause.days) == terms.clause:
            return name
    return KEEP
