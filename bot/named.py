"""The things that a command names by number: each is looked for before a wallet is made for who names it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from markets.bets import bets, offers
from markets.claims import claims
from markets.people import rewards
from markets.shares import orders

_LOADED: Mapping[str, Callable[[Connection, int, int], object]] = {
    "claim": claims.load,
    "offer": offers.load_offer,
    "bet": bets.load_bet,
    "reward": rewards.load,
    "order": orders.load,
}
"""By the name of the option."""


def require(tx: Connection, guild: int, options: Mapping[str, Any]) -> None:
    """Check that all that a command names is there.

    Raises:
        UnknownClaim, UnknownOffer, UnknownBet, UnknownReward, UnknownOrder: One of them isn't.
    """
    for name, load in _LOADED.items():
        number = options.get(name)
        if isinstance(number, int):
            load(tx, guild, number)
