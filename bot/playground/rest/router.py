"""Which function answers which route; a literal segment beats a parameter, as on Discord."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from bot.playground import permissions
from bot.playground.core import Core
from bot.playground.errors import ApiError, form_error
from bot.playground.files import Upload
from bot.playground.jsons import Json
from bot.playground.world import Channel, ChannelType, Guild, Message

Answer = Any  # a JSON value, None for 204, or (status, JSON value)


@dataclass(frozen=True)
class Call:
    """One request, and the questions every route asks about it."""

    core: Core
    method: str
    template: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None
    uploads: tuple[Upload, ...] = ()

    def id(self, name: str) -> int:
        value = self.params[name]
        if not value.isdecimal():
            raise form_error((name,), "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return int(value)

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self.query.get(name, str(default))
        if not value.isdecimal() or not least <= int(value) <= most:
            message = f"int value should be between {least} and {most}."
            raise form_error((name,), "NUMBER_TYPE_MAX", message)
        return int(value)

    def json(self) -> Json:
        body = cast(Json, self.body)
        if not isinstance(self.body, dict):
            raise ApiError(50109)
        return body

    def guild(self, name: str = "guild_id") -> Guild:
        guild = self.core.world.guilds.get(self.id(name))
        if guild is None or not guild.bot_installed:
            raise ApiError(10004)
        return guild

    def channel(self, *needed: int, name: str = "channel_id") -> Channel:
        """Find the channel. The bot must see it (else 50001) and have every right named (else 50013)."""
        world = self.core.world
        channel = world.channels.get(self.id(name))
        guild = None if channel is None else world.guild_of(channel)
        if channel is None:
            raise ApiError(10003)
        rights = permissions.in_channel(world, channel, world.bot_id)
        if (guild is not None and not guild.bot_installed) or not rights & permissions.VIEW_CHANNEL:
            raise ApiError(50001)
        for right in needed:
            if not rights & right:
                raise ApiError(50013)
        return channel

    def message(self, channel: Channel) -> Message:
        """Find a message that others can see: for this route an ephemeral one doesn't exist."""
        message = channel.messages.get(self.id("message_id"))
        if message is None or message.ephemeral:
            raise ApiError(10008)
        return message

    def require(self, guild: Guild, *needed: int) -> None:
        world = self.core.world
        rights = permissions.in_guild(world, guild, guild.members[world.bot_id])
        if any(not rights & right for right in needed):
            raise ApiError(50013)


def text_channel(channel: Channel) -> Channel:
    if channel.type == ChannelType.FORUM:
        raise ApiError(50008)
    return channel


Handler = Callable[[Call], Answer]


@dataclass
class Node:
    literal: dict[str, "Node"] = field(default_factory=dict[str, "Node"])
    parameter: "Node | None" = None
    routes: dict[str, tuple[str, Handler]] = field(default_factory=dict[str, tuple[str, Handler]])


_ROOT = Node()


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        node = _ROOT
        for segment in template.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or Node()
                node = node.parameter
            else:
                node = node.literal.setdefault(segment, Node())
        node.routes[method] = (template, handler)
        return handler

    return register


def find(path: str) -> Node | None:
    """Find the node for a path without /api/v10; None where Discord has nothing that we know of."""
    return _find(_ROOT, path.strip("/").split("/"))


def _find(node: Node, segments: Sequence[str]) -> Node | None:
    if not segments:
        return node if node.routes else None
    if segments[0] in node.literal:
        found = _find(node.literal[segments[0]], segments[1:])
        if found is not None:
            return found
    return None if node.parameter is None else _find(node.parameter, segments[1:])


def parameters(template: str, path: str) -> dict[str, str]:
    pairs = zip(template.strip("/").split("/"), path.strip("/").split("/"), strict=True)
    return {name[1:-1]: value for name, value in pairs if name.startswith("{")}


def all_routes() -> list[tuple[str, str]]:
    def below(node: Node) -> list[tuple[str, str]]:
        children = [*node.literal.values(), *([node.parameter] if node.parameter else [])]
        own = [(method, template) for method, (template, _) in node.routes.items()]
        return own + [entry for child in children for entry in below(child)]

    return sorted(below(_ROOT))
