"""The starter claims: RULES B1 to B4 over forty real claims, and a file that ships whole."""

import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from markets.claims import ambiguity, library
from markets.claims.ambiguity import FixedWeights, JudgesChoose, PaysHalf, StakesReturn
from markets.claims.library import LibraryOutcome, Starter
from markets.mechanisms.two_party import Payout, Stakes

HERE = Path(library.__file__).with_name("library.toml")
SOURCE = Path(__file__).parents[3] / "shared" / "claims" / "seed-claims.toml"
LEFT_OUT = ("seed", "verified_how")


REWORDED = {
    "superhuman-coder-by-mid-2028": "One person has put this at one half",
    "agi-20th-percentile-2027": (
        "One author of the scenario placed it near the 20th percentile, with a median in the early 2030s"
    ),
}
"""Where the collection says whose estimate it was by a word of its own."""


def claim(name: str) -> Starter:
    found = library.find(name)
    assert found is not None
    return found


def parsed(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.mark.skipif(not SOURCE.exists(), reason="the collected claims are not beside this checkout")
def test_every_collected_claim_ships_unchanged_but_for_two_keys():
    source, ours = parsed(SOURCE), parsed(HERE)
    for row in source["claim"]:
        for key in LEFT_OUT:
            del row[key]
        row["known_value"] = REWORDED.get(row["id"], row["known_value"])

    assert ours == source
    assert [starter.id for starter in library.load()] == [row["id"] for row in source["claim"]]


def test_forty_claims_ship_and_every_word_of_them_is_read():
    starters = library.load()

    assert len(starters) == 40
    for starter, row in zip(starters, parsed(HERE)["claim"], strict=True):
        assert starter.statement == row["statement"]
        assert starter.yes_criteria == row["yes_criteria"]
        assert starter.clause_words == row["ambiguity"]
        facts = starter.check.facts()
        for key, value in row["check"].items():
            assert (
                facts[key] == (f"{value:f}" if isinstance(value, Decimal) else str(value))
                or key == "threshold"
            )
        assert Decimal(facts["threshold"]) == row["threshold"]
        assert (facts["comparator"], facts["unit"]) == (row["comparator"], row["unit"])


def test_historical_claims_have_their_answer_and_are_never_for_stakes():
    historical = [starter for starter in library.load() if starter.historical]

    assert len(historical) == 10
    assert all(starter.known_answer in ("YES", "NO") and starter.known_on for starter in historical)
    assert not any(starter.for_stakes for starter in historical)
    assert not claim("superhuman-coder-by-mid-2028").for_stakes
    assert claim("superhuman-coder-before-2030").for_stakes


def test_b1_every_claim_has_two_to_ten_distinct_outcomes_and_each_is_named():
    for starter in library.load():
        names = [answer.name for answer in starter.answers]
        assert 2 <= len(set(names)) == len(names) <= 10


def test_b1_a_number_claim_is_two_ranges_that_meet_at_the_threshold():
    assert claim("metr-8h-at-80-percent").answers[0][2:] == ("480", None)
    assert claim("metr-8h-at-80-percent").answers[1][2:] == (None, "480")
    below = claim("compute-growth-slows-after-2027")
    assert (below.kind, below.answers[0].high, below.answers[1].low) == ("number", "4.0", "4.0")


def test_b1_at_most_180_has_no_range_since_a_range_leaves_out_its_upper_edge():
    starter = claim("metr-doubling-time-half-year")

    assert starter.kind == "binary"
    assert [answer[2:] for answer in starter.answers] == [(None, None), (None, None)]


def test_b1_a_date_claims_options_are_ranges_without_gaps():
    starter = claim("agi-date")

    assert starter.kind == "date"
    assert starter.answers[:2] == (
        LibraryOutcome("before 2028", high="2028-01-01"),
        LibraryOutcome("2028 to 2029", low="2028-01-01", high="2030-01-01"),
    )
    assert starter.answers[-1] == LibraryOutcome("later or never", low="2046-01-01")
    for one, following in zip(starter.answers, starter.answers[1:], strict=False):
        assert one.high == following.low
    assert "Not reached on or before 2045-12-31: settles in the last option." in starter.said


def test_b2_a_deadline_is_the_end_of_its_day():
    assert claim("superhuman-coder-before-2030").deadline_at == datetime(2030, 1, 1, tzinfo=UTC)


def test_b3_the_three_ways_of_early_resolution():
    assert claim("superhuman-coder-before-2030").early == "allowed"
    assert claim("metr-8h-even-bet-march-2027").early == "announced"
    assert claim("ai-replaces-ai-engineers-2026").early == "deadline"


def test_b4_each_clause_fits_its_claim_and_can_stand_in_its_terms():
    for starter in library.load():
        ambiguity.check_for_claim(starter.clause, len(starter.answers))
        assert ambiguity.decode(ambiguity.encode(starter.clause)) == starter.clause
        for side in range(len(starter.answers)):
            own = starter.bet_clause(side)
            if own is not None:
                ambiguity.check_for_bet(own, len(starter.answers))


def test_b4_where_a_clause_speaks_of_whoever_offered_it_becomes_the_clause_of_each_bet():
    """The bet this product was asked for by name: "if it is hard to decide, I pay half"."""
    starter = claim("ai-replaces-ai-engineers-2026")

    assert starter.clause == StakesReturn()
    own = starter.bet_clause(1)
    assert own == PaysHalf("maker")
    assert ambiguity.ending(ambiguity.in_force(own, starter.clause), Stakes(100, 100), side=1) == Payout(
        50, 150
    )
    assert claim("workday-output-real-office").bet_clause(0) == PaysHalf("maker", days=30)


def test_b4_the_other_clauses():
    assert claim("metr-4x-from-april-2025").clause == StakesReturn(60)
    assert claim("superhuman-coder-before-2030").clause == FixedWeights((5_000, 5_000), 30)
    assert claim("metr-8h-even-bet-march-2027").clause == FixedWeights((10_000, 0))
    assert claim("top-of-eci-end-2027").clause == JudgesChoose()
    assert claim("us-recession-and-horizon-slowdown").clause == StakesReturn()
    assert claim("superhuman-coder-before-2030").bet_clause(0) is None


def test_b4_each_side_gets_half_of_the_pot_also_where_there_are_five_outcomes():
    starter = claim("continual-learning-human-level")

    assert starter.clause == ambiguity.even(5, 30)
    own = starter.bet_clause(3)
    assert own is not None
    assert ambiguity.ending(own, Stakes(300, 100), side=3) == Payout(200, 200)


def test_d4_judges_are_moderators_or_named_persons_with_a_number_of_votes():
    assert claim("ai-replaces-ai-engineers-2026").judges == (0, 1)
    assert claim("metr-16x-two-years").judges == (0, 2)
    assert claim("superhuman-coder-before-2030").judges == (3, 2)


def test_the_machine_check_is_kept_whole_and_exact():
    check = claim("metr-16x-two-years").check

    assert check.facts() == {
        "adapter": "metr_yaml",
        "comparator": ">=",
        "threshold": "16.0",
        "unit": "ratio",
        "url": "https://metr.org/assets/benchmark_results_1_1.yaml",
        "field": "metrics.p50_horizon_length.estimate",
        "date_field": "release_date",
        "aggregate": "max",
        "source_unit": "minutes",
        "operation": "ratio",
        "base_date": "2025-04-15",
        "target_date": "2027-04-15",
        "multiple": "16.0",
        "flag_above": "960",
    }
    assert check.base_date == date(2025, 4, 15)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "agi-date"', 'id = "hle-90-before-2028"'),
        ('"agi-20th-percentile-2027"]', '"gone"]'),
        ("schema_version = 1", "schema_version = 2"),
        ('judge = "moderators, 1 vote"', 'judge = "the loser"'),
        ('ambiguity_payout = "split_tied"', 'ambiguity_payout = "burn"'),
        ('status = "historical"', 'status = "open"'),
        ('title = "', 'colour = "red"\ntitle = "'),
        ('title = "', 'titel = "'),
        ("multiple = 16.0", "multiple = 15.0"),
        ('comparator = "<="', 'comparator = "~"'),
        ('aggregate = "max"', 'aggregates = "max"'),
        ('timezone = "UTC"', 'timezone = "Mars/Olympus"'),
        ("deadline = 2045-12-31", 'deadline = "soon"'),
        ("[[claim]]", "[[claim"),
    ],
)
def test_a_library_that_is_not_right_is_refused_before_anybody_sees_it(old: str, new: str):
    text = HERE.read_text(encoding="utf-8")
    assert old in text

    with pytest.raises(ValueError):  # noqa: PT011  the tests find it, a person never does
        library.read(text.replace(old, new, 1))
