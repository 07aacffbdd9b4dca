"""A month of a server, with people at odds and a Discord that fails: what is owed is done, once, in order.

`pytest tests/end_to_end/test_simulation.py --seed 17` replays one seed; `--size campaign` runs a thousand.
"""

import inspect
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests import databases, lanes, operations
from tests.end_to_end import rarer_traffic, traffic
from tests.end_to_end.simulation import DAYS, START, STEPS_MINUTES, Simulation, simulated

ON_POSTGRESQL = (3, 8)
"""Seeds that are played on both databases."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" not in metafunc.fixturenames:
        return
    seeds = lanes.Run.of(metafunc.config).seeds(metafunc.function.__name__)
    both = [(seed, "postgresql") for seed in seeds if seed in ON_POSTGRESQL]
    metafunc.parametrize(("seed", "where"), [*((seed, "sqlite") for seed in seeds), *both])


@pytest.fixture
def book(request: pytest.FixtureRequest, where: str, tmp_path: Path) -> Iterator[str]:
    """A database of its own; SQLite's in memory where there is such a folder."""
    if where == "postgresql":
        yield request.getfixturevalue("postgresql").database()
        return
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="crux-", dir=memory)) if os.access(memory, os.W_OK) else tmp_path
    yield databases.sqlite(folder / "crux.db")
    shutil.rmtree(folder, ignore_errors=True)


async def live(sim: Simulation) -> None:
    """Thirty days: somebody does something, time passes, the bot does what is owed."""
    while sim.now < START + timedelta(days=DAYS):
        for _ in range(sim.chance.randint(0, 3)):
            await traffic.anything(sim)
        await sim.go_on(minutes=sim.chance.choice(STEPS_MINUTES))


def test_each_operation_that_people_can_reach_happens_in_a_month():
    said = "".join(inspect.getsource(one) for one in (traffic, rarer_traffic))
    called = {name: ".".join(name.split(".")[-2:]) for name in operations.people_s()}

    assert [name for name, call in called.items() if call not in said] == []


@pytest.mark.proof
async def test_when_the_troubles_stop_everything_owed_is_done_within_one_sweep(seed: int, book: str):
    async with simulated(seed, book) as sim:
        await live(sim)
        await sim.end()
        print(sorted(sim.done.items()), sorted(sim.storm.met.items()))
        assert sim.done["post"] > 20
        assert sum(sim.storm.met.values()) > 3
