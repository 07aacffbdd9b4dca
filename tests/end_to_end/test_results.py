"""How a claim comes out, as people see it: proposals, disputes, rulings, appeals, and taking back."""

from datetime import timedelta

from bot.playground.driver import Playground
from tests.end_to_end.conftest import BEGINS, set_up
from tests.end_to_end.test_bets import posted, quick
from tests.end_to_end.test_markets import held


async def bet_between(play: Playground, **changes: str) -> None:
    """Ada risks 300 on NO against Bo's 100 on YES, until the end of 2029."""
    await set_up(play)
    await quick(play, **changes)
    card = await posted(play, "says NO: risks 300 to win 100")
    asked = await play.bo.click(card, card.buttons[0])
    await play.bo.click(asked, "Lock 100 points")


async def test_unchallenged_a_result_is_paid_with_everything_said(play: Playground):
    await bet_between(play)
    said = {"result": "YES", "evidence": "https://example.org/report They said so."}
    form = await play.bo.run("/resolve propose", claim=1)
    refused = await play.bo.submit(form, **said, known="2026-11-01")
    assert "It became public after the claim opened, <t:" in refused.text
    assert "or leave it empty" in refused.text
    form = await play.bo.run("/resolve propose", claim=1)
    done = await play.bo.submit(form, **said)
    assert "You proposed YES" in done.text

    told = await posted(play, "Proposed: YES")
    assert [one["username"] for one in told.json["mentions"]] == ["ada"]
    assert "[evidence](https://example.org/report)" in told.text
    assert "Anyone may challenge it for 7 days from now, because whoever proposes it gains by it" in told.text
    assert "**YES**: <@" in told.text

    await play.skip(days=8)
    paid = await posted(play, "Settled YES")
    assert "on YES" not in paid.text
    assert "YES: staked 100, got back 400, **+300**" in paid.text
    assert "NO: staked 300, got back 0, **−300**" in paid.text
    assert "digest " in paid.text
    assert "**1,300 points**" in (await play.bo.run("/wallet show")).text
    assert "1 settled" in (await play.ada.run("/board profile", person=play.bo)).text


async def test_the_form_speaks_of_an_early_bond_only_before_the_deadline(play: Playground):
    await bet_between(play, when="in 10 days")
    early = str((await play.bo.run("/resolve propose", claim=1)).json)
    assert "It is before the deadline, so a bond of " in early
    assert "is kept back from the next points that you get" in early
    await play.skip(days=11)
    late = str((await play.bo.run("/resolve propose", claim=1)).json)
    assert "Everybody is told, and may challenge it. Pool stakes" in late
    assert "bond" not in late
    assert "kept back" not in late


async def test_a_dispute_is_ruled_appealed_ruled_again_and_taken_back(play: Playground):
    await bet_between(play, when="in 10 days")
    await play.skip(days=11)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    told = await posted(play, "Proposed: YES")

    form = await play.ada.click(told, "Challenge")
    done = await play.ada.submit(
        form, ground="the measure is challenged", reason="That is another benchmark."
    )
    assert "Dispute 1 is open" in done.text
    dispute = await posted(play, "Dispute 1")
    assert "**Proposed YES** by <@" in dispute.text
    assert "the measure is challenged: “That is another benchmark.”" in dispute.text

    form = await play.mira.click(dispute, "Add an argument")
    await play.mira.submit(form, words="The report names both.")
    assert "The report names both." in (await posted(play, "Dispute 1")).text

    queue = await play.mira.run("/mod queue")
    assert "a dispute to decide" in queue.text
    case = await play.mira.click(queue, "Claim 1")
    assert "**What each result would pay**" in case.text
    assert case.message.buttons[:2] == ["YES", "NO"]
    own = await play.ada.click(dispute, "Judge")
    assert "so you can't judge it" in own.text  # her bond is in it

    form = await play.mira.click(case, "NO")
    done = await play.mira.submit(form, reason="It was FrontierMath that was bet on.")
    assert "That is the ruling" in done.text
    ruled = await posted(play, "Ruled NO")
    assert "It was FrontierMath that was bet on." in ruled.text

    form = await play.bo.click(ruled, "Appeal")
    await play.bo.submit(form, reason="They published a correction.")
    appealed = await posted(play, "Appealed")
    case = await play.oz.click(appealed, "Judge")
    form = await play.oz.click(case, "YES")
    await play.oz.submit(form, reason="The correction names FrontierMath.")
    paid = await posted(play, "Settled YES")
    assert "Ruled by its judges: “The correction names FrontierMath.”" in paid.text

    form = await play.mira.run("/mod reverse", claim=1)
    refused = await play.mira.submit(form, reason="The correction was forged.")
    assert "for the server's owner alone to take back" in refused.text, "an appeal ruled it"
    form = await play.oz.run("/mod reverse", claim=1)
    done = await play.oz.submit(form, reason="The correction was forged.")
    assert "takes effect 24 hours after it is posted" in done.text
    assert "The correction was forged." in (await posted(play, "A result is to be taken back")).text
    await play.skip(days=1, minutes=1)
    assert "The correction was forged." in (await posted(play, "A result is taken back")).text
    acts = (await play.ada.run("/resolve acts")).text
    for words in ("took the result YES of claim 1 back", "voted YES on claim 1", "voted NO on claim 1"):
        assert words in acts


