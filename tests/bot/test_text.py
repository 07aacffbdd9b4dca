"""Pieces of sentences: amounts, and foreign text that does nothing in a card."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import text
from bot.render.text import Currency


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
