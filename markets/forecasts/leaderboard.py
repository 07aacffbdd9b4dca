"""Who was right: scores as claims settle, and standings kept so that a board is read from an index (RULES C8, E6).

A claim that came out by an outcome or judged weights scores its forecasts once: all scores are written at once, then
counted into the standings some at a time, as due work of its own, so that no press waits for it. Taking a result back
takes its scores out again in the same way. Sums are whole numbers, so what is taken out leaves nothing behind.

Standings are kept for all time (season 0) and for each season, a window of settlement dates.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from ledger.compiled import Compiled, columns_of, in_guild, param
from markets.claims import judges
from markets.core import tables, text_limits
from markets.core.errors import BadTimes, UnknownSeason
from markets.core.numbering import following
from markets.forecasts import claim_scores
from markets.forecasts.score_keeping import (
    ALL_TIME,
    IS_UNLISTED,
    ONE,
    RANKINGS,
    SUMS,
    Ranking,
    best,
    counting,
    ranks,
    tenths,
    whole,
    zero,
)
from markets.mechanisms import scoring
from markets.mechanisms.scoring import CalibrationBin

PAGE = 10


# --- when a claim comes out -------------------------------------------------------------------


_FIELDS = ("player", "listed", *SUMS, *RANKINGS)
_scores = tables.scores.c
_standings = tables.standings.c
_k = tables.tenths.c
_seasons = tables.seasons.c
_f = tables.profits.c
_unlisted = tables.unlisted.c
_this = (in_guild(_standings), _standings.season == param("s"), _standings.player == param("p"))
_CALIBRATION = sa.select(_k.tenth, _k.given, _k.came, _k.said).where(
    in_guild(_k), _k.season == param("s"), _k.player == param("p")
)
_ADD_SEASON = sa.insert(tables.seasons)
_SEASONS = (
    sa.select(_seasons.number, _seasons.name, _seasons.from_us, _seasons.to_us)
    .where(in_guild(_seasons))
    .order_by(_seasons.number.desc())
)
_window = (
    in_guild(_scores),
    _scores.counted == 1,
    _scores.at_us >= param("from"),
    _scores.at_us < param("to"),
)
_IN_SEASON = Compiled(
    sa.select(*counting).where(
        in_guild(_scores),
        _scores.counted == ONE,
        _scores.at_us >= param("from"),
        _scores.at_us < param("to"),
    )
)
_season = sa.cast(param("s"), sa.BigInteger())
_listed = sa.case(
    (sa.exists().where(in_guild(_unlisted), _unlisted.player == _scores.player), zero),
    else_=ONE,
)
_scored_names = ("claims", "peer", "coverage", "brier", "log", "baseline")
_listed_profit = sa.case(
    (sa.exists().where(in_guild(_unlisted), _unlisted.player == _f.player), zero), else_=ONE
)
_UNLIST = sa.insert(tables.unlisted)
_LIST_AGAIN = sa.delete(tables.unlisted).where(in_guild(_unlisted), _unlisted.player == param("p"))
_LISTED = (
    sa.update(tables.standings)
    .where(in_guild(_standings), _standings.player == param("p"))
    .values(listed=param("listed"))
)
_shown = [_standings[name] for name in _FIELDS]
_STANDING = sa.select(*_shown).where(*_this)
_on_it = (in_guild(_standings), _standings.season == param("s"), _standings.listed == 1)


# --- seasons, and being left out --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MakeSeason:
    """A window of settlement dates with standings of its own."""

    guild: int
    key: str
    actor: int
    name: str
    from_us: int
    to_us: int


_RANK_ALL = (
    sa.update(tables.standings).where(in_guild(_standings), _standings.season == param("s")).values(ranks)
)
_FROM_SCORES = sa.insert(tables.standings).from_select(
    ["guild_id", "season", "player", "listed", *SUMS],
    sa.select(
        _scores.guild_id,
        _season,
        _scores.player,
        sa.func.min(_listed),
        sa.func.count(),
        *[whole(sa.func.sum(_scores[name])) for name in _scored_names[1:]],
        zero,
        zero,
        zero,
    )
    .where(*_window)
    .group_by(_scores.guild_id, _scores.player),
    include_defaults=False,
)
_profits = postgresql.insert(tables.standings).from_select(
    ["guild_id", "season", "player", "listed", *SUMS],
    sa.select(
        _f.guild_id,
        _season,
        _f.player,
        sa.func.min(_listed_profit),
        *[zero] * len(_scored_names),
        sa.func.count(),
        whole(sa.func.sum(_f.staked)),
        whole(sa.func.sum(_f.profit)),
    )
    .where(in_guild(_f), _f.at_us >= param("from"), _f.at_us < param("to"))
    .group_by(_f.guild_id, _f.player),
    include_defaults=False,
)
_TOP = {
    by: sa.select(*_shown)
    .where(*_on_it, _standings[by].is_not(None))
    .order_by(best(by), _standings.player.asc() if by == "miss" else _standings.player.desc())
    .offset(param("skip"))
    .limit(param("most"))
    for by in RANKINGS
}


def make_season(tx: Connection, request: MakeSeason, now: datetime) -> int:
    """Make a season, with what has settled in it already; returns its number. It resets nothing (E6).

    Raises:
        BadTimes: It ends before it begins (`code` is "season").
        BadTerms: Its name is empty or too long.
    """
    name = text_limits.words("name", request.name, most=60)
    if request.from_us >= request.to_us:
        raise BadTimes("season", "season")
    number = following(tx, request.guild, "seasons")
    row = {
        "guild_id": request.guild,
        "number": number,
        "name": name,
        "from_us": request.from_us,
        "to_us": request.to_us,
        "made_by": request.actor,
    }
    tx.execute(_ADD_SEASON, row)
    asked = {"g": request.guild, "s": number, "from": request.from_us, "to": request.to_us}
    for statement in (_FROM_SCORES, _FROM_PROFITS):
        tx.execute(statement, asked)
    for player, at_us, *_, chances, outcome, _counted in list(_IN_SEASON.rows(tx, **asked)):
        assert request.from_us <= at_us < request.to_us
        tenths(tx, request.guild, number, player, json.loads(chances), outcome, +1)
    tx.execute(_RANK_ALL, asked)
    judges.note_act(tx, request.guild, judges.SEASON, actor=request.actor, now=now, claim=None, reason=name)
    return number


@dataclass(frozen=True, slots=True)
class List:
    """Be left out of the board, or on it again."""

    guild: int
    key: str
    player: int
    listed: bool


def show(tx: Connection, request: List, now: datetime) -> bool:
    """Leave a player out of the board because they asked, or list them again; whether they are listed now."""
    list_(tx, request.guild, request.player, listed=request.listed)
    return request.listed


def list_(tx: Connection, guild: int, player: int, *, listed: bool) -> None:
    """List a player, or leave them out, also where they have themselves deleted."""
    tx.execute(_LIST_AGAIN, {"g": guild, "p": player})
    if not listed:
        tx.execute(_UNLIST, {"guild_id": guild, "player": player})
    tx.execute(_LISTED, {"g": guild, "p": player, "listed": int(listed)})


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Season:
    number: int
    name: str
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A player's standing; sums of scores in millionths, money in minor units."""

    player: int
    listed: bool
    claims: int
    peer: int
    coverage: int
    brier: int
    log: int
    baseline: int
    settled: int
    staked: int
    profit: int
    accuracy: int | None
    miss: int | None
    gain: int | None
    return_bps: int | None

    def mean(self, name: str) -> float:
        """Return a score's mean over the claims."""
        return getattr(self, name) / self.claims / scoring.UNIT if self.claims else 0.0


