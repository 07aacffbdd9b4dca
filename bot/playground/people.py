"""Finding what a person means: by id, by name, by mention, and only among what they can see."""

from bot.playground import permissions
from bot.playground.errors import Refusal
from bot.playground.world import (
    Channel,
    ChannelType,
    Guild,
    Member,
    Message,
    Role,
    SyncedCommand,
    User,
    World,
)


def person(world: World, wanted: str) -> User:
    bare = wanted.removeprefix("<@").removeprefix("!").removesuffix(">").removeprefix("@")
    if bare.isdecimal() and int(bare) in world.users:
        return world.users[int(bare)]
    for user in world.users.values():
        if bare.lower() in (user.name.lower(), user.username):
            return user
    raise Refusal(f"Nobody here is called {wanted}.")


def home(world: World, user: User) -> Guild:
    """Return the server where this person is met: the first they are a member of."""
    for guild in world.guilds.values():
        if user.id in guild.members:
            return guild
    return next(iter(world.guilds.values()))


def guild(world: World, wanted: str) -> Guild:
    for found in world.guilds.values():
        if wanted in (str(found.id), found.name):
            return found
    raise Refusal(f"There is no server {wanted}.")


def visible_channels(world: World, user: User, guild: Guild | None = None) -> list[Channel]:
    """List channels, threads and the talk with the bot, in order."""
    here = (guild or home(world, user)).channels.values()
    seen = [c for c in here if permissions.can_see(world, c, user.id)]
    talks = [c for c in world.channels.values() if c.type == ChannelType.DM and user.id in c.recipients]
    return sorted(seen, key=lambda c: (c.is_thread, c.position, c.id)) + talks


def channel(world: World, user: User, wanted: str | None) -> Channel:
    """Find a channel that this person sees; "dm" is their talk with the bot, None the first channel."""
    if wanted == "dm":
        return world.dm_with(user.id)
    seen = visible_channels(world, user)
    if wanted is None and seen:
        return seen[0]
    bare = (wanted or "").removeprefix("#").removeprefix("<#").removesuffix(">")
    if bare.isdecimal() and int(bare) in world.channels:
        found = world.channels[int(bare)]
        if permissions.can_see(world, found, user.id):
            return found
    for found in seen:
        if found.name == bare:
            return found
    raise Refusal(f"{user.name} sees no channel {wanted}.")


def role(guild: Guild, wanted: str) -> Role:
    bare = wanted.removeprefix("<@&").removesuffix(">").removeprefix("@")
    for found in guild.roles.values():
        if bare in (str(found.id), found.name, found.name.removeprefix("@")):
            return found
    raise Refusal(f"There is no role {wanted}.")


def sees_message(world: World, user: User, message: Message) -> bool:
    if message.ephemeral:
        return message.to_id == user.id and message.id not in world.dismissed
    channel = world.channels.get(message.channel_id)
    if channel is None:
        return False
    needed = permissions.VIEW_CHANNEL | permissions.READ_MESSAGE_HISTORY
    return permissions.in_channel(world, channel, user.id) & needed == needed


def message(world: World, user: User, wanted: str) -> Message:
    found = world.message(int(wanted)) if wanted.isdecimal() else None
    if found is None:
        raise Refusal("That message isn't there any more.")
    if not sees_message(world, user, found):
        whose = "belongs to somebody else" if found.ephemeral else "is where they can't read"
        raise Refusal(f"{user.name} can't see that message: it {whose}.")
    return found


def kind(world: World, guild: Guild, user: User) -> str:
    """Return what the page calls them."""
    if user.bot:
        return "bot"
    member = guild.members.get(user.id)
    if member is None:
        return "stranger"
    if guild.owner_id == user.id:
        return "owner"
    moderates = permissions.MANAGE_MESSAGES | permissions.MODERATE_MEMBERS
    return "moderator" if permissions.in_guild(world, guild, member) & moderates == moderates else "member"


def usable_commands(world: World, user: User, channel: Channel) -> list[SyncedCommand]:
    """List the commands that Discord would offer here: synced, of this context, and not above the person's rights."""
    guild = world.guild_of(channel)
    if guild is not None and not guild.bot_installed:
        return []
    member = None if guild is None else guild.members.get(user.id)
    found = [
        c
        for c in world.commands.values()
        if c.guild_id is None or (guild is not None and c.guild_id == guild.id)
    ]
    return [c for c in found if _offered(world, c, guild, member, channel, user)]


def _offered(
    world: World,
    command: SyncedCommand,
    guild: Guild | None,
    member: Member | None,
    channel: Channel,
    user: User,
) -> bool:
    contexts = command.body.get("contexts")
    if guild is None or member is None:
        return guild is None and (1 in contexts if contexts else command.body.get("dm_permission", True))
    if contexts is not None and 0 not in contexts:
        return False
    rights = permissions.in_channel(world, channel, user.id)
    if not rights & permissions.USE_APPLICATION_COMMANDS:
        return False
    needed = command.body.get("default_member_permissions")
    if needed is None or rights == permissions.ALL:
        return True
    return int(needed) != 0 and rights & int(needed) == int(needed)
