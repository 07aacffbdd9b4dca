"""Two acts in the same instant: one wins, the other is told so, and the book is whole (both databases).

Every race is run through three open databases on one address, as three processes would: within one, a server's
writes queue before they reach the database, and nothing would race there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from ledger.audit import verify
from ledger.errors import InsufficientFunds
from ledger.storage.database import Database
from markets.bets import agreement, offering, offers
from markets.bets import bets as bet_bets
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import jobs
from markets.core.errors import (
    AlreadyDisputed,
    BetEnded,
    ClaimMoved,
    MarketError,
    NotEnoughShares,
    NotNow,
    OfferGone,
    OrderGone,
    PriceMoved,
    WindowOver,
)
from markets.records import audit as markets_audit
from markets.settlement import confirmation, disputes, freezing, handlers, proposals, resolution, voting
from markets.settlement import proposing as settlement_proposing
from markets.shares import market_maker, orders, trading
from tests import databases
from tests.ledger import stories
from tests.markets.club import DAY, NO, YES, Club

IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)
ROUNDS = 6
"""Each pair is run so often, in turns with either first."""

Act = Callable[[Database], Coroutine[Any, Any, Any]]


@pytest.fixture
async def three(url: str, db: Database) -> AsyncIterator[list[Database]]:
    async with databases.opened(url) as second, databases.opened(url) as third:
        yield [db, second, third]


async def race(three: list[Database], *acts: Act) -> list[Any]:
    """All at once, each on another database; what each answered, a refusal as the exception."""
    running = [act(three[place % 3]) for place, act in enumerate(acts)]
    answers = await asyncio.gather(*running, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, MarketError | InsufficientFunds):
            raise answer
    return answers


def won(answers: list[Any]) -> list[int]:
    return [place for place, answer in enumerate(answers) if not isinstance(answer, Exception)]


async def sound(club: Club, url: str) -> None:
    report = await stories.alone(url, lambda tx: verify.audit(tx, club.guild))
    assert report.problems == ()


def accepting(club: Club, taker: Any, offer: offers.Offer, terms: str) -> Act:
    request = offers.Accept(club.guild, club.key(), offer.number, taker.number, terms)
    return lambda db: db.write(offers.accept, request, club.now)


def withdrawing(club: Club, maker: Any, offer: offers.Offer) -> Act:
    request = offering.WithdrawOffer(club.guild, club.key(), offer.number, maker.number)
    return lambda db: db.write(offering.withdraw, request, club.now)


def countering(club: Club, who: Any, offer: offers.Offer) -> Act:
    request = offering.Counter(club.guild, club.key(), offer.number, who.number, 7_000, 7_000)
    return lambda db: db.write(offering.counter, request, club.now)


def sweeping(club: Club) -> Act:
    """The calendar of one server, by a worker on its own database."""

    async def sweep(db: Database) -> bool:
        other = Club(db, club.guild, club.now)
        return bool(await other.sweep())

    return sweep


def agreeing(club: Club, bet: bet_bets.Bet) -> Act:
    request = agreement.Agree(club.guild, club.key(), bet.number, bet.taker, 3_000, bet.pot - 3_000)
    return lambda db: db.write(agreement.agree, request, club.now)


def challenging(club: Club, who: Any, claim: Claim) -> Act:
    request = disputes.Challenge(club.guild, club.key(), who.number, claim.number, "fact", "No.")
    return lambda db: db.write(disputes.challenge, request, club.now)


def deciding(club: Club, who: Any, claim: Claim, result: Result) -> Act:
    actor = Actor(who.number, moderator=True)
    request = voting.Vote(club.guild, club.key(), actor, claim.number, result, "So it is.")
    return lambda db: db.write(voting.vote, request, club.now)


def taking_back(club: Club, who: Any, proposal: proposals.Proposal) -> Act:
    request = proposals.WithdrawProposal(club.guild, club.key(), who.number, proposal.number)
    return lambda db: db.write(proposals.withdraw, request, club.now)


def proposing(club: Club, who: Any, claim: Claim, result: Result) -> Act:
    actor = Actor(who.number)
    request = settlement_proposing.Propose(
        club.guild, club.key(), actor, claim.number, result, "https://example.org/it"
    )
    return lambda db: db.write(settlement_proposing.propose, request, club.now)


async def test_ten_withdrawals_and_proposals_at_once_leave_one_proposal_that_stands(
    club: Club, three: list[Database], url: str
):
    """Whoever withdraws twice can't leave a proposal behind that challenges of the next one are held against."""
    ada, eve, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, eve, claim)
    club.skip(days=31)
    for turn in range(ROUNDS):
        first = await club.proposed(eve, claim, IT_WAS)
        acts = [taking_back(club, eve, first) for _ in range(5)]
        acts += [proposing(club, ada, claim, IT_WAS) for _ in range(5)]
        answers = await race(three, *(acts if turn % 2 else acts[::2] + acts[1::2]))

        made = [answers[place].number for place in won(answers)]
        assert made.count(first.number) == 1
        assert len(made) <= 2
        stands = await club.db.read(proposals.standing, await club.read_claim(claim.number))
        stored = (await club.read_claim(claim.number)).state
        assert stored == ("open" if stands is None else "proposed")
        assert await stories.alone(url, lambda tx: markets_audit.problems(tx, club.guild)) == ()
        if stands is not None:
            await club.withdraw_proposal(ada, stands)
        club.skip(days=7)
    await club.proposed(eve, claim, IT_WAS_NOT)
    club.skip(days=6)
    await club.challenge(ada, claim)
    await sound(club, url)


