"""What the markets refuse. Facts only; `bot.words` finds the words.

Long because it is one tree, a class for each case: who words a refusal or raises one reads it in one place.

MarketError
├── Unknown                 UnknownClaim  UnknownOffer  UnknownBet  UnknownProposal  UnknownDispute
│                           UnknownMarket  UnknownOrder  UnknownPool  UnknownForecast  UnknownSeason  UnknownLink
│                           UnknownReward  UnknownItem
├── NotNow                  the claim, offer or bet is not where this can be done; `state` says where it is
│   ├── ClaimMoved  ClaimHalted  FrozenLongEnough  TradingClosed  ConditionOpen
│   ├── OfferGone  BetEnded  MarketThere  MarketGoesOn  PriceMoved  OrderGone
│   ├── PoolClosed  PoolThere  ForecastsClosed  ForecastsThere
│   ├── NoScenario  DraftNotShared
│   ├── LinkThere  CruxEnded  RewardThere  RewardGone  RewardStays  RewardUnmoved
│   └── TooEarlyToPropose  WindowOver  AlreadyDisputed  AlreadySigned  TooLateToReverse
├── NotYours                another player's to do
│   ├── NotAuthor  NotMaker  NotOrderOwner  NotAddressed  OwnOffer  OwnProposal  NotASide  NotAHolder
│   ├── Recused  NamedJudge  DecidesIt  MakerDecidesIt  OthersFirst  NotAJudge  NotAModerator  NotTheOwner
│   ├── OwnersAlone  ModeratorAsks  Overruled  AgreedThemselves
│   ├── NotRewarder  OwnReward  NotWriter
│   └── HousePays
├── BadTerms                what was typed can't stand
│   ├── WordingBlocked
│   └── BadOutcome  BadTimes  BadStake  BadResult  BadTrade  BadForecast  BadLink  Needed
└── Limit                   a server's setting keeps it back
    ├── MayNotOpen  TooManyClaims  StakeTooHigh  MakerLacksPoints  WaitFirst
    ├── WouldOwe  ProfitOpen  TenthOwed  OtherSideOwes
    ├── StaysInWallet  KeepsProfits  KeepsAskedBack
    ├── TooManyOffers  TooManyOffersTo  TooManyDrafts  TooManyToday
    ├── TooManyClarifications  ClarifiedLately  BondNeeded  BondsMissing
    └── NotEnoughShares  PriceAtLimit  TooManyOrders  TooManyRewards
"""

from typing import Literal


class MarketError(Exception):
    """Root of all that this room refuses. Nothing was changed."""


class Unknown(MarketError):
    """There is no such thing in this server."""

    def __init__(self, guild: int, number: int) -> None:
        self.guild, self.number = guild, number
        super().__init__(f"{type(self).__name__} {number} of server {guild}")


class UnknownClaim(Unknown): ...


class UnknownOffer(Unknown): ...


class UnknownBet(Unknown): ...


class UnknownProposal(Unknown): ...


class UnknownDispute(Unknown): ...


class UnknownMarket(Unknown):
    """The claim of that number has no market."""


class UnknownOrder(Unknown): ...


class UnknownPool(Unknown):
    """The claim of this number has no pool."""


class UnknownForecast(Unknown):
    """They have said nothing on the claim of this number."""


class UnknownSeason(Unknown): ...


class UnknownLink(Unknown):
    """They haven't linked the claim of this number to that other one."""


class UnknownReward(Unknown): ...


class UnknownItem(Unknown):
    """The scenario has no item of this number."""


class NotNow(MarketError):
    """It can't be done in the state that `number` is in."""

    def __init__(self, number: int, state: str) -> None:
        self.number, self.state = number, state
        super().__init__(f"{type(self).__name__} {number}: {state}")


class ClaimMoved(NotNow):
    """The claim's life doesn't allow this move from where it is."""


class ProposalGone(ClaimMoved):
    """Proposal `proposal` isn't the one that stands on claim `number`; another one may (D1)."""

    def __init__(self, number: int, state: str, proposal: int) -> None:
        self.proposal = proposal
        super().__init__(number, state)


class SignedSince(ClaimMoved):
    """Somebody else signed the proposal, so that its maker doesn't take it back any more (D1)."""


class AppealedSince(ClaimMoved):
    """The ruling that a judge read was appealed since: their vote would decide the appeal, unread (D6)."""


