"""End a bet, or move it to another claim, because both of its sides sign (RULES C2, B5)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.bets import owing
from markets.bets.bets import (
    AGREED,
    FORGET_AGREEMENT,
    FORGET_MOVE,
    Bet,
    Ended,
    load_bet,
    own_bet,
    pay,
    this_bet,
)
from markets.bets.offers import fitted_for_both
from markets.claims import claims, rests
from markets.claims.claims import Claim
from markets.core import jobs, outbox, person_limits, tables, text_limits
from markets.core.errors import BadEnding, ClaimMoved, TermsChanged
from markets.core.events import ClaimChanged, DisputedClaimChanged, OfferChanged

_agreements = tables.agreements.c
_moves = tables.moves.c


@dataclass(frozen=True, slots=True)
class Suggest:
    """Suggest an ending for one's own bet alone; what the two get sums to the pot."""

    guild: int
    key: str
    bet: int
    player: int
    ending: str
    maker_gets: int
    taker_gets: int


@dataclass(frozen=True, slots=True)
class Agree:
    """Sign the ending that the other side suggested, as it was shown."""

    guild: int
    key: str
    bet: int
    player: int
    maker_gets: int
    taker_gets: int


@dataclass(frozen=True, slots=True)
class MoveBet:
    """Sign for one's own bet to be moved to the claim that supersedes its own; `terms` is that one's digest in hex,
    as it was shown."""

    guild: int
    key: str
    bet: int
    player: int
    to_claim: int
    terms: str


_AGREEMENT = sa.select(tables.agreements).where(in_guild(_agreements), _agreements.bet == param("n"))


_ADD_AGREEMENT = sa.insert(tables.agreements)


_SIGNED = sa.select(tables.moves).where(in_guild(_moves), _moves.bet == param("n"))


_ADD_MOVE = sa.insert(tables.moves)


_MOVE = (
    sa.update(tables.bets)
    .where(*this_bet)
    .values(claim=param("to"), terms=param("digest"), side=param("side"), clause=param("clause"))
)


def suggest(tx: Connection, request: Suggest, now: datetime) -> Bet:
    """Suggest an ending for a bet to its other side; a new suggestion replaces the old one.

    Raises:
        UnknownBet, NotASide, BetEnded: There is no bet of theirs to end.
        InsufficientFunds, WouldOwe, TenthOwed, ProfitOpen, OtherSideOwes: A side owes, or is about to (A4, A5).
        BadStake, BadTerms: The split doesn't sum to the pot, or its name can't stand.
    """
    bet = own_bet(tx, request.guild, request.bet, request.player, now)
    _require_split(bet, request.maker_gets, request.taker_gets)
    gets = {bet.maker: request.maker_gets, bet.taker: request.taker_gets}
    owing.require_may_sign(tx, bet, request.player, gets, now)
    text_limits.words("ending", request.ending, most=200)
    row = {
        "guild_id": bet.guild,
        "bet": bet.number,
        "suggested_by": request.player,
        "ending": request.ending,
        "maker_gets": request.maker_gets,
        "taker_gets": request.taker_gets,
        "at_us": to_us(now),
    }
    tx.execute(FORGET_AGREEMENT, {"g": bet.guild, "n": bet.number})
    tx.execute(_ADD_AGREEMENT, row)
    facts = {"bet": bet.number, "claim": bet.claim, "by": request.player}
    facts["rings"] = _rings(tx, bet, request.player, now)
    happened(tx, OfferChanged(bet.guild, bet.number))
    outbox.enqueue(tx, bet.guild, "bet.ending_suggested", facts, now, line=bet.claim)
    return bet


def _rings(tx: Connection, bet: Bet, by: int, now: datetime) -> int:
    """Whether what one side suggests mentions the other one: 1, or 0 after the third time of a day (E2)."""
    return int(person_limits.suggestion_rings(tx, bet.guild, by, bet.other(by), now))


