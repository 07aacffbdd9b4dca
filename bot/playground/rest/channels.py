"""Channels: read, make, change, remove."""

from bot.playground import permissions as may
from bot.playground.errors import ApiError, FormErrors, form_error
from bot.playground.jsons import Json
from bot.playground.rest.router import Answer, Call, route
from bot.playground.rest.threads import edit_thread
from bot.playground.shapes import (
    Check,
    anything,
    flag,
    listing,
    nullable,
    one_of,
    shape,
    snowflake,
    text,
    whole,
)
from bot.playground.world import Channel, ChannelType, Event, Overwrite, Tag

_overwrite = shape({"id": snowflake, "type": one_of((0, 1))}, {"allow": anything, "deny": anything})
_tag = shape(
    {"name": text(least=1, most=20)},
    {"id": snowflake, "moderated": flag, "emoji_name": nullable(text()), "emoji_id": nullable(snowflake)},
)
_KEYS = {
    "name": text(least=1, most=100),
    "type": one_of((ChannelType.TEXT, ChannelType.ANNOUNCEMENT, ChannelType.FORUM)),
    "topic": text(most=4096),
    "position": whole(least=0),
    "nsfw": flag,
    "rate_limit_per_user": whole(least=0, most=21600),
    "parent_id": snowflake,
    "permission_overwrites": listing(_overwrite),
    "available_tags": listing(_tag, most=20),
    "flags": whole(),
    "default_auto_archive_duration": whole(),
    "default_thread_rate_limit_per_user": whole(),
    "default_reaction_emoji": anything,
    "default_sort_order": anything,
    "default_forum_layout": anything,
}


@route("GET", "/channels/{channel_id}")
def get(call: Call) -> Answer:
    return call.core.views.channel(call.channel())


@route("GET", "/guilds/{guild_id}/channels")
def in_guild(call: Call) -> Answer:
    return [call.core.views.channel(c) for c in call.guild().channels.values() if not c.is_thread]


@route("POST", "/guilds/{guild_id}/channels")
def create(call: Call) -> Answer:
    guild, body, world = call.guild(), call.json(), call.core.world
    call.require(guild, may.MANAGE_CHANNELS)
    _check(body, needed=("name",))
    if len(guild.channels) >= 500:
        raise ApiError(30013, message="Maximum number of guild channels reached (500)")
    kind = body.get("type") or ChannelType.TEXT
    channel = Channel(id=world.new_id(), type=kind, guild_id=guild.id, position=len(guild.channels))
    _apply(call, channel, body)
    world.add_channel(channel)
    world.publish(Event("CHANNEL_CREATE", guild.id, channel))
    return 201, call.core.views.channel(channel)


@route("PATCH", "/channels/{channel_id}")
def edit(call: Call) -> Answer:
    channel, body = call.channel(), call.json()
    if channel.type == ChannelType.DM:
        raise ApiError(50024)
    if channel.is_thread:
        edit_thread(call, channel, body)
    else:
        call.channel(may.MANAGE_CHANNELS)
        _check(body)
        if body.get("permission_overwrites") is not None:
            call.channel(may.MANAGE_ROLES)
        _apply(call, channel, body)
        call.core.world.publish(Event("CHANNEL_UPDATE", channel.guild_id, channel))
    return call.core.views.channel(channel)


@route("DELETE", "/channels/{channel_id}")
def delete(call: Call) -> Answer:
    channel = call.channel()
    if channel.type == ChannelType.DM:
        return call.core.views.channel(channel)
    call.channel(may.MANAGE_THREADS if channel.is_thread else may.MANAGE_CHANNELS)
    view = call.core.views.channel(channel)
    name = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
    call.core.world.publish(Event(name, channel.guild_id, channel))
    call.core.world.drop_channel(channel)
    return view


@route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}")
def set_overwrite(call: Call) -> Answer:
    channel, body = call.channel(may.MANAGE_ROLES), call.json()
    errors = FormErrors()
    keys: dict[str, Check] = {"allow": nullable(anything), "deny": nullable(anything)}
    shape({"type": one_of((0, 1))}, {**keys, "id": snowflake})(body, (), errors)  # discord.py repeats the id
    errors.raise_if_any()
    _put_overwrite(channel, {**body, "id": call.id("overwrite_id")})
    call.core.world.publish(Event("CHANNEL_UPDATE", channel.guild_id, channel))


@route("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}")
def drop_overwrite(call: Call) -> Answer:
    channel = call.channel(may.MANAGE_ROLES)
    channel.overwrites.pop(call.id("overwrite_id"), None)
    call.core.world.publish(Event("CHANNEL_UPDATE", channel.guild_id, channel))


def _check(body: Json, needed: tuple[str, ...] = ()) -> None:
    errors = FormErrors()
    shape({key: _KEYS[key] for key in needed}, _KEYS)(body, (), errors)
    errors.raise_if_any()


def _apply(call: Call, channel: Channel, body: Json) -> None:
    if body.get("name"):
        channel.name = body["name"].lower().replace(" ", "-")
    if "topic" in body:
        channel.topic = body["topic"]
    if body.get("position") is not None:
        channel.position = body["position"]
    if body.get("nsfw") is not None:
        channel.nsfw = body["nsfw"]
    if body.get("rate_limit_per_user") is not None:
        channel.slowmode_seconds = body["rate_limit_per_user"]
    if body.get("permission_overwrites") is not None:
        channel.overwrites.clear()
        for entry in body["permission_overwrites"]:
            _put_overwrite(channel, entry)
    if body.get("available_tags") is not None:
        channel.tags = [_make_tag(call, entry) for entry in body["available_tags"]]
        names = [tag.name for tag in channel.tags]
        if len(set(names)) != len(names):
            raise form_error(("available_tags",), "TAG_NAMES_MUST_BE_UNIQUE", "Tag names must be unique")


def _make_tag(call: Call, entry: Json) -> Tag:
    tag_id = int(entry.get("id") or call.core.world.new_id())
    return Tag(tag_id, entry["name"], bool(entry.get("moderated")), entry.get("emoji_name"))


def _put_overwrite(channel: Channel, entry: Json) -> None:
    overwrite = Overwrite(
        int(entry["id"]), entry["type"], int(entry.get("allow") or 0), int(entry.get("deny") or 0)
    )
    channel.overwrites[overwrite.id] = overwrite
