"""What a message or a form must keep to as a whole: rules that Discord's own description can't express."""

from collections.abc import Iterator
from typing import Any

from bot.playground.errors import ApiError, FormErrors
from bot.playground.jsons import Json, part, rows
from bot.playground.message_shapes import (
    BUTTON,
    CHANNEL_SELECT,
    CHECKBOX,
    CHECKBOX_GROUP,
    CONTAINER,
    FILE,
    FILE_UPLOAD,
    FORUM_MESSAGE,
    GALLERY,
    LABEL,
    LINK,
    MENTIONABLE_SELECT,
    MESSAGE,
    MODAL,
    PREMIUM,
    RADIO_GROUP,
    ROLE_SELECT,
    ROW,
    SECTION,
    SELECTS,
    SEPARATOR,
    STRING_SELECT,
    TEXT,
    TEXT_INPUT,
    THUMBNAIL,
    USER_SELECT,
    V2_ONLY,
    WEBHOOK_MESSAGE,
)
from bot.playground.shapes import Check, Path, anything, listing, nullable, shape, text
from bot.playground.world import COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS

__all__ = [
    "BUTTON",
    "CHANNEL_SELECT",
    "CHECKBOX",
    "CHECKBOX_GROUP",
    "CHOICES",
    "CONTAINER",
    "FILE",
    "FILE_UPLOAD",
    "FORUM_MESSAGE",
    "GALLERY",
    "LABEL",
    "LINK",
    "MENTIONABLE_SELECT",
    "MESSAGE",
    "MODAL",
    "PREMIUM",
    "RADIO_GROUP",
    "ROLE_SELECT",
    "ROW",
    "SECTION",
    "SELECTS",
    "SEPARATOR",
    "STRING_SELECT",
    "TEXT",
    "TEXT_INPUT",
    "THUMBNAIL",
    "USER_SELECT",
    "V2_ONLY",
    "WEBHOOK_MESSAGE",
    "check_choices",
    "check_message",
    "check_modal",
    "check_not_empty",
    "walk",
]

_MAY_SET = EPHEMERAL | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2


def walk(components: list[Json], path: Path = ("components",)) -> Iterator[tuple[Path, Json]]:
    """Yield every component with its path, parents first."""
    for index, component in enumerate(components):
        here = (*path, index)
        yield here, component
        yield from walk(component.get("components", []), (*here, "components"))
        for key in ("accessory", "component"):
            if isinstance(component.get(key), dict):
                yield (*here, key), component[key]


