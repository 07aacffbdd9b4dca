"""Setup, and what moderators do with points: forms, the public posts, and what is missing by name."""

import asyncio

import pytest

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up

PLACES, POINTS, BETS = "Channels and moderators", "Points", "Claims and bets"


async def texts(play: Playground, channel: str) -> list[str]:
    return [message.text for message in await play.ada.read(channel)]


async def test_setup_shows_what_is_missing_and_can_be_run_again(play: Playground):
    card = await play.oz.run("/setup")
    assert card.message.ephemeral
    assert "**Announcements** not chosen yet" in card.text
    assert "no role chosen" in card.text

    form = await play.oz.click(card, "Channels and moderators")
    done = await play.oz.submit(
        form,
        {
            "announcements": ["announcements"],
            "log": ["log"],
            "moderators": ["Moderator"],
            "zone": "europe/berlin",
        },
    )
    assert done.kind == "updated"
    assert "Europe/Berlin" in done.text
    assert "not chosen" not in done.text

    again = await play.oz.click(await play.oz.run("/setup"), "Channels and moderators")
    chosen = {part["component"]["custom_id"]: part["component"] for part in again.modal["components"]}
    assert chosen["announcements"]["default_values"] != []
    assert chosen["zone"]["value"] == "Europe/Berlin"
    assert (await play.oz.submit(again)).text == done.text


async def test_missing_permissions_are_told_by_name_and_the_act_stands(play: Playground):
    await set_up(play)
    everything = ["send_messages", "attach_files"]
    await play.world("overwrite", channel="announcements", for_="bot", deny=everything)
    card = await play.oz.run("/setup")
    assert "Crux lacks Send Messages and Attach Files there" in card.text

    form = await play.mira.run("/mod grant", to=play.bo, amount="5")
    done = await play.mira.submit(form, reason="for the test")
    assert "Crux may not post in <#" in done.text
    assert "granted **5 points**" in (await play.ada.run("/ledger acts")).text
    await play.settle()
    await play.world("overwrite", channel="announcements", for_="bot", allow=everything)
    await set_up(play)  # saved again, what was kept back is posted
    await play.settle()
    assert sum("for the test" in text for text in await texts(play, "announcements")) == 1
    await play.world("overwrite", channel="announcements", for_="bot", deny=everything)

    await play.world("delete_channel", channel="announcements")
    assert "was deleted: choose another" in (await play.oz.click(card, "Check again")).text


async def test_the_currency_is_used_throughout(play: Playground):
    card = await play.oz.run("/setup")
    await play.oz.submit(await play.oz.click(card, "Points"), {"name": "crumbs"})
    assert "You have **1,000 crumbs**" in (await play.ada.run("/wallet show")).text
    await play.oz.submit(await play.oz.click(card, "Points"), {"symbol": "◆", "start": "500"})
    asked = await play.bo.run("/wallet give", to=play.ada, amount="12.50")
    assert asked.message.buttons == ["Give ◆12.50", "Not now"]
    assert "500.00 → **487.50**" in asked.text


async def test_what_can_not_be_read_in_a_form_gets_a_sentence_and_changes_nothing(play: Playground):
    card = await play.oz.run("/setup")
    wrong = {
        "name": ("*bold*", "The currency's name: "),
        "symbol": ("€5", "The currency's sign: "),
        "start": ("lots", "The starting balance: "),
        "weekly": ("-5", "The weekly allowance: "),
        "age": ("1.5", "The days: "),
    }
    for field, (typed, words) in wrong.items():
        form = await play.oz.click(card, "Points")
        assert words in (await play.oz.submit(form, {field: typed})).text
    form = await play.oz.click(card, "Channels and moderators")
    assert "The time zone: " in (await play.oz.submit(form, {"zone": "Berlin"})).text
    assert (await play.oz.run("/setup")).text == card.text


async def test_every_change_of_a_setting_is_a_listed_act_with_before_and_after(play: Playground):
    """A7: who raises the starting balance for a friend's first press and sets it back is seen by all."""
    await set_up(play)
    card = await play.oz.run("/setup")
    await play.oz.submit(await play.oz.click(card, POINTS), {"start": "100000", "age": "0"})
    await play.oz.submit(await play.oz.click(card, POINTS), {"start": "1000"})
    await play.oz.submit(await play.oz.click(card, BETS), {"bond": "0", "window": "72 hours"})
    await play.oz.submit(await play.oz.click(card, "Markets and pools"), {"liquidity": "500"})
    await play.oz.click(card, "Switch gifts off")
    await play.oz.submit(await play.oz.click(card, POINTS))  # nothing is another
    await play.settle()
    said = (
        "The starting balance: 1,000 → **100,000**",
        "Days that a Discord account must be old: 30 → **0**",
        "The starting balance: 100,000 → **1,000**",
        "The bond: 10 → **0**",
        "The challenge window: 48 hours → **3 days**",
        "The liquidity of a market: 1,000 → **500**",
        "Gifts: on → **off**",
    )
    pages = [await play.ada.run("/resolve acts")]
    while "Older" in pages[-1].message.buttons:
        pages.append(await play.ada.click(pages[-1], "Older"))
    listed = "\n".join(page.text for page in pages)
    log = await texts(play, "log")
    for words in said:
        assert words in listed, words
        assert sum(words in text for text in log) == 1, words


