"""Pay as void what nobody holds shares of any more, and tell people of it beforehand (RULES B8)."""

from datetime import datetime

from sqlalchemy import Connection

from ledger.types import to_us
from markets.claims import claims, emptied
from markets.claims.claims import Claim
from markets.claims.terms import DAY_US
from markets.core import jobs, lifecycle, outbox
from markets.settlement import kinds, pay_markets, resolution, resolutions
from markets.shares import market_maker


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
    day, so of what was held again meanwhile a day later."""
    claim = claims.load(tx, guild, number)
    if not emptied.may_be_void(tx, claim):
        return
    told_us = emptied.told_us(tx, claim)
    if to_us(now) >= told_us + DAY_US:
        outbox.enqueue(tx, guild, emptied.POST, {"claim": number}, now, line=number)
    elif emptied.untold(tx, claim):
        jobs.schedule(tx, guild, emptied.POST, number, told_us + DAY_US)


def tell_when_due(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Tell it where that had to wait for a day. The calendar calls it."""
    if emptied.untold(tx, claims.load(tx, work.guild, work.ref)):
        tell(tx, work.guild, work.ref, now)
