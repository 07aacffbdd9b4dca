"""A card that shows something old is drawn again: whatever changes what it says asks for it."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from ledger.types import to_us
from markets.bets import agreement, offering
from markets.claims import drafts, editing
from markets.claims.conditions import Condition
from markets.claims.terms import Actor, Result
from markets.core import weeks
from markets.core.tables import cards
from markets.core.weeks import week_of
from markets.settlement import calendar
from tests.markets.club import NO, YES, Club


async def drawn(club: Club) -> None:
    """Discord shows the newest of each."""
    await club.db.background(_draw, club.guild, club.now)


def _draw(tx: Connection, guild: int, now: datetime) -> None:
    newest = {"shown": cards.c.wanted, "state": "shown"}
    tx.execute(sa.update(cards).where(cards.c.guild_id == guild).values(newest))


async def stale(club: Club) -> set[tuple[str, int]]:
    asked = sa.select(cards.c.kind, cards.c.ref).where(
        cards.c.guild_id == club.guild, cards.c.state == "waiting", cards.c.kind != "week"
    )
    rows = await club.db.read(lambda tx: tx.execute(asked).all())
    return {(kind, ref) for kind, ref in rows}


async def test_a_claim_s_card_lists_offers_as_they_come_and_go(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    claim = await club.claim(ada)
    await drawn(club)
    first = await club.offer(ada, claim)
    assert await stale(club) == {("claim", 1), ("offer", 1)}

    await drawn(club)
    await club.db.write(
        offering.counter,
        offering.Counter(club.guild, club.key(), first.number, bo.number, 1_000, 2_000),
        club.now,
    )
    assert await stale(club) == {("claim", 1), ("offer", 1), ("offer", 2)}

    await drawn(club)
    await club.db.write(
        offering.withdraw, offering.WithdrawOffer(club.guild, club.key(), 2, bo.number), club.now
    )
    assert await stale(club) == {("claim", 1), ("offer", 2)}

    await club.offer(ada, claim)
    await drawn(club)
    club.skip(days=8)
    await club.sweep()
    assert await stale(club) == {("claim", 1), ("offer", 3)}


async def test_a_bet_s_card_shows_the_ending_that_is_suggested(club: Club):
    ada, bo = await club.member(1), await club.member(2)
    bet = await club.bet(ada, bo, await club.claim(ada))
    await drawn(club)
    half = agreement.Suggest(club.guild, club.key(), bet.number, ada.number, "split", 10_000, 10_000)
    await club.db.write(agreement.suggest, half, club.now)
    assert await stale(club) == {("offer", bet.number)}


@pytest.mark.rule("D5")
async def test_a_dispute_s_card_follows_what_is_at_stake_until_it_is_paid(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim = await club.claim(ada)
    bet, _ = await club.bet(ada, bo, claim), await club.bet(bo, ada, claim)
    club.skip(days=31)
    await club.proposed(ada, claim, Result("outcome", outcome=YES))
    dispute = await club.challenge(bo, claim)

    await drawn(club)
    await club.agree(bet, ada, bo, 10_000)
    assert ("dispute", dispute.number) in await stale(club)

    await club.vote(mo, claim, Result("outcome", outcome=NO))
    await drawn(club)
    club.skip(hours=25)
    await club.sweep()
    assert (await club.read_claim(claim.number)).state == "settled"
    assert ("dispute", dispute.number) in await stale(club)


@pytest.mark.rule("E4")
async def test_cards_name_somebody_deleted_no_more(club: Club):
    ada, bo, mo = [await club.member(n) for n in (1, 2, 3)]
    claim, other = await club.claim(mo), await club.claim(mo)
    bet, withdrawn = await club.bet(bo, ada, claim), await club.offer(ada, claim)
    await club.offer(bo, other)
    await club.db.write(
        offering.withdraw,
        offering.WithdrawOffer(club.guild, club.key(), withdrawn.number, ada.number),
        club.now,
    )
    await club.proposed(bo, claim, Result("outcome", outcome=YES))
    dispute = await club.challenge(ada, claim)
    await drawn(club)

    await club.forget(1)

    assert await stale(club) == {
        ("offer", bet.number),
        ("offer", withdrawn.number),
        ("claim", claim.number),
        ("dispute", dispute.number),
    }


async def test_the_week_in_which_a_claim_opened_says_what_it_is_called_now(club: Club):
    """Not the week in which its draft was written: nobody saw it then."""
    ada = await club.member(1)
    draft = drafts.SaveDraft(club.guild, club.key(), ada.number, club.terms())
    number = await club.db.write(drafts.save_draft, draft, club.now)
    club.skip(days=7)
    await club.db.write(editing.open_claim, editing.Open(club.guild, club.key(), Actor(1), number), club.now)
    opened = week_of(to_us(club.now))
    span = weeks.from_us(opened), weeks.from_us(opened + 1)
    found = await club.db.read(calendar.week, club.guild, *span)
    assert found.new == [(number, "A superhuman AI coder before 2030")]
    assert (await club.db.read(calendar.week, club.guild, weeks.from_us(opened - 1), span[0])).new == []

    await drawn(club)
    club.skip(days=7)
    edit = editing.Edit(club.guild, club.key(), ada.number, number, club.terms(title="In other words"))
    await club.db.write(editing.edit, edit, club.now)
    waiting = sa.select(cards.c.ref).where(
        cards.c.guild_id == club.guild, cards.c.kind == "week", cards.c.state == "waiting"
    )
    assert opened in await club.db.read(lambda tx: tx.execute(waiting).scalars().all())


async def test_what_bears_a_claim_s_words_is_drawn_again_when_they_change(club: Club):
    """The claim that hangs on it, those that a crux links with it, and an offer that was withdrawn before."""
    ada = await club.member(1)
    claim = await club.claim(ada)
    from_it, to_it = await club.claim(ada), await club.claim(ada)
    await club.link(ada, claim, from_it)
    await club.link(ada, to_it, claim)
    hangs = await club.claim(ada, condition=Condition(claim.number, YES, "YES"))
    offer = await club.offer(ada, claim)
    gone = offering.WithdrawOffer(club.guild, club.key(), offer.number, ada.number)
    await club.db.write(offering.withdraw, gone, club.now)
    await drawn(club)
    edit = editing.Edit(club.guild, club.key(), ada.number, claim.number, club.terms(title="In other words"))
    await club.db.write(editing.edit, edit, club.now)
    about = {("claim", one.number) for one in (claim, hangs, from_it, to_it)}
    assert await stale(club) == {*about, ("offer", offer.number)}
