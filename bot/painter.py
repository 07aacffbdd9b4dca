"""Draw charts in another process, and keep the last pictures.

The process is started when there is something to draw, and ended when there has been nothing for a while: matplotlib
takes half a second to load and 80 MB to hold, which the bot itself never does. A picture that can't be drawn is left
out: what it goes with is said all the same.
"""

import asyncio
import contextlib
import logging
import os
import pickle
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from dataclasses import replace

from bot.charts import models
from bot.charts.models import Chart, PricesOf
from bot.charts.price_cache import Histories
from bot.ui.cards import Card, Picture
from ledger.errors import LedgerError
from ledger.storage.database import Database

IDLE_SECONDS = 60.0
"""Seconds for which the process waits for another chart."""

DRAW_SECONDS = 20.0
"""Seconds that one picture may take, the start of the process included."""

MOST_KEPT_BYTES = 8 * 1024 * 1024

log = logging.getLogger("crux.painter")


class DrawingFailed(Exception):
    """The drawing process ended instead of drawing."""


class Painter:
    def __init__(self, db: Database) -> None:
        self._histories = Histories(db)
        self._kept: OrderedDict[str, Picture] = OrderedDict()
        self._size = 0
        self.process: Process | None = None
        self._one = asyncio.Lock()
        self._leaving: set[asyncio.Task[int]] = set()
        self._idle: asyncio.TimerHandle | None = None

    async def painted(self, card: Card) -> Card:
        """Return the card with its picture, if it has a chart and that can be drawn."""
        if card.chart is None:
            return card
        chart = card.chart
        if isinstance(chart, PricesOf):
            try:
                chart = await self._histories.prices(chart)
            except LedgerError as error:
                log.warning("not drawn", extra={"facts": {"error": type(error).__name__}})
                return card
        return replace(card, picture=await self.paint(chart))

    async def paint(self, chart: Chart) -> Picture | None:
        """Paint a chart; None if it can't be drawn now."""
        digest = await asyncio.to_thread(models.digest, chart)
        async with self._one:
            kept = self._kept.get(digest)
            if kept is not None:
                self._kept.move_to_end(digest)
                return kept
            try:
                async with asyncio.timeout(DRAW_SECONDS):
                    content = await self._draw(chart)
            except (TimeoutError, OSError, DrawingFailed, asyncio.IncompleteReadError) as error:
                log.warning("not drawn", extra={"facts": {"error": type(error).__name__}})
                await self._end()
                return None
            except asyncio.CancelledError:
                await self._end()  # its late answer would belong to another chart
                raise
            words = await asyncio.to_thread(models.describe, chart)
            return self._keep(digest, Picture(f"chart-{digest[:16]}.png", content, words))

    async def close(self) -> None:
        async with self._one:
            await self._end()
        await asyncio.gather(*self._leaving)

    def _keep(self, digest: str, picture: Picture) -> Picture:
        self._kept[digest] = picture
        self._size += len(picture.content)
        while self._size > MOST_KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.content)
        return picture

    async def _draw(self, chart: Chart) -> bytes:
        if self._idle is not None:
            self._idle.cancel()
        process = self.process
        if process is None or process.returncode is not None:
            quiet = asyncio.subprocess.DEVNULL
            # One thread is enough for a picture, and the arrays' library would start one a core.
            process = self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.charts.plot",
                stdin=PIPE,
                stdout=PIPE,
                stderr=quiet,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            )
        assert process.stdin is not None
        assert process.stdout is not None
        body = await asyncio.to_thread(pickle.dumps, chart)
        process.stdin.write(struct.pack("<q", len(body)) + body)
        await process.stdin.drain()
        (length,) = struct.unpack("<q", await process.stdout.readexactly(8))
        content = await process.stdout.readexactly(length)
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._let_go)
        return content

    def _let_go(self) -> None:
        """Close the process's input: it ends by itself."""
        process, self.process = self.process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            leaving = asyncio.create_task(process.wait())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
