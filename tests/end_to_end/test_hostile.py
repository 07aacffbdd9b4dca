"""Words and names that mean no good, in every field that takes words: harmless wherever they are shown."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from bot.playground import rules
from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted
from tests.end_to_end.test_running import crux, doctor
from tests.playground.browser import PHONE, Window, window

MARK = "quetzal"
"""A word in all of them, that no log may hold."""

KINDS = {
    "markdown and html": "<script>alert(1)</script> **bold** __under__ ~~struck~~ `code` ||hidden|| [a](http://x.y) "
    "<img src=x onerror=alert(1)> # big > said ```fence```",
    "mentions": "@everyone @here <@{uma}> <@&{role}> <#{claims}> </wallet show:4> <t:5:R> <:a:6>",
    "bidi, zero width, piled marks": "\u202egnp.exe\u2066 \u200ftxet\u061c\u2069 "
    "a\u200bb\u200d\u2060\ufeffc\u034f\u3164d\u00ad\x00\x1b[31m Z" + "\u0351\u0327" * 60 + "algo",
    "formula": '=HYPERLINK("http://example.invalid","x")',
    "4,000 characters": "*" * 4_000,
}

LIVELY = (
    *("**bold", "__under", "~~struck", "`code", "||hidden", "[a](", "```fence", "<script", "<img"),
    *("@everyone", "@here", "<@{uma}>", "<@&{role}>", "<#{claims}>", "</wallet show:4>", "<t:5:R>", "<:a:6>"),
)
"""What of them does something in Discord, unless it stands behind a backslash."""

FORMULA = re.compile(r"[=+@\t\r\n\uff1d\uff0b\uff0d\uff20]|-(?![0-9.]+$)")


def filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


async def named(play: Playground) -> dict[str, str]:
    """A person, a role and a channel that Crux has no reason to mention."""
    people = {person["name"]: person["id"] for person in await play.get("people")}
    channels = {channel["name"]: channel["id"] for channel in await play.ada.channels()}
    role = await play.world("add_role", name="Bystanders")
    return {"uma": people["Uma"], "role": role["id"], "claims": channels["claims"]}


class Words:
    """One kind, cut to what a field takes; the formula stands first, where a spreadsheet would read it."""

    def __init__(self, kind: str, names: dict[str, str]) -> None:
        text = filled(KINDS[kind], names)
        self.text = f"{text} {MARK}" if kind == "formula" else f"{MARK} {text}"

    def __call__(self, most: int) -> str:
        return self.text[:most]

    @property
    def name(self) -> str:
        """As an outcome's name, whose criteria begin at the first colon."""
        return self(40).replace(":", " ")


def linkless(words: str) -> str:
    """Without what would be a link: one that can't stand is refused where sources and evidence are named."""
    return words.replace("://", ":/ /")


async def opened(play: Playground, words: Words) -> None:
    """A claim with such words in all its fields."""
    form = await play.ada.run("/claim new")
    outcomes = f"{words.name}: {words(400)}\nNO: not so: {words(390)}"
    source = linkless(words(400))
    draft = await play.ada.submit(
        form, what=words(900), outcomes=outcomes, when="in 10 days", source=source, fallback=source
    )
    draft = await play.ada.submit(await play.ada.click(draft, "Votes, days, tags"), tags=words(25))
    await play.ada.click(draft, "Show it to others")
    await play.ada.click(draft, next(label for label in draft.message.buttons if label.startswith("Open")))


async def confirmed(play: Playground, asked: Answer) -> Answer:
    return await play.bo.click(asked, asked.message.buttons[0])


