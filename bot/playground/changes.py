"""What happens to a server while the bot looks on: people come and go, roles and channels vanish."""

from bot.playground import permissions, seed
from bot.playground.world import Channel, Event, Guild, Member, Overwrite, Role, User, World


def member_joined(world: World, guild: Guild, person: User, roles: list[int]) -> Member:
    member = seed.add_member(world, guild, person.id)
    member.joined_us = world.clock.now_us()
    member.roles = roles
    world.publish(Event("GUILD_MEMBER_ADD", guild.id, user_id=person.id))
    return member


def member_left(world: World, guild: Guild, user_id: int) -> None:
    del guild.members[user_id]
    world.publish(Event("GUILD_MEMBER_REMOVE", guild.id, user_id=user_id))


def member_changed(world: World, guild: Guild, user_id: int) -> None:
    world.publish(Event("GUILD_MEMBER_UPDATE", guild.id, user_id=user_id))


def role_made(world: World, guild: Guild, name: str, rights: int) -> Role:
    role = seed.add_role(world, guild, name, rights)
    world.publish(Event("GUILD_ROLE_CREATE", guild.id, role=role))
    return role


def role_changed(
    world: World, guild: Guild, role: Role, *, rights: int | None = None, mentionable: bool | None = None
) -> None:
    """Change what a role may do, or who may mention it; what is None stays as it is."""
    if rights is not None:
        role.permissions = rights
    if mentionable is not None:
        role.mentionable = mentionable
    world.publish(Event("GUILD_ROLE_UPDATE", guild.id, role=role))


def role_deleted(world: World, guild: Guild, role: Role) -> None:
    del guild.roles[role.id]
    for member in guild.members.values():
        if role.id in member.roles:
            member.roles.remove(role.id)
    for channel in guild.channels.values():
        channel.overwrites.pop(role.id, None)
    world.publish(Event("GUILD_ROLE_DELETE", guild.id, role=role))


def channel_made(world: World, guild: Guild, name: str, kind: int) -> Channel:
    channel = seed.add_channel(world, guild, name, kind)
    world.publish(Event("CHANNEL_CREATE", guild.id, channel))
    return channel


def channel_deleted(world: World, channel: Channel) -> None:
    world.publish(
        Event("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel.guild_id, channel)
    )
    world.drop_channel(channel)


def archived(world: World, thread: Channel) -> None:
    if not thread.is_thread:
        raise ValueError(f"{thread.name} is no thread.")
    thread.archived, thread.archive_changed_us = True, world.clock.now_us()
    world.publish(Event("THREAD_UPDATE", thread.guild_id, thread))


def overwritten(world: World, channel: Channel, overwrite: Overwrite) -> None:
    channel.overwrites[overwrite.id] = overwrite
    world.publish(Event("CHANNEL_UPDATE", channel.guild_id, channel))


def owner_changed(world: World, guild: Guild, user_id: int) -> None:
    guild.owner_id = user_id
    world.publish(Event("GUILD_UPDATE", guild.id, guild=guild))


def bot_removed(world: World, guild: Guild) -> None:
    """Remove the bot, kicked or gone by itself. Its member, its role and its commands of this server go with it."""
    world.publish(Event("GUILD_DELETE", guild.id, guild=guild))
    guild.bot_installed = False
    guild.members.pop(world.bot_id, None)
    for role in [r for r in guild.roles.values() if r.bot_id == world.bot_id]:
        del guild.roles[role.id]
    for command in [c for c in world.commands.values() if c.guild_id == guild.id]:
        del world.commands[command.id]
    world.publish(Event("people_changed", guild.id))


def bot_invited(world: World, guild: Guild) -> None:
    seed.add_bot(world, guild)
    guild.members[world.bot_id].joined_us = world.clock.now_us()
    world.publish(Event("GUILD_CREATE", guild.id, guild=guild))
    world.publish(Event("people_changed", guild.id))


def rights_named(names: list[str]) -> int:
    """Turn `["manage_messages", "view_channel"]` into bits."""
    unknown = [name for name in names if name.upper() not in permissions.NAMES]
    if unknown:
        raise ValueError(f"There is no permission called {unknown[0]}.")
    return sum(permissions.NAMES[name.upper()] for name in set(names))
