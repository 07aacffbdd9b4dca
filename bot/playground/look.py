"""The world as one person sees it, in the shapes that the page is written against (README.md)."""

from bot.playground import people, permissions
from bot.playground.core import Core
from bot.playground.jsons import Json, rows
from bot.playground.rules_commands import CHAT, GROUP, SUBCOMMAND, USER
from bot.playground.world import LOADING, Channel, ChannelType, Guild, Message, SyncedCommand, User

OPTION_KINDS = {
    3: "string",
    4: "integer",
    5: "boolean",
    6: "user",
    7: "channel",
    8: "role",
    9: "mentionable",
    10: "number",
    11: "attachment",
}
_CHANNEL_KINDS = {
    ChannelType.TEXT: "text",
    ChannelType.DM: "dm",
    ChannelType.ANNOUNCEMENT: "announcement",
    ChannelType.FORUM: "forum",
}
LATEST = 50


class Look:
    def __init__(self, core: Core, user: User) -> None:
        self.core = core
        self.world = core.world
        self.user = user

    @property
    def guild(self) -> Guild:
        return people.home(self.world, self.user)

    def me(self) -> Json:
        return {"id": str(self.user.id), "name": self.user.name}

    def guild_view(self) -> Json:
        guild = self.guild
        roles = [
            {"id": str(r.id), "name": r.name, "color": r.color}
            for r in guild.roles.values()
            if r.id != guild.id
        ]
        return {"id": str(guild.id), "name": guild.name, "owner_id": str(guild.owner_id), "roles": roles}

    def people(self) -> list[Json]:
        return [self.person(user) for user in self.world.users.values()]

    def person(self, user: User) -> Json:
        guild = self.guild
        member = guild.members.get(user.id)
        return {
            "id": str(user.id),
            "name": user.name,
            "username": user.username,
            "bot": user.bot,
            "kind": people.kind(self.world, guild, user),
            "color": user.color,
            "roles": [] if member is None else [str(role) for role in member.roles],
            "in_guild": member is not None,
        }

    def sees_channel(self, channel: Channel) -> bool:
        if channel.guild_id is None:
            return self.user.id in channel.recipients
        return channel.guild_id == self.guild.id and permissions.can_see(self.world, channel, self.user.id)

    def channels(self) -> list[Json]:
        return [self.channel(channel) for channel in people.visible_channels(self.world, self.user)]

    def channel(self, channel: Channel) -> Json:
        rights = permissions.in_channel(self.world, channel, self.user.id)
        locked_out = channel.locked and not rights & permissions.MANAGE_THREADS
        other = next((u for u in channel.recipients if u != self.user.id), None)
        return {
            "id": str(channel.id),
            "kind": "thread" if channel.is_thread else _CHANNEL_KINDS[ChannelType(channel.type)],
            "name": channel.name or (self.world.users[other].name if other else ""),
            "topic": channel.topic,
            "parent_id": None if channel.parent_id is None else str(channel.parent_id),
            "position": channel.position,
            "can_send": bool(rights & permissions.to_send(channel))
            and not locked_out
            and channel.type != ChannelType.FORUM,
            "tags": [{"id": str(t.id), "name": t.name, "emoji": t.emoji} for t in channel.tags],
            "applied_tags": [str(tag) for tag in channel.applied_tags],
            "archived": channel.archived,
            "locked": channel.locked,
            "message_count": channel.message_count,
            "owner_id": None if channel.owner_id is None else str(channel.owner_id),
            "person_id": None if other is None else str(other),
        }

    def sees(self, message: Message) -> bool:
        return people.sees_message(self.world, self.user, message)

    def message(self, message: Message) -> Json:
        me, guild = self.user.id, self.guild
        member = guild.members.get(me)
        roles: set[int] = set() if member is None else set(member.roles)
        used = None
        if message.used is not None and message.metadata is not None:
            person = self.world.users[int(message.metadata["user"])]
            used = {"person_id": str(person.id), "person": person.name, "what": message.used}
        return self.core.views.message(message) | {
            "ephemeral": message.ephemeral,
            "thinking": bool(message.flags & LOADING),
            "used": used,
            "mentions_me": me in message.mentions
            or message.mention_everyone
            or bool(roles & {*message.mention_roles}),
        }

    def messages(self, channel: Channel, *, limit: int = LATEST, before: int | None = None) -> list[Json]:
        seen = [m for m in channel.messages.values() if self.sees(m) and (before is None or m.id < before)]
        seen.sort(key=lambda m: m.id)
        return [self.message(m) for m in seen[-limit:]]

    def commands(self, channel: Channel | None = None) -> list[Json]:
        """List the commands, groups taken apart: one entry for each thing to type or choose."""
        where = channel or next(
            (c for c in people.visible_channels(self.world, self.user) if c.guild_id is not None), None
        )
        if where is None:
            return []
        found = people.usable_commands(self.world, self.user, where)
        return [entry for command in found for entry in command_entries(command)]

    def state(self) -> Json:
        shown = people.visible_channels(self.world, self.user)
        return {
            "me": self.me(),
            "guild": self.guild_view(),
            "people": self.people(),
            "channels": self.channels(),
            "commands": self.commands(),
            "messages": {str(c.id): self.messages(c) for c in shown},
        }


def command_entries(command: SyncedCommand) -> list[Json]:
    kind = {CHAT: "slash", USER: "user"}.get(command.type, "message")
    if kind != "slash":
        return [_entry(command, kind, command.name, command.body.get("description", ""), [])]
    return [
        _entry(command, kind, f"/{name}", description, options)
        for name, description, options in leaves(command.name, command.body)
    ]


def leaves(name: str, body: Json) -> list[tuple[str, str, list[Json]]]:
    """Return ("wallet give", description, options) for each subcommand, or the command itself."""
    options: list[Json] = rows(body, "options")
    nested = [o for o in options if o["type"] in (SUBCOMMAND, GROUP)]
    if not nested:
        return [(name, body.get("description", ""), options)]
    return [leaf for o in nested for leaf in leaves(f"{name} {o['name']}", o)]


def _entry(command: SyncedCommand, kind: str, name: str, description: str, options: list[Json]) -> Json:
    return {
        "id": str(command.id),
        "kind": kind,
        "name": name,
        "description": description,
        "options": [_option(option) for option in options],
    }


def _option(option: Json) -> Json:
    return {
        "name": option["name"],
        "type": option["type"],
        "kind": OPTION_KINDS[option["type"]],
        "description": option["description"],
        "required": bool(option.get("required")),
        "autocomplete": bool(option.get("autocomplete")),
        "choices": [{"name": c["name"], "value": c["value"]} for c in rows(option, "choices")],
        "min": option.get("min_value"),
        "max": option.get("max_value"),
        "min_length": option.get("min_length"),
        "max_length": option.get("max_length"),
        "channel_types": rows(option, "channel_types"),
    }
