"""An act names what it was read about: it is refused where that is no longer the thing (RULES D1, D6, E9)."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from bot.background import older
from bot.background.older import ToldDigest
from ledger import statements
from ledger.accounts import Player
from ledger.types import to_us
from markets.claims import rests
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import tables
from markets.core.errors import AppealedSince, MarketError, OwnersAlone, ProposalGone, ResultSince
from markets.settlement import disputes, resolution, reversals, signing, voting
from tests.markets.club import NO, YES, Club
from tests.markets.test_claims import choose
from tests.world import SALT

pytestmark = pytest.mark.core

IT_WAS, IT_WAS_NOT = Result("outcome", outcome=YES), Result("outcome", outcome=NO)


def heads(tx: Connection, guild: int) -> dict[str, tuple[int, str]]:
    """The newest transfer and the newest record, as the log channel is told them."""
    transfer = statements.head(tx, guild)
    columns = tables.records.c
    asked = sa.select(columns.number, columns.digest).where(columns.guild_id == guild)
    record = tx.execute(asked.order_by(columns.number.desc()).limit(1)).one()
    return {
        "transfer": (transfer.transfers, transfer.digest),
        "record": (record.number, bytes(record.digest).hex()),
    }


async def quarrel(club: Club) -> tuple[Player, Player, Player, Player, Claim]:
    ada, bo, mo, mu = [await club.member(n) for n in (1, 2, 3, 4)]
    claim = await club.claim(ada)
    await club.bet(ada, bo, claim)
    club.skip(days=31)
    return ada, bo, mo, mu, claim


@pytest.mark.rule("D6")
async def test_a_vote_that_was_begun_before_the_appeal_doesn_t_decide_it_unread(club: Club):
    ada, bo, mo, mu, claim = await quarrel(club)
    await club.proposed(ada, claim, IT_WAS)
    await club.challenge(bo, claim)

    async def votes(who: Player, result: Result, round_: int) -> Any:
        key, actor = club.key(), Actor(who.number, moderator=True)
        said = voting.Vote(club.guild, key, actor, claim.number, result, "As it says.")
        request = voting.VoteInRound(club.guild, key, said, round_)
        return await club.db.write(voting.vote_in_round, request, club.now)

    with pytest.raises(AppealedSince):
        await votes(mo, IT_WAS, disputes.APPEAL)
    assert (await votes(mo, IT_WAS, disputes.RULING)).ruled
    await club.appeal(bo, claim)
    with pytest.raises(AppealedSince):
        await votes(mu, IT_WAS, disputes.RULING)
    assert (await club.read_claim(claim.number)).state == "disputed", "the appeal is still to be read"
    assert (await votes(mu, IT_WAS_NOT, disputes.APPEAL)).ruled


@pytest.mark.rule("D6")
async def test_whoever_would_take_a_result_back_takes_no_other_one_back(club: Club):
    *_, mo, mu, claim = await quarrel(club)
    await club.settle(mo, claim, IT_WAS_NOT)
    looked_us = to_us(club.now)
    club.skip(minutes=5)
    await club.reverse_result(mu, claim)
    await club.sweep()
    await club.settle(mo, claim, IT_WAS)

    async def takes_back(looked_us: int) -> int:
        key, actor = club.key(), Actor(mo.number, owner=True)
        asked = resolution.Reverse(club.guild, key, actor, claim.number, "A wrong file.", SALT)
        request = resolution.ReverseSeen(club.guild, key, asked, looked_us)
        return await club.db.write(resolution.take_back_seen, request, club.now)

    with pytest.raises(ResultSince):
        await takes_back(looked_us)
    assert (await club.read_claim(claim.number)).state == "settled"
    with pytest.raises(OwnersAlone):
        await club.ask_reversal(mu, claim)
    assert await takes_back(to_us(club.now))


@pytest.mark.rule("D1")
async def test_whoever_signs_or_confirms_names_the_proposal_that_they_read(club: Club):
    """And takes back their own alone, whatever stands by then."""
    ada, bo, mo, _, claim = await quarrel(club)
    first = await club.proposed(ada, claim, Result("void"))
    await club.withdraw_proposal(ada, first)
    second = await club.proposed(bo, claim, Result("void"))
    for act in (
        lambda: club.sign(ada, first),
        lambda: club.confirm(mo, first),
        lambda: club.withdraw_proposal(ada, first),
        lambda: club.withdraw_proposal(ada, second),
        lambda: club.announced(replace(first, number=99)),
    ):
        with pytest.raises(MarketError):
            await act()
    with pytest.raises(ProposalGone):
        await club.sign(ada, first)
    assert (await club.read_proposal(second.number)).state == "standing"
    await club.sign(ada, second)


@pytest.mark.rule("D5")
@pytest.mark.rule("A9")
async def test_a_bond_is_the_one_that_the_claim_was_opened_under(club: Club):
    """Whoever raises the server's bond doesn't raise what was shown to whoever challenges."""
    ada, bo, *_, claim = await quarrel(club)
    await club.proposed(ada, claim, IT_WAS)
    await choose(club, bond=50_000)
    dispute = await club.challenge(bo, claim)
    assert dispute.bond is not None
    assert await club.balance(dispute.bond) == 1_000


@pytest.mark.rule("E9")
async def test_a_book_that_parted_from_what_was_told_is_told_from_one_that_went_on(club: Club):
    ada, *_ = await quarrel(club)
    head = await club.db.read(heads, club.guild)
    sound = [ToldDigest(what, number, digest) for what, (number, digest) in head.items()]
    assert await club.db.read(older.missing, club.guild, sound) is None
    await club.claim(ada, title="Something else, later")
    await club.bet(ada, await club.member(9), await club.claim(ada, title="And one more"))
    assert await club.db.read(older.missing, club.guild, sound) is None, "a book that knows more goes on"
    for one in sound:
        beyond = replace(one, number=one.number + 10_000)
        parted = replace(one, digest="ab" * 32)
        elsewhere = replace(one, number=one.number - 1)
        for told in (beyond, parted, elsewhere):
            assert await club.db.read(older.missing, club.guild, [*sound, told]) == told


@pytest.mark.rule("D1")
async def test_a_signature_is_of_the_proposal_that_it_names_and_of_no_other_one(club: Club):
    """Two were made, and the first signed, in one and the same moment: the second isn't signed by that."""
    ada, bo, cy = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    for other in (bo, cy):  # so that one signature isn't all
        await club.bet(ada, other, claim)
    club.skip(days=31)
    void = await club.proposed(ada, claim, Result("void"))
    club.skip(hours=1)
    await club.sign(bo, void)
    again = await club.propose(bo, claim, IT_WAS_NOT)
    assert again.made_us == to_us(club.now)

    def read(tx: Connection) -> list[set[int]]:
        of = (void, again)
        return [rests.signers(tx, club.guild, claim.number, one.number, one.made_us) for one in of]

    assert await club.db.read(read) == [{bo.number}, set()]


