"""What a command may look like when the bot hands it in."""

import re
from typing import Any

from bot.playground.errors import ApiError, FormErrors
from bot.playground.jsons import Json, rows
from bot.playground.shapes import (
    Check,
    Path,
    anything,
    by_type,
    flag,
    listing,
    mapping,
    nullable,
    number,
    one_of,
    shape,
    text,
    whole,
)

CHAT, USER, MESSAGE = 1, 2, 3
(SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, PERSON, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT) = range(
    1, 12
)
_NAME = re.compile(r"^[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}$")

_WORDS: dict[str, Check] = {
    "name_localizations": nullable(mapping(text(least=1, most=32))),
    "description_localizations": nullable(mapping(text(least=1, most=100))),
}
_choice = shape({"name": text(least=1, most=100), "value": anything}, _WORDS)
_NAMED: dict[str, Check] = {
    "type": anything,
    "name": text(least=1, most=32),
    "description": text(least=1, most=100),
}
_ANY: dict[str, Check] = {**_WORDS, "required": flag}
_CHOOSE: dict[str, Check] = {**_ANY, "choices": listing(_choice, most=25), "autocomplete": flag}
_LENGTHS: dict[str, Check] = {
    "min_length": whole(least=0, most=6000),
    "max_length": whole(least=1, most=6000),
}
_RANGE: dict[str, Check] = {"min_value": number, "max_value": number}
_VALUES: dict[int, Check] = {
    STRING: shape(_NAMED, {**_CHOOSE, **_LENGTHS}),
    INTEGER: shape(_NAMED, {**_CHOOSE, **_RANGE}),
    NUMBER: shape(_NAMED, {**_CHOOSE, **_RANGE}),
    CHANNEL: shape(_NAMED, {**_ANY, "channel_types": listing(whole())}),
    **dict.fromkeys((BOOLEAN, PERSON, ROLE, MENTIONABLE, ATTACHMENT), shape(_NAMED, _ANY)),
}
_subcommand = shape(_NAMED, {**_ANY, "options": listing(by_type(_VALUES), most=25)})
_group = shape(_NAMED, {**_ANY, "options": listing(by_type({SUBCOMMAND: _subcommand}), most=25)})
_KEYS: dict[str, Check] = {
    **_WORDS,
    "type": one_of((CHAT, USER, MESSAGE)),
    "description": text(most=100),
    "options": listing(by_type({**_VALUES, SUBCOMMAND: _subcommand, GROUP: _group}), most=25),
    "default_member_permissions": nullable(anything),
    "dm_permission": flag,
    "nsfw": flag,
    "contexts": listing(one_of((0, 1, 2)), least=1, most=3),
    "integration_types": listing(one_of((0, 1)), least=1, most=2),
    "id": anything,
}
COMMAND = shape({"name": text(least=1, most=32)}, _KEYS)
LIMITS = {CHAT: 100, USER: 15, MESSAGE: 15}


def check_command(body: Any, path: Path = ()) -> None:
    errors = FormErrors()
    COMMAND(body, path, errors)
    errors.raise_if_any()
    kind = body.get("type") or CHAT
    if kind == CHAT:
        _check_name(body["name"], (*path, "name"), errors)
        if not body.get("description"):
            errors.add((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
        _check_options(rows(body, "options"), (*path, "options"), errors)
        if _size(body) > 8000:
            errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
    elif body.get("description") or body.get("options"):
        errors.add(
            path, "APPLICATION_COMMAND_INVALID", "Context menu commands have no description and no options"
        )
    errors.raise_if_any()


def _check_name(name: str, path: Path, errors: FormErrors) -> None:
    if not _NAME.match(name) or name != name.lower():
        errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(options: list[Json], path: Path, errors: FormErrors) -> None:
    seen: set[str] = set()
    optional_seen = False
    nested = [option["type"] in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    for index, option in enumerate(options):
        here = (*path, index)
        _check_name(option["name"], (*here, "name"), errors)
        if option["name"] in seen:
            message = "Option name must be unique"
            errors.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        seen.add(option["name"])
        if option.get("required") and optional_seen:
            message = "Required options must be placed before non-required options"
            errors.add((*here, "required"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen |= not option.get("required")
        if option["type"] in (SUBCOMMAND, GROUP):
            _check_options(rows(option, "options"), (*here, "options"), errors)
        else:
            _check_value(option, here, errors)


def _check_value(option: Json, path: Path, errors: FormErrors) -> None:
    choices: list[Json] = rows(option, "choices")
    if choices and option.get("autocomplete"):
        message = "Autocomplete cannot be used with choices"
        errors.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message)
    wanted = {STRING: str, INTEGER: int, NUMBER: (int, float)}.get(option["type"], object)
    names: set[str] = set()
    for index, choice in enumerate(choices):
        if not isinstance(choice["value"], wanted) or isinstance(choice["value"], bool):
            message = f'Could not interpret "{choice["value"]}" as the option\'s type.'
            errors.add((*path, "choices", index, "value"), "STRING_TYPE_CONVERT", message)
        if choice["name"] in names:
            message = "Option choice name already exists"
            errors.add((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message)
        names.add(choice["name"])


def _size(body: Json) -> int:
    """Letters in name, description and values; localizations count by their longest, which nobody uses here."""
    total = len(body.get("name", "")) + len(body.get("description") or "")
    total += sum(len(c["name"]) + len(str(c["value"])) for c in rows(body, "choices"))
    return total + sum(_size(option) for option in rows(body, "options"))


def check_names_once(bodies: list[Json]) -> None:
    """Check one bulk overwrite: no two commands of one type and name, and no more than Discord keeps."""
    errors = FormErrors()
    seen: set[tuple[int, str]] = set()
    counts = dict.fromkeys(LIMITS, 0)
    for index, body in enumerate(bodies):
        key = (body.get("type") or CHAT, body["name"])
        counts[key[0]] += 1
        if key in seen:
            message = "Application command names must be unique"
            errors.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
    errors.raise_if_any()
    for kind, most in LIMITS.items():
        if counts[kind] > most:
            raise too_many(kind)


def too_many(kind: int) -> ApiError:
    return ApiError(30032, message=f"Maximum number of application commands reached ({LIMITS[kind]})")
