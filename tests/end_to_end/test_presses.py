"""Every button, form and menu is pressed by some test; here are the presses that no other story needs."""

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.presses import PRESSED, RETIRED, TEMPLATES
from tests.end_to_end.test_bets import posted, quick
from tests.end_to_end.test_markets import buys, opened


def test_each_button_and_each_form_has_a_test_that_presses_it():
    """A new one without a row fails here, and a row whose test doesn't press it fails there."""
    assert TEMPLATES - set(PRESSED) - RETIRED == set(), "no test presses these"
    assert (set(PRESSED) | RETIRED) - TEMPLATES == set(), "there are no such buttons"


async def test_long_lists_are_turned(play: Playground):
    await set_up(play)
    for number in range(9):
        await quick(play, when=f"2029-12-{10 + number}", stake="30")
        await play.mira.run("/mod note", claim=number + 1, words="Looked at.")
        form = await play.mira.run("/mod grant", to=play.bo, amount="1")
        await play.mira.submit(form, reason="For a test.")
        form = await play.ada.run("/market open", claim=number + 1)
        asked = await play.ada.submit(form, liquidity="10", opening="")
        await play.ada.click(asked, asked.message.buttons[0])
    for command, options, button in (
        ("/bet list", {}, "Older"),
        ("/claim list", {}, "More"),
        ("/claim list", {"which": "mine"}, "More"),
        ("/claim library", {}, "More"),
        ("/market list", {}, "More"),
        ("/resolve acts", {}, "Older"),
        ("/ledger acts", {}, "Older"),
    ):
        page = await play.ada.run(command, **options)
        turned = await play.ada.click(page, button)
        assert turned.kind == "updated", command
        assert turned.text != page.text, command


async def test_from_a_claim_s_card_and_back_again(play: Playground):
    await set_up(play)
    await quick(play)
    card = await posted(play, "Claim 1 ·")
    form = await play.bo.click(card, "Offer a bet")
    done = await play.bo.submit(form, side="YES", stake="10", odds="50%")
    assert "is withdrawn" in (await play.bo.click(done, "Withdraw it")).text
    assert (await play.ada.click(card, "Propose a result")).kind == "modal"
    shown = await play.mira.run("/claim show", claim=1)
    follows = await play.mira.click(shown, "Follow")
    assert "You follow claim 1" in follows.text
    assert "no more" in (await play.mira.click(follows, "Stop following")).text
    await play.mira.click(shown, "Open a pool")
    asked = await play.bo.run("/market stake", claim=1, outcome="YES", stake="5")
    staked = await play.bo.click(asked, "Stake 5 points")
    assert "5 on YES" in (await play.bo.click(staked, "Pool")).text


async def test_a_market_from_a_purchase_to_what_it_paid(play: Playground):
    done = await opened(play)
    assert "YES **50%**" in (await play.ada.click(done, "Look at it")).text
    bought = await buys(play.bo, "25")
    assert "shares of YES" in (await play.bo.click(bought, "My portfolio")).text
    form = await play.mira.run("/resolve propose", claim=1)
    await play.mira.submit(form, result="YES", evidence="https://example.org/report")
    await posted(play, "Proposed: YES")
    await play.skip(days=3)
    await play.skip(minutes=1)
    paid = await play.bo.click(await play.bo.run("/market show", claim=1), "What it paid me")
    assert "**+" in paid.text
