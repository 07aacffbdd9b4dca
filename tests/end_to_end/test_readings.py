"""What can be read two ways is asked about in every form, and goes on with a press (RULES B7, B6)."""

from bot.playground.driver import Answer, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK, posted, quick

BEFORE, UNTIL = "Before 2030 begins: 2029-12-31", "Until 2030 ends: 2030-12-31"
EVIDENCE = "https://example.org/not-yet *Nothing* has happened,\nsays the lab."


def held(form: Answer) -> dict[str, str]:
    """What a form's lines hold."""
    parts = [part["component"] for part in form.modal["components"] if "component" in part]
    return {part["custom_id"]: part.get("value", "") for part in parts}


async def test_a_claim_and_a_quick_bet_ask_for_their_deadline(play: Playground):
    await set_up(play)
    asked = await quick(play, when="by 2030")
    assert "The deadline can be read two ways: before 2030 begins (<t:" in asked.text
    assert asked.message.buttons == [BEFORE, UNTIL, "Change it"]
    assert "There are none" in (await play.bo.run("/claim list")).text
    again = await play.ada.run("/claim drafts")
    again = await play.ada.click(again, "Draft 1")
    assert again.message.buttons == [BEFORE, UNTIL, "Change it"]
    opened = await play.ada.click(asked, UNTIL)
    assert "You risk 300 to win 100" in opened.text
    assert "Careful" not in opened.text
    card = await posted(play, "says NO: risks 300 to win 100")
    assert "<t:1924991999:F>" in (await play.bo.click(card, "Terms")).text
    twice = await play.ada.click(asked, BEFORE)
    assert "That didn't work" in twice.text
    assert "offer 2" not in (await play.bo.run("/bet list")).text

    form = await play.ada.run("/claim new")
    wanted = {"what": QUICK["what"], "outcomes": "", "source": "https://example.org", "fallback": "a lab"}
    draft = await play.ada.submit(form, wanted | {"when": "by 2030"})
    assert draft.message.buttons[:2] == [BEFORE, UNTIL]
    assert not [label for label in draft.message.buttons if label.startswith("Open")]
    chosen = await play.ada.click(draft, BEFORE)
    assert "<t:1893455999:F>" in chosen.text
    assert "Open it" in chosen.message.buttons
    form = await play.ada.click(chosen, "How it is decided")
    second = {"early": "An early result is paid as soon as it is known", "clause": "Stakes return"}
    unread = await play.ada.submit(form, second | {"closes": "June 2028", "asked": "next year", "judges": []})
    assert "When trading closes can be read two ways" in unread.text
    assert "That didn't work" in (await play.ada.click(chosen, "Open it")).text
    left = await play.ada.click(unread, "Until June 2028 ends: 2028-06-30")
    assert "When people are first asked can be read two ways" in left.text


async def test_a_change_of_an_open_claim_keeps_all_that_was_typed(play: Playground):
    await set_up(play)
    opened = await quick(play)
    rule = " ".join(f"The laboratory itself says so in writing, point {n}." for n in range(30))
    form = await play.ada.click(opened, "Change the claim")
    typed = {"what": QUICK["what"], "outcomes": f"YES: {rule}\nNO: otherwise", "when": "by 2030"}
    asked = await play.ada.submit(form, typed | {"source": "https://example.org", "fallback": ""})
    assert "Claim 1 stays as it is" in asked.text
    assert rule[:40] not in (await play.bo.run("/claim show", claim=1)).text
    again = await play.ada.click(asked, "Change what I typed")
    assert held(again)["outcomes"] == typed["outcomes"]
    assert held(again)["when"] == "by 2030"
    changed = await play.ada.click(asked, BEFORE)
    assert "Claim 1 is changed" in changed.text
    rest = await play.ada.click(changed, "Change how it is decided")
    second = {"early": "An early result is paid as soon as it is known", "clause": "Stakes return"}
    asked = await play.ada.submit(rest, second | {"closes": "by 2029", "asked": "", "judges": []})
    changed = await play.ada.click(asked, "Before 2029 begins: 2028-12-31")
    assert "Claim 1 is changed" in changed.text
    terms = await play.bo.click(await play.bo.run("/claim show", claim=1), "Terms")
    assert "<t:1861919999:F>" in terms.text


async def test_pools_orders_rewards_and_results_ask_as_well(play: Playground):
    await set_up(play)
    await quick(play, when="2034-12-31")
    asked = await play.ada.run("/market pool", claim=1, until="next year")
    assert "When it closes can be read two ways: before 2027 begins" in asked.text
    stake = await play.bo.run("/market stake", claim=1, outcome="YES", stake="5")
    assert "has no pool yet" in stake.text
    pool = await play.ada.click(asked, "Until 2027 ends: 2027-12-31")
    assert "<t:1830297600:" in pool.text

    opening = await play.ada.run("/market open", claim=1)
    asked = await play.ada.submit(opening, liquidity="50")
    await play.ada.click(asked, next(label for label in asked.message.buttons if label.startswith("Open")))
    asked = await play.bo.run("/market order", claim=1, outcome="YES", limit="40%", points="20", until="2027")
    assert "When it ends can be read two ways" in asked.text
    order = await play.bo.click(asked, "Until 2027 ends: 2027-12-31")
    assert "at 40.0% or less" in order.text
    placed = await play.bo.click(order, next(one for one in order.message.buttons if one.startswith("Place")))
    assert "<t:1830297600:" in placed.text

    await play.bo.run("/forecast give", claim=1, chance="60%")
    asked = await play.bo.run("/reward offer", claim=1, amount="5", until="next month")
    assert "When it returns can be read two ways" in asked.text
    form = await play.bo.click(asked, "Until December 2026 ends: 2026-12-31")
    assert "5 points" in (await play.bo.submit(form, words="What do you know?")).text

    form = await play.ada.run("/resolve propose", claim=1)
    asked = await play.ada.submit(
        form, result="Too early to say", detail="by 2030", evidence=EVIDENCE, known=""
    )
    assert "When to ask again can be read two ways" in asked.text
    form = await play.ada.click(asked, "Change what I typed")
    assert held(form)["evidence"] == EVIDENCE
    asked = await play.ada.submit(form)
    done = await play.ada.click(asked, UNTIL)
    assert "You proposed too early" in done.text
    card = await posted(play, "Proposed:")
    assert "says the lab" in card.text
    await play.bo.submit(
        await play.bo.click(card, "Challenge"), ground="a fact is wrong", reason="It is early."
    )
    case = await play.mira.run("/mod decide", claim=1)
    form = await play.mira.click(case, "Too early to say")
    asked = await play.mira.submit(form, detail="by 2030", reason="Nothing *yet*.")
    ruled = await play.mira.click(asked, BEFORE)
    assert "That is the ruling" in ruled.text
    assert "Nothing \\*yet\\*." in (await posted(play, "Ruled")).text


async def test_a_line_of_a_story_asks_for_its_day(play: Playground):
    form = await play.ada.run("/claim scenario")
    items = "2027-06-30: a lab says it, 80%\nby 2030: a second lab says it, 50%"
    said = {"what": "How AI does mathematics", "title": "Fast", "source": "a lab", "story": "It goes on."}
    asked = await play.ada.submit(form, said | {"items": items})
    assert "The date in line 2 can be read two ways" in asked.text
    draft = await play.ada.click(asked, UNTIL)
    assert "a second lab says it" in draft.text
    assert "<t:1924991999:" in draft.text
