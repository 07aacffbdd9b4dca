"""A long walk as a newcomer, in a real Chromium: two people, one claim about 2030, and all that comes of it."""

import contextlib
import json
import os
import sys
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import Error, Locator, expect

from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.started import started
from tests.end_to_end.test_bets import QUICK
from tests.playground.browser import ARTIFACTS, PHONE, Window, needs_chromium, window

pytestmark = [pytest.mark.tools, pytest.mark.apart]

README = Path(__file__).parents[2] / "README.md"
CLAIM = "16"
"""The 2030 claim's number in the library."""


def crux_playground(folder: Path) -> AbstractAsyncContextManager[Playground]:
    """What `make playground` runs, as a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "CRUX_DISCORD_TOKEN"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    return started((sys.executable, "-m", "bot"), folder, environment)


async def pick(page: Window, field: str, label: str) -> None:
    """Chooses from a list of the form that is open."""
    await page.form.locator(f"[data-field={field}] .select").click()
    over = page.page.locator(".over")
    await over.get_by_role("option").filter(has_text=label).first.click()
    if await over.count():
        await over.get_by_role("button", name="Done").click()
    await expect(over).to_have_count(0)


async def sent(page: Window) -> None:
    await page.submit_form()
    await expect(page.form).to_have_count(0)


async def picture(page: Window, name: str, message: Locator) -> None:
    """One message as it stands there, small enough for the README: artifacts/<name>.png."""
    ARTIFACTS.mkdir(exist_ok=True)
    for _ in range(5):  # a card that is redrawn just now is another element, and looked up again
        with contextlib.suppress(Error):
            await message.scroll_into_view_if_needed()
            await message.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")
            return
    raise AssertionError(f"{name} is redrawn without end")


async def set_up_by_hand(page: Window) -> None:
    await page.become("Oz")
    await page.run_command("/setup")
    await page.press("Channels and moderators")
    for field, label in (("announcements", "announcements"), ("log", "log"), ("moderators", "Moderator")):
        await pick(page, field, label)
    await sent(page)


async def open_the_claim(page: Window) -> None:
    """The claim about 2030, from the library to where it can be bet on."""
    await page.run_command("/claim library", number=CLAIM)
    await page.press("Make it a draft")
    await page.sees("Draft 1: Superhuman autonomous AI coder")
    await page.press("Open it")
    await page.sees("Claim 1 is open")


def quoted(begins: str = "**A longer walk.**") -> list[str]:
    """What one of the README's walks says that people read."""
    walk = README.read_text().partition(begins)[2].partition("\n## ")[0]
    return [line.removeprefix("> ") for line in walk.splitlines() if line.startswith("> ")]


async def _to_the_deadline(page: Window) -> Locator:
    """Skips from one due thing to the next, three years and more, until people are asked."""
    await page.skip("+1 hour")
    for _ in range(30):
        await page.skip("To the next deadline")
        if await page.messages.filter(has_text="wants its result").count():
            break
    return await page.sees("Claim 1 wants its result")


