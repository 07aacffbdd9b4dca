"""Show the stories and items of a scenario, and build their forms (RULES E7)."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne
from bot.words import phrases
from bot.words.announced import Ask, Told, holders
from ledger.types import from_us
from markets.claims import claims, stories
from markets.claims.claims import Claim
from markets.claims.stories import ANSWERS, Judged
from markets.claims.terms import Terms
from markets.mechanisms import story_scores as mechanism
from markets.settlement.scenarios import MOST_NAME, MOST_STORY
from markets.settlement.story_judging import Answered
from markets.views import claims as view_claims
from markets.views.claims import ClaimSeen

NEW = 99
"""In a button's id: a story that isn't there yet."""

_CAME = {stories.TRUE: "came true", stories.FALSE: "didn't come true", stories.DROPPED: "dropped"}
_ITEMS_HELP = "One on each line: 2027-06-30: what has happened by then, 80%"
_PROSE_HELP = "Why it goes so; the items alone decide"

# --- on cards ---------------------------------------------------------------------------------


def lines(terms: Terms, judged: Sequence[Judged], people: Mapping[int, int]) -> tuple[str, ...]:
    """List the stories, how close each is so far, and each one's chance of every item; empty for other claims."""
    scenario = terms.scenario
    if scenario is None:
        return ()
    so_far = dict(enumerate(scores(judged)))
    told = [
        f"**{text.escape(outcome.name, MOST_NAME)}** by {phrases.who(people, writer)}"
        + (f": {_score(so_far[at])}" if so_far.get(at) is not None else "")
        for at, (outcome, writer) in enumerate(zip(terms.outcomes, scenario.writers, strict=True))
    ]
    over = [one for one in judged if one.state != stories.OPEN]
    counted = f" · {len(over)} of {len(judged)} items judged, the lowest score wins" if over else ""
    came = {one.number: f" · **{_CAME[one.state]}**" for one in over}
    items = [
        f"- {text.day(from_us(item.by_us - 1))} {text.escape(item.words, 160)}: "
        + " / ".join(map(text.percent_bps, item.chances))
        + came.get(place, "")
        for place, item in enumerate(scenario.items, 1)
    ]
    return ((" · ".join(told) + counted) if told else "", *items)


def scores(judged: Sequence[Judged]) -> list[Fraction | None]:
    """Work out each story's mean over the items judged so far; None if nothing counts yet."""
    over = [one for one in judged if one.state != stories.OPEN]
    answers = [ANSWERS[one.state] for one in over]
    told = len(judged[0].chances) if judged else 0
    return [mechanism.score([one.chances[story] for one in over], answers) for story in range(told)]


def verdict_lines(terms: Terms, judged: Sequence[Judged]) -> tuple[str, ...]:
    """Say what the items come to, once all are judged."""
    found = stories.verdict(judged)
    if found is None:
        return ()
    came = [
        f"{text.escape(outcome.name, MOST_NAME)} {_score(score)}"
        for outcome, score in zip(terms.outcomes, scores(judged), strict=True)
        if score is not None
    ]
    dropped = sum(one.state == stories.DROPPED for one in judged)
    why = {
        "won": "The lowest score is the closest.",
        "tie": "The closest stories tie, so everything returns.",
        "dropped": f"{dropped} of {len(judged)} items were dropped, more than a third, so everything returns.",
    }[found.why]
    return (f"{', '.join(came)}. {why}" if came else why,)


def _score(score: Fraction | None) -> str:
    return "no score" if score is None else f"{float(score):.4f}"


def judge_button(number: int, look: ButtonLook = ButtonLook.PLAIN) -> Button:
    return Button("Judge an item", f"item-judge:{number}", look)


def share_button(number: int) -> Button:
    return Button("Let others write", f"scenario-share:{number}")


def draft_buttons(number: int) -> tuple[Button, ...]:
    return (Button("Add a story", f"story-add:{number}"), Button("Stories", f"stories:{number}"))