async def staked(play: Playground, claim: int, words: Words) -> None:
    """A bet, a market, a pool and a forecast hang on it; judges and moderators say something."""
    await play.ada.run("/bet offer", claim=claim, side="NO", stake="10", odds="50%")
    await confirmed(play, await play.bo.run("/bet accept", offer=claim))
    form = await play.ada.run("/market open", claim=claim)
    asked = await play.ada.submit(form, liquidity="50")
    await play.ada.click(asked, asked.message.buttons[0])
    await confirmed(play, await play.bo.run("/market buy", claim=claim, outcome="NO", points="5"))
    await play.bo.run("/market pool", claim=claim)
    await confirmed(play, await play.bo.run("/market stake", claim=claim, outcome="NO", stake="5"))
    await play.bo.run("/forecast give", claim=claim, chance="50, 50")
    await play.bo.run(
        "/claim link", claim=claim, to=1, moves="raise", outcome=words(80)
    )  # no outcome is called so
    if claim > 1:
        linked = await play.bo.run(
            "/claim link", claim=claim, to=1, moves="raise", outcome=words.name, answer="NO"
        )
        assert "That didn't work" not in linked.text
    form = await play.bo.run("/reward offer", claim=claim, amount="1")
    assert "is locked" in (await play.bo.submit(form, words=words(300))).text
    await play.bo.run("/forecast give", claim=claim, chance="60, 40")
    form = await play.bo.run("/reward give", reward=claim, to=play.ada)
    assert "You gave" in (await play.bo.submit(form, why=words(300))).text
    await play.mira.run("/claim clarify", claim=claim, words=words(500))
    await play.mira.run("/mod note", claim=claim, words=words(500))
    form = await play.mira.run("/mod grant", to=play.bo, amount="1")
    await play.mira.submit(form, reason=words(300))
    form = await play.oz.click(await play.oz.run("/setup"), "A season")
    season = await play.oz.submit(form, name=words(60), begins="2026-12-01", ends="2027-02-28")
    assert "Season " in season.text
    await play.bo.run("/board show", season=claim)
    if len(words.text) < 1_000:
        await play.ada.menu("Bet on this", await play.ada.say(words(2_000)))


async def decided(play: Playground, claim: int, words: Words) -> None:
    """Proposed, challenged, argued, ruled, appealed, ruled again."""
    form = await play.bo.run("/resolve propose", claim=claim)
    proposed = await play.bo.submit(form, result=["1"], evidence=words(900))
    if "://" in words(900):
        assert "a link begins with https://" in proposed.text
        form = await play.bo.run("/resolve propose", claim=claim)
        proposed = await play.bo.submit(form, result=["1"], evidence=linkless(words(900)))
    assert "You proposed NO" in proposed.text, proposed.text
    await play.ada.submit(await play.ada.run("/resolve challenge", claim=claim), reason=words(500))
    await play.oz.submit(await play.oz.run("/resolve argue", claim=claim), words=words(500))
    await play.mira.run("/mod queue")
    form = await play.mira.click(await play.mira.run("/mod decide", claim=claim), "NO")
    ruled = await play.mira.submit(form, reason=words(500))
    assert "That is the ruling" in ruled.text
    await play.skip(seconds=1)
    await play.bo.submit(await play.bo.run("/resolve appeal", claim=claim), reason=words(500))
    form = await play.oz.click(await play.oz.run("/mod decide", claim=claim), "NO")
    await play.oz.submit(form, reason=words(500))
    await play.skip(seconds=1)
    lost = await play.bo.run("/bet dissent", bet=claim, words=words(500))
    assert MARK in lost.text


async def looked_at(play: Playground, claim: int, words: Words) -> None:
    shown = await play.bo.run("/claim show", claim=claim)
    await play.bo.click(shown, "Terms")
    for command, options in (
        ("/bet show", {"number": claim}),
        ("/market show", {"claim": claim}),
        ("/market pool", {"claim": claim}),
        ("/forecast show", {"claim": claim}),
        ("/reward show", {"reward": claim}),
        ("/claim search", {"words": words(100)}),
        ("/claim list", {"tag": words(25)}),
    ):
        await play.bo.run(command, **options)
    form = await play.oz.run("/mod reverse", claim=claim)  # what an appeal ruled is the owner's
    asked = await play.oz.submit(form, reason=words(300))
    assert "will be taken back" in asked.text, asked.text
    await posted(play, "A result is to be taken back")
    await play.skip(days=1, minutes=1)


LISTS = (
    *(
        "/claim list",
        "/claim links",
        "/claim drafts",
        "/bet mine",
        "/bet list",
        "/market list",
        "/market portfolio",
    ),
    *("/reward show", "/wallet history", "/resolve acts", "/ledger acts", "/board show"),
)


