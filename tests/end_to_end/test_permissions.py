"""Who may do what: every command and every button, by everybody. A new one without a row here fails."""

import re
import warnings

import pytest

from bot.playground.driver import Answer, NotAllowed, Person, Playground
from tests.end_to_end.conftest import set_up

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="'audioop' is deprecated", category=DeprecationWarning)
    from discord import app_commands

    from bot.commands.routes import ROUTES
    from bot.commands.slash import COMMANDS

MEMBER, HELPER, MODERATOR, OWNER = "member", "helper", "moderator", "owner"
"""A helper may moderate by Discord's permissions, but hasn't the role that Crux was told of."""

EVERYBODY = {MEMBER, HELPER, MODERATOR, OWNER}
MODERATORS = {MODERATOR, OWNER}
MANAGERS = {OWNER}

BY_COMMAND = {
    "/bet quick": (EVERYBODY, {}),
    "/bet offer": (EVERYBODY, {"claim": 1, "side": "YES", "stake": "1", "odds": "50%"}),
    "/bet accept": (EVERYBODY, {"offer": 1}),
    "/bet counter": (EVERYBODY, {"offer": 1, "stake": "1", "theirs": "1"}),
    "/bet withdraw": (EVERYBODY, {"offer": 1}),
    "/bet agree": (EVERYBODY, {"bet": 1}),
    "/bet move": (EVERYBODY, {"bet": 1, "claim": 2}),
    "/bet reminders": (EVERYBODY, {"how": "mention"}),
    "/bet dissent": (EVERYBODY, {"bet": 1, "words": "Not so."}),
    "/bet list": (EVERYBODY, {}),
    "/bet show": (EVERYBODY, {"number": 1}),
    "/bet mine": (EVERYBODY, {}),
    "/market open": (EVERYBODY, {"claim": 1}),
    "/market liquidity": (EVERYBODY, {"claim": 1, "amount": "10"}),
    "/market buy": (EVERYBODY, {"claim": 1, "outcome": "YES", "points": "1"}),
    "/market sell": (EVERYBODY, {"claim": 1, "outcome": "YES", "shares": "1"}),
    "/market order": (EVERYBODY, {"claim": 1, "outcome": "YES", "limit": "40%", "points": "1"}),
    "/market cancel": (EVERYBODY, {"order": 1}),
    "/market show": (EVERYBODY, {"claim": 1}),
    "/market list": (EVERYBODY, {}),
    "/market portfolio": (EVERYBODY, {}),
    "/claim new": (EVERYBODY, {}),
    "/claim drafts": (EVERYBODY, {}),
    "/claim library": (EVERYBODY, {}),
    "/claim list": (EVERYBODY, {}),
    "/claim show": (EVERYBODY, {"claim": 1}),
    "/claim search": (EVERYBODY, {"words": "agents"}),
    "/claim condition": (EVERYBODY, {"claim": 1}),
    "/claim scenario": (EVERYBODY, {}),
    "/claim judge": (EVERYBODY, {"claim": 1}),
    "/claim follow": (EVERYBODY, {"claim": 1}),
    "/claim close": (EVERYBODY, {"claim": 1}),
    "/claim supersede": (EVERYBODY, {"claim": 1}),
    "/claim clarify": (EVERYBODY, {"claim": 1, "words": "What is meant."}),
    "/claim link": (EVERYBODY, {"claim": 1, "to": 2, "moves": "raise"}),
    "/claim unlink": (EVERYBODY, {"claim": 1, "to": 2}),
    "/claim links": (EVERYBODY, {}),
    "/resolve propose": (EVERYBODY, {"claim": 1}),
    "/resolve withdraw": (EVERYBODY, {"claim": 1}),
    "/resolve challenge": (EVERYBODY, {"claim": 1}),
    "/resolve argue": (EVERYBODY, {"claim": 1}),
    "/resolve appeal": (EVERYBODY, {"claim": 1}),
    "/resolve sign": (EVERYBODY, {"claim": 1}),
    "/resolve on-call": (EVERYBODY, {"on": True}),
    "/resolve step-down": (EVERYBODY, {"claim": 1}),
    "/resolve appoint": (EVERYBODY, {"claim": 1, "person": "Bo"}),
    "/resolve acts": (EVERYBODY, {}),
    "/board show": (EVERYBODY, {}),
    "/board calibration": (EVERYBODY, {}),
    "/board listed": (EVERYBODY, {"on": True}),
    "/board profile": (EVERYBODY, {}),
    "/market pool": (EVERYBODY, {"claim": 1}),
    "/market stake": (EVERYBODY, {"claim": 1, "outcome": "YES", "stake": "1"}),
    "/forecast give": (EVERYBODY, {"claim": 1, "chance": "50%"}),
    "/forecast show": (EVERYBODY, {"claim": 1}),
    "/forecast hide": (EVERYBODY, {"claim": 1}),
    "/forecast reveal": (EVERYBODY, {"claim": 1}),
    "/reward offer": (EVERYBODY, {"claim": 1, "amount": "1"}),
    "/reward give": (EVERYBODY, {"reward": 1, "to": "Bo"}),
    "/reward show": (EVERYBODY, {}),
    "/reward cancel": (EVERYBODY, {"reward": 1}),
    "/wallet show": (EVERYBODY, {}),
    "/wallet history": (EVERYBODY, {}),
    "/wallet give": (EVERYBODY, {"to": "Bo", "amount": "1"}),
    "/wallet allowance": (EVERYBODY, {}),
    "/ledger acts": (EVERYBODY, {}),
    "/ledger supply": (EVERYBODY, {}),
    "/ledger verify": (EVERYBODY, {}),
    "/ledger export": (EVERYBODY, {}),
    "/help": (EVERYBODY, {}),
    "/privacy export": (EVERYBODY, {}),
    "/privacy delete": (EVERYBODY, {}),
    "/mod grant": (MODERATORS, {"to": "Bo", "amount": "1"}),
    "/mod take": (MODERATORS, {"from": "Bo", "amount": "1"}),
    "/mod wave": (MODERATORS, {"person": "Bo"}),
    "/mod queue": (MODERATORS, {}),
    "/mod decide": (MODERATORS, {"claim": 1}),
    "/mod freeze": (MODERATORS, {"claim": 1}),
    "/mod reverse": (MODERATORS, {"claim": 1}),
    "/mod note": (MODERATORS, {"claim": 1, "words": "A note."}),
    "/setup": (MANAGERS, {}),
}
BY_MENU = {"Bet on this"}
"""Commands of the right-click menu: for everybody, as what they open is."""

