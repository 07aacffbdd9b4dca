"""How good forecasts were (RULES C7, C8, E6): Brier, log, baseline and peer scores, calibration.

As Metaculus publishes them (its scores FAQ, and `scoring/score_math.py` of its public repository), with p the chance
that was given to what happened, and n outcomes:

    Brier       half of sum((p_k - o_k)^2): (1 - p)^2 for YES and NO     0 is perfect, 1 the worst
    log         ln p                                                     0 is perfect
    baseline    100 * ln(p * n) / ln n                                   0 is "all alike", 100 perfect
    peer        100 * (ln p - mean of the others' ln p)                  0 is the others' geometric mean

**Over time.** A claim has a scheduled window, from its opening until trading closes. A forecast counts from when it
was made until it was changed, or until the claim was as good as decided. Baseline and peer are averaged over the
whole scheduled window, counting 0 while one had no forecast (peer also while nobody else had): so nobody gains by
waiting, nor by what ends early. *Coverage* is the share of the window that one's forecasts stood. Brier and log,
where 0 would be perfect, are averaged over the covered part alone.

**Judged weights** (C8) score a forecast by the mean over the outcomes, by weight.

Pure floats; `stored` is the one function that rounds. Standard library only.
"""

import itertools
import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

UNIT = 1_000_000
"""Of a chance: one in a million; and of a score as it is stored: a millionth."""

FLOOR = 0.01
"""What a lower chance counts as where forecasts are compared (E6)."""

LEAST, MOST = 1_000, 999_000
"""A chance lies between 0.1% and 99.9% (C7)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A forecast while it stood: from when, until when, and the chance of each outcome (adding up to 1)."""

    by: Hashable
    from_us: int
    to_us: int
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ClaimWindow:
    """A claim's scheduled window, and when it was as good as decided, in microseconds."""

    from_us: int
    to_us: int
    ended_us: int

    @property
    def length_us(self) -> int:
        return self.to_us - self.from_us

    @property
    def counts_until_us(self) -> int:
        return min(self.to_us, self.ended_us)


@dataclass(frozen=True, slots=True)
class Scores:
    """One forecaster's scores on one claim; `coverage` from 0 to 1."""

    brier: float
    log: float
    baseline: float
    peer: float
    coverage: float


# --- one forecast -----------------------------------------------------------------------------


def shares(weights: Sequence[int]) -> list[float]:
    """Return weights over the outcomes as shares of 1; (0, 1) is outcome 1."""
    whole = sum(weights)
    if min(weights) < 0 or not whole:
        raise ValueError("weights are not negative, and one of them is above zero")
    return [weight / whole for weight in weights]


def brier(chances: Sequence[float], weights: Sequence[int]) -> float:
    """Return the Brier score, from 0, perfect, to 1: for YES and NO the square of how far the chance was off."""
    squares = math.fsum(chance * chance for chance in chances)
    return math.fsum(
        share * (squares - 2 * chance + 1) / 2
        for share, chance in zip(shares(weights), chances, strict=True)
        if share
    )


def log(chances: Sequence[float], weights: Sequence[int]) -> float:
    """Return the natural logarithm of the chance given to what happened."""
    return math.fsum(
        share * math.log(chance) for share, chance in zip(shares(weights), chances, strict=True) if share
    )


def baseline(chances: Sequence[float], weights: Sequence[int]) -> float:
    """Return 100 for certainty of what happened, 0 for all outcomes alike."""
    return 100 * (1 + log(chances, weights) / math.log(len(chances)))


def peer(chances: Sequence[float], others: Sequence[Sequence[float]], weights: Sequence[int]) -> float:
    """Return how much better than the others a chance was, at one moment; 0 where there are none."""
    if not others:
        return 0.0
    mean = math.fsum(_compared(other, weights) for other in others) / len(others)
    return 100 * (_compared(chances, weights) - mean)


def _compared(chances: Sequence[float], weights: Sequence[int], floor: float = FLOOR) -> float:
    """The logarithm that peers are compared by: a chance below 1% counts as 1% (E6), so that a friend's sure loss
    lifts nobody above all others."""
    return log([max(chance, floor) for chance in chances], weights)


# --- over time --------------------------------------------------------------------------------


