"""Forecasts: chances that a player gives without a stake, changed at will, every one of them kept (RULES C7).

The first freezes the claim's text. Where its author says so before that, nobody sees another's, moderators neither,
until the author shows them or trading closes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import Compiled, columns_of, in_guild, param
from ledger.storage.operations import happened
from ledger.types import fits, to_us
from markets.claims import claims, ranges, rests
from markets.claims.claims import Claim
from markets.core import jobs, tables
from markets.core.errors import (
    BadForecast,
    BadResult,
    ForecastsClosed,
    ForecastsThere,
    TradingClosed,
    UnknownForecast,
)
from markets.core.events import ClaimChanged
from markets.mechanisms import scoring

Chances = tuple[int, ...]
"""Millionths, one for each outcome of a claim, adding up to a million."""


@dataclass(frozen=True, slots=True)
class GiveForecast:
    """Say how likely each outcome is, or give the 10%, 50% and 90% quantiles of a number or a date as text.

    `terms` is the hex digest of the claim's terms as they were shown; without it, of those that there are.
    """

    guild: int
    key: str
    player: int
    claim: int
    chances: Chances = ()
    quantiles: tuple[str, ...] = ()
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Hide:
    """The author hides the forecasts on their claim before there are any, or shows what was hidden."""

    guild: int
    key: str
    author: int
    claim: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a player says, or said: until when, if they changed it."""

    player: int
    number: int
    chances: Chances
    quantiles: tuple[str, ...]
    from_us: int
    until_us: int | None


@dataclass(frozen=True, slots=True)
class Crowd:
    """What everybody says together; `median` is empty where nobody says anything or it is hidden from the reader."""

    count: int
    hidden: bool
    median: Chances


_forecasting = tables.forecasting.c
_forecasts = tables.forecasts.c
_this = (in_guild(_forecasting), _forecasting.claim == param("c"))
_of = (in_guild(_forecasts), _forecasts.claim == param("c"))
_by = (*_of, _forecasts.player == param("p"))
_columns = columns_of(tables.forecasts, Forecast)
_RULE = Compiled(sa.select(_forecasting.hidden, _forecasting.revealed_us).where(*_this))
_FROM = Compiled(sa.select(_forecasting.from_us).where(*_this))
_BEGIN = sa.insert(tables.forecasting)
_REVEAL = sa.update(tables.forecasting).where(*_this).values(revealed_us=param("at"))
_ADD = Compiled(sa.insert(tables.forecasts))
_UNTIL = Compiled(
    sa.update(tables.forecasts).where(*_by, _forecasts.number == param("n")).values(until_us=param("at"))
)
_CURRENT = Compiled(sa.select(*_columns).where(*_by, _forecasts.until_us.is_(None)))
_MINE = Compiled(sa.select(*_columns).where(*_by).order_by(_forecasts.number.desc()))
_SAID = Compiled(sa.select(_forecasts.chances).where(*_of, _forecasts.until_us.is_(None)))
_COUNT = sa.select(sa.func.count()).select_from(tables.forecasts).where(*_of, _forecasts.until_us.is_(None))
_links = tables.links.c
_that_came_out = (in_guild(_links), _links.target == param("c"), _links.told.is_not(None))
_CRUXES = Compiled(sa.select(_links.claim).where(*_that_came_out).distinct())
_CRUXES_OF = Compiled(sa.select(_links.claim).where(*_that_came_out, _links.player == param("p")))
_HISTORY = Compiled(sa.select(*_columns).where(*_of).order_by(_forecasts.player, _forecasts.number))


