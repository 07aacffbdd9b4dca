"""While a proposal or a moderator stops trading nothing is offered that would be refused (RULES A9, D2, D4)."""

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick
from tests.end_to_end.test_markets import buys, card, opened

TRADES = ("YES", "NO", "Limit order", "Sell", "Buy")


def trades(buttons: list[str]) -> list[str]:
    return [name for name in buttons if name.startswith(TRADES)]


async def test_no_card_and_no_private_answer_offers_to_trade_while_nothing_is_traded(play: Playground):
    await opened(play)
    await buys(play.bo, "100")
    old = await card(play)
    assert len(trades(old.buttons)) == 3
    much = await play.bo.click(old, old.buttons[0])
    mine = await play.bo.run("/market portfolio")
    assert trades(mine.message.buttons) == ["Sell YES of 1"]

    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    await posted(play, "Proposed: YES")
    for where in ("/market show", "/claim show"):
        assert trades((await play.bo.run(where, claim=1)).message.buttons) == [], where
    assert trades((await play.bo.run("/market portfolio")).message.buttons) == []
    for answer, button in ((much, much.message.buttons[0]), (mine, "Sell YES of 1")):
        refused = await play.bo.click(answer, button)
        assert "a result is proposed" in refused.text, refused.text
        assert trades(refused.message.buttons) == []
    for command in ("/market buy", "/market sell"):
        refused = await play.bo.run(command, claim=1, outcome="YES", shares="10")
        assert "a result is proposed" in refused.text
        assert trades(refused.message.buttons) == []

    await play.skip(days=1, minutes=1)  # trading goes on beside the proposal
    assert len(trades((await play.bo.run("/market show", claim=1)).message.buttons)) == 3
    again = await play.bo.run("/market portfolio")
    assert trades(again.message.buttons) == ["Sell YES of 1"]

    form = await play.mira.run("/mod freeze", claim=1)
    await play.mira.submit(form, reason="To look into it.")
    assert trades((await play.bo.run("/market portfolio")).message.buttons) == []
    assert trades((await play.bo.run("/market show", claim=1)).message.buttons) == []
    refused = await play.bo.click(again, "Sell YES of 1")
    assert "moderator" in refused.text


async def test_no_market_and_no_pool_opens_while_a_proposal_rests_trading(play: Playground):
    await set_up(play)
    await quick(play)
    form = await play.ada.run("/resolve propose", claim=1)
    await play.ada.submit(form, result="YES", evidence="https://example.org/report")
    for command in ("/market open", "/market pool"):
        refused = await play.bo.run(command, claim=1)
        assert "a result is proposed" in refused.text, refused.text
        assert refused.kind == "message"


async def test_a_pool_that_has_closed_is_offered_no_stake(play: Playground):
    await set_up(play)
    await quick(play)
    await play.mira.run("/market pool", claim=1)
    shown = await play.bo.run("/claim show", claim=1)
    assert "Stake in the pool" in shown.message.buttons
    await play.skip(days=8)
    again = await play.bo.run("/claim show", claim=1)
    assert "Stake in the pool" not in again.message.buttons
    refused = await play.bo.click(shown, "Stake in the pool")
    assert "takes no more stakes" in refused.text, refused.text
