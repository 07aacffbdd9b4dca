"""Name what happens in a server, in the words of bets, for others to do something about.

A unit says it with `happened`. What follows (a card is drawn again, a profit is counted, something is told) stands in
one table, `FOLLOWS` of `markets/settlement/consequences.py`. It is done when the unit is over, in the same savepoint:
all that the unit reads is as it was before.
"""

from dataclasses import dataclass

from ledger.storage.operations import Happening


@dataclass(frozen=True, slots=True)
class Profit:
    """What a settled claim brought a player on one of its instruments: what they had staked and what they got."""

    player: int
    staked: int
    paid: int


# --- claims -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimChanged(Happening):
    """Something that a claim's card shows is another now: its words, its state, what hangs on it, its market."""

    claim: int


@dataclass(frozen=True, slots=True)
class ClaimReworded(Happening):
    """An open claim was edited: whatever bears its words has others now."""

    claim: int


@dataclass(frozen=True, slots=True)
class DisputedClaimChanged(Happening):
    """A claim changed, or what hangs on it, that may have disputes: each shows what a result would pay."""

    claim: int


@dataclass(frozen=True, slots=True)
class DisputeChanged(Happening):
    """A dispute began, was argued or voted on, ruled or ended."""

    dispute: int


@dataclass(frozen=True, slots=True)
class WeekChanged(Happening):
    """A claim was opened, closed or came out in this week, or the week began."""

    week: int


# --- offers and bets --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfferChanged(Happening):
    """An offer, or the bet of that number that it became, says something else; its claim doesn't."""

    offer: int


@dataclass(frozen=True, slots=True)
class OfferCameOrWent(Happening):
    """An offer was made, or ended: its claim's card lists what may be accepted."""

    offer: int
    claim: int


@dataclass(frozen=True, slots=True)
class BetPaid(Happening):
    """A bet was paid out. It brought its sides `profits`; none where it was void, or ended by agreement."""

    bet: int
    claim: int
    profits: tuple[Profit, ...] = ()


@dataclass(frozen=True, slots=True)
class BetReopened(Happening):
    """A bet's payout was taken back, and with it the `profits` that it had brought."""

    bet: int
    claim: int
    profits: tuple[Profit, ...] = ()


@dataclass(frozen=True, slots=True)
class WalletsPaid(Happening):
    """Some accounts got points, each so much: wallets, and the house for whoever was deleted. A bet, a pool or a
    market paid them, shares were sold, what lay in an order, a reward or a bond came back, or somebody gave them."""

    paid: tuple[tuple[int, int], ...]


# --- markets, pools, agreed bets: what they brought -------------------------------------------


@dataclass(frozen=True, slots=True)
class MarketEmptied(Happening):
    """Somebody sold the last shares of a market: nobody holds any."""

    claim: int


@dataclass(frozen=True, slots=True)
class ProfitsMade(Happening):
    """A settled claim paid some of those who had something on it."""

    claim: int
    profits: tuple[Profit, ...]


@dataclass(frozen=True, slots=True)
class ProfitsUndone(Happening):
    """What a settled claim had paid to some was taken back."""

    claim: int
    profits: tuple[Profit, ...]


# --- people -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlayerForgotten(Happening):
    """A person had themselves deleted, who is named as a judge by the `judged` claims: a number stands for them from
    now on (E4)."""

    player: int
    judged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PointsActed(Happening):
    """A moderator or the owner gave, took or funded points, by this transfer (A7)."""

    transfer: int


# --- what the log channel is told -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JobGivenUp(Happening):
    """Due work failed so often that nobody tries it any more."""


@dataclass(frozen=True, slots=True)
class ChannelUnreachable(Happening):
    """Something could not be told in this channel, and is parked."""

    channel: int
