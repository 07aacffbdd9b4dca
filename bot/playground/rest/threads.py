"""Threads and a forum's posts."""

from bot.playground import permissions as may
from bot.playground import rules
from bot.playground.errors import ApiError, FormErrors, form_error
from bot.playground.jsons import Json, rows
from bot.playground.messages import NewMessage
from bot.playground.rest.router import Answer, Call, route
from bot.playground.shapes import Check, anything, flag, listing, one_of, shape, snowflake, text, whole
from bot.playground.world import HAS_THREAD, Channel, ChannelType, Event

_NAMED: dict[str, Check] = {"name": text(least=1, most=100)}
_KEYS: dict[str, Check] = {
    "auto_archive_duration": one_of((60, 1440, 4320, 10080)),
    "rate_limit_per_user": whole(least=0, most=21600),
}
_FROM_MESSAGE = shape(_NAMED, _KEYS)
_PLAIN = shape(_NAMED, {**_KEYS, "type": one_of((10, 11, 12)), "invitable": flag})
# discord.py says a post's type, though there is but one.
_POST_KEYS: dict[str, Check] = {**_KEYS, "type": one_of((11,)), "applied_tags": listing(snowflake, most=5)}
_POST = shape({**_NAMED, "message": anything}, _POST_KEYS)
_EDIT = shape(
    {},
    {
        **_NAMED,
        **_KEYS,
        "archived": flag,
        "locked": flag,
        "invitable": flag,
        "flags": whole(),
        "applied_tags": listing(snowflake, most=5),
    },
)


def _check(check: Check, body: Json) -> None:
    errors = FormErrors()
    check(body, (), errors)
    errors.raise_if_any()


@route("POST", "/channels/{channel_id}/threads")
def create(call: Call) -> Answer:
    channel = call.channel()
    if channel.type == ChannelType.FORUM:
        return _create_post(call, channel)
    if channel.type not in (ChannelType.TEXT, ChannelType.ANNOUNCEMENT):
        raise ApiError(50024)
    body = call.json()
    _check(_PLAIN, body)
    kind = body.get("type") or ChannelType.PRIVATE_THREAD
    private = kind == ChannelType.PRIVATE_THREAD
    call.channel(may.CREATE_PRIVATE_THREADS if private else may.CREATE_PUBLIC_THREADS)
    thread = _make(call, channel, body, kind=kind)
    thread.invitable = body.get("invitable", True) is not False
    return 201, _announce(call, thread)


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def create_from_message(call: Call) -> Answer:
    channel, body = call.channel(may.CREATE_PUBLIC_THREADS), call.json()
    if channel.type not in (ChannelType.TEXT, ChannelType.ANNOUNCEMENT):
        raise ApiError(50024)
    message = call.message(channel)
    _check(_FROM_MESSAGE, body)
    if message.id in call.core.world.channels:
        raise ApiError(160004)
    thread = _make(call, channel, body, thread_id=message.id)
    message.flags |= HAS_THREAD
    view = _announce(call, thread)
    call.core.messages.tell("MESSAGE_UPDATE", message)
    return 201, view


def _create_post(call: Call, forum: Channel) -> Answer:
    call.channel(may.SEND_MESSAGES)
    body = call.json()
    _check(_POST, body)
    content: Json = body["message"]
    rules.check_message(content, rules.FORUM_MESSAGE, files=len(call.uploads))
    rules.check_not_empty(content, files=len(call.uploads))
    tags = _tags(call, forum, rows(body, "applied_tags"))
    thread = _make(call, forum, body)
    thread.applied_tags = tags
    view = _announce(call, thread)
    draft = NewMessage(thread, call.core.world.bot_id, content, call.uploads)
    message = call.core.messages.post(draft, message_id=thread.id)
    return 201, {**view, "last_message_id": str(message.id), "message": call.core.views.message(message)}


def _tags(call: Call, forum: Channel, asked: list[str]) -> list[int]:
    known = {tag.id: tag for tag in forum.tags}
    tags = [int(tag) for tag in asked]
    for index, tag in enumerate(tags):
        if tag not in known:
            raise form_error(("applied_tags", index), "FORUM_TAG_UNKNOWN", "Unknown tag")
        if known[tag].moderated:
            world = call.core.world
            if not may.in_channel(world, forum, world.bot_id) & may.MANAGE_THREADS:
                raise ApiError(50013)
    return tags


def _make(
    call: Call,
    parent: Channel,
    body: Json,
    *,
    kind: int = ChannelType.PUBLIC_THREAD,
    thread_id: int | None = None,
) -> Channel:
    world = call.core.world
    if parent.type == ChannelType.ANNOUNCEMENT:
        kind = ChannelType.ANNOUNCEMENT_THREAD
    now_us = world.clock.now_us()
    return world.add_channel(
        Channel(
            id=thread_id or world.new_id(),
            type=kind,
            guild_id=parent.guild_id,
            name=body["name"],
            parent_id=parent.id,
            owner_id=world.bot_id,
            slowmode_seconds=body.get("rate_limit_per_user") or 0,
            auto_archive_minutes=body.get("auto_archive_duration") or 4320,
            archive_changed_us=now_us,
            thread_members={world.bot_id: now_us},
        )
    )


