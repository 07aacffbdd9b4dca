"""Build the three forms of a claim (RULES B)."""

from collections.abc import Mapping
from dataclasses import replace

from bot.ui.cards import Form, Line, PickOne, PickPeople

CLAUSES = {
    "return": "Stakes return",
    "half": "Half and half: the same weight for each outcome",
    "first": "Doubt counts as the first outcome (YES)",
    "last": "Doubt counts as the last outcome (NO)",
    "judges": "The judges choose weights",
    "keep": "As it is now",
}


_EARLY_CHOICES = (
    ("allowed", "An early result is paid as soon as it is known"),
    ("announced", "It is announced when it is known, and paid at the deadline"),
    ("deadline", "Nothing before the deadline"),
)


def first_form(form_id: str, held: Mapping[str, str], *, scenario: bool = False) -> Form:
    """Step one: what, how it can come out, before when, and where that is looked up; of a scenario what its stories
    don't say."""
    form = Form(
        "What is claimed",
        form_id,
        (
            Line(
                "what",
                "What is claimed?",
                "So that a stranger could judge it",
                held.get("what", ""),
                900,
                long=True,
            ),
            Line(
                "outcomes",
                "How can it come out?",
                "One outcome on each line, criteria after a colon. Nothing: YES or NO",
                held.get("outcomes", ""),
                2_000,
                needed=False,
                long=True,
            ),
            Line(
                "when",
                "Before when?",
                "Such as 2029-12-31, end of 2029, in 18 months",
                held.get("when", ""),
                60,
            ),
            Line(
                "source",
                "Where is it looked up?",
                "A link or a name",
                held.get("source", ""),
                400,
                needed=False,
            ),
            Line(
                "fallback",
                "And if that is gone?",
                "A second source",
                held.get("fallback", ""),
                400,
                needed=False,
            ),
        ),
    )
    if not scenario:
        return form
    return replace(form, fields=tuple(one for one in form.fields if one.id not in ("outcomes", "when")))


def second_form(form_id: str, held: Mapping[str, str], judges: tuple[int, ...]) -> Form:
    """Step two: when, by whom, and what if it is unclear. `judges` by Discord id."""
    clause = held.get("clause", "return")
    options = tuple((name, words) for name, words in CLAUSES.items() if name != "keep" or clause == "keep")
    return Form(
        "How it is decided",
        form_id,
        (
            Line(
                "closes",
                "Trading closes",
                "Nothing: at the deadline",
                held.get("closes", ""),
                60,
                needed=False,
            ),
            Line(
                "asked",
                "People are first asked",
                "Nothing: at the deadline",
                held.get("asked", ""),
                60,
                needed=False,
            ),
            PickOne("early", "If it is known early", _EARLY_CHOICES, value=held.get("early", "allowed")),
            PickOne("clause", "If it is hard to decide", options, value=clause),
            PickPeople("judges", "Judges", "Nobody means moderators", judges, most=5),
        ),
    )


def third_form(form_id: str, held: Mapping[str, str]) -> Form:
    """What few claims need."""
    return Form(
        "Votes, days, tags",
        form_id,
        (
            Line("votes", "Votes a ruling needs", "For one result", held.get("votes", "1"), 1),
            Line(
                "days",
                "Days to wait before it may be unclear",
                "After the deadline",
                held.get("days", "0"),
                3,
            ),
            Line("tags", "Tags", "Up to 5, with commas", held.get("tags", ""), 160, needed=False),
            Line("zone", "Time zone", "Such as Europe/Berlin", held.get("zone", ""), 40, needed=False),
        ),
    )
