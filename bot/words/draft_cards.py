"""Show drafts of claims: one with what is wrong with it, and a player's list (RULES B6)."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import phrases, whole
from bot.words import stories as story_words
from bot.words.terms_card import SHORTENED_LETTERS, letters
from markets.claims.claims import Claim
from markets.views import lists
from markets.views.lists import Row


@dataclass(frozen=True, slots=True)
class DraftSeen:
    """A draft: its terms as far as they can be read, what is the matter, and whether it may be opened.

    `said` are the lines of the wording check, or of what can't be read; `blocked` keeps it from being opened;
    `choices` are between what can be meant, `noted` how the lines of its outcomes were read.
    """

    claim: Claim
    said: tuple[str, ...]
    blocked: bool
    people: Mapping[int, int]
    asked: int
    public: bool = False
    choices: tuple[Button, ...] = ()
    noted: str = ""


def draft(seen: DraftSeen) -> Card:
    found, terms = seen.claim, seen.claim.terms
    number = found.number
    tales = terms.scenario is not None
    shows = story_words.share_button(number) if tales else Button("Show it to others", f"draft-show:{number}")
    buttons = [
        *seen.choices,
        *(story_words.draft_buttons(number) if tales else ()),
        Button("What is claimed", f"draft-first:{number}"),
        Button("How it is decided", f"draft-second:{number}"),
        Button("Votes, days, tags", f"draft-third:{number}"),
        Button("Only if …", f"claim-condition:{number}"),
        shows,
        Button("Drop it", f"draft-drop:{number}", ButtonLook.DANGER),
    ]
    if not seen.blocked:
        words = "Open anyway" if seen.said else "Open it"
        buttons = [Button(words, f"draft-open:{seen.asked}:{number}", ButtonLook.MAIN), *buttons]
    why = (
        ""
        if seen.public
        else "Only you can see this. It is kept: you are asked about it once, after 14 days, and after 90 it goes."
    )
    head = text.escape(terms.statement, 900)
    rest = [*([f"-# {seen.noted}"] if seen.noted else []), *_rest_of_draft(seen)]
    lines, short = whole.outcomes(terms, phrases.MOST_LETTERS - SHORTENED_LETTERS - letters(head, *rest))
    shortened = "-# Shortened here: the file below holds all of it." if short else ""
    asks = "A draft: nothing can be bet on it yet. Say here how you would word it." if seen.public else why
    if seen.public and tales:
        asks = "A draft of a scenario: write your own story into it, then its author opens it for bets."
    return Card(
        f"Draft {number}: {text.escape(terms.title, 160)}",
        phrases.lines(head, *lines, shortened, *rest),
        asks,
        (story_words.draft_buttons(number) if tales else ()) if seen.public else tuple(buttons),
        Accent.CAREFUL if seen.said else Accent.PLAIN,
        files=(whole.file(f"draft-{number}.txt", terms),) if short else (),
    )


def _rest_of_draft(seen: DraftSeen) -> list[str]:
    terms = seen.claim.terms
    return list(
        filter(
            None,
            (
                *story_words.lines(terms, (), seen.people),
                f"**Only if {phrases.condition(terms)}**" if terms.condition else "",
                f"**Source** {text.escape(terms.source, 400)}" if terms.source else "",
                f"**Deadline** {phrases.deadline(terms)} ({terms.zone})",
                f"**Trading closes** {phrases.stamp(terms, terms.closes_us)}"
                if terms.closes_us != terms.deadline_us
                else "",
                f"**First asked** {phrases.stamp(terms, terms.check_us)}"
                if terms.check_us != terms.deadline_us
                else "",
                f"**If unclear** {phrases.claims_clause(terms)}",
                f"**Judges** {phrases.judges(terms, seen.people)} · {phrases.early(terms)}",
                *seen.said,
            ),
        )
    )


def drafts(rows: list[Row]) -> Card:
    lines = [
        f"**{row.number}** {text.escape(row.title or '(no words yet)', 160)}" for row in rows[: lists.PAGE]
    ]
    return Card(
        "Your drafts",
        phrases.lines(*(lines or ["You have none. `/claim new` begins one."])),
        "Only you can see this. You are asked about each once, after 14 days, and after 90 it goes.",
        tuple(Button(f"Draft {row.number}", f"draft:{row.number}") for row in rows[:5]),
    )


def dropped(number: int) -> Card:
    return Card(f"Draft {number} is gone", ("With all that was typed.",))