def shelf(seen: ClaimSeen, player: int) -> Card:
    """Show every story whole, with a button for each that the reader wrote, and for what they may take out of a
    draft (E7)."""
    found, terms = seen.claim, seen.claim.terms
    scenario = terms.scenario
    assert scenario is not None
    draft = found.state == "draft"
    loose = not found.frozen and found.state in ("draft", "open")
    mine = [at for at, writer in enumerate(scenario.writers) if writer == player and loose]
    may = list(range(len(scenario.writers))) if found.author == player and loose else mine
    names = [text.clean(one.name, 40) for one in terms.outcomes]
    buttons = [Button(f"Change {names[at]}", f"story-change:{found.number}:{at}") for at in mine]
    if draft:
        buttons = [Button("Add a story", f"story-add:{found.number}"), *buttons]
        marks = [phrases.name_mark(name) for name in terms.names]
        buttons += [
            Button(f"Take out {names[at]}", f"story-out:{found.number}:{at}:{marks[at]}") for at in may
        ]
    prose = [
        f"**{text.escape(one.name, MOST_NAME)}**: {text.escape(one.criteria, MOST_STORY)}"
        for one in terms.outcomes
        if one.criteria
    ]
    told = [
        f"- {one.number}: {_CAME[one.state]}, says {phrases.who(seen.people, one.judge or 0)}, "
        f"with {phrases.link(one.evidence or '', 'evidence')}."
        + (f" {phrases.reason(one.reason, 200)}" if one.reason else "")
        for one in seen.items
        if one.state != stories.OPEN
    ]
    return Card(
        f"The stories of {'draft' if draft else 'claim'} {found.number}",
        phrases.lines(*lines(terms, seen.items, seen.people), *prose, *told),
        "The chances stand in the order of the stories.",
        tuple(buttons[:20]),
    )


# --- forms ------------------------------------------------------------------------------------


def new_form() -> Form:
    """Ask for the topic and the first story."""
    return Form(
        "A scenario: whose story is closer?",
        "scenario-new",
        (
            Line("what", "What do the stories tell?", "Such as: how AI goes until 2030", "", 900, long=True),
            Line("title", "Your story's name", "Others bet on it by this name", "", MOST_NAME),
            Line("items", "What comes by when, and your chance", _ITEMS_HELP, "", 4_000, long=True),
            Line("story", "Your story", _PROSE_HELP, "", MOST_STORY, needed=False, long=True),
            Line("source", "Where is it looked up?", "A link or a name", "", 400, needed=False),
        ),
    )


def story_form(found: Claim, at: int, held: Mapping[str, str]) -> Form:
    mark = 0 if at == NEW else phrases.name_mark(found.terms.names[at])
    return Form(
        "Your story",
        f"story-save:{found.number}:{at}:{mark}",
        (
            Line("title", "Your story's name", "Others bet on it by this name", held["title"], MOST_NAME),
            Line(
                "items", "What comes by when, and your chance", _ITEMS_HELP, held["items"], 4_000, long=True
            ),
            Line("story", "Your story", _PROSE_HELP, held["story"], MOST_STORY, needed=False, long=True),
        ),
        "Say your own chance of each item that is there. A new line is an item for all stories, which count as 50% "
        "on it until they say otherwise.",
    )


def judge_form(found: Claim, judged: Sequence[Judged], asked: int) -> Form:
    """Ask what became of one item. Open items come first; once none is left, each may be judged again."""
    left = [one for one in judged if one.state == stories.OPEN] or list(judged)
    left.sort(key=lambda one: (one.by_us, one.number))
    items = tuple((str(one.number), text.clean(f"{one.number}: {one.words}", 100)) for one in left)
    return Form(
        "Judge an item",
        f"item-send:{asked}:{found.number}",
        (
            PickOne("item", "Which item?", items, value=items[0][0]),
            PickOne(
                "answer",
                "Has it come true by its date?",
                (
                    (stories.TRUE, "YES"),
                    (stories.FALSE, "NO"),
                    (stories.DROPPED, "Nobody can decide it: drop it for all"),
                ),
            ),
            Line("known", "When did it come true?", "Such as 2027-03-01; for YES", "", 60, needed=False),
            phrases.EVIDENCE,
        ),
        "It is posted with your name. After the last item the closest story is proposed, and may be challenged.",
    )


