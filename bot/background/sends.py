"""Hold one message as it is sent: whom it calls, the mark it is found by, and its nonce."""

import hashlib
from dataclasses import dataclass

from discord import ui

from bot.ui import components, discord_limits
from bot.ui.cards import Button
from bot.words import announced
from bot.words.announced import Told
from markets.core.outbox import HeldCard, HeldPost

Held = HeldCard | HeldPost


@dataclass(frozen=True, slots=True)
class Sending:
    """A message as it goes out: `mentions` and `roles` by Discord id, and the players who get a direct message.

    `more` counts people whom Discord's limit leaves no room to mention.
    """

    told: Told
    mentions: tuple[int, ...]
    roles: tuple[int, ...]
    dms: tuple[int, ...]
    mark: int
    more: int = 0


def is_new(held: Held) -> bool:
    """Tell whether the row becomes a new message, and not the edit of one."""
    return isinstance(held, HeldPost) or held.message is None


def reference(held: Held) -> str:
    """Name the row that a message shows: `claim 12`, `post 34`."""
    return f"{held.kind} {held.ref}" if isinstance(held, HeldCard) else f"post {held.number}"


def message_mark(about: str) -> int:
    """Compute the mark of a message: the id of its container, which Discord keeps and never shows.

    It is 31 bits of a digest, above the small numbers that Discord itself gives to components.
    """
    return 1_000 + int.from_bytes(hashlib.sha256(about.encode()).digest()[:4]) % (2**31 - 1_000)


def nonce(held: Held) -> int:
    """Compute the nonce by which Discord recognises a repeat: equal for every attempt of one send, and only there."""
    # A card whose message was deleted is sent as another message.
    again = held.shown if isinstance(held, HeldCard) else 0
    about = f"{held.guild}:{reference(held)}:{again}"
    return int.from_bytes(hashlib.sha256(about.encode()).digest()[:8]) >> 1


def message_of(sending: Sending) -> ui.LayoutView:
    """Build a card with its mark and the mentions under it, shortened to what Discord takes."""
    called = discord_limits.called(sending.mentions, sending.roles, sending.more)
    room = discord_limits.LETTERS - sum(map(discord_limits.letters, called))
    line = sending.told.line
    whole = Button(announced.ALL_SAID, f"said:{line}:0") if line else None
    view = components.view(discord_limits.fitted(sending.told.card, room, whole), sending.mark)
    for words in called:
        view.add_item(ui.TextDisplay(words))
    return view
