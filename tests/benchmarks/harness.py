"""Ratios measured in one run: alternating rounds, medians, one JSON object a line.

Machines are shared and noisy, so no figure is a time: each is one thing's rate over another's, taken in turns.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any


def report(name: str, ratio: float, *, goal: float, better: str, **more: Any) -> dict[str, Any]:
    """Print one figure and return it; `better` says whether higher or lower is."""
    assert better in ("higher", "lower")
    figure = {"name": name, "ratio": round(ratio, 3), "goal": goal, "better": better, **more}
    print(json.dumps(figure), flush=True)
    return figure


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def alternate(rounds: int, *works: Callable[[], float]) -> list[list[float]]:
    """Run each work in turn, `rounds` times; what each returned, by work."""
    taken: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        order = range(len(works)) if number % 2 == 0 else reversed(range(len(works)))
        for place in order:
            taken[place].append(works[place]())
    return taken


async def alternate_async(rounds: int, *works: Callable[[], Coroutine[Any, Any, float]]) -> list[list[float]]:
    """The same for coroutines."""
    taken: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        order = range(len(works)) if number % 2 == 0 else reversed(range(len(works)))
        for place in order:
            taken[place].append(await works[place]())
    return taken


median = statistics.median


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Stalls:
    """How long the event loop was kept from running, watched by a task that wakes every millisecond."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    async def __aenter__(self) -> "Stalls":
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            self.seen.append(max(time.perf_counter() - began - 0.001, 0.0))


def quick() -> bool:
    """True where the command line asks for a smoke run: small sizes, ratios that mean little."""
    return "--quick" in sys.argv