@pytest.mark.rule("D1")
async def test_a_signature_of_before_is_matched_by_its_moment(club: Club):
    """Acts of before version 0018 don't name what they sign."""
    ada, bo, _, _, claim = await quarrel(club)
    void = await club.proposed(ada, claim, Result("void"))
    club.skip(hours=1)
    await club.sign(bo, void)
    await club.db.write(_forget_proposals, disputes.Argue(club.guild, club.key(), 0, 0, ""), club.now)

    def read(tx: Connection) -> list[set[int]]:
        made = (void.made_us, to_us(club.now) + 1)
        return [rests.signers(tx, club.guild, claim.number, void.number, at_us) for at_us in made]

    assert await club.db.read(read) == [{bo.number}, set()]


def _forget_proposals(tx: Connection, request: disputes.Argue, now: Any) -> None:
    of = tables.acts
    tx.execute(sa.update(of).where(of.c.guild_id == request.guild).values(proposal=None))


@pytest.mark.rule("D1")
@pytest.mark.parametrize("act", ["sign", "withdraw", "confirm"])
async def test_whoever_signs_withdraws_or_confirms_names_what_they_read(club: Club, act: str):
    """Between what they were shown and their press an outcome replaced the void that stood."""
    ada, bo, mo, mu, claim = await quarrel(club)
    void = await club.proposed(ada, claim, Result("void"))
    shown = await club.db.read(signing.require_may_sign, club.guild, void.number, bo.number, club.now)
    assert shown[1].number == void.number
    await club.proposed(mu, claim, IT_WAS, moderator=True)
    acts = {
        "sign": lambda: club.sign(bo, void),
        "withdraw": lambda: club.withdraw_proposal(ada, void),
        "confirm": lambda: club.confirm(mo, void),
    }
    with pytest.raises(ProposalGone):
        await acts[act]()
    with pytest.raises(ProposalGone):
        await club.db.read(signing.require_may_sign, club.guild, void.number, bo.number, club.now)


@pytest.mark.rule("D1")
@pytest.mark.rule("D4")
async def test_whoever_names_a_judge_names_the_dispute_and_its_round(club: Club):
    ada, bo, mo, mu, claim = await quarrel(club)
    await club.proposed(ada, claim, IT_WAS)
    dispute = await club.challenge(bo, claim)
    await club.vote(mo, claim, IT_WAS)
    await club.appeal(bo, claim)
    club.skip(days=8)
    await club.sweep()

    async def names(number: int, round_: int) -> bool:
        said = voting.Appoint(club.guild, club.key(), ada.number, claim.number, mu.number)
        request = voting.AppointInRound(club.guild, club.key(), said, number, round_)
        return await club.db.write(voting.appoint_in_round, request, club.now)

    with pytest.raises(AppealedSince):
        await names(dispute.number, 1)
    with pytest.raises(ProposalGone):
        await names(dispute.number + 1, 2)
    assert not await names(dispute.number, 2)


@pytest.mark.rule("D1")
@pytest.mark.rule("D6")
async def test_whoever_objects_to_a_reversal_names_the_result_that_they_read(club: Club):
    ada, _, mo, mu, claim = await quarrel(club)
    await club.settle(mo, claim, IT_WAS)
    first = (await club.read_claim(claim.number)).resolution
    await club.reverse_result(mu, claim)
    await club.sweep()
    await club.settle(mo, claim, IT_WAS_NOT)
    oz = await club.member(9)
    await club.ask_reversal(oz, claim, moderator=False, owner=True)
    second = (await club.read_claim(claim.number)).resolution
    assert first is not None
    assert second is not None

    async def holds(resolution: int) -> int:
        said = reversals.HoldReversal(club.guild, club.key(), ada.number, claim.number, "It was right.")
        request = reversals.HoldReversalOf(club.guild, club.key(), said, resolution)
        return await club.db.write(reversals.hold_of, request, club.now)

    with pytest.raises(ResultSince):
        await holds(first)
    assert await holds(second) == second
