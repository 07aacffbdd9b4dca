"""Cruxes: "if this comes out so, I would raise that". A person links one claim to another, with a direction.

When the first comes out, each player who linked it gets one note. From then on the crux shows what they said of the
second before and after. It binds nobody and moves no points. What is hidden of forecasts stays hidden (C7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.compiled import columns_of, in_guild, param, params
from ledger.storage.operations import happened
from ledger.types import to_us
from markets.claims import claims, terms
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs, outbox, tables
from markets.core.errors import BadLink, BadOutcome, ClaimMoved, CruxEnded, LinkThere, UnknownLink
from markets.core.events import ClaimChanged
from markets.forecasts import forecasts

PEOPLE = 8
"""Whom one note speaks of: with three links each it still fits into a message."""

SHOWN = 6
"""Cruxes that a claim's card names."""


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """If `claim` comes out as `outcome`, this player would raise (or lower) what they say of `target_outcome`.

    `terms` and `target_terms` are the hex digests of the claims' terms that these are outcomes of, if they are known.
    """

    guild: int
    key: str
    player: int
    claim: int
    target: int
    raises: bool
    outcome: int = 0
    target_outcome: int = 0
    terms: str = ""
    target_terms: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """Take one's link back."""

    guild: int
    key: str
    player: int
    claim: int
    target: int


@dataclass(frozen=True, slots=True)
class CruxLink:
    """A link as the transaction finds it; `told` is the resolution that its maker was told of."""

    player: int
    claim: int
    target: int
    outcome: int
    target_outcome: int
    raises: bool
    made_us: int
    told: int | None


@dataclass(frozen=True, slots=True)
class CruxShown:
    """A link with both its claims. Once the first has come out: as what, and how likely the link's maker said the
    second was just before and is saying since, in millionths; nothing where they said nothing, or where it is hidden
    from the reader."""

    link: CruxLink
    source: Claim
    target: Claim
    came: Result | None = None
    before: int | None = None
    since: int | None = None
    hidden: bool = False


_links = tables.links.c
_resolutions = tables.resolutions.c
_columns = columns_of(tables.links, CruxLink)
_here = in_guild(_links)
_of_claim = (_here, _links.claim == param("c"))
_either = (_links.claim == param("c")) | (_links.target == param("c"))
_this = (_here, _links.player == param("p"), _links.claim == param("c"), _links.target == param("t"))
_ADD = sa.insert(tables.links)
_FIND = sa.select(*_columns).where(*_this)
_CUT = sa.delete(tables.links).where(*_this)
_CUT_ALL = sa.delete(tables.links).where(_here, _links.player == param("p"))
_newest = (_links.made_us.desc(), _links.claim.desc(), _links.target.desc(), _links.player)
_OF_PLAYER = sa.select(*_columns).where(_here, _links.player == param("p")).order_by(*_newest)
_AROUND_CLAIM = sa.select(*_columns).where(_here, _either).order_by(*_newest).limit(param("most"))
_COUNT = sa.select(sa.func.count()).select_from(tables.links).where(_here, _either)
_AROUND = sa.union(
    sa.select(_links.target).where(*_of_claim),
    sa.select(_links.claim).where(_here, _links.target == param("c")),
)
_UNTOLD = (
    sa.select(_links.player)
    .where(*_of_claim, _links.told.is_(None) | (_links.told != param("r")))
    .group_by(_links.player)
    .order_by(_links.player)
    .limit(param("most"))
)
_TOLD = (
    sa.update(tables.links).where(*_of_claim, _links.player.in_(params("players"))).values(told=param("r"))
)
_OF_NOTE = (
    sa.select(*_columns)
    .where(*_of_claim, _links.told == param("r"), _links.player.in_(params("players")))
    .order_by(_links.player, _links.target)
)
_RESOLUTION = sa.select(
    _resolutions.claim, _resolutions.result, _resolutions.at_us, _resolutions.reversed_us
).where(in_guild(_resolutions), _resolutions.number == param("n"))


def link(tx: Connection, request: LinkClaims, now: datetime) -> CruxShown:
    """Link a claim to another.

    Raises:
        UnknownClaim: One of them isn't there.
        BadLink: They are one and the same.
        CruxEnded: One of them has ended: there is nothing to come, or nothing to change one's mind about.
        BadOutcome: One of the outcomes isn't its claim's.
        LinkThere: This player linked them already.
        BadTimes: The terms of one of them were changed meanwhile.
    """
    source, target = _both(tx, request, now)
    claims.require_shown(source, request.terms)
    claims.require_shown(target, request.target_terms)
    for claim, outcome in ((source, request.outcome), (target, request.target_outcome)):
        if type(outcome) is not int or not 0 <= outcome < len(claim.terms.outcomes):
            raise BadOutcome("outcome", "unknown")
    if find(tx, request.guild, request.player, request.claim, request.target) is not None:
        raise LinkThere(request.claim, request.target)
    made = CruxLink(
        request.player,
        request.claim,
        request.target,
        request.outcome,
        request.target_outcome,
        request.raises,
        to_us(now),
        None,
    )
    tx.execute(
        _ADD,
        {
            "guild_id": request.guild,
            "player": made.player,
            "claim": made.claim,
            "target": made.target,
            "outcome": made.outcome,
            "target_outcome": made.target_outcome,
            "raises": int(made.raises),
            "made_us": made.made_us,
        },
    )
    _redraw(tx, request.guild, made)
    return CruxShown(made, source, target)


def unlink(tx: Connection, request: Cut, now: datetime) -> CruxLink:
    """Take one's link back, while both claims go on: afterwards it is a record of what was said.

    Raises:
        UnknownClaim, UnknownLink: There is no such link of theirs.
        CruxEnded: One of its claims has ended.
    """
    found = find(tx, request.guild, request.player, request.claim, request.target)
    if found is None:
        raise UnknownLink(request.guild, request.claim)
    _both(tx, request, now)
    tx.execute(_CUT, _key(request))
    _redraw(tx, request.guild, found)
    return found