async def test_a_reversal_is_held_and_the_owner_decides(play: Playground):
    await bet_between(play, when="in 10 days")
    await play.skip(days=11)
    form = await play.mira.run("/resolve propose", claim=1)
    await play.mira.submit(form, result="YES", evidence="https://example.org/report")
    await posted(play, "Proposed: YES")
    await play.skip(days=3)
    await posted(play, "Settled YES")
    form = await play.mira.run("/mod reverse", claim=1)
    assert "24 hours later unless somebody with points on the claim appeals" in str(form.modal)
    await play.mira.submit(form, reason="A wrong report.")
    said = await posted(play, "A result is to be taken back")
    form = await play.ada.click(said, "Appeal")
    held = await play.ada.submit(form, reason="It was right.")
    assert "unless the server's owner takes it back" in held.text
    told = await posted(play, "The result stands until the owner decides")
    assert "It was right." in told.text
    assert "oz" in [one["username"] for one in told.json["mentions"]], "it is the owner's now"
    await play.skip(days=2)
    form = await play.mira.run("/mod reverse", claim=1)
    assert "for the server's owner alone" in (await play.mira.submit(form, reason="Still wrong.")).text
    form = await play.oz.run("/mod reverse", claim=1)
    assert "is taken back" in (await play.oz.submit(form, reason="It was wrong.")).text
    assert "It was wrong." in (await posted(play, "A result is taken back")).text


async def test_trading_rests_for_a_day_and_goes_on_unless_somebody_signs(play: Playground):
    await bet_between(play)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    said = await posted(play, "Proposed: YES")
    assert "Trading rests for a day" in said.text
    assert "You proposed that result" in (await play.bo.run("/resolve sign", claim=1)).text
    await play.skip(days=1, minutes=1)
    goes_on = await posted(play, "Trading goes on")
    asked = await play.ada.run("/resolve sign", claim=1)
    assert "Nothing has happened yet" in asked.text
    assert "Proposal 1: YES" in asked.text
    done = await play.ada.click(asked, "Sign it")
    assert "You signed YES" in done.text
    assert "Trading rests until it is decided" in done.text
    await posted(play, "A proposal is signed")
    assert "have signed" in (await play.ada.click(goes_on, "Sign it")).text
    assert "have signed" in (await play.ada.run("/resolve sign", claim=1)).text


