"""Figures of bets: python -m tests.benchmarks.bets [--quick] [--only a,b]

a   accepting an offer through the service layer by 32 callers, against raw `sqlite3` that executes the very same
    statements with the very same values, one commit each: at least 0.8
b   accepting where the server has 200,000 stored bets against where it has 1,000: at most 1.2

The statements are recorded from one run and replayed on a copy of the file as it was before: nothing is written a
second time by hand, and the bare side hashes, checks and words nothing.
"""

import argparse
import asyncio
import gc
import itertools
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from ledger.compiled import Compiled
from ledger.storage.database import Database
from ledger.storage.engines import PRAGMAS
from ledger.types import to_us
from markets.bets import offers
from tests import databases
from tests.benchmarks import books
from tests.benchmarks.harness import median, report
from tests.markets.club import Club

PEOPLE, CLAIMS = 64, 8
NOW = datetime(2033, 1, 1, tzinfo=UTC)
"""After all that `books` wrote."""

Statement = tuple[str, Any, bool]
"""A text, its values, and whether they are many rows."""


@dataclass
class Tape:
    """The statements of each acceptance, in order."""

    acts: list[list[Statement]] = field(default_factory=list[list[Statement]])

    def add(self, text: str, values: Any, *, many: bool = False) -> None:
        self.acts[-1].append((text, values, many))


@contextmanager
def recording(tape: Tape) -> Iterator[None]:
    """Everything that goes to SQLite, by the prepared way or by SQLAlchemy's own, is noted as it is."""
    originals = {name: getattr(Compiled, name) for name in ("row", "rows", "count", "many")}

    def noted(name: str) -> Any:
        def call(self: Compiled, tx: sa.Connection, *rows: Any, **values: Any) -> Any:
            text, ordered = self.compiled(tx.dialect)
            if name == "many":
                tape.add(text, [ordered(row) for row in rows[0]], many=True)
            else:
                tape.add(text, ordered(values))
            return originals[name](self, tx, *rows, **values)

        return call

    def core(_: Any, __: Any, statement: str, parameters: Any, ___: Any, executemany: bool) -> None:
        tape.add(statement, parameters, many=executemany)

    for name in originals:
        setattr(Compiled, name, noted(name))
    event.listen(sa.Engine, "before_cursor_execute", core)
    try:
        yield
    finally:
        event.remove(sa.Engine, "before_cursor_execute", core)
        for name, original in originals.items():
            setattr(Compiled, name, original)


async def crowd(db: Database, guild: int, count: int, *, first: int = 1) -> tuple[Club, list[offers.Accept]]:
    """Rich people, a few claims, and `count` open offers, each with the request that takes it."""
    club = Club(db, guild, NOW, itertools.count(first * 10_000_000))
    people = [await club.member(first + n, balance=10**12) for n in range(PEOPLE)]
    claims = [await club.claim(people[n]) for n in range(CLAIMS)]
    requests: list[offers.Accept] = []
    turns = itertools.islice(itertools.cycle(range(PEOPLE)), count)

    async def one(n: int) -> None:
        claim = claims[n % CLAIMS]
        offer = await club.offer(people[n], claim, maker_stake=100, taker_stake=100)
        taker = people[(n + 1) % PEOPLE].number
        requests.append(offers.Accept(guild, f"accept:{offer.number}", offer.number, taker, claim.digest))

    waiting = list(turns)
    while waiting:
        await asyncio.gather(*(one(waiting.pop()) for _ in range(min(32, len(waiting)))))
    return club, requests


async def layered(db: Database, requests: list[offers.Accept], callers: int) -> float:
    """Seconds for all acceptances by `callers` at once, each waiting for its answer before it asks again."""
    left = iter(requests)

    async def caller() -> None:
        for request in left:
            await db.write(offers.accept, request, NOW)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return time.perf_counter() - began


def bare(path: Path, acts: list[list[Statement]]) -> float:
    """Seconds for the same statements on the driver alone, one commit each."""
    with closing(sqlite3.connect(path, isolation_level=None)) as x:
        for pragma in (*PRAGMAS, "journal_mode = WAL"):
            x.execute(f"PRAGMA {pragma}")
        began = time.perf_counter()
        for act in acts:
            x.execute("BEGIN IMMEDIATE")
            for text, values, many in act:
                if many:
                    x.executemany(text, values)
                else:
                    x.execute(text, values).fetchone()
            x.execute("COMMIT")
        return time.perf_counter() - began


async def recorded(path: Path, requests: list[offers.Accept]) -> list[list[Statement]]:
    tape = Tape()
    async with databases.opened(f"sqlite:///{path}") as db:
        with recording(tape):
            for request in requests:
                tape.acts.append([])
                await db.write(offers.accept, request, NOW)
    return tape.acts


async def against_bare(folder: Path, *, quick: bool) -> None:
    """(a)"""
    count, rounds = (64, 3) if quick else (1_500, 5)
    start = folder / "start.db"
    url = databases.sqlite(start)
    async with databases.opened(url) as db:
        await Club.make(db, 1)
        _, requests = await crowd(db, 1, count)
    into_the_file(start)
    acts = await recorded(copied(start, folder / "recorded.db"), requests)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        gc.collect()
        path = copied(start, folder / f"ours-{number}.db")
        async with databases.opened(f"sqlite:///{path}") as db:
            ours.append(await layered(db, requests, 32))
        theirs.append(await asyncio.to_thread(bare, copied(start, folder / f"bare-{number}.db"), acts))
    us, them = median(ours[1:]), median(theirs[1:])
    report(
        "bets.a.accept_32_callers",
        them / us,
        goal=0.8,
        better="higher",
        ours_per_second=round(count / us),
        bare_per_second=round(count / them),
        statements=len(acts[-1]),
        rounds=rounds,
    )


