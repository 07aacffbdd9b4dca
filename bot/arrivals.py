"""People who get a wallet by what they press. It is rehearsed first: a refused press leaves nothing behind (A5).

A press by somebody without a wallet, or one that names somebody without one, needs their number before anybody knows
whether it is refused. So the wallet is made in a transaction that is rolled back, and each read and write of that
press makes it again before itself; it is made to stay when the press has come through, or just before it writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from ledger import players
from ledger.accounts import Player
from ledger.errors import LedgerError
from ledger.players import Glance
from ledger.storage.operations import Request, Unit

A = TypeVar("A")

TRIES = 4
"""How often a press is handled anew because somebody else took a number; the last time a wallet is made at once."""


class NumberTaken(Exception):
    """Somebody else got the number meanwhile that was rehearsed: the press is handled anew."""


class Rehearsed(LedgerError):
    """Raised where a rehearsal is over, so that all of it is rolled back; carries what was found."""

    def __init__(self, found: Any) -> None:
        self.found: Any = found
        super().__init__()


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who gets a wallet: by which operation, and who they are in the book by it."""

    unit: Unit[Any, Any]
    request: Request
    person: int
    player: Player

    def require(self, seen: Glance | None) -> None:
        """Check that they are who they were in the rehearsal.

        Raises:
            NumberTaken: They aren't.
        """
        if seen is None or seen.player != self.player:
            raise NumberTaken


def rehearsal(arrivals: tuple[Arrival, ...], act: Callable[[Connection, datetime], A]) -> Unit[Request, None]:
    """Return an operation that lets people arrive, acts, and leaves nothing of either.

    Raises:
        Rehearsed: It went through: with what `act` found.
        NumberTaken: Somebody would be another player than they were before.
        And what they and `act` raise.
    """

    def rehearsed(tx: Connection, request: Request, now: datetime) -> None:
        for one in arrivals:
            one.unit(tx, one.request, now)
            one.require(players.glance(tx, one.player.guild, one.person))
        raise Rehearsed(act(tx, now))

    return rehearsed
