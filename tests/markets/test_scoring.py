"""Scores held to what Metaculus publishes, to 50-digit decimals, and to what must be true of any scores (C7, C8, E6).

The published values are those of Metaculus's own tests (`tests/unit/test_scoring/test_score_math.py` of its public
repository) and of the "score truncation example" on its scores FAQ; days are ours to choose, as theirs are.
"""

import math
from collections.abc import Hashable
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.mechanisms import scoring
from markets.mechanisms.scoring import ClaimWindow, Piece, Scores

TEN = ClaimWindow(0, 10, 10)
YES = [1, 0]


def f(by: Hashable, chance: float, start: int = 0, end: int = 99) -> Piece:
    """A forecast for YES, by days."""
    return Piece(by, start, end, (chance, 1 - chance))


def scored(*pieces: Piece, window: ClaimWindow = TEN, weights: list[int] = YES) -> dict[Any, Scores]:
    return scoring.scores(pieces, window, weights)


def gm(*chances: float) -> float:
    return math.prod(chances) ** (1 / len(chances))


# --- as published -----------------------------------------------------------------------------


@pytest.mark.rule("C7")
@pytest.mark.parametrize(
    ("chance", "published"),
    [(0.5, 0), (0.9, 84.79969066), (0.1, -232.19280949), (2**-0.5, 50), (2**-1.5, -50)],
)
def test_baseline_of_yes_and_no_as_published(chance: float, published: float):
    assert scoring.baseline((chance, 1 - chance), YES) == pytest.approx(published, abs=1e-8)
    assert scored(f("a", chance))["a"].baseline == pytest.approx(published, abs=1e-8)


def test_baseline_of_many_outcomes_as_published():
    chances = (1 / 3, 1 - 3**-0.5 - 1 / 3, 3**-0.5)
    assert scoring.baseline(chances, [1, 0, 0]) == pytest.approx(0, abs=1e-8)
    assert scoring.baseline(chances, [0, 0, 1]) == pytest.approx(50, abs=1e-8)


def test_half_the_window_is_half_the_baseline_as_published():
    late = scored(f("a", 0.9, 5))["a"]
    assert (late.baseline, late.coverage) == (pytest.approx(84.79969066 / 2, abs=1e-8), 0.5)


def test_the_truncation_example_as_published():
    """20% for an answer within the first of 52 weeks, 5% of NO... as published: -328, +92, -324 and +80."""

    def year(first: float, then: float) -> float:
        return scored(f("a", first, 0, 1), f("a", then, 1), window=ClaimWindow(0, 52, 52))["a"].baseline

    assert scored(f("a", 0.24))["a"].baseline == pytest.approx(-106, abs=0.5)
    assert year(0.24, 0.05) == pytest.approx(-328, abs=0.5)
    assert year(0.76, 0.95) == pytest.approx(92, abs=0.5)
    assert year(0.99, 0.05) == pytest.approx(-324, abs=0.5)
    assert year(0.01, 0.95) == pytest.approx(80, abs=0.5)
    early = ClaimWindow(0, 52, 1)
    assert scored(f("a", 0.24), window=early)["a"].baseline == pytest.approx(-2, abs=0.5)
    assert scored(f("a", 0.99), window=early)["a"].baseline == pytest.approx(2, abs=0.5)


@pytest.mark.parametrize(
    "chances", [(0.9, 0.9), (0.1, 0.9), (0.4, 0.6), (0.1, 0.5, 0.9), (0.1, 0.3, 0.6, 0.9)]
)
def test_peer_as_published(chances: tuple[float, ...]):
    found = scored(*[f(by, chance) for by, chance in enumerate(chances)])
    for by, chance in enumerate(chances):
        others = [other for at, other in enumerate(chances) if at != by]
        assert found[by].peer == pytest.approx(100 * math.log(chance / gm(*others)), abs=1e-8)


def test_peer_of_one_alone_is_nothing_as_published():
    assert scored(f("a", 0.9))["a"].peer == 0


def test_peer_where_one_comes_at_half_time_as_published():
    found = scored(f("a", 0.1), f("b", 0.5), f("c", 0.9, 5))
    assert found["a"].peer == pytest.approx(
        50 * (math.log(0.1 / 0.5) + math.log(0.1 / gm(0.5, 0.9))), abs=1e-8
    )
    assert found["b"].peer == pytest.approx(
        50 * (math.log(0.5 / 0.1) + math.log(0.5 / gm(0.1, 0.9))), abs=1e-8
    )
    assert found["c"].peer == pytest.approx(50 * math.log(0.9 / gm(0.1, 0.5)), abs=1e-8)
    assert found["c"].coverage == 0.5


