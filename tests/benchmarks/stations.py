"""Through how many files a press goes: `python -m tests.benchmarks.stations`, one JSON line for each.

The bot runs in this process, in the playground, without its scheduler, so that nothing happens beside the press. From
the moment that discord.py hands the interaction over until the answer's view is made (or until what is due is done),
every call of a function of ours is counted, in every thread:

    files        those entered, without the leaves below
    hops         from file to file, by a call or back from one
    rooms        the same from room to room (bot, markets, ledger)
    statements   executed on the database, without what begins and ends transactions
    twice        rows that the reads of one press, or its write, loaded more than once
    again        the same over both: what is written is held against the rows as they are then
"""

import asyncio
import contextlib
import dis
import itertools
import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event as happens

from bot import app
from bot.background.scheduler import Scheduler
from bot.background.worker import Round
from bot.client import Client
from bot.playground.driver import Answer, Playground
from ledger.types import to_us
from markets.core import jobs
from tests import databases
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK

TOP = Path(__file__).parents[2]
ROOMS = ("bot", "markets", "ledger")

LEAVES = (
    *(
        "ledger/types.py",
        "ledger/compiled.py",
        "ledger/errors.py",
        "ledger/storage/error_translation.py",
        "ledger/schema.py",
        "ledger/money.py",
    ),
    *("markets/core/errors.py", "markets/core/tables/"),
    *("bot/errors.py", "bot/refusals.py", "bot/text.py", "bot/unseen.py"),
)
"""Values, errors and compiled statements, by file or folder: nobody has to open them to follow a press."""

GOALS = {"Lock": {"files": 28, "hops": 90}}

BEGINS = "on_interaction", "_from_interaction"
ENDS = "view"

_RESUME, _YIELD = dis.opmap["RESUME"], dis.opmap["YIELD_VALUE"]


class Stations:
    """Hears of every call while it counts."""

    def __init__(self) -> None:
        self.counts = False
        self.waits = False
        self.to_the_end = False
        self._ours: dict[CodeType, str] = {}
        threading.setprofile(self._hear)
        happens.listen(sa.Engine, "before_cursor_execute", self._executes)
        self.begin()

    @contextlib.contextmanager
    def counting(self, *, press: bool) -> Iterator[None]:
        """Count afresh: of a press, from its arrival until its answer's view is made; else all that is called.

        This thread is heard only meanwhile, for being heard slows the playground down.
        """
        self.begin()
        self.waits, self.counts, self.to_the_end = press, not press, not press
        sys.setprofile(self._hear)
        try:
            yield
        finally:
            sys.setprofile(None)
            self.waits = self.counts = False

    def begin(self) -> None:
        """Forget what was counted."""
        self.files: dict[str, int] = {}
        self.way: list[str] = []
        self.statements = 0
        self.loads: Counter[tuple[bool, str]] = Counter()

    def close(self) -> None:
        """Hear no more."""
        threading.setprofile(None)  # pyright: ignore[reportArgumentType]
        happens.remove(sa.Engine, "before_cursor_execute", self._executes)

    def figures(self) -> dict[str, Any]:
        """What was counted, as it is printed."""
        over_all: Counter[str] = Counter()
        for (_, row), times in self.loads.items():
            over_all[row] += times
        return {
            "files": len(self.files),
            "hops": _changes(self.way),
            "rooms": _changes([one.partition("/")[0] for one in self.way]),
            "statements": self.statements,
            "twice": sorted({row for (_, row), times in self.loads.items() if times > 1}),
            "again": sorted(row for row, times in over_all.items() if times > 1),
        }

    def _hear(self, frame: FrameType, event: str, arg: object) -> None:
        if event == "call":
            if self.counts or self.waits:
                self._called(frame)
        elif event == "return" and self.counts:
            self._returned(frame)
        elif event == "c_call" and self.counts and frame.f_code.co_filename.endswith("ledger/compiled.py"):
            self.statements += getattr(arg, "__name__", "") in ("execute", "executemany")

    def _executes(self, *_: object) -> None:
        self.statements += self.counts

    def _called(self, frame: FrameType) -> None:
        code = frame.f_code
        if self.waits and code.co_name in BEGINS:
            self.waits, self.counts = False, True
        if not self.counts or not _starts(frame):
            return
        place = self._ours.get(code)
        if place is None:
            place = self._ours[code] = _place(code)
        if not place:
            return
        self.files.setdefault(place, len(self.files))
        self.way.append(place)
        if code.co_name.startswith("load"):
            self._loads(frame, place)
        if code.co_name == ENDS and place == "bot/ui/components.py" and not self.to_the_end:
            self.counts = False

    def _returned(self, frame: FrameType) -> None:
        """Whoever of ours called goes on."""
        if self._ours.get(frame.f_code) and not _waits(frame):
            caller = frame.f_back
            while caller is not None and not self._ours.get(caller.f_code):
                caller = caller.f_back
            if caller is not None:
                self.way.append(self._ours[caller.f_code])

    def _loads(self, frame: FrameType, place: str) -> None:
        code = frame.f_code
        given = [frame.f_locals[name] for name in code.co_varnames[: code.co_argcount]]
        if given and isinstance(given[0], sa.Connection):
            row = f"{Path(place).stem}.{code.co_name}{tuple(given[1:])}"
            reads = threading.current_thread().name.startswith("crux-reader")
            self.loads[reads, row] += 1