async def all_of_it(play: Playground) -> dict[str, str]:
    """Every field takes every kind, and everything there is to look at is looked at; who is named in them."""
    await set_up(play)
    names = await named(play)
    kinds = [Words(kind, names) for kind in KINDS]
    for claim, words in enumerate(kinds, 1):
        await opened(play, words)
        await staked(play, claim, words)
    await play.skip(days=11)
    for claim, words in enumerate(kinds, 1):
        await decided(play, claim, words)
    await play.skip(days=1)
    for claim, words in enumerate(kinds, 1):
        await looked_at(play, claim, words)
    for command in (
        *LISTS,
        "/claim links",
        "/reward show",
        "/resolve acts",
        "/ledger acts",
        "/claim drafts",
        "/board show",
    ):
        await play.bo.run(command)
    await play.skip(seconds=1)
    return names


def unseen(text: str) -> list[str]:
    """Controls, bidi marks and zero-width characters in a text, and more marks than belong on a letter."""
    found = [char for char in text if unicodedata.category(char)[0] == "C" or char in "\u034f\u3164"]
    return found + re.findall("[\u0300-\u036f]{5,}", text)


def texts(components: Any) -> Iterator[str]:
    """Markdown that Discord would draw."""
    for _, part in rules.walk(components):
        if part["type"] == rules.TEXT:
            yield part["content"]


async def written(play: Playground) -> list[dict[str, Any]]:
    """Every message and every form that Crux has made, for whomever."""
    assert play.running is not None
    world = play.running.core.world
    made = [
        play.running.core.views.message(one) for c in world.channels.values() for one in c.messages.values()
    ]
    ours = [message for message in made if message["author"]["id"] == str(world.bot_id)]
    return ours + [one.modal for one in world.interactions.values() if one.modal]


@pytest.mark.proof
async def test_in_cards_forms_exports_and_logs_they_are_only_words(
    play: Playground, book: str, tmp_path: Path
):
    names = await all_of_it(play)
    alive = re.compile("|".join(rf"(?<!\\){re.escape(filled(one, names))}" for one in LIVELY))
    made = await written(play)
    assert len(made) > 200
    for one in made:
        for text in texts(one["components"]):
            assert not alive.search(text), text
        assert unseen(json.dumps(one, ensure_ascii=False)) == []
        if "mentions" in one:
            assert one["mention_everyone"] is False
            assert names["uma"] not in [person["id"] for person in one["mentions"]]
            assert names["role"] not in one["mention_roles"]
    shown = "\n".join(text for one in made for text in texts(one["components"]))
    for words in ("\\*\\*bold\\*\\*", "=HYPERLINK", "gnp.exe", "\\<script\\>", "\\@everyone", "abcd"):
        assert words in shown

    await exports(play, book, tmp_path)
    log = "\n".join(await play.log(2_000))
    assert MARK not in log
    assert "HYPERLINK" not in log


async def exports(play: Playground, book: str, folder: Path) -> None:
    """As somebody opens them: own entries, the server's, all that is stored about oneself, and the whole book."""
    for person in (play.ada, play.bo, play.mira):
        file = (await person.run("/privacy export")).message.files[0]
        stored = (await play.download(file)).decode()
        assert MARK in stored
        assert unseen(json.dumps(json.loads(stored), ensure_ascii=False)) == []
    tables = [
        (await play.download((await play.ada.run("/ledger export")).message.files[0])).decode(),
        (
            await play.download((await play.mira.run("/ledger export", what="server")).message.files[0])
        ).decode(),
    ]
    code, said = await crux(folder, "export", "--database", book, "--out", str(folder / "out"))
    assert code == 0, said
    tables += [path.read_text() for path in (folder / "out").rglob("*.csv")]
    cells = [cell for table in tables for row in csv.reader(table.splitlines()) for cell in row]
    assert [cell for cell in cells if FORMULA.match(cell)] == []
    assert [cell for cell in cells if unseen(cell)] == []
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


