"""How people and places look in JSON, as Discord writes them."""

from bot.playground import permissions
from bot.playground.clock import iso
from bot.playground.jsons import Json
from bot.playground.snowflake import created_us
from bot.playground.world import (
    Channel,
    ChannelType,
    Guild,
    Member,
    Role,
    User,
    World,
)


class PlaceViews:
    """Bound to a world and to the address that attachment links begin with."""

    def __init__(self, world: World, base_url: str = "http://127.0.0.1") -> None:
        self.world = world
        self.base_url = base_url

    # people

    def user(self, user: User) -> Json:
        view: Json = {
            "id": str(user.id),
            "username": user.username,
            "avatar": None,
            "discriminator": "0420" if user.bot else "0",
            "public_flags": 0,
            "flags": 0,
            "banner": None,
            "accent_color": None,
            "global_name": None if user.bot else user.name,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
        }
        if user.bot:
            view["bot"] = True
        return view

    def me(self) -> Json:
        extra = {"mfa_enabled": True, "locale": "en-US", "premium_type": 0, "email": None, "verified": True}
        return self.user(self.world.users[self.world.bot_id]) | extra

    def member(self, member: Member, *, with_user: bool = True) -> Json:
        until_us = member.timed_out_until_us
        view: Json = {
            "avatar": None,
            "avatar_decoration_data": None,
            "banner": None,
            "communication_disabled_until": iso(until_us) if until_us > self.world.clock.now_us() else None,
            "flags": 0,
            "joined_at": iso(member.joined_us),
            "nick": member.nick,
            "pending": False,
            "premium_since": None,
            "roles": [str(role) for role in member.roles],
            "collectibles": None,
            "mute": False,
            "deaf": False,
        }
        if with_user:
            view["user"] = self.user(self.world.users[member.user_id])
        return view

    def role(self, role: Role) -> Json:
        view: Json = {
            "id": str(role.id),
            "name": role.name,
            "permissions": str(role.permissions),
            "position": role.position,
            "color": role.color,
            "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
            "hoist": role.hoist,
            "managed": role.bot_id is not None,
            "mentionable": role.mentionable,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }
        if role.bot_id is not None:
            view["tags"] = {"bot_id": str(role.bot_id)}
        return view

    # places

    def channel(self, channel: Channel, *, for_user: int | None = None) -> Json:
        view = self._channel(channel)
        if for_user is not None:
            view["permissions"] = str(permissions.in_channel(self.world, channel, for_user))
        return view

    def _channel(self, channel: Channel) -> Json:
        view: Json = {
            "id": str(channel.id),
            "type": channel.type,
            "flags": channel.flags,
            "last_message_id": None if channel.last_message_id is None else str(channel.last_message_id),
        }
        if channel.type == ChannelType.DM:
            others = [u for u in channel.recipients if u != self.world.bot_id]
            return view | {"recipients": [self.user(self.world.users[u]) for u in others]}
        view |= {
            "guild_id": str(channel.guild_id),
            "name": channel.name,
            "parent_id": None if channel.parent_id is None else str(channel.parent_id),
            "rate_limit_per_user": channel.slowmode_seconds,
        }
        return view | (self._thread(channel) if channel.is_thread else self._guild_channel(channel))

    def _guild_channel(self, channel: Channel) -> Json:
        view: Json = {
            "topic": channel.topic,
            "position": channel.position,
            "nsfw": channel.nsfw,
            "permission_overwrites": [
                {"id": str(o.id), "type": o.type, "allow": str(o.allow), "deny": str(o.deny)}
                for o in channel.overwrites.values()
            ],
        }
        if channel.type == ChannelType.FORUM:
            view |= {
                "available_tags": [
                    {
                        "id": str(t.id),
                        "name": t.name,
                        "moderated": t.moderated,
                        "emoji_id": None,
                        "emoji_name": t.emoji,
                    }
                    for t in channel.tags
                ],
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
                "default_thread_rate_limit_per_user": 0,
            }
        return view

    def _thread(self, channel: Channel) -> Json:
        view: Json = {
            "owner_id": str(channel.owner_id),
            "thread_metadata": {
                "archived": channel.archived,
                "archive_timestamp": iso(channel.archive_changed_us),
                "auto_archive_duration": channel.auto_archive_minutes,
                "locked": channel.locked,
                "create_timestamp": iso(created_us(channel.id)),
            },
            "message_count": channel.message_count,
            "member_count": min(len(channel.thread_members), 50),
            "total_message_sent": channel.message_count,
        }
        if channel.type == ChannelType.PRIVATE_THREAD:
            view["thread_metadata"]["invitable"] = channel.invitable
        if channel.applied_tags or (channel.parent_id and self._in_forum(channel)):
            view["applied_tags"] = [str(tag) for tag in channel.applied_tags]
        if self.world.bot_id in channel.thread_members:
            view["member"] = self.thread_member(channel, self.world.bot_id)
        return view

    def _in_forum(self, channel: Channel) -> bool:
        return self.world.channels[channel.parent_id or 0].type == ChannelType.FORUM

    def thread_member(self, channel: Channel, user_id: int) -> Json:
        joined = iso(channel.thread_members[user_id])
        return {"id": str(channel.id), "user_id": str(user_id), "join_timestamp": joined, "flags": 0}

    def guild(self, guild: Guild) -> Json:
        return {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "description": None,
            "home_header": None,
            "splash": None,
            "discovery_splash": None,
            "features": [],
            "banner": None,
            "owner_id": str(guild.owner_id),
            "application_id": None,
            "region": "deprecated",
            "afk_channel_id": None,
            "afk_timeout": 300,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "widget_enabled": False,
            "widget_channel_id": None,
            "verification_level": 1,
            "roles": [self.role(role) for role in guild.roles.values()],
            "default_message_notifications": 1,
            "mfa_level": 0,
            "explicit_content_filter": 2,
            "max_presences": None,
            "max_members": 500_000,
            "max_stage_video_channel_users": 50,
            "max_video_channel_users": 25,
            "vanity_url_code": None,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "preferred_locale": guild.locale,
            "rules_channel_id": None,
            "safety_alerts_channel_id": None,
            "public_updates_channel_id": None,
            "premium_progress_bar_enabled": False,
            "nsfw": False,
            "nsfw_level": 0,
            "emojis": [],
            "stickers": [],
            "incidents_data": None,
        }

    def guild_create(self, guild: Guild, *, all_members: bool) -> Json:
        """Make what GUILD_CREATE carries: channels and threads the bot can see, and its own member."""
        bot = self.world.bot_id
        seen = [c for c in guild.channels.values() if permissions.can_see(self.world, c, bot)]
        hidden = [c for c in guild.channels.values() if not c.is_thread and c not in seen]
        members = guild.members.values() if all_members else [guild.members[bot]]
        return self.guild(guild) | {
            "joined_at": iso(guild.members[bot].joined_us),
            "large": len(guild.members) > 250,
            "unavailable": False,
            "member_count": len(guild.members),
            "voice_states": [],
            "members": [self.member(m) for m in members],
            "channels": [self._channel(c) for c in [*seen, *hidden] if not c.is_thread],
            "threads": [self._channel(c) for c in seen if c.is_thread and not c.archived],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
