"""Fixtures that every room's tests share: real databases, and a small world to move points in."""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ledger.storage import database
from ledger.storage.database import Database
from tests import databases
from tests.world import World

_guilds = itertools.count(1001)

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4_000_000_000
"""Enough for all that a run writes, many times over."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="run the proofs at their full size (hours)")
    parser.addoption("--seed", type=int, help="replay one seed of the simulation")


def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders lie in memory where there is room: else each commit of a small book waits for the disk, and
    no test here loses power.

    What is tried at random is the same in every run, so that a failure is the change's own; a campaign tries others.
    No example is timed: a machine that others share says nothing by it.
    """
    settings.register_profile("crux", deadline=None, derandomize=not config.getoption("--campaign"))
    settings.load_profile("crux")
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest) -> bool:
    """True where the proofs are to run at their full size."""
    return bool(request.config.getoption("--campaign"))


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Half a second for a read is a promise to people, and `ledger/test_reads.py` holds Crux to it. On a busy machine
    a good read may take longer, and says nothing there of what else is tested; ten times as long on a test's small
    book is a fault wherever it shows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "READ_LIMIT_MS", 5_000)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[databases.Server]:
    """One PostgreSQL server a session, started when the first test asks for it."""
    with databases.server() as server:
        server.spare_the_disk()
        yield server


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated SQLite book that a whole session shares; each test takes a guild of its own."""
    return databases.sqlite(tmp_path_factory.mktemp("book") / "crux.db")


@pytest.fixture(scope="session")
def postgresql_url(postgresql: databases.Server) -> str:
    """A migrated PostgreSQL database, one a worker, that a session shares."""
    return postgresql.database(f"crux_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database: each test that asks for it runs on both."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """An open database, on both."""
    async with databases.opened(url) as database:
        yield database


@pytest.fixture
def guild() -> int:
    """A guild that no other test uses."""
    return next(_guilds)


@pytest.fixture
async def world(db: Database, guild: int) -> World:
    """A book with nobody in it, and short ways to act in it."""
    return await World.make(db, guild)


@pytest.fixture
def own_sqlite(tmp_path: Path) -> str:
    """A migrated SQLite book that belongs to one test, to be damaged or locked at will."""
    return databases.sqlite(tmp_path / "crux.db")
