"""The crowd's price, in a real Chromium: one claim with a market, a pool, a bet and forecasts, and what each got."""

import csv
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from tests.end_to_end.conftest import PACE
from tests.end_to_end.test_walk import (
    crux_playground,
    open_the_claim,
    pick,
    picture,
    quoted,
    sent,
    set_up_by_hand,
)
from tests.playground.browser import Window, needs_chromium, window

pytestmark = pytest.mark.tools

PEOPLE = ("Ada", "Bo", "Mira", "Oz")
Told = Callable[[Locator], object]


async def _card(page: Window) -> Locator:
    """The claim's card as it stands now."""
    await page.go("announcements")
    return await page.sees("Market YES")


async def _chart(page: Window) -> str:
    shown = (await _card(page)).locator("img").first
    await expect(shown).to_be_visible()
    return await shown.get_attribute("src") or ""


async def _buys(page: Window, who: str, outcome: str, points: str, told: list[str]) -> None:
    await page.become(who)
    card = await _card(page)
    await card.get_by_role("button", name=outcome).first.click()
    much = await page.sees(f"Buy {outcome} at")
    if points in ("25", "100"):
        await page.press(f"{points} points", on=much)
    else:
        await page.press("Other", on=much)
        await page.fill_form(Points_to_spend=points)
        await sent(page)
    question = await page.sees("a share on average")
    await expect(question).to_contain_text("Your balance 1,000.00 →")
    told.append(await question.inner_text())
    if who == "Bo":
        await picture(page, "walk-market-buy", question)
    await question.get_by_role("button", name="Buy").click()
    told.append(await (await page.sees("Bought")).inner_text())


async def _stakes(page: Window, who: str, outcome: str, points: str) -> None:
    await page.become(who)
    await page.go("predictions")
    await page.run_command("/market stake", claim="1", outcome=outcome, stake=points)
    await page.press(f"Stake {points} points")
    await page.sees("the odds stand at")


async def _forecasts(page: Window, who: str, chance: str) -> None:
    await page.become(who)
    await page.press("Forecast", on=await _card(page))
    await page.fill_form(Your_chance_of_YES=chance)
    await sent(page)
    await page.sees("Your forecast stands")


async def test_one_claim_carries_them_all_and_pays_them_to_the_unit(tmp_path: Path):
    needs_chromium()
    async with crux_playground(tmp_path) as play, window(play) as page:
        await play.settings(rate_limit_pace=PACE)  # `test_walk` goes at Discord's own
        told: list[str] = []
        await set_up_by_hand(page)
        await page.become("Ada")
        await open_the_claim(page)

        await page.press("Open a market")
        told.append(await page.form.inner_text())
        await page.shot("walk-market-form")
        await page.fill_form(Liquidity="1000")
        await sent(page)
        told.append(await (await page.sees("Open a market on claim 1?")).inner_text())
        await page.press("Open it: pay 693.15 points")
        await page.sees("The market of claim 1 is open")
        flat = await _chart(page)
        await page.skip("+1 day")

        await _buys(page, "Bo", "YES", "100", told)
        await page.sees("1 trade")
        assert await _chart(page) != flat, "the chart moves with the price"

        await page.skip("+1 day")
        await page.become("Mira")
        await page.go("predictions")
        await page.run_command("/market order", claim="1", outcome="YES", limit="45%", points="60")
        await page.press("Place the order")
        await page.sees("Order 1 rests")
        await _buys(page, "Oz", "NO", "300", told)
        await page.sees("3 trades")  # Oz's own, and the order that it filled
        await page.become("Mira")
        await page.go("predictions")
        await page.run_command("/market portfolio")
        told.append(await (await page.sees("Your portfolio")).inner_text())

        await _forecasts(page, "Ada", "60")
        await _forecasts(page, "Bo", "70")
        await _forecasts(page, "Oz", "65")  # three of them, so that they are compared
        await play.skip(
            days=120
        )  # E6: beside one another for a tenth of the window, of three years and a month
        await page.go("predictions")
        await page.run_command("/market pool", claim="1")
        await page.sees("Claim 1 has a pool")
        await _stakes(page, "Bo", "YES", "50")
        await _stakes(page, "Mira", "NO", "20")
        await page.become("Ada")
        await page.press("Offer a bet", on=await _card(page))
        await page.fill_form(Your_side="NO", Your_stake="30", Your_odds="3:1")
        await pick(page, "who", "Bo")
        await sent(page)
        await page.become("Bo")
        await page.press("Take it: risk 10 to win 30")
        await page.press("Lock 10 points")
        await page.sees("Bet 1 stands")
        card = await _card(page)
        await expect(card).to_contain_text("3 forecasts: the median says 65% YES")
        told.append(await card.inner_text())
        await picture(page, "walk-market", card)

        await page.press("Propose a result", on=card)
        await pick(page, "result", "YES")
        await page.fill_form(Evidence="https://example.org/report All three hold.")
        await sent(page)
        await page.sees("You proposed YES")
        for _ in range(12):
            await page.skip("+1 day")
            if await page.messages.filter(has_text="The market on claim 1 is paid: YES").count():
                break
        paid = await page.sees("The market on claim 1 is paid: YES")
        told.append(await paid.inner_text())
        await picture(page, "walk-market-paid", paid)
        await page.sees("The pool on claim 1 is paid: YES")
        await page.sees("staked 10, got back 40, +30")
        receipts = [await _receipt(page, name, told) for name in PEOPLE]
        assert sum(receipts) == 0, receipts

        await page.skip("+1 day")
        balances = {name: await _balance(page, name) for name in PEOPLE}
        assert sum(balances.values()) == 400_000, balances
        await page.become("Bo")
        await page.press("Balance over time")
        line = await page.sees("What is locked in bets, markets, pools and orders")
        await expect(line.locator("img")).to_be_visible()
        await picture(page, "walk-balance", line)
        await page.run_command("/board calibration")
        bins = await page.sees("How often what")
        await expect(bins).to_contain_text("said 70 to 80%: 1 of 1 happened, 100.0%")
        await expect(bins.locator("img")).to_be_visible()
        await picture(page, "walk-calibration", bins)

        await page.become("Oz")
        await page.run_command("/ledger export", what="The server's entries")
        async with page.page.expect_download() as begun:
            await page.messages.get_by_role("link", name="crux-server-entries.csv").last.click()
        entries = (await (await begun.value).path()).read_text()
        await page.skip("+1 hour")  # an export a minute
        await page.run_command("/ledger export", what="Claims, bets, markets")
        async with page.page.expect_download() as begun:
            await page.messages.get_by_role("link", name="crux-claims.zip").last.click()
        tables = _tables(await (await begun.value).path())
        assert _wallets(entries) == sorted(balances.values())
        assert _market(tables) == _by_kind(entries, "market.")
        assert _pool(tables) == _by_kind(entries, "pool.")
        assert _bets(tables) == _by_kind(entries, "bet.")
        assert sorted(_market(tables).values()) == sorted(receipts)
        came = [_market(tables), _pool(tables), _bets(tables)]
        players = {player for one in came for player in one}
        rebuilt = [100_000 + sum(one.get(player, 0) for one in came) for player in players]
        assert sorted(rebuilt) == sorted(balances.values())
        await page.run_command("/ledger verify")
        await page.sees("right")

        seen = " ".join(" ".join(told).split())
        assert len(quoted("## The crowd's price")) >= 2
        assert [words for words in quoted("## The crowd's price") if words not in seen] == [], seen


