"""Pictures: how long 100,000 trades take, what the drawing process holds, and how long the bot is kept waiting.

    python -m tests.benchmarks.charts [--trades 100000]

`draw` is a picture from the values on, in a process that is already there, as a share of half a second; `memory` what
that process held at most, as a share of 200 MB; `stall` the longest time that the event loop could not run meanwhile,
as a share of 50 ms. `book` reads the same trades from a book and draws them, `again` after one more trade.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bot import painter
from bot.charts.models import WHOLE, Prices, PricesOf, longs
from bot.painter import Painter
from tests import databases
from tests.benchmarks.harness import Stalls, median, report

GUILD, CLAIM = 1001, 1
START_US = 1_790_000_000_000_000
STEP_US = 300_000_000
SECONDS, MEGABYTES, STALL_SECONDS = 0.5, 200.0, 0.05
ROUNDS = 5


def walk(trades: int) -> list[int]:
    """YES's price after each trade, in millionths: always the same."""
    dice, at, found = random.Random(5), 0.5, [WHOLE // 2]
    for _ in range(trades):
        at = min(max(at + dice.gauss((0.5 - at) / 400, 0.012), 0.01), 0.99)
        found.append(round(at * WHOLE))
    return found


def chart(trades: int, title: str = "A hundred thousand trades") -> Prices:
    yes = walk(trades)
    at_us = longs([START_US + step * STEP_US for step in range(trades + 1)])
    traded = longs([-1, *(step % 2 for step in range(trades))])
    lines = (longs(yes), longs([WHOLE - one for one in yes]))
    return Prices(title, ("YES", "NO"), at_us, lines, traded, at_us[-1] + STEP_US)


def book(path: Path, trades: int) -> str:
    """A migrated book with these trades in it and little else: what a history is read from."""
    url = databases.sqlite(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as driver:
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("BEGIN")
        _add(driver, walk(trades))
        driver.execute("COMMIT")
    return url


def _add(driver: sqlite3.Connection, yes: list[int], first: int = 1) -> None:
    driver.executemany(
        "INSERT INTO trades (guild_id, claim, number, player, outcome, quantity, amount, prices, by_order, transfer,"
        " at_us) VALUES (?, ?, ?, 1, ?, 10, 5, ?, NULL, 1, ?)",
        [
            (
                GUILD,
                CLAIM,
                number,
                (number - 1) % 2,
                json.dumps([price, WHOLE - price]),
                START_US + number * STEP_US,
            )
            for number, price in enumerate(yes[1:], first)
        ],
    )


def held_megabytes(pid: int) -> float:
    """What a process held at most since it began."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


async def figures(trades: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crux.db"
        async with databases.opened(book(path, trades)) as db:
            paints = Painter(db)
            try:
                await _measure(paints, path, trades)
            finally:
                await paints.close()


async def _measure(paints: Painter, path: Path, trades: int) -> None:
    began = time.perf_counter()
    await paints.paint(chart(10))
    start = time.perf_counter() - began
    taken: list[float] = []
    for number in range(ROUNDS):
        shown = chart(trades, f"Picture {number}")
        began = time.perf_counter()
        assert await paints.paint(shown) is not None
        taken.append(time.perf_counter() - began)
    assert paints.process is not None
    held = held_megabytes(paints.process.pid)
    report(
        f"chart of {trades:,} trades: draw / 0.5 s",
        median(taken) / SECONDS,
        goal=1.0,
        better="lower",
        seconds=round(median(taken), 3),
        first_picture_seconds=round(start, 3),
    )
    report(
        f"chart of {trades:,} trades: memory / 200 MB",
        held / MEGABYTES,
        goal=1.0,
        better="lower",
        megabytes=round(held),
    )
    await _from_the_book(paints, path, trades)


async def _from_the_book(paints: Painter, path: Path, trades: int) -> None:
    wanted = PricesOf(GUILD, CLAIM, "A claim", ("YES", "NO"), (1, 1), START_US, START_US)
    seconds: list[float] = []
    async with Stalls() as stalls:
        for more in range(2):
            if more:
                with closing(sqlite3.connect(path, isolation_level=None)) as driver:
                    driver.execute("PRAGMA foreign_keys = OFF")
                    _add(driver, [0, WHOLE // 2], trades + 1)
            began = time.perf_counter()
            shown = await paints._histories.prices(wanted)  # pyright: ignore[reportPrivateUsage]
            assert await paints.paint(shown) is not None
            seconds.append(time.perf_counter() - began)
    report(
        f"chart of {trades:,} trades from the book: longest stall of the loop / 50 ms",
        max(stalls.seen) / STALL_SECONDS,
        goal=1.0,
        better="lower",
        first_seconds=round(seconds[0], 3),
        after_one_more_trade_seconds=round(seconds[1], 3),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="What pictures cost.")
    parser.add_argument("--trades", type=int, default=100_000)
    asyncio.run(figures(parser.parse_args().trades))


if __name__ == "__main__":
    assert painter.IDLE_SECONDS > 0
    main()
