"""Offers, taking them, and endings that both sides agree on (RULES C1, C2, C8, C9, B4, B5, E4, A4)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger import accounts
from ledger.accounts import Player
from ledger.errors import AlreadyDone, InsufficientFunds, KeyReused, UnknownPlayer
from ledger.types import to_us
from markets.bets import agreement, bets, offering, offers
from markets.claims import ambiguity, drafts
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core.errors import (
    BadEnding,
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
    Recused,
    StakeTooHigh,
    TermsChanged,
    TradingClosed,
    UnknownBet,
    UnknownOffer,
)
from markets.settlement import confirmation
from tests.markets.club import NO, YES, Club
from tests.markets.test_claims import choose, due_kinds

pytestmark = pytest.mark.core

HALF = ambiguity.encode(ambiguity.PaysHalf("maker"))


async def counter(club: Club, who: Player, offer: offers.Offer, **more: Any) -> offers.Offer:
    more = {"maker_stake": 5_000, "taker_stake": 5_000} | more
    request = offering.Counter(club.guild, club.key(), offer.number, who.number, **more)
    return await club.db.write(offering.counter, request, club.now)


async def withdraw(club: Club, who: Player, offer: offers.Offer) -> offers.Offer:
    request = offering.WithdrawOffer(club.guild, club.key(), offer.number, who.number)
    return await club.db.write(offering.withdraw, request, club.now)


async def read_offer(club: Club, number: int) -> offers.Offer:
    return await club.db.read(offers.load_offer, club.guild, number)


async def suggest(club: Club, bet: bets.Bet, who: Player, maker_gets: int, **more: Any) -> bets.Bet:
    more = {"ending": "split", "taker_gets": bet.pot - maker_gets} | more
    request = agreement.Suggest(club.guild, club.key(), bet.number, who.number, maker_gets=maker_gets, **more)
    return await club.db.write(agreement.suggest, request, club.now)


async def sign(club: Club, bet: bets.Bet, who: Player, maker_gets: int) -> bets.Ended:
    request = agreement.Agree(
        club.guild, club.key(), bet.number, who.number, maker_gets, bet.pot - maker_gets
    )
    return await club.db.write(agreement.agree, request, club.now)


async def move(club: Club, bet: bets.Bet, who: Player, to: Claim, terms: str | None = None) -> bets.Bet:
    request = agreement.MoveBet(club.guild, club.key(), bet.number, who.number, to.number, terms or to.digest)
    return await club.db.write(agreement.move_bet, request, club.now)


async def better(club: Club, author: Player, old: Claim, **changes: Any) -> Claim:
    request = drafts.Supersede(
        club.guild, club.key(), Actor(author.number), old.number, club.terms(title="Better", **changes)
    )
    return await club.db.write(drafts.supersede, request, club.now)


@pytest.mark.rule("C1")
async def test_an_offer_reserves_nothing_and_taking_it_locks_both_stakes(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim, maker_stake=30_000, taker_stake=10_000)
    assert await club.balance(ada.wallet) == 100_000

    accepted = await club.accept(bo, offer)

    bet = await club.read_bet(accepted.bet)
    assert (await club.balance(ada.wallet), await club.balance(bo.wallet)) == (70_000, 90_000)
    assert await club.balance(bet.escrow) == 40_000
    assert (bet.terms, accepted.balance) == (claim.digest, 90_000)
    assert (await club.read_claim(claim.number)).frozen


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"maker_stake": 0}, BadStake),
        ({"taker_stake": -1}, BadStake),
        ({"taker_stake": 10**15 + 1}, BadStake),
        ({"maker_stake": 100_001}, InsufficientFunds),
        ({"side": 2}, BadOutcome),
        ({"side": -1}, BadOutcome),
        ({"taker": 1}, OwnOffer),
        ({"taker": 77}, UnknownPlayer),
        ({"taker": 2**70}, UnknownPlayer),
        ({"expires_us": 1}, BadTimes),
        ({"expires_us": 0}, BadTimes),
        ({"clause": "nonsense"}, BadTerms),
        ({"clause": ambiguity.encode(ambiguity.FixedWeights((1_000, 2_000, 7_000)))}, BadTerms),
    ],
)
async def test_an_offer_that_cant_stand_is_refused_and_leaves_nothing(
    club: Club, more: dict[str, Any], error: type[Exception]
):
    ada = await club.member(1)
    claim = await club.claim(ada)
    with pytest.raises(error):
        await club.offer(ada, claim, **more)
    with pytest.raises(UnknownOffer):
        await read_offer(club, 1)


@pytest.mark.rule("B8")
async def test_most_points_on_one_bet_holds_for_both_stakes(club: Club):
    ada = await club.member(1)
    await choose(club, most_on_one_bet=5_000)
    claim = await club.claim(ada)
    for stakes in ({"maker_stake": 5_001, "taker_stake": 1}, {"maker_stake": 1, "taker_stake": 5_001}):
        with pytest.raises(StakeTooHigh):
            await club.offer(ada, claim, **stakes)
    await club.offer(ada, claim, maker_stake=5_000, taker_stake=5_000)


@pytest.mark.rule("C1")
async def test_an_offer_ends_after_seven_days_and_never_after_trading_closes(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    week = await club.offer(ada, claim)
    assert week.expires_us == to_us(club.now + timedelta(days=7))
    year = await club.offer(ada, claim, expires_us=to_us(club.now + timedelta(days=365)))
    assert year.expires_us == claim.closes_us

    club.now += timedelta(days=7)
    with pytest.raises(OfferGone):  # not swept yet
        await club.accept(bo, week)
    await club.sweep()
    assert (await read_offer(club, week.number)).state == "expired"
    assert (await read_offer(club, year.number)).state == "open"


@pytest.mark.rule("C1")
async def test_whoever_may_not_take_an_offer_is_told_why(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim, taker=bo.number)
    with pytest.raises(OwnOffer):
        await club.accept(ada, offer)
    with pytest.raises(NotAddressed):
        await club.accept(cy, offer)
    with pytest.raises(NotAddressed):
        await counter(club, cy, offer)
    with pytest.raises(NotMaker):
        await withdraw(club, bo, offer)
    for number in (0, 99, 2**70):
        with pytest.raises(UnknownOffer):
            await club.accept(bo, replace(offer, number=number))
    await club.accept(bo, offer)
    for again in (club.accept(bo, offer), counter(club, bo, offer), withdraw(club, ada, offer)):
        with pytest.raises(OfferGone):
            await again


@pytest.mark.rule("C1")
async def test_terms_other_than_those_shown_are_not_accepted(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    offer = await club.offer(ada, await club.claim(ada))
    request = offers.Accept(club.guild, club.key(), offer.number, bo.number, "0" * 64)
    with pytest.raises(TermsChanged):
        await club.db.write(offers.accept, request, club.now)
    assert await club.balance(bo.wallet) == 100_000


@pytest.mark.rule("C1")
@pytest.mark.rule("A4")
async def test_whose_points_are_missing_decides_what_is_said(club: Club):
    ada, bo = await club.member(1), await club.member(2, balance=100)
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim, taker_stake=101)
    with pytest.raises(InsufficientFunds):
        await club.accept(bo, offer)
    rich = await club.member(3)
    await club.post({ada.wallet: -95_000, bo.wallet: 95_000}, kind="gift")
    with pytest.raises(MakerLacksPoints):
        await club.accept(rich, offer)
    assert (await read_offer(club, offer.number)).state == "open"
    assert await club.balance(rich.wallet) == 100_000


@pytest.mark.rule("C1")
async def test_a_counter_kills_the_first_offer_and_goes_to_its_maker_alone(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    first = await club.offer(ada, claim, side=YES)

    second = await counter(club, bo, first)

    assert (await read_offer(club, first.number)).state == "countered"
    assert (second.taker, second.counters, second.side, second.against) == (
        ada.number,
        first.number,
        YES,
        True,
    )
    with pytest.raises(NotAddressed):
        await club.accept(cy, second)
    bet = await club.read_bet((await club.accept(ada, second)).bet)
    club.skip(days=31)
    await club.proposed(ada, claim, Result("outcome", outcome=YES))
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_bet(bet.number)).taker_paid == 10_000, "ada backs YES still"


@pytest.mark.rule("C1")
async def test_a_counter_that_cant_stand_leaves_the_first_offer_open(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    first = await club.offer(ada, await club.claim(ada))
    for more, error in (
        ({"maker_stake": 0}, BadStake),
        ({"maker_stake": 100_001}, InsufficientFunds),
        ({"clause": "x"}, BadTerms),
    ):
        with pytest.raises(error):
            await counter(club, bo, first, **more)
    assert (await read_offer(club, first.number)).state == "open"


@pytest.mark.rule("C1")
@pytest.mark.rule("D2")
async def test_an_offer_rests_while_its_claim_has_a_proposal(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim)
    proposal = await club.propose(ada, claim, Result("void"))
    assert (await read_offer(club, offer.number)).state == "open"
    with pytest.raises(ClaimMoved):
        await club.accept(bo, offer)
    with pytest.raises(ClaimMoved):
        await club.offer(bo, claim)
    assert proposal.bond is not None


async def test_the_same_press_twice_is_one_bet(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim)
    accepted = await club.accept(bo, offer, key="press")
    with pytest.raises(AlreadyDone) as told:
        await club.accept(bo, offer, key="press")
    assert told.value.answer == accepted
    other = await club.offer(ada, claim)
    with pytest.raises(KeyReused):
        await club.accept(bo, other, key="press")
    assert await club.balance(bo.wallet) == 90_000


@pytest.mark.rule("C2")
async def test_both_sides_end_their_own_bet_and_the_claim_goes_on(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    bet, other = await club.bet(ada, bo, claim), await club.bet(ada, cy, claim)

    ended = await club.agree(bet, bo, ada, 3_000)

    assert (ended.maker_gets, ended.taker_gets) == (3_000, 17_000)
    assert (await club.read_bet(bet.number)).state == "agreed"
    assert (await club.read_bet(other.number)).state == "live"
    assert (await club.read_claim(claim.number)).state == "open"
    assert await club.balance(bet.escrow) == 0


@pytest.mark.rule("C2")
async def test_only_what_the_other_side_suggested_is_signed(club: Club):
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    bet = await club.bet(ada, bo, await club.claim(ada))
    with pytest.raises(BadEnding):
        await sign(club, bet, bo, 1)
    for more in ({"taker_gets": 1}, {"maker_gets": -1, "taker_gets": 20_001}):
        with pytest.raises(BadEnding):
            await suggest(club, bet, ada, more.pop("maker_gets", 1), **more)
    for ending in ("", "\0", "x" * 201):
        with pytest.raises(BadTerms):
            await suggest(club, bet, ada, 1, ending=ending)
    await suggest(club, bet, ada, 20_000)
    with pytest.raises(BadEnding):
        await sign(club, bet, ada, 20_000)
    with pytest.raises(BadEnding):
        await sign(club, bet, bo, 19_999)
    with pytest.raises(NotASide):
        await sign(club, bet, cy, 20_000)
    await suggest(club, bet, ada, 15_000)  # replaces the first
    with pytest.raises(BadEnding):
        await sign(club, bet, bo, 20_000)
    await sign(club, bet, bo, 15_000)
    with pytest.raises(BetEnded):
        await suggest(club, bet, ada, 1)
    with pytest.raises(UnknownBet):
        await suggest(club, replace(bet, number=2**70), ada, 1)


@pytest.mark.rule("C2")
@pytest.mark.rule("B3")
async def test_a_bet_that_waits_for_its_deadline_can_be_ended_by_both(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada, early="announced")
    bet = await club.bet(ada, bo, claim)
    await club.proposed(ada, claim, Result("outcome", outcome=YES))
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "settled"
    assert (await club.read_bet(bet.number)).state == "live"

    await club.agree(bet, ada, bo, 18_000)
    club.skip(days=30)
    await club.sweep()

    assert (await club.read_bet(bet.number)).state == "agreed"
    assert await club.balance(bet.escrow) == 0


@pytest.mark.rule("B5")
async def test_a_bet_moves_to_the_better_wording_when_both_sign_and_not_before(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    old = await club.claim(ada)
    bet = await club.bet(ada, bo, old)
    new = await better(club, ada, old)
    strange = await club.claim(ada)
    with pytest.raises(ClaimMoved):
        await move(club, bet, ada, strange)
    with pytest.raises(TermsChanged):
        await move(club, bet, ada, new, "0" * 64)

    for _ in range(2):
        assert (await move(club, bet, ada, new)).claim == old.number, "one's own signature twice is one"
    moved = await move(club, bet, bo, new)

    assert (moved.claim, moved.terms, moved.state) == (new.number, new.digest, "live")
    assert (await club.read_claim(new.number)).frozen
    club.skip(days=31)
    await club.sweep()
    assert (await club.read_claim(old.number)).state == "unresolved"
    await club.proposed(ada, new, Result("outcome", outcome=YES))
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_bet(bet.number)).maker_paid == 20_000


@pytest.mark.rule("B4")
@pytest.mark.rule("C8")
async def test_unclear_applies_the_bet_s_own_clause_and_else_the_claim_s(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    even = ambiguity.encode(ambiguity.FixedWeights((5_000, 5_000)))
    claim = await club.claim(ada, clause=even)
    own = await club.bet(ada, bo, claim, maker_stake=10_001, taker_stake=5_000, clause=HALF)
    plain = await club.bet(ada, bo, claim, maker_stake=10_001, taker_stake=5_000)
    club.skip(days=31)
    await club.proposed(await club.member(3), claim, Result("unclear"), moderator=True)
    club.skip(days=8)
    await club.sweep()

    own, plain = await club.read_bet(own.number), await club.read_bet(plain.number)
    assert (own.maker_paid, own.taker_paid) == (5_001, 10_000)
    assert (plain.maker_paid, plain.taker_paid) == (7_501, 7_500)


@pytest.mark.rule("C9")
async def test_void_returns_each_stake(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim, maker_stake=12_345, taker_stake=1)
    club.skip(days=31)
    await club.proposed(await club.member(3), claim, Result("void"), moderator=True)
    club.skip(days=2)
    await club.sweep()
    assert [await club.balance(who.wallet) for who in (ada, bo)] == [100_000, 100_000]
    assert (await club.read_claim(claim.number)).state == "void"


@pytest.mark.rule("C8")
async def test_weights_share_the_pot_whatever_the_odds(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    bet = await club.bet(ada, bo, claim, side=NO, maker_stake=1, taker_stake=9_999)
    club.skip(days=31)
    await club.proposed(await club.member(3), claim, Result("weights", weights=(1, 3)), moderator=True)
    club.skip(days=8)
    await club.sweep()
    bet = await club.read_bet(bet.number)
    assert (bet.maker_paid, bet.taker_paid) == (7_500, 2_500)


@pytest.mark.rule("E4")
async def test_deleting_oneself_withdraws_offers_and_leaves_bets_whose_winnings_are_the_house_s(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(bo)
    bet = await club.bet(ada, bo, claim)
    offer = await club.offer(ada, claim)
    await club.db.write(
        drafts.save_draft, drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms()), club.now
    )

    gone = await club.forget(1)

    assert (gone.forfeited, gone.debt) == (90_000, 0)
    assert (await read_offer(club, offer.number)).state == "withdrawn"
    assert (await club.read_claim(2)).state == "dropped"
    club.skip(days=31)
    judge = await club.member(3)
    await club.proposed(bo, claim, Result("outcome", outcome=NO))
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_bet(bet.number)).state == "live", "the silence of somebody deleted is no consent"
    confirm = confirmation.Confirm(club.guild, club.key(), Actor(judge.number, moderator=True), 1)
    await club.db.write(confirmation.confirm, confirm, club.now)
    await club.reverse_result(judge, claim)
    await club.proposed(bo, claim, Result("outcome", outcome=YES))
    club.skip(days=3)
    await club.sweep()

    assert (await club.read_bet(bet.number)).maker_paid == 20_000
    assert await club.balance(ada.wallet) == 0
    assert await club.balance(accounts.house(club.guild)) == 110_000
    await club.reverse_result(judge, claim, owner=True)
    assert await club.balance(accounts.house(club.guild)) == 90_000
    assert await club.balance(bet.escrow) == 20_000


@pytest.mark.rule("E4")
@pytest.mark.rule("A4")
async def test_winnings_of_somebody_deleted_pay_off_their_debt_first(club: Club):
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    first, second = await club.claim(ada), await club.claim(ada)
    spent = await club.bet(ada, bo, first, maker_stake=10_000, taker_stake=60_000)
    won = await club.bet(ada, bo, second, maker_stake=20_000, taker_stake=20_000)
    club.skip(days=31)
    await club.proposed(ada, first, Result("outcome", outcome=YES))
    club.skip(days=8)
    await club.sweep()
    await club.post({ada.wallet: -140_000, judge.wallet: 140_000}, kind="gift")
    await club.reverse_result(judge, first)
    assert await club.balance(ada.wallet) == -70_000
    with pytest.raises(InsufficientFunds):
        await club.offer(ada, await club.claim(bo), maker_stake=1)

    assert (await club.forget(1)).debt == 70_000
    await club.proposed(bo, second, Result("outcome", outcome=YES))
    club.skip(days=8)
    await club.sweep()
    assert (await club.read_bet(won.number)).maker_paid == 40_000
    assert await club.balance(ada.wallet) == -30_000
    assert await club.balance(accounts.house(club.guild)) == 0
    assert (await club.read_bet(spent.number)).state == "live"


@pytest.mark.rule("B2")
async def test_long_bets_get_a_note_each_year_also_after_their_result_was_taken_back(club: Club):
    ada, bo, judge = [await club.member(n) for n in (1, 2, 3)]
    far = to_us(club.now + timedelta(days=4 * 365))
    claim = await club.claim(ada, deadline_us=far, check_us=far, closes_us=far)
    bet = await club.bet(ada, bo, claim)
    assert "bet.year" in await due_kinds(club, bet.number)
    await club.proposed(ada, claim, Result("outcome", outcome=YES))
    club.skip(days=8)
    await club.sweep()
    assert "bet.year" not in await due_kinds(club, bet.number)
    await club.reverse_result(judge, claim)
    assert "bet.year" in await due_kinds(club, bet.number)


@pytest.mark.rule("B2")
@pytest.mark.parametrize(("seconds", "noted"), [(0, False), (1, True)])
async def test_a_bet_gets_notes_if_it_runs_for_more_than_two_years(club: Club, seconds: int, noted: bool):
    ada, bo = await club.member(1), await club.member(2)
    far = to_us(club.now + timedelta(days=2 * 365, seconds=seconds))
    claim = await club.claim(ada, deadline_us=far, check_us=far, closes_us=far)
    bet = await club.bet(ada, bo, claim)
    assert ("bet.year" in await due_kinds(club, bet.number)) == noted


@pytest.mark.rule("D4")
async def test_a_side_of_a_bet_that_moved_away_judges_neither_claim(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    old = await club.claim(ada)
    bet = await club.bet(ada, bo, old)
    new = await better(club, ada, old)
    for side in (ada, bo):
        await move(club, bet, side, new)
    assert (await club.read_bet(bet.number)).claim == new.number

    for claim in (old, new):
        for side in (ada, bo):
            with pytest.raises(Recused):
                await club.halt(side, claim)
        assert (await club.halt(mo, claim)).halted


async def test_nothing_is_taken_after_trading_closed(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    offer = await club.offer(ada, claim, expires_us=to_us(club.now + timedelta(days=90)))
    club.skip(days=30)
    with pytest.raises((TradingClosed, OfferGone)):
        await club.accept(bo, offer)
    with pytest.raises(TradingClosed):
        await club.offer(ada, claim)
