"""One balance spent by many at once: exactly what is affordable is accepted."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from ledger import accounts
from ledger.accounts import Player, house
from ledger.errors import InsufficientFunds
from ledger.storage.database import Database
from tests import databases
from tests.ledger import rows
from tests.world import NOW, Post, World, post

pytestmark = pytest.mark.proof

COST = 3


async def spend(db: Database, ada: Player, attempts: Iterator[int]) -> Counter[str]:
    """Spend until all attempts were made by somebody."""
    told = Counter[str]()
    moved = {ada.wallet.number: -COST, house(ada.guild).number: COST}
    for attempt in attempts:
        try:
            await db.write(post, Post(ada.guild, f"attempt:{attempt}", moved), NOW)
            told["accepted"] += 1
        except InsufficientFunds as short:
            told["refused" if short.balance < short.needed else "refused for nothing"] += 1
    return told


async def spend_from(
    databases: list[Database], world: World, *, attempts: int, callers: int, share: int = 3
) -> None:
    """Many callers, spread over some databases, spend a balance that is enough for one attempt in `share`."""
    await is_spent(world, await spend_all(databases, world, attempts=attempts, callers=callers, share=share))


async def spend_all(
    databases: list[Database], world: World, *, attempts: int, callers: int, share: int
) -> tuple[Player, int]:
    """Whose balance was spent, and how many times it was enough."""
    affordable = attempts // share
    ada = await world.player(1, balance=COST * affordable + COST - 1)
    left = iter(range(attempts))

    told = sum(
        await asyncio.gather(*(spend(databases[n % len(databases)], ada, left) for n in range(callers))),
        Counter[str](),
    )

    assert told == {"accepted": affordable, "refused": attempts - affordable}
    return ada, affordable


async def is_spent(world: World, spent: tuple[Player, int]) -> None:
    ada, affordable = spent
    assert await world.balance(ada.wallet) == COST - 1
    assert await world.balance(house(world.guild)) == COST * affordable
    assert (await world.head()).transfers == 1 + affordable
    await rows.is_right(world.db, world.guild)


async def test_one_balance_spent_by_200_callers_is_spent_once(sqlite_url: str, guild: int, size: int):
    async with databases.opened(sqlite_url) as db:
        world = await World.make(db, guild)
        await spend_from([db], world, attempts=size, callers=200)


async def test_one_balance_spent_by_four_programs_on_one_file_is_spent_once(
    own_sqlite: str, guild: int, size: int
):
    async with AsyncExitStack() as stack:
        programs = [await stack.enter_async_context(databases.opened(own_sqlite)) for _ in range(4)]
        world = await World.make(programs[0], guild)
        await spend_from(programs, world, attempts=size, callers=32)


async def test_one_balance_spent_over_64_connections_is_spent_once(
    postgresql_url: str, guild: int, size: int
):
    """64 programs, each with a connection of its own, stand before one row: no queue of ours orders them."""
    async with AsyncExitStack() as stack:
        programs = [await stack.enter_async_context(databases.opened(postgresql_url)) for _ in range(64)]
        world = await World.make(programs[0], guild)
        await spend_from(programs, world, attempts=size, callers=64, share=10)


async def test_guilds_that_spend_at_once_do_not_touch_each_other(postgresql_url: str, guild: int):
    async with AsyncExitStack() as stack:
        programs = [await stack.enter_async_context(databases.opened(postgresql_url)) for _ in range(4)]
        worlds = [await World.make(programs[n % 4], guild + 30_000 + n) for n in range(16)]
        spending = (spend_all(programs, world, attempts=60, callers=8, share=3) for world in worlds)
        # Looked at when all have done: in the middle of it a read may take longer than reads may.
        for world, spent in zip(worlds, await asyncio.gather(*spending), strict=True):
            await is_spent(world, spent)


async def test_transfers_crosswise_between_wallets_neither_stop_nor_make_points(
    postgresql_url: str, guild: int
):
    """Each moves points from one of eight wallets to another, in the order that a deadlock would like best."""
    async with AsyncExitStack() as stack:
        programs = [await stack.enter_async_context(databases.opened(postgresql_url)) for _ in range(16)]
        world = await World.make(programs[0], guild)
        people = [await world.player(person, balance=100) for person in range(1, 9)]
        ways = [*itertools.permutations(people, 2)] * 10

        async def move(place: int) -> str:
            one, other = ways[place]
            moved = {one.wallet.number: -1 - place % 50, other.wallet.number: 1 + place % 50}
            try:
                await programs[place % 16].write(post, Post(guild, f"way:{place}", moved), NOW)
            except InsufficientFunds:
                return "refused"
            return "accepted"

        told = Counter(await asyncio.gather(*(move(place) for place in range(len(ways)))))

        assert told["accepted"] > 100
        held = [await world.balance(person.wallet) for person in people]
        assert sum(held) == 800
        assert min(held) >= 0
        assert (await world.head()).transfers == 8 + told["accepted"]
        assert (await world.db.read(accounts.state, accounts.mint(guild))).balance == -800
        await rows.is_right(world.db, guild)
