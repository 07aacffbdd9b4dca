"""Bonds against a hasty proposal, challenge or appeal: held, given back, or forfeit to the house (RULES D5)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, schema
from ledger.accounts import Account
from ledger.compiled import in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import post, reverse
from markets.bets import bets
from markets.claims.claims import Claim
from markets.core.errors import BondNeeded
from markets.core.events import ClaimChanged
from markets.people import rewards
from markets.settlement import exposure, kinds
from markets.shares import orders

_transfers = schema.transfers.c
_FORFEITED = sa.select(_transfers.number).where(
    in_guild(_transfers), _transfers.key == param("key"), _transfers.kind == "bond.forfeit"
)
BOND, BOND_BACK, FORFEIT = "bond", "bond.back", "bond.forfeit"


def hold_bond(
    tx: Connection,
    claim: Claim,
    player: int,
    key: str,
    now: datetime,
    *,
    times: int = 1,
    moderator: bool = False,
) -> Account | None:
    """Hold a person's bond, or their whole free balance if that is less; None where they have nothing (A4, D5).

    What lies in their own resting orders and rewards is free: as many of these end as the bond needs. Who has nothing
    on the claim, and is no moderator, needs the whole bond: they would risk nothing else.

    Raises:
        BondNeeded: They don't have it.
    """
    wallet = accounts.wallet(tx, claim.guild, player)
    whole = times * claim.settings.bond
    if whole > accounts.state(tx, wallet).balance:
        _free(tx, claim.guild, player, whole - max(accounts.state(tx, wallet).balance, 0), now)
    amount = min(whole, max(accounts.state(tx, wallet).balance, 0))
    if amount < whole and not moderator and not _has_something(tx, claim, player):
        raise BondNeeded(whole)
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


def give_back(
    tx: Connection, guild: int, number: int, player: int, lost: str, key: str, actor: int, now: datetime
) -> None:
    """Give back a bond that went to the house under the key `lost`, since what cost it is taken back (D6). The house
    may go below zero by it (A7)."""
    transfer = tx.execute(_FORFEITED, {"g": guild, "key": lost}).scalar()
    if transfer is None:
        return
    bond = Account(guild, number)
    accounts.reopen(tx, bond)
    reverse(tx, guild=guild, key=key, transfer=transfer, now=now, actor=actor)
    return_bond(tx, bond, player, f"{key}:back", now)


def _free(tx: Connection, guild: int, player: int, missing: int, now: datetime) -> None:
    """End resting orders of a player, the newest first, then rewards, until so much is free."""
    for order in reversed(orders.resting(tx, guild, player)):
        if missing > 0 and order.reserve is not None:
            missing -= order.budget - order.amount
            orders.end(tx, order, "ended", now)
    for reward in rewards.open_of(tx, guild, owner=player):
        if missing > 0:
            missing -= reward.amount
            rewards.return_reward(tx, reward, "withdrawn", now)
            happened(tx, ClaimChanged(guild, reward.claim))


def _has_something(tx: Connection, claim: Claim, player: int) -> bool:
    """Whether a player has something on a claim, or below it, that a false result could take from them."""
    return any(kind.holds(tx, claim, player) for kind in kinds.ALL) or exposure.holds_below(tx, claim, player)


def _empty_bond(
    tx: Connection, bond: Account, to: dict[Account, int], kind: str, key: str, now: datetime
) -> None:
    amounts = {bond: -sum(to.values())} | to
    post(tx, guild=bond.guild, key=key, kind=kind, amounts=amounts, now=now)
    accounts.end(tx, bond)
