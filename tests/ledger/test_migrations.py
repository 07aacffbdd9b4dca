"""From empty and from every version to this one: wholly, once, or not at all."""

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event

import migrations
from ledger.storage import schema_version
from ledger.storage.database import run_alone
from tests import databases
from tests.schemas import Objects, differences, objects

HEAD = schema_version.known()[-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it, on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'crux.db'}"
    server: databases.Server = request.getfixturevalue("postgresql")
    return server.empty()


def migrate(url: str, to: str | None = None) -> tuple[str | None, str]:
    return run_alone(url, lambda tx: schema_version.migrate(tx, url, to), write=True)


def add_a_book(tx: Connection) -> None:
    """A row that every version has."""
    book = sa.text("INSERT INTO books (guild_id, transfers, accounts, players, head) VALUES (7, 0, 2, 0, :h)")
    tx.execute(book, {"h": bytes(32)})


@pytest.fixture
def shared_by_default():
    """Everybody may read what is made without a word about it, as most systems have it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("shared_by_default")
@pytest.mark.parametrize("linked", [False, True], ids=["plain", "behind a link"])
def test_a_new_book_is_readable_by_its_owner_only(tmp_path: Path, linked: bool):
    book = tmp_path / "crux.db"
    if linked:
        book.symlink_to(tmp_path / "elsewhere.db")

    migrate(f"sqlite:///{book}")

    with sqlite3.connect(book) as reading:  # SQLite gives its log and index the file's own rights
        reading.execute("SELECT count(*) FROM books").fetchone()
        made = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    reading.close()
    assert len(made) >= 3
    assert set(made.values()) == {0o600}


@pytest.mark.usefixtures("shared_by_default")
def test_a_book_that_is_there_keeps_the_rights_that_its_owner_gave_it(tmp_path: Path):
    book = tmp_path / "crux.db"
    migrate(f"sqlite:///{book}", schema_version.known()[-2])
    book.chmod(0o640)

    migrate(f"sqlite:///{book}")

    assert book.stat().st_mode & 0o777 == 0o640


def test_versions_are_numbered_without_gaps():
    assert schema_version.known() == tuple(
        f"{number:04}" for number in range(1, len(schema_version.known()) + 1)
    )


def test_each_step_has_the_number_that_its_file_begins_with_and_follows_the_one_before():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    steps = reversed(list(ScriptDirectory.from_config(config).walk_revisions()))

    assert tuple(step.revision for step in steps) == schema_version.known()


@pytest.mark.parametrize("start", schema_version.known())
def test_each_version_leads_to_the_same_schema_and_keeps_what_is_there(
    empty: str, tmp_path_factory: pytest.TempPathFactory, postgresql: databases.Server, start: str
):
    assert migrate(empty, start) == (None, start)
    run_alone(empty, add_a_book, write=True)

    assert migrate(empty) == (start, HEAD)

    fresh = (
        databases.sqlite(tmp_path_factory.mktemp("fresh") / "crux.db")
        if empty.startswith("sqlite")
        else postgresql.database()
    )
    assert differences(run_alone(empty, objects), run_alone(fresh, objects)) == []
    assert run_alone(empty, lambda tx: tx.exec_driver_sql("SELECT guild_id FROM books").scalar()) == 7


def test_a_database_that_is_up_to_date_is_left_alone(empty: str):
    migrate(empty)
    before = run_alone(empty, objects)

    assert migrate(empty) == (HEAD, HEAD)

    assert run_alone(empty, objects) == before


def test_a_sqlite_book_keeps_its_journal_beside_it(own_sqlite: str):
    mode = run_alone(own_sqlite, lambda tx: tx.exec_driver_sql("PRAGMA journal_mode").scalar())

    assert mode == "wal"


class PowerCut(Exception):
    pass


def migrate_and_die(tx: Connection, statements: int, die: Callable[[], None]) -> None:
    """Migrate, and die before the statement after so many that change something."""
    left = statements

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal left
        if statement.split()[0] in ("CREATE", "ALTER", "INSERT", "UPDATE", "DROP"):
            left -= 1
            if left < 0:
                die()

    event.listen(tx.engine, "before_cursor_execute", count)
    schema_version.migrate(tx, "it")


def raise_it() -> None:
    raise PowerCut


def forks() -> ForkServerContext:
    """Makes processes that have imported all they need when they begin."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def kill_it() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def be_killed(url: str, statements: int) -> None:
    run_alone(url, lambda tx: migrate_and_die(tx, statements, kill_it), write=True)


def killed(url: str, statements: int) -> None:
    """In a process of its own, which is killed."""
    done = forks().Process(target=be_killed, args=(url, statements))
    done.start()
    done.join(60)
    assert done.exitcode == -signal.SIGKILL


def raised(url: str, statements: int) -> None:
    with pytest.raises(PowerCut):
        run_alone(url, lambda tx: migrate_and_die(tx, statements, raise_it), write=True)


def starts() -> Iterator[Any]:
    """From nothing, and from every version. What leads from an older one changes no more: `make test` leaves it
    out."""
    *older, newest = schema_version.known()[:-1]
    yield from (None, newest)
    yield from (pytest.param(version, marks=pytest.mark.proof) for version in older)


@pytest.mark.parametrize("dies", [killed, raised])
@pytest.mark.parametrize("start", [*starts()])
def test_a_migration_that_dies_in_the_middle_leaves_the_version_before(
    empty: str, start: str | None, dies: Callable[[str, int], None]
):
    if start:
        migrate(empty, start)
        run_alone(empty, add_a_book, write=True)
    before = run_alone(empty, state, write=True)
    assert before[0] == start

    for statements in (0, 1) if start else (0, 2, 12):
        dies(empty, statements)
        assert run_alone(empty, state, write=True) == before

    assert migrate(empty) == (start, HEAD)
    if start:
        assert run_alone(empty, lambda tx: tx.exec_driver_sql("SELECT guild_id FROM books").scalar()) == 7


def state(tx: Connection) -> tuple[str | None, Objects]:
    return schema_version.found(tx), objects(tx)


def migrate_with_others(url: str, all_there: Barrier, said: SimpleQueue[tuple[str | None, str]]) -> None:
    all_there.wait(60)
    said.put(run_alone(url, lambda tx: schema_version.migrate(tx, "it"), write=True))


def test_migrations_at_once_stand_in_line(empty: str):
    processes = forks()
    all_there, said = processes.Barrier(4), processes.SimpleQueue()
    running = [processes.Process(target=migrate_with_others, args=(empty, all_there, said)) for _ in range(4)]
    for process in running:  # they are let go together
        process.start()

    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0, 0, 0, 0]
    assert sorted(str(said.get()) for _ in running) == [str((HEAD, HEAD))] * 3 + [str((None, HEAD))]
    said.close()