async def test_the_starting_balance_has_a_bound(play: Playground):
    card = await play.oz.run("/setup")
    form = await play.oz.click(card, POINTS)
    assert "100,000 is the most" in (await play.oz.submit(form, {"start": "100000.01"})).text
    assert "**Starting balance** 1,000 points" in (await play.oz.click(card, "Check again")).text


async def test_everybody_reads_where_all_points_came_from(play: Playground):
    await set_up(play)
    card = await play.oz.run("/setup")
    await play.oz.submit(await play.oz.click(card, "Fund the house"), amount="250")
    for person in (play.ada, play.bo):
        await person.run("/wallet show")
    form = await play.mira.run("/mod grant", to=play.bo, amount="50")
    await play.mira.submit(form, reason="Wrote the rules down")
    seen = (await play.ada.run("/ledger supply")).text
    assert "Starting balances: 2,000.00" in seen
    assert "Granted by moderators: 50.00" in seen
    assert "For the house, by setup: 250.00" in seen
    assert "There are 2,300 points in this server" in seen


async def test_gifts_can_be_switched_off(play: Playground):
    card = await play.oz.run("/setup")
    asked = await play.ada.run("/wallet give", to=play.bo, amount="5")
    off = await play.oz.click(card, "Switch gifts off")
    assert "**Gifts** off" in off.text
    assert "Gifts are switched off" in (await play.ada.click(asked, "Give 5 points")).text
    assert "Gifts are switched off" in (await play.ada.run("/wallet give", to=play.bo, amount="5")).text
    assert "**Gifts** up to" in (await play.oz.click(off, "Switch gifts on")).text


async def test_funding_the_house_is_a_listed_and_posted_act(play: Playground):
    await set_up(play)
    card = await play.oz.run("/setup")
    done = await play.oz.submit(await play.oz.click(card, "Fund the house"), amount="250")
    assert "The house got 250 points" in done.text
    await play.settle()
    assert any("funded the house with **250 points**" in text for text in await texts(play, "announcements"))
    assert "funded the house with **250 points**" in (await play.bo.run("/ledger acts")).text
    assert "**The house** holds 250 points" in (await play.oz.click(card, "Check again")).text


async def test_a_grant_asks_why_and_is_posted_once(play: Playground):
    await set_up(play)
    form = await play.mira.run("/mod grant", to=play.bo, amount="50")
    assert form.modal["title"] == "Grant 50 points"
    refused = await play.mira.submit(form, reason="  ")
    assert "The reason: " in refused.text

    form = await play.mira.run("/mod grant", to=play.bo, amount="50")
    done = await play.mira.delivered(times=2).submit(form, reason="Wrote the rules down")
    assert "Posted in <#" in done.text
    await play.skip(seconds=1)  # both have been answered when the bot is idle
    posts = [text for text in await texts(play, "announcements") if "Wrote the rules down" in text]
    assert len(posts) == 1
    assert "**1,050 points**" in (await play.bo.run("/wallet show")).text


SEND = "POST /channels/{channel_id}/messages"


@pytest.mark.apart
@pytest.mark.parametrize("how", ["hold", "drop"])
async def test_an_act_is_posted_once_though_the_bot_was_killed_between_the_act_and_its_post(
    play: Playground, how: str
):
    """Held: Discord has the post, and the bot was killed before it heard so. Dropped: Discord never got it."""
    await set_up(play)
    await play.skip(seconds=1)  # the settings are told in the log channel
    await play.fault(how, SEND, times=9)
    form = await play.mira.run("/mod grant", to=play.bo, amount="50")
    assert "Posted in <#" in (await play.mira.submit(form, reason="Wrote the rules down")).text
    async with asyncio.timeout(20):
        while ("POST", "/channels/{channel_id}/messages") not in [
            r[:2] for r in await play.requests()
        ] and not any("Wrote the rules down" in text for text in await texts(play, "announcements")):
            pass
    await play.kill_bot()
    await play.release()
    await play.start_bot()
    await play.settle()
    await play.settle()
    assert sum("Wrote the rules down" in text for text in await texts(play, "announcements")) == 1
    assert "**1,050 points**" in (await play.bo.run("/wallet show")).text


async def test_without_a_channel_the_answer_itself_is_public(play: Playground):
    form = await play.oz.run("/mod grant", to=play.bo, amount="50")
    done = await play.oz.submit(form, reason="Wrote the rules down")
    assert not done.message.ephemeral
    assert "> Wrote the rules down" in done.text
    await play.settle()  # its post is given up, as there is no channel for it yet
    await set_up(play)
    await play.settle()
    assert await texts(play, "announcements") == []  # what was public then isn't posted again


