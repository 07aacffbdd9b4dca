"""Two-party bets: offer, counter, withdraw, accept, and an ending that both sides agree on (RULES C1, C2).

An offer reserves nothing. Taking it locks both stakes in one transfer, or nothing happens; whoever comes second is
told so. A bet has the number of the offer it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import accounts, money, returned
from ledger.accounts import Account
from ledger.compiled import Compiled, columns_of, constants, in_guild, param
from ledger.errors import InsufficientFunds
from ledger.transfers import Posted, Words, post, reverse
from ledger.types import fits, to_us
from markets.claims import ambiguity, claims, judges, sides
from markets.claims import terms as claim_terms
from markets.claims.claims import Claim
from markets.core import jobs, outbox, tables, text_limits
from markets.core.errors import (
    BadOutcome,
    BadStake,
    BadTerms,
    BadTimes,
    BetEnded,
    ClaimMoved,
    MakerLacksPoints,
    NotAddressed,
    NotASide,
    NotMaker,
    OfferGone,
    OwnOffer,
    StakeTooHigh,
    UnknownBet,
    UnknownOffer,
)
from markets.core.numbering import following
from markets.forecasts import leaderboard
from markets.mechanisms.two_party import Stakes

STAKE, AGREED = "bet.stake", "bet.agreed"
ANYONE = 0
YEAR_US = 365 * claim_terms.DAY_US


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as the transaction finds it; stakes in minor units. `side` and `against` are the maker's.

    `outcomes` are the names of the outcomes that it was made on, by place, where its claim has others by now.
    """

    guild: int
    number: int
    claim: int
    maker: int
    taker: int
    side: int
    against: bool
    maker_stake: int
    taker_stake: int
    clause: str | None
    made_us: int
    expires_us: int
    state: str
    counters: int | None
    outcomes: tuple[str, ...] = ()

    def gone(self, now: datetime) -> str | None:
        """Why it can't be taken any more, or None."""
        if self.state != "open":
            return self.state
        return "expired" if to_us(now) >= self.expires_us else None


@dataclass(frozen=True, slots=True)
class Bet:
    """A bet as the transaction finds it; `terms` is the hex digest of what both sides saw."""

    guild: int
    number: int
    claim: int
    maker: int
    taker: int
    side: int
    against: bool
    maker_stake: int
    taker_stake: int
    clause: str | None
    terms: str
    escrow: Account
    state: str
    accepted_us: int
    accepted_by: int
    ended_us: int | None
    maker_paid: int | None
    taker_paid: int | None
    paid_by: int | None
    resolution: int | None

    @property
    def stakes(self) -> Stakes:
        return Stakes(self.maker_stake, self.taker_stake)

    @property
    def pot(self) -> int:
        return self.maker_stake + self.taker_stake

    def other(self, player: int) -> int:
        return self.taker if player == self.maker else self.maker


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Offer a bet. `taker` is a player's number, 0 for anyone; `expires_us` None takes the server's default.

    `terms` is the hex digest of the claim's terms of which `side` is an outcome; without it, of those that there are.
    """

    guild: int
    key: str
    maker: int
    claim: int
    side: int
    maker_stake: int
    taker_stake: int
    against: bool = False
    taker: int = ANYONE
    clause: str | None = None
    expires_us: int | None = None
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Renew:
    """Make an offer once more that ended when its claim's words were changed (B5)."""

    guild: int
    key: str
    offer: int
    maker: int


@dataclass(frozen=True, slots=True)
class Counter:
    """Answer an offer with another: the stakes as whoever counters would make them."""

    guild: int
    key: str
    offer: int
    maker: int
    maker_stake: int
    taker_stake: int
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    guild: int
    key: str
    offer: int
    maker: int


@dataclass(frozen=True, slots=True)
class Accept:
    """Take an offer. `terms` is the hex digest of the claim's terms as the taker was shown them."""

    guild: int
    key: str
    offer: int
    taker: int
    terms: str


@dataclass(frozen=True, slots=True)
class Suggest:
    """Suggest an ending for one's own bet alone; what the two get sums to the pot."""

    guild: int
    key: str
    bet: int
    player: int
    ending: str
    maker_gets: int
    taker_gets: int


