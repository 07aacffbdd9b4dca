"""A modal as a person fills it in, turned into what Discord sends."""

from typing import Any

from bot.playground import rules
from bot.playground.errors import Refusal
from bot.playground.jsons import Json, rows
from bot.playground.options import Resolved


def form_data(modal: Json, given: Json, resolved: Resolved) -> list[Json]:
    """Fill in a form. `given` names fields by custom_id or label; the others keep what the form held."""
    left = dict(given)
    sent: list[Json] = []
    for index, part in enumerate(modal["components"], start=1):
        number = part.get("id") or index
        if part["type"] == rules.LABEL:
            field = part["component"]
            value = _taken(left, field, part["label"])
            sent.append(
                {"type": 18, "id": number, "component": _field(field, part["label"], value, resolved)}
            )
        elif part["type"] == rules.ROW:
            field = part["components"][0]
            value = _taken(left, field, field["label"])
            sent.append(
                {"type": 1, "id": number, "components": [_field(field, field["label"], value, resolved)]}
            )
        else:
            sent.append({"type": part["type"], "id": number})
    if left:
        raise Refusal(f"The form has no field {next(iter(left))}.")
    return sent


def _taken(left: Json, field: Json, label: str) -> Any:
    for key in (field["custom_id"], label):
        if key in left:
            return left.pop(key)
    return None


def _field(field: Json, label: str, value: Any, resolved: Resolved) -> Json:
    sent: Json = {"type": field["type"], "id": field.get("id") or 100, "custom_id": field["custom_id"]}
    kind = field["type"]
    if kind == rules.TEXT_INPUT:
        return sent | {"value": _text(field, label, value)}
    if kind == rules.CHECKBOX:
        return sent | {"value": bool(field.get("default")) if value is None else bool(value)}
    if kind == rules.RADIO_GROUP:
        chosen = _chosen(field, label, None if value is None else [value])
        if not chosen and field.get("required", True):
            raise Refusal(f"{label}: choose one.")
        return sent | {"value": chosen[0] if chosen else None}
    if kind == rules.FILE_UPLOAD:
        files = _many(value) or []
        _count(field, label, len(files))
        return sent | {"values": [resolved.file(entry) for entry in files]}
    if kind in (rules.STRING_SELECT, rules.CHECKBOX_GROUP):
        values = _chosen(field, label, _many(value))
    else:
        values = entities(field, _many(value) or _defaults(field, value), resolved)
    _count(field, label, len(values))
    return sent | {"values": values}


def _many(value: Any) -> list[Any] | None:
    if value is None:
        return None
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]


def _defaults(field: Json, value: Any) -> list[Any]:
    return [] if value is not None else [entry["id"] for entry in rows(field, "default_values")]


def _text(field: Json, label: str, value: Any) -> str:
    written = (field.get("value") or "") if value is None else str(value)
    if not written:
        if field.get("required", True):
            raise Refusal(f"{label} is required.")
        return ""
    if "\n" in written and field["style"] == 1:
        raise Refusal(f"{label} is a single line.")
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not least <= len(written) <= most:
        raise Refusal(f"{label} must have {least} to {most} letters; this has {len(written)}.")
    return written


def _chosen(field: Json, label: str, values: list[Any] | None) -> list[str]:
    if values is None:
        return [option["value"] for option in field["options"] if option.get("default")]
    return [option_value(field, label, value) for value in values]


def option_value(field: Json, label: str, value: Any) -> str:
    """Return the value behind what a person picks, by value or label."""
    for option in field["options"]:
        if value in (option["value"], option["label"]):
            return option["value"]
    names = ", ".join(option["label"] for option in field["options"])
    raise Refusal(f"{label}: there is no {value} among {names}.")


def entities(field: Json, values: list[Any], resolved: Resolved) -> list[str]:
    kind = field["type"]
    if kind == rules.USER_SELECT:
        return [resolved.person(str(value)) for value in values]
    if kind == rules.ROLE_SELECT:
        return [resolved.role(str(value)) for value in values]
    if kind == rules.CHANNEL_SELECT:
        return [resolved.place(str(value), rows(field, "channel_types")) for value in values]
    return [resolved.mentionable(str(value)) for value in values]


def _count(field: Json, label: str, number: int) -> None:
    if number == 0 and field.get("required", True) is False:
        return
    check_count(field, label, number)


def check_count(field: Json, label: str, number: int) -> None:
    given = field.get("min_values")  # discord.py sends null for what nobody set
    least = 1 if given is None else given
    most = field.get("max_values") or (len(field["options"]) if field["type"] == rules.CHECKBOX_GROUP else 1)
    if not least <= number <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise Refusal(f"{label}: choose {wanted}; these are {number}.")
