"""The wording check: RULES B7, over drafts that people type and over the forty starter claims."""

import dataclasses
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import wording as words
from markets.claims import library, wording
from markets.claims.library import LibraryOutcome, Starter
from markets.claims.wording import Draft, Remark

END_OF_2029 = datetime(2030, 1, 1, tzinfo=UTC)
YES_NO = (
    LibraryOutcome("YES", "It has happened before the deadline."),
    LibraryOutcome("NO", "It has not happened by then."),
)

# All in order but for the words: what remains to be said is about the statement.
FINE = Draft(
    statement="The Bundestag elects a new president before 2030",
    outcomes=YES_NO,
    deadline=END_OF_2029,
    deadline_typed="before 2030",
    zone_given=True,
    source="https://www.bundestag.de",
    fallback="https://www.tagesschau.de",
    judged=True,
    clause=True,
)


def draft(**changes: Any) -> Draft:
    return dataclasses.replace(FINE, **changes)


def codes(**changes: Any) -> list[str]:
    return [remark.code for remark in wording.check(draft(**changes))]


def blocked(**changes: Any) -> list[str]:
    return [remark.code for remark in wording.check(draft(**changes)) if remark.level == "blocks"]


def answers(*names: str) -> tuple[LibraryOutcome, ...]:
    return tuple(LibraryOutcome(name) for name in names)


def test_b7_a_claim_in_order_gets_no_remark():
    assert codes() == []


# --- B7: what blocks --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deadline": None, "deadline_typed": ""}, "no_deadline"),
        ({"outcomes": ()}, "no_outcomes"),
        ({"outcomes": answers("YES")}, "no_outcomes"),
        ({"outcomes": answers("YES", " ")}, "no_outcomes"),
        ({"outcomes": answers("Yes", "yes!")}, "same_twice"),
        ({"outcomes": (LibraryOutcome("YES", "It rains."), LibraryOutcome("NO", "it  rains"))}, "same_twice"),
        ({"source": " ", "judged": False}, "no_source"),
        ({"clause": False}, "no_clause"),
        ({"outcomes": (LibraryOutcome("low", high="10"), LibraryOutcome("high", low="9"))}, "overlap"),
        ({"outcomes": answers("0 to 10", "10 to 20", "20+")}, "overlap"),
        ({"outcomes": answers("before 2030", "2028 to 2031", "later")}, "overlap"),
        ({"outcomes": answers("under 50%", "at least 40%")}, "overlap"),
        ({"outcomes": answers("2027", "2027 or later")}, "overlap"),
    ],
)
def test_b7_what_blocks(changes: dict[str, Any], code: str):
    assert blocked(**changes) == [code]


def test_b7_a_source_or_a_judge_is_enough():
    assert "no_source" not in codes(source="", fallback="")
    assert blocked(judged=False) == []


@pytest.mark.parametrize(
    "outcomes",
    [
        answers(
            "before 2028", "2028 to 2029", "2030 to 2032", "2033 to 2035", "2036 to 2045", "later or never"
        ),
        answers("under 10", "10 to 19", "20 or more"),
        answers("at most 9.5", "more than 9.5"),
        answers("0-9%", "10-19%", "20+%", "other"),
        answers("2027", "2028", "2029", "later"),
        answers("OpenAI", "Anthropic", "xAI", "other"),
        answers("GPT 5 to 6", "Claude 5 to 6"),
        (LibraryOutcome("YES", low="4.0"), LibraryOutcome("NO", high="4.0")),
        (LibraryOutcome("early", high="2028-01-01"), LibraryOutcome("late", low="2028-01-01")),
    ],
)
def test_b7_ranges_that_meet_do_not_overlap(outcomes: tuple[LibraryOutcome, ...]):
    assert codes(outcomes=outcomes) == []


@pytest.mark.parametrize(
    "statement",
    [
        "Crux will have 1,000 users before 2030",
        "The crux bot goes down for a day in 2027",
        "Crux's ledger shows an error before 2028",
        "More than 10,000 points are held on Crux in 2028",
        "The price of this market is above 80% on 1 June 2028",
        "This claim settles YES",
        "The odds of claim #12 pass 50% in 2027",
        "Claim #12 is disputed before 2028",
        "Nobody reverses a bet of this server's ledger in 2027",
    ],
)
def test_b7_a_claim_about_crux_or_its_prices_is_blocked(statement: str):
    assert blocked(statement=statement) == ["about_crux"]
    assert blocked(title=statement) == ["about_crux"]


@pytest.mark.parametrize(
    "statement",
    [
        "My neighbour dies before 2027",
        "<@123456789> is in hospital in 2027",
        "Someone here gets pregnant before 2028",
        "Your ex overdoses in 2027",
        "Cancer of my father returns in 2027",
        "I will die before 2030",
        "You are still depressed in 2027",
        "@bob dies in 2028",
        "My own health fails in 2028",
        "I weigh 80 kg on 1 May 2027",
    ],
)
def test_b7_a_claim_about_a_private_persons_life_or_health_is_blocked(statement: str):
    assert blocked(statement=statement) == ["private_person"]


