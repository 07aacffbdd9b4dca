"""The words for what the markets refuse: what is the matter, and what to do next."""

from bot import text
from bot.text import Currency
from bot.words import judging_refusals, owing_refusals, phrases, typed_refusals, wording
from ledger.types import from_us
from markets.claims.ambiguity import BadClause
from markets.claims.wording import Remark
from markets.core import errors

_FIELDS = {
    "title": "what happens",
    "statement": "what happens",
    "clause": "what becomes of the stakes if it is unclear",
    "closes_us": "when trading closes",
    "deadline_us": "the deadline",
    "check_us": "the check date",
    "zone": "the time zone",
    "reason": "the reason",
    "words": "the text",
    "evidence": "the evidence",
    "items": "what an item says",
    "story_name": "the story's name",
    "came_true": "when it came true, since its date is over",
}

_CLAUSE = {
    "days": "The days to wait before the ambiguity clause lie between 0 and 365: write such a number.",
    "weights": "The ambiguity clause needs one weight for each outcome: choose another.",
    "payer": "That one person pays half can only stand in a bet's own terms: choose another clause for the claim.",
    "text": "The ambiguity clause can't be read: choose one of the list.",
}

_GONE = {
    "accepted": "was accepted already",
    "withdrawn": "was withdrawn by its maker",
    "countered": "was answered with a counter-offer",
    "expired": "has expired",
    "dead": "ended, because its claim changed or got a result",
    "renewed": "was made again already",
}


def refusal(error: Exception, currency: Currency) -> str | None:
    """Return the sentence for a refusal of the markets; None where the error is none of theirs."""
    match error:
        case errors.Unknown():
            return _unknown(error)
        case errors.NotNow():
            return _not_now(error)
        case errors.NotYours():
            return _not_yours(error)
        case errors.BadTerms():
            return _bad(error)
        case errors.WordingBlocked():
            said = [wording.remark(one) for one in error.remarks if isinstance(one, Remark)]
            return " ".join(("This can't be opened yet.", *said))
        case errors.Limit():
            return _limit(error, currency)
        case BadClause():
            return _CLAUSE[error.code]
        case _:
            return None


def _bad(error: errors.BadTerms) -> str | None:
    if error.field == "clause" and error.code in _CLAUSE:
        return _CLAUSE[error.code]
    words = typed_refusals.WORDS[type(error)].get(error.code)
    if words is None:
        return None
    facts = {name: _fact(name, fact) for name, fact in error.facts.items()}
    return words.format(field=_FIELDS.get(error.field, error.field), **facts)


def _fact(name: str, fact: int | str) -> str:
    """A fact as people read it; names that end in `_us` are moments."""
    if name.endswith("_us") and isinstance(fact, int):
        return text.at(from_us(fact))
    return text.escape(str(fact), 80)


def _unknown(error: errors.Unknown) -> str:
    things: dict[type[errors.Unknown], tuple[str, str]] = {
        errors.UnknownClaim: ("claim", "`/claim list` shows what there is"),
        errors.UnknownOffer: ("offer", "`/bet list` shows what there is"),
        errors.UnknownBet: (
            "bet",
            "`/bet mine` shows yours; an offer of that number was perhaps never taken",
        ),
        errors.UnknownDispute: ("dispute", "`/claim show` says where a claim stands"),
        errors.UnknownMarket: (
            "market on claim",
            "`/market open` opens one, `/market list` shows what there is",
        ),
        errors.UnknownOrder: ("order", "`/market portfolio` shows yours"),
        errors.UnknownReward: ("reward", "`/reward show` lists what is open"),
        errors.UnknownItem: ("item", "`/claim show` lists what a scenario has"),
        errors.UnknownSeason: ("season", "`/board show` offers those there are"),
    }
    if isinstance(error, errors.UnknownPool):
        return f"Claim {error.number} has no pool yet: `/market pool` opens one."
    if isinstance(error, errors.UnknownForecast):
        return f"You have made no forecast on claim {error.number} yet: `/forecast give` makes one."
    if isinstance(error, errors.UnknownProposal):
        return "No result is proposed there: `/claim show` says where a claim stands."
    if isinstance(error, errors.UnknownLink):
        return f"You haven't linked claim {error.number} to that one: `/claim links` shows your links."
    thing, where = things[type(error)]
    return f"There is no {thing} {error.number} here: {where}."


def _not_now(error: errors.NotNow) -> str:
    whatever = (judging_refusals.stale, judging_refusals.not_now, _claim_not_now)
    for said in (*whatever, _bet_not_now, _market_not_now, _forecast_not_now):
        if words := said(error):
            return words
    return _moved(error)


