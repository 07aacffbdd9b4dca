"""Load an offer of a two-party bet, and accept it (RULES C1, C2).

An offer reserves nothing. Taking it locks both stakes in one transfer, or nothing happens; the second taker is
told so. A bet has the number of the offer it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.accounts import Account
from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.errors import InsufficientFunds
from ledger.storage.operations import happened
from ledger.transfers import Posted, post
from ledger.types import fits, to_us
from markets.bets.bets import ACCEPTED, BET, STAKE, Bet, own_bet, schedule_year
from markets.claims import ambiguity, claims, deciding, judges, rests, sides, wallet_keeps
from markets.claims.claims import Claim
from markets.core import jobs, outbox, tables
from markets.core.errors import (
    BadOutcome,
    BadTerms,
    MakerLacksPoints,
    NotAddressed,
    NotMaker,
    OfferGone,
    OwnOffer,
    StaysInWallet,
    TermsChanged,
    UnknownOffer,
)
from markets.core.events import OfferCameOrWent

ANYONE = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as the transaction finds it; stakes in minor units. `side` and `against` are the maker's.

    `outcomes` are the names of the outcomes that it was made on, by place, where its claim has others by now.
    """

    guild: int
    number: int
    claim: int
    maker: int
    taker: int
    side: int
    against: bool
    maker_stake: int
    taker_stake: int
    clause: str | None
    made_us: int
    expires_us: int
    state: str
    counters: int | None
    outcomes: tuple[str, ...] = ()

    def gone(self, now: datetime) -> str | None:
        """Say why it can't be taken any more, or None."""
        if self.state != "open":
            return self.state
        return "expired" if to_us(now) >= self.expires_us else None


@dataclass(frozen=True, slots=True)
class Accept:
    """Take an offer. `terms` is the hex digest of the claim's terms as the taker was shown them."""

    guild: int
    key: str
    offer: int
    taker: int
    terms: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A bet that stands: its number, its transfer, and what the taker has left."""

    bet: int
    claim: int
    transfer: int
    digest: str
    balance: int


_offers = tables.offers.c
_this_offer = (in_guild(_offers), _offers.number == param("n"))
OFFER_COLUMNS = columns_of(tables.offers, Offer)
_LOAD_OFFER = Compiled(sa.select(*OFFER_COLUMNS).where(*_this_offer))
_CLOSE = Compiled(sa.update(tables.offers).where(*_this_offer).values(state=param("state")))


def accept(tx: Connection, request: Accept, now: datetime) -> Accepted:
    """Take an offer whole: both stakes go to escrow in one transfer and the claim's text is frozen.

    Raises:
        UnknownOffer, OfferGone, NotAddressed, OwnOffer: It isn't there for this person.
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes no bets now.
        BadTimes: The terms are not those that were shown (`field` is "terms").
        NamedJudge: The taker judges the claim, and steps down first.
        DecidesIt, MakerDecidesIt: The taker, or the maker, voted on it or otherwise decides it.
        InsufficientFunds, StaysInWallet: The taker doesn't have the stake, or it stays in their wallet (A4).
        MakerLacksPoints: The maker doesn't, just now.
    """
    offer = open_offer(tx, request.guild, request.offer, request.taker, now)
    claim = claims.load(tx, request.guild, offer.claim)
    rests.trading(tx, claim, now).require("accept", now)
    if claim.digest != request.terms:
        raise TermsChanged()
    judges.require_may_bet(tx, claim, request.taker)
    deciding.require_maker(tx, claim, offer.maker)
    bet_escrow = accounts.open_account(tx, request.guild, kind="escrow")
    taker = accounts.wallet(tx, request.guild, request.taker)
    posted = _lock(tx, request, offer, taker, bet_escrow, now)
    kept = {name: getattr(offer, name) for name in _ALIKE}
    BET.execute(
        tx,
        **kept,
        guild_id=offer.guild,
        taker=request.taker,
        terms=bytes.fromhex(claim.digest),
        escrow=bet_escrow.number,
        accepted_us=to_us(now),
        accepted_by=posted.number,
    )
    close(tx, offer, "accepted")
    claims.freeze(tx, claim)
    schedule_year(tx, claim, offer.number, now)
    facts = {"bet": offer.number, "claim": claim.number, "taker": request.taker, "transfer": posted.number}
    outbox.enqueue(tx, request.guild, "bet.accepted", facts, now, line=claim.number)
    left = posted.balances[taker.number]
    return Accepted(offer.number, claim.number, posted.number, posted.digest, left)


def fitted_for_both(tx: Connection, bet: Bet, old: Claim, new: Claim) -> Bet:
    """Fit a bet to another claim, where neither side is its judge."""
    there = fitted(bet, old, new)
    for player in (bet.maker, bet.taker):
        judges.require_may_bet(tx, new, player)
    return there


def fitted(bet: Bet, old: Claim, new: Claim) -> Bet:
    """Fit a bet to another claim: both its sides and its clause mean there what they say.

    Raises:
        BadOutcome, BadTerms: They don't.
    """
    side, clause = carried(bet, old.terms.names, new, "bet")
    if clause is not None:
        require_clause(new, clause)
    return replace(bet, claim=new.number, terms=new.digest, side=side, clause=clause)


def carried(
    of: "Offer | Bet", before: Sequence[str], claim: Claim, thing: Literal["bet", "offer"]
) -> tuple[int, str | None]:
    """Return a side and an own clause, by the outcomes' names, in a claim that has others, or in
    another order (B5)."""
    names = claim.terms.names
    if of.side >= len(before):  # it ended before offers noted the outcomes that they were made on
        raise BadOutcome("side", "unknown", side=of.side)
    side = sides.carried(before, names, of.side)
    if side is None:
        gone = sides.missing(before, names, of.side)
        if gone is None:
            raise BadOutcome("side", "bet_sides" if thing == "bet" else "offer_sides", claim=claim.number)
        code = "bet_side" if thing == "bet" else "offer_side"
        raise BadOutcome("side", code, name=gone, claim=claim.number)
    try:
        return side, sides.carried_clause(before, names, of.clause)
    except ambiguity.BadClause:
        raise BadTerms("clause", "clause_side", claim=claim.number) from None


def require_takeable(tx: Connection, offer: Offer, claim: Claim, player: int, now: datetime) -> None:
    """Check what would refuse a taker, before they are shown what they would lock; `claim` is the offer's.

    Raises:
        OfferGone, NotAddressed, OwnOffer, ClaimMoved, ClaimHalted, TradingClosed, NamedJudge,
            InsufficientFunds: As `accept`.
    """
    _require_for(offer, player, now)
    rests.trading(tx, claim, now).require("accept", now)
    judges.require_may_bet(tx, claim, player)
    deciding.require_maker(tx, claim, offer.maker)
    wallet_keeps.require_points(tx, offer.guild, player, offer.taker_stake)


def require_maker(offer: Offer, player: int) -> None:
    """Raise NotMaker where an offer is another player's."""
    if offer.maker != player:
        raise NotMaker(offer.number)


