"""Draw charts with matplotlib in a process of its own: `python -m bot.charts.plot`, a chart in, a picture out.

A picture has a background of its own, so it reads the same in dark and in light. What has more points than the
picture has columns is thinned: of each column every line keeps its first, lowest, highest and last value, so no peak
is lost.
"""

# matplotlib says the types of its arguments, and leaves its keywords and callbacks open.
# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import io
import pickle
import struct
import sys
import textwrap
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any, cast

import numpy as np
from matplotlib import dates, patheffects, rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FuncFormatter

from bot.charts.models import WHOLE, Balance, CalibrationChart, Chart, Prices

rcParams["font.family"] = ["DejaVu Sans"]
rcParams["text.parse_math"] = False  # an outcome may be called $5

WIDE, HIGH, DPI = 1_000, 750, 125
"""A phone shows it about 310 of its own pixels wide, so a point of type is half a pixel there."""
LABELS, HEADING = 19, 21
"""Points: ten pixels on a phone, and a little more."""
COLUMNS = 800
"""Pixels across the plot: more points than these are thinned."""

GROUND, PANEL, GRID, WORDS, QUIET = "#15182B", "#1B1F36", "#353B5C", "#F4F5FB", "#AEB5D3"
# Told apart by people who see few colours, and each at least 3:1 on the ground; after Okabe and Ito, lightened.
COLOURS = (
    "#5BB8F5",
    "#FFB454",
    "#4FD6A6",
    "#F58FC4",
    "#F5E663",
    "#FF7F66",
    "#A9A2FF",
    "#9BE15D",
    "#D9C7B0",
    "#C0C7E0",
)
DASHES = ("-", "-", "-", "-", "-", (0, (5, 2)), (0, (5, 2)), (0, (5, 2)), (0, (2, 2)), (0, (2, 2)))
_DAY_US = 86_400_000_000
_SECOND = 1 / 86_400
_CELL = 6
"""Pixels: dots nearer to each other are drawn as one."""

_MOST_NAME, _MOST_TITLE = 12, 36
_LETTER = 1.25
"""Pixels that a letter takes across for each point of its size, a wide one in bold."""

Whole = np.ndarray[Any, np.dtype[np.int64]]


def draw(chart: Chart) -> bytes:
    """Draw a chart as a PNG."""
    out = io.BytesIO()
    figure_of(chart).savefig(out, format="png", pil_kwargs={"compress_level": 4})
    return out.getvalue()


def figure_of(chart: Chart) -> Figure:
    """Lay a chart out, not drawn yet."""
    figure = Figure(figsize=(WIDE / DPI, HIGH / DPI), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    match chart:
        case Prices():
            _prices(figure, chart)
        case CalibrationChart():
            _calibration(figure, chart)
        case Balance():
            _balance(figure, chart)
    return figure


def _axes(figure: Figure, title: str, box: tuple[float, float, float, float]) -> Axes:
    axes = figure.add_axes(box, facecolor=PANEL)
    figure.text(
        0.035, 0.975, "\n".join(heading(title)), color=WORDS, fontsize=HEADING, fontweight="bold", va="top"
    )
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.grid(True, color=GRID, linewidth=1)
    axes.set_axisbelow(True)
    axes.tick_params(colors=QUIET, labelsize=LABELS, length=0, pad=8)
    axes.tick_params(axis="x", pad=16)  # clear of the lowest label on the left
    return axes


def _time(axes: Axes, first: float, last: float) -> None:
    edge = max((last - first) * 0.012, _SECOND / 4)
    axes.set_xlim(first - edge, last + edge)
    axes.grid(False, axis="x")
    if last - first < 600 * _SECOND:  # ticks would count seconds
        ends = sorted({f"{dates.num2date(at, tz=UTC):%H:%M}": at for at in (last, first)}.items())
        axes.set_xticks([at for _, at in ends], [words for words, _ in ends])
        return
    locator = dates.AutoDateLocator(tz=UTC, minticks=3, maxticks=5)
    made = dates.ConciseDateFormatter(locator, tz=UTC, show_offset=False)
    made.formats = ["%Y", "%b %Y", "%-d %b", "%H:%M", "%H:%M", "%S.%f"]
    made.zero_formats = ["%Y", "%Y", "%-d %b", "%-d %b", "%H:%M", "%H:%M"]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(made)


# --- prices -----------------------------------------------------------------------------------


def _prices(figure: Figure, chart: Prices) -> None:
    ends = _ends_of(chart)
    letters = max(map(len, ends))
    axes = _axes(figure, chart.title, (0.135, 0.11, 0.84 - letters * LABELS * _LETTER / WIDE, 0.71))
    at = np.frombuffer(chart.at_us, dtype=np.int64)
    # A line shows even before any trade.
    last = max(chart.until_us / _DAY_US, at[-1] / _DAY_US, at[0] / _DAY_US + 30 * _SECOND)
    _time(axes, at[0] / _DAY_US, last)
    top = _top(chart)
    axes.set_ylim(0, top)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}%"))
    traded = np.frombuffer(chart.traded, dtype=np.int64)
    for place, line in reversed(list(enumerate(chart.prices))):
        price = np.frombuffer(line, dtype=np.int64)
        curve = _Curve(place, at, price, traded)
        _price_line(axes, curve, last, filled=place == 0 and len(chart.outcomes) == 2)
        _trade_dots(axes, curve)
    _ends(axes, chart, top, ends)


