"""Pools, forecasts and the board, as people see them (RULES C6, C7, E6)."""

import csv
import io
import zipfile

import pytest

from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick
from tests.end_to_end.test_markets import held


async def a_claim(play: Playground) -> None:
    """Claim 1, opened by Ada's quick bet."""
    await set_up(play)
    await quick(play)


async def settle(play: Playground, result: str) -> None:
    """Mira names a result, and nobody objects."""
    form = await play.mira.run("/resolve propose", claim=1)
    assert form.kind == "modal", form.text
    await play.mira.submit(form, result=[result], evidence="https://example.org/source")
    await play.skip(seconds=1)  # it is announced, and its window begins
    await play.skip(days=3)
    await play.skip(seconds=1)


async def public_tables(play: Playground) -> dict[str, list[dict[str, str]]]:
    """What a member exports, by the name of its file."""
    answer = await play.mira.run("/ledger export", what="claims")
    packed = zipfile.ZipFile(io.BytesIO(await play.download(answer.message.files[0])))
    return {
        name.removesuffix(".csv"): list(csv.DictReader(packed.read(name).decode().splitlines()))
        for name in packed.namelist()
    }


async def stake(play: Playground, who: str, outcome: str, amount: str) -> Answer:
    asked = await play.person(who).run("/market stake", claim=1, outcome=outcome, stake=amount)
    assert "Your balance" in asked.text, asked.text
    return await play.person(who).click(asked, f"Stake {amount} points")


async def test_a_pool_from_its_opening_to_what_everybody_got(play: Playground):
    await a_claim(play)
    opened = await play.bo.run("/market pool", claim=1)
    assert "Claim 1 has a pool" in opened.text
    form = await play.bo.click(opened, "Stake in the pool")
    asked = await play.bo.submit(form, outcome=["0"], amount="100")
    assert asked.message.ephemeral
    for line in (
        "Nobody has staked on YES yet; with your stake ×1.00",
        "**YES**: about 100 back, **±0** at these odds",
        "**anything else**: nothing back, **−100**",
        "Your balance 1,000.00 → **900.00**",
    ):
        assert line in asked.text
    done = await play.bo.click(asked, "Stake 100 points")
    assert "100 on YES" in done.text
    assert "1,000.00 → **900.00**" in done.text

    told = await stake(play, "Ada", "NO", "300")
    assert "the odds stand at ×1.33" in told.text
    card = await posted(play, "Pool of 400")
    assert "100 on YES (×4.00) and 300 on NO (×1.33)" in card.text
    assert "Stake in the pool" in card.buttons
    seen = await play.mira.run("/market pool", claim=1)
    assert "300 on NO" in seen.text
    await settle(play, "0")
    paid = await posted(play, "The pool on claim 1 is paid: YES")
    assert "staked 100, got back 400, **+300**" in paid.text
    assert "staked 300, got back 0, **−300**" in paid.text
    assert "**1,300 points**" in (await play.bo.run("/wallet show")).text


async def test_what_a_pool_refuses_says_what_to_do(play: Playground):
    await a_claim(play)
    assert (
        "Claim 1 has no pool yet: `/market pool` opens one"
        in (await play.bo.run("/market stake", claim=1, outcome="YES", stake="5")).text
    )
    await play.bo.run("/market pool", claim=1)
    for outcome, amount, said in (
        ("MAYBE", "5", "choose YES or NO"),
        ("YES", "0", "it must be more than zero"),
        ("YES", "-3", "write points as 25"),
        ("YES", "5000", "That takes 5,000 points, and 1,000 points are there"),
    ):
        refused = await play.bo.run("/market stake", claim=1, outcome=outcome, stake=amount)
        assert said in refused.text, refused.text
    form = await play.bo.click(await play.bo.run("/market pool", claim=1), "Stake in the pool")
    refused = await play.bo.submit(form, outcome=["1"], amount="lots")
    form = await play.bo.click(refused, "Change what I typed")
    assert held(form) == {"outcome": "1", "amount": "lots"}
    assert "Stake 3 on NO?" in (await play.bo.submit(form, amount="3")).text
    await play.skip(days=8)
    assert (
        "takes no more stakes: its time is over"
        in (await play.bo.run("/market stake", claim=1, outcome="YES", stake="5")).text
    )