def agree(tx: Connection, request: Agree, now: datetime) -> Ended:
    """Sign the ending the other side suggested; it is paid at once and says nothing about the claim.

    Raises:
        UnknownBet, NotASide, BetEnded: There is no bet of theirs to end.
        InsufficientFunds, WouldOwe, TenthOwed, ProfitOpen, OtherSideOwes: A side owes, or is about to (A4, A5).
        BadStake: Nothing was suggested by the other side, or something else than was shown.
    """
    bet = own_bet(tx, request.guild, request.bet, request.player, now)
    gets = {bet.maker: request.maker_gets, bet.taker: request.taker_gets}
    owing.require_may_sign(tx, bet, request.player, gets, now)
    found = tx.execute(_AGREEMENT, {"g": bet.guild, "n": bet.number}).first()
    if found is None or found.suggested_by == request.player:
        raise BadEnding("ending", "nothing_suggested")
    if (found.maker_gets, found.taker_gets) != (request.maker_gets, request.taker_gets):
        raise BadEnding("ending", "changed")
    ended = pay(
        tx, bet, found.maker_gets, found.taker_gets, state="agreed", key=request.key, kind=AGREED, now=now
    )
    for player in (bet.maker, bet.taker):
        jobs.hasten(tx, bet.guild, "draw.look", player, now)  # what was locked is there (A5)
    happened(tx, DisputedClaimChanged(bet.guild, bet.claim))  # what each result would pay is less by this bet
    facts = {"bet": bet.number, "claim": bet.claim, "transfer": ended.transfer, "ending": found.ending}
    outbox.enqueue(tx, bet.guild, "bet.agreed", facts, now, line=bet.claim)
    return ended


def move_bet(tx: Connection, request: MoveBet, now: datetime) -> Bet:
    """Sign for a bet to move to the claim that supersedes its own; by the second side's signature it moves (B5).

    Raises:
        UnknownBet, NotASide, BetEnded: There is no bet of theirs to move.
        ClaimMoved, ClaimHalted, TradingClosed: One of the claims is not where a bet leaves or comes, or the new one
            doesn't supersede the old.
        BadTimes: The new terms are not those that were shown.
        BadOutcome, BadTerms, NamedJudge, DecidesIt: The bet doesn't fit the new claim, or a side decides it.
        InsufficientFunds, WouldOwe, TenthOwed, ProfitOpen, OtherSideOwes: A side owes, or is about to (A4, A5).
    """
    bet = own_bet(tx, request.guild, request.bet, request.player, now, move="move_bet")
    owing.require_may_sign(tx, bet, request.player, {}, now)
    old, new = _both(tx, bet, request.to_claim, now)
    if new.digest != request.terms:
        raise TermsChanged()
    there = fitted_for_both(tx, bet, old, new)
    signed = tx.execute(_SIGNED, {"g": bet.guild, "n": bet.number}).first()
    tx.execute(FORGET_MOVE, {"g": bet.guild, "n": bet.number})
    terms = bytes.fromhex(new.digest)
    asked = (request.to_claim, terms)
    both = signed is not None and signed.signed_by != request.player
    if not both or signed is None or (signed.to_claim, bytes(signed.terms)) != asked:
        row = {
            "guild_id": bet.guild,
            "bet": bet.number,
            "to_claim": new.number,
            "terms": terms,
            "signed_by": request.player,
            "at_us": to_us(now),
        }
        tx.execute(_ADD_MOVE, row)
        facts = {"bet": bet.number, "claim": old.number, "to": new.number, "by": request.player}
        facts["rings"] = _rings(tx, bet, request.player, now)
        outbox.enqueue(tx, bet.guild, "bet.move_suggested", facts, now, line=old.number)
        return bet
    values = {"to": new.number, "digest": terms, "side": there.side, "clause": there.clause}
    tx.execute(_MOVE, {"g": bet.guild, "n": bet.number} | values)
    claims.freeze(tx, new)
    for claim in (old, new):
        happened(tx, ClaimChanged(bet.guild, claim.number))
    happened(tx, OfferChanged(bet.guild, bet.number))
    facts = {"bet": bet.number, "claim": old.number, "to": new.number}
    outbox.enqueue(tx, bet.guild, "bet.moved", facts, now, line=old.number)
    return load_bet(tx, bet.guild, bet.number)


def before_move(tx: Connection, guild: int, number: int, player: int, to: int, now: datetime) -> Bet:
    """Return a player's bet as it would be on the claim that supersedes its own, before anybody signs for that.

    Raises:
        What `move_bet` raises, for every shown text.
    """
    bet = own_bet(tx, guild, number, player, now, move="move_bet")
    owing.require_may_sign(tx, bet, player, {}, now)
    return fitted_for_both(tx, bet, *_both(tx, bet, to, now))


def _both(tx: Connection, bet: Bet, to: int, now: datetime) -> tuple[Claim, Claim]:
    """The claim that a bet would leave, and the one it would come to."""
    old, new = claims.load(tx, bet.guild, bet.claim), claims.load(tx, bet.guild, to)
    old.require("move_bet", now)
    rests.trading(tx, new, now).require("accept", now)
    if new.supersedes != old.number:
        raise ClaimMoved(new.number, "other")
    return old, new


def _require_split(bet: Bet, maker_gets: int, taker_gets: int) -> None:
    if min(maker_gets, taker_gets) < 0 or maker_gets + taker_gets != bet.pot:
        raise BadEnding("ending", "split", pot=bet.pot)
