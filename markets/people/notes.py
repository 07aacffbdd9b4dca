"""Words about a claim or a bet that move nothing: a moderator's note, and a loser's dissent."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from markets.bets import bets
from markets.claims import claims, judges
from markets.claims.terms import Actor
from markets.core import tables, text_limits
from markets.core.errors import BetEnded, NotAModerator, NotASide
from markets.core.events import OfferChanged

MOST = 500


@dataclass(frozen=True, slots=True)
class Note:
    """What a moderator wants to be read about a claim."""

    guild: int
    key: str
    actor: Actor
    claim: int
    words: str


@dataclass(frozen=True, slots=True)
class Dissent:
    """What the loser of a settled bet wants to be read with it; a new one takes the old one's place."""

    guild: int
    key: str
    player: int
    bet: int
    words: str


_bets = tables.bets.c
_DISSENT = (
    sa.update(tables.bets).where(in_guild(_bets), _bets.number == param("n")).values(dissent=param("words"))
)


def note(tx: Connection, request: Note, now: datetime) -> int:
    """Write a note into the list that members can read; returns its number.

    Raises:
        UnknownClaim, NotAModerator: There is no such claim, or they are none.
        Needed, BadTerms: It says nothing, or too much.
    """
    claim = claims.load(tx, request.guild, request.claim)
    if not request.actor.moderator:
        raise NotAModerator(claim.number)
    words = text_limits.words("words", request.words, most=MOST)
    return judges.note_act(
        tx, claim.guild, "note", actor=request.actor.player, now=now, claim=claim.number, reason=words
    )


def dissent(tx: Connection, request: Dissent, now: datetime) -> int:
    """Attach a note to a bet one has lost; returns the bet's number.

    Raises:
        UnknownBet, NotASide: It is none of theirs.
        BetEnded: It isn't settled, or they got back more than they staked (`state` says which).
        Needed, BadTerms: It says nothing, or too much.
    """
    bet = bets.load_bet(tx, request.guild, request.bet)
    if request.player not in (bet.maker, bet.taker):
        raise NotASide(bet.number)
    if bet.state != "settled" or bet.maker_paid is None or bet.taker_paid is None:
        raise BetEnded(bet.number, "live" if bet.state == "live" else "not_lost")
    is_maker = request.player == bet.maker
    change = bet.maker_paid - bet.maker_stake if is_maker else bet.taker_paid - bet.taker_stake
    if change >= 0:
        raise BetEnded(bet.number, "not_lost")
    words = text_limits.words("words", request.words, most=MOST)
    tx.execute(_DISSENT, {"g": bet.guild, "n": bet.number, "words": words})
    happened(tx, OfferChanged(bet.guild, bet.number))
    return bet.number
