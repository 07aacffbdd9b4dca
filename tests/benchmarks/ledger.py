"""Figures of the book: python -m tests.benchmarks.ledger [--quick] [--only a,b,...]

Letters are those of the issue that set the goals; one JSON line a figure. Nothing here is a test: what a noisy
machine measures can't fail a build, but it is written down in the README and compared from change to change.
"""

import argparse
import asyncio
import gc
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg

from ledger.storage.database import Database
from tests import databases
from tests.benchmarks import audit, exports, posts
from tests.benchmarks.harness import Stalls, alternate_async, median, percentile, report
from tests.benchmarks.posts import BarePostgresql, BareSqlite, Job

_keys = itertools.count()


def jobs(guild: int, crowd: list[tuple[int, int, int]], count: int) -> list[Job]:
    """As many posts over a crowd's pairs, each under a key of its own."""
    turns = itertools.islice(itertools.cycle(crowd), count)
    return [(guild, f"bench:{next(_keys)}", one, other, escrow, 100) for one, other, escrow in turns]


async def sqlite_posts(folder: Path, *, quick: bool) -> None:
    """(a) 32 callers and (b) one caller, each against the bare driver on a book of its own."""
    count, rounds = (200, 3) if quick else (2_000, 7)
    ours, theirs = databases.sqlite(folder / "ours.db"), databases.sqlite(folder / "bare.db")
    async with databases.opened(theirs) as db:
        crowd = await posts.crowd(db, 1, 64)
    bare = BareSqlite(folder / "bare.db")
    async with databases.opened(ours) as db:
        await posts.crowd(db, 1, 64)
        for name, callers, goal in (("a", 32, 1.0), ("b", 1, 0.5)):

            async def layered(callers: int = callers) -> float:
                return await posts.through_layers(db, jobs(1, crowd, count), callers)

            async def alone() -> float:
                return await asyncio.to_thread(posts.bare_sqlite, bare, jobs(1, crowd, count))

            await alternate_async(1, layered, alone)
            us, them = await alternate_async(rounds, layered, alone)
            report(
                f"ledger.{name}.post_{callers}_callers",
                median(them) / median(us),
                goal=goal,
                better="higher",
                ours_per_second=round(count / median(us)),
                bare_per_second=round(count / median(them)),
                rounds=rounds,
            )
    bare.close()


async def event_loop(folder: Path, *, quick: bool) -> None:
    """(f) How long the event loop stands still while 32 callers write on SQLite."""
    count = 1_000 if quick else 30_000
    async with databases.opened(databases.sqlite(folder / "stalls.db")) as db:
        crowd = await posts.crowd(db, 1, 64)
        await posts.through_layers(db, jobs(1, crowd, 500), 32)
        gc.collect()
        async with Stalls() as stalls:
            await posts.through_layers(db, jobs(1, crowd, count), 32)
    for name, share, goal in (("p99.9", 0.999, 10), ("longest", 1.0, 50)):
        worst = percentile(stalls.seen, share) * 1000
        report(f"ledger.f.stall_{name}_ms", worst, goal=goal, better="lower", wakes=len(stalls.seen))


async def postgresql_posts(folder: Path, *, quick: bool) -> None:
    """(g) 16 callers on PostgreSQL, the guild's row locked on both sides: on 16 guilds, and on one."""
    count, rounds = (160, 3) if quick else (1_600, 7)
    with databases.server() as server:
        ours, theirs = [await asyncio.to_thread(server.database) for _ in range(2)]
        crowds: dict[int, list[tuple[int, int, int]]] = {}
        async with databases.opened(theirs) as db:
            for guild in range(1, 17):
                crowds[guild] = await posts.crowd(db, guild, 8)
        pool = await asyncpg.create_pool(theirs, min_size=16, max_size=16)
        bare = BarePostgresql(pool)
        async with databases.opened(ours) as db:
            for guild in crowds:
                await posts.crowd(db, guild, 8)
            for guilds, goal in ((16, 0.5), (1, 0.6)):

                def batch(guilds: int = guilds) -> list[Job]:
                    each = [jobs(guild, crowds[guild], count // guilds) for guild in range(1, guilds + 1)]
                    return [job for turn in zip(*each, strict=True) for job in turn]

                async def layered(batch: Callable[[], list[Job]] = batch) -> float:
                    return await posts.through_layers(db, batch(), 16)

                async def alone(batch: Callable[[], list[Job]] = batch) -> float:
                    return await posts.bare_postgresql(bare, batch(), 16)

                await alternate_async(1, layered, alone)
                us, them = await alternate_async(rounds, layered, alone)
                report(
                    f"ledger.g.postgresql_{guilds}_guilds",
                    median(them) / median(us),
                    goal=goal,
                    better="higher",
                    ours_per_second=round(count / median(us)),
                    bare_per_second=round(count / median(them)),
                    rounds=rounds,
                )
        await pool.close()


async def growth(folder: Path, *, quick: bool) -> None:
    """(e) One post into a book of 1,000,000 entries against one into a book of 1,000, one caller each."""
    large, count, rounds = (30_000, 200, 3) if quick else (1_000_000, 1_500, 7)
    crowds: dict[str, list[tuple[int, int, int]]] = {}
    urls = {"small": databases.sqlite(folder / "small.db"), "large": databases.sqlite(folder / "large.db")}
    async with databases.opened(urls["small"]) as small, databases.opened(urls["large"]) as big:
        for name, db, entries in (("small", small, 1_000), ("large", big, large)):
            crowds[name] = await posts.crowd(db, 1, 64)
            await posts.through_layers(db, jobs(1, crowds[name], entries // 3), 32)

        async def into(db: Database, name: str) -> float:
            return await posts.through_layers(db, jobs(1, crowds[name], count), 1)

        # The small book grows by what is measured, to a few ten thousand entries: still small beside the other.
        us, them = await alternate_async(rounds, lambda: into(big, "large"), lambda: into(small, "small"))
    report(
        "ledger.e.post_at_size",
        median(us) / median(them),
        goal=1.15,
        better="lower",
        entries=large,
        rounds=rounds,
    )


async def verify_and_export(folder: Path, *, quick: bool) -> None:
    """(c) verify against hledger and ledger, and (d) the CSV export against a bare csv.writer."""
    entries = 10_000 if quick else 1_000_000
    for figures in (audit.figures, exports.figures):
        await asyncio.to_thread(lambda figures=figures: list(figures(entries)))


FIGURES = {
    "a": sqlite_posts,
    "b": sqlite_posts,
    "c": verify_and_export,
    "d": verify_and_export,
    "e": growth,
    "f": event_loop,
    "g": postgresql_posts,
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--quick", action="store_true", help="a smoke run: small sizes, ratios that mean little"
    )
    asked.add_argument("--only", default="a,c,e,f,g", help="letters; a and b come together, c and d as well")
    chosen = asked.parse_args()
    for work in dict.fromkeys(FIGURES[letter] for letter in chosen.only.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(work(Path(folder), quick=chosen.quick))


if __name__ == "__main__":
    main()
