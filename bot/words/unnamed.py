"""Mentions of people who had their data deleted, taken out of what was posted before."""

import re
from collections.abc import Set

GONE = "a deleted player"
_MENTION = re.compile(r"<@!?([0-9]{1,20})>")  # what people typed stands there with backslashes between

_CALL = re.compile(r"<@[!&]?[0-9]{1,20}>")


def people(text: str) -> set[int]:
    """Who is mentioned in a text of ours."""
    return {int(person) for person in _MENTION.findall(text)}


def without(text: str, gone: Set[int]) -> str:
    """The text with words in their place. Of a line that only calls people they are dropped; nothing may be left."""
    only_calls = not _CALL.sub("", text).strip()
    word = "" if only_calls else GONE
    left = _MENTION.sub(lambda found: word if int(found[1]) in gone else found[0], text)
    return " ".join(left.split()) if only_calls else left
