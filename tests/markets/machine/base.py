"""One server with six people, on one database or on two that must agree, and how the machine's rules act in it."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger.accounts import Player
from ledger.errors import Refused
from ledger.storage import engines
from ledger.storage.address import Address
from ledger.storage.database import Database
from markets.claims.terms import Actor
from markets.core import tables
from markets.core.errors import MarketError
from markets.settlement import consequences
from tests.databases import recorder
from tests.markets.club import Club
from tests.markets.machine.whole import Looking
from tests.world import NOW

GUILDS = itertools.count(6_000_001)

which = st.integers(0, 11)
stakes = st.integers(1, 40_000)


class Base(Looking):
    """Six people: two are moderators, one of them the owner, one a judge that some claims name.

    Where there are two databases everything is done on both, and both say the same; what to do next is read from the
    first.
    """

    urls: ClassVar[tuple[str, ...]]
    runner: ClassVar[asyncio.Runner]
    watcher: ClassVar["Watcher"]
    opened: ClassVar[dict[str, Database]] = {}
    steps: ClassVar[int] = 0
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.reversed = False
        self.taken = 0
        self.frozen: dict[int, str] = {}
        guild = next(GUILDS)
        self.clubs = [self.wait(self._begin(url, guild)) for url in self.urls]
        self.club: Club = self.clubs[0]
        self.persons = list(range(1, 7))
        self.people: list[Player] = [self.member(person, 100_000) for person in self.persons]

    async def _begin(self, url: str, guild: int) -> Club:
        if url not in Base.opened:
            Base.opened[url] = await Database.open(url, follow=consequences.follow, recorder=recorder())
        made = await Club.make(Base.opened[url], guild)
        assert isinstance(made, Club)
        made.now = NOW
        return made

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def everywhere(self, act: Callable[[Club], Coroutine[Any, Any, Any]]) -> Any:
        """The same on each database, and the same comes of it."""
        said = [self.wait(act(club)) for club in self.clubs]
        assert all(repr(one) == repr(said[0]) for one in said), said
        return said[0]

    def do(self, unit: Callable[..., Any], request: Any) -> Any:
        """Carry it out, or be refused with one of the refusals that have words; nothing else may come of it."""

        async def act(club: Club) -> Any:
            try:
                return await club.db.write(unit, request, club.now)
            except (MarketError, Refused) as refused:
                return refused

        answer = self.everywhere(act)
        for (
            club
        ) in self.clubs:  # what was refused lost no line, and the next write shan't on one database alone
            club.db.hooks.before_commit = club.db.hooks.after_commit = None
        if isinstance(answer, (MarketError, Refused)):
            return None
        self.note(f"{unit.__module__.rpartition('.')[2]}.{unit.__name__}")
        return answer

    def note(self, what: str) -> None:
        Base.done[what] += 1

    def member(self, person: int, balance: int) -> Player:
        return self.everywhere(lambda club: club.member(person, balance))

    def skip(self, **span: float) -> None:
        for club in self.clubs:
            club.skip(**span)

    def swept(self) -> None:
        self.everywhere(lambda club: club.sweep())

    def restarted(self) -> None:
        for club, url in zip(self.clubs, self.urls, strict=True):
            self.wait(self._restart(club, url))

    async def _restart(self, club: Club, url: str) -> None:
        await club.db.close()
        Base.opened[url] = club.db = await Database.open(url, follow=consequences.follow, recorder=recorder())

    def crashing(self, moment: str) -> None:
        """The connection is lost at that moment of the next write, once."""
        for club in self.clubs if moment else ():
            left = [True]
            setattr(club.db.hooks, moment, lambda left=left: bool(left and left.pop()))

    # --- whom and what a rule is about ----------------------------------------------------------

    def who(self, n: int) -> Player:
        return self.people[n % 5]  # the owner never has money on anything

    def actor(self, n: int) -> Actor:
        at = n % len(self.people)
        return Actor(self.people[at].number, moderator=at >= 4, owner=at == 5)

    def ids(self) -> tuple[int, str]:
        keys = [club.key() for club in self.clubs]  # each counts its own
        return self.club.guild, keys[0]

    def read(self, asked: sa.Select[Any]) -> list[Any]:
        return self.wait(self.club.db.read(lambda tx: tx.execute(asked).all()))

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
        """The server's rows, in the order of their key."""
        asked = sa.select(table).where(table.c.guild_id == self.club.guild, *where)
        return self.read(asked.order_by(*table.primary_key.columns))

    def row(self, table: sa.Table, number: int) -> Any:
        return next(iter(self.rows(table, table.c.number == number)), None)

    def pick(self, table: sa.Table, n: int, *states: str) -> Any:
        """A row in one of these states; one time in eight, or where there is none, whichever. None of nothing."""
        rows = self.rows(table)
        fitting = [row for row in rows if row.state in states]
        rows = rows if n % 8 == 7 or not fitting else fitting
        return rows[n % len(rows)] if rows else None

    def claim(self, n: int, *states: str) -> int:
        found = self.pick(tables.claims, n, *states)
        return found.number if found is not None else 1

    def digest(self, claim: int) -> str:
        return bytes(self.row(tables.claims, claim).digest).hex()


class Watcher:
    """A connection of its own to look at the book with, beside the one that is killed and restarted."""

    def __init__(self, url: str, runner: asyncio.Runner) -> None:
        address = Address.of(url)
        self._runner = runner
        self._sync = engines.sqlite_engine(address, mode="read") if address.path else None
        self._async = None if address.path else engines.postgresql_engine(address, size=1, autocommit=True)
        self._tx = self._sync.connect() if self._sync else None

    def __call__(self, look: Callable[[Connection], None]) -> None:
        if self._tx is not None:
            look(self._tx)
        else:
            self._runner.run(self._look(look))

    async def _look(self, look: Callable[[Connection], None]) -> None:
        assert self._async is not None
        async with self._async.connect() as connection:
            await connection.run_sync(look)

    def close(self) -> None:
        if self._tx is not None and self._sync is not None:
            self._tx.close()
            self._sync.dispose()
        if self._async is not None:
            self._runner.run(self._async.dispose())