async def test_two_withdrawals_at_once_are_one(club: Club, three: list[Database], url: str):
    ada, eve, mod = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(mod)
    await club.bet(ada, eve, claim)
    for _ in range(ROUNDS):
        first = await club.proposed(eve, claim, IT_WAS)  # before the deadline: with a bond
        answers = await race(three, taking_back(club, eve, first), taking_back(club, eve, first))
        assert len(won(answers)) == 1
        assert await club.balance(eve.wallet) == 90_000
        club.skip(days=8)
    await sound(club, url)


async def test_confirming_against_an_outcome_that_replaces_it_is_one_or_the_other(
    club: Club, three: list[Database], url: str
):
    ada, eve, mod = [await club.member(n) for n in (1, 2, 3)]
    actor = Actor(mod.number, moderator=True)
    for turn in range(ROUNDS):
        claim = await club.claim(mod)
        await club.bet(ada, eve, claim, maker_stake=1_000, taker_stake=1_000)
        club.skip(days=31)
        void = await club.proposed(eve, claim, Result("void"))
        club.skip(days=8)
        await club.sweep()
        request = confirmation.Confirm(club.guild, club.key(), actor, void.number)
        acts: list[Act] = [
            lambda db, request=request: db.write(confirmation.confirm, request, club.now),
            proposing(club, ada, claim, IT_WAS),
        ]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))
        assert len(won(answers)) == 1
        ended = (await club.read_claim(claim.number)).state
        assert (ended, (await club.read_proposal(void.number)).state) in (
            ("void", "settled"),
            ("proposed", "failed"),
        )
    await sound(club, url)


async def test_ten_people_accept_one_offer_and_one_bet_comes_of_it(
    club: Club, three: list[Database], url: str
):
    ada = await club.member(1)
    crowd = [await club.member(person) for person in range(2, 12)]
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim)

    answers = await race(three, *(accepting(club, who, offer, claim.digest) for who in crowd))

    assert len(won(answers)) == 1
    assert sum(isinstance(answer, OfferGone) and answer.state == "accepted" for answer in answers) == 9
    bet = await club.read_bet(offer.number)
    assert bet.taker == crowd[won(answers)[0]].number
    assert sorted([await club.balance(who.wallet) for who in crowd]) == [90_000] + [100_000] * 9
    await sound(club, url)


