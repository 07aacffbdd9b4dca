"""A process that carries out what it is sent, all of it at once, on a database of its own."""

import asyncio
import traceback
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from multiprocessing.connection import Connection as Pipe
from typing import Any

from ledger.errors import Refused
from ledger.storage.database import Database
from markets.core.errors import MarketError
from markets.settlement import calendar, consequences
from tests.databases import recorder

assert calendar.__name__, "it names the handlers"


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit by its module and name, what is asked of it, and when."""

    name: str
    module: str
    unit: str
    request: Any
    now: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: an answer, or the name of a refusal; `broke` is how anything else went wrong."""

    name: str
    answer: Any = None
    refused: str = ""
    broke: str = ""

    @property
    def won(self) -> bool:
        return not self.refused and not self.broke


def main(url: str, pipe: Pipe) -> None:
    asyncio.run(_serve(url, pipe))


async def _serve(url: str, pipe: Pipe) -> None:
    db = await Database.open(url, follow=consequences.follow, recorder=recorder())
    pipe.send("ready")
    while (asked := await asyncio.to_thread(pipe.recv)) is not None:
        pipe.send(await asyncio.gather(*(_carry_out(db, one) for one in asked)))
    await db.close()


async def _carry_out(db: Database, asked: Asked) -> Told:
    unit = getattr(import_module(asked.module), asked.unit)
    try:
        return Told(asked.name, await db.write(unit, asked.request, asked.now))
    except (Refused, MarketError) as refused:
        return Told(asked.name, refused=type(refused).__name__)
    except Exception:
        return Told(asked.name, broke=traceback.format_exc())
