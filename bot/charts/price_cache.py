"""Keep price histories of markets, so that a chart reads only new trades. The book stays the truth.

A trade is never changed, so what was read once stays right. Long histories are read in pages, each a short read.
"""

from __future__ import annotations

import asyncio
import json
from array import array
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.charts.models import WHOLE, Prices, PricesOf, longs
from ledger.storage.database import Database
from markets.views import markets

MOST_KEPT = 2_000_000
"""Numbers kept, of eight bytes each: of some hundred ordinary markets, or of six with 100,000 trades."""


@dataclass(slots=True)
class _Kept:
    last: int
    at_us: array[int]
    prices: tuple[array[int], ...]
    traded: array[int] = field(default_factory=lambda: longs([-1]))

    @property
    def size(self) -> int:
        return len(self.at_us) * (2 + len(self.prices))


class Histories:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: OrderedDict[tuple[int, int], _Kept] = OrderedDict()
        self._one = asyncio.Lock()

    async def prices(self, wanted: PricesOf) -> Prices:
        """Return a market's prices from its opening to its newest trade."""
        async with self._one:
            kept = self._kept.pop((wanted.guild, wanted.claim), None) or _opened(wanted)
            while rows := await self._db.read(markets.history, wanted.guild, wanted.claim, after=kept.last):
                _add(kept, rows)
                if len(rows) < markets.HISTORY_PAGE:
                    break
            self._kept[wanted.guild, wanted.claim] = kept
            while len(self._kept) > 1 and sum(one.size for one in self._kept.values()) > MOST_KEPT:
                self._kept.popitem(last=False)
            return Prices(
                wanted.title,
                wanted.outcomes,
                kept.at_us[:],
                tuple(line[:] for line in kept.prices),
                kept.traded[:],
                max(wanted.until_us, kept.at_us[-1]),
            )


def _opened(wanted: PricesOf) -> _Kept:
    total = sum(wanted.opening)
    first = tuple(longs([round(one * WHOLE / total)]) for one in wanted.opening)
    return _Kept(0, longs([wanted.opened_us]), first)


def _add(kept: _Kept, rows: list[markets.Point]) -> None:
    for row in rows:
        kept.at_us.append(max(row.at_us, kept.at_us[-1]))
        kept.traded.append(row.outcome)
        for line, price in zip(kept.prices, json.loads(row.prices), strict=True):
            line.append(price)
    kept.last = rows[-1].number
