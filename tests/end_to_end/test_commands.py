"""Every command on claims, bets and results is used end to end; here those that no other story needs."""

from pathlib import Path
from typing import Any

from discord import app_commands

from bot import app
from bot.playground.driver import Playground
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import posted, quick

HERE = Path(__file__).parent


async def locked(play: Playground, **changes: Any) -> None:
    """Ada's 300 on NO against Bo's 100 on YES."""
    await set_up(play)
    await quick(play, **changes)
    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, "Lock 100 points")


async def opened(play: Playground, number: int) -> None:
    """A claim of the library, opened by Ada as it stands."""
    draft = await play.ada.click(await play.ada.run("/claim library", number=number), "Make it a draft")
    await play.ada.click(draft, next(one for one in draft.message.buttons if one.startswith("Open")))


def test_every_command_is_run_by_some_test():
    told = "".join(path.read_text() for path in HERE.glob("test_*.py"))
    names = [
        f"/{group.name} {command.name}"
        for group in app.COMMANDS
        if isinstance(group, app_commands.Group)
        for command in group.commands
    ]
    assert len(names) > 40
    assert [name for name in names if f'"{name}"' not in told] == []


async def test_odds_are_written_as_one_likes_and_answered_in_one_sentence(play: Playground):
    await set_up(play)
    await quick(play)
    thrice = "You risk 300 to win 100. Worth it if you think NO is likelier than 75%."
    written: list[tuple[dict[str, str], str]] = [
        ({"odds": "75%"}, thrice),
        ({"odds": "0.75"}, thrice),
        ({"odds": "3:1"}, thrice),
        ({"theirs": "100"}, thrice),
        ({"odds": "x4.0"}, "You risk 300 to win 900. Worth it if you think NO is likelier than 25%."),
    ]
    for given, sentence in written:
        assert sentence in (await play.ada.run("/bet offer", claim=1, side="NO", stake="300", **given)).text
    for bare in ("75", "4.0", "3"):
        refused = await play.ada.run("/bet offer", claim=1, side="NO", stake="300", odds=bare)
        for example in ("75%", "3:1", "x4.0"):
            assert example in refused.text, refused.text


async def test_claims_are_found_by_what_one_looks_for(play: Playground):
    await set_up(play)
    await opened(play, 16)  # a superhuman coder before 2030
    await quick(play)
    draft = await play.bo.click(await play.bo.run("/claim library", number=18), "Make it a draft")
    await play.bo.click(draft, next(one for one in draft.message.buttons if one.startswith("Open")))

    closing = (await play.ada.run("/claim list", which="closing")).text
    assert closing.index("replace human AI engineers") < closing.index("Superhuman autonomous")
    mine = (await play.ada.run("/claim list", which="mine")).text
    assert "Superhuman autonomous" in mine
    assert "replace human AI engineers" not in mine
    linked = (await play.ada.run("/claim list", which="linked")).text
    assert "replace human AI engineers" in linked
    assert "FrontierMath" not in linked
    assert "There are none" in (await play.mira.run("/claim list", which="linked")).text
    wanting = (await play.bo.run("/claim list", which="wanting")).text
    assert "you risk 100 to win 300" in wanting
    assert wanting == (await play.bo.run("/bet list")).text
    assert "Superhuman autonomous" in (await play.bo.run("/claim list", tag="ai-2027")).text


async def test_a_claim_for_forecasts_only_is_never_for_stakes(play: Playground):
    await set_up(play)
    for number in (1, 17):
        shown = await play.ada.run("/claim library", number=number)
        assert "Make it a draft" not in shown.message.buttons
        refused = await play.ada.forcing.click(shown, f"library-take:{number}")
        assert "for forecasts only" in refused.text


async def test_a_draft_is_taken_up_again_and_dropped(play: Playground):
    await set_up(play)
    await play.ada.click(await play.ada.run("/claim library", number=16), "Make it a draft")
    again = await play.ada.click(await play.ada.run("/claim drafts"), "Draft 1")
    assert "Superhuman autonomous" in again.text
    assert "Draft 1 is gone" in (await play.ada.click(again, "Drop it")).text
    assert "You have none" in (await play.ada.run("/claim drafts")).text


async def test_an_offer_is_withdrawn_and_nobody_takes_it(play: Playground):
    await set_up(play)
    await quick(play)
    assert "Offer 1 is withdrawn" in (await play.ada.run("/bet withdraw", offer=1)).text
    assert "was withdrawn by its maker" in (await play.bo.run("/bet accept", offer=1)).text
    assert "This offer was withdrawn." in (await play.bo.run("/bet show", number=1)).text
    await play.ada.run("/bet offer", claim=1, side="NO", stake="30", odds="3:1")
    assert "Your offer 3 stands" in (await play.bo.run("/bet counter", offer=2, stake="10", odds="50%")).text
    await play.skip(days=8)
    assert "This offer has expired." in (await play.bo.run("/bet show", number=3)).text


