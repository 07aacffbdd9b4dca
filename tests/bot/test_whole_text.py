"""Nothing that counts is cut: it is kept whole, or refused with the count (RULES B1, B6)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import text
from bot.input import amounts, claim_fields, form_fields, quick_bet_fields
from bot.refusals import BadInput
from bot.ui import components
from bot.ui.cards import Card, Form, Line
from bot.words import draft_cards, refusals
from markets.claims import claims
from markets.claims import terms as claim_terms
from markets.claims.terms import Terms
from markets.core.settings import Settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RULE = " ".join(
    f"It is YES only if the laboratory itself says so, with number {n} of the list." for n in range(18)
)
HELD = {"what": "A named AI lab announces a model", "outcomes": "", "when": "2029-12-31"}


def read(**held: str) -> tuple[Terms, tuple[BadInput, ...]]:
    terms, _, bad = claim_fields.claim_terms(Terms(title=""), HELD | held, "UTC", NOW)
    return terms, bad


def test_a_long_criterion_is_kept_whole():
    terms, bad = read(outcomes=f"YES: {RULE}\nNO: otherwise")
    assert bad == ()
    assert terms.outcomes[0].criteria == RULE
    assert RULE in claim_terms.canonical(terms)
    again, bad = read(outcomes=claim_fields.held_of(terms)["outcomes"])
    assert bad == ()
    assert again.outcomes == terms.outcomes


LONG = {
    "what": ("a" * 901, "901", "900"),
    "source": ("a" * 401, "401", "400"),
    "fallback": ("a" * 402, "402", "400"),
    "outcomes": (f"{'N' * 73}: one\nNO: other", "73", "60"),
    "tags": (f"ai, {'t' * 34}", "34", "30"),
}


@pytest.mark.parametrize("field", LONG)
def test_what_is_too_long_is_refused_with_the_count(field: str):
    typed, letters, most = LONG[field]
    _, bad = read(**{field: typed})
    assert len(bad) == 1
    assert letters in bad[0].why
    assert most in bad[0].why


def test_a_sixth_tag_is_refused():
    _, bad = read(tags="a, b, c, d, e, f")
    assert [one.why for one in bad] == ["there are 6, and 5 at most are kept: leave some out"]
    terms, bad = read(tags="a, b, c, d, e, A, e")
    assert bad or len(terms.tags) == 5


def test_a_quick_bet_is_refused_with_the_count():
    with pytest.raises(BadInput, match="401"):
        quick_bet_fields.quick_terms({"what": "a" * 401, "when": "2029-12-31"}, "UTC", NOW)


def test_a_title_made_of_a_long_statement_ends_with_a_word():
    words = "One of the named laboratories announces that it has paused the training of its next large model for ever"
    terms, _ = read(what=words)
    assert terms.statement == words
    assert len(terms.title) <= form_fields.MOST_TITLE
    assert terms.title.endswith(" …")
    assert words.startswith(terms.title.removesuffix(" …"))
    assert words[len(terms.title) - 2] == " "
    unbroken, _ = read(what="x" * 300)
    assert len(unbroken.title) == form_fields.MOST_TITLE


# --- a criterion over several lines -----------------------------------------------------------

LINES = {
    "YES: the lab says so\nin writing\nNO: otherwise": (
        ("YES", "the lab says so in writing"),
        ("NO", "otherwise"),
    ),
    "YES: see\nhttps://example.org/a: it says so\nNO: else": (
        ("YES", "see https://example.org/a: it says so"),
        ("NO", "else"),
    ),
    "YES: it closes\nat 18:00 or later\nNO: else": (("YES", "it closes at 18:00 or later"), ("NO", "else")),
    "YES: it happens\nNO": (("YES", "it happens"), ("NO", "")),
    "A\nB\nC": (("A", ""), ("B", ""), ("C", "")),
    "A:\nB:": (("A", ""), ("B", "")),
    "below 10\n10 or more": (("below 10", ""), ("10 or more", "")),
}


@pytest.mark.parametrize("typed", LINES)
def test_a_line_without_a_name_goes_on_with_the_criterion_before_it(typed: str):
    terms, bad = read(outcomes=typed)
    assert bad == ()
    assert tuple((one.name, one.criteria) for one in terms.outcomes) == LINES[typed]


def test_reasons_are_refused_with_the_count():
    with pytest.raises(BadInput, match="301"):
        amounts.reason("a" * 301)


def test_a_kept_title_stays_with_its_statement():
    terms, _ = read()
    named = replace(terms, title="A short name")
    again, _, _ = claim_fields.claim_terms(named, HELD, "UTC", NOW)
    assert again.title == "A short name"
    assert text.clean(again.title) == again.title


# --- what is shown ----------------------------------------------------------------------------


def draft_of(terms: Terms) -> claims.Claim:
    return claims.Claim(
        1, 1, 1, "draft", terms, "0" * 64, Settings(), None, None, None, False, False, None, None
    )


def shown(terms: Terms, said: tuple[str, ...] = ()) -> Card:
    return draft_cards.draft(draft_cards.DraftSeen(draft_of(terms), said, True, {}, 1))


def test_a_draft_shows_it_all_and_what_must_change():
    terms, _ = read(outcomes=f"YES: {RULE}\nNO: otherwise")
    card = shown(terms, ("**Must change:** a date",))
    assert any(RULE in part for part in card.text)
    assert card.text[-1] == "**Must change:** a date"
    assert card.files == ()


def test_where_there_is_no_room_a_file_holds_it_all():
    rule = "*_" * 700
    terms, bad = read(outcomes=f"YES: {rule}\nNO: otherwise", what="*" * 900)
    assert bad == ()
    card = shown(terms, ("**Must change:** a date",))
    assert sum(len(part) + 1 for part in card.text) < 4_000
    assert card.text[-1] == "**Must change:** a date"
    assert "the file below holds all of it" in "\n".join(card.text)
    assert rule in card.files[0].content.decode()
    assert terms.statement in card.files[0].content.decode()


async def test_a_form_opens_again_with_more_than_it_takes_today():
    line = components.modal(Form("T", "t", (Line("a", "A", "", "x" * 2_010, 2_000),))).to_dict()
    assert "'max_length': 2010" in str(line)


async def test_a_refused_form_gives_back_every_line_of_what_was_typed():
    typed = {"evidence": "https://example.org *so*\n" + "word " * 170 + "end", "known": "2027-03-01"}
    card = components.view(refusals.card("No.", "again", typed))
    assert components.typed_in(card.children) == typed