@pytest.mark.parametrize(
    "statement",
    [
        "The crux of the report is quoted in the New York Times in 2027",
        "Crux: METR publishes a new suite in 2027",
        "The Southern Cross and Crux Australis are renamed by the IAU in 2027",
        "No Chinese car maker enters this market in 2027",
        "Cancer deaths in Germany fall below 200,000 in 2028",
        "AI finds a cancer drug that the FDA approves in 2029",
        "People over 80 die of Covid less than 10,000 times in 2027",
        "The worlds that survive are listed by NASA in 2028",
        "My team ships version 2 in 2027",
        "I finish my thesis in 2027",
        "Our family company opens in Berlin in 2027",
        "@OpenAI announces a cancer model in 2027",
        "A robot wins the Boston Marathon in 2028",
        "The criteria of claim #12 are met in 2027",
    ],
)
def test_b7_these_are_not_blocked_though_they_come_near(statement: str):
    assert blocked(statement=statement) == []


def test_b7_a_name_beside_such_a_word_warns_for_a_public_figure_may_be_meant():
    for statement in ("Tom Miller dies before 2030", "The pope resigns because he is ill in 2027"):
        found = codes(statement=statement)
        assert "maybe_private" in found
        assert blocked(statement=statement) == []


# --- B7: what warns ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "about"),
    [
        ({"zone_given": False}, "no_zone", ""),
        ({"fallback": ""}, "one_source", ""),
        ({"statement": "OpenAI releases GPT-7 by 2028"}, "by_year", "by 2028"),
        ({"statement": "OpenAI releases GPT-7 by March 2028"}, "by_year", "by March 2028"),
        ({"deadline_typed": "by 2030"}, "by_year", "by 2030"),
        ({"statement": "GPT-7 is out on or before 2031-01-05"}, "after_deadline", "on or before 2031-01-05"),
        ({"statement": "GPT-7 is out before 2031"}, "after_deadline", "before 2031"),
        ({"statement": "OpenAI opens in Paris if Macron wins"}, "conditional", "if"),
        ({"statement": "GPT-7 beats GPT-6 as expected"}, "whose", "as expected"),
        ({"statement": "OpenAI may be sold and Google might buy it"}, "hedged", "might"),
        ({"statement": "Google is clearly ahead of OpenAI"}, "subjective", "clearly"),
        ({"statement": "Google has a major outage soon"}, "vague", "major, soon"),
        ({"statement": "Berlin gets hotter than Rome"}, "no_measure", "hotter than"),
        ({"statement": "Few Germans use Signal"}, "no_threshold", "Few"),
        ({"statement": "Inflation in Germany rises"}, "no_base", "rises"),
        ({"statement": "Nobody at Google resigns"}, "universal", "Nobody"),
        ({"statement": "people adapt"}, "nothing_to_observe", ""),
        ({"outcomes": answers("0 to 10", "12 to 20", "other")}, "gap", "0 to 10 / 12 to 20"),
        ({"outcomes": answers("10 to 20", "21 or more")}, "gap", "10 to 20"),
        ({"outcomes": answers("before 2028", "2028 to 2030")}, "gap", "2028 to 2030"),
        ({"outcomes": (LibraryOutcome("a", high="10"), LibraryOutcome("b", low="10.5"))}, "gap", "a / b"),
        (
            {
                "outcomes": (
                    LibraryOutcome("YES", "METR lists at least 60 minutes."),
                    LibraryOutcome("NO", "It lists below 50."),
                )
            },
            "gap",
            "60 / 50",
        ),
    ],
)
def test_b7_what_warns_and_about_which_words(changes: dict[str, Any], code: str, about: str):
    found = wording.check(draft(**changes))

    assert Remark("warns", code, about) in found
    assert all(remark.level == "warns" for remark in found)


@pytest.mark.parametrize(
    "statement",
    [
        "OpenAI releases GPT-7 by the end of 2029",
        "OpenAI releases GPT-7 by 2028-03-01",
        "Inflation in Germany rises from 2% in 2026 to above 5% in 2028",
        "Berlin is hotter than Rome by 2 degrees on 1 July 2028",
        "Tom moves to Berlin in 2027",
        "It rains in Berlin on 1 July 2027",
        "I finish my thesis in 2027",
    ],
)
def test_b7_these_need_no_warning(statement: str):
    assert codes(statement=statement) == []


def test_b7_a_claim_that_is_conditional_may_say_if():
    assert codes(statement="OpenAI opens in Paris if Macron wins", conditional=True) == []


