"""What rewards, forecasts and the board do when a claim comes out: their places in the one resolution."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, insert_if_new, param
from ledger.storage.operations import happened
from markets.bets import bets
from markets.claims.claims import Claim
from markets.claims.instruments import NOTHING_LEFT, Step, Undoing
from markets.claims.terms import Result
from markets.core import tables
from markets.core.events import ProfitsMade, ProfitsUndone
from markets.forecasts import score_keeping
from markets.people import rewards
from markets.settlement import pay_bets, resolutions


def return_rewards(
    tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime
) -> Step:
    """Return the next rewards on a claim with its end, of any kind; who had one paid keeps it (E8)."""
    entries, done = rewards.end_some(tx, claim, room, now)
    return Step(done=done, entries=entries)


def clear_rewards(tx: Connection, claim: Claim, now: datetime) -> None:
    """Return the rewards on a claim that is filed with nothing on it."""
    rewards.end_some(tx, claim, resolutions.ROOM, now)


def score(tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime) -> Step:
    """Score the forecasts, and count bets that ended by agreement if the claim came out the same way (E6)."""
    score_keeping.settled(tx, claim, resolution, result, now)
    _count_agreed(tx, claim, resolution, result)
    return NOTHING_LEFT


def take_scores_back(tx: Connection, undoing: Undoing, room: int, now: datetime) -> Step:
    """Undo what `score` did."""
    score_keeping.taken_back(tx, undoing.claim, undoing.resolution, now)
    _take_agreed_out(tx, undoing.claim, undoing.resolution)
    return NOTHING_LEFT


def is_forecast(tx: Connection, claim: Claim) -> bool:
    """Return whether a player has a forecast on a claim."""
    return tx.execute(_FORECAST, {"g": claim.guild, "c": claim.number}).first() is not None


_bets = tables.bets.c
_forecasts = tables.forecasts.c
_AGREED = (
    sa.select(*bets.BET_COLUMNS)
    .where(in_guild(_bets), _bets.claim == param("c"), _bets.state == "agreed")
    .order_by(_bets.number)
)
_counted_bets = tables.counted_bets.c
_COUNT = insert_if_new(tables.counted_bets)
_COUNTED = sa.select(_counted_bets.bet).where(in_guild(_counted_bets), _counted_bets.resolution == param("r"))
_UNCOUNT = sa.delete(tables.counted_bets).where(
    in_guild(_counted_bets), _counted_bets.resolution == param("r")
)
_FORECAST = (
    sa.select(_forecasts.player)
    .where(in_guild(_forecasts), _forecasts.claim == param("c"), _forecasts.until_us.is_(None))
    .limit(1)
)


def _count_agreed(tx: Connection, claim: Claim, number: int, result: Result) -> None:
    """Count the bets that ended by agreement as the claim came out, each once."""
    if result.kind == "void":
        return
    for row in tx.execute(_AGREED, {"g": claim.guild, "c": claim.number}).all():
        bet = bets.bet_of(row)
        paid = bet.maker_paid or 0, bet.taker_paid or 0
        new = {"guild_id": bet.guild, "bet": bet.number, "resolution": number}
        if paid == tuple(pay_bets.payout(claim, bet, result)) and tx.execute(_COUNT, new).rowcount:
            happened(tx, ProfitsMade(claim.guild, claim.number, bets.came(bet, *paid)))


def _take_agreed_out(tx: Connection, claim: Claim, number: int) -> None:
    asked = {"g": claim.guild, "r": number}
    for found in tx.execute(_COUNTED, asked).scalars().all():
        bet = bets.load_bet(tx, claim.guild, found)
        gone = bets.came(bet, bet.maker_paid or 0, bet.taker_paid or 0)
        happened(tx, ProfitsUndone(claim.guild, claim.number, gone))
    tx.execute(_UNCOUNT, asked)
