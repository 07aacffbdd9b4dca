"""Show what is stored about a player, and what deleting it means, before it is done and after."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, File
from ledger import money
from ledger.players import Glance, Gone
from ledger.returned import KeptIdentity
from ledger.statements import StatementLine
from ledger.types import from_us


@dataclass(frozen=True, slots=True)
class Stored:
    """All that one server holds about a person; `rows` are those of claims, bets and markets, by table, `kept` what
    tells that they had themselves deleted. Without a `glance` that is all there is."""

    guild: int
    person: int
    glance: Glance | None
    items: list[StatementLine] = field(default_factory=list[StatementLine])
    written: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    kept: list[KeptIdentity] = field(default_factory=list[KeptIdentity])


@dataclass(frozen=True, slots=True)
class DeletionAsked:
    """Ask about a deletion; `sure` is the second time."""

    asked: int
    balance: int
    ends: datetime
    currency: Currency
    sure: bool = False


def export(stored: Stored | None) -> Card:
    if stored is None:
        return Card("Nothing is stored about you here", ("You have no wallet in this server's book.",))
    content = json.dumps(_everything(stored), indent=1, ensure_ascii=False).encode()
    said = "You have no wallet in this server's book."
    if stored.glance is not None:
        said = (
            f"You are player {stored.glance.player.number} in this server's book, with "
            f"{text.count(len(stored.items), 'entry', 'entries')}. The file holds all of it, with every claim, bet, "
            "trade and forecast that names you."
        )
    until = max((from_us(one.until_us) for one in stored.kept), default=None)
    before = (
        f"You had your data deleted here. A keyed digest of your id is kept until {text.day(until)}, with the number "
        "you had."
        if until
        else ""
    )
    nothing = "Nothing is stored about you here, except a keyed digest"
    return Card(
        "What is stored about you here" if stored.glance else nothing,
        tuple(line for line in (said, before) if line),
        files=(File("crux-my-data.json", content),),
    )


def ask(request: DeletionAsked) -> Card:
    ends = f"This question ends {text.ago(request.ends)}."
    if request.sure:
        return Card(
            "Delete for good?",
            ("This can't be undone, not even by a moderator.",),
            ends,
            (
                Button("Delete my data for good", f"forget-now:{request.asked}", ButtonLook.DANGER),
                Button("Keep my data", "close"),
            ),
            accent=Accent.CAREFUL,
        )
    return Card(
        "Delete what is stored about you here?",
        (
            _wallet(request),
            "Your Discord id leaves this server's book; its transfers stay under a number. What you wrote, and what "
            "was written with your transfers, is erased.",
            "A keyed digest of your id is kept for a year, and while a claim on which you had points can be ruled on "
            "or taken back. If you come back in that time, there is no starting balance and no allowance, a debt "
            "comes along, gifts and limits count on, and you judge no such claim. Deletion doesn't hide a return. "
            "Cards say the number instead of you, and older posts of Crux are edited so that they don't mention you. "
            "What people wrote, and answers to commands that everybody saw, stay until a moderator deletes them.",
        ),
        ends,
        (
            Button("Go on to delete", f"forget:{request.asked}", ButtonLook.DANGER),
            Button("Keep my data", "close"),
        ),
        accent=Accent.CAREFUL,
    )


def gone(done: Gone, currency: Currency) -> Card:
    left = f"{currency.of(done.forfeited)} went to the house." if done.forfeited else "Your wallet was empty."
    if done.debt:
        left = f"A debt of {currency.of(done.debt)} stays under the number."
    return Card(
        "Your data here is deleted",
        (left, f"The book knows that number only as player {done.player} now."),
        "If you press something again, you begin anew, without a starting balance or allowance for a year"
        f"{', and with the debt' if done.debt else ''}.",
        accent=Accent.DONE,
    )


def _wallet(request: DeletionAsked) -> str:
    if request.balance < 0:
        return f"You owe {request.currency.of(-request.balance)}: that stays, and comes along if you do."
    if request.balance == 0:
        return "Your wallet is empty."
    return f"Your {request.currency.of(request.balance)} go to the house."


def _everything(stored: Stored) -> dict[str, Any]:
    kept = [{"player": one.player, "until": from_us(one.until_us).isoformat()} for one in stored.kept]
    whose = {"server": str(stored.guild), "discord_id": str(stored.person), "digests_of_your_id": kept}
    if stored.glance is None:
        return whose
    return whose | {
        "player": stored.glance.player.number,
        "joined": stored.glance.joined.isoformat(),
        "balance_points": money.points(stored.glance.balance),
        "entries": [_entry(item) for item in stored.items],
        "notes_you_wrote": [{"transfer": number, "words": words} for number, words in stored.written],
        "claims_and_bets": stored.rows,
    }


def _entry(item: StatementLine) -> dict[str, Any]:
    return {
        "transfer": item.transfer,
        "at": item.at.isoformat(),
        "kind": item.kind,
        "amount_points": money.points(item.amount),
        "balance_after_points": money.points(item.balance_after),
        "with_players": [side.owner for side in item.others if side.owner],
        "note": item.note,
    }
