"""Offers and bets: their cards, the confirmation that shows every ending, and one's own lists (RULES C1, C2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot import text
from bot.text import Currency
from bot.ui.cards import Accent, Button, ButtonLook, Card, Form, Line, PickOne, PickPeople
from bot.words import odds, phrases, whole, wording
from bot.words.announced import Ask, Told, card, post
from ledger.accounts import Account
from markets.bets import offers
from markets.bets.offers import Accepted, Bet, Ended, Offer
from markets.claims.claims import Claim
from markets.claims.terms import Terms
from markets.core.errors import BadTerms
from markets.mechanisms.two_party import Stakes
from markets.views import queries
from markets.views.queries import ClaimSeen, OfferSeen, TakeSeen

NO_CHANNEL = "Nothing is announced here yet: whoever may manage this server chooses a channel with /setup."


# --- an offer's card --------------------------------------------------------------------------


def offer(seen: OfferSeen) -> Card:
    """An offer, or the bet it became, told from the reader's side."""
    if seen.bet is not None:
        return _bet(seen, seen.bet)
    of, open_ = seen.offer, seen.state == "open"
    return Card(
        f"{phrases.who(seen.people, of.maker)} says {phrases.maker_side(seen.claim, of)}: risks "
        f"{text.number(of.maker_stake)} to win {text.number(of.taker_stake)}",
        phrases.lines(
            about(seen.claim),
            invitation(seen) if open_ else f"This offer {phrases.OFFER_STATES[seen.state]}{_answer(seen)}.",
            *wording.overridden(seen.claim.terms, seen.warned),
        ),
        f"Offer {of.number} · {fine_print(seen)}",
        offer_buttons(seen) if open_ else (Button("Terms", f"terms:{seen.claim.number}"),),
        Accent.PLAIN if open_ else Accent.CAREFUL,
    )


def invitation(seen: OfferSeen) -> str:
    of = seen.offer
    stakes = Stakes(of.maker_stake, of.taker_stake)
    taker = phrases.who(seen.people, of.taker) if of.taker else "Anyone"
    return (
        f"Fair for you if you think {phrases.taker_side(seen.claim, of)} is likelier than "
        f"{odds.percent(stakes.taker_break_even)}. {taker} may take it; it ends {phrases.ago(of.expires_us)}. "
        "Both stakes are locked until it is settled."
    )


def offer_buttons(seen: OfferSeen) -> tuple[Button, ...]:
    of = seen.offer
    take = f"Take it: risk {text.number(of.taker_stake)} to win {text.number(of.maker_stake)}"
    return (
        Button(take, f"offer-take:{of.number}", ButtonLook.MAIN),
        Button("Counter", f"offer-counter:{of.number}"),
        Button("Terms", f"terms:{of.claim}"),
    )


def about(claim: Claim) -> str:
    """What it is about: the claim's title, and its statement where that says more."""
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


def _answer(seen: OfferSeen) -> str:
    return f": offer {seen.answered_by}" if seen.state == "countered" and seen.answered_by else ""


def _bet(seen: OfferSeen, bet: Bet) -> Card:
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
    """Who stands where; once it is paid, each person's change."""
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


def own_side(claim: Claim, bet: Bet, reader: int, currency: Currency) -> str:
    """`You: YES, 100 points`, for one of the two sides of a bet on a claim."""
    is_maker = reader == bet.maker
    side = phrases.maker_side(claim, bet) if is_maker else phrases.taker_side(claim, bet)
    return f"You: {side}, {currency.of(bet.maker_stake if is_maker else bet.taker_stake)}"


def suggested(seen: OfferSeen) -> str:
    """The ending that one side suggests, and what it would pay."""
    suggestion, bet = seen.suggestion, seen.bet
    if suggestion is None or bet is None:
        return ""
    return (
        f"{phrases.who(seen.people, suggestion.by)} suggests an ending: {phrases.who(seen.people, bet.maker)} gets "
        f"{text.number(suggestion.maker_gets)}, {phrases.who(seen.people, bet.taker)} gets "
        f"{text.number(suggestion.taker_gets)}."
    )


