"""Make the record's chain of digests again, from its first row on (`record_audit` reads on from here).

A page where all is right is checked as fast as Python goes. At the first doubt it is left as it was found, and gone
through once more row by row, which says what is wrong.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.compiled import Compiled, constant, in_guild, param
from ledger.hash_chain import GENESIS
from markets.core import tables
from markets.records.coverage import COVERED, FORMAT, digest_of_record, quote
from markets.records.recorder import FOUND

MOST = 50
PAGE = 500

_r = tables.records.c
_l = tables.record_lines.c
_t = book.transfers.c


def _own(columns: Any) -> sa.ColumnElement[Any]:
    """A row's number, which is off where its server is: what a search by server finds SQLite takes to be of that
    server, without looking at the row."""
    return columns.number + (columns.guild_id - param("g"))


_PAGE = Compiled(
    sa.select(_own(_r), _r.format, _r.kind, _r.at_us, _r.transfers, _r.head, _r.digest)
    .where(in_guild(_r), _r.number > param("after"))
    .order_by(_r.number)
    .limit(param("most"))
    .offset(constant(0))
)
_LINES = Compiled(
    sa.select(_own(_l), _l.tab, _l.thing, _l.digest)
    .where(in_guild(_l), _l.number >= param("first"), _l.number <= param("last"))
    .order_by(_l.number, _l.tab, _l.thing)
)
_HEADS = Compiled(
    sa.select(_t.number, _t.digest).where(in_guild(_t), _t.number.between(param("first"), param("last")))
)
_HEAD = Compiled(sa.select(_t.digest).where(in_guild(_t), _t.number == param("n")))
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
_LINE_STARTS = {name: f',"{name}",' for name in COVERED}

LEAVES: Mapping[str, tuple[str, ...]] = {
    "accept": ("bets",),
    "add_liquidity": ("liquidity",),
    "agree": ("bets",),
    "appeal": ("disputes",),
    "argue": ("arguments",),
    "buy": ("trades",),
    "challenge": ("disputes",),
    "clarify": ("clarifications",),
    "counter": ("offers",),
    "dissent": ("bets",),
    "enter": ("players",),
    "move_bet": ("moves",),
    "open_claim": ("claims",),
    "open_market": ("markets",),
    "open_pool": ("pools",),
    "place": ("orders",),
    "propose": ("proposals",),
    "quick": ("offers",),
    "renew": ("offers",),
    "sell": ("trades",),
    "stake": ("stakes",),
    "suggest": ("agreements",),
    "vote": ("votes",),
    "vote_in_round": ("votes",),
}
"""By operation, the tables one of which it changes whatever else it does: a record without such a line is made up."""

IMPORTED = "imported"
"""Of rows of the record: what an export leaves out by design was left behind."""

LEAVES_OUT = ("forecasts", "players")
"""The tables of which an export without people leaves something out."""

_LEFT = {kind: tuple(f',"{table}",' for table in names) for kind, names in LEAVES.items()}

Line = tuple[str, str, bytes | None]
Rows = list[Sequence[Any]]


class Chain:
    """How far a walk through the record has come."""

    def __init__(self, guild: int, told: bytes | None) -> None:
        self.guild = guild
        self.last, self.found, self.before = 0, 0, GENESIS
        self.told, self.met = told, told is None

    def passed(self, number: int, kind: str, digest: bytes) -> None:
        """Move past a row."""
        if kind == FOUND and self.found == self.last:
            self.found += 1
        self.last, self.before = number, digest
        self.met = self.met or digest == self.told


def walk(tx: Connection, chain: Chain) -> Iterator[str]:
    """Make the digests again, from where the walk is to the end."""
    while rows := list(_PAGE.rows(tx, g=chain.guild, after=chain.last, most=PAGE)):
        lines = list(_LINES.rows(tx, g=chain.guild, first=rows[0][0], last=rows[-1][0]))
        if _passes(tx, chain, rows, lines):
            for number, _, kind, *_, digest in rows:
                chain.passed(number, kind, digest)
        else:
            yield from _one_by_one(tx, chain, rows, lines)
    for number, table, thing in tx.execute(_STRAY, {"g": chain.guild, "last": chain.last, "most": MOST}):
        yield f"Guild {chain.guild}, record {number}: it is missing, and has a line about {table} {thing}."


def _passes(tx: Connection, chain: Chain, rows: Rows, lines: Rows) -> bool:
    """Whether all is right with a page."""
    try:
        if [(row[0], row[1]) for row in rows] != [(chain.last + n, FORMAT) for n in range(1, len(rows) + 1)]:
            return False
        kinds = [row[2] for row in rows]
        found = kinds.count(FOUND)
        if IMPORTED in kinds or (
            found and (chain.found != chain.last or kinds[:found].count(FOUND) != found)
        ):  # seldom, and looked at row by row
            return False
        texts = [f'{_LINE_STARTS[table]}{quote(thing)},"{_hex(digest)}"' for _, table, thing, digest in lines]
        return _hash(chain, rows, [line[0] for line in lines], texts, _heads(tx, chain.guild, rows))
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
    ):  # numbers that are text, tables that aren't there
        return False


def _hex(digest: bytes | None) -> str:
    """A line's digest as the chain has it."""
    if digest is None:
        return ""
    if len(digest) != 32:
        raise ValueError
    return digest.hex()