async def _receipt(page: Window, who: str, told: list[str]) -> int:
    """What the market changed for somebody, as their own receipt says; minor units."""
    await page.become(who)
    await page.go("predictions")
    await page.run_command("/market show", claim="1")
    await page.press("What it paid me")
    words = await (await page.sees("What the market on claim 1 paid you")).inner_text()
    told.append(words)
    changes = re.findall(r"got back [0-9,.]+, ([+−][0-9,]+(?:\.[0-9]{2})?)", words)
    return sum(round(float(one.replace(",", "").replace("−", "-")) * 100) for one in changes)


async def _balance(page: Window, who: str) -> int:
    """Minor units, as somebody reads them."""
    await page.become(who)
    await page.go("predictions")
    await page.run_command("/wallet show")
    shown = re.search(r"You have ([0-9,.]+[0-9])", await (await page.sees("Your wallet")).inner_text())
    assert shown
    return round(float(shown[1].replace(",", "")) * 100)


def _wallets(entries: str) -> list[int]:
    """Every wallet's balance, from what moved; no other account but the mint holds anything."""
    held: dict[tuple[str, str], int] = defaultdict(int)
    for row in csv.DictReader(entries.splitlines()):
        if row["row"] == "entry":
            held[row["account_kind"], row["account"]] += int(row["amount"])
    assert {kind for (kind, _), amount in held.items() if amount} == {"wallet", "mint"}, held
    return sorted(amount for (kind, _), amount in held.items() if kind == "wallet")


Tables = dict[str, list[dict[str, str]]]


def _tables(path: Path) -> Tables:
    with zipfile.ZipFile(path) as packed:
        return {
            name.removesuffix(".csv"): list(csv.DictReader(packed.read(name).decode().splitlines()))
            for name in packed.namelist()
        }


def _market(tables: Tables) -> dict[str, int]:
    """What the market brought each player, less what they put in, by the market's own files."""
    found: dict[str, int] = defaultdict(int)
    for row in tables["trades"]:
        found[row["player"]] -= int(row["amount"])
    for row in tables["positions"]:
        found[row["player"]] += int(row["paid"])
    for row in tables["liquidity"]:
        found[row["player"]] += int(row["returned"]) - int(row["paid"])
    return dict(found)


def _pool(tables: Tables) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in tables["stakes"]:
        found[row["player"]] += int(row["paid"]) - int(row["amount"])
    return dict(found)


def _bets(tables: Tables) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in tables["bets"]:
        for side in ("maker", "taker"):
            found[row[side]] += int(row[f"{side}_paid"]) - int(row[f"{side}_stake"])
    return dict(found)


def _by_kind(entries: str, kind: str) -> dict[str, int]:
    """The same by the book: wallets and the reserves of orders together."""
    found: dict[str, int] = defaultdict(int)
    for row in csv.DictReader(entries.splitlines()):
        if row["row"] == "entry" and row["kind"].startswith(kind) and row["player"] not in ("", "0"):
            found[row["player"]] += int(row["amount"])
    return dict(found)
