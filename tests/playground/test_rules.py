"""What Discord refuses and its description can't say: each with a payload that breaks just that rule."""

from typing import Any

import pytest

from bot.playground import rules
from bot.playground.driver import Playground
from bot.playground.errors import ApiError
from bot.playground.world import World
from tests.playground.conftest import Api, Reply, channel_named

V2 = 1 << 15


def button(**about: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": "a", **about}


def row(*components: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def words(text: str) -> dict[str, Any]:
    return {"type": 10, "content": text}


def choose(custom_id: str = "s", **about: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": custom_id, "options": [{"label": "One", "value": "1"}], **about}


MESSAGES: dict[str, tuple[dict[str, Any], dict[str, list[str]]]] = {
    "embeds over 6,000 characters": (
        {"embeds": [{"description": "x" * 3001}, {"description": "y" * 3000}]},
        {"embeds": ["MAX_EMBED_SIZE_EXCEEDED"]},
    ),
    "more than five rows": (
        {"content": "x", "components": [row(button(custom_id=str(i))) for i in range(6)]},
        {"components": ["BASE_TYPE_BAD_LENGTH"]},
    ),
    "one custom_id twice": (
        {"content": "x", "components": [row(button(), button())]},
        {"components.0.components.1.custom_id": ["COMPONENT_CUSTOM_ID_DUPLICATED"]},
    ),
    "one custom_id twice, in a container": (
        {"flags": V2, "components": [{"type": 17, "components": [row(button())]}, row(choose("a"))]},
        {"components.1.components.0.custom_id": ["COMPONENT_CUSTOM_ID_DUPLICATED"]},
    ),
    "a link button with a custom_id": (
        {"content": "x", "components": [row(button(style=5, url="https://example.org"))]},
        {"components.0.components.0.custom_id": ["BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"]},
    ),
    "a button without a custom_id": (
        {"content": "x", "components": [row({"type": 2, "style": 1, "label": "x"})]},
        {"components.0.components.0.custom_id": ["BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"]},
    ),
    "a V2 part without the V2 flag": (
        {"components": [words("x")]},
        {"components.0.type": ["UNION_TYPE_CHOICES"]},
    ),
    "the V2 flag with content": (
        {"flags": V2, "content": "x", "components": [words("x")]},
        {"content": ["MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]},
    ),
    "the V2 flag with embeds": (
        {"flags": V2, "embeds": [{"title": "x"}], "components": [words("x")]},
        {"embeds": ["MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]},
    ),
    "more than 4,000 characters over one V2 view": (
        {"flags": V2, "components": [words("x" * 2001), {"type": 17, "components": [words("y" * 2000)]}]},
        {"components": ["COMPONENT_MAX_TEXT_EXCEEDED"]},
    ),
    "more than forty components": (
        {"flags": V2, "components": [{"type": 17, "components": [words("x")] * 20}] * 2},
        {"components": ["COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"]},
    ),
    "an unknown key": ({"content": "x", "contents": "y"}, {"contents": ["UNKNOWN_KEY"]}),
    "a misspelt key within a button": (
        {"content": "x", "components": [row(button(lable="x"))]},
        {"components.0.components.0.lable": ["UNKNOWN_KEY"]},
    ),
    "a select beside a button": (
        {"content": "x", "components": [row(button(), choose())]},
        {"components.0.components": ["COMPONENT_LAYOUT_WIDTH_EXCEEDED"]},
    ),
    "one option's value twice": (
        {"content": "x", "components": [row(choose(options=[{"label": "One", "value": "1"}] * 2))]},
        {"components.0.components.0.options.1.value": ["SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"]},
    ),
    "a file that didn't come": (
        {"flags": V2, "components": [{"type": 13, "file": {"url": "attachment://book.csv"}}]},
        {"components.0": ["UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"]},
    ),
    "an attachment without its file": (
        {"content": "x", "attachments": [{"id": 0, "filename": "book.csv"}]},
        {"attachments": ["ATTACHMENT_NOT_FOUND"]},
    ),
    "over 2,000 characters": ({"content": "x" * 2001}, {"content": ["BASE_TYPE_MAX_LENGTH"]}),
    "ephemeral in a channel": ({"content": "x", "flags": 64}, {"flags": ["MESSAGE_FLAGS_INVALID"]}),
    "mentions named and parsed at once": (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        {"allowed_mentions.users": ["MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"]},
    ),
    "a nonce of more than 25": ({"content": "x", "nonce": "n" * 26}, {"nonce": ["NONCE_TYPE_TOO_LONG"]}),
    "a reply to nothing": (
        {"content": "x", "message_reference": {"message_id": "1"}},
        {"message_reference": ["REPLIES_UNKNOWN_MESSAGE"]},
    ),
}


async def _post(api: Api, world: World, body: dict[str, Any]) -> Reply:
    return await api("POST", f"/channels/{channel_named(world, 'predictions').id}/messages", body)


@pytest.mark.parametrize("rule", MESSAGES)
async def test_a_message_that_breaks_a_rule(play: Playground, world: World, api: Api, rule: str):
    body, faults = MESSAGES[rule]
    reply = await _post(api, world, body)
    assert (reply.status, reply.code) == (400, 50035), reply.body
    assert reply.faults() == faults
    assert await play.ada.read() == []
    await play.delete("failures")


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"embeds": [], "components": []}, {"flags": V2}])
async def test_an_empty_message(world: World, api: Api, body: dict[str, Any]):
    reply = await _post(api, world, body)
    assert (reply.status, reply.code) == (400, 50006)


def option(name: str, **about: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": "An option", **about}


def command(name: str = "wallet", description: str = "Points", *options: Any, **about: Any) -> dict[str, Any]:
    return {"name": name, "description": description, "options": list(options), **about}


COMMANDS: dict[str, tuple[dict[str, Any], dict[str, list[str]]]] = {
    "an upper-case name": (command("Wallet"), {"name": ["APPLICATION_COMMAND_INVALID_NAME"]}),
    "a spaced name": (command("my wallet"), {"name": ["APPLICATION_COMMAND_INVALID_NAME"]}),
    "an empty description": (command("wallet", ""), {"description": ["BASE_TYPE_REQUIRED"]}),
    "a required option after an optional one": (
        command("wallet", "Points", option("a"), option("b", required=True)),
        {"options.1.required": ["APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"]},
    ),
    "two options of one name": (
        command("wallet", "Points", option("a"), option("a")),
        {"options.1.name": ["APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"]},
    ),
    "an upper-case option": (
        command("wallet", "Points", option("Amount")),
        {"options.0.name": ["APPLICATION_COMMAND_INVALID_NAME"]},
    ),
    "a subcommand beside an option": (
        command("wallet", "Points", {"type": 1, "name": "show", "description": "Show"}, option("a")),
        {"options": ["APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"]},
    ),
    "choices with autocomplete": (
        command("wallet", "Points", option("a", autocomplete=True, choices=[{"name": "A", "value": "a"}])),
        {"options.0.autocomplete": ["APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES"]},
    ),
    "a misspelt key": (command(descripton="x"), {"descripton": ["UNKNOWN_KEY"]}),
    "a misspelt key within an option": (
        command("wallet", "Points", option("a", requird=True)),
        {"options.0.requird": ["UNKNOWN_KEY"]},
    ),
    "a menu entry with a description": (
        {"type": 3, "name": "Bet on this", "description": "x"},
        {"": ["APPLICATION_COMMAND_INVALID"]},
    ),
    "over 8,000 characters": (
        command(
            "wallet",
            "Points",
            *(
                option(
                    f"o{i}", choices=[{"name": f"{c:02}" + "n" * 97, "value": "v" * 99} for c in range(25)]
                )
                for i in range(2)
            ),
        ),
        {"": ["APPLICATION_COMMAND_TOO_LARGE"]},
    ),
}


@pytest.mark.parametrize("rule", COMMANDS)
async def test_a_command_that_breaks_a_rule(play: Playground, world: World, api: Api, rule: str):
    body, faults = COMMANDS[rule]
    path = f"/applications/{world.application_id}/commands"
    reply = await api("POST", path, body)
    assert (reply.status, reply.code) == (400, 50035), reply.body
    assert reply.faults() == faults

    in_bulk = await api("PUT", path, [command("good"), body])
    assert in_bulk.faults() == {f"1.{where}".strip("."): codes for where, codes in faults.items()}
    assert world.commands == {}, "a bulk overwrite is all or nothing"


async def test_at_most_a_hundred_commands(world: World, api: Api):
    path = f"/applications/{world.application_id}/commands"
    hundred = [command(f"c{i}") for i in range(100)]
    assert (await api("PUT", path, [*hundred, command("c100")])).code == 30032
    assert (await api("PUT", path, hundred)).status == 200
    reply = await api("POST", path, command("c100"))
    assert (reply.status, reply.code) == (400, 30032)
    assert (await api("PUT", path, [{"type": 3, "name": f"Menu {i}"} for i in range(16)])).code == 30032


async def test_two_commands_of_one_name(world: World, api: Api):
    reply = await api("PUT", f"/applications/{world.application_id}/commands", [command(), command()])
    assert reply.faults() == {"1.name": ["APPLICATION_COMMANDS_DUPLICATE_NAME"]}


def label(component: dict[str, Any], text: str = "A field") -> dict[str, Any]:
    return {"type": 18, "label": text, "component": component}


def field(custom_id: str = "f", **about: Any) -> dict[str, Any]:
    return {"type": 4, "custom_id": custom_id, "style": 1, **about}


def modal(*components: Any, **about: Any) -> dict[str, Any]:
    return {"custom_id": "m", "title": "A form", "components": list(components), **about}


MODALS: dict[str, tuple[dict[str, Any], dict[str, list[str]]]] = {
    "more than five components": (
        modal(*(label(field(str(i))) for i in range(6))),
        {"data.components": ["BASE_TYPE_BAD_LENGTH"]},
    ),
    "one custom_id twice": (
        modal(label(field()), label(field())),
        {"data.components.1.component.custom_id": ["COMPONENT_CUSTOM_ID_DUPLICATED"]},
    ),
    "a title over 45": (modal(label(field()), title="x" * 46), {"data.title": ["BASE_TYPE_BAD_LENGTH"]}),
    "a label over 45": (
        modal(label(field(), "x" * 46)),
        {"data.components.0.label": ["BASE_TYPE_BAD_LENGTH"]},
    ),
    "an input in a row without a label": (
        modal(row(field())),
        {"data.components.0.components.0.label": ["BASE_TYPE_REQUIRED"]},
    ),
    "a value longer than allowed": (
        modal(label(field(max_length=3, value="four"))),
        {"data.components.0.component.value": ["BASE_TYPE_BAD_LENGTH"]},
    ),
    "one radio option": (
        modal(label({"type": 21, "custom_id": "r", "options": [{"label": "One", "value": "1"}]})),
        {"data.components.0.component.options": ["BASE_TYPE_BAD_LENGTH"]},
    ),
    "a button": (modal(row(button())), {"data.components.0.components.0.type": ["BASE_TYPE_CHOICES"]}),
    "a misspelt key": (
        modal(label(field(requird=True))),
        {"data.components.0.component.requird": ["UNKNOWN_KEY"]},
    ),
}


@pytest.mark.parametrize("rule", MODALS)
def test_a_modal_that_breaks_a_rule(rule: str):
    body, faults = MODALS[rule]
    with pytest.raises(ApiError) as refused:
        rules.check_modal(body)
    assert Reply(400, refused.value.body(), {}).faults() == faults


def test_every_kind_of_field_is_taken():
    options = [{"label": "One", "value": "1"}, {"label": "Two", "value": "2", "default": True}]
    kinds = [
        field(style=2, min_length=1, max_length=100, required=False),
        {"type": 21, "custom_id": "radio", "options": options},
        {"type": 22, "custom_id": "boxes", "options": options, "max_values": 2},
        {"type": 23, "custom_id": "box", "default": True},
        {"type": 19, "custom_id": "file", "max_values": 1, "required": False},
    ]
    rules.check_modal(modal(*(label(kind) for kind in kinds)))


def test_autocomplete_takes_at_most_25_of_its_own_type():
    rules.check_choices({"choices": [{"name": "A", "value": "a"}]}, 3)
    with pytest.raises(ApiError):
        rules.check_choices({"choices": [{"name": str(i), "value": str(i)} for i in range(26)]}, 3)
    with pytest.raises(ApiError):
        rules.check_choices({"choices": [{"name": "A", "value": "a"}]}, 4)