def _announce(call: Call, thread: Channel) -> Json:
    call.core.world.publish(Event("THREAD_CREATE", thread.guild_id, thread, extra={"newly_created": True}))
    return call.core.views.channel(thread)


def edit_thread(call: Call, thread: Channel, body: Json) -> None:
    """Change a thread. The owner may rename and archive; locking takes MANAGE_THREADS. Archived, only waking it is
    allowed."""
    _check(_EDIT, body)
    world = call.core.world
    manages = may.in_channel(world, thread, world.bot_id) & may.MANAGE_THREADS
    if not manages and (
        thread.owner_id != world.bot_id or ("locked" in body and body["locked"] != thread.locked)
    ):
        raise ApiError(50013)
    if thread.archived and thread.locked and not manages:
        raise ApiError(50083)
    if thread.archived and body.get("archived") is not False and set(body) - {"archived", "locked"}:
        raise ApiError(50083)
    if body.get("applied_tags") is not None:
        thread.applied_tags = _tags(call, world.channels[thread.parent_id or 0], body["applied_tags"])
    if body.get("name"):
        thread.name = body["name"]
    for key, field in (("locked", "locked"), ("invitable", "invitable")):
        if body.get(key) is not None:
            setattr(thread, field, body[key])
    if body.get("archived") is not None and body["archived"] != thread.archived:
        thread.archived = body["archived"]
        thread.archive_changed_us = world.clock.now_us()
    if body.get("auto_archive_duration"):
        thread.auto_archive_minutes = body["auto_archive_duration"]
    if body.get("rate_limit_per_user") is not None:
        thread.slowmode_seconds = body["rate_limit_per_user"]
    world.publish(Event("THREAD_UPDATE", thread.guild_id, thread))


@route("GET", "/guilds/{guild_id}/threads/active")
def active(call: Call) -> Answer:
    world, guild = call.core.world, call.guild()
    threads = [c for c in guild.channels.values() if c.is_thread and not c.archived]
    return _listed(call, [t for t in threads if may.can_see(world, t, world.bot_id)], with_more=False)


@route("GET", "/channels/{channel_id}/threads/archived/public")
def archived_public(call: Call) -> Answer:
    channel = call.channel(may.READ_MESSAGE_HISTORY)
    threads = [
        t
        for t in call.core.world.threads([channel.id])
        if t.archived and t.type != ChannelType.PRIVATE_THREAD
    ]
    return _listed(call, threads)


@route("GET", "/channels/{channel_id}/threads/archived/private")
def archived_private(call: Call) -> Answer:
    channel = call.channel(may.READ_MESSAGE_HISTORY, may.MANAGE_THREADS)
    threads = [
        t
        for t in call.core.world.threads([channel.id])
        if t.archived and t.type == ChannelType.PRIVATE_THREAD
    ]
    return _listed(call, threads)


def _listed(call: Call, threads: list[Channel], *, with_more: bool = True) -> Json:
    limit = call.number("limit", 50, least=2, most=100) if with_more else len(threads)
    newest = sorted(threads, key=lambda t: t.archive_changed_us, reverse=True)
    bot = call.core.world.bot_id
    shown = newest[:limit]
    return {
        "threads": [call.core.views.channel(t) for t in shown],
        "members": [call.core.views.thread_member(t, bot) for t in shown if bot in t.thread_members],
        "has_more": len(newest) > limit,
    }


_MEMBERS = "/channels/{channel_id}/thread-members"


def _thread(call: Call) -> Channel:
    thread = call.channel()
    if not thread.is_thread:
        raise ApiError(50024)
    return thread


@route("GET", _MEMBERS)
def members(call: Call) -> Answer:
    thread = _thread(call)
    return [call.core.views.thread_member(thread, user_id) for user_id in thread.thread_members]


@route("GET", _MEMBERS + "/{user_id}")
def member(call: Call) -> Answer:
    thread, user_id = _thread(call), call.id("user_id")
    if user_id not in thread.thread_members:
        raise ApiError(10007)
    return call.core.views.thread_member(thread, user_id)


@route("PUT", _MEMBERS + "/@me")
@route("DELETE", _MEMBERS + "/@me")
@route("PUT", _MEMBERS + "/{user_id}")
@route("DELETE", _MEMBERS + "/{user_id}")
def change_member(call: Call) -> Answer:
    thread, world = _thread(call), call.core.world
    user_id = call.id("user_id") if "user_id" in call.params else world.bot_id
    if thread.archived:
        raise ApiError(50083)
    guild = world.guild_of(thread)
    if guild is None or user_id not in guild.members:
        raise ApiError(10013)
    if call.method == "PUT":
        thread.thread_members.setdefault(user_id, world.clock.now_us())
    else:
        if user_id != world.bot_id:
            call.channel(may.MANAGE_THREADS)
        thread.thread_members.pop(user_id, None)
    world.publish(Event("THREAD_UPDATE", thread.guild_id, thread))
