"""Wallets: the first press, gifts, the allowance and history, as people in the server see them."""

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK


async def test_the_first_command_makes_a_wallet_and_the_next_ones_find_it(play: Playground):
    first = await play.ada.run("/wallet show")
    assert first.message.ephemeral
    assert "Welcome. You start with 1,000 points." in first.text

    second = await play.ada.run("/wallet show")
    assert "Welcome" not in second.text
    assert "You have **1,000 points**." in second.text


async def test_a_gift_is_confirmed_once_and_reaches_the_other_wallet(play: Playground):
    asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
    assert "1,000.00 → **975.00**" in asked.text
    assert asked.message.buttons == ["Give 25 points", "Not now"]

    done = await play.ada.click(asked, "Give 25 points")

    assert done.kind == "updated"
    assert "You gave 25 points" in done.text
    assert done.message.buttons == []
    assert "gift from <@" in (await play.bo.run("/wallet history")).text
    line = await play.ada.click(await play.ada.run("/wallet show"), "Balance over time")
    assert "You have **975 points**; at most it was 1,000, and at least 975." in line.text
    (picture,) = line.message.files
    assert picture["description"].startswith("Balance over time, on ")
    assert "from 1,000.00 to 975.00 points" in picture["description"]
    again = await play.ada.click(await play.ada.run("/wallet show"), "Balance over time")
    assert again.message.files[0]["filename"] == picture["filename"]
    assert "You have **975 points**." in (await play.ada.run("/wallet show")).text
    assert "You have **1,025 points**." in (await play.bo.run("/wallet show")).text
    assert "locked in bets and markets: `/market portfolio`" in (await play.bo.run("/wallet show")).text


async def test_not_now_changes_nothing(play: Playground):
    asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
    done = await play.ada.click(asked, "Not now")
    assert "Nothing happened" in done.text
    assert "**1,000 points**" in (await play.ada.run("/wallet show")).text


async def test_a_confirmation_ends_after_a_minute_of_its_own_time(play: Playground):
    asked = await play.ada.run("/wallet give", to=play.bo, amount="25")
    await play.skip(seconds=61)
    done = await play.ada.click(asked, "Give 25 points")
    assert "more than a minute ago" in done.text
    assert "/wallet give" in done.text
    assert "**1,000 points**" in (await play.ada.run("/wallet show")).text


UNREADABLE: tuple[str, ...] = ("0", "-5", "1e3", "1_000", "٢٥", "0.001", "nan", "∞", "5 apples", "9" * 20)


async def test_an_amount_that_can_not_be_given_gets_a_sentence(play: Playground):
    refused: dict[str, str] = dict.fromkeys(UNREADABLE, "The amount: ")
    refused["2000"] = "That takes 2,000 points, and 1,000 points are there"
    refused["101"] = "you can give 100 points more today"
    for amount, words in refused.items():
        answer = await play.ada.run("/wallet give", to=play.bo, amount=amount)
        assert answer.message.ephemeral
        assert words in answer.text, amount


async def test_who_can_not_be_given_points(play: Playground):
    assert "somebody else" in (await play.ada.run("/wallet give", to=play.ada, amount="5")).text
    assert "bots have no wallet" in (await play.ada.run("/wallet give", to="Crux", amount="5")).text
    gone = await play.world("add_person", name="Kit", age_days=400, member=True)
    await play.world("leave", person="Kit")
    left = await play.ada.forcing.run("/wallet give", to=gone["id"], amount="5")
    assert "isn't in this server" in left.text


async def test_a_member_who_left_after_being_named_still_gets_the_points(play: Playground):
    await play.world("add_person", name="Kit", age_days=400, member=True)
    asked = await play.ada.run("/wallet give", to="Kit", amount="5")
    await play.world("leave", person="Kit")
    assert "You gave 5 points" in (await play.ada.click(asked, "Give 5 points")).text
    await play.world("join", person="Kit")
    assert "**1,005 points**" in (await play.person("Kit").run("/wallet show")).text


async def test_the_daily_limit_counts_all_gifts_of_a_day(play: Playground):
    first = await play.ada.run("/wallet give", to=play.bo, amount="60")
    second = await play.ada.run("/wallet give", to=play.bo, amount="60")
    await play.ada.click(first, "Give 60 points")
    refused = await play.ada.click(second, "Give 60 points")
    assert "you can give 40 points more today" in refused.text
    assert "**940 points**" in (await play.ada.run("/wallet show")).text
    await play.skip(days=1, seconds=1)
    later = await play.ada.run("/wallet give", to=play.bo, amount="60")
    assert "You gave 60 points" in (await play.ada.click(later, "Give 60 points")).text