MORE = {"/ledger export": (MODERATORS, {"what": "server"})}
"""Options that not everybody may choose."""

BY_BUTTON = {
    "said:{claim}:{page}": EVERYBODY,
    "market-new:{claim}": EVERYBODY,
    "market-again:{claim}:{house}": EVERYBODY,
    "market-order-new:{claim}:{outcome}:{sells}": EVERYBODY,
    "market-order-send:{claim}": EVERYBODY,
    "market-form:{claim}:{house}": EVERYBODY,
    "market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}": EVERYBODY,
    "market-open:{asked}:{claim}:{liquidity}:{house}:{first}:{rest}:{mark}": EVERYBODY,
    "market-deepen:{asked}:{claim}:{liquidity}:{cost}": EVERYBODY,
    "market-deepen:{asked}:{claim}:{liquidity}:{cost}:{trades}": EVERYBODY,
    "market-pick:{claim}": EVERYBODY,
    "market-much:{claim}:{outcome}": EVERYBODY,
    "market-ask:{claim}:{outcome}:{budget}": EVERYBODY,
    "market-other:{claim}:{outcome}": EVERYBODY,
    "market-send:{claim}:{outcome}": EVERYBODY,
    "market-sell-other:{claim}:{outcome}": EVERYBODY,
    "market-sell-send:{claim}:{outcome}": EVERYBODY,
    "market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}": EVERYBODY,
    "market-buy:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}": EVERYBODY,
    "market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}": EVERYBODY,
    "market-sell:{asked}:{claim}:{outcome}:{how}:{amount}:{seen}:{tolerance}:{most}": EVERYBODY,
    "market-order:{asked}:{claim}:{outcome}:{limit}:{sells}:{amount}:{expires}": EVERYBODY,
    "market-cancel:{order}": EVERYBODY,
    "market-show:{claim}": EVERYBODY,
    "markets:{before}": EVERYBODY,
    "market-mine": EVERYBODY,
    "market-paid:{claim}": EVERYBODY,
    "quick:{channel}:{message}": EVERYBODY,
    "quick-draft:{draft}": EVERYBODY,
    "quick-change:{draft}": EVERYBODY,
    "quick-anyway:{asked}:{draft}": EVERYBODY,
    "claim-offer:{claim}": EVERYBODY,
    "offer:{claim}": EVERYBODY,
    "offer-renew:{number}": EVERYBODY,
    "offer-counter:{number}": EVERYBODY,
    "counter:{number}": EVERYBODY,
    "offer-withdraw:{number}": EVERYBODY,
    "offer-take:{number}": EVERYBODY,
    "lock:{asked}:{number}:{mark}": EVERYBODY,
    "bet-end:{number}": EVERYBODY,
    "bet-move-look:{number}:{to}": EVERYBODY,
    "bet-move:{asked}:{number}:{to}:{mark}": EVERYBODY,
    "bet-suggest-form:{number}": EVERYBODY,
    "bet-suggest:{number}": EVERYBODY,
    "bet-sign:{asked}:{number}:{maker}:{taker}": EVERYBODY,
    "offers:{before}": EVERYBODY,
    "mine:{kind}:{before}": EVERYBODY,
    "hush:{player}:{on}": EVERYBODY,
    "draft-new": EVERYBODY,
    "draft-first:{draft}": EVERYBODY,
    "draft-save-first:{draft}": EVERYBODY,
    "draft-second:{draft}": EVERYBODY,
    "draft-save-second:{draft}": EVERYBODY,
    "draft-third:{draft}": EVERYBODY,
    "draft-save-third:{draft}": EVERYBODY,
    "draft:{draft}": EVERYBODY,
    "draft-show:{draft}": EVERYBODY,
    "draft-drop:{draft}": EVERYBODY,
    "draft-open:{asked}:{draft}": EVERYBODY,
    "claim-change:{number}": EVERYBODY,
    "claim-condition:{number}": EVERYBODY,
    "claim-condition-save:{number}": EVERYBODY,
    "scenario-new": EVERYBODY,
    "scenario-share:{draft}": EVERYBODY,
    "stories:{number}": EVERYBODY,
    "story-add:{number}": EVERYBODY,
    "story-change:{number}:{at}": EVERYBODY,
    "story-save:{number}:{at}:{mark}": EVERYBODY,
    "story-out:{number}:{at}:{mark}": EVERYBODY,
    "item-judge:{number}": EVERYBODY,
    "item-send:{asked}:{number}": EVERYBODY,
    "claim-save:{number}": EVERYBODY,
    "claim-change-rest:{number}": EVERYBODY,
    "claim-save-rest:{number}": EVERYBODY,
    "terms:{number}": EVERYBODY,
    "follow:{number}:{on}": EVERYBODY,
    "crux-cut:{claim}:{target}": EVERYBODY,
    "claims-closing:{after}": EVERYBODY,
    "claims-mine:{before}": EVERYBODY,
    "library:{page}": EVERYBODY,
    "library-take:{number}": EVERYBODY,
    "library-guess:{number}": EVERYBODY,
    "library-answer:{number}": EVERYBODY,
    "pool:{claim}": EVERYBODY,
    "pool-open:{claim}": EVERYBODY,
    "pool-stake:{claim}": EVERYBODY,
    "pool-again:{claim}:{outcome}": EVERYBODY,
    "pool-send:{claim}:{mark}": EVERYBODY,
    "pool-lock:{asked}:{claim}:{outcome}:{amount}:{mark}": EVERYBODY,
    "forecast:{claim}": EVERYBODY,
    "forecast-send:{claim}:{mark}": EVERYBODY,
    "reward-lock:{asked}:{claim}:{amount}:{until}": EVERYBODY,
    "reward-name:{asked}:{number}:{winner}": EVERYBODY,
    "reward:{number}": EVERYBODY,
    "board-by:{by}:{season}": EVERYBODY,
    "board:{by}:{season}:{skip}": EVERYBODY,
    "board-calibration": EVERYBODY,
    "propose:{claim}": EVERYBODY,
    "propose-send:{claim}:{mark}": EVERYBODY,
    "claim-again:{number}:{form}": EVERYBODY,
    "claim-until:{number}:{form}:{field}:{until}": EVERYBODY,
    "draft-until:{draft}:{field}:{until}": EVERYBODY,
    "quick-until:{asked}:{draft}:{until}": EVERYBODY,
    "story-until:{number}:{at}:{mark}:{line}:{until}": EVERYBODY,
    "market-order-until:{claim}:{outcome}:{limit}:{sells}:{amount}:{until}": EVERYBODY,
    "pool-until:{asked}:{claim}:{until}": EVERYBODY,
    "reward-until:{claim}:{amount}:{until}": EVERYBODY,
    "propose-again:{claim}:{result}": EVERYBODY,
    "propose-early:{asked}:{claim}:{mark}:{until}": EVERYBODY,
    "rule-early:{asked}:{claim}:{proposal}:{until}": EVERYBODY,
    "challenge:{claim}": EVERYBODY,
    "challenge:{claim}:{proposal}": EVERYBODY,
    "challenge-send:{claim}:{proposal}": EVERYBODY,
    "argue:{claim}": EVERYBODY,
    "argue-send:{claim}:{proposal}": EVERYBODY,
    "appeal:{claim}": EVERYBODY,
    "appeal-send:{claim}:{proposal}": EVERYBODY,
    "hold-reversal:{claim}": EVERYBODY,
    "hold-reversal:{claim}:{resolution}": EVERYBODY,
    "sign-proposal:{proposal}": EVERYBODY,
    "withdraw-proposal:{proposal}": EVERYBODY,
    "appoint:{claim}:{dispute}:{round_}:{judge}": EVERYBODY,
    "judge-object:{claim}:{judge}": EVERYBODY,
    "judge-accept:{claim}:{judge}": EVERYBODY,
    "judge-object:{claim}:{dispute}:{round_}:{judge}": EVERYBODY,
    "judge-accept:{claim}:{dispute}:{round_}:{judge}": EVERYBODY,
    "done:{before}": EVERYBODY,
    "halt:{asked}:{claim}:{halts}": MODERATORS,
    "reverse:{asked}:{claim}": MODERATORS,
    "decide:{claim}": EVERYBODY,
    "rule:{claim}:{choice}:{proposal}": EVERYBODY,
    "rule-send:{claim}:{choice}:{proposal}": EVERYBODY,
    "rule-send:{claim}:{choice}:{proposal}:{round_}": EVERYBODY,
    "confirm:{proposal}": EVERYBODY,
    "history:{before}": EVERYBODY,
    "wallet-line": EVERYBODY,
    "allowance": EVERYBODY,
    "give:{asked}:{taker}:{amount}": EVERYBODY,
    "close": EVERYBODY,
    "acts:{before}": EVERYBODY,
    "forget:{asked}": EVERYBODY,
    "forget-now:{asked}": EVERYBODY,
    "grant:{asked}:{person}:{amount}": MODERATORS,
    "take:{asked}:{person}:{amount}": MODERATORS,
    "older:go-on": {OWNER},
    "setup:check": MANAGERS,
    "setup:places": MANAGERS,
    "setup:save-places": MANAGERS,
    "setup:points": MANAGERS,
    "setup:save-points": MANAGERS,
    "setup:bets": MANAGERS,
    "setup:save-bets": MANAGERS,
    "setup:markets": MANAGERS,
    "setup:save-markets": MANAGERS,
    "setup:gifts:{on}": MANAGERS,
    "setup:season": MANAGERS,
    "setup:save-season:{asked}": MANAGERS,
    "setup:fund": MANAGERS,
    "setup:save-fund:{asked}": MANAGERS,
}