# --- taking one -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taking:
    """What somebody is about to take; `asked` is the interaction that asked, `digest` of the terms as shown."""

    asked: int
    taker: int
    seen: TakeSeen
    ends: datetime
    currency: Currency


def ask_taking(taking: Taking) -> Card:
    """Every ending, the balance before and after, and the other's record; one line for a small stake (C1)."""
    seen, of = taking.seen.seen, taking.seen.seen.offer
    bet = as_bet(of, taking.taker)
    people = seen.people
    ends = [
        f"{words}: {phrases.back(gets.taker, of.taker_stake) if gets else 'as the judges say'}"
        for words, gets in phrases.endings(seen.claim, bet, people)
    ]
    small = of.taker_stake * 10 < taking.seen.balance
    after = taking.seen.balance - of.taker_stake
    balance = f"Your balance {text.exact(taking.seen.balance)} → **{text.exact(after)}**"
    record = (
        f"You would have {text.number(taking.seen.locked + of.taker_stake)} locked · "
        f"{phrases.who(people, of.maker)}'s record: {phrases.record(taking.seen.record)}"
    )
    mine = own_side(seen.claim, bet, taking.taker, taking.currency)
    body = (
        (mine, f"{' · '.join(ends)} · {balance}")
        if small
        else (about(seen.claim), mine, *[f"- {end}" for end in ends], balance)
    )
    lock = f"Lock {taking.currency.of(of.taker_stake)}"
    return Card(
        f"Take {phrases.who(people, of.maker)}'s bet?",
        phrases.lines(*body, *wording.overridden(seen.claim.terms, seen.warned)),
        f"{record} · this question ends {text.ago(taking.ends)}",
        (
            Button(lock, f"lock:{taking.asked}:{of.number}:{phrases.mark(seen.claim)}", ButtonLook.MAIN),
            Button("Not now", "close"),
        ),
    )


def as_bet(of: Offer, taker: int) -> Bet:
    """The bet that an offer would become, for working out its endings."""
    return Bet(
        guild=of.guild,
        number=of.number,
        claim=of.claim,
        maker=of.maker,
        taker=taker,
        side=of.side,
        against=of.against,
        maker_stake=of.maker_stake,
        taker_stake=of.taker_stake,
        clause=of.clause,
        terms="",
        escrow=Account(of.guild, 0),
        state="live",
        accepted_us=0,
        accepted_by=0,
        ended_us=None,
        maker_paid=None,
        taker_paid=None,
        paid_by=None,
        resolution=None,
    )


@dataclass(frozen=True, slots=True)
class Taken:
    accepted: Accepted
    offer: Offer
    claim: Claim
    told: bool


def taken(done: Taken) -> Card:
    """The receipt of whoever took an offer."""
    of, claim = done.offer, done.claim
    before = done.accepted.balance + of.taker_stake
    return Card(
        f"Bet {done.accepted.bet} stands: {text.number(of.taker_stake)} on {phrases.taker_side(claim, of)}",
        phrases.lines(
            about(claim),
            odds.sentence(Stakes(of.taker_stake, of.maker_stake)),
            f"Your balance {text.exact(before)} → **{text.exact(done.accepted.balance)}**",
            "" if done.told else NO_CHANNEL,
        ),
        f"Transfer {done.accepted.transfer} · digest {queries.short(done.accepted.digest)} · "
        "anyone can check it with /ledger verify",
        (Button("Terms", f"terms:{claim.number}"),),
        Accent.DONE,
    )


# --- making one -------------------------------------------------------------------------------


def quick_form(form_id: str, held: Mapping[str, str], person: int = 0) -> Form:
    """A quick bet's five fields, filled in with what was typed before."""
    return Form(
        "Quick bet",
        form_id,
        (
            Line(
                "what",
                "What happens?",
                held.get("cut") or "One sentence that will be true or not",
                held.get("what", ""),
                400,
                long=True,
            ),
            Line(
                "when",
                "Before when?",
                "Such as 2029-12-31, end of 2029, in 18 months",
                held.get("when", ""),
                60,
            ),
            Line(
                "side",
                "Your side and your chance",
                "YES 75%, or NO 3:1 (you risk 3 to win 1)",
                held.get("side", ""),
                40,
            ),
            Line("stake", "Your stake", "In points, such as 25", held.get("stake", ""), 20),
            PickPeople("who", "With whom?", "Nobody means anyone may take it", (person,) if person else ()),
        ),
    )


