"""Say what came after a head that was told, and hold it against what came before (RULES A10).

Whoever has the file can append to both chains. What they append stands after a head that was told before, so it is
counted here; and the lines before that head can't be made again, so what never changes in a row must still come to
the first line about it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import in_guild, param, params
from markets.core import tables
from markets.records.coverage import COVERED, Covered, digest_of_row
from markets.records.recorder import FOUND

PAGE = 500

_r = tables.records.c
_l = tables.record_lines.c
_t = book.transfers.c
_o = tables.offers.c
_c = tables.claims.c


@dataclass(frozen=True, slots=True)
class HeadPlace:
    """Where a head that was told stands: after so many transfers, and after so many rows of the record. The other
    chain's number is the smallest that it can have been, so that nothing that came later is left out."""

    transfers: int
    records: int
    of_record: bool


@dataclass(frozen=True, slots=True)
class SinceHead:
    """What came after a head that was told.

    Attributes:
        transfers: How many, by kind; `records` the same of operations.
        from_us: When the first of it was made, in microseconds; `to_us` the last. None where nothing came.
    """

    transfers: Mapping[str, int]
    records: Mapping[str, int]
    from_us: int | None
    to_us: int | None


_OF_RECORD = sa.select(_r.number, _r.transfers).where(in_guild(_r), _r.digest == param("digest"))
_OF_BOOK = sa.select(_t.number).where(in_guild(_t), _t.digest == param("digest"))
_FIRST_WITH = sa.select(sa.func.min(_r.number)).where(in_guild(_r), _r.transfers >= param("n"))
_LAST = sa.select(sa.func.coalesce(sa.func.max(_r.number), 0)).where(in_guild(_r))


def place(tx: Connection, guild: int, digest: bytes) -> HeadPlace | None:
    """Find a head in the record or in the book's chain; None where neither holds it."""
    this = {"g": guild, "digest": digest}
    found = tx.execute(_OF_RECORD, this).first()
    if found is not None:
        return HeadPlace(found.transfers, found.number, of_record=True)
    number = tx.execute(_OF_BOOK, this).scalar()
    if number is None:
        return None
    first = tx.execute(_FIRST_WITH, {"g": guild, "n": number}).scalar()
    records = tx.execute(_LAST, {"g": guild}).scalar_one() if first is None else first
    return HeadPlace(number, records, of_record=False)


def since(tx: Connection, guild: int, head: HeadPlace) -> SinceHead:
    """Count what came after a head."""
    kinds: list[dict[str, int]] = []
    moments: list[int] = []
    for columns, after in ((_t, head.transfers), (_r, head.records)):
        asked = (
            sa.select(columns.kind, sa.func.count(), sa.func.min(columns.at_us), sa.func.max(columns.at_us))
            .where(in_guild(columns), columns.number > param("after"))
            .group_by(columns.kind)
        )
        rows = tx.execute(asked, {"g": guild, "after": after}).all()
        kinds.append({str(kind): many for kind, many, _, _ in sorted(rows, key=lambda row: str(row[0]))})
        moments += [moment for _, _, *both in rows for moment in both]
    return SinceHead(kinds[0], kinds[1], min(moments, default=None), max(moments, default=None))


# --- what never changes -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Kept:
    """A table whose rows keep what they began with, but for some columns.

    Attributes:
        begins: What those columns held at first: one of these values. A row is never taken out of such a table.
    """

    begins: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])


_AS_IT_IS = object()
"""What a column holds now, where it may have begun with it."""


def _nothing(*names: str) -> dict[str, Sequence[Any]]:
    return dict.fromkeys(names, (None,))


_PAID = _nothing("ended_us", "maker_paid", "taker_paid", "paid_by", "resolution", "dissent")
_RULED = _nothing("ruling", "ruling_reason", "ruled_us", "first_ruling", "posted_us")
_APPEALED = _nothing("appellant", "appeal_reason", "appeal_bond")
_REVERSED = _nothing("reversed_us", "reversed_by", "reversed_why", "reversed_salt")
_KEPT: Mapping[str, _Kept] = {
    "offers": _Kept({"state": ("open", _AS_IT_IS), "outcomes": (None,)}),
    "bets": _Kept({"state": ("live",)} | _PAID),
    "stakes": _Kept({"state": ("live",), "late": (0,)} | _nothing("paid", "paid_by")),
    "trades": _Kept(),
    "arguments": _Kept(),
    "clarifications": _Kept(),
    "acts": _Kept(),
    "draws": _Kept(),
    "liquidity": _Kept(_nothing("returned")),
    "disputes": _Kept({"state": ("open",)} | _RULED | _APPEALED),
    "resolutions": _Kept({"paid_us": (None, _AS_IT_IS)} | _REVERSED),
}


