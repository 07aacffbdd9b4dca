"""Which version a database is at, and bringing it to this code's. The steps themselves stand in `migrations/`."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import migrations
from ledger.errors import NewerThanCode, NotMigrated


@cache
def known() -> tuple[str, ...]:
    """Every version this code knows, oldest first."""
    return tuple(step.revision for step in reversed(list(_scripts().walk_revisions())))


def found(tx: Connection) -> str | None:
    """The version a database is at; None where nothing was migrated yet. Reads only."""
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

    Returns:
        The versions before and after.

    Raises:
        NewerThanCode: It was migrated by a newer Crux; nothing was written.
    """
    before, target = found(tx), to or known()[-1]
    if before is not None and before not in known():
        raise NewerThanCode(shown, before, known()[-1])
    config = _config()
    config.attributes["connection"] = tx
    tx.exec_driver_sql("BEGIN IMMEDIATE" if tx.dialect.name == "sqlite" else "BEGIN")
    try:
        command.upgrade(config, target)
    except BaseException:
        tx.exec_driver_sql("ROLLBACK")
        raise
    tx.exec_driver_sql("COMMIT")
    return before, target


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
