"""A book of many claims, with both of its chains: a story of twenty claims that the product itself wrote, copied.

The story has bets, markets, pools, forecasts, disputes and what stays open. Each copy has numbers of its own: keys
say by the tables' foreign keys what they number. What depends on what came before is made again: balances, sequences
and digests of transfers, digests of rows and of the record, sums of the board. `verify` finds nothing in such a book,
which the benchmarks ask first.

    python -m tests.benchmarks.many_claims book.db 5000
"""

import asyncio
import hashlib
import itertools
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ledger import hash_chain, schema
from ledger.storage.database import run_alone
from markets.claims.terms import Outcome, Result
from markets.core import tables
from markets.forecasts import score_keeping
from markets.records.coverage import COVERED, digest_of_record, digest_of_row, is_secret
from tests import databases
from tests.markets.club import NO, YES, Club

GUILD = 7_000_000_000_000_000_001
MEMBERS = 12
CLAIMS = 20
"""Of one copy; they come with some 200 entries."""

COPIES = 5_210
"""104,200 claims and 1,000,344 entries."""

CHUNK = 500
"""Copies that are written at once."""

MARK = "copy0"
"""In every title, so that no two claims have the same terms: those that were read are kept in memory."""

Row = tuple[Any, ...]


def _key(name: str) -> tuple[str, ...]:
    """What names a row in the record. A claim of the story has one pool at most, whose number counts as nothing."""
    return tuple(one for one in COVERED[name].key if one not in COVERED[name].later)


# --- the story --------------------------------------------------------------------------------


async def begin(club: Club) -> None:
    """Points for everybody, so many that no copy needs more than there is."""
    for person in range(1, MEMBERS + 1):
        await club.member(person, balance=10**12)


async def tell(club: Club) -> None:
    people = [await club.join(person) for person in range(1, MEMBERS + 1)]
    mo = people[-1]
    bets = [await club.claim(people[n % 4], title=f"Bet {n} {MARK}", tags=("ai", f"t{n}")) for n in range(8)]
    for n, claim in enumerate(bets):
        await club.bet(people[n % 5], people[5 + n % 3], claim, maker_stake=1_000 + n, taker_stake=2_000)
        await club.bet(people[1 + n % 4], people[8 + n % 3], claim, side=NO, maker_stake=700)
    shares = [await club.claim(people[n], title=f"Market {n} {MARK}", tags=("policy",)) for n in range(4)]
    for n, claim in enumerate(shares):
        await club.market(people[n], claim, liquidity=10_000)
        for turn in range(4):
            await club.buy(people[4 + (n + turn) % 7], claim, turn % 2, budget=500 + 100 * turn)
    pooled = [
        await club.claim(
            people[n],
            title=f"Pool {n} {MARK}",
            kind="choice",
            outcomes=tuple(Outcome(name, name) for name in "abc"),
        )
        for n in range(3)
    ]
    for n, claim in enumerate(pooled):
        await club.pool(people[n], claim)
        for turn in range(4):
            await club.stake(people[3 + (n + turn) % 7], claim, turn % 3, 300 + turn)
    asked = [await club.claim(people[n], title=f"Asked {n} {MARK}") for n in range(3)]
    for claim in (*asked, bets[0]):
        for n in range(4):
            await club.forecast(people[4 + n], claim, 20 + 15 * n)
    going = [await club.claim(people[n], title=f"Goes on {n} {MARK}", tags=("later",)) for n in range(2)]
    await club.bet(people[0], people[1], going[0])
    await club.offer(people[2], going[0])
    await club.market(people[3], going[1], liquidity=5_000)
    await club.order(people[4], going[1], YES, 1_000, budget=77)
    await _end(club, mo, bets, shares, pooled, asked)


async def _end(club: Club, mo: Any, bets: Any, shares: Any, pooled: Any, asked: Any) -> None:
    people = [await club.join(person) for person in range(1, MEMBERS + 1)]
    club.skip(days=31)
    won = Result("outcome", outcome=YES)
    for claim in (*bets[2:6], *shares, *pooled, *asked):
        await club.proposed(mo, claim, won, moderator=True)
    await club.proposed(mo, bets[6], Result("void"), moderator=True)
    await club.proposed(mo, bets[7], Result("outcome", outcome=NO), moderator=True)
    for claim in bets[:2]:  # the first is theirs who have side YES of its first bet
        await club.proposed(people[bets.index(claim) % 5], claim, won)
        await club.challenge(people[5 + bets.index(claim) % 3], claim)
        await club.vote(mo, claim, won)
    for days in (3, 5):
        club.skip(days=days)
        await club.sweep()