@dataclass(frozen=True, slots=True)
class _Curve:
    """One outcome's prices in millionths, at moments in microseconds; `traded` is the outcome of each trade."""

    place: int
    at: Whole
    price: Whole
    traded: Whole

    @property
    def colour(self) -> str:
        return COLOURS[self.place % len(COLOURS)]

    @property
    def few(self) -> bool:
        """Tell whether each trade has a large dot."""
        return len(self.traded) <= 300

    @property
    def dense(self) -> bool:
        """Tell whether lines are drawn thin."""
        return len(self.traded) > 4 * COLUMNS


def _price_line(axes: Axes, curve: _Curve, last: float, *, filled: bool) -> None:
    """Draw one outcome's price until `last`, in days, with the area below it where `filled`."""
    kept = thinned(curve.at, curve.price, COLUMNS)
    days, percent = curve.at[kept] / _DAY_US, curve.price[kept] * 100 / WHOLE
    days, percent = np.append(days, last), np.append(percent, percent[-1])
    axes.plot(
        days,
        percent,
        color=curve.colour,
        linewidth=1.2 if curve.dense else 3.2 if curve.place == 0 else 2.4,
        linestyle=DASHES[curve.place % len(DASHES)],
        drawstyle="steps-post",
        solid_joinstyle="miter" if curve.dense else "round",
        zorder=4 - curve.place / 20,
    )
    if filled and not curve.dense:
        axes.fill_between(days, percent, step="post", color=curve.colour, alpha=0.10, linewidth=0)


def _trade_dots(axes: Axes, curve: _Curve) -> None:
    """Draw a dot for each trade in one outcome: as marks of a line, many times faster than a scatter."""
    mine = np.flatnonzero(curve.traded == curve.place)
    dots = mine[spread(curve.at[mine], curve.price[mine])] if len(mine) else mine
    axes.plot(
        curve.at[dots] / _DAY_US,
        curve.price[dots] * 100 / WHOLE,
        color=curve.colour,
        linestyle="none",
        marker="o",
        markersize=8 if curve.few else 3.5 if curve.dense else 4.5,
        markeredgecolor=PANEL,
        markeredgewidth=1.2 if curve.few else 0 if curve.dense else 0.5,
        zorder=5,
        clip_on=False,
    )


