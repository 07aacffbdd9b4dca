"""Read what waits for a moderator, and what moderators did. Read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import columns_of, in_guild, param
from ledger.types import to_us
from markets.claims import claims, conditions, terms
from markets.claims.terms import Result
from markets.core import jobs, lifecycle, tables
from markets.settlement import calendar, lapse, recusal, resolution, reversals
from markets.views.claims import named
from markets.views.lists import MOST, PAGE, in_server

_claims = tables.claims.c
_acts = tables.acts.c
_conditions = tables.conditions.c
_disputes = tables.disputes.c
_resolutions = tables.resolutions.c
_act = tables.acts.c
_r = tables.resolutions.c
_WAITING = in_server.where(
    _claims.state.in_(["open", "proposed", "disputed"]),
    sa.or_(_claims.state != "open", _claims.check_us <= param("now")),
).limit(100)


_theirs_was = tables.resolutions.alias().c


_theirs = tables.disputes.alias().c


_newest = (
    sa.select(sa.func.max(_theirs.number))
    .where(_theirs.guild_id == _claims.guild_id, _theirs.claim == _claims.number)
    .scalar_subquery()
)


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


_FROZEN = (
    sa.select(_claims.number, sa.func.coalesce(sa.func.max(_acts.at_us), 0).label("at_us"))
    .outerjoin(
        tables.acts,
        (_acts.guild_id == _claims.guild_id) & (_acts.claim == _claims.number) & (_acts.act == "freeze"),
    )
    .where(in_guild(_claims), _claims.halted == 1, _claims.state.not_in(lifecycle.ENDED))
    .group_by(_claims.number)
    .order_by(_claims.number)
    .limit(100)
)


_RULED = (
    sa.select(_claims.number, _disputes.ruling, _disputes.ruled_us, _disputes.posted_us)
    .join(tables.disputes, (_disputes.guild_id == _claims.guild_id) & (_disputes.claim == _claims.number))
    .where(
        in_guild(_claims),
        _claims.state == lifecycle.RULED,
        _claims.halted == 0,
        _disputes.state.in_(["ruled", "final"]),
        _disputes.number == _newest,
    )
    .order_by(_claims.number)
    .limit(100)
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
    condition; and what nobody can act on, frozen and held."""
    found = [(since, "condition", number) for number, since in _to_look_at_again(tx, guild, now)]
    asked = {"g": guild, "now": to_us(now)}
    for row in tx.execute(_WAITING, asked):
        of = claims.load(tx, guild, row.number)
        since = lapse.waits_since(tx, of, now)
        if since is None or (of.state == lifecycle.OPEN and not calendar.bets_on(tx, of)):
            continue
        kind = {"disputed": "dispute", "proposed": "confirm"}.get(of.state, "ask")
        if kind == "dispute" or not of.halted:  # nobody names or confirms a result while it is stopped
            found.append((since, kind, of.number))
    found += [(row.at_us, "frozen", row.number) for row in tx.execute(_FROZEN, asked)]
    found += [(since, "held", of.number) for of, since, _ in _held(tx, guild)]
    return [(kind, number, since) for since, kind, number in sorted(found)]


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a claim in the queue waits for: the moment at which it goes on by itself, or the claim that it hangs on.
    Neither where a ruling waits for its post."""

    thaws_us: int | None = None
    on: int | None = None


def awaited(
    tx: Connection, guild: int, rows: Sequence[tuple[str, int, int]]
) -> Mapping[tuple[str, int], Awaited]:
    """Return what the frozen and held claims of the queue wait for."""
    held = (
        {of.number: on for of, _, on in _held(tx, guild)} if any(kind == "held" for kind, *_ in rows) else {}
    )
    found: dict[tuple[str, int], Awaited] = {}
    for kind, number, _ in rows:
        if kind == "frozen":
            found[kind, number] = Awaited(thaws_us=jobs.at_us(tx, guild, "claim.thaws", number))
        elif kind == "held":
            found[kind, number] = Awaited(on=held.get(number))
    return found


def _held(tx: Connection, guild: int) -> list[tuple[claims.Claim, int, int | None]]:
    """The claims with a ruling that isn't paid when its day is over: since when, and the claim that it waits for.
    None where it waits for its post (D3, C10)."""
    found: list[tuple[claims.Claim, int, int | None]] = []
    for row in tx.execute(_RULED, {"g": guild}).all():
        of = claims.load(tx, guild, row.number)
        waits = resolution.held(tx, of, terms.read_result(row.ruling))
        on = of.terms.condition.on if waits and of.terms.condition else None
        if row.posted_us is None or waits:
            found.append((of, row.ruled_us, on))
    return found


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
    proposal: int | None = None


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
