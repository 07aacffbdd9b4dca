"""Fixtures that every room's tests share: real databases, and a small world to move points in."""

import gc
import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import settings

from ledger.storage import database
from ledger.storage.database import Database
from tests import databases, lanes
from tests.world import World

gc.disable()  # until all is collected: `pytest_collection`

_guilds = itertools.count(1001)

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4_000_000_000
"""Enough for all that a run writes, many times over."""


def pytest_addoption(parser: pytest.Parser) -> None:
    sizes = ("ci", "proofs", "campaign")
    parser.addoption(
        "--size", choices=sizes, default="proofs", help="how much each proof does: tests/lanes.py"
    )
    parser.addoption("--campaign", action="store_true", help="the same as --size campaign (hours)")
    parser.addoption("--part", default="1/1", help="one of the slices of a campaign, such as 3/20")
    parser.addoption("--collected-to", help="write into this file which tests there are: tests/test_lanes.py")
    parser.addoption("--seed", type=int, help="replay one seed of a proof")
    parser.addoption(
        "--twins",
        choices=["few", "all", "rest"],
        default="few",
        help="the PostgreSQL half of tests marked `core`: left out, run too, or run without SQLite's half",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders lie in memory where there is room: else each commit of a small book waits for the disk, and
    no test here loses power.

    What is tried at random is the same in every run, so that a failure is the change's own; each part of a campaign
    tries others. No example is timed: a machine that others share says nothing by it.
    """
    settings.register_profile("crux", deadline=None, derandomize=True)
    settings.load_profile("crux")
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where proofs alone are asked for, leave the files without one unread, in each process of a run."""
    if config.getoption("markexpr") != "proof" or not collection_path.match("test_*.py"):
        return None
    return not lanes.may_hold_a_proof(collection_path) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note what was collected. Then, of each pair of tests of which SQLite's says as much as PostgreSQL's, leave out
    the one that isn't asked for."""
    config.stash[lanes.COLLECTED] = [lanes.Test.of(item) for item in items]
    if into := config.getoption("--collected-to"):
        Path(into).write_text(json.dumps([asdict(one) for one in config.stash[lanes.COLLECTED]]))
    asked = config.getoption("--twins")
    left = [item for item in items if asked != "all" and lanes.is_core(item, twin=asked == "few")]
    if left:
        config.hook.pytest_deselected(items=left)
        gone = {id(item) for item in left}
        items[:] = [item for item in items if id(item) not in gone]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays: to look for garbage among it took a third of the time."""
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """The thousands of tests that were collected stay until the end: nothing is found by looking at them again, and
    little by looking after every 700 objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def lane(request: pytest.FixtureRequest) -> lanes.Run:
    """What the command line asks of the proofs."""
    return lanes.Run.of(request.config)


@pytest.fixture
def size(request: pytest.FixtureRequest, lane: lanes.Run) -> int:
    """How much this proof does in this lane."""
    return lane.size(lanes.named(request.node))


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


@pytest.fixture(scope="session")
async def kept_open() -> AsyncIterator[Callable[[str], Awaitable[Database]]]:
    """Opens a database for the whole session: its connections and the statements that they know serve every test."""
    found: dict[str, Database] = {}
    async with AsyncExitStack() as stack:

        async def opened(url: str) -> Database:
            if url not in found:
                found[url] = await stack.enter_async_context(databases.opened(url))
            return found[url]

        yield opened


@pytest.fixture
async def db(url: str, kept_open: Callable[[str], Awaitable[Database]]) -> AsyncIterator[Database]:
    """An open database, on both, which the session shares; a test that closes or breaks it opens one of its own."""
    database = await kept_open(url)
    yield database
    database.hooks.before_commit = database.hooks.after_commit = None
    assert not database._closing, "it is every test's: whatever closes a database opens one of its own"


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
