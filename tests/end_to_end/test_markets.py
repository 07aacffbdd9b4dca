"""Share markets as people use them: from the form that explains liquidity to shares sold again (RULES C3 to C5)."""

from bot.playground.driver import Answer, Person, Playground, Seen
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick


async def opened(play: Playground, **more: str) -> Answer:
    """Claim 1 has a market that Ada pays for."""
    await set_up(play)
    await quick(play)
    form = await play.ada.run("/market open", claim=1)
    asked = await play.ada.submit(form, {"liquidity": "1000", "opening": ""} | more)
    return await play.ada.click(asked, asked.message.buttons[0])


async def buys(person: Person, points: str, outcome: str = "YES", **more: object) -> Answer:
    asked = await person.run("/market buy", claim=1, outcome=outcome, points=points, **more)
    return await person.click(asked, asked.message.buttons[0])


GREY, GREEN, RED = 2, 3, 4


def looks(message: Seen) -> list[int]:
    """The colour of each button of a card."""
    parts = message.components[0]["components"]
    return [button["style"] for row in parts if row["type"] == 1 for button in row["components"]]


def held(form: Answer) -> dict[str, str]:
    """What stands in each line of a form, and what is chosen in each list."""
    found: dict[str, str] = {}
    for label in form.modal["components"]:
        part = label.get("component")
        if part is not None:
            chosen = [one["value"] for one in part.get("options", ()) if one.get("default")]
            found[part["custom_id"]] = chosen[0] if chosen else part.get("value") or ""
    return found


async def card(play: Playground) -> Seen:
    return await posted(play, "**Market**")


async def test_the_form_explains_liquidity_and_the_opener_sees_what_they_can_lose(play: Playground):
    await set_up(play)
    await quick(play)
    form = await play.ada.run("/market open", claim=1)
    assert held(form)["liquidity"] == "288"  # a fifth of what Ada has
    assert "whoever funds it can lose at most 199.63 points" in str(form.modal)
    asked = await play.ada.submit(form, {"liquidity": "1000"})
    assert "a 100-point bet moves 50% to about 55%" in asked.text
    assert asked.message.buttons[0] == "Open it: pay 693.15 points"
    form = await play.ada.run("/market open", claim=1)
    asked = await play.ada.submit(form, {"liquidity": "500", "opening": "70 30"})
    assert "It opens at YES 70% and NO 30%." in asked.text
    assert asked.message.buttons == ["Open it: pay 601.99 points", "Not now"]
    assert "1,000.00 → **398.01**" in asked.text
    done = await play.ada.click(asked, "Open it: pay 601.99 points")
    assert "The market of claim 1 is open" in done.text
    assert "**398.01 points**" in (await play.ada.run("/wallet show")).text
    assert "YES **70%**, NO **30%**" in (await play.bo.run("/market show", claim=1)).text
    assert "has a market already" in (await play.bo.run("/market open", claim=1)).text


async def test_on_the_card_the_outcome_then_how_much_then_one_confirmation(play: Playground):
    await opened(play)
    first = await card(play)
    assert "YES **50%**, NO **50%** · 0 trades" in first.text
    (picture,) = first.json["attachments"]
    assert picture["description"].startswith("Price over time")
    assert first.buttons[:2] == ["YES 50%", "NO 50%"]
    assert looks(first)[:3] == [GREEN, RED, GREY]

    much = await play.bo.click(first, "YES 50%")
    assert much.message.buttons == ["25 points", "100 points", "Other", "Limit order"]
    asked = await play.bo.click(much, "100 points")
    for line in (
        "It costs **100 points**",
        "the price moves from 50.0% to 54.8%",
        "190.90 points if it comes",
        "At worst you lose 100 points in this market.",
        "Your balance 1,000.00 → **900.00**",
    ):
        assert line in asked.text
    done = await play.bo.delivered(times=2).click(asked, "Buy 190.90 for 100 points")
    assert "Bought 190.90 shares of YES" in done.text
    assert "**900 points**" in (await play.bo.run("/wallet show")).text

    moved = await card(play)
    assert moved.id == first.id
    assert "YES **55%**, NO **45%** · 1 trade" in moved.text
    assert moved.json["attachments"][0]["filename"] != picture["filename"]
    assert len(moved.json["attachments"]) == 1

    form = await play.mira.click(await play.mira.click(moved, "NO 45%"), "Other")
    refused = await play.mira.submit(form, to="40%", tolerance="0")
    assert "The price is there already" in refused.text
    form = await play.mira.click(refused, "Change what I typed")
    assert held(form) == {"points": "", "shares": "", "to": "40%", "tolerance": "0"}
    asked = await play.mira.submit(form, to="50%")
    assert "to 50.0%" in asked.text
    assert "If the price moves at all, you are asked again" in asked.text
    await buys(play.ada, "1")
    again = await play.mira.click(asked, asked.message.buttons[0])
    assert "The price moved from 45.24% to 45.20%, and nothing happened." in again.text