# --- answers ----------------------------------------------------------------------------------


def told(found: Claim, name: str) -> Card:
    """Answer a player who wrote into another's draft."""
    return Card(
        f"Your story is in: {text.escape(name, MOST_NAME)}",
        (
            f"**{text.escape(found.terms.title, 200)}**",
            "You may change it until somebody bets. Its author opens the scenario when all stories are in.",
        ),
        f"Draft {found.number}",
        draft_buttons(found.number),
        Accent.DONE,
    )


def unread(number: int, at: int, why: str, choices: tuple[Button, ...] = ()) -> Card:
    """Say that what was typed is kept for when the form is opened again. `choices` are its possible readings."""
    again = f"story-add:{number}" if at == NEW else f"story-change:{number}:{at}"
    return Card(
        "Your story isn't in yet",
        (f"**Must change:** {why}", "What you typed is kept."),
        f"Claim {number}",
        (*choices, Button("Change it", again, ButtonLook.PLAIN if choices else ButtonLook.MAIN)),
        Accent.CAREFUL,
    )


def held_of(found: Claim, at: int, items: str, kept: str | None) -> dict[str, str]:
    """Return what a story's form holds: what was typed last and not taken, else the story as it stands."""
    outcome = None if at == NEW else found.terms.outcomes[at]
    held = {
        "title": outcome.name if outcome else "",
        "items": items,
        "story": outcome.criteria if outcome else "",
    }
    typed: dict[str, str] = json.loads(kept) if kept else {}
    return held | (
        {name: typed[name] for name in held if name in typed} if typed.get("at") == str(at) else {}
    )


def answered(found: Claim, done: Answered) -> Card:
    item = done.item
    left = f"{text.count(done.left, 'item is', 'items are')} left."
    if done.proposal is not None:
        words = phrases.result(found.terms, done.proposal.result)
        left = (
            f"All items are judged, so **{words}** is proposed. You can take that back until somebody answers, and "
            "judge an item anew: `/resolve withdraw`."
        )
    elif not done.left:
        left = "All items are judged; the result is proposed at the deadline."
    return Card(
        f"Item {item.number} of claim {found.number}: {_CAME[item.state]}",
        (f"**{text.escape(item.words, 200)}**", left),
        "Posted for everybody. /resolve acts lists it.",
        (judge_button(found.number),) if done.left else (),
        Accent.DONE,
    )


# --- what the announcer tells -----------------------------------------------------------------


def judged_post(tx: Connection, ask: Ask) -> Told | None:
    seen = view_claims.claim(tx, ask.guild, ask.facts["claim"], ask.now)
    item = next((one for one in seen.items if one.number == ask.facts["item"]), None)
    if item is None or item.state == stories.OPEN or item.judge is None:
        return None
    terms = seen.claim.terms
    came = f" on {text.day(from_us(item.known_us))}" if item.known_us else ""
    left = sum(one.state == stories.OPEN for one in seen.items)
    card = Card(
        f"Item {item.number} of claim {seen.claim.number} {_CAME[item.state]}",
        phrases.lines(
            f"**{text.escape(terms.title, 200)}**",
            f"{text.escape(item.words, 200)}, until {text.day(from_us(item.by_us - 1))}: {_CAME[item.state]}{came}.",
            f"Says {phrases.who(seen.people, item.judge)}, with {phrases.link(item.evidence or '', 'evidence')}.",
            phrases.reason(item.reason) if item.reason else "",
            " · ".join(
                f"{text.escape(one.name, MOST_NAME)} {_score(score)}"
                for one, score in zip(terms.outcomes, scores(seen.items), strict=True)
            ),
        ),
        f"{left} of {len(seen.items)} items are left to judge",
        (Button("Stories", f"stories:{seen.claim.number}"),),
    )
    sides = holders(tx, claims.load(tx, ask.guild, seen.claim.number))
    return Told(card, concerned=sides, line=seen.claim.number)
