"""Show a bet, and the forms and cards by which its sides end it (RULES C1, C2)."""

from collections.abc import Mapping

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne
from bot.words import phrases
from markets.bets.bets import Bet, Ended
from markets.bets.offers import Offer
from markets.claims.claims import Claim
from markets.views import claims
from markets.views.offers import OfferSeen

# --- an offer's card --------------------------------------------------------------------------


def about(claim: Claim) -> str:
    """Write the claim's title, and its statement if that says more."""
    terms = claim.terms
    title = f"**{text.escape(terms.title, 200)}**"
    more = terms.statement.strip() not in ("", terms.title.strip())
    return f"{title}\n{text.escape(terms.statement, 700)}" if more else title


def fine_print(seen: OfferSeen) -> str:
    claim, terms = seen.claim, seen.claim.terms
    of = seen.bet or seen.offer
    own = f"if unclear: {phrases.bets_clause(claim, of, seen.people)}" if terms.clause else ""
    parts = [
        f"claim {claim.number}",
        f"only if {phrases.condition(terms)}" if terms.condition else "",
        f"before {phrases.deadline(terms)}",
        own,
        f"judged by {phrases.judges(terms, seen.people)}",
    ]
    return " · ".join(filter(None, parts))


def bet_card(seen: OfferSeen, bet: Bet) -> Card:
    claim, people = seen.claim, seen.people
    title = (
        f"Bet {bet.number}: {text.number(bet.maker_stake)} on {phrases.maker_side(claim, bet)} against "
        f"{text.number(bet.taker_stake)} on {phrases.taker_side(claim, bet)}"
    )
    if bet.state == "live":
        how = f"Both stakes were locked {phrases.ago(bet.accepted_us)}, and stay so until it is settled."
    else:
        how = {
            "settled": f"Settled {phrases.result(claim.terms, seen.result)}." if seen.result else "Settled.",
            "void": "Void: it never counted, and every stake returned.",
            "agreed": "Ended by agreement; that says nothing about the claim.",
        }[bet.state]
    dissent = f"A note by whoever disagrees: “{text.escape(seen.dissent, 500)}”" if seen.dissent else ""
    return Card(
        title,
        phrases.lines(about(claim), *sides(claim, bet, people), how, suggested(seen), dissent),
        f"{seen.transfer} · {fine_print(seen)}",
        bet_buttons(seen, bet),
        Accent.PLAIN if bet.state == "live" else Accent.DONE,
    )


def bet_buttons(seen: OfferSeen, bet: Bet) -> tuple[Button, ...]:
    terms = Button("Terms", f"terms:{bet.claim}")
    if bet.state != "live":
        return (terms,)
    return (
        Button("Propose a result", f"propose:{bet.claim}"),
        Button("End it by agreement", f"bet-end:{bet.number}"),
        terms,
    )


def sides(claim: Claim, bet: Bet, people: Mapping[int, int]) -> tuple[str, ...]:
    """List both sides with their stakes; once it is paid, with each person's change."""
    found: list[str] = []
    for player, said, staked, paid in (
        (bet.maker, phrases.maker_side(claim, bet), bet.maker_stake, bet.maker_paid),
        (bet.taker, phrases.taker_side(claim, bet), bet.taker_stake, bet.taker_paid),
    ):
        line = f"- {phrases.who(people, player)}, {said}: staked {text.number(staked)}"
        if paid is not None:
            line += f", got back {text.number(paid)}, **{phrases.change(paid - staked)}**"
        found.append(line)
    return tuple(found)


def own_side(claim: Claim, of: Offer | Bet, reader: int, currency: Currency) -> str:
    """Write `You: YES, 100 points` for one of the two sides of a bet or an offer."""
    is_maker = reader == of.maker
    side = phrases.maker_side(claim, of) if is_maker else phrases.taker_side(claim, of)
    return f"You: {side}, {currency.of(of.maker_stake if is_maker else of.taker_stake)}"


def suggested(seen: OfferSeen) -> str:
    """Write the ending that one side suggests, and what it would pay."""
    suggestion, bet = seen.suggestion, seen.bet
    if suggestion is None or bet is None:
        return ""
    return (
        f"{phrases.who(seen.people, suggestion.by)} suggests an ending: {phrases.who(seen.people, bet.maker)} gets "
        f"{text.number(suggestion.maker_gets)}, {phrases.who(seen.people, bet.taker)} gets "
        f"{text.number(suggestion.taker_gets)}."
    )


# --- an ending by agreement -------------------------------------------------------------------


def end_form(seen: OfferSeen, bet: Bet) -> Form:
    names = (phrases.maker_side(seen.claim, bet), phrases.taker_side(seen.claim, bet))
    return Form(
        "End the bet by agreement",
        f"bet-suggest:{bet.number}",
        (
            PickOne(
                "ending",
                "How should it end?",
                (
                    ("maker", f"{names[0]} gets everything"),
                    ("taker", f"{names[1]} gets everything"),
                    ("half", "Half of the pot each"),
                    ("void", "Void: each gets their own stake back"),
                    ("split", "Another split: write it below"),
                ),
                value="half",
            ),
            Line("mine", "What you would get", "Only for another split, in points", "", 20, needed=False),
        ),
        f"The pot is **{text.number(bet.pot)}**. The other side signs it, or not; it says nothing about the claim.",
    )


def agreement(seen: OfferSeen, bet: Bet, reader: int, asked: int) -> Card:
    """Show the suggested ending to a side that may sign it."""
    suggestion = seen.suggestion
    change = Button("Suggest another ending", f"bet-suggest-form:{bet.number}")
    if suggestion is None:
        return Card(
            f"Bet {bet.number}: no ending is suggested",
            (
                *sides(seen.claim, bet, seen.people),
                "Either side can suggest one; the other signs it, or not.",
            ),
            buttons=(Button("Suggest an ending", f"bet-suggest-form:{bet.number}", ButtonLook.MAIN),),
        )
    mine = suggestion.by == reader
    gets = {bet.maker: suggestion.maker_gets, bet.taker: suggestion.taker_gets}
    staked = {bet.maker: bet.maker_stake, bet.taker: bet.taker_stake}
    shares = tuple(
        f"- {phrases.who(seen.people, player)}: {phrases.back(gets[player], staked[player])}"
        for player in gets
    )
    sign = Button(
        f"Sign: you get {text.number(gets.get(reader, 0))}",
        f"bet-sign:{asked}:{bet.number}:{suggestion.maker_gets}:{suggestion.taker_gets}",
        ButtonLook.MAIN,
    )
    return Card(
        f"Bet {bet.number}: an ending is suggested",
        (about(seen.claim), *shares, "You suggested this; the other side signs it, or not." if mine else ""),
        "It is paid at once when it is signed, and says nothing about the claim.",
        (change,) if mine or reader not in gets else (sign, change),
    )


def suggested_now(seen: OfferSeen, bet: Bet) -> Card:
    other = phrases.who(seen.people, bet.other(seen.suggestion.by)) if seen.suggestion else "The other side"
    return Card(
        f"You suggested an ending for bet {bet.number}",
        (suggested(seen), f"{other} can sign it with `/bet agree {bet.number}`, or suggest another."),
        accent=Accent.DONE,
    )


def signed(seen: OfferSeen, ended: Ended) -> Card:
    assert seen.bet is not None
    return Card(
        f"Bet {ended.bet} ended by agreement",
        (about(seen.claim), *sides(seen.claim, seen.bet, seen.people)),
        f"Transfer {ended.transfer} · digest {claims.short(ended.digest)} · it says nothing about the claim",
        accent=Accent.DONE,
    )