async def test_words_of_which_nothing_can_be_seen_are_no_words(play: Playground):
    await set_up(play)
    nothing = "\u200b\u2060\u3164\u202e"
    form = await play.ada.run("/claim new")
    blank = await play.ada.submit(form, what=nothing, outcomes=f"{nothing}\n{nothing}", when="in 10 days")
    assert not any(label.startswith("Open") for label in blank.message.buttons)
    form = await play.mira.run("/mod grant", to=play.bo, amount="1")
    assert "The reason: " in (await play.mira.submit(form, reason=nothing)).text
    card = await play.oz.run("/setup")
    await play.oz.submit(await play.oz.click(card, "Points"), {"name": "\u3164\u3164", "symbol": nothing[:3]})
    assert "You have **1,000 points**" in (await play.ada.run("/wallet show")).text
    form = await play.ada.run("/bet quick")
    await play.ada.submit(
        form, what="A lab announces 90% on FrontierMath", when="in 10 days", side="NO 60%", stake="5"
    )
    refused = await play.mira.run("/claim clarify", claim=1, words=nothing)
    assert "What you wrote: " in refused.text
    refused = await play.mira.run("/mod note", claim=1, words=nothing)
    assert "What you wrote: " in refused.text


HOSTILE_NAMES = ("**Ada** @everyone", "\u202eoB\u2066 =1+1", "<b>x</b> `Mira`", "\u200b\u2060")


async def renamed(play: Playground) -> None:
    for person, name in zip(("ada", "bo", "mira", "oz"), HOSTILE_NAMES, strict=True):
        await play.world("rename", person=person, name=name)


async def test_names_stand_in_no_card_no_export_and_no_log(play: Playground, book: str, tmp_path: Path):
    """Crux says whom it means by a mention, which is Discord's to draw; so their names are nobody's but theirs."""
    assert play.running is not None
    guild = next(iter(play.running.core.world.guilds.values()))
    await set_up(play)
    await renamed(play)
    guild.name = "The \u202ebulC\x1b[31m =1+1"
    ada, bo = play.person("ada"), play.person("bo")
    form = await ada.run("/bet quick")
    await ada.submit(
        form, what="A lab announces 90% on FrontierMath", when="2029-12-31", side="NO 60%", stake="5"
    )
    asked = await bo.run("/bet accept", offer=1)
    await bo.click(asked, asked.message.buttons[0])
    asked = await ada.run("/wallet give", to=bo, amount="5")
    await ada.click(asked, "Give 5 points")
    await play.skip(seconds=1)
    for one in await written(play):
        for text in texts(one["components"]):
            assert not any(name in text for name in HOSTILE_NAMES), text
    code, _ = await crux(
        tmp_path, "export", "--database", book, "--out", str(tmp_path / "out"), "--with-people"
    )
    assert code == 0
    exported = "".join(path.read_text() for path in (tmp_path / "out").rglob("*.csv"))
    log = "\n".join(await play.log(2_000))
    assert not any(name in exported or name in log for name in HOSTILE_NAMES)
    code, said = await doctor(play, tmp_path, book)
    assert "The bulC[31m =1+1, #announcements for announcements" in said
    assert unseen(said.replace("\n", "")) == []


async def _reads(page: Window, kinds: int) -> None:
    await page.go("claims")
    await expect(page.page.locator(".post")).to_have_count(kinds)
    await page.no_sideways()
    for words in ("**bold**", "gnp.exe", "=HYPERLINK", "<script>alert(1)</script>"):
        await page.go("claims")
        await page.page.locator(".post").filter(has_text=words[:12]).first.click()
        await page.sees(words)
        await page.no_sideways()
    assert await page.messages.locator("script, img:not([alt]), b[onmouseover]").count() == 0


@pytest.mark.tools
async def test_on_the_page_they_are_only_words(play: Playground):
    await set_up(play)
    form = await play.oz.click(await play.oz.run("/setup"), "Channels and moderators")
    await play.oz.submit(form, {"forum": ["claims"]})
    names = await named(play)
    kinds = [Words(kind, names) for kind in KINDS]
    for words in kinds:
        await opened(play, words)
    await play.skip(seconds=1)
    await renamed(play)
    async with window(play, start="/?as=ada") as page:
        await _reads(page, len(kinds))
        await page.shot("hostile")
    async with window(play, size=PHONE, touch=True, start="/?as=ada") as page:
        await _reads(page, len(kinds))
        await page.page.get_by_role("button", name="Channels and people", exact=True).click()
        people = page.page.locator("#people .person > .entry")
        await expect(people.nth(3)).to_contain_text("(no visible name)")
        await expect(people.first).to_contain_text("**Ada** @everyone")
        await page.shot("hostile-phone")
