"""Read offers as their cards show them, and what taking one would take. Read only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts
from ledger.compiled import in_guild, param
from markets.bets import bets, offers
from markets.bets.bets import Bet
from markets.bets.offers import Offer
from markets.claims import became_public, claims, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.people import allowances
from markets.settlement import resolutions
from markets.views.claims import DIGEST, named, short, warnings_of
from markets.views.people import Record, record

_offers = tables.offers.c
_bets = tables.bets.c
_agreements = tables.agreements.c


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """An offer and what became of it. `state` is as it is now: an open one past its time is expired. `claim` is the
    one that its bet is on now."""

    offer: Offer
    claim: Claim
    state: str
    bet: Bet | None
    answered_by: int | None
    warned: tuple[str, ...]
    transfer: str = ""
    dissent: str | None = None
    suggestion: "Suggestion | None" = None
    result: Result | None = None
    people: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An ending that one side suggests for their bet alone (C2)."""

    by: int
    ending: str
    maker_gets: int
    taker_gets: int


@dataclass(frozen=True, slots=True)
class TakeSeen:
    """What a player sees before they take an offer: their balance, what they have locked, the other's record, and
    what stands proposed where trading goes on beside it."""

    seen: OfferSeen
    balance: int
    locked: int
    record: Record
    proposed: Result | None = None


_BET = sa.select(tables.bets).where(in_guild(_bets), _bets.number == param("n"))


_SUGGESTED = sa.select(
    _agreements.suggested_by, _agreements.ending, _agreements.maker_gets, _agreements.taker_gets
).where(in_guild(_agreements), _agreements.bet == param("n"))


_ANSWERED_BY = sa.select(sa.func.max(_offers.number)).where(in_guild(_offers), _offers.counters == param("n"))


def offer(tx: Connection, guild: int, number: int, now: datetime) -> OfferSeen:
    """Read an offer, with the bet it became.

    Raises:
        UnknownOffer: This server has none.
    """
    found = offers.load_offer(tx, guild, number)
    asked = {"g": guild, "n": number}
    row = tx.execute(_BET, asked).mappings().first()
    bet = None if row is None else bets.load_bet(tx, guild, number)
    of = claims.load(tx, guild, found.claim if bet is None else bet.claim)  # a bet may have moved
    digest = ""
    if bet is not None:
        transfer = bet.paid_by or bet.accepted_by
        head = tx.execute(DIGEST, {"g": guild, "n": transfer}).scalar_one()
        digest = f"Transfer {transfer} · digest {short(bytes(head).hex())}"
    suggested = tx.execute(_SUGGESTED, asked).first()
    result = None
    if bet is not None and bet.resolution is not None:
        result = terms.read_result(resolutions.load_resolution(tx, guild, bet.resolution).result)
    sides = {found.maker, found.taker, bet.taker if bet else 0, of.author}
    return OfferSeen(
        offer=found,
        claim=of,
        state=found.gone(now) or "open",
        bet=bet,
        answered_by=tx.execute(_ANSWERED_BY, asked).scalar(),
        warned=warnings_of(tx, guild, of.number),
        transfer=digest,
        dissent=None if row is None else row["dissent"],
        suggestion=None if suggested is None else Suggestion(*suggested),
        result=result,
        people=named(tx, guild, sides),
    )


def before_taking(tx: Connection, guild: int, number: int, player: int, now: datetime) -> TakeSeen:
    """Read what a player must see before they take an offer (C1)."""
    seen = offer(tx, guild, number, now)
    balance = accounts.state(tx, accounts.wallet(tx, guild, player)).balance
    locked, known = allowances.exposure(tx, guild, player), record(tx, guild, seen.offer.maker)
    said = became_public.standing(tx, seen.claim)
    return TakeSeen(seen, balance, locked, known, said[0] if said else None)
