"""Make an offer, answer it with another, renew it and take it back (RULES C1)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money
from ledger.compiled import Compiled
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.bets.offers import (
    ANYONE,
    Offer,
    carried,
    close,
    load_offer,
    open_offer,
    require_clause,
    require_maker,
    require_open,
)
from markets.claims import claims, judges, rests, wallet_keeps
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.core import jobs, person_limits, tables
from markets.core.errors import BadOutcome, BadStake, BadTimes, OfferGone, OwnOffer, StakeTooHigh
from markets.core.events import OfferCameOrWent
from markets.core.numbering import following


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Offer a bet. `taker` is a player's number, 0 for anyone; `expires_us` None takes the server's default.

    `terms` is the hex digest of the claim's terms of which `side` is an outcome; without it, of those that there are.
    """

    guild: int
    key: str
    maker: int
    claim: int
    side: int
    maker_stake: int
    taker_stake: int
    against: bool = False
    taker: int = ANYONE
    clause: str | None = None
    expires_us: int | None = None
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Renew:
    """Make an offer once more that ended when its claim's words were changed (B5)."""

    guild: int
    key: str
    offer: int
    maker: int


@dataclass(frozen=True, slots=True)
class Counter:
    """Answer an offer with another: the stakes as the player who counters would make them."""

    guild: int
    key: str
    offer: int
    maker: int
    maker_stake: int
    taker_stake: int
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    guild: int
    key: str
    offer: int
    maker: int


_OFFER = Compiled(sa.insert(tables.offers))


def make(tx: Connection, request: MakeOffer, now: datetime) -> Offer:
    """Put an offer before one person or anyone.

    Raises:
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes no offers now.
        OwnOffer, BadOutcome, BadStake, BadTerms, StakeTooHigh: The offer can't stand.
        BadTimes: The terms are not those that were shown (`field` is "terms"), or it would end before it begins.
        NamedJudge: The maker judges the claim, and steps down first.
        InsufficientFunds, StaysInWallet: The maker doesn't have the stake, or is in debt; or it stays in their
            wallet (A4).
        TooManyOffers, TooManyOffersTo, TooManyToday: They have, or made, as many as one person may (B8).
    """
    claim = claims.load(tx, request.guild, request.claim)
    rests.trading(tx, claim, now).require("offer", now)
    claims.require_shown(claim, request.terms)
    if request.taker == request.maker:
        raise OwnOffer(request.claim)
    if not 0 <= request.side < len(claim.terms.outcomes):
        raise BadOutcome("side", "unknown", side=request.side)
    _require_offer(tx, claim, request)
    if request.taker != ANYONE:
        accounts.wallet(tx, request.guild, request.taker)  # raises UnknownPlayer
    return _add(tx, request, _expiry(claim, request.expires_us, now), None, now)


def renew(tx: Connection, request: Renew, now: datetime) -> Offer:
    """Make an offer once more that ended with its claim's old words: on the outcome of the same name, at the same
    stakes, to the same person.

    Raises:
        UnknownOffer, NotMaker: It isn't theirs.
        OfferGone: It ended otherwise, or goes on.
        BadOutcome, BadTerms: It doesn't fit the claim's outcomes any more.
        What `make` raises for the new one.
    """
    old = load_offer(tx, request.guild, request.offer)
    require_maker(old, request.maker)
    if old.state != "dead":
        raise OfferGone(old.number, old.state)
    side, clause = renewed(claims.load(tx, old.guild, old.claim), old)
    again = MakeOffer(
        guild=old.guild,
        key=request.key,
        maker=old.maker,
        claim=old.claim,
        side=side,
        maker_stake=old.maker_stake,
        taker_stake=old.taker_stake,
        against=old.against,
        taker=old.taker,
        clause=clause,
    )
    return make(tx, again, now)


