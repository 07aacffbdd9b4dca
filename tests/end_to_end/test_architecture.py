"""The map is true: `docs/architecture.md` is followed through the running bot, in the playground.

Each of its four journeys is taken, and every file that it enters is noted. The test fails where a named file isn't
entered, where files are entered in another order, and where a file that decides something isn't named.
"""

import contextlib
import importlib
import re
from collections.abc import AsyncGenerator, Iterator

import pytest

from markets.core import jobs
from tests import test_imports
from tests.benchmarks import stations
from tests.benchmarks.stations import Bench
from tests.end_to_end import inside
from tests.end_to_end.conftest import ANSWER_SECONDS, BEGINS, PACE
from tests.end_to_end.test_bets import QUICK

PAGE = (stations.TOP / "docs/architecture.md").read_text()
FILE = r"`([\w/]+\.py)`"

JOURNEYS = ("Lock", "Buy", "A due check", "An announcement")

DECIDES = ("bot/commands/", "markets/", "ledger/transfers.py")
"""A journey passes none of these unnamed."""


def section(title: str) -> str:
    """What stands below a heading, up to the next one."""
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no section {title}"
    return found[1]


def steps(journey: str) -> list[str]:
    """The files that a journey names, in its order."""
    return re.findall(rf"^\d+\. {FILE}: ", section(journey), re.MULTILINE)


def also_used() -> set[str]:
    return set(re.findall(FILE, section("Also used")))


@contextlib.asynccontextmanager
async def bench(book: str) -> AsyncGenerator[Bench]:
    """The bot in this process, with a hook on every call, and without its scheduler."""
    async with (
        inside.nothing_left(),
        inside.only_client(book),
        stations.running(book, BEGINS) as found,
    ):
        await found.play.settings(rate_limit_pace=PACE, answer_seconds=ANSWER_SECONDS)
        yield found


async def dates(bench: Bench) -> None:
    """Bet on a claim of three days, and let its time pass: the day before it is announced, then it is checked."""
    play, scheduler = bench.play, bench.scheduler
    form = await play.ada.run("/bet quick")
    await play.ada.submit(form, QUICK | {"when": "in 3 days"})
    asked = await play.bo.run("/bet accept", offer=3)
    await play.bo.click(asked, asked.message.buttons[0])
    await scheduler.arrive()
    await scheduler.announcer.run(eager=True)

    assert "claim.day" in await _next(bench)
    await scheduler.worker.run()
    await bench.until("An announcement", scheduler.announcer.run)
    assert "claim.check" in await _next(bench)
    await bench.until("A due check", scheduler.worker.run)


async def _next(bench: Bench) -> set[str]:
    """Move the clock to what is due next; the kinds that are due then."""
    crux = bench.scheduler.crux
    coming = await crux.db.read(jobs.coming_everywhere)
    _, _, first_us = coming[0]
    crux.clock.set(first_us, frozen=True)
    return {kind for kind, _, at_us in coming if at_us == first_us}


async def test_the_four_journeys_pass_the_files_that_the_page_names(book: str):
    async with bench(book) as found:
        await stations.presses(found)
        await dates(found)
    unnamed: set[str] = set()

    for journey in JOURNEYS:
        entered, named = found.entered[journey], steps(journey)
        assert named, f"{journey} names no files"
        assert [one for one in named if one not in entered] == [], f"{journey} doesn't enter these"
        assert named == sorted(named, key=entered.index), f"{journey} enters its files in another order"
        left = {one for one in entered if one.startswith(DECIDES)} - set(named)
        assert sorted(left - also_used()) == [], (
            f"{journey} enters these; name them, or list them as also used"
        )
        unnamed |= left

    assert sorted(also_used() - unnamed) == [], "no journey needs these to be listed as also used"


def test_every_file_and_folder_that_the_page_names_is_there():
    named = re.findall(r"`([\w/]+(?:\.py|/))`", PAGE)

    assert named
    assert [one for one in named if not (stations.TOP / one).exists()] == []


def test_every_leaf_that_is_not_counted_is_there():
    assert [one for one in stations.LEAVES if not (stations.TOP / one).exists()] == []


def test_every_table_stands_where_the_page_says():
    rows = re.findall(rf"^\|.*\| `([A-Z]+)` \| {FILE} \|$", section("Tables"), re.MULTILINE)

    assert len(rows) == 8
    for name, file in rows:
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        assert hasattr(module, name), f"{file} has no {name}"


@pytest.mark.parametrize("room", test_imports.FOLDERS)
def test_the_picture_is_the_order_of_imports(room: str):
    drawn = re.search(rf"^{room}/ .*\n((?:  \S.*\n)+)", section("Rooms and folders"), re.MULTILINE)
    assert drawn

    assert re.findall(r"^  (.+?)  ", drawn[1], re.MULTILINE) == list(expected(room))


def expected(room: str) -> Iterator[str]:
    """The left side of each line of a room's picture. A folder that is still to come has none."""
    for places in test_imports.FOLDERS[room]:
        first, last = places[0], places[-1]
        if first != last:
            yield f"{first}.py … {last}.py"
        elif first == "*" or (stations.TOP / room / f"{first}.py").exists():
            yield f"{first}.py"
        elif (stations.TOP / room / first).exists():
            yield f"{first}/"
