"""How things look in JSON, as Discord writes them; REST replies and gateway events are both made here."""

from typing import Any

from bot.playground import permissions
from bot.playground.clock import iso
from bot.playground.snowflake import created_us
from bot.playground.world import (
    LOADING,
    Attachment,
    Channel,
    ChannelType,
    Command,
    Guild,
    Interaction,
    Member,
    Message,
    Role,
    User,
    World,
)

Json = dict[str, Any]


class Views:
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
        if channel.applied_tags or channel.parent_id and self._in_forum(channel):
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
        """What GUILD_CREATE carries: channels and threads the bot can see, and its own member."""
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

    # messages

    def attachment(self, attachment: Attachment) -> Json:
        url = f"{self.base_url}/cdn/attachments/{attachment.channel_id}/{attachment.id}/{attachment.filename}"
        view: Json = {
            "id": str(attachment.id),
            "filename": attachment.filename,
            "size": attachment.size,
            "url": url,
            "proxy_url": url,
            "content_type": attachment.content_type,
        }
        if attachment.width is not None:
            view |= {"width": attachment.width, "height": attachment.height}
        if attachment.description is not None:
            view["description"] = attachment.description
        if attachment.title is not None:
            view["title"] = attachment.title
        if attachment.ephemeral:
            view["ephemeral"] = True
        return view

    def message(self, message: Message, *, nested: bool = False) -> Json:
        world = self.world
        view: Json = {
            "id": str(message.id),
            "type": message.type,
            "channel_id": str(message.channel_id),
            "author": self.user(world.users[message.author_id]),
            "content": message.content,
            "timestamp": iso(message.created_us),
            "edited_timestamp": None if message.edited_us is None else iso(message.edited_us),
            "tts": message.tts,
            "mention_everyone": message.mention_everyone,
            "mentions": [self.user(world.users[u]) for u in message.mentions if u in world.users],
            "mention_roles": [str(role) for role in message.mention_roles],
            "attachments": [self.attachment(world.attachments[a]) for a in message.attachments],
            "embeds": [self.embed(embed) for embed in message.embeds],
            "components": [self.component(c) for c in message.components],
            "pinned": message.pinned,
            "flags": message.flags,
        }
        if message.webhook:
            view |= {"webhook_id": str(world.application_id), "application_id": str(world.application_id)}
        if message.metadata is not None:
            view["interaction_metadata"] = self._metadata(message.metadata)
        if message.nonce is not None:
            view["nonce"] = message.nonce
        if message.reactions:
            view["reactions"] = [self._reaction(emoji, users) for emoji, users in message.reactions.items()]
        if message.reference is not None:
            view["message_reference"] = message.reference
            if message.type == 19 and not nested:
                view["referenced_message"] = self._referenced(message.reference)
        thread = world.channels.get(message.id)
        if thread is not None and thread.is_thread and not nested:
            view["thread"] = self._channel(thread)
        return view

    def embed(self, embed: Json) -> Json:
        view = dict(embed)
        for key in ("image", "thumbnail"):
            address = view.get(key, {}).get("url", "")
            if address.startswith("cdn:"):
                shown = self.attachment(self.world.attachments[int(address.removeprefix("cdn:"))])
                view[key] = {k: shown[k] for k in ("url", "proxy_url", "width", "height") if k in shown}
        return view

    def _metadata(self, metadata: Json) -> Json:
        """Stored with the person's id; shown with the person."""
        view = dict(metadata)
        view["user"] = self.user(self.world.users[int(metadata["user"])])
        if "triggering_interaction_metadata" in view:
            view["triggering_interaction_metadata"] = self._metadata(view["triggering_interaction_metadata"])
        if "target_user" in view:
            view["target_user"] = self.user(self.world.users[int(view["target_user"])])
        return view

    def _referenced(self, reference: Json) -> Json | None:
        channel = self.world.channels.get(int(reference["channel_id"]))
        message = None if channel is None else channel.messages.get(int(reference["message_id"]))
        return None if message is None else self.message(message, nested=True)

    def _reaction(self, emoji: str, users: list[int]) -> Json:
        return {
            "emoji": {"id": None, "name": emoji},
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me_burst": False,
            "burst_me": False,
            "me": self.world.bot_id in users,
            "burst_count": 0,
        }

    def component(self, component: Json) -> Json:
        """With media links made whole: what is stored names an attachment, what is shown its address."""
        view = dict(component)
        for key in ("components", "items"):
            if key in view:
                view[key] = [self.component(child) for child in view[key]]
        if "accessory" in view:
            view["accessory"] = self.component(view["accessory"])
        for key in ("media", "file"):
            if key in view:
                view[key] = self._media(view[key])
        if view.get("type") == 13 and "attachment_id" in component["file"]:
            attachment = self.world.attachments[int(component["file"]["attachment_id"])]
            view |= {"name": attachment.filename, "size": attachment.size}
        return view

    def _media(self, media: Json) -> Json:
        if "attachment_id" not in media:
            return media
        view = self.attachment(self.world.attachments[int(media["attachment_id"])])
        kept = {k: view[k] for k in ("url", "proxy_url", "content_type", "width", "height") if k in view}
        return media | kept

    # commands and interactions

    def command(self, command: Command) -> Json:
        view: Json = {
            "id": str(command.id),
            "application_id": str(self.world.application_id),
            "version": str(command.version),
            "type": command.type,
            "name": command.name,
            "nsfw": False,
            **command.body,
        }
        if command.guild_id is not None:
            view["guild_id"] = str(command.guild_id)
        return view

    def application(self) -> Json:
        owner = next(iter(self.world.users.values()))
        return {
            "id": str(self.world.application_id),
            "name": self.world.users[self.world.bot_id].name,
            "icon": None,
            "description": "",
            "type": None,
            "bot": self.user(self.world.users[self.world.bot_id]),
            "bot_public": True,
            "bot_require_code_grant": False,
            "integration_types_config": {"0": {}},
            "verify_key": "0" * 64,
            "flags": 0,
            "flags_new": "0",
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "owner": self.user(owner),
            "approximate_guild_count": sum(g.bot_installed for g in self.world.guilds.values()),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "team": None,
            "eligible_oauth2_scopes": ["bot", "applications.commands"],
            "rpc_origins": [],
        }

    def interaction(self, interaction: Interaction) -> Json:
        world = self.world
        channel = world.channels[interaction.channel_id]
        view: Json = {
            "id": str(interaction.id),
            "application_id": str(world.application_id),
            "type": interaction.type,
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": self.channel(channel, for_user=interaction.user_id),
            "app_permissions": str(permissions.in_channel(world, channel, world.bot_id)),
            "locale": world.users[interaction.user_id].locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": 10_485_760,
        }
        view |= self._whose(interaction, channel)
        message = None if interaction.message_id is None else channel.messages.get(interaction.message_id)
        if message is not None:
            view["message"] = self.message(message)
        return view

    def _whose(self, interaction: Interaction, channel: Channel) -> Json:
        world, user_id = self.world, interaction.user_id
        if interaction.guild_id is None:
            return {
                "user": self.user(world.users[user_id]),
                "context": 1,
                "authorizing_integration_owners": {"0": "0"},
            }
        guild = world.guilds[interaction.guild_id]
        rights = permissions.in_channel(world, channel, user_id)
        member = guild.members.get(user_id)
        shown = (
            self.member(member)
            if member
            else {"user": self.user(world.users[user_id]), "roles": [], "flags": 0}
        )
        return {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": shown | {"permissions": str(rights)},
            "context": 0,
            "authorizing_integration_owners": {"0": str(guild.id)},
        }

    def is_thinking(self, message: Message) -> bool:
        return bool(message.flags & LOADING)
