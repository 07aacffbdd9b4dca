"""What goes wrong between Discord and us: twice, too late, killed in between, cut off, limited. Nothing is lost."""

import asyncio
import contextlib
import sqlite3

import psutil
import pytest

from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import anew, set_up

pytestmark = pytest.mark.proof


async def balance(play: Playground) -> str:
    text = (await play.ada.run("/wallet show")).text
    return text.partition("You have **")[2].partition(" points")[0]


async def ask(play: Playground, amount: str = "25") -> Answer:
    return await play.ada.run("/wallet give", to=play.bo, amount=amount)


async def test_an_interaction_that_arrives_twice_happens_once(play: Playground):
    done = await play.ada.delivered(times=2).click(await ask(play), "Give 25 points")
    assert "You gave 25 points" in done.text
    assert await balance(play) == "975"


async def test_two_presses_of_one_confirmation_are_one_gift(play: Playground):
    asked = await ask(play)
    first, second = await asyncio.gather(*(play.ada.click(asked, "Give 25 points") for _ in range(2)))
    assert first.text == second.text
    assert await balance(play) == "975"


async def test_an_interaction_that_comes_too_late_is_not_done_twice_when_pressed_again(play: Playground):
    asked = await ask(play)
    late = await play.ada.delivered(late=True).click(asked, "Give 25 points")
    assert late.error == "The application did not respond"
    again = await play.ada.click(asked, "Give 25 points")
    assert "You gave 25 points" in again.text
    assert await balance(play) == "975"


async def test_an_old_card_is_no_harm_after_a_quarter_of_an_hour(play: Playground):
    card = await play.ada.run("/wallet history")
    asked = await ask(play)
    await play.skip(minutes=16)
    assert "more than a minute ago" in (await play.ada.click(asked, "Give 25 points")).text
    assert (await play.ada.forcing.click(card, "history:0")).kind == "updated"


FORGED = (
    *("give:1:2:3:4", "give:1", "give:a:b:c", "give:1:2:-5", "give:1:2:٣", "nonsense"),
    *("give:1:2:99999999999999999999999", "history:9223372036854775808"),
)


async def test_a_forged_button_gets_a_sentence(play: Playground):
    card = await play.ada.run("/help")
    for forged in FORGED:
        answer = await play.ada.forcing.click(card, forged)
        assert "another version of Crux, or was never one of ours" in answer.text, forged


async def test_a_forged_time_confirms_nothing(play: Playground):
    """An id from the future would stretch the minute, and one from before it is over."""
    people = {person["name"]: person["id"] for person in await play.get("people")}
    card = await play.ada.run("/wallet show")
    old = await play.ada.forcing.click(card, f"give:1:{people['Bo']}:500")
    assert "more than a minute ago" in old.text
    future = (1 << 62) + 5
    await play.ada.forcing.click(card, f"give:{future}:{people['Bo']}:500")
    await play.ada.forcing.click(card, f"give:{future}:{people['Bo']}:500")
    assert await balance(play) == "995"


@pytest.mark.apart
@pytest.mark.parametrize("how", ["restart", "kill"])
async def test_every_flow_goes_on_after_the_bot_was_ended_in_its_middle(play: Playground, how: str):
    await set_up(play)
    gift, history = await ask(play), await play.ada.run("/wallet history")
    wallet, setup = await play.ada.run("/wallet show"), await play.oz.run("/setup")
    await play.bo.run("/wallet show")
    form = await play.mira.run("/mod grant", to=play.bo, amount="5")
    points = await play.oz.click(setup, "Points")
    deletion = await play.bo.run("/privacy delete")

    if how == "kill":
        await play.kill_bot()
        with contextlib.suppress(AssertionError):
            unheard = await play.ada.click(gift, "Give 25 points")
            assert unheard.error == "The application did not respond"
        await play.start_bot()
    else:
        await play.restart_bot()

    assert "You gave 25 points" in (await play.ada.click(gift, "Give 25 points")).text
    assert "granted **5 points**" in (await play.mira.submit(form, reason="asked before the restart")).text
    assert "You have" in (await play.ada.run("/wallet show")).text
    assert (await play.ada.forcing.click(history, "history:0")).kind == "updated"
    assert "nothing is missing" in (await play.ada.click(wallet, "Draw the allowance")).text
    assert "crumbs" in (await play.oz.submit(points, {"name": "crumbs"})).text
    assert "Delete for good?" in (await play.bo.click(deletion, "Go on to delete")).text
    assert "The book is right" in (await play.ada.run("/ledger verify")).text


@pytest.mark.apart
async def test_killed_right_after_a_press_the_gift_happened_once_or_not_at_all(play: Playground):
    for number in range(4):
        asked = await ask(play, "1")
        pressing = asyncio.create_task(play.ada.first.click(asked, "Give 1 point"))
        await asyncio.sleep(0.002 * number)
        await play.kill_bot()
        told = (await pressing).kind == "updated"
        await play.start_bot()
        if not told:  # then the button is still there, and may have done its work all the same
            await play.ada.click(asked, "Give 1 point")
        assert await balance(play) == str(999 - number)


