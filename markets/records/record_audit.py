"""Hold the record against itself, against the book, and against every row that it covers (RULES A10).

    seen = run_alone(url, lambda tx: record_audit.look(tx, guild))
    print(*seen.problems)  # Guild 1001, bets 12: it isn't as record 57 left it.

The chain is made again from its first row on. Then each covered row is compared with the newest line about it, and
each table has as many rows as the record says are there. It works while a writer runs: what is compared is read in
one statement, or at one moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import schema as book
from ledger.audit import rows as audit_rows
from ledger.compiled import in_guild, param
from ledger.hash_chain import GENESIS
from markets.core import tables
from markets.records import audit, record_chain, record_rows, record_since, worked_out
from markets.records.coverage import COVERED
from markets.records.record_chain import Chain
from markets.records.record_since import HeadPlace, SinceHead

MOST = 50
TORN = "can't be read"

_r = tables.records.c
_t = book.transfers.c
_b = book.books.c
_NUMBERS = sa.select(sa.func.count(), sa.func.min(_r.number), sa.func.max(_r.number)).where(in_guild(_r))
_DIGEST = sa.select(_r.digest).where(in_guild(_r), _r.number == param("n"))
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
        since: What came after a head that was told; None without one, or where the chains don't hold it.
    """

    guild: int
    rows: int
    head: str
    found: int
    problems: tuple[str, ...]
    since: SinceHead | None = None


def look(tx: Connection, guild: int, *, head: str | None = None) -> RecordReport:
    """Check a server's whole record, every row that it covers, and all that follows from something else.

    Args:
        head: A digest that was told earlier, in hex; the record must hold it, or the book's chain.
    """
    told = bytes.fromhex(head) if head else None
    place = record_since.place(tx, guild, told) if told else None
    if place is not None and not place.of_record:
        told = None
    chain = Chain(guild, told)
    problems = tuple(islice(_all(tx, chain, place), MOST))
    if any(TORN in one for one in problems):  # where a text is damaged, look again without reading it as one
        chain = Chain(guild, told)
        with audit_rows.any_text(tx):
            problems = tuple(islice(_all(tx, chain, place), MOST))
    stands = chain.before.hex() if chain.last else ""
    since = None if place is None else record_since.since(tx, guild, place)
    return RecordReport(guild, chain.last, stands, chain.found, problems, since)


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
        chain.last, chain.before = last - 1, tx.execute(_DIGEST, {"g": guild, "n": last - 1}).scalar_one()
        chain.found = chain.last  # what came before isn't looked at
    return next(record_chain.walk(tx, chain), None)


def _all(tx: Connection, chain: Chain, place: HeadPlace | None) -> Iterator[str]:
    yield from of_record(tx, chain)
    said = f"Guild {chain.guild}: "
    if place is not None:
        yield from _guarded(f"{said}the record", record_since.problems(tx, chain.guild, place))
    yield from _guarded(f"Guild {chain.guild}: claims", (said + one for one in _followed(tx, chain.guild)))


def of_record(tx: Connection, chain: Chain) -> Iterator[str]:
    """Yield what the digests alone show."""
    yield from _guarded(f"Guild {chain.guild}: the record", record_chain.walk(tx, chain))
    if not chain.met:
        yield f"Guild {chain.guild}: the record doesn't hold the digest that was told, and ends at {chain.last}."
    for covered in COVERED.values():
        name = f"Guild {chain.guild}, {covered.table.name}"
        yield from _guarded(name, map(str, record_rows.of_table(tx, chain.guild, covered)))


def _followed(tx: Connection, guild: int) -> Iterator[str]:
    """What doesn't follow as it should. Many reads, between which a writer may write: what is found once only was
    under way."""
    for problems in (audit.problems, worked_out.problems):
        if first := problems(tx, guild):
            yield from [again for again in problems(tx, guild) if again in first]


def _guarded(name: str, problems: Iterator[str]) -> Iterator[str]:
    """Say of what can't be read that it can't."""
    try:
        yield from problems
    except Exception as error:  # what somebody changed can be anything, and raise anything where it is read
        why = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
        yield f"{name} {TORN} ({why})."
