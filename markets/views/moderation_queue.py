"""Read what waits for a moderator, and what moderators did. Read only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import columns_of, in_guild, param
from ledger.types import to_us
from markets.claims import claims, conditions, terms
from markets.claims.terms import Result
from markets.core import lifecycle, tables
from markets.settlement import calendar, lapse, recusal, reversals
from markets.views.claims import named
from markets.views.lists import MOST, PAGE, in_server

_claims = tables.claims.c
_acts = tables.acts.c
_conditions = tables.conditions.c
_resolutions = tables.resolutions.c
_act = tables.acts.c
_r = tables.resolutions.c
_WAITING = in_server.where(
    _claims.state.in_(["open", "proposed", "disputed"]),
    sa.or_(_claims.state != "open", _claims.check_us <= param("now")),
).limit(100)


_theirs_was = tables.resolutions.alias().c


_taken_back = (
    sa.select(sa.func.max(_theirs_was.reversed_us))
    .where(_theirs_was.guild_id == _conditions.guild_id, _theirs_was.claim == _conditions.on_claim)
    .scalar_subquery()
)


_PAID_TOO_SOON = (
    sa.select(_claims.number, _taken_back)
    .join(
        tables.conditions, (_conditions.guild_id == _claims.guild_id) & (_conditions.claim == _claims.number)
    )
    .join(
        tables.resolutions,
        (_resolutions.guild_id == _claims.guild_id) & (_resolutions.number == _claims.resolution),
    )
    .where(
        in_guild(_claims),
        _claims.state == "settled",
        _conditions.state == conditions.REVERSED,
        _resolutions.pays_us > param("after"),
    )
    .order_by(_claims.number)
    .limit(100)
)


_NOTED = sa.select(_act.actor).where(
    in_guild(_act), _act.claim == param("n"), _act.act == "note", _act.at_us >= param("since")
)


_REVERSAL = sa.select(_r.result, _r.reversed_by, _r.reversed_why).where(in_guild(_r), _r.number == param("n"))


_LAST_REASON = (
    sa.select(_acts.reason)
    .where(in_guild(_acts), _acts.claim == param("c"), _acts.act == param("act"))
    .order_by(_acts.number.desc())
    .limit(1)
)


def queue(tx: Connection, guild: int, now: datetime) -> list[tuple[str, int, int]]:
    """List what waits for moderators: (kind, claim, since), the longest first. Kinds: dispute, confirm, ask,
    condition."""
    found = [(since, "condition", number) for number, since in _to_look_at_again(tx, guild, now)]
    asked = {"g": guild, "now": to_us(now)}
    for row in tx.execute(_WAITING, asked):
        of = claims.load(tx, guild, row.number)
        since = lapse.waits_since(tx, of, now)
        if since is None or (of.state == lifecycle.OPEN and not calendar.bets_on(tx, of)):
            continue
        kind = {"disputed": "dispute", "proposed": "confirm"}.get(of.state, "ask")
        found.append((since, kind, of.number))
    return [(kind, number, since) for since, kind, number in sorted(found)]


def _to_look_at_again(tx: Connection, guild: int, now: datetime) -> list[tuple[int, int]]:
    """The claims that were paid before what they hang on was taken back, and since when (C10): until their result is
    taken back too, a moderator without money on it notes why it stands, or the time for it is over (D6)."""
    found: list[tuple[int, int]] = []
    asked = {"g": guild, "after": to_us(now) - reversals.REVERSIBLE_US}
    for number, since in tx.execute(_PAID_TOO_SOON, asked).all():
        noted = tx.execute(_NOTED, {"g": guild, "n": number, "since": since}).scalars()
        of = claims.load(tx, guild, number)
        if all(recusal.is_recused(tx, of, actor) for actor in noted):
            found.append((number, since))
    return found


@dataclass(frozen=True, slots=True)
class Reversal:
    """A result that was taken back: what it was, by whom and why."""

    result: Result
    by: int
    why: str


def reversal(tx: Connection, guild: int, number: int) -> Reversal:
    """Return why a resolution was taken back."""
    row = tx.execute(_REVERSAL, {"g": guild, "n": number}).one()
    return Reversal(terms.read_result(row.result), row.reversed_by or 0, row.reversed_why or "")


def last_reason(tx: Connection, guild: int, number: int, act: str) -> str:
    """Return the reason of the newest act of a kind on a claim."""
    return tx.execute(_LAST_REASON, {"g": guild, "c": number, "act": act}).scalar() or ""


@dataclass(frozen=True, slots=True)
class ModeratorAct:
    """An act of a moderator that isn't about points."""

    number: int
    claim: int | None
    actor: int
    act: str
    reason: str | None
    at_us: int


_ACTS = (
    sa.select(*columns_of(tables.acts, ModeratorAct))
    .where(in_guild(_acts), _acts.number < param("before"))
    .order_by(_acts.number.desc())
    .limit(PAGE + 1)
)


def acts(tx: Connection, guild: int, *, before: int = 0) -> tuple[list[ModeratorAct], Mapping[int, int]]:
    """Read the list that members can read, newest first, and who they are."""
    rows = [ModeratorAct(*row) for row in tx.execute(_ACTS, {"g": guild, "before": before or MOST})]
    return rows, named(tx, guild, {row.actor for row in rows})
