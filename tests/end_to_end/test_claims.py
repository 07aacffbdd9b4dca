"""Claims as people write and find them: drafts, the wording check, changes, better wordings, the library."""

from bot.playground.driver import Playground
from markets.claims import library
from tests.end_to_end.conftest import set_up
from tests.end_to_end.test_bets import QUICK, posted, quick

VAGUE = (
    "agents will be used more than I expect",
    "theory will be ready in time",
    "one insight is enough, maybe none",
    "the worlds that survive will have muddled through",
    "learning on the job has diminishing returns",
    "AI labour spreads faster than hiring",
    "no domain will be shaken",
)


async def test_what_nobody_could_judge_is_warned_of_before_it_opens(play: Playground):
    await set_up(play)
    held = await quick(play, what=VAGUE[0])
    for words in VAGUE:
        held = await quick(play, what=words)
        assert held.text.startswith("### Before it opens"), words
        assert "**Careful:**" in held.text
        assert held.message.buttons == ["Open anyway", "Change it"]

    opened = await play.ada.click(held, "Open anyway")
    assert "Your offer 1 stands" in opened.text
    card = await posted(play, "### no domain will be shaken")
    assert "The wording check warned, and the author opened it all the same:" in card.text
    asked = await play.bo.run("/bet accept", offer=1)
    assert "The wording check warned" in asked.text


async def test_what_can_not_be_read_is_kept_and_can_be_changed(play: Playground):
    await set_up(play)
    wrong = {
        "when": ("yesterday or so", "The deadline: "),
        "side": ("75", "begin with YES or NO"),
        "stake": ("lots", "Your stake: "),
    }
    held = await quick(play, when="some day")
    for field, (typed, words) in wrong.items():
        held = await quick(play, **{field: typed})
        assert words in held.text
        assert held.message.buttons == ["Change it"]
        form = await play.ada.click(held, "Change it")
        kept = {
            part["component"]["custom_id"]: part["component"].get("value")
            for part in form.modal["components"]
        }
        assert kept[field] == typed
        assert kept["what"] == QUICK["what"]
    form = await play.ada.click(held, "Change it")
    assert "Your offer 1 stands" in (await play.ada.submit(form, stake="30")).text
    assert (await play.ada.run("/claim drafts")).text.count("**") == 2 * 3


async def test_a_claim_in_two_steps_kept_throughout(play: Playground):
    await set_up(play)
    form = await play.ada.run("/claim new")
    first = await play.ada.submit(
        form,
        what="METR publishes a time horizon of 300 minutes or more for a model, on its website",
        outcomes="YES: METR's page names 300 minutes or more.\nNO: It names none by then.",
        when="end of March",
        source="https://metr.org",
    )
    assert "The deadline: write it like 2029-12-31" in first.text
    assert "Open it" not in first.message.buttons
    form = await play.ada.click(first, "What is claimed")
    again = await play.ada.submit(form, when="end of March 2027")
    assert "METR's page names 300 minutes or more." in again.text
    form = await play.ada.click(again, "How it is decided")
    second = await play.ada.submit(
        form, clause="Half and half: the same weight for each outcome", judges=["Mira"]
    )
    assert "**If unclear** half and half" in second.text
    form = await play.ada.click(second, "Votes, days, tags")
    third = await play.ada.submit(form, days="30", tags="AI, metr", zone="europe/berlin")
    assert "half and half, from 30 days after the deadline" in third.text
    assert "Europe/Berlin" in third.text

    shown = await play.ada.click(third, "Show it to others")
    assert not shown.message.ephemeral
    label = next(one for one in third.message.buttons if one.startswith("Open"))
    opened = await play.ada.delivered(times=2).click(third, label)
    assert "Claim 1 is open" in opened.text
    card = await posted(play, "### METR publishes")
    assert "if unclear: half and half" in card.text
    assert (
        "Claim 1" in (await play.bo.run("/claim search", words="metr minutes")).text
        or "**1**" in (await play.bo.run("/claim search", words="metr minutes")).text
    )
    assert "**1**" in (await play.bo.run("/claim list", tag="METR")).text
    assert "**1**" in (await play.bo.run("/claim list")).text
    assert "people are asked" in (await play.bo.run("/claim show", claim=1)).text
    assert "You follow claim 1" in (await play.bo.run("/claim follow", claim=1)).text


