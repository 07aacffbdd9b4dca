"""A backup is one moment of a book that is being written to, whole, and never in anybody's way."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.accounts import mint
from ledger.audit import verify
from ledger.errors import AlreadyThere, DiskFull, NotADatabase, NotThere, OtherTool, Unreachable
from ledger.files import backup
from ledger.files.backup import Backup
from ledger.storage import schema_version
from ledger.storage.database import run_alone
from tests import databases
from tests.mounts import small_disk
from tests.world import World

WRITER = """
import asyncio, sys
from tests import databases
from tests.world import World

async def write(url):
    async with databases.opened(url) as db:
        world = await World.make(db, 1)
        ada, bo = await world.player(1, balance=10**9), await world.player(2)
        numbers = iter(range(10**9))
        async def caller():
            while True:
                posted = await world.post({ada.wallet: -1, bo.wallet: 1}, key=f"spend:{next(numbers)}")
                print(posted.number, posted.digest, flush=True)
        await asyncio.gather(*(caller() for _ in range(8)))

asyncio.run(write(sys.argv[1]))
"""


@contextmanager
def busy_writer(url: str) -> Generator[subprocess.Popen[str]]:
    """A process that posts as fast as it can and prints each transfer it was told of; it is killed in the end."""
    with subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def read(process: subprocess.Popen[str], lines: int) -> list[tuple[int, str]]:
    assert process.stdout
    read = [process.stdout.readline().split() for _ in range(lines)]
    return [(int(number), digest) for number, digest in read]


def the_report(made: Backup) -> verify.Report:
    assert made.reports is not None
    (report,) = made.reports
    return report


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "part" in path.name)


def test_a_backup_of_a_book_that_is_being_written_to_is_one_moment_of_it(own_sqlite: str, tmp_path: Path):
    with busy_writer(own_sqlite) as process:
        told = dict(read(process, 200))
        made: list[Backup] = []
        for number in range(5):
            made.append(backup.backup(own_sqlite, tmp_path / f"copy{number}.db"))
            while the_report(made[-1]).transfers not in told:  # what is read may lag behind what is written
                told |= dict(read(process, 100))  # the writer goes on
        os.kill(process.pid, signal.SIGKILL)

    for one in made:
        report = the_report(one)
        assert report.problems == ()
        assert told[report.transfers] == report.head  # exactly what its writer was told at that transfer
    assert [the_report(one).transfers for one in made] == sorted({the_report(one).transfers for one in made})
    assert leftovers(tmp_path) == []


def test_a_backup_holds_everything_that_was_acknowledged_before_it_began(own_sqlite: str, tmp_path: Path):
    with busy_writer(own_sqlite) as process:
        last = read(process, 300)[-1]
        made = backup.backup(own_sqlite, tmp_path / "copy.db")

    report = run_alone(f"sqlite:///{made.path}", lambda tx: verify.audit(tx, 1, head=last[1]))
    assert report.problems == ()


async def test_a_backup_is_one_file_that_can_be_put_in_the_books_place(own_sqlite: str, tmp_path: Path):
    async with databases.opened(own_sqlite) as db:
        world = await World.make(db, 1)
        ada = await world.player(1, balance=500)
    backup.backup(own_sqlite, tmp_path / "copy.db")
    assert files_of(tmp_path, "copy.db") == ["copy.db"]
    (tmp_path / "copy.db").rename(tmp_path / "crux.db")

    async with databases.opened(own_sqlite) as db:
        world.db = db
        await world.post({mint(1): -100, ada.wallet: 100})
        assert await world.balance(ada.wallet) == 600


def files_of(folder: Path, name: str) -> list[str]:
    """A file, and what stands beside it under the same name."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(name))


def test_nothing_is_overwritten(own_sqlite: str, tmp_path: Path):
    (tmp_path / "letter").write_text("dear Bo")
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")

    for name in ("letter", "gone", "crux.db"):
        with pytest.raises(AlreadyThere, match=f"already something at .*{name}"):
            backup.backup(own_sqlite, tmp_path / name)

    assert (tmp_path / "letter").read_text() == "dear Bo"


def test_a_place_that_is_full_is_refused_and_left_as_it_was(own_sqlite: str, tmp_path: Path):
    with small_disk(tmp_path) as disk:
        (disk / "filler").write_bytes(bytes(3_000_000))
        with pytest.raises(DiskFull, match=f"The disk that holds {disk}/copy.db is full"):
            backup.backup(own_sqlite, disk / "copy.db")
        assert [path.name for path in disk.iterdir()] == ["filler"]


