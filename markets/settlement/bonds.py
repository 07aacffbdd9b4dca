"""Bonds against a hasty proposal, challenge or appeal: held, given back, or forfeit to the house (RULES D5).

Who has something on the claim may have less than the bond. What is missing is kept back from the next points that
they get, for a year: from claims, for shares, out of orders, rewards and other bonds, and as a gift; what a server
grants is theirs. Until then the bond's account stays open, without points once the bond is forfeit, and `REST` is
due: by it a payment sees that its player lacks something.
"""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, issuance, returned, schema, statements
from ledger.accounts import Account
from ledger.compiled import Compiled, constant, in_guild, param, params
from ledger.storage.operations import happened
from ledger.transfers import post, reverse
from ledger.types import Whole, microseconds, to_us
from markets.bets import bets
from markets.claims import claims
from markets.claims.claims import Claim
from markets.core import jobs, tables
from markets.core.errors import BondNeeded, BondsMissing
from markets.core.events import ClaimChanged, WalletsPaid
from markets.people import rewards
from markets.settlement import exposure, kinds
from markets.shares import orders

BOND, BOND_BACK, FORFEIT = "bond", "bond.back", "bond.forfeit"

REST = "bond.rest"
"""Due work of a player who had less than a bond: when it is over, what is missing still is asked no more."""

REST_US = microseconds(issuance.YEAR)

MOST_SHORT = 3
"""Bonds of a person of which something is missing at once. Else an account with the least of stakes everywhere and an
empty wallet could challenge every result for nothing."""

MOST_BACK = 8
"""Parts of a bond that went to the house and are taken back in one transaction."""

_transfers = schema.transfers.c
_entries = schema.entries.c
_accounts = schema.accounts.c
_proposals = tables.proposals.c
_disputes = tables.disputes.c
_due = tables.due_work.c
_FORFEITED = (
    statements.not_undone(_transfers.number)
    .where(_transfers.kind == FORFEIT)
    .order_by(_transfers.number)
    .limit(MOST_BACK + 1)
)
_PUT_IN = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_entries.amount), 0)).where(
    in_guild(_entries), _entries.account == param("n"), _entries.amount > 0
)
_WITHOUT = sa.select(sa.func.count()).where(
    in_guild(_disputes),
    _disputes.challenger.in_(params("own")),
    _disputes.bond.is_(None),
    _disputes.state == constant("open"),
)
_SOMEBODY = Compiled(
    sa.select(sa.func.min(_due.ref)).where(in_guild(_due), _due.kind == sa.literal_column(f"'{REST}'"))
)


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
    """Hold a person's bond, or their whole free balance if that is less (A4, D5); None where bonds are off, and of
    whoever owes points and has something on the claim.

    What lies in their own resting orders and rewards is free: as many of these end as the bond needs. Who has nothing
    on the claim, and is no moderator, needs the whole bond: they would risk nothing else. Of whoever has something on
    it, what is missing is kept back from what claims pay them next.

    Raises:
        BondNeeded: They don't have it.
        BondsMissing: Nor what is missing of three earlier ones: this one has to be whole. Or they owe points, and
            three challenges of theirs run without one.
    """
    wallet = accounts.wallet(tx, claim.guild, player)
    whole = times * claim.settings.bond
    if whole > accounts.state(tx, wallet).balance:
        _free(tx, claim.guild, player, whole - max(accounts.state(tx, wallet).balance, 0), now)
    amount = min(whole, max(accounts.state(tx, wallet).balance, 0))
    if amount < whole and not moderator and not _has_something(tx, claim, player):
        raise BondNeeded(whole)
    if (
        amount < whole
        and accounts.state(tx, wallet).balance >= 0
        and _lacking(tx, claim, player) >= MOST_SHORT
    ):
        raise BondsMissing(whole)
    if whole and accounts.state(tx, wallet).balance < 0 and _without(tx, claim, player) >= MOST_SHORT:
        raise BondsMissing(whole)
    if not whole or accounts.state(tx, wallet).balance < 0:
        return None
    bond = accounts.open_account(tx, claim.guild, kind="bond", owner=player)
    if amount:
        amounts = {wallet: -amount, bond: amount}
        post(tx, guild=claim.guild, key=key, kind=BOND, amounts=amounts, now=now, actor=player)
    if amount < whole:
        jobs.schedule(tx, claim.guild, REST, player, to_us(now) + REST_US)
    return bond


def _without(tx: Connection, claim: Claim, player: int) -> int:
    """How many challenges of a person, under all their numbers, run without a bond."""
    own = list(returned.numbers(tx, claim.guild, player))
    return tx.execute(_WITHOUT, {"g": claim.guild, "own": own}).scalar_one()


def return_bond(tx: Connection, bond: Account | None, player: int, key: str, now: datetime) -> None:
    """Give a bond back, and end its account: nothing is missing of it any more."""
    if bond is not None:
        amount = accounts.state(tx, bond).balance
        to = bets.credited(tx, bond.guild, player, amount, now)
        _empty_bond(tx, bond, to, BOND_BACK, key, now)
        accounts.end(tx, bond)
        happened(tx, WalletsPaid(bond.guild, bets.paid_of(to)))  # others of theirs may lack something


def forfeit_bond(tx: Connection, bond: Account | None, key: str, now: datetime) -> None:
    """Move a bond to the house. Its account ends, unless something of the bond is missing still."""
    if bond is not None:
        amount = accounts.state(tx, bond).balance
        _empty_bond(tx, bond, {accounts.house(bond.guild): amount}, FORFEIT, key, now)
        owner = accounts.state(tx, bond).owner
        if not any(one.bond == bond and one.missing for one in _short(tx, bond.guild, owner)):
            accounts.end(tx, bond)


