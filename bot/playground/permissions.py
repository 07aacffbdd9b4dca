"""Who may do what where: roles, then overwrites, then what one missing right takes with it."""

from bot.playground.world import Channel, ChannelType, Guild, Member, World

CREATE_INVITE = 1 << 0
KICK_MEMBERS = 1 << 1
BAN_MEMBERS = 1 << 2
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_AUDIT_LOG = 1 << 7
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
CHANGE_NICKNAME = 1 << 26
MANAGE_NICKNAMES = 1 << 27
MANAGE_ROLES = 1 << 28
MANAGE_WEBHOOKS = 1 << 29
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38
MODERATE_MEMBERS = 1 << 40
PIN_MESSAGES = 1 << 51

NAMES = {name: bit for name, bit in list(globals().items()) if name.isupper() and isinstance(bit, int)}
ALL = (1 << 53) - 1

EVERYONE = (
    CREATE_INVITE | ADD_REACTIONS | VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES
    | READ_MESSAGE_HISTORY | USE_EXTERNAL_EMOJIS | CHANGE_NICKNAME | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS | SEND_MESSAGES_IN_THREADS
)  # fmt: skip
MODERATOR = (
    EVERYONE | MANAGE_MESSAGES | MODERATE_MEMBERS | KICK_MEMBERS | BAN_MEMBERS | VIEW_AUDIT_LOG
    | MANAGE_THREADS | MENTION_EVERYONE | PIN_MESSAGES
)  # fmt: skip
BOT = (  # what a link asks for that lists what is used; what everybody may do comes on top
    VIEW_CHANNEL | SEND_MESSAGES | SEND_MESSAGES_IN_THREADS | ATTACH_FILES | READ_MESSAGE_HISTORY | MENTION_EVERYONE
)  # fmt: skip
DM = (
    VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY | ADD_REACTIONS
    | USE_APPLICATION_COMMANDS | USE_EXTERNAL_EMOJIS | PIN_MESSAGES
)  # fmt: skip

_NEEDS_SENDING = MENTION_EVERYONE | EMBED_LINKS | ATTACH_FILES
_WHILE_TIMED_OUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY


def in_guild(world: World, guild: Guild, member: Member) -> int:
    """Return what the member's roles give, before any channel."""
    if guild.owner_id == member.user_id:
        return ALL
    allowed = guild.roles[guild.id].permissions
    for role_id in member.roles:
        allowed |= guild.roles[role_id].permissions if role_id in guild.roles else 0
    return ALL if allowed & ADMINISTRATOR else allowed


def in_channel(world: World, channel: Channel, user_id: int) -> int:
    """Return what a person may do in a channel or thread; 0 where they can't be there."""
    if channel.guild_id is None:
        return DM if user_id in channel.recipients else 0
    guild = world.guilds[channel.guild_id]
    member = guild.members.get(user_id)
    if member is None:
        return 0
    allowed = in_guild(world, guild, member)
    if allowed == ALL:
        return ALL
    home = (
        channel if channel.parent_id is None or not channel.is_thread else world.channels[channel.parent_id]
    )
    allowed = _overwritten(allowed, home, guild, member)
    if member.timed_out_until_us > world.clock.now_us():
        allowed &= _WHILE_TIMED_OUT
    return _implied(allowed, channel, user_id)


def _overwritten(allowed: int, channel: Channel, guild: Guild, member: Member) -> int:
    everyone = channel.overwrites.get(guild.id)
    if everyone is not None:
        allowed = allowed & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.roles:
        overwrite = channel.overwrites.get(role_id)
        if overwrite is not None:
            allow |= overwrite.allow
            deny |= overwrite.deny
    allowed = allowed & ~deny | allow
    own = channel.overwrites.get(member.user_id)
    return allowed if own is None else allowed & ~own.deny | own.allow


def _implied(allowed: int, channel: Channel, user_id: int) -> int:
    """Without seeing a channel nothing is left; without sending, what goes with a message is gone."""
    if not allowed & VIEW_CHANNEL:
        return 0
    private = channel.type == ChannelType.PRIVATE_THREAD and user_id not in channel.thread_members
    if private and not allowed & MANAGE_THREADS:
        return 0
    if not allowed & (SEND_MESSAGES_IN_THREADS if channel.is_thread else SEND_MESSAGES):
        allowed &= ~_NEEDS_SENDING
    return allowed


def can_see(world: World, channel: Channel, user_id: int) -> bool:
    return bool(in_channel(world, channel, user_id) & VIEW_CHANNEL)


def to_send(channel: Channel) -> int:
    """Return the right that a plain message needs here."""
    return SEND_MESSAGES_IN_THREADS if channel.is_thread else SEND_MESSAGES
