"""What a channel kept back is told when Crux may write there again, and what Discord's limits cut is summed up."""

from collections.abc import AsyncGenerator

import pytest

from ledger.types import from_us
from markets.claims.claims import Claim
from markets.claims.terms import Result
from markets.settlement import disputes
from tests.end_to_end.conftest import how
from tests.end_to_end.telling import Telling, telling
from tests.markets.club import NO, YES

RIGHT = ["send_messages"]


@pytest.fixture
async def there(request: pytest.FixtureRequest, book: str) -> AsyncGenerator[Telling]:
    async with telling(book, how(request)) as found:
        yield found


async def parked(there: Telling) -> int:
    return [state for _, state, *_ in await there.posts()].count("parked")


async def kept_back(there: Telling) -> Claim:
    """A channel without the right, and all that happens to a claim meanwhile: a bet, reminders, a proposal."""
    await there.play.world("overwrite", channel="announcements", for_="bot", deny=RIGHT)
    ada, bo = await there.member("Ada"), await there.member("Bo")
    await there.time()
    claim = await there.club.claim(ada)
    await there.club.bet(ada, bo, claim)
    await there.play.skip(days=31)
    await there.time()
    await there.club.propose(ada, claim, Result("outcome", outcome=YES))
    await there.play.skip(days=3)
    assert await there.titles() == []
    assert await parked(there) >= 4
    return claim


async def all_told(there: Telling) -> bool:
    await there.play.settle()
    return not await parked(there)


@pytest.mark.apart
@pytest.mark.rule("D3")
@pytest.mark.parametrize("how", ["the gateway", "a start"])
async def test_what_was_kept_back_is_told_in_order_when_the_right_is_back(there: Telling, how: str):
    claim, before = await kept_back(there), await parked(there)
    tried = len(await there.play.requests())
    await there.play.world("overwrite", channel="announcements", for_="bot", deny=[*RIGHT, "attach_files"])
    await there.play.oz.click(await there.play.oz.run("/setup"), "Check again")
    await there.play.settle()
    assert await parked(there) == before
    assert [one for one in (await there.play.requests())[tried:] if one[2] == 403] == [], "asked in vain"

    if how == "a start":
        await there.play.kill_bot()
    await there.play.world("overwrite", channel="announcements", for_="bot", allow=[*RIGHT, "attach_files"])
    if how == "a start":
        await there.play.start_bot()
    await there.until(lambda: all_told(there))

    titles = await there.titles()
    places = [
        [at for at, title in enumerate(titles) if words in title]
        for words in ("Bet 1 stands", "Proposed: YES")
    ]
    assert [len(found) for found in places] == [1, 1], titles
    assert places == sorted(places)
    log = [one.text for one in await there.told("log")]
    assert any("is told now" in text for text in log), log
    assert not any("can't write" in text for text in log)
    await there.play.skip(days=8)
    assert (await there.club.read_claim(claim.number)).state == "settled"


async def test_a_card_that_somebody_deleted_is_made_again_and_nobody_is_alarmed(there: Telling):
    ada = await there.member("Ada")
    await there.time()
    claim = await there.club.claim(ada)
    await there.play.settle()
    reports = await there.titles("log")
    (card,) = [one for one in await there.told() if claim.terms.title in one.text and "Claim 1 ·" in one.text]
    await there.play.post("delete", {"as": "Oz", "message": card.id})
    await there.redraw("claim", claim.number)
    await there.play.settle()
    await there.play.skip(minutes=1)
    again = [one for one in await there.told() if claim.terms.title in one.text and "Claim 1 ·" in one.text]
    assert len(again) == 1
    assert again[0].id != card.id
    assert await there.titles("log") == reports


@pytest.mark.rule("D6")
async def test_a_ruling_that_touches_more_people_than_discord_takes_is_posted_before_it_is_paid(
    there: Telling,
):
    club, play = there.club, there.play
    mo = await there.member("Mira")
    people = [await club.member(n) for n in range(10_000, 10_104)]
    claim = await club.claim(mo)
    await club.pool(people[0], claim)
    for at, one in enumerate(people):
        await club.stake(one, claim, at % 2, 100)
    club.skip(days=31)
    await club.propose(people[0], claim, Result("outcome", outcome=YES))
    await club.announced(await club.read_proposal(1))
    await club.challenge(people[1], claim)
    await club.vote(mo, claim, Result("outcome", outcome=NO), posted=False)
    await play.settle()
    told = {one.text.splitlines()[0]: one.text for one in await there.told()}
    (ruled,) = [text for title, text in told.items() if "Ruled NO" in title]
    assert [title for title in told if "Dispute 1" in title]
    assert "and 54 more who have something on it" in ruled
    posted_us = (await club.db.read(disputes.load, club.guild, 1)).posted_us
    assert posted_us is not None
    assert from_us(posted_us) <= await there.time()
    assert (await club.read_claim(claim.number)).state == "ruled"
