"""List what moderators and judges did about claims (RULES A7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot import text
from bot.ui.cards import Button, Card
from bot.words import phrases
from ledger.types import from_us
from markets.views import lists
from markets.views.moderation_queue import ModeratorAct

_ACTS = {
    "vote": "voted on claim {claim}",
    "confirm": "confirmed the result of claim {claim}",
    "sign": "signed what is proposed for claim {claim}",
    "reverse": "took the result of claim {claim} back",
    "reverse_vote": "would take the result of claim {claim} back",
    "reverse_appeal": "objected to taking the result of claim {claim} back",
    "freeze": "stopped everything on claim {claim}",
    "unfreeze": "let claim {claim} go on",
    "clarify": "clarified claim {claim}",
    "item": "judged an item of claim {claim}",
    "step_down": "steps down as a judge of claim {claim}",
    "note": "noted about claim {claim}",
}


@dataclass(frozen=True, slots=True)
class ClaimActs:
    rows: list[ModeratorAct]
    people: Mapping[int, int]
    first: bool


def acts(page: ClaimActs) -> Card:
    """List what moderators and judges did about claims, newest first."""
    shown = page.rows[: lists.PAGE]
    lines = [
        f"{text.day(from_us(row.at_us))} {phrases.who(page.people, row.actor)} "
        + _ACTS.get(row.act, f"{text.escape(row.act, 30)} (claim {{claim}})").format(claim=row.claim)
        + (f"\n> {text.escape(row.reason, 200)}" if row.reason else "")
        for row in shown
    ] or ["There are none. Every vote, freeze, reversal and note of a moderator will be here."]
    last = shown[-1].number if shown else 1
    return Card(
        "What moderators and judges did",
        phrases.lines(*lines),
        "About claims, newest first. What they did with points is in /ledger acts.",
        (
            Button("Newest", "done:0", off=page.first),
            Button("Older", f"done:{last}", off=len(page.rows) <= lists.PAGE),
        ),
    )
