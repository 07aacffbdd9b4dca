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


_FIRST = (
    Line("what", "What is claimed?", "So that a stranger could judge it", most=900, long=True),
    Line(
        "outcomes",
        "How can it come out?",
        "One outcome on each line, criteria after a colon. Nothing: YES or NO",
        most=2_000,
        needed=False,
        long=True,
    ),
    Line("when", "Before when?", "Such as 2029-12-31, end of 2029, in 18 months", most=60),
    Line("source", "Where is it looked up?", "A link or a name", most=400, needed=False),
    Line("fallback", "And if that is gone?", "A second source", most=400, needed=False),
)
_TIMES = (
    Line("closes", "Trading closes", "Nothing: at the deadline", most=60, needed=False),
    Line("asked", "People are first asked", "Nothing: at the deadline", most=60, needed=False),
)
_THIRD = (
    Line("votes", "Votes a ruling needs", "For one result", "1", 1),
    Line("days", "Days to wait before it may be unclear", "After the deadline", "0", 3),
    Line("tags", "Tags", "Up to 5, with commas", most=160, needed=False),
    Line("zone", "Time zone", "Such as Europe/Berlin", most=40, needed=False),
)


def first_form(form_id: str, held: Mapping[str, str], *, scenario: bool = False) -> Form:
    """Ask what is claimed, how it can come out, before when, and where that is looked up.

    A scenario's stories say its outcomes and its deadline, so its form leaves these out.
    """
    shown = tuple(line for line in _FIRST if not (scenario and line.id in ("outcomes", "when")))
    return Form("What is claimed", form_id, _filled(shown, held))


def second_form(form_id: str, held: Mapping[str, str], judges: tuple[int, ...]) -> Form:
    """Ask when and by whom the claim is decided, and what if it is unclear. `judges` are Discord ids."""
    clause = held.get("clause", "return")
    options = tuple((name, words) for name, words in CLAUSES.items() if name != "keep" or clause == "keep")
    return Form(
        "How it is decided",
        form_id,
        (
            *_filled(_TIMES, held),
            PickOne("early", "If it is known early", _EARLY_CHOICES, value=held.get("early", "allowed")),
            PickOne("clause", "If it is hard to decide", options, value=clause),
            PickPeople("judges", "Judges", "Nobody means moderators", judges, most=5),
        ),
    )


def third_form(form_id: str, held: Mapping[str, str]) -> Form:
    """Ask for votes, days, tags and the time zone, which few claims change."""
    return Form("Votes, days, tags", form_id, _filled(_THIRD, held))


def _filled(lines: tuple[Line, ...], held: Mapping[str, str]) -> tuple[Line, ...]:
    """Fill lines with what was typed into them before."""
    return tuple(replace(line, value=held.get(line.id, line.value)) for line in lines)
