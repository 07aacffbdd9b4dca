"""Pools of a minute, clarifications without end, and files that others could read (RULES B5, C6)."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.files import backup, exports
from ledger.storage import schema_version
from ledger.storage.database import run_alone
from ledger.types import to_us
from markets.core.errors import BadTimes, PoolThere
from markets.records import exports as claims
from tests import databases
from tests.markets.club import DAY, NO, YES, Club

# --- pools ------------------------------------------------------------------------------------


@pytest.mark.rule("C6")
@pytest.mark.parametrize("seconds", [1, 60, 23 * 3_600])
async def test_a_pool_takes_stakes_for_a_day_at_least(club: Club, seconds: int):
    ada, eve = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    with pytest.raises(BadTimes) as refused:
        await club.pool(eve, claim, closes_us=to_us(club.now) + seconds * 1_000_000)
    assert refused.value.code == "day"
    await club.pool(ada, claim, closes_us=to_us(club.now + DAY))


@pytest.mark.rule("C6")
async def test_a_pool_that_nobody_staked_in_is_opened_again(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    first = await club.pool(ada, claim, closes_us=to_us(club.now + DAY))
    with pytest.raises(PoolThere):
        await club.pool(bo, claim)
    club.skip(days=2)
    await club.sweep()
    again = await club.pool(bo, claim)
    assert again.escrow == first.escrow
    assert again.takes(club.now)
    await club.stake(bo, claim, YES, 1_000)
    await club.stake(ada, claim, NO, 1_000)
    club.skip(days=8)
    await club.sweep()
    another = await club.pool(bo, claim)  # the first holds stakes: this one is apart
    assert another.escrow != first.escrow
    club.skip(days=30)


@pytest.mark.rule("C6")
async def test_a_pool_on_a_claim_that_closes_today_ends_with_its_trading(club: Club):
    ada = await club.member(1)
    soon = dict.fromkeys(("closes_us", "deadline_us", "check_us"), to_us(club.now) + 3_600_000_000)
    claim = await club.claim(ada, **soon)
    pool = await club.pool(ada, claim)
    assert pool.closes_us == claim.closes_us


# --- files ------------------------------------------------------------------------------------


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_books_backups_and_exports_are_their_owners_alone(umask: None, tmp_path: Path):
    url = databases.sqlite(tmp_path / "crux.db")
    async with databases.opened(url) as db:
        club = await Club.make(db, 1001)
        ada, bo = await club.member(1), await club.member(2)
        await club.bet(ada, bo, await club.claim(ada))
        backup.backup(url, tmp_path / "backup.db")
        folder = tmp_path / "out"

        def write(tx: object) -> None:
            exports.export_folder(tx, 1001, folder)  # type: ignore[arg-type]
            claims.add_to_folder(tx, 1001, folder)  # type: ignore[arg-type]

        run_alone(url, write)
    assert rights(tmp_path / "backup.db") == 0o600
    everything = [folder, *folder.rglob("*")]
    assert {path.name for path in everything} >= {"claims", "bets.csv", "manifest.json", "README.txt"}
    for path in everything:
        assert rights(path) == (0o700 if path.is_dir() else 0o600), path


def test_a_new_book_is_its_owners_alone(umask: None, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    run_alone(url, lambda tx: schema_version.migrate(tx, "new.db"), write=True)
    assert rights(tmp_path / "new.db") == 0o600
