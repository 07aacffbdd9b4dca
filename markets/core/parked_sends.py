"""Find the posts and cards that could not be sent and are parked, and let them be sent once more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param, params
from markets.core.delivery import PRIVATE, TRIES
from markets.core.outbox import PARKED, WAITING, c, p
from markets.core.tables import cards, posts
from markets.core.turns import with_crux

REFUSED = ("Forbidden", "NotFound", "HistoryHidden")
"""How the errors begin of what waits for a right, or for a place, and not for another Crux."""

AWAITED = ("act", "proposal.made", "dispute.ruled")
"""Posts that are sent after all once a server that had none has a channel; whether they still have to be, their words
know."""

_again = {"state": "waiting", "tries": 0, "lease_us": 0, "owner": 0}
_HOMELESS = "NoChannel"
_homeless = sa.func.coalesce(p.last_error, "") == _HOMELESS
_UNPARK_CARDS = sa.update(cards).where(in_guild(c), c.state == PARKED).values(_again)
_UNPARK_POSTS = (
    sa.update(posts)
    .where(
        in_guild(p),
        p.state == PARKED,
        p.kind.not_in(PRIVATE),  # a person who takes no messages from Crux is asked no second time
        ~_homeless | p.kind.in_(AWAITED),
    )
    .values(_again)
)
_REPORT_AGAIN = (
    sa.update(cards)
    .where(
        in_guild(c),
        c.kind == sa.literal_column("'unreachable'"),
        c.state == sa.literal_column("'shown'"),
    )
    .values(wanted=c.wanted + sa.literal_column("1"), state=WAITING, tries=0)
)


def unpark(tx: Connection, guild: int) -> int:
    """Tell what waited until a server chose its channels: its cards, and all that could not be told, in order;
    of what was to be told before it had a channel only what something waits for."""
    found = tx.execute(_UNPARK_CARDS, {"g": guild}).rowcount
    return found + tx.execute(_UNPARK_POSTS, {"g": guild}).rowcount


@dataclass(frozen=True, slots=True)
class Parked:
    """Something of one server is parked: in this channel, None where it came to none, and whether that is for a
    right that Crux lacked there."""

    guild: int
    channel: int | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Again:
    """Tell what is parked in a server: what was refused in these channels, and with `others` what failed for any
    other reason, each once more."""

    guild: int
    channels: tuple[int, ...] = ()
    others: bool = False


def kept(tx: Connection) -> list[Parked]:
    """Return where anything is parked that may be told again, over all servers that Crux is in."""
    return [Parked(row.guild_id, row.channel, bool(row.refused)) for row in tx.execute(_KEPT).all()]


def again(tx: Connection, request: Again, now: datetime) -> int:
    """Let what is parked be told, in order for each claim; how much that is. What fails once more is parked again.

    Runs through `db.background`.
    """
    asked = {
        "g": request.guild,
        "channels": list(request.channels) or [0],
        "others": int(request.others),
        "last": TRIES - 1,
    }
    found = tx.execute(_AGAIN_CARDS, asked).rowcount + tx.execute(_AGAIN_POSTS, asked).rowcount
    if found:
        tx.execute(_REPORT_AGAIN, {"g": request.guild})
    return found


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many announcements of one server could not be told in one channel, and a reason."""

    cards: int
    posts: int
    error: str


def unsent(tx: Connection, guild: int, channel: int) -> Unsent:
    """Return what is parked for one channel."""
    asked = {"g": guild, "channel": channel}
    parked_cards, card_error = tx.execute(_PARKED_CARDS, asked).one()
    parked_posts, post_error = tx.execute(_PARKED_POSTS, asked).one()
    errors = [error for error in (post_error, card_error) if error]
    refused = [error for error in errors if error.startswith(REFUSED)]
    return Unsent(parked_cards, parked_posts, (refused or errors or [""])[0])


def _refused(table: sa.Table) -> sa.ColumnElement[bool]:
    """Parked for a right that Crux lacked, or a place that was gone."""
    return sa.or_(*(table.c.last_error.like(f"{error}%") for error in REFUSED))


def _keeps(table: sa.Table) -> sa.ColumnElement[bool]:
    """Parked, and for another reason than that no channel was chosen."""
    keeps = (table.c.state == PARKED) & (sa.func.coalesce(table.c.last_error, "") != _HOMELESS)
    return keeps & table.c.kind.not_in(PRIVATE) if table is posts else keeps


def _kept_in(table: sa.Table) -> sa.Select[Any, Any, Any]:
    refused = sa.case((_refused(table), sa.literal(1)), else_=sa.literal(0)).label("refused")
    return sa.select(table.c.guild_id, table.c.channel, refused).where(_keeps(table), with_crux(table))


_KEPT = sa.union(_kept_in(cards), _kept_in(posts))


def _telling_again(table: sa.Table) -> sa.Update:
    refused = _refused(table)
    there = refused & table.c.channel.in_(params("channels"))
    elsewhere = ~sa.func.coalesce(refused, sa.false()) | table.c.channel.is_(None)
    others = (param("others") == sa.literal_column("1")) & elsewhere
    tries = sa.case((refused, sa.literal(0)), else_=param("last"))
    return (
        sa.update(table)
        .where(in_guild(table.c), _keeps(table), there | others)
        .values(_again | {"tries": tries})
    )


_AGAIN_CARDS, _AGAIN_POSTS = _telling_again(cards), _telling_again(posts)


def _reason(table: sa.Table) -> sa.ColumnElement[str]:
    """Why some are parked; a right that is lacking before any other reason."""
    error = table.c.last_error
    return sa.func.coalesce(sa.func.max(sa.case((_refused(table), error))), sa.func.max(error))


_PARKED_CARDS = sa.select(sa.func.count(), _reason(cards)).where(
    in_guild(c), c.state == PARKED, c.channel == param("channel")
)
_PARKED_POSTS = sa.select(sa.func.count(), _reason(posts)).where(
    in_guild(p), p.state == PARKED, p.channel == param("channel")
)
