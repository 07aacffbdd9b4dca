"""Score forecasts as claims settle, and keep the sums that boards are read from (RULES C8, E6)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, in_guild, insert_if_new, param
from ledger.types import to_us
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs, tables
from markets.core.events import Profit
from markets.forecasts import forecasts
from markets.forecasts.claim_scores import RESOLUTION
from markets.forecasts.claim_scores import scored as _scored
from markets.mechanisms import scoring

zero: sa.ColumnElement[int] = sa.literal_column("0")
ONE: sa.ColumnElement[int] = sa.literal_column("1")

_scores = tables.scores.c
_standings = tables.standings.c
_k = tables.tenths.c
_seasons = tables.seasons.c
_f = tables.profits.c
_unlisted = tables.unlisted.c
_of = (in_guild(_scores), _scores.resolution == param("r"))
_this = (in_guild(_standings), _standings.season == param("s"), _standings.player == param("p"))
ALL_TIME = 0


NEEDED = 10
"""Settled claims without which nobody has a rank (E6)."""


AUTHORS_PART = 3
"""Of the claims that rank a player, at most this part is by one author (E6)."""


COUNTED_AT_ONCE = 100


Ranking = Literal["accuracy", "miss", "gain", "return_bps"]
"""By peer score, calibration, profit, return on stake."""


RANKINGS: tuple[Ranking, ...] = get_args(Ranking)


SUMS = ("claims", "peer", "coverage", "brier", "log", "baseline", "settled", "staked", "profit")


_needed: sa.ColumnElement[int] = sa.literal_column(str(NEEDED))


counting = (
    _scores.player,
    _scores.at_us,
    _scores.brier,
    _scores.log,
    _scores.baseline,
    _scores.peer,
    _scores.coverage,
    _scores.chances,
    _scores.outcome,
    _scores.counted,
)


_ADD = Compiled(sa.insert(tables.scores))


_UNCOUNTED = (
    sa.select(*counting).where(*_of, _scores.counted == 0).order_by(_scores.player).limit(param("most"))
)


_SCORES = sa.select(*counting).where(*_of).order_by(_scores.player).limit(param("most"))


_COUNTED = Compiled(sa.update(tables.scores).where(*_of, _scores.player == param("p")).values(counted=ONE))


_DROP = Compiled(sa.delete(tables.scores).where(*_of, _scores.player == param("p")))


_ANY = sa.select(_scores.player).where(*_of).limit(1)


_THERE = Compiled(insert_if_new(tables.standings, "guild_id", "season", "player"))


_MORE = Compiled(
    sa.update(tables.standings).where(*_this).values({name: _standings[name] + param(name) for name in SUMS})
)


_tenth = (_k.guild_id == _standings.guild_id, _k.season == _standings.season, _k.player == _standings.player)


_missed = (
    sa.select(sa.func.sum(sa.func.abs(_k.said - _k.came * sa.literal_column(str(scoring.UNIT)))))
    .where(*_tenth)
    .scalar_subquery()
)


_given = sa.select(sa.func.sum(_k.given)).where(*_tenth).scalar_subquery()


_BPS: sa.ColumnElement[int] = sa.literal_column("10000")


_EXACT: sa.ColumnElement[int] = sa.literal_column(str(2**63 // 10_000 - 1))


_TENTH_THERE = Compiled(insert_if_new(tables.tenths, "guild_id", "season", "player", "tenth"))


_TENTH = Compiled(
    sa.update(tables.tenths)
    .where(in_guild(_k), _k.season == param("s"), _k.player == param("p"), _k.tenth == param("t"))
    .values({name: _k[name] + param(name) for name in ("given", "came", "said")})
)


_profit = (in_guild(_f), _f.claim == param("c"), _f.player == param("p"))


_PROFIT = Compiled(sa.select(_f.at_us, _f.staked, _f.profit).where(*_profit))


_FORGET_PROFIT = Compiled(sa.delete(tables.profits).where(*_profit))


_ADD_PROFIT = Compiled(sa.insert(tables.profits))


_SEASONS_AT = Compiled(
    sa.select(_seasons.number).where(
        in_guild(_seasons), _seasons.from_us <= param("at"), _seasons.to_us > param("at")
    )
)


IS_UNLISTED = sa.select(_unlisted.player).where(in_guild(_unlisted), _unlisted.player == param("p"))


def settled(tx: Connection, claim: Claim, resolution: int, result: Result, now: datetime) -> None:
    """Schedule the scores of a result that stands, unless it is *unclear* or void."""
    if result.kind in ("outcome", "weights") and forecasts.begun_us(tx, claim) is not None:
        jobs.schedule(tx, claim.guild, "scores.make", resolution, to_us(now))


def taken_back(tx: Connection, claim: Claim, resolution: int, now: datetime) -> None:
    """Take out what a result scored that stands no more."""
    for kind in ("scores.make", "scores.count"):
        jobs.cancel(tx, claim.guild, kind, resolution)
    jobs.schedule(tx, claim.guild, "scores.back", resolution, to_us(now))


def make(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Score every forecast on a claim that came out."""
    found = tx.execute(RESOLUTION, {"g": work.guild, "r": work.ref}).one()
    if (
        found.reversed_us is not None
        or tx.execute(_ANY, {"g": work.guild, "r": work.ref}).first() is not None
    ):
        return
    claim = claims.load(tx, work.guild, found.claim)
    result = terms.read_result(found.result)
    ended_us = min(found.at_us, result.known_us or found.at_us)
    rows = _scored(tx, claim, result, work.ref, ended_us, found.at_us)
    if rows:
        _ADD.many(tx, rows)
        jobs.schedule(tx, work.guild, "scores.count", work.ref, to_us(now))