@dataclass(frozen=True, slots=True)
class Agree:
    """Sign the ending that the other side suggested, as it was shown."""

    guild: int
    key: str
    bet: int
    player: int
    maker_gets: int
    taker_gets: int


@dataclass(frozen=True, slots=True)
class MoveBet:
    """Sign for one's own bet to be moved to the claim that supersedes its own; `terms` is that one's digest in hex,
    as it was shown."""

    guild: int
    key: str
    bet: int
    player: int
    to_claim: int
    terms: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A bet that stands: its number, its transfer, and what the taker has left."""

    bet: int
    claim: int
    transfer: int
    digest: str
    balance: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A bet that was paid: what each side got, and the transfer that paid it."""

    bet: int
    claim: int
    maker_gets: int
    taker_gets: int
    transfer: int
    digest: str


_offers = tables.offers.c
_bets = tables.bets.c
_this_offer = (in_guild(_offers), _offers.number == param("n"))
_this_bet = (in_guild(_bets), _bets.number == param("n"))
OFFER_COLUMNS = columns_of(tables.offers, Offer)
BET_COLUMNS = columns_of(tables.bets, Bet)
_LOAD_OFFER = Compiled(sa.select(*OFFER_COLUMNS).where(*_this_offer))
_LOAD_BET = Compiled(sa.select(*BET_COLUMNS).where(*_this_bet))
_OFFER = Compiled(sa.insert(tables.offers))
_ENDING = ("state", "ended_us", "maker_paid", "taker_paid", "paid_by", "resolution")
_ACCEPTED = tuple(column.name for column in BET_COLUMNS if column.name not in _ENDING)
_BET = Compiled(
    sa.insert(tables.bets).values({name: param(name) for name in _ACCEPTED} | constants(state="live"))
)
_CLOSE = Compiled(sa.update(tables.offers).where(*_this_offer).values(state=param("state")))
_END_BET = Compiled(sa.update(tables.bets).where(*_this_bet).values({name: param(name) for name in _ENDING}))
_agreements = tables.agreements.c
_AGREEMENT = sa.select(tables.agreements).where(in_guild(_agreements), _agreements.bet == param("n"))
_FORGET_AGREEMENT = sa.delete(tables.agreements).where(in_guild(_agreements), _agreements.bet == param("n"))
_ADD_AGREEMENT = sa.insert(tables.agreements)
_moves = tables.moves.c
_SIGNED = sa.select(tables.moves).where(in_guild(_moves), _moves.bet == param("n"))
_FORGET_MOVE = sa.delete(tables.moves).where(in_guild(_moves), _moves.bet == param("n"))
_ADD_MOVE = sa.insert(tables.moves)
_MOVE = (
    sa.update(tables.bets)
    .where(*_this_bet)
    .values(claim=param("to"), terms=param("digest"), side=param("side"), clause=param("clause"))
)


def make(tx: Connection, request: MakeOffer, now: datetime) -> Offer:
    """Put an offer before one person or anyone.

    Raises:
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes no offers now.
        OwnOffer, BadOutcome, BadStake, BadTerms, StakeTooHigh: The offer can't stand.
        BadTimes: The terms are not those that were shown (`field` is "terms"), or it would end before it begins.
        NamedJudge: The maker judges the claim, and steps down first.
        InsufficientFunds: The maker doesn't have the stake, or is in debt.
    """
    claim = claims.load(tx, request.guild, request.claim)
    claim.require("offer", now)
    claims.require_shown(claim, request.terms)
    if request.taker == request.maker:
        raise OwnOffer(request.claim)
    if not 0 <= request.side < len(claim.terms.outcomes):
        raise BadOutcome("side", "unknown", side=request.side)
    _require_offer(tx, claim, request)
    if request.taker != ANYONE:
        accounts.wallet(tx, request.guild, request.taker)  # raises UnknownPlayer
    return _add(tx, request, _expiry(claim, request.expires_us, now), None, now)