def give(tx: Connection, request: GiveForecast, now: datetime) -> Forecast:
    """Make a forecast, or change one's own.

    Raises:
        ForecastsClosed: Trading is closed.
        ClaimMoved, ClaimHalted: The claim takes no forecast now.
        BadForecast: The chances or quantiles can't stand.
        BadTimes: The terms are not those that were shown.
    """
    claim = claims.load(tx, request.guild, request.claim)
    require_open(tx, claim, now)
    claims.require_shown(claim, request.terms)
    chances = required(claim, request.chances, request.quantiles)
    _begin(tx, claim, now)
    before = current(tx, claim.guild, claim.number, request.player)
    if before is not None:
        at_us = max(to_us(now), before.from_us)  # presses bear their own time and may stand out of order
        _UNTIL.execute(tx, g=claim.guild, c=claim.number, p=request.player, n=before.number, at=at_us)
    made = Forecast(
        request.player,
        before.number + 1 if before else 1,
        chances,
        request.quantiles,
        max(to_us(now), before.from_us) if before else to_us(now),
        None,
    )
    _ADD.execute(
        tx,
        guild_id=claim.guild,
        claim=claim.number,
        player=made.player,
        number=made.number,
        chances=json.dumps(chances, separators=(",", ":")),
        quantiles=json.dumps(request.quantiles, separators=(",", ":")) if request.quantiles else None,
        from_us=made.from_us,
        until_us=None,
    )
    claims.freeze(tx, claim)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    _redraw_cruxes(tx, claim.guild, claim.number, request.player)
    return made


def hide(tx: Connection, request: Hide, now: datetime) -> bool:
    """Hide the forecasts on one's claim until one shows them or trading closes; or show them. Are they hidden now?

    Raises:
        NotAuthor: It is another player's claim.
        ClaimMoved, ClaimHalted, ForecastsClosed: It takes no forecasts now.
        ForecastsThere: There are some that everybody sees already, or they aren't hidden.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claims.require_author(claim, request.author)
    require_open(tx, claim, now)
    rule = _rule(tx, claim)
    if request.hidden:
        if rule is not None:
            raise ForecastsThere(claim.number, "given")
        tx.execute(_BEGIN, _beginning(claim, now) | {"hidden": 1})
        assert claim.closes_us is not None
        jobs.schedule(tx, claim.guild, "forecasts.show", claim.number, claim.closes_us)
    else:
        if rule is None or not rule[0] or rule[1] is not None:
            raise ForecastsThere(claim.number, "open")
        tx.execute(_REVEAL, {"g": claim.guild, "c": claim.number, "at": to_us(now)})
        jobs.cancel(tx, claim.guild, "forecasts.show", claim.number)
        _redraw_cruxes(tx, claim.guild, claim.number)
    happened(tx, ClaimChanged(claim.guild, claim.number))
    return request.hidden


def show(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Show the forecasts, since trading has closed; the card does it. The calendar calls it."""
    happened(tx, ClaimChanged(work.guild, work.ref))
    _redraw_cruxes(tx, work.guild, work.ref)


def require_open(tx: Connection, claim: Claim, now: datetime) -> None:
    """Check that the claim takes forecasts now.

    Raises:
        ForecastsClosed, ClaimMoved, ClaimHalted: It takes no forecast now.
    """
    claims.require_public(claim)
    try:
        rests.trading(tx, claim, now).require("forecast", now)
    except TradingClosed as closed:
        raise ForecastsClosed(closed.number, closed.state) from None


def required(claim: Claim, chances: Chances, quantiles: Sequence[str]) -> Chances:
    """Check a forecast against its claim, and return it as chances.

    Raises:
        BadForecast: There isn't one chance from 0.1% to 99.9% for each outcome, or they don't add up; or the
            quantiles don't rise, can't be read, or the outcomes are no ranges.
    """
    if quantiles:
        return _of_quantiles(claim, quantiles)
    outcomes = len(claim.terms.outcomes)
    if len(chances) != outcomes:
        raise BadForecast("chances", "chance_count", outcomes=outcomes)
    if not all(type(one) is int and scoring.LEAST <= one <= scoring.MOST for one in chances):
        raise BadForecast("chances", "chance_range")
    if sum(chances) != scoring.UNIT:
        raise BadForecast("chances", "chance_sum")
    return chances


def _of_quantiles(claim: Claim, quantiles: Sequence[str]) -> Chances:
    """What a player's quantiles say about each range of a claim."""
    kind, outcomes = claim.terms.kind, claim.terms.outcomes
    if kind not in ("number", "date") or not all(map(ranges.is_range, outcomes)):
        raise BadForecast("quantiles", "quantile_kind")
    try:
        values = [ranges.read(kind, one) for one in quantiles]
    except BadResult as bad:
        raise BadForecast("quantiles", "unread", **bad.facts) from None
    if len(values) != 3 or not values[0] < values[1] < values[2]:
        raise BadForecast("quantiles", "quantile_order")
    below = scoring.distribution(*map(float, values))
    return scoring.kept(
        [_until(below, kind, one.high, 1.0) - _until(below, kind, one.low, 0.0) for one in outcomes]
    )


