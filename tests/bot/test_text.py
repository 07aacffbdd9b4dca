"""Pieces of sentences: amounts, and foreign text that does nothing in a card."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import text
from bot.text import Currency


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (0, "0 points"),
        (1, "0.01 points"),
        (100, "1 point"),
        (2_550, "25.50 points"),
        (123_456_700, "1,234,567 points"),
        (-300, "−3 points"),
    ],
)
def test_points_are_written_as_people_read_them(minor: int, words: str):
    assert Currency().of(minor) == words


def test_a_currency_has_its_own_name_or_sign():
    assert Currency("crumbs").of(100) == "1 crumbs"
    assert Currency("crumbs", "◆").of(2_500) == "◆25"
    assert Currency("crumbs", "◆").of(-2_500) == "−◆25"


@pytest.mark.parametrize(("minor", "words"), [(97_500, "975.00"), (-5, "−0.05"), (100_000, "1,000.00")])
def test_balances_always_have_two_decimals(minor: int, words: str):
    assert text.exact(minor) == words


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("plain words, and 1.5 more.", "plain words, and 1.5 more."),
        ("**bold** _it_ ~~no~~ `code` ||hidden||", r"\*\*bold\*\* \_it\_ \~\~no\~\~ \`code\` \|\|hidden\|\|"),
        ("# big\n> said\n-# small", r"\# big \> said -\# small"),
        ("- a list", r"\- a list"),
        ("1. a list", r"\1. a list"),
        ("@everyone <@1> <#2> <@&3> <t:0:R>", r"\@everyone \<\@1\> \<\#2\> \<\@&3\> \<t\:0\:R\>"),
        ("[here](https://x.y)", r"\[here\]\(https\://x.y\)"),
        ("\u202egnp.exe\u2066\u200b\u200f\ufeff", "gnp.exe"),
        ("a\x00b\x1b[31m", r"ab\[31m"),
        ("  \n\t a \u00a0 b ", "a b"),
        ("=HYPERLINK(1)", r"=HYPERLINK\(1\)"),
        ("\\*", r"\\\*"),
    ],
)
def test_foreign_text_is_shown_as_it_was_typed(typed: str, shown: str):
    assert text.escape(typed) == shown


def test_long_text_is_cut():
    assert len(text.clean("a" * 4000, 100)) == 100
    assert text.clean("a" * 4000, 100).endswith("…")
    assert len(text.escape("*" * 4000, 100)) <= 200


@given(st.text())
def test_nothing_special_is_left_unescaped(typed: str):
    shown = text.escape(typed)
    bare = shown.replace("\\\\", "")
    for place, char in enumerate(bare):
        assert char not in "*_~`|<>[]()#@:" or bare[place - 1] == "\\"
    assert "\n" not in shown
    assert not any("\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" for char in shown)


def test_moments_and_people_are_shown_in_discords_own_words():
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert text.ago(moment) == "<t:1795176000:R>"
    assert text.person(5, 7) == "<@5>"
    assert text.person(None, 7) == "player 7"
    assert text.listed(["a", "b", "c"]) == "a, b and c"
    assert text.listed([]) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "👩\u200d👩\u200d👧\u200d👦 and 🧑🏽\u200d🚀",
        "❤\ufe0f\u200d🔥 ☺\ufe0f ☺\ufe0e 🏳\ufe0f\u200d🌈 👁\ufe0f\u200d🗨\ufe0f",
        "🏃🏿\u200d♀\ufe0f\u200d➡\ufe0f 🇩🇪🇫🇷 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "1\ufe0f\u20e3 #\ufe0f\u20e3",
        "\U0001fae9 of a newer Unicode",
        "می\u200cخواهم",  # I want, in Persian
        "क\u094d\u200dष and क\u094d\u200cष",  # two ways to write one Hindi cluster
        "അവന\u0d4d\u200d here",  # he, in Malayalam: the joiner ends the word
        "শ\u09cd\u200dর র\u200d\u09cdয",
        "\u845b\U000e0100城市",  # a Japanese town as it writes itself
    ],
)
def test_what_shapes_an_emoji_or_a_letter_is_kept(typed: str):
    assert text.clean(typed) == typed


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\u200db\u200cc\ufe0fd\ufe00", "abcd"),
        ("👩\u200d", "👩"),
        ("👩\u200d a", "👩 a"),
        ("👩\u200d\u200d👧", "👩👧"),
        ("\u200d👩\ufe0f\ufe0f", "👩\ufe0f"),
        ("1\ufe0f 2\u200d3", "1 23"),
        ("🏴\U000e0068\U000e0069\U000e007f", "🏴"),  # words that a flag would hide
        ("go\U000e0061\U000e0062", "go"),
        ("می\u200c\u200cخواهم", "میخواهم"),
        ("می\u200c", "می"),
        ("م\u200cx", "مx"),
        ("م\u202e\u200cک", "م\u200cک"),
        (
            "क\u200d" + "\u094d\u200d" * 9,
            "क\u200d" + "\u094d\u200d" * 4,
        ),  # no more marks than belong on a letter
    ],
)
def test_what_shapes_nothing_is_dropped(typed: str, shown: str):
    assert text.clean(typed) == shown


_LIVELY = st.text(
    st.sampled_from(
        "a1 👩🏽❤🏴🇩م\u0650क\u094d葛\u200c\u200d\ufe0f\ufe00\u20e3\u202e\U000e0067\U000e007f\U000e0100"
    )
)


@given(_LIVELY)
@example("🇩\U000e0067🏽\ufe0f")
def test_what_is_left_stays_and_hides_nothing(typed: str):
    left = text.seen(typed)
    assert text.seen(left) == left
    assert not re.search(
        "[\u200c\u200d\ufe00\ufe0f]{2}|^[\u200c\u200d\ufe00\ufe0f]|[a ][\u200c\u200d\ufe0f]", left
    )


def test_words_are_not_cut_behind_a_joiner():
    assert text.clean("👩\u200d👧" * 9, 3) == "👩…"


def test_a_number_takes_its_noun_in_the_singular_or_the_plural():
    assert [text.count(number, "bet") for number in (0, 1, 2, 1_234)] == [
        "0 bets",
        "1 bet",
        "2 bets",
        "1234 bets",
    ]
    assert [text.count(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]
    assert text.count(1_234, "trade", grouped=True) == "1,234 trades"


def test_no_sentence_says_until_a_span():
    """Discord writes a span as "in 3 days" or "12 days ago", and nothing lasts until in 3 days."""
    words = Path(text.__file__).with_name("words")
    spans = [
        (file.name, found)
        for file in sorted(words.glob("*.py"))
        for found in re.findall(r"[Uu]ntil \{[a-z_.]*ago\(.*", file.read_text())
    ]
    assert spans == []
