"""How things look in JSON, as Discord writes them; REST replies and gateway events are both made here."""

from bot.playground import permissions
from bot.playground.clock import iso
from bot.playground.jsons import Json
from bot.playground.views_places import PlaceViews
from bot.playground.world import LOADING, Attachment, Channel, Interaction, Message, SyncedCommand


class Views(PlaceViews):
    """Messages, commands and interactions around them."""

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
        """Make media links whole: what is stored names an attachment, what is shown its address."""
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

    def command(self, command: SyncedCommand) -> Json:
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
        shown: Json = {"user": self.user(world.users[user_id]), "roles": [], "flags": 0}
        if member is not None:
            shown = self.member(member)
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
