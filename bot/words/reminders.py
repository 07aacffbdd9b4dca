"""Word the reminders that the calendar sends before something ends."""

from sqlalchemy import Connection

from bot import text
from bot.ui.cards import Accent
from bot.words import announced, became_public
from bot.words.announced import Ask, Told, holders
from bot.words.notices import called, notice, result_words
from ledger.types import from_us
from markets.bets import bets, offers
from markets.claims import claims
from markets.core import lifecycle
from markets.settlement import proposals, resolution


def offer_reminder(tx: Connection, ask: Ask) -> Told | None:
    offer = offers.load_offer(tx, ask.guild, ask.facts["offer"])
    if offer.gone(ask.now) is not None:
        return None
    claim = claims.load(tx, ask.guild, offer.claim)
    by = announced.name(tx, ask.guild, offer.maker)
    line = f"The offer of {by} on {called(claim)} ends {text.ago(from_us(offer.expires_us))}, and nobody took it."
    taker = (offer.taker,) if offer.taker else ()
    return Told(notice(ask, f"Offer {offer.number} ends soon", line), concerned=(offer.maker, *taker))


def claim_reminder(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state != lifecycle.OPEN:
        return None
    deadline = from_us(claim.deadline_us or 0)
    passed = ask.now >= deadline
    when = "has passed" if passed else ("is a week away" if ask.facts["days"] == 7 else "is a day away")
    line = f"{called(claim)}: the deadline, {text.at(deadline)}, {when}."
    return Told(
        notice(ask, f"The deadline of claim {claim.number} {when}", line), concerned=holders(tx, claim)
    )


def proposal_day(tx: Connection, ask: Ask) -> Told | None:
    proposal = proposals.load(tx, ask.guild, ask.facts["proposal"])
    if proposal.state != "standing" or proposal.window_to_us is None:
        return None
    claim = claims.load(tx, ask.guild, proposal.claim)
    if claim.halted:  # it is told when a day is left after that
        return None
    until = from_us(proposal.window_to_us)
    then = "then a moderator may confirm it" if proposal.confirm else "then it settles and is paid"
    line = (
        f"{called(claim)} was proposed to end as **{result_words(claim, proposal.result)}**"
        f"{became_public.since(proposal.result)}. Whoever disagrees can "
        f"challenge it until {text.at(until)}, {text.ago(until)}; {then}."
    )
    losing = tuple(resolution.losers(tx, claim, proposal.result))
    shown = notice(ask, "A day left to challenge", line, accent=Accent.CAREFUL)
    return Told(shown, players=losing, must_hear=True)


def bet_year(tx: Connection, ask: Ask) -> Told | None:
    bet = bets.load_bet(tx, ask.guild, ask.facts["bet"])
    if bet.state != "live":
        return None
    claim = claims.load(tx, ask.guild, bet.claim)
    sides = (bet.maker, bet.taker)
    names = text.listed([announced.name(tx, ask.guild, player) for player in sides])
    years = ask.facts["years"]
    line = (
        f"{'A year' if years == 1 else text.count(years, 'year')} ago {names} bet {ask.currency.of(bet.maker_stake)} "
        f"against {ask.currency.of(bet.taker_stake)} on {called(claim)}. The deadline is "
        f"{text.at(from_us(claim.deadline_us or 0))}."
    )
    return Told(notice(ask, f"Bet {bet.number} still stands", line), concerned=sides)


def draft_ask(tx: Connection, ask: Ask) -> Told | None:
    claim = claims.load(tx, ask.guild, ask.facts["claim"])
    if claim.state != lifecycle.DRAFT:
        return None
    line = "A draft of yours has lain here for 14 days. Open it with `/claim drafts`; after 90 days it goes."
    return Told(
        notice(ask, "A draft waits for you", line), concerned=(claim.author,), players=(claim.author,)
    )
