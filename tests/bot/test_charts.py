"""Pictures: drawn by another process, thinned without losing a peak, and the same in words.

The tests that draw import what they draw with: it takes a second, and each of a run's processes collects this file.
"""

import asyncio
import io
import itertools
import random
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from bot import painter
from bot.charts import models
from bot.charts.models import WHOLE, Balance, Bin, CalibrationChart, Chart, Prices, longs
from bot.painter import Painter
from bot.ui.cards import Card
from tests import databases

START_US = 1_790_000_000_000_000
HOUR_US = 3_600_000_000


def prices(*names: str, trades: int = 20, title: str = "Before 2030") -> Prices:
    """A market of so many trades, always the same."""
    dice = random.Random(trades)
    lines = [[WHOLE // len(names)] for _ in names]
    for _ in range(trades):
        parts = [dice.random() + 0.05 for _ in names]
        for line, part in zip(lines, parts, strict=True):
            line.append(round(part * WHOLE / sum(parts)))
    at_us = [START_US + step * HOUR_US for step in range(trades + 1)]
    traded = [-1, *(dice.randrange(len(names)) for _ in range(trades))]
    return Prices(title, names, longs(at_us), tuple(map(longs, lines)), longs(traded), at_us[-1] + HOUR_US)


BALANCE = Balance("Your balance", longs([START_US, START_US + HOUR_US]), longs([100_000, -5_050]), START_US)
CALIBRATION = CalibrationChart("Ada", (Bin(0.05, 0.1, 0.0, 0.3, 10), Bin(0.9, 0.8, 0.6, 0.95, 20)))
EVERY = [
    prices("YES", "NO"),
    prices("YES", "NO", trades=0),
    prices(*"abcdefghij", title="$x_1^{2$ \\frac 日本 ﷽ \x00"),
    prices("日本", "$5$_^", "never"),
    BALANCE,
    CALIBRATION,
    CalibrationChart("Nobody", ()),
]


@pytest.fixture
async def paints(own_sqlite: str) -> AsyncIterator[Painter]:
    async with databases.opened(own_sqlite) as db:
        made = Painter(db)
        yield made
        await made.close()


@pytest.mark.parametrize("chart", EVERY, ids=lambda chart: type(chart).__name__)
def test_every_chart_is_a_picture_and_a_sentence(chart: Chart):
    from PIL import Image

    from bot.charts import plot

    picture = Image.open(io.BytesIO(plot.draw(chart)))
    assert picture.size == (plot.WIDE, plot.HIGH)
    assert 10 < len(models.describe(chart)) <= 1_000


PHONE_PX = 310
"""How wide a picture in a card is on a phone 390 pixels wide."""


def test_every_label_can_be_read_on_a_phone():
    from matplotlib.text import Text

    from bot.charts import plot

    long = prices("A superhuman coder", "Another outcome of it", "never", title="An AI lab announces " * 5)
    for chart in (*EVERY, long):
        figure = plot.figure_of(chart)
        figure.canvas.draw()
        written = [one for one in figure.findobj(Text) if isinstance(one, Text) and one.get_text()]
        assert written
        for one in written:
            css_px = float(one.get_fontsize()) * plot.DPI / 72 * PHONE_PX / plot.WIDE
            assert css_px >= 9, one.get_text()
            box = one.get_window_extent()
            assert box.x0 >= 0, one.get_text()
            assert box.x1 <= plot.WIDE, one.get_text()
        ticks = [one.get_window_extent() for one in figure.axes[0].get_xticklabels() if one.get_text()]
        assert all(one.x1 < next_.x0 for one, next_ in itertools.pairwise(ticks))


def test_words_say_what_the_picture_shows():
    shown = Prices(
        "x",
        ("YES", "NO"),
        longs([START_US, START_US + HOUR_US, START_US + 24 * HOUR_US]),
        (longs([500_000, 700_000, 620_000]), longs([500_000, 300_000, 380_000])),
        longs([-1, 0, 1]),
        START_US + 48 * HOUR_US,
    )
    assert models.describe(shown) == (
        "Price over time, 21 September 2026 to 23 September 2026, 2 trades: "
        "YES from 50% to 62%, lowest 50%, highest 70%; NO from 50% to 38%, lowest 30%, highest 50%."
    )
    assert "from 1,000.00 to −50.50 points" in models.describe(BALANCE)
    assert "said about 90%: happened 80% of 20 (60% to 95%)" in models.describe(CALIBRATION)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_colour_can_be_read_on_the_picture_s_own_ground():
    """It is the same in Discord's dark and light, since the picture brings its ground along."""
    from PIL import Image

    from bot.charts import plot

    picture = Image.open(io.BytesIO(plot.draw(EVERY[0]))).convert("RGBA")
    assert picture.getpixel((2, 2)) == (*bytes.fromhex(plot.GROUND[1:]), 255)
    for ground in (plot.GROUND, plot.PANEL):
        for colour in (*plot.COLOURS, plot.WORDS, plot.QUIET):
            assert contrast(colour, ground) >= 4.5, colour


def test_thinning_keeps_every_column_s_ends_and_peaks():
    import numpy as np

    from bot.charts import plot

    dice = np.random.default_rng(3)
    at = np.sort(dice.integers(0, 10**12, 50_000))
    values = dice.integers(0, WHOLE, 50_000)
    columns = 100
    kept = plot.thinned(at, values, columns)
    assert len(kept) <= 4 * columns
    column = (at - at[0]) * columns // (at[-1] - at[0] + 1)
    for here in range(columns):
        whole, thin = values[column == here], values[kept][column[kept] == here]
        assert (whole.min(), whole.max(), whole[0], whole[-1]) == (
            thin.min(),
            thin.max(),
            thin[0],
            thin[-1],
        )


def test_labels_move_apart_and_stay_inside():
    from bot.charts import plot

    found = dict(plot.apart([50.0, 51.0, 52.0, 99.9, 0.0], 10))
    at = sorted(found.values())
    assert all(b - a >= 10 - 1e-9 for a, b in itertools.pairwise(at))
    assert at[0] >= 0
    assert at[-1] <= 100
    assert found[0] < found[1] < found[2]


async def test_the_same_content_is_drawn_once(paints: Painter):
    first = await paints.paint(prices("YES", "NO"))
    assert first is not None
    assert first is await paints.paint(prices("YES", "NO"))
    other = await paints.paint(prices("YES", "NO", trades=21))
    assert other is not None
    assert other.name != first.name


async def test_what_is_kept_has_a_bound(paints: Painter, monkeypatch: pytest.MonkeyPatch):
    first = await paints.paint(prices("YES", "NO"))
    assert first is not None
    monkeypatch.setattr(painter, "MOST_KEPT_BYTES", len(first.content) + 10)
    await paints.paint(prices("YES", "NO", trades=21))
    assert first is not await paints.paint(prices("YES", "NO"))


async def test_a_process_that_was_killed_is_started_again_and_no_card_is_lost(paints: Painter):
    assert await paints.paint(prices("YES", "NO")) is not None
    assert paints.process is not None
    paints.process.kill()
    await paints.process.wait()
    assert await paints.paint(prices("YES", "NO", trades=3)) is not None

    broken = Prices("x", ("YES",), longs([]), (), longs([]), 0)
    card = await paints.painted(Card("A claim", chart=broken))
    assert card.picture is None
    assert await paints.paint(prices("YES", "NO", trades=4)) is not None


async def test_a_process_with_nothing_to_draw_ends(paints: Painter, monkeypatch: pytest.MonkeyPatch):
    assert await paints.paint(prices("YES", "NO")) is not None
    process = paints.process
    assert process is not None
    monkeypatch.setattr(painter, "IDLE_SECONDS", 0.0)
    assert await paints.paint(prices("YES", "NO", trades=2)) is not None
    async with asyncio.timeout(20):
        assert await process.wait() == 0
    assert await paints.paint(prices("YES", "NO", trades=3)) is not None


def test_the_bot_itself_loads_no_plotting_library():
    code = "import bot.app, sys; sys.exit(any(m in sys.modules for m in ('matplotlib', 'numpy', 'PIL')))"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