def offer_form(claim: Claim) -> Form:
    names = text.listed([one.name for one in claim.terms.outcomes][:4])
    return Form(
        "Offer a bet",
        f"offer:{claim.number}",
        (
            Line("side", "Your side", text.clean(f"{names}; or not ...", 100), "", 80),
            Line("stake", "Your stake", "In points, such as 25", "", 20),
            Line("odds", "Your odds", "75%, or 3:1 (you risk 3 to win 1), or x4.0", "", 40, needed=False),
            Line("theirs", "Or their stake", "Instead of odds", "", 20, needed=False),
            _with_whom(),
        ),
    )


def _with_whom() -> PickPeople:
    return PickPeople("who", "With whom?", "Nobody means anyone may take it")


def counter_form(of: Offer, claim: Claim) -> Form:
    return Form(
        "Counter-offer",
        f"counter:{of.number}",
        (
            Line("stake", "Your stake", "", text.number(of.taker_stake), 20),
            Line(
                "theirs",
                "Their stake",
                "Empty, if you give odds",
                text.number(of.maker_stake),
                20,
                needed=False,
            ),
            Line("odds", "Or your odds", "75%, or 3:1 (you risk 3 to win 1), or x4.0", "", 40, needed=False),
        ),
        f"You say **{phrases.taker_side(claim, of)}**. The first offer ends, and both stay readable.",
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer that stands. `channel` is where it is posted, 0 where the answer itself is the post; `opened` says
    that the claim was opened with it."""

    seen: OfferSeen
    channel: int
    opened: bool = False
    died: int = 0

    @property
    def public(self) -> bool:
        return not self.channel


def offered(done: Offered) -> Card:
    """What whoever made an offer sees; in a server without a channel it is the offer's own public card."""
    seen, of, claim = done.seen, done.seen.offer, done.seen.claim
    if done.public:
        shown = offer(seen)
        return Card(
            shown.title,
            (*shown.text, *_defaults(done)),
            f"{shown.small} · {NO_CHANNEL}",
            shown.buttons,
            shown.accent,
        )
    stakes = Stakes(of.maker_stake, of.taker_stake)
    to = phrases.who(seen.people, of.taker) if of.taker else "anyone"
    buttons = [Button("Withdraw it", f"offer-withdraw:{of.number}"), Button("Terms", f"terms:{claim.number}")]
    if done.opened:
        buttons[:0] = [
            Button("Change the claim", f"claim-change:{claim.number}"),
            Button("Change how it is decided", f"claim-change-rest:{claim.number}"),
        ]
    return Card(
        f"Your offer {of.number} stands: {phrases.maker_side(claim, of)}",
        phrases.lines(
            about(claim),
            odds.sentence(stakes),
            f"Open to {to}; it ends {phrases.ago(of.expires_us)}. It reserves nothing until it is taken.",
            f"It takes the place of offer {done.died}." if done.died else "",
            *_defaults(done),
        ),
        f"Posted in {text.channel(done.channel)}. Claim {claim.number}, before {phrases.deadline(claim.terms)}",
        tuple(buttons),
        Accent.DONE,
    )


def _defaults(done: Offered) -> tuple[str, ...]:
    """What a quick bet left to the server's defaults."""
    if not done.opened:
        return ()
    terms, people = done.seen.claim.terms, done.seen.people
    return (
        "Taken from this server's defaults, and open to change until somebody accepts:",
        f"- trading closes, and people are asked, at the deadline: {phrases.deadline(terms)} ({terms.zone})",
        f"- {phrases.judges(terms, people)} judge; it is NO if it hasn't happened by then",
        f"- an early YES {phrases.EARLY[terms.early]}",
        f"- if it is unclear, {phrases.claims_clause(terms)}",
    )


@dataclass(frozen=True, slots=True)
class HeldQuickBet:
    """A quick bet that isn't open yet, kept as a draft: why, whether it may be opened all the same, and `choices`
    between what can be meant."""

    draft: int
    asked: int
    why: tuple[str, ...]
    may: bool
    choices: tuple[Button, ...] = ()


def held(kept: HeldQuickBet) -> Card:
    look = ButtonLook.PLAIN if kept.may or kept.choices else ButtonLook.MAIN
    buttons = [*kept.choices, Button("Change it", f"quick-change:{kept.draft}", look)]
    if kept.may:
        buttons.insert(0, Button("Open anyway", f"quick-anyway:{kept.asked}:{kept.draft}", ButtonLook.MAIN))
    rest = "Whoever takes the other side is shown what you override." if kept.may else "Nothing is lost."
    return Card(
        "Before it opens" if kept.may else "Not open yet",
        phrases.lines(*[f"- {one}" for one in kept.why]),
        f"Kept as your draft {kept.draft}. {rest}",
        tuple(buttons),
        Accent.CAREFUL,
    )


def withdrawn(seen: OfferSeen) -> Card:
    return Card(
        f"Offer {seen.offer.number} is withdrawn",
        (about(seen.claim),),
        "Nothing was locked.",
        accent=Accent.DONE,
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
    """The ending that stands, for somebody who may sign it."""
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
        f"Transfer {ended.transfer} · digest {queries.short(ended.digest)} · it says nothing about the claim",
        accent=Accent.DONE,
    )


@dataclass(frozen=True, slots=True)
class Moving:
    """A bet that one of its sides may sign for to be moved: `there` is the bet as it would be on the claim `new`."""

    asked: int
    reader: int
    seen: OfferSeen
    new: ClaimSeen
    there: Bet
    currency: Currency


def ask_move(moving: Moving) -> Card:
    """The new words, and the reader's own side in them, before they sign for their bet to be judged by them (B5)."""
    seen, new, there = moving.seen, moving.new, moving.there
    terms, number = new.claim.terms, new.claim.number
    return Card(
        f"Move bet {there.number} to claim {number}?",
        phrases.lines(
            f"Now it is judged by claim {seen.claim.number}: **{text.escape(seen.claim.terms.title, 200)}**",
            f"Then by claim {number}: **{text.escape(terms.title, 200)}**",
            own_side(new.claim, there, moving.reader, moving.currency),
            text.escape(terms.statement, 900),
            *whole.outcomes(terms, 1_600)[0],
            f"Before {phrases.deadline(terms)}; if unclear, "
            f"{phrases.bets_clause(new.claim, there, seen.people)}; judged by {phrases.judges(terms, new.people)}.",
        ),
        "Stakes and sides stay. It moves when both sides have signed, and not before.",
        (
            Button(
                "Sign",
                f"bet-move:{moving.asked}:{there.number}:{number}:{phrases.mark(new.claim)}",
                ButtonLook.MAIN,
            ),
            Button("Terms of the new one", f"terms:{number}"),
            Button("Not now", "close"),
        ),
    )


def moved(moving: Moving) -> Card:
    """What somebody signed: `there` is the bet as it stands, or as it will when the other side signs too."""
    number, to = moving.there.number, moving.new.claim.number
    mine = own_side(moving.new.claim, moving.there, moving.reader, moving.currency)
    if moving.seen.claim.number == to:
        return Card(f"Bet {number} is on claim {to} now", ("Both sides signed.", mine), accent=Accent.DONE)
    return Card(
        f"You signed for bet {number} to move to claim {to}",
        (mine, "It moves when the other side signs too; they are told."),
        accent=Accent.DONE,
    )


TOLD_BY = {
    "mention": "By a mention where it is announced",
    "dm": "By direct message",
    "off": "Not at all",
}


def chose(by: str) -> Card:
    words = {
        "mention": "You are mentioned where it is announced.",
        "dm": "You get a direct message, if your settings let Crux write to you.",
        "off": "You aren't told of anything. `/bet mine` shows where you stand.",
    }
    return Card("How you are told of your bets", (words[by],), accent=Accent.DONE)


# --- lists ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanting:
    """A page of offers that anybody may take."""

    offers: list[Offer]
    titles: Mapping[int, str]
    people: Mapping[int, int]
    terms: Mapping[int, Terms]
    first: bool


def wanting(page: Wanting) -> Card:
    shown = page.offers[: queries.PAGE]
    lines = [
        f"**{of.number}** {phrases.who(page.people, of.maker)} says "
        f"{phrases.side(page.terms[of.claim], of.side, of.against)}: you risk {text.number(of.taker_stake)} to win "
        f"{text.number(of.maker_stake)}, until {phrases.ago(of.expires_us)}\n"
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
            Button("Older", f"offers:{last}", off=len(page.offers) <= queries.PAGE),
        ),
    )


