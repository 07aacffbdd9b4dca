"""Somebody or something isn't there any more: a person, a role, points, judges, a channel, the bot, the owner.

Each of these is said in `/help`, and `test_help.py` holds what it says against the test here that shows it.
"""

from typing import Any

import pytest

from bot.playground.driver import Answer, Person, Playground, Seen
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK, posted, quick


async def bet_of(play: Playground, maker: Person, taker: Person, **changes: str) -> None:
    """The maker's 300 on NO against the taker's 100 on YES, until in ten days."""
    await set_up(play)
    form = await maker.run("/bet quick")
    await maker.submit(form, QUICK | {"when": "in 10 days"} | changes)
    asked = await taker.run("/bet accept", offer=1)
    await taker.click(asked, "Lock 100 points")


async def proposes(person: Person, result: str) -> Answer:
    form = await person.run("/resolve propose", claim=1)
    return await person.submit(form, result=result, evidence="https://example.org/report")


async def rules(person: Person, on: Seen | Answer, result: str, reason: str) -> Answer:
    case = await person.click(on, "Judge")
    return await person.submit(await person.click(case, result), reason=reason)


async def balance(person: Person) -> str:
    return (await person.run("/wallet show")).text.partition("You have **")[2].partition("**")[0]


@pytest.mark.rule("E3")
@pytest.mark.rule("D3")
async def test_who_left_has_their_bet_confirmed_by_a_moderator_and_their_winnings_wait(play: Playground):
    await bet_of(play, play.ada, play.bo)
    await play.skip(days=11)
    await proposes(play.ada, "NO")  # by which Bo loses
    await posted(play, "Proposed: NO")
    await play.world("leave", person="Bo")
    await play.skip(days=8)

    told = await play.ada.read("announcements")
    asked = next(one for one in told if "A result to confirm" in one.text)
    assert "Silence is no consent here" in asked.text
    assert "Only the judges of claim 1" in (await play.ada.click(asked, "Look at it")).text
    await play.world("leave", person="Ada")
    queue = await play.mira.run("/mod queue")
    assert "a result to confirm" in queue.text
    case = await play.mira.click(queue, "Claim 1")
    assert case.message.buttons == ["Confirm the result", "Challenge it", "Terms"]
    assert "The result is confirmed" in (await play.mira.click(case, "Confirm the result")).text
    await play.world("join", person="Bo")
    await posted(play, "Settled NO")
    await play.world("join", person="Ada")
    assert await balance(play.ada) == "1,100 points"


@pytest.mark.rule("D3")
async def test_until_somebody_confirms_it_a_result_may_still_be_challenged(play: Playground):
    await bet_of(play, play.ada, play.bo)
    await play.skip(days=11)
    await proposes(play.bo, "YES")
    await posted(play, "Proposed: YES")
    await play.world("leave", person="Ada")
    await play.skip(days=8)
    case = await play.mira.click(await posted(play, "A result to confirm"), "Look at it")
    form = await play.mira.click(case, "Challenge it")
    done = await play.mira.submit(form, ground="a fact is wrong", reason="It scored 60%.")
    assert "Dispute 1 is open" in done.text