def test_b7_criteria_that_measure_something_settle_what_a_statement_leaves_open():
    statement = "AI agents have taken over most of the work"
    measured = (
        LibraryOutcome("YES", "Google states in a filing that 80% of its code is written by AI."),
        YES_NO[1],
    )

    assert codes(statement=statement) == ["vague", "no_threshold", "nothing_to_observe"]
    assert codes(statement=statement, outcomes=measured) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("agents will be used more than I expect", {"whose", "no_measure", "nothing_to_observe"}),
        ("theory will be ready in time", {"vague", "nothing_to_observe"}),
        ("one insight is enough, maybe none", {"hedged", "vague", "universal", "nothing_to_observe"}),
        ("the worlds that survive will have muddled through", {"vague", "nothing_to_observe"}),
        ("learning on the job has diminishing returns", {"vague", "no_threshold", "nothing_to_observe"}),
        ("AI labour spreads faster than hiring", {"no_measure", "no_base", "nothing_to_observe"}),
        ("no domain will be shaken", {"vague", "universal", "nothing_to_observe"}),
    ],
)
def test_b7_each_of_the_seven_warns_with_everything_else_in_order(statement: str, expected: set[str]):
    assert set(codes(statement=statement)) == expected
    assert expected & set(codes(statement=statement.capitalize() + ".", outcomes=answers("YES", "NO")))


# --- the forty --------------------------------------------------------------------------------


def of(starter: Starter) -> Draft:
    return Draft(
        statement=starter.said,
        outcomes=starter.answers,
        title=starter.title,
        deadline=starter.deadline_at,
        deadline_typed=f"{starter.deadline}",
        zone_given=True,
        source=starter.source,
        fallback=starter.fallback,
        judged=True,
        clause=True,
        conditional=starter.form == "conditional",
    )


def test_b7_of_the_forty_starter_claims_none_is_blocked_and_only_a_single_source_is_warned_of():
    found = {starter.id: wording.check(of(starter)) for starter in library.load()}
    warned = Counter(remark.code for remarks in found.values() for remark in remarks)

    assert all(remark.level == "warns" for remarks in found.values() for remark in remarks)
    assert warned == {"one_source": sum(not starter.fallback for starter in library.load())}


@pytest.mark.parametrize("starter", library.load(), ids=lambda starter: starter.id)
def test_b7_a_starter_claim_without_its_criteria_is_still_not_blocked(starter: Starter):
    """As somebody would type it into the short form: the title alone."""
    found = wording.check(draft(statement=starter.title, deadline=starter.deadline_at))

    assert [remark.code for remark in found if remark.level == "blocks"] == []


# --- every remark has its sentence ------------------------------------------------------------


def test_b7_every_remark_has_one_sentence_that_shows_its_words():
    for code in (*wording.BLOCKS, *wording.WARNS):
        sentence = words.remark(Remark("warns", code, "soon"))
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert len(sentence) < 140


def test_a_drafts_own_words_do_nothing_in_a_sentence():
    sentence = words.remark(Remark("warns", "vague", "@everyone {words} **soon** <@1>"))

    assert "@everyone" not in sentence.replace("\\@everyone", "")
    assert "<@1>" not in sentence
    assert "{words}" in sentence


def test_what_blocks_is_listed_first():
    found = wording.check(draft(statement="I will die soon", deadline=None))

    assert [remark.level for remark in found] == ["blocks", "blocks", *["warns"] * (len(found) - 2)]
    assert words.remarks(found)[0].startswith("**Must change:** There is no deadline")
    assert words.remarks(found)[-1].startswith("**Careful:**")


# --- hostile text -----------------------------------------------------------------------------

texts = st.text(max_size=300) | st.lists(
    st.sampled_from(
        [
            "more",
            "than",
            "I",
            "my",
            "no",
            "by",
            "2028",
            "Crux",
            "die",
            "#12",
            "<@1>",
            "at least",
            "9",
            "\n",
            "“",
        ]
    )
).map(" ".join)


@given(texts, st.lists(st.tuples(texts, texts), max_size=4), texts, texts)
def test_any_text_at_all_gets_remarks_that_can_be_worded(
    statement: str, outcomes: list[tuple[str, str]], low: str, high: str
):
    answered = tuple(LibraryOutcome(name, criteria) for name, criteria in outcomes)
    for tried in (answered, (*answered, LibraryOutcome("edge", low=low, high=high))):
        found = wording.check(draft(statement=statement, title=high, outcomes=tried, deadline_typed=low))
        codes_found = [remark.code for remark in found]
        assert len(codes_found) == len(set(codes_found))
        assert all(words.remark(remark) for remark in found)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "9",
        " ",
        "“",
        "„",
        "no ",
        "my ",
        "my a",
        "than a ",
        "Aa ",
        "A",
        "9,",
        "9 a ",
        "I will ",
        "<@1>",
        "by ",
        "\n",
        "more ",
    ],
)
def test_a_megabyte_of_anything_is_read_no_further_than_needed(piece: str):
    """A pattern that goes astray would take hours here."""
    long = piece * (1_000_000 // len(piece))

    assert codes(
        statement=long,
        title=long,
        outcomes=(LibraryOutcome(long, long), LibraryOutcome("NO", long)),
        deadline_typed=long,
    )
