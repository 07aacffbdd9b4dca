"""Announcements waiting to be told: facts, never words.

A *card* is one message that always shows the newest state of one thing: changing it twice before it is drawn draws
it once. A *post* is a message that is sent once, in order for its claim. Both are written in the transaction of what
they tell; the bot's announcer sends them.
"""

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from ledger.prepared import Prepared
from ledger.types import to_us
from markets.counters import following
from markets.tables import cards, posts

Facts = Mapping[str, int | str | list[int] | bool | None]


def redraw(tx: Connection, guild: int, kind: str, ref: int) -> None:
    """The card of a claim, an offer or a bet shows something old now; the first time, it is to be made."""
    _REDRAW.count(
        tx,
        guild_id=guild,
        kind=kind,
        ref=ref,
        channel=None,
        message=None,
        wanted=1,
        shown=0,
        state="waiting",
        begun_us=None,
        owner=0,
        lease_us=0,
        fence=0,
        tries=0,
        last_error=None,
    )


def post(tx: Connection, guild: int, kind: str, facts: Facts, now: datetime, *, line: int = 0) -> int:
    """Tell something once. Posts of one `line` (a claim's number, 0 for none) are sent in order.

    Returns:
        The post's number, for what has to happen when Discord has taken it.
    """
    number = following(tx, guild, "posts")
    _POST.count(
        tx,
        guild_id=guild,
        number=number,
        line=line,
        kind=kind,
        facts=json.dumps(facts, sort_keys=True, separators=(",", ":")),
        made_us=to_us(now),
        channel=None,
        message=None,
        state="waiting",
        begun_us=None,
        owner=0,
        lease_us=0,
        fence=0,
        tries=0,
        last_error=None,
    )
    return number


_c = cards.c
_REDRAW = Prepared(
    postgresql.insert(cards).on_conflict_do_update(
        index_elements=[_c.guild_id, _c.kind, _c.ref],
        set_={
            "wanted": _c.wanted + sa.literal_column("1"),
            "state": sa.literal_column("'waiting'"),
            "tries": sa.literal_column("0"),
        },
    )
)
_POST = Prepared(sa.insert(posts))