async def by_size(folder: Path, *, quick: bool) -> None:
    """(b)"""
    sizes, count, rounds = ((100, 1_000), 128, 3) if quick else ((1_000, 200_000), 2_048, 5)
    prepared: dict[int, tuple[Path, list[offers.Accept]]] = {}
    for size in sizes:
        prepared[size] = await _stored(folder / f"size-{size}.db", size, count)
    taken: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(rounds + 1):
        for size in sizes if number % 2 else reversed(sizes):
            gc.collect()
            start, requests = prepared[size]
            path = copied(start, folder / "run.db")
            async with databases.opened(f"sqlite:///{path}") as db:
                await layered(db, requests[: count // 4], 32)  # a process that has just begun knows no page
                taken[size].append(await layered(db, requests[count // 4 :], 32))
            path.unlink()
    small, large = (median(taken[size][1:]) for size in sizes)
    report(
        "bets.b.accept_by_stored_bets",
        large / small,
        goal=1.2,
        better="lower",
        at_small_per_second=round(count * 3 / 4 / small),
        at_large_per_second=round(count * 3 / 4 / large),
        stored=sizes,
        rounds=rounds,
    )


async def _stored(path: Path, size: int, count: int) -> tuple[Path, list[offers.Accept]]:
    """A server's book with so many accepted bets in it, and open offers to take."""
    guild = books.GUILD
    accounts = max(2 * PEOPLE + 2, size // 10)
    url = books.book(path, size + accounts // 2, accounts)
    async with databases.opened(url) as db:
        club, _ = await crowd(db, guild, 1, first=1)
    _bets(path, guild, size)
    async with databases.opened(url) as db:
        _, requests = await crowd(db, club.guild, count, first=1_000)
    into_the_file(path)
    return path, requests


def _bets(path: Path, guild: int, size: int) -> None:
    """Write bets row by row, one for each of the book's transfers, and what each leaves behind beside it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as x:
        x.execute("BEGIN IMMEDIATE")
        escrow, people = (
            x.execute(
                "SELECT max(number) FROM accounts WHERE kind = 'escrow' AND guild_id = ?", (guild,)
            ).fetchone()[0],
            50,
        )
        first = x.execute(
            "SELECT last FROM counters WHERE guild_id = ? AND name = 'offers'", (guild,)
        ).fetchone()
        numbers = range(first[0] + 1, first[0] + 1 + size)
        at = to_us(NOW)
        x.executemany(
            "INSERT INTO offers (guild_id, number, claim, maker, taker, side, against, maker_stake, taker_stake,"
            " made_us, expires_us, state) VALUES (?, ?, ?, ?, ?, 0, 0, 100, 100, ?, ?, 'accepted')",
            ((guild, n, n % CLAIMS + 1, n % people + 1, (n + 1) % people + 1, at, at) for n in numbers),
        )
        x.executemany(
            "INSERT INTO bets (guild_id, number, claim, maker, taker, side, against, maker_stake, taker_stake,"
            " terms, escrow, state, accepted_us, accepted_by, maker_paid, taker_paid)"
            " VALUES (?, ?, ?, ?, ?, 0, 0, 100, 100, ?, ?, 'settled', ?, ?, 200, 0)",
            (
                (guild, n, n % CLAIMS + 1, n % people + 1, (n + 1) % people + 1, b"d" * 32, escrow, at, place)
                for place, n in enumerate(numbers, 1)
            ),
        )
        x.executemany(
            "INSERT INTO done (guild_id, key, request_digest, answer, at_us) VALUES (?, ?, ?, '{}', ?)",
            ((guild, f"interaction:{n}", b"d" * 32, at) for n in numbers),
        )
        x.executemany(
            "INSERT INTO cards (guild_id, kind, ref, wanted, shown, state, owner, lease_us, fence, tries)"
            " VALUES (?, 'offer', ?, 1, 1, 'shown', 0, 0, 1, 0)",
            ((guild, n) for n in numbers),
        )
        x.execute("UPDATE counters SET last = last + ? WHERE guild_id = ? AND name = 'offers'", (size, guild))
        x.execute("COMMIT")


def written(path: Path, *statements: Any) -> None:
    """Write rows straight into a file, in one transaction: each statement with its rows, or alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as x:
        x.execute("BEGIN IMMEDIATE")
        for place, statement in enumerate(statements):
            if isinstance(statement, str):
                rows = statements[place + 1] if place + 1 < len(statements) else None
                if rows is None or isinstance(rows, str):
                    x.execute(statement)
                else:
                    x.executemany(statement, rows)
        x.execute("COMMIT")


def into_the_file(path: Path) -> None:
    """Everything into the file itself, so that a copy of it is whole."""
    with closing(sqlite3.connect(path)) as x:
        x.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copied(start: Path, path: Path) -> Path:
    shutil.copyfile(start, path)
    return path


FIGURES = {"a": against_bare, "b": by_size}


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes: a smoke run")
    parser.add_argument("--only", default="a,b", help="which figures")
    args = parser.parse_args()
    for name in args.only.split(","):
        with tempfile.TemporaryDirectory(prefix="crux-bench-") as folder:
            await FIGURES[name](Path(folder), quick=args.quick)


if __name__ == "__main__":
    asyncio.run(main())
