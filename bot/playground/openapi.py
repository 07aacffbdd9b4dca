"""Discord's own API description as an independent judge of requests and replies, where the file is at hand."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from bot.playground.jsons import Json

DOCUMENT = Path(__file__).resolve().parents[2].parent / "shared" / "discord" / "openapi.json"
_URI = "urn:discord"


class SchemaChecker:
    """Validators are compiled once per route and direction.

    `jsonschema-rs` says whether a body is right: the list of our commands takes it a millisecond, and `jsonschema`
    half a second. What is wrong is then said by `jsonschema`, which finds the best words. Only developers have both.
    """

    def __init__(self, document: Path = DOCUMENT) -> None:
        import jsonschema_rs
        from jsonschema import Draft202012Validator
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT202012

        self._spec: Json = json.loads(document.read_text())
        resource: Any = Resource(contents=self._spec, specification=DRAFT202012)
        empty: Any = Registry  # untyped from here: jsonschema names no types of its own
        self._registry: Any = empty().with_resource(_URI, resource)
        self._validator: Any = Draft202012Validator
        self._fast: Any = jsonschema_rs
        self._fast_registry = jsonschema_rs.Registry([(_URI, self._spec)])
        self._compiled: dict[tuple[str, ...], Validators | str] = {}

    @staticmethod
    @cache
    def if_at_hand(document: Path = DOCUMENT) -> "SchemaChecker | None":
        """Return one checker for the whole process: reading and compiling takes longer than most tests."""
        if not document.exists():
            return None
        try:
            return SchemaChecker(document)
        except ImportError:
            return None

    def request(self, method: str, template: str, body: Any) -> str | None:
        """Say what is wrong with a request's body, in one sentence; None if nothing is."""
        return self._check((method, template, "request"), _without_deviations(body))

    def reply(self, method: str, template: str, status: int, body: Any) -> str | None:
        if status >= 400:
            # Discord's nested errors carry words as codes, which its description calls integers.
            body = {k: v for k, v in body.items() if k != "errors"} if isinstance(body, dict) else body  # pyright: ignore
        return self._check((method, template, str(status)), body)

    def _check(self, key: tuple[str, ...], body: Any) -> str | None:
        found = self.judges(key)
        if isinstance(found, str):
            return None if body is None and found == "empty" else f"{' '.join(key)}: {found}"
        if found.fast.is_valid(body):
            return None
        from jsonschema import exceptions

        judge: Any = exceptions
        worst: Any = judge.best_match(found.exact.iter_errors(body))
        if worst is None:
            return f"{' '.join(key)}: {next(found.fast.iter_errors(body)).message[:300]}"
        where = "/".join(str(step) for step in worst.absolute_path)
        return f"{' '.join(key)}: at /{where}: {worst.message[:300]}"

    def judges(self, key: tuple[str, ...]) -> "Validators | str":
        """Return who judges a body of this method, template and part; or why none can be right."""
        if key not in self._compiled:
            self._compiled[key] = self._compile(*key)
        return self._compiled[key]

    def _compile(self, method: str, template: str, part: str) -> "Validators | str":
        operation: Json | None = self._spec["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return "not in Discord's description"
        steps = ["paths", template, method.lower()]
        if part == "request":
            if "requestBody" not in operation:
                return "empty"
            holder, steps = operation["requestBody"], [*steps, "requestBody"]
        else:
            answers = operation["responses"]
            status = part if part in answers else f"{part[0]}XX"
            if status not in answers:
                return "no such reply in Discord's description"
            holder, steps = answers[status], [*steps, "responses", status]
            if "$ref" in holder:
                steps = holder["$ref"].removeprefix("#/").split("/")
                holder = self._spec["components"]["responses"][steps[-1]]
        if "content" not in holder:
            return "empty"
        steps += ["content", "application/json", "schema"]
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
        schema = {"$ref": f"{_URI}#/{pointer.replace('{', '%7B').replace('}', '%7D')}"}
        return Validators(
            self._fast.Draft202012Validator(schema, registry=self._fast_registry, validate_formats=True),
            self._validator(schema, registry=self._registry, format_checker=self._validator.FORMAT_CHECKER),
        )


class Validators(NamedTuple):
    """Two that come to the same: one says it fast, the other exactly."""

    fast: Any
    exact: Any


# discord.py 2.7.1 sends these as JSON integers where Discord's description has strings of digits ...
_IDS = ("recipient_id", "message_id", "channel_id", "guild_id", "parent_id")
_LISTS_OF_IDS = ("users", "roles", "messages", "applied_tags", "sticker_ids")
_HOLD_IDS = ("attachments", "permission_overwrites", "available_tags", "default_values")
# ... and these as strings where it has integers.
_RIGHTS = ("allow", "deny")


def _without_deviations(value: Any, holder: str = "") -> Any:
    """The same body as Discord's description writes it; Discord itself takes both."""
    if isinstance(value, list):
        items = cast(list[Any], value)
        if holder in _LISTS_OF_IDS:
            return [str(item) if isinstance(item, int) else item for item in items]
        return [_without_deviations(item, holder) for item in items]
    if not isinstance(value, dict):
        return value
    made: Json = {}
    for key, item in cast(Json, value).items():
        if isinstance(item, int) and (key in _IDS or (key == "id" and holder in _HOLD_IDS)):
            made[key] = str(item)
        elif isinstance(item, str) and key in _RIGHTS and item.isdecimal():
            made[key] = int(item)
        else:
            made[key] = _without_deviations(item, key)
    return made
