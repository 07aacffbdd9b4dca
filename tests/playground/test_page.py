"""The page in a real Chromium, in front of a bot that shows everything a bot can show."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from bot.playground.driver import Playground
from tests.playground.browser import PHONE, Window, chromium, needs_chromium, window

GALLERY_BOT = (sys.executable, "-m", "tests.playground.gallery_bot", "{url}")

pytestmark = [pytest.mark.tools, pytest.mark.asyncio(loop_scope="module")]


@dataclass(frozen=True)
class Bench:
    """One playground and one browser for the whole file; each test opens a page of its own."""

    play: Playground
    browser: Browser

    def open(self, **about: object):
        return window(self.play, browser=self.browser, **about)  # pyright: ignore[reportArgumentType]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench() -> AsyncIterator[Bench]:
    needs_chromium()
    async with Playground(bot=GALLERY_BOT) as play, chromium() as browser:
        await play.connected()
        yield Bench(play, browser)


@pytest_asyncio.fixture(loop_scope="module")
async def page(bench: Bench) -> AsyncIterator[Window]:
    async with bench.open() as page:
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def phone(bench: Bench) -> AsyncIterator[Window]:
    async with bench.open(size=PHONE, touch=True) as page:
        yield page


# commands


async def test_a_command_is_found_by_a_few_letters_and_filled_option_by_option(page: Window, tmp_path: Path):
    evidence = tmp_path / "evidence.txt"
    evidence.write_text("718.8 minutes")
    await page.composer.fill("/gal opt")
    await expect(page.palette.get_by_role("option")).to_have_count(1)
    await expect(page.palette).to_contain_text("Options of every kind")

    given: dict[str, Any] = {
        "who": "Bo",
        "colour": "Blue",
        "sure": "True",
        "where": "log",
        "role": "@Moderator",
        "anyone": "Mira",
    }
    await page.run_command(
        "/gallery options", words="continual", count="7", **given, share="0.25", file=evidence
    )

    said = await page.sees(
        "continual-learning | 7 | Bo | blue | True | log | Moderator | Mira | 0.25 | evidence.txt"
    )
    await expect(said.locator(".used")).to_have_text("AAdaused/gallery options")


async def test_the_list_and_the_options_work_with_the_mouse(page: Window):
    await page.run_command("/gallery options", mouse=True, words="METR", count="2", who="Oz")
    await page.sees("horizon | 2 | Oz | red | False")


async def test_what_is_missing_or_wrong_is_said_beside_its_option(page: Window):
    await page.type_command("/gallery options")
    await expect(page.palette).to_contain_text("required")
    await page.page.keyboard.press("Escape")
    await page.type_command("/gallery options")
    await page.option("count", "99")
    await page.page.keyboard.press("Enter")
    await expect(page.palette).to_contain_text("This option is required.")
    await page.option("words", "METR")
    await page.option("who", "Bo")
    await page.page.keyboard.press("Enter")
    await expect(page.palette).to_contain_text("This must be at most 9.")
    await page.option("count", "1.5")
    await page.page.keyboard.press("Enter")
    await expect(page.palette).to_contain_text("This must be a whole number.")
    await page.option("count", "3")
    await page.page.keyboard.press("Enter")
    await page.sees("horizon | 3 | Bo")


async def test_suggestions_are_asked_for_when_the_typing_pauses(page: Window):
    asked: list[str] = []
    page.page.on(
        "request", lambda request: asked.append(request.url) if "autocomplete" in request.url else None
    )
    await page.type_command("/gallery options")
    await page.page.keyboard.type("continual-learning product")
    await expect(page.palette.get_by_role("option")).to_have_text(["A continual-learning product in 2026"])
    assert len(asked) <= 3
    await page.page.keyboard.press("Enter")
    await expect(page.page.locator(".command input[data-option='count']")).to_be_focused()


async def test_a_command_that_nobody_has_is_not_sent_as_a_message(page: Window):
    await page.say("/nothing of the kind")
    await expect(page.page.locator("#composer > .failure")).to_contain_text("There is no command /nothing")
    await expect(page.composer).to_have_value("/nothing of the kind")


async def test_only_who_may_use_a_command_is_offered_it(page: Window):
    await page.composer.fill("/moder")
    await expect(page.palette).to_contain_text("No command is called that.")
    await page.become("Mira")
    await page.composer.fill("/moder")
    await expect(page.palette.get_by_role("option")).to_have_count(1)


async def test_commands_on_a_message_and_on_a_person_by_mouse_and_by_keys(page: Window):
    await page.say("Worth quoting")
    message = await page.sees("Worth quoting")
    await page.menu(message.locator(".md"), "Quote this")
    quoted = await page.sees("Quote this")
    await expect(quoted.locator("blockquote")).to_have_text("Worth quoting")

    await message.focus()
    await page.page.keyboard.press("Shift+F10")
    await expect(page.page.get_by_role("menu")).to_be_visible()
    await page.page.keyboard.press("End")
    await page.page.keyboard.press("ArrowUp")
    await page.page.keyboard.press("Enter")
    await expect(page.messages.locator("blockquote")).to_have_count(2)

    await page.menu(page.page.locator("#people .entry", has_text="Mira"), "Say hello")
    await page.sees("Hello @Mira")


# what the bot answers


async def test_buttons_answer_in_private_in_place_and_later(page: Window):
    await page.run_command("/gallery buttons")
    card = await page.sees("Press one")
    await expect(card.get_by_role("button", name="disabled")).to_be_disabled()
    await expect(card.get_by_role("link", name="a link")).to_have_attribute(
        "href", "https://example.com/rules"
    )

    await page.press("private primary")
    private = await page.sees("@Ada, only you read this")
    await expect(private).to_contain_text("Only you can see this · Dismiss")
    await page.become("Bo")
    await page.misses("only you read this")
    await page.become("Ada")
    await (await page.sees("only you read this")).get_by_role("button", name="Dismiss").click()
    await page.misses("only you read this")

    await page.press("later secondary")
    await page.sees("Thought about it")
    await page.press("edit success")
    changed = await page.sees("Changed in place")
    await expect(changed).to_contain_text("(edited)")


async def test_a_bot_that_never_answers_is_waited_for_and_then_named(page: Window, bench: Bench):
    await page.run_command("/gallery buttons")
    card = await page.sees("Press one")
    await bench.play.post("settings", {"answer_seconds": 0.8})
    try:
        await page.press("never answers", on=card)
        await expect(card.locator("[aria-busy=true]")).to_have_count(1)
        await expect(card.get_by_role("button", name="edit success")).to_have_attribute(
            "aria-disabled", "true"
        )
        await card.get_by_role("button", name="edit success").click(force=True)  # is not sent
        await expect(card.get_by_role("alert")).to_have_text("The application did not respond")
        await expect(card).not_to_contain_text("Changed in place")

        await page.run_command("/gallery sulk")
        failed = page.messages.filter(has_text="/gallery sulk").last
        await expect(failed.get_by_role("alert")).to_have_text("The application did not respond")
        await failed.get_by_role("button", name="Dismiss").click()
        await page.misses("/gallery sulk")
    finally:
        await bench.play.post("settings", {"answer_seconds": 3.0})


async def test_lists_of_all_kinds(page: Window):
    await page.run_command("/gallery selects")
    await page.sees("Choose")
    await page.choose("One or two colours", "Red", "Blue")
    answer = await page.sees("You chose red, blue")
    await expect(page.message("Choose").locator(".select").first).to_contain_text("Red, Blue")
    await answer.get_by_role("button", name="Dismiss").click()
    await page.misses("You chose ")
    for placeholder, label in (("A person", "Mira"), ("A role", "Moderator"), ("A channel", "log")):
        await page.choose(placeholder, label)
        answer = await page.sees("You chose ")
        await answer.get_by_role("button", name="Dismiss").click()
        await page.misses("You chose ")
    await page.choose("A person or a role", "Moderator", "Bo")
    await page.sees("You chose ")


async def test_a_list_by_keys(page: Window):
    await page.run_command("/gallery selects")
    await page.messages.locator(".select").nth(-5).focus()
    await page.page.keyboard.press("Enter")
    await page.page.keyboard.press("g")  # to Green
    await page.page.keyboard.press("Space")
    await page.page.keyboard.press("ArrowDown")
    await page.page.keyboard.press("Space")
    await page.page.keyboard.press("Tab")
    await page.page.keyboard.press("Enter")
    await page.sees("You chose green, blue")


async def test_a_form_keeps_what_was_written_until_it_is_right(page: Window, bench: Bench):
    await page.run_command("/gallery form")
    await expect(page.form).to_contain_text("What will have happened?")
    await expect(page.form).to_contain_text("Write it so that a stranger could judge it.")
    await page.submit_form()
    await expect(page.form.locator("[data-field=claim]")).to_contain_text("This must be filled in.")
    await expect(page.form.locator("[data-field=judges]")).to_contain_text("Choose 1 to 2.")
    await page.fill_form(Claim="AGI")
    await page.form.get_by_label("Moderators").check()
    await page.form.get_by_label("Stakes return").check()
    await page.submit_form()
    await expect(page.form.locator("[data-field=claim]")).to_contain_text("At least 5 letters; there are 3.")
    await page.fill_form(Claim="AGI before 2030")
    await page.form.locator(".select").click()
    await page.page.locator(".over").get_by_role("option").filter(has_text="Bo").click()
    await page.submit_form()
    await expect(page.form).to_have_count(0)
    said = await page.sees("AGI before 2030")
    await expect(said).to_contain_text('"judges": ["moderators"]')
    await expect(said).to_contain_text('"unclear": "void"')
    await expect(page.composer).to_be_focused()


async def test_a_form_holds_files_boxes_and_defaults_and_gives_the_focus_back(page: Window, tmp_path: Path):
    evidence = tmp_path / "evidence.txt"
    evidence.write_text("718.8 minutes")
    await page.run_command("/gallery buttons")
    await page.sees("Press one")
    await page.press("🎲")
    await expect(page.form.get_by_label("Why")).to_have_value("As written")
    await page.form.get_by_label("File").set_input_files(evidence)
    await page.form.get_by_label("I have read the terms").check()
    await page.form.locator(".select").click()
    await page.page.locator(".over").get_by_role("option").filter(has_text="Unclear").click()
    await page.submit_form()
    said = await page.sees('"read": true')
    await expect(said).to_contain_text('"rather": ["unclear"], "read": true, "why": "As written"')
    await expect(page.messages.get_by_role("button", name="🎲").last).to_be_focused()


async def test_a_form_the_bot_does_not_answer_stays_open(page: Window, bench: Bench):
    await page.run_command("/gallery form")
    await page.fill_form(Claim="Written with care")
    await page.form.get_by_label("Owner").check()
    await bench.play.post("bot", {"do": "stop"})
    await page.submit_form()
    await expect(page.form.get_by_role("alert").last).to_contain_text("Nothing you wrote is lost")
    await bench.play.post("bot", {"do": "start"})
    await page.submit_form()
    await page.sees("Written with care")


async def test_thinking_editing_and_taking_back_are_seen_live(page: Window):
    await page.run_command("/gallery think", seconds="1.5")
    await page.sees("Crux is thinking…")
    await page.sees("Thought")
    await page.misses("Crux is thinking…")
    await page.run_command("/gallery mend")
    await expect(await page.sees("The first, mended")).to_contain_text("(edited)")
    await page.misses("A slip")


async def test_an_answer_that_can_no_longer_come_is_given_up(page: Window):
    await page.run_command("/gallery think", seconds="20")
    thinking = await page.sees("Crux is thinking…")
    await page.skip("+1 hour")
    await expect(thinking).to_contain_text("The application did not respond")


async def test_layouts_embeds_pictures_and_files(page: Window):
    await page.run_command("/gallery layout")
    card = await page.sees("A section with a button")
    await expect(card.locator(".gallery img")).to_have_count(2)
    await expect(card.locator(".container")).to_have_css("border-left-color", "rgb(31, 138, 87)")
    await card.get_by_role("button", name="Spoiler: show it").click()
    await expect(card.get_by_role("button", name="Spoiler: show it")).to_have_count(0)
    async with page.page.expect_download() as download:
        await card.get_by_role("link", name="Download book.csv").click()
    path = await (await download.value).path()
    assert path.read_text() == "account,balance\nAda,1000\n"

    await page.run_command("/gallery embed")
    shown = await page.sees("An embed's title")
    await expect(shown.locator(".fields > .inline")).to_have_count(3)
    await expect(shown.locator(".gallery")).to_have_count(0)  # the embed shows its pictures itself
    loaded = "nodes => nodes.every(n => n.complete && n.naturalWidth > 0)"
    await expect(shown.locator("img")).to_have_count(2)
    await page.page.wait_for_function(
        "() => [...document.querySelectorAll('article:last-of-type img')].every(n => n.complete)"
    )
    assert await shown.locator("img").evaluate_all(loaded)


# text


async def test_markdown_is_drawn_as_discord_draws_it(page: Window):
    await page.run_command("/gallery markdown")
    text = (await page.sees("A heading")).locator(".md")
    for selector, words in {
        "h3": "A heading",
        "h5": "The smallest",
        "b": "bold",
        "i": "italic",
        "u": "underlined",
        "s": "struck",
        "b > i": "both",
        ".p code": "code",
        "blockquote": "A quote\nof two lines",
        "ul ul > li": "and one inside",
        "ol > li": "first",
        "pre code": "def price(shares: int) -> int:\n    return shares * 2",
    }.items():
        assert await text.locator(selector).first.inner_text() == words, selector
    await expect(text.get_by_role("link", name="a link with words")).to_have_attribute(
        "href", "https://example.com/a_b"
    )
    await expect(text.get_by_role("link", name="https://example.com/path?x=1")).to_have_count(1)
    await expect(text).to_contain_text("snake_case_stays")
    await expect(text).to_contain_text("2 * 3 * 4, *escaped*, <b>no html</b>, ** alone")
    await expect(text.locator(".chip")).to_have_text(
        ["@everyone", "@Ada", "@Crux", "predictions", "/gallery card"]
    )
    spoiler = text.get_by_role("button", name="Spoiler: show it")
    await spoiler.press("Enter")
    await expect(text.get_by_text("hidden")).to_be_visible()


async def test_hostile_words_do_no_harm(page: Window, phone: Window):
    for one in (page, phone):
        await one.run_command("/gallery hostile")
        await one.sees("<script>alert(1)</script>")
        await one.no_sideways()
        assert await one.messages.locator("script, b[onmouseover]").count() == 0
        await expect(one.messages.get_by_role("button", name="(no visible name)").last).to_be_visible()
    draw = """async text => {
        const { markdown } = await import('/markdown.js');
        const started = performance.now();
        markdown(text);
        return performance.now() - started;
    }"""
    for piece in (
        "*",
        "**a",
        "_a ",
        "~~",
        "||x",
        "`",
        "[a](",
        "> ",
        "- ",
        "<@",
        "```",
        "# ",
        "***a** ",
        "\\",
        "[[",
    ):
        assert await page.page.evaluate(draw, (piece * 4000)[:4000]) < 1000, piece


async def test_times_are_local_and_follow_the_moved_clock(bench: Bench):
    async with bench.open(zone="Asia/Tokyo") as page:
        state = await bench.play.get("time")
        at = state["now_us"] // 1_000_000 + 90_000
        await page.say(f"Closes <t:{at}:R>, at <t:1795968000:f>")
        said = await page.sees("Closes")
        await expect(said).to_contain_text("in 1 day")
        await expect(said).to_contain_text("30 November 2026 at 01:00")
        await expect(page.page.locator(".clock-time")).to_contain_text("your time")
        await page.skip("+1 day")
        await expect(said).to_contain_text("in 1 hour")
        await expect(said.locator(".who time")).to_contain_text("yesterday at")


# people, places


async def test_people_talk_reply_mention_and_delete(page: Window):
    await page.say("Who takes it, @Bo? See #log")
    said = await page.sees("Who takes it")
    await expect(said.locator(".chip")).to_have_text(["@Bo", "log"])
    await page.become("Bo")
    mine = page.message("Who takes it")
    await expect(mine).to_have_class("msg to-me")
    await page.menu(mine.locator(".body"), "Reply")
    await page.say("I do")
    await expect((await page.sees("I do")).locator(".used")).to_contain_text("Who takes it")
    await page.menu(page.message("I do").locator(".body"), "Delete message")
    await page.misses("I do")


async def test_news_elsewhere_shows_as_a_dot_and_a_line(page: Window, bench: Bench):
    await page.go("log")
    await bench.play.bo.say("News for Ada")
    entry = page.page.locator("#channels .entry", has_text="predictions")
    await expect(entry).to_contain_text("new messages")
    await entry.click()
    await expect(page.page.get_by_role("separator", name="New messages from here")).to_be_visible()
    await expect(entry.locator(".dot")).to_have_count(0)
    await bench.play.bo.say("Said while Ada looks on")
    await expect(page.page.locator("#announce")).to_have_text("Bo: Said while Ada looks on")


async def test_posts_with_tags_threads_and_direct_messages(page: Window):
    await page.run_command("/gallery spread")
    start = await page.sees("Talk about it below")
    await expect(start.locator(".thread-link")).to_contain_text("1 message")
    await expect(page.page.locator("#channels .entry", has_text="Crux")).to_contain_text("new, for you")
    await start.locator(".thread-link").click()
    await page.sees("Begin here")

    await page.go("claims")
    await expect(page.page.locator("#composer")).to_be_hidden()
    posts = page.page.locator(".post")
    await expect(posts).to_have_count(3)
    await page.page.get_by_role("button", name="open", exact=True).click()
    await expect(posts).to_have_count(1)
    await posts.click()
    await page.sees("Ada offers NO at 3.00")
    await expect(page.page.locator("#head")).to_contain_text("open")

    await page.go("Crux")
    await page.sees("A reminder: your bet closes in a week")
    await page.composer.fill("/")
    await expect(page.palette).to_contain_text("There are no commands in a direct message.")


async def test_older_messages_come_as_one_scrolls_up(page: Window, bench: Bench):
    await bench.play.post("settings", {"rate_limits": False})
    await page.go("log")
    await page.run_command("/gallery bulk", count="120")
    await page.sees("Message 120")
    await page.page.reload()
    await page.sees("Message 120")
    await expect(page.page.get_by_text("Message 60", exact=True)).to_have_count(0)
    scroller = page.page.locator(".log")
    for number in ("Message 60", "Message 10"):
        await scroller.evaluate("node => { node.scrollTop = 0 }")
        await expect(page.page.get_by_text(number, exact=True)).to_have_count(1)
    await scroller.evaluate("node => { node.scrollTop = 0 }")
    await expect(page.page.locator(".beginning")).to_be_visible()
    await page.page.get_by_role("button", name="Newest messages").click()
    await expect(page.page.get_by_text("Message 120", exact=True)).to_be_in_viewport()


# the panel


async def test_the_clock_moves_by_the_panel(page: Window):
    due = page.page.locator(".due")
    await expect(due).to_contain_text("Offer 12 expires")
    time = page.page.locator(".clock-time")
    await page.skip("To the next deadline")
    await expect(time).to_contain_text(":00 UTC")
    before = await time.inner_text()
    await page.skip("+1 hour")
    await expect(time).not_to_have_text(before)
    await expect(page.page.get_by_role("region", name="Books")).to_contain_text(
        "balance, 214 transfers verified"
    )


async def test_the_bot_is_killed_started_and_comes_back(page: Window):
    bot = page.page.get_by_label("Bot", exact=True)
    await bot.get_by_role("button", name="Kill").click()
    await expect(bot).to_contain_text("stopped")
    await page.run_command("/gallery card")
    await expect(page.last.get_by_role("alert")).to_have_text("The application did not respond")
    await page.say("newer than the command")
    await page.sees("newer than the command")
    await expect(page.last).to_contain_text("newer than the command")
    await page.sees("The application did not respond")
    await bot.get_by_role("button", name="Start").click()
    await expect(bot).to_contain_text("connected")
    await bot.get_by_role("button", name="Restart").click()
    await expect(bot.locator("[aria-busy=true]")).to_have_count(0)
    await expect(bot).to_contain_text("connected")
    await page.run_command("/gallery card")
    await page.sees("A superhuman AI coder before 2030")
    await bot.get_by_role("button", name="Log").click()
    await expect(page.form).to_contain_text("discord")
    await page.page.keyboard.press("Escape")


async def test_a_broken_line_is_said_and_mended(page: Window, bench: Bench):
    await page.say("Before the break")
    await page.sees("Before the break")
    assert bench.play.running is not None
    stream = bench.play.running.control.stream
    cut = """window.WebSocket = class extends WebSocket {
        constructor(address) { super(window.cut ? 'ws://127.0.0.1:9' : address); }
    }; window.cut = true"""
    await page.page.evaluate(cut)
    for socket in tuple(stream.sockets):
        await socket.close()
    await expect(page.page.locator("#notice")).to_contain_text("The playground doesn't answer")
    await expect(page.composer).to_be_disabled()
    await bench.play.bo.say("Said meanwhile")
    await page.page.evaluate("window.cut = false")
    await page.sees("Said meanwhile")
    await expect(page.page.locator("#notice")).to_be_hidden()
    await expect(page.composer).to_be_enabled()


# everywhere


async def test_the_first_minute_by_keys_alone(page: Window):
    keys = page.page.keyboard
    await expect(page.composer).to_be_focused()
    await keys.type("/gall")
    await keys.type("ery opt")
    await keys.press("Enter")
    await keys.type("METR")
    offered = page.palette.get_by_role("option", name="METR's horizon grows fourfold")
    await expect(offered).to_have_class("option active")
    await keys.press("Enter")
    await keys.type("4")
    await keys.press("Tab")
    await keys.type("b")
    await keys.press("Enter")
    await keys.press("Enter")
    await page.sees("horizon | 4 | Bo")
    await expect(page.composer).to_be_focused()

    await keys.type("/gallery buttons")
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(page.last).to_contain_text("Press one")  # older ones stand above, as the pages share a bot
    await keys.press("ArrowUp")  # from an empty box to the newest message
    await expect(page.last).to_be_focused()
    await keys.press("Tab")  # its menu
    await keys.press("Tab")  # who wrote it
    await keys.press("Tab")
    await expect(page.last.get_by_role("button", name="private primary")).to_be_focused()
    await keys.press("Enter")
    await page.sees("only you read this")
    await keys.press("Escape")
    await expect(page.composer).to_be_focused()
    await keys.press("Alt+ArrowDown")
    await expect(page.page.locator("#head .title")).not_to_contain_text("predictions")


async def test_the_focus_goes_on_from_a_command_on_its_way_to_its_answer(page: Window):
    held = asyncio.Event()

    async def later(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.page.route("**/control/run", later)
    await expect(page.composer).to_be_focused()
    await page.page.keyboard.type("/gallery buttons")
    await page.page.keyboard.press("Enter")
    await page.page.keyboard.press("Enter")
    await expect(page.last).to_contain_text("Sending")
    await page.page.keyboard.press("ArrowUp")
    await expect(page.last).to_be_focused()
    held.set()
    await expect(page.last).to_contain_text("Press one")
    await expect(page.last).to_be_focused()


async def test_a_message_that_is_drawn_again_keeps_the_focus_where_it_was(bench: Bench):
    async with bench.open() as page:
        await page.run_command("/gallery buttons")
        await page.sees("Press one")
        author = page.last.locator(".who button")
        # One control without a key of its own, one that has one, and the message itself.
        for place in (author, page.last.get_by_role("button", name="private primary"), page.last):
            await place.focus()
            await page.last.evaluate("(node) => { node.drawnBefore = true; }")
            for name in ("Mira the Second", "Mira"):
                await bench.play.world(
                    "rename", person="Mira" if name != "Mira" else "Mira the Second", name=name
                )
            await page.page.wait_for_function(
                "() => ![...document.querySelectorAll('.entries > article')].at(-1).drawnBefore"
            )
            await expect(place).to_be_focused()


async def test_everything_that_can_be_pressed_has_a_name(page: Window):
    for command in ("buttons", "selects", "layout", "card"):
        await page.run_command(f"/gallery {command}")
        await expect(page.last.locator(".used")).to_contain_text(command)
    nameless = """() => [...document.querySelectorAll('button, a[href], input, textarea')].filter(n => {
        const named = n.innerText || n.ariaLabel || n.labels?.length || n.title || n.querySelector('img[alt]');
        return n.checkVisibility() && !named;
    }).map(n => n.outerHTML)"""
    assert await page.page.evaluate(nameless) == []


async def test_colours_are_chosen_and_remembered(bench: Bench):
    async with bench.open(dark=True) as page:
        background = "getComputedStyle(document.body).backgroundColor"
        assert await page.page.evaluate(background) == "rgb(27, 29, 33)"
        await page.run_command("/gallery card")
        await page.sees("A superhuman AI coder")
        await page.shot("dark")
        await page.page.get_by_role("button", name="Light colours").click()
        assert await page.page.evaluate(background) == "rgb(252, 252, 253)"
        await page.page.reload()
        await expect(page.page.get_by_role("button", name="Dark colours")).to_be_visible()
        await page.shot("light")


async def test_at_phone_width_everything_is_within_reach(phone: Window):
    await phone.run_command("/gallery card", mouse=True)
    card = await phone.sees("A superhuman AI coder before 2030")
    await phone.no_sideways()
    await phone.shot("phone")
    await phone.press("Offer a bet", on=card)
    await phone.sees("only you read this")
    await phone.press("NO 62%", on=card)
    await expect(phone.form).to_be_in_viewport(ratio=0.99)
    await phone.shot("phone-form")
    await phone.form.get_by_role("button", name="Cancel").click()
    await phone.become("Oz")
    await phone.misses("only you read this")
    await expect(phone.page.locator("#side")).not_to_be_visible()
    panel = await phone.panel()
    await expect(panel).to_be_in_viewport()
    await phone.shot("phone-panel")
    await phone.close_panel()
    await phone.page.locator(".tools[data-message-menu]").last.click()
    await expect(phone.page.get_by_role("menuitem", name="Reply")).to_be_visible()
    await phone.page.keyboard.press("Escape")
    await phone.no_sideways()


async def test_the_line_on_top_has_room_for_the_name_of_where_one_is(bench: Bench):
    """Whole names of channels on the narrowest phone, two lines of a post's title, and the box below it."""
    whole = "n => n.scrollWidth <= n.clientWidth && n.scrollHeight <= n.clientHeight + 1"
    for width in (320, 390, 800):
        async with bench.open(size={"width": width, "height": 700}, touch=width < 760) as page:
            name = page.page.locator("#head .title .cut")
            for channel in ("predictions", "announcements", "log"):
                await page.go(channel)
                assert await name.evaluate(whole), f"{channel} at {width}"
            await page.run_command("/gallery spread") if width == 320 else None
            await page.go("claims")
            await page.page.locator(".post", has_text="superhuman").first.click()
            await expect(name).to_have_text("A superhuman AI coder before 2030")
            lines = await name.evaluate("n => n.clientHeight / parseFloat(getComputedStyle(n).lineHeight)")
            assert round(lines) == (1 if width == 800 else 2)
            box = await page.composer.bounding_box()
            assert box is not None
            assert box["height"] > 24
            await page.no_sideways()
            await page.shot(f"head-{width}")


async def test_on_a_phone_colours_are_changed_beside_the_channels(phone: Window):
    await expect(phone.page.get_by_role("button", name="Dark colours")).to_have_count(0)
    await phone.page.get_by_role("button", name="Channels and people", exact=True).click()
    await phone.page.get_by_role("button", name="Dark colours").click()
    await expect(phone.page.get_by_role("button", name="Light colours")).to_be_focused()
    assert await phone.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 29, 33)"


async def test_nothing_of_all_this_was_a_fault_of_the_playground(bench: Bench):
    assert await bench.play.failures() == []
