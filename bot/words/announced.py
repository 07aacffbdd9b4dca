"""Say what a card or a post is worded from, and what comes of it.

`bot/words/table.py` names the function for each kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import text
from bot.server_settings import Places
from bot.text import Currency
from bot.ui.cards import Card
from ledger import accounts
from markets.claims.claims import Claim
from markets.settlement import resolution

MOST_LISTED = 8
"""Lines of a list that a post shows; the rest is counted."""

ALL_SAID = "All that was said"
"""The button for the whole text of what a message shortens."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be worded: a card by its `ref`, a post by its `facts`.

    `late_seconds` is how much later than it should have been a post is sent, where the bot was away; 0 if it isn't.
    """

    guild: int
    now: datetime
    ref: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    late_seconds: int = 0
    places: Places = field(default_factory=Places)

    @property
    def currency(self) -> Currency:
        return Currency(self.places.currency_name, self.places.currency_symbol)


@dataclass(frozen=True, slots=True)
class Told:
    """The card as it is shown, and the players whom it mentions (RULES E2), by number.

    `concerned` are not mentioned; they get a direct message if they chose that. `moderators` mentions the server's
    moderator role, `owner` its owner. A card's mentions count when it is first sent. `thread` and `tags` are the
    title and tags of a claim's own post in a forum; `line` is the claim in whose post another card stands.
    `privately` is a player: the post goes to their direct messages. `to_log` is for the log channel. A message
    mentions the first of `players`; with `must_hear` the others get a direct message (RULES D3).
    """

    card: Card
    players: tuple[int, ...] = ()
    concerned: tuple[int, ...] = ()
    moderators: bool = False
    owner: bool = False
    thread: str = ""
    tags: tuple[str, ...] = ()
    line: int = 0
    privately: int = 0
    to_log: bool = False
    must_hear: bool = False


Words = Callable[[Connection, Ask], Told | None]
"""Word a card or a post from the newest state of the book; None means that nothing is left to show."""


def name(tx: Connection, guild: int, player: int) -> str:
    """Name a player in a card. The mention notifies only players among `Told.players`."""
    return text.person(accounts.discord_id(tx, guild, player), player)


def holders(tx: Connection, claim: Claim) -> tuple[int, ...]:
    """List the players with points on a claim, the largest amount first (RULES B5)."""
    return tuple(resolution.holders(tx, claim))