@pytest.mark.parametrize("against", ["withdraw", "counter"])
async def test_accept_against_the_end_of_the_offer(club: Club, three: list[Database], url: str, against: str):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    taken = 0
    for turn in range(ROUNDS):
        offer = await club.offer(ada, claim)
        other = withdrawing(club, ada, offer) if against == "withdraw" else countering(club, cy, offer)
        acts = [accepting(club, bo, offer, claim.digest), other]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))
        assert len(won(answers)) == 1
        assert sum(isinstance(answer, OfferGone) for answer in answers) == 1
        stored = await club.db.read(offers.load_offer, club.guild, offer.number)
        taken += stored.state == "accepted"
        assert stored.state != "open"
    assert await club.balance(bo.wallet) == 100_000 - taken * 10_000
    await sound(club, url)


async def test_accept_against_expiry_is_too_late_whoever_comes_first(
    club: Club, three: list[Database], url: str
):
    ada, bo = await club.member(1), await club.member(2)
    for turn in range(ROUNDS):
        claim = await club.claim(ada)
        offer = await club.offer(ada, claim)
        club.skip(days=7)
        acts = [accepting(club, bo, offer, claim.digest), sweeping(club)]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))
        stored = await club.db.read(offers.load_offer, club.guild, offer.number)
        assert stored.state == "expired"
        assert sum(isinstance(answer, OfferGone) for answer in answers) == 1
        await club.sweep()
    assert await club.balance(bo.wallet) == 100_000
    await sound(club, url)


async def test_a_press_from_before_the_expiry_counts_unless_the_calendar_came_first(
    club: Club, three: list[Database], url: str
):
    ada, bo = await club.member(1), await club.member(2)
    for turn in range(ROUNDS):
        claim = await club.claim(ada)
        offer = await club.offer(ada, claim, maker_stake=1_000, taker_stake=1_000)
        pressed, late = club.now, club.now + 7 * DAY
        request = offers.Accept(club.guild, club.key(), offer.number, bo.number, claim.digest)

        async def press(db: Database, request: Any = request, at: Any = pressed) -> Any:
            return await db.write(offers.accept, request, at)

        async def expire(db: Database, late: Any = late) -> bool:
            return bool(await Club(db, club.guild, late).sweep())

        acts: list[Act] = [press, expire]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))
        club.now = late
        stored = await club.db.read(offers.load_offer, club.guild, offer.number)
        refused = sum(isinstance(answer, OfferGone) for answer in answers)
        assert (stored.state, refused) in (("accepted", 0), ("expired", 1))
    await sound(club, url)


async def test_agree_against_settle_pays_the_bet_once(club: Club, three: list[Database], url: str):
    ada, bo = await club.member(1), await club.member(2)
    for turn in range(ROUNDS):
        claim = await club.claim(ada)
        bet = await club.bet(ada, bo, claim)
        suggestion = agreement.Suggest(club.guild, club.key(), bet.number, ada.number, "split", 3_000, 17_000)
        await club.db.write(agreement.suggest, suggestion, club.now)
        club.skip(days=31)
        await club.proposed(bo, claim, IT_WAS)
        club.skip(days=8)
        acts = [agreeing(club, bet), sweeping(club)]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))

        bet = await club.read_bet(bet.number)
        lost = [answer for answer in answers if isinstance(answer, BetEnded)]
        assert (bet.state, len(lost)) in (("settled", 1), ("agreed", 0))
        assert bet.maker_paid == (20_000 if bet.state == "settled" else 3_000)
        assert await club.balance(bet.escrow) == 0
        await club.sweep()
        assert (await club.read_claim(claim.number)).state == "settled"
    await sound(club, url)


async def test_settle_against_a_challenge_in_the_last_moment(club: Club, three: list[Database], url: str):
    ada, bo = await club.member(1), await club.member(2)
    for turn in range(ROUNDS):
        claim = await club.claim(ada)
        bet = await club.bet(ada, bo, claim)
        club.skip(days=31)
        await club.proposed(ada, claim, IT_WAS)
        press = challenging(club, bo, claim)  # its own time: the window still runs
        moment = club.now + 7 * DAY

        async def settle(db: Database, moment: Any = moment) -> bool:
            return bool(await Club(db, club.guild, moment).sweep())

        acts: list[Act] = [press, settle]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))
        club.now = moment
        stored, bet = await club.read_claim(claim.number), await club.read_bet(bet.number)
        refused = [answer for answer in answers if isinstance(answer, ClaimMoved)]
        assert (stored.state, bet.state, len(refused)) in (("settled", "settled", 1), ("disputed", "live", 0))
        if stored.state == "disputed":
            await club.vote(await club.member(40 + turn), claim, Result("void"))
            club.skip(days=1)
            await club.sweep()
    await sound(club, url)


