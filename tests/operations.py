"""All operations that people can reach, found in the code: who tries them all at random is told of a new one."""

import dataclasses
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable
from functools import cache
from typing import Any

import ledger
import markets

NOT_PEOPLE_S = {
    **dict.fromkeys(
        (
            "ledger.issuance.start",
            "ledger.issuance.allowance",
            "ledger.issuance.draw",
            "ledger.issuance.give",
            "ledger.issuance.grant",
            "ledger.issuance.take",
            "ledger.issuance.fund",
            "ledger.players.present",
            "ledger.players.grant",
            "ledger.players.take",
            "ledger.players.fund",
            "ledger.players.forget",
            "markets.people.allowances.allowance",
        ),
        "a part of an operation of the markets",
    ),
    **dict.fromkeys(
        (
            "ledger.players.preview",
            "markets.people.allowances.preview",
            "markets.people.rewarding.require_offer",
            "markets.people.rewarding.require_give",
            "markets.settlement.voting.require_may_appoint",
            "markets.shares.orders.require_place",
        ),
        "asks, and writes nothing",
    ),
    **dict.fromkeys(
        (
            "markets.claims.on_call.gone",
            "markets.settlement.absence.back_again",
            "markets.settlement.calendar.needs_confirmation",
            "markets.settlement.proposals.announced",
            "markets.settlement.rulings.posted",
            "markets.settlement.sent_posts.sent",
        ),
        "the bot's own: what Discord told it",
    ),
}
"""Units that nobody's press carries out, and why."""


@cache
def units() -> dict[str, Callable[..., Any]]:
    """Every public function that takes a transaction, a request with a server and a key, and the time."""
    found: dict[str, Callable[..., Any]] = {}
    for room in (ledger, markets):
        for one in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            for name, unit in vars(importlib.import_module(one.name)).items():
                if (
                    not name.startswith("_")
                    and getattr(unit, "__module__", "") == one.name
                    and _is_unit(unit)
                ):
                    found[f"{one.name}.{name}"] = unit
    return found


def _is_unit(unit: Any) -> bool:
    if not inspect.isfunction(unit) or list(inspect.signature(unit).parameters)[::2] != ["tx", "now"]:
        return False
    asked = list(inspect.signature(unit).parameters)[1]
    request = typing.get_type_hints(unit).get(asked)
    if not (isinstance(request, type) and dataclasses.is_dataclass(request)):
        return False
    return {"guild", "key"} <= {field.name for field in dataclasses.fields(request)}


def people_s() -> dict[str, Callable[..., Any]]:
    """Those that a press of somebody carries out."""
    found = units()
    gone = NOT_PEOPLE_S.keys() - found.keys()
    assert not gone, f"no units any more: {sorted(gone)}"
    return {name: unit for name, unit in found.items() if name not in NOT_PEOPLE_S}