def renewed(claim: Claim, old: Offer) -> tuple[int, str | None]:
    """Return the side and the own clause of an offer among its claim's outcomes as they are now.

    Raises:
        BadOutcome, BadTerms: It doesn't fit them.
    """
    return carried(old, old.outcomes or claim.terms.names, claim, "offer")


def counter(tx: Connection, request: Counter, now: datetime) -> Offer:
    """Answer an offer by one's own, to its maker: the first one dies, both stay readable.

    Raises:
        UnknownOffer, OfferGone, NotAddressed, OwnOffer: It isn't there for this person.
        What `make` raises for the new one.
    """
    first = open_offer(tx, request.guild, request.offer, request.maker, now)
    claim = claims.load(tx, request.guild, first.claim)
    rests.trading(tx, claim, now).require("offer", now)
    answer = MakeOffer(
        guild=request.guild,
        key=request.key,
        maker=request.maker,
        claim=first.claim,
        side=first.side,
        against=not first.against,
        maker_stake=request.maker_stake,
        taker_stake=request.taker_stake,
        taker=first.maker,
        clause=request.clause,
    )
    _require_offer(tx, claim, answer)
    close(tx, first, "countered")
    return _add(tx, answer, _expiry(claim, None, now), first.number, now)


def withdraw(tx: Connection, request: WithdrawOffer, now: datetime) -> Offer:
    """Take an offer back.

    Raises:
        UnknownOffer, NotMaker, OfferGone: There is nothing of theirs to take back.
    """
    offer = load_offer(tx, request.guild, request.offer)
    require_maker(offer, request.maker)
    require_open(offer, now)
    close(tx, offer, "withdrawn")
    return offer


def _require_offer(tx: Connection, claim: Claim, request: MakeOffer) -> None:
    """What must be true of an offer's stakes, clause and maker."""
    _require_stakes(claim, request.maker_stake, request.taker_stake)
    if request.clause is not None:
        require_clause(claim, request.clause)
    judges.require_may_bet(tx, claim, request.maker)
    wallet_keeps.require_points(tx, request.guild, request.maker, request.maker_stake)


def _require_stakes(claim: Claim, *stakes: int) -> None:
    most = claim.settings.most_on_one_bet
    for stake in stakes:
        if type(stake) is not int or stake < 1:
            raise BadStake("stake", "too_small")
        if stake > money.MOST:
            raise BadStake("stake", "too_large")
        if most and stake > most:
            raise StakeTooHigh(most)


def _expiry(claim: Claim, asked_us: int | None, now: datetime) -> int:
    """When an offer ends: as asked, or after the server's default, and never after trading closes."""
    assert claim.closes_us is not None
    if asked_us is not None and asked_us <= to_us(now):
        raise BadTimes("expires_us", "past")
    until = asked_us if asked_us is not None else to_us(now) + claim.settings.offer_seconds * 1_000_000
    return min(until, claim.closes_us)


def _add(tx: Connection, request: MakeOffer, expires_us: int, counters: int | None, now: datetime) -> Offer:
    person_limits.require_offer(tx, request.guild, request.maker, request.taker, now)
    number = following(tx, request.guild, "offers")
    _OFFER.execute(
        tx,
        guild_id=request.guild,
        number=number,
        claim=request.claim,
        maker=request.maker,
        taker=request.taker,
        side=request.side,
        against=int(request.against),
        maker_stake=request.maker_stake,
        taker_stake=request.taker_stake,
        clause=request.clause,
        made_us=to_us(now),
        expires_us=expires_us,
        state="open",
        counters=counters,
        outcomes=None,
    )
    jobs.schedule(tx, request.guild, "offer.expire", number, expires_us)
    if expires_us - to_us(now) > 2 * claim_terms.DAY_US:
        jobs.schedule(tx, request.guild, "offer.remind", number, expires_us - claim_terms.DAY_US)
    happened(tx, OfferCameOrWent(request.guild, number, request.claim))
    return load_offer(tx, request.guild, number)
