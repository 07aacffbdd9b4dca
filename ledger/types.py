"""Column types that mean the same on both databases.

SQLite's STRICT tables know INTEGER, TEXT, BLOB and REAL only, and PostgreSQL's INTEGER has 32 bits: a column
that took SQLAlchemy's defaults would hold different numbers on each. Every column takes its type from here.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = Whole  # microseconds since 1970 in UTC; such a column's name ends in _us
Flag = Whole  # 0 or 1; such a column has a CHECK
Words = sa.Text()
Digest = sa.LargeBinary()  # 32 bytes of SHA-256

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970, exactly; refuses a datetime that does not know its zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return microseconds(moment - EPOCH)


def microseconds(span: timedelta) -> int:
    """A length of time in microseconds, exactly."""
    return span // _MICROSECOND


def from_us(us: int) -> datetime:
    """The aware UTC datetime of a stored moment."""
    return EPOCH + timedelta(microseconds=us)
