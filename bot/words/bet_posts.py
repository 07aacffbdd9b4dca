"""Word what is announced of offers and bets: the offer's card, and one post for each event (RULES E2)."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent, Button, ButtonLook, Card
from bot.words import hushed, phrases
from bot.words.announced import Ask, Told
from bot.words.bets import about, sides, suggested
from bot.words.offer_card import offer
from markets.bets import offering, offers
from markets.core import person_limits
from markets.core.errors import BadTerms
from markets.people import hushing
from markets.views import claims
from markets.views import offers as view_offers
from markets.views.offers import OfferSeen


def offer_card(tx: Connection, ask: Ask) -> Told | None:
    seen = view_offers.offer(tx, ask.guild, ask.ref, ask.now)
    of = seen.offer
    rings = of.taker and seen.state == "open"
    rings = rings and person_limits.rings(tx, ask.guild, of.number, of.maker, of.taker, of.made_us)
    called = _unless_hushed(tx, ask, of.maker, of.taker) if rings else ()
    return Told(offer(seen), players=called, line=seen.offer.claim)


def _unless_hushed(tx: Connection, ask: Ask, by: int, whom: int) -> tuple[int, ...]:
    """Whom somebody's act mentions: nobody where that one wants no more from them (E2)."""
    rings = ask.facts.get("rings", True) and not hushing.is_hushed(tx, ask.guild, whom, by)
    return (whom,) if rings else ()


def accepted(tx: Connection, ask: Ask) -> Told | None:
    """Tell the maker of an offer that it was taken (RULES E2)."""
    seen = view_offers.offer(tx, ask.guild, ask.facts["bet"], ask.now)
    bet = seen.bet
    if bet is None:
        return None
    words = (
        f"{phrases.who(seen.people, bet.taker)} took {phrases.who(seen.people, bet.maker)}'s offer: "
        f"{text.number(bet.pot)} are locked until it is settled."
    )
    shown = Card(
        f"Bet {bet.number} stands",
        (about(seen.claim), words, *sides(seen.claim, bet, seen.people)),
        f"Claim {bet.claim}, before {phrases.deadline(seen.claim.terms)}",
        (Button("Terms", f"terms:{bet.claim}"),),
        Accent.DONE,
    )
    return Told(shown, players=(bet.maker,), line=bet.claim)


def ending_suggested(tx: Connection, ask: Ask) -> Told | None:
    seen = view_offers.offer(tx, ask.guild, ask.facts["bet"], ask.now)
    bet = seen.bet
    if bet is None or bet.state != "live" or seen.suggestion is None:
        return None
    shown = Card(
        f"Bet {bet.number}: an ending is suggested",
        (about(seen.claim), suggested(seen)),
        "The other side signs it, or not. It says nothing about the claim.",
        (Button("Look at it", f"bet-end:{bet.number}"), hushed.button(seen.suggestion.by)),
    )
    called = _unless_hushed(tx, ask, seen.suggestion.by, bet.other(seen.suggestion.by))
    return Told(shown, players=called, line=bet.claim)


def agreed(tx: Connection, ask: Ask) -> Told | None:
    seen = view_offers.offer(tx, ask.guild, ask.facts["bet"], ask.now)
    bet = seen.bet
    if bet is None:
        return None
    shown = Card(
        f"Bet {bet.number} ended by agreement",
        (about(seen.claim), *sides(seen.claim, bet, seen.people)),
        f"{seen.transfer} · it says nothing about the claim",
        accent=Accent.DONE,
    )
    return Told(shown, concerned=(bet.maker, bet.taker), line=bet.claim)


def move_suggested(tx: Connection, ask: Ask) -> Told | None:
    seen = view_offers.offer(tx, ask.guild, ask.facts["bet"], ask.now)
    bet, to = seen.bet, int(ask.facts["to"])
    if bet is None or bet.state != "live" or bet.claim == to:
        return None
    new, by = claims.claim(tx, ask.guild, to, ask.now), int(ask.facts["by"])
    try:
        there = offers.fitted(bet, seen.claim, new.claim)
    except BadTerms:  # the new claim was changed since
        return None
    shown = Card(
        f"Bet {bet.number}: a better wording is suggested",
        (
            about(seen.claim),
            f"{phrases.who(seen.people, by)} signed for it to be judged by claim {to} instead: "
            f"**{text.escape(new.claim.terms.title, 200)}**",
            *sides(new.claim, there, seen.people),
        ),
        "It moves when the other side signs too.",
        (Button("Look at it", f"bet-move-look:{bet.number}:{to}", ButtonLook.MAIN), hushed.button(by)),
    )
    called = _unless_hushed(tx, ask, by, bet.other(by))
    return Told(shown, players=called, line=int(ask.facts["claim"]))


def moved(tx: Connection, ask: Ask) -> Told | None:
    seen = view_offers.offer(tx, ask.guild, ask.facts["bet"], ask.now)
    bet = seen.bet
    if bet is None:
        return None
    shown = Card(
        f"Bet {bet.number} is on claim {int(ask.facts['to'])} now",
        (about(seen.claim), *sides(seen.claim, bet, seen.people), "Both sides signed."),
        buttons=(Button("Terms", f"terms:{bet.claim}"),),
        accent=Accent.DONE,
    )
    return Told(shown, concerned=(bet.maker, bet.taker), line=int(ask.facts["claim"]))


def died(tx: Connection, ask: Ask) -> Told | None:
    """Tell the makers of offers that an edited claim ended; each can renew theirs in one press (RULES B5)."""
    numbers: list[int] = ask.facts["offers"]
    seen = [view_offers.offer(tx, ask.guild, number, ask.now) for number in numbers[:5]]
    if not seen:
        return None
    lines = [
        f"- offer {one.offer.number} of {phrases.who(one.people, one.offer.maker)}: "
        f"{phrases.maker_side(one.claim, one.offer)}, {text.number(one.offer.maker_stake)} to win "
        f"{text.number(one.offer.taker_stake)}{'' if _fits(one) else '. It does not fit the new outcomes'}"
        for one in seen
    ]
    fit = [one for one in seen if _fits(one)]
    again = "Whoever still means it makes it again with one press."
    shown = Card(
        "The claim was changed, and its offers ended",
        (about(seen[0].claim), *lines),
        again if fit else "/bet offer makes a new one.",
        tuple(
            Button(f"Renew offer {one.offer.number}", f"offer-renew:{one.offer.number}", ButtonLook.MAIN)
            for one in fit
        ),
        Accent.CAREFUL,
    )
    return Told(shown, players=tuple({one.offer.maker for one in seen}), line=seen[0].claim.number)


def _fits(seen: OfferSeen) -> bool:
    """Tell whether an offer's side and clause are among its claim's outcomes as they are now."""
    try:
        offering.renewed(seen.claim, seen.offer)
    except BadTerms:
        return False
    return True
