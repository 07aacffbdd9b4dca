"""`/claim search` finds claims by the words that people read on them, alike on both databases."""

from dataclasses import replace
from typing import Any

import pytest

from markets.claims import drafts, editing
from markets.claims.claims import Claim
from markets.claims.terms import Outcome
from markets.views import lists
from tests.markets.club import Club


async def found(club: Club, words: str) -> list[int]:
    return [row.number for row in await club.db.read(lists.search, club.guild, words)]


async def worded(club: Club, **more: Any) -> Claim:
    words = {"title": 'Übergabe "nun" vor 2030', "statement": "Line one\nnext line of a COVID-19 rule_book"}
    return await club.claim(await club.member(1), **words | more)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "übergabe",
            "Übergabe",
            "ÜBERGABE",
            "u\N{COMBINING DIAERESIS}bergabe",
            "\N{FULLWIDTH DIGIT TWO}030",
        ),
        *(
            '"nun"',
            "nun",
            "«nun»",
            "next",
            "one next",
            "line\nnext",
            "covid-19",
            "covid 19",
            "rule_book",
            "book",
        ),
        *("über vor", "vor über", "ü", "203", "yes", "no", "nun, vor!"),
    ],
)
async def test_words_of_a_claim_are_found_whatever_their_case_form_and_marks(club: Club, words: str):
    claim = await worded(club)

    assert await found(club, words) == [claim.number]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "votes",
            "null",
            "binary",
            "fallback",
            "title",
            "named",
            "nnext",
            "\\nnext",
            "\\u00dc",
            "true",
            "7",
        ),
        *("bergabe", "gabe", "ergabe nun", "nun nein", "2031", "example.org", "states"),
        *("%", "_", '"', "…", "?!", "-- '", "{", "\x00", "\U0010ffff", "  "),
    ],
)
async def test_what_nobody_reads_on_a_claim_finds_nothing(club: Club, words: str):
    await worded(club)

    assert await found(club, words) == []


async def test_outcomes_and_tags_are_searched_and_each_word_must_be_there(club: Club):
    outcomes = (Outcome("Straße", "It is paved."), Outcome("Café au lait", "It is not."))
    one = await worded(club, kind="choice", outcomes=outcomes, tags=("AI Safety", "日本"))
    other = await worded(club, title="Übergabe der Straße")

    assert await found(club, "strasse") == [other.number, one.number]
    assert await found(club, "strasse café") == [one.number]
    assert await found(club, "safety 日本 lait übergabe") == [one.number]
    assert await found(club, "strasse café der") == []


async def test_the_newest_claims_come_first_and_only_those_of_this_server(club: Club, guild: int):
    made = [
        await club.claim(await club.member(n), title=f"Shared word {n}") for n in range(1, lists.PAGE + 4)
    ]
    elsewhere = await Club.make(club.db, guild + 500_000)
    await elsewhere.claim(await elsewhere.member(1), title="Shared word")

    assert await found(club, "shared word") == [one.number for one in made[::-1]][: lists.PAGE + 1]


async def test_an_edit_takes_old_words_out_and_puts_new_ones_in(club: Club):
    claim = await worded(club)
    terms = replace(claim.terms, title="Handover before 2030")
    edit = editing.Edit(club.guild, club.key(), claim.author, claim.number, terms)

    await club.db.write(editing.edit, edit, club.now)

    assert await found(club, "übergabe") == []
    assert await found(club, "handover 2030 next") == [claim.number]


async def test_a_draft_is_found_when_it_opens_and_not_before(club: Club):
    ada = await club.member(1)
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms(title="Nobody knows yet"))
    number = await club.db.write(drafts.save_draft, draft, club.now)
    assert await found(club, "nobody") == []

    await club.db.write(drafts.drop, drafts.Drop(club.guild, club.key(), ada.number, number), club.now)
    assert await found(club, "nobody") == []


async def test_a_long_word_and_many_words_are_searched_as_well(club: Club):
    long = "Donau" + "dampfschifffahrts" * 30
    claim = await worded(club, title=long, statement=" ".join(f"word{n}" for n in range(40)))

    assert await found(club, long) == [claim.number]
    assert await found(club, long[:60]) == [claim.number]
    assert await found(club, " ".join(f"word{n}" for n in range(10, 40))) == [claim.number]
    assert await found(club, "word10 word11 word12 word13 word14 word15 word41") == []