async def test_a_draft_is_nobody_elses(play: Playground):
    await set_up(play)
    await quick(play, when="some day")
    assert "There is no claim 1 here" in (await play.bo.run("/claim show", claim=1)).text
    card = await play.bo.run("/help")
    for custom_id in (
        "quick-change:1",
        "draft:1",
        "draft-first:1",
        "draft-drop:1",
        "draft-open:1:1",
        "draft-show:1",
    ):
        refused = await play.bo.forcing.click(card, custom_id)
        assert "Claim 1 is somebody else's" in refused.text, custom_id


async def test_the_author_changes_it_until_somebody_accepts(play: Playground):
    await set_up(play)
    opened = await quick(play)
    form = await play.ada.click(opened, "Change the claim")
    changed = await play.ada.submit(form, when="2030-12-31")
    assert "Claim 1 is changed" in changed.text
    assert "1 standing offer ended with the old words." in changed.text
    died = await posted(play, "its offers ended")
    renewed = await play.ada.click(died, "Renew offer 1")
    assert "Your offer 2 stands" in renewed.text
    assert "is somebody else's" in (await play.bo.click(died, "Renew offer 1")).text

    asked = await play.bo.run("/bet accept", offer=2)
    await play.bo.click(asked, "Lock 100 points")
    refused = await play.ada.click(opened, "Change the claim")
    assert "Bets hang on claim 1" in refused.text
    assert "`/claim supersede`" in refused.text


async def test_a_better_wording_takes_a_bet_along_when_both_sign(play: Playground):
    await set_up(play)
    await quick(play)
    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, "Lock 100 points")
    draft = await play.ada.run("/claim supersede", claim=1)
    form = await play.ada.click(draft, "What is claimed")
    turned = "NO: It has not happened.\nYES: It has happened, and a second source says so."
    better = await play.ada.submit(form, source="https://epoch.ai", outcomes=turned)
    label = next(one for one in better.message.buttons if one.startswith("Open"))
    assert "Claim 2 is open" in (await play.ada.click(better, label)).text
    assert "Claim 2 supersedes it" in (await posted(play, "has a better wording")).text

    look = await play.ada.run("/bet move", bet=1, claim=2)
    assert "You: NO, 300 points" in look.text
    signed = await play.ada.click(look, "Sign")
    assert "It moves when the other side signs too" in signed.text
    assert "You: NO, 300 points" in signed.text
    told = await posted(play, "a better wording is suggested")
    assert ", NO: staked 300" in told.text
    look = await play.bo.click(told, "Look at it")
    assert "You: YES, 100 points" in look.text
    moved = await play.bo.click(look, "Sign")
    assert "Bet 1 is on claim 2 now" in moved.text
    assert "You: YES, 100 points" in moved.text
    assert ", YES: staked 100" in (await posted(play, "### Bet 1 is on claim 2 now")).text
    assert "300 on NO against 100 on YES" in (await play.bo.run("/bet show", number=1)).text
    form = await play.ada.run("/resolve propose", claim=2)
    assert (
        "can't be proposed for claim 2 yet"
        in (await play.ada.submit(form, result="NO", evidence="https://epoch.ai")).text
    )


async def test_an_offer_is_renewed_on_the_outcome_that_it_named(play: Playground):
    await set_up(play)
    opened = await quick(play)

    async def changed(outcomes: str) -> None:
        form = await play.ada.click(opened, "Change the claim")
        assert "Claim 1 is changed" in (await play.ada.submit(form, outcomes=outcomes)).text

    await changed("Acme: it\nGlobex: that one\nInitech: the third")
    await play.bo.run("/bet offer", claim=1, side="Globex", stake="10", theirs="10")
    await play.mira.run("/bet offer", claim=1, side="not Acme", stake="20", theirs="5")
    form = await play.ada.run("/resolve propose", claim=1)
    chances = await play.bo.run("/forecast give", claim=1)
    await changed("Initech: the third\nACME: it\nGlobex: that one")
    died = await posted(play, ": Globex, 10 to win 10")
    assert ": not Acme, 20 to win 5" in died.text
    assert "says Globex: risks 10" in (await posted(play, "Offer 2 ·")).text
    assert "Your offer 4 stands: Globex" in (await play.bo.click(died, "Renew offer 2")).text
    assert "Your offer 5 stands: not ACME" in (await play.mira.click(died, "Renew offer 3")).text

    for sent in (
        await play.bo.submit(chances, chances="80, 10, 10"),
        await play.ada.submit(form, result="Acme", evidence="https://epoch.ai"),
    ):
        assert "It was changed since it was shown to you, and nothing happened." in sent.text

    await changed("Initech: the third\nACME: it\nHooli: another")
    died = await posted(play, ": Globex, 10 to win 10. It does not fit the new outcomes")
    assert died.buttons == ["Renew offer 5"]
    first = await posted(play, "offer 3 of")
    again = await play.bo.click(first, "Renew offer 2")
    assert "Offer 4 ended, because its claim changed" in again.text, "it was made again once"


