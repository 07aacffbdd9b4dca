"""Who gets which answer: the table that `test_matrix.py` runs, cell by cell.

A row is a command, or the template of a button or a form, with what is filled in where it matters; a row may stand
more than once, with a word in brackets for what it is about. A column is a person of `matrix_world.py`. A cell is a
letter of the legend. Nothing here changes anything for the next cell: where somebody may do it, the question is too
old, or something is missing.
"""

from typing import Any

from discord import app_commands

from bot.commands.routes import ROUTES
from bot.commands.slash import COMMANDS

LEGEND: dict[str, str] = {}

DEFAULTS: dict[str, int | str] = {
    "claim": "open",
    "number": "offer",
    "proposal": "proposal",
    "draft": "draft",
    "order": "order",
    "player": "Bo's number",
    "person": "Bo's id",
    "taker": "Bo's id",
    "target": "other",
    "to": "other",
    "outcome": 0,
    "on": 1,
    "channel": 1,
    "message": 1,
}
"""What stands for a number of a template where a row says nothing: a name of `matrix_world`, or the number. A question
that was asked is the first of all times, so a confirmation comes too late."""

BO = {"to": "Bo"}
ROWS: dict[str, dict[str, Any]] = {
    "/bet quick": {},
    "/bet offer": {"claim": "proposed", "side": "YES", "stake": "1", "odds": "50%"},
    "/bet accept": {"offer": "Ada's offer"},
    "/bet counter": {"offer": "Ada's offer", "stake": "0", "theirs": "1"},
    "/bet withdraw": {"offer": "offer"},
    "/bet agree": {"bet": "Rex's bet"},
    "/bet move": {"bet": "Rex's bet", "claim": "other"},
    "/bet reminders": {"how": "mention"},
    "/bet dissent": {"bet": "Rex's bet", "words": "Not so."},
    "/bet show": {"number": "offer"},
    "/market open": {"claim": "open"},
    "/market liquidity": {"claim": "open", "amount": "10"},
    "/market buy": {"claim": "open", "outcome": "YES", "points": "1"},
    "/market sell": {"claim": "open", "outcome": "YES", "shares": "1"},
    "/market order": {"claim": "open", "outcome": "YES", "limit": "40%", "points": "1"},
    "/market cancel": {"order": "order"},
    "/market show": {"claim": "open"},
    "/market pool": {"claim": "open"},
    "/market stake": {"claim": "open", "outcome": "YES", "stake": "1"},
    "/claim show": {"claim": "open"},
    "/claim show (draft)": {"claim": "draft"},
    "/claim search": {"words": "open"},
    "/claim condition": {"claim": "open"},
    "/claim judge": {"claim": "scenario"},
    "/claim follow": {"claim": "settled"},
    "/claim close": {"claim": "open"},
    "/claim supersede": {"claim": "open"},
    "/claim clarify": {"claim": "settled", "words": "What is meant."},
    "/claim link": {"claim": "open", "to": "open", "moves": "raise"},
    "/claim unlink": {"claim": "open", "to": "other"},
    "/resolve propose": {"claim": "open"},
    "/resolve withdraw": {"claim": "proposed"},
    "/resolve challenge": {"claim": "proposed"},
    "/resolve argue": {"claim": "disputed"},
    "/resolve appeal": {"claim": "ruled"},
    "/resolve appeal (settled)": {"claim": "settled"},
    "/resolve sign": {"claim": "proposed"},
    "/resolve on-call": {"on": False},
    "/resolve step-down": {"claim": "disputed"},
    "/resolve appoint": {"claim": "disputed", "person": "Bo"},
    "/board listed": {"on": True},
    "/forecast give": {"claim": "proposed", "chance": "50%"},
    "/forecast show": {"claim": "open"},
    "/forecast hide": {"claim": "other"},
    "/forecast reveal": {"claim": "other"},
    "/reward offer": {"claim": "open", "amount": "1"},
    "/reward give": {"reward": "reward", "to": "Bo"},
    "/reward cancel": {"reward": "reward"},
    "/wallet give": {"to": "Bo", "amount": "1"},
    "/ledger export (server)": {"what": "server"},
    "/mod grant": {"to": "Bo", "amount": "1"},
    "/mod take": {"from": "Bo", "amount": "1"},
    "/mod wave": {"person": "Bo"},
    "/mod decide": {"claim": "disputed"},
    "/mod freeze": {"claim": "disputed"},
    "/mod reverse": {"claim": "settled"},
    "/mod note": {"claim": "open", "words": "   "},
    "claim-offer:{claim}": {"claim": "open"},
    "offer:{claim}": {"claim": "proposed"},
    "bet-end:{number}": {"number": "Rex's bet"},
    "bet-suggest-form:{number}": {"number": "Rex's bet"},
    "bet-suggest:{number}": {"number": "Rex's bet"},
    "bet-sign:{asked}:{number}:{maker}:{taker}": {"number": "Rex's bet"},
    "bet-move-look:{number}:{to}": {"number": "Rex's bet"},
    "bet-move:{asked}:{number}:{to}:{mark}": {"number": "Rex's bet"},
    "offer-take:{number}": {"number": "Ada's offer"},
    "offer-counter:{number}": {"number": "Ada's offer"},
    "counter:{number}": {"number": "Ada's offer"},
    "decide:{claim}": {"claim": "disputed"},
    "rule:{claim}:{choice}:{proposal}": {"claim": "disputed", "choice": 0, "proposal": "disputed proposal"},
    "rule-send:{claim}:{choice}:{proposal}": {
        "claim": "disputed",
        "choice": 0,
        "proposal": "disputed proposal",
        "reason": "",
    },
    "rule-send:{claim}:{choice}:{proposal} (ruled)": {
        "claim": "ruled",
        "choice": 0,
        "proposal": "ruled proposal",
        "reason": "",
    },
    "halt:{asked}:{claim}:{halts}": {"claim": "disputed", "halts": 1, "reason": ""},
    "reverse:{asked}:{claim}": {"claim": "settled", "reason": ""},
    "grant:{asked}:{person}:{amount}": {"amount": 100, "reason": ""},
    "take:{asked}:{person}:{amount}": {"amount": 100, "reason": ""},
    "challenge:{claim}": {"claim": "proposed"},
    "challenge:{claim}:{proposal}": {"claim": "proposed"},
    "challenge-send:{claim}:{proposal}": {"claim": "proposed", "ground": ["fact"], "reason": ""},
    "argue:{claim}": {"claim": "disputed"},
    "argue-send:{claim}:{proposal}": {"claim": "disputed", "proposal": "disputed proposal", "words": ""},
    "appeal:{claim}": {"claim": "ruled"},
    "appeal-send:{claim}:{proposal}": {"claim": "ruled", "proposal": "ruled proposal", "reason": ""},
    "hold-reversal:{claim}": {"claim": "settled", "reason": ""},
    "sign-proposal:{proposal}": {"proposal": "proposal"},
    "said:{claim}:{page}": {"claim": "disputed", "page": 0},
    "item-judge:{number}": {"number": "scenario"},
    "item-send:{asked}:{number}": {"number": "scenario"},
    "stories:{number}": {"number": "scenario"},
    "reward:{number}": {"number": "reward"},
    "terms:{number}": {"number": "open"},
    "follow:{number}:{on}": {"number": "settled"},
    "market-new:{claim}": {"claim": "other"},
    "market-form:{claim}:{house}": {"claim": "other", "house": 0},
    "market-again:{claim}:{house}": {"claim": "other", "house": 0},
    "hush:{player}:{on}": {"on": 0},
    "setup:save-places": {"zone": "Nowhere/At all"},
    "setup:save-points": {"start": "-1"},
    "setup:save-bets": {"most": "-1"},
    "setup:save-markets": {"subsidy": "-1"},
    "setup:save-season:{asked}": {"name": ""},
    "setup:save-fund:{asked}": {"amount": "-1"},
}

TABLE: dict[str, dict[str, str]] = {}


def leaves() -> set[str]:
    found = [leaf for command in COMMANDS for leaf in getattr(command, "commands", [command])]
    return {f"/{leaf.qualified_name}" for leaf in found if not isinstance(leaf, app_commands.ContextMenu)}


ALL = leaves() | {route.template for route in ROUTES}


def is_form(template: str) -> bool:
    """Whether a template is of a form that is sent, and not of a button."""
    handler = next(route.handler for route in ROUTES if route.template == template)
    return handler.__name__.startswith(("send_", "save_"))
