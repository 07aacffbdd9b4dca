"""Bonds against a hasty proposal, challenge or appeal: held, given back, or forfeit to the house (RULES D5)."""

from datetime import datetime

from sqlalchemy import Connection

from ledger import accounts
from ledger.accounts import Account
from ledger.transfers import post
from markets.bets import bets
from markets.claims.claims import Claim

BOND, BOND_BACK, FORFEIT = "bond", "bond.back", "bond.forfeit"


def hold_bond(
    tx: Connection, claim: Claim, player: int, key: str, now: datetime, times: int = 1
) -> Account | None:
    """Hold a person's bond, or their whole free balance if that is less; None where they have nothing (A4, D5)."""
    wallet = accounts.wallet(tx, claim.guild, player)
    amount = min(times * claim.settings.bond, max(accounts.state(tx, wallet).balance, 0))
    if not amount:
        return None
    bond = accounts.open_account(tx, claim.guild, kind="bond", owner=player)
    post(
        tx,
        guild=claim.guild,
        key=key,
        kind=BOND,
        amounts={wallet: -amount, bond: amount},
        now=now,
        actor=player,
    )
    return bond


def return_bond(tx: Connection, bond: Account | None, player: int, key: str, now: datetime) -> None:
    """Give a bond back, and end its account."""
    if bond is not None:
        amount = accounts.state(tx, bond).balance
        _empty_bond(tx, bond, bets.credited(tx, bond.guild, player, amount, now), BOND_BACK, key, now)


def forfeit_bond(tx: Connection, bond: Account | None, key: str, now: datetime) -> None:
    """Move a bond to the house, and end its account."""
    if bond is not None:
        amount = accounts.state(tx, bond).balance
        _empty_bond(tx, bond, {accounts.house(bond.guild): amount}, FORFEIT, key, now)


def _empty_bond(
    tx: Connection, bond: Account, to: dict[Account, int], kind: str, key: str, now: datetime
) -> None:
    amounts = {bond: -sum(to.values())} | to
    post(tx, guild=bond.guild, key=key, kind=kind, amounts=amounts, now=now)
    accounts.end(tx, bond)
