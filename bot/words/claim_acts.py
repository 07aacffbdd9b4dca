"""List what moderators and judges did about claims (RULES A7)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Button, Card
from bot.words import phrases, setting_words
from bot.words.announced import Ask, Told
from ledger.types import from_us
from markets.claims.judges import SETTING
from markets.views import lists, moderation_queue
from markets.views.acts_about import About
from markets.views.moderation_queue import ModeratorAct

_ACTS = {
    "vote": "voted on claim {claim}",
    "confirm": "confirmed the result of claim {claim}",
    "object_judge": "objected to a judge whom the holders of claim {claim} agreed on",
    "accept_judge": "accepted a judge whom the holders of claim {claim} agreed on",
    "sign": "signed what is proposed for claim {claim}",
    "reverse": "took the result of claim {claim} back",
    "reverse_vote": "would take the result of claim {claim} back",
    "reverse_appeal": "objected to taking the result of claim {claim} back",
    "freeze": "stopped everything on claim {claim}",
    "unfreeze": "let claim {claim} go on",
    "clarify": "clarified claim {claim}",
    "item": "judged an item of claim {claim}",
    "step_down": "steps down as a judge of claim {claim}",
    "house_pays": "let the house pay the market on claim {claim}",
    "note": "noted about claim {claim}",
    "season": "began a season",
}


_WITH_RESULT = {
    "vote": "voted {result} on claim {claim}",
    "confirm": "confirmed the result {result} of claim {claim}",
    "sign": "signed the proposal {result} for claim {claim}",
    "reverse": "took the result {result} of claim {claim} back",
    "reverse_vote": "would take the result {result} of claim {claim} back",
    "reverse_appeal": "objected to taking the result {result} of claim {claim} back",
}
"""The same where it is known which result that was about."""

_UNTIL = {
    "freeze": "; it goes on by itself on {until} at the latest",
    **dict.fromkeys(
        ("reverse", "reverse_vote", "reverse_appeal"),
        "; until {until} whoever it paid gives none of that away",
    ),
}


@dataclass(frozen=True, slots=True)
class ClaimActs:
    rows: list[ModeratorAct]
    people: Mapping[int, int]
    first: bool
    about: Mapping[int, About]
    """By the act's number."""


def acts(page: ClaimActs) -> Card:
    """List what moderators and judges did about claims, newest first."""
    shown = page.rows[: lists.PAGE]
    lines = [
        f"{text.day(from_us(row.at_us))} {phrases.who(page.people, row.actor)} "
        + _did(row, page.about.get(row.number))
        for row in shown
    ] or [
        "There are none. Every vote, freeze, reversal, note of a moderator and changed setting will be here."
    ]
    last = shown[-1].number if shown else 1
    return Card(
        "What moderators and judges did",
        phrases.lines(*lines),
        "About claims and settings, newest first. What they did with points is in /ledger acts.",
        (
            Button("Newest", "done:0", off=page.first),
            Button("Older", f"done:{last}", off=len(page.rows) <= lists.PAGE),
        ),
    )


def _did(row: ModeratorAct, of: About | None) -> str:
    if row.act == SETTING:
        return setting_words.changed(row.reason or "")
    what, result, until = _ACTS.get(row.act, f"{text.escape(row.act, 30)} (claim {{claim}})"), "", ""
    if of is not None and of.result is not None:
        what = _WITH_RESULT.get(row.act, what)
        result = phrases.result(
            phrases.as_made(of.claim, of.proposal) if of.proposal else of.claim.terms, of.result
        )
    if of is not None and of.until_us:
        until = _UNTIL.get(row.act, "").format(until=text.at(from_us(of.until_us)))
    why = f"\n> {text.escape(row.reason, 200)}" if row.reason else ""
    return what.format(claim=row.claim, result=result) + until + why


def settings_post(tx: Connection, ask: Ask) -> Told | None:
    """Post in the log channel what somebody changed of the server's settings (A7)."""
    rows, people = moderation_queue.acts(tx, ask.guild, before=int(ask.facts["last"]) + 1)
    changed = [row for row in rows if row.number >= int(ask.facts["first"])]
    if not changed:
        return None
    lines = [setting_words.changed(row.reason or "") for row in reversed(changed)]
    card = Card(
        "Settings were changed",
        (f"By {phrases.who(people, changed[0].actor)}:", *(f"- {line}" for line in lines)),
        "All such acts: /resolve acts",
    )
    return Told(card, to_log=True)
