"""Somebody who left the server, named in a command, a form or a button: a sentence, or what stands goes on (E3)."""

from typing import Any

import pytest

from bot.playground.driver import Person, Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick

GONE = "That person isn't in this server any more, so nothing happened."


@pytest.fixture
async def kit(play: Playground) -> Person:
    """A member who can leave."""
    await set_up(play)
    await play.world("add_person", name="Kit", age_days=400, member=True)
    return play.person("Kit")


async def leaves(play: Playground) -> None:
    await play.world("leave", person="Kit")


async def test_every_command_that_names_somebody_says_that_they_are_gone(play: Playground, kit: Person):
    await quick(play)
    await leaves(play)
    commands: list[tuple[Person, str, dict[str, Any]]] = [
        (play.ada, "/wallet give", {"to": kit, "amount": "5"}),
        (play.ada, "/bet offer", {"claim": 1, "side": "NO", "stake": "5", "odds": "50%", "to": kit}),
        (play.ada, "/board profile", {"person": kit}),
        (play.ada, "/resolve appoint", {"claim": 1, "person": kit}),
        (play.mira, "/mod grant", {"to": kit, "amount": "5"}),
        (play.mira, "/mod take", {"from": kit, "amount": "5"}),
        (play.mira, "/mod wave", {"person": kit}),
    ]
    for person, command, options in commands:
        answer = await person.run(command, **options)
        assert GONE in answer.text, command
        assert answer.message.ephemeral
    assert "**1,000 points**" in (await play.ada.run("/wallet show")).text
    assert "There are none" in (await play.ada.run("/ledger acts")).text


async def test_a_form_in_which_they_were_chosen_says_so_and_keeps_what_was_typed(
    play: Playground, kit: Person
):
    await quick(play)
    bet = await play.ada.run("/bet quick")
    offer = await play.bo.click(await play.bo.run("/claim show", claim=1), "Offer a bet")
    draft = await play.ada.click(await play.ada.run("/claim library", number=18), "Make it a draft")
    judges = await play.ada.click(draft, "How it is decided")
    people = {person["name"]: person["id"] for person in await play.get("people")}
    await leaves(play)
    chosen = [people["Kit"]]
    said = {
        "what": "A lab announces 90% on FrontierMath",
        "when": "in 10 days",
        "side": "NO 60%",
        "stake": "5",
    }
    kept = await play.ada.submit(bet, said | {"who": chosen})
    assert GONE in kept.text
    again = await play.ada.submit(await play.ada.click(kept, "Change it"))
    assert "Open to anyone" in again.text
    assert GONE in (await play.bo.submit(offer, side="YES", stake="5", odds="50%", who=chosen)).text
    draft = await play.ada.submit(
        judges, judges=chosen, clause="Half and half: the same weight for each outcome"
    )
    assert "That person isn't in this server any more" in draft.text
    assert "half and half" in draft.text
    draft = await play.ada.submit(await play.ada.click(draft, "How it is decided"))
    assert any(label.startswith("Open") for label in draft.message.buttons)


async def test_what_was_asked_for_before_they_left_reaches_them(play: Playground, kit: Person):
    gift = await play.ada.run("/wallet give", to=kit, amount="5")
    grant = await play.mira.run("/mod grant", to=kit, amount="7")
    await leaves(play)
    assert "You gave 5 points" in (await play.ada.click(gift, "Give 5 points")).text
    assert "granted **7 points**" in (await play.mira.submit(grant, reason="For the rules")).text
    await play.world("join", person="Kit")
    assert "**1,012 points**" in (await kit.run("/wallet show")).text


async def test_an_offer_to_somebody_who_left_waits_for_them_and_for_nobody_else(
    play: Playground, kit: Person
):
    await quick(play, who=[kit.name])
    await leaves(play)
    assert "Offer 1 is for somebody else" in (await play.bo.run("/bet accept", offer=1)).text
    assert "Your offer" not in (await play.bo.run("/bet list")).text
    await play.world("join", person="Kit")
    asked = await kit.run("/bet accept", offer=1)
    assert "Bet 1 stands" in (await kit.click(asked, "Lock 100 points")).text


@pytest.mark.rule("D3")
@pytest.mark.parametrize(
    ("risks", "wins", "result", "confirmed", "left"),
    [
        ("300", "100", "YES", True, "700"),  # their silence is no consent
        ("300", "100", "NO", False, "1,100"),  # they lose nothing by it
        ("9", "3", "YES", True, "991"),  # 12 less than by NO, and 10 are a trifle
        ("6", "2", "YES", False, "994"),  # 8 hold nobody up
    ],
)
async def test_an_offer_of_somebody_who_left_can_be_taken_and_is_paid(
    play: Playground, kit: Person, risks: str, wins: str, result: str, confirmed: bool, left: str
):
    """Leaving changes nothing: the bet stands, a moderator confirms what they lose by, and winnings wait."""
    form = await kit.run("/bet quick")
    said = {
        "what": "A lab announces 90% on FrontierMath",
        "when": "in 10 days",
        "side": "NO 3:1",
        "stake": risks,
    }
    await kit.submit(form, said)
    card = await posted(play, f"says NO: risks {risks} to win {wins}")
    await leaves(play)
    asked = await play.bo.click(card, f"Take it: risk {wins} to win {risks}")
    assert "Bet 1 stands" in (await play.bo.click(asked, f"Lock {wins} points")).text
    await play.skip(days=11)
    form = await play.mira.run("/resolve propose", claim=1)
    await play.mira.submit(form, result=result, evidence="https://example.org/report")
    await play.skip(seconds=1)  # it is announced, and its window begins
    await play.skip(days=3)
    await play.skip(seconds=1)
    told = [message.text for message in await play.bo.read("announcements")]
    assert any("A result to confirm" in text for text in told) == confirmed
    assert any(f"Settled {result}" in text for text in told) != confirmed
    if confirmed:
        waits = await posted(play, "A result to confirm")
        await play.mira.click(await play.mira.click(waits, "Look at it"), "Confirm the result")
    await posted(play, f"Settled {result}")
    await play.world("join", person="Kit")
    assert f"**{left} points**" in (await kit.run("/wallet show")).text
