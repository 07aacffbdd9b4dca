"""Where the bot is, who is still there, and where a claim's announcements stand (RULES D3, E3, E5)."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot import server_settings
from ledger.types import from_us, to_us
from markets.bets.bets import Bet
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.settlement import absence, proposals
from markets.settlement.proposals import Proposal
from tests.end_to_end.conftest import forgive, how
from tests.end_to_end.telling import Telling, telling
from tests.markets.club import NO, YES


@pytest.fixture
async def there(request: pytest.FixtureRequest, book: str) -> AsyncGenerator[Telling]:
    async with telling(book, how(request)) as found:
        yield found


def window(tx: Connection, guild: int, number: int) -> int:
    """When a proposal's window ends; 0 before it began."""
    return proposals.load(tx, guild, number).window_to_us or 0


async def proposed(there: Telling) -> tuple[Claim, Bet, Proposal]:
    """A bet between Ada and Bo whose claim is over, and Bo's proposal, announced."""
    ada, bo = await there.member("Ada"), await there.member("Bo")
    at_us = to_us(await there.time() + timedelta(days=9))
    claim = await there.club.claim(ada, closes_us=at_us, deadline_us=at_us, check_us=at_us)
    bet = await there.club.bet(ada, bo, claim)
    await there.play.skip(days=9, minutes=1)
    await there.time()
    proposal = await there.club.propose(bo, claim, Result("outcome", outcome=NO))
    await there.play.settle()
    return claim, bet, proposal


@pytest.mark.rule("E3")
async def test_the_silence_of_somebody_who_left_settles_nothing(there: Telling):
    claim, bet, _ = await proposed(there)
    await there.play.world("leave", person="Ada")

    await there.play.skip(days=8)

    assert (await there.club.read_claim(claim.number)).state == "proposed"
    assert (await there.club.read_bet(bet.number)).state == "live"
    assert "A result to confirm" in await there.titles()


@pytest.mark.rule("D3")
async def test_the_silence_of_those_who_are_there_is_consent(there: Telling):
    claim, bet, proposal = await proposed(there)
    assert await there.club.db.read(window, there.club.guild, proposal.number)

    await there.play.skip(days=8)

    assert (await there.club.read_claim(claim.number)).state == "settled"
    assert (await there.club.read_bet(bet.number)).state == "settled"


@pytest.mark.rule("D3")
async def test_of_any_number_of_people_one_who_left_is_enough(there: Telling):
    """More than one message could mention, more than Discord is asked about in one go; whoever has least left."""
    ada = await there.member("Ada")
    at_us = to_us(await there.time() + timedelta(days=9))
    claim = await there.club.claim(ada, closes_us=at_us, deadline_us=at_us, check_us=at_us)
    await there.club.pool(ada, claim)
    names = [f"Guest {number}" for number in range(130)]
    for place, name in enumerate(names):
        person = int((await there.play.world("add_person", name=name, member=True))["id"])
        await there.club.stake(await there.club.member(person), claim, place % 2, 1_000 - place)
    await there.play.skip(days=9, minutes=1)
    await there.time()
    await there.club.propose(ada, claim, Result("outcome", outcome=YES))  # by which they lose
    await there.play.settle()
    await there.play.world("leave", person=names[-1])

    await there.play.skip(days=8)

    assert (await there.club.read_claim(claim.number)).state == "proposed"
    assert "A result to confirm" in await there.titles()


@pytest.mark.rule("D3")
async def test_a_result_is_not_given_up_because_discord_was_away_at_the_end_of_its_window(there: Telling):
    """Whoever the gateway doesn't know is asked about by name, and that can't be answered for a while."""
    _, bet, _ = await proposed(there)
    await there.play.world("leave", person="Ada")
    ask = "GET /guilds/{guild_id}/members/{user_id}"
    await there.play.fault("status", ask, times=1_000, status=503)
    await there.play.skip(days=8)
    for _ in range(6):  # each sweep tries a few times
        await there.play.skip(hours=1)
    assert (await there.club.read_bet(bet.number)).state == "live"

    await there.play.world("join", person="Ada")
    await there.play.release()
    await there.play.settle()

    assert (await there.club.read_bet(bet.number)).state == "settled"


