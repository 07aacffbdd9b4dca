"""Bad input of claims, bets and their results: one clear sentence each, nothing lost, nothing public.

Every row is one item of the list of bad inputs that two-party bets were asked to withstand, by its own words.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK, posted, quick

Try = Callable[[Playground], Awaitable[Answer]]

ITEMS = (
    *("an offer to oneself", "an offer to a bot", "an offer to someone who left"),
    *("a stake above the balance", "a stake above the limit", "a stake of 0"),
    *("a deadline in the past", "a deadline in the hour that doesn't exist", "a deadline after 2100-12-31"),
    *(
        "an outcome that isn't one",
        "accepting one's own",
        "accepting an expired",
        "accepting another's offer",
    ),
    *("proposing before it is allowed", "challenging late", "a moderator deciding where they have money"),
    *("a forged button", "an outdated button", "the same press twice"),
)

WHAT_TO_DO = re.compile(
    r"`/|[Cc]hoose|[Ww]rite|[Ss]take less|let anyone|Somebody without any must|can <t:|run the command again"
)
"""How a sentence says what to do."""


@dataclass(frozen=True)
class Bad:
    item: str
    words: str
    act: Try


async def offer(play: Playground, **more: object) -> Answer:
    given = {"claim": 1, "side": "YES", "stake": "5", "odds": "50%"} | more
    return await play.ada.run("/bet offer", **given)


async def to_oneself(play: Playground) -> Answer:
    return await offer(play, to=play.ada)


async def to_a_bot(play: Playground) -> Answer:
    return await offer(play, to="Crux")


async def to_someone_who_left(play: Playground) -> Answer:
    gone = await play.world("add_person", name="Kit", age_days=400, member=True)
    await play.world("leave", person="Kit")
    given = {"claim": 1, "side": "YES", "stake": "5", "odds": "50%", "to": gone["id"]}
    return await play.ada.forcing.run("/bet offer", **given)


async def above_the_balance(play: Playground) -> Answer:
    return await offer(play, stake="5000")


async def above_the_limit(play: Playground) -> Answer:
    return await offer(play, claim=3, stake="250")


async def of_nothing(play: Playground) -> Answer:
    return await offer(play, stake="0")


async def in_the_past(play: Playground) -> Answer:
    return await quick(play, when="2020-01-01")


async def in_no_hour(play: Playground) -> Answer:
    return await quick(play, when="2027-03-28 02:30")


async def after_2100(play: Playground) -> Answer:
    return await quick(play, when="2101-01-01")


async def no_outcome(play: Playground) -> Answer:
    return await offer(play, side="MAYBE")


async def ones_own(play: Playground) -> Answer:
    return await play.ada.run("/bet accept", offer=3)


async def expired(play: Playground) -> Answer:
    return await play.bo.run("/bet accept", offer=1)


async def anothers(play: Playground) -> Answer:
    return await play.mira.run("/bet accept", offer=3)


async def too_soon(play: Playground) -> Answer:
    form = await play.ada.run("/resolve propose", claim=1)
    return await play.ada.submit(form, result="NO", evidence="https://example.org/report")


async def too_late(play: Playground) -> Answer:
    form = await play.ada.run("/resolve challenge", claim=2)
    return (
        form
        if form.kind == "message"
        else await play.ada.submit(form, ground="a fact is wrong", reason="No.")
    )


async def with_money_on_it(play: Playground) -> Answer:
    case = await play.mira.run("/mod decide", claim=1)
    form = await play.mira.forcing.click(case, "rule:4:0:2")
    return form if form.kind == "message" else await play.mira.submit(form, reason="Mine.")


async def forged(play: Playground) -> Answer:
    return await play.ada.forcing.click(await play.ada.run("/help"), "lock:1:99999999999999999999:1")


async def outdated(play: Playground) -> Answer:
    asked = await play.bo.run("/bet accept", offer=3)
    await play.skip(minutes=2)
    return await play.bo.click(asked, "Lock 5 points")


BAD = (
    Bad("an offer to oneself", "That would be a bet with yourself", to_oneself),
    Bad("an offer to a bot", "bots have no wallet", to_a_bot),
    Bad("an offer to someone who left", "isn't in this server any more", to_someone_who_left),
    Bad("a stake above the balance", "That takes 5,000 points, and", above_the_balance),
    Bad("a stake above the limit", "The most on one bet here is 200 points for each side", above_the_limit),
    Bad("a stake of 0", "must be more than zero", of_nothing),
    Bad("a deadline in the past", "that day is over. Choose a later one", in_the_past),
    Bad("a deadline in the hour that doesn't exist", "skip that hour: write 2027-03-28", in_no_hour),
    Bad("a deadline after 2100-12-31", "2100", after_2100),
    Bad("an outcome that isn't one", "choose YES or NO", no_outcome),
    Bad("accepting one's own", "That would be a bet with yourself", ones_own),
    Bad("accepting an expired", "Offer 1 has expired", expired),
    Bad("accepting another's offer", "Offer 3 is for somebody else", anothers),
    Bad("proposing before it is allowed", "can't be proposed for claim 1 yet", too_soon),
    Bad("challenging late", "`/claim show`", too_late),
    Bad(
        "a moderator deciding where they have money", "You have, or had, points on claim 4", with_money_on_it
    ),
    Bad("a forged button", "was never one of ours", forged),
    Bad("an outdated button", "asked more than a minute ago", outdated),
)


@pytest.fixture
async def club(play: Playground) -> Playground:
    """Claim 1 with an expired offer and one for Bo alone; claim 2, paid; claim 3 under a limit; claim 4, disputed, on
    which Mira has points. Deadlines are read in Berlin."""
    await set_up(play)
    form = await play.oz.click(await play.oz.run("/setup"), "Channels and moderators")
    await play.oz.submit(form, zone="Europe/Berlin")
    await quick(play)
    await quick(play, when="in 2 days")
    await play.bo.click(await play.bo.run("/bet accept", offer=2), "Lock 100 points")
    await posted(play, "Bet 2 stands")
    await play.skip(days=3)
    form = await play.mira.run("/resolve propose", claim=2)
    await play.mira.submit(form, result="NO", evidence="https://example.org/report")
    await posted(play, "Proposed: NO")
    await play.skip(days=3)
    await play.skip(days=3)
    await play.ada.run("/bet offer", claim=1, side="YES", stake="5", odds="50%", to=play.bo)
    form = await play.oz.click(await play.oz.run("/setup"), "Claims and bets")
    await play.oz.submit(form, most="200")
    await quick(play, stake="150")
    form = await play.ada.run("/bet quick")
    await play.ada.submit(form, QUICK | {"stake": "30"})
    await play.mira.click(await play.mira.run("/bet accept", offer=5), "Lock 10 points")
    form = await play.ada.run("/resolve propose", claim=4)
    await play.ada.submit(form, result="YES", evidence="https://example.org/report")
    form = await play.bo.run("/resolve challenge", claim=4)
    await play.bo.submit(form, ground="a fact is wrong", reason="It scored 60%.")
    await play.skip(seconds=1)
    return play


async def held(play: Playground) -> list[str]:
    """What everybody has, and what everybody reads."""
    wallets = [
        (await person.run("/wallet show")).text.partition("You have **")[2].partition("**")[0]
        for person in (play.ada, play.bo, play.mira)
    ]
    read = [
        one.text for place in ("announcements", "predictions") for one in await play.oz.read(place, limit=100)
    ]
    return [*wallets, *[text for text in read if "That didn't work" not in text]]


async def test_each_bad_input_has_one_clear_sentence_and_nothing_is_lost_or_public(club: Playground):
    before = await held(club)
    for bad in BAD:
        answer = await bad.act(club)
        assert answer.message.ephemeral, bad.item
        said = [line for line in answer.text.splitlines() if bad.words in line]
        assert len(said) == 1, f"{bad.item}: {answer.text}"
        assert WHAT_TO_DO.search(said[0]), f"{bad.item}: {said[0]}"
        assert len(said[0]) < 400, bad.item
    await club.skip(seconds=1)
    assert await held(club) == before


async def test_the_same_press_twice_is_one_bet(club: Playground):
    asked = await club.bo.run("/bet accept", offer=3)
    first = await club.bo.click(asked, "Lock 5 points")
    again = await club.bo.forcing.click(asked, next(c["custom_id"] for c in asked.message.components
                                                    if c.get("label") == "Lock 5 points"))  # fmt: skip
    assert first.text == again.text
    assert sum("Bet 3 stands" in one.text for one in await club.ada.read("announcements", limit=100)) <= 1
    assert "1 void" not in (await club.ada.run("/board profile", person=club.bo)).text


def test_every_item_has_its_row():
    assert {bad.item for bad in BAD} | {"the same press twice"} == set(ITEMS)
    assert len(BAD) + 1 == len(ITEMS)


async def test_the_buttons_of_a_card_as_it_was_say_that_the_offer_is_gone(play: Playground):
    """Somebody looks at a card that isn't drawn again yet."""
    await play.ada.submit(await play.ada.run("/bet quick"), QUICK)
    card = next(one for one in await play.bo.read() if "says NO" in one.text)
    asked = await play.bo.click(card, card.buttons[0])
    await play.bo.click(asked, asked.message.buttons[0])
    for button in ("offer-take:1", "offer-counter:1"):
        gone = await play.mira.forcing.click(card, button)
        assert "Offer 1 was accepted already" in gone.text, button
