"""Odds that people type, and the one sentence they are answered with: RULES C1 and the bad input of offers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.input import odds as parse_odds
from bot.refusals import BadInput
from bot.words.odds import percent, sentence
from markets.mechanisms.two_party import Stakes

amounts = st.integers(1, 10**15)


@pytest.mark.parametrize(
    "typed",
    [
        "75%",
        "75.00 %",
        " 75% ",
        "0.75",
        ".75",
        "3:1",
        "3 : 1",
        "3 to 1",
        "3 TO 1",
        "0.3:0.1",
        "75:25",
        "7.5: 2.5",
    ],
)
def test_c1_all_of_these_are_75_percent_and_risk_300_to_win_100(typed: str):
    said = parse_odds.stakes(300_00, odds=typed)

    assert said == Stakes(300_00, 100_00)
    assert sentence(said, "NO") == "You risk 300 to win 100. Worth it if you think NO is likelier than 75%."


@pytest.mark.parametrize("typed", ["x4.0", "x4", "X4.00", "x 4", "×4.0", "25%", "0.25", "1:3"])
def test_c1_all_of_these_are_25_percent(typed: str):
    assert parse_odds.chance(typed) == Fraction(1, 4)
    assert parse_odds.stakes(100, odds=typed) == Stakes(100, 300)


def test_c1_their_stake_can_be_given_itself_however_small_the_chance():
    assert parse_odds.stakes(300_00, theirs=100_00) == Stakes(300_00, 100_00)
    assert parse_odds.stakes(1, theirs=10**15) == Stakes(1, 10**15)


def test_c1_the_other_side_reads_the_same_bet_from_its_own():
    assert sentence(Stakes(100_00, 300_00), "YES") == (
        "You risk 100 to win 300. Worth it if you think YES is likelier than 25%."
    )


def test_c1_the_sentence_tells_the_true_break_even_after_rounding():
    said = parse_odds.stakes(1_00, odds="75%")

    assert sentence(said, "NO") == "You risk 1 to win 0.33. Worth it if you think NO is likelier than 75.19%."


@pytest.mark.parametrize("typed", ["3", "300", "75", "4.0", "1", "0", "1.5", "2.5", "100", "1000000"])
def test_c1_a_bare_number_is_answered_with_the_examples(typed: str):
    with pytest.raises(BadInput) as refused:
        parse_odds.chance(typed)

    assert refused.value.why == parse_odds.EXAMPLES
    for example in (
        "75% or 0.75",
        "3:1 (you risk 3 to win 1, which is 75%)",
        "x4.0 (1 returns 4, which is 25%)",
    ):
        assert example in refused.value.why


@pytest.mark.parametrize(
    "typed",
    [
        "0:1",
        "1:0",
        "0:0",
        "100%",
        "0%",
        "0.0",
        "0.00001",
        "101%",
        "99.95%",
        "0.05%",
        "x1",
        "x1.0",
        "x0.5",
        "x0",
        "x1001",
        "1000:1",
        "1:1000",
    ],
)
def test_odds_that_leave_one_side_no_chance_are_refused_with_the_limits(typed: str):
    with pytest.raises(BadInput) as refused:
        parse_odds.chance(typed)

    assert "from 0.1% to 99.9%" in refused.value.why
    assert parse_odds.EXAMPLES in refused.value.why


@pytest.mark.parametrize("typed", ["99.9%", "0.1%", "0.999", "0.001", "999:1", "1:999", "x1000"])
def test_the_limits_themselves_are_allowed(typed: str):
    assert parse_odds.chance(typed) in (Fraction(1, 1000), Fraction(999, 1000))


@pytest.mark.parametrize("typed", ["3/1", "3 / 1"])
def test_a_bookmakers_three_to_one_is_refused_with_both_ways_to_write_it(typed: str):
    with pytest.raises(BadInput) as refused:
        parse_odds.chance(typed)

    assert "write 3:1 to risk 3 and win 1, or 1:3 for the reverse" in refused.value.why


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "nan",
        "NaN%",
        "inf",
        "xinf",
        "1e3",
        "x1e3",
        "-75%",
        "+75%",
        "-3:1",
        "3:-1",
        "75 percent",
        "0,75",
        "75,5%",
        "1,000:1",
        "1_0:1",
        "03:1",
        "٧٥%",
        "７５%",
        "３:1",
        "²:1",
        "x４",
        "3:1:1",
        "3::1",
        "3:",
        ":1",
        "%",
        "x",
        "%75",
        "4.0x",
        "75%%",
        "0.75%%",
        "75.12345%",
        "0.7500001",
        "3：1",
        "3-1",
        "75%\x00",
        "9" * 1_000_000,
        "9" * 20 + ":1",
        "x" * 1_000_000,
        " " * 1_000_000 + "75%",
        "1/" + "3" * 500_000,
    ],
)
def test_anything_else_is_answered_with_the_examples(typed: str):
    with pytest.raises(BadInput) as refused:
        parse_odds.chance(typed)

    assert refused.value.why == parse_odds.EXAMPLES


def test_an_offer_says_its_odds_once():
    with pytest.raises(BadInput, match="not both"):
        parse_odds.stakes(100, theirs=100, odds="75%")
    for nothing in ("", "  "):
        with pytest.raises(BadInput, match="give their stake, or write your chance"):
            parse_odds.stakes(100, odds=nothing)


@pytest.mark.parametrize(
    ("mine", "odds", "says"),
    [
        (1, "75%", "stake more"),
        (10**15, "25%", "stake less"),
        (0, "75%", "each stake"),
        (10**15 + 1, "75%", "each stake"),
    ],
)
def test_stakes_outside_the_limits_are_refused_with_what_to_do(mine: int, odds: str, says: str):
    with pytest.raises(BadInput) as refused:
        parse_odds.stakes(mine, odds=odds)

    assert says in refused.value.why


def stakes_or_refusal(mine: int, typed: str) -> Stakes | BadInput:
    try:
        return parse_odds.stakes(mine, odds=typed)
    except BadInput as refused:
        return refused


@given(amounts, st.text("0123456789.:%x/ to×,-e", max_size=15) | st.text(max_size=60))
def test_whatever_is_typed_gives_two_stakes_or_a_refusal(mine: int, typed: str):
    said = stakes_or_refusal(mine, typed)

    if isinstance(said, Stakes):
        assert said.maker == mine
        assert sentence(said, "YES").startswith("You risk ")
    else:
        assert said.why


# --- percent ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(3, 4), "75%"),
        (Fraction(1, 2), "50%"),
        (Fraction(1, 10), "10%"),
        (Fraction(2, 3), "66.67%"),
        (Fraction(1, 3), "33.33%"),
        (Fraction(1, 8), "12.5%"),
        (Fraction(1, 1000), "0.1%"),
        (Fraction(1, 3000), "0.033%"),
        (Fraction(2999, 3000), "99.967%"),
        (Fraction(1, 10**15 + 1), "0.0000000000001%"),
        (Fraction(99995, 100000), "99.995%"),
    ],
)
def test_percent_shows_sensible_digits(share: Fraction, shown: str):
    assert percent(share) == shown


@given(amounts, amounts)
def test_percent_is_near_the_truth_and_never_0_or_100(maker: int, taker: int):
    share = Stakes(maker, taker).break_even
    shown = percent(share)

    assert shown not in ("0%", "100%")
    error = abs(Fraction(shown.removesuffix("%")) / 100 - share)
    assert error <= Fraction(5, 10**5)
    assert error * 20 <= min(share, 1 - share)
