"""What a change in the world looks like on the gateway, and which intent it takes to hear of it."""

from collections.abc import Iterator

from bot.playground import permissions
from bot.playground.jsons import Json
from bot.playground.views import Views
from bot.playground.world import Event, Message, World

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_MESSAGES = 1 << 9
GUILD_REACTIONS = 1 << 10
DIRECT_MESSAGES = 1 << 12
MESSAGE_CONTENT = 1 << 15

_INTENTS = {
    **dict.fromkeys(("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"), GUILDS),
    **dict.fromkeys(("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE"), GUILDS),
    **dict.fromkeys(("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"), GUILDS),
    **dict.fromkeys(("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"), GUILDS),
    **dict.fromkeys(("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"), GUILD_MEMBERS),
    **dict.fromkeys(("MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"), GUILD_REACTIONS),
    "INTERACTION_CREATE": 0,
}


class Payloads:
    def __init__(self, world: World, views: Views) -> None:
        self.world = world
        self.views = views

    def of(self, event: Event, intents: int) -> Iterator[tuple[str, Json]]:
        """Return what a session with these intents is told: nothing, or one event."""
        if event.name[0].islower() or not self._heard(event, intents):
            return
        yield event.name, self._data(event, intents)

    def _heard(self, event: Event, intents: int) -> bool:
        guild = None if event.guild_id is None else self.world.guilds.get(event.guild_id)
        if guild is not None and not guild.bot_installed and event.name != "GUILD_DELETE":
            return False
        if event.name.startswith("MESSAGE_") and "REACTION" not in event.name:
            needed = GUILD_MESSAGES if event.guild_id is not None else DIRECT_MESSAGES
        else:
            needed = _INTENTS[event.name]
        if needed and not intents & needed:
            # Discord tells of one's own member even without the intent.
            return event.name == "GUILD_MEMBER_UPDATE" and event.user_id == self.world.bot_id
        hidden = event.channel is not None and event.name not in (
            "CHANNEL_DELETE",
            "THREAD_DELETE",
            "CHANNEL_UPDATE",
        )
        return not hidden or permissions.can_see(self.world, event.channel, self.world.bot_id)  # pyright: ignore

    def _data(self, event: Event, intents: int) -> Json:
        views, name = self.views, event.name
        guild_id = {} if event.guild_id is None else {"guild_id": str(event.guild_id)}
        if event.message is not None and name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return self._message(event.message, guild_id, intents)
        if event.message is not None and name == "MESSAGE_DELETE":
            return {"id": str(event.message.id), "channel_id": str(event.message.channel_id), **guild_id}
        if name == "INTERACTION_CREATE" and event.interaction is not None:
            return event.extra or views.interaction(event.interaction)
        if event.channel is not None and name.startswith(("CHANNEL_", "THREAD_")):
            if name == "THREAD_DELETE":
                about = views.channel(event.channel)
                return {k: about[k] for k in ("id", "guild_id", "parent_id", "type")}
            return views.channel(event.channel) | (event.extra or {})
        if event.role is not None:
            gone = (
                {"role_id": str(event.role.id)}
                if name == "GUILD_ROLE_DELETE"
                else {"role": views.role(event.role)}
            )
            return {**guild_id, **gone}
        return self._guild(event, guild_id, intents)

    def _guild(self, event: Event, guild_id: Json, intents: int) -> Json:
        views, name = self.views, event.name
        assert event.guild_id is not None
        guild = self.world.guilds[event.guild_id]
        if name == "GUILD_CREATE":
            return views.guild_create(guild, all_members=bool(intents & GUILD_MEMBERS))
        if name == "GUILD_DELETE":
            return {"id": str(guild.id)}
        if name == "GUILD_UPDATE":
            return views.guild(guild)
        if name == "GUILD_MEMBER_REMOVE":
            return {**guild_id, "user": views.user(self.world.users[event.user_id or 0])}
        if name.startswith("GUILD_MEMBER_"):
            return {**guild_id, **views.member(guild.members[event.user_id or 0])}
        return {**guild_id, **(event.extra or {})}

    def _message(self, message: Message, guild_id: Json, intents: int) -> Json:
        data = self.views.message(message)
        mine = message.author_id == self.world.bot_id or self.world.bot_id in message.mentions
        if guild_id and not intents & MESSAGE_CONTENT and not mine:
            data |= {"content": "", "embeds": [], "components": [], "attachments": []}
        if message.ephemeral:
            return data
        data |= guild_id
        guild = self.world.guilds.get(int(guild_id["guild_id"])) if guild_id else None
        member = None if guild is None or message.webhook else guild.members.get(message.author_id)
        return data if member is None else data | {"member": self.views.member(member, with_user=False)}
