"""Hold accepted bets: their rows, and how each is paid and taken back (RULES C1, C2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, returned
from ledger.accounts import Account
from ledger.compiled import Compiled, columns_of, constants, in_guild, param
from ledger.storage.operations import happened
from ledger.transfers import Posted, Words, post, reverse
from ledger.types import fits, to_us
from markets.claims import claims
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.core import jobs, lifecycle, tables
from markets.core.errors import BetEnded, NotASide, UnknownBet
from markets.core.events import BetPaid, BetReopened, Profit, WalletsPaid
from markets.mechanisms.two_party import Stakes

_bets = tables.bets.c
_agreements = tables.agreements.c
_moves = tables.moves.c
STAKE, AGREED = "bet.stake", "bet.agreed"


YEAR_US = 365 * claim_terms.DAY_US


@dataclass(frozen=True, slots=True)
class Bet:
    """A bet as the transaction finds it; `terms` is the hex digest of what both sides saw."""

    guild: int
    number: int
    claim: int
    maker: int
    taker: int
    side: int
    against: bool
    maker_stake: int
    taker_stake: int
    clause: str | None
    terms: str
    escrow: Account
    state: str
    accepted_us: int
    accepted_by: int
    ended_us: int | None
    maker_paid: int | None
    taker_paid: int | None
    paid_by: int | None
    resolution: int | None

    @property
    def stakes(self) -> Stakes:
        return Stakes(self.maker_stake, self.taker_stake)

    @property
    def pot(self) -> int:
        return self.maker_stake + self.taker_stake

    def other(self, player: int) -> int:
        return self.taker if player == self.maker else self.maker


@dataclass(frozen=True, slots=True)
class Ended:
    """A bet that was paid: what each side got, and the transfer that paid it."""

    bet: int
    claim: int
    maker_gets: int
    taker_gets: int
    transfer: int
    digest: str


this_bet = (in_guild(_bets), _bets.number == param("n"))


BET_COLUMNS = columns_of(tables.bets, Bet)


_LOAD_BET = Compiled(sa.select(*BET_COLUMNS).where(*this_bet))


_ENDING = ("state", "ended_us", "maker_paid", "taker_paid", "paid_by", "resolution")


ACCEPTED = tuple(column.name for column in BET_COLUMNS if column.name not in _ENDING)


BET = Compiled(
    sa.insert(tables.bets).values({name: param(name) for name in ACCEPTED} | constants(state="live"))
)


_END_BET = Compiled(sa.update(tables.bets).where(*this_bet).values({name: param(name) for name in _ENDING}))


FORGET_AGREEMENT = sa.delete(tables.agreements).where(in_guild(_agreements), _agreements.bet == param("n"))


FORGET_MOVE = sa.delete(tables.moves).where(in_guild(_moves), _moves.bet == param("n"))


def pay(
    tx: Connection,
    bet: Bet,
    maker_gets: int,
    taker_gets: int,
    *,
    state: str,
    key: str,
    kind: str,
    now: datetime,
    resolution: int | None = None,
) -> Ended:
    """Pay a live bet's pot out, end its escrow, and have its cards redrawn."""
    assert bet.state == "live", bet.number
    assert maker_gets + taker_gets == bet.pot, bet.number
    amounts = {bet.escrow: -bet.pot}
    for player, gets in ((bet.maker, maker_gets), (bet.taker, taker_gets)):
        for account, amount in credited(tx, bet.guild, player, gets, now).items():
            amounts[account] = amounts.get(account, 0) + amount
    posted = post(tx, guild=bet.guild, key=key, kind=kind, amounts=amounts, now=now)
    accounts.end(tx, bet.escrow)
    _END_BET.execute(
        tx,
        g=bet.guild,
        n=bet.number,
        state=state,
        ended_us=to_us(now),
        maker_paid=maker_gets,
        taker_paid=taker_gets,
        paid_by=posted.number,
        resolution=resolution,
    )
    jobs.cancel(tx, bet.guild, "bet.year", bet.number)
    for forgets in (FORGET_AGREEMENT, FORGET_MOVE):
        tx.execute(forgets, {"g": bet.guild, "n": bet.number})
    brought = came(bet, maker_gets, taker_gets) if state == "settled" else ()
    happened(tx, WalletsPaid(bet.guild, paid_of(amounts)))
    happened(tx, BetPaid(bet.guild, bet.number, bet.claim, brought))
    return Ended(bet.number, bet.claim, maker_gets, taker_gets, posted.number, posted.digest)


