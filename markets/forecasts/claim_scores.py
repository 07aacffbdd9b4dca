"""Work out how everybody's forecasts did on one claim that came out (RULES C8, E6)."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import returned
from ledger.compiled import Compiled, in_guild, param
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import tables
from markets.forecasts import forecasts
from markets.forecasts.forecasts import Forecast
from markets.mechanisms import scoring
from markets.mechanisms.scoring import ClaimWindow, Piece

_resolutions = tables.resolutions.c
RESOLUTION = sa.select(
    _resolutions.claim, _resolutions.result, _resolutions.at_us, _resolutions.reversed_us
).where(in_guild(_resolutions), _resolutions.number == param("r"))
_RESOLUTION = Compiled(RESOLUTION)


def score_alone(tx: Connection, guild: int, resolution: int, player: int) -> tuple[int, ...] | None:
    """Work out how a player's forecasts did by a resolution that counts for nothing with them, as `Scored` has it;
    None where they had none that counted for a moment, or the result scores nobody."""
    found = _RESOLUTION.row(tx, g=guild, r=resolution)
    if found is None or found[3] is not None:
        return None
    number, said, at_us, _ = found
    claim, result = claims.load(tx, guild, number), terms.read_result(said)
    if result.kind not in ("outcome", "weights") or forecasts.begun_us(tx, claim) is None:
        return None
    ended_us = min(at_us, result.known_us or at_us)
    rows = scored(tx, claim, result, resolution, ended_us, at_us, only=False)
    row = next((row for row in rows if row["player"] == player), None)
    return (
        None if row is None else tuple(row[name] for name in ("brier", "log", "baseline", "peer", "coverage"))
    )


def scored(
    tx: Connection,
    claim: Claim,
    result: Result,
    resolution: int,
    ended_us: int,
    at_us: int,
    *,
    only: bool = True,
) -> list[dict[str, Any]]:
    """Return a row for everybody for whom the claim counts (E6): whose forecasts stood beside two others'. Without
    `only` for everybody whose forecasts counted for a moment at least."""
    window = _window(tx, claim, ended_us)
    said = forecasts.history(tx, claim.guild, claim.number)
    pieces = [_piece(one, window) for one in said]
    counts = None
    if only:
        apart = _earlier_numbers(tx, claim.guild, {one.player for one in said})
        counts = scoring.accompanied(pieces, window, apart=apart)
    last = {one.player: one.chances for one in said if one.from_us < window.counts_until_us}
    return [
        {
            "guild_id": claim.guild,
            "resolution": resolution,
            "player": player,
            "claim": claim.number,
            "at_us": at_us,
            "brier": scoring.stored(one.brier),
            "log": scoring.stored(one.log),
            "baseline": scoring.stored(one.baseline),
            "peer": scoring.stored(one.peer),
            "coverage": min(max(scoring.stored(one.coverage), 1), scoring.UNIT),
            "chances": json.dumps(last[player], separators=(",", ":")),
            "outcome": terms.only_outcome(result),
            "counted": 0,
        }
        for player, one in sorted(
            scoring.scores(pieces, window, _weights(claim, result)).items(), key=lambda item: str(item[0])
        )
        if isinstance(player, int) and (counts is None or player in counts)
    ]


def worked_out(tx: Connection, guild: int, resolution: int) -> dict[int, tuple[tuple[int, ...], set[int]]]:
    """Work out all scores of a resolution: by player Brier, log, baseline and coverage, and the peer scores that may
    stand beside them, with the bound of E6 and as they were before it."""
    found = _RESOLUTION.row(tx, g=guild, r=resolution)
    if found is None:
        return {}
    number, told, at_us, _ = found
    claim, result = claims.load(tx, guild, number), terms.read_result(told)
    if result.kind not in ("outcome", "weights") or forecasts.begun_us(tx, claim) is None:
        return {}
    window = _window(tx, claim, min(at_us, result.known_us or at_us))
    pieces = [_piece(one, window) for one in forecasts.history(tx, guild, number)]
    now = before = scoring.scores(pieces, window, _weights(claim, result))
    if any(min(piece.chances) < scoring.FLOOR for piece in pieces):
        before = scoring.scores(pieces, window, _weights(claim, result), floor=0.0)
    return {
        player: (
            (
                *(scoring.stored(value) for value in (one.brier, one.log, one.baseline)),
                min(max(scoring.stored(one.coverage), 1), scoring.UNIT),
            ),
            {scoring.stored(one.peer), scoring.stored(before[player].peer)},
        )
        for player, one in now.items()
        if isinstance(player, int)
    }


def _window(tx: Connection, claim: Claim, ended_us: int) -> ClaimWindow:
    from_us = forecasts.begun_us(tx, claim)
    assert from_us is not None
    assert claim.closes_us is not None
    return ClaimWindow(from_us, max(claim.closes_us, from_us + 1), ended_us)


def _weights(claim: Claim, result: Result) -> tuple[int, ...]:
    return result.weights or tuple(int(at == result.outcome) for at in range(len(claim.terms.outcomes)))


def _piece(one: Forecast, window: ClaimWindow) -> Piece:
    until_us = one.until_us if one.until_us is not None else window.to_us
    return Piece(one.player, one.from_us, until_us, tuple(chance / scoring.UNIT for chance in one.chances))


def _earlier_numbers(tx: Connection, guild: int, players: set[int]) -> set[int]:
    """Those of some players that are earlier numbers of others of them: of one person who went and came back (E4)."""
    if not returned.any_kept(tx, guild):
        return set()
    return {before for player in players for before in returned.numbers(tx, guild, player)[1:]} & players
