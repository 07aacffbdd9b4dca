"""Announcements reach Discord once, whatever happens on the way (RULES D3, E2; the outbox)."""

from collections.abc import AsyncGenerator

import pytest

from tests.end_to_end.telling import Telling, telling

SEND = "POST /channels/{channel_id}/messages"
LAPSED = "Claim {} ended undecided"


@pytest.fixture
async def there(book: str) -> AsyncGenerator[Telling]:
    async with telling(book) as found:
        yield found


async def some_claims(there: Telling, count: int) -> list[int]:
    ada = await there.club.member((1 << 60) + 1)
    await there.time()
    return [(await there.club.claim(ada)).number for _ in range(count)]


async def test_posts_of_a_claim_come_in_order_and_once(there: Telling):
    one, two = await some_claims(there, 2)
    for _ in range(3):
        await there.say("claim.lapsed", {"claim": one}, line=one)
        await there.say("claim.lapsed", {"claim": two}, line=two)

    await there.play.settle()
    await there.play.settle()

    titles = await there.titles()
    assert [titles.count(LAPSED.format(number)) for number in (one, two)] == [3, 3]
    posts = [seen.text.rsplit("post ", 1)[1] for seen in await there.told() if "post " in seen.text]
    assert posts == sorted(posts)
