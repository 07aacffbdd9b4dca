"""Fixtures of the markets' tests."""

import pytest

from ledger.storage.database import Database
from tests.markets.club import Club


@pytest.fixture
async def club(db: Database, guild: int) -> Club:
    """A server with a book and nobody in it, on both databases."""
    return await Club.make(db, guild)
