"""The one store of truth: what exists in this Discord. Who changes it tells everybody through `publish`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from bot.playground.clock import PlaygroundClock
from bot.playground.jsons import Json
from bot.playground.snowflake import Snowflakes


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = (ChannelType.ANNOUNCEMENT_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)

EPHEMERAL = 1 << 6
LOADING = 1 << 7
HAS_THREAD = 1 << 5
SUPPRESS_EMBEDS = 1 << 2
SUPPRESS_NOTIFICATIONS = 1 << 12
COMPONENTS_V2 = 1 << 15


@dataclass
class User:
    id: int
    username: str
    name: str
    bot: bool = False
    color: str = "#5a6472"
    dms_open: bool = True
    locale: str = "en-US"


@dataclass
class Role:
    id: int
    guild_id: int
    name: str
    permissions: int
    position: int = 1
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot_id: int | None = None


@dataclass
class Member:
    guild_id: int
    user_id: int
    joined_us: int
    roles: list[int] = field(default_factory=list[int])
    nick: str | None = None
    timed_out_until_us: int = 0


@dataclass
class Overwrite:
    id: int
    type: int  # 0 a role, 1 a member
    allow: int = 0
    deny: int = 0


@dataclass
class Tag:
    id: int
    name: str
    moderated: bool = False
    emoji: str | None = None


@dataclass
class Channel:
    id: int
    type: int
    guild_id: int | None = None
    name: str = ""
    topic: str | None = None
    position: int = 0
    parent_id: int | None = None
    slowmode_seconds: int = 0
    nsfw: bool = False
    flags: int = 0
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    tags: list[Tag] = field(default_factory=list[Tag])
    last_message_id: int | None = None
    recipients: list[int] = field(default_factory=list[int])
    # What only a thread has:
    owner_id: int | None = None
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    archive_changed_us: int = 0
    auto_archive_minutes: int = 4320
    applied_tags: list[int] = field(default_factory=list[int])
    thread_members: dict[int, int] = field(default_factory=dict[int, int])  # who joined, and when
    message_count: int = 0
    messages: dict[int, "Message"] = field(default_factory=dict[int, "Message"])

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS


@dataclass
class Guild:
    id: int
    name: str
    owner_id: int
    bot_installed: bool = True
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])  # threads too


@dataclass
class Attachment:
    id: int
    filename: str
    size: int
    content_type: str
    channel_id: int
    ephemeral: bool = False
    description: str | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None
    uploader_id: int | None = None


@dataclass
class Message:
    id: int
    channel_id: int
    author_id: int
    created_us: int
    content: str = ""
    type: int = 0
    edited_us: int | None = None
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    attachments: list[int] = field(default_factory=list[int])
    flags: int = 0
    mentions: list[int] = field(default_factory=list[int])
    mention_roles: list[int] = field(default_factory=list[int])
    mention_everyone: bool = False
    nonce: str | None = None
    pinned: bool = False
    tts: bool = False
    reference: Json | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    interaction_id: int | None = None  # answered by, or followed up on
    webhook: bool = False
    to_id: int | None = None  # the one person who sees an ephemeral message
    used: str | None = None  # the command it answers, "/wallet give"
    metadata: Json | None = None  # interaction_metadata, as sent
    old_edits_us: list[int] = field(default_factory=list[int])  # edits made an hour or more after posting

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)


@dataclass
class SyncedCommand:
    id: int
    version: int
    type: int
    name: str
    guild_id: int | None
    body: Json  # as synced: description, options, default_member_permissions, contexts ...
    permissions: dict[int, list[Json]] = field(default_factory=dict[int, list[Json]])  # by guild


@dataclass
class Interaction:
    """What a person did, and what the bot has answered so far."""

    id: int
    token: str
    type: int
    user_id: int
    guild_id: int | None
    channel_id: int
    data: Json
    message_id: int | None = None
    used: str | None = None
    metadata: Json = field(default_factory=dict[str, Any])
    answered: int | None = None  # the callback type
    expired: bool = False  # three seconds went by, or a test says so
    original_id: int | None = None
    modal: Json | None = None
    modal_submitted: bool = False


@dataclass(frozen=True)
class Event:
    """One change. `name` is Discord's for it; a name in small letters concerns the page alone."""

    name: str
    guild_id: int | None = None
    channel: Channel | None = None
    message: Message | None = None
    user_id: int | None = None
    role: Role | None = None
    interaction: Interaction | None = None
    guild: Guild | None = None
    extra: Any = None


@dataclass
class World:
    clock: PlaygroundClock
    bot_id: int = 0
    application_id: int = 0
    token: str = ""
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    commands: dict[int, SyncedCommand] = field(default_factory=dict[int, SyncedCommand])
    interactions: dict[int, Interaction] = field(default_factory=dict[int, Interaction])
    attachments: dict[int, Attachment] = field(default_factory=dict[int, Attachment])
    dismissed: set[int] = field(default_factory=set[int])
    last_snowflake: int = 0

    def __post_init__(self) -> None:
        self.snowflakes = Snowflakes(self.clock, self.last_snowflake)
        self.by_token: dict[str, Interaction] = {}
        self._listeners: list[Callable[[Event], None]] = []

    # who hears about changes

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    # making things

    def new_id(self) -> int:
        return self.snowflakes.next()

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        if channel.guild_id is not None:
            self.guilds[channel.guild_id].channels[channel.id] = channel
        return channel

    def drop_channel(self, channel: Channel) -> None:
        for thread in [c for c in self.channels.values() if c.is_thread and c.parent_id == channel.id]:
            self.drop_channel(thread)
        del self.channels[channel.id]
        if channel.guild_id is not None:
            del self.guilds[channel.guild_id].channels[channel.id]

    def add_message(self, message: Message) -> Message:
        channel = self.channels[message.channel_id]
        channel.messages[message.id] = message
        if not message.ephemeral:
            channel.last_message_id = message.id
            if channel.is_thread and message.id != channel.id:
                channel.message_count += 1
        return message

    def add_interaction(self, interaction: Interaction) -> Interaction:
        self.interactions[interaction.id] = interaction
        self.by_token[interaction.token] = interaction
        return interaction

    # finding things

    def message(self, message_id: int) -> Message | None:
        found = (channel.messages.get(message_id) for channel in self.channels.values())
        return next((message for message in found if message is not None), None)

    def guild_of(self, channel: Channel) -> Guild | None:
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def dm_with(self, user_id: int) -> Channel:
        """Find the channel between the bot and one person; made on first use."""
        for channel in self.channels.values():
            if channel.type == ChannelType.DM and user_id in channel.recipients:
                return channel
        dm = Channel(id=self.new_id(), type=ChannelType.DM, recipients=[user_id, self.bot_id])
        return self.add_channel(dm)

    def threads(self, parent_ids: Iterable[int]) -> Iterator[Channel]:
        wanted = set(parent_ids)
        return (c for c in self.channels.values() if c.is_thread and c.parent_id in wanted)

    def mutual(self, user_id: int) -> bool:
        """Return whether the bot shares a server with this person."""
        return any(g.bot_installed and user_id in g.members for g in self.guilds.values())
