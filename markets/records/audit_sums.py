"""What is kept once more for lists, held against what it is worked out from (`audit` reads on from here): the last
numbers given, the tags of claims, and the standings."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import JsonText, in_guild
from markets.core import tables
from markets.forecasts import score_keeping
from markets.forecasts.score_keeping import ALL_TIME, SUMS
from markets.mechanisms import scoring

_counters = tables.counters.c
_claims = tables.claims.c
_tags = tables.tags.c
_scores = tables.scores.c
_standings = tables.standings.c
_seasons = tables.seasons.c
_profits = tables.profits.c
_tenths = tables.tenths.c
_unlisted = tables.unlisted.c
_NUMBERED: dict[str, sa.Table] = {
    "claims": tables.claims,
    "offers": tables.offers,
    "proposals": tables.proposals,
    "disputes": tables.disputes,
    "resolutions": tables.resolutions,
    "acts": tables.acts,
    "orders": tables.orders,
    "seasons": tables.seasons,
    "rewards": tables.rewards,
}
"""By counter, the table whose rows have its numbers. Posts may be gone once they are sent."""

_LAST = sa.select(_counters.name, _counters.last).where(in_guild(_counters))
_TAGGED = sa.select(_tags.claim, _tags.tag).where(in_guild(_tags))
_TERMS = sa.select(_claims.number, JsonText(_claims.terms, "tags")).where(
    in_guild(_claims), _claims.state.not_in(["draft", "dropped"])
)
_SEASONS = sa.select(_seasons.number, _seasons.from_us, _seasons.to_us).where(in_guild(_seasons))
_SCORES = sa.select(
    *(_scores.player, _scores.at_us, _scores.peer, _scores.coverage, _scores.brier, _scores.log),
    *(_scores.baseline, _scores.chances, _scores.outcome),
).where(in_guild(_scores), _scores.counted == 1)
_PROFITS = sa.select(_profits.player, _profits.at_us, _profits.staked, _profits.profit).where(
    in_guild(_profits)
)
_STANDINGS = sa.select(
    *(_standings.season, _standings.player, *(_standings[name] for name in SUMS), _standings.listed),
    *(_standings[name] for name in score_keeping.ranks),
    *(ranked.label(f"{name}_now") for name, ranked in score_keeping.ranks.items()),
).where(in_guild(_standings))
_TENTHS = sa.select(
    *(_tenths.season, _tenths.player, _tenths.tenth, _tenths.given, _tenths.came, _tenths.said)
).where(in_guild(_tenths))
_UNLISTED = sa.select(_unlisted.player).where(in_guild(_unlisted))
_SCORED = ("peer", "coverage", "brier", "log", "baseline")


def problems(tx: Connection, guild: int) -> Iterator[str]:
    """Yield what doesn't fit, in sentences."""
    yield from _numbers(tx, guild)
    yield from _tags_of(tx, guild)
    yield from _board(tx, guild)


def _numbers(tx: Connection, guild: int) -> Iterator[str]:
    last = {row.name: row.last for row in tx.execute(_LAST, {"g": guild})}
    for name, table in _NUMBERED.items():
        newest = tx.execute(sa.select(sa.func.max(table.c.number)).where(table.c.guild_id == guild)).scalar()
        if (newest or 0) > last.get(name, 0):  # more were given where drafts stayed behind
            yield f"The newest of {name} is {newest}, and the last number given {last.get(name, 0)}."


def _tags_of(tx: Connection, guild: int) -> Iterator[str]:
    """By sums of hashes, as a book has too many tags to hold them all."""
    kept: Counter[int] = Counter()
    for claim, tag in tx.execute(_TAGGED, {"g": guild}):
        kept[claim] += hash(tag)
    for number, said in tx.execute(_TERMS, {"g": guild}):
        tags = {tag.casefold().strip() for tag in json.loads(said or "[]")}
        if kept.get(number, 0) != sum(hash(tag) for tag in tags if tag):
            yield f"Claim {number} has other tags than its terms say."


def _board(tx: Connection, guild: int) -> Iterator[str]:
    """Add up again what counts for everybody, over all time and over each season."""
    windows = [(row.number, row.from_us, row.to_us) for row in tx.execute(_SEASONS, {"g": guild})]
    sums: dict[tuple[int, int], Counter[str]] = {}
    tenths: dict[tuple[int, int, int], Counter[str]] = {}

    def seasons(at_us: int) -> Iterator[int]:
        yield ALL_TIME
        yield from (number for number, from_us, to_us in windows if from_us <= at_us < to_us)

    for player, at_us, *scored, chances, outcome in tx.execute(_SCORES, {"g": guild}):
        for season in seasons(at_us):
            of = sums.setdefault((season, player), Counter())
            of["claims"] += 1
            for name, value in zip(_SCORED, scored, strict=True):
                of[name] += value
            if outcome is not None:
                said: list[int] = json.loads(chances)
                told = list(enumerate(said))
                for at, chance in told[:1] if len(told) == 2 else told:
                    here = tenths.setdefault((season, player, scoring.tenth_of(chance)), Counter())
                    here["given"] += 1
                    here["came"] += at == outcome
                    here["said"] += chance
    for player, at_us, staked, profit in tx.execute(_PROFITS, {"g": guild}):
        for season in seasons(at_us):
            of = sums.setdefault((season, player), Counter())
            of["settled"] += 1
            of["staked"] += staked
            of["profit"] += profit
    yield from _compare(tx, guild, sums, tenths)


def _compare(
    tx: Connection,
    guild: int,
    sums: dict[tuple[int, int], Counter[str]],
    tenths: dict[tuple[int, int, int], Counter[str]],
) -> Iterator[str]:
    left_out = set(tx.execute(_UNLISTED, {"g": guild}).scalars())
    for row in tx.execute(_STANDINGS, {"g": guild}).mappings():
        name = f"The standing of player {row['player']} in season {row['season']}"
        meant = sums.pop((row["season"], row["player"]), Counter[str]())
        wrong = [one for one in SUMS if row[one] != meant[one]]
        wrong += [one for one in score_keeping.ranks if _whole(row[one]) != _whole(row[f"{one}_now"])]
        if row["listed"] and row["player"] in left_out:  # an export without people doesn't say who asked
            wrong.append("listed")
        if wrong:
            yield f"{name} has another {wrong[0]} than comes of its scores and profits."
    for season, player in sums:
        yield f"Player {player} has no standing in season {season}, and something that counts there."
    for season, player, tenth, given, came, said in tx.execute(_TENTHS, {"g": guild}):
        meant = tenths.pop((season, player, tenth), Counter[str]())
        if (given, came, said) != (meant["given"], meant["came"], meant["said"]):
            yield f"The calibration of player {player} in season {season} differs from their scores."
    for season, player, _ in tenths:
        yield f"The calibration of player {player} in season {season} lacks some of their scores."


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