def test_a_folder_that_is_not_there_is_refused(own_sqlite: str, tmp_path: Path):
    with pytest.raises(Unreachable, match="there is no folder"):
        backup.backup(own_sqlite, tmp_path / "no" / "copy.db")


def test_a_book_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(NotThere, match=r"There is no .*crux\.db"):
        backup.backup(f"sqlite:///{tmp_path / 'crux.db'}", tmp_path / "copy.db")

    assert list(tmp_path.iterdir()) == []


def test_a_damaged_book_is_no_backup(own_sqlite: str, tmp_path: Path):
    size = (tmp_path / "crux.db").stat().st_size
    with (tmp_path / "crux.db").open("r+b") as file:
        for page in range(4096, size, 4096):  # all but the first keep nothing of what they were
            file.seek(page)
            file.write(b"\xa5" * 200)

    with pytest.raises(NotADatabase, match=r"crux\.db is not a database, or is damaged"):
        backup.backup(own_sqlite, tmp_path / "copy.db")

    assert [path.name for path in tmp_path.iterdir()] == ["crux.db"]


def test_a_wrong_book_is_copied_as_it_is_and_said_to_be_wrong(own_sqlite: str, tmp_path: Path):
    book = (
        "INSERT INTO books (guild_id, transfers, accounts, players, head) VALUES (7, 3, 2, 0, zeroblob(32))"
    )
    run_alone(own_sqlite, lambda tx: tx.exec_driver_sql(book).close(), write=True)

    made = backup.backup(own_sqlite, tmp_path / "copy.db")

    assert the_report(made).problems[0].guild == 7
    assert made.path.exists()


@pytest.mark.parametrize("version", schema_version.known()[:-1])
def test_an_older_book_is_copied_before_it_is_migrated(tmp_path: Path, version: str):
    url = f"sqlite:///{tmp_path / 'crux.db'}"
    run_alone(url, lambda tx: schema_version.migrate(tx, url, version), write=True)

    made = backup.backup(url, tmp_path / "copy.db")

    assert (made.version, made.reports) == (version, None)
    with sqlite3.connect(made.path) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)
    copy.close()


def test_postgresql_names_the_tool_to_use_without_its_password():
    with pytest.raises(OtherTool) as refused:
        backup.backup("postgresql://crux:hunter2@db.example:5433/crux", Path("copy.db"))

    assert (
        refused.value.command
        == "pg_dump --format=custom --file=crux.dump postgresql://crux@db.example:5433/crux"
    )
    assert "hunter2" not in str(refused.value)


def test_a_backup_that_is_killed_leaves_no_file_under_its_name(own_sqlite: str, tmp_path: Path):
    script = (
        "import os, signal, sys; from pathlib import Path;"
        " from ledger.audit import verify; from ledger.files import backup;"
        " verify.audit_all = lambda tx: os.kill(os.getpid(), signal.SIGKILL);"
        " backup.backup(sys.argv[1], Path(sys.argv[2]))"
    )
    done = subprocess.run([sys.executable, "-c", script, own_sqlite, str(tmp_path / "copy.db")])

    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "copy.db").exists()
    assert the_report_of_a_new_one(own_sqlite, tmp_path) == ()


def the_report_of_a_new_one(url: str, folder: Path) -> tuple[verify.Report, ...] | None:
    return backup.backup(url, folder / "copy.db").reports


def test_the_copy_is_readable_by_its_owner_only(own_sqlite: str, tmp_path: Path):
    """It holds people's ids."""
    made = backup.backup(own_sqlite, tmp_path / "copy.db")

    assert made.path.stat().st_mode & 0o777 == 0o600


def test_nothing_but_the_copy_is_written(own_sqlite: str, tmp_path: Path):
    tables = sa.text("SELECT count(*) FROM sqlite_master")
    before = run_alone(own_sqlite, lambda tx: tx.execute(tables).scalar())
    crux = (tmp_path / "crux.db").read_bytes()

    backup.backup(own_sqlite, tmp_path / "copy.db")

    assert (tmp_path / "crux.db").read_bytes() == crux
    assert run_alone(own_sqlite, lambda tx: tx.execute(tables).scalar()) == before
