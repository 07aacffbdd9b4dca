"""JSON as it comes: objects whose keys may be missing or null."""

from typing import Any

Json = dict[str, Any]


def rows(body: Json, key: str) -> list[Any]:
    """Return the list under a key; empty where it is missing or null."""
    return body.get(key) or []


def part(body: Json, key: str) -> Json:
    """Return the object under a key; empty where it is missing or null."""
    return body.get(key) or {}