async def test_a_market_is_opened_from_the_claim_s_card(play: Playground):
    await set_up(play)
    await quick(play)
    before = await posted(play, "says NO: risks 300")
    form = await play.ada.click(await posted(play, "Claim 1 · "), "Open a market")
    asked = await play.ada.submit(form, {"opening": ""})
    assert "It opens at YES 50% and NO 50%." in asked.text
    await play.ada.click(asked, "Open it: pay 199.63 points")
    opened = await card(play)
    assert opened.id != before.id
    assert "Open a market" not in opened.buttons
    assert "Open a pool" in (await play.bo.run("/claim show", claim=1)).message.buttons


RANGES = "below 100\n100 to 200\n200 to 400\n400 or more"


async def a_number(play: Playground) -> None:
    """Claim 1 is about a number, and the house pays for its market; Mira let it."""
    await set_up(play)
    fund = await play.oz.click(await play.oz.run("/setup"), "Fund the house")
    await play.oz.submit(fund, amount="2000", reason="for the first markets")
    form = await play.ada.run("/claim new")
    draft = await play.ada.submit(
        form,
        what="METR's 50% time horizon of the best model, in hours, as its page says at the end of 2027",
        outcomes=RANGES,
        when="end of 2027",
        source="https://metr.org",
        fallback="https://epoch.ai",
    )
    label = next(one for one in draft.message.buttons if one.startswith("Open"))
    await play.ada.click(draft, label)
    form = await play.mira.run("/market open", claim=1, house=True)
    assert "The house pays." in str(form.modal)
    poor = await play.mira.submit(form, {"liquidity": "1000", "opening": "10 40 40 10"})
    assert "of the house, which has 2,000 points: choose less" in poor.text
    form = await play.mira.run("/market open", claim=1, house=True)
    asked = await play.mira.submit(form, {"liquidity": "1000", "opening": "20 30 30 20"})
    assert "The house pays it" in asked.text
    assert "Your balance" not in asked.text
    await play.mira.click(asked, asked.message.buttons[0])


async def test_a_number_s_market_says_its_median_and_its_range(play: Playground):
    await a_number(play)
    first = await card(play)
    assert "The prices say: median **200**, 10 to 90% from **below 100** to **400 or more**" in first.text
    assert first.buttons[0] == "Buy shares"
    assert looks(first)[0] not in (GREEN, RED)
    assert (
        "you put no points on that claim"
        in (await play.mira.run("/market buy", claim=1, outcome="below 100", points="5")).text
    )

    pick = await play.bo.click(first, "Buy shares")
    assert pick.message.buttons == ["below 100 20%", "100 to 200 30%", "200 to 400 30%", "400 or more 20%"]
    much = await play.bo.click(pick, "400 or more 20%")
    asked = await play.bo.click(much, "100 points")
    assert "shares of 400 or more?" in asked.text
    await play.bo.click(asked, asked.message.buttons[0])
    await play.bo.run("/forecast give", claim=1, values="150 / 300 / 500")
    await play.ada.run("/forecast give", claim=1, chance="20, 30, 30, 20")
    moved = await card(play)
    assert "200 to 400: **27%**, 400 or more: **28%**" in moved.text
    assert "One of:" not in moved.text
    assert "The prices say: median **235**, 10 to 90% from **below 100** to **400 or more**" in moved.text
    assert "**2 forecasts**: the median says" in moved.text
    assert "Together they say: median **" in moved.text
    assert moved.json["attachments"][0]["description"].count(" from ") == 4

    mine = await play.bo.run("/market portfolio")
    assert "anything else **−100**" in mine.text
    assert "At most you can lose **100.00**: 100.00 in shares and liquidity." in mine.text