def renew(tx: Connection, request: Renew, now: datetime) -> Offer:
    """Make an offer once more that ended with its claim's old words: on the outcome of the same name, at the same
    stakes, to the same person.

    Raises:
        UnknownOffer, NotMaker: It isn't theirs.
        OfferGone: It ended otherwise, or goes on.
        BadOutcome, BadTerms: It doesn't fit the claim's outcomes any more.
        What `make` raises for the new one.
    """
    old = load_offer(tx, request.guild, request.offer)
    require_maker(old, request.maker)
    if old.state != "dead":
        raise OfferGone(old.number, old.state)
    side, clause = renewed(claims.load(tx, old.guild, old.claim), old)
    again = MakeOffer(
        guild=old.guild,
        key=request.key,
        maker=old.maker,
        claim=old.claim,
        side=side,
        maker_stake=old.maker_stake,
        taker_stake=old.taker_stake,
        against=old.against,
        taker=old.taker,
        clause=clause,
    )
    return make(tx, again, now)


def renewed(claim: Claim, old: Offer) -> tuple[int, str | None]:
    """The side and the own clause of an offer among its claim's outcomes as they are now.

    Raises:
        BadOutcome, BadTerms: It doesn't fit them.
    """
    return _carried(old, old.outcomes or claim.terms.names, claim, "offer")


def counter(tx: Connection, request: Counter, now: datetime) -> Offer:
    """Answer an offer by one's own, to its maker: the first one dies, both stay readable.

    Raises:
        UnknownOffer, OfferGone, NotAddressed, OwnOffer: It isn't there for this person.
        What `make` raises for the new one.
    """
    first = _open_offer(tx, request.guild, request.offer, request.maker, now)
    claim = claims.load(tx, request.guild, first.claim)
    claim.require("offer", now)
    answer = MakeOffer(
        guild=request.guild,
        key=request.key,
        maker=request.maker,
        claim=first.claim,
        side=first.side,
        against=not first.against,
        maker_stake=request.maker_stake,
        taker_stake=request.taker_stake,
        taker=first.maker,
        clause=request.clause,
    )
    _require_offer(tx, claim, answer)
    _close(tx, first, "countered")
    return _add(tx, answer, _expiry(claim, None, now), first.number, now)


def withdraw(tx: Connection, request: WithdrawOffer, now: datetime) -> Offer:
    """Take an offer back.

    Raises:
        UnknownOffer, NotMaker, OfferGone: There is nothing of theirs to take back.
    """
    offer = load_offer(tx, request.guild, request.offer)
    require_maker(offer, request.maker)
    _require_open(offer, now)
    _close(tx, offer, "withdrawn")
    return offer


def accept(tx: Connection, request: Accept, now: datetime) -> Accepted:
    """Take an offer whole: both stakes go to escrow in one transfer and the claim's text is frozen.

    Raises:
        UnknownOffer, OfferGone, NotAddressed, OwnOffer: It isn't there for this person.
        ClaimMoved, ClaimHalted, TradingClosed: The claim takes no bets now.
        BadTimes: The terms are not those that were shown (`field` is "terms").
        NamedJudge: The taker judges the claim, and steps down first.
        InsufficientFunds: The taker doesn't have the stake.
        MakerLacksPoints: The maker doesn't, just now.
    """
    offer = _open_offer(tx, request.guild, request.offer, request.taker, now)
    claim = claims.load(tx, request.guild, offer.claim)
    claim.require("accept", now)
    if claim.digest != request.terms:
        raise BadTimes("terms", "changed")
    judges.require_may_bet(tx, claim, request.taker)
    bet_escrow = accounts.open_account(tx, request.guild, kind="escrow")
    taker = accounts.wallet(tx, request.guild, request.taker)
    posted = _lock(tx, request, offer, taker, bet_escrow, now)
    _BET.execute(tx, **_bet_row(offer, request.taker, bytes.fromhex(claim.digest), bet_escrow, posted, now))
    _close(tx, offer, "accepted")
    claims.freeze(tx, claim)
    _schedule_year(tx, claim, offer.number, now)
    facts = {"bet": offer.number, "claim": claim.number, "taker": request.taker, "transfer": posted.number}
    outbox.enqueue(tx, request.guild, "bet.accepted", facts, now, line=claim.number)
    left = posted.balances[taker.number]
    return Accepted(offer.number, claim.number, posted.number, posted.digest, left)


