"""Hold the record against itself, against the book, and against every row that it covers (RULES A10).

    seen = run_alone(url, lambda tx: record_audit.look(tx, guild))
    print(*seen.problems)  # Guild 1001, bets 12: it isn't as record 57 left it.

The chain is made again from its first row on. Then each covered row is compared with the newest line about it, and
each table has as many rows as the record says are there. It works while a writer runs: what is compared is read in
one statement, or at one moment.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import schema as book
from ledger.audit import rows as audit_rows
from ledger.compiled import in_guild, param, params
from ledger.hash_chain import GENESIS
from markets.core import tables
from markets.records import audit
from markets.records.coverage import COVERED, FORMAT, Covered, digest_of_record, digest_of_row, is_secret
from markets.records.recorder import FOUND

MOST = 50
PAGE = 500

GONE = "it is gone"

_r = tables.records.c
_l = tables.record_lines.c
_t = book.transfers.c
_b = book.books.c
_CHAIN = (
    sa.select(
        *(_r.number, _r.format, _r.kind, _r.at_us, _r.transfers, _r.head, _r.digest),
        _t.digest.label("stands"),
    )
    .select_from(
        tables.records.outerjoin(book.transfers, (_t.guild_id == _r.guild_id) & (_t.number == _r.transfers))
    )
    .where(in_guild(_r), _r.number > param("after"))
    .order_by(_r.number)
    .limit(param("most"))
)
_LINES = (
    sa.select(_l.number, _l.tab, _l.thing, _l.digest)
    .where(in_guild(_l), _l.number >= param("first"), _l.number <= param("last"))
    .order_by(_l.number)
)
_NUMBERS = sa.select(sa.func.count(), sa.func.min(_r.number), sa.func.max(_r.number)).where(in_guild(_r))
_STRAY = (
    sa.select(_l.number, _l.tab, _l.thing)
    .where(
        in_guild(_l),
        (_l.number < 1) | (_l.number > param("last")),
        ~sa.exists().where(_r.guild_id == _l.guild_id, _r.number == _l.number),
    )
    .order_by(_l.number)
    .limit(param("most"))
)
_BOOK = (
    sa.select(_b.transfers, _b.head, _t.digest)
    .select_from(
        book.books.outerjoin(book.transfers, (_t.guild_id == _b.guild_id) & (_t.number == _b.transfers))
    )
    .where(in_guild(_b))
)


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What was found of one server's record.

    Attributes:
        rows: How many the record has; `head` is the digest of the last, in hex.
        found: How many of the first rows say what was there when the record began, not what was done.
        problems: In sentences that name server, table and row; none where all is right.
    """

    guild: int
    rows: int
    head: str
    found: int
    problems: tuple[str, ...]


class Difference(NamedTuple):
    """A row that isn't as the record says; as text it is a sentence."""

    guild: int
    table: str
    thing: str
    why: str

    def __str__(self) -> str:
        return f"Guild {self.guild}, {self.table} {self.thing}: {self.why}."


class Chain:
    """How far a walk through the record has come."""

    def __init__(self, guild: int, told: bytes | None) -> None:
        self.guild = guild
        self.last, self.found, self.before = 0, 0, GENESIS
        self.told, self.met = told, told is None


def look(tx: Connection, guild: int, *, head: str | None = None) -> RecordReport:
    """Check a server's whole record, every row that it covers, and all that follows from something else.

    Args:
        head: A digest of the record that was told earlier, in hex; the chain must hold it.
    """
    chain = Chain(guild, bytes.fromhex(head) if head else None)
    with audit_rows.any_text(tx):
        problems = tuple(islice(_all(tx, chain), MOST))
    return RecordReport(guild, chain.last, chain.before.hex() if chain.last else "", chain.found, problems)


def holds(tx: Connection, guild: int, digest: bytes) -> bool:
    """Return whether some row of a server's record has this digest."""
    asked = sa.select(_r.number).where(in_guild(_r), _r.digest == param("digest"))
    return tx.execute(asked, {"g": guild, "digest": digest}).first() is not None


def quick(tx: Connection, guild: int) -> str | None:
    """Look at counts and heads alone; the first thing that is wrong, in a sentence."""
    transfers, head, stands = tx.execute(_BOOK, {"g": guild}).one()
    if bytes(head) != bytes(stands or GENESIS) or (stands is None) != (not transfers):
        return f"Guild {guild}: the book's head isn't that of its last transfer."
    count, first, last = tx.execute(_NUMBERS, {"g": guild}).one()
    if not count:
        return None
    if (first, last) != (1, count):
        return f"Guild {guild}: the record has {count} rows, numbered {first} to {last}."
    chain = Chain(guild, None)
    if last > 1:
        row = tx.execute(_CHAIN, {"g": guild, "after": last - 2, "most": 1}).one()
        chain.last, chain.before = row.number, bytes(row.digest)
    return next(_walk(tx, chain), None)