KINDS = (queries.LIVE, queries.DUE, queries.ENDED)
_HEADS = {
    queries.LIVE: "Your open bets",
    queries.DUE: "Your bets that wait for a result",
    queries.ENDED: "Your settled bets",
}


@dataclass(frozen=True, slots=True)
class MyBetsPage:
    seen: queries.MyBets
    reader: int
    kind: str
    first: bool


def mine(page: MyBetsPage) -> Card:
    """One's own bets of a kind, and what is on the table."""
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


def _my_offer(of: Offer, seen: queries.MyBets, whose: str) -> str:
    maker, terms = phrases.who(seen.people, of.maker), seen.terms[of.claim]
    return (
        f"**Offer {of.number}** {whose}: {maker} says {phrases.side(terms, of.side, of.against)}, risks "
        f"{text.number(of.maker_stake)} to win {text.number(of.taker_stake)}, until {phrases.ago(of.expires_us)}\n"
        f"{_about(terms)}"
    )


def _about(terms: Terms) -> str:
    return f"-# {text.escape(terms.title, 100)} · before {phrases.deadline(terms)}"


# --- what the announcer tells -----------------------------------------------------------------


@card("offer")
def _offer_card(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.offer(tx, ask.guild, ask.ref, ask.now)
    called = (seen.offer.taker,) if seen.offer.taker and seen.state == "open" else ()
    return Told(offer(seen), players=called, line=seen.offer.claim)


@post("bet.accepted")
def _accepted(tx: Connection, ask: Ask) -> Told | None:
    """Its maker is told (E2)."""
    seen = queries.offer(tx, ask.guild, ask.facts["bet"], ask.now)
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


@post("bet.ending_suggested")
def _ending_suggested(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.offer(tx, ask.guild, ask.facts["bet"], ask.now)
    bet = seen.bet
    if bet is None or bet.state != "live" or seen.suggestion is None:
        return None
    shown = Card(
        f"Bet {bet.number}: an ending is suggested",
        (about(seen.claim), suggested(seen)),
        "The other side signs it, or not. It says nothing about the claim.",
        (Button("Look at it", f"bet-end:{bet.number}"),),
    )
    return Told(shown, players=(bet.other(seen.suggestion.by),), line=bet.claim)


@post("bet.agreed")
def _agreed(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.offer(tx, ask.guild, ask.facts["bet"], ask.now)
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


@post("bet.move_suggested")
def _move_suggested(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.offer(tx, ask.guild, ask.facts["bet"], ask.now)
    bet, to = seen.bet, int(ask.facts["to"])
    if bet is None or bet.state != "live" or bet.claim == to:
        return None
    new, by = queries.claim(tx, ask.guild, to, ask.now), int(ask.facts["by"])
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
        (Button("Look at it", f"bet-move-look:{bet.number}:{to}", ButtonLook.MAIN),),
    )
    return Told(shown, players=(bet.other(by),), line=int(ask.facts["claim"]))


@post("bet.moved")
def _moved(tx: Connection, ask: Ask) -> Told | None:
    seen = queries.offer(tx, ask.guild, ask.facts["bet"], ask.now)
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


@post("offers.died")
def _died(tx: Connection, ask: Ask) -> Told | None:
    """An edited claim ends its offers; each maker can renew theirs in one press (B5)."""
    numbers: list[int] = ask.facts["offers"]
    seen = [queries.offer(tx, ask.guild, number, ask.now) for number in numbers[:5]]
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
    """Whether an offer's side and clause are there among its claim's outcomes as they are now."""
    try:
        offers.renewed(seen.claim, seen.offer)
    except BadTerms:
        return False
    return True