@pytest.mark.rule("E4")
async def test_who_was_deleted_stands_under_a_number_and_what_they_win_is_the_house_s(play: Playground):
    ada = next(one["id"] for one in await play.get("people") if one["name"] == "Ada")
    await bet_of(play, play.ada, play.bo)
    await play.ada.run("/bet offer", claim=1, side="NO", stake="30", odds="50%")
    form = await play.mira.run("/mod grant", to=play.ada, amount="1")
    await play.mira.submit(form, reason="For the test.")
    await posted(play, "took")
    form = await play.mira.run("/mod take", from_=play.ada, amount="1")
    await play.mira.submit(form, reason="For the test.")
    await play.skip(days=5)
    said = await play.bo.read("announcements", limit=100)
    assert sum(f"<@{ada}>" in str(one.json["components"]) for one in said) > 3
    asked = await play.ada.click(await play.ada.run("/privacy delete"), "Go on to delete")
    gone = await play.ada.click(asked, "Delete my data for good")
    assert "700 points went to the house" in gone.text
    await play.skip(seconds=1)
    left = await play.bo.read("announcements", limit=100)
    assert [one.id for one in left] == [one.id for one in said], "edited, and nothing is told twice"
    assert [one.text for one in left if ada in str(one.json["components"])] == []
    assert [one.buttons for one in left if "took" in one.text] == [
        one.buttons for one in said if "took" in one.text
    ]
    assert "took **1 point** from a deleted player" in "".join(one.text for one in left)
    assert "was withdrawn" in (await play.bo.run("/bet accept", offer=2)).text
    assert "player 2, NO: staked 300" in (await play.bo.run("/bet show", number=1)).text

    await play.skip(days=6)
    await proposes(play.bo, "NO")
    await posted(play, "Proposed: NO")
    await play.skip(days=4)
    paid = await posted(play, "Settled NO")
    assert "player 2, NO: staked 300, got back 400, **+100**" in paid.text
    assert "**The house** holds 1,100 points" in (await play.oz.run("/setup")).text
    assert "The book is right" in (await play.bo.run("/ledger verify")).text


@pytest.mark.rule("A4")
async def test_a_debt_keeps_from_staking_and_is_paid_off_by_what_comes_next(play: Playground):
    await bet_of(play, play.ada, play.bo, stake="900", side="NO 90%")
    await play.skip(days=11)
    await proposes(play.mira, "YES")  # pays Bo 1,000
    await posted(play, "Proposed: YES")
    await play.skip(days=3)
    assert await balance(play.bo) == "1,900 points"
    form = await play.mira.run("/bet quick")
    await play.mira.submit(form, QUICK | {"side": "NO 50%", "stake": "950"})
    await play.bo.click(await play.bo.run("/bet accept", offer=2), "Lock 950 points")
    form = await play.oz.run("/mod reverse", claim=1)
    await play.oz.submit(form, reason="A wrong report.")
    await posted(play, "A result is to be taken back")
    await play.skip(days=1, minutes=1)
    assert "whoever has spent it has a debt" in (await posted(play, "A result is taken back")).text

    assert "You owe **50 points**" in (await play.bo.run("/wallet show")).text
    for refused in (
        await play.bo.run("/bet offer", claim=2, side="YES", stake="5", odds="50%"),
        await play.bo.run("/wallet give", to=play.ada, amount="5"),
    ):
        assert "There is a debt of 50 points to pay off first" in refused.text
    await proposes(play.ada, "NO")
    form = await play.bo.click(await posted(play, "Proposed: NO"), "Challenge")
    done = await play.bo.submit(form, ground="a fact is wrong", reason="It did.")
    assert "No bond was held" in done.text
    form = await play.mira.run("/mod grant", to=play.bo, amount="80")
    await play.mira.submit(form, reason="For the hall.")
    assert await balance(play.bo) == "30 points"