async def test_the_moment_it_became_public_is_announced_challenged_and_ruled(play: Playground):
    """Ada staked on NO and lost. She says that YES was public before all stakes."""
    await bet_between(play, when="in 10 days")
    await play.mira.run("/market pool", claim=1)
    for who, outcome in ((play.ada, "NO"), (play.bo, "YES")):
        await play.skip(hours=2)
        asked = await who.run("/market stake", claim=1, outcome=outcome, stake="100")
        await who.click(asked, "Stake 100 points")
    await play.skip(days=11)
    moment = BEGINS + timedelta(hours=1)
    form = await play.ada.run("/resolve propose", claim=1)
    done = await play.ada.submit(
        form, result="YES", evidence="https://example.org/report", known=f"{moment:%Y-%m-%d %H:%M}+00:00"
    )
    for words in (
        f"**It became public <t:{int(moment.timestamp())}:f>**, as is said here.",
        "200 staked in the pool after that return before the split: <@",
        "By that moment alone: <@",
    ):
        assert words in done.text
    told = await posted(play, "Proposed: YES")
    assert "200 staked in the pool after that return" in told.text
    assert "for 7 days from now, because whoever proposes it gains by it" in told.text
    assert "bo" in [one["username"] for one in told.json["mentions"]]

    form = await play.bo.click(told, "Challenge")
    await play.bo.submit(form, ground="it became public at another moment", reason="That was later.")
    dispute = await posted(play, "Dispute 1")
    assert "**Proposed YES**, public since <t:" in dispute.text
    case = await play.mira.click(dispute, "Judge")
    form = await play.mira.click(case, "YES")
    assert held(form)["known"].startswith(f"{moment:%Y-%m-%d}")
    assert held(form)["late"] == "stand"
    done = await play.mira.submit(form, known="", reason="Nobody knew before the deadline.")
    assert "That is the ruling" in done.text
    await posted(play, "Ruled YES")
    await play.skip(days=2)
    paid = await posted(play, "The pool on claim 1 is paid: YES")
    assert "staked 100, got back 200, **+100**" in paid.text
    assert "returned before the split" not in paid.text


async def test_the_card_names_bets_that_were_taken_after_it_was_public(play: Playground):
    """And whoever would take one beside the proposal reads what stands proposed."""
    await bet_between(play)
    await play.skip(hours=3)
    offered = await play.ada.run("/bet offer", claim=1, side="NO", stake="5", odds="50%")
    assert "Your offer 2 stands" in offered.text
    form = await play.bo.run("/resolve propose", claim=1)
    moment = BEGINS + timedelta(hours=1)
    known = f"{moment:%Y-%m-%d %H:%M}+00:00"
    done = await play.bo.submit(form, result="YES", evidence="https://example.org/report", known=known)
    assert "were taken after that" not in done.text
    assert "was taken after that" not in (await play.mira.run("/claim show", claim=1)).text
    await play.skip(days=1, minutes=1)
    asked = await play.mira.run("/bet accept", offer=2)
    assert "stands proposed.** If that was public before, judges may rule this bet void." in asked.text
    assert f"YES, public since <t:{int(moment.timestamp())}:f>" in asked.text
    await play.mira.click(asked, asked.message.buttons[0])
    shown = await play.mira.run("/claim show", claim=1)
    assert "Bet 2 was taken after that; it stands, unless its judges rule otherwise." in shown.text


async def test_a_frozen_claim_takes_nothing_until_it_goes_on(play: Playground):
    await bet_between(play)
    form = await play.mira.run("/mod freeze", claim=1)
    await play.mira.submit(form, reason="The source is being looked at.")
    assert "The source is being looked at." in (await posted(play, "Everything on a claim is stopped")).text
    refused = await play.ada.run("/bet offer", claim=1, side="YES", stake="5", odds="50%")
    assert "stopped everything on claim 1" in refused.text
    assert "No result is proposed there" in (await play.ada.run("/resolve sign", claim=1)).text
    shown = await play.ada.run("/claim show", claim=1)
    assert "**What happens next, once it goes on**" in shown.text
    assert "it goes on by itself" in shown.text
    queue = await play.mira.run("/mod queue")
    assert "stopped by a moderator; it goes on by itself on <t:" in queue.text
    case = await play.mira.click(queue, "Claim 1")
    assert case.message.buttons == ["Terms"]
    assert "It goes on by itself on <t:" in case.text
    form = await play.mira.run("/mod freeze", claim=1, go_on=True)
    await play.mira.submit(form, reason="It is still there.")
    assert "**What happens next**" in (await play.ada.run("/claim show", claim=1)).text
    offered = await play.ada.run("/bet offer", claim=1, side="YES", stake="5", odds="50%")
    assert "Your offer 2 stands" in offered.text

    card = await posted(play, "says YES: risks 5 to win 5")
    assert "You decide claim 1" in (await play.mira.click(card, card.buttons[0])).text, "she froze it"
    await play.oz.click(await play.oz.click(card, card.buttons[0]), "Lock 5 points")
    refused = await play.oz.run("/mod freeze", claim=1)
    assert "so you can't judge it, freeze it or take its result back" in refused.text


