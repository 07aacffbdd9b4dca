"""The book as people see it: checked, exported, and a person taken out of it."""

import asyncio
import csv
import io
import json
import sqlite3
import zipfile

from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_results import bet_between


async def gift(play: Playground, amount: str = "25") -> Answer:
    asked = await play.ada.run("/wallet give", to=play.bo, amount=amount)
    return await play.ada.click(asked, f"Give {amount} points")


async def rows(play: Playground, answer: Answer) -> list[dict[str, str]]:
    content = (await play.download(answer.message.files[0])).decode()
    return list(csv.DictReader(content.splitlines()))


async def test_verify_tells_the_head_and_is_checked_at_most_once_a_minute(play: Playground):
    assert "no wallet here" in (await play.ada.run("/ledger verify")).text
    await gift(play)
    first = await play.ada.run("/ledger verify")
    assert "The book is right" in first.text
    assert "2 transfers checked" in first.text

    await gift(play, "5")
    again = await play.bo.run("/ledger verify")
    assert "2 transfers checked" in again.text
    assert "This was checked <t:" in again.text
    await play.skip(seconds=61)
    assert "3 transfers checked" in (await play.bo.run("/ledger verify")).text


async def test_verify_names_the_first_difference(play: Playground, book: str):
    await gift(play)
    with sqlite3.connect(book.removeprefix("sqlite:///")) as damage:
        damage.execute("UPDATE accounts SET balance = balance + 1 WHERE kind = 'wallet'")
    damage.close()
    found = await play.ada.run("/ledger verify")
    assert "The book is not right" in found.text
    assert "balance" in found.text


async def test_a_member_exports_their_own_entries_and_a_moderator_the_servers(play: Playground):
    await set_up(play)
    await gift(play)
    own = await play.ada.run("/ledger export")
    assert own.message.ephemeral
    assert own.message.files[0]["filename"] == "crux-my-entries.csv"
    mine = [row for row in await rows(play, own) if row["row"] == "entry"]
    assert [(row["kind"], row["amount_points"]) for row in mine] == [("start", "1000.00"), ("gift", "-25.00")]

    assert "This is for moderators" in (await play.ada.run("/ledger export", what="server")).text
    whole = await play.mira.run("/ledger export", what="server")
    assert sum(int(row["amount"]) for row in await rows(play, whole)) == 0


async def test_everybody_exports_claims_bets_results_and_acts_and_they_join_with_the_book(play: Playground):
    await bet_between(play, when="in 10 days")
    await play.skip(days=11)
    form = await play.mira.run("/resolve propose", claim=1)
    await play.mira.submit(form, result="YES", evidence="https://example.org/report")
    form = await play.ada.run("/resolve challenge", claim=1)
    await play.ada.submit(form, ground="a fact is wrong", reason="It scored 60%.")
    form = await play.mira.click(await play.mira.run("/mod decide", claim=1), "YES")
    await play.mira.submit(form, reason="It scored 91%.")
    await play.settle()  # its day begins when it is posted
    await play.skip(days=2)

    answer = await play.bo.run("/ledger export", what="claims")
    assert "claims (1)" in answer.text
    packed = zipfile.ZipFile(io.BytesIO(await play.download(answer.message.files[0])))
    tables = {
        name.removesuffix(".csv"): list(csv.DictReader(packed.read(name).decode().splitlines()))
        for name in packed.namelist()
    }
    assert {"claims", "bets", "resolutions", "disputes", "acts", "votes"} <= set(tables)
    (bet,) = tables["bets"]
    await play.skip(seconds=61)  # one a minute
    whole = await rows(play, await play.mira.run("/ledger export", what="server"))
    paid = [row for row in whole if row["row"] == "entry" and row["transfer"] == bet["paid_by"]]
    assert sorted(int(row["amount"]) for row in paid) == [-40_000, 40_000]
    assert tables["votes"][0]["reason"] == "It scored 91%."
    about = [row for row in tables["acts"] if row["claim"]]  # the others are settings that were changed
    assert ["vote" in row.values() for row in about] == [True]
    assert not {"orders", "preferences", "posts"} & set(tables)


async def test_privacy_export_holds_all_there_is_and_nothing_of_others(play: Playground):
    assert "Nothing is stored about you" in (await play.ada.run("/privacy export")).text
    await gift(play)
    answer = await play.ada.run("/privacy export")
    stored = json.loads(await play.download(answer.message.files[0]))
    assert stored["balance_points"] == "975.00"
    assert [entry["kind"] for entry in stored["entries"]] == ["gift", "start"]
    people = {person["name"]: person["id"] for person in await play.get("people")}
    assert stored["discord_id"] == people["Ada"]
    assert people["Bo"] not in json.dumps(stored)


async def test_being_deleted_takes_two_steps_and_leaves_the_book_right(play: Playground, book: str):
    await set_up(play)
    await gift(play)
    form = await play.mira.run("/mod grant", to=play.ada, amount="5")
    await play.mira.submit(form, reason="Something about Ada")
    people = {person["name"]: person["id"] for person in await play.get("people")}

    first = await play.ada.run("/privacy delete")
    assert "Your 980 points go to the house." in first.text
    second = await play.ada.click(first, "Go on to delete")
    assert "Delete for good?" in second.text
    done = await play.ada.click(second, "Delete my data for good")
    assert "980 points went to the house" in done.text

    acts = (await play.bo.run("/ledger acts")).text
    assert "Something about Ada" not in acts
    assert "player " in acts
    assert "The book is right" in (await play.bo.run("/ledger verify")).text
    mine = await play.ada.run("/privacy export")
    assert "Nothing is stored about you here, except a keyed digest" in mine.text
    (digest,) = json.loads(await play.download(mine.message.files[0]))["digests_of_your_id"]
    assert digest["until"].startswith("20")
    with sqlite3.connect(book.removeprefix("sqlite:///")) as dump:
        assert people["Ada"] not in "\n".join(dump.iterdump())
    dump.close()

    again = await play.ada.run("/wallet show")
    assert "You have **0 points**" in again.text
    assert "the next starting balance or allowance can come" in again.text
    assert "you can draw nothing" in (await play.ada.run("/wallet allowance")).text
    await play.skip(days=366)
    assert "You have **1,000 points**" in (await play.ada.run("/wallet show")).text


async def test_asking_to_be_deleted_ends_by_itself_or_by_no(play: Playground):
    await gift(play)
    asked = await play.ada.run("/privacy delete")
    assert "Nothing happened" in (await play.ada.click(asked, "Keep my data")).text
    asked = await play.ada.run("/privacy delete")
    await play.skip(minutes=3)
    assert "nothing happened" in (await play.ada.click(asked, "Go on to delete")).text
    assert "**975 points**" in (await play.ada.run("/wallet show")).text


async def test_an_export_comes_once_a_minute_and_exporters_wait_in_line(play: Playground):
    """B8: four at once on a large book took more memory than the bot has."""
    for person in (play.ada, play.bo, play.mira, play.oz):
        await person.run("/wallet show")
    first = await play.ada.run("/ledger export", what="claims")
    assert first.message.files
    again = await play.ada.run("/ledger export")
    assert "once a minute" in again.text
    assert not again.message.files
    others = [person.run("/ledger export", what="claims") for person in (play.bo, play.mira, play.oz)]
    assert all(one.message.files for one in await asyncio.gather(*others))
    await play.skip(seconds=61)
    assert (await play.ada.run("/ledger export")).message.files
