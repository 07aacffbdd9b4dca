"""Keep what was typed into forms, as it was typed, and cut it to what is stored (RULES B6)."""

import json
from collections.abc import Mapping

from bot import text
from bot.input import links
from bot.refusals import BadInput
from bot.unseen import cut
from markets.core import text_limits as typed_texts

Held = Mapping[str, str]


MOST_TITLE = 100


MOST_STATEMENT, MOST_QUICK, MOST_SOURCE = 900, 400, 400


MOST_TAG, MOST_TAGS = 30, 5
"""Letters that are kept, as many as the forms take; more is refused with the count."""


def encode(held: Held) -> str:
    """Write what a draft's forms hold as it is stored."""
    return json.dumps(dict(held), ensure_ascii=False, sort_keys=True)


def decode(stored: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in json.loads(stored).items()}


def kept(typed: str, field: str, most: int = typed_texts.MOST) -> str:
    """Return the visible letters of a text as one line, whole.

    Raises:
        BadInput: It has more letters than are kept.
    """
    line = text.clean(typed, max(len(typed), 1))
    if len(line) > most:
        raise BadInput(
            field, f"it has {len(line):,} letters, and {most:,} at most are kept: write it shorter"
        )
    return line


def require_links(typed: str, field: str) -> None:
    """Check every link among words.

    Raises:
        BadInput: One can't stand (B7), and why.
    """
    for link in links.found_in(typed):
        if why := links.why_not(link):
            raise BadInput(field, why)


def linked(typed: str, field: str, most: int = typed_texts.MOST) -> str:
    """Return a text as `kept` does, of which every link can stand. Raise what `kept` and `require_links` do."""
    require_links(typed, field)
    return kept(typed, field, most)


def title(words: str) -> str:
    """Make a label for lists and headings: a long statement's first whole words."""
    line = text.clean(words, max(len(words), 1))
    if len(line) <= MOST_TITLE:
        return line
    whole = line[: MOST_TITLE - 1].rpartition(" ")[0]
    return f"{cut(whole)} …" if whole else text.clean(line, MOST_TITLE)