# --- what its columns number ------------------------------------------------------------------


_WITHOUT_KEYS = {
    "accounts.ended_by": "transfers",
    "records.transfers": "transfers",
    "claims.resolution": "resolutions",
    "acts.proposal": "proposals",
}


def _numbers(table: sa.Table, column: str) -> str:
    """The table whose rows a column numbers: itself, or what its foreign key leads to; nothing of people."""
    if column == "guild_id":
        return ""
    for constraint in table.foreign_key_constraints:
        parts = {one.parent.name: one.column for one in constraint.elements}
        of = parts.get(column)
        plain = len(parts) == 2 or (of is not None and of.table.name == "pools")
        if of is not None and plain and of.table.name != "players":
            return _numbers(of.table, of.name)
    keys = [one.name for one in table.primary_key.columns if one.name != "guild_id"]
    if keys == [column] == ["number"] and table.name != "players":
        return table.name
    return _WITHOUT_KEYS.get(f"{table.name}.{column}", "")


_SHARED = ("books", "marks", "players", "settings", "counters", "standings", "tenths", "seasons")
_UNSENT = ("done", "posts", "cards", "due_work", "removals")
"""What the program does next, of which nobody's points depend: copies have none."""

SINGLE = {
    table.name: [_numbers(table, column.name) for column in table.c]
    for table in schema.metadata.sorted_tables
    if table.name not in (*_SHARED, *_UNSENT)
}
"""By table, what each column numbers; nothing where a copy has the same."""

_TERMS = list(tables.claims.c).index(tables.claims.c.terms)
_ON = list(tables.bets.c).index(tables.bets.c.terms)
_CHAINED = ("transfers", "entries", "accounts", "records", "record_lines", "record_salts")


@dataclass
class Story:
    """What one story added to the rows that were there.

    Attributes:
        base, span: By what is numbered, the last number before the story, and how many it has added.
    """

    base: dict[str, int]
    span: dict[str, int]
    rows: dict[str, list[Row]]
    accounts: list[Row]
    head: bytes
    record_head: bytes
    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def _read(driver: sqlite3.Connection, table: str) -> list[Row]:
    keys = ", ".join(f'"{one.name}"' for one in schema.metadata.tables[table].primary_key.columns)
    return driver.execute(f"SELECT * FROM {table} ORDER BY {keys}").fetchall()


def _last(driver: sqlite3.Connection) -> dict[str, int]:
    numbered = {name for kinds in SINGLE.values() for name in kinds if name}
    return {
        name: driver.execute(f"SELECT coalesce(max(number), 0) FROM {name}").fetchone()[0]
        for name in numbered
    }


# --- copies -----------------------------------------------------------------------------------