def suggest(tx: Connection, request: Suggest, now: datetime) -> Bet:
    """Suggest an ending for a bet to its other side; a new suggestion replaces the old one.

    Raises:
        UnknownBet, NotASide, BetEnded: There is no bet of theirs to end.
        BadStake, BadTerms: The split doesn't sum to the pot, or its name can't stand.
    """
    bet = _own_bet(tx, request.guild, request.bet, request.player, now)
    _require_split(bet, request.maker_gets, request.taker_gets)
    text_limits.words("ending", request.ending, most=200)
    row = {
        "guild_id": bet.guild,
        "bet": bet.number,
        "suggested_by": request.player,
        "ending": request.ending,
        "maker_gets": request.maker_gets,
        "taker_gets": request.taker_gets,
        "at_us": to_us(now),
    }
    tx.execute(_FORGET_AGREEMENT, {"g": bet.guild, "n": bet.number})
    tx.execute(_ADD_AGREEMENT, row)
    facts = {"bet": bet.number, "claim": bet.claim, "by": request.player}
    outbox.redraw(tx, bet.guild, "offer", bet.number)
    outbox.enqueue(tx, bet.guild, "bet.ending_suggested", facts, now, line=bet.claim)
    return bet


def agree(tx: Connection, request: Agree, now: datetime) -> Ended:
    """Sign the ending the other side suggested; it is paid at once and says nothing about the claim.

    Raises:
        UnknownBet, NotASide, BetEnded: There is no bet of theirs to end.
        BadStake: Nothing was suggested by the other side, or something else than was shown.
    """
    bet = _own_bet(tx, request.guild, request.bet, request.player, now)
    found = tx.execute(_AGREEMENT, {"g": bet.guild, "n": bet.number}).first()
    if found is None or found.suggested_by == request.player:
        raise BadStake("ending", "nothing_suggested")
    if (found.maker_gets, found.taker_gets) != (request.maker_gets, request.taker_gets):
        raise BadStake("ending", "changed")
    ended = pay(
        tx, bet, found.maker_gets, found.taker_gets, state="agreed", key=request.key, kind=AGREED, now=now
    )
    outbox.redraw_disputes(tx, bet.guild, bet.claim)  # what each result would pay is less by this bet
    facts = {"bet": bet.number, "claim": bet.claim, "transfer": ended.transfer, "ending": found.ending}
    outbox.enqueue(tx, bet.guild, "bet.agreed", facts, now, line=bet.claim)
    return ended


def move_bet(tx: Connection, request: MoveBet, now: datetime) -> Bet:
    """Sign for a bet to move to the claim that supersedes its own; by the second side's signature it moves (B5).

    Raises:
        UnknownBet, NotASide, BetEnded: There is no bet of theirs to move.
        ClaimMoved, ClaimHalted, TradingClosed: One of the claims is not where a bet leaves or comes, or the new one
            doesn't supersede the old.
        BadTimes: The new terms are not those that were shown.
        BadOutcome, BadTerms, NamedJudge: The bet doesn't fit the new claim.
    """
    bet = _own_bet(tx, request.guild, request.bet, request.player, now)
    old, new = _both(tx, bet, request.to_claim, now)
    if new.digest != request.terms:
        raise BadTimes("terms", "changed")
    there = _fitted(tx, bet, old, new)
    signed = tx.execute(_SIGNED, {"g": bet.guild, "n": bet.number}).first()
    tx.execute(_FORGET_MOVE, {"g": bet.guild, "n": bet.number})
    terms = bytes.fromhex(new.digest)
    asked = (request.to_claim, terms)
    both = signed is not None and signed.signed_by != request.player
    if not both or signed is None or (signed.to_claim, bytes(signed.terms)) != asked:
        row = {
            "guild_id": bet.guild,
            "bet": bet.number,
            "to_claim": new.number,
            "terms": terms,
            "signed_by": request.player,
            "at_us": to_us(now),
        }
        tx.execute(_ADD_MOVE, row)
        facts = {"bet": bet.number, "claim": old.number, "to": new.number, "by": request.player}
        outbox.enqueue(tx, bet.guild, "bet.move_suggested", facts, now, line=old.number)
        return bet
    values = {"to": new.number, "digest": terms, "side": there.side, "clause": there.clause}
    tx.execute(_MOVE, {"g": bet.guild, "n": bet.number} | values)
    claims.freeze(tx, new)
    for claim in (old, new):
        outbox.redraw(tx, bet.guild, "claim", claim.number)
    outbox.redraw(tx, bet.guild, "offer", bet.number)
    facts = {"bet": bet.number, "claim": old.number, "to": new.number}
    outbox.enqueue(tx, bet.guild, "bet.moved", facts, now, line=old.number)
    return load_bet(tx, bet.guild, bet.number)