def paid_of(amounts: Mapping[Account, int]) -> tuple[tuple[int, int], ...]:
    """Return which accounts a payout's transfer pays, and how much."""
    return tuple((account.number, amount) for account, amount in amounts.items() if amount > 0)


def came(bet: Bet, maker_gets: int, taker_gets: int) -> tuple[Profit, Profit]:
    """Return what a bet brought its two sides, for the board."""
    return (
        Profit(bet.maker, bet.maker_stake, maker_gets),
        Profit(bet.taker, bet.taker_stake, taker_gets),
    )


def credited(tx: Connection, guild: int, player: int, amount: int, now: datetime) -> dict[Account, int]:
    """Return where a player's payout goes: their wallet. Of a deleted player it pays off the debt that stayed, or
    followed them when they came back, and the rest is the house's (E4)."""
    if not amount:
        return {}
    wallet = accounts.wallet(tx, guild, player)
    if accounts.discord_id(tx, guild, player) is not None:
        return {wallet: amount}
    owed = followed(tx, guild, player, now) - accounts.state(tx, wallet).balance
    debt = min(amount, max(owed, 0))
    parts = {wallet: debt, accounts.house(guild): amount - debt}
    return {account: part for account, part in parts.items() if part}


def followed(tx: Connection, guild: int, player: int, now: datetime) -> int:
    """Return what a deleted player owed and has followed them to a later number. Payouts to them pay it back, in a
    unit of its own."""
    moved = returned.moved(tx, guild, player)
    if moved:
        jobs.schedule(tx, guild, "orders.debt", player, to_us(now))
    return moved


def take_back(tx: Connection, bet: Bet, *, key: str, now: datetime, actor: int, note: Words | None) -> Posted:
    """Undo a bet's payout by its opposite: the pot is in escrow again. A player who spent theirs has a debt."""
    assert bet.paid_by is not None
    accounts.reopen(tx, bet.escrow)
    posted = reverse(tx, guild=bet.guild, key=key, transfer=bet.paid_by, now=now, actor=actor, note=note)
    live = dict.fromkeys(_ENDING) | {"state": "live"}
    _END_BET.execute(tx, g=bet.guild, n=bet.number, **live)
    schedule_year(tx, claims.load(tx, bet.guild, bet.claim), bet.number, now)
    gone = came(bet, bet.maker_paid or 0, bet.taker_paid or 0) if bet.state == "settled" else ()
    happened(tx, BetReopened(bet.guild, bet.number, bet.claim, gone))
    return posted


def load_bet(tx: Connection, guild: int, number: int) -> Bet:
    """Return a bet by its number.

    Raises:
        UnknownBet: This server has none; an offer of that number was perhaps never accepted.
    """
    row = _LOAD_BET.row(tx, g=guild, n=number) if fits(number) else None
    if row is None:
        raise UnknownBet(guild, number)
    return bet_of(row)


def bet_of(row: Sequence[Any]) -> Bet:
    """Return a row of BET_COLUMNS as a Bet."""
    values = BET_COLUMNS.values(row)
    values["against"] = bool(values["against"])
    values["terms"] = bytes(values["terms"]).hex()
    values["escrow"] = Account(values["guild"], values["escrow"])
    return Bet(**values)


def own_bet(
    tx: Connection, guild: int, number: int, player: int, now: datetime, *, move: str = "agree"
) -> Bet:
    """Load a live bet of a player's own, which they would end (`agree`) or move (`move_bet`).

    Raises:
        UnknownBet, NotASide, BetEnded: It is none of theirs, or has ended.
        ClaimMoved, ClaimHalted: Its claim doesn't allow it now.
    """
    bet = load_bet(tx, guild, number)
    lifecycle.require_role(move, NotASide(number), side=player in (bet.maker, bet.taker))
    if bet.state != "live":
        raise BetEnded(number, bet.state)
    claims.load(tx, guild, bet.claim).require("agree", now)
    return bet


def schedule_year(tx: Connection, claim: Claim, bet: int, now: datetime) -> None:
    """Schedule a yearly note for a bet that runs longer than two years."""
    if claim.deadline_us and claim.deadline_us - to_us(now) > 2 * YEAR_US:
        jobs.schedule(tx, claim.guild, "bet.year", bet, to_us(now) + YEAR_US)