async def test_what_is_not_settled_by_silence_says_so_and_a_moderator_confirms_it(play: Playground):
    await bet_between(play, when="in 10 days")
    await play.skip(days=11)
    form = await play.ada.run("/resolve propose", claim=1)
    assert "never settled by silence" in str(form.modal)
    done = await play.ada.submit(form, result="Void: it never counted", evidence="https://example.org/report")
    assert (
        "the other sides sign it, or a moderator without points on it confirms it within 7 days" in done.text
    )
    told = await posted(play, "Proposed: void")
    assert [one["username"] for one in told.json["mentions"]] == ["bo"]
    assert "from now, because whoever proposes it gains by it; after that it waits." in told.text
    assert "unchallenged, it is settled" not in told.text
    assert "Name an outcome" in told.buttons
    assert "**void**: everybody gets back what they put in" in told.text
    case = await play.mira.run("/mod decide", claim=1)
    assert "Confirm the result" not in case.message.buttons

    await play.skip(days=7)
    asked = await posted(play, "A result to confirm")
    assert "Void is never settled by silence." in asked.text
    case = await play.mira.click(asked, "Look at it")
    assert "The result is confirmed" in (await play.mira.click(case, "Confirm the result")).text
    assert "confirmed by a moderator" in (await posted(play, "Void: ")).text


async def test_a_button_of_before_challenges_what_stands(play: Playground):
    """A message that was sent before buttons named their proposal, and one whose proposal stands no more."""
    await bet_between(play, when="in 10 days")
    await play.skip(days=11)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    first = await posted(play, "Proposed: YES")
    await play.bo.click(await play.bo.run("/resolve withdraw", claim=1), "Take it back")
    form = await play.bo.run("/resolve propose", claim=1)
    refused = await play.bo.submit(form, result="Unclear", evidence="https://example.org/other")
    assert "Your last proposal on this claim was taken back" in refused.text
    form = await play.ada.run("/resolve propose", claim=1)
    await play.ada.submit(form, result="Unclear", evidence="https://example.org/other")
    gone = await play.mira.click(first, "Challenge")
    assert "doesn't stand any more" in gone.text

    form = await play.mira.forcing.click(first, "challenge:1")
    assert "Proposed was **unclear**" in str(form.modal)
    form = await play.mira.click(await posted(play, "Proposed: unclear"), "Name an outcome")
    await play.mira.submit(form, result="NO", evidence="https://example.org/report")
    assert "It replaces the proposal unclear" in (await posted(play, "Proposed: NO")).text


async def test_nobody_confirms_it_and_the_claim_goes_on(play: Playground):
    await bet_between(play, when="in 10 days")
    await play.skip(days=11)
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="Void: it never counted", evidence="https://example.org/report")
    await posted(play, "Proposed: void")
    await play.skip(days=8)
    await posted(play, "A result to confirm")
    await play.skip(days=8)
    failed = await posted(play, "A proposal has failed")
    assert "No moderator confirmed void in 7 days" in failed.text
    assert "Propose a result" in failed.buttons


async def test_an_author_closes_a_claim_on_which_nothing_hangs(play: Playground):
    await set_up(play)
    await quick(play)
    assert "is somebody else's" in (await play.bo.run("/claim close", claim=1)).text
    assert "Claim 1 is closed" in (await play.ada.run("/claim close", claim=1)).text
    assert "can't be done with claim 1 just now" in (await play.ada.run("/claim close", claim=1)).text
