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
from markets.claims.claims import Claim
from markets.claims.terms import Actor, Result
from markets.core import tables
from markets.core.errors import AppealedSince, MarketError, OwnersAlone, ProposalGone, ResultSince
from markets.settlement import disputes, resolution, voting
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
