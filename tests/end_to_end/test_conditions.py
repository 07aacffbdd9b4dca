"""A claim that hangs on another, as people meet it: from *Only if …* on a draft to stakes that return (RULES C10)."""

from bot.playground.driver import Answer, Person, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick


async def drafted(person: Person, what: str, when: str) -> Answer:
    form = await person.run("/claim new")
    first = await person.submit(
        form, what=what, when=when, source="https://example.org", outcomes="", fallback=""
    )
    assert "Draft" in first.text, first.text
    return first


async def opened(person: Person, draft: Answer) -> Answer:
    label = next(one for one in draft.message.buttons if one.startswith("Open"))
    return await person.click(draft, label)


async def bet(play: Playground, claim: int) -> None:
    offered = await play.ada.run("/bet offer", claim=claim, side="YES", stake="100", odds="50%")
    assert "stands" in offered.text, offered.text
    number = int(offered.text.split("Your offer ")[1].split()[0])
    asked = await play.bo.run("/bet accept", offer=number)
    assert "**void** (also unless claim 1 ends YES): 100 back" in asked.text
    await play.bo.click(asked, asked.message.buttons[0])


async def say_so_before_anything_is_staked(play: Playground) -> None:
    """Every question and receipt about points on claim 2 repeats what it hangs on; nothing of it is confirmed."""
    line = "**Only if claim 1 ends YES**: if that ends any other way, this is void and everything returns."
    form = await play.ada.run("/market open", claim=2)
    opening = await play.ada.submit(form, liquidity="100", opening="")
    assert line in opening.text
    await play.ada.click(opening, opening.message.buttons[0])
    assert line in (await play.ada.run("/market pool", claim=2)).text
    for asked in (
        await play.bo.run("/market buy", claim=2, outcome="YES", points="5"),
        await play.bo.run("/market order", claim=2, outcome="YES", limit="10%", points="5"),
        await play.bo.run("/market stake", claim=2, outcome="YES", stake="5"),
        await play.bo.run("/market liquidity", claim=2, amount="10"),
    ):
        assert line in asked.text, asked.text
        assert asked.message.buttons[0] != "Dismiss"


async def test_if_the_first_lab_then_a_second_within_ninety_days(play: Playground):
    await set_up(play)
    await quick(play, when="in 20 days")
    draft = await drafted(play.ada, "A second AI lab announces 90% on FrontierMath", "in 300 days")
    form = await play.ada.click(draft, "Only if …")
    refused = await play.ada.submit(form, on="1", outcome="Perhaps", days="")
    assert "choose YES or NO" in refused.text
    form = await play.ada.click(draft, "Only if …")
    hung = await play.ada.submit(form, on="1", outcome="yes", days="90")
    assert "**Only if claim 1 ends YES**" in hung.text
    assert "within 90 days after claim 1 is decided" in hung.text
    assert "Claim 2 is open" in (await opened(play.ada, hung)).text

    card = await posted(play, "### A second AI lab")
    assert "**Only if claim 1 ends YES**: A named AI lab" in card.text
    assert "claim 2 hangs on it" in (await posted(play, "### A named AI lab")).text
    assert "hang on claim 2" not in card.text
    for options, words in (
        ({"on": 2}, "would close a circle"),
        ({"on": 1}, "can't hang on itself"),
        ({"on": 77}, "There is no claim 77 here"),
        ({"days": 3}, "name the claim that it hangs on"),
    ):
        assert words in (await play.ada.run("/claim condition", claim=1, **options)).text
    assert "somebody else's" in (await play.bo.run("/claim condition", claim=2, on=1)).text
    await bet(play, 2)
    assert "Bets hang on claim 2" in (await play.ada.run("/claim condition", claim=2)).text

    # Decided first, it waits.
    form = await play.mira.run("/resolve propose", claim=2)
    await play.mira.submit(form, result="YES", evidence="https://example.org/report")
    await posted(play, "Proposed: YES")
    await play.skip(days=3)
    assert (
        "It is settled when claim 1 has come out as named" in (await posted(play, "waits for claim 1")).text
    )
    assert (
        "Nothing is settled here before that is decided." in (await posted(play, "### A second AI lab")).text
    )

    form = await play.mira.run("/resolve propose", claim=1)
    await play.mira.submit(form, result="YES", evidence="https://example.org/report")
    await posted(play, "Proposed: YES")
    await play.skip(days=3)
    assert (
        "Claim 1 ended YES, so this one counts. Its deadline counts from that"
        in (await posted(play, "Claim 2 counts")).text
    )
    assert "Settled YES: A second AI lab" in (await posted(play, "Settled YES: A second")).text
    assert "**1,100 points**" in (await play.ada.run("/wallet show")).text

    # Taken back, it goes to the judges.
    form = await play.mira.run("/mod reverse", claim=1)
    await play.mira.submit(form, reason="The lab withdrew it.")
    await posted(play, "A result is to be taken back")
    await play.skip(days=1, minutes=1)
    told = await posted(play, "Claim 2 goes to its judges")
    assert "What was paid stands" in told.text
    assert "<@&" in told.text
    assert "its judges look at it again" in (await posted(play, "### A second AI lab")).text
    waits = await play.mira.run("/mod queue")
    assert "paid, and what it hangs on was taken back" in waits.text
    screen = await play.mira.click(waits, "Claim 2")
    assert "that result was taken back since. Take this one back too, `/mod reverse` claim 2" in screen.text
    await play.mira.run("/mod note", claim=2, words="The second lab did what it says.")
    assert "what it hangs on was taken back" not in (await play.mira.run("/mod queue")).text


async def test_if_it_ends_otherwise_everything_returns(play: Playground):
    await set_up(play)
    await quick(play, when="in 20 days")
    await opened(
        play.ada, await drafted(play.ada, "A second AI lab announces 90% on FrontierMath", "in 300 days")
    )
    changed = await play.ada.run("/claim condition", claim=2, on=1)
    assert "Claim 2 is changed" in changed.text
    await bet(play, 2)
    await say_so_before_anything_is_staked(play)
    await play.skip(days=21)
    form = await play.mira.run("/resolve propose", claim=1)
    await play.mira.submit(form, result="NO", evidence="https://example.org/report")
    said = await posted(play, "Proposed: NO")
    assert "challenge it for 7 days from now, because it makes what hangs on it void" in said.text
    assert {one["username"] for one in said.json["mentions"]} == {"ada", "bo"}
    await play.skip(days=8)
    told = await posted(play, "Void: A second AI lab")
    assert "It was to count only if claim 1 ends YES, and that ended NO. Everything returns." in told.text
    assert "and it didn't: this is void." in (await posted(play, "### A second AI lab")).text
    assert "**1,000 points**" in (await play.bo.run("/wallet show")).text
    refused = await play.mira.run("/mod reverse", claim=2)
    if refused.kind == "modal":
        refused = await play.mira.submit(refused, reason="To see.")
    assert "it is void and stays so" in refused.text
    help_ = await play.bo.run("/help", topic="Claims that hang on other claims")
    assert "What" not in help_.text.split("\n")[0]
    assert "A chain has three conditions at most" in help_.text
