"""Scenarios, as people meet them: two stories, a bet on whose is closer, items judged one by one, paid (RULES E7)."""

from typing import Any

from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted

LAB = "2026-12-10: A named AI lab announces 90% on FrontierMath"
SECOND = "2026-12-20: A second lab announces the same"
LAW = "2026-12-30: The EU publishes a law that names FrontierMath"


def field(form: Answer, name: str) -> str:
    held = {
        part["component"]["custom_id"]: part["component"]
        for part in form.modal["components"]
        if "component" in part
    }
    return held[name]["value"]


def told(*chances: str) -> str:
    return "\n".join(f"{item}, {chance}" for item, chance in zip((LAB, SECOND, LAW), chances, strict=False))


async def written(play: Playground) -> None:
    """Ada's story and Bo's, in a draft that she shows, and what on the way is kept, changed and taken out."""
    form = await play.ada.run("/claim scenario")
    typed = f"{LAB}, 80%\n2020-01-01: What is over, 50%"
    said = {
        "what": "How AI does mathematics in 2026",
        "title": "Fast",
        "source": "https://example.org",
        "story": "",
    }
    kept = await play.ada.submit(form, items=typed, **said)
    assert "Your story isn't in yet" in kept.text
    assert "that day is over. Choose a later one" in kept.text
    form = await play.ada.click(kept, "Change it")
    assert field(form, "items") == typed, "what was typed is there again"
    draft = await play.ada.submit(form, items=told("80%", "60%"))
    assert "Draft 1: How AI does mathematics in 2026" in draft.text
    assert "there are 2 to 10: write another one" in draft.text

    shared = await play.ada.click(draft, "Let others write")
    assert not shared.message.ephemeral
    form = await play.bo.click(shared, "Add a story")
    assert field(form, "items") == told("50%", "50%"), "what a story doesn't price counts as 50%"
    mine = await play.bo.submit(
        form, title="Slow", items=told("40%", "20%", "70%"), story="Nothing is that fast."
    )
    assert "Your story is in: Slow" in mine.text

    shelf = await play.ada.click(shared, "Stories")
    assert "80% / 40%" in shelf.text
    assert "50% / 70%" in shelf.text, "the item that Bo added"
    form = await play.ada.click(shelf, "Change Fast")
    assert "60% / 20%" in (await play.ada.submit(form, items=told("90%", "60%", "30%"))).text
    form = await play.ada.click(shelf, "Add a story")
    again = await play.ada.submit(form, title="Fast")
    assert "Two outcomes have the same name" in again.text
    form = await play.ada.click(again, "Change it")
    await play.ada.submit(form, title="Never", items=told("1%", "1%", "1%"))
    shelf = await play.ada.click(shared, "Stories")
    assert "**Never**" in shelf.text
    assert "**Never**" not in (await play.ada.click(shelf, "Take out Never")).text


async def judges(play: Playground, form: Answer, item: int, answer: str, **more: Any) -> Answer:
    assert form.kind == "modal", form.text
    fields = {"evidence": "https://example.org/seen It says so.", "item": [str(item)], "answer": [answer]}
    return await play.mira.submit(form, fields | more)


async def test_two_people_write_stories_and_bet_on_whose_is_closer(play: Playground):
    await set_up(play)
    await written(play)
    draft = await play.ada.click(await play.ada.run("/claim drafts"), "Draft 1")
    opened = await play.ada.click(draft, next(one for one in draft.message.buttons if one.startswith("Open")))
    assert "Claim 1 is open" in opened.text, opened.text
    card = await posted(play, "### How AI does mathematics")
    assert "**Fast** by <@" in card.text
    assert "A second lab announces the same: 60% / 20%" in card.text

    offered = await play.ada.run("/bet offer", claim=1, side="Fast", stake="100", odds="50%")
    assert "stands" in offered.text, offered.text
    shelf = await play.bo.click(card, "Stories")
    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, asked.message.buttons[0])
    assert "Bets hang on claim 1" in (await play.bo.click(shelf, "Change Slow")).text
    assert "Change Slow" not in (await play.bo.click(card, "Stories")).message.buttons

    assert "Only the judges" in (await play.bo.run("/claim judge", claim=1)).text
    early = await judges(play, await play.mira.run("/claim judge", claim=1), 1, "false")
    assert "can't be proposed for claim 1 yet" in early.text
    done = await judges(play, await play.mira.run("/claim judge", claim=1), 1, "true", known="2026-11-24")
    assert "Item 1 of claim 1: came true" in done.text
    seen = await posted(play, "Item 1 of claim 1 came true")
    assert "Fast 0.0100 · Slow 0.3600" in seen.text
    assert "“It says so.”" in seen.text
    assert "1 of 3 items judged" in (await posted(play, "### How AI does mathematics")).text
    form = await play.ada.run("/resolve propose", claim=1)
    refused = await play.ada.submit(form, result="Fast", evidence="https://example.org/seen")
    assert "In a scenario the items say which story was closest" in refused.text

    await play.skip(days=27)
    due = await posted(play, "Claim 1 has an item to judge")
    assert "A second lab announces the same" in due.text
    await judges(play, await play.mira.click(due, "Judge an item"), 2, "dropped")
    await play.skip(days=11)
    due = await posted(play, "Claim 1 wants its result")
    late = await judges(play, await play.mira.click(due, "Judge an item"), 3, "true")
    assert "when it came true, since its date is over" in late.text
    last = await judges(play, await play.mira.click(due, "Judge an item"), 3, "false")
    assert "All items are judged, so **Fast** is proposed" in last.text
    proposed = await posted(play, "Proposed: Fast")
    assert "Fast 0.0500, Slow 0.4250. The lowest score is the closest." in proposed.text

    await play.skip(days=3)
    await posted(play, "Settled Fast")
    assert "**1,100 points**" in (await play.ada.run("/wallet show")).text
    assert "judged an item of claim 1" in (await play.bo.run("/resolve acts")).text