class Copies:
    """Makes the rows of one copy after another."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.head: bytes = story.head
        self.record_head: bytes = story.record_head
        self.stands = {row[1]: [row[4], row[5]] for row in story.accounts}
        self.kinds = {row[1]: (row[2], row[3]) for row in story.accounts}
        self._newest = {(line[2], line[3]): line[1] for line in story.rows["record_lines"]}
        self._salts = {(row[1], row[2]): row[3] for row in story.rows["record_salts"]}
        self._bodies = self._stored()
        self._terms = {row[1]: row[_TERMS] for row in story.rows["claims"]}

    def _stored(self) -> dict[tuple[str, str], Row]:
        made: dict[tuple[str, str], Row] = {}
        for name in COVERED:
            columns = [one.name for one in schema.metadata.tables[name].c]
            key = [columns.index(one) for one in _key(name)]
            for row in self.story.rows.get(name, []):
                made[name, "/".join(str(row[at]) for at in key)] = row
        return made

    def moved(self, name: str, row: Row, copy: int) -> Row:
        """A row with the numbers of a copy."""
        base, span = self.story.base, self.story.span
        moved: list[Any] = [
            value + copy * span[kind] if kind and value is not None and value > base[kind] else value
            for value, kind in zip(row, SINGLE[name], strict=True)
        ]
        if name == "claims":
            moved[_TERMS] = terms = moved[_TERMS].replace(MARK, f"copy{copy}")
            moved[_TERMS + 1] = hashlib.sha256(terms.encode()).digest()
        elif name == "bets":
            moved[_ON] = hashlib.sha256(self._terms[row[2]].replace(MARK, f"copy{copy}").encode()).digest()
        elif name == "claim_words" and row[1] == MARK:
            moved[1] = f"copy{copy}"
        return tuple(moved)

    def thing(self, name: str, thing: str, copy: int) -> str:
        """A row's key in the record with the numbers of a copy."""
        table = schema.metadata.tables[name]
        by = dict(zip((one.name for one in table.c), SINGLE.get(name, []), strict=False))
        parts = thing.split("/", len(_key(name)) - 1)
        made: list[str] = []
        for column, part in zip(_key(name), parts, strict=True):
            kind = by.get(column, "")
            shift = bool(kind) and int(part) > self.story.base[kind]
            made.append(str(int(part) + copy * self.story.span[kind]) if shift else part)
        return "/".join(made)

    def rows(self, copy: int) -> Iterator[tuple[str, list[Row]]]:
        """The rows of one copy, by table; transfers and the record in the order of their numbers."""
        for name, rows in self.story.rows.items():
            if name not in _CHAINED:
                yield name, [self.moved(name, row, copy) for row in rows]
        yield from self._ledger(copy)
        yield from self._record(copy)

    def _ledger(self, copy: int) -> Iterator[tuple[str, list[Row]]]:
        accounts: list[Row] = []
        for row in self.story.rows["accounts"]:
            guild, number, kind, owner, *rest = self.moved("accounts", row, copy)
            self.kinds[number], self.stands[number] = (kind, owner), [0, 0]
            accounts.append(
                (guild, number, kind, owner, *rest[:-1], hash_chain.seal(guild, number, kind, owner))
            )
        by = {n: list(of) for n, of in itertools.groupby(self.story.rows["entries"], lambda row: row[1])}
        transfers: list[Row] = []
        entries: list[Row] = []
        before = self.story.base["transfers"] + copy * self.story.span["transfers"]
        self.heads: dict[int, bytes] = {before: self.head}
        for row in self.story.rows["transfers"]:
            guild, number, form, key, kind, actor, at_us, reverses, words, _ = self.moved(
                "transfers", row, copy
            )
            lines: list[hash_chain.ChainEntry] = []
            for entry in by[row[1]]:
                _, _, line, account, amount, _, _ = self.moved("entries", entry, copy)
                stand = self.stands[account]
                stand[0] += amount
                stand[1] += 1
                lines.append(hash_chain.ChainEntry(*self._named(account), amount, *stand))
                entries.append((guild, number, line, account, amount, *stand))
            body = hash_chain.canonical(
                before=self.head,
                guild=guild,
                number=number,
                key=f"{key}:{copy}",
                kind=kind,
                actor=actor,
                at_us=at_us,
                reverses=reverses,
                words=words,
                lines=lines,
            )
            self.head = self.heads[number] = hash_chain.digest(body)
            transfers.append(
                (guild, number, form, f"{key}:{copy}", kind, actor, at_us, reverses, words, self.head)
            )
        yield from (("accounts", accounts), ("transfers", transfers), ("entries", entries))
        for number in [number for number in self.kinds if number > self.story.base["accounts"]]:
            del self.kinds[number], self.stands[number]

    def _named(self, account: int) -> tuple[str, int, int]:
        kind, owner = self.kinds[account]
        return kind, account, owner

    def _record(self, copy: int) -> Iterator[tuple[str, list[Row]]]:
        by = {n: list(of) for n, of in itertools.groupby(self.story.rows["record_lines"], lambda row: row[1])}
        records: list[Row] = []
        lines: list[Row] = []
        base, more = self.story.base["transfers"], copy * self.story.span["transfers"]
        for row in self.story.rows["records"]:
            guild, number, form, kind, at_us, transfers, head, _ = self.moved("records", row, copy)
            made: list[tuple[str, str, bytes | None]] = [
                (tab, self.thing(tab, thing, copy), self._digest(was, tab, thing, digest, copy))
                for _, was, tab, thing, digest in by[row[1]]
            ]
            made.sort(key=lambda line: line[:2])
            transfers += 0 if row[5] > base else more  # what stood last when the copy began
            head = self.heads[transfers]
            self.record_head = digest_of_record(
                self.record_head, guild, number, kind, at_us, transfers, head, made
            )
            records.append((guild, number, form, kind, at_us, transfers, head, self.record_head))
            lines += [(guild, number, *line) for line in made]
        salts = [
            (row[0], row[1], self.thing(row[1], row[2], copy), row[3])
            for row in self.story.rows["record_salts"]
        ]
        yield from (("records", records), ("record_lines", lines), ("record_salts", salts))

    def _digest(self, number: int, tab: str, thing: str, digest: bytes | None, copy: int) -> bytes | None:
        """Of a row as it is at the end it must be right; what it was before nobody can make again."""
        row = self._bodies.get((tab, thing))
        if digest is None or row is None or self._newest[tab, thing] != number:
            return digest
        covered, columns = COVERED[tab], [one.name for one in schema.metadata.tables[tab].c]
        moved = self.moved(tab, row, copy)
        values = [None if name in covered.later else moved[columns.index(name)] for name in covered.columns]
        salt = self._salts[tab, thing] if is_secret(covered, values) else None
        return digest_of_row(covered.columns, values, salt)