async def test_what_the_judges_and_the_loser_add_is_read_by_all(play: Playground):
    await locked(play, when="in 10 days")
    assert (
        "frontier tiers" in (await play.mira.run("/claim clarify", claim=1, words="The frontier tiers.")).text
    )
    assert "The frontier tiers." in (await posted(play, "Claim 1 is clarified")).text
    assert "You get a direct message" in (await play.ada.run("/bet reminders", how="dm")).text
    assert "You follow claim 1" in (await play.mira.run("/claim follow", claim=1)).text

    await play.skip(days=11)
    assert "wait for a result" in (await play.bo.click(await play.bo.run("/bet mine"), "Due")).text
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    asked = await play.bo.run("/resolve withdraw", claim=1)
    assert "Nothing has happened yet" in asked.text
    assert "Your proposal is withdrawn" in (await play.bo.click(asked, "Take it back")).text
    await play.skip(days=7)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="Unclear", evidence="Nobody published a number.")
    form = await play.ada.run("/resolve challenge", claim=1)
    await play.ada.submit(form, ground="a fact is wrong", reason="They did.")
    form = await play.oz.run("/resolve argue", claim=1)
    assert "Your argument is added" in (await play.oz.submit(form, words="I found no number either.")).text
    form = await play.mira.click(await play.mira.run("/mod decide", claim=1), "NO")
    await play.mira.submit(form, reason="No number reaches 90%!")
    form = await play.bo.run("/resolve appeal", claim=1)
    await play.bo.submit(form, reason="There is one now.")
    form = await play.oz.click(await play.oz.run("/mod decide", claim=1), "NO")
    await play.oz.submit(form, reason="It doesn't.")
    await posted(play, "Settled NO")
    dispute = await posted(play, "### Dispute 1")
    assert "Appeal" not in dispute.buttons
    assert "I found no number either." in (await play.ada.click(dispute, "All that was said")).text

    assert "Settled NO" in (await play.bo.run("/bet dissent", bet=1, words="It does.")).text
    refused = await play.ada.run("/bet dissent", bet=1, words="I agree.")
    assert "for whoever lost points on bet 1" in refused.text
    assert "It does." in (await play.mira.run("/bet show", number=1)).text
    assert "Noted about claim 1" in (await play.mira.run("/mod note", claim=1, words="A close one.")).text
    assert "A close one." in (await play.bo.run("/resolve acts")).text
    assert "1 lost" in (await play.ada.run("/board profile", person=play.bo)).text


async def test_only_a_judge_without_money_clarifies_and_everybody_with_a_bet_is_told(play: Playground):
    await locked(play)
    for person, options, words in (
        (play.mira, {"claim": 77, "words": "What is meant."}, "There is no claim 77 here"),
        (play.mira, {"claim": 1, "words": "\u200b\u200b\u200b"}, "What you wrote: "),
        (play.bo, {"claim": 1, "words": "What I meant."}, "judge"),
    ):
        refused = await person.run("/claim clarify", **options)
        assert refused.message.ephemeral
        assert words in refused.text
        assert "That didn't work" in refused.text
    await play.ada.click(await play.ada.run("/claim library", number=16), "Make it a draft")
    assert "draft" in (await play.mira.run("/claim clarify", claim=2, words="What is meant.")).text
    done = await play.mira.run("/claim clarify", claim=1, words="The frontier tiers, not the public set.")
    assert "The frontier tiers, not the public set." in done.text
    told = await posted(play, "Claim 1 is clarified")
    assert sorted(one["username"] for one in told.json["mentions"]) == ["ada", "bo"]
    assert "The frontier tiers" in (await play.oz.run("/claim show", claim=1)).text
    assert "clarified claim 1" in (await play.oz.run("/resolve acts")).text
    await quick(play)
    await play.mira.click(await play.mira.run("/bet accept", offer=2), "Lock 100 points")
    refused = await play.mira.run("/claim clarify", claim=3, words="What I meant.")
    assert "You have, or had, points on claim 3" in refused.text


async def test_a_named_judge_steps_down_before_they_bet(play: Playground):
    await set_up(play)
    draft = await play.ada.click(await play.ada.run("/claim library", number=18), "Make it a draft")
    form = await play.ada.click(draft, "How it is decided")
    draft = await play.ada.submit(form, judges=["Bo"])
    await play.ada.click(draft, next(one for one in draft.message.buttons if one.startswith("Open")))
    await play.ada.run("/bet offer", claim=1, side="NO", stake="30", odds="50%")
    assert "step down first" in (await play.bo.run("/bet accept", offer=1)).text
    assert "You judge claim 1 no more" in (await play.bo.run("/resolve step-down", claim=1)).text
    await posted(play, "A judge steps down")
    asked = await play.bo.run("/bet accept", offer=1)
    assert "Bet 1 stands" in (await play.bo.click(asked, "Lock 30 points")).text
    refused = await play.bo.run("/resolve appoint", claim=1, person=play.mira)
    assert refused.message.ephemeral
    assert "`/" in refused.text
