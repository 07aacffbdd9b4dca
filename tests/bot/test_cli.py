"""The `crux` command: what it does, what it prints, and how it refuses."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli import COMMANDS
from ledger import statements
from ledger.accounts import OpenBook, open_book
from ledger.storage import schema_version
from ledger.storage.database import run_alone
from tests import databases, example_book
from tests.bot.test_lockfile import another_process
from tests.world import NOW

NEWEST = schema_version.known()[-1]

Crux = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which Crux is started in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRUX_DISCORD_TOKEN", raising=False)
    return tmp_path


@pytest.fixture
def crux(here: Path, capfd: pytest.CaptureFixture[str]) -> Crux:
    """Runs a command; its exit code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the example book in it, as `crux migrate` and `crux import` make it."""
    with contextlib.chdir(tmp_path_factory.mktemp("example")):
        assert main(["migrate"]) == 0
        assert main(["import", str(example_book.FOLDER)]) == 0
        path = Path("crux.db").absolute()
    assert not path.with_name("crux.db-wal").exists(), "closed, all of it stands in one file"
    return path


@pytest.fixture
def book(here: Path, example: Path) -> str:
    """crux.db with the example book in it, of this test alone."""
    shutil.copy(example, here / "crux.db")
    return f"sqlite:///{here / 'crux.db'}"


def refused(crux: Crux, *words: str) -> str:
    """The one sentence that a command is refused with."""
    code, out, said = crux(*words)
    assert (code, out) == (2, "")
    assert said.endswith(".\n")
    assert said.count("\n") == 1
    return said.removesuffix("\n")


# --- the command line itself ------------------------------------------------------------------


def test_help_lists_every_command_and_says_that_points_have_no_cash_value(crux: Crux):
    code, out, _ = crux("--help")

    assert code == 0
    assert "Points have no cash value." in out
    for command in COMMANDS:
        assert f"{command.name} {command.says}" in " ".join(out.split())


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_each_command_explains_itself(crux: Crux, command: str):
    code, out, _ = crux(command, "--help")

    assert code == 0
    assert out.startswith(f"usage: crux {command}")
    assert "--database URL" in out


@pytest.mark.parametrize("words", [(), ("verfy",), ("migrate", "--loud"), ("verify", "--guild", "seven")])
def test_a_wrong_command_line_is_one_sentence(crux: Crux, words: tuple[str, ...]):
    assert "--help`" in refused(crux, *words)


def test_the_version_is_that_of_crux_and_of_its_schema(crux: Crux):
    assert crux("--version") == (0, f"crux 0.1.0, schema {NEWEST}\n", "")


def test_options_are_taken_before_the_command_and_after_it(crux: Crux, here: Path):
    (here / "crux.toml").write_text("[database]\nurl = 'sqlite:///one.db'\n")

    assert crux("--config", "crux.toml", "migrate")[0] == 0
    assert crux("migrate", "--config", "crux.toml", "--database", "sqlite:///two.db")[0] == 0

    assert sorted(path.name for path in here.glob("*.db")) == ["one.db", "two.db"]


def test_a_misspelt_key_stops_every_command(crux: Crux, here: Path):
    (here / "config.toml").write_text("[database]\nulr = 'sqlite:///one.db'\n")

    for command in ("migrate", "verify", "backup"):
        assert (
            refused(crux, command)
            == "config.toml, line 2: there is no key database.ulr; did you mean database.url."
        )


def test_the_installed_command_does_what_the_module_does(here: Path):
    installed = Path(sys.executable).parent / "crux"
    for words in ([str(installed)], [sys.executable, "-m", "bot"]):
        done = subprocess.run([*words, "verify"], cwd=here, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (2, "There is no crux.db: `crux migrate` makes it.\n")


def test_a_reader_that_has_had_enough_is_no_error(book: str):
    piped = f"{sys.executable} -m bot export --database {book} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", piped], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("row,guild,")


def test_a_full_disk_behind_the_output_is_one_sentence(book: str):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "export", "--database", book],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert (done.returncode, done.stderr) == (2, "The output can't be written: no space left on device.\n")


def test_a_mistake_of_ours_is_told_apart_from_a_wrong_book(crux: Crux, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.config.load", broken)
    code, _, said = crux("verify")

    assert code == 2
    assert "ZeroDivisionError" in said
    assert said.endswith("please report it with the lines above.\n")


# --- migrate ----------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, here: Path) -> str:
    if request.param == "sqlite":
        return "sqlite:///crux.db"
    server: databases.Server = request.getfixturevalue("postgresql")
    return server.empty()


def test_migrate_makes_a_database_and_leaves_it_alone_after_that(crux: Crux, empty: str):
    first = crux("migrate", "--database", empty)
    second = crux("migrate", "--database", empty)

    assert first[0] == second[0] == 0
    assert first[1].endswith(f" is new, at version {NEWEST}.\n")
    assert second[1].endswith(f" is at version {NEWEST}: nothing to do.\n")


@pytest.mark.parametrize("start", schema_version.known()[:-1])
def test_migrate_brings_an_older_database_over(crux: Crux, empty: str, start: str):
    run_alone(empty, lambda tx: schema_version.migrate(tx, empty, start), write=True)

    code, out, _ = crux("migrate", "--database", empty)

    assert code == 0
    assert out.endswith(f" went from version {start} to {NEWEST}.\n")


def test_a_newer_database_is_refused_by_every_command(crux: Crux, book: str, here: Path):
    with sqlite3.connect(here / "crux.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()

    for words in (["migrate"], ["verify"], ["export"], ["import", str(example_book.FOLDER)]):
        assert f"is at version 9999, newer than this Crux ({NEWEST}): upgrade Crux." in refused(crux, *words)


# --- one process at a time --------------------------------------------------------------------


def test_what_writes_is_refused_while_crux_runs_and_what_reads_is_not(crux: Crux, book: str):
    with another_process(book) as process:
        held = (
            f"crux.db is in use by crux run (process {process.pid}): stop it first, or wait until it is done."
        )
        assert refused(crux, "migrate") == held
        assert refused(crux, "import", str(example_book.FOLDER)) == held
        assert crux("verify")[0] == 0
        assert crux("export")[0] == 0
        assert crux("backup", "--out", "copy.db")[0] == 0
    assert crux("migrate")[0] == 0


# --- verify -----------------------------------------------------------------------------------


def test_verify_says_which_books_are_right(crux: Crux, book: str):
    head = run_alone(book, lambda tx: statements.head(tx, example_book.GUILD))

    code, out, _ = crux("verify")

    assert code == 0
    assert "1001" in out
    assert head.digest in out


def test_a_database_without_books_is_right(crux: Crux):
    crux("migrate")

    assert crux("verify") == (0, "There are no books in this database yet.\n", "")


def test_verify_names_guild_transfer_and_column_of_the_first_difference(crux: Crux, book: str, here: Path):
    with sqlite3.connect(here / "crux.db") as damaged:
        damaged.execute("DROP TRIGGER entries_no_update")
        damaged.execute("UPDATE entries SET amount = amount + 1 WHERE transfer = 5 AND line = 2")
    damaged.close()

    code, out, said = crux("verify")

    assert (code, said) == (1, "")
    assert out == "Guild 1001, transfer 5, account 4: entries.amount should be -20000 and is -19999.\n"


def test_verify_compares_with_a_head_that_was_noted_elsewhere(crux: Crux, book: str):
    head = run_alone(book, lambda tx: statements.head(tx, example_book.GUILD)).digest

    assert crux("verify", "--head", head)[0] == 0
    assert crux("verify", "--guild", "1001", "--head", head)[0] == 0
    assert crux("verify", "--head", "11" * 32)[0] == 1
    assert "--head" in refused(crux, "verify", "--head", "not-hex")
    assert "what every book begins with" in refused(crux, "verify", "--head", "00" * 32)


def test_verify_of_a_guild_without_a_book_is_refused(crux: Crux, book: str):
    assert refused(crux, "verify", "--guild", "7") == "There is no book for server 7."


# --- export and import ------------------------------------------------------------------------


def test_an_exported_book_is_imported_elsewhere_with_the_same_head(
    crux: Crux, book: str, here: Path, postgresql: databases.Server
):
    elsewhere = postgresql.database()

    code, out, _ = crux("export", "--out", "book")
    assert code == 0
    assert out.startswith("book holds the book of guild 1001 up to transfer 8, head ")
    code, out, _ = crux("import", "book", "--database", elsewhere)

    assert code == 0
    head = json.loads((here / "book" / "manifest.json").read_text())["head"]
    assert head in out
    assert crux("verify", "--database", elsewhere, "--head", head)[0] == 0


def test_import_refuses_a_guild_that_is_there(crux: Crux, book: str):
    said = refused(crux, "import", str(example_book.FOLDER))

    assert "1001" in said


@pytest.mark.parametrize("folder", ["nothing", "empty", "."])
def test_import_refuses_what_is_no_exported_book(crux: Crux, here: Path, folder: str):
    crux("migrate")
    (here / "empty").mkdir()

    refused(crux, "import", folder)


def test_import_does_not_make_a_database(crux: Crux, here: Path):
    assert refused(crux, "import", str(example_book.FOLDER)).startswith("There is no crux.db")
    assert not (here / "crux.db").exists()


@pytest.mark.parametrize("table", ["entries", "transfers", "accounts"])
def test_a_part_of_a_book_goes_to_the_output(crux: Crux, book: str, table: str):
    code, out, _ = crux(
        "export", "--table", table, "--player", "2", "--since", "2026-11-20", "--until", "2026-11-21"
    )

    assert code == 0
    assert out.count("\n") > 1
    assert "2026-12" not in out


@pytest.mark.parametrize(("style", "mark"), [("hledger", "account "), ("beancount", " open ")])
def test_a_journal_goes_to_the_output(crux: Crux, book: str, style: str, mark: str):
    code, out, _ = crux("export", "--format", style)

    assert code == 0
    assert mark in out


@pytest.mark.parametrize(
    "words",
    [
        ("--out", "book", "--player", "1"),
        ("--out", "book", "--format", "csv"),
        ("--with-people",),
        ("--format", "hledger", "--table", "accounts"),
        ("--since", "yesterday"),
        ("--guild", "7"),
        ("--player", "7"),
        ("--out", "full"),
        ("--out", "no/such/folder"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(crux: Crux, book: str, here: Path, words: tuple[str, ...]):
    (here / "full").mkdir()
    (here / "full" / "letter").touch()

    refused(crux, "export", *words)

    assert not (here / "book").exists()


def test_where_there_are_several_books_one_has_to_be_named(crux: Crux, book: str):
    another = OpenBook(guild=7)
    run_alone(book, lambda tx: open_book(tx, another, NOW), write=True)

    assert refused(crux, "export") == "There are 2 books in this database: say which with --guild."
    assert crux("export", "--guild", "1001")[0] == 0
    assert crux("verify")[1].count("\n") >= 2
    assert "--guild" in refused(crux, "verify", "--head", "11" * 32)


# --- backup -----------------------------------------------------------------------------------


def test_backup_copies_and_verifies(crux: Crux, book: str, here: Path):
    code, out, _ = crux("backup", "--out", "copy.db")

    assert code == 0
    assert out.startswith("copy.db is a copy of crux.db.\n")
    assert "1001" in out
    assert crux("verify", "--database", "sqlite:///copy.db")[0] == 0


def test_a_backup_has_the_time_in_its_name_if_none_was_given(crux: Crux, book: str, here: Path):
    assert crux("backup")[0] == 0

    assert len(list(here.glob("crux-????????-??????.db"))) == 1


def test_backup_overwrites_nothing(crux: Crux, book: str, here: Path):
    (here / "copy.db").write_text("a letter")

    assert refused(crux, "backup", "--out", "copy.db").startswith("There is already something at copy.db")
    assert (here / "copy.db").read_text() == "a letter"


def test_backup_of_postgresql_names_the_command_to_use(crux: Crux, postgresql_url: str):
    code, out, said = crux("backup", "--database", postgresql_url)

    assert (code, out) == (2, "")
    assert "pg_dump --format=custom --file=crux.dump 'postgresql://postgres@/" in said
    assert os.linesep not in said.removesuffix("\n")
