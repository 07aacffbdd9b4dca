"""Say what follows from each event: cards are drawn again, profits are counted, something is told.

`follow` is handed to the database where it is opened, and called when a unit is over that said something has happened
(`ledger/storage/operations.py`). Nothing in `markets/` imports this file: who lets something happen need not know who
looks at it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from ledger.storage.operations import Happening
from markets.core import events, moderation_posts, outbox, rewording
from markets.forecasts import score_keeping
from markets.settlement import bonds, empty_markets

Follower = Callable[[Connection, Any, datetime], None]
"""Does one thing that follows from an event, and lets nothing else happen."""


class _AboutClaim(Protocol):
    @property
    def guild(self) -> int: ...
    @property
    def claim(self) -> int: ...


class _WithProfits(_AboutClaim, Protocol):
    @property
    def profits(self) -> tuple[events.Profit, ...]: ...


# --- cards ------------------------------------------------------------------------------------


def redraw_claim(tx: Connection, event: _AboutClaim, now: datetime) -> None:
    outbox.redraw(tx, event.guild, "claim", event.claim)


def redraw_offer(tx: Connection, event: events.OfferChanged | events.OfferCameOrWent, now: datetime) -> None:
    outbox.redraw(tx, event.guild, "offer", event.offer)


def redraw_bet(tx: Connection, event: events.BetPaid | events.BetReopened, now: datetime) -> None:
    """Have a bet's card drawn again; it has its offer's number."""
    outbox.redraw(tx, event.guild, "offer", event.bet)


def redraw_dispute(tx: Connection, event: events.DisputeChanged, now: datetime) -> None:
    outbox.redraw(tx, event.guild, "dispute", event.dispute)


def redraw_disputes(tx: Connection, event: events.DisputedClaimChanged, now: datetime) -> None:
    outbox.redraw_disputes(tx, event.guild, event.claim)


def redraw_week(tx: Connection, event: events.WeekChanged, now: datetime) -> None:
    outbox.redraw(tx, event.guild, "week", event.week)


def redraw_reworded(tx: Connection, event: events.ClaimReworded, now: datetime) -> None:
    """Have every card drawn again that bears a claim's words: all about it, and the claims that hang on it."""
    rewording.redraw_about(tx, event.guild, event.claim)
    rewording.redraw_hanging(tx, event.guild, event.claim)


def redraw_naming(tx: Connection, event: events.PlayerForgotten, now: datetime) -> None:
    """Have every card that names them drawn again, and all about the claims that they would have judged."""
    rewording.redraw_naming(tx, event.guild, event.player)
    for claim in event.judged:
        rewording.redraw_about(tx, event.guild, claim)


def report_parked_work(tx: Connection, event: events.JobGivenUp, now: datetime) -> None:
    outbox.redraw(tx, event.guild, "parked", 0)


def report_channel(tx: Connection, event: events.ChannelUnreachable, now: datetime) -> None:
    outbox.redraw(tx, event.guild, "unreachable", event.channel)


# --- the leaderboard --------------------------------------------------------------------------


def count_profits(tx: Connection, event: _WithProfits, now: datetime) -> None:
    score_keeping.note_profits(tx, event.guild, event.claim, event.profits, now)


def take_profits_out(tx: Connection, event: _WithProfits, now: datetime) -> None:
    score_keeping.note_profits(tx, event.guild, event.claim, event.profits, now, back=True)


# --- bonds ------------------------------------------------------------------------------------


def keep_back(tx: Connection, event: events.WalletsPaid, now: datetime) -> None:
    """Keep back what is missing of the bonds of those who were paid (D5)."""
    bonds.keep_back(tx, event, now)


# --- markets ----------------------------------------------------------------------------------


def tell_of_empty_market(tx: Connection, event: events.MarketEmptied, now: datetime) -> None:
    """Tell whom a void would cost something that nobody holds shares any more (B8)."""
    empty_markets.tell(tx, event.guild, event.claim, now)


# --- posts ------------------------------------------------------------------------------------


def tell_of_act(tx: Connection, event: events.PointsActed, now: datetime) -> None:
    """Queue the post of an act. It holds the transfer's number alone: its words are read from the book when it
    is sent, so a reason that was deleted meanwhile is not told any more."""
    outbox.enqueue(tx, event.guild, moderation_posts.POST, {"transfer": event.transfer}, now)


FOLLOWS: Mapping[type[Happening], tuple[Follower, ...]] = {
    events.ClaimChanged: (redraw_claim,),
    events.ClaimReworded: (redraw_reworded,),
    events.DisputedClaimChanged: (redraw_disputes,),
    events.DisputeChanged: (redraw_dispute,),
    events.WeekChanged: (redraw_week,),
    events.OfferChanged: (redraw_offer,),
    events.OfferCameOrWent: (redraw_offer, redraw_claim),
    events.BetPaid: (count_profits, redraw_claim, redraw_bet),
    events.BetReopened: (take_profits_out, redraw_bet),
    events.WalletsPaid: (keep_back,),
    events.MarketEmptied: (tell_of_empty_market,),
    events.ProfitsMade: (count_profits,),
    events.ProfitsUndone: (take_profits_out,),
    events.PlayerForgotten: (redraw_naming,),
    events.PointsActed: (tell_of_act,),
    events.JobGivenUp: (report_parked_work,),
    events.ChannelUnreachable: (report_channel,),
}
"""Every event, and what follows from it, in this order."""


def follow(tx: Connection, happened: Sequence[Happening], now: datetime) -> None:
    """Do what follows from the events of one unit, in the order in which they happened."""
    for event in happened:
        for follower in FOLLOWS[type(event)]:
            follower(tx, event, now)