def _claim_not_now(error: errors.NotNow) -> str | None:
    """A claim: its trading, its stories, its result."""
    number = error.number
    match error:
        case errors.ConditionOpen():
            return (
                f"Claim {number} hangs on another claim that isn't decided yet, so nothing is settled here before. "
                "`/claim show` says which one."
            )
        case errors.TradingClosed():
            return f"Claim {number} takes no new bets: trading is closed. What was bet stands."
        case errors.ClaimHalted():
            return f"A moderator stopped everything on claim {number}. `/resolve acts` says why; ask them about it."
        case errors.NoScenario():
            return (
                f"Claim {number} is no scenario, so it has no stories or items. `/claim scenario` writes one."
            )
        case errors.DraftNotShared():
            return f"Draft {number} is its author's alone. They can ask others for their stories: *Let others write*."
        case errors.TooEarlyToPropose():
            return (
                f"That can't be proposed for claim {number} yet: it can {text.ago(from_us(error.from_us))}. "
                "Until then, only what has happened already can be proposed, where the claim allows it."
            )
        case _:
            return None


def _bet_not_now(error: errors.NotNow) -> str | None:
    """A bet or an offer that ended, or goes on."""
    number = error.number
    match error:
        case errors.OfferGone():
            gone = _GONE.get(error.state, "is gone")
            return f"Offer {number} {gone}, and nothing happened. `/bet list` shows what is open."
        case errors.BetEnded() if error.state == "not_lost":
            return f"A note of dissent is for whoever lost points on bet {number}."
        case errors.BetEnded() if error.state == "live":
            return f"Bet {number} isn't settled yet. `/bet show` tells where it stands."
        case errors.BetEnded():
            return f"Bet {number} has ended already. `/bet show` tells how."
        case _:
            return None


def _market_not_now(error: errors.NotNow) -> str | None:
    """A market or a pool, an order or a price."""
    number = error.number
    match error:
        case errors.MarketThere():
            return f"Claim {number} has a market already: trade there, or add liquidity to it."
        case errors.MarketGoesOn():
            return (
                f"The market on claim {number} has paid nothing yet: `/market portfolio` shows what you have."
            )
        case errors.PriceMoved():
            was, now = error.seen_bps / 100, error.now_bps / 100
            return (
                f"The price has moved from {was:g}% to {now:g}% since you saw it, and nothing happened. "
                "Look at it again, and trade if you still want to."
            )
        case errors.OrderGone():
            return f"Order {number} has ended already, and what it held is back. `/market portfolio` shows yours."
        case errors.PoolClosed():
            return (
                f"The pool of claim {number} takes no more stakes: its time is over. What was staked stands, and "
                "`/market pool` opens another while the claim is open."
            )
        case errors.PoolThere():
            return f"Claim {number} has a pool that takes stakes: put yours into that one. Another opens after it."
        case _:
            return None


def _forecast_not_now(error: errors.NotNow) -> str | None:
    """Forecasts, links and rewards."""
    number = error.number
    match error:
        case errors.ForecastsClosed():
            return f"Claim {number} takes no more forecasts: trading is closed. The last ones given stand."
        case errors.ForecastsThere() if error.state == "open":
            return f"The forecasts on claim {number} aren't hidden: everybody sees them already."
        case errors.ForecastsThere():
            return (
                f"Somebody has made a forecast on claim {number} already, so they stay visible to everybody."
            )
        case errors.LinkThere():
            return (
                f"You linked claim {number} to claim {error.target} already: take that link back first, "
                "with `/claim unlink`."
            )
        case errors.CruxEnded():
            state = phrases.STATES.get(error.state, error.state)
            return f"Claim {number} has ended: it is {state}. Links are made and taken back while both claims go on."
        case errors.RewardThere():
            return (
                f"You have an open reward on claim {number} already: give that one, or wait until it returns."
            )
        case errors.RewardGone():
            gone = {"given": "was given already", "withdrawn": "was withdrawn"}.get(
                error.state, "has returned"
            )
            return f"Reward {number} {gone}, and nothing happened. `/reward show` lists what is open."
        case errors.RewardStays():
            return (
                f"Reward {number} was locked more than an hour ago, and others count on it: it returns "
                f"{text.ago(from_us(error.until_us))}, or goes to whom you name with `/reward give`."
            )
        case errors.RewardUnmoved():
            return (
                f"Your forecast on claim {error.claim} is what it was when you locked reward {number}. A reward is "
                "for the argument that moves it: change your forecast first, with `/forecast give`."
            )
        case _:
            return None


def _moved(error: errors.NotNow) -> str:
    """A claim that isn't where this can be done."""
    if error.state == "other":
        return f"Claim {error.number} doesn't supersede the one this bet is on. `/claim show` says what does."
    if error.state == "hangs":
        return (
            f"Something hangs on claim {error.number}, so it isn't closed before it is decided: `/claim show` says "
            "what. Offers of yours can be withdrawn."
        )
    if error.state == "frozen":
        return (
            f"Bets hang on claim {error.number}, so nobody changes it any more. "
            "A better wording is a new claim: `/claim supersede`."
        )
    state = phrases.STATES.get(error.state, error.state)
    state = state if error.state in ("proposed", "reversing", "condition") else f"it is {state}"
    return f"That can't be done with claim {error.number} just now: {state}. `/claim show` says what happens next."


