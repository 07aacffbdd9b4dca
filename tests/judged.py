"""Discord's description judges each body of the playground's tests once: bodies that differ in their ids and times
alone are as right as each other.

Its alternatives within alternatives take half a second for the list of our commands, which every start sends, and
were three quarters of all that the tests with the bot took.
"""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from bot.playground.openapi import SchemaChecker

_IDS_AND_TIMES = re.compile(r'"(\d{15,20}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))"')


def once(patch: pytest.MonkeyPatch) -> None:
    """From now on what was found right is not judged again. What is wrong is judged, and told, each time."""
    right: set[tuple[tuple[str, ...], str]] = set()
    judge = SchemaChecker._check

    def remembered(self: SchemaChecker, key: tuple[str, ...], body: Any) -> str | None:
        seen = (key, shape(body))
        if seen in right:
            return None
        fault = judge(self, key, body)
        if fault is None:
            right.add(seen)
        return fault

    patch.setattr(SchemaChecker, "_check", remembered)


def shape(body: Any) -> str:
    """The text of a body, with each id and each time replaced by which one it is: equal ones stay equal, and others
    stay apart."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        kind = f"id{len(found[1])}" if found[1].isdecimal() else "time"
        if kind == "time":
            datetime.fromisoformat(found[1])  # a day that doesn't exist is no time
        return f"\0{kind} {numbers.setdefault(found[1], len(numbers))}"

    try:
        return _IDS_AND_TIMES.sub(number, json.dumps(body))
    except ValueError:
        return json.dumps(body)
