"""Changing the server under the bot's feet, for tests: `POST /control/world`."""

from collections.abc import Callable, Mapping

from bot.playground import changes, people, seed
from bot.playground.core import Core
from bot.playground.errors import Refusal
from bot.playground.jsons import Json
from bot.playground.world import Channel, ChannelType, Guild, Overwrite, World

_KINDS = {"text": ChannelType.TEXT, "announcement": ChannelType.ANNOUNCEMENT, "forum": ChannelType.FORUM}


def change(core: Core, asked: Json) -> Json:
    wanted = str(asked.get("do"))
    if wanted not in _CHANGES:
        raise Refusal(f"There is no change called {wanted}; there is {', '.join(_CHANGES)}.")
    return _CHANGES[wanted](core.world, asked) or {}


def _guild(world: World, asked: Json) -> Guild:
    return people.guild(world, str(asked["guild"])) if "guild" in asked else next(iter(world.guilds.values()))


def _channel(world: World, asked: Json) -> Channel:
    wanted = str(asked["channel"])
    for channel in _guild(world, asked).channels.values():
        if wanted in (channel.name, str(channel.id)):
            return channel
    raise Refusal(f"There is no channel {wanted}.")


def _add_person(world: World, asked: Json) -> Json:
    """A new account; `age_days` old, a member unless `member` is false, and a program's where `bot` is true."""
    person = seed.add_person(world, asked["name"], age_days=float(asked.get("age_days", 900)))
    person.bot = bool(asked.get("bot"))
    if asked.get("member", True):
        changes.member_joined(world, _guild(world, asked), person, [])
    return {"id": str(person.id)}


def _join(world: World, asked: Json) -> None:
    changes.member_joined(world, _guild(world, asked), people.person(world, asked["person"]), [])


def _leave(world: World, asked: Json) -> None:
    guild, person = _guild(world, asked), people.person(world, asked["person"])
    if person.id not in guild.members:
        raise Refusal(f"{person.name} is no member of {guild.name}.")
    changes.member_left(world, guild, person.id)


def _set_roles(world: World, asked: Json) -> None:
    guild, person = _guild(world, asked), people.person(world, asked["person"])
    guild.members[person.id].roles = [people.role(guild, str(role)).id for role in asked["roles"]]
    changes.member_changed(world, guild, person.id)


def _set_dms(world: World, asked: Json) -> None:
    people.person(world, asked["person"]).dms_open = bool(asked["open"])


def _rename(world: World, asked: Json) -> None:
    person = people.person(world, asked["person"])
    person.name = str(asked["name"])
    for guild in world.guilds.values():
        if person.id in guild.members:
            changes.member_changed(world, guild, person.id)


def _add_role(world: World, asked: Json) -> Json:
    rights = changes.rights_named(asked.get("permissions", []))
    return {"id": str(changes.role_made(world, _guild(world, asked), asked["name"], rights).id)}


def _set_role(world: World, asked: Json) -> None:
    """Its `permissions`, or whether everybody may mention it."""
    guild = _guild(world, asked)
    rights = changes.rights_named(asked["permissions"]) if "permissions" in asked else None
    mentionable = bool(asked["mentionable"]) if "mentionable" in asked else None
    role = people.role(guild, str(asked["role"]))
    changes.role_changed(world, guild, role, rights=rights, mentionable=mentionable)


def _delete_role(world: World, asked: Json) -> None:
    guild = _guild(world, asked)
    changes.role_deleted(world, guild, people.role(guild, str(asked["role"])))


def _add_channel(world: World, asked: Json) -> Json:
    kind = _KINDS[asked.get("kind", "text")]
    return {"id": str(changes.channel_made(world, _guild(world, asked), asked["name"], kind).id)}


def _delete_channel(world: World, asked: Json) -> None:
    changes.channel_deleted(world, _channel(world, asked))


def _archive(world: World, asked: Json) -> None:
    """A thread as Discord leaves it after days without a word."""
    changes.archived(world, _channel(world, asked))


def _overwrite(world: World, asked: Json) -> None:
    """`for` is a role, or a person, or "bot"."""
    guild, channel, whom = _guild(world, asked), _channel(world, asked), str(asked["for"])
    allow, deny = changes.rights_named(asked.get("allow", [])), changes.rights_named(asked.get("deny", []))
    try:
        target, kind = people.role(guild, whom).id, 0
    except Refusal:
        target, kind = people.person(world, "Crux" if whom == "bot" else whom).id, 1
    changes.overwritten(world, channel, Overwrite(target, kind, allow, deny))


def _owner(world: World, asked: Json) -> None:
    changes.owner_changed(world, _guild(world, asked), people.person(world, asked["person"]).id)


def _kick_bot(world: World, asked: Json) -> None:
    changes.bot_removed(world, _guild(world, asked))


def _invite_bot(world: World, asked: Json) -> None:
    changes.bot_invited(world, _guild(world, asked))


def _timeout(world: World, asked: Json) -> None:
    guild, person = _guild(world, asked), people.person(world, asked["person"])
    until_us = world.clock.now_us() + int(float(asked["seconds"]) * 1_000_000)
    guild.members[person.id].timed_out_until_us = until_us
    changes.member_changed(world, guild, person.id)


_CHANGES: Mapping[str, Callable[[World, Json], Json | None]] = {
    "add_person": _add_person,
    "join": _join,
    "leave": _leave,
    "set_roles": _set_roles,
    "set_dms": _set_dms,
    "rename": _rename,
    "timeout": _timeout,
    "add_role": _add_role,
    "set_role": _set_role,
    "delete_role": _delete_role,
    "add_channel": _add_channel,
    "delete_channel": _delete_channel,
    "archive": _archive,
    "overwrite": _overwrite,
    "transfer_ownership": _owner,
    "kick_bot": _kick_bot,
    "invite_bot": _invite_bot,
}
