"""Ask for the one confirmation that takes an offer, with every ending, and give the receipt (RULES C1)."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import became_public, odds, phrases, wording
from bot.words.bets import about, own_side
from bot.words.phrases import NO_CHANNEL
from markets.bets.offers import Accepted, Offer
from markets.claims.claims import Claim
from markets.mechanisms.two_party import Stakes
from markets.views import claims
from markets.views.offers import TakeSeen


@dataclass(frozen=True, slots=True)
class Taking:
    """Hold an offer that a player is about to take; `asked` is the interaction that asked."""

    asked: int
    taker: int
    seen: TakeSeen
    ends: datetime
    currency: Currency


def ask_taking(taking: Taking) -> Card:
    """Confirm taking an offer: every ending, the balance, the other's record; short for a small stake (C1)."""
    seen = taking.seen.seen
    of, people = replace(seen.offer, taker=taking.taker), seen.people
    ends = [
        f"{words}: {phrases.back(gets.taker, of.taker_stake) if gets else 'as the judges say'}"
        for words, gets in phrases.endings(seen.claim, of, people)
    ]
    small = of.taker_stake * 10 < taking.seen.balance
    after = taking.seen.balance - of.taker_stake
    balance = f"Your balance {text.exact(taking.seen.balance)} → **{text.exact(after)}**"
    record = (
        f"You would have {text.number(taking.seen.locked + of.taker_stake)} locked · "
        f"{phrases.who(people, of.maker)}'s record: {phrases.record(taking.seen.record)}"
    )
    mine = own_side(seen.claim, of, taking.taker, taking.currency)
    body = (
        (mine, f"{' · '.join(ends)} · {balance}")
        if small
        else (about(seen.claim), mine, *[f"- {end}" for end in ends], balance)
    )
    lock = f"Lock {taking.currency.of(of.taker_stake)}"
    return Card(
        f"Take {phrases.who(people, of.maker)}'s bet?",
        phrases.lines(*body, _proposed(taking.seen), *wording.overridden(seen.claim.terms, seen.warned)),
        f"{record} · this question ends {text.ago(taking.ends)}",
        (
            Button(lock, f"lock:{taking.asked}:{of.number}:{phrases.mark(seen.claim)}", ButtonLook.MAIN),
            Button("Not now", "close"),
        ),
    )


def _proposed(seen: TakeSeen) -> str:
    """Say what stands proposed: a bet that is taken now is taken after it became public, and may be void (D1)."""
    if seen.proposed is None:
        return ""
    words = phrases.result(seen.seen.claim.terms, seen.proposed) + became_public.since(seen.proposed)
    return f"**{words} stands proposed.** If that was public before, judges may rule this bet void."


@dataclass(frozen=True, slots=True)
class Taken:
    accepted: Accepted
    offer: Offer
    claim: Claim
    told: bool


def taken(done: Taken) -> Card:
    """Give the receipt of a taken offer."""
    of, claim = done.offer, done.claim
    before = done.accepted.balance + of.taker_stake
    return Card(
        f"Bet {done.accepted.bet} stands: {text.number(of.taker_stake)} on {phrases.taker_side(claim, of)}",
        phrases.lines(
            about(claim),
            odds.sentence(Stakes(of.taker_stake, of.maker_stake), phrases.taker_side(claim, of)),
            f"Your balance {text.exact(before)} → **{text.exact(done.accepted.balance)}**",
            "" if done.told else NO_CHANNEL,
        ),
        f"Transfer {done.accepted.transfer} · digest {claims.short(done.accepted.digest)} · "
        "anyone can check it with /ledger verify",
        (Button("Terms", f"terms:{claim.number}"),),
        Accent.DONE,
    )
