"""Take mentions of deleted people out of messages that were sent before."""

import re
from collections.abc import Set

GONE = "a deleted player"
_MENTION = re.compile(r"<@!?([0-9]{1,20})>")  # what people typed stands there with backslashes between

_CALL = re.compile(r"<@[!&]?[0-9]{1,20}>")


def people(text: str) -> set[int]:
    """List the people whom a text of Crux mentions."""
    return {int(person) for person in _MENTION.findall(text)}


def without(text: str, gone: Set[int]) -> str:
    """Replace mentions by words. A line that only calls people loses them; nothing may be left."""
    only_calls = not _CALL.sub("", text).strip()
    word = "" if only_calls else GONE
    left = _MENTION.sub(lambda found: word if int(found[1]) in gone else found[0], text)
    return " ".join(left.split()) if only_calls else left
