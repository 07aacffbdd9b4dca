"""What a person types after a command, as Discord sends it; refused where Discord's client would refuse."""

import base64
from typing import Any, cast

from bot.playground import people, permissions
from bot.playground import rules_commands as types
from bot.playground.core import Core
from bot.playground.errors import Refusal
from bot.playground.files import Upload
from bot.playground.jsons import Json, rows
from bot.playground.world import Channel, Guild, User


class Resolved:
    """The people, roles, channels, messages and files that an interaction names."""

    def __init__(self, core: Core, user: User, channel: Channel) -> None:
        self.core, self.user, self.channel = core, user, channel
        self.guild = core.world.guild_of(channel)
        self.data: Json = {}

    def _put(self, table: str, key: int, value: Json) -> str:
        self.data.setdefault(table, {})[str(key)] = value
        return str(key)

    def person(self, wanted: str) -> str:
        world, views = self.core.world, self.core.views
        found = people.person(world, wanted)
        member = None if self.guild is None else self.guild.members.get(found.id)
        if member is not None:
            rights = permissions.in_channel(world, self.channel, found.id)
            shown = views.member(member, with_user=False) | {"permissions": str(rights)}
            self._put("members", found.id, shown)
        return self._put("users", found.id, views.user(found))

    def role(self, wanted: str) -> str:
        role = people.role(self._guild(), wanted)
        return self._put("roles", role.id, self.core.views.role(role))

    def mentionable(self, wanted: str) -> str:
        try:
            return self.role(wanted)
        except Refusal:
            return self.person(wanted)

    def place(self, wanted: str, kinds: list[int]) -> str:
        found = people.channel(self.core.world, self.user, wanted)
        if kinds and found.type not in kinds:
            raise Refusal(f"#{found.name} is not of a kind that is asked for here.")
        return self._put("channels", found.id, self.core.views.channel(found, for_user=self.user.id))

    def file(self, given: Any) -> str:
        """Return a file as {"filename", "content"} (text) or {"filename", "base64"}."""
        if not isinstance(given, dict) or "filename" not in given:
            raise Refusal(
                'A file is given as {"filename": ..., "content": ...} or {"filename": ..., "base64": ...}.'
            )
        about = cast(Json, given)
        content = (
            base64.b64decode(about["base64"]) if "base64" in about else str(about.get("content", "")).encode()
        )
        upload = Upload(0, about["filename"], content)
        attachment = self.core.files.keep(upload, self.channel.id, about={}, ephemeral=True)
        return self._put("attachments", attachment.id, self.core.views.attachment(attachment))

    def _guild(self) -> Guild:
        if self.guild is None:
            raise Refusal("There are no roles outside a server.")
        return self.guild


def options_data(
    asked: list[Json], given: Json, resolved: Resolved, *, focused: str | None = None, force: bool = False
) -> list[Json]:
    """Return the options as sent. Autocomplete (`focused`) sends what is there so far, unfinished."""
    known = {option["name"]: option for option in asked}
    for name in given:
        if name not in known:
            raise Refusal(f"There is no option {name}; there is {', '.join(known) or 'none'}.")
    if focused is None and not force:
        for option in asked:
            if option.get("required") and given.get(option["name"]) in (None, ""):
                raise Refusal(f"The option {option['name']} is required.")
    sent: list[Json] = []
    for name, value in given.items():
        if value is None or (value == "" and name != focused):
            continue
        entry: Json = {"name": name, "type": known[name]["type"]}
        if name == focused:
            entry |= {"value": str(value), "focused": True}
        elif force:
            entry["value"] = value
        else:
            entry["value"] = _value(known[name], value, resolved)
        sent.append(entry)
    return sent


def _value(option: Json, value: Any, resolved: Resolved) -> Any:
    kind = option["type"]
    if kind == types.PERSON:
        return resolved.person(str(value))
    if kind == types.ROLE:
        return resolved.role(str(value))
    if kind == types.MENTIONABLE:
        return resolved.mentionable(str(value))
    if kind == types.CHANNEL:
        return resolved.place(str(value), rows(option, "channel_types"))
    if kind == types.ATTACHMENT:
        return resolved.file(value)
    if option.get("choices"):
        return _choice(option, value)
    if kind == types.BOOLEAN:
        return _boolean(option, value)
    if kind == types.STRING:
        return _text(option, value)
    return _number(option, value)


def _choice(option: Json, value: Any) -> Any:
    for choice in option["choices"]:
        if value in (choice["value"], choice["name"]) or str(value) == str(choice["value"]):
            return choice["value"]
    names = ", ".join(str(choice["name"]) for choice in option["choices"])
    raise Refusal(f"{option['name']} must be one of: {names}.")


def _boolean(option: Json, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise Refusal(f"{option['name']} must be true or false.")


def _text(option: Json, value: Any) -> str:
    written = str(value)
    least, most = option.get("min_length") or 0, option.get("max_length") or 6000
    if not least <= len(written) <= most:
        raise Refusal(f"{option['name']} must have {least} to {most} letters; this has {len(written)}.")
    return written


def _number(option: Json, value: Any) -> int | float:
    whole = option["type"] == types.INTEGER
    try:
        number = int(str(value)) if whole else float(value)
    except (TypeError, ValueError):
        raise Refusal(f"{option['name']} must be a {'whole number' if whole else 'number'}.") from None
    least, most = option.get("min_value"), option.get("max_value")
    if least is not None and number < least:
        raise Refusal(f"{option['name']} must be at least {least}.")
    if most is not None and number > most:
        raise Refusal(f"{option['name']} must be at most {most}.")
    if abs(number) > 2**53:
        raise Refusal(f"{option['name']} is too large for Discord.")
    return number
