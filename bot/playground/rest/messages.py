"""Messages of channels, threads and DMs."""

from bot.playground import permissions as may
from bot.playground import rules
from bot.playground.clock import iso
from bot.playground.errors import ApiError, FormErrors, form_error
from bot.playground.jsons import Json
from bot.playground.messages import NewMessage
from bot.playground.rest.router import Answer, Call, route, text_channel
from bot.playground.shapes import listing, shape, snowflake
from bot.playground.snowflake import created_us, snowflake_at
from bot.playground.world import Channel, ChannelType, Event, Message

_ALL = "/channels/{channel_id}/messages"
_ONE = "/channels/{channel_id}/messages/{message_id}"
TWO_WEEKS_US = 14 * 86_400 * 1_000_000


@route("POST", _ALL)
def create(call: Call) -> Answer:
    channel, body = text_channel(call.channel()), call.json()
    rights = _may_send(call, channel)
    rules.check_message(body, rules.MESSAGE, files=len(call.uploads))
    if (body.get("flags") or 0) & (1 << 6):
        raise form_error(("flags",), "MESSAGE_FLAGS_INVALID", "Only answers to interactions are ephemeral.")
    rules.check_not_empty(body, files=len(call.uploads))
    if (call.uploads and not rights & may.ATTACH_FILES) or (
        body.get("embeds") and not rights & may.EMBED_LINKS
    ):
        raise ApiError(50013)
    nonce = body.get("nonce")
    if nonce is not None:
        if len(str(nonce)) > 25:
            raise form_error(("nonce",), "NONCE_TYPE_TOO_LONG", "Nonce is too long")
        sent = call.core.messages.sent_before(channel, call.core.world.bot_id, str(nonce))
        if sent is not None and body.get("enforce_nonce"):
            return call.core.views.message(sent)
    reference = _reference(call, channel, rights)
    draft = NewMessage(
        channel,
        call.core.world.bot_id,
        body,
        call.uploads,
        type=19 if reference else 0,
        extra={"reference": reference},
    )
    return call.core.views.message(call.core.messages.post(draft))


def _may_send(call: Call, channel: Channel) -> int:
    world = call.core.world
    rights = may.in_channel(world, channel, world.bot_id)
    if channel.type == ChannelType.DM:
        person = next(u for u in channel.recipients if u != world.bot_id)
        if not world.mutual(person):
            raise ApiError(50278)
        if not world.users[person].dms_open:
            raise ApiError(50007)
    elif not rights & may.to_send(channel):
        raise ApiError(50013)
    if channel.is_thread and channel.locked and not rights & may.MANAGE_THREADS:
        raise ApiError(50083 if channel.archived else 160005)
    return rights