@dataclass(frozen=True, slots=True)
class Top:
    """A page of the board: the rank of the first, who is on it, and whether more follow."""

    first: int
    rows: tuple[Standing, ...]
    more: bool


def top(tx: Connection, guild: int, by: Ranking, *, season: int = ALL_TIME, skip: int = 0) -> Top:
    """Return who leads by one ranking. Ties stand by player number."""
    rows = tx.execute(_TOP[by], {"g": guild, "s": season, "skip": skip, "most": PAGE + 1}).all()
    return Top(skip + 1, tuple(_standing(row) for row in rows[:PAGE]), len(rows) > PAGE)


def standing(tx: Connection, guild: int, player: int, *, season: int = ALL_TIME) -> Standing | None:
    """Return where a player stands, if anything of theirs has settled."""
    row = tx.execute(_STANDING, {"g": guild, "s": season, "p": player}).first()
    return None if row is None else _standing(row)


def rank(tx: Connection, guild: int, of: Standing, by: Ranking, *, season: int = ALL_TIME) -> int | None:
    """Return a player's rank; None where they have none yet or are left out."""
    value = getattr(of, by)
    if value is None or not of.listed:
        return None
    asked = {"g": guild, "s": season, "value": value, "p": of.player}
    ahead: int = tx.execute(_AHEAD[by], asked).scalar_one()
    return ahead + 1


