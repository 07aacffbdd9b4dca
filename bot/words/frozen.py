"""Say that a moderator stopped a claim, and until when; and when a ruling is paid that waits (RULES D3, D4, D6)."""

from datetime import datetime

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Button
from bot.words import phrases, standing
from ledger.types import from_us, to_us
from markets.claims.conditions import WAITING
from markets.core import jobs
from markets.settlement import resolution
from markets.views.claims import ClaimSeen

MOVED = (
    "proposal.settle",
    "proposal.day",
    "proposal.unsigned",
    "proposal.confirm",
    "ruling.pay",
    "ruling.tell",
    "ruling.counts",
    "claim.lapse",
    "claim.ends",
)
"""Due work whose date doesn't hold while a claim is stopped."""


A_DAY = "a day after the ruling's post"


def goes_on(thaws_us: int | None) -> str:
    """Say when a claim that is stopped goes on by itself."""
    return f"It goes on by itself on {text.at(from_us(thaws_us))} at the latest." if thaws_us else ""


def stopped(thaws_us: int | None) -> str:
    """Say that a claim is stopped, and until when."""
    words = (
        "**A moderator stopped everything on this claim.**",
        goes_on(thaws_us),
        "`/resolve acts` says why.",
    )
    return " ".join(filter(None, words))


def now(tx: Connection, seen: ClaimSeen, at: datetime) -> tuple[str, tuple[Button, ...]]:
    """Say what a claim waits for that goes on again, until when, and which button answers it."""
    number, proposal = seen.claim.number, seen.proposal
    if seen.at in ("open", "closed") and (seen.claim.check_us or 0) <= to_us(at):
        return "Its check date has passed, so its result may be named.", (
            Button("Propose a result", f"propose:{number}"),
        )
    if seen.at == "proposed" and proposal is not None and proposal.window_to_us is not None:
        words = phrases.result(seen.claim.terms, proposal.result)
        until = text.at(from_us(proposal.window_to_us))
        return f"Anyone may challenge the result {words} until {until}.", (
            standing.challenge_button(number, proposal),
        )
    if seen.at == "ruled" and seen.dispute is not None and seen.dispute.ruling is not None:
        words = phrases.result(seen.claim.terms, seen.dispute.ruling)
        pays_us = jobs.at_us(tx, seen.claim.guild, "ruling.pay", seen.dispute.number)
        waits = waits_for(seen)
        if pays_us is None or pays_us <= to_us(at):
            return (f"The ruling {words} is paid {waits}." if waits else ""), ()
        if waits:
            return f"The ruling {words} is paid {waits}, unless somebody appeals before.", ()
        return (
            f"The ruling {words} is paid on {text.at(from_us(pays_us))}, unless somebody appeals before.",
            (),
        )
    return "", ()


def waits_for(seen: ClaimSeen) -> str:
    """Name the moment at which a ruling is paid that waits for more than its day; empty where it doesn't. As the end
    of a sentence."""
    ruling = seen.dispute.ruling if seen.dispute is not None else None
    hung = seen.hangs_on
    if ruling is None or hung is None or not resolution.waits_by(hung.state == WAITING, ruling):
        return ""
    return f"once claim {hung.on} is decided"
