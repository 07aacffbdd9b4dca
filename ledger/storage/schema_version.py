"""Which version a database is at, and bringing it to this code's. The steps themselves stand in `migrations/`."""

from contextlib import suppress
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

import migrations
from ledger.errors import NewerThanCode, NotMigrated, NotOurs

_FOLDER = Path(migrations.__file__).parent


@cache
def known() -> tuple[str, ...]:
    """Return every version this code knows, oldest first: each step's file begins with its number."""
    return tuple(sorted(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py")))


def found(tx: Connection) -> str | None:
    """Return the version a database is at; None where nothing was migrated yet. Reads only."""
    if not sa.inspect(tx).has_table("alembic_version"):
        return None
    return tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def require(version: str | None, shown: str) -> None:
    """Refuse a database that is not at this code's version.

    Raises:
        NotMigrated: It is empty or older.
        NewerThanCode: It was migrated by a newer Crux.
    """
    newest = known()[-1]
    if version is not None and version not in known():
        raise NewerThanCode(shown, version, newest)
    if version != newest:
        raise NotMigrated(shown, version, newest)


def migrate(tx: Connection, shown: str, to: str | None = None) -> tuple[str | None, str]:
    """Bring a database to `to` (this code's version if not given), wholly or not at all.

    Two at once are carried out one after the other, and the second finds nothing to do.

    Returns:
        The versions before and after.

    Raises:
        NewerThanCode, NotOurs: It was migrated by a newer Crux, or holds something else; nothing was written.
    """
    sqlite = tx.dialect.name == "sqlite"
    tx.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
    try:
        if not sqlite:
            tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        before, after = _step(tx, shown, to or known()[-1])
        tx.exec_driver_sql("COMMIT")
    except BaseException:
        with suppress(DBAPIError):  # where the disk is full or the connection gone, it is rolled back already
            tx.exec_driver_sql("ROLLBACK")
        raise
    if sqlite:
        tx.exec_driver_sql("PRAGMA journal_mode = WAL")  # stands in the file from now on
    return before, after


_LOCK = int.from_bytes(b"crux", "big")
"""PostgreSQL's advisory lock for migrations, a number that other programs hardly use."""


def _step(tx: Connection, shown: str, target: str) -> tuple[str | None, str]:
    before = found(tx)
    if before is not None and before not in known():
        raise NewerThanCode(shown, before, known()[-1])
    strange = sorted({*sa.inspect(tx).get_table_names()} - {"alembic_version"})
    if before is None and strange:
        raise NotOurs(shown, strange[0])
    if before is None or known().index(before) < known().index(target):
        _upgrade(tx, target)
    return before, found(tx) or target


def _upgrade(tx: Connection, target: str) -> None:
    from alembic import command  # a tenth of what a start costs, and only a migration needs it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = tx
    command.upgrade(config, target)