def calibration(tx: Connection, guild: int, player: int, *, season: int = ALL_TIME) -> list[CalibrationBin]:
    """Return what came of a player's chances."""
    rows = tx.execute(_CALIBRATION, {"g": guild, "s": season, "p": player})
    return scoring.calibration({row.tenth: (row.given, row.came, row.said) for row in rows})


def seasons(tx: Connection, guild: int) -> list[Season]:
    """List the seasons, the newest first."""
    return [Season(*row) for row in tx.execute(_SEASONS, {"g": guild})]


def season(tx: Connection, guild: int, number: int) -> Season:
    """Load a season by its number.

    Raises:
        UnknownSeason: There is none of this number.
    """
    found = next((one for one in seasons(tx, guild) if one.number == number), None)
    if found is None:
        raise UnknownSeason(guild, number)
    return found


def is_unlisted(tx: Connection, guild: int, player: int) -> bool:
    """Return whether a player asked to be left out of the board."""
    return tx.execute(IS_UNLISTED, {"g": guild, "p": player}).first() is not None


@dataclass(frozen=True, slots=True)
class Scored:
    """A player's scores on one claim, in millionths."""

    brier: int
    log: int
    baseline: int
    peer: int
    coverage: int


_scores = tables.scores.c
_SCORE = sa.select(*columns_of(tables.scores, Scored)).where(
    in_guild(_scores), _scores.resolution == param("r"), _scores.player == param("p")
)


def score_of(tx: Connection, guild: int, resolution: int, player: int) -> Scored | None:
    """Return how a player's forecasts did by one resolution, if they counted."""
    row = tx.execute(_SCORE, {"g": guild, "r": resolution, "p": player}).first()
    if (
        row is None
    ):  # the claim counts for nobody who stood alone; how good they were can be said all the same
        row = claim_scores.score_alone(tx, guild, resolution, player)
    return None if row is None else Scored(*row)


def _standing(row: Sequence[Any]) -> Standing:
    values = dict(zip(_FIELDS, row, strict=True))
    values["listed"] = bool(values["listed"])
    return Standing(**values)


_FROM_PROFITS = _profits.on_conflict_do_update(
    index_elements=[_standings.guild_id, _standings.season, _standings.player],
    set_={name: _standings[name] + _profits.excluded[name] for name in ("settled", "staked", "profit")},
)


def _ahead(by: Ranking) -> sa.Select[int]:
    better = _standings[by] < param("value") if by == "miss" else _standings[by] > param("value")
    earlier = _standings.player < param("p") if by == "miss" else _standings.player > param("p")
    return (
        sa.select(sa.func.count())
        .select_from(tables.standings)
        .where(*_on_it, better | ((_standings[by] == param("value")) & earlier))
    )


_AHEAD = {by: _ahead(by) for by in RANKINGS}