def _starts(frame: FrameType) -> bool:
    """Whether a call begins to run: a coroutine that goes on after it waited doesn't. RESUME's argument says so."""
    code, at = frame.f_code.co_code, frame.f_lasti
    return at < 0 or code[at] != _RESUME or code[at + 1] == 0


def _waits(frame: FrameType) -> bool:
    """Whether a coroutine only waits: it comes back later."""
    return frame.f_code.co_code[frame.f_lasti] == _YIELD


def _place(code: CodeType) -> str:
    """The file that a function stands in, from the repository's top; nothing for a leaf and for what isn't ours."""
    path = Path(code.co_filename)
    if not path.is_relative_to(TOP):
        return ""
    place = str(path.relative_to(TOP))
    ours = place.partition("/")[0] in ROOMS and not place.startswith("bot/playground/")
    return place if ours and not place.startswith(LEAVES) else ""


def _changes(way: list[str]) -> int:
    return sum(one != other for one, other in itertools.pairwise(way))


class Bench:
    """A playground with a bot that does nothing but answer."""

    def __init__(self, play: Playground, crux: Client, stations: Stations) -> None:
        self.play, self.scheduler, self.stations = play, Scheduler(crux), stations
        self.entered: dict[str, list[str]] = {}

    async def press(self, name: str, act: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do it, and print what it took."""
        with self.stations.counting(press=True):
            answer = await act()
        assert answer.kind in ("message", "updated"), answer.json
        assert "That didn't work" not in answer.text, answer.text
        self._print(name)
        return answer

    async def until(self, name: str, work: Callable[[], Awaitable[Round]]) -> None:
        """Do what is owed, and print what that took."""
        with self.stations.counting(press=False):
            done = await work()
        assert done.done, "there was nothing to do"
        self._print(name)

    def _print(self, name: str) -> None:
        self.entered[name] = list(self.stations.files)
        line = {"name": name, **self.stations.figures(), "goal": GOALS.get(name)}
        print(json.dumps(line), flush=True)
        if "--files" in sys.argv:
            print("\n".join(self.stations.files), flush=True)
        if "--way" in sys.argv:
            print("\n".join(self.stations.way), flush=True)


@contextlib.asynccontextmanager
async def running(book: str, begins: datetime | None = None) -> AsyncGenerator[Bench]:
    """A bot in this process, connected; `begins` is the first moment of its world, or the machine's now."""
    stations = Stations()  # first, so that every thread is heard
    async with Playground(begins=begins) as play, app.built(book, discord_url=play.url) as crux:
        assert play.running is not None
        core = play.running.core
        serving = asyncio.create_task(crux.start(core.world.token))
        while not core.gateway.connected:
            changed = asyncio.create_task(core.gateway.changed.wait())
            await asyncio.wait((serving, changed), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
        if begins is not None:
            crux.clock.set(to_us(begins))
        bench = Bench(play, crux, stations)
        try:
            yield bench
        finally:
            stations.close()
            await crux.close()
            await serving


async def measure(bench: Bench) -> None:
    """The presses, and then what time makes necessary."""
    await presses(bench)
    await due(bench)


async def presses(bench: Bench) -> None:
    """Each once, after the same has been done before: nothing is counted that a first press alone does."""
    play = bench.play
    await set_up(play)
    for _ in range(2):
        form = await play.ada.run("/bet quick")
        await play.ada.submit(form, QUICK)
    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, asked.message.buttons[0])
    asked = await bench.press("/bet accept", lambda: play.bo.run("/bet accept", offer=2))
    await bench.press("Lock", lambda: play.bo.click(asked, asked.message.buttons[0]))

    form = await play.ada.run("/market open", claim=1)
    asked = await play.ada.submit(form, {"liquidity": "100", "opening": ""})
    await play.ada.click(asked, asked.message.buttons[0])
    for _ in range(2):
        asked = await play.bo.run("/market buy", claim=1, outcome="YES", points="3")
    await play.bo.click(asked, asked.message.buttons[0])
    buys = bench.press("/market buy", lambda: play.bo.run("/market buy", claim=1, outcome="YES", points="5"))
    asked = await buys
    await bench.press("Buy", lambda: play.bo.click(asked, asked.message.buttons[0]))


async def due(bench: Bench) -> None:
    """The next thing that time makes necessary, and then the messages that are owed for it."""
    scheduler, crux = bench.scheduler, bench.scheduler.crux
    await scheduler.arrive()
    await scheduler.announcer.run(eager=True)
    kind, _, at_us = (await crux.db.read(jobs.coming_everywhere))[0]
    crux.clock.set(at_us, frozen=True)
    await bench.until(f"due: {kind}", scheduler.worker.run)
    await bench.until("its messages", scheduler.announcer.run)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running(databases.sqlite(Path(folder) / "crux.db")) as bench:
            await measure(bench)


if __name__ == "__main__":
    asyncio.run(main())
