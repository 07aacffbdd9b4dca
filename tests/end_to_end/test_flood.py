"""One member's flood delays nobody else: no press by half a second, no post beyond ten seconds (RULES B8, E2).

Discord's rate limits last as long here as they do there: five messages of a channel in five seconds.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import pytest

from bot.playground.driver import Person, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import quick

MOST_DELAY, MOST_WAIT = 0.5, 10.0
AT_ONCE = 6
"""Presses that the flood has under way all the time."""

ANNOUNCED_EVERY = 6.0
MOST_ANNOUNCED = 18
"""Somebody else may make thirty offers a day, and have twenty open."""


async def member(play: Playground, name: str) -> Person:
    await play.world("add_person", name=name, age_days=900, member=True)
    return play.person(name)


def acts_of(eve: Person) -> list[Callable[[int], Awaitable[object]]]:
    """What can be done again and again, within the limits and beyond."""
    return [
        lambda n: eve.run("/bet offer", claim=1, side="YES", stake=f"0.{n % 90 + 10}", odds="2:1"),
        lambda n: eve.run("/ledger export", what="claims"),
        lambda n: eve.run("/ledger export", what="mine"),
        lambda n: eve.run("/forecast give", claim=1, chance=str(n % 90 + 5)),
        lambda n: eve.run("/claim show", claim=1),
        lambda n: eve.run("/wallet show"),
        lambda n: draft(eve, n),
    ]


async def draft(eve: Person, n: int) -> None:
    form = await eve.run("/bet quick")
    await eve.submit(form, {"what": f"Flood {n}", "when": "2029-12-31", "side": "NO 3:1", "stake": "0.03"})


async def flood(eve: Person, over: asyncio.Event, pressed: list[int]) -> None:
    acts, numbers = acts_of(eve), iter(range(1_000_000_000))

    async def one_after_another() -> None:
        while not over.is_set():
            n = next(numbers)
            await acts[n % len(acts)](n)
            pressed.append(n)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


async def took(press: Awaitable[object]) -> float:
    began = time.perf_counter()
    await press
    return time.perf_counter() - began


async def announced(ada: Person, bo: Person, number: int) -> float:
    """Make an offer, and return how long Discord had to wait for its post."""
    stake = f"1.{number + 11}"
    await ada.run("/bet offer", claim=1, side="NO", stake=stake, odds="2:1")
    began = time.perf_counter()
    while not any(stake in one.text for one in await bo.read("announcements")):
        assert time.perf_counter() - began < 6 * MOST_WAIT, f"the offer of {stake} isn't there"
        await asyncio.sleep(0.1)
    return time.perf_counter() - began


@pytest.mark.proof
@pytest.mark.apart
async def test_one_member_s_flood_delays_nobody_else(play: Playground, size: int):
    await set_up(play)
    await quick(play)
    eve = await member(play, "Eve")
    await eve.run("/wallet show")
    await play.settings(rate_limit_pace=1.0)
    usual = statistics.median([await took(play.bo.run("/wallet show")) for _ in range(10)])
    over, pressed, delays = asyncio.Event(), list[int](), list[float]()
    flooding = asyncio.create_task(flood(eve, over, pressed))
    began, waits = time.perf_counter(), list[asyncio.Task[float]]()
    try:
        while (since := time.perf_counter() - began) < size:
            if len(waits) < MOST_ANNOUNCED and since >= len(waits) * max(
                ANNOUNCED_EVERY, size / MOST_ANNOUNCED
            ):
                waits.append(asyncio.create_task(announced(play.ada, play.bo, len(waits))))
            delays.append(await took(play.bo.run("/wallet show")) - usual)
            await asyncio.sleep(0.1)
        waited = await asyncio.gather(*waits)
    finally:
        over.set()
        await flooding
    await play.settings(rate_limit_pace=0.05)
    delays.sort()
    print(
        f"{len(pressed)} presses of the flood; {len(delays)} others, usually {usual:.3f} s, later by"
        f" {statistics.median(delays):.3f} (median), {delays[int(len(delays) * 0.95)]:.3f} (of twenty the last),"
        f" {delays[-1]:.3f} (most); posts after {max(waited):.1f} s at most"
    )
    assert delays[int(len(delays) * 0.95)] <= MOST_DELAY
    assert max(waited) <= MOST_WAIT
