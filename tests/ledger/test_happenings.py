"""What a unit says has happened is followed in its own savepoint, or never happened."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import accounts, schema
from ledger.errors import AlreadyDone, Refused
from ledger.storage.database import Database
from ledger.storage.operations import Happening, happened
from tests.ledger import rows
from tests.world import NOW, Post, World, post

OWN = 2
"""Accounts that a book opens by itself."""


@dataclass(frozen=True, slots=True)
class Rang(Happening):
    bell: int


@dataclass(frozen=True, slots=True)
class Ring:
    guild: int
    key: str
    bells: tuple[int, ...]
    cracked: int = 0


class Cracked(Refused):
    """A bell broke after some rang."""


class Deaf(Exception):
    """Who listens gave up."""


def ring(tx: Connection, request: Ring, now: datetime) -> int:
    for bell in request.bells:
        happened(tx, Rang(request.guild, bell))
        if bell == request.cracked:
            raise Cracked
    return len(request.bells)


@dataclass
class Listener:
    """Follows by opening an account for each bell; notes what it heard, and whether the answer was written before."""

    heard: list[tuple[int, datetime]] = field(default_factory=list[tuple[int, datetime]])
    done_before: list[int] = field(default_factory=list[int])
    gives_up: bool = False
    rings: bool = False

    def follow(self, tx: Connection, events: Sequence[Happening], now: datetime) -> None:
        done = sa.select(sa.func.count()).where(schema.done.c.guild_id == events[0].guild)
        self.done_before.append(tx.execute(done).scalar_one())
        for event in tuple(events):
            assert isinstance(event, Rang)
            self.heard.append((event.bell, now))
            accounts.open_account(tx, event.guild, kind="escrow")
            if self.rings:
                happened(tx, event)
        if self.gives_up:
            raise Deaf


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def heard(url: str, guild: int, listener: Listener) -> AsyncIterator[World]:
    async with opened(url, listener) as db:
        yield await World.make(db, guild)


@asynccontextmanager
async def opened(url: str, listener: Listener) -> AsyncIterator[Database]:
    db = await Database.open(url, follow=listener.follow)
    try:
        yield db
    finally:
        await db.close()


async def test_what_happened_is_followed_in_order_before_the_answer_is_written(
    heard: World, listener: Listener
):
    assert await heard.db.write(ring, Ring(heard.guild, "a", (3, 1, 3)), NOW) == 3

    assert listener.heard == [(3, NOW), (1, NOW), (3, NOW)]
    assert listener.done_before == [0]
    found = await rows.everything(heard.db, heard.guild)
    assert (len(found["accounts"]), len(found["done"])) == (OWN + 3, 1)


async def test_where_nothing_happened_nobody_is_called(heard: World, listener: Listener):
    await heard.db.write(ring, Ring(heard.guild, "a", ()), NOW)

    assert listener.done_before == []


async def test_a_refused_unit_leaves_no_events(heard: World, listener: Listener):
    before = await rows.everything(heard.db, heard.guild)

    with pytest.raises(Cracked):
        await heard.db.write(ring, Ring(heard.guild, "a", (1, 2, 3), cracked=2), NOW)

    assert listener.heard == []
    assert await rows.everything(heard.db, heard.guild) == before
    await heard.db.write(
        ring, Ring(heard.guild, "a", (4,)), NOW
    )  # on the same connection, under the same key
    assert listener.heard == [(4, NOW)]


async def test_of_units_that_share_a_commit_each_has_its_own_events(heard: World, listener: Listener):
    asked = [
        Ring(heard.guild, f"r:{bell}", (bell,), cracked=bell if bell % 3 == 0 else 0) for bell in range(1, 31)
    ]

    told = await asyncio.gather(*(heard.db.write(ring, one, NOW) for one in asked), return_exceptions=True)

    assert [isinstance(one, Cracked) for one in told] == [bell % 3 == 0 for bell in range(1, 31)]
    assert [bell for bell, _ in listener.heard] == [bell for bell in range(1, 31) if bell % 3]


async def test_a_follower_that_fails_undoes_the_unit(heard: World, listener: Listener):
    ada, escrow = await heard.player(1, balance=1_000), await heard.account()

    def pay_and_ring(tx: Connection, request: Ring, now: datetime) -> int:
        post(
            tx, Post(request.guild, f"{request.key}:pays", {ada.wallet.number: -100, escrow.number: 100}), now
        )
        return ring(tx, request, now)

    before = await rows.everything(heard.db, heard.guild)
    listener.gives_up = True
    with pytest.raises(Deaf):
        await heard.db.write(pay_and_ring, Ring(heard.guild, "a", (1,)), NOW)
    assert await rows.everything(heard.db, heard.guild) == before

    listener.gives_up = False  # and it may be asked again under its key, once
    assert await heard.db.write(pay_and_ring, Ring(heard.guild, "a", (1,)), NOW) == 1
    with pytest.raises(AlreadyDone):
        await heard.db.write(pay_and_ring, Ring(heard.guild, "a", (1,)), NOW)
    assert await heard.balance(ada.wallet) == 900


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
async def test_a_unit_whose_connection_goes_is_followed_once(heard: World, listener: Listener, moment: str):
    drops = iter([True])
    setattr(heard.db.hooks, moment, lambda: next(drops, False))

    assert await heard.db.write(ring, Ring(heard.guild, "a", (1, 2)), NOW) == 2

    found = await rows.everything(heard.db, heard.guild)
    assert (len(found["accounts"]), len(found["done"])) == (OWN + 2, 1)


async def test_what_the_database_would_not_take_is_told_though_something_happened(heard: World):
    def ring_and_break(tx: Connection, request: Ring, now: datetime) -> int:
        ring(tx, request, now)
        tx.execute(sa.text("SELECT nothing FROM nowhere"))
        return 0

    with pytest.raises(DBAPIError, match="nowhere"):
        await heard.db.write(ring_and_break, Ring(heard.guild, "a", (1,)), NOW)


async def test_work_without_a_guild_s_lock_is_followed_too(heard: World, listener: Listener):
    await heard.db.background(ring, Ring(heard.guild, "", (7,)), NOW)
    with pytest.raises(Cracked):
        await heard.db.background(ring, Ring(heard.guild, "", (8, 9), cracked=9), NOW)

    assert listener.heard == [(7, NOW)]


async def test_a_follower_lets_nothing_happen(heard: World, listener: Listener):
    listener.rings = True

    with pytest.raises(KeyError):
        await heard.db.write(ring, Ring(heard.guild, "a", (1,)), NOW)


async def test_a_read_lets_nothing_happen(heard: World):
    with pytest.raises(KeyError):
        await heard.db.read(happened, Rang(heard.guild, 1))


async def test_events_that_nobody_would_follow_are_refused(url: str, guild: int):
    db = await Database.open(url)
    try:
        world = await World.make(db, guild)
        before = await rows.everything(db, guild)
        with pytest.raises(LookupError, match="without anybody who follows Rang"):
            await db.write(ring, Ring(guild, "a", (1,)), NOW)
        assert await rows.everything(db, guild) == before
        await world.player(1)  # in which nothing happens that others do something about
    finally:
        await db.close()
