"""What keeps tests that share a process apart is itself tested."""

import asyncio

import pytest

from bot.playground.driver import Playground
from tests.end_to_end import inside


async def test_a_task_that_outlives_its_test_fails_it():
    for_ever = asyncio.Event()
    left: list[asyncio.Task[bool]] = []
    with pytest.raises(AssertionError, match=r"still running: .*wait"):
        async with inside.nothing_left(seconds=0.01):
            left.append(asyncio.create_task(for_ever.wait()))
    left[0].cancel()

    async with inside.nothing_left():
        ending = asyncio.create_task(asyncio.sleep(0))
    assert ending.done(), "what is about to end has time for it"


async def test_a_second_client_in_one_process_is_refused(play: Playground, book: str):
    with pytest.raises(AssertionError, match=r"base address is global, and http://127\.0\.0\.1:"):
        async with inside.serving(play, book):
            pass