def test_peer_of_many_outcomes_as_published():
    rest = math.e**0.25 / 3
    pieces = [Piece("a", 0, 10, (1 / 3, 1 - rest - 1 / 3, rest)), Piece("b", 0, 10, (1 / 3, 1 / 3, 1 / 3))]
    found = scoring.scores(pieces, TEN, [0, 0, 1])
    assert (found["a"].peer, found["b"].peer) == (pytest.approx(25, abs=1e-8), pytest.approx(-25, abs=1e-8))


@pytest.mark.parametrize(("start", "coverage"), [(0, 1), (3, 0.7), (5, 0.5), (7, 0.3)])
def test_coverage_as_published(start: int, coverage: float):
    assert scored(f("a", 0.5, start))["a"].coverage == pytest.approx(coverage)


@pytest.mark.rule("D2")
def test_what_ends_early_covers_less_and_what_comes_later_doesn_t_score():
    early = ClaimWindow(0, 10, 5)
    assert scored(f("a", 0.5), window=early)["a"].coverage == 0.5
    assert scored(f("a", 0.5, 5), window=early) == {}
    assert scored(f("a", 0.5), window=ClaimWindow(0, 10, 0)) == {}


@pytest.mark.parametrize(
    ("said", "rained", "published"), [(1, 1, 0), (1, 0, 1), (0.7, 1, 0.09), (0.3, 1, 0.49), (0.5, 0, 0.25)]
)
def test_brier_as_published(said: float, rained: int, published: float):
    """The worked examples of "Brier score" on Wikipedia, for a forecast of rain."""
    assert scoring.brier((said, 1 - said), [rained, 1 - rained]) == pytest.approx(published, abs=1e-12)


def test_brier_s_own_score_of_many_outcomes_is_twice_ours():
    """Brier, Verification of forecasts expressed in terms of probability, 1950: P = sum over outcomes of (f - E)^2,
    which for two outcomes is twice what everybody calls the Brier score today."""
    for said in ((0.7, 0.3), (0.2, 0.3, 0.5), (0.1, 0.1, 0.1, 0.7)):
        for came in range(len(said)):
            own = sum((chance - (at == came)) ** 2 for at, chance in enumerate(said))
            assert scoring.brier(said, [int(at == came) for at in range(len(said))]) == pytest.approx(own / 2)


def test_log_as_published():
    """Good's logarithmic score (Rational decisions, 1952), by the example of "Scoring rule" on Wikipedia: 80% for
    rain scores ln 0.8 = -0.22 if it rains and ln 0.2 = -1.6 if not."""
    assert scoring.log((0.8, 0.2), [1, 0]) == pytest.approx(-0.22, abs=0.005)
    assert scoring.log((0.8, 0.2), [0, 1]) == pytest.approx(-1.6, abs=0.05)
    with localcontext() as exact:
        exact.prec = 50
        for chance in ("0.001", "0.3", "0.999"):
            rest = 1 - float(chance)
            assert scoring.log((float(chance), rest), [1, 0]) == pytest.approx(
                float(Decimal(chance).ln()), rel=1e-14
            )


def test_brier_and_log_average_over_what_was_covered():
    found = scored(f("a", 0.9, 2, 4), f("a", 0.6, 4, 8))["a"]
    assert found.brier == pytest.approx((2 * 0.01 + 4 * 0.16) / 6)
    assert found.log == pytest.approx((2 * math.log(0.9) + 4 * math.log(0.6)) / 6)
    assert scoring.brier((0.2, 0.3, 0.5), [0, 0, 1]) == pytest.approx((0.04 + 0.09 + 0.25) / 2)


# --- against fifty digits ---------------------------------------------------------------------

chances = st.integers(scoring.LEAST, scoring.MOST)
pieces = st.lists(
    st.tuples(st.integers(0, 4), chances, st.integers(0, 12), st.integers(1, 12)), min_size=1, max_size=12
)


def in_turn(drawn: list[tuple[int, int, int, int]]) -> list[Piece]:
    """Each forecaster's pieces one after the other, as a history is."""
    free: dict[int, int] = {}
    made: list[Piece] = []
    for by, chance, wait, length in drawn:
        start = free.get(by, 0) + wait
        free[by] = start + length
        made.append(f(by, chance / scoring.UNIT, start, start + length))
    return made


@given(pieces, st.integers(1, 20), st.sampled_from([[1, 0], [0, 1], [3, 1], [1, 1]]))
def test_scores_over_time_agree_with_fifty_digits_moment_by_moment(
    drawn: list[tuple[int, int, int, int]], ended: int, weights: list[int]
):
    made = in_turn(drawn)
    found = scoring.scores(made, ClaimWindow(0, 15, ended), weights)
    with localcontext() as exact:
        exact.prec = 50
        slow = by_the_moment(made, min(ended, 15), weights)
    assert found.keys() == slow.keys()
    for by, (peer, base, coverage) in slow.items():
        assert found[by].peer == pytest.approx(float(peer), abs=1e-9)
        assert found[by].baseline == pytest.approx(float(base), abs=1e-9)
        assert found[by].coverage == pytest.approx(float(coverage), abs=1e-12)


