"""What a claim's two-party bets get when it comes out, each under a key of its own, and how that is taken back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, param
from ledger.transfers import VOID
from markets.bets import bets as bet_bets
from markets.bets.bets import Bet
from markets.claims import ambiguity
from markets.claims.claims import Claim
from markets.claims.instruments import Step, Undoing
from markets.claims.terms import Result
from markets.core import outbox, tables
from markets.mechanisms import two_party
from markets.shares import order_filling

PAYOUT = "bet.payout"
CHUNK = 40
"""Bets paid in one transaction: three entries each, well under the 200 of a unit."""

TAKEN_BACK = 60
"""Payouts of bets taken back in one transaction, each as many entries as it had."""


def pay_some(tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime) -> Step:
    """Pay the next bets, each under a key of its own."""
    most = min(CHUNK, room // 4)
    bets = live_bets(tx, claim.guild, claim.number, limit=most + 1)
    paid: list[int] = []
    for bet in bets[:most]:
        gets, void = payout(claim, bet, result), is_void(bet, result)
        bet_bets.pay(
            tx,
            bet,
            gets.maker,
            gets.taker,
            state="void" if void else "settled",
            key=f"resolution:{resolution}:bet:{bet.number}",
            kind=VOID if void else PAYOUT,
            now=now,
            resolution=resolution,
        )
        paid.append(bet.number)
    if paid:
        facts = {"claim": claim.number, "resolution": resolution, "bets": paid}
        outbox.enqueue(tx, claim.guild, "bets.paid", facts, now, line=claim.number)
    return Step(done=len(bets) <= most, entries=4 * len(paid))


def take_back_some(tx: Connection, undoing: Undoing, room: int, now: datetime) -> Step:
    """Undo the next payouts by their opposites."""
    most = min(TAKEN_BACK, room // 3)
    bets = paid_bets(tx, undoing.claim.guild, undoing.resolution, limit=most + 1)
    for bet in bets[:most]:
        key = f"resolution:{undoing.resolution}:back:{bet.number}"
        posted = bet_bets.take_back(tx, bet, key=key, now=now, actor=undoing.actor, note=undoing.note)
        order_filling.after_taking(tx, bet.guild, posted.balances, now)
    return Step(done=len(bets) <= most, entries=3 * min(len(bets), most))


def changes(tx: Connection, claim: Claim, result: Result, player: int | None = None) -> dict[int, int]:
    """Return what each side of a bet that goes on would get beyond its stake, minor units; of one player if named."""
    change: dict[int, int] = {}
    for bet in live_bets(tx, claim.guild, claim.number, player=player):
        gets = payout(claim, bet, result)
        for side, by in (
            (bet.maker, gets.maker - bet.maker_stake),
            (bet.taker, gets.taker - bet.taker_stake),
        ):
            if player in (None, side):
                change[side] = change.get(side, 0) + by
    return change


def changes_by_outcome(tx: Connection, claim: Claim, player: int | None = None) -> list[dict[int, int]]:
    """Return `changes` by each outcome of the claim, in their order."""
    outcomes = range(len(claim.terms.outcomes))
    return [changes(tx, claim, Result("outcome", outcome=at), player) for at in outcomes]


def stakes(tx: Connection, claim: Claim) -> dict[int, int]:
    """Return who has a bet that goes on, and what they staked, minor units."""
    asked = {"g": claim.guild, "claim": claim.number}
    return {row.player: int(row.staked) for row in tx.execute(_STAKES, asked)}


def holds(tx: Connection, claim: Claim, player: int) -> bool:
    """Return whether a player has a bet that goes on."""
    return bool(live_bets(tx, claim.guild, claim.number, player=player, limit=1))


def somebody_deleted(tx: Connection, claim: Claim) -> bool:
    """Return whether a side of a bet that goes on had themselves deleted (E4)."""
    return tx.execute(_DELETED, {"g": claim.guild, "claim": claim.number}).first() is not None


def hangs(tx: Connection, claim: Claim) -> bool:
    """Return whether a bet goes on."""
    return bool(live_bets(tx, claim.guild, claim.number, limit=1))


_bets = tables.bets.c
_resolutions = tables.resolutions.c
_LIVE = (
    sa.select(*bet_bets.BET_COLUMNS)
    .where(in_guild(_bets), _bets.claim == param("claim"), _bets.state == "live")
    .order_by(_bets.number)
    .limit(param("limit"))
)
_LIVE_OF = _LIVE.where(sa.or_(_bets.maker == param("player"), _bets.taker == param("player")))
_live = (in_guild(_bets), _bets.claim == param("claim"), _bets.state == "live")
_sides = sa.union_all(
    sa.select(_bets.maker.label("player"), _bets.maker_stake.label("stake")).where(*_live),
    sa.select(_bets.taker, _bets.taker_stake).where(*_live),
).subquery()
_STAKES = sa.select(_sides.c.player, sa.func.sum(_sides.c.stake).label("staked")).group_by(_sides.c.player)
_claim_of_resolution = sa.select(_resolutions.claim).where(
    in_guild(_resolutions), _resolutions.number == param("r")
)
_PAID_BETS = (
    sa.select(*bet_bets.BET_COLUMNS)
    .where(
        in_guild(_bets),
        _bets.claim == _claim_of_resolution.scalar_subquery(),  # by its index
        _bets.resolution == param("r"),
        _bets.state != "live",
    )
    .order_by(_bets.number)
    .limit(param("limit"))
)
_DELETED = (
    sa.select(_bets.number)
    .join(
        book.players,
        (book.players.c.guild_id == _bets.guild_id) & book.players.c.number.in_([_bets.maker, _bets.taker]),
    )
    .where(
        in_guild(_bets),
        _bets.claim == param("claim"),
        _bets.state == "live",
        book.players.c.discord_id.is_(None),
    )
    .limit(1)
)


def payout(claim: Claim, bet: Bet, result: Result) -> two_party.Payout:
    """Return what each side of a bet gets by a result (C8, C9, B4)."""
    outcomes = len(claim.terms.outcomes)
    if result.kind == "early" or is_void(
        bet, result
    ):  # too early pays nothing, so that nobody gains or loses by it
        return two_party.void(bet.stakes)
    if result.kind == "unclear":
        own = ambiguity.decode(bet.clause) if bet.clause else None
        clause = ambiguity.in_force(own, ambiguity.decode(claim.terms.clause))
        ended = ambiguity.ending(clause, bet.stakes, bet.side, bet.against)
        if ended is not None:
            return ended
        if not result.weights:  # left to the judges, and they chose none: all stakes return (D7)
            return two_party.void(bet.stakes)
    weights = result.weights or tuple(int(at == result.outcome) for at in range(outcomes))
    return two_party.shared(bet.stakes, two_party.side_weights(weights, bet.side, bet.against))


def is_void(bet: Bet, result: Result) -> bool:
    """Return whether a result makes a bet void: all are, or those that were taken after it was public (D1)."""
    late = result.known_us is not None and bet.accepted_us > result.known_us
    return result.kind == "void" or (result.voids_late and late)


def live_bets(
    tx: Connection, guild: int, claim: int, *, player: int | None = None, limit: int = 10_000
) -> list[Bet]:
    """Return the bets on a claim that are not paid yet, by number; of one player if named."""
    asked = {"g": guild, "claim": claim, "limit": limit}
    if player is None:
        return [bet_bets.bet_of(row) for row in tx.execute(_LIVE, asked)]
    return [bet_bets.bet_of(row) for row in tx.execute(_LIVE_OF, asked | {"player": player})]


def paid_bets(tx: Connection, guild: int, resolution: int, *, limit: int = 10_000) -> list[Bet]:
    """Return the bets that a resolution has paid, by number."""
    asked = {"g": guild, "r": resolution, "limit": limit}
    return [bet_bets.bet_of(row) for row in tx.execute(_PAID_BETS, asked)]