def _reference(call: Call, channel: Channel, rights: int) -> Json | None:
    asked: Json | None = call.json().get("message_reference")
    if asked is None:
        return None
    if int(asked.get("channel_id") or channel.id) != channel.id:
        message = "Cannot reply to a message in a different channel"
        raise form_error(("message_reference",), "REPLIES_CANNOT_BE_CROSS_CHANNEL", message)
    if not rights & may.READ_MESSAGE_HISTORY:
        message = "Cannot reply without permission to read message history"
        raise ApiError(160002, status=400, message=message)
    target = channel.messages.get(int(asked["message_id"]))
    if target is None or target.ephemeral:
        if asked.get("fail_if_not_exists", True):
            message = "Unknown message"
            raise form_error(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", message)
        return None
    made = {"type": 0, "channel_id": str(channel.id), "message_id": str(target.id)}
    return made if channel.guild_id is None else {**made, "guild_id": str(channel.guild_id)}


@route("GET", _ALL)
def history(call: Call) -> Answer:
    """List messages, newest first. Without the right to read history Discord gives an empty list, not an error."""
    channel = text_channel(call.channel())
    limit = call.number("limit", 50, least=1, most=100)
    bounds = {name: int(call.query[name]) for name in ("before", "after", "around") if name in call.query}
    if len(bounds) > 1:
        raise form_error(
            ("before",), "MUTUALLY_EXCLUSIVE", "Only one of before, after and around may be given"
        )
    rights = may.in_channel(call.core.world, channel, call.core.world.bot_id)
    if not rights & may.READ_MESSAGE_HISTORY:
        return []
    seen = [m for m in sorted(channel.messages.values(), key=lambda m: m.id) if not m.ephemeral]
    return [call.core.views.message(m) for m in reversed(page(seen, limit=limit, **bounds))]


def page(
    messages: list[Message],
    *,
    limit: int,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
) -> list[Message]:
    """Return a stretch of messages, oldest first."""
    if around is not None:
        older = [m for m in messages if m.id < around][-(limit // 2) :] if limit > 1 else []
        newer = [m for m in messages if m.id >= around][: limit - len(older)]
        return older + newer
    if after is not None:
        return [m for m in messages if m.id > after][:limit]
    return [m for m in messages if before is None or m.id < before][-limit:]


@route("GET", _ONE)
def get(call: Call) -> Answer:
    channel = call.channel(may.READ_MESSAGE_HISTORY)
    return call.core.views.message(call.message(channel))


@route("PATCH", _ONE)
def edit(call: Call) -> Answer:
    channel, body = call.channel(), call.json()
    message = call.message(channel)
    if message.author_id != call.core.world.bot_id:
        raise ApiError(50005)
    _not_archived(channel)
    whole = {**body, "flags": (body.get("flags") or 0) | message.flags & (1 << 15)}
    rules.check_message(whole, rules.MESSAGE, files=len(call.uploads))
    _not_left_empty(message, body, len(call.uploads))
    call.core.messages.count_old_edit(message)
    return call.core.views.message(call.core.messages.edit(message, body, call.uploads))


def _not_left_empty(message: Message, body: Json, files: int) -> None:
    after: Json = {
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "sticker_ids": message.attachments,
    }
    after |= {key: body[key] for key in ("content", "embeds", "components") if key in body}
    if "attachments" in body:
        after["sticker_ids"] = body["attachments"]
    rules.check_not_empty(after, files=files)


def _not_archived(channel: Channel) -> None:
    if channel.is_thread and channel.archived:
        raise ApiError(50083)


@route("DELETE", _ONE)
def delete(call: Call) -> Answer:
    channel = call.channel()
    message = call.message(channel)
    if message.author_id != call.core.world.bot_id:
        channel = call.channel(may.MANAGE_MESSAGES)
    call.core.messages.delete(message)


@route("POST", "/channels/{channel_id}/messages/bulk-delete")
def bulk_delete(call: Call) -> Answer:
    channel = call.channel(may.MANAGE_MESSAGES)
    errors = FormErrors()
    shape({"messages": listing(snowflake)})(call.json(), (), errors)
    errors.raise_if_any()
    ids = [int(entry) for entry in call.json()["messages"]]
    if not 2 <= len(ids) <= 100:
        raise ApiError(50016)
    oldest = snowflake_at((call.core.world.clock.now_us() - TWO_WEEKS_US) // 1000)
    if any(message_id < oldest for message_id in ids):
        raise ApiError(50034)
    for message_id in ids:
        message = channel.messages.get(message_id)
        if message is not None and not message.ephemeral:
            call.core.messages.delete(message)


@route("PUT", _ONE + "/reactions/{emoji_name}/@me")
def react(call: Call) -> Answer:
    channel = call.channel(may.READ_MESSAGE_HISTORY)
    message, emoji = call.message(channel), call.params["emoji_name"]
    _not_archived(channel)
    if emoji.isascii():
        raise ApiError(10014)
    if emoji not in message.reactions:
        call.channel(may.ADD_REACTIONS)
    users = message.reactions.setdefault(emoji, [])
    if call.core.world.bot_id not in users:
        users.append(call.core.world.bot_id)
        call.core.messages.tell("message_reacted", message)


@route("DELETE", _ONE + "/reactions/{emoji_name}/@me")
def unreact(call: Call) -> Answer:
    channel = call.channel()
    message, emoji = call.message(channel), call.params["emoji_name"]
    users = message.reactions.get(emoji, [])
    if call.core.world.bot_id in users:
        users.remove(call.core.world.bot_id)
    if not users:
        message.reactions.pop(emoji, None)
    call.core.messages.tell("message_reacted", message)


@route("DELETE", _ONE + "/reactions")
def clear_reactions(call: Call) -> Answer:
    message = call.message(call.channel(may.MANAGE_MESSAGES))
    message.reactions.clear()
    call.core.messages.tell("message_reacted", message)


@route("GET", "/channels/{channel_id}/messages/pins")
def pins(call: Call) -> Answer:
    channel = call.channel(may.READ_MESSAGE_HISTORY)
    pinned = [m for m in reversed(channel.messages.values()) if m.pinned]
    items = [{"pinned_at": iso(created_us(m.id)), "message": call.core.views.message(m)} for m in pinned]
    return {"items": items, "has_more": False}


@route("GET", "/channels/{channel_id}/pins")
def old_pins(call: Call) -> Answer:
    channel = call.channel(may.READ_MESSAGE_HISTORY)
    return [call.core.views.message(m) for m in reversed(channel.messages.values()) if m.pinned]


@route("PUT", "/channels/{channel_id}/messages/pins/{message_id}")
@route("PUT", "/channels/{channel_id}/pins/{message_id}")
def pin(call: Call) -> Answer:
    _pin(call, pinned=True)


@route("DELETE", "/channels/{channel_id}/messages/pins/{message_id}")
@route("DELETE", "/channels/{channel_id}/pins/{message_id}")
def unpin(call: Call) -> Answer:
    _pin(call, pinned=False)


def _pin(call: Call, *, pinned: bool) -> None:
    channel = call.channel(may.PIN_MESSAGES)
    message = call.message(channel)
    _not_archived(channel)
    if pinned and not message.pinned and sum(m.pinned for m in channel.messages.values()) >= 250:
        raise ApiError(30003)
    message.pinned = pinned
    call.core.messages.tell("MESSAGE_UPDATE", message)


@route("POST", "/channels/{channel_id}/typing")
def typing(call: Call) -> Answer:
    channel = call.channel()
    call.channel(may.to_send(channel))
    call.core.world.publish(Event("typing", channel.guild_id, channel, user_id=call.core.world.bot_id))