@pytest.mark.rule("C6")
async def test_when_a_pool_has_closed_another_opens_and_a_press_means_the_one_that_was_shown(
    play: Playground,
):
    await a_claim(play)
    await play.bo.run("/market pool", claim=1)
    await play.bo.click(
        await play.bo.run("/market stake", claim=1, outcome="YES", stake="3"), "Stake 3 points"
    )
    await play.skip(days=7, seconds=-40)
    asked = await play.bo.run("/market stake", claim=1, outcome="NO", stake="4")
    await play.skip(seconds=45)
    seen = await play.ada.run("/market pool", claim=1)
    assert "It takes no more stakes" in seen.text
    opened = await play.ada.click(seen, "Open another pool")
    assert "Claim 1 has a pool" in opened.text
    assert "takes no more stakes" in (await play.bo.click(asked, "Stake 4 points")).text

    form = await play.bo.click(await play.bo.run("/market pool", claim=1), "Stake in the pool")
    asked = await play.bo.submit(form, outcome=["1"], amount="4")
    assert "4 on NO" in (await play.bo.click(asked, "Stake 4 points")).text
    card = await play.mira.run("/market pool", claim=1)
    assert "Pool 2 on claim 1" in card.text
    assert "**Pool 1 of 3**" in card.text
    shown = await play.mira.run("/claim show", claim=1)
    assert "**Pool 2 of 4**" in shown.text
    assert "**Pool 1 of 3**: 3 on YES (×1.00), takes no more stakes" in shown.text


async def test_forecasts_given_changed_and_scored(play: Playground):
    await a_claim(play)
    card = await posted(play, "says NO: risks 300")
    given = await play.bo.run("/forecast give", claim=1, chance="80")
    assert "Your forecast stands" in given.text
    assert "You say 80% YES." in given.text
    form = await play.ada.run("/forecast give", claim=1)
    assert form.kind == "modal"
    assert "You say 60% YES." in (await play.ada.submit(form, chances="60%")).text
    claim = await posted(play, "2 forecasts")
    assert "**2 forecasts**: the median says 70% YES" in claim.text
    assert "Forecast" in claim.buttons
    assert card is not None
    refused = await play.ada.submit(await play.ada.click(claim, "Forecast"), chances="likely")
    form = await play.ada.click(refused, "Change what I typed")
    assert held(form) == {"chances": "likely"}
    changed = await play.ada.submit(form, chances="50%")
    assert "before: 60% YES" in changed.text
    assert "You say 40% YES." in (await play.oz.run("/forecast give", claim=1, chance="40")).text
    await posted(play, "**3 forecasts**: the median says 50% YES")
    await play.skip(days=115)  # E6: it counts where two others' stood beside it for a tenth of the window
    await settle(play, "0")
    scored = await play.bo.run("/forecast show", claim=1)
    assert "Your peer score is **+" in scored.text
    assert "/forecast give` makes one" in (await play.mira.run("/forecast show", claim=1)).text
    board = await play.bo.run("/board show")
    assert "Nobody has a rank yet: it needs 10 settled claims" in board.text
    assert "You have 1 settled; 9 more make a rank" in board.text
    calibration = await play.bo.click(board, "My calibration")
    assert "said 80 to 90%: 1 of 1 happened, **100.0%**" in calibration.text
    (picture,) = calibration.message.files
    assert picture["description"].startswith(
        "Calibration, what was said against what happened: said about 80%"
    )
    assert (await play.bo.run("/board calibration")).message.files[0]["filename"] == picture["filename"]


async def test_a_forecast_outside_its_limits_is_refused_with_what_to_write(play: Playground):
    await a_claim(play)
    for chance, said in (
        ("0", "chances lie between 0.1% and 99.9%"),
        ("100%", "chances lie between 0.1% and 99.9%"),
        ("99.95%", "chances lie between 0.1% and 99.9%"),
        ("-5", "chances lie between 0.1% and 99.9%"),
        ("likely", "write it like 60%"),
        ("60, 30", "together they are 90%"),
    ):
        assert said in (await play.bo.run("/forecast give", claim=1, chance=chance)).text
    assert (
        "no ranges of a number or a date"
        in (await play.bo.run("/forecast give", claim=1, values="1 / 2 / 3")).text
    )
    assert "There is no claim 9 here" in (await play.bo.run("/forecast give", claim=9, chance="50")).text