def check_message(body: Json, check: Check, *, files: int, limit: int = 4000) -> None:
    """Check the shape of a message, then what only the whole shows."""
    errors = FormErrors()
    check(body, (), errors)
    errors.raise_if_any()  # what follows trusts the shape
    flags = body.get("flags") or 0
    if flags & ~_MAY_SET:
        errors.add(("flags",), "MESSAGE_FLAGS_INVALID", f"Flags {flags & ~_MAY_SET} cannot be set.")
    _check_mentions(part(body, "allowed_mentions"), errors)
    _check_embeds(rows(body, "embeds"), errors)
    components = rows(body, "components")
    _check_components(components, errors, v2=bool(flags & COMPONENTS_V2))
    if flags & COMPONENTS_V2:
        for key in ("content", "embeds", "poll", "sticker_ids"):
            if body.get(key):
                message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                errors.add((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    _check_uploads(body, components, files, errors)
    errors.raise_if_any()


def check_not_empty(body: Json, *, files: int) -> None:
    if not files and not any(
        body.get(key) for key in ("content", "embeds", "components", "sticker_ids", "poll")
    ):
        raise ApiError(50006)


def _check_mentions(allowed: Json, errors: FormErrors) -> None:
    for kind in ("users", "roles"):
        if kind in rows(allowed, "parse") and rows(allowed, kind):
            message = f"Must not be set if '{kind}' is in parse"
            errors.add(("allowed_mentions", kind), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def _check_embeds(embeds: list[Json], errors: FormErrors) -> None:
    total = 0
    for embed in embeds:
        total += len(embed.get("title") or "") + len(embed.get("description") or "")
        total += len(part(embed, "footer").get("text", "")) + len(part(embed, "author").get("name", ""))
        total += sum(len(field["name"]) + len(field["value"]) for field in rows(embed, "fields"))
    if total > 6000:
        errors.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_components(components: list[Json], errors: FormErrors, *, v2: bool) -> None:
    if not v2 and len(components) > 5:
        errors.add(("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen_ids: set[str] = set()
    count = letters = 0
    for path, component in walk(components):
        count += 1
        kind = component["type"]
        if kind in V2_ONLY and not v2:
            message = f"Component type {kind} needs MessageFlags.IS_COMPONENTS_V2"
            errors.add((*path, "type"), "UNION_TYPE_CHOICES", message)
        letters += len(component["content"]) if kind == TEXT else 0
        _check_one(component, path, errors, seen_ids)
    if count > 40:
        message = f"The maximum number of components is 40, got {count}."
        errors.add(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if letters > 4000:
        message = f"The maximum length of text in components is 4000, got {letters}."
        errors.add(("components",), "COMPONENT_MAX_TEXT_EXCEEDED", message)


def _check_one(component: Json, path: Path, errors: FormErrors, seen_ids: set[str]) -> None:
    custom_id = component.get("custom_id")
    if custom_id is not None:
        if custom_id in seen_ids:
            message = "Component custom id cannot be duplicated"
            errors.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        seen_ids.add(custom_id)
    kind = component["type"]
    if kind == BUTTON:
        _check_button(component, path, errors)
    elif kind == ROW:
        children = component["components"]
        if len(children) > 1 and any(child["type"] != BUTTON for child in children):
            message = "A select fills its row; it stands alone there."
            errors.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
    elif kind in (STRING_SELECT, RADIO_GROUP, CHECKBOX_GROUP):
        _check_options(component, path, errors)
    if kind in SELECTS:
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        if least > most:
            errors.add(
                (*path, "min_values"), "SELECT_COMPONENT_MIN_OVER_MAX", "min_values is over max_values."
            )


def _check_button(button: Json, path: Path, errors: FormErrors) -> None:
    custom_id, link = button.get("custom_id"), button.get("url")
    if button["style"] == LINK:
        if custom_id is not None:
            message = "A custom id and url cannot both be specified"
            errors.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
        if link is None:
            errors.add((*path, "url"), "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
    elif button["style"] != PREMIUM:
        if custom_id is None:
            errors.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
        if link is not None:
            errors.add((*path, "url"), "BUTTON_COMPONENT_INVALID_URL", "A url is for link buttons only")
        if not button.get("label") and not button.get("emoji"):
            message = "A label or emoji is required"
            errors.add(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", message)


def _check_options(component: Json, path: Path, errors: FormErrors) -> None:
    seen: set[str] = set()
    for index, option in enumerate(component["options"]):
        if option["value"] in seen:
            message = "The specified option value is already used"
            errors.add(
                (*path, "options", index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message
            )
        seen.add(option["value"])
    chosen = sum(bool(option.get("default")) for option in component["options"])
    if chosen > component.get("max_values", 1):
        message = "More options are chosen beforehand than may be chosen"
        errors.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def _check_uploads(body: Json, components: list[Json], files: int, errors: FormErrors) -> None:
    """What is named `attachment://` must come with the message."""
    listed: list[Json] = rows(body, "attachments")
    names = {entry.get("filename") for entry in listed}
    used: list[tuple[Path, str]] = []
    for path, component in walk(components):
        media = [
            component.get("media"),
            component.get("file"),
            *(i.get("media") for i in component.get("items", [])),
        ]
        used += [(path, entry["url"]) for entry in media if isinstance(entry, dict)]  # pyright: ignore
    for path, address in used:
        name = address.removeprefix("attachment://")
        if name != address and name not in names:
            message = "The referenced attachment was not found"
            errors.add(path, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)
    new = [entry for entry in listed if int(entry["id"]) < 100]
    if files and not listed:
        return
    if files != len(new):
        errors.add(
            ("attachments",), "ATTACHMENT_NOT_FOUND", "An attachment names a file that was not uploaded"
        )


def check_modal(body: Any) -> None:
    errors = FormErrors()
    MODAL(body, ("data",), errors)
    errors.raise_if_any()
    components: list[Json] = body["components"]
    if len(components) > 5:
        errors.add(("data", "components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    seen_ids: set[str] = set()
    for path, component in walk(components, ("data", "components")):
        _check_one(component, path, errors, seen_ids)
        if component["type"] == TEXT_INPUT:
            _check_text_input(component, path, errors, in_row=path[-1] != "component")
    errors.raise_if_any()


def _check_text_input(field: Json, path: Path, errors: FormErrors, *, in_row: bool) -> None:
    if in_row and not field.get("label"):
        errors.add((*path, "label"), "BASE_TYPE_REQUIRED", "This field is required")
    least, most, value = field.get("min_length") or 0, field.get("max_length") or 4000, field.get("value")
    if least > most:
        errors.add(
            (*path, "min_length"), "TEXT_INPUT_COMPONENT_MIN_OVER_MAX", "min_length is over max_length."
        )
    if value and not least <= len(value) <= most:
        errors.add((*path, "value"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


CHOICES = listing(
    shape(
        {"name": text(least=1, most=100), "value": anything},
        {"name_localizations": nullable(anything)},
    ),
    most=25,
)


def check_choices(body: Any, kind: int) -> None:
    """Check autocomplete's answer: at most 25, each value of the option's own type."""
    errors = FormErrors()
    shape({"choices": CHOICES})(body, ("data",), errors)
    errors.raise_if_any()
    wanted = {3: str, 4: int, 10: (int, float)}[kind]
    for index, choice in enumerate(body["choices"]):
        value = choice["value"]
        if (
            not isinstance(value, wanted)
            or isinstance(value, bool)
            or (isinstance(value, str) and len(value) > 100)
        ):
            path = ("data", "choices", index, "value")
            errors.add(
                path, "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", "The value is not of the option's type"
            )
    errors.raise_if_any()


def with_ids_as_text(modal: Json) -> Json:
    """Turn the ids in its lists into text, as Discord does: discord.py sends numbers, which a browser would round."""
    for label in modal["components"]:
        inner = [label["component"]] if "component" in label else rows(label, "components")
        for entry in (entry for field in inner for entry in rows(field, "default_values")):
            entry["id"] = str(entry["id"])
    return modal