def give_back(
    tx: Connection, guild: int, number: int, player: int, key: str, actor: int, now: datetime
) -> bool:
    """Give back a bond that went to the house, since what cost it is taken back (D6), and with it what was kept back
    for it; nothing is missing of it any more. The house may go below zero by it (A7). False where parts of it are
    left for another transaction."""
    bond = Account(guild, number)
    parts = tx.execute(_FORFEITED, {"g": guild, "n": number}).scalars().all()
    if not parts and accounts.state(tx, bond).ended:
        return True
    accounts.reopen(tx, bond)
    for part in parts[:MOST_BACK]:
        reverse(tx, guild=guild, key=f"{key}:{part}", transfer=part, now=now, actor=actor)
    return_bond(tx, bond, player, f"{key}:back:{parts[0] if parts else 0}", now)
    return len(parts) <= MOST_BACK


# --- what is missing of a bond ----------------------------------------------------------------


class _Short(NamedTuple):
    """A bond whose account hasn't ended: what is missing of it, and whether nobody has decided yet who gets it."""

    bond: Account
    missing: int
    puts: int
    held: bool


def keep_back(tx: Connection, event: WalletsPaid, now: datetime) -> None:
    """Keep back from what somebody got what is missing of its players' bonds (D5), also of those that they gave under
    an earlier number (E4)."""
    if _SOMEBODY.row(tx, g=event.guild) == (None,):
        return
    for number, amount in event.paid:
        wallet = Account(event.guild, number)
        owner = accounts.state(tx, wallet).owner
        for player in returned.numbers(tx, event.guild, owner):
            if jobs.at_us(tx, event.guild, REST, player) is not None:
                amount -= _keep(tx, wallet, player, amount, now, own=player == owner)


def _keep(tx: Connection, wallet: Account, player: int, amount: int, now: datetime, *, own: bool) -> int:
    """Keep back up to an amount in a wallet for the bonds of a number; how much. What isn't decided yet would return
    to that number, so it takes its `own` payments only."""
    kept, lacks = 0, False
    for one in _short(tx, wallet.guild, player):
        part = min(one.missing, amount - kept, max(accounts.state(tx, wallet).balance, 0))
        if part > 0 and (own or not one.held):
            key = f"bond:{one.bond.number}:{one.puts}"
            amounts = {wallet: -part, one.bond: part}
            post(tx, guild=wallet.guild, key=key, kind=BOND, amounts=amounts, now=now)
            if not one.held:
                to = {accounts.house(wallet.guild): part}
                _empty_bond(tx, one.bond, to, FORFEIT, f"{key}:house", now)
                if part == one.missing:
                    accounts.end(tx, one.bond)
            kept += part
            lacks |= part < one.missing
        else:
            lacks |= one.missing > 0
    if not lacks:
        jobs.cancel(tx, wallet.guild, REST, player)
    return kept


def forgive(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Ask no more, after a year, for what is missing of a player's bonds that are decided. The calendar calls it."""
    held = False
    for one in _short(tx, work.guild, work.ref):
        if one.held:
            held |= one.missing > 0
        else:
            accounts.end(tx, one.bond)
    if held:
        jobs.schedule(tx, work.guild, REST, work.ref, to_us(now) + REST_US)


def _lacking(tx: Connection, claim: Claim, player: int) -> int:
    """Of how many bonds of a person something is missing, under all of their numbers (E4)."""
    numbers = returned.numbers(tx, claim.guild, player)
    return sum(one.missing > 0 for number in numbers for one in _short(tx, claim.guild, number))


def _short(tx: Connection, guild: int, player: int) -> list[_Short]:
    """The bonds of a player that haven't ended, the oldest first."""
    found: list[_Short] = []
    for row in tx.execute(_OPEN_BONDS, {"g": guild, "p": player}).all():
        puts, put_in = tx.execute(_PUT_IN, {"g": guild, "n": row.bond}).one()
        whole = row.times * claims.load(tx, guild, row.claim).settings.bond
        found.append(_Short(Account(guild, row.bond), max(whole - int(put_in), 0), puts, bool(row.held)))
    return sorted(found)


def _open_bonds() -> sa.CompoundSelect[Any]:
    """The open accounts of a player's bonds, each with its claim, and for how many bonds it is."""
    undecided = _proposals.state.in_(["standing", "disputed"])
    asked = (
        (_proposals.bond, _proposals.proposer, 1, undecided),
        (_disputes.bond, _disputes.challenger, 1, undecided & (_disputes.state != "lapsed")),
        (_disputes.appeal_bond, _disputes.appellant, 2, undecided & (_disputes.state != "lapsed")),
    )
    selects: list[Any] = []
    for bond, player, times, held in asked:
        of = bond.table.c
        joined = sa.join(
            bond.table, schema.accounts, (_accounts.guild_id == of.guild_id) & (_accounts.number == bond)
        )
        if bond.table is tables.disputes:
            joined = joined.join(
                tables.proposals,
                (_proposals.guild_id == of.guild_id) & (_proposals.number == _disputes.proposal),
            )
        claim: sa.ColumnElement[int] = sa.cast(of.claim, Whole)
        selects.append(
            sa.select(
                bond.label("bond"),
                claim.label("claim"),
                sa.literal_column(str(times), Whole).label("times"),
                sa.case((held, 1), else_=0).label("held"),
            )
            .select_from(joined)
            .where(in_guild(of), player == param("p"), _accounts.ended_by.is_(None))
        )
    return sa.union_all(*selects)


_OPEN_BONDS = _open_bonds()


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
    if any(to.values()):
        amounts = {bond: -sum(to.values())} | to
        post(tx, guild=bond.guild, key=key, kind=kind, amounts=amounts, now=now)
