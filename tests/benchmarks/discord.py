"""What Crux costs on top of discord.py: `python -m tests.benchmarks.discord [--quick]`, one JSON line a figure.

CPU time of the bot's process per interaction, against a bare discord.py bot that answers with cards of the same
shape in as many requests (`bare_bot`), both in the playground with its validation and rate limits off, in turns.
The rates and the times to the first answer include the playground's own work, on the same machine.
"""

import asyncio
import ctypes
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil

from bot.playground.driver import Answer, Person, Playground
from tests import databases
from tests.benchmarks import apart
from tests.benchmarks.harness import alternate_async, median, percentile, quick, report

A = TypeVar("A")

ROUNDS = 5
PEOPLE = 8 if quick() else 64


_LIBC = ctypes.CDLL(None, use_errno=True)


def cpu_seconds(pid: int) -> float:
    """Seconds of processor that a process has used, by its own clock: `/proc` counts in hundredths."""
    clock = ctypes.c_int()
    if error := _LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(error, os.strerror(error))
    return time.clock_gettime(clock.value)


@dataclass
class Bench:
    """A running bot, and people to press its buttons."""

    name: str
    play: Playground
    process: psutil.Process
    people: list[Person]
    apart: Path | None = None
    """Where the bot notes what isn't to be counted, if it does (`tests.benchmarks.apart`)."""
    first_answers: dict[str, list[float]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)
    asides: dict[str, list[float]] = field(default_factory=dict)

    async def cpu_ms(
        self, what: str, acts: Sequence[Callable[[], Awaitable[Answer]]], *, in_flight: int
    ) -> float:
        """Milliseconds of the bot's CPU per act, with so many at once."""
        waiting, seconds = iter(acts), self.first_answers.setdefault(f"{what}:{in_flight}", [])

        async def one_after_another() -> None:
            for act in waiting:
                began = time.perf_counter()
                answer = await act()
                seconds.append(time.perf_counter() - began)
                assert answer.kind in ("message", "updated"), answer.json

        before, aside, began = self._cpu(), self._apart(), time.perf_counter()
        await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
        took = time.perf_counter() - began
        self.rates.setdefault(f"{what}:{in_flight}", []).append(len(acts) / took)
        aside = self._apart() - aside
        self.asides.setdefault(f"{what}:{in_flight}", []).append(aside * 1000 / len(acts))
        return (self._cpu() - before - aside) * 1000 / len(acts)

    def _cpu(self) -> float:
        return cpu_seconds(self.process.pid)

    def _apart(self) -> float:
        return 0.0 if self.apart is None else apart.seconds(self.apart)

    async def asked(self, ask: Callable[[int], Awaitable[A]], count: int) -> list[A]:
        """What so many people are asked, some at a time."""
        found: list[A] = []
        for start in range(0, count, 16):
            found += await asyncio.gather(*(ask(number) for number in range(start, min(start + 16, count))))
        return found

    async def show(self, count: int, in_flight: int) -> float:
        people = [self.people[number % PEOPLE].first for number in range(count)]
        acts = [lambda person=person: person.run("/wallet show") for person in people]
        return await self.cpu_ms("show", acts, in_flight=in_flight)

    async def give(self, count: int, in_flight: int) -> float:
        """Only the confirming presses are measured; they are asked for beforehand."""
        asked = await self.asked(self._ask, count)
        acts = [lambda who=who, card=card: who.click(card, "Give 0.01 points") for who, card in asked]
        return await self.cpu_ms("give", acts, in_flight=in_flight)

    async def _ask(self, number: int) -> tuple[Person, Answer]:
        giver, taker = self.people[number % PEOPLE].first, self.people[(number + 1) % PEOPLE]
        return giver, await giver.run("/wallet give", to=taker, amount="0.01")


