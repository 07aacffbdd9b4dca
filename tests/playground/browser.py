"""A real Chromium in front of a playground's page, driven as a person would: by its keys, its buttons and its words.

async with window(play) as page:
    await page.run_command("/wallet give", to="Bo", amount="25")
    await page.press("Give 25 points")
    await page.sees("25 points")
    await page.become("Bo")
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.playground.driver import Playground

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None
)
"""Debian builds the same Chromium also without windows and what belongs to them: it takes a quarter of the time."""
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
DESKTOP = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 780}
WAIT_MS = 20_000
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What a browser says of a request that the playground refused is no fault of the page.
_EXPECTED = ("the server responded with a status of 400", "WebSocket connection to")


def needs_chromium() -> None:
    """Skips the test where there is no browser; where CI says that there must be one, fails."""
    if CHROMIUM is not None:
        return
    reason = "the page's tests need Debian's chromium package"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Window:
    """One page. `keyboard` and `mouse` beside words such as `press` say how a thing is done, where it matters."""

    def __init__(self, page: Page, play: Playground) -> None:
        self.page = page
        self.play = play
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._hear)
        page.on("request", self._watch)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in _EXPECTED):
            self.errors.append(message.text)

    def _watch(self, request: Any) -> None:
        """Everything works without a network: nothing is asked of any other host."""
        if not request.url.startswith((self.play.url, "data:", "blob:")):
            self.errors.append(f"The page asked for {request.url}")

    # looking

    @property
    def messages(self) -> Locator:
        return self.page.locator(".entries > article")

    @property
    def last(self) -> Locator:
        return self.messages.last

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text).last

    @property
    def composer(self) -> Locator:
        return self.page.locator("#composer textarea")

    @property
    def palette(self) -> Locator:
        return self.page.locator("#composer .palette")

    @property
    def form(self) -> Locator:
        return self.page.locator("dialog.modal")

    async def sees(self, text: str) -> Locator:
        """The newest message that holds this text, waited for. The locator stays with it, whatever it says later."""
        found = self.message(text)
        await expect(found).to_be_visible()
        message_id = await found.get_attribute("data-id")
        return found if message_id is None else self.page.locator(f"article[data-id='{message_id}']")

    async def misses(self, text: str) -> None:
        await expect(self.messages.filter(has_text=text)).to_have_count(0)

    async def shot(self, name: str) -> None:
        """A picture for who looks after the tests: artifacts/<name>.png."""
        ARTIFACTS.mkdir(exist_ok=True)
        await self.page.evaluate("document.fonts.ready")
        await self.page.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")

    async def no_sideways(self) -> None:
        """Nothing is wider than the window."""
        wider = """() => [...document.querySelectorAll('#main, #main *')].filter(n => {
            const box = n.getBoundingClientRect();
            const clipped = n.closest('pre, .cut, .unseen, .mirror, .grow, .tags, .used, .covered, .over');
            return box.width && box.right > innerWidth + 1 && !clipped;
        }).map(n => n.className || n.tagName)"""
        assert await self.page.evaluate(wider) == []

    # going about

    async def become(self, name: str) -> None:
        await self._drawer("Channels and people", "#side")
        await self.page.locator("#people .person > .entry", has_text=name).click()
        await expect(self.page.locator("#people .entry.on")).to_contain_text(name)

    async def go(self, channel: str) -> None:
        await self._drawer("Channels and people", "#side")
        await self.page.locator("#channels .entry", has_text=channel).first.click()
        await expect(self.page.locator("#head .title")).to_contain_text(channel)

    async def panel(self) -> Locator:
        """The clock, the bot and the books; at phone width they are called in."""
        await self._drawer("Clock, bot and books", "#panel")
        return self.page.locator("#panel")

    async def close_panel(self) -> None:
        if await self.page.locator("#panel.open").count():
            await self.page.keyboard.press("Escape")
            await expect(self.page.locator("#panel.open")).to_have_count(0)

    async def _drawer(self, label: str, what: str) -> None:
        opener = self.page.get_by_role("button", name=label, exact=True)
        if await opener.is_visible() and not await self.page.locator(f"{what}.open").count():
            await opener.click()
            await expect(self.page.locator(what)).to_be_visible()

    async def skip(self, label: str) -> None:
        """Moves the clock by one of the panel's buttons, and waits until the bot has done what was due."""
        panel = await self.panel()
        await panel.get_by_role("button", name=label).click()
        await expect(panel.locator("[aria-busy=true]")).to_have_count(0)
        await self.close_panel()

    # writing

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def type_command(self, command: str) -> None:
        """Chooses it from the list, as far as its options."""
        await self.composer.fill("")
        await self.page.keyboard.type(command)
        entry = self.palette.get_by_role("option").filter(has_text=command).first
        await expect(entry).to_be_visible()
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator(".command-name")).to_have_text(command)

    async def run_command(self, command: str, *, mouse: bool = False, **options: str | Path) -> None:
        """The whole of it: "/", the options one after another, Enter; until the bot has answered in some way."""
        if mouse:
            await self.page.get_by_role("button", name="Commands", exact=True).click()
            await self.palette.get_by_role("option").filter(has_text=command).first.click()
        else:
            await self.type_command(command)
        for name, value in options.items():
            await self.option(name.rstrip("_"), value, mouse=mouse)
        if mouse:
            await self.page.get_by_role("button", name="Send", exact=True).click()
        else:
            await self.page.keyboard.press("Enter")
        await expect(self.page.locator("#composer .command")).to_have_count(0)
        await expect(self.page.locator(".msg.sent .thinking")).to_have_count(0)  # "Sending…"

    async def option(self, name: str, value: str | Path, *, mouse: bool = False) -> None:
        """Writes or chooses one option, and adds it first where it is not there yet."""
        field = self.page.locator(f".command input[data-option='{name}']")
        if not await field.count():
            await self.page.locator(f".command .more[data-option='{name}']").click()
        if isinstance(value, Path):
            return await field.set_input_files(value)
        await field.focus()
        await field.fill(value)
        if await field.get_attribute("role") != "combobox":
            return None
        entry = self.palette.get_by_role("option").filter(has_text=value).first
        await expect(entry).to_be_visible()
        if mouse:
            return await entry.click()
        return await field.press("Enter")

    # pressing

    async def press(self, label: str, *, on: Locator | None = None) -> None:
        """The newest button with this label."""
        await (on or self.messages).get_by_role("button", name=label, exact=True).last.click()

    async def choose(self, placeholder: str, *labels: str, on: Locator | None = None) -> None:
        """Opens a list and chooses from it; several choices are ended with Done."""
        value = self.page.locator(".select-value", has_text=re.compile(f"^{re.escape(placeholder)}$"))
        await (on or self.messages).locator(".select").filter(has=value).last.click()
        over = self.page.locator(".over")
        for label in labels:
            await over.get_by_role("option").filter(has_text=label).first.click()
        if await over.count():
            await over.get_by_role("button", name="Done").click()
        await expect(over).to_have_count(0)

    async def menu(self, on: Locator, entry: str) -> None:
        """The right-click menu of a message or a person."""
        await on.click(button="right")
        await self.page.get_by_role("menuitem", name=entry, exact=True).click()

    async def fill_form(self, **fields: str) -> None:
        """Text fields by their label, with "_" for a space."""
        for label, value in fields.items():
            await self.form.get_by_label(label.replace("_", " ")).fill(value)

    async def submit_form(self) -> None:
        await self.form.get_by_role("button", name="Submit").click()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    needs_chromium()
    async with async_playwright() as playwright:
        with tempfile.TemporaryDirectory() as home:
            environment: dict[str, Any] = {
                **os.environ,
                "HOME": home,
                "XDG_CONFIG_HOME": home,
                "XDG_CACHE_HOME": home,
            }
            launched = playwright.chromium.launch(
                executable_path=CHROMIUM, args=list(_ARGUMENTS), env=environment
            )
            browser = await launched
            try:
                yield browser
            finally:
                await browser.close()


@contextlib.asynccontextmanager
async def window(
    play: Playground,
    *,
    size: dict[str, int] = DESKTOP,
    dark: bool = False,
    touch: bool = False,
    zone: str = "UTC",
    start: str = "/",
    browser: Browser | None = None,
) -> AsyncIterator[Window]:
    """The page, open and filled; whatever went wrong in it fails the test at the end."""
    async with contextlib.AsyncExitStack() as stack:
        if browser is None:
            browser = await stack.enter_async_context(chromium())
        context = await browser.new_context(
            viewport=size,  # pyright: ignore[reportArgumentType]
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            locale="en-GB",
            timezone_id=zone,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        stack.push_async_callback(context.close)
        context.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        shown = Window(await context.new_page(), play)
        await shown.page.goto(play.url + start)
        await expect(shown.page.locator("#head .title")).to_be_visible()
        yield shown
        assert shown.errors == []