def test_every_command_and_every_button_has_a_row():
    leaves = [leaf for command in COMMANDS for leaf in getattr(command, "commands", [command])]
    menus = {leaf.qualified_name for leaf in leaves if isinstance(leaf, app_commands.ContextMenu)}
    commands = {f"/{leaf.qualified_name}" for leaf in leaves if leaf.qualified_name not in menus}
    assert commands == set(BY_COMMAND)
    assert menus == BY_MENU
    assert {route.template for route in ROUTES} == set(BY_BUTTON)


@pytest.fixture
async def people(play: Playground) -> dict[str, Person]:
    await set_up(play)
    await play.world("add_person", name="Hal", age_days=900, member=True)
    await play.world("add_role", name="Helper", permissions=["moderate_members", "manage_messages"])
    await play.world("set_roles", person="Hal", roles=["Helper"])
    return {MEMBER: play.ada, HELPER: play.person("Hal"), MODERATOR: play.mira, OWNER: play.oz}


def refused(answer: Answer) -> bool:
    said = ("This is for ", "Only the server's owner can do that.")
    return answer.kind == "message" and any(words in answer.text for words in said)


async def test_commands(people: dict[str, Person]):
    for command, (allowed, options) in [*BY_COMMAND.items(), *MORE.items()]:
        for kind, person in people.items():
            hidden = command not in await person.commands()
            may = not hidden and not refused(await person.run(command, **options))
            assert may == (kind in allowed), f"{command} by {kind}"


