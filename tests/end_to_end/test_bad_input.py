"""What can't stand in markets, forecasts and seasons: each gets one clear sentence, and nothing is lost by it."""

from collections.abc import Mapping

from bot.playground.driver import Answer, Person, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import quick
from tests.end_to_end.test_markets import buys, held, opened

BUY, SELL, ORDER, FORECAST = "/market buy", "/market sell", "/market order", "/forecast give"
YES = {"claim": 1, "outcome": "YES"}

COMMANDS: Mapping[str, tuple[str, Mapping[str, object], str]] = {
    "liquidity of nothing": ("/market liquidity", {"claim": 1, "amount": "0"}, "must be more than zero"),
    "more liquidity than there can be": (
        "/market liquidity",
        {"claim": 1, "amount": "10000000000"},
        "liquidity lies between 10 and 10,000,000,000 points",
    ),
    "selling more than held": (SELL, YES | {"shares": "500"}, "You have 190.90 shares of these to sell"),
    "selling none": (SELL, {"claim": 1, "outcome": "NO", "shares": "1"}, "You have none of these shares"),
    "a budget that buys nothing": (BUY, YES | {"points": "0"}, "it must be more than zero"),
    "less than the smallest amount": (BUY, YES | {"points": "0.001"}, "write points as 25, 25.5 or 1,000.00"),
    "a target already passed": (BUY, YES | {"to": "50%"}, "The price is there already"),
    "a target below 1%": (BUY, YES | {"to": "0.5%"}, "lies from 1% to 99%"),
    "a target above 99%": (BUY, YES | {"to": "99.5%"}, "lies from 1% to 99%"),
    "a limit outside 1% to 99%": (ORDER, YES | {"limit": "0.2%", "points": "5"}, "lies from 1% to 99%"),
    "an order that would cross": (ORDER, YES | {"limit": "60%", "points": "5"}, "would trade at once"),
    "a limit above 99%": (ORDER, YES | {"limit": "100", "points": "5"}, "lies from 1% to 99%"),
    "an order that would sell at once": (ORDER, YES | {"limit": "20%", "shares": "5"}, "would trade at once"),
    "a negative tolerance": (BUY, YES | {"points": "5", "tolerance": -1}, "0 to 98 points of chance"),
    "shares beyond 99%": (BUY, YES | {"shares": "9000"}, "Prices stay between 1% and 99%"),
    "a forecast of 0%": (FORECAST, {"claim": 1, "chance": "0"}, "between 0.1% and 99.9%"),
    "a forecast above 99.9%": (FORECAST, {"claim": 1, "chance": "99.95%"}, "between 0.1% and 99.9%"),
    "quantiles out of order": (FORECAST, {"claim": 3, "values": "300 / 200 / 500"}, "must rise"),
}
FORMS: Mapping[str, tuple[str, str]] = {
    "too small a liquidity": ("9.99", "liquidity lies between 10 and 10,000,000,000 points"),
    "too large a liquidity": ("10000000001", "liquidity lies between 10 and 10,000,000,000 points"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "1 outcome": ("only this one", "name 2 to 10, one on each line"),
    "11 outcomes": ("\n".join("abcdefghijk"), "name 2 to 10, one on each line"),
    "an outcome twice": ("Ada\nAda", "Two outcomes say the same"),
    "an outcome without a name": (": it happens\nNO: it does not", "fewer than two outcomes with a name"),
    "ranges that overlap": ("below 100\n90 to 200\n200 or more", "overlap"),
}


def sentence(answer: Answer) -> str:
    """A refusal's text, which is private, short and whole."""
    assert answer.message.ephemeral
    said = answer.text.removeprefix("### That didn't work\n").partition("\n-# ")[0]
    assert said not in ("", answer.text), answer.text
    assert said.endswith("."), said
    assert len(said) < 300, said
    return said


async def draft(who: Person, outcomes: str) -> Answer:
    return await who.submit(
        await who.run("/claim new"),
        what="How long METR's 50% time horizon is at the end of 2027, in hours, as its page says",
        outcomes=outcomes,
        when="end of 2027",
        source="https://metr.org",
        fallback="https://epoch.ai",
    )


async def test_each_gets_one_sentence_and_nothing_is_lost(play: Playground):
    await opened(play)
    await buys(play.bo, "100")
    await quick(play)
    number = await draft(play.ada, "below 100\n100 to 200\n200 or more")
    await play.ada.click(number, next(one for one in number.message.buttons if one.startswith("Open")))
    before = [(await who.run("/wallet show")).text for who in (play.bo, play.ada)]

    for what, (command, options, words) in COMMANDS.items():
        said = sentence(await play.bo.forcing.run(command, **options))
        assert words in said, f"{what}: {said}"
    for what, (liquidity, words) in FORMS.items():
        form = await play.bo.run("/market open", claim=2)
        refused = await play.bo.submit(form, {"liquidity": liquidity, "opening": "60 40"})
        assert words in sentence(refused), f"{what}: {refused.text}"
        again = held(await play.bo.click(refused, "Change what I typed"))
        assert again == {"liquidity": liquidity, "opening": "60 40"}, what
    form = await play.bo.click(await play.bo.run("/market show", claim=1), "YES 55%")
    form = await play.bo.click(form, "Other")
    said = sentence(await play.bo.submit(form, points="5", tolerance="-1"))
    assert "0 to 98 points of chance" in said
    form = await play.bo.run("/market open", claim=2)
    said = sentence(await play.bo.submit(form, {"liquidity": "100", "opening": "70 40"}))
    assert "add up to 100" in said
    form = await play.oz.click(await play.oz.run("/setup"), "A season")
    said = sentence(await play.oz.submit(form, name="Winter", begins="2027-12-01", ends="2027-02-28"))
    assert "A season begins before it ends" in said

    for what, (outcomes, words) in OUTCOMES.items():
        kept = await draft(play.bo, outcomes)
        assert words in kept.text, f"{what}: {kept.text}"
        assert not [one for one in kept.message.buttons if one.startswith("Open")], what
        form = await play.bo.click(kept, "What is claimed")
        assert outcomes.splitlines()[0] in str(form.modal).replace("\\n", "\n"), what
    gap = await draft(play.bo, "below 100\n150 to 200\n200 or more")
    await play.bo.click(gap, "Open anyway")
    assert "Some values lie in none of this claim's ranges" in sentence(
        await play.bo.run("/market open", claim=9)
    )

    assert [(await who.run("/wallet show")).text for who in (play.bo, play.ada)] == before
    assert "cost 100.00" in (await play.bo.run("/market portfolio")).text
    assert "right" in (await play.mira.run("/ledger verify")).text


def chosen(form: Answer) -> dict[str, list[str]]:
    """The people, channels and roles that stand in a form already."""
    parts = [one["component"] for one in form.modal["components"] if "component" in one]
    return {
        one["custom_id"]: [of["id"] for of in one["default_values"]]
        for one in parts
        if one.get("default_values")
    }


async def test_an_offer_that_is_refused_is_opened_again_with_what_was_typed(play: Playground):
    await opened(play)
    form = await play.bo.click(await play.bo.run("/claim show", claim=1), "Offer a bet")
    typed = {"side": "PERHAPS", "stake": "25", "odds": "3:1", "theirs": ""}
    refused = await play.bo.submit(form, **typed, who=[play.ada.name])
    assert "YES or NO" in sentence(refused)
    form = await play.bo.click(refused, "Change what I typed")
    assert held(form) | {"who": ""} == typed | {"who": ""}
    assert len(chosen(form)["who"]) == 1
    refused = await play.bo.submit(form, side="YES", stake="5000")
    form = await play.bo.click(refused, "Change what I typed")
    made = await play.bo.submit(form, stake="25")
    assert "Your offer 2 stands: YES" in made.text
    form = await play.ada.click(await play.ada.run("/bet show", number=2), "Counter")
    refused = await play.ada.submit(form, stake="much", theirs="10")
    again = held(await play.ada.click(refused, "Change what I typed"))
    assert (again["stake"], again["theirs"]) == ("much", "10")


async def test_settings_that_are_refused_are_opened_again_with_what_was_typed(play: Playground):
    await set_up(play)
    for button, typed in (
        ("Points", {"start": "many", "age": "7"}),
        ("Claims and bets", {"bond": "many"}),
        ("Fund the house", {"amount": "many", "reason": "for a test"}),
        ("Channels and moderators", {"zone": "Mars/Base"}),
    ):
        form = await play.oz.click(await play.oz.run("/setup"), button)
        picked = chosen(form)
        refused = await play.oz.submit(form, **typed)
        again = await play.oz.click(refused, "Change what I typed")
        assert typed.items() <= held(again).items(), button
        assert chosen(again) == picked, button
