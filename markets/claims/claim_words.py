"""The words that `/claim search` finds claims by, one row a word in `claim_words`.

Words come from the title, the statement, the names of the outcomes and the tags. They are split and folded here, in
Python, so that both databases hold and find the same. Drafts have none. The rows follow from the terms: exports leave
them out, imports write them again, and the audit holds them against the terms.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, in_guild, insert_if_new, param
from markets.claims.terms import Terms
from markets.core import tables

MOST_LETTERS = 40
"""Kept of a word. PostgreSQL refuses an index entry of more than 2,704 bytes."""

MOST_WORDS = 12
"""Looked up in one search, the longest first."""

_AFTER_ALL = "\U0010ffff"
"""Sorts after every letter on both databases, and is none itself."""

_ASCII = re.compile("[a-z0-9]+")
_words = tables.claim_words.c
_ADD = Compiled(insert_if_new(tables.claim_words))
_REMOVE = Compiled(
    sa.delete(tables.claim_words).where(
        _words.guild_id == param("guild_id"), _words.word == param("word"), _words.claim == param("claim")
    )
)


def split(text: str) -> list[str]:
    """Return the words of a text in order: runs of letters, digits and accents, folded."""
    if text.isascii():  # the same, eight times as fast
        return [word[:MOST_LETTERS] for word in _ASCII.findall(text.lower())]
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return [word[:MOST_LETTERS] for word in "".join(map(_letter, folded)).split()]


def _letter(one: str) -> str:
    """A letter as it is, a space for what ends a word, and nothing for what can't be seen (a soft hyphen)."""
    if one.isalnum():
        return one
    category = unicodedata.category(one)
    if category == "Cf":
        return ""
    return one if category.startswith("M") else " "


def words_of(terms: Terms) -> set[str]:
    """Return all words that a claim with these terms is found by."""
    return {
        word for text in (terms.title, terms.statement, *terms.names, *terms.tags) for word in split(text)
    }


def note(tx: Connection, guild: int, number: int, terms: Terms, before: Terms | None = None) -> None:
    """Write the words of an open claim's terms; `before` are the terms whose words are there, if any are."""
    wanted, there = words_of(terms), words_of(before) if before else set[str]()
    _REMOVE.many(tx, _rows(guild, number, there - wanted))
    _ADD.many(tx, _rows(guild, number, wanted - there))


def _rows(guild: int, number: int, words: Iterable[str]) -> Sequence[dict[str, int | str]]:
    return [{"guild_id": guild, "word": word, "claim": number} for word in sorted(words)]


def search(typed: str) -> tuple[sa.CompoundSelect[tuple[int]] | None, dict[str, str]]:
    """Return the statement that selects the claims which hold all typed words, and its values besides the guild `g`.

    A typed word stands for every word that begins with it. The statement is None where no word was typed.
    """
    typed_words = sorted(set(split(typed)), key=lambda word: (-len(word), word))[:MOST_WORDS]
    if not typed_words:
        return None, {}
    values: dict[str, str] = {}
    for place, word in enumerate(typed_words):
        values |= {f"from_{place}": word, f"to_{place}": word + _AFTER_ALL}
    return sa.intersect(*(_beginning_with(place) for place in range(len(typed_words)))), values


def _beginning_with(place: int) -> sa.Select[tuple[int]]:
    """The claims that hold a word which begins with the one typed at a place, as a range of the primary key."""
    return sa.select(_words.claim).where(
        in_guild(_words), _words.word >= param(f"from_{place}"), _words.word < param(f"to_{place}")
    )