def scores(
    pieces: Sequence[Piece], window: ClaimWindow, weights: Sequence[int], *, floor: float = FLOOR
) -> dict[Hashable, Scores]:
    """Return every player's scores on one claim, without those whose forecasts counted for no moment.

    With N pieces this takes N log N: who stood when goes into two running integrals over time, of which each piece
    reads its own part. With l = ln p, sum S and n standing, peer is 100 * (l * n / (n - 1) - S / (n - 1)).
    """
    counted = [cut for piece in pieces if (cut := _cut(piece, window)) is not None]
    if not counted:
        return {}
    logs = [log(piece.chances, weights) for piece in counted]
    compared = [_compared(piece.chances, weights, floor) for piece in counted]
    times, own, sums = _running(counted, compared, window)
    found: dict[Hashable, list[tuple[float, float, float, float]]] = {}
    for piece, said, told in zip(counted, logs, compared, strict=True):
        start, end = bisect_left(times, piece.from_us), bisect_left(times, piece.to_us)
        part = (piece.to_us - piece.from_us) / window.length_us
        against = 100 * (told * (own[end] - own[start]) - (sums[end] - sums[start]))
        found.setdefault(piece.by, []).append((part, brier(piece.chances, weights), said, against))
    return {by: _averaged(parts, len(weights)) for by, parts in found.items()}


def _cut(piece: Piece, window: ClaimWindow) -> Piece | None:
    """The part of a forecast that lies in the window, if there is one."""
    start, end = max(piece.from_us, window.from_us), min(piece.to_us, window.counts_until_us)
    return Piece(piece.by, start, end, piece.chances) if start < end else None


def _running(
    pieces: Sequence[Piece], logs: Sequence[float], window: ClaimWindow
) -> tuple[list[int], list[float], list[float]]:
    """The moments at which something changed, and up to each the integrals of n / (n - 1) and of S / (n - 1)."""
    changes: dict[int, list[tuple[int, float]]] = {}
    for piece, said in zip(pieces, logs, strict=True):
        changes.setdefault(piece.from_us, []).append((1, said))
        changes.setdefault(piece.to_us, []).append((-1, -said))
    times = sorted(changes)
    own, sums, standing, total = [0.0], [0.0], 0, 0.0
    for at, until in zip(times, [*times[1:], times[-1]], strict=True):
        for one, said in changes[at]:
            standing += one
            total += said
        part = (until - at) / window.length_us if standing > 1 else 0.0
        own.append(own[-1] + part * standing / max(standing - 1, 1))
        sums.append(sums[-1] + part * total / max(standing - 1, 1))
    return times, own, sums


def _averaged(parts: Sequence[tuple[float, float, float, float]], outcomes: int) -> Scores:
    coverage = math.fsum(part for part, *_ in parts)
    off = math.fsum(part * one for part, one, _, _ in parts) / coverage
    said = math.fsum(part * one for part, _, one, _ in parts) / coverage
    chance = 100 * math.fsum(part * (1 + one / math.log(outcomes)) for part, _, one, _ in parts)
    return Scores(off, said, chance, math.fsum(one for *_, one in parts), coverage)


def accompanied(
    pieces: Sequence[Piece], window: ClaimWindow, *, apart: Collection[Hashable] = ()
) -> set[Hashable]:
    """Return who forecast beside two others for a tenth of the window at least: only for them a claim counts (E6).

    Args:
        apart: Whose forecasts are nobody else's: earlier numbers of players who forecast as well.
    """
    counted = [cut for piece in pieces if (cut := _cut(piece, window)) is not None]
    changes: dict[int, int] = {}
    for piece in counted:
        here = int(piece.by not in apart)
        changes[piece.from_us] = changes.get(piece.from_us, 0) + here
        changes[piece.to_us] = changes.get(piece.to_us, 0) - here
    times, spans, standing = sorted(changes), dict[int, int](), 0
    for at, until in itertools.pairwise([*times, window.to_us]):
        spans.setdefault(at, 0)
        standing += changes[at]
        spans[until] = spans[at] + (until - at if standing > OTHERS else 0)
    beside: dict[Hashable, int] = {}
    for piece in counted:
        beside[piece.by] = beside.get(piece.by, 0) + spans[piece.to_us] - spans[piece.from_us]
    return {by for by, span in beside.items() if span * PART >= window.length_us and by not in apart}


