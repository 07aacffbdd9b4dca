"""What could not be told waits, and is told when it can be: all kinds, in order, each once more (RULES D3, E2)."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from markets.core import delivery, outbox, parked_sends
from markets.core.delivery import SendFailed, Take
from markets.core.parked_sends import Again, Parked
from markets.core.tables import cards, posts
from tests.markets.club import Club

pytestmark = pytest.mark.rule("D3")

KINDS = ("claim.reminder", "proposal.made", "judges.reminded", "claim.asked")
HERE, THERE = 71, 72


def _say(tx: Connection, guild: int, now: datetime) -> None:
    for kind in KINDS:
        outbox.enqueue(tx, guild, kind, {"claim": 1}, now, line=1)
    outbox.enqueue(tx, guild, delivery.DM, {"player": 1, "channel": 1, "message": 1}, now)


async def _fail(club: Club, error: str, channel: int | None, *, final: bool = True) -> list[str]:
    """All that waits is tried once, in order, and fails; the kinds, as they were tried."""
    tried: list[str] = []
    while True:
        held = await club.db.background(delivery.take_posts, Take(owner=1, most=10_000), club.now)
        mine = [one for one in held if one.guild == club.guild]
        if not mine:
            return tried
        for one in mine:
            tried.append(one.kind)
            if channel is not None:
                await club.db.background(delivery.begin, delivery.Begin(one, channel, 1), club.now)
            failed = SendFailed(one, error, final=final, applied=False)
            await club.db.background(delivery.failed, failed, club.now)


async def states(club: Club) -> list[tuple[str, int]]:
    asked = sa.select(posts.c.state, posts.c.tries).where(posts.c.guild_id == club.guild)
    rows = await club.db.read(lambda tx: tx.execute(asked.order_by(posts.c.number)).all())
    return [(state, tries) for state, tries in rows]


async def kept(club: Club) -> set[tuple[int | None, bool]]:
    found: list[Parked] = await club.db.read(parked_sends.kept)
    return {(one.channel, one.refused) for one in found if one.guild == club.guild}


@pytest.fixture
async def parked(club: Club) -> Club:
    await club.db.background(_say, club.guild, club.now)
    assert await _fail(club, "Forbidden 50013", HERE) == [KINDS[0], delivery.DM, *KINDS[1:]]
    return club


async def again(club: Club, *channels: int, others: bool = False) -> int:
    return await club.db.background(parked_sends.again, Again(club.guild, channels, others), club.now)


async def test_all_kinds_are_told_again_in_order_once_their_channel_can_be_written_in(parked: Club):
    assert await kept(parked) == {(HERE, True)}
    assert await again(parked, THERE) == 0
    assert await again(parked, others=True) == 0, "who lacks the right still lacks it"
    assert await again(parked, HERE) == len(KINDS)
    assert await _fail(parked, "Forbidden 50013", HERE) == [*KINDS], "a message to a person isn't tried again"
    assert await _fail(parked, "Forbidden 50013", HERE) == [], "it is parked at the first refusal"


async def test_what_failed_for_another_reason_is_tried_once_more(club: Club):
    await club.db.background(_say, club.guild, club.now)
    await _fail(club, "HTTPException 50035", HERE)
    assert await kept(club) == {(HERE, False)}
    assert await again(club, HERE) == 0
    assert await again(club, others=True) == len(KINDS)
    assert await _fail(club, "HTTPException 50035", HERE, final=False) == [*KINDS]
    assert {state for state, _ in await states(club)} == {"parked"}


async def test_what_was_to_be_told_before_there_was_a_channel_isn_t_all_told_later(club: Club):
    await club.db.background(_say, club.guild, club.now)
    await _fail(club, "NoChannel", None)
    assert await kept(club) == set()
    assert await again(club, others=True) == 0

    await club.db.background(lambda tx, guild, now: parked_sends.unpark(tx, guild), club.guild, club.now)
    assert await _fail(club, "NoChannel", None) == ["proposal.made"], "its window waits for it"


async def test_whoever_chooses_another_channel_lets_all_be_told_there(parked: Club):
    await parked.db.background(
        lambda tx, guild, now: parked_sends.unpark(tx, guild), parked.guild, parked.now
    )
    assert await _fail(parked, "Forbidden 50013", THERE) == [*KINDS]


async def test_cards_are_drawn_again_and_the_report_in_the_log_with_them(club: Club):
    def draw(tx: Connection, guild: int, now: datetime) -> None:
        outbox.redraw(tx, guild, "claim", 1)
        outbox.redraw(tx, guild, "unreachable", HERE)
        shown = cards.c.kind == "unreachable"
        tx.execute(cards.update().where(cards.c.guild_id == guild, shown).values(state="shown"))
        refused = {"state": "parked", "channel": HERE, "last_error": "Forbidden 50001"}
        tx.execute(cards.update().where(cards.c.guild_id == guild, ~shown).values(refused))

    await club.db.background(draw, club.guild, club.now)
    assert await again(club, HERE) == 1
    held = await club.db.background(delivery.take_cards, Take(owner=1, most=10_000), club.now)
    assert {one.kind for one in held if one.guild == club.guild} == {"claim", "unreachable"}
