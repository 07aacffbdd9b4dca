"""The first minute of a newcomer, in a real Chromium with Crux living in the playground: points change hands."""

import re

import pytest
from playwright.async_api import expect

from bot.playground.driver import Playground
from tests.playground.browser import PHONE, Window, window

pytestmark = pytest.mark.tools


async def _gives(page: Window, *, mouse: bool = False) -> None:
    """Ada opens her wallet, gives Bo 25 points after one question, and sees the new balance."""
    await page.run_command("/wallet show", mouse=mouse)
    await page.sees("You have 1,000 points")
    await page.run_command("/wallet give", mouse=mouse, to="Bo", amount="25")
    question = await page.sees("Give 25 points?")
    await expect(question).to_contain_text("975.00")


async def _has_got(page: Window) -> None:
    await page.become("Bo")
    await page.run_command("/wallet show")
    await page.sees("You start with 1,000 points")
    await page.sees("You have 1,025 points")


async def test_a_newcomer_gives_somebody_points_within_a_minute(play: Playground):
    async with window(play) as page:
        await _gives(page)
        await page.shot("first-minute-asked")
        await page.press("Give 25 points")
        await page.sees("You gave 25 points")
        await _has_got(page)
        books = page.page.get_by_role("region", name="Books")
        await expect(books).to_contain_text("balance to zero: 1 book, 3 transfers")
        await page.shot("first-minute")


async def test_the_first_minute_on_a_phone(play: Playground):
    async with window(play, size=PHONE, touch=True) as page:
        await _gives(page, mouse=True)
        await page.no_sideways()
        await page.shot("first-minute-phone")
        await page.press("Give 25 points")
        await _has_got(page)
        await page.no_sideways()


async def test_the_first_minute_with_the_keyboard_alone(play: Playground):
    async with window(play) as page:
        keys = page.page.keyboard
        await expect(page.composer).to_be_focused()
        await keys.type("/wallet give")
        await expect(page.palette.get_by_role("option").first).to_contain_text("/wallet give")
        await keys.press("Enter")
        await keys.type("Bo")
        await expect(page.palette.get_by_role("option").first).to_contain_text("Bo")
        await keys.press("Enter")
        await keys.type("25")
        await keys.press("Enter")
        confirm = page.page.get_by_role("button", name=re.compile("^Give 25 points")).last
        await expect(confirm).to_be_visible()
        for _ in range(40):
            if await confirm.evaluate("node => node === document.activeElement"):
                break
            await keys.press("Shift+Tab")
        await expect(confirm).to_be_focused()
        await keys.press("Enter")
        await page.sees("You gave 25 points")