OTHERS, PART = 2, 10
"""Whose forecasts stand beside one's own where a claim counts, and the part of its window for which they do."""


def stored(score: float) -> int:
    """Return a score as it is kept: whole millionths, the nearest. Sums of these are exact, and can be taken back."""
    return round(score * UNIT)


# --- numbers and dates ------------------------------------------------------------------------

NINE = math.log(9)


def distribution(low: float, middle: float, high: float) -> Callable[[float], float]:
    """Return the chance to stay below a value, as a function, from a player's 10%, 50% and 90% quantiles.

    Below and above the median the distribution is logistic, each side as wide as its quantile says: it passes through
    all three points and leaves both tails something.
    """
    if not low < middle < high:
        raise ValueError("quantiles rise")

    def below(value: float) -> float:
        width = (middle - low if value < middle else high - middle) / NINE
        return 1 / (1 + math.exp(min((middle - value) / width, 700.0)))

    return below


def kept(chances: Sequence[float]) -> tuple[int, ...]:
    """Return chances as they are stored: whole millionths that add up to one, none of them below 0.1%.

    Those below are raised to it, at the cost of the others in proportion; the units that rounding leaves go to the
    largest remainders.
    """
    floored = [max(chance, 0.0) for chance in chances]
    low = [False] * len(floored)
    while True:
        rest = math.fsum(chance for chance, is_low in zip(floored, low, strict=True) if not is_low) or 1.0
        room = UNIT - LEAST * sum(low)
        exact = [
            float(LEAST) if is_low else chance / rest * room
            for chance, is_low in zip(floored, low, strict=True)
        ]
        more = [is_low or value < LEAST for is_low, value in zip(low, exact, strict=True)]
        if more == low:
            break
        low = more
    whole = [math.floor(value) for value in exact]
    left = UNIT - sum(whole)
    for place in sorted(range(len(whole)), key=lambda place: whole[place] - exact[place])[:left]:
        whole[place] += 1
    return tuple(whole)


# --- the crowd --------------------------------------------------------------------------------


def median(given: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the crowd's chances: the median of each outcome's, brought to one in proportion; millionths.

    Of an even number the two middle ones' mean. For YES and NO the proportion changes nothing.
    """
    middles = [_middle(sorted(column)) for column in zip(*given, strict=True)]
    whole = sum(middles)
    return kept([float(middle / whole) for middle in middles])


def _middle(ordered: Sequence[int]) -> Fraction:
    half = len(ordered) // 2
    return Fraction(ordered[half]) if len(ordered) % 2 else Fraction(ordered[half - 1] + ordered[half], 2)


# --- calibration ------------------------------------------------------------------------------

Z95 = 1.959963984540054
"""Of the normal distribution, what 95% lie within."""


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Forecasts between two chances: how many, how many of them came true, what they said on average.

    `low` and `high` are the 95% interval of how many of such come true.
    """

    from_bp: int
    to_bp: int
    count: int
    came: int
    said: float
    low: float
    high: float

    @property
    def rate(self) -> float:
        return self.came / self.count


def wilson(came: int, count: int, z: float = Z95) -> tuple[float, float]:
    """Return the score interval of a proportion (Wilson 1927; method 3 of Newcombe 1998)."""
    rate, square = came / count, z * z
    middle = rate + square / (2 * count)
    spread = z * math.sqrt(rate * (1 - rate) / count + square / (4 * count * count))
    whole = 1 + square / count
    return max((middle - spread) / whole, 0.0), min((middle + spread) / whole, 1.0)


TENTHS = 10


def tenth_of(chance: int) -> int:
    """Return which tenth a chance, in millionths, lies in: 0 is below 10%, 9 is 90% and above."""
    return min(chance * TENTHS // UNIT, TENTHS - 1)


def calibration(counts: Mapping[int, tuple[int, int, int]]) -> list[CalibrationBin]:
    """Make bins from (count, came true, sum of the chances in millionths) by tenth, without those that have no
    forecasts."""
    return [
        CalibrationBin(at * 1_000, (at + 1) * 1_000, count, came, said / count / UNIT, *wilson(came, count))
        for at, (count, came, said) in sorted(counts.items())
        if count
    ]