@pytest.mark.apart
async def test_stopped_by_sigterm_it_answers_what_has_begun_and_exits_with_zero(play: Playground):
    asked = [await ask(play, "1") for _ in range(8)]
    pressing = [asyncio.create_task(play.ada.click(one, "Give 1 point")) for one in asked]
    await asyncio.sleep(0.01)
    stopped = await play.stop_bot()
    assert stopped["exit_code"] == 0
    answers = await asyncio.gather(*pressing)
    told = sum(answer.kind == "updated" for answer in answers)
    await play.start_bot()
    assert int(await balance(play)) <= 1000 - told


async def test_after_the_gateway_was_lost_presses_are_heard_again(play: Playground):
    """RESUME with replay, and a fresh IDENTIFY where the session is gone."""
    for number, (trouble, more) in enumerate(TROUBLES, 1):
        asked = await ask(play, "1")
        await play.gateway(trouble, **more)
        await heard_again(play)
        assert "You gave 1 point" in (await play.ada.click(asked, "Give 1 point")).text, trouble
        assert await balance(play) == str(1000 - number)


TROUBLES: tuple[tuple[str, dict[str, bool]], ...] = (
    ("reconnect", {}),
    ("drop", {}),
    ("timeout", {}),
    ("invalid_session", {"resumable": True}),
    ("invalid_session", {"resumable": False}),
)


async def heard_again(play: Playground) -> None:
    """A press while nobody listens fails at once; wait, without a guess at how long, until one is heard."""
    async with asyncio.timeout(30):
        while (await play.ada.run("/help")).kind != "message":
            pass


async def test_a_server_error_or_a_lost_reply_is_tried_again_and_shown_once(play: Playground):
    callback = "POST /interactions/{interaction_id}/{interaction_token}/callback"
    await play.fault("status", callback, times=1, status=500, code=0)
    assert "Welcome" in (await play.ada.run("/wallet show")).text
    await play.fault("lost", callback, times=1)
    assert await balance(play) == "1,000"
    await play.fault("drop", callback, times=1)
    assert await balance(play) == "1,000"


async def test_a_post_whose_reply_was_lost_stands_once(play: Playground):
    await set_up(play)
    for kind in ("lost", "drop", "status"):
        more = {"status": 502, "code": 0} if kind == "status" else {}
        await play.fault(kind, "POST /channels/{channel_id}/messages", times=1, **more)
        form = await play.mira.run("/mod grant", to=play.bo, amount="1")
        assert "Posted in" in (await play.mira.submit(form, reason=f"while it was {kind}")).text
        await play.settle()
        await play.skip(minutes=1)
    posts = [message.text for message in await play.ada.read("announcements")]
    assert [sum(f"while it was {kind}" in post for post in posts) for kind in ("lost", "drop", "status")] == [
        1,
        1,
        1,
    ]


async def test_rate_limits_delay_posts_and_lose_none(play: Playground):
    await set_up(play)
    await play.settings(rate_limit_pace=0.2)
    forms = [await play.mira.run("/mod grant", to=play.bo, amount="1") for _ in range(12)]
    await asyncio.gather(
        *(play.mira.submit(form, reason=f"number {number:02d}") for number, form in enumerate(forms))
    )
    await play.settle()
    posts = "\n".join([message.text for message in await play.ada.read("announcements")])
    assert [posts.count(f"number {number:02d}") for number in range(12)] == [1] * 12
    assert "**1,012 points**" in (await play.bo.run("/wallet show")).text


@pytest.mark.apart
async def test_slow_work_is_shown_as_thinking_and_then_answered(play: Playground, book: str):
    """Another process holds the book's write lock for a while: the press waits, and is answered when it's free."""
    asked = await ask(play)
    with contextlib.closing(sqlite3.connect(book.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = await play.ada.first.click(asked, "Give 25 points")
        assert first.kind == "acknowledged"
        other.execute("ROLLBACK")
    async with asyncio.timeout(20):
        while await balance(play) != "975":
            pass


@pytest.mark.apart
async def test_a_public_act_that_is_refused_late_leaves_only_a_private_sentence(play: Playground, book: str):
    form = await play.oz.run("/mod take", from_=play.bo, amount="5")
    with contextlib.closing(sqlite3.connect(book.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = await play.oz.first.submit(form, reason="more than there is")
        assert first.kind == "deferred"
        assert first.message.thinking
        assert not first.message.ephemeral
        other.execute("ROLLBACK")
    async with asyncio.timeout(20):
        while not any("That takes 5 points" in message.text for message in await play.oz.read()):
            pass
    assert not any(message.thinking for message in await play.oz.read())
    assert await play.bo.read() == []


async def test_nothing_is_left_over_when_it_ends(book: str):
    """The process that draws, which waits for another chart, goes with the bot."""
    async with anew(book) as play:
        await play.ada.click(await play.ada.run("/wallet show"), "Balance over time")
        process = psutil.Process((await play.bot())["pid"])
        (drawing,) = process.children(recursive=True)
        await play.stop_bot()
        assert not process.is_running()
        assert not drawing.is_running()
