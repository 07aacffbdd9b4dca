"""The ambiguity clause: RULES B4, and what C8 makes of its weights."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import money
from markets.claims import ambiguity
from markets.claims.ambiguity import BadClause, Clause, FixedWeights, JudgesChoose, PaysHalf, StakesReturn
from markets.mechanisms.two_party import Party, Payout, Stakes

days = st.integers(0, ambiguity.MOST_DAYS)
weights = st.lists(st.integers(0, 50), min_size=2, max_size=10).filter(any)
fixed = st.builds(
    lambda parts, days: FixedWeights(tuple(money.share_out(ambiguity.WHOLE, parts)), days), weights, days
)
any_clause = st.one_of(
    st.builds(StakesReturn, days),
    fixed,
    st.builds(JudgesChoose, days),
    st.builds(PaysHalf, st.sampled_from(["maker", "taker"]), days),
)
amounts = st.integers(1, 10**15)

POT = Stakes(300, 100)


def test_b4_stakes_return():
    assert ambiguity.ending(StakesReturn(30), POT, side=0) == Payout(300, 100)


def test_b4_half_and_half_shares_the_pot_whatever_the_odds():
    assert ambiguity.ending(ambiguity.even(2), POT, side=0) == Payout(200, 200)


def test_b4_doubt_counts_as_yes_and_pays_whoever_backed_yes():
    doubt = ambiguity.counts_as(2, 0)

    assert ambiguity.ending(doubt, POT, side=0) == Payout(400, 0)
    assert ambiguity.ending(doubt, POT, side=1) == Payout(0, 400)
    assert ambiguity.ending(doubt, POT, side=0, against=True) == Payout(0, 400)


def test_b4_where_the_judges_choose_nothing_is_known_yet():
    assert ambiguity.ending(JudgesChoose(), POT, side=0) is None


def test_b4_if_it_is_hard_to_decide_i_pay_half():
    assert ambiguity.ending(PaysHalf("maker"), Stakes(100, 100), side=1) == Payout(50, 150)
    assert ambiguity.ending(PaysHalf("taker"), Stakes(100, 101), side=1) == Payout(150, 51)


def test_b4_a_bets_own_clause_goes_before_the_claims():
    own, claims = PaysHalf("maker"), StakesReturn(30)

    assert ambiguity.in_force(own, claims) is own
    assert ambiguity.in_force(None, claims) is claims


def test_b4_that_one_person_pays_half_stands_in_a_bets_terms_only():
    with pytest.raises(BadClause, match="payer"):
        ambiguity.check_for_claim(PaysHalf("maker"), 2)

    ambiguity.check_for_bet(PaysHalf("maker"), 2)


def test_b4_weights_are_one_for_each_outcome():
    for check in (ambiguity.check_for_claim, ambiguity.check_for_bet):
        check(ambiguity.even(3), 3)
        with pytest.raises(BadClause, match="weights"):
            check(ambiguity.even(3), 2)


@pytest.mark.parametrize(
    "given",
    [(), (10_000,), (5_000, 4_999), (5_000, 5_001), (-1, 10_001), (True, 9_999), (5_000.0, 5_000.0)],
)
def test_b4_weights_are_whole_basis_points_that_make_one(given: Any):
    with pytest.raises(BadClause, match="weights"):
        FixedWeights(given)


@pytest.mark.parametrize("given", [-1, 366, 1.0, True, None, "30"])
def test_b4_the_days_to_wait_are_0_to_365(given: Any):
    for make in (StakesReturn, JudgesChoose):
        with pytest.raises(BadClause, match="days"):
            make(given)
    with pytest.raises(BadClause, match="days"):
        FixedWeights((5_000, 5_000), given)
    with pytest.raises(BadClause, match="days"):
        PaysHalf("maker", given)


@given(st.integers(2, 10), st.data())
def test_c8_half_of_the_pot_is_half_for_a_bet_on_one_of_many_outcomes(outcomes: int, data: st.DataObject):
    side = data.draw(st.integers(0, outcomes - 1))
    clause = ambiguity.half_of_the_pot(outcomes, side)

    ambiguity.check_for_claim(clause, outcomes)
    assert ambiguity.ending(clause, POT, side=side) == Payout(200, 200)
    assert ambiguity.ending(clause, POT, side=side, against=True) == Payout(200, 200)


@given(any_clause, st.builds(Stakes, amounts, amounts), st.booleans())
def test_whatever_the_clause_the_whole_pot_and_no_more_is_paid(clause: Clause, pot: Stakes, against: bool):
    paid = ambiguity.ending(clause, pot, side=0, against=against)

    assert paid is None or (sum(paid) == pot.pot and min(paid) >= 0)


@given(st.sampled_from(("maker", "taker")), st.builds(Stakes, amounts, amounts))
def test_b4_in_a_counter_offer_the_same_person_pays_half(payer: Party, pot: Stakes):
    other: Party = "taker" if payer == "maker" else "maker"
    first = ambiguity.ending(PaysHalf(payer), pot, 0)
    second = ambiguity.ending(PaysHalf(other), Stakes(pot.taker, pot.maker), 0, True)

    assert first
    assert second
    assert tuple(first) == tuple(reversed(second))


# --- text that goes into a digest -------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (StakesReturn(30), '["return",30]'),
        (FixedWeights((5_000, 5_000), 30), '["weights",30,[5000,5000]]'),
        (JudgesChoose(), '["judges",0]'),
        (PaysHalf("maker", 7), '["half","maker",7]'),
    ],
)
def test_a_clause_keeps_its_text_for_good(clause: Clause, text: str):
    assert ambiguity.encode(clause) == text
    assert ambiguity.decode(text) == clause


@given(any_clause)
def test_a_clause_comes_back_from_its_text(clause: Clause):
    assert ambiguity.decode(ambiguity.encode(clause)) == clause


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "7",
        '["return"]',
        '["return", 30]',
        '["return",30,1]',
        '["return",3e1]',
        '["return",true]',
        '["return",NaN]',
        '["return",400]',
        '["weights",0,[5000,4000]]',
        '["weights",0,"ab"]',
        '["weights",0,[[],[]]]',
        '["half","house",0]',
        '["half",[],0]',
        '["burn",0]',
        "[" * 100_000,
        '["return",' + "9" * 5_000 + "]",
    ],
)
def test_no_other_text_is_a_clause(text: str):
    with pytest.raises(BadClause):
        ambiguity.decode(text)


@given(st.text(max_size=60))
def test_any_text_is_a_clause_or_refused(text: str):
    with contextlib.suppress(BadClause):
        assert ambiguity.encode(ambiguity.decode(text)) == text
