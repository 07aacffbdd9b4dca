"""A place where a book can't be kept is refused in one sentence, and what is there stays as it was."""

import asyncio
import itertools
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger import statements
from ledger.accounts import Account
from ledger.audit import verify
from ledger.errors import (
    BadUrl,
    DiskFull,
    HeldByAnother,
    NewerThanCode,
    NotADatabase,
    NotMigrated,
    NotOurs,
    NotThere,
    OldSqlite,
    ReadOnly,
    StorageError,
    Unreachable,
)
from ledger.storage import engines, schema_version
from ledger.storage.database import Database, run_alone
from tests import databases
from tests.mounts import make_read_only, small_disk
from tests.world import World


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Path]:
    with small_disk(tmp_path) as mounted:
        yield mounted


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits a tenth of a second for a lock instead of five."""
    monkeypatch.setattr(engines, "PRAGMAS", ("busy_timeout = 100", *engines.PRAGMAS[1:]))


async def refused(url: str, kind: type[StorageError]) -> str:
    """The sentence with which a database is refused, both for the bot and for the command line."""
    with pytest.raises(kind) as opening:
        await Database.open(url)
    with pytest.raises(kind) as migrating:
        await asyncio.to_thread(migrate, url)
    for sentence in (str(opening.value), str(migrating.value)):
        assert "\n" not in sentence
        assert sentence.endswith(".")
    return str(opening.value)


def migrate(url: str) -> tuple[str | None, str]:
    return run_alone(url, lambda tx: schema_version.migrate(tx, url), write=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "text", ["", "crux.db", "mysql://localhost/crux", "sqlite://", "sqlite:///:memory:", "postgresql://"]
)
async def test_an_address_that_is_none_is_refused(text: str):
    await refused(text, BadUrl)


async def test_a_password_is_never_shown():
    sentence = await refused("postgresql://crux:hunter2@127.0.0.1:1/crux", Unreachable)

    assert "hunter2" not in sentence
    assert "***" in sentence


@pytest.mark.parametrize("text", ["mysql://crux:hunter2@host/crux", "crux:hunter2@host"])
async def test_a_password_in_a_wrong_address_is_never_shown(text: str):
    assert "hunter2" not in await refused(text, BadUrl)


@pytest.mark.parametrize(
    "bytes_", [b"points: 300\n" * 999, b"SQLite format 3\0" + bytes(range(256)) * 64], ids=["text", "garbage"]
)
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, bytes_: bytes):
    (tmp_path / "crux.db").write_bytes(bytes_)

    await refused(f"sqlite:///{tmp_path}/crux.db", NotADatabase)

    assert contents(tmp_path) == {"crux.db": bytes_}


async def test_a_database_of_somebody_else_is_refused(tmp_path: Path):
    with sqlite3.connect(tmp_path / "notes.db") as other:
        other.execute("CREATE TABLE notes (words TEXT)")
    other.close()
    before, url = contents(tmp_path), f"sqlite:///{tmp_path}/notes.db"

    with pytest.raises(NotMigrated):
        await Database.open(url)
    with pytest.raises(NotOurs, match="holds a table 'notes' that isn't Crux's"):
        await asyncio.to_thread(migrate, url)

    assert contents(tmp_path) == before


async def test_a_folder_is_refused(tmp_path: Path):
    assert "it is a folder" in await refused(f"sqlite:///{tmp_path}", Unreachable)


async def test_a_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    assert "there is no folder" in await refused(f"sqlite:///{tmp_path}/no/crux.db", Unreachable)


async def test_a_file_that_is_not_there_is_not_made_by_opening(tmp_path: Path):
    with pytest.raises(NotThere, match="`crux migrate` makes it"):
        await Database.open(f"sqlite:///{tmp_path}/crux.db")

    assert contents(tmp_path) == {}


async def test_a_newer_book_is_refused_by_its_version(url_of_a_newer: str, tmp_path: Path):
    before = contents(tmp_path)

    sentence = await refused(url_of_a_newer, NewerThanCode)

    assert "version 9999, newer than this Crux" in sentence
    assert contents(tmp_path) == before


@pytest.fixture(params=["sqlite, in one file", "sqlite", "postgresql"])
def url_of_a_newer(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    kind = str(request.param)
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql").database()
    else:
        url = databases.sqlite(tmp_path / "crux.db")
    version = sa.text("UPDATE alembic_version SET version_num = '9999'")
    run_alone(url, lambda tx: tx.execute(version).close(), write=True)
    if kind == "sqlite, in one file":  # as a backup is; looking at it must not turn it into a WAL database
        run_alone(url, lambda tx: tx.exec_driver_sql("PRAGMA journal_mode = DELETE").close(), write=True)
    return url


@pytest.mark.parametrize("version", [None, *schema_version.known()[:-1]])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_an_older_book_is_refused_until_it_is_migrated(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, version: str | None
):
    url = f"sqlite:///{tmp_path}/crux.db"
    if kind == "postgresql":
        url = await asyncio.to_thread(request.getfixturevalue("postgresql").empty)
    if version:
        await asyncio.to_thread(
            run_alone, url, lambda tx: schema_version.migrate(tx, url, version), write=True
        )
    else:
        (tmp_path / "crux.db").touch()

    with pytest.raises(
        NotMigrated, match=f"at version {version or 'none'}, Crux needs .*: run `crux migrate`"
    ):
        await Database.open(url)

    await asyncio.to_thread(migrate, url)
    await (await Database.open(url)).close()


@pytest.mark.parametrize("what", ["the file", "the disk"])
async def test_a_read_only_book_is_refused(disk: Path, what: str):
    url = databases.sqlite(disk / "crux.db")
    before = contents(disk)
    make_read_only(disk if what == "the disk" else disk / "crux.db")

    await refused(url, ReadOnly)

    assert contents(disk)["crux.db"] == before["crux.db"]


async def test_a_read_beside_which_nothing_can_be_written_says_so(disk: Path):
    url = databases.sqlite(disk / "crux.db")
    make_read_only(disk)

    with pytest.raises(ReadOnly):
        await asyncio.to_thread(run_alone, url, statements.guilds)


async def test_a_read_only_folder_is_refused(disk: Path):
    make_read_only(disk)
    url = f"sqlite:///{disk}/crux.db"

    with pytest.raises(ReadOnly, match="can't be written to: check its permissions"):
        await asyncio.to_thread(migrate, url)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("how", ["BEGIN EXCLUSIVE", "PRAGMA locking_mode = EXCLUSIVE"])
async def test_a_book_held_by_another_process_is_refused(own_sqlite: str, tmp_path: Path, how: str):
    other = sqlite3.connect(tmp_path / "crux.db", isolation_level=None)
    other.execute(how)
    if how.startswith("PRAGMA"):
        other.execute("BEGIN EXCLUSIVE")

    await refused(own_sqlite, HeldByAnother)

    other.close()
    await (await Database.open(own_sqlite)).close()


@pytest.mark.usefixtures("impatient")
async def test_a_write_that_finds_the_book_held_is_refused_and_nothing_is_lost(
    own_sqlite: str, tmp_path: Path
):
    async with databases.opened(own_sqlite) as db:
        world = await World.make(db, 1)
        ada, bo = await world.player(1, balance=1000), await world.player(2)
        other = sqlite3.connect(tmp_path / "crux.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(HeldByAnother):
            await world.post({ada.wallet: -300, bo.wallet: 300}, key="coffee")

        other.close()
        assert await world.balance(ada.wallet) == 1000
        await world.post({ada.wallet: -300, bo.wallet: 300}, key="coffee")
        assert await world.balance(bo.wallet) == 300


def test_a_sqlite_without_strict_tables_is_refused(own_sqlite: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))

    with pytest.raises(OldSqlite, match=r"comes with SQLite 3\.36\.0, Crux needs 3\.37 or newer"):
        run_alone(own_sqlite, statements.guilds)


@pytest.mark.proof
async def test_a_full_disk_refuses_loses_nothing_and_goes_on_when_space_returns(disk: Path):
    url = databases.sqlite(disk / "crux.db")
    (disk / "filler").write_bytes(bytes(1_500_000))
    acknowledged: set[str] = set()
    refused: dict[str, str] = {}

    async with databases.opened(url) as db:
        world = await World.make(db, 1)
        ada, bo = await world.player(1, balance=10**9), await world.player(2)

        async def spend(key: str) -> None:
            try:
                await world.post({ada.wallet: -1, bo.wallet: 1}, key=key, note="x" * 500)
                acknowledged.add(key)
            except DiskFull as error:
                refused[key] = str(error)

        keys = (f"spend:{number}" for number in itertools.count())
        while len(refused) < 50:  # eight at once, so that whole groups meet the full disk
            await asyncio.gather(*(spend(key) for key in itertools.islice(keys, 8)))
        before = len(acknowledged)
        assert before > 50  # an empty book of 40 tables leaves less room than one of 30 did
        assert all("is full: nothing was lost, free some space" in said for said in refused.values())
        assert await world.balance(bo.wallet) == before  # reads go on
        assert await found(db, bo.wallet) == acknowledged

        (disk / "filler").unlink()
        for key in [*sorted(refused)[:10], *itertools.islice(keys, 10)]:  # a refused key was not used up
            await spend(key)
        assert len(acknowledged) == before + 20
        assert await found(db, bo.wallet) == acknowledged
        assert await world.balance(bo.wallet) == len(acknowledged)

    await asyncio.to_thread(assert_right, url)
    shutil.copy(disk / "crux.db", disk / "copy.db")  # what stands in the file alone, without its journal
    await asyncio.to_thread(assert_right, f"sqlite:///{disk}/copy.db")


async def found(db: Database, account: Account) -> set[str]:
    """The keys of all transfers that touched an account."""
    keys = sa.text(
        "SELECT key FROM transfers t JOIN entries e ON e.guild_id = t.guild_id AND e.transfer = t.number"
        " WHERE e.guild_id = :g AND e.account = :n"
    )
    asked = {"g": account.guild, "n": account.number}
    return set(await db.read_long(lambda tx: list(tx.execute(keys, asked).scalars())))


def assert_right(url: str) -> None:
    """The file is whole, and every balance and digest is as it must be."""
    assert run_alone(url, lambda tx: tx.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"
    (report,) = run_alone(url, verify.audit_all)
    assert report.problems == ()


def test_a_migration_on_a_full_disk_is_refused_and_goes_through_later(disk: Path):
    url = f"sqlite:///{disk}/crux.db"
    (disk / "filler").write_bytes(bytes(3_100_000))

    with pytest.raises(DiskFull):
        migrate(url)

    (disk / "filler").unlink()
    assert run_alone(url, schema_version.found, write=True) is None
    assert migrate(url) == (None, schema_version.known()[-1])


async def test_a_full_disk_is_noticed_at_the_start_and_nothing_is_changed(disk: Path):
    url = databases.sqlite(disk / "crux.db")
    before = (disk / "crux.db").read_bytes()
    fill(disk)

    with pytest.raises(DiskFull):
        await Database.open(url)
    with pytest.raises(DiskFull):
        await asyncio.to_thread(run_alone, url, verify.audit_all)

    assert (disk / "crux.db").read_bytes() == before


def fill(disk: Path) -> None:
    """Not a byte is left."""
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


async def test_a_postgresql_database_that_is_not_there_is_refused(postgresql: databases.Server):
    missing = postgresql.uri.replace("/postgres?", "/nowhere?")

    assert 'can\'t be reached: database "nowhere" does not exist.' in await refused(missing, Unreachable)