def _all(tx: Connection, chain: Chain) -> Iterator[str]:
    yield from of_record(tx, chain)
    said = f"Guild {chain.guild}: "
    yield from _guarded(f"Guild {chain.guild}: claims", (said + one for one in _followed(tx, chain.guild)))


def of_record(tx: Connection, chain: Chain) -> Iterator[str]:
    """Yield what the digests alone show."""
    yield from _guarded(f"Guild {chain.guild}: the record", _walk(tx, chain))
    if not chain.met:
        yield f"Guild {chain.guild}: the record doesn't hold the digest that was told, and ends at {chain.last}."
    for covered in COVERED.values():
        name = f"Guild {chain.guild}, {covered.table.name}"
        yield from _guarded(name, map(str, _rows(tx, chain.guild, covered)))


def _followed(tx: Connection, guild: int) -> Iterator[str]:
    """What doesn't follow as it should. Many reads, between which a writer may write: what is found once only was
    under way."""
    if first := audit.problems(tx, guild):
        yield from [again for again in audit.problems(tx, guild) if again in first]


def _guarded(name: str, problems: Iterator[str]) -> Iterator[str]:
    """Say of what can't be read that it can't."""
    try:
        yield from problems
    except Exception as error:  # what somebody changed can be anything, and raise anything where it is read
        why = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
        yield f"{name} can't be read ({why})."


# --- the chain --------------------------------------------------------------------------------


def _walk(tx: Connection, chain: Chain) -> Iterator[str]:
    """Make the digests again, from where the walk is to the end."""
    while rows := tx.execute(_CHAIN, {"g": chain.guild, "after": chain.last, "most": PAGE}).all():
        this = {"g": chain.guild, "first": rows[0].number, "last": rows[-1].number}
        lines: defaultdict[int, list[tuple[str, str, bytes | None]]] = defaultdict(list)
        for number, table, thing, digest in tx.execute(_LINES, this):
            lines[number].append((table, thing, None if digest is None else bytes(digest)))
        for row in rows:
            name = f"Guild {chain.guild}, record {row.number}"
            if row.number != chain.last + 1:
                yield f"Guild {chain.guild}, record {chain.last + 1}: it is missing."
            yield from _row(chain, name, row, sorted(lines[row.number], key=lambda line: line[:2]))
            chain.found += row.kind == FOUND and chain.found == chain.last
            chain.last, chain.before = row.number, bytes(row.digest)
            chain.met = chain.met or chain.before == chain.told
    for number, table, thing in tx.execute(_STRAY, {"g": chain.guild, "last": chain.last, "most": MOST}):
        yield f"Guild {chain.guild}, record {number}: it is missing, and has a line about {table} {thing}."


def _row(chain: Chain, name: str, row: Any, lines: Sequence[tuple[str, str, bytes | None]]) -> Iterator[str]:
    head = bytes(row.head)
    made = digest_of_record(
        chain.before, chain.guild, row.number, row.kind, row.at_us, row.transfers, head, lines
    )
    if row.format != FORMAT:
        yield f"{name}: its format is {row.format}, and this Crux knows {FORMAT}."
    elif made != bytes(row.digest):
        yield f"{name}: it doesn't come to its digest."
    elif head != (bytes(row.stands or b"") if row.transfers else GENESIS):
        yield f"{name}: transfer {row.transfers} of the book has another digest than it says."
    for table in {table for table, _, _ in lines} - set(COVERED):
        yield f"{name}: there is no table {table}."


# --- rows -------------------------------------------------------------------------------------


@cache
def _asked(covered: Covered) -> sa.Select[*tuple[Any, ...]]:
    """A page of a table's rows, each with the newest line about it."""
    table, thing = covered.table, _thing(covered)
    newest = (
        sa.select(sa.func.max(_l.number))
        .where(_l.guild_id == table.c.guild_id, _l.tab == table.name, _l.thing == thing)
        .correlate(table)
        .scalar_subquery()
    )
    line, salt = tables.record_lines.alias("line"), tables.record_salts.alias("salt")
    keys = [table.c[name] for name in covered.key]
    return (
        sa.select(
            thing.label("r_thing"),
            line.c.number.label("r_number"),
            line.c.digest.label("r_digest"),
            salt.c.salt.label("r_salt"),
            *(key.label(f"r_key_{place}") for place, key in enumerate(keys)),
            *(table.c[name].label(f"r_column_{name}") for name in covered.columns),
        )
        .select_from(
            table.outerjoin(
                line,
                (line.c.guild_id == table.c.guild_id)
                & (line.c.number == newest)
                & (line.c.tab == table.name)
                & (line.c.thing == thing),
            ).outerjoin(
                salt,
                (salt.c.guild_id == table.c.guild_id) & (salt.c.tab == table.name) & (salt.c.thing == thing),
            )
        )
        .where(in_guild(table.c), *_public(covered))
        .order_by(*keys)
        .limit(param("most"))
    )


