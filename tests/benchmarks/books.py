"""Big valid books, written row by row instead of posted: a million entries in well under a minute.

What is in one: a starting balance for every player, then pairs of transfers with three entries each, two players
staking into an escrow and the escrow paying out; every tenth pair is a stake reversed instead. Every fiftieth
transfer has a note, some of them erased. Always the same rows for the same numbers.
"""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger import hash_chain
from ledger.schema import NEVER_USED
from ledger.storage.database import run_alone
from markets.records import recorder
from tests import databases

GUILD = 7_000_000_000_000_000_001
FIRST_PERSON = 8_000_000_000_000_000_000
START = 100_000  # minor units
BEGIN_US = 1_767_225_600_000_000  # 2026-01-01
STEP_US = 97_000_000
CHUNK = 20_000


def book(path: Path, transfers: int, accounts: int = 1_000, *, guild: int = GUILD) -> str:
    """Make a migrated SQLite file with one guild's book of so many transfers, and return its address.

    Args:
        accounts: Wallets and escrows, half and half, beside the mint and the house.
    """
    url = databases.sqlite(path)
    add(path, transfers, accounts, guild=guild)
    began = datetime.fromtimestamp(BEGIN_US // 1_000_000, UTC)
    run_alone(
        url, lambda tx: recorder.find(tx, guild, began), write=True
    )  # its people, as a migration finds them
    return url


def transfers_for(entries: int, accounts: int = 1_000) -> int:
    """How many transfers make a book of so many entries, rounded up to whole transfers."""
    players = accounts // 2
    return players + max(0, -((2 * players - entries) // 3))


def add(path: Path, transfers: int, accounts: int = 1_000, *, guild: int = GUILD) -> None:
    """Write the book of one more guild into a migrated SQLite file."""
    made = _Book(guild, accounts // 2, accounts - accounts // 2)
    with closing(sqlite3.connect(path, isolation_level=None)) as driver:
        driver.execute("PRAGMA cache_size = -200000")
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("PRAGMA defer_foreign_keys = ON")
        rows = made.transfers(transfers)
        while chunk := list(itertools.islice(rows, CHUNK)):
            _insert(driver, "transfers", [transfer for transfer, _, _ in chunk])
            _insert(driver, "entries", [entry for _, entries, _ in chunk for entry in entries])
            _insert(driver, "notes", [note for _, _, note in chunk if note])
        _insert(driver, "players", made.players())
        _insert(driver, "accounts", made.accounts())
        counts = (transfers, len(made.balances) - 1, made.people)
        _insert(driver, "books", [(guild, *counts, made.head)])
        driver.execute("COMMIT")


def _insert(driver: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        places = ", ".join("?" * len(rows[0]))
        driver.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


@dataclass
class _Book:
    """Accounts by number (1 the mint, 2 the house, then wallets, then escrows), and the chain so far."""

    guild: int
    people: int
    escrows: int
    head: bytes = hash_chain.GENESIS
    balances: list[int] = field(init=False)
    counts: list[int] = field(init=False)
    last: list[int] = field(init=False)

    def __post_init__(self) -> None:
        size = 3 + self.people + self.escrows
        self.balances, self.counts, self.last = [0] * size, [0] * size, [0] * size

    def transfers(self, count: int) -> Iterator[tuple[Any, list[Any], Any]]:
        """Each transfer's row, its entries' rows, and its note's row or None."""
        for number, (kind, actor, reverses, amounts) in zip(
            range(1, count + 1), self._movements(), strict=False
        ):
            yield self._post(number, kind, actor, reverses, amounts)

    def players(self) -> list[tuple[Any, ...]]:
        return [(self.guild, n, FIRST_PERSON + n, BEGIN_US) for n in range(1, self.people + 1)]

    def accounts(self) -> list[tuple[Any, ...]]:
        return [self._account(number) for number in range(1, len(self.balances))]

    def kind(self, number: int) -> tuple[str, int]:
        """An account's kind and owner."""
        if number <= 2:
            return ("mint", "house")[number - 1], 0
        return ("wallet", number - 2) if number <= 2 + self.people else ("escrow", 0)

    def _account(self, number: int) -> tuple[Any, ...]:
        kind, owner = self.kind(number)
        ended = (self.last[number] or NEVER_USED) if kind == "escrow" and not self.balances[number] else None
        state = (self.balances[number], self.counts[number], ended)
        return (self.guild, number, kind, owner, *state, hash_chain.seal(self.guild, number, kind, owner))

    def _movements(self) -> Iterator[tuple[str, int, int | None, dict[int, int]]]:
        for player in range(1, self.people + 1):
            yield "start", player, None, {1: -START, 2 + player: START}
        for turn in itertools.count():
            number = self.people + 2 * turn + 1
            stakes = self._stakes(turn)
            yield "stake", stakes[0][0] - 2, None, self._stake(turn, stakes)
            if turn % 10 == 9:
                back = {account: -amount for account, amount in self._stake(turn, stakes).items()}
                yield "reversal", 0, number, back
            else:
                yield "payout", 0, None, self._payout(turn, stakes)

    def _stakes(self, turn: int) -> list[tuple[int, int]]:
        """Two different wallets, and what each puts in: never more than half of what it has, and at least 1."""
        first = turn % self.people
        second = (first + 1 + turn // self.people % (self.people - 1)) % self.people
        wallets = (3 + first, 3 + second)
        return [
            (wallet, max(1, min(1 + turn * 7919 % 5000, self.balances[wallet] // 2))) for wallet in wallets
        ]

    def _stake(self, turn: int, stakes: list[tuple[int, int]]) -> dict[int, int]:
        pot = sum(amount for _, amount in stakes)
        return {wallet: -amount for wallet, amount in stakes} | {self._escrow(turn): pot}

    def _payout(self, turn: int, stakes: list[tuple[int, int]]) -> dict[int, int]:
        pot = sum(amount for _, amount in stakes)
        share = 1 + turn * 104_729 % (pot - 1)
        return {self._escrow(turn): -pot, stakes[0][0]: share, stakes[1][0]: pot - share}

    def _escrow(self, turn: int) -> int:
        return 3 + self.people + turn % self.escrows

    def _post(
        self, number: int, kind: str, actor: int, reverses: int | None, amounts: dict[int, int]
    ) -> tuple[Any, list[Any], Any]:
        lines = [self._move(number, account, amount) for account, amount in amounts.items()]
        note = self._note(number)
        words = hash_chain.words_digest(note[0], note[1]) if note else None
        body = {"key": f"bench:{number}", "kind": kind, "actor": actor, "at_us": BEGIN_US + number * STEP_US}
        data = hash_chain.canonical(
            before=self.head,
            guild=self.guild,
            number=number,
            **body,  # pyright: ignore[reportArgumentType]
            reverses=reverses,
            words=words,
            lines=lines,
        )
        self.head = hash_chain.digest(data)
        transfer = (self.guild, number, hash_chain.FORMAT, *body.values(), reverses, words, self.head)
        entries = [
            (self.guild, number, place, line[1], *line[3:]) for place, line in enumerate(lines, start=1)
        ]
        return transfer, entries, self._note_row(number, note)

    def _move(self, number: int, account: int, amount: int) -> hash_chain.ChainEntry:
        self.balances[account] += amount
        self.counts[account] += 1
        self.last[account] = number
        kind, owner = self.kind(account)
        return hash_chain.ChainEntry(
            kind, account, owner, amount, self.balances[account], self.counts[account]
        )

    def _note(self, number: int) -> tuple[str, bytes] | None:
        return None if number % 50 else (f"about transfer {number}", number.to_bytes(16, "big"))

    def _note_row(self, number: int, note: tuple[str, bytes] | None) -> tuple[Any, ...] | None:
        if note is None:
            return None
        return (self.guild, number, None, None, 1) if number % 500 == 0 else (self.guild, number, *note, 0)
