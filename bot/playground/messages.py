"""Making and changing messages, for channels, forum posts and interaction tokens alike."""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.playground import rules
from bot.playground.errors import ApiError
from bot.playground.files import Files, Upload
from bot.playground.jsons import Json, rows
from bot.playground.world import COMPONENTS_V2, EPHEMERAL, LOADING, Channel, Event, Message, World

NONCE_US = 180 * 1_000_000
HOUR_US = 3600 * 1_000_000
EDITS_OF_OLD_MESSAGES = 30  # in an hour; then 30046

_PERSON = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")


@dataclass(frozen=True)
class NewMessage:
    """Who writes what where. The body has passed `rules.check_message`."""

    channel: Channel
    author_id: int
    body: Json
    uploads: tuple[Upload, ...] = ()
    type: int = 0
    flags: int | None = None
    extra: Json = field(default_factory=dict[str, Any])  # further fields of Message


class Messages:
    def __init__(self, world: World, files: Files) -> None:
        self.world = world
        self.files = files

    def post(self, draft: NewMessage, *, message_id: int | None = None) -> Message:
        world, body = self.world, draft.body
        flags = draft.flags if draft.flags is not None else body.get("flags") or 0
        message = Message(
            id=message_id or world.new_id(),
            channel_id=draft.channel.id,
            author_id=draft.author_id,
            created_us=world.clock.now_us(),
            type=draft.type,
            flags=flags,
            tts=bool(body.get("tts")),
            nonce=None if body.get("nonce") is None else str(body["nonce"]),
            **draft.extra,
        )
        self._fill(message, body, draft.uploads)
        if draft.channel.is_thread and draft.channel.archived:
            wake(world, draft.channel)
        world.add_message(message)
        world.publish(Event("MESSAGE_CREATE", draft.channel.guild_id, draft.channel, message))
        return message

    def edit(self, message: Message, body: Json, uploads: tuple[Upload, ...] = ()) -> Message:
        if "flags" in body:
            kept = EPHEMERAL | message.flags & COMPONENTS_V2
            message.flags = message.flags & kept | (body["flags"] or 0) & ~EPHEMERAL
        self._fill(message, body, uploads)
        was_thinking = message.flags & LOADING
        message.flags &= ~LOADING
        if not was_thinking:
            message.edited_us = self.world.clock.now_us()
        self.tell("MESSAGE_UPDATE", message)
        return message

    def count_old_edit(self, message: Message) -> None:
        """Raise 30046 when a message older than an hour is edited too often."""
        now_us = self.world.clock.now_us()
        if now_us - message.created_us < HOUR_US:
            return
        message.old_edits_us = [at for at in message.old_edits_us if now_us - at < HOUR_US]
        if len(message.old_edits_us) >= EDITS_OF_OLD_MESSAGES:
            raise ApiError(30046)
        message.old_edits_us.append(now_us)

    def delete(self, message: Message) -> None:
        channel = self.world.channels[message.channel_id]
        del channel.messages[message.id]
        self.world.publish(Event("MESSAGE_DELETE", channel.guild_id, channel, message))

    def tell(self, name: str, message: Message) -> None:
        channel = self.world.channels[message.channel_id]
        self.world.publish(Event(name, channel.guild_id, channel, message))

    def sent_before(self, channel: Channel, author_id: int, nonce: str) -> Message | None:
        """Return what `enforce_nonce` finds: the same author's message of the last minutes with this nonce."""
        since_us = self.world.clock.now_us() - NONCE_US
        for message in reversed(channel.messages.values()):
            if message.created_us < since_us:
                return None
            if message.author_id == author_id and message.nonce == nonce:
                return message
        return None

    def _fill(self, message: Message, body: Json, uploads: tuple[Upload, ...]) -> None:
        self._attach(message, body, uploads)
        by_name = {self.world.attachments[a].filename: a for a in message.attachments}
        if "embeds" in body:
            message.embeds = [_embed(embed, by_name) for embed in rows(body, "embeds")]
        if "components" in body:
            message.components = self._components(rows(body, "components"), by_name)
        if "content" in body:
            message.content = body["content"] or ""
        if "content" in body or "components" in body:
            self._mention(message, body.get("allowed_mentions"))

    def _attach(self, message: Message, body: Json, uploads: tuple[Upload, ...]) -> None:
        listed: list[Json] | None = body.get("attachments")
        if listed is not None:
            kept = {int(entry["id"]) for entry in listed}
            message.attachments = [a for a in message.attachments if a in kept]
        about = {int(entry["id"]): entry for entry in listed or [] if int(entry["id"]) < 100}
        for upload in uploads:
            attachment = self.files.keep(
                upload, message.channel_id, about=about.get(upload.index, {}), ephemeral=message.ephemeral
            )
            message.attachments.append(attachment.id)

    def _components(self, components: list[Json], by_name: dict[str, int]) -> list[Json]:
        numbers = iter(range(1, 1000))
        taken = {c["id"] for _, c in rules.walk(components) if c.get("id")}

        def finish(component: Json) -> Json:
            made: Json = {k: v for k, v in component.items() if v is not None}
            if not made.get("id"):
                made["id"] = next(n for n in numbers if n not in taken)
            made = {**_DEFAULTS.get(made["type"], {}), **made}
            if "emoji" in made:
                made["emoji"] = _set(made["emoji"])
            if "options" in made:
                made["options"] = [
                    {**_set(o), "emoji": _set(o["emoji"])} if o.get("emoji") else _set(o)
                    for o in made["options"]
                ]
            for key in ("accessory", "component"):
                if key in made:
                    made[key] = finish(made[key])
            if "components" in made:
                made["components"] = [finish(child) for child in made["components"]]
            for key in ("media", "file"):
                if key in made:
                    made[key] = self._media(made[key], by_name)
            if "items" in made:
                made["items"] = [
                    {"description": None, "spoiler": False, **i, "media": self._media(i["media"], by_name)}
                    for i in made["items"]
                ]
            return made

        return [finish(component) for component in components]

    def _media(self, media: Json, by_name: dict[str, int]) -> Json:
        address: str = media["url"]
        own = (
            by_name.get(address.removeprefix("attachment://"))
            if address.startswith("attachment://")
            else None
        )
        own = own or self.files.own_address(address)
        if own is not None:
            return {"id": str(self.world.new_id()), "attachment_id": str(own), "url": "", "proxy_url": ""}
        return {
            "id": str(self.world.new_id()),
            "url": address,
            "proxy_url": address,
            "width": None,
            "height": None,
        }

    def _mention(self, message: Message, allowed: Json | None) -> None:
        written = message.content + "".join(
            component["content"]
            for _, component in rules.walk(message.components)
            if component["type"] == rules.TEXT
        )
        people = [int(found) for found in _PERSON.findall(written)]
        roles = [int(found) for found in _ROLE.findall(written)]
        everyone = "@everyone" in written or "@here" in written
        if allowed is not None:
            parse = rows(allowed, "parse")
            named = {int(u) for u in rows(allowed, "users")}, {int(r) for r in rows(allowed, "roles")}
            people = people if "users" in parse else [p for p in people if p in named[0]]
            roles = roles if "roles" in parse else [r for r in roles if r in named[1]]
            everyone = everyone and "everyone" in parse
        message.mentions = [p for p in dict.fromkeys(people) if p in self.world.users]
        message.mention_roles = list(dict.fromkeys(roles))
        message.mention_everyone = everyone