async def test_the_window_s_end_against_a_challenge_that_comes_too_late(club: Club, three: list[Database]):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    club.now += 7 * DAY
    answers = await race(three, challenging(club, bo, claim), sweeping(club))
    assert isinstance(answers[0], WindowOver | ClaimMoved)
    assert (await club.read_claim(claim.number)).state == "settled"
    assert await club.balance(bo.wallet) == 90_000, "no bond was held"


async def test_two_challenges_are_one_dispute_and_one_bond(club: Club, three: list[Database], url: str):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    answers = await race(three, challenging(club, bo, claim), challenging(club, cy, claim))
    assert len(won(answers)) == 1
    assert sum(isinstance(answer, AlreadyDisputed) for answer in answers) == 1
    assert await club.balance(bo.wallet) + await club.balance(cy.wallet) == 189_000
    await sound(club, url)


async def test_decide_against_decide_is_one_ruling(club: Club, three: list[Database], url: str):
    ada, bo = await club.member(1), await club.member(2)
    judges = [await club.member(10), await club.member(11)]
    for turn in range(ROUNDS):
        claim = await club.claim(ada)
        bet = await club.bet(ada, bo, claim)
        club.skip(days=31)
        await club.proposed(ada, claim, IT_WAS)
        await club.challenge(bo, claim)
        results = [IT_WAS, IT_WAS_NOT] if turn % 2 else [IT_WAS_NOT, IT_WAS]
        acts = [deciding(club, who, claim, result) for who, result in zip(judges, results, strict=True)]
        answers = await race(three, *acts)
        (winner,) = won(answers)
        assert isinstance(answers[1 - winner], ClaimMoved)
        await club.posted(turn + 1)
        club.skip(days=1)
        await club.sweep()
        bet = await club.read_bet(bet.number)
        assert bet.maker_paid == (20_000 if results[winner] == IT_WAS else 0)
    await sound(club, url)


async def test_two_workers_pay_a_ruling_once(club: Club, three: list[Database], url: str):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bets = [await club.bet(ada, bo, claim, maker_stake=100, taker_stake=100) for _ in range(5)]
    club.skip(days=31)
    await club.proposed(bo, claim, IT_WAS)
    club.skip(days=8)
    held = await club.db.background(
        jobs.lease, jobs.LeaseJobs(owner=900_000 + club.guild, most=500), club.now
    )
    mine = [row for row in held if row.guild == club.guild]

    def performing(row: jobs.LeasedJob) -> Act:
        return lambda db: db.write(handlers.perform, row, club.now)

    for row in mine:
        answers = await asyncio.gather(*(performing(row)(db) for db in three), return_exceptions=True)
        assert sum(answer is True for answer in answers) <= 1
    assert {(await club.read_bet(bet.number)).state for bet in bets} == {"settled"}
    assert await club.balance(ada.wallet) == 100_500
    await sound(club, url)


def buying(club: Club, who: Any, claim: Claim, **more: Any) -> Act:
    more = {"seen_bps": 5_000, "budget": 1_000} | more
    request = trading.Buy(club.guild, club.key(), who.number, claim.number, YES, **more)
    at = club.now
    return lambda db: db.write(trading.buy, request, at)


def writing(club: Club, unit: Callable[..., Any], request: Any) -> Act:
    at = club.now
    return lambda db: db.write(unit, request, at)


@pytest.mark.rule("C3")
async def test_of_many_who_saw_one_price_and_tolerate_no_other_one_trades(
    club: Club, three: list[Database], url: str
):
    ada = await club.member(1)
    crowd = [await club.member(person) for person in range(2, 8)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=10_000)
    answers = await race(three, *(buying(club, who, claim, tolerance_bps=0) for who in crowd))
    assert len(won(answers)) == 1
    moved = [answer for answer in answers if isinstance(answer, PriceMoved)]
    assert len(moved) == 5
    assert all(answer.amount == 1_000 for answer in moved)
    await sound(club, url)