# --- writing ----------------------------------------------------------------------------------


async def _template(path: Path) -> Story:
    url = databases.sqlite(path)
    async with databases.opened(url) as db:
        club = await Club.make(db, GUILD)
        await begin(club)
        with closing(sqlite3.connect(path)) as driver:
            base = _last(driver)
        await tell(club)
    with closing(sqlite3.connect(path)) as driver:
        span = {name: last - base[name] for name, last in _last(driver).items()}
        rows = {name: _new(driver, name, base) for name in SINGLE}
        [(head,)] = driver.execute("SELECT head FROM books")
        [(record,)] = driver.execute("SELECT digest FROM records ORDER BY number DESC LIMIT 1")
        return Story(base, span, rows, _read(driver, "accounts"), head, record)


def _new(driver: sqlite3.Connection, name: str, base: dict[str, int]) -> list[Row]:
    """The rows of a table that are the story's: something that it numbers is new."""
    kinds = SINGLE[name]
    if name == "record_salts":
        return [row for row in _read(driver, name) if row[1] != "players"]
    return [
        row
        for row in _read(driver, name)
        if any(
            kind and value is not None and value > base[kind] for value, kind in zip(row, kinds, strict=True)
        )
        and not (name == "accounts" and row[1] <= base["accounts"])
    ]


def book(path: Path, copies: int) -> str:
    """Make a SQLite file with one server's book of so many copies, twenty claims each; its address."""
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "story.db"
        story = asyncio.run(_template(first))
        shutil.copyfile(first, path)
    made = Copies(story)
    with closing(sqlite3.connect(path, isolation_level=None)) as driver:
        driver.execute("PRAGMA cache_size = -400000")
        driver.execute("PRAGMA synchronous = OFF")
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("PRAGMA defer_foreign_keys = ON")
        for first in range(1, copies, CHUNK):
            chunk: dict[str, list[Row]] = {}
            for copy in range(first, min(first + CHUNK, copies)):
                for name, rows in made.rows(copy):
                    chunk.setdefault(name, []).extend(rows)
            for name, rows in chunk.items():
                _insert(driver, name, rows)
        _finish(driver, made, copies)
        driver.execute("COMMIT")
    url = f"sqlite:///{path}"
    run_alone(url, _rank, write=True)
    return url


def _insert(driver: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    if rows:
        places = ", ".join("?" * len(rows[0]))
        driver.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def _finish(driver: sqlite3.Connection, made: Copies, copies: int) -> None:
    """What is one for all copies: the book's row, balances of people, counters, sums of the board."""
    story, more = made.story, copies - 1
    driver.execute(
        "UPDATE books SET transfers = transfers + ?, accounts = accounts + ?, head = ?",
        (more * story.span["transfers"], more * story.span["accounts"], made.head),
    )
    for number in range(1, story.base["accounts"] + 1):
        driver.execute(
            "UPDATE accounts SET balance = ?, entries = ? WHERE number = ?", (*made.stands[number], number)
        )
    for name, span in story.span.items():
        driver.execute("UPDATE counters SET last = last + ? WHERE name = ?", (more * span, name))
    sums = ", ".join(f"{name} = {name} * {copies}" for name in score_keeping.SUMS)
    driver.execute(f"UPDATE standings SET {sums}")
    driver.execute(
        f"UPDATE tenths SET given = given * {copies}, came = came * {copies}, said = said * {copies}"
    )


def _rank(tx: sa.Connection) -> None:
    tx.execute(sa.update(tables.standings).values(score_keeping.ranks))


if __name__ == "__main__":
    print(book(Path(sys.argv[1]), int(sys.argv[2])))
