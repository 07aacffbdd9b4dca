"""Find names that look alike although they are written with other letters (RULES B7).

A name's skeleton is that of Unicode Security Mechanisms (UTS #39, section 4): decomposed, each letter replaced by the
one that stands for all that look like it, decomposed again. Case and spaces are left out of it, and so is what can't
be seen.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources


@cache
def prototypes() -> dict[int, str]:
    """Return what stands for each letter that looks like another, from Unicode's table beside this file."""
    table = resources.files("markets.claims").joinpath("confusables.txt").read_text(encoding="utf-8")
    found: dict[int, str] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            stands, _, letters = line.partition(":")
            prototype = "".join(chr(int(code, 16)) for code in stands.split())
            found |= {int(code, 16): prototype for code in letters.split()}
    return found


def skeleton(text: str) -> str:
    """Return a text with one letter for all that look alike."""
    seen = "".join(one for one in unicodedata.normalize("NFD", text) if unicodedata.category(one) != "Cf")
    table = prototypes()
    while (mapped := unicodedata.normalize("NFD", seen.translate(table))) != seen:
        seen = mapped
    return seen


@lru_cache(maxsize=512)
def looks(name: str) -> frozenset[str]:
    """Return how a name may look, case and spaces apart: as it is written, in capitals and in small letters. A
    capital I looks like a small l, and a small i doesn't."""
    bare = "".join(unicodedata.normalize("NFKC", name).split())
    return frozenset(skeleton(one).casefold() for one in (bare, bare.upper(), bare.casefold()))


def alike(one: str, other: str) -> bool:
    """Return whether two names look alike."""
    return not looks(one).isdisjoint(looks(other))


def pair(names: Sequence[str]) -> tuple[str, str] | None:
    """Return the first two of some names that look alike."""
    for at, name in enumerate(names):
        for before in names[:at]:
            if alike(before, name):
                return before, name
    return None
