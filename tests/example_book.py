"""The small book that the README shows, always the same: `python -m tests.example_book` writes it anew."""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ledger import accounts, issuance, money, players
from ledger.accounts import Account
from ledger.files import exports
from ledger.storage.database import run_alone
from ledger.transfers import Posted, post
from tests import databases
from tests.world import OLD, SALT, World

GUILD = 1001
FOLDER = Path(__file__).parent / "examples" / "book"
POINT = money.UNIT
ADA, BO = 1, 2


@dataclass(frozen=True, slots=True)
class Accept:
    """A bet is taken: both stakes go into an escrow of its own."""

    guild: int
    key: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Bo has won it."""

    guild: int
    key: str
    escrow: int


def accept(tx: Connection, request: Accept, now: datetime) -> int:
    ada, bo = (accounts.wallet(tx, request.guild, number) for number in (ADA, BO))
    escrow = accounts.open_account(tx, request.guild, kind="escrow")
    stakes = {ada: -300 * POINT, bo: -200 * POINT, escrow: 500 * POINT}
    post(tx, guild=request.guild, key=request.key, kind="stake", amounts=stakes, now=now, actor=BO)
    return escrow.number


def settle(tx: Connection, request: Settle, now: datetime) -> Posted:
    escrow, bo = Account(request.guild, request.escrow), accounts.wallet(tx, request.guild, BO)
    pot = {escrow: -500 * POINT, bo: 500 * POINT}
    paid = post(tx, guild=request.guild, key=request.key, kind="payout", amounts=pot, now=now)
    accounts.end(tx, escrow)
    return paid


async def tell(url: str) -> None:
    """Ada and Bo bet 300 against 200 points; Bo wins. A moderator's grant was a mistake and is reversed."""
    async with databases.opened(url) as db:
        world = await World.make(db, GUILD)
        for number, person in ((ADA, 501), (BO, 502)):
            await db.write(
                players.enter, players.Enter(GUILD, f"interaction:{number}", person, OLD), world.now
            )
            world.skip(minutes=1)
        fund = issuance.IssuanceAct(
            GUILD, "interaction:3", ADA, 0, 5_000 * POINT, "ten default subsidies", SALT
        )
        await db.write(issuance.fund, fund, world.now)
        world.skip(hours=2)
        await db.write(issuance.give, issuance.Gift(GUILD, "interaction:4", ADA, BO, 25 * POINT), world.now)
        world.skip(hours=1)
        escrow = await db.write(accept, Accept(GUILD, "interaction:5"), world.now)
        world.skip(days=1)
        act = issuance.IssuanceAct(GUILD, "interaction:6", BO, ADA, 40 * POINT, "for the quiz", SALT)
        granted = await db.write(issuance.grant, act, world.now)
        world.skip(hours=1)
        await world.reverse(granted.number, key="interaction:7", note="it was Bo's quiz")
        world.skip(days=30)
        await db.write(settle, Settle(GUILD, "bet:1:settle", escrow), world.now)


def write(folder: Path) -> None:
    """Export the book to a folder that isn't there yet."""
    with tempfile.TemporaryDirectory() as place:
        url = databases.sqlite(Path(place) / "crux.db")
        asyncio.run(tell(url))
        run_alone(url, lambda tx: exports.export_folder(tx, GUILD, folder))


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.parent.mkdir(exist_ok=True)
    write(FOLDER)