def _not_yours(error: errors.NotYours) -> str:
    number = error.number
    if words := judging_refusals.not_yours(error):
        return words
    match error:
        case errors.OwnOffer():
            return "That would be a bet with yourself. Choose somebody else, or let anyone take it."
        case errors.OwnProposal():
            return (
                f"You proposed that result of claim {number} yourself. To take it back: `/resolve withdraw`, as long "
                "as nobody has answered it."
            )
        case errors.NotAddressed():
            return f"Offer {number} is for somebody else. You can make your own with `/bet offer`."
        case errors.NotMaker():
            return f"Offer {number} is somebody else's, so only they can withdraw it."
        case errors.NotOrderOwner():
            return f"Order {number} is somebody else's, so only they can cancel it. `/market portfolio` shows yours."
        case errors.NotASide():
            return f"Only the two sides of bet {number} can do that."
        case errors.NotAHolder():
            return (
                f"Only somebody with a bet on claim {number}, its author or a moderator can do that. "
                "`/bet offer` puts points behind an opinion."
            )
        case errors.NotAuthor():
            return f"Claim {number} is somebody else's. You can open your own with `/claim new`."
        case errors.HousePays():
            return (
                f"The house pays for the market on claim {number} and you opened it or allowed that, so you put no "
                "points on that claim. Other markets are open to you: `/market list`."
            )
        case errors.NotRewarder():
            return f"Reward {number} is somebody else's, so only they can do that. `/reward offer` locks your own."
        case errors.OwnReward():
            return "A reward goes to somebody else. If nobody moved you, it returns at its date."
        case errors.NotWriter():
            return (
                f"A story of claim {number} is changed by whoever wrote it and by nobody else, and added while it is "
                "a draft. The draft's author may take one out. `/claim scenario` begins one of your own."
            )
        case errors.NotAModerator():
            return "This is for moderators. Ask one of them."
        case errors.NotTheOwner():
            return "Only the server's owner can do that. Ask them."
        case _:
            return f"That is somebody else's to do: number {number} isn't yours."


def _limit(error: errors.Limit, currency: Currency) -> str:
    if words := judging_refusals.limit(error, currency):
        return words
    match error:
        case errors.MayNotOpen():
            return (
                "Here only moderators open claims, markets and pools: ask one of them. A claim of yours can wait as "
                "a draft, with `/claim new`."
            )
        case errors.TooManyClaims():
            return f"You have {error.limit} open claims, as many as one person may here. Wait until one has ended."
        case errors.StakeTooHigh():
            return f"The most on one bet here is {currency.of(error.limit)} for each side: stake less."
        case errors.MakerLacksPoints():
            return (
                f"Whoever made offer {error.limit} doesn't have the points for it just now, and nothing happened. "
                "You can make your own with `/bet offer`."
            )
        case errors.NotEnoughShares():
            if not error.limit:
                return "You have none of these shares to sell. `/market portfolio` shows what you hold."
            have = text.shares(error.limit)
            return (
                f"You have {have} of these to sell: sell that many or fewer. Resting orders hold shares back."
            )
        case errors.TooManyRewards():
            return f"There are {error.limit} open rewards, as many as may be: wait until one is given or returns."
        case errors.TooManyOrders():
            return (
                f"You have {error.limit} resting orders, as many as one person may: cancel one of them first."
            )
        case errors.PriceAtLimit():
            if not error.limit:
                return (
                    "Prices stay between 1% and 99%, and this one is at its end: choose the other direction."
                )
            most = text.shares(error.limit)
            return (
                f"Prices stay between 1% and 99%, and {most} would lead just there: trade that much or less."
            )
        case _:
            return (
                owing_refusals.owing(error, currency)
                or _too_many(error)
                or f"A limit of this server is reached: {error.limit}."
            )


def _too_many(error: errors.Limit) -> str | None:
    """What one person may have and make, whatever the server chose (B8)."""
    match error:
        case errors.TooManyOffers():
            return f"You have {error.limit} open offers, as many as one person may: withdraw one, or wait."
        case errors.TooManyOffersTo():
            return f"You have {error.limit} open offers to this person, as many as may be: offer to anyone, or wait."
        case errors.TooManyDrafts():
            return f"You have {error.limit} drafts, as many as one person may: open or drop one (`/claim drafts`)."
        case errors.TooManyToday(what="claims"):
            return f"You opened {error.limit} claims within a day, as many as one person may. It can wait as a draft."
        case errors.TooManyToday():
            return f"You made {error.limit} offers within a day, as many as one person may: make the next tomorrow."
        case _:
            return None
