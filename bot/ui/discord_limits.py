"""What Discord takes of one message, and how a card is brought down to it: the one place that knows both.

Discord counts the letters of all texts of a message together. Nothing is left out silently: what people typed is
shortened first, then other long lines, and at last whole lines are counted instead of shown; the card says so.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.ui.cards import Button, Card

LETTERS = 4_000
"""Of all texts of one message, counted as its own clients do: a letter outside the basic plane is two."""

MENTIONS = 50
"""People that one post names (RULES E2); Discord would take 100."""

PARTS = 40
"""Components of one message: containers, texts, rows, buttons."""

_QUOTES, _LINES = (300, 200, 120, 60), (600, 300, 150)
"""To how many letters quotes and lines are shortened, one after the other, until all fits."""

_MORE_LETTERS = 60
_QUOTED = re.compile("“([^“]*)”")
SHORTENED = "Shortened to what fits in one message"


def letters(text: str) -> int:
    """Return how many letters Discord may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def body(card: Card) -> str:
    """Return a card's text as it is sent."""
    small = [f"-# {card.small}"] if card.small else []
    return "\n".join([f"### {card.title}", *card.text, *small])


def fitted(card: Card, room: int = LETTERS, whole: Button | None = None) -> Card:
    """Return the card as it is where its text fits into `room` letters, else shortened, which its fine print says.

    Args:
        whole: Opens the whole text; a shortened card has it.
    """
    if letters(body(card)) <= room:
        return card
    note = SHORTENED + (f": *{whole.label}* shows all of it" if whole else "")
    small = f"{card.small} · {note}" if card.small else note
    has = whole is None or whole.id in [one.id for one in card.buttons]
    buttons = card.buttons if whole is None or has else (*card.buttons, whole)
    made = replace(card, small=small, buttons=buttons)
    lines = [line for part in card.text for line in part.split("\n")]
    for most in _QUOTES:
        lines = [_QUOTED.sub(lambda found, most=most: f"“{cut(found[1], most)}”", line) for line in lines]
        if letters(body(replace(made, text=tuple(lines)))) <= room:
            return replace(made, text=tuple(lines))
    for most in _LINES:
        lines = [cut(line, most) for line in lines]
        if letters(body(replace(made, text=tuple(lines)))) <= room:
            return replace(made, text=tuple(lines))
    left = room - letters(body(replace(made, text=()))) - _MORE_LETTERS
    return replace(made, text=tuple(_first(lines, left)))


def _first(lines: Sequence[str], room: int) -> list[str]:
    """The first lines that fit, and how many don't."""
    kept: list[str] = []
    for line in lines:
        room -= letters(line) + 1
        if room < 0:
            break
        kept.append(line)
    return [*kept, f"… and {len(lines) - len(kept)} more lines"]


def cut(line: str, most: int) -> str:
    """Return the beginning of a line of a card, at a word's end, with nothing of its markdown torn apart."""
    if letters(line) <= most:
        return line
    kept = line[: most - 1]
    while letters(kept) > most - 1:
        kept = kept[:-1]
    at = kept.rfind(" ")
    kept = kept[:at] if at > most // 2 else kept
    for opening, closing in (("[", ")"), ("<", ">")):
        begun = _last(kept, opening)
        kept = kept if begun < 0 or closing in kept[begun:] else kept[:begun]
    kept = kept.rstrip("\N{ZERO WIDTH JOINER}") if not _open(kept) else kept[:-1]
    bold = kept.replace(r"\*", "").count("**") % 2
    return f"{kept.rstrip()}…{'**' if bold else ''}"


def parts(line: str, most: int) -> list[str]:
    """Return a long line in pieces that fit, parted at spaces where it can be."""
    found: list[str] = []
    while letters(line) > most:
        at = most // 2  # of what is counted as two letters so many fit surely
        at = line.rfind(" ", at // 2, at) if " " in line[at // 2 : at] else at - _open(line[:at])
        found.append(line[:at])
        line = line[at:].lstrip()
    return [*found, line]


def _open(text: str) -> bool:
    """Whether it ends in a backslash that makes the next letter harmless."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _last(text: str, letter: str) -> int:
    """Where a letter of our own stands last; those that people typed follow a backslash."""
    at = text.rfind(letter)
    while at > 0 and _open(text[:at]):
        at = text.rfind(letter, 0, at)
    return at


def called(people: Sequence[int], roles: Sequence[int], more: int) -> list[str]:
    """Return the lines below a card: one that mentions people, by Discord id, and one that counts those whom it
    doesn't."""
    names = [f"<@{person}>" for person in people] + [f"<@&{role}>" for role in roles]
    others = f"-# and {more:,} more who have something on it" if more else ""
    return [line for line in (" ".join(names), others) if line]
