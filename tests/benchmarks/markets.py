"""Figures of markets: python -m tests.benchmarks.markets [--quick] [--only a,b,c,d]

a   buying shares by 32 callers, with rules, price history, chain and outbox, against raw `sqlite3` that executes the
    very same statements with the very same values, one commit each: at least 0.8
b   buying in a market with 100,000 trades against one with 100: at most 1.2
c   settling a market with 10,000 holders against raw `sqlite3` with the same statements in units of the same size: at
    least 0.3; the longest stall of the event loop meanwhile, under 50 ms, and p99 of a press, under 1 s
d   the same of a pool with 10,000 stakes
"""

import argparse
import asyncio
import gc
import itertools
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ledger.accounts import Player
from ledger.storage.database import Database
from ledger.types import to_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.core import jobs
from markets.settlement import handlers
from markets.shares import trading
from tests import databases
from tests.benchmarks import bets, books
from tests.benchmarks.bets import PEOPLE, Tape, bare, copied, into_the_file, recording
from tests.benchmarks.harness import Stalls, median, percentile, report
from tests.markets.club import Club

NOW = bets.NOW
MARKETS = 8
DEEP = 10**8
"""Liquidity, so that thousands of purchases leave the prices where trading goes on."""

_owners = itertools.count(1_000_000)


async def crowd(db: Database, guild: int, count: int, *, first: int = 1) -> list[trading.Buy]:
    """Rich people, a few markets, and `count` purchases to be made there."""
    club = Club(db, guild, NOW, itertools.count(first * 10_000_000))
    people = [await club.member(first + n, balance=10**12) for n in range(PEOPLE)]
    claims = [await club.claim(people[n]) for n in range(MARKETS)]
    for n, claim in enumerate(claims):
        await club.market(people[n], claim, liquidity=DEEP)
    return purchases(guild, [who.number for who in people], claims, count, f"{first}")


def purchases(
    guild: int, people: Sequence[int], claims: Sequence[Claim], count: int, mark: str
) -> list[trading.Buy]:
    return [
        trading.Buy(
            guild,
            f"buy:{mark}:{n}",
            people[n % len(people)],
            claims[n % len(claims)].number,
            n // len(claims) % 2,
            5_000,
            budget=1_000,
            tolerance_bps=9_800,
        )
        for n in range(count)
    ]


async def layered(db: Database, requests: Sequence[trading.Buy], callers: int) -> float:
    """Seconds for all purchases by `callers` at once, each waiting for its answer before it asks again."""
    left = iter(requests)

    async def caller() -> None:
        for request in left:
            await db.write(trading.buy, request, NOW)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return time.perf_counter() - began


async def against_bare(folder: Path, *, quick: bool) -> None:
    """(a)"""
    count, rounds = (64, 3) if quick else (1_500, 5)
    start = folder / "start.db"
    async with databases.opened(databases.sqlite(start)) as db:
        await Club.make(db, 1)
        requests = await crowd(db, 1, count)
    into_the_file(start)
    tape = Tape()
    async with databases.opened(f"sqlite:///{copied(start, folder / 'recorded.db')}") as db:
        with recording(tape):
            for request in requests:
                tape.acts.append([])
                await db.write(trading.buy, request, NOW)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        gc.collect()
        async with databases.opened(f"sqlite:///{copied(start, folder / f'ours-{number}.db')}") as db:
            ours.append(await layered(db, requests, 32))
        path = copied(start, folder / f"bare-{number}.db")
        theirs.append(await asyncio.to_thread(bare, path, tape.acts))
    us, them = median(ours[1:]), median(theirs[1:])
    report(
        "markets.a.buy_32_callers",
        them / us,
        goal=0.8,
        better="higher",
        ours_per_second=round(count / us),
        bare_per_second=round(count / them),
        statements=len(tape.acts[-1]),
        rounds=rounds,
    )


