"""Hold every exported text that the program reads again against its type, as it comes in (RULES A10).

The database knows numbers, moments and the states that a row can have. What stands in a text as JSON, as a list or as
one of a few words is read here as it will be read later, so that nothing comes in that can only fail then.
"""

import json
from collections.abc import Callable
from typing import Any

from ledger.types import fits
from markets.claims import ambiguity, sides, terms
from markets.claims.claims import FEWEST, MOST, SETTINGS
from markets.settlement import handlers
from markets.settlement.disputes import GROUNDS

Check = Callable[[str], bool]
"""Whether a text can be read as what it says it is."""

CARDS = ("claim", "offer", "dispute", "week", "unreachable", "parked")
"""The live messages that there are (`outbox.redraw`)."""


def _reads(read: Callable[[str], object]) -> Check:
    def check(cell: str) -> bool:
        try:
            read(cell)
        except (ValueError, TypeError, KeyError, RecursionError, ambiguity.BadClause):
            return False
        return True

    return check


def _result(cell: str) -> object:
    found = terms.read_result(cell)
    if terms.result_json(found) != cell and json.loads(cell) != json.loads(terms.result_json(found)):
        raise ValueError(cell)
    if (found.kind == "outcome") != (found.outcome is not None):
        raise ValueError(cell)
    if found.kind == "weights" and (not found.weights or min(found.weights) < 0 or not sum(found.weights)):
        raise ValueError(cell)
    return found


def _chances(cell: str) -> object:
    found = json.loads(cell)
    if not isinstance(found, list) or not FEWEST <= len(found) <= MOST:  # pyright: ignore[reportUnknownArgumentType]
        raise ValueError(cell)
    if not all(type(one) is int and 0 < one < 1_000_000 for one in found) or sum(found) != 1_000_000:  # pyright: ignore
        raise ValueError(cell)
    return found  # pyright: ignore[reportUnknownVariableType]


def _percents(cell: str) -> object:
    """A story's chances of an item, in basis points."""
    if not all(0 <= int(one) <= 10_000 for one in cell.split(",")):
        raise ValueError(cell)
    return cell


def _prices(cell: str) -> object:
    found = json.loads(cell)
    if not isinstance(found, list) or not all(type(one) is int and 0 <= one <= 1_000_000 for one in found):  # pyright: ignore
        raise ValueError(cell)
    return found  # pyright: ignore[reportUnknownVariableType]


def _quantiles(cell: str) -> object:
    found = json.loads(cell)
    if not isinstance(found, list) or len(found) != 3:  # pyright: ignore[reportUnknownArgumentType]
        raise ValueError(cell)
    return found  # pyright: ignore[reportUnknownVariableType]


def _facts(cell: str) -> object:
    found = json.loads(cell)
    if not isinstance(found, dict):
        raise ValueError(cell)
    return found  # pyright: ignore[reportUnknownVariableType]


def _names(cell: str) -> object:
    if len(sides.read(cell)) < FEWEST:
        raise ValueError(cell)
    return cell


def _one_of(*words: str) -> Check:
    return lambda cell: cell in words


def _short(cell: str) -> bool:
    return 0 < len(cell) <= 40 and cell.isascii() and cell.replace(".", "").replace("_", "").isalnum()


CHECKS: dict[tuple[str, str], Check] = {
    ("claims", "settings"): _reads(SETTINGS.validate_json),
    ("claims", "terms"): _reads(terms.read_terms),
    ("claims", "kind"): _one_of("binary", "choice", "number", "date"),
    ("items", "chances"): _reads(_percents),
    ("offers", "clause"): _reads(ambiguity.decode),
    ("offers", "outcomes"): _reads(_names),
    ("bets", "clause"): _reads(ambiguity.decode),
    ("proposals", "result"): _reads(_result),
    ("proposals", "outcomes"): _reads(_names),
    ("disputes", "ground"): _one_of(*map(str, GROUNDS)),
    ("disputes", "ruling"): _reads(_result),
    ("disputes", "first_ruling"): _reads(_result),
    ("votes", "result"): _reads(_result),
    ("resolutions", "result"): _reads(_result),
    ("acts", "act"): _short,
    ("due_work", "kind"): lambda cell: cell in handlers.JOBS,
    ("cards", "kind"): _one_of(*CARDS),
    ("posts", "kind"): _short,
    ("posts", "facts"): _reads(_facts),
    ("forecasts", "chances"): _reads(_chances),
    ("forecasts", "quantiles"): _reads(_quantiles),
    ("scores", "chances"): _reads(_chances),
    ("trades", "prices"): _reads(_prices),
    ("counters", "name"): _short,
}
"""By table and column: what its texts are."""


def is_typed(table: str, column: str, value: Any) -> bool:
    """Return whether a value can be read as what its column holds; nothing may stand where the table allows it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return fits(value)
    check = CHECKS.get((table, column))
    return check is None or value is None or (isinstance(value, str) and check(value))
