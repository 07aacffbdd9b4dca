"""What of a wallet can be put into something, and what stays in it because it may be taken back (RULES A4, D6).

A wallet keeps early profits beyond the starting balance (`early_profits`), and what a result paid that is being taken
back (`taken_back`). Whoever was paid by that result has a day's notice of it. Without this they could put all of it
into a bet that they lose, and leave the debt behind with the account.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from ledger import accounts
from ledger.errors import InsufficientFunds
from markets.claims import early_profits, taken_back
from markets.core.errors import KeepsAskedBack, KeepsProfits


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a balance stays in its wallet, minor units: of early profits, and of the results of `claims`, which are
    being taken back."""

    balance: int
    profits: int
    asked_back: int
    claims: tuple[int, ...]

    @property
    def usable(self) -> int:
        """What can be put into something; below zero for a debt."""
        return self.balance - min(max(self.balance, 0), self.profits + self.asked_back)


def of(tx: Connection, guild: int, player: int, *, claim: int = 0) -> Kept:
    """Return what stays in a player's wallet.

    Args:
        claim: Whose market something goes into, if it buys shares: that puts back what was taken out there.
    """
    balance = accounts.state(tx, accounts.wallet(tx, guild, player)).balance
    return Kept(balance, *_parts(tx, guild, player, claim))


def usable(tx: Connection, guild: int, player: int, *, claim: int = 0) -> int:
    """Return what a player can put into something now, minor units; below zero for a debt."""
    return of(tx, guild, player, claim=claim).usable


def require_points(tx: Connection, guild: int, player: int, amount: int, *, claim: int = 0) -> int:
    """Check that a player may put this much into something, minor units; return their balance.

    Raises:
        InsufficientFunds: They have less, or owe.
        KeepsAskedBack, KeepsProfits: As `require_kept`.
    """
    wallet = accounts.wallet(tx, guild, player)
    balance = accounts.state(tx, wallet).balance
    if balance < amount:
        raise InsufficientFunds(*wallet, balance, amount)
    require_kept(tx, guild, player, amount, claim=claim)
    return balance


def require_kept(tx: Connection, guild: int, player: int, amount: int, *, claim: int = 0) -> None:
    """Check that a wallet keeps what it must, if this much goes into something. Whether it holds as much is asked by
    the transfer itself.

    Raises:
        KeepsAskedBack: They have it, perhaps, but a result that paid it is being taken back.
        KeepsProfits: The same of what they took out of markets that aren't settled.
    """
    parts = _parts(tx, guild, player, claim) if amount else (0, 0, ())
    if not any(parts):  # as nearly always: no more is looked up then
        return
    kept = Kept(accounts.state(tx, accounts.wallet(tx, guild, player)).balance, *parts)
    free = max(0, kept.usable)
    if free < amount <= kept.balance:
        if kept.balance < amount + kept.asked_back:
            raise KeepsAskedBack(kept.claims, kept.asked_back, free)
        raise KeepsProfits(kept.profits, free)


def _parts(tx: Connection, guild: int, player: int, claim: int) -> tuple[int, int, tuple[int, ...]]:
    """What is kept of early profits and of results that are being taken back, and the claims of these."""
    back = taken_back.from_player(tx, guild, player)
    profits = early_profits.kept(tx, guild, player, claim=claim)
    return profits, sum(paid for _, paid in back), tuple(number for number, _ in back)
