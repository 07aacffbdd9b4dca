"""What pools, forecasts and the board do when a claim comes out: their places in the one resolution."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import in_guild, insert_if_new, param
from ledger.transfers import Words
from markets.bets import bets
from markets.claims import terms
from markets.claims.claims import Claim
from markets.claims.instruments import NOTHING_LEFT, Instrument, Step
from markets.claims.terms import Result
from markets.core import tables
from markets.forecasts import score_keeping
from markets.people import rewards
from markets.pools import payouts, pools
from markets.settlement import pay_bets, resolutions


class PoolInstrument(Instrument):
    """A claim's pool (C6)."""

    def pay_some(
        self, tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime
    ) -> Step:
        return payouts.pay_some(tx, claim, resolution, result, room, now)

    def take_back_some(
        self,
        tx: Connection,
        claim: Claim,
        resolution: int,
        room: int,
        now: datetime,
        actor: int,
        note: Words | None,
    ) -> Step:
        result = _result(tx, claim, resolution)
        return payouts.take_some_back(tx, claim, resolution, result, room, now=now, actor=actor, note=note)

    def changes(
        self, tx: Connection, claim: Claim, result: Result, player: int | None = None
    ) -> dict[int, int]:
        return payouts.changes(tx, claim, result, player)

    def changes_by_outcome(
        self, tx: Connection, claim: Claim, player: int | None = None
    ) -> list[dict[int, int]]:
        return payouts.changes_by_outcome(tx, claim, player)

    def stakes(self, tx: Connection, claim: Claim) -> dict[int, int]:
        return pools.holders(tx, claim)

    def holds(self, tx: Connection, claim: Claim, player: int) -> bool:
        return pools.holds(tx, claim, player)

    def had_money(self, tx: Connection, claim: Claim, player: int) -> bool:
        return pools.has_money(tx, claim, player)

    def somebody_deleted(self, tx: Connection, claim: Claim) -> bool:
        return pools.somebody_deleted(tx, claim)

    def hangs(self, tx: Connection, claim: Claim) -> bool:
        return pools.hangs(tx, claim)

    def clear(self, tx: Connection, claim: Claim, now: datetime) -> None:
        pools.clear(tx, claim)


class RewardsInstrument(Instrument):
    """Rewards on a claim return with its end, of any kind; who had one paid keeps it (E8). They pay the same
    for every result, so nobody has money on the claim by them."""

    def pay_some(
        self, tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime
    ) -> Step:
        entries, done = rewards.end_some(tx, claim, room, now)
        return Step(done=done, entries=entries)

    def clear(self, tx: Connection, claim: Claim, now: datetime) -> None:
        rewards.end_some(tx, claim, resolutions.ROOM, now)


class ScoresInstrument(Instrument):
    """Forecasts are scored, and bets that ended by agreement count if the claim came out the same way (E6)."""

    def pay_some(
        self, tx: Connection, claim: Claim, resolution: int, result: Result, room: int, now: datetime
    ) -> Step:
        score_keeping.settled(tx, claim, resolution, result, now)
        _count_agreed(tx, claim, resolution, result, now)
        return NOTHING_LEFT

    def take_back_some(
        self,
        tx: Connection,
        claim: Claim,
        resolution: int,
        room: int,
        now: datetime,
        actor: int,
        note: Words | None,
    ) -> Step:
        score_keeping.taken_back(tx, claim, resolution, now)
        _take_agreed_out(tx, claim, resolution, now)
        return NOTHING_LEFT

    def hangs(self, tx: Connection, claim: Claim) -> bool:
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


def _count_agreed(tx: Connection, claim: Claim, number: int, result: Result, now: datetime) -> None:
    """Count the bets that ended by agreement as the claim came out, each once."""
    if result.kind == "void":
        return
    for row in tx.execute(_AGREED, {"g": claim.guild, "c": claim.number}).all():
        bet = bets.bet_of(row)
        paid = bet.maker_paid or 0, bet.taker_paid or 0
        new = {"guild_id": bet.guild, "bet": bet.number, "resolution": number}
        if paid == tuple(pay_bets.payout(claim, bet, result)) and tx.execute(_COUNT, new).rowcount:
            score_keeping.note_profits(tx, claim.guild, claim.number, bets.came(bet, *paid), now)


def _take_agreed_out(tx: Connection, claim: Claim, number: int, now: datetime) -> None:
    asked = {"g": claim.guild, "r": number}
    for found in tx.execute(_COUNTED, asked).scalars().all():
        bet = bets.load_bet(tx, claim.guild, found)
        gone = bets.came(bet, bet.maker_paid or 0, bet.taker_paid or 0)
        score_keeping.note_profits(tx, claim.guild, claim.number, gone, now, back=True)
    tx.execute(_UNCOUNT, asked)


def _result(tx: Connection, claim: Claim, number: int) -> Result:
    return terms.read_result(resolutions.load_resolution(tx, claim.guild, number).result)