class ResultSince(ClaimMoved):
    """The claim has another result than the one that they would have taken back (D6)."""


class ClaimHalted(NotNow):
    """A moderator stopped everything on the claim."""


class FrozenLongEnough(NotNow):
    """The claim was stopped for 60 days in all, which is the most (D4)."""


class ConditionOpen(NotNow):
    """The claim hangs on one that isn't decided yet (C10)."""


class TradingClosed(NotNow):
    """No new offers, acceptances or stakes after the close."""


class OfferGone(NotNow):
    """The offer was accepted, withdrawn, countered, has expired, or died with its claim's proposal."""


class BetEnded(NotNow):
    """The bet was paid, voided or ended by agreement."""


class MarketThere(NotNow):
    """The claim has a market already: one market a claim."""


class MarketGoesOn(NotNow):
    """The market hasn't ended, so it has paid nothing yet."""


class PriceMoved(NotNow):
    """The price of an outcome is worse than what was seen by more than the tolerance, or for liquidity another.
    `amount` is what a trade would take or bring now, in minor units."""

    def __init__(
        self, number: int, seen_bps: int, now_bps: int, outcome: int, amount: int | None = None
    ) -> None:
        self.seen_bps, self.now_bps, self.outcome, self.amount = seen_bps, now_bps, outcome, amount
        super().__init__(number, "moved")


class OrderGone(NotNow):
    """The limit order was filled or cancelled, has expired, or ended with its claim."""


class PoolClosed(NotNow):
    """The pool takes no more stakes: its own time is over."""


class PoolThere(NotNow):
    """A claim has one pool."""


class ForecastsClosed(NotNow):
    """Trading is closed, and forecasts are made until then."""


class ForecastsThere(NotNow):
    """A player has made a forecast that everybody may see: they can't be hidden any more; or they aren't hidden."""


class LinkThere(NotNow):
    """They linked claim `number` to `target` already."""

    def __init__(self, number: int, target: int) -> None:
        self.target = target
        super().__init__(number, "linked")


class CruxEnded(NotNow):
    """One of a link's two claims has ended: a link is neither made nor taken back any more."""


class NoScenario(NotNow):
    """The claim's outcomes aren't stories, so it has no items to be judged."""


class DraftNotShared(NotNow):
    """The draft's author hasn't asked others for their stories."""


class RewardThere(NotNow):
    """They have an open reward on this claim already."""


class RewardGone(NotNow):
    """The reward was given, or has returned to its owner."""


class RewardStays(NotNow):
    """It was locked more than an hour ago: it returns at `until_us`, or goes to whom they name."""

    def __init__(self, number: int, until_us: int) -> None:
        self.until_us = until_us
        super().__init__(number, "open")


class RewardUnmoved(NotNow):
    """Its owner's forecast on claim `claim` is what it was when they locked reward `number`."""

    def __init__(self, number: int, claim: int) -> None:
        self.claim = claim
        super().__init__(number, "open")


class TooEarlyToPropose(NotNow):
    """NO can't be proposed before the check date, nor anything before the deadline where the claim says so."""

    def __init__(self, number: int, state: str, from_us: int) -> None:
        self.from_us = from_us
        super().__init__(number, state)


class WindowOver(NotNow):
    """The challenge window has ended."""


class AlreadyDisputed(NotNow):
    """One dispute at a time: add an argument to it."""


class AlreadySigned(NotNow):
    """They have signed this proposal."""


class TooLateToReverse(NotNow):
    """After 30 days only the owner takes a paid result back (D6)."""


class NotYours(MarketError):
    """Another player's to do."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"{type(self).__name__} {number}")


class NotAuthor(NotYours): ...


class NotMaker(NotYours): ...


class NotOrderOwner(NotYours):
    """The resting order is another player's."""


class NotAddressed(NotYours):
    """The offer names another player."""


class OwnOffer(NotYours):
    """Nobody bets against themselves."""


class OwnProposal(NotYours):
    """Nobody challenges what they proposed: it would take the one dispute that there is (D5)."""


class NotASide(NotYours):
    """Only the two sides of a bet."""


class NotAHolder(NotYours):
    """Only a player with something on the claim, its author, or a moderator."""


class Recused(NotYours):
    """They have, or once had, money on this claim (D4)."""


