"""Word a setting that was changed, with its value before and after (RULES A7)."""

import json
from collections.abc import Callable
from typing import Any

from bot import text
from bot.words import phrases

LONGEST = 60
"""Letters of a value that was typed."""


def _typed(value: Any) -> str:
    return f"“{text.escape(str(value), LONGEST)}”" if value else "none"


def _amount(value: Any) -> str:
    return text.number(int(value)) if value else "0"


def _channel(value: Any) -> str:
    return text.channel(int(value)) if value else "none"


def _role(value: Any) -> str:
    return text.role(int(value)) if value else "none"


def _count(value: Any) -> str:
    return f"{int(value):,}" if value else "no limit"


def _most(value: Any) -> str:
    return text.number(int(value)) if value else "no limit"


def _switch(value: Any) -> str:
    return "on" if value else "off"


SETTINGS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "announcement_channel": ("The announcements", _channel),
    "forum_channel": ("The forum", _channel),
    "log_channel": ("The log", _channel),
    "moderator_role": ("The moderator role", _role),
    "time_zone": ("The time zone", _typed),
    "currency_name": ("The name of points", _typed),
    "currency_symbol": ("The sign of points", _typed),
    "starting_balance": ("The starting balance", _amount),
    "weekly_allowance": ("The weekly allowance", _amount),
    "account_age_days": ("Days that a Discord account must be old", lambda value: str(int(value))),
    "gifts": ("Gifts", _switch),
    "who_may_open": ("Who may open claims", _typed),
    "open_claims_per_person": ("Open claims per person", _count),
    "most_on_one_bet": ("The most on one bet", _most),
    "offer_seconds": ("How long an offer stands", lambda value: phrases.hours(int(value))),
    "window_seconds": ("The challenge window", lambda value: phrases.hours(int(value))),
    "window_gains_seconds": (
        "The window where the proposer gains",
        lambda value: phrases.hours(int(value)),
    ),
    "bond": ("The bond", _amount),
    "zone": ("The zone of claims", _typed),
    "liquidity": ("The liquidity of a market", _amount),
    "who_holds_what": ("Who sees who holds what", _typed),
}
"""Every setting that a person can choose: what it is called, and how its values read."""


def changed(stored: str) -> str:
    """Word an act that changed a setting: `The bond: 10 → 0`."""
    try:
        made = json.loads(stored)
        name, before, after = str(made["setting"]), made["before"], made["after"]
    except (ValueError, KeyError, TypeError):
        return f"changed a setting: {text.escape(stored, 200)}"
    label, words = SETTINGS.get(name, (text.escape(name, LONGEST), _typed))
    return f"{label}: {words(before)} → **{words(after)}**"
