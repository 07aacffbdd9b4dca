"""Say what a market counts as that changed hands and that nobody holds shares of (RULES B8).

It is filed as void, so whoever sells the last share would choose whether everything before is void. They don't: whom
a void would cost something is told, and has time to buy a share, by which the claim is asked about like any other. A
market that became empty too late for that isn't filed: who traded in it counts as still there, and its trades stand
by the claim's result. They are told once a day at most; of a market that was held again and emptied meanwhile they
are told a day later (`market.empty`), and until then it counts as one that they weren't told of.
"""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, in_guild, param
from ledger.types import Whole, to_us
from markets.claims import terms
from markets.claims.claims import Claim
from markets.core import tables

TIME_US = terms.DAY_US
"""How long people have to react, trading being open; of a short market a quarter of its trading time."""

SHORT = 4

MOST_US = 14 * terms.DAY_US
"""How long an author waits for a post that can't be sent, before they may close such a claim."""

HEARD = "posted_us"
"""Of such a post's facts: when Discord had it."""

FREEZE = "freeze"

POST = "market.empty"
"""Tells whom a void would cost something that nobody holds shares of a market."""

_markets = tables.markets.c
_positions = tables.positions.c
_trades = tables.trades.c
_proposals = tables.proposals.c
_acts = tables.acts.c
_posts = tables.posts.c
_one, _zero = sa.literal_column("1", Whole), sa.literal_column("0", Whole)
_OPENED = Compiled(
    sa.select(_markets.opened_us).where(
        in_guild(_markets),
        _markets.claim == param("claim"),
        _markets.state == sa.literal_column("'open'"),
        _markets.trades > _zero,
        ~sa.exists().where(
            _positions.guild_id == _markets.guild_id,
            _positions.claim == _markets.claim,
            _positions.shares > _zero,
        ),
    )
)
_LAST = Compiled(
    sa.select(_trades.at_us)
    .where(in_guild(_trades), _trades.claim == param("claim"))
    .order_by(_trades.number.desc())
    .limit(_one)
    .offset(_zero)
)
_TOLD = (
    sa.select(_posts.made_us, _posts.facts, _posts.state)
    .where(in_guild(_posts), _posts.line == param("claim"), _posts.kind == POST)
    .order_by(_posts.number.desc())
    .limit(1)
)
_HEARD = (
    sa.update(tables.posts).where(in_guild(_posts), _posts.number == param("n")).values(facts=param("facts"))
)
_SENT = sa.select(sa.func.max(_posts.number)).where(
    in_guild(_posts), _posts.line == param("claim"), _posts.kind == POST, _posts.message.is_not(None)
)
_TRADERS = (
    sa.select(_positions.player, sa.cast(sa.func.sum(_positions.cost), Whole))
    .where(in_guild(_positions), _positions.claim == param("claim"))
    .group_by(_positions.player)
    .having(sa.func.sum(_positions.cost) != 0)
)
_STOPPED = sa.union_all(
    sa.select(_proposals.number).where(
        in_guild(_proposals),
        _proposals.claim == param("claim"),
        _proposals.early == 1,
        _proposals.made_us < param("closes"),
        sa.or_(_proposals.ended_us.is_(None), _proposals.ended_us > param("last")),
    ),
    sa.select(_acts.number).where(
        in_guild(_acts),
        _acts.claim == param("claim"),
        _acts.act == FREEZE,
        _acts.at_us > param("last"),
        _acts.at_us < param("closes"),
    ),
)


def traders(tx: Connection, claim: Claim) -> dict[int, int]:
    """Return who has put more into a claim's market than they took out, or less, and how much, minor units."""
    rows = tx.execute(_TRADERS, {"g": claim.guild, "claim": claim.number}).all()
    return {player: int(cost) for player, cost in rows}


def told_us(tx: Connection, claim: Claim) -> int:
    """Return when people were last told that nobody holds shares of a market: when Discord had that, or it was queued
    where it waits; 0 where they never were."""
    row = tx.execute(_TOLD, {"g": claim.guild, "claim": claim.number}).first()
    return 0 if row is None else int(json.loads(row.facts).get(HEARD, row.made_us))


def posted(tx: Connection, guild: int, facts: dict[str, Any], now: datetime) -> None:
    """Remember when Discord had the post that nobody holds shares of a market."""
    number = tx.execute(_SENT, {"g": guild, "claim": facts["claim"]}).scalar()
    said = json.dumps(facts | {HEARD: to_us(now)}, separators=(",", ":"), sort_keys=True)
    tx.execute(_HEARD, {"g": guild, "n": number, "facts": said})


def _waits(tx: Connection, claim: Claim, now: datetime) -> bool:
    """Whether people are to be told that nobody holds shares of a market, and Discord hasn't that post yet; for two
    weeks at most."""
    row = tx.execute(_TOLD, {"g": claim.guild, "claim": claim.number}).first()
    if row is None or row.state == "sent" or HEARD in json.loads(row.facts):
        return False
    return to_us(now) < int(row.made_us) + MOST_US


def untold(tx: Connection, claim: Claim) -> bool:
    """Return whether a market that changed hands was held again since people were told that nobody holds it."""
    empty = _OPENED.row(tx, g=claim.guild, claim=claim.number) is not None
    return empty and 0 < told_us(tx, claim) < _last(tx, claim)


def late(tx: Connection, claim: Claim) -> bool:
    """Return whether a market that changed hands became empty so late that people had no time to buy again, or
    trading was stopped meanwhile; or they weren't told of it."""
    return _late(tx, claim) or (untold(tx, claim) and bool(traders(tx, claim)))


def _late(tx: Connection, claim: Claim) -> bool:
    opened = _OPENED.row(tx, g=claim.guild, claim=claim.number)
    if opened is None or not traders(tx, claim):
        return False
    last_us, closes_us = _last(tx, claim), claim.closes_us or 0
    heard_us = max(last_us, told_us(tx, claim))
    if heard_us > closes_us - min(TIME_US, (closes_us - int(opened[0])) // SHORT):
        return True
    asked = {"g": claim.guild, "claim": claim.number, "last": last_us, "closes": closes_us}
    return tx.execute(_STOPPED, asked).first() is not None


def lately(tx: Connection, claim: Claim, now: datetime) -> bool:
    """Return whether a market that changed hands became empty within the last day, or people were told of it then, or
    are to be told yet."""
    empty = _OPENED.row(tx, g=claim.guild, claim=claim.number) is not None
    if not empty or not traders(tx, claim):
        return False
    heard_us = max(_last(tx, claim), told_us(tx, claim))
    return to_us(now) < heard_us + TIME_US or _waits(tx, claim, now)


def may_be_void(tx: Connection, claim: Claim) -> bool:
    """Return whether a claim's market will be paid as void, at the latest once people are told of it."""
    empty = _OPENED.row(tx, g=claim.guild, claim=claim.number) is not None
    return empty and bool(traders(tx, claim)) and not _late(tx, claim)


def will_be_void(tx: Connection, claim: Claim) -> bool:
    """Return whether a claim's market is paid as void at the check date as it is: it changed hands, nobody holds
    shares of it, and it became empty early enough, of which people were told."""
    return may_be_void(tx, claim) and not untold(tx, claim)


def _last(tx: Connection, claim: Claim) -> int:
    row = _LAST.row(tx, g=claim.guild, claim=claim.number)
    assert row is not None, claim.number
    return int(row[0])