class NamedJudge(NotYours):
    """A judge that the claim names steps down first, in public, before they bet on it (D4)."""


class DecidesIt(NotYours):
    """They voted on it, or decide it otherwise, and take nothing on it or around it until that is final (D4)."""


class MakerDecidesIt(NotYours):
    """The offer's maker decides its claim since they made it: it rests until that is final (D4)."""


class AgreedThemselves(NotYours):
    """Nobody objects to a judge whom they agreed on themselves (D4)."""


class OthersFirst(NotYours):
    """Who voted on the ruling leaves the appeal to other judges, from `from_us` on to nobody else (D6)."""

    def __init__(self, number: int, from_us: int | None) -> None:
        self.from_us = from_us
        super().__init__(number)


class NotAJudge(NotYours): ...


class NotAModerator(NotYours): ...


class NotTheOwner(NotYours): ...


class OwnersAlone(NotYours):
    """What an appeal ruled, what somebody objected to, and a second reversal are the owner's (D6)."""


class ModeratorAsks(NotYours):
    """Taking a result back would leave somebody in debt: a moderator or the owner asks for that (A4, D6)."""


class Overruled(NotYours):
    """The ruling was against them, as a judge, as its proposer or as a challenger: others take it back (D6)."""


class HousePays(NotYours):
    """The house pays for the claim's market, and they opened it or let it pay: neither puts points on that claim
    (C3)."""


class NotRewarder(NotYours):
    """Only the player who locked a reward gives it or takes it back."""


class NotWriter(NotYours):
    """Only a story's writer changes it, and once the claim is open nobody adds one."""


class OwnReward(NotYours):
    """Nobody pays a reward to themselves."""


TermsCode = Literal[
    "answer",
    "circle",
    "clause_side",
    "dated",
    "foreign",
    "item_chance",
    "item_twice",
    "items",
    "itself",
    "links",
    "long",
    "no_outcome",
    "nul",
    "over",
    "same_story",
    "unknown",
    "votes",
    "within",
    "days",
    "weights",
    "payer",
    "text",
]
OutcomeCode = Literal[
    "alike",
    "disguised",
    "count",
    "distinct",
    "edge",
    "gap",
    "hangs",
    "overlap",
    "stories",
    "unknown",
    "bet_side",
    "bet_sides",
    "offer_side",
    "offer_sides",
]
TimesCode = Literal[
    "after_item",
    "day",
    "future",
    "item_late",
    "item_past",
    "order",
    "past",
    "public",
    "season",
]
StakeCode = Literal[
    "too_large",
    "too_small",
]
EndingCode = Literal[
    "changed",
    "nothing_suggested",
    "split",
]
ResultRefusal = Literal[
    "check_late",
    "fit",
    "foreign",
    "items_first",
    "items_say",
    "late",
    "past",
    "missing",
    "moment",
    "outside",
    "unknown",
    "unread",
    "value",
]
TradeCode = Literal[
    "crosses",
    "one_of",
    "opening",
    "passed",
    "range",
    "target",
    "tolerance",
    "too_large",
    "too_small",
    "unknown",
    "worthless",
]
ForecastCode = Literal[
    "chance_count",
    "chance_range",
    "chance_sum",
    "quantile_kind",
    "quantile_order",
    "unread",
]
LinkCode = Literal["self",]
NeededCode = Literal["empty",]


class BadTerms(MarketError):
    """Something typed can't stand: `field` says where, `code` what is the matter. Each class has a closed set of
    codes; words are found by class and code, for the same code may mean another thing in another class."""

    field: str
    code: str
    facts: dict[str, int | str]

    def __init__(self, field: str, code: TermsCode, **facts: int | str) -> None:
        self._keep(field, code, facts)

    def _keep(self, field: str, code: str, facts: dict[str, int | str]) -> None:
        self.field, self.code, self.facts = field, code, facts
        super().__init__(f"{field}: {code}")


class TermsChanged(BadTerms):
    """The terms are not those that were shown."""

    def __init__(self) -> None:
        self._keep("terms", "changed", {})