async def test_hidden_forecasts_stay_hidden_from_moderators_too(play: Playground):
    await a_claim(play)
    assert "somebody else's" in (await play.bo.run("/forecast hide", claim=1)).text
    assert "are hidden" in (await play.ada.run("/forecast hide", claim=1)).text
    assert "only you can see this" in (await play.bo.run("/forecast give", claim=1, chance="80%")).text
    claim = await posted(play, "1 forecast")
    assert "hidden until trading closes or its author shows them" in claim.text
    assert "80%" not in claim.text
    assert "80%" not in (await play.mira.run("/claim show", claim=1)).text
    assert "are shown" in (await play.ada.run("/forecast reveal", claim=1)).text
    assert "80% YES" in (await posted(play, "1 forecast")).text


async def test_a_season_and_being_left_out(play: Playground):
    await set_up(play)
    form = await play.oz.click(await play.oz.run("/setup"), "A season")
    made = await play.oz.submit(form, name="Winter", begins="2026-12-01", ends="2027-02-28")
    assert "Season 1: Winter" in made.text
    seen = await play.bo.run("/board show", season=1)
    assert "Accuracy, Winter" in seen.text
    assert "Profit, Winter" in (await play.bo.click(seen, "Profit")).text
    all_time = await play.bo.click(seen, "All time")
    assert "Over all time." in all_time.text
    assert "Profit, Winter" in (await play.bo.click(all_time, "Winter")).text
    offered = await play.bo.autocomplete("/board show", "season", season="win")
    assert offered == [{"name": "1 Winter", "value": 1}]
    assert "There is no season 7 here" in (await play.bo.run("/board show", season=7)).text
    form = await play.oz.click(await play.oz.run("/setup"), "A season")
    bad = await play.oz.submit(form, name="Winter", begins="2027-12-01", ends="2027-02-28")
    assert "A season begins before it ends" in bad.text
    form = await play.oz.click(bad, "Change what I typed")
    assert held(form) == {"name": "Winter", "begins": "2027-12-01", "ends": "2027-02-28"}
    assert "left out of the board" in (await play.bo.run("/board listed", on=False)).text
    assert "on the board again" in (await play.bo.run("/board listed", on=True)).text


async def test_who_holds_what_is_shown_once_it_has_closed_where_a_server_says_so(play: Playground):
    await set_up(play)
    form = await play.oz.click(await play.oz.run("/setup"), "Markets and pools")
    refused = await play.oz.submit(form, shown="closed", liquidity="1")
    assert "liquidity lies between 10 and" in refused.text
    form = await play.oz.click(refused, "Change what I typed")
    assert held(form) == {"shown": "closed", "liquidity": "1"}
    done = await play.oz.submit(form, liquidity="250")
    assert (
        "open with a liquidity of 250; who holds what in them and in pools is shown once they have closed"
        in done.text
    )

    await quick(play)
    form = await play.ada.run("/market open", claim=1)
    assert held(form)["liquidity"] == "250"
    asked = await play.ada.submit(form)
    await play.ada.click(asked, asked.message.buttons[0])
    asked = await play.bo.run("/market buy", claim=1, outcome="YES", points="20")
    await play.bo.click(asked, asked.message.buttons[0])
    await play.bo.run("/market pool", claim=1)
    await stake(play, "Bo", "YES", "30")
    market, pool = await play.mira.run("/market show", claim=1), await play.mira.run("/market pool", claim=1)
    assert "Who holds what is shown once trading closes." in market.text
    assert "Who is on what is shown once the pool has closed." in pool.text
    mine = await play.bo.run("/market portfolio")
    for words in (
        "At most you can lose **50.00**: 20.00 in shares and liquidity and 30.00 in pools.",
        "- in its pool: 30.00 on YES",
        "- if it comes, as the pool stands: YES **±0**, NO **±0**",
    ):
        assert words in mine.text
    exported = await public_tables(play)
    assert [exported[name] for name in ("trades", "positions", "stakes")] == [[], [], []]
    assert exported["markets"][0]["trades"] == "1"
    await play.skip(days=8)
    assert "30 on YES" in (await play.mira.run("/market pool", claim=1)).text
    await settle(play, "0")
    exported = await public_tables(play)
    assert [row["amount"] for row in exported["trades"]] == ["2000"]
    assert [row["amount"] for row in exported["stakes"]] == ["3000"]