async def test_buttons_that_were_forged(people: dict[str, Person]):
    """As if everybody could put any id behind a button: what it means is checked again."""
    for template, allowed in BY_BUTTON.items():
        custom_id = re.sub(r"{\w+}", "1", template)
        for kind, person in people.items():
            card = await person.run("/help")
            may = not refused(await person.forcing.click(card, custom_id))
            assert may == (kind in allowed), f"{template} by {kind}"


async def test_a_stranger_can_not_act_in_a_server_under_its_name(play: Playground, people: dict[str, Person]):
    card = await play.uma.run("/help")
    stranger = play.uma.delivered(guild="The Crux Club")
    for command in ("/wallet show", "/ledger export", "/privacy export"):
        assert "another server's name" in (await stranger.run(command)).text
    for custom_id in ("allowance", "setup:check", "grant:1:1:1", "forget-now:1"):
        assert "another server's name" in (await stranger.forcing.click(card, custom_id)).text


async def test_what_was_asked_in_one_server_is_not_done_in_another(play: Playground):
    asked = await play.ada.run("/wallet give", to=play.bo, amount="5")
    elsewhere = await play.ada.delivered(guild="The Quarry").click(asked, "Give 5 points")
    assert "another server's name" in elsewhere.text
    assert "**1,000 points**" in (await play.ada.run("/wallet show")).text
    assert "You gave 5 points" in (await play.ada.click(asked, "Give 5 points")).text