def _until(
    below: Callable[[float], float], kind: Literal["number", "date"], edge: str | None, without: float
) -> float:
    return without if edge is None else below(float(Decimal(ranges.read(kind, edge))))


def _redraw_cruxes(tx: Connection, guild: int, claim: int, player: int | None = None) -> None:
    """Cards of claims that came out, and whose cruxes show what is said of this one."""
    if player is None:
        found = list(_CRUXES.rows(tx, g=guild, c=claim))
    else:
        found = list(_CRUXES_OF.rows(tx, g=guild, c=claim, p=player))
    for row in found:
        happened(tx, ClaimChanged(guild, row[0]))


def _begin(tx: Connection, claim: Claim, now: datetime) -> None:
    if _rule(tx, claim) is None:
        tx.execute(_BEGIN, _beginning(claim, now))


def _beginning(claim: Claim, now: datetime) -> dict[str, int]:
    return {"guild_id": claim.guild, "claim": claim.number, "from_us": to_us(now), "hidden": 0}


# --- reading ----------------------------------------------------------------------------------


def current(tx: Connection, guild: int, claim: int, player: int) -> Forecast | None:
    """Return what a player says now, if they do."""
    row = _CURRENT.row(tx, g=guild, c=claim, p=player) if fits(claim) else None
    return None if row is None else _forecast(row)


def mine(tx: Connection, guild: int, claim: int, player: int) -> list[Forecast]:
    """Return all that a player has said on a claim, the newest first.

    Raises:
        UnknownForecast: Nothing.
    """
    rows = list(_MINE.rows(tx, g=guild, c=claim, p=player)) if fits(claim) else []
    if not rows:
        raise UnknownForecast(guild, claim)
    return [_forecast(row) for row in rows]


def around(
    tx: Connection, guild: int, claim: int, player: int, at_us: int
) -> tuple[Forecast | None, Forecast | None]:
    """Return what a player said at a moment, and what they say last if they said it later; nothing
    where they didn't."""
    said = [_forecast(row) for row in _MINE.rows(tx, g=guild, c=claim, p=player)]
    before = next((one for one in said if one.from_us <= at_us), None)
    return before, said[0] if said and said[0].from_us > at_us else None


def is_hidden(tx: Connection, claim: Claim, now: datetime) -> bool:
    """Return whether nobody sees another's forecast on a claim just now."""
    rule = _rule(tx, claim)
    closed = claim.closes_us is not None and to_us(now) >= claim.closes_us
    ended = claim.state in ("settled", "void", "unresolved")
    return rule is not None and bool(rule[0]) and rule[1] is None and not closed and not ended


def crowd(tx: Connection, claim: Claim, now: datetime) -> Crowd:
    """Return what everybody says now, as far as it isn't hidden."""
    if is_hidden(tx, claim, now):
        count = tx.execute(_COUNT, {"g": claim.guild, "c": claim.number}).scalar_one()
        return Crowd(count, True, ())
    said = [json.loads(row[0]) for row in _SAID.rows(tx, g=claim.guild, c=claim.number)]
    return Crowd(len(said), False, scoring.median(said) if said else ())


def history(tx: Connection, guild: int, claim: int) -> list[Forecast]:
    """Return everything that players said on a claim, in the order of players and of what each said."""
    return [_forecast(row) for row in _HISTORY.rows(tx, g=guild, c=claim)]


def begun_us(tx: Connection, claim: Claim) -> int | None:
    """Return when forecasting on a claim began; None where it didn't."""
    row = _FROM.row(tx, g=claim.guild, c=claim.number)
    return None if row is None else row[0]


def _rule(tx: Connection, claim: Claim) -> Sequence[int | None] | None:
    return _RULE.row(tx, g=claim.guild, c=claim.number)


def _forecast(row: Sequence[object]) -> Forecast:
    values = _columns.values(row)
    values["chances"] = tuple(json.loads(values["chances"]))
    values["quantiles"] = tuple(json.loads(values["quantiles"] or "[]"))
    return Forecast(**values)
