"""Limit orders that rest beside a market (RULES C5)."""

from datetime import datetime

from sqlalchemy import Connection

from ledger.accounts import Account
from markets import maker
from markets.claims import Claim
from markets.maker import Market


def free_shares(tx: Connection, market: Market, player: int, outcome: int) -> int:
    """The units that a player may sell: what they hold less what their resting orders hold back."""
    held = maker.holdings(tx, market.guild, market.claim, player)
    return next((one.shares for one in held if one.outcome == outcome), 0)


def after_trade(tx: Connection, market: Market, now: datetime) -> None:
    """Fill what the new price makes due."""


def resume(tx: Connection, claim: Claim, now: datetime) -> None:
    """Trading goes on."""


def end_some(tx: Connection, market: Market, room: int, now: datetime) -> tuple[int, bool]:
    """End the next resting orders of a market; how many entries that took, and whether none is left."""
    return 0, True


def end_of_debtor(tx: Connection, wallet: Account, now: datetime) -> None:
    """Whoever is in debt has no resting orders."""
