"""Announcements waiting to be told: facts, never words.

A *card* is one message that always shows the newest state of one thing: changing it twice before it is drawn draws
it once. A *post* is a message that is sent once, in order for its claim. Both are written in the transaction of what
they tell. The bot's announcer takes them under a lease, notes that a send begins, sends, and tells what became of it;
what has to happen once Discord has a post (`SENT`) happens in the transaction that remembers its message.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from ledger.compiled import Compiled, constants, in_guild, param
from ledger.types import to_us
from markets.core.numbering import following
from markets.core.tables import (
    cards,
    disputes,
    posts,
)

Facts = Mapping[str, int | str | list[int] | bool | None]


# --- written by what changes something --------------------------------------------------------


c = cards.c
p = posts.c
WAITING: sa.ColumnElement[str] = sa.literal_column("'waiting'")
PARKED: sa.ColumnElement[str] = sa.literal_column("'parked'")
_new = constants(state="waiting", owner=0, lease_us=0, fence=0, tries=0)
_new_card = {"guild_id": param("g"), "kind": param("of_kind"), "ref": param("of_ref")}
_REDRAW = Compiled(
    postgresql.insert(cards)
    .values(_new_card | constants(wanted=1, shown=0) | _new)
    .on_conflict_do_update(
        index_elements=[c.guild_id, c.kind, c.ref],
        set_={
            "wanted": c.wanted + sa.literal_column("1"),
            "state": sa.literal_column("'waiting'"),
            "tries": sa.literal_column("0"),
        },
    )
)
_new_post = {
    "guild_id": param("g"),
    "number": param("n"),
    "line": param("in_line"),
    "kind": param("of_kind"),
    "facts": param("said"),
    "made_us": param("at"),
}
_POST = Compiled(sa.insert(posts).values(_new_post | _new))
sent = (
    in_guild(p),
    p.state == sa.literal_column("'sent'"),
    p.message.is_not(None),
    p.message != 0,
)
this_card = (in_guild(c), c.kind == param("of_kind"), c.ref == param("of_ref"))
_PLACE = sa.select(c.channel, c.message, c.state).where(*this_card)


def redraw(tx: Connection, guild: int, kind: str, ref: int) -> None:
    """Have the card of a claim, an offer or a bet drawn again; the first time, it is made."""
    _REDRAW.execute(tx, g=guild, of_kind=kind, of_ref=ref)


def redraw_disputes(tx: Connection, guild: int, claim: int) -> None:
    """Have the cards of a claim's disputes drawn again."""
    tx.execute(REDRAW_DISPUTES, {"g": guild, "claim": claim})


def enqueue(tx: Connection, guild: int, kind: str, facts: Facts, now: datetime, *, line: int = 0) -> int:
    """Tell something once. Posts of one `line` (a claim's number, 0 for none) are sent in order.

    Returns:
        The post's number, for what has to happen when Discord has taken it.
    """
    number = following(tx, guild, "posts")
    _POST.execute(tx, g=guild, n=number, in_line=line, of_kind=kind, said=_encode(facts), at=to_us(now))
    return number


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


# --- taken by the announcer -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that an announcer holds. `begun_us` is when a send began of which nothing was heard; `message` is there
    where it was sent before, and names a player who was deleted since."""

    guild: int
    number: int
    line: int
    kind: str
    facts: str
    made_us: int
    channel: int | None
    begun_us: int | None
    fence: int
    tries: int
    message: int | None = None


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A card that an announcer holds; `message` once there is one, to be edited."""

    guild: int
    kind: str
    ref: int
    channel: int | None
    message: int | None
    wanted: int
    shown: int
    begun_us: int | None
    fence: int
    tries: int


# --- reading ----------------------------------------------------------------------------------


def facts(held: HeldPost) -> dict[str, Any]:
    """Return what a post tells."""
    return json.loads(held.facts)


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where a card stands, if it is there; `waiting` while it still has to be drawn."""

    channel: int | None
    message: int | None
    waiting: bool


def place_of(tx: Connection, guild: int, kind: str, ref: int) -> tuple[int, int] | None:
    """Return the channel and the message of a card; None before it is there."""
    found = place(tx, guild, kind, ref)
    return (found.channel, found.message) if found.channel and found.message else None


def place(tx: Connection, guild: int, kind: str, ref: int) -> CardPlace:
    """Return where a card stands."""
    row = tx.execute(_PLACE, {"g": guild, "of_kind": kind, "of_ref": ref}).first()
    return (
        CardPlace(None, None, False)
        if row is None
        else CardPlace(row.channel, row.message, row.state == "waiting")
    )


def redrawing(kind: str, table: sa.Table, *which: sa.ColumnElement[bool]) -> sa.Update:
    """Select, of the cards that there are, those about such rows of a table."""
    about = sa.select(table.c.number).where(in_guild(table.c), *which)
    return (
        sa.update(cards)
        .where(in_guild(c), c.kind == sa.literal_column(f"'{kind}'"), c.ref.in_(about))
        .values(wanted=c.wanted + sa.literal_column("1"), state=WAITING, tries=sa.literal_column("0"))
    )


REDRAW_DISPUTES = redrawing("dispute", disputes, disputes.c.claim == param("claim"))