def _top(chart: Prices) -> float:
    """Return the upper edge of the picture in percent: 100, or less where many outcomes share little."""
    most = max(max(line) for line in chart.prices) * 100 / WHOLE
    return 100.0 if len(chart.outcomes) == 2 or most > 55 else min(most // 10 * 10 + 20.0, 100.0)


def _ends_of(chart: Prices) -> list[str]:
    """Name the end of each line: its price and its outcome."""
    names = [fitted(name, _MOST_NAME) or f"outcome {at + 1}" for at, name in enumerate(chart.outcomes)]
    return [
        f"{_share(line[-1] * 100 / WHOLE)} {name}" for line, name in zip(chart.prices, names, strict=True)
    ]


def _ends(axes: Axes, chart: Prices, top: float, ends: list[str]) -> None:
    """Write each outcome's name and price at the end of its line, moved apart where they would touch."""
    lasts = [line[-1] * 100 / WHOLE for line in chart.prices]
    height = min(100 / (len(lasts)), 11.5 if len(lasts) <= 6 else 9.6)
    for place, at in apart([one * 100 / top for one in lasts], height):
        shown = axes.annotate(
            ends[place],
            (1, at / 100),
            xycoords="axes fraction",
            xytext=(12, 0),
            textcoords="offset points",
            color=COLOURS[place % len(COLOURS)],
            fontsize=LABELS,
            fontweight="bold" if place == 0 else "normal",
            va="center",
            annotation_clip=False,
        )
        shown.set_path_effects([patheffects.withStroke(linewidth=3, foreground=GROUND)])


def _share(percent: float) -> str:
    return f"{percent:.0f}%" if 1 <= percent <= 99 else f"{percent:.1f}%"


def apart(wanted: list[float], least: float) -> list[tuple[int, float]]:
    """Place labels from 0 to 100 near the wanted values, each at least `least` from the next."""
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    at: list[float] = []
    for place in order:
        at.append(max(wanted[place], at[-1] + least if at else least / 3))
    top = 100 - least / 3
    for back in range(len(at) - 1, -1, -1):
        at[back] = min(at[back], top)
        top = at[back] - least
    return list(zip(order, at, strict=True))


# --- calibration ------------------------------------------------------------------------------


def _calibration(figure: Figure, chart: CalibrationChart) -> None:
    axes = _axes(figure, chart.title, (0.2, 0.185, 0.74, 0.635))
    percent = FuncFormatter(lambda value, _: f"{value:.0f}%")
    axes.xaxis.set_major_formatter(percent)
    axes.yaxis.set_major_formatter(percent)
    axes.set(xlim=(-2, 102), ylim=(-4, 104), xticks=range(0, 101, 20), yticks=range(0, 101, 20))
    axes.set_xlabel("said", color=QUIET, fontsize=LABELS)
    axes.set_ylabel("happened", color=QUIET, fontsize=LABELS)
    axes.plot((0, 100), (0, 100), color=QUIET, linewidth=2, linestyle=(0, (4, 3)), zorder=2)
    words: dict[str, Any] = {"color": QUIET, "fontsize": 17, "transform": axes.transAxes, "zorder": 2}
    axes.text(0.985, 0.045, "dashed: it happens as often as it was said", ha="right", **words)
    most = max((one.count for one in chart.bins), default=1)
    for one in chart.bins:
        x, y = one.said * 100, one.happened * 100
        axes.plot(
            (x, x), (one.low * 100, one.high * 100), color=COLOURS[0], linewidth=3, alpha=0.55, zorder=3
        )
        size = 90 + 260 * (one.count / most) ** 0.5
        axes.scatter([x], [y], s=size, color=COLOURS[0], edgecolors=WORDS, linewidths=1.5, zorder=4)
        shown = axes.annotate(
            f"{one.count:,}",
            (x, y),
            xytext=(14, 0),
            textcoords="offset points",
            color=WORDS,
            fontsize=LABELS,
            va="center",
            zorder=5,
        )
        shown.set_path_effects([patheffects.withStroke(linewidth=3, foreground=PANEL)])
    if not chart.bins:
        axes.text(50, 50, "nothing is settled yet", color=WORDS, fontsize=LABELS, ha="center", va="center")


# --- a balance --------------------------------------------------------------------------------


def _balance(figure: Figure, chart: Balance) -> None:
    at = np.frombuffer(chart.at_us, dtype=np.int64)
    held = np.frombuffer(chart.balances, dtype=np.int64)
    end = f"{held[-1] / 100:,.2f}"
    tallest = max((f"{one / 100:,.0f}" for one in (held.max() * 1.12, held.min() * 1.1)), key=len)
    left, right = ((len(one) + 1) * LABELS * _LETTER / WIDE for one in (tallest, end))
    axes = _axes(figure, chart.title, (left, 0.11, 1 - left - right, 0.71))
    last = max(chart.until_us, int(at[-1])) / _DAY_US
    _time(axes, at[0] / _DAY_US, last)
    kept = thinned(at, held, COLUMNS)
    days, points = np.append(at[kept] / _DAY_US, last), np.append(held[kept], held[-1]) / 100
    low, high = min(float(points.min()), 0.0), max(float(points.max()), 1.0)
    axes.set_ylim(low * 1.1, high * 1.12)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.plot(days, points, color=COLOURS[0], linewidth=3.2, drawstyle="steps-post", zorder=4)
    axes.fill_between(days, points, step="post", color=COLOURS[0], alpha=0.14, linewidth=0)
    if low < 0:
        axes.axhline(0, color=COLOURS[5], linewidth=2, zorder=3)
    if len(at) <= 200:
        axes.scatter(
            at / _DAY_US, held / 100, s=46, color=COLOURS[0], edgecolors=PANEL, linewidths=1.2, zorder=5
        )
    axes.annotate(
        end,
        (1, points[-1]),
        xycoords=("axes fraction", "data"),
        xytext=(12, 0),
        textcoords="offset points",
        color=COLOURS[0],
        fontsize=LABELS,
        fontweight="bold",
        va="center",
        annotation_clip=False,
    )


# --- thinning ---------------------------------------------------------------------------------


def thinned(at: Whole, values: Whole, columns: int) -> Whole:
    """Choose the points to draw so that no gap shows: each column's first, lowest, highest and last."""
    if len(at) <= 4 * columns:
        return np.arange(len(at))
    width = max(int(at[-1] - at[0]), 1)
    column = (at - at[0]) * columns // (width + 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    ends = np.append(starts[1:], len(at)) - 1
    order = np.lexsort((values, column))
    return np.unique(np.concatenate((starts, ends, order[starts], order[ends])))


def spread(at: Whole, values: Whole) -> Whole:
    """Choose the dots to draw: one of those that would lie on top of each other."""
    width, across, up = max(int(at[-1] - at[0]), 1), COLUMNS // _CELL, HIGH // _CELL
    cells = (at - at[0]) * across // (width + 1) * up + values * up // (WHOLE + 1)
    return np.unique(cells, return_index=True)[1]


# --- words ------------------------------------------------------------------------------------


def heading(title: str) -> list[str]:
    """Break a title into two lines at most; what is longer is cut."""
    first, *rest = textwrap.wrap(fitted(title, 2 * _MOST_TITLE), _MOST_TITLE) or [""]
    return [first, *([fitted(" ".join(rest), _MOST_TITLE)] if rest else [])]


def fitted(words: str, most: int) -> str:
    """Cut a name to what fits and what the typeface can show; empty if it can show nothing of it."""
    known = get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap()
    shown = "".join(char if ord(char) in known else "\ufffd" for char in " ".join(words.split()))
    if not any(char.isalnum() for char in shown.replace("\ufffd", "")):
        return ""
    shown = shown.replace("\ufffd", "·")
    return shown if len(shown) <= most else f"{shown[: most - 1].rstrip()}…"


# --- the process ------------------------------------------------------------------------------


def requests(stream: io.BufferedIOBase) -> Iterator[Chart]:
    """Read charts as the painter sends them: a length in eight bytes, then a pickle."""
    while len(head := stream.read(8)) == 8:
        (length,) = struct.unpack("<q", head)
        yield pickle.loads(stream.read(length))


def main() -> None:
    out = sys.stdout.buffer
    for chart in requests(cast(io.BufferedIOBase, sys.stdin.buffer)):
        picture = draw(chart)
        out.write(struct.pack("<q", len(picture)))
        out.write(picture)
        out.flush()


assert array("q").itemsize == 8, "arrays are read as whole numbers of 64 bits"

if __name__ == "__main__":
    main()
