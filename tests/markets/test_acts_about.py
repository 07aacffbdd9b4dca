"""The list of acts says what each was about, and until when it binds somebody (RULES A7, D4, D6)."""

import pytest

from bot.app import COMMANDS as COMMANDS  # all words are known
from bot.words import claim_acts
from ledger.types import to_us
from markets.claims.terms import Judges, Result
from markets.core.errors import WouldOwe
from markets.views import acts_about
from tests.markets.club import NO, YES, Club
from tests.markets.test_frozen import said, stamp
from tests.markets.test_shedding import fund

pytestmark = [pytest.mark.core, pytest.mark.rule("A7")]

IS_YES, IS_NO, VOID = Result("outcome", outcome=YES), Result("outcome", outcome=NO), Result("void")
DAY_US = 86_400_000_000


async def listed(club: Club) -> str:
    rows, people, about = await club.db.read(acts_about.acts, club.guild, club.now)
    return said(claim_acts.acts(claim_acts.ClaimActs(rows, people, True, about)))


@pytest.mark.rule("D6")
async def test_a_vote_says_what_it_was_for_once_it_is_ruled(club: Club):
    ada, bo, mo, mi = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mo, judges=Judges((), 2))
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, IS_YES)
    await club.challenge(bo, claim)
    await club.vote(mi, claim, VOID)
    assert "voted on claim 1" in await listed(club), "the others still vote"
    await club.vote(await club.member(5), claim, VOID)
    assert (await listed(club)).count("voted void on claim 1") == 2


async def test_a_signature_and_a_confirmation_say_of_which_result_they_are(club: Club):
    ada, bo, mo, mi = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mo)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    proposal = await club.proposed(ada, claim, Result("weights", weights=(1, 3)))
    club.skip(days=8)
    await club.sweep()
    await club.confirm(mi, proposal)
    words = await listed(club)
    assert "confirmed the result 25% YES and 75% NO of claim 1" in words
    other = await club.claim(mo, title="Another one")
    await club.bet(ada, bo, other)
    club.skip(days=31)
    await club.sign(bo, await club.proposed(ada, other, VOID))
    assert "signed the proposal void for claim 2" in await listed(club)


@pytest.mark.rule("D6")
@pytest.mark.rule("A4")
async def test_a_vote_for_a_reversal_says_until_when_it_binds_whom_the_result_paid(club: Club):
    ada, bo, mo, mi = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mo, judges=Judges((), 2))
    await club.bet(ada, bo, claim, maker_stake=90_000, taker_stake=90_000)
    club.skip(days=31)
    await club.settle(mi, claim, IS_YES)
    late = await club.claim(mo, title="Later")
    bet = await club.bet(ada, bo, late, maker_stake=150_000, taker_stake=5_000)
    await club.ask_reversal(mi, claim, posted=False)
    until_us = to_us(club.now) + 3 * DAY_US
    words = await listed(club)
    assert "would take the result YES of claim 1 back; until " in words
    assert f"until {stamp(until_us)} whoever it paid gives none of that away" in words
    with pytest.raises(WouldOwe):
        await club.agree(bet, ada, bo, 0)
    club.skip(days=3, minutes=1)
    assert "whom it paid" not in await listed(club)
    await club.agree(bet, ada, bo, 0)


@pytest.mark.rule("D6")
async def test_a_reversal_that_stands_and_one_that_is_held_bind_for_longer(club: Club):
    ada, bo, mo, mi = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(mo)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    await club.settle(mi, claim, IS_NO)
    await club.ask_reversal(await club.member(5), claim)
    club.skip(hours=1)
    await club.hold_reversal(bo, claim)
    words = await listed(club)
    until = f"; until {stamp(to_us(club.now) + 30 * DAY_US)} whoever it paid gives none of that away"
    assert f"took the result NO of claim 1 back{until}" in words
    assert f"objected to taking the result NO of claim 1 back{until}" in words
    await club.reverse_result(await club.member(6), claim, owner=True)
    await club.sweep()
    assert (await club.read_claim(claim.number)).resolution is None
    words = await listed(club)
    assert "took the result NO of claim 1 back\n" in words
    assert "whom it paid" not in words


@pytest.mark.rule("D4")
async def test_a_freeze_says_until_when_it_lasts(club: Club):
    ada, mo = await club.member(1), await club.member(4)
    claim = await club.claim(ada)
    await club.halt(mo, claim)
    until = f"; it goes on by itself on {stamp(to_us(club.now) + 14 * DAY_US)} at the latest"
    assert f"stopped everything on claim 1{until}" in await listed(club)
    club.skip(days=1)
    await club.halt(mo, claim, halted=False)
    assert until not in await listed(club)


async def test_the_house_s_payment_is_said_in_words(club: Club):
    ada, mo = await club.member(1), await club.member(4)
    claim = await club.claim(ada)
    await fund(club)
    await club.market(mo, claim, moderator=True, house=True)
    assert "let the house pay the market on claim 1" in await listed(club)