@pytest.mark.rule("D3")
async def test_without_a_usable_channel_nothing_settles_until_one_is_chosen(there: Telling):
    await there.play.world("overwrite", channel="announcements", for_="bot", deny=["send_messages"])
    _, bet, proposal = await proposed(there)
    await there.play.skip(days=30)
    assert await there.club.db.read(window, there.club.guild, proposal.number) == 0
    assert (await there.club.read_bet(bet.number)).state == "live"

    chosen = await there.club.db.read(server_settings.load, there.club.guild)
    other = next(c for c in await there.play.oz.channels() if c["name"] == "predictions")
    change = server_settings.Save(
        there.club.guild, there.club.key(), replace(chosen, announcement_channel=int(other["id"]))
    )
    await there.club.db.write(server_settings.save, change, await there.time())
    await there.play.settle()

    assert await there.club.db.read(window, there.club.guild, proposal.number)
    await there.play.skip(days=8)
    assert (await there.club.read_bet(bet.number)).state == "settled"


@pytest.mark.rule("E5")
async def test_removed_and_invited_again_the_server_goes_on_with_its_windows_prolonged(there: Telling):
    _, bet, proposal = await proposed(there)
    await there.play.world("kick_bot", guild="The Crux Club")

    async def noted() -> bool:
        return there.club.guild in await there.club.db.read(absence.removals)

    await there.until(noted)  # or it would be noted as of the time that the clock is moved to
    await there.play.skip(days=20)
    assert (await there.club.read_bet(bet.number)).state == "live"

    await there.play.world("invite_bot", guild="The Crux Club")
    # It has a new role by now: until it may write there again, nothing would settle by silence (D3).
    await there.play.world("overwrite", channel="announcements", for_="bot", allow=["send_messages"])

    async def prolonged() -> bool:
        until = await there.club.db.read(window, there.club.guild, proposal.number)
        return from_us(until) >= await there.time() + timedelta(days=1)

    await there.until(prolonged)
    await there.play.settle()
    assert (await there.club.read_bet(bet.number)).state == "live"
    await there.play.skip(days=8)
    assert (await there.club.read_bet(bet.number)).state == "settled"


async def test_in_a_forum_a_claim_has_its_own_post_and_what_is_said_about_it_stands_there(there: Telling):
    chosen = await there.club.db.read(server_settings.load, there.club.guild)
    forum = next(c for c in await there.play.oz.channels() if c["name"] == "claims")
    change = server_settings.Save(
        there.club.guild, there.club.key(), replace(chosen, forum_channel=int(forum["id"]))
    )
    await there.club.db.write(server_settings.save, change, await there.time())
    ada = await there.member("Ada")
    await there.time()
    await there.play.fault("lost", "POST /channels/{channel_id}/threads", times=1)
    claim = await there.club.claim(ada)
    await there.say("claim.lapsed", {"claim": claim.number}, line=claim.number)

    await there.play.settle()
    await there.play.settle()

    threads = [c for c in await there.play.oz.channels() if claim.terms.title in c["name"]]
    assert len(threads) == 1
    assert f"Claim {claim.number} ended undecided" in await there.titles(threads[0]["id"])
    assert f"Claim {claim.number} ended undecided" not in await there.titles()


async def test_a_lost_gateway_for_days_is_an_absence_too(there: Telling):
    _, bet, proposal = await proposed(there)
    before = await there.club.db.read(window, there.club.guild, proposal.number)

    async def noticed() -> bool:
        return any("lost the gateway" in line for line in await there.play.log(200))

    await there.play.gateway("away")
    await there.until(noticed, seconds=30)
    await there.play.skip(days=20)
    await there.play.gateway("back")

    async def prolonged() -> bool:
        return await there.club.db.read(window, there.club.guild, proposal.number) > before

    await there.until(prolonged, seconds=30)
    assert (await there.club.read_bet(bet.number)).state == "live"
    forgive(there.play)  # discord.py says that it could not reconnect
