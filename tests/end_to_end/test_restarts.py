"""SIGKILL in the middle of every flow: forms that were open, questions that waited, buttons of old messages.

Each is brought as far as its last step, all at once; then the bot is killed and started, and each goes on as if
nothing had been. What each gives is in the book once.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from bot.playground import rules
from bot.playground.driver import Answer, Person, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK, posted, quick

pytestmark = [pytest.mark.proof, pytest.mark.apart]


@dataclass
class Flow:
    """What a person was shown, what they do with it after the restart, and what they read then."""

    name: str
    who: Person
    shown: Answer
    does: dict[str, Any] | str
    """A form's fields; or the label of a button, "" for the first."""
    reads: str

    async def goes_on(self) -> Answer:
        if isinstance(self.does, str):
            return await self.who.click(self.shown, self.does or self.shown.message.buttons[0])
        return await self.who.submit(self.shown, self.does)

    @property
    def button(self) -> str:
        """The id of the button, which is still there on the screen of somebody who was told nothing."""
        buttons = [one for one in self.shown.message.components if one["type"] == rules.BUTTON]
        return next(one["custom_id"] for one in buttons if self.does in ("", one["label"]))


async def killed(play: Playground) -> None:
    await play.kill_bot()
    await play.start_bot()


async def two_claims(play: Playground) -> None:
    """Claim 1 with bet 1 between Ada and Bo and a market; claim 2 with an offer to anyone.

    Time stands still, so that a question's minute isn't over before a slow machine has answered it.
    """
    await play.freeze()
    await set_up(play)
    await quick(play)
    await play.bo.click(await play.bo.run("/bet accept", offer=1), "Lock 100 points")
    await quick(play, what="A named AI lab announces a model that scores 95% on FrontierMath", stake="30")
    asked = await play.ada.submit(await play.ada.run("/market open", claim=1), liquidity="100")
    await play.ada.click(asked, asked.message.buttons[0])
    await play.bo.run("/market pool", claim=1)


async def open_forms(play: Playground) -> list[Flow]:
    """A form of every flow, filled in by nobody yet."""
    ada, bo, mira, oz = play.ada, play.bo, play.mira, play.oz
    setup = await oz.run("/setup")
    kept = await bo.submit(await bo.run("/bet quick"), QUICK | {"when": "some day"})
    draft = await mira.click(await mira.run("/claim library", number=18), "Make it a draft")
    guess = await mira.run("/claim library", number=1)
    seen = await bo.run("/claim show", claim=1)
    words = {
        "what": "A lab announces 99% on FrontierMath",
        "when": "in 10 days",
        "side": "NO 60%",
        "stake": "5",
    }
    claim = {"what": words["what"], "when": words["when"]}
    return [
        Flow("quick", ada, await ada.run("/bet quick"), words, "Your offer"),
        Flow("quick kept", bo, await bo.click(kept, "Change it"), {"when": "2029-12-31"}, "Your offer"),
        Flow("new claim", ada, await ada.run("/claim new"), claim, "Draft "),
        Flow("draft 1", mira, await mira.click(draft, "What is claimed"), {}, "Draft "),
        Flow("draft 2", mira, await mira.click(draft, "How it is decided"), {}, "Draft "),
        Flow("draft 3", mira, await mira.click(draft, "Votes, days, tags"), {"votes": "2"}, "Draft "),
        Flow(
            "guess", mira, await mira.click(guess, "Say how likely it was"), {"chance": "60%"}, "It came out"
        ),
        Flow(
            "offer",
            bo,
            await bo.click(seen, "Offer a bet"),
            {"side": "YES", "stake": "5", "odds": "50%"},
            "Your offer",
        ),
        Flow(
            "counter",
            mira,
            await mira.click(await mira.run("/bet show", number=2), "Counter"),
            {},
            "Your offer",
        ),
        Flow(
            "agree",
            ada,
            await ada.click(await ada.run("/bet agree", bet=1), "Suggest an ending"),
            {"ending": "Half of the pot each"},
            "can sign it",
        ),
        Flow("market", mira, await mira.run("/market open", claim=2), {}, "Open a market on claim 2?"),
        Flow(
            "other",
            mira,
            await mira.click(await mira.click(await mira.run("/market show", claim=1), "YES 50%"), "Other"),
            {"points": "5"},
            "Buy ",
        ),
        Flow(
            "pool",
            mira,
            await mira.click(await mira.run("/market pool", claim=1), "Stake in the pool"),
            {"outcome": ["0"], "amount": "5"},
            "Your balance",
        ),
        Flow("forecast", bo, await bo.run("/forecast give", claim=1), {"chances": "60%"}, "You say 60%"),
        Flow(
            "freeze",
            mira,
            await mira.run("/mod freeze", claim=2),
            {"reason": "Looked at."},
            "Claim 2 is stopped",
        ),
        Flow(
            "grant", mira, await mira.run("/mod grant", to=bo, amount="5"), {"reason": "For it"}, "5 points"
        ),
        Flow(
            "take", mira, await mira.run("/mod take", from_=bo, amount="5"), {"reason": "For it"}, "5 points"
        ),
        Flow(
            "places",
            oz,
            await oz.click(setup, "Channels and moderators"),
            {"zone": "Asia/Tokyo"},
            "Asia/Tokyo",
        ),
        Flow("points", oz, await oz.click(setup, "Points"), {"weekly": "40"}, "40 points"),
        Flow("rules", oz, await oz.click(setup, "Claims and bets"), {"most": "900"}, "up to 900 points"),
        Flow("fund", oz, await oz.click(setup, "Fund the house"), {"amount": "9"}, "The house got 9 points"),
        Flow(
            "season",
            oz,
            await oz.click(setup, "A season"),
            {"name": "Winter", "begins": "2026-12-01", "ends": "2027-02-28"},
            "Season 1: Winter",
        ),
    ]


