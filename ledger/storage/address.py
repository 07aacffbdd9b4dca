"""Read where a database is from `database.url`."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError

from ledger.errors import BadUrl


@dataclass(frozen=True, slots=True)
class Address:
    """A database as `database.url` names it. `shown` never holds a password."""

    url: URL
    shown: str

    @classmethod
    def of(cls, text: str) -> "Address":
        """Read `sqlite:///path` or `postgresql://...`.

        Raises:
            BadUrl: It is anything else.
        """
        try:
            url = sa.make_url(text)
        except ArgumentError:
            raise BadUrl(text.split("@")[-1]) from None
        if url.drivername == "sqlite" and url.database and url.database != ":memory:":
            return cls(url, url.database)
        if url.drivername in ("postgresql", "postgres") and url.database:
            return cls(url.set(drivername="postgresql"), url.render_as_string(hide_password=True))
        raise BadUrl(url.render_as_string(hide_password=True))

    @property
    def path(self) -> Path | None:
        """The file of a SQLite book; None on PostgreSQL."""
        return Path(self.url.database or "") if self.url.drivername == "sqlite" else None