def before_move(tx: Connection, guild: int, number: int, player: int, to: int, now: datetime) -> Bet:
    """A player's bet as it would be on the claim that supersedes its own, before anybody signs for that.

    Raises:
        What `move_bet` raises, whatever was shown.
    """
    bet = _own_bet(tx, guild, number, player, now)
    return _fitted(tx, bet, *_both(tx, bet, to, now))


def _both(tx: Connection, bet: Bet, to: int, now: datetime) -> tuple[Claim, Claim]:
    """The claim that a bet would leave, and the one it would come to."""
    old, new = claims.load(tx, bet.guild, bet.claim), claims.load(tx, bet.guild, to)
    old.require("move_bet", now)
    new.require("accept", now)
    if new.supersedes != old.number:
        raise ClaimMoved(new.number, "other")
    return old, new


def _fitted(tx: Connection, bet: Bet, old: Claim, new: Claim) -> Bet:
    """A bet on another claim, where it fits and neither side is its judge."""
    there = fitted(bet, old, new)
    for player in (bet.maker, bet.taker):
        judges.require_may_bet(tx, new, player)
    return there


def fitted(bet: Bet, old: Claim, new: Claim) -> Bet:
    """A bet as it would be on another claim: both its sides and its clause mean there what they say.

    Raises:
        BadOutcome, BadTerms: They don't.
    """
    side, clause = _carried(bet, old.terms.names, new, "bet")
    if clause is not None:
        _require_clause(new, clause)
    return replace(bet, claim=new.number, terms=new.digest, side=side, clause=clause)


def _carried(of: "Offer | Bet", before: Sequence[str], claim: Claim, thing: str) -> tuple[int, str | None]:
    """A side and an own clause, by the outcomes' names, in a claim that has others, or in another order (B5)."""
    names = claim.terms.names
    if of.side >= len(before):  # it ended before offers noted the outcomes that they were made on
        raise BadOutcome("side", "unknown", side=of.side)
    side = sides.carried(before, names, of.side)
    if side is None:
        gone = sides.missing(before, names, of.side)
        if gone is None:
            raise BadOutcome("side", f"{thing}_sides", claim=claim.number)
        raise BadOutcome("side", f"{thing}_side", name=gone, claim=claim.number)
    try:
        return side, sides.carried_clause(before, names, of.clause)
    except ambiguity.BadClause:
        raise BadTerms("clause", "clause_side", claim=claim.number) from None


def pay(
    tx: Connection,
    bet: Bet,
    maker_gets: int,
    taker_gets: int,
    *,
    state: str,
    key: str,
    kind: str,
    now: datetime,
    resolution: int | None = None,
) -> Ended:
    """Pay a live bet's pot out, end its escrow, and have its cards redrawn."""
    assert bet.state == "live", bet.number
    assert maker_gets + taker_gets == bet.pot, bet.number
    amounts = {bet.escrow: -bet.pot}
    for player, gets in ((bet.maker, maker_gets), (bet.taker, taker_gets)):
        for account, amount in credited(tx, bet.guild, player, gets, now).items():
            amounts[account] = amounts.get(account, 0) + amount
    posted = post(tx, guild=bet.guild, key=key, kind=kind, amounts=amounts, now=now)
    accounts.end(tx, bet.escrow)
    _END_BET.execute(
        tx,
        g=bet.guild,
        n=bet.number,
        state=state,
        ended_us=to_us(now),
        maker_paid=maker_gets,
        taker_paid=taker_gets,
        paid_by=posted.number,
        resolution=resolution,
    )
    if state == "settled":
        leaderboard.note_profits(tx, bet.guild, bet.claim, came(bet, maker_gets, taker_gets), now)
    jobs.cancel(tx, bet.guild, "bet.year", bet.number)
    for forgets in (_FORGET_AGREEMENT, _FORGET_MOVE):
        tx.execute(forgets, {"g": bet.guild, "n": bet.number})
    outbox.redraw(tx, bet.guild, "claim", bet.claim)
    outbox.redraw(tx, bet.guild, "offer", bet.number)
    return Ended(bet.number, bet.claim, maker_gets, taker_gets, posted.number, posted.digest)


