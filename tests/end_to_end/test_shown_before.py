"""A press takes no more than it showed, and nothing is offered that its reader can't pay (RULES A9, C3)."""

import pytest

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import quick
from tests.end_to_end.test_markets import held, opened


@pytest.mark.rule("A9")
async def test_an_order_beyond_the_balance_is_refused_before_it_is_offered(play: Playground):
    await opened(play, liquidity="100")
    asked = await play.bo.run("/market order", claim=1, outcome="YES", limit="40%", points="5000")
    assert asked.message.buttons == []
    assert "1,000 points are there" in asked.text


@pytest.mark.rule("A9")
async def test_steps_to_buy_are_those_that_can_be_paid(play: Playground):
    await opened(play, liquidity="100")
    card = await play.bo.run("/market show", claim=1)
    yes = next(button for button in card.message.buttons if "YES" in button)
    assert "100 points" in (await play.bo.click(card, yes)).message.buttons
    await play.oz.run("/setup")
    form = await play.oz.run("/mod take", **{"from": play.bo, "amount": "950"})
    await play.oz.submit(form, reason="for the test")
    steps = (await play.bo.click(card, yes)).message.buttons
    assert "25 points" in steps
    assert "100 points" not in steps


@pytest.mark.rule("C3")
@pytest.mark.parametrize(("has", "most"), [(1_000, 200), (60, 12), (40, 8)])
async def test_the_default_of_a_new_market_costs_a_fifth_at_most(play: Playground, has: int, most: int):
    await set_up(play)
    await quick(play)
    await play.bo.run("/wallet show")
    if has < 1_000:
        form = await play.oz.run("/mod take", **{"from": play.bo, "amount": str(1_000 - has)})
        await play.oz.submit(form, reason="for the test")
    form = await play.bo.run("/market open", claim=1)
    liquidity = held(form)["liquidity"]
    asked = await play.bo.submit(form)
    assert asked.message.buttons[0].startswith("Open it: pay ")
    cost = float(asked.message.buttons[0].removeprefix("Open it: pay ").split()[0].replace(",", ""))
    assert 0 < cost <= most, liquidity


@pytest.mark.rule("A9")
async def test_who_can_pay_no_market_at_all_is_told_so_before_the_form(play: Playground):
    await set_up(play)
    await quick(play)
    await play.bo.run("/wallet show")
    form = await play.oz.run("/mod take", **{"from": play.bo, "amount": "999"})
    await play.oz.submit(form, reason="for the test")
    refused = await play.bo.run("/market open", claim=1)
    assert refused.message.buttons == []
    assert "That takes 6.94 points" in refused.text


@pytest.mark.rule("A9")
async def test_a_counter_offers_defaults_are_ones_that_can_be_paid(play: Playground):
    await set_up(play)
    await quick(play)
    await play.ada.run("/bet offer", claim=1, side="YES", stake="10", theirs="900")
    await play.bo.run("/wallet show")
    card = await play.bo.run("/bet show", number=2)
    assert held(await play.bo.click(card, "Counter"))["stake"] == "900"
    form = await play.oz.run("/mod take", **{"from": play.bo, "amount": "500"})
    await play.oz.submit(form, reason="for the test")
    assert held(await play.bo.click(card, "Counter"))["stake"] == ""


@pytest.mark.rule("A9")
async def test_a_quick_bet_beyond_the_balance_is_not_offered_to_be_opened(play: Playground):
    form = await play.ada.run("/bet quick")
    fields = {"what": "Some people will think that it is better", "when": "in 30 days", "side": "YES 75%"}
    asked = await play.ada.submit(form, {**fields, "stake": "5000"})
    assert "Open anyway" not in asked.message.buttons
    assert "1,000 points are there" in asked.text