async def test_a_price_that_moved_too_far_is_asked_again(play: Playground):
    await opened(play)
    asked = await play.bo.run("/market buy", claim=1, outcome="YES", points="50")
    await buys(play.mira, "200")
    again = await play.bo.click(asked, asked.message.buttons[0])
    assert "The price moved from 50.0% to 59.1%, and nothing happened." in again.text
    done = await play.bo.click(again, again.message.buttons[0])
    assert "Bought" in done.text
    assert "**950 points**" in (await play.bo.run("/wallet show")).text
    late = await play.bo.run("/market buy", claim=1, outcome="YES", points="50")
    await play.skip(minutes=2)
    assert "/market buy" in (await play.bo.click(late, late.message.buttons[0])).text


async def test_an_order_rests_fills_and_is_cancelled(play: Playground):
    await opened(play)
    form = await play.bo.click(await card(play), "Limit order")
    crosses = await play.bo.submit(
        form, outcome=["0"], sells=["0"], limit="60", amount="40", until="in 9 days"
    )
    assert "would trade at once" in crosses.text
    form = await play.bo.click(crosses, "Change what I typed")
    assert held(form) == {
        "outcome": "0",
        "sells": "0",
        "limit": "60",
        "amount": "40",
        "until": "in 9 days",
    }
    asked = await play.bo.submit(form, limit="45")
    assert "Buy YES at 45.0% or less, for up to 40 points?" in asked.text
    assert "Your balance 1,000.00 → **960.00**" in asked.text
    rests = await play.bo.click(asked, "Place the order")
    assert "Order 1 rests" in rests.text
    assert (
        "would trade at once"
        in (await play.bo.run("/market order", claim=1, outcome="YES", limit="60%", points="4")).text
    )
    await buys(play.mira, "300", "NO")
    mine = await play.bo.run("/market portfolio")
    assert "shares of YES: cost 40.00" in mine.text
    assert "order" not in mine.text
    form = await play.bo.click(await card(play), "Limit order")
    more = await play.bo.submit(form, outcome=["0"], sells=["1"], limit="70%", amount="500")
    assert "sell that many or fewer" in more.text
    asked = await play.bo.submit(await play.bo.click(more, "Change what I typed"), amount="10")
    assert "Sell 10.00 shares of YES at 70.0% or more?" in asked.text

    asked = await play.bo.run("/market order", claim=1, outcome="YES", limit="10%", points="40")
    await play.bo.click(asked, "Place the order")
    mine = await play.bo.run("/market portfolio")
    assert "buy YES at 10.0% or less, 40 points left" in mine.text
    assert "Order 2 is somebody else's" in (await play.ada.run("/market cancel", order=2)).text
    assert "Order 2 is cancelled" in (await play.bo.click(mine, "Cancel order 2")).text


async def test_shares_are_sold_again_from_the_portfolio(play: Playground):
    await opened(play)
    await buys(play.bo, "100")
    await buys(play.mira, "100", "NO")
    mine = await play.bo.run("/market portfolio")
    assert "if it comes: YES **+90.90**, NO **−100**" in mine.text
    form = await play.bo.click(mine, "Sell YES of 1")
    asked = await play.bo.submit(form, shares="100", to="")
    assert "Sell 100.00 shares of YES?" in asked.text
    assert "Sold 100.00 shares of YES" in (await play.bo.click(asked, asked.message.buttons[0])).text
    assert (
        "You have 90.90 shares"
        in (await play.bo.run("/market sell", claim=1, outcome="YES", shares="100")).text
    )


async def test_who_can_not_trade_is_told_why(play: Playground):
    await opened(play)
    for command, options, words in (
        ("/market buy", {"outcome": "YES"}, "Say how much in one way"),
        ("/market buy", {"outcome": "YES", "points": "5000"}, "points"),
        ("/market buy", {"outcome": "YES", "to": "40%"}, "The price is there already"),
        ("/market buy", {"outcome": "MAYBE", "points": "5"}, "choose YES or NO"),
        ("/market sell", {"outcome": "YES"}, "You have none of these shares"),
        ("/market open", {"house": True}, "has a market already"),
    ):
        assert words in (await play.bo.run(command, claim=1, **options)).text, command
    assert "There is no claim 9 here" in (await play.bo.run("/market show", claim=9)).text
    assert "**1** A named AI lab" in (await play.bo.run("/market list")).text
    deeper = await play.bo.run("/market liquidity", claim=1, amount="100")
    assert "Prices stay where they are" in deeper.text
    done = await play.bo.click(deeper, deeper.message.buttons[0])
    assert "The market of claim 1 is deeper" in done.text
    assert "the liquidity is 1,100 now" in done.text
    assert "liquidity 1,100" in (await play.bo.run("/market show", claim=1)).text
