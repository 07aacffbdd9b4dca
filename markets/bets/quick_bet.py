"""Claim and offer in one act: what a quick bet's form is (RULES B6, C1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from markets.bets import offering
from markets.bets.offers import ANYONE
from markets.claims import drafts, editing
from markets.claims.terms import Actor, Terms


@dataclass(frozen=True, slots=True)
class Quick:
    """A claim to open and the first offer on it. `claim` is the draft it was kept as, None if it never was.

    `warned` is what the author has read and overrides (B7); `side` and the stakes are the maker's view.
    """

    guild: int
    key: str
    actor: Actor
    terms: Terms
    side: int
    maker_stake: int
    taker_stake: int
    taker: int = ANYONE
    claim: int | None = None
    warned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuickBetOpened:
    """The claim's number and the offer's."""

    claim: int
    offer: int


def quick(tx: Connection, request: Quick, now: datetime) -> QuickBetOpened:
    """Open a claim and offer a bet on it, both or neither.

    Raises:
        What `editing.open_claim` and `offering.make` raise.
    """
    guild, key, player = request.guild, request.key, request.actor.player
    number = drafts.save_draft(
        tx, drafts.SaveDraft(guild, key, player, request.terms, claim=request.claim), now
    )
    editing.open_claim(tx, editing.Open(guild, key, request.actor, number, request.warned), now)
    offer = offering.make(
        tx,
        offering.MakeOffer(
            guild=guild,
            key=key,
            maker=player,
            claim=number,
            side=request.side,
            maker_stake=request.maker_stake,
            taker_stake=request.taker_stake,
            taker=request.taker,
        ),
        now,
    )
    return QuickBetOpened(number, offer.number)