def came(bet: Bet, maker_gets: int, taker_gets: int) -> list[leaderboard.Profit]:
    """What a bet brought its two sides, for the board."""
    return [
        leaderboard.Profit(bet.maker, bet.maker_stake, maker_gets),
        leaderboard.Profit(bet.taker, bet.taker_stake, taker_gets),
    ]


def credited(tx: Connection, guild: int, player: int, amount: int, now: datetime) -> dict[Account, int]:
    """Where what a player gets goes: their wallet. Of somebody who was deleted it pays off the debt that stayed, or
    followed them when they came back, and the rest is the house's (E4)."""
    if not amount:
        return {}
    wallet = accounts.wallet(tx, guild, player)
    if accounts.discord_id(tx, guild, player) is not None:
        return {wallet: amount}
    owed = followed(tx, guild, player, now) - accounts.state(tx, wallet).balance
    debt = min(amount, max(owed, 0))
    parts = {wallet: debt, accounts.house(guild): amount - debt}
    return {account: part for account, part in parts.items() if part}


def followed(tx: Connection, guild: int, player: int, now: datetime) -> int:
    """What a deleted player owed and has followed them to a later number: what they get pays it back, in a unit of
    its own."""
    moved = returned.moved(tx, guild, player)
    if moved:
        jobs.schedule(tx, guild, "orders.debt", player, to_us(now))
    return moved


def take_back(tx: Connection, bet: Bet, *, key: str, now: datetime, actor: int, note: Words | None) -> Posted:
    """Undo a bet's payout by its opposite: the pot is in escrow again, and whoever spent theirs has a debt (A4)."""
    assert bet.paid_by is not None
    accounts.reopen(tx, bet.escrow)
    posted = reverse(tx, guild=bet.guild, key=key, transfer=bet.paid_by, now=now, actor=actor, note=note)
    if bet.state == "settled":
        gone = came(bet, bet.maker_paid or 0, bet.taker_paid or 0)
        leaderboard.note_profits(tx, bet.guild, bet.claim, gone, now, back=True)
    live = dict.fromkeys(_ENDING) | {"state": "live"}
    _END_BET.execute(tx, g=bet.guild, n=bet.number, **live)
    _schedule_year(tx, claims.load(tx, bet.guild, bet.claim), bet.number, now)
    outbox.redraw(tx, bet.guild, "offer", bet.number)
    return posted


def require_takeable(tx: Connection, offer: Offer, claim: Claim, player: int, now: datetime) -> None:
    """What would refuse a taker, before they are shown what they would lock; `claim` is the offer's.

    Raises:
        OfferGone, NotAddressed, OwnOffer, ClaimMoved, ClaimHalted, TradingClosed, NamedJudge,
            InsufficientFunds: As `accept`.
    """
    _require_for(offer, player, now)
    claim.require("accept", now)
    judges.require_may_bet(tx, claim, player)
    _require_points(tx, offer.guild, player, offer.taker_stake)


def require_maker(offer: Offer, player: int) -> None:
    """Raises NotMaker where an offer is somebody else's."""
    if offer.maker != player:
        raise NotMaker(offer.number)


def require_side(tx: Connection, guild: int, number: int, player: int, now: datetime) -> Bet:
    """A live bet of a player's.

    Raises:
        UnknownBet, NotASide, BetEnded, ClaimMoved: There is no bet of theirs to end.
    """
    return _own_bet(tx, guild, number, player, now)