async def by_trades(folder: Path, *, quick: bool) -> None:
    """(b)"""
    sizes, count, rounds = ((10, 1_000), 128, 3) if quick else ((100, 100_000), 2_048, 5)
    prepared = {size: await _traded(folder / f"size-{size}.db", size, count) for size in sizes}
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
        "markets.b.buy_by_trades",
        large / small,
        goal=1.2,
        better="lower",
        at_small_per_second=round(count * 3 / 4 / small),
        at_large_per_second=round(count * 3 / 4 / large),
        trades=sizes,
        rounds=rounds,
    )


async def _traded(path: Path, size: int, count: int) -> tuple[Path, list[trading.Buy]]:
    """A server's book with one market that has so many trades behind it, and purchases to be made there."""
    guild = books.GUILD
    url = books.book(path, 2 * size + PEOPLE, max(2 * PEOPLE + 2, size // 50))
    async with databases.opened(url) as db:
        club = Club(db, guild, NOW, itertools.count(10_000_000))
        people = [await club.member(1_000_000 + n, balance=10**12) for n in range(PEOPLE)]
        claim = await club.claim(people[0])
        await club.market(people[0], claim, liquidity=DEEP)
        for who in people:
            await club.buy(who, claim, 0, budget=10)
    bets.written(
        path,
        "INSERT INTO trades (guild_id, claim, number, player, outcome, quantity, amount, prices, transfer, at_us)"
        " VALUES (?, ?, ?, ?, ?, 100, 50, '[500000,500000]', ?, ?)",
        (
            (guild, claim.number, PEOPLE + n, people[n % PEOPLE].number, n % 2, n, to_us(NOW))
            for n in range(1, size + 1)
        ),
        "UPDATE markets SET trades = (SELECT count(*) FROM trades)",
        "INSERT INTO done (guild_id, key, request_digest, answer, at_us) VALUES (?, ?, ?, '{}', ?)",
        ((guild, f"interaction:{n}", b"d" * 32, to_us(NOW)) for n in range(size)),
    )
    into_the_file(path)
    return path, purchases(guild, [who.number for who in people], [claim], count, "b")


async def settling(folder: Path, *, quick: bool) -> None:
    """(c)"""
    await _settling(folder, "markets.c", _held_by, quick=quick)


async def settling_a_pool(folder: Path, *, quick: bool) -> None:
    """(d)"""
    await _settling(folder, "markets.d", _staked_by, quick=quick)


async def _settling(
    folder: Path, name: str, made_by: Callable[[Club, int], Awaitable[datetime]], *, quick: bool
) -> None:
    """What it takes to settle what `made_by` makes, and what presses feel of it."""
    holders, rounds = (250, 1) if quick else (10_000, 3)
    start = folder / "start.db"
    async with databases.opened(databases.sqlite(start)) as db:
        made = await Club.make(db, 1)
        assert isinstance(made, Club)
        later = await made_by(made, holders)
    into_the_file(start)
    tape = Tape()
    async with databases.opened(f"sqlite:///{copied(start, folder / 'recorded.db')}") as db:
        with recording(tape):
            units = await _settle(db, later, lambda: tape.acts.append([]))
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds):
        gc.collect()
        async with databases.opened(f"sqlite:///{copied(start, folder / f'ours-{number}.db')}") as db:
            began = time.perf_counter()
            await _settle(db, later)
            ours.append(time.perf_counter() - began)
        path = copied(start, folder / f"bare-{number}.db")
        theirs.append(await asyncio.to_thread(bare, path, tape.acts))
    us, them = median(ours), median(theirs)
    report(
        f"{name}.settle_holders",
        them / us,
        goal=0.3,
        better="higher",
        holders=holders,
        units=units,
        ours_seconds=round(us, 3),
        bare_seconds=round(them, 3),
        rounds=rounds,
    )
    async with databases.opened(f"sqlite:///{copied(start, folder / 'presses.db')}") as db:
        pressed = await _pressed_meanwhile(db, later)
    async with (
        databases.opened(f"sqlite:///{copied(start, folder / 'stalls.db')}") as db,
        Stalls() as stalls,
    ):
        await _settle(db, later)
    report(f"{name}.stall_longest_ms", max(stalls.seen) * 1000, goal=50, better="lower")
    report(
        f"{name}.press_p99_ms",
        percentile(pressed, 0.99) * 1000,
        goal=1_000,
        better="lower",
        presses=len(pressed),
    )


async def _held_by(club: Club, holders: int) -> datetime:
    """A market with so many holders whose window is over, and another to press on; when it is to be settled."""
    ada, mod, claim = await _begun(club)
    await club.market(ada, claim, liquidity=DEEP)

    async def come(n: int) -> None:
        who = await club.member(10 + n, 1_000)
        await club.buy(who, claim, n % 2, budget=100 + n % 100)

    await _all(holders, come)
    return await _decided(club, mod, claim)


async def _staked_by(club: Club, stakes: int) -> datetime:
    """A pool with so many stakes, each of somebody else, whose window is over; when it is to be settled."""
    ada, mod, claim = await _begun(club)
    await club.pool(ada, claim)

    async def come(n: int) -> None:
        who = await club.member(10 + n, 1_000)
        await club.stake(who, claim, n % 2, 100 + n % 100, terms=claim.digest)

    await _all(stakes, come)
    return await _decided(club, mod, claim)


async def _begun(club: Club) -> tuple[Player, Player, Claim]:
    """A claim's author, who is rich, a moderator, and the claim; and a market to press on, on another."""
    ada, mod = await club.member(1, 10**12), await club.member(2, 10**9)
    claim = await club.claim(ada)
    await club.market(ada, await club.claim(ada, **_long(club)), liquidity=DEEP)
    return ada, mod, claim


async def _all(count: int, come: Callable[[int], Awaitable[None]]) -> None:
    turns = iter(range(count))

    async def some() -> None:
        for n in turns:
            await come(n)

    await asyncio.gather(*(some() for _ in range(32)))


async def _decided(club: Club, mod: Player, claim: Claim) -> datetime:
    """Its result is named, and nobody challenged it; when it is to be settled."""
    club.skip(days=30)
    await club.proposed(mod, claim, Result("weights", weights=(2, 1)), moderator=True)
    club.skip(hours=49)
    return club.now


def _long(club: Club) -> dict[str, Any]:
    until = to_us(club.now + timedelta(days=300))
    return {"closes_us": until, "deadline_us": until, "check_us": until}


async def _settle(db: Database, now: datetime, each: Callable[[], object] = lambda: None) -> int:
    """Carry out what is due, one unit after the other; how many that were."""
    units = 0
    each()
    while rows := await db.background(jobs.lease, jobs.LeaseJobs(owner=next(_owners)), now):
        for row in rows:
            each()
            await db.write(handlers.perform, row, now, background=True)
            units += 1
        each()
    return units


async def _pressed_meanwhile(db: Database, now: datetime) -> list[float]:
    """How long each press took while a market settled: purchases in another one by 8 people."""
    waited: list[float] = []
    over = asyncio.Event()
    keys = itertools.count()

    async def press() -> None:
        while not over.is_set():
            request = trading.Buy(1, f"press:{next(keys)}", 2, 2, 0, 5_000, budget=100, tolerance_bps=9_800)
            began = time.perf_counter()
            await db.write(trading.buy, request, now)
            waited.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)

    async def settle() -> None:
        try:
            await _settle(db, now)
        finally:
            over.set()

    await asyncio.gather(settle(), *(press() for _ in range(8)))
    return waited


FIGURES = {"a": against_bare, "b": by_trades, "c": settling, "d": settling_a_pool}


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes: a smoke run")
    parser.add_argument("--only", default="a,b,c,d", help="which figures")
    args = parser.parse_args()
    for name in args.only.split(","):
        with tempfile.TemporaryDirectory(prefix="crux-bench-") as folder:
            await FIGURES[name](Path(folder), quick=args.quick)


if __name__ == "__main__":
    asyncio.run(main())