@pytest.mark.rule("D4")
async def test_where_no_judge_is_left_the_owner_is_asked_and_the_sides_agree_on_a_member(play: Playground):
    """Mira, the only moderator, and Oz, the owner, are the two sides."""
    await bet_of(play, play.oz, play.mira)
    await play.skip(days=11)
    await proposes(play.oz, "NO")
    form = await play.mira.click(await posted(play, "Proposed: NO"), "Challenge")
    await play.mira.submit(form, ground="a fact is wrong", reason="It scored 91%.")
    dispute = await posted(play, "Dispute 1")
    for side in (play.oz, play.mira):
        case = await side.click(dispute, "Judge")
        assert "You have, or had, points on claim 1" in case.text
        assert case.message.buttons == ["Terms"]
    early = await play.oz.run("/resolve appoint", claim=1, person=play.bo)
    assert "Other judges decide this on claim 1 first" in early.text

    await play.skip(days=7)
    told = await posted(play, "Claim 1 has waited for a week")
    assert "oz" in [one["username"] for one in told.json["mentions"]]
    assert "`/resolve appoint`" in told.text
    assert "You have, or had, points" in (await play.oz.click(dispute, "Judge")).text
    assert "Only the judges" in (await play.bo.click(dispute, "Judge")).text
    refused = await play.oz.run("/resolve appoint", claim=1, person=play.mira)
    assert "points on claim 1" in refused.text
    asked = await play.oz.run("/resolve appoint", claim=1, person=play.bo)
    assert "Nothing has happened yet" in asked.text
    assert "Proposal 1: NO" in asked.text
    named = await play.oz.click(asked, "Name this judge")
    assert "You named a judge" in named.text
    asked = await play.mira.run("/resolve appoint", claim=1, person=play.bo)
    agreed = await play.mira.click(asked, "Name this judge")
    assert "All sides agree on <@" in agreed.text

    told = await posted(play, "A judge is agreed on")
    assert [one["username"] for one in told.json["mentions"]] == ["bo"]
    done = await rules(play.bo, told, "YES", "I looked it up: 91%.")
    assert "That is the ruling" in done.text
    assert "<@" in (ruled := await posted(play, "Ruled YES")).text
    assert "voted YES: “I looked it up\\: 91%.”" in ruled.text
    await play.skip(days=2)
    await posted(play, "Settled YES")
    assert await balance(play.mira) == "1,300 points"


@pytest.mark.rule("D4")
async def test_who_lost_the_role_judges_no_more_and_a_vote_they_gave_counts(play: Playground):
    """The claim needs two votes: Mira's, given before she lost the role, and Oz's."""
    await set_up(play)
    draft = await play.ada.click(await play.ada.run("/claim library", number=16), "Make it a draft")
    await play.ada.click(draft, next(one for one in draft.message.buttons if one.startswith("Open")))
    await play.ada.run("/bet offer", claim=1, side="NO", stake="30", odds="50%")
    await play.bo.click(await play.bo.run("/bet accept", offer=1), "Lock 30 points")
    await proposes(play.bo, "YES")
    form = await play.ada.click(await posted(play, "Proposed: YES"), "Challenge")
    await play.ada.submit(form, ground="it is too early", reason="Only one of the three holds.")
    dispute = await posted(play, "Dispute 1")
    case = await play.mira.click(dispute, "Judge")
    vote: dict[str, Any] = {"detail": "end of 2028", "reason": "One holds."}
    done = await play.mira.submit(await play.mira.click(case, "Too early to say"), vote)
    assert "1 of 2 votes for this result so far" in done.text
    again = await play.mira.click(case, "YES")
    await play.world("set_roles", person="Mira", roles=[])
    assert "Only the judges of claim 1" in (await play.mira.submit(again, reason="No, three.")).text
    assert "Only the judges of claim 1" in (await play.mira.click(dispute, "Judge")).text

    case = await play.oz.click(dispute, "Judge")
    form = await play.oz.click(case, "Too early to say")
    assert "That is the ruling" in (await play.oz.submit(form, vote | {"reason": "I count one, too."})).text
    ruled = await posted(play, "Ruled too early")
    for reason in ("voted too early: “One holds.”", "voted too early: “I count one, too.”"):
        assert reason in ruled.text
    assert "“One holds.”" in (await posted(play, "Dispute 1")).text