def load_offer(tx: Connection, guild: int, number: int) -> Offer:
    """An offer by its number.

    Raises:
        UnknownOffer: This server has none.
    """
    row = _LOAD_OFFER.row(tx, g=guild, n=number) if fits(number) else None
    if row is None:
        raise UnknownOffer(guild, number)
    return offer_of(row)


def load_bet(tx: Connection, guild: int, number: int) -> Bet:
    """A bet by its number.

    Raises:
        UnknownBet: This server has none; an offer of that number was perhaps never accepted.
    """
    row = _LOAD_BET.row(tx, g=guild, n=number) if fits(number) else None
    if row is None:
        raise UnknownBet(guild, number)
    return bet_of(row)


def offer_of(row: Sequence[Any]) -> Offer:
    """A row of OFFER_COLUMNS as an Offer."""
    values: dict[str, Any] = dict(zip(_OFFER_FIELDS, row, strict=True))
    values["against"] = bool(values["against"])
    values["outcomes"] = sides.read(values["outcomes"])
    return Offer(**values)


def bet_of(row: Sequence[Any]) -> Bet:
    """A row of BET_COLUMNS as a Bet."""
    values: dict[str, Any] = dict(zip(_BET_FIELDS, row, strict=True))
    values["against"] = bool(values["against"])
    values["terms"] = bytes(values["terms"]).hex()
    values["escrow"] = Account(values["guild"], values["escrow"])
    return Bet(**values)


def expire(tx: Connection, work: jobs.Due, now: datetime) -> None:
    """The calendar: nobody took it in time."""
    offer = load_offer(tx, work.guild, work.ref)
    if offer.state == "open":
        _close(tx, offer, "expired")


def _open_offer(tx: Connection, guild: int, number: int, player: int, now: datetime) -> Offer:
    """An offer that this player may take or answer now."""
    offer = load_offer(tx, guild, number)
    _require_for(offer, player, now)
    return offer


def _require_for(offer: Offer, player: int, now: datetime) -> None:
    _require_open(offer, now)
    if offer.maker == player:
        raise OwnOffer(offer.number)
    if offer.taker not in (ANYONE, player):
        raise NotAddressed(offer.number)


def _require_open(offer: Offer, now: datetime) -> None:
    gone = offer.gone(now)
    if gone:
        raise OfferGone(offer.number, gone)


def _own_bet(tx: Connection, guild: int, number: int, player: int, now: datetime) -> Bet:
    bet = load_bet(tx, guild, number)
    if player not in (bet.maker, bet.taker):
        raise NotASide(number)
    if bet.state != "live":
        raise BetEnded(number, bet.state)
    claims.load(tx, guild, bet.claim).require("agree", now)
    return bet


def _require_offer(tx: Connection, claim: Claim, request: MakeOffer) -> None:
    """What must be true of an offer's stakes, clause and maker."""
    _require_stakes(claim, request.maker_stake, request.taker_stake)
    if request.clause is not None:
        _require_clause(claim, request.clause)
    judges.require_may_bet(tx, claim, request.maker)
    _require_points(tx, request.guild, request.maker, request.maker_stake)


def _require_clause(claim: Claim, clause: str) -> None:
    try:
        ambiguity.check_for_bet(ambiguity.decode(clause), len(claim.terms.outcomes))
    except ambiguity.BadClause as bad:
        raise BadTerms("clause", bad.code) from None


def _schedule_year(tx: Connection, claim: Claim, bet: int, now: datetime) -> None:
    """A yearly note for bets that run longer than two years."""
    if claim.deadline_us and claim.deadline_us - to_us(now) > 2 * YEAR_US:
        jobs.schedule(tx, claim.guild, "bet.year", bet, to_us(now) + YEAR_US)


def _require_stakes(claim: Claim, *stakes: int) -> None:
    most = claim.settings.most_on_one_bet
    for stake in stakes:
        if type(stake) is not int or stake < 1:
            raise BadStake("stake", "too_small")
        if stake > money.MOST:
            raise BadStake("stake", "too_large")
        if most and stake > most:
            raise StakeTooHigh(most)