@pytest.mark.rule("D2")
@pytest.mark.parametrize("stops", ["proposal", "moderator", "close", "settlement"])
async def test_a_trade_against_what_stops_trading_is_made_before_it_or_not_at_all(
    club: Club, three: list[Database], url: str, stops: str
):
    ada, bo, mod = [await club.member(n) for n in (1, 2, 3)]
    for turn in range(ROUNDS):
        claim = await club.claim(ada)
        await club.market(ada, claim, liquidity=1_000)
        if stops == "proposal":
            actor = Actor(mod.number, moderator=True)
            request = settlement_proposing.Propose(
                club.guild, club.key(), actor, claim.number, IT_WAS, "https://x.org"
            )
            other = writing(club, settlement_proposing.propose, request)
        elif stops == "moderator":
            actor = Actor(mod.number, moderator=True)
            halt = freezing.Halt(club.guild, club.key(), actor, claim.number, True, "To look.")
            other = writing(club, freezing.halt, halt)
        elif stops == "close":
            club.skip(days=30)
            other = sweeping(club)
        else:
            await club.proposed(mod, claim, IT_WAS, moderator=True)
            club.skip(days=31)
            other = sweeping(club)
        acts = [buying(club, bo, claim, budget=100), other]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))
        bought = (await club.db.read(market_maker.load, club.guild, claim.number)).trades
        refused = [answer for answer in answers if isinstance(answer, NotNow)]
        assert bought + len(refused) == 1
        assert not (bought and stops in ("close", "settlement"))
    await club.sweep()
    await sound(club, url)


async def test_the_same_shares_are_sold_once_and_an_order_is_filled_or_cancelled(
    club: Club, three: list[Database], url: str
):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    await club.market(ada, claim, liquidity=10_000)
    for turn in range(ROUNDS):
        shares = (await club.buy(bo, claim, YES, budget=500)).shares
        sales = [
            trading.Sell(
                club.guild, club.key(), bo.number, claim.number, YES, 1, quantity=shares, tolerance_bps=9_800
            )
            for _ in range(2)
        ]
        answers = await race(
            three, *((lambda db, sale=sale: db.write(trading.sell, sale, club.now)) for sale in sales)
        )
        assert len(won(answers)) == 1
        assert sum(isinstance(answer, NotEnoughShares) for answer in answers) == 1
        placed = await club.order(bo, claim, NO, 4_500, budget=50)
        cancels = orders.CancelOrder(club.guild, club.key(), bo.number, placed.order)
        acts: list[Act] = [
            buying(club, cy, claim, budget=2_000),
            lambda db, cancels=cancels: db.write(orders.cancel, cancels, club.now),
        ]
        answers = await race(three, *(acts if turn % 2 else reversed(acts)))
        order = await club.read_order(placed.order)
        gone = sum(isinstance(answer, OrderGone) for answer in answers)
        assert (order.state, gone) in (("filled", 1), ("cancelled", 0))
        await club.sell(cy, claim, YES, target_bps=5_000)
    await sound(club, url)


async def test_reverse_against_reverse_takes_back_once(club: Club, three: list[Database], url: str):
    ada, bo = await club.member(1), await club.member(2)
    judges = [await club.member(10), await club.member(11)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IT_WAS)
    club.skip(days=8)
    await club.sweep()

    def reversing(who: Any) -> Act:
        actor = Actor(who.number, moderator=True)
        request = resolution.Reverse(club.guild, club.key(), actor, claim.number, "Wrong.", b"x" * 16)
        return lambda db: db.write(resolution.take_back, request, club.now)

    answers = await race(three, *(reversing(who) for who in judges))
    assert len(won(answers)) == 1
    await club.reversal_posted(1)
    club.skip(days=1)
    await club.sweep()
    assert await club.balance(ada.wallet) == 90_000
    await sound(club, url)