async def test_every_form_that_was_open_is_taken_after_it(play: Playground):
    await two_claims(play)
    flows = await open_forms(play)
    await killed(play)
    for flow in flows:
        assert flow.reads in (await flow.goes_on()).text, flow.name
    assert "The book is right" in (await play.ada.run("/ledger verify")).text


async def questions(play: Playground) -> list[Flow]:
    """Everything that waits for its one confirmation, and cards whose buttons do something at once."""
    ada, bo, mira, oz = play.ada, play.bo, play.mira, play.oz
    draft = await mira.click(await mira.run("/claim library", number=18), "Make it a draft")
    opens = next(label for label in draft.message.buttons if label.startswith("Open"))
    warned = await bo.submit(await bo.run("/bet quick"), QUICK | {"what": "theory will be ready in time"})
    asked = await ada.submit(await ada.click(await ada.run("/bet agree", bet=1), "Suggest an ending"))
    assert "can sign it" in asked.text
    seen = await bo.run("/market show", claim=1)
    funds = await ada.run("/market liquidity", claim=1, amount="10")
    pool = await bo.run("/market stake", claim=1, outcome="YES", stake="5")
    order = await mira.run("/market order", claim=1, outcome="YES", limit="40%", points="5")
    return [
        Flow("draft open", mira, draft, opens, "is open"),
        Flow("open anyway", bo, warned, "Open anyway", "Your offer"),
        Flow("sign", bo, await bo.run("/bet agree", bet=1), "", "ended by agreement"),
        Flow("take", bo, await bo.run("/bet accept", offer=2), "", "Bet 2 stands"),
        Flow("how much", bo, seen, "YES 50%", "You see the exact price"),
        Flow("deepen", ada, funds, "", "is deeper"),
        Flow("order", mira, order, "", "Order 1 rests"),
        Flow("buy", bo, await bo.run("/market buy", claim=1, outcome="YES", points="5"), "", "Bought"),
        Flow("pool", bo, pool, "", "5 on YES"),
        Flow("give", ada, await ada.run("/wallet give", to=bo, amount="5"), "", "You gave 5 points"),
        Flow("history", ada, await ada.run("/wallet show"), "History", "starting balance"),
        Flow("setup", oz, await oz.run("/setup"), "Switch gifts off", "**Gifts** off"),
        Flow("delete", bo, await bo.run("/privacy delete"), "Go on to delete", "Delete for good?"),
    ]


async def test_every_question_that_waited_is_answered_after_it(play: Playground):
    await two_claims(play)
    flows = await questions(play)
    await killed(play)
    for flow in flows:
        assert flow.reads in (await flow.goes_on()).text, flow.name
    for flow in flows:  # and pressed once more by mistake, nothing is done twice
        if flow.name in ("take", "buy", "pool", "give", "deepen", "order"):
            again = await flow.who.forcing.click(flow.shown, flow.button)
            assert flow.reads in again.text or "done" in again.text, flow.name
    # 1,000 less both bets, the market, its deepening and the gift; and half of the first pot.
    assert "**788.74 points**" in (await play.ada.run("/wallet show")).text
    assert "The book is right" in (await play.ada.run("/ledger verify")).text


async def test_buttons_of_old_messages_work_after_it(play: Playground):
    """Posted before, pressed after it by somebody who never pressed anything."""
    await set_up(play)
    await quick(play)
    card = await posted(play, "says NO: risks 300 to win 100")
    await killed(play)
    assert (await play.bo.click(card, "Terms")).text.startswith("### Terms of claim 1")
    assert (await play.mira.click(card, "Counter")).kind == "modal"
    asked = await play.bo.click(card, card.buttons[0])
    await killed(play)
    assert "Bet 1 stands" in (await play.bo.click(asked, "Lock 100 points")).text