async def test_a_young_account_is_told_when_and_let_in_by_a_moderator(play: Playground):
    await set_up(play)
    await play.world("add_person", name="Kit", age_days=3.1, member=True)
    kit = play.person("Kit")
    assert "old enough in 27 days" in (await kit.run("/wallet show")).text

    waved = await play.mira.run("/mod wave", person=kit)
    assert not waved.message.ephemeral
    assert "starts with 1,000 points" in waved.text
    assert "You have **1,000 points**." in (await kit.run("/wallet show")).text


async def test_whoever_got_points_while_too_young_sees_them_and_starts_later(play: Playground):
    await play.world("add_person", name="Kit", age_days=3.1, member=True)
    kit = play.person("Kit")
    asked = await play.ada.run("/wallet give", to=kit, amount="5")
    await play.ada.click(asked, "Give 5 points")
    assert "You have **5 points**." in (await kit.run("/wallet show")).text
    await play.skip(days=28)
    assert "You have **1,005 points**." in (await kit.run("/wallet show")).text


async def test_the_allowance_comes_once_a_week_to_whoever_is_below_the_start(play: Playground):
    await set_up(play)
    welcome = await play.ada.run("/wallet show")
    assert "Draw the allowance" not in welcome.message.buttons, "it would be refused"
    full = await play.ada.run("/wallet allowance")
    assert "nothing is missing" in full.text
    form = await play.mira.run("/mod take", from_=play.ada, amount="80")
    await play.mira.submit(form, reason="a test of the allowance")

    card = await play.ada.run("/wallet show")
    drawn = await play.ada.click(card, "Draw the allowance")
    assert "920.00 → **970.00**" in drawn.text
    assert "You can draw it again <t:" in (await play.ada.run("/wallet allowance")).text
    await play.skip(days=7)
    assert "970.00 → **1,000.00**" in (await play.ada.run("/wallet allowance")).text


async def all_in(play: Playground, offer: int, when: str) -> None:
    """Ada offers all she has on a claim of her own, and Mira takes the other side of it."""
    form = await play.ada.run("/bet quick")
    held = (await play.ada.run("/wallet show")).text.partition("You have **")[2].partition(" ")[0]
    await play.ada.submit(form, QUICK | {"when": when, "side": "NO 50%", "stake": held})
    asked = await play.mira.run("/bet accept", offer=offer)
    await play.mira.click(asked, asked.message.buttons[0])


async def test_whoever_has_everything_locked_for_more_than_a_year_draws_a_tenth_once_a_year(
    play: Playground,
):
    await set_up(play)
    form = await play.oz.run("/mod grant", to=play.mira, amount="5000")
    await play.oz.submit(form, reason="for the other side")
    await all_in(play, 1, "2029-12-31")
    drawn = await play.ada.click(await play.ada.run("/wallet show"), "Draw the allowance")
    assert "You drew 100 points" in drawn.text
    assert "All you have is locked for more than a year, so this is yours" in drawn.text
    assert "0.00 → **100.00**" in drawn.text
    assert "so nothing is missing" in (await play.ada.run("/wallet allowance")).text  # 100 are free
    await all_in(play, 2, "in 300 days")
    refused = await play.ada.run("/wallet allowance")
    assert "has everything locked for more than a year; some of yours can be back <t:" in refused.text
    assert "yearly help" in (await play.ada.run("/wallet history")).text


async def test_history_is_paged_by_buttons_both_ways(play: Playground):
    await play.bo.run("/wallet show")
    for _ in range(12):
        asked = await play.ada.run("/wallet give", to=play.bo, amount="1")
        await play.ada.click(asked, "Give 1 point")

    newest = await play.ada.run("/wallet history")
    assert newest.message.buttons == ["Older"]
    assert newest.text.count("gift to") == 8
    older = await play.ada.click(newest, "Older")
    assert older.text.count("gift to") == 4
    assert "starting balance" in older.text
    assert older.message.buttons == ["Newer"]
    assert (await play.ada.click(older, "Newer")).text == newest.text


async def test_history_names_the_claim_of_each_line_that_has_one(play: Playground):
    await set_up(play)
    await play.ada.submit(await play.ada.run("/bet quick"), QUICK)
    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, asked.message.buttons[0])
    await play.bo.click(await play.bo.run("/wallet give", to=play.ada, amount="1"), "Give 1 point")
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")

    told = (await play.bo.run("/wallet history")).text
    named = "Claim 1: A named AI lab announces a model that scores 90% on FrontierMath"
    bond, gift, stake, start = [line for line in told.splitlines() if line.startswith("**")]
    assert "held as a bond" in bond
    assert f"{bond}\n-# {named}" in told
    assert "staked in a bet" in stake
    assert f"{stake}\n-# {named}" in told
    assert "gift to" in gift
    assert "starting balance" in start
    assert told.count(named) == 2
