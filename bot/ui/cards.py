"""What a person is shown, as plain values: `words` makes them, `components` turns them into Discord's.

A `Card` is a message, a `Form` asks for something typed or chosen. Each press and each sent form carries its meaning
in its `id`, as `components.Routes` reads it, so it works in an old message and after a restart.
"""

from dataclasses import dataclass
from enum import Enum

from bot.charts.models import Chart, PricesOf

REFUSED = "That didn't work"
"""The heading of every no."""

BREAK = " ⏎ "
"""How a card shows a line break in what was typed into one field."""


class ButtonLook(Enum):
    """How a button looks: the act itself, another act, one side of YES or NO, an act that can't be undone."""

    MAIN = 1
    PLAIN = 2
    YES = 3
    DANGER = 4
    NO = 4  # noqa: PIE796 - Discord has one red


class Accent(Enum):
    """The colour of a card's edge."""

    PLAIN = 0x4655D4
    DONE = 0x1F8A57
    CAREFUL = 0xB7791F


@dataclass(frozen=True, slots=True)
class Button:
    """`label` says the act, and the amount where there is one."""

    label: str
    id: str
    look: ButtonLook = ButtonLook.PLAIN
    off: bool = False


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG under a name of its own, and what it shows in words."""

    name: str
    content: bytes
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """A heading, paragraphs in Discord's markdown, one line of fine print, and at most five buttons a row.

    `chart` is drawn before the card is shown, and is its `picture` then. `live` names the card, by kind and number,
    that a public answer is where the server chose no channel: it is drawn again there.
    """

    title: str
    text: tuple[str, ...] = ()
    small: str = ""
    buttons: tuple[Button, ...] = ()
    accent: Accent = Accent.PLAIN
    files: tuple[File, ...] = ()
    chart: Chart | PricesOf | None = None
    picture: Picture | None = None
    live: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text to type, or a paragraph where `long`."""

    id: str
    label: str
    help: str = ""
    value: str = ""
    most: int = 100
    needed: bool = True
    long: bool = False


@dataclass(frozen=True, slots=True)
class PickChannel:
    """A text or announcement channel, or where `forum` a forum channel; or none."""

    id: str
    label: str
    help: str = ""
    value: int = 0
    forum: bool = False


@dataclass(frozen=True, slots=True)
class PickRole:
    """A role, or none."""

    id: str
    label: str
    help: str = ""
    value: int = 0


@dataclass(frozen=True, slots=True)
class PickPeople:
    """Up to `most` people, or nobody."""

    id: str
    label: str
    help: str = ""
    values: tuple[int, ...] = ()
    most: int = 1


@dataclass(frozen=True, slots=True)
class PickOne:
    """One of a few answers: `options` are (value, words), `value` the one that is chosen already."""

    id: str
    label: str
    options: tuple[tuple[str, str], ...]
    help: str = ""
    value: str = ""


Field = Line | PickChannel | PickRole | PickPeople | PickOne


@dataclass(frozen=True, slots=True)
class Form:
    """At most five parts: the fields, and a line of text above them if there is one."""

    title: str
    id: str
    fields: tuple[Field, ...]
    text: str = ""


def turning(*buttons: Button) -> tuple[Button, ...]:
    """Return buttons that turn pages; none where there is only one page."""
    return buttons if any(not button.off for button in buttons) else ()