async def test_two_people_disagree_about_2030_and_it_is_settled(tmp_path: Path):
    needs_chromium()
    async with crux_playground(tmp_path) as play, window(play) as page:
        await set_up_by_hand(page)

        await page.become("Ada")
        await page.run_command("/claim library")
        shelf = await page.sees("Claims to begin with")
        await expect(shelf).to_contain_text("Superhuman autonomous AI coder exists before 2030")
        await open_the_claim(page)
        await page.press("Offer a bet")
        await page.fill_form(Your_side="NO", Your_stake="300", Your_odds="3:1")
        await pick(page, "who", "Bo")
        await page.shot("walk-offer-form")
        await sent(page)
        told = [await (await page.sees("Your offer 1 stands")).inner_text()]

        await page.become("Bo")
        await page.go("announcements")
        card = await page.sees("says NO: risks 300 to win 100")
        await picture(page, "walk-offer", card)
        await page.press("Take it: risk 100 to win 300", on=card)
        question = await page.sees("Your balance 1,000.00 → 900.00")
        await expect(question).to_contain_text("YES: 400 back, +300")
        await picture(page, "walk-accept", question)
        told.append(await question.inner_text())
        await page.press("Lock 100 points")
        await page.sees("Bet 1 stands: 100 on YES")

        await page.become("Ada")
        await page.sees("400 are locked until it is settled")
        asked = await _to_the_deadline(page)
        told.append(await asked.inner_text())
        await page.press("Propose a result", on=asked)
        await pick(page, "result", "NO")
        await page.fill_form(Evidence="https://example.org/report Only one of the three holds.")
        await sent(page)
        await page.sees("You proposed NO")

        await page.become("Bo")
        proposal = await page.sees("Proposed: NO")
        told.append(await proposal.inner_text())
        await page.press("Challenge", on=proposal)
        await page.form.get_by_label("Why?").fill("Two of them hold: the horizon, and the study.")
        await sent(page)
        await page.sees("Dispute 1 is open")

        await page.become("Mira")
        await page.go("predictions")
        await page.run_command("/mod queue")
        await page.press("Claim 1")
        case = await page.sees("What each result would pay")
        await picture(page, "walk-case", case)
        await page.press("NO", on=case)
        await page.form.get_by_label("Why?").fill("The study was not preregistered, so one holds.")
        await sent(page)
        await page.sees("1 of 2 votes for this result so far")
        await page.become("Oz")
        await page.go("predictions")
        await page.run_command("/mod decide", claim="1")
        await page.press("NO", on=await page.sees("What each result would pay"))
        await page.form.get_by_label("Why?").fill("The study was not preregistered.")
        await sent(page)
        await page.sees("That is the ruling")
        await page.go("announcements")
        await page.sees("Ruled NO: Superhuman autonomous AI coder")  # its day begins with its post
        await page.skip("+1 day")
        await page.skip("+1 hour")
        await page.go("announcements")
        paid = await page.sees("Settled NO: Superhuman autonomous AI coder")
        await expect(paid).to_contain_text("staked 300, got back 400, +100")
        await expect(paid).to_contain_text("staked 100, got back 0, −100")
        await picture(page, "walk-paid", paid)
        told.append(await paid.inner_text())
        await page.shot("walk-paid-page")

        for name, points, change in (("Bo", "890", "−100"), ("Ada", "1,100", "+100")):
            await page.become(name)
            await page.go("predictions")
            await page.run_command("/bet show", number="1")
            await expect(await page.sees("Bet 1: 300 on NO against 100 on YES")).to_contain_text(change)
            await page.run_command("/wallet show")
            await page.sees(f"You have {points} points")
        await page.run_command("/ledger export")
        async with page.page.expect_download() as begun:
            await page.messages.get_by_role("link", name="crux-my-entries.csv").last.click()
        table = (await (await begun.value).path()).read_text().splitlines()
        kinds = [line.split(",")[4] for line in table if line.startswith("entry,")]
        assert kinds == ["start", "bet.stake", "bet.payout"], table
        await page.run_command("/ledger verify")
        told.append(await (await page.sees("right")).inner_text())

        seen = " ".join(" ".join(told).split())
        assert len(quoted()) >= 2
        assert [words for words in quoted() if words not in seen] == [], seen


async def _bets_on_this(page: Window, said: Locator) -> int:
    """From a message to an offer; how many steps a person took."""
    await page.menu(said.locator(".md"), "Bet on this")
    await expect(page.form.get_by_label("What happens?")).to_have_value(QUICK["what"])
    await expect(page.form.locator("[data-field=who] .select")).to_contain_text("Bo")
    await page.fill_form(Before_when=QUICK["when"], Your_side=QUICK["side"], Your_stake=QUICK["stake"])
    await sent(page)
    return 2 + 3 + 1


async def test_from_a_disagreement_to_an_acceptable_offer_in_under_a_minute(play: Playground):
    await set_up(play)
    async with window(play) as page:
        await page.become("Bo")
        await page.say(QUICK["what"])
        await page.become("Ada")
        said = await page.sees(QUICK["what"])
        said_id = await said.get_attribute("data-id") or "?"

        began = time.monotonic()
        steps = await _bets_on_this(page, said)
        await page.sees("Your offer 1 stands: NO")
        await page.become("Bo")
        await page.go("announcements")
        card = await page.sees("says NO: risks 300 to win 100")
        await expect(card.get_by_role("button", name="Take it: risk 100 to win 300")).to_be_enabled()
        seconds = time.monotonic() - began

        figure = {
            "what": "from a message to an acceptable offer",
            "steps": steps,
            "seconds": round(seconds, 1),
        }
        (ARTIFACTS / "quick-bet.json").write_text(json.dumps(figure) + "\n")
        assert steps <= 6
        assert seconds < 60
        await page.press("Terms", on=card)
        link = (await page.sees("Terms of claim 1")).get_by_role("link", name="where it was said")
        assert (await link.get_attribute("href") or "").endswith(said_id)


async def test_a_quick_bet_on_a_phone(play: Playground):
    await set_up(play)
    async with window(play, size=PHONE, touch=True, dark=True) as page:
        await page.run_command("/bet quick", mouse=True)
        await page.fill_form(
            What_happens=QUICK["what"], Before_when=QUICK["when"], Your_side=QUICK["side"], Your_stake="25"
        )
        await expect(page.form.get_by_role("button", name="Submit")).to_be_in_viewport()
        await page.shot("quick-phone-form")
        await sent(page)
        await page.sees("Your offer 1 stands: NO")
        await page.no_sideways()
        await page.shot("quick-phone")