def problems(tx: Connection, guild: int, head: HeadPlace) -> Iterator[str]:
    """Name rows that changed after a head in what never changes."""
    for name, kept in _KEPT.items():
        covered, after = COVERED[name], ""
        while things := _changed(tx, guild, name, head.records, after):
            after = things[-1]
            yield from _of(tx, guild, covered, kept, things)


def _changed(tx: Connection, guild: int, table: str, records: int, after: str) -> list[str]:
    """The next rows of a table about which there are lines after a head."""
    asked = (
        sa.select(_l.thing)
        .where(in_guild(_l), _l.number > param("records"), _l.tab == param("t"), _l.thing > param("after"))
        .group_by(_l.thing)
        .order_by(_l.thing)
        .limit(PAGE)
    )
    this = {"g": guild, "t": table, "records": records, "after": after}
    return list(tx.execute(asked, this).scalars())


_numbers = (
    sa.select(_l.thing, sa.func.min(_l.number).label("first"), sa.func.max(_l.number).label("last"))
    .where(in_guild(_l), _l.tab == param("t"), _l.thing.in_(params("things")))
    .group_by(_l.thing)
    .subquery()
)
_FIRST = (
    sa.select(_numbers.c.thing, _numbers.c.first, _numbers.c.last, _l.digest, _r.kind)
    .select_from(_numbers)
    .join(
        tables.record_lines,
        (_l.guild_id == param("g"))
        & (_l.number == _numbers.c.first)
        & (_l.tab == param("t"))
        & (_l.thing == _numbers.c.thing),
    )
    .join(tables.records, (_r.guild_id == param("g")) & (_r.number == _numbers.c.first))
    .order_by(_numbers.c.thing)
)
"""The first line about each of some rows. What an import or the record's beginning found was under way by then, and
says nothing of how it began."""


def _of(tx: Connection, guild: int, covered: Covered, kept: _Kept, things: list[str]) -> Iterator[str]:
    name = covered.table.name
    lines = tx.execute(_FIRST, {"g": guild, "t": name, "things": things}).all()
    there = _rows(tx, guild, covered, [line.thing for line in lines])
    began = _bets_began(tx, guild, there) if name == "bets" else {}
    for thing, first, last, digest, kind in lines:
        if first == last or kind == FOUND:
            continue
        row = there.get(thing)
        if row is None:
            yield f"Guild {guild}, {name} {thing}: it was taken out, and such a row never is."
        elif not _comes_to(covered, kept, [row, *began.get(thing, [])], bytes(digest or b"")):
            yield f"Guild {guild}, {name} {thing}: what never changes in it is other than record {first} left it."


def _rows(tx: Connection, guild: int, covered: Covered, things: list[str]) -> dict[str, dict[str, Any]]:
    """Rows as they are now, by what the record calls them."""
    keys = [covered.table.c[name] for name in covered.key]
    wanted = [tuple(map(int, thing.split("/"))) for thing in things]
    asked = sa.select(*keys, *(covered.value(name).label(f"r_{name}") for name in covered.columns)).where(
        covered.table.c.guild_id == guild, sa.tuple_(*keys).in_(wanted)
    )
    parts = len(keys)
    return {
        "/".join(map(str, row[:parts])): dict(zip(covered.columns, row[parts:], strict=True))
        for row in tx.execute(asked)
    }


def _bets_began(
    tx: Connection, guild: int, bets: Mapping[str, dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Bets as they began, where both sides may have moved them since (B5): on their offer's claim."""
    asked = (
        sa.select(_o.number, _o.claim, _o.side, _o.clause, _c.digest.label("terms"))
        .join_from(tables.offers, tables.claims, (_c.guild_id == _o.guild_id) & (_c.number == _o.claim))
        .where(in_guild(_o), _o.number.in_([int(thing) for thing in bets]))
    )
    began: dict[str, list[dict[str, Any]]] = {}
    for offer in tx.execute(asked, {"g": guild}):
        bet = bets[str(offer.number)]
        if bet["claim"] != offer.claim:
            first = {name: getattr(offer, name) for name in ("claim", "side", "clause")}
            began[str(offer.number)] = [bet | first | {"terms": bytes(offer.terms)}]
    return began


def _comes_to(covered: Covered, kept: _Kept, rows: Sequence[dict[str, Any]], digest: bytes) -> bool:
    """Whether a row, with what it can have begun with, comes to a digest."""
    columns = covered.columns
    for row, begins in product(rows, product(*kept.begins.values())):
        began = zip(kept.begins, begins, strict=True)
        first = row | {name: value for name, value in began if value is not _AS_IT_IS}
        if digest_of_row(columns, [first[name] for name in columns], None) == digest:
            return True
    return False