_DEFAULTS: dict[int, Json] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in rules.SELECTS},
    rules.CONTAINER: {"accent_color": None, "spoiler": False},
    rules.THUMBNAIL: {"description": None, "spoiler": False},
    rules.FILE: {"spoiler": False},
    rules.SEPARATOR: {"spacing": 1, "divider": True},
}


def _set(about: Json) -> Json:
    """Without the nulls that discord.py sends, and that Discord's own replies don't hold."""
    return {key: value for key, value in about.items() if value is not None}


def _embed(embed: Json, by_name: dict[str, int]) -> Json:
    made: Json = {"type": "rich", **{k: v for k, v in embed.items() if v is not None}}
    for key in ("image", "thumbnail"):
        address = made.get(key, {}).get("url", "")
        if address.startswith("attachment://"):
            own = by_name.get(address.removeprefix("attachment://"))
            made[key] = {"url": f"cdn:{own}"}
    if "fields" in made:
        made["fields"] = [{"inline": False, **f} for f in made["fields"]]
    return made


def wake(world: World, thread: Channel) -> None:
    """Take a thread out of the archive, as a message in it does."""
    thread.archived = False
    thread.archive_changed_us = world.clock.now_us()
    world.publish(Event("THREAD_UPDATE", thread.guild_id, thread))