async def test_a_starter_claim_becomes_ones_own(play: Playground):
    await set_up(play)
    shelf = await play.ada.run("/claim library")
    assert shelf.message.buttons == ["More"]
    at = next(
        number for number, one in enumerate(library.load(), 1) if one.id == "superhuman-coder-before-2030"
    )
    one = await play.ada.run("/claim library", number=at)
    draft = await play.ada.click(one, "Make it a draft")
    label = next(each for each in draft.message.buttons if each.startswith("Open"))
    assert "Claim 1 is open" in (await play.ada.click(draft, label)).text
    offered = await play.ada.run("/bet offer", claim=1, side="NO", stake="30", odds="x4.0")
    assert "You risk 30 to win 90. Worth it if you think NO is likelier than 25%." in offered.text


async def test_a_settled_starter_is_a_game_whose_answer_comes_after_the_guess(play: Playground):
    at = next(number for number, one in enumerate(library.load(), 1) if one.historical)
    answer = library.load()[at - 1].known_answer
    one = await play.ada.run("/claim library", number=at)
    assert "Make it a draft" not in one.message.buttons
    assert f"came out {answer}" not in one.text
    form = await play.ada.click(one, "Say how likely it was")
    assert "Your chance: " in (await play.ada.submit(form, chance="60")).text
    form = await play.ada.click(one, "Say how likely it was")
    assert f"It came out {answer}" in (await play.ada.submit(form, chance="60%")).text


async def test_a_server_says_who_opens_claims_and_how_much_is_bet(play: Playground):
    await set_up(play)
    card = await play.oz.run("/setup")
    form = await play.oz.click(card, "Claims and bets")
    changed = await play.oz.submit(form, most="200", window="3 days", bond="5")
    assert "up to 200 points a side" in changed.text
    assert "72 hours" in changed.text
    assert "The most on one bet here is 200 points" in (await quick(play)).text
    form = await play.oz.click(changed, "Claims and bets")
    await play.oz.submit(form, who="Moderators only", most="0")
    assert "Here only moderators open claims" in (await quick(play)).text


async def test_in_a_forum_each_claim_has_its_own_post(play: Playground):
    card = await play.oz.run("/setup")
    form = await play.oz.click(card, "Channels and moderators")
    fields = {
        "announcements": ["announcements"],
        "log": ["log"],
        "moderators": ["Moderator"],
        "forum": ["claims"],
    }
    await play.oz.submit(form, fields)
    await quick(play)
    await play.skip(seconds=1)
    (thread,) = [one for one in await play.ada.channels() if "FrontierMath" in one["name"]]
    assert thread["name"].startswith("1 A named AI lab")
    (forum,) = [one for one in await play.ada.channels() if one["name"] == "claims"]
    names = {tag["id"]: tag["name"] for tag in forum["tags"]}

    async def tags() -> list[str]:
        seen = [one for one in await play.ada.channels() if one["id"] == thread["id"]]
        return [names[tag] for tag in seen[0]["applied_tags"]]

    assert await tags() == ["open"]
    texts = [one.text for one in await play.ada.read(thread["id"])]
    assert texts[0].startswith("### A named AI lab")
    assert any("says NO: risks 300 to win 100" in text for text in texts), texts
    elsewhere = [one.text for one in await play.ada.read("announcements")]
    assert all(text.startswith("### The week of") for text in elsewhere), elsewhere

    asked = await play.bo.run("/bet accept", offer=1)
    await play.bo.click(asked, "Lock 100 points")
    await play.world("archive", channel=thread["id"])  # as Discord does after days without a word
    form = await play.bo.run("/resolve propose", claim=1)
    await play.bo.submit(form, result="YES", evidence="https://example.org/report")
    await play.skip(seconds=1)
    assert await tags() == ["closed"]
    first = (await play.ada.read(thread["id"]))[0]
    assert "proposed YES" in first.text
    form = await play.ada.click(first, "Challenge")
    await play.ada.submit(form, ground="a fact is wrong", reason="It scored 60%.")
    await play.skip(seconds=1)
    assert await tags() == ["disputed"]
    form = await play.mira.click(await play.mira.run("/mod decide", claim=1), "YES")
    await play.mira.submit(form, reason="It scored 91%.")
    await play.settle()  # its day begins when it is posted
    await play.skip(days=2)
    assert await tags() == ["settled"]
    assert "Settled YES" in "".join([one.text for one in await play.ada.read(thread["id"])])
