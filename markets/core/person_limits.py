"""How much one person may have, make and open, whatever a server chose (RULES B8, E2).

Counted over all numbers of a person, so that going and coming back sheds none of it (E4).
"""

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger.compiled import in_guild, param, params
from ledger.types import to_us
from markets.core import tables
from markets.core.errors import TooManyDrafts, TooManyOffers, TooManyOffersTo, TooManyToday

OPEN_OFFERS, OPEN_OFFERS_TO, DRAFTS = 20, 5, 20
OFFERS_A_DAY, CLAIMS_A_DAY = 30, 10
RINGS_A_DAY = 3
"""How often one person's offers and suggestions mention another one in a day; further ones are made, and mention
nobody."""

DAY_US = 86_400_000_000

_offers = tables.offers.c
_claims = tables.claims.c
_count = sa.func.count()
_of_maker = (in_guild(_offers), _offers.maker.in_(params("people")))
_OPEN = sa.select(_count).where(*_of_maker, _offers.state == "open")
_OPEN_TO = _OPEN.where(_offers.taker == param("taker"))
_MADE = sa.select(_count).where(*_of_maker, _offers.made_us > param("since"))
_of_author = (in_guild(_claims), _claims.author.in_(params("people")))
_DRAFTS = sa.select(_count).where(*_of_author, _claims.state == "draft")
_OPENED = sa.select(_count).where(*_of_author, _claims.opened_us > param("since"))
_RANG = sa.select(_count).where(
    *_of_maker,
    _offers.taker == param("taker"),
    _offers.number < param("number"),
    _offers.made_us > param("since"),
)
_bets = tables.bets.c
_posts = tables.posts.c
_BETWEEN = sa.select(_bets.number, _bets.claim).where(
    in_guild(_bets),
    sa.or_(
        _bets.maker.in_(params("people")) & (_bets.taker == param("taker")),
        _bets.taker.in_(params("people")) & (_bets.maker == param("taker")),
    ),
    _bets.state == "live",
)
_SUGGESTED = sa.select(_posts.facts).where(
    in_guild(_posts),
    _posts.line.in_(params("lines")),
    _posts.kind.in_(["bet.ending_suggested", "bet.move_suggested"]),
    _posts.made_us > param("since"),
    _posts.made_us <= param("until"),
)
_OFFERED = sa.select(_count).where(
    *_of_maker, _offers.taker == param("taker"), _offers.made_us > param("since")
)


def require_offer(tx: Connection, guild: int, maker: int, taker: int, now: datetime) -> None:
    """Check that a person may make another offer, to `taker` if that isn't 0.

    Raises:
        TooManyOffers, TooManyOffersTo, TooManyToday: They have, or made, as many as one person may.
    """
    asked = {"g": guild, "people": returned.numbers(tx, guild, maker), "taker": taker}
    if tx.execute(_OPEN, asked).scalar_one() >= OPEN_OFFERS:
        raise TooManyOffers(OPEN_OFFERS)
    if taker and tx.execute(_OPEN_TO, asked).scalar_one() >= OPEN_OFFERS_TO:
        raise TooManyOffersTo(OPEN_OFFERS_TO)
    since = {"since": to_us(now) - DAY_US}
    if tx.execute(_MADE, asked | since).scalar_one() >= OFFERS_A_DAY:
        raise TooManyToday("offers", OFFERS_A_DAY)


def require_draft(tx: Connection, guild: int, author: int) -> None:
    """Check that a person may keep another draft.

    Raises:
        TooManyDrafts: They have as many as one person may.
    """
    asked = {"g": guild, "people": returned.numbers(tx, guild, author)}
    if tx.execute(_DRAFTS, asked).scalar_one() >= DRAFTS:
        raise TooManyDrafts(DRAFTS)


def require_opening(tx: Connection, guild: int, author: int, now: datetime) -> None:
    """Check that a person may open another claim today.

    Raises:
        TooManyToday: They opened as many as one person may in a day.
    """
    asked = {"g": guild, "people": returned.numbers(tx, guild, author), "since": to_us(now) - DAY_US}
    if tx.execute(_OPENED, asked).scalar_one() >= CLAIMS_A_DAY:
        raise TooManyToday("claims", CLAIMS_A_DAY)


def rings(tx: Connection, guild: int, offer: int, maker: int, taker: int, made_us: int) -> bool:
    """Return whether an offer mentions whom it names: the first three of a day by one person do (E2)."""
    people = returned.numbers(tx, guild, maker)
    asked = {"g": guild, "people": people, "taker": taker, "number": offer, "since": made_us - DAY_US}
    suggested = _suggested(tx, guild, people, taker, made_us)
    return suggested + tx.execute(_RANG, asked).scalar_one() < RINGS_A_DAY


def suggestion_rings(tx: Connection, guild: int, by: int, whom: int, now: datetime) -> bool:
    """Return whether an ending or a move of their bet that one side suggests now mentions the other: with its maker's
    offers to them, the first three of a day do (E2)."""
    people = returned.numbers(tx, guild, by)
    asked = {"g": guild, "people": people, "taker": whom, "since": to_us(now) - DAY_US}
    suggested = _suggested(tx, guild, people, whom, to_us(now))
    return suggested + tx.execute(_OFFERED, asked).scalar_one() < RINGS_A_DAY


def _suggested(tx: Connection, guild: int, people: list[int], whom: int, until_us: int) -> int:
    """How many endings and moves somebody suggested to another in the day before a moment, on their live bets."""
    between = tx.execute(_BETWEEN, {"g": guild, "people": people, "taker": whom}).all()
    if not between:
        return 0
    asked = {"g": guild, "lines": sorted({row.claim for row in between})}
    asked |= {"since": until_us - DAY_US, "until": until_us}
    theirs = {row.number for row in between}
    told = [json.loads(facts) for facts in tx.execute(_SUGGESTED, asked).scalars()]
    return sum(one["bet"] in theirs and one.get("by") in people for one in told)
