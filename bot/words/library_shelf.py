"""Show the library's claims, and play its forecasting game."""

from collections.abc import Sequence
from fractions import Fraction

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line
from bot.words import odds, phrases
from markets.claims.library import Starter

SHELF = 8


def shelf(page: int, starters: Sequence[Starter]) -> Card:
    """Show a page of the library's claims, the open ones first; each keeps its number in the library."""
    first = page * SHELF
    # What can be opened comes first: a newcomer looks for something to bet on.
    ordered = sorted(enumerate(starters, 1), key=lambda item: item[1].historical)
    lines = [
        f"**{number}** {text.escape(one.title, 160)}\n-# "
        + (
            "a forecasting game: it is settled already"
            if one.historical
            else text.escape(", ".join(one.tags), 80)
        )
        for number, one in ordered[first : first + SHELF]
    ]
    return Card(
        "Claims to begin with",
        phrases.lines(*lines),
        "/claim library with a number shows one, to open it as it is or as you change it.",
        (
            Button("Back", f"library:{max(page - 1, 0)}", off=page == 0),
            Button("More", f"library:{page + 1}", off=first + SHELF >= len(starters)),
        ),
    )


def starter(number: int, one: Starter) -> Card:
    if one.historical:
        return Card(
            text.escape(one.title, 200),
            phrases.lines(
                text.escape(one.said, 1_000),
                "It is settled already, so nobody can bet on it. What would you have said?",
            ),
            f"Claim {number} of the library",
            (Button("Say how likely it was", f"library-guess:{number}", ButtonLook.MAIN),),
        )
    buttons = (
        (Button("Make it a draft", f"library-take:{number}", ButtonLook.MAIN),) if one.for_stakes else ()
    )
    return Card(
        text.escape(one.title, 200),
        phrases.lines(
            text.escape(one.said, 1_000),
            *[
                f"- **{text.escape(answer.name, 80)}**"
                + (f": {text.escape(answer.criteria, 400)}" if answer.criteria else "")
                for answer in one.answers
            ],
            f"**Source** {text.escape(one.source, 300)}",
            f"**Deadline** {one.deadline} ({one.zone})",
            f"**If unclear** {text.escape(one.clause_words, 300)}",
            "" if one.for_stakes else "It is for forecasts only, never for stakes.",
        ),
        f"Claim {number} of the library · {text.escape(', '.join(one.tags), 100)}",
        buttons,
    )


def guess_form(number: int, one: Starter) -> Form:
    return Form(
        "How likely was it?",
        f"library-answer:{number}",
        (Line("chance", "Your chance of the first answer", "Such as 60%", "", 20),),
        f"The first answer is **{text.escape(one.answers[0].name, 80)}**. What happened is shown afterwards.",
    )


def guessed(one: Starter, chance: Fraction) -> Card:
    """Show the answer, after the forecast and never before."""
    first = one.answers[0].name
    came = one.known_answer.casefold() == first.casefold()
    miss = (1 - chance) if came else chance
    value = f" ({text.escape(one.known_value, 80)})" if one.known_value else ""
    on = f", known on {one.known_on}" if one.known_on else ""
    return Card(
        f"It came out {text.escape(one.known_answer, 80)}",
        (
            f"**{text.escape(one.title, 200)}**",
            f"{text.escape(one.known_answer, 80)}{value}{on}.",
            f"You said {odds.percent(chance)} for {text.escape(first, 80)}: a Brier score of "
            f"{float(miss * miss):.2f} (0 is perfect, 0.25 is a coin).",
        ),
        "A game: it counts nowhere.",
        accent=Accent.DONE,
    )
