"""Pay as void what nobody holds shares of any more, and tell people of it beforehand (RULES B8)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.types import to_us
from markets.claims import claims, emptied
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US
from markets.core import lifecycle, outbox, tables
from markets.settlement import kinds, pay_markets, resolution, resolutions
from markets.shares import market_maker

POST = "market.empty"
"""Tells whom a void would cost something that nobody holds shares of a market."""

_posts = tables.posts.c
_TOLD = (
    sa.select(_posts.number)
    .where(
        in_guild(_posts), _posts.line == param("claim"), _posts.kind == POST, _posts.made_us > param("since")
    )
    .limit(1)
)


def void_first(tx: Connection, claim: Claim, now: datetime) -> int | None:
    """Pay a claim's market as void, at its check date, if nobody holds shares of it: whatever else hangs on the claim
    goes on. A claim with nothing else on it is filed, which pays it.

    Returns:
        When to look again, in microseconds since 1970, because it isn't paid yet; None if there is nothing to pay.
    """
    if claim.state != lifecycle.OPEN:
        return None
    market = market_maker.find(tx, claim.guild, claim.number)
    if market is None or not (pay_markets.alone(market) or _is_empty(tx, claim, now)):
        return None
    if claim.halted:  # that ends by itself
        return to_us(now) + DAY_US
    return None if pay_markets.void_alone(tx, claim, resolutions.ROOM, now).done else to_us(now)


def _is_empty(tx: Connection, claim: Claim, now: datetime) -> bool:
    """Whether a claim's market is to be paid as void, and something else hangs on the claim."""
    closed = (claim.closes_us or 0) <= to_us(now)
    return (
        closed
        and emptied.will_be_void(tx, claim)
        and not kinds.MARKET.hangs(tx, claim)
        and resolution.hangs(tx, claim, beside=kinds.MARKET)
    )


def tell(tx: Connection, guild: int, number: int, now: datetime) -> None:
    """Tell that nobody holds shares of a market that changed hands, while there is time to buy one; at most once a
    day."""
    claim = claims.load(tx, guild, number)
    asked = {"g": guild, "claim": number, "since": to_us(now) - DAY_US}
    if emptied.will_be_void(tx, claim) and tx.execute(_TOLD, asked).first() is None:
        outbox.enqueue(tx, guild, POST, {"claim": number}, now, line=number)