async def test_more_than_there_is_can_not_be_taken(play: Playground):
    await set_up(play)
    form = await play.mira.run("/mod take", from_=play.bo, amount="2000")
    refused = await play.mira.submit(form, reason="too much")
    assert "That takes 2,000 points, and 0 points are there" in refused.text
    assert "There are none" in (await play.bo.run("/ledger acts")).text


async def test_words_from_people_do_nothing_in_cards(play: Playground):
    await set_up(play)
    nasty = "**bold** @everyone <@1> [a](http://x.y) ||hidden|| \u202eesrever\u200b `code`\n# big =1+1"
    form = await play.mira.run("/mod grant", to=play.bo, amount="5")
    await play.mira.submit(form, reason=nasty)
    await play.settle()

    harmless = (
        r"\*\*bold\*\* \@everyone \<\@1\> \[a\]\(http\://x.y\) \|\|hidden\|\| esrever \`code\` \# big =1+1"
    )
    for text in (*await texts(play, "announcements"), (await play.ada.run("/ledger acts")).text):
        assert harmless in text
    posted = (await play.bo.read("announcements"))[-1]
    assert posted.json["mention_everyone"] is False
    assert posted.json["mentions"] == []


async def test_help_knows_the_servers_own_numbers(play: Playground):
    card = await play.oz.run("/setup")
    await play.oz.submit(await play.oz.click(card, "Points"), {"start": "500", "weekly": "0", "age": "7"})
    text = (await play.ada.run("/help", topic="points")).text
    assert "starts once with 500 points" in text
    assert "older than 7 days" in text
    assert "There is no weekly allowance" in text
    for topic in ("start", "book", "moderators", "privacy"):
        assert "no cash value" in (await play.ada.run("/help", topic=topic)).text


SETTINGS: tuple[tuple[str, str, str, str, str, str], ...] = (
    # form, field, what can't be, its sentence, what can, what the card says then
    (PLACES, "zone", "Berlin", "The time zone: ", "europe/berlin", "Europe/Berlin"),
    (POINTS, "name", "*bold*", "The currency's name: ", "crumbs", "crumbs"),
    (POINTS, "symbol", "€5", "The currency's sign: ", "◆", "◆1,000"),
    (POINTS, "start", "0", "The starting balance: ", "500", "◆500"),
    (POINTS, "weekly", "-5", "The weekly allowance: ", "0", "**Weekly allowance** off"),
    (POINTS, "age", "3651", "The days: ", "7", "7 days"),
    (BETS, "claims", "many", "The open claims: ", "1", "up to 1 open at once"),
    (BETS, "most", "1e3", "The most on one bet: ", "200", "up to ◆200 a side"),
    (BETS, "window", "12 hours", "The challenge window: ", "3 days", "72 hours"),
    (BETS, "bond", "-1", "The bond: ", "5", "the bond is ◆5"),
)


async def test_each_setting_by_name_with_what_can_not_be_and_what_can(play: Playground):
    await set_up(play)
    card = await play.oz.run("/setup")
    for form_name, field, wrong, sentence, right, said in SETTINGS:
        before = (await play.oz.run("/setup")).text
        refused = await play.oz.submit(await play.oz.click(card, form_name), {field: wrong})
        assert sentence in refused.text, field
        assert (await play.oz.run("/setup")).text == before, field
        changed = await play.oz.submit(await play.oz.click(card, form_name), {field: right})
        assert said in changed.text, f"{field}: {changed.text}"

    await play.oz.submit(await play.oz.click(card, BETS), {"who": "Moderators only"})
    form = await play.ada.run("/bet quick")
    asked = {
        "what": "A lab announces 90% on FrontierMath",
        "when": "2029-12-31",
        "side": "NO 50%",
        "stake": "5",
    }
    assert "only moderators open claims" in (await play.ada.submit(form, asked)).text
    changed = await play.oz.submit(await play.oz.click(card, BETS), {"who": "Everyone"})
    assert "opened by everyone" in changed.text
    for words in ("Claim 1", "You have 1 open claims, as many as one person may here"):
        said = await play.ada.submit(await play.ada.run("/bet quick"), asked)
        assert words in said.text


async def test_a_funding_or_a_season_that_can_not_be_is_refused_by_name(play: Playground):
    await set_up(play)
    card = await play.oz.run("/setup")
    for fields, sentence in (
        ({"amount": "0"}, "The amount: "),
        ({"reason": "  "}, "The reason: "),
    ):
        form = await play.oz.click(card, "Fund the house")
        assert sentence in (await play.oz.submit(form, fields)).text
    for fields, sentence in (
        ({"name": "Winter", "begins": "soon", "ends": "2027-02-28"}, "The first day: "),
        ({"name": "Winter", "begins": "2026-12-01", "ends": "2027-02-30"}, "The last day: "),
    ):
        form = await play.oz.click(card, "A season")
        assert sentence in (await play.oz.submit(form, fields)).text