def require_side(tx: Connection, guild: int, number: int, player: int, now: datetime) -> Bet:
    """Load a live bet of a player's.

    Raises:
        UnknownBet, NotASide, BetEnded, ClaimMoved: There is no bet of theirs to end.
    """
    return own_bet(tx, guild, number, player, now)


def load_offer(tx: Connection, guild: int, number: int) -> Offer:
    """Load an offer by its number.

    Raises:
        UnknownOffer: This server has none.
    """
    row = _LOAD_OFFER.row(tx, g=guild, n=number) if fits(number) else None
    if row is None:
        raise UnknownOffer(guild, number)
    return offer_of(row)


def offer_of(row: Sequence[Any]) -> Offer:
    """Return a row of OFFER_COLUMNS as an Offer."""
    values = OFFER_COLUMNS.values(row)
    values["against"] = bool(values["against"])
    values["outcomes"] = sides.read(values["outcomes"])
    return Offer(**values)


def expire(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """End an offer that nobody took in time. The calendar calls it."""
    offer = load_offer(tx, work.guild, work.ref)
    if offer.state == "open":
        close(tx, offer, "expired")


def open_offer(tx: Connection, guild: int, number: int, player: int, now: datetime) -> Offer:
    """Load an offer that this player may take or answer now."""
    offer = load_offer(tx, guild, number)
    _require_for(offer, player, now)
    return offer


def _require_for(offer: Offer, player: int, now: datetime) -> None:
    require_open(offer, now)
    if offer.maker == player:
        raise OwnOffer(offer.number)
    if offer.taker not in (ANYONE, player):
        raise NotAddressed(offer.number)


def require_open(offer: Offer, now: datetime) -> None:
    """Raise OfferGone where an offer has ended."""
    gone = offer.gone(now)
    if gone:
        raise OfferGone(offer.number, gone)


def require_clause(claim: Claim, clause: str) -> None:
    """Raise BadTerms where a bet can't have this clause of its own on a claim."""
    try:
        ambiguity.check_for_bet(ambiguity.decode(clause), len(claim.terms.outcomes))
    except ambiguity.BadClause as bad:
        raise BadTerms("clause", bad.code) from None


def close(tx: Connection, offer: Offer, state: str) -> None:
    """End an offer, with its calendar; its card shows how."""
    _CLOSE.execute(tx, g=offer.guild, n=offer.number, state=state)
    _cancel_calendar(tx, offer.guild, offer.number)
    happened(tx, OfferCameOrWent(offer.guild, offer.number, offer.claim))


def _lock(
    tx: Connection, request: Accept, offer: Offer, taker: Account, escrow: Account, now: datetime
) -> Posted:
    """Both stakes into escrow; whose points are missing decides what is said."""
    maker = accounts.wallet(tx, request.guild, offer.maker)
    amounts = {
        taker: -offer.taker_stake,
        maker: -offer.maker_stake,
        escrow: offer.maker_stake + offer.taker_stake,
    }
    wallet_keeps.require_kept(tx, request.guild, request.taker, offer.taker_stake)
    try:
        wallet_keeps.require_kept(tx, request.guild, offer.maker, offer.maker_stake)
    except StaysInWallet:
        raise MakerLacksPoints(offer.number) from None
    try:
        return post(
            tx,
            guild=request.guild,
            key=request.key,
            kind=STAKE,
            amounts=amounts,
            now=now,
            actor=request.taker,
        )
    except InsufficientFunds as refused:
        if refused.account == maker.number:
            raise MakerLacksPoints(offer.number) from None
        raise


_ALIKE = {column.name for column in OFFER_COLUMNS} & set(ACCEPTED) - {"guild_id", "taker"}
"""What a bet keeps of its offer as it is."""
_cancel_calendar = jobs.cancelling("offer.expire", "offer.remind")
