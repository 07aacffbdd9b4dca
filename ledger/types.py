"""Column types that mean the same on both databases.

SQLite's STRICT tables know INTEGER, TEXT, BLOB and REAL only, and PostgreSQL's INTEGER has 32 bits: a column
that took SQLAlchemy's defaults would hold different numbers on each. Every column takes its type from here.
"""

import re
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field

from ledger.errors import BadKey
from ledger.moments import EPOCH, from_us, microseconds, to_us

__all__ = [
    "EPOCH",
    "Digest",
    "Flag",
    "Moment",
    "Salt",
    "Sorted",
    "Whole",
    "Words",
    "fits",
    "from_us",
    "key",
    "microseconds",
    "to_us",
]

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = Whole  # microseconds since 1970 in UTC; such a column's name ends in _us
Flag = Whole  # 0 or 1; such a column has a CHECK
Words = sa.Text()
Sorted = Words.with_variant(sa.Text(collation="C"), "postgresql")  # text in the order of its bytes on both
Digest = sa.LargeBinary()  # 32 bytes of SHA-256

Salt = Annotated[bytes, Field(exclude=True)]
"""16 random bytes in a request. A repeat comes with others, so they are no part of what tells it from another."""

_KEY = re.compile(r"[A-Za-z0-9._:/-]{1,120}", re.ASCII)
_MOST = 2**63


def key(text: str) -> str:
    """Return `text` itself if it can be the key of an operation or a transfer.

    Raises:
        BadKey: It is empty, too long, or holds other characters than a-z A-Z 0-9 . _ : / -
    """
    if not _KEY.fullmatch(text):
        raise BadKey(text)
    return text


def fits(number: int) -> bool:
    """Return whether a number can be that of anything stored: outside 64 bits the drivers raise what they like."""
    return -_MOST <= number < _MOST
