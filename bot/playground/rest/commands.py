"""The bot's commands: for everybody, and for one server."""

from typing import Any

from bot.playground import rules_commands
from bot.playground.errors import ApiError, form_error
from bot.playground.jsons import Json
from bot.playground.rest.router import Answer, Call, route
from bot.playground.world import Event, SyncedCommand

_EVERYWHERE = "/applications/{application_id}/commands"
_IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _scope(call: Call) -> int | None:
    """The guild, or None for everywhere. Another application is refused."""
    if call.id("application_id") != call.core.world.application_id:
        raise ApiError(20012)
    if "guild_id" not in call.params:
        return None
    guild = call.core.world.guilds.get(call.id("guild_id"))
    if guild is None or not guild.bot_installed:
        raise ApiError(50001)
    return guild.id


def _all(call: Call, guild_id: int | None) -> list[SyncedCommand]:
    return [c for c in call.core.world.commands.values() if c.guild_id == guild_id]


def _one(call: Call) -> SyncedCommand:
    guild_id = _scope(call)
    command = call.core.world.commands.get(call.id("command_id"))
    if command is None or command.guild_id != guild_id:
        raise ApiError(10063)
    return command


def _store(call: Call, body: Json, guild_id: int | None, old: SyncedCommand | None) -> SyncedCommand:
    """The same name and type keeps its id; a changed command gets a new version."""
    world = call.core.world
    kind = body.get("type") or rules_commands.CHAT
    made = _normal(body, kind, guild_id)
    if old is not None and old.body == made and old.name == body["name"]:
        return old
    command = SyncedCommand(
        id=world.new_id() if old is None else old.id,
        version=world.new_id(),
        type=kind,
        name=body["name"],
        guild_id=guild_id,
        body=made,
        permissions={} if old is None else old.permissions,
    )
    world.commands[command.id] = command
    return command


def _normal(body: Json, kind: int, guild_id: int | None) -> Json:
    """As Discord tells it back: permissions as a string, what wasn't said at its default."""
    rights = body.get("default_member_permissions")
    made: Json = {
        "description": body.get("description") or "",
        "default_member_permissions": None if rights is None else str(rights),
        "name_localizations": body.get("name_localizations"),
        "description_localizations": body.get("description_localizations"),
    }
    if guild_id is None:
        made["contexts"] = body.get("contexts")
        made["integration_types"] = body.get("integration_types") or [0]
        made["dm_permission"] = body.get("dm_permission", True) is not False
    if kind == rules_commands.CHAT and body.get("options"):
        made["options"] = [_option(option) for option in body["options"]]
    return made


def _option(option: Json) -> Json:
    """False and empty are left out on the way back."""
    kept: Json = {k: v for k, v in option.items() if v not in (None, False, []) or k == "min_value"}
    if "options" in kept:
        kept["options"] = [_option(child) for child in kept["options"]]
    return kept


def _same(call: Call, guild_id: int | None, body: Json) -> SyncedCommand | None:
    kind = body.get("type") or rules_commands.CHAT
    return next((c for c in _all(call, guild_id) if c.name == body["name"] and c.type == kind), None)


def _changed(call: Call, guild_id: int | None) -> None:
    call.core.world.publish(Event("commands_changed", guild_id))


@route("GET", _EVERYWHERE)
@route("GET", _IN_GUILD)
def get_all(call: Call) -> Answer:
    return [call.core.views.command(c) for c in _all(call, _scope(call))]


@route("PUT", _EVERYWHERE)
@route("PUT", _IN_GUILD)
def overwrite(call: Call) -> Answer:
    guild_id = _scope(call)
    bodies: Any = call.body
    if not isinstance(bodies, list):
        raise form_error((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    for index, body in enumerate(bodies):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        rules_commands.check_command(body, (index,))
    rules_commands.check_names_once(bodies)  # pyright: ignore[reportUnknownArgumentType]
    kept = [_store(call, body, guild_id, _same(call, guild_id, body)) for body in bodies]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    for command in _all(call, guild_id):
        if command not in kept:
            del call.core.world.commands[command.id]
    _changed(call, guild_id)
    return [call.core.views.command(command) for command in kept]


@route("POST", _EVERYWHERE)
@route("POST", _IN_GUILD)
def create(call: Call) -> Answer:
    guild_id, body = _scope(call), call.json()
    rules_commands.check_command(body)
    old = _same(call, guild_id, body)
    kind = body.get("type") or rules_commands.CHAT
    if old is None and sum(c.type == kind for c in _all(call, guild_id)) >= rules_commands.LIMITS[kind]:
        raise rules_commands.too_many(kind)
    command = _store(call, body, guild_id, old)
    _changed(call, guild_id)
    return (201 if old is None else 200), call.core.views.command(command)


@route("GET", _EVERYWHERE + "/{command_id}")
@route("GET", _IN_GUILD + "/{command_id}")
def get_one(call: Call) -> Answer:
    return call.core.views.command(_one(call))


@route("PATCH", _EVERYWHERE + "/{command_id}")
@route("PATCH", _IN_GUILD + "/{command_id}")
def edit(call: Call) -> Answer:
    old = _one(call)
    shown = call.core.views.command(old)
    known = (
        "name",
        "type",
        "description",
        "options",
        "default_member_permissions",
        "contexts",
        "integration_types",
    )
    body: Json = {k: shown[k] for k in known if k in shown} | call.json()
    rules_commands.check_command(body)
    same = _same(call, old.guild_id, body)
    if same is not None and same is not old:
        message = "Application command names must be unique"
        raise form_error(("name",), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    command = _store(call, body, old.guild_id, old)
    _changed(call, old.guild_id)
    return call.core.views.command(command)


@route("DELETE", _EVERYWHERE + "/{command_id}")
@route("DELETE", _IN_GUILD + "/{command_id}")
def delete(call: Call) -> Answer:
    command = _one(call)
    del call.core.world.commands[command.id]
    _changed(call, command.guild_id)


@route("GET", _IN_GUILD + "/permissions")
def all_permissions(call: Call) -> Answer:
    guild_id = _scope(call)
    assert guild_id is not None
    with_any = [c for c in call.core.world.commands.values() if c.permissions.get(guild_id)]
    return [_permissions(call, c, guild_id) for c in with_any]


@route("GET", _IN_GUILD + "/{command_id}/permissions")
def permissions_of(call: Call) -> Answer:
    guild_id = _scope(call)
    command = call.core.world.commands.get(call.id("command_id"))
    assert guild_id is not None
    if command is None:
        raise ApiError(10063)
    if not command.permissions.get(guild_id):
        raise ApiError(10066, status=404, message="Unknown application command permissions")
    return _permissions(call, command, guild_id)


def _permissions(call: Call, command: SyncedCommand, guild_id: int) -> Json:
    return {
        "id": str(command.id),
        "application_id": str(call.core.world.application_id),
        "guild_id": str(guild_id),
        "permissions": command.permissions[guild_id],
    }
