"""List a player's own bets, and the offers that anyone may take."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot import text
from bot.ui.cards import Button, Card
from bot.words import phrases
from ledger.types import from_us
from markets.bets.bets import Bet
from markets.bets.offers import Offer
from markets.claims.terms import Terms
from markets.views import lists, my_bets


@dataclass(frozen=True, slots=True)
class Wanting:
    """A page of offers that anybody may take."""

    offers: list[Offer]
    titles: Mapping[int, str]
    people: Mapping[int, int]
    terms: Mapping[int, Terms]
    first: bool


def wanting(page: Wanting) -> Card:
    shown = page.offers[: lists.PAGE]
    lines = [
        f"**{of.number}** {phrases.who(page.people, of.maker)} says "
        f"{phrases.side(page.terms[of.claim], of.side, of.against)}: you risk {text.number(of.taker_stake)} to win "
        f"{text.number(of.maker_stake)}, until {text.at(from_us(of.expires_us))}\n"
        f"{text.escape(page.titles[of.claim], 120)}"
        for of in shown
    ] or ["No offer is open to anyone just now. `/bet quick` makes one."]
    last = shown[-1].number if shown else 1
    return Card(
        "Offers that anyone may take",
        phrases.lines(*lines),
        "Take one with /bet accept and its number. Offers whose maker lacks the points just now are left out.",
        (
            Button("Newest", "offers:0", off=page.first),
            Button("Older", f"offers:{last}", off=len(page.offers) <= lists.PAGE),
        ),
    )


KINDS = (lists.LIVE, lists.DUE, lists.ENDED)


_HEADS = {
    lists.LIVE: "Your open bets",
    lists.DUE: "Your bets that wait for a result",
    lists.ENDED: "Your settled bets",
}


@dataclass(frozen=True, slots=True)
class MyBetsPage:
    seen: my_bets.MyBets
    reader: int
    kind: str
    first: bool


def mine(page: MyBetsPage) -> Card:
    """List the reader's own bets of a kind, and the open offers."""
    seen, at = page.seen, KINDS.index(page.kind)
    lines = [_my_bet(bet, page) for bet in seen.bets] or ["None."]
    offers = [_my_offer(of, seen, "For you") for of in seen.to_me]
    offers += [_my_offer(of, seen, "Yours, open") for of in seen.by_me]
    last = seen.bets[-1].number if seen.bets else 1
    tabs = [
        Button(words, f"mine:{number}:0", off=number == at and page.first)
        for number, words in enumerate(("Open", "Due", "Settled"))
    ]
    return Card(
        _HEADS[page.kind],
        phrases.lines(
            f"Free **{text.exact(seen.balance)}** · locked in bets **{text.exact(seen.locked)}**",
            *lines,
            *(["**Offers**", *offers] if offers else []),
        ),
        "Only you can see this. /bet show with a number tells more.",
        (*tabs, Button("Older", f"mine:{at}:{last}", off=not seen.more)),
    )


def _my_bet(bet: Bet, page: MyBetsPage) -> str:
    am_maker, terms = bet.maker == page.reader, page.seen.terms[bet.claim]
    other = phrases.who(page.seen.people, bet.taker if am_maker else bet.maker)
    side = phrases.side(terms, bet.side, bet.against if am_maker else not bet.against)
    staked, wins = (bet.maker_stake, bet.taker_stake) if am_maker else (bet.taker_stake, bet.maker_stake)
    paid = bet.maker_paid if am_maker else bet.taker_paid
    if paid is None:
        stands = f"{text.number(staked)} to win {text.number(wins)}"
    else:
        stands = (
            f"staked {text.number(staked)}, got back {text.number(paid)}, **{phrases.change(paid - staked)}**"
        )
        if bet.state != "settled":
            stands += {"agreed": " by agreement", "void": " (void)"}[bet.state]
    return f"**Bet {bet.number}**, {side} against {other}: {stands}\n{_about(terms)}"


def _my_offer(of: Offer, seen: my_bets.MyBets, whose: str) -> str:
    maker, terms = phrases.who(seen.people, of.maker), seen.terms[of.claim]
    return (
        f"**Offer {of.number}** {whose}: {maker} says {phrases.side(terms, of.side, of.against)}, risks "
        f"{text.number(of.maker_stake)} to win {text.number(of.taker_stake)}, "
        f"until {text.at(from_us(of.expires_us))}\n"
        f"{_about(terms)}"
    )


def _about(terms: Terms) -> str:
    return f"-# {text.escape(terms.title, 100)} · before {phrases.deadline(terms)}"