def _require_points(tx: Connection, guild: int, player: int, stake: int) -> None:
    wallet = accounts.wallet(tx, guild, player)
    balance = accounts.state(tx, wallet).balance
    if balance < stake:
        raise InsufficientFunds(*wallet, balance, stake)


def _require_split(bet: Bet, maker_gets: int, taker_gets: int) -> None:
    if min(maker_gets, taker_gets) < 0 or maker_gets + taker_gets != bet.pot:
        raise BadStake("ending", "split", pot=bet.pot)


def _expiry(claim: Claim, asked_us: int | None, now: datetime) -> int:
    """When an offer ends: as asked, or after the server's default, and never after trading closes."""
    assert claim.closes_us is not None
    if asked_us is not None and asked_us <= to_us(now):
        raise BadTimes("expires_us", "past")
    until = asked_us if asked_us is not None else to_us(now) + claim.settings.offer_seconds * 1_000_000
    return min(until, claim.closes_us)


def _add(tx: Connection, request: MakeOffer, expires_us: int, counters: int | None, now: datetime) -> Offer:
    number = following(tx, request.guild, "offers")
    _OFFER.execute(
        tx,
        guild_id=request.guild,
        number=number,
        claim=request.claim,
        maker=request.maker,
        taker=request.taker,
        side=request.side,
        against=int(request.against),
        maker_stake=request.maker_stake,
        taker_stake=request.taker_stake,
        clause=request.clause,
        made_us=to_us(now),
        expires_us=expires_us,
        state="open",
        counters=counters,
        outcomes=None,
    )
    jobs.schedule(tx, request.guild, "offer.expire", number, expires_us)
    if expires_us - to_us(now) > 2 * claim_terms.DAY_US:
        jobs.schedule(tx, request.guild, "offer.remind", number, expires_us - claim_terms.DAY_US)
    outbox.redraw(tx, request.guild, "offer", number)
    outbox.redraw(tx, request.guild, "claim", request.claim)  # it lists what may be accepted
    return load_offer(tx, request.guild, number)


def _close(tx: Connection, offer: Offer, state: str) -> None:
    """End an offer, with its calendar; its card shows how."""
    _CLOSE.execute(tx, g=offer.guild, n=offer.number, state=state)
    _cancel_calendar(tx, offer.guild, offer.number)
    outbox.redraw(tx, offer.guild, "offer", offer.number)
    outbox.redraw(tx, offer.guild, "claim", offer.claim)


def _lock(
    tx: Connection, request: Accept, offer: Offer, taker: Account, escrow: Account, now: datetime
) -> Posted:
    """Both stakes into escrow; whose points are missing decides what is said."""
    maker = accounts.wallet(tx, request.guild, offer.maker)
    amounts = {
        taker: -offer.taker_stake,
        maker: -offer.maker_stake,
        escrow: offer.maker_stake + offer.taker_stake,
    }
    try:
        return post(
            tx,
            guild=request.guild,
            key=request.key,
            kind=STAKE,
            amounts=amounts,
            now=now,
            actor=request.taker,
        )
    except InsufficientFunds as refused:
        if refused.account == maker.number:
            raise MakerLacksPoints(offer.number) from None
        raise


def _bet_row(
    offer: Offer, taker: int, terms: bytes, escrow: Account, posted: Posted, now: datetime
) -> dict[str, Any]:
    return {
        "guild_id": offer.guild,
        "number": offer.number,
        "claim": offer.claim,
        "maker": offer.maker,
        "taker": taker,
        "side": offer.side,
        "against": int(offer.against),
        "maker_stake": offer.maker_stake,
        "taker_stake": offer.taker_stake,
        "clause": offer.clause,
        "terms": terms,
        "escrow": escrow.number,
        "accepted_us": to_us(now),
        "accepted_by": posted.number,
    }


_OFFER_FIELDS = [field.name for field in fields(Offer)]
_BET_FIELDS = [field.name for field in fields(Bet)]

_cancel_calendar = jobs.cancelling("offer.expire", "offer.remind")