@pytest.mark.rule("D3")
async def test_a_deleted_channel_settles_nothing_by_silence_and_another_one_is_told_all(play: Playground):
    await bet_of(play, play.ada, play.bo)
    await play.skip(days=11)
    await play.world("delete_channel", channel="announcements")
    done = await proposes(play.bo, "YES")
    assert "It can't be announced" in done.text
    await play.skip(days=20)
    assert "a result is proposed" in (await play.ada.run("/claim list", which="mine")).text
    reports = [one.text for one in await play.oz.read("log") if "Crux can't write in a channel" in one.text]
    assert len(reports) == 1
    assert "choose another one with `/setup`" in reports[0]

    form = await play.oz.click(await play.oz.run("/setup"), "Channels and moderators")
    await play.oz.submit(form, {"announcements": ["predictions"]})
    await play.settle()
    texts = [one.text for one in await play.ada.read("predictions", limit=100)]
    assert sum("### Proposed: YES" in text for text in texts) == 1
    assert sum(text.startswith("### A named AI lab") for text in texts) == 1, "the claim's card is made anew"
    await play.skip(days=8)
    assert await balance(play.bo) == "1,300 points"


@pytest.mark.rule("D3")
async def test_a_channel_deleted_within_the_window_leaves_the_result_to_a_moderator(play: Playground):
    await bet_of(play, play.ada, play.bo)
    await play.skip(days=11)
    await proposes(play.bo, "YES")
    await posted(play, "Proposed: YES")
    await play.skip(days=3)
    await play.world("delete_channel", channel="announcements")
    await play.skip(days=9)
    assert await balance(play.bo) == "900 points"
    assert "a result to confirm" in (await play.mira.run("/mod queue")).text


@pytest.mark.rule("E5")
async def test_removed_and_invited_again_the_book_is_there_and_time_to_object_is_given_back(play: Playground):
    await bet_of(play, play.ada, play.bo)
    await play.skip(days=11)
    await proposes(play.bo, "YES")
    await posted(play, "Proposed: YES")
    await play.world("kick_bot")
    await play.settle()
    await play.skip(days=30)
    await play.world("invite_bot")
    await play.settle()
    assert await balance(play.bo) == "900 points"
    form = await play.ada.run("/resolve challenge", claim=1)
    done = await play.ada.submit(form, ground="a fact is wrong", reason="It scored 60%.")
    assert "Dispute 1 is open" in done.text
    assert "The book is right" in (await play.ada.run("/ledger verify")).text


@pytest.mark.rule("D6")
@pytest.mark.rule("E5")
async def test_the_owner_is_whoever_owns_the_server_now(play: Playground):
    await play.world("add_person", name="Kit", age_days=900, member=True)
    kit = play.person("Kit")
    await bet_of(play, play.ada, play.bo)
    await play.skip(days=11)
    await proposes(play.mira, "YES")
    await posted(play, "Proposed: YES")
    await play.skip(days=3)
    await play.skip(days=31)
    form = await play.mira.run("/mod reverse", claim=1)
    assert "only the server's owner" in (await play.mira.submit(form, reason="A wrong report.")).text
    forms = await play.oz.run("/mod reverse", claim=1)
    await play.world("set_roles", person="Oz", roles=["Moderator"])
    await play.world("transfer_ownership", person="Kit")
    assert "only the server's owner" in (await play.oz.submit(forms, reason="A wrong report.")).text
    form = await kit.run("/mod reverse", claim=1)
    assert "will be taken back" in (await kit.submit(form, reason="A wrong report.")).text
    await posted(play, "A result is to be taken back")
    await play.skip(days=1, minutes=1)
    await posted(play, "A result is taken back")
    assert await balance(play.bo) == "900 points"


async def test_a_quick_bet_is_decided_otherwise_before_somebody_takes_it(play: Playground):
    """All that a quick bet took from the defaults is open to change until then."""
    await set_up(play)
    opened = await quick(play)
    form = await play.ada.click(opened, "Change how it is decided")
    changed = await play.ada.submit(
        form,
        clause="Doubt counts as the last outcome (NO)",
        judges=["Mira"],
        early="Nothing before the deadline",
    )
    assert "Claim 1 is changed" in changed.text
    terms = await play.ada.click(changed, "Terms")
    assert "doubt counts as NO" in terms.text
    assert "waits for the deadline" in terms.text
    assert "<@" in terms.text
