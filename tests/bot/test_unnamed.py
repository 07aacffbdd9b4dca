"""Whoever was deleted is taken out of what Crux posted before; all else stands as it was."""

from bot import text
from bot.words import unnamed


def test_words_take_the_place_of_a_mention_and_a_line_of_calls_is_shortened():
    told = "### <@5> took offer 1\nAgainst <@!6>, who has 5 of <@5>."
    assert unnamed.people(told) == {5, 6}
    assert unnamed.without(told, {5}) == (
        "### a deleted player took offer 1\nAgainst <@!6>, who has 5 of a deleted player."
    )
    assert unnamed.without("<@5> <@6> <@&7>", {5}) == "<@6> <@&7>"
    assert unnamed.without("<@5> <@6>", {5}) == "<@6>"
    assert unnamed.without("<@5>", {5}) == ""


def test_what_people_typed_mentions_nobody_and_stays():
    typed = text.escape("ask <@5>, he knows")
    assert unnamed.people(typed) == set()
    assert unnamed.without(typed, {5}) == typed
