"""Moments as they are stored, in microseconds since 1970, for what knows no database: a chart's process, say.

Whoever has to do with a database takes these from `ledger.types`, beside the types of its columns.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Return microseconds since 1970, exactly; refuses a datetime that does not know its zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return microseconds(moment - EPOCH)


def microseconds(span: timedelta) -> int:
    """Return a length of time in microseconds, exactly."""
    return span // _MICROSECOND


def from_us(us: int) -> datetime:
    """Return the aware UTC datetime of a stored moment."""
    return EPOCH + timedelta(microseconds=us)
