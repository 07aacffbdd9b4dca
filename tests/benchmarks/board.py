"""The board over 100,000 players: the time to read a page, and one's own rank, beside everything else.

    python -m tests.benchmarks.board

Reads as `/board show` does, from a book in which everybody has standings and most have a rank.
"""

import json
import random
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import schema as book
from ledger.accounts import OpenBook, open_book
from ledger.storage.database import run_alone
from markets.core import tables
from markets.forecasts import leaderboard, score_keeping
from tests import databases
from tests.benchmarks.harness import median, percentile
from tests.world import NOW

GUILD, PLAYERS, GOAL_MS = 1, 100_000, 100


def fill(tx: Connection) -> None:
    """Players with standings, a fifth of them without a rank yet."""
    open_book(tx, OpenBook(GUILD), NOW)
    dice = random.Random(6)
    people: list[dict[str, object]] = []
    standings: list[dict[str, int | None]] = []
    for number in range(1, PLAYERS + 1):
        people.append({"guild_id": GUILD, "number": number, "discord_id": number, "joined_us": 0})
        claims, peer = dice.randint(5, 60), dice.randint(-(10**9), 10**9)
        staked, profit = dice.randint(1, 10**7), dice.randint(-(10**6), 10**6)
        ranked = claims >= score_keeping.NEEDED
        row = {
            "guild_id": GUILD,
            "season": 0,
            "player": number,
            "listed": 1,
            "claims": claims,
            "settled": claims,
        }
        row |= {
            "peer": peer,
            "coverage": claims * 500_000,
            "brier": claims * 200_000,
            "log": -claims * 600_000,
        }
        row |= {"baseline": 0, "staked": staked, "profit": profit}
        row |= {
            "accuracy": peer // claims if ranked else None,
            "miss": dice.randint(0, 500_000) if ranked else None,
            "gain": profit if ranked else None,
            "return_bps": profit * 10_000 // staked if ranked else None,
        }
        standings.append(row)
    names = {column.name for column in book.players.c}
    tx.execute(book.players.insert(), [{k: v for k, v in row.items() if k in names} for row in people])
    tx.execute(tables.standings.insert(), standings)


def page(tx: Connection, by: score_keeping.Ranking, skip: int, player: int) -> float:
    """Milliseconds of what one press of the board reads."""
    began = time.perf_counter()
    leaderboard.top(tx, GUILD, by, skip=skip)
    mine = leaderboard.standing(tx, GUILD, player)
    assert mine is not None
    leaderboard.rank(tx, GUILD, mine, by)
    return (time.perf_counter() - began) * 1_000


def measure(tx: Connection) -> list[float]:
    dice = random.Random(7)
    return [
        page(tx, by, skip, dice.randint(1, PLAYERS))
        for by in score_keeping.RANKINGS
        for skip in (0, 10, 1_000)
        for _ in range(10)
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        url = databases.sqlite(Path(place) / "board.db")
        with sa.create_engine(
            url
        ).begin() as tx:  # a bare connection: nothing here is looked up in other tables
            fill(tx)
        taken = run_alone(url, measure)
    figure = {"name": "board over 100,000 players, ms", "median": round(median(taken), 1)}
    print(json.dumps(figure | {"p99": round(percentile(taken, 0.99), 1), "goal": GOAL_MS}), flush=True)


if __name__ == "__main__":
    main()