class BadOutcome(BadTerms):
    def __init__(self, field: str, code: OutcomeCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class BadTimes(BadTerms):
    def __init__(self, field: str, code: TimesCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class BadStake(BadTerms):
    def __init__(self, field: str, code: StakeCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class BadEnding(BadTerms):
    """An ending that both sides sign: there is none, or another one than was shown."""

    def __init__(self, field: str, code: EndingCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class BadResult(BadTerms):
    def __init__(self, field: str, code: ResultRefusal, **facts: int | str) -> None:
        self._keep(field, code, facts)


class BadTrade(BadTerms):
    def __init__(self, field: str, code: TradeCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class BadForecast(BadTerms):
    def __init__(self, field: str, code: ForecastCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class BadLink(BadTerms):
    def __init__(self, field: str, code: LinkCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class Needed(BadTerms):
    """A field that must be filled is empty."""

    def __init__(self, field: str, code: NeededCode, **facts: int | str) -> None:
        self._keep(field, code, facts)


class WordingBlocked(MarketError):
    """The wording check found what must be mended first; `remarks` are `wording.Remark`."""

    def __init__(self, remarks: tuple[object, ...]) -> None:
        self.remarks = remarks
        super().__init__(f"{len(remarks)} remarks")


class Limit(MarketError):
    """A server's setting keeps it back; `limit` is the number that does."""

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit
        super().__init__(f"{type(self).__name__} {limit}")


class MayNotOpen(Limit): ...


class TooManyClaims(Limit): ...


class StakeTooHigh(Limit): ...


class MakerLacksPoints(Limit):
    """The offer's maker doesn't have the stake just now; `limit` is the offer's number."""


class StaysInWallet(Limit):
    """`limit` minor units stay in their wallet, as they may be taken back (A4, D6); `free` is what they can use
    now."""

    def __init__(self, limit: int, free: int) -> None:
        self.free = free
        super().__init__(limit)


class KeepsProfits(StaysInWallet):
    """They took that much out of markets that aren't settled, beyond the starting balance."""


class KeepsAskedBack(StaysInWallet):
    """The results of `claims` paid them that, and are being taken back."""

    def __init__(self, claims: tuple[int, ...], limit: int, free: int) -> None:
        self.claims = claims
        super().__init__(limit, free)


class WouldOwe(Limit):
    """By what is about to come of `claim` they would owe `limit` minor units: they sign nothing away. A result stands
    proposed there, or is asked to be taken back, or nobody holds shares of its market."""

    def __init__(self, claim: int, limit: int) -> None:
        self.claim = claim
        super().__init__(limit)


class ProfitOpen(WouldOwe):
    """They would get less than they staked, and were the market of `claim` void, they would owe `limit` minor units
    of what they took out of it with a profit."""


class TenthOwed(Limit):
    """They would not have the `limit` minor units of the yearly tenth that may be asked back (A5)."""


class TooManyOffers(Limit):
    """They have `limit` open offers, as many as one person may (B8)."""


class TooManyOffersTo(Limit):
    """They have `limit` open offers to that person, as many as may be to one."""


class TooManyDrafts(Limit):
    """They have `limit` drafts, as many as one person may."""


class TooManyToday(Limit):
    """They made `limit` within a day, as many as one person may; `what` is "offers" or "claims"."""

    def __init__(self, what: str, limit: int) -> None:
        self.what = what
        super().__init__(limit)


class OtherSideOwes(Limit):
    """The other side of bet `limit` owes, or would by a result that stands proposed: no ending is signed."""


class WaitFirst(Limit):
    """The same person waits after a proposal that failed (D2); `limit` is when, in microseconds since 1970."""


class NotEnoughShares(Limit):
    """They don't hold so many; `limit` is how many units are free to be sold."""


class PriceAtLimit(Limit):
    """The price would leave 1% to 99%; `limit` is how many units lead just there."""


class TooManyOrders(Limit):
    """They have `limit` resting orders, as many as one person may."""


class TooManyRewards(Limit):
    """There are `limit` open rewards, as many as one person may have, or one claim."""


class TooManyClarifications(Limit):
    """The claim has `limit` clarifications, as many as it may have (B5)."""


class ClarifiedLately(Limit):
    """Clarifications of one claim come a day apart; `limit` is when the next may, in microseconds since 1970."""


class BondNeeded(Limit):
    """Who has nothing on the claim needs the whole bond of `limit` minor units (D5)."""


class BondsMissing(BondNeeded):
    """Nor has whoever lacks something of several earlier bonds (D5)."""