@asynccontextmanager
async def running(
    name: str, command: list[str], *, guilds: int = 0, apart: Path | None = None
) -> AsyncGenerator[Bench]:
    async with Playground(bot=command, checked=False, guilds=guilds) as play:
        # On a busy machine an answer may take longer than Discord waits for it: its cost is measured all the same.
        await play.settings(rate_limits=False, answer_seconds=60, sweep_seconds=120)
        await play.connected(60)
        people = [play.person(f"Person {number}") for number in range(PEOPLE)]
        for person in people:
            await play.world("add_person", name=person.name, age_days=900, member=True)
            await person.run("/wallet show")
        process = psutil.Process((await play.bot())["pid"])
        yield Bench(name, play, process, people, apart)


def crux(folder: str) -> list[str]:
    book = databases.sqlite(Path(folder) / "crux.db")
    return [sys.executable, "-m", "bot", "run", "--discord-url", "{url}", "--database", book]


BARE = [sys.executable, "-m", "tests.benchmarks.bare_bot", "{url}"]


async def ratios(rounds: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running("crux", crux(folder)) as ours, running("bare", BARE) as bare:
            for what, goal in (("show", 1.6), ("give", 2.5)):
                for in_flight in (64, 8, 1):
                    size = count if in_flight > 1 else count // 4
                    taken = await alternate_async(
                        rounds,
                        lambda what=what, n=in_flight, size=size: getattr(ours, what)(size, n),
                        lambda what=what, n=in_flight, size=size: getattr(bare, what)(size, n),
                    )
                    _tell(what, in_flight, goal, taken, ours, bare)


def _tell(what: str, in_flight: int, goal: float, taken: list[list[float]], ours: Bench, bare: Bench) -> None:
    key = f"{what}:{in_flight}"
    report(
        f"discord.{what}.cpu.{in_flight}_in_flight",
        median(taken[0]) / median(taken[1]),
        goal=goal,
        better="lower",
        cpu_ms=round(median(taken[0]), 3),
        bare_cpu_ms=round(median(taken[1]), 3),
        a_second=round(median(ours.rates[key])),
        bare_a_second=round(median(bare.rates[key])),
        p99_ms=round(percentile(ours.first_answers[key], 0.99) * 1000, 1),
        bare_p99_ms=round(percentile(bare.first_answers[key], 0.99) * 1000, 1),
    )


async def start_seconds() -> tuple[float, float]:
    """From the process's start to its first command answered, and the processor time that took."""
    with tempfile.TemporaryDirectory() as folder:
        command = crux(folder)
        async with Playground(bot=None, checked=False) as play:
            assert play.running is not None
            play.running.child.command = [word.replace("{url}", play.url) for word in command]
            began = time.perf_counter()
            await play.start_bot()
            answer = await play.ada.run("/wallet show")
            assert answer.kind == "message"
            took = time.perf_counter() - began
            return took, cpu_seconds((await play.bot())["pid"])


async def memory_mb(guilds: int) -> float:
    """Resident memory with so many servers of 20 channels and 10 roles, after some commands."""
    with tempfile.TemporaryDirectory() as folder:
        async with running("crux", crux(folder), guilds=guilds) as ours:
            await ours.show(200, 8)
            return ours.process.memory_info().rss / 1e6


async def main() -> None:
    small = quick()
    os.environ.pop("CRUX_DISCORD_TOKEN", None)
    await ratios(1 if small else ROUNDS, 16 if small else 384)
    seconds = [await start_seconds() for _ in range(1 if small else ROUNDS)]
    report(
        "discord.start_seconds",
        median([took for took, _ in seconds]) / 3.0,
        goal=1.0,
        better="lower",
        seconds=round(median([took for took, _ in seconds]), 2),
        cpu_seconds=round(median([cpu for _, cpu in seconds]), 2),
    )
    megabytes = await memory_mb(20 if small else 1000)
    report("discord.memory_mb", megabytes / 150, goal=1.0, better="lower", megabytes=round(megabytes))


if __name__ == "__main__":
    asyncio.run(main())