async def test_each_server_has_a_book_of_its_own(play: Playground):
    await play.ada.run("/wallet show")
    theirs = await play.uma.run("/ledger acts")
    assert "There are none" in theirs.text
    assert "Welcome" in (await play.uma.run("/wallet show")).text


async def test_without_a_moderator_role_only_the_owner_moderates(play: Playground):
    refused_ = await play.mira.run("/mod grant", to=play.bo, amount="5")
    assert "They can choose a moderator role with `/setup`" in refused_.text
    assert (await play.oz.run("/mod grant", to=play.bo, amount="5")).kind == "modal"


async def test_a_role_that_was_deleted_or_lost_moderates_no_more(play: Playground):
    await set_up(play)
    form = await play.mira.run("/mod grant", to=play.bo, amount="5")
    await play.world("set_roles", person="Mira", roles=[])
    assert "This is for moderators" in (await play.mira.submit(form, reason="too late")).text
    await play.world("set_roles", person="Mira", roles=["Moderator"])
    await play.world("delete_role", role="Moderator")
    card = await play.oz.run("/setup")
    assert "the role you chose was deleted: choose another" in card.text


async def test_a_direct_message_is_answered_with_where_to_go(play: Playground):
    with pytest.raises(NotAllowed):
        await play.ada.at("dm").run("/wallet show")  # commands are for servers only