def count(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Count the next scores of a resolution into the standings."""
    rows = tx.execute(_UNCOUNTED, {"g": work.guild, "r": work.ref, "most": COUNTED_AT_ONCE}).all()
    for row in rows:
        _COUNTED.execute(tx, g=work.guild, r=work.ref, p=row[0])  # first, so that its author is counted too
        _count(tx, work.guild, row, +1)
    if len(rows) == COUNTED_AT_ONCE:
        jobs.schedule(tx, work.guild, "scores.count", work.ref, to_us(now))


def back(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Take the next scores of a resolution out of the standings again."""
    rows = tx.execute(_SCORES, {"g": work.guild, "r": work.ref, "most": COUNTED_AT_ONCE}).all()
    for row in rows:
        _DROP.execute(tx, g=work.guild, r=work.ref, p=row[0])
        if row[-1]:
            _count(tx, work.guild, row, -1)
    if len(rows) == COUNTED_AT_ONCE:
        jobs.schedule(tx, work.guild, "scores.back", work.ref, to_us(now))


def _count(tx: Connection, guild: int, row: Sequence[Any], sign: int) -> None:
    """Add a score to its player's standings, or take it out."""
    player, at_us, brier, log, baseline, peer, coverage, chances, outcome, _ = row
    sums = {"brier": brier, "log": log, "baseline": baseline, "peer": peer, "coverage": coverage}
    more = {"claims": sign, **{name: sign * value for name, value in sums.items()}}
    for season in _seasons_at(tx, guild, at_us):
        tenths(tx, guild, season, player, json.loads(chances), outcome, sign)
        _add(tx, guild, season, player, more)


def tenths(
    tx: Connection,
    guild: int,
    season: int,
    player: int,
    chances: Sequence[int],
    outcome: int | None,
    sign: int,
) -> None:
    """Count calibration: of YES and NO the chance of YES, of more outcomes each of them. Judged
    weights don't count."""
    if outcome is None:
        return
    told = list(enumerate(chances))[:1] if len(chances) == 2 else list(enumerate(chances))
    for at, chance in told:
        values = {"given": sign, "came": sign * int(at == outcome), "said": sign * chance}
        this = {"guild_id": guild, "season": season, "player": player, "tenth": scoring.tenth_of(chance)}
        _TENTH_THERE.execute(tx, **this, given=0, came=0, said=0)
        _TENTH.execute(tx, g=guild, s=season, p=player, t=this["tenth"], **values)


def _add(tx: Connection, guild: int, season: int, player: int, more: Mapping[str, int]) -> None:
    """Add to a player's sums, and work out what ranks them."""
    listed = int(tx.execute(IS_UNLISTED, {"g": guild, "p": player}).first() is None)
    nothing: dict[str, int] = dict.fromkeys(SUMS, 0)
    there = {"guild_id": guild, "season": season, "player": player, "listed": listed}
    _THERE.execute(tx, **there, **nothing, **dict.fromkeys(RANKINGS))
    _MORE.execute(tx, g=guild, s=season, p=player, **(nothing | dict(more)))
    _RANK.execute(tx, g=guild, s=season, p=player)


def note_profits(
    tx: Connection, guild: int, claim: int, came: Sequence[Profit], now: datetime, *, back: bool = False
) -> None:
    """Count what a claim's instruments paid, or with `back` take it out again. Void never happened: not noted."""
    sign = -1 if back else 1
    for one in came:
        if not one.staked:
            continue
        row = _PROFIT.row(tx, g=guild, c=claim, p=one.player)
        at_us, staked, profit = (to_us(now), 0, 0) if row is None else row
        staked += sign * one.staked
        profit += sign * (one.paid - one.staked)
        values = {"guild_id": guild, "claim": claim, "player": one.player, "at_us": at_us}
        _FORGET_PROFIT.execute(tx, g=guild, c=claim, p=one.player)
        if staked:
            _ADD_PROFIT.execute(tx, **values, staked=staked, profit=profit)
        more = {
            "settled": int(bool(staked)) - int(row is not None),
            "staked": sign * one.staked,
            "profit": sign * (one.paid - one.staked),
        }
        for season in _seasons_at(tx, guild, at_us):
            _add(tx, guild, season, one.player, more)


def _seasons_at(tx: Connection, guild: int, at_us: int) -> list[int]:
    return [ALL_TIME, *(row[0] for row in _SEASONS_AT.rows(tx, g=guild, at=at_us))]


def whole(value: Any) -> sa.ColumnElement[int]:
    """Make a whole number on both databases: the sum of whole ones is numeric to PostgreSQL."""
    return sa.cast(value, sa.BigInteger())


_c = tables.claims.c
_in_this_season = (_standings.season == zero) | sa.exists().where(
    _seasons.guild_id == _standings.guild_id,
    _seasons.number == _standings.season,
    _seasons.from_us <= _scores.at_us,
    _seasons.to_us > _scores.at_us,
)
_by_one_author = (
    sa.select(sa.func.count())
    .select_from(tables.scores)
    .join(tables.claims, (_c.guild_id == _scores.guild_id) & (_c.number == _scores.claim))
    .where(
        _scores.guild_id == _standings.guild_id,
        _scores.player == _standings.player,
        _scores.counted == ONE,
        _in_this_season,
    )
    .group_by(_c.author)
    .order_by(sa.func.count().desc())
    .limit(ONE)
    .offset(zero)  # SQLite's compiler adds one of its own, as a value
    .correlate(tables.standings)
    .scalar_subquery()
)
_ranked = (_standings.claims >= _needed) & (
    _by_one_author * sa.literal_column(str(AUTHORS_PART)) <= _standings.claims
)
_staked = whole(sa.func.nullif(_standings.staked, zero))
ranks: dict[str, Any] = {
    "accuracy": sa.case((_ranked, _standings.peer // _standings.claims)),
    "miss": sa.case((_ranked, whole(_missed) // whole(sa.func.nullif(_given, zero)))),
    "gain": sa.case((_standings.settled >= _needed, _standings.profit)),
    "return_bps": sa.case(
        (_standings.settled < _needed, sa.null()),
        (sa.func.abs(_standings.profit) <= _EXACT, whole(_standings.profit * _BPS) // _staked),
        else_=whole(_standings.profit // _staked * _BPS),  # within what a whole number holds
    ),
}
_RANK = Compiled(sa.update(tables.standings).where(*_this).values(ranks))


def best(by: Ranking) -> sa.ColumnElement[Any]:
    """Order by the best first: the smallest miss, the most of everything else."""
    return _standings[by].asc() if by == "miss" else _standings[by].desc()