def by_the_moment(
    made: list[Piece], until: int, weights: list[int]
) -> dict[Hashable, tuple[Decimal, Decimal, Decimal]]:
    """Each unit of time by itself, straight from the definition."""
    sums: dict[Hashable, tuple[Decimal, Decimal, Decimal]] = {}
    whole = Decimal(sum(weights))
    for now in range(until):
        here = {piece.by: piece.chances for piece in made if piece.from_us <= now < piece.to_us}
        logs = {
            by: sum(
                (weight / whole * Decimal(p).ln() for weight, p in zip(weights, ps, strict=True)), Decimal()
            )
            for by, ps in here.items()
        }
        compared = {
            by: sum(
                (
                    weight / whole * max(Decimal(p), Decimal(scoring.FLOOR)).ln()
                    for weight, p in zip(weights, ps, strict=True)
                ),
                Decimal(),
            )
            for by, ps in here.items()
        }
        for by, said in logs.items():
            others = [other for at, other in compared.items() if at != by]
            against = sum(others, Decimal()) / len(others) if others else compared[by]
            peer = 100 * (compared[by] - against)
            base = 100 * (1 + said / Decimal(2).ln())
            before = sums.get(by, (Decimal(), Decimal(), Decimal()))
            sums[by] = (before[0] + peer / 15, before[1] + base / 15, before[2] + Decimal(1) / 15)
    return sums


@given(st.lists(chances, min_size=2, max_size=8), st.integers(0, 1))
def test_peer_scores_of_people_who_stood_together_add_up_to_nothing(given_chances: list[int], came: int):
    found = scored(
        *[f(by, chance / scoring.UNIT) for by, chance in enumerate(given_chances)],
        weights=[1 - came, came],
    )
    assert math.fsum(one.peer for one in found.values()) == pytest.approx(0, abs=1e-8)


@given(chances, chances)
def test_saying_what_one_believes_is_never_worse_on_average(believed: int, said: int):
    weights = [believed, scoring.UNIT - believed]
    honest, other = [(chance / scoring.UNIT, 1 - chance / scoring.UNIT) for chance in (believed, said)]
    assert scoring.brier(honest, weights) <= scoring.brier(other, weights) + 1e-12
    for score in (scoring.log, scoring.baseline):
        assert score(honest, weights) >= score(other, weights) - 1e-9


# --- ranges, the crowd, calibration -----------------------------------------------------------


def test_quantiles_are_met_exactly_and_leave_both_tails_something():
    below = scoring.distribution(10, 20, 60)
    assert [below(value) for value in (10, 20, 60)] == pytest.approx([0.1, 0.5, 0.9])
    assert 0 < below(-5) < 0.1 < 0.9 < below(100) < 1
    assert below(-1e9) == pytest.approx(0)
    with pytest.raises(ValueError, match="rise"):
        scoring.distribution(10, 10, 60)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=10).filter(lambda given: sum(given) > 0))
def test_kept_chances_are_whole_add_up_and_leave_every_outcome_a_thousandth(given_chances: list[float]):
    kept = scoring.kept([chance / math.fsum(given_chances) for chance in given_chances])
    assert sum(kept) == scoring.UNIT
    assert min(kept) >= scoring.LEAST
    assert all(type(one) is int for one in kept)


def test_the_crowd_is_the_median():
    crowd = [(100_000, 900_000), (700_000, 300_000), (600_000, 400_000)]
    assert scoring.median(crowd) == (600_000, 400_000)
    assert scoring.median(crowd[:2]) == (400_000, 600_000)


@pytest.mark.rule("E6")
@pytest.mark.parametrize(
    ("came", "count", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_as_published(came: int, count: int, low: float, high: float):
    """Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3."""
    found = scoring.wilson(came, count)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_calibration_counts_by_tenths():
    found = scoring.calibration({9: (10, 8, 9_300_000), 0: (0, 0, 0), 2: (3, 0, 700_000)})
    assert [(one.from_bp, one.count, one.came) for one in found] == [(2_000, 3, 0), (9_000, 10, 8)]
    assert (found[1].rate, found[1].said) == (0.8, pytest.approx(0.93))
    assert (found[1].low, found[1].high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert [scoring.tenth_of(chance) for chance in (1_000, 99_999, 100_000, 999_000)] == [0, 0, 1, 9]