def _thing(covered: Covered) -> sa.ColumnElement[str]:
    """A row's key as the record spells it."""
    first, *rest = (sa.cast(covered.table.c[name], sa.Text()) for name in covered.key)
    for part in rest:
        first = first + sa.literal_column("'/'", sa.Text()) + part
    return first


def _public(covered: Covered) -> tuple[sa.ColumnElement[bool], ...]:
    return (covered.table.c.state.not_in(covered.private),) if covered.private else ()


def differences(tx: Connection, guild: int) -> Iterator[Difference]:
    """Compare each row of each table with the newest line about it, and look for rows that are missing."""
    for covered in COVERED.values():
        yield from _rows(tx, guild, covered)


def _rows(tx: Connection, guild: int, covered: Covered) -> Iterator[Difference]:
    name, ahead = covered.table.name, 4 + len(covered.key)
    keys = [covered.table.c[one] for one in covered.key]
    asked, this = _asked(covered), {"g": guild, "most": PAGE}
    later = asked.where(sa.tuple_(*keys) > sa.tuple_(*(param(f"after_{n}") for n in range(len(keys)))))
    wrong = False
    while rows := tx.execute(asked, this).all():
        for row in rows:
            why = _differs(covered, row[1:4], row[ahead:])
            if why:
                wrong = True
                yield Difference(guild, name, row[0], why)
        asked = later
        this |= {f"after_{n}": value for n, value in enumerate(rows[-1][4:ahead])}
    there, said = tx.execute(_counts(covered), {"g": guild}).one()
    if wrong or there != said:
        yield from _missing(tx, guild, covered)


def _differs(covered: Covered, line: Sequence[Any], values: Sequence[Any]) -> str:
    """What is wrong with a row, by its newest line's number, digest and salt; nothing if all is right."""
    number, digest, salt = line
    if number is None:
        return "the record knows nothing of it"
    if digest is None:
        return f"record {number} says that it is gone"
    try:
        secret = bytes(salt or b"") if is_secret(covered, values) else None
        made = digest_of_row(covered.columns, values, secret)
    except ValueError:  # text that isn't UTF-8, of a damaged file
        made = b""
    return "" if made == bytes(digest) else f"it isn't as record {number} left it"


@cache
def _counts(covered: Covered) -> sa.Select[int, int]:
    """How many rows a table has, and how many of them the record says are there."""
    line, newer = tables.record_lines.alias("line"), tables.record_lines.alias("newer")
    there = (
        sa.select(sa.func.count())
        .select_from(covered.table)
        .where(in_guild(covered.table.c), *_public(covered))
    )
    said = (
        sa.select(sa.func.count())
        .select_from(line)
        .where(
            in_guild(line.c),
            line.c.tab == covered.table.name,
            line.c.digest.is_not(None),
            ~sa.exists().where(
                newer.c.guild_id == line.c.guild_id,
                newer.c.tab == line.c.tab,
                newer.c.thing == line.c.thing,
                newer.c.number > line.c.number,
            ),
        )
    )
    return sa.select(there.scalar_subquery(), said.scalar_subquery())


def _missing(tx: Connection, guild: int, covered: Covered) -> Iterator[Difference]:
    """Name the rows that the record says are there, and aren't."""
    after, name = "", covered.table.name
    newest = (
        sa.select(_l.thing, sa.func.max(_l.number).label("number"))
        .where(in_guild(_l), _l.tab == name, _l.thing > param("after"))
        .group_by(_l.thing)
        .order_by(_l.thing)
        .limit(PAGE)
        .subquery()
    )
    asked = (
        sa.select(newest.c.thing, newest.c.number, _l.digest)
        .join_from(
            newest,
            tables.record_lines,
            (_l.number == newest.c.number) & (_l.tab == name) & (_l.thing == newest.c.thing),
        )
        .where(in_guild(_l))
        .order_by(newest.c.thing)
    )
    thing = _thing(covered)
    found = sa.select(thing).where(in_guild(covered.table.c), thing.in_(params("things")), *_public(covered))
    while True:
        with audit_rows.one_moment(tx):
            lines = tx.execute(asked, {"g": guild, "after": after}).all()
            things = [line.thing for line in lines]
            there = {*tx.execute(found, {"g": guild, "things": things}).scalars()} if things else set[str]()
        for line in lines:
            if line.digest is not None and line.thing not in there:
                yield Difference(guild, name, line.thing, f"{GONE}, and record {line.number} left it there")
        if len(lines) < PAGE:
            return
        after = lines[-1].thing