def _heads(tx: Connection, guild: int, rows: Rows) -> dict[int, bytes]:
    """The digests of the transfers that a page names, which follow each other."""
    first, last = rows[0][4], rows[-1][4]
    if not 0 <= last - first <= 100 * PAGE:
        raise ValueError
    return {0: GENESIS} | {row[0]: row[1] for row in _HEADS.rows(tx, g=guild, first=first, last=last)}


def _hash(chain: Chain, rows: Rows, numbers: list[int], texts: list[str], heads: dict[int, bytes]) -> bool:
    """Whether each row comes to its digest, and names a transfer with the digest that it has."""
    start, tie, at, count = f'[{FORMAT},"', chain.before.hex(), 0, len(numbers)
    for number, _, kind, at_us, transfers, head, digest in rows:
        first = at
        while at < count and numbers[at] == number:
            at += 1
        told = "".join(texts[first:at])
        made = hashlib.sha256(
            f'{start}{tie}",{chain.guild},{number},{quote(kind)},{at_us},{transfers},"{head.hex()}"'
            f"{told}]".encode()
        )
        if made.digest() != digest or heads[transfers] != head:
            return False
        if kind in _LEFT and not any(left in told for left in _LEFT[kind]):
            return False
        tie = made.hexdigest()
    return at == count


# --- row by row -------------------------------------------------------------------------------


def _one_by_one(tx: Connection, chain: Chain, rows: Rows, found: Rows) -> Iterator[str]:
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    for number, table, thing, digest in found:
        lines[number].append((table, thing, digest))
    for row in rows:
        number, kind, digest = row[0], row[2], bytes(row[6])
        name = f"Guild {chain.guild}, record {number}"
        if number != chain.last + 1:
            yield f"Guild {chain.guild}, record {chain.last + 1}: it is missing."
        stands = _HEAD.row(tx, g=chain.guild, n=row[4]) if row[4] else (GENESIS,)
        yield from _row(chain, name, row, sorted(lines[number], key=lambda line: line[:2]), stands)
        chain.passed(number, kind, digest)


def _row(
    chain: Chain, name: str, row: Sequence[Any], lines: Sequence[Line], stands: Sequence[Any] | None
) -> Iterator[str]:
    number, form, kind, at_us, transfers, head, digest = row
    made = digest_of_record(chain.before, chain.guild, number, kind, at_us, transfers, head, lines)
    if form != FORMAT:
        yield f"{name}: its format is {form}, and this Crux knows {FORMAT}."
    elif made != digest or any(line[2] == b"" for line in lines):
        yield f"{name}: it doesn't come to its digest."
    elif stands is None or stands[0] != head:
        yield f"{name}: transfer {transfers} of the book has another digest than it says."
    changed = {table for table, _, _ in lines}
    for table in changed - set(COVERED):
        yield f"{name}: there is no table {table}."
    yield from _made_up(chain, name, kind, changed)


def _made_up(chain: Chain, name: str, kind: str, changed: set[str]) -> Iterator[str]:
    """What no operation of this name can have left."""
    if kind == FOUND and chain.found != chain.last:
        yield f"{name}: it says what was found, and only the first rows of a record do."
    elif kind == IMPORTED and not changed <= {*LEAVES_OUT}:
        other = ", ".join(sorted(changed - {*LEAVES_OUT}))
        yield f"{name}: it says what an export leaves out, and no export leaves out {other}."
    elif kind in LEAVES and not changed & {*LEAVES[kind]}:
        yield f"{name}: {kind} changed nothing in {' or '.join(LEAVES[kind])}, which it always does."