def cut_all_of(tx: Connection, guild: int, player: int) -> None:
    """Cut all links of a player who had themselves deleted (E4)."""
    for row in tx.execute(_OF_PLAYER, {"g": guild, "p": player}).all():
        _redraw(tx, guild, _link(row))
    tx.execute(_CUT_ALL, {"g": guild, "p": player})


def came_out(tx: Connection, claim: Claim, resolution: int, now: datetime) -> None:
    """Schedule the note to the players who linked a claim that has a result now, once, in a unit of its own."""
    redraw_around(tx, claim)
    if tx.execute(_UNTOLD, _asking(claim, resolution, 1)).first() is not None:
        jobs.schedule(tx, claim.guild, "cruxes.tell", resolution, to_us(now))


def redraw_around(tx: Connection, claim: Claim) -> None:
    """Have the cards of the claims linked with this one drawn again: what they say of it is old."""
    for number in tx.execute(_AROUND, {"g": claim.guild, "c": claim.number}).scalars().all():
        happened(tx, ClaimChanged(claim.guild, number))


def tell_some(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """Tell the next of those who linked a claim how it came out, and mark them as told. The calendar calls it."""
    row = tx.execute(_RESOLUTION, {"g": work.guild, "n": work.ref}).one()
    if row.reversed_us is not None:
        return
    claim = claims.load(tx, work.guild, row.claim)
    found = tx.execute(_UNTOLD, _asking(claim, work.ref, PEOPLE + 1)).scalars().all()
    if not found:
        return
    players = list(found[:PEOPLE])
    facts = {"claim": claim.number, "resolution": work.ref, "players": players}
    outbox.enqueue(tx, work.guild, "crux.resolved", facts, now, line=claim.number)
    tx.execute(_TOLD, {"g": work.guild, "c": claim.number, "players": players, "r": work.ref})
    if len(found) > PEOPLE:
        jobs.schedule(tx, work.guild, "cruxes.tell", work.ref, to_us(now))


# --- reading ----------------------------------------------------------------------------------


def find(tx: Connection, guild: int, player: int, claim: int, target: int) -> CruxLink | None:
    """Return a player's link between two claims, if there is one."""
    row = tx.execute(_FIND, {"g": guild, "p": player, "c": claim, "t": target}).first()
    return None if row is None else _link(row)


def around(tx: Connection, guild: int, claim: int, now: datetime) -> tuple[list[CruxShown], int]:
    """Return the newest cruxes that begin or end at a claim, as everybody may see them, and how many there are."""
    rows = tx.execute(_AROUND_CLAIM, {"g": guild, "c": claim, "most": SHOWN}).all()
    found = [_crux(tx, guild, _link(row), now) for row in rows]
    count = len(found)
    if count == SHOWN:
        count = tx.execute(_COUNT, {"g": guild, "c": claim}).scalar_one()
    return found, count


def mine(tx: Connection, guild: int, player: int, now: datetime, *, most: int = 12) -> list[CruxShown]:
    """Return a player's own cruxes, the newest first: what they said themselves is never hidden from them."""
    rows = tx.execute(_OF_PLAYER, {"g": guild, "p": player}).all()[:most]
    return [_crux(tx, guild, _link(row), now, own=True) for row in rows]


def told(
    tx: Connection, guild: int, claim: int, resolution: int, players: Sequence[int], now: datetime
) -> list[CruxShown]:
    """Return the cruxes of some players that a result of a claim was told for, by player and claim."""
    asked = {"g": guild, "c": claim, "r": resolution, "players": list(players)}
    return [_crux(tx, guild, _link(row), now) for row in tx.execute(_OF_NOTE, asked).all()]


def _crux(tx: Connection, guild: int, found: CruxLink, now: datetime, *, own: bool = False) -> CruxShown:
    source, target = claims.load(tx, guild, found.claim), claims.load(tx, guild, found.target)
    if source.resolution is None:
        return CruxShown(found, source, target)
    row = tx.execute(_RESOLUTION, {"g": guild, "n": source.resolution}).one()
    came = terms.read_result(row.result)
    if not own and forecasts.is_hidden(tx, target, now):
        return CruxShown(found, source, target, came, hidden=True)
    said = forecasts.around(tx, guild, found.target, found.player, row.at_us)
    before, since = (one.chances[found.target_outcome] if one else None for one in said)
    return CruxShown(found, source, target, came, before, since)


def _both(tx: Connection, request: LinkClaims | Cut, now: datetime) -> tuple[Claim, Claim]:
    """Both claims, which go on."""
    if request.claim == request.target:
        raise BadLink("target", "self")
    both = claims.load(tx, request.guild, request.claim), claims.load(tx, request.guild, request.target)
    for claim in both:
        claims.require_public(claim)
    for claim in both:
        try:
            claim.require("link", now)
        except ClaimMoved as moved:
            raise CruxEnded(moved.number, moved.state) from None
    return both


def _redraw(tx: Connection, guild: int, of: CruxLink) -> None:
    for number in (of.claim, of.target):
        happened(tx, ClaimChanged(guild, number))


def _key(request: Cut) -> dict[str, int]:
    return {"g": request.guild, "p": request.player, "c": request.claim, "t": request.target}


def _asking(claim: Claim, resolution: int, most: int) -> dict[str, int]:
    return {"g": claim.guild, "c": claim.number, "r": resolution, "most": most}


def _link(row: Iterable[Any]) -> CruxLink:
    values = _columns.values(row)
    values["raises"] = bool(values["raises"])
    return CruxLink(**values)
